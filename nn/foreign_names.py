"""Names that PyTorch's `nn` has and this one does not, and what is written here in their place."""

from __future__ import annotations

_SEQUENCES = "write the layer for images, on x[:, :, None]"
_NO_VOLUMES = "there are layers for sequences and images only"
_FORMULAS = {
    "ReLU6": "x.clip(0, 6)", "Hardtanh": "x.clip(-1, 1)", "Mish": "x * np.tanh(softplus(x))",
    "Hardsigmoid": "(x / 6 + 0.5).clip(0, 1)", "Hardswish": "x * (x / 6 + 0.5).clip(0, 1)",
    "SELU": "1.0507009873554805 * elu(x, 1.6732632423543772)", "CELU": "alpha * elu(x / alpha)",
    "LogSigmoid": "-softplus(-x)", "Softmin": "softmax(-x)", "Softsign": "x / (1 + abs(x))",
    "Tanhshrink": "x - np.tanh(x)", "GLU": "a * sigmoid(b), the halves of x",
}
_CPU = "there is one process on the CPU: leave it out"
MODULES = {name: f"write an nn.Module whose forward(self, x) returns {f}" for name, f in _FORMULAS.items()} | {
    "utils": "clip_grad_norm_ and clip_grad_value_ are in optim, and np.pad pads sequences",
    "Conv3d": _NO_VOLUMES, "ConvTranspose3d": _NO_VOLUMES, "MaxPool3d": _NO_VOLUMES, "AvgPool3d": _NO_VOLUMES,
    "BatchNorm3d": _NO_VOLUMES, "Dropout3d": _NO_VOLUMES, "ConvTranspose1d": _SEQUENCES, "AvgPool1d": _SEQUENCES,
    "AdaptiveAvgPool1d": _SEQUENCES, "AdaptiveMaxPool2d": "write x.max(axis=(2, 3)) for one value a channel",
    "SyncBatchNorm": "write BatchNorm2d", "DataParallel": _CPU, "Buffer": "write self.register_buffer(name, value)",
    "EmbeddingBag": "write embedding(i).mean(axis=-2)", "Bilinear": "write np.einsum('...i,oij,...j->...o', x, W, y)",
    "ParameterList": "give each an attribute: setattr(self, f'w{i}', nn.Parameter(...))",
    "ParameterDict": "give each an attribute: setattr(self, name, nn.Parameter(...))",
    "ConstantPad2d": "write functional.pad(x, pad, value=value)",
    "CircularPad2d": "write functional.pad(x, pad, 'circular')",
    "CosineSimilarity": "write (a * b).sum(-1) / (np.linalg.norm(a, axis=-1) * np.linalg.norm(b, axis=-1))",
    "PairwiseDistance": "write np.linalg.norm(a - b, axis=-1)",
    "TripletMarginLoss": "write relu(margin + np.linalg.norm(a - p, axis=-1) - np.linalg.norm(a - n, axis=-1)).mean()",
    "MarginRankingLoss": "write relu(margin - y * (a - b)).mean()",
    "GaussianNLLLoss": "write 0.5 * (np.log(var) + (mean - y) ** 2 / var).mean()",
    "PoissonNLLLoss": "write (np.exp(x) - y * x).mean()",
}
FUNCTIONS = {name.lower(): f"write {f}" for name, f in _FORMULAS.items()} | {
    "one_hot": "write np.eye(classes)[labels]", "normalize": "write x / np.linalg.norm(x, axis=1, keepdims=True)",
    "cosine_similarity": MODULES["CosineSimilarity"], "pairwise_distance": MODULES["PairwiseDistance"],
    "triplet_margin_loss": MODULES["TripletMarginLoss"],
    "instance_norm": "write group_norm(x, x.shape[1], weight, bias)", "upsample": "write interpolate",
    "adaptive_avg_pool1d": _SEQUENCES, "avg_pool1d": _SEQUENCES, "conv3d": _NO_VOLUMES,
    "unfold": "write np.lib.stride_tricks.sliding_window_view(x, (h, w), axis=(2, 3))",
    "gumbel_softmax": "write softmax((x + np.random.default_rng(seed).gumbel(size=x.shape)) / tau)",
}
DATA = {
    "Dataset": "a DataLoader takes arrays, or anything with len and indices",
    "TensorDataset": "give DataLoader the arrays",
    "random_split": "write np.split(np.random.default_rng(seed).permutation(n), [k])", "Subset": "index the arrays",
}
METHODS = dict.fromkeys(("cuda", "cpu"), ": arrays live in the computer's memory; leave the call out") | {
    "to": "; write .astype(np.float64), or another dtype; there is one device: leave it out",
    "type": "; write .astype(np.float64), or another dtype", "double": "; write .astype(np.float64)",
    "float": "; write .astype(np.float32)", "half": "; write .astype(np.float16)", "share_memory": "; leave it out",
    "register_full_backward_hook": "; write register_forward_hook, and in it output.register_hook(f)",
    "compile": ": functions run as they are; leave the call out",
}
