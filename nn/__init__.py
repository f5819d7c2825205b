"""Networks on tensors: modules, layers, losses, data, training and storage. Images are NCHW, parameters float32."""

from __future__ import annotations

from typing import TYPE_CHECKING

from autograd.lazy import on_first_use
from nn import functional, init, layers, losses
from nn.containers import ModuleDict, ModuleList, ParameterDict, ParameterList, Sequential
from nn.foreign_names import MODULES
from nn.layers import *  # noqa: F403  # its names are listed there, once, as those of losses are
from nn.losses import *  # noqa: F403
from nn.module import Module
from nn.parameter import Parameter

if TYPE_CHECKING:
    from nn import data, inspect, metrics, storage, training
    from nn.layer_table import summary
    from nn.layers.lazy import (
        LazyBatchNorm1d,
        LazyBatchNorm2d,
        LazyBatchNorm3d,
        LazyConv1d,
        LazyConv2d,
        LazyConv3d,
        LazyConvTranspose1d,
        LazyConvTranspose2d,
        LazyConvTranspose3d,
        LazyLinear,
    )
    from nn.onnx import export_onnx
    from nn.parametrization import parametrize, remove_parametrization
    from nn.stateless import functional_call
    from nn.storage import load, save
    from nn.training import (
        AveragedModel,
        Callback,
        EarlyStopping,
        History,
        WeightAveraging,
        evaluate,
        fit,
        load_checkpoint,
        save_checkpoint,
        update_bn,
    )
    from nn.weight_normalization import spectral_norm, weight_norm

__all__ = [
    "AveragedModel", "Callback", "EarlyStopping", "History", "LazyBatchNorm1d", "LazyBatchNorm2d", "LazyBatchNorm3d",
    "LazyConv1d", "LazyConv2d", "LazyConv3d", "LazyConvTranspose1d", "LazyConvTranspose2d", "LazyConvTranspose3d",
    "LazyLinear", "Module", "ModuleDict", "ModuleList", "Parameter", "ParameterDict", "ParameterList", "Sequential",
    "WeightAveraging", "data", "evaluate", "export_onnx", "fit", "functional", "functional_call", "init", "inspect",
    "load", "load_checkpoint", "metrics", "parametrize", "remove_parametrization", "save", "save_checkpoint",
    "spectral_norm", "storage", "summary", "training", "update_bn", "weight_norm",
]
__all__ += layers.__all__
__all__ += losses.__all__

# Loaded on first use, so that `import nn` stays fast.
__getattr__, __dir__ = on_first_use(__name__, {
    **{name: name for name in ("data", "inspect", "metrics", "storage", "training")},
    **dict.fromkeys(("AveragedModel", "Callback", "EarlyStopping", "History", "WeightAveraging", "evaluate", "fit",
                     "load_checkpoint", "save_checkpoint", "update_bn"), "training"),
    "save": "storage", "load": "storage", "export_onnx": "onnx", "functional_call": "stateless",
    "summary": "layer_table", "parametrize": "parametrization", "remove_parametrization": "parametrization",
    "spectral_norm": "weight_normalization", "weight_norm": "weight_normalization",
    **{name: "layers.lazy" for name in __all__ if name.startswith("Lazy")},
}, lambda: {name: f"it is nn.functional.{name}" for name in functional.__all__} | MODULES)
