"""Layers and losses as functions of their inputs and weights, without state. Each is defined beside its layer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from autograd import gelu, sigmoid
from autograd.lazy import on_first_use
from nn.foreign_names import FUNCTIONS
from nn.layers.activation import elu, leaky_relu, log_softmax, prelu, relu, silu, softmax, softplus, tanh
from nn.layers.adaptive_pooling import (
    adaptive_avg_pool1d,
    adaptive_avg_pool2d,
    adaptive_avg_pool3d,
    adaptive_max_pool1d,
    adaptive_max_pool2d,
    adaptive_max_pool3d,
)
from nn.layers.attention import scaled_dot_product_attention
from nn.layers.batch_normalization import batch_norm, instance_norm
from nn.layers.bilinear import bilinear
from nn.layers.composed_activations import celu, glu, logsigmoid, mish, selu, softmin, softsign, tanhshrink
from nn.layers.convolution import conv1d, conv2d, conv3d, conv_transpose1d, conv_transpose2d, conv_transpose3d
from nn.layers.distance import cosine_similarity, normalize, pairwise_distance
from nn.layers.dropout import alpha_dropout, dropout, dropout1d, dropout2d, dropout3d
from nn.layers.embedding import embedding, one_hot
from nn.layers.embedding_bag import embedding_bag
from nn.layers.flatten import flatten
from nn.layers.grid_sampling import affine_grid, grid_sample
from nn.layers.gumbel import gumbel_softmax
from nn.layers.linear import linear
from nn.layers.local_response import local_response_norm
from nn.layers.normalization import group_norm, layer_norm, rms_norm
from nn.layers.padding import pad
from nn.layers.patches import fold, unfold
from nn.layers.piecewise_activations import hardshrink, hardsigmoid, hardswish, hardtanh, relu6, softshrink, threshold
from nn.layers.pooling import (
    avg_pool1d,
    avg_pool2d,
    avg_pool3d,
    lp_pool1d,
    lp_pool2d,
    lp_pool3d,
    max_pool1d,
    max_pool2d,
    max_pool3d,
)
from nn.layers.ragged import pad_sequence
from nn.layers.resizing import interpolate
from nn.layers.shuffling import channel_shuffle, pixel_shuffle, pixel_unshuffle
from nn.layers.unpooling import max_unpool1d, max_unpool2d, max_unpool3d
from nn.losses.alignment import ctc_loss
from nn.losses.binary import binary_cross_entropy, binary_cross_entropy_with_logits, multilabel_soft_margin_loss
from nn.losses.categorical import cross_entropy, kl_div, multi_margin_loss, nll_loss
from nn.losses.likelihood import gaussian_nll_loss, poisson_nll_loss
from nn.losses.margin import (
    cosine_embedding_loss,
    hinge_embedding_loss,
    margin_ranking_loss,
    soft_margin_loss,
    triplet_margin_loss,
    triplet_margin_with_distance_loss,
)
from nn.losses.regression import huber_loss, l1_loss, mse_loss, smooth_l1_loss

__all__ = [
    "adaptive_avg_pool1d", "adaptive_avg_pool2d", "adaptive_avg_pool3d", "adaptive_max_pool1d", "adaptive_max_pool2d",
    "adaptive_max_pool3d", "affine_grid", "alpha_dropout", "avg_pool1d", "avg_pool2d", "avg_pool3d", "batch_norm",
    "bilinear", "binary_cross_entropy", "binary_cross_entropy_with_logits", "celu", "channel_shuffle", "conv1d",
    "conv2d", "conv3d", "conv_transpose1d", "conv_transpose2d", "conv_transpose3d", "cosine_embedding_loss",
    "cosine_similarity", "cross_entropy", "ctc_loss", "dropout", "dropout1d", "dropout2d", "dropout3d", "elu",
    "embedding", "embedding_bag", "flatten", "fold", "gaussian_nll_loss", "gelu", "glu", "grid_sample", "group_norm",
    "gumbel_softmax", "hardshrink", "hardsigmoid", "hardswish", "hardtanh", "hinge_embedding_loss", "huber_loss",
    "instance_norm", "interpolate", "kl_div", "l1_loss", "layer_norm", "leaky_relu", "linear", "local_response_norm",
    "log_softmax", "logsigmoid", "lp_pool1d", "lp_pool2d", "lp_pool3d", "margin_ranking_loss", "max_pool1d",
    "max_pool2d", "max_pool3d", "max_unpool1d", "max_unpool2d", "max_unpool3d", "mish", "mse_loss", "multi_margin_loss",
    "multilabel_soft_margin_loss", "nll_loss", "normalize", "one_hot", "pad", "pad_sequence", "pairwise_distance",
    "pixel_shuffle", "pixel_unshuffle", "poisson_nll_loss", "prelu", "relu", "relu6", "rms_norm",
    "scaled_dot_product_attention", "selu", "sigmoid", "silu", "smooth_l1_loss", "soft_margin_loss", "softmax",
    "softmin", "softplus", "softshrink", "softsign", "tanh", "tanhshrink", "threshold", "triplet_margin_loss",
    "triplet_margin_with_distance_loss", "unfold",
]

if not TYPE_CHECKING:  # otherwise type checkers would accept any name
    __getattr__, __dir__ = on_first_use(__name__, {}, FUNCTIONS)
