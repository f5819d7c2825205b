"""Kernels that add up many numbers: float16 is what they read and write, float32 what they compute with.

A float16 ends at 65,504, and has 11 bits: the squares of 4,096 numbers around 5 add up to more.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

import numpy as np

from autograd.declare.fused import Needs, fused

HALF = np.dtype(np.float16).char  # whose comparison takes a third of that of dtypes


def _wide(x: Any) -> Any:
    return x.astype(np.float32) if x is not None and x.dtype.char == HALF else x


def _narrow(out: Any) -> Any:
    return tuple(part.astype(np.float16) for part in out) if isinstance(out, tuple) else out.astype(np.float16)


def in_single(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function of arrays or tensors of one dtype, computed on float32 where that is float16."""

    @wraps(function)
    def wide(*operands: Any, **options: Any) -> Any:
        if operands[0].dtype.char != HALF:
            return function(*operands, **options)
        return _narrow(function(*map(_wide, operands), **options))

    return wide


def fused_in_single(name: str, forward: Callable[..., Any], pullback: Callable[..., Any],
                    reference: Callable[..., Any]) -> Callable[..., Any]:
    """`fused`, except that where the first operand is float16 all three functions work on float32."""

    def wide_forward(*operands: Any, **options: Any) -> tuple[Any, tuple[Any, ...]]:
        if operands[0].dtype.char != HALF:
            return forward(*operands, **options)  # type: ignore[no-any-return]
        out, residuals = forward(*map(_wide, operands), **options)
        return _narrow(out), residuals

    def wide_pullback(g: Any, operands: Sequence[Any], residuals: tuple[Any, ...], needs: Needs,
                      **options: Any) -> Any:
        if operands[0].dtype.char == HALF:  # the pass gives each cotangent its operand's dtype
            operands = tuple(map(_wide, operands))
            g = tuple(map(_wide, g)) if isinstance(g, tuple) else _wide(g)
        return pullback(g, operands, residuals, needs, **options)

    def wide_reference(*operands: Any, **options: Any) -> Any:
        if operands[0].dtype.char != HALF:
            return reference(*operands, **options)
        return _narrow(reference(*map(_wide, operands), **options))

    return fused(name, wide_forward, wide_pullback, wide_reference)
