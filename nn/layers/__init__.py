"""Layers: modules with PyTorch's names, arguments, state and numbers. One family a file, each with its function."""

from __future__ import annotations

from nn.layers.activation import (
    ELU,
    GELU,
    Identity,
    LeakyReLU,
    LogSoftmax,
    PReLU,
    ReLU,
    Sigmoid,
    SiLU,
    Softmax,
    Softplus,
    Tanh,
)
from nn.layers.attention import MultiheadAttention
from nn.layers.cells import GRUCell, LSTMCell, RNNCell
from nn.layers.convolution import Conv1d, Conv2d, ConvTranspose2d
from nn.layers.dropout import Dropout, Dropout2d
from nn.layers.embedding import Embedding
from nn.layers.flatten import Flatten, Unflatten
from nn.layers.linear import Linear
from nn.layers.normalization import (
    BatchNorm1d,
    BatchNorm2d,
    GroupNorm,
    InstanceNorm1d,
    InstanceNorm2d,
    LayerNorm,
    RMSNorm,
)
from nn.layers.padding import ReflectionPad2d, ReplicationPad2d, ZeroPad2d
from nn.layers.pooling import AdaptiveAvgPool2d, AvgPool2d, MaxPool1d, MaxPool2d
from nn.layers.recurrent import GRU, LSTM, RNN
from nn.layers.resizing import PixelShuffle, Upsample
from nn.layers.transformer import (
    Transformer,
    TransformerDecoder,
    TransformerDecoderLayer,
    TransformerEncoder,
    TransformerEncoderLayer,
)

__all__ = [
    "ELU", "GELU", "GRU", "LSTM", "RNN", "AdaptiveAvgPool2d", "AvgPool2d", "BatchNorm1d", "BatchNorm2d", "Conv1d",
    "Conv2d", "ConvTranspose2d", "Dropout", "Dropout2d", "Embedding", "Flatten", "GRUCell", "GroupNorm", "Identity",
    "InstanceNorm1d", "InstanceNorm2d", "LSTMCell", "LayerNorm", "LeakyReLU", "Linear", "LogSoftmax", "MaxPool1d",
    "MaxPool2d", "MultiheadAttention", "PReLU", "PixelShuffle", "RMSNorm", "RNNCell", "ReLU", "ReflectionPad2d",
    "ReplicationPad2d", "SiLU", "Sigmoid", "Softmax", "Softplus", "Tanh", "Transformer", "TransformerDecoder",
    "TransformerDecoderLayer", "TransformerEncoder", "TransformerEncoderLayer", "Unflatten", "Upsample",
    "ZeroPad2d",
]
