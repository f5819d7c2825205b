"""Names that PyTorch's `nn` has and this one does not, and what is written here in their place."""

from __future__ import annotations

from collections.abc import Iterable

_CPU = "there is one process on the CPU: leave it out"
_TRIPLET = "write relu(d(anchor, positive) - d(anchor, negative) + margin).mean(), with a distance d of yours"
_LAZY = ("Linear", *[f"{name}{axes}d" for name in ("BatchNorm", "Conv", "ConvTranspose", "InstanceNorm")
                     for axes in (1, 2, 3)])
MODULES = {
    f"Lazy{name}": f"write {name}, the size of its input first" for name in _LAZY
} | {
    "DataLoader": "it is nn.data.DataLoader",
    "utils": "clip_grad_norm_ and clip_grad_value_ are in optim, pad_sequence in nn.functional, recurrent layers take "
             "lengths in place of packed sequences, autograd.ravel makes one vector of parameters, and here are "
             "weight_norm, spectral_norm and parametrize",
    "SyncBatchNorm": "write BatchNorm2d", "DataParallel": _CPU, "Buffer": "write self.register_buffer(name, value)",
    "NLLLoss2d": "write NLLLoss", "UpsamplingNearest2d": "write Upsample",
    "UpsamplingBilinear2d": "write Upsample(mode='bilinear', align_corners=True)",
    "MultiLabelSoftMarginLoss": "write BCEWithLogitsLoss", "RReLU": "write LeakyReLU",
    "AdaptiveLogSoftmaxWithLoss": "write CrossEntropyLoss", "FeatureAlphaDropout": "write AlphaDropout",
    "MultiLabelMarginLoss": "write MultiMarginLoss for one label, BCEWithLogitsLoss for several",
    "TripletMarginWithDistanceLoss": _TRIPLET, "FractionalMaxPool2d": "write MaxPool2d",
}
FUNCTIONS = {
    f"{name}_": f"write {name}: nothing is overwritten"
    for name in ("celu", "elu", "hardtanh", "leaky_relu", "relu", "selu", "threshold")
} | {
    "upsample": "write interpolate", "upsample_nearest": "write interpolate",
    "upsample_bilinear": "write interpolate(mode='bilinear', align_corners=True)",
    "triplet_margin_with_distance_loss": _TRIPLET, "rrelu": "write leaky_relu", "feature_alpha_dropout":
    "write alpha_dropout", "pdist": "write autograd.scipy.spatial.distance.pdist",
    "multilabel_soft_margin_loss": "write binary_cross_entropy_with_logits",
}
_FILES = "write idx(path) for each of its files; digits() are such images that need no download"
DATA = {
    "MNIST": _FILES, "FashionMNIST": _FILES, "CIFAR10": "digits() and faces() are images that need no download",
    "Sampler": "a DataLoader takes any iterable of indices that has a length",
    "IterableDataset": "nn.fit takes any iterable of batches", "default_convert": "write Tensor(x)",
    "get_worker_info": "there is one process", "StackDataset": "write TensorDataset, or a tuple of arrays",
}
_ONE_PROCESS = "there is one process: leave it out"
OPTIONS = {
    "device": "there is one device, the CPU: leave it out", "sparse": "gradients are dense: leave it out",
    "generator": "write seed=", "dataset": "write the data first, without a name", "persistent_workers": _ONE_PROCESS,
    "prefetch_factor": _ONE_PROCESS, "worker_init_fn": _ONE_PROCESS, "multiprocessing_context": _ONE_PROCESS,
    "timeout": _ONE_PROCESS,
}


def refuse_options(name: str, options: Iterable[str]) -> None:
    """Raise TypeError for an option that PyTorch's class of this name has and this one does not."""
    for option in options:
        if option in OPTIONS:
            raise TypeError(f"{name} has no option {option!r}; {OPTIONS[option]}")


METHODS = dict.fromkeys(("cuda", "cpu"), ": arrays live in the computer's memory; leave the call out") | {
    "to": "; write .astype(np.float64), or another dtype; there is one device: leave it out",
    "type": "; write .astype(np.float64), or another dtype", "double": "; write .astype(np.float64)",
    "float": "; write .astype(np.float32)", "half": "; write .astype(np.float16)", "share_memory": "; leave it out",
    "register_full_backward_hook": "; write register_forward_hook, and in it output.register_hook(f)",
    "shape": "; its parameters have one: write .weight",
    "compile": ": functions run as they are; leave the call out",
    "_modules": "; write named_children(), and setattr(self, name, module) to add one",
    "_parameters": "; write named_parameters()", "_buffers": "; write named_buffers()",
}
