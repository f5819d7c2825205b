"""Names that PyTorch's `nn` has and this one does not, and what is written here in their place."""

from __future__ import annotations

_NO_VOLUMES = "there are layers for sequences and images only"
_CPU = "there is one process on the CPU: leave it out"
_VOLUMES = ("AdaptiveAvgPool3d", "AdaptiveMaxPool3d", "AvgPool3d", "BatchNorm3d", "CircularPad3d", "ConstantPad3d",
            "Conv3d", "ConvTranspose3d", "Dropout3d", "InstanceNorm3d", "LPPool3d", "MaxPool3d", "ReflectionPad3d",
            "ReplicationPad3d", "ZeroPad3d")
_LAZY = ("BatchNorm1d", "BatchNorm2d", "Conv1d", "Conv2d", "ConvTranspose1d", "ConvTranspose2d", "InstanceNorm1d",
         "InstanceNorm2d", "Linear")
MODULES = dict.fromkeys(_VOLUMES, _NO_VOLUMES) | {
    f"Lazy{name}": f"write {name}, the size of its input first" for name in _LAZY
} | {
    "DataLoader": "it is nn.data.DataLoader",
    "utils": "clip_grad_norm_ and clip_grad_value_ are in optim, np.pad pads sequences, and autograd.ravel "
             "makes one vector of parameters",
    "SyncBatchNorm": "write BatchNorm2d", "DataParallel": _CPU, "Buffer": "write self.register_buffer(name, value)",
    "NLLLoss2d": "write NLLLoss", "UpsamplingNearest2d": "write Upsample",
    "UpsamplingBilinear2d": "write Upsample(mode='bilinear', align_corners=True)",
    "MultiLabelSoftMarginLoss": "write BCEWithLogitsLoss",
}
FUNCTIONS = {
    f"{name}_": f"write {name}: nothing is overwritten"
    for name in ("celu", "elu", "hardtanh", "leaky_relu", "relu", "selu", "threshold")
} | dict.fromkeys(("adaptive_avg_pool3d", "adaptive_max_pool3d", "avg_pool3d", "conv3d", "conv_transpose3d",
                   "dropout3d", "lp_pool3d", "max_pool3d"), _NO_VOLUMES) | {
    "upsample": "write interpolate", "upsample_nearest": "write interpolate",
    "upsample_bilinear": "write interpolate(mode='bilinear', align_corners=True)",
    "multilabel_soft_margin_loss": "write binary_cross_entropy_with_logits",
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
    "_modules": "; write named_children(), and setattr(self, name, module) to add one",
    "_parameters": "; write named_parameters()", "_buffers": "; write named_buffers()",
}
