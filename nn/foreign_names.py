"""Names that PyTorch's `nn` has and this one does not, and what is written here in their place."""

from __future__ import annotations

_NO_VOLUMES = "there are layers for sequences and images only"
_CPU = "there is one process on the CPU: leave it out"
MODULES = {
    "utils": "clip_grad_norm_ and clip_grad_value_ are in optim, and np.pad pads sequences",
    "Conv3d": _NO_VOLUMES, "ConvTranspose3d": _NO_VOLUMES, "MaxPool3d": _NO_VOLUMES, "AvgPool3d": _NO_VOLUMES,
    "BatchNorm3d": _NO_VOLUMES, "Dropout3d": _NO_VOLUMES,  "AdaptiveAvgPool3d": _NO_VOLUMES,
    "SyncBatchNorm": "write BatchNorm2d", "DataParallel": _CPU, "Buffer": "write self.register_buffer(name, value)",
    "EmbeddingBag": "write embedding(i).mean(axis=-2)", "Bilinear": "write np.einsum('...i,oij,...j->...o', x, W, y)",
}
FUNCTIONS = {
    "upsample": "write interpolate",
    "conv3d": _NO_VOLUMES,
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
