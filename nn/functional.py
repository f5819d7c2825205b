"""Layers and losses as functions of their inputs and weights, without state. Each is defined beside its layer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from autograd import gelu, sigmoid
from autograd.lazy import on_first_use
from nn.foreign_names import FUNCTIONS
from nn.layers.activation import elu, leaky_relu, log_softmax, prelu, relu, silu, softmax, softplus, tanh
from nn.layers.attention import scaled_dot_product_attention
from nn.layers.convolution import conv1d, conv2d, conv_transpose2d
from nn.layers.dropout import dropout, dropout2d
from nn.layers.embedding import embedding
from nn.layers.flatten import flatten
from nn.layers.linear import linear
from nn.layers.normalization import batch_norm, group_norm, layer_norm, rms_norm
from nn.layers.padding import pad
from nn.layers.pooling import adaptive_avg_pool2d, avg_pool2d, max_pool1d, max_pool2d
from nn.layers.resizing import interpolate, pixel_shuffle
from nn.losses import (
    binary_cross_entropy,
    binary_cross_entropy_with_logits,
    cross_entropy,
    huber_loss,
    kl_div,
    l1_loss,
    mse_loss,
    nll_loss,
    smooth_l1_loss,
)

__all__ = [
    "adaptive_avg_pool2d", "avg_pool2d", "batch_norm", "binary_cross_entropy", "binary_cross_entropy_with_logits",
    "conv1d", "conv2d", "conv_transpose2d", "cross_entropy", "dropout", "dropout2d", "elu", "embedding", "flatten",
    "gelu", "group_norm", "huber_loss", "interpolate", "kl_div", "l1_loss", "layer_norm", "leaky_relu", "linear",
    "log_softmax", "max_pool1d", "max_pool2d", "mse_loss", "nll_loss", "pad", "pixel_shuffle", "prelu", "relu",
    "rms_norm", "scaled_dot_product_attention", "sigmoid", "silu", "smooth_l1_loss", "softmax", "softplus", "tanh",
]

if not TYPE_CHECKING:  # or else a type checker would take every name for one that exists
    __getattr__ = on_first_use(__name__, {}, FUNCTIONS)
