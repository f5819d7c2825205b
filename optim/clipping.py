"""Gradient clipping: by the joint norm, or number by number."""

from __future__ import annotations

from collections.abc import Iterable
from math import isfinite
from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from autograd import Tensor
from autograd.arrays import weak

from .parameters import listed


def clip_grad_norm_(params: Iterable[Tensor] | Tensor, max_norm: float, norm_type: float = 2.0, *,
                    error_if_nonfinite: bool = False) -> float:
    """Scale all gradients by one factor, so that the norm of all of them together is at most `max_norm`.

        g <- g * min(1, max_norm / (norm + 1e-6)),    norm = (sum |g|^p)^(1/p)

    `norm_type` is p; for `inf` the norm is the largest |g|. Returns the norm before clipping. A non-finite norm makes
    every gradient nan or zero; with `error_if_nonfinite` it raises RuntimeError. R. Pascanu, T. Mikolov and
    Y. Bengio, "On the difficulty of training recurrent neural networks", 2013.
    """
    if not (_is_number(max_norm) and max_norm >= 0 and _is_number(norm_type) and norm_type > 0):
        raise ValueError(f"clip_grad_norm_: max_norm must be a number >= 0 and norm_type one > 0, got {max_norm!r} and "
                         f"{norm_type!r}")
    gradients = _gradients("clip_grad_norm_", params)
    total = _norm([_norm(g._value, norm_type) for _, g in gradients], norm_type)
    if error_if_nonfinite and not isfinite(total):
        raise RuntimeError(f"clip_grad_norm_: the norm of the gradients is {total}; a loss or gradient was not finite")
    scale = weak(max_norm) / (total + 1e-6)
    if not scale >= 1:  # nan propagates to the gradients, where it is seen
        for parameter, gradient in gradients:
            gradient *= scale
            parameter.grad = gradient
    return total


def clip_grad_value_(params: Iterable[Tensor] | Tensor, clip_value: float) -> None:
    """Clip every number of every gradient to `[-clip_value, clip_value]`; call it between `backward()` and `step()`.

    Unlike clipping by the norm, it may change a step's direction. Raises ValueError for a negative clip_value.
    """
    if not (_is_number(clip_value) and clip_value >= 0):
        raise ValueError(f"clip_grad_value_: clip_value must be a number >= 0, got {clip_value!r}")
    bound = weak(clip_value)
    for parameter, gradient in _gradients("clip_grad_value_", params):
        parameter.grad = gradient.clip(-bound, bound)


def _is_number(value: Any) -> bool:
    return isinstance(value, Real) or getattr(value, "shape", None) == ()  # also a norm that was computed


def _gradients(speaker: str, params: Iterable[Tensor] | Tensor) -> list[tuple[Tensor, Tensor]]:
    """The parameters that have a gradient, each once, with their gradients."""
    parameters = [params] if isinstance(params, Tensor) else listed(speaker, params)
    return [(p, p.grad) for p in dict.fromkeys(parameters) if p.grad is not None]


def _norm(values: ArrayLike, norm_type: float) -> float:
    flat = np.ravel(values)
    wide = flat.astype(np.promote_types(flat.dtype, np.float32), copy=False)  # squares of float16 overflow
    return float(np.linalg.norm(wide, norm_type)) if wide.size else 0.0
