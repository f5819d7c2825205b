"""Elementwise functions of the array API standard 2024.12, under its names and signatures."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd.arguments import as_tensor
from autograd.rules.ufuncs import floor_quotient
from autograd.tensor import Tensor

from .apply import call, documented
from .complex_limits import complex_expm1, complex_tanh

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

__all__ = [
    "abs", "acos", "acosh", "add", "asin", "asinh", "atan", "atan2", "atanh", "bitwise_and", "bitwise_invert",
    "bitwise_left_shift", "bitwise_or", "bitwise_right_shift", "bitwise_xor", "ceil", "clip", "conj", "copysign", "cos",
    "cosh", "divide", "equal", "exp", "expm1", "floor", "floor_divide", "greater", "greater_equal", "hypot", "imag",
    "isfinite", "isinf", "isnan", "less", "less_equal", "log", "log1p", "log2", "log10", "logaddexp", "logical_and",
    "logical_not", "logical_or", "logical_xor", "maximum", "minimum", "multiply", "negative", "nextafter", "not_equal",
    "positive", "pow", "real", "reciprocal", "remainder", "round", "sign", "signbit", "sin", "sinh", "sqrt", "square",
    "subtract", "tan", "tanh", "trunc",
]


def unary(function: Callable[..., Any], name: str | None = None) -> Callable[[ArrayLike], Tensor]:
    """NumPy's function of one array, under the standard's name where that is another."""

    def apply(x: ArrayLike, /) -> Tensor:
        return call(function, x)

    return documented(apply, function, name, "elementwise")


def binary(function: Callable[..., Any], name: str | None = None) -> Callable[[ArrayLike, ArrayLike], Tensor]:
    """The same of two arrays."""

    def apply(x1: ArrayLike, x2: ArrayLike, /) -> Tensor:
        return call(function, x1, x2)

    return documented(apply, function, name, "elementwise with broadcasting")


abs = unary(np.absolute, "abs")
acos = unary(np.arccos, "acos")
acosh = unary(np.arccosh, "acosh")
asin = unary(np.arcsin, "asin")
asinh = unary(np.arcsinh, "asinh")
atan = unary(np.arctan, "atan")
atanh = unary(np.arctanh, "atanh")
bitwise_invert = unary(np.invert, "bitwise_invert")
ceil = unary(np.ceil)
conj = unary(np.conjugate, "conj")
cos = unary(np.cos)
cosh = unary(np.cosh)
exp = unary(np.exp)
floor = unary(np.floor)
imag = unary(np.imag)
isfinite = unary(np.isfinite)
isinf = unary(np.isinf)
isnan = unary(np.isnan)
log = unary(np.log)
log1p = unary(np.log1p)
log2 = unary(np.log2)
log10 = unary(np.log10)
logical_not = unary(np.logical_not)
negative = unary(np.negative)
positive = unary(np.positive)
real = unary(np.real)
reciprocal = unary(np.reciprocal)
round = unary(np.round)
sign = unary(np.sign)
signbit = unary(np.signbit)
sin = unary(np.sin)
sinh = unary(np.sinh)
square = unary(np.square)
sqrt = unary(np.sqrt)
tan = unary(np.tan)
trunc = unary(np.trunc)

add = binary(np.add)
atan2 = binary(np.arctan2, "atan2")
bitwise_and = binary(np.bitwise_and)
bitwise_left_shift = binary(np.left_shift, "bitwise_left_shift")
bitwise_or = binary(np.bitwise_or)
bitwise_right_shift = binary(np.right_shift, "bitwise_right_shift")
bitwise_xor = binary(np.bitwise_xor)
copysign = binary(np.copysign)
divide = binary(np.divide)
equal = binary(np.equal)
greater = binary(np.greater)
greater_equal = binary(np.greater_equal)
hypot = binary(np.hypot)
less = binary(np.less)
less_equal = binary(np.less_equal)
logaddexp = binary(np.logaddexp)
logical_and = binary(np.logical_and)
logical_or = binary(np.logical_or)
logical_xor = binary(np.logical_xor)
maximum = binary(np.maximum)
minimum = binary(np.minimum)
multiply = binary(np.multiply)
nextafter = binary(np.nextafter)
not_equal = binary(np.not_equal)
pow = binary(np.power, "pow")
remainder = binary(np.remainder)
subtract = binary(np.subtract)


def expm1(x: ArrayLike, /) -> Tensor:
    """exp(x) - 1, elementwise; complex infinities have the standard's values."""
    return complex_expm1(x) if as_tensor(x).dtype.kind == "c" else call(np.expm1, x)


def tanh(x: ArrayLike, /) -> Tensor:
    """The hyperbolic tangent, elementwise; complex infinities have the standard's values."""
    return complex_tanh(x) if as_tensor(x).dtype.kind == "c" else call(np.tanh, x)


def floor_divide(x1: ArrayLike, x2: ArrayLike, /) -> Tensor:
    """What `x1 // x2` is: `floor(x1 / x2)`, elementwise with broadcasting."""
    return call(floor_quotient, x1, x2)


def clip(x: Tensor, /, min: ArrayLike | None = None, max: ArrayLike | None = None) -> Tensor:
    """`x` limited to [min, max]; the dtype of `x` stays, whatever the bounds' is."""
    x = as_tensor(x)
    return call(np.clip, x, as_bound(min, x), as_bound(max, x))


def as_bound(bound: Any, x: Tensor) -> Any:
    """A bound in the dtype of `x`, so that it does not promote it."""
    return bound.astype(x.dtype) if isinstance(bound, (Tensor, np.ndarray)) and bound.dtype != x.dtype else bound
