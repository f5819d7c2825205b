"""Normalization of images by channel as primitives: over the batch, with running statistics, and over groups.

    out = (x - mean) / sqrt(var + eps) * weight + bias

Channels are axis 1: x is (N, C, ...), weight and bias (C,) or None. Batch normalization takes mean and (biased)
variance over all axes but 1, group normalization over each of G groups of channels of each sample.

Memory. x is read in its memory order, N C H W or H N W C (see `statistics.py`); out and the cotangent of x have the
same order. Forward takes two passes over memory (statistics, then one multiplication and one addition with
coefficients per channel), and so does backward, each in blocks that the threads share.

Sources: Ioffe and Szegedy, "Batch normalization", 2015; Wu and He, "Group normalization", 2018.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from autograd.arrays import Array
from autograd.declare.fused import Needs
from autograd.registry import Operation, SeveralOutputs
from nn.kernels.half_precision import fused_in_single
from nn.kernels.layout import along_channels
from nn.kernels.statistics import Layout, merged


def _affine(weight: Any, bias: Any, ndim: int) -> tuple[Any, Any]:
    """The parameters, shaped to broadcast against (N, C, ...); 1 and 0 where they are absent."""
    return (1 if weight is None else along_channels(weight, ndim)), (0 if bias is None else along_channels(bias, ndim))


def _or(value: Array | None, default: float) -> Any:
    return default if value is None else value


# --- Batch normalization ---------------------------------------------------------------------------------------------


def batch_norm_forward(x: Array, weight: Array | None, bias: Array | None, *,
                       eps: float) -> tuple[tuple[Array, Array, Array], tuple[Layout, Array, Array]]:
    """The normalized batch, its mean and its *unbiased* variance (for running statistics), the latter two (C,)."""
    layout = Layout(x, by_sample=False)
    x = layout.aligned(x)
    mean, squares = layout.moments(x)
    count = layout.count
    inverse = 1 / np.sqrt(squares / count + eps)
    scale = inverse * _or(weight, 1)
    out = layout.affine(x, scale, _or(bias, 0) - mean * scale)
    return (out, mean, squares / max(count - 1, 1)), (layout, mean, inverse)


def batch_norm_pullback(g: Sequence[Array | None], operands: Sequence[Any],
                        residuals: tuple[Layout, Array, Array], needs: Needs, *,
                        eps: float) -> tuple[Array | None, ...]:
    x, weight, _ = operands
    layout, mean, inverse = residuals
    g_out, g_mean, g_variance = g
    count = layout.count
    cotangent = layout.aligned(np.zeros_like(x) if g_out is None else g_out)
    x = layout.aligned(x)
    total, product = layout.products(cotangent, x, mean, inverse)
    dx = None
    if needs[0]:
        scale = inverse * _or(weight, 1)
        slope = -scale * (inverse * (inverse * product)) / count  # no underflow in this order for numbers near 1e15
        shift = -scale * total / count
        if g_variance is not None:
            slope = slope + 2 / max(count - 1, 1) * g_variance
        if g_mean is not None:
            shift = shift + g_mean / count
        dx = layout.combined(cotangent, scale, x, slope, shift - mean * slope, over=cotangent is not g_out)
    return dx, (product * inverse if needs[1] else None), (total if needs[2] else None)


def batch_norm_reference(x: Any, weight: Any, bias: Any, *, eps: float) -> tuple[Any, Any, Any]:
    axes = (0, *range(2, x.ndim))
    count = x.size // x.shape[1]
    mean = np.mean(x, axis=axes, keepdims=True)
    centred = x - mean
    squares = np.sum(centred * centred, axis=axes, keepdims=True)
    weight, bias = _affine(weight, bias, x.ndim)
    out = centred / np.sqrt(squares / count + eps) * weight + bias
    return out, mean.reshape(-1), squares.reshape(-1) / max(count - 1, 1)


# --- Batch normalization with given statistics -----------------------------------------------------------------------


def inference_forward(x: Array, mean: Array, variance: Array, weight: Array | None, bias: Array | None, *,
                      eps: float) -> tuple[Array, tuple[()]]:
    scale = _or(weight, 1) / np.sqrt(variance + eps)
    layout = Layout(x, by_sample=False)
    return layout.affine(layout.aligned(x), scale, _or(bias, 0) - mean * scale), ()


def inference_pullback(g: Array, operands: Sequence[Any], residuals: tuple[()], needs: Needs, *,
                       eps: float) -> tuple[Array | None, ...]:
    x, mean, variance, weight, _ = operands
    layout = Layout(x, by_sample=False)
    g = layout.aligned(g)
    inverse = 1 / np.sqrt(variance + eps)
    scale = inverse * _or(weight, 1)
    dx = layout.affine(g, scale, np.zeros_like(scale)) if needs[0] else None
    if not any(needs[1:]):
        return dx, None, None, None, None
    total, product = layout.products(g, layout.aligned(x), mean, inverse)
    return (
        dx,
        -scale * total if needs[1] else None,
        -0.5 * scale * (inverse * (inverse * product)) if needs[2] else None,
        product * inverse if needs[3] else None,
        total if needs[4] else None,
    )


def inference_reference(x: Any, mean: Any, variance: Any, weight: Any, bias: Any, *, eps: float) -> Any:
    weight, bias = _affine(weight, bias, x.ndim)
    mean, variance = along_channels(mean, x.ndim), along_channels(variance, x.ndim)
    return (x - mean) / np.sqrt(variance + eps) * weight + bias


# --- Group normalization ---------------------------------------------------------------------------------------------


def _by_channel(per_group: Array, channels: int) -> Array:
    """Values (N, G) repeated to (N, C)."""
    return np.repeat(per_group, channels // per_group.shape[1], axis=1)


def group_norm_forward(x: Array, weight: Array | None, bias: Array | None, *, groups: int,
                       eps: float) -> tuple[Array, tuple[Layout, Array, Array]]:
    layout = Layout(x, by_sample=True)
    samples, channels = x.shape[:2]
    members = samples, groups, channels // groups
    x = layout.aligned(x)
    mean, squares = layout.moments(x)
    mean, squares = merged(layout.count, mean.reshape(members), squares.reshape(members), (2,))
    count = layout.count * members[2]
    inverse = 1 / np.sqrt(squares / count + eps)
    scale = _by_channel(inverse, channels) * _or(weight, 1)
    out = layout.affine(x, scale, _or(bias, 0) - _by_channel(mean, channels) * scale)
    return out, (layout, mean, inverse)


def group_norm_pullback(g: Array, operands: Sequence[Any], residuals: tuple[Layout, Array, Array], needs: Needs, *,
                        groups: int, eps: float) -> tuple[Array | None, ...]:
    x, weight, _ = operands
    layout = residuals[0]
    samples, channels = x.shape[:2]
    members = samples, groups, channels // groups
    count = layout.count * members[2]
    mean, inverse = (_by_channel(residual, channels) for residual in residuals[1:])
    cotangent, x = layout.aligned(g), layout.aligned(x)
    total, product = layout.products(cotangent, x, mean, inverse)
    dx = None
    if needs[0]:
        scale = inverse * _or(weight, 1)
        weighted = [(scale * sums).reshape(members).sum(axis=2) / count for sums in (total, product)]
        shift, slope = (-_by_channel(sums, channels) for sums in weighted)
        slope = slope * inverse**2
        dx = layout.combined(cotangent, scale, x, slope, shift - mean * slope, over=cotangent is not g)
    return (dx, (product * inverse).sum(axis=0) if needs[1] else None, total.sum(axis=0) if needs[2] else None)


def group_norm_reference(x: Any, weight: Any, bias: Any, *, groups: int, eps: float) -> Any:
    members = x.reshape((x.shape[0], groups, math.prod(x.shape[1:]) // groups))
    centred = members - np.mean(members, axis=2, keepdims=True)
    variance = np.mean(centred * centred, axis=2, keepdims=True)
    weight, bias = _affine(weight, bias, x.ndim)
    return (centred / np.sqrt(variance + eps)).reshape(x.shape) * weight + bias


batch_norm: SeveralOutputs = fused_in_single("batch_norm", batch_norm_forward, batch_norm_pullback,
                                             batch_norm_reference)
batch_norm_inference: Operation = fused_in_single("batch_norm_inference", inference_forward, inference_pullback,
                                                  inference_reference)
group_norm: Operation = fused_in_single("group_norm", group_norm_forward, group_norm_pullback, group_norm_reference)
