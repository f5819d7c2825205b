"""Digits that a rule lost: a float64 derivative with only the precision of float32."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograd.arrays import Array
from autograd.errors import GradientMismatch
from autograd.forward import jvp
from autograd.transforms import vjp

from .differences import Arrays, random_like
from .subject import as_array, raw

NARROW: dict[np.dtype[Any], Any] = {np.dtype(np.float64): np.float32, np.dtype(np.complex128): np.complex64}
STEP = 2.0**-44
"""Relative: 256 times the rounding of float64, and lost where float32 rounds."""


def check_digits(call: Callable[..., list[Any]], values: Arrays, inputs: Sequence[str],
                 outputs: Callable[[], list[str]], modes: Sequence[str]) -> None:
    """`GradientMismatch` if a derivative was rounded to float32 where the function itself computes in float64.

    The engine casts what a rule returns, and the tolerance may be wider than that rounding. Cotangents and tangents are
    random in all of their digits, and so are products with them.
    """
    rng = np.random.default_rng(0)
    if "reverse" in modes:
        outs, pullback = vjp(call, *[v.copy() for v in values])
        arrays = [as_array(out) for out in outs]
        found = pullback(random_like(arrays, rng))
        for i, (gradient, name) in enumerate(zip(map(as_array, found), inputs, strict=True)):
            if _rounded(gradient, _noise(arrays, [values[i]])) and any(_feels(call, values, [i])):
                _refuse("reverse", f"the gradient of {name}", gradient.dtype)
    if "forward" in modes:
        outs, found = (list(map(as_array, part)) for part in jvp(call, values, random_like(values, rng)))
        for i, (out, tangent, name) in enumerate(zip(outs, found, outputs(), strict=True)):
            if _rounded(tangent, _noise([out], values)) and _feels(call, values, range(len(values)))[i]:
                _refuse("forward", f"the tangent of {name}", tangent.dtype)


def _noise(outs: Arrays, values: Arrays) -> float:
    """How large a slope of 0 may become by rounding: of such numbers few have many digits."""
    largest, nearest = (max((float(np.max(np.abs(a), initial=0)) for a in arrays), default=0.0)
                        for arrays in (outs, values))
    return 2.0**-40 * max(1.0, largest) / (nearest or 1.0)


def _rounded(a: Array, noise: float) -> bool:
    """Whether all numbers of an array, which is not 0 but for rounding, would be the same in half of their bytes.

    Infinities and nan, at poles, say nothing of digits.
    """
    narrow, a = NARROW.get(a.dtype), a[np.isfinite(a)]
    if narrow is None or not np.any(np.abs(a) > noise):
        return False
    with np.errstate(all="ignore"):
        return np.array_equal(a.astype(narrow), a)


def _feels(call: Callable[..., list[Any]], values: Arrays, moved: Sequence[int]) -> list[bool]:
    """For each output, whether it changes with the last digits of these arguments: float32 within `f` hides them."""
    near = [v * (1 + STEP) if i in moved else v for i, v in enumerate(values)]
    return [not np.array_equal(a, b, equal_nan=True) for a, b in zip(raw(call, values), raw(call, near), strict=True)]


def _refuse(mode: str, what: str, dtype: np.dtype[Any]) -> None:
    raise GradientMismatch(f"{mode} mode: {what} is {dtype}, but holds no more digits than {NARROW[dtype].__name__} "
                           "has, and f computes with more: does a rule cast, or return an array of that dtype?")
