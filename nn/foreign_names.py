"""Names that PyTorch and Keras have and `nn` does not, and what to write here instead."""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, TypeVar

from autograd import arguments
from nn import keras_names

_ONE_PROCESS = "there is one process: leave it out"
MODULES = {
    f"LazyInstanceNorm{axes}d": f"write InstanceNorm{axes}d, the number of channels first" for axes in (1, 2, 3)
} | {
    "DataLoader": "it is nn.data.DataLoader",
    "utils": "clip_grad_norm_ and clip_grad_value_ are in optim, pad_sequence in nn.functional, recurrent layers take "
             "lengths in place of packed sequences, autograd.ravel makes one vector of parameters, and here are "
             "weight_norm, spectral_norm and parametrize",
    **{name: f"it is optim.{name}" for name in ("clip_grad_norm_", "clip_grad_value_")},
    "SyncBatchNorm": "write BatchNorm2d", "DataParallel": _ONE_PROCESS,
    "Buffer": "write self.register_buffer(name, value)", "NLLLoss2d": "write NLLLoss",
    "UpsamplingNearest2d": "write Upsample", "RReLU": "write LeakyReLU",
    "UpsamplingBilinear2d": "write Upsample(mode='bilinear', align_corners=True)",
    "AdaptiveLogSoftmaxWithLoss": "write CrossEntropyLoss", "FeatureAlphaDropout": "write AlphaDropout",
    "MultiLabelMarginLoss": "write MultiMarginLoss for one label, BCEWithLogitsLoss for several",
    "FractionalMaxPool2d": "write MaxPool2d",
} | keras_names.MODULES
FUNCTIONS = {
    f"{name}_": f"write {name}: nothing is overwritten"
    for name in ("celu", "elu", "hardtanh", "leaky_relu", "relu", "selu", "threshold")
} | {
    "upsample": "write interpolate", "upsample_nearest": "write interpolate",
    "upsample_bilinear": "write interpolate(mode='bilinear', align_corners=True)",
    "multilabel_margin_loss": "write multi_margin_loss for one label, binary_cross_entropy_with_logits for several",
    "multi_head_attention_forward": "write nn.MultiheadAttention, or scaled_dot_product_attention",
    "rrelu": "write leaky_relu", "feature_alpha_dropout": "write alpha_dropout",
    "pdist": "write autograd.scipy.spatial.distance.pdist",
}
_FILES = "write idx(path) for each of its files; digits() are such images that need no download"
DATA = {
    "MNIST": _FILES, "FashionMNIST": _FILES, "CIFAR10": "digits() and faces() are images that need no download",
    "Sampler": "a DataLoader takes any iterable of indices that has a length",
    "IterableDataset": "nn.fit takes any iterable of batches", "default_convert": "write Tensor(x)",
    "transforms": "write a Dataset whose __getitem__ changes what it gives, or a collate_fn",
    "train_test_split": "write random_split(data, [0.8, 0.2])", "get_worker_info": "there is one process",
    "StackDataset": "write TensorDataset, or a tuple of arrays",
}
OPTIONS = {
    "device": "there is one device, the CPU: leave it out", "sparse": "gradients are dense: leave it out",
    "size_average": "write reduction='mean' or reduction='sum'", "reduce": "write reduction='none'",
    "generator": "write seed=", "key": "write autograd.manual_seed(n) before it",
    "requires_grad": "write layer.requires_grad_(False)", "dataset": "write the data first, without a name",
    **dict.fromkeys(("persistent_workers", "prefetch_factor", "worker_init_fn", "multiprocessing_context", "timeout"),
                    _ONE_PROCESS),
} | keras_names.OPTIONS
METHODS = dict.fromkeys(("cuda", "cpu"), "arrays live in the computer's memory; leave the call out") | {
    "to": "write .astype(np.float64), or another dtype; there is one device: leave it out",
    "type": "write .astype(np.float64), or another dtype", "double": "write .astype(np.float64)",
    "float": "write .astype(np.float32)", "half": "write .astype(np.float16)", "share_memory": "leave it out",
    "register_full_backward_hook": "write register_forward_hook, and in it output.register_hook(f)",
    **dict.fromkeys(("shape", "ndim", "size"), "its parameters have one: write .weight"),
    "compile": "functions run as they are, and nn.fit is given the loss and the optimizer; leave the call out",
    "fit": "write nn.fit(model, data, loss, optimizer, epochs)", "summary": "write nn.summary(model, input_shape)",
    "evaluate": "write nn.evaluate(model, data, loss=loss)", "predict": "write model(x), under autograd.no_grad()",
    **dict.fromkeys(("save", "save_weights"), "write nn.save(model, path)"), "weights": "write parameters()",
    "load_weights": "write load_state_dict(nn.load(path))", "get_weights": "write state_dict()",
    "set_weights": "write load_state_dict(state)",
    "add": "write append(module), or as a Sequential is made: Sequential(a, b, ...)",
    "layers": "write list(model.children())", "count_params": "write nn.summary(model, input_shape)",
    "_modules": "write named_children(), and setattr(self, name, module) to add one",
    "_parameters": "write named_parameters()", "_buffers": "write named_buffers()",
}
_OF_THE_LOADER = "write it for the DataLoader"
_NAMED = "inputs are called input, or input_0, input_1, ..., and outputs likewise: leave it out"
_OF_CALLS = {
    "fit": {"validation_data": "write validation=", "train_loader": "write data=", "dataloader": "write data=",
            **dict.fromkeys(("x", "y"), "write data=nn.data.DataLoader((x, y))"),
            "loss": "for data and labels write data=nn.data.DataLoader((x, y))",
            "batch_size": _OF_THE_LOADER, "shuffle": _OF_THE_LOADER, "verbose": "write progress=",
            "criterion": "write loss=", "lr": "write it for the optimizer", "scheduler_every": "write schedule_every="}
           | keras_names.FIT,
    "AveragedModel": dict.fromkeys(("avg_fn", "multi_avg_fn"), "write decay=0.999, or nothing for a plain average"),
    "load": {"map_location": OPTIONS["device"], "weights_only": "it always is: leave it out"},
    "summary": dict.fromkeys(("input_size", "input_data"), "write input_shape=, with the batch: (1, 3, 32, 32)"),
    "EarlyStopping": {"restore_best_weights": "write restore_best=", "verbose": "leave it out"},
    "export_onnx": {"input_names": _NAMED, "output_names": _NAMED, "dynamic_axes": "the first may have any length",
                    "opset_version": "it is 21: leave it out", "args": "write example=", "f": "write path=",
                    **dict.fromkeys(("export_params", "do_constant_folding", "verbose"), "leave it out")},
    **{name: {"axis": "write dim=", "dtype": "write input.astype(dtype)"} for name in (
        "cosine_similarity", "glu", "gumbel_softmax", "log_softmax", "normalize", "softmax", "softmin")},
}

P = ParamSpec("P")
R = TypeVar("R")


def refuses_foreign_options(function: Callable[P, R]) -> Callable[P, R]:
    """The function, with errors that explain options given under another library's name."""
    return arguments.refuses_foreign_options(function, OPTIONS | _OF_CALLS.get(arguments.called(function), {}))
