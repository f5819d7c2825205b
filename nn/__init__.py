"""Networks on tensors: modules, layers, losses, data, training and storage. Images are NCHW, parameters float32."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from nn import functional, init
from nn.containers import ModuleDict, ModuleList, Sequential
from nn.layers import (
    ELU,
    GELU,
    GRU,
    LSTM,
    RNN,
    AdaptiveAvgPool2d,
    AvgPool2d,
    BatchNorm1d,
    BatchNorm2d,
    Conv1d,
    Conv2d,
    ConvTranspose2d,
    Dropout,
    Embedding,
    Flatten,
    GroupNorm,
    Identity,
    LayerNorm,
    LeakyReLU,
    Linear,
    LogSoftmax,
    MaxPool1d,
    MaxPool2d,
    MultiheadAttention,
    ReLU,
    Sigmoid,
    SiLU,
    Softmax,
    Softplus,
    Tanh,
    TransformerEncoderLayer,
)
from nn.losses import (
    BCELoss,
    BCEWithLogitsLoss,
    CrossEntropyLoss,
    HuberLoss,
    KLDivLoss,
    L1Loss,
    MSELoss,
    NLLLoss,
)
from nn.module import Module
from nn.parameter import Parameter

if TYPE_CHECKING:
    from nn import data, inspect, metrics, storage, training
    from nn.onnx import export_onnx
    from nn.stateless import functional_call
    from nn.storage import load, save
    from nn.table import summary
    from nn.training import Callback, EarlyStopping, History, evaluate, fit, load_checkpoint, save_checkpoint

__all__ = [
    "ELU", "GELU", "GRU", "LSTM", "RNN", "AdaptiveAvgPool2d", "AvgPool2d", "BCELoss", "BCEWithLogitsLoss",
    "BatchNorm1d", "BatchNorm2d", "Callback", "Conv1d", "Conv2d", "ConvTranspose2d", "CrossEntropyLoss", "Dropout",
    "EarlyStopping", "Embedding", "Flatten", "GroupNorm", "History", "HuberLoss", "Identity", "KLDivLoss", "L1Loss",
    "LayerNorm", "LeakyReLU", "Linear", "LogSoftmax", "MSELoss", "MaxPool1d", "MaxPool2d", "Module", "ModuleDict",
    "ModuleList", "MultiheadAttention", "NLLLoss", "Parameter", "ReLU", "Sequential", "SiLU", "Sigmoid", "Softmax",
    "Softplus", "Tanh", "TransformerEncoderLayer", "data", "evaluate", "export_onnx", "fit", "functional",
    "functional_call", "init", "inspect", "load", "load_checkpoint", "metrics", "save", "save_checkpoint", "storage",
    "summary", "training",
]  # fmt: skip

_ON_FIRST_USE = {  # what a first `import nn` need not pay for: name: its module
    "data": "nn.data",
    "inspect": "nn.inspect",
    "metrics": "nn.metrics",
    "export_onnx": "nn.onnx",
    "functional_call": "nn.stateless",
    "load": "nn.storage",
    "save": "nn.storage",
    "summary": "nn.table",
    "storage": "nn.storage",
    "training": "nn.training",
    "Callback": "nn.training",
    "EarlyStopping": "nn.training",
    "History": "nn.training",
    "evaluate": "nn.training",
    "fit": "nn.training",
    "load_checkpoint": "nn.training",
    "save_checkpoint": "nn.training",
}


def __getattr__(name: str) -> Any:
    if name not in _ON_FIRST_USE:
        raise AttributeError(f"module 'nn' has no attribute {name!r}")
    path = _ON_FIRST_USE[name]
    module = import_module(path)
    found = module if path == f"nn.{name}" else getattr(module, name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted(__all__)
