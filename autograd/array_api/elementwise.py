"""Elementwise functions of the array API standard 2024.12, under its names and signatures."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd.rules.ufuncs import floor_quotient
from autograd.tensor import Tensor

from .apply import as_tensor, call
from .complex_limits import complex_expm1, complex_tanh


def abs(x: Tensor, /) -> Tensor:
    """NumPy's `absolute`, elementwise."""
    return call(np.absolute, x)


def acos(x: Tensor, /) -> Tensor:
    """NumPy's `arccos`, elementwise."""
    return call(np.arccos, x)


def acosh(x: Tensor, /) -> Tensor:
    """NumPy's `arccosh`, elementwise."""
    return call(np.arccosh, x)


def asin(x: Tensor, /) -> Tensor:
    """NumPy's `arcsin`, elementwise."""
    return call(np.arcsin, x)


def asinh(x: Tensor, /) -> Tensor:
    """NumPy's `arcsinh`, elementwise."""
    return call(np.arcsinh, x)


def atan(x: Tensor, /) -> Tensor:
    """NumPy's `arctan`, elementwise."""
    return call(np.arctan, x)


def atanh(x: Tensor, /) -> Tensor:
    """NumPy's `arctanh`, elementwise."""
    return call(np.arctanh, x)


def bitwise_invert(x: Tensor, /) -> Tensor:
    """NumPy's `invert`, elementwise."""
    return call(np.invert, x)


def ceil(x: Tensor, /) -> Tensor:
    """NumPy's `ceil`, elementwise."""
    return call(np.ceil, x)


def conj(x: Tensor, /) -> Tensor:
    """NumPy's `conjugate`, elementwise."""
    return call(np.conjugate, x)


def cos(x: Tensor, /) -> Tensor:
    """NumPy's `cos`, elementwise."""
    return call(np.cos, x)


def cosh(x: Tensor, /) -> Tensor:
    """NumPy's `cosh`, elementwise."""
    return call(np.cosh, x)


def exp(x: Tensor, /) -> Tensor:
    """NumPy's `exp`, elementwise."""
    return call(np.exp, x)


def expm1(x: Tensor, /) -> Tensor:
    """exp(x) - 1, elementwise; complex infinities have the standard's values."""
    return complex_expm1(x) if as_tensor(x).dtype.kind == "c" else call(np.expm1, x)


def floor(x: Tensor, /) -> Tensor:
    """NumPy's `floor`, elementwise."""
    return call(np.floor, x)


def imag(x: Tensor, /) -> Tensor:
    """NumPy's `imag`, elementwise."""
    return call(np.imag, x)


def isfinite(x: Tensor, /) -> Tensor:
    """NumPy's `isfinite`, elementwise."""
    return call(np.isfinite, x)


def isinf(x: Tensor, /) -> Tensor:
    """NumPy's `isinf`, elementwise."""
    return call(np.isinf, x)


def isnan(x: Tensor, /) -> Tensor:
    """NumPy's `isnan`, elementwise."""
    return call(np.isnan, x)


def log(x: Tensor, /) -> Tensor:
    """NumPy's `log`, elementwise."""
    return call(np.log, x)


def log1p(x: Tensor, /) -> Tensor:
    """NumPy's `log1p`, elementwise."""
    return call(np.log1p, x)


def log2(x: Tensor, /) -> Tensor:
    """NumPy's `log2`, elementwise."""
    return call(np.log2, x)


def log10(x: Tensor, /) -> Tensor:
    """NumPy's `log10`, elementwise."""
    return call(np.log10, x)


def logical_not(x: Tensor, /) -> Tensor:
    """NumPy's `logical_not`, elementwise."""
    return call(np.logical_not, x)


def negative(x: Tensor, /) -> Tensor:
    """NumPy's `negative`, elementwise."""
    return call(np.negative, x)


def positive(x: Tensor, /) -> Tensor:
    """NumPy's `positive`, elementwise."""
    return call(np.positive, x)


def real(x: Tensor, /) -> Tensor:
    """NumPy's `real`, elementwise."""
    return call(np.real, x)


def reciprocal(x: Tensor, /) -> Tensor:
    """NumPy's `reciprocal`, elementwise."""
    return call(np.reciprocal, x)


def round(x: Tensor, /) -> Tensor:
    """NumPy's `round`, elementwise."""
    return call(np.round, x)


def sign(x: Tensor, /) -> Tensor:
    """NumPy's `sign`, elementwise."""
    return call(np.sign, x)


def signbit(x: Tensor, /) -> Tensor:
    """NumPy's `signbit`, elementwise."""
    return call(np.signbit, x)


def sin(x: Tensor, /) -> Tensor:
    """NumPy's `sin`, elementwise."""
    return call(np.sin, x)


def sinh(x: Tensor, /) -> Tensor:
    """NumPy's `sinh`, elementwise."""
    return call(np.sinh, x)


def square(x: Tensor, /) -> Tensor:
    """NumPy's `square`, elementwise."""
    return call(np.square, x)


def sqrt(x: Tensor, /) -> Tensor:
    """NumPy's `sqrt`, elementwise."""
    return call(np.sqrt, x)


def tan(x: Tensor, /) -> Tensor:
    """NumPy's `tan`, elementwise."""
    return call(np.tan, x)


def tanh(x: Tensor, /) -> Tensor:
    """The hyperbolic tangent, elementwise; complex infinities have the standard's values."""
    return complex_tanh(x) if as_tensor(x).dtype.kind == "c" else call(np.tanh, x)


def trunc(x: Tensor, /) -> Tensor:
    """NumPy's `trunc`, elementwise."""
    return call(np.trunc, x)


def add(x1: Any, x2: Any, /) -> Tensor:
    """NumPy's `add`, elementwise with broadcasting."""
    return call(np.add, x1, x2)


def atan2(x1: Any, x2: Any, /) -> Tensor:
    """NumPy's `arctan2`, elementwise with broadcasting."""
    return call(np.arctan2, x1, x2)


def bitwise_and(x1: Any, x2: Any, /) -> Tensor:
    """NumPy's `bitwise_and`, elementwise with broadcasting."""
    return call(np.bitwise_and, x1, x2)


def bitwise_left_shift(x1: Any, x2: Any, /) -> Tensor:
    """NumPy's `left_shift`, elementwise with broadcasting."""
    return call(np.left_shift, x1, x2)


def bitwise_or(x1: Any, x2: Any, /) -> Tensor:
    """NumPy's `bitwise_or`, elementwise with broadcasting."""
    return call(np.bitwise_or, x1, x2)


def bitwise_right_shift(x1: Any, x2: Any, /) -> Tensor:
    """NumPy's `right_shift`, elementwise with broadcasting."""
    return call(np.right_shift, x1, x2)


def bitwise_xor(x1: Any, x2: Any, /) -> Tensor:
    """NumPy's `bitwise_xor`, elementwise with broadcasting."""
    return call(np.bitwise_xor, x1, x2)


def copysign(x1: Any, x2: Any, /) -> Tensor:
    """NumPy's `copysign`, elementwise with broadcasting."""
    return call(np.copysign, x1, x2)


def divide(x1: Any, x2: Any, /) -> Tensor:
    """NumPy's `divide`, elementwise with broadcasting."""
    return call(np.divide, x1, x2)


def equal(x1: Any, x2: Any, /) -> Tensor:
    """NumPy's `equal`, elementwise with broadcasting."""
    return call(np.equal, x1, x2)


def floor_divide(x1: Any, x2: Any, /) -> Tensor:
    """What `x1 // x2` is: `floor(x1 / x2)`, elementwise with broadcasting."""
    return call(floor_quotient, x1, x2)


def greater(x1: Any, x2: Any, /) -> Tensor:
    """NumPy's `greater`, elementwise with broadcasting."""
    return call(np.greater, x1, x2)


def greater_equal(x1: Any, x2: Any, /) -> Tensor:
    """NumPy's `greater_equal`, elementwise with broadcasting."""
    return call(np.greater_equal, x1, x2)


def hypot(x1: Any, x2: Any, /) -> Tensor:
    """NumPy's `hypot`, elementwise with broadcasting."""
    return call(np.hypot, x1, x2)


def less(x1: Any, x2: Any, /) -> Tensor:
    """NumPy's `less`, elementwise with broadcasting."""
    return call(np.less, x1, x2)


def less_equal(x1: Any, x2: Any, /) -> Tensor:
    """NumPy's `less_equal`, elementwise with broadcasting."""
    return call(np.less_equal, x1, x2)


def logaddexp(x1: Any, x2: Any, /) -> Tensor:
    """NumPy's `logaddexp`, elementwise with broadcasting."""
    return call(np.logaddexp, x1, x2)


def logical_and(x1: Any, x2: Any, /) -> Tensor:
    """NumPy's `logical_and`, elementwise with broadcasting."""
    return call(np.logical_and, x1, x2)


def logical_or(x1: Any, x2: Any, /) -> Tensor:
    """NumPy's `logical_or`, elementwise with broadcasting."""
    return call(np.logical_or, x1, x2)


def logical_xor(x1: Any, x2: Any, /) -> Tensor:
    """NumPy's `logical_xor`, elementwise with broadcasting."""
    return call(np.logical_xor, x1, x2)


def maximum(x1: Any, x2: Any, /) -> Tensor:
    """NumPy's `maximum`, elementwise with broadcasting."""
    return call(np.maximum, x1, x2)


def minimum(x1: Any, x2: Any, /) -> Tensor:
    """NumPy's `minimum`, elementwise with broadcasting."""
    return call(np.minimum, x1, x2)


def multiply(x1: Any, x2: Any, /) -> Tensor:
    """NumPy's `multiply`, elementwise with broadcasting."""
    return call(np.multiply, x1, x2)


def nextafter(x1: Any, x2: Any, /) -> Tensor:
    """NumPy's `nextafter`, elementwise with broadcasting."""
    return call(np.nextafter, x1, x2)


def not_equal(x1: Any, x2: Any, /) -> Tensor:
    """NumPy's `not_equal`, elementwise with broadcasting."""
    return call(np.not_equal, x1, x2)


def pow(x1: Any, x2: Any, /) -> Tensor:
    """NumPy's `power`, elementwise with broadcasting."""
    return call(np.power, x1, x2)


def remainder(x1: Any, x2: Any, /) -> Tensor:
    """NumPy's `remainder`, elementwise with broadcasting."""
    return call(np.remainder, x1, x2)


def subtract(x1: Any, x2: Any, /) -> Tensor:
    """NumPy's `subtract`, elementwise with broadcasting."""
    return call(np.subtract, x1, x2)


def clip(x: Tensor, /, min: Any = None, max: Any = None) -> Tensor:
    """`x` limited to [min, max]; the dtype of `x` stays, whatever the bounds' is."""
    x = as_tensor(x)
    return call(np.clip, x, as_bound(min, x), as_bound(max, x))


def as_bound(bound: Any, x: Tensor) -> Any:
    """A bound in the dtype of `x`, so that it does not promote it."""
    return bound.astype(x.dtype) if isinstance(bound, (Tensor, np.ndarray)) and bound.dtype != x.dtype else bound
