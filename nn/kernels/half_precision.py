"""Kernels that add up many numbers in half precision: they read and write float16, and compute in float32.

The largest float16 is 65,504, and it has 11 bits: the squares of 4,096 numbers around 5 add up to more.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any, TypeVar

import numpy as np

from autograd.declare.fused import Needs, fused
from autograd.duck_arrays import HALF, at_least_single

Function = TypeVar("Function", bound=Callable[..., Any])


def _wide(x: Any) -> Any:
    """An operand in float32 if it is float16; None stays None."""
    return None if x is None else at_least_single(x)


def narrow(out: Any) -> Any:
    """An output in float16; of several only the first, as the others are statistics, which may exceed its range."""
    return (narrow(out[0]), *out[1:]) if isinstance(out, tuple) else out.astype(np.float16)


def in_single(function: Function) -> Function:
    """A function of arrays or tensors of one dtype, computed in float32 if that is float16."""

    @wraps(function)
    def in_float32(*operands: Any, **options: Any) -> Any:
        if operands[0].dtype.char != HALF:
            return function(*operands, **options)
        return narrow(function(*map(_wide, operands), **options))

    return in_float32  # type: ignore[return-value]  # it takes and returns what the function does


def fused_in_single(name: str, forward: Callable[..., tuple[Any, tuple[Any, ...]]], pullback: Callable[..., Any],
                    reference: Callable[..., Any]) -> Callable[..., Any]:
    """`fused`, except that all three functions work in float32 if the first operand is float16."""

    def wide_forward(*operands: Any, **options: Any) -> tuple[Any, tuple[Any, ...]]:
        if operands[0].dtype.char != HALF:
            return forward(*operands, **options)
        out, residuals = forward(*map(_wide, operands), **options)
        return narrow(out), residuals

    def wide_pullback(g: Any, operands: Sequence[Any], residuals: tuple[Any, ...], needs: Needs, **options: Any) -> Any:
        if operands[0].dtype.char == HALF:  # the backward pass casts each cotangent to its operand's dtype
            operands = tuple(map(_wide, operands))
            g = tuple(map(_wide, g)) if isinstance(g, tuple) else _wide(g)
        return pullback(g, operands, residuals, needs, **options)

    return fused(name, wide_forward, wide_pullback, in_single(reference))
