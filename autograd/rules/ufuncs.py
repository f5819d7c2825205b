"""NumPy's ufuncs: arithmetic, powers, exponentials, trigonometry, selection, matrix products.

`x`, `y` are the operands and `out` the output; each line is the function and its partial derivatives.
"""

from __future__ import annotations

import functools
import operator
from math import prod
from typing import Any

import numpy as np

from autograd.arguments import array_of, as_operand
from autograd.declare import (
    composite,
    constant,
    elementwise,
    general,
    linear,
    multilinear,
    on_arrays_too,
    piecewise_constant,
)
from autograd.declare.poles import quotient
from autograd.duck_arrays import Array
from autograd.primitive import pole_safe
from autograd.registry import registry
from autograd.rule_signature import Rule
from autograd.runtime import selection
from autograd.runtime.matmul import SHARED, matmul_of_arrays
from autograd.runtime.numbers import NUMBERS
from autograd.runtime.powers import power
from autograd.runtime.reduction import MANY, reduce

from .closed import closed

LN2, LN10 = float(np.log(2)), float(np.log(10))

# --- Arithmetic ------------------------------------------------------------------------------------------------------

elementwise(np.add, 1, 1, evaluate=operator.add)
elementwise(np.subtract, 1, -1, evaluate=operator.sub)
elementwise(np.multiply, "y", "x", evaluate=operator.mul)
elementwise(np.divide, lambda y: inverse(y), lambda y, out: -out / y, evaluate=operator.truediv)
elementwise(np.negative, -1, evaluate=operator.neg)
elementwise(np.positive, 1, evaluate=operator.pos)
elementwise(np.reciprocal, lambda out: -out * out)
elementwise(np.remainder, 1, lambda x, y: -np.floor_divide(x, y))
elementwise(np.fmod, 1, lambda x, y, out: np.rint((out - x) / y))  # 1 / 0.1 is 10 in floats, but 0.1 fits 9 times
elementwise(np.ldexp, lambda y: np.exp2(y), 0)
elementwise(np.nextafter, 1, 0)
composite(np.divmod)(lambda x, y: (np.floor_divide(x, y), np.remainder(x, y)))

elementwise(pole_safe, "y", "x", name="chain_rule")  # as graphs of second derivatives show it


def inverse(y: Array) -> Array:
    """The quotient 1 / y, also infinite for a Python number 0, where Python itself would raise."""
    try:
        return 1 / y
    except ZeroDivisionError:
        return float(np.divide(1.0, y))


@composite(np.modf)
def modf(x: Any) -> tuple[Any, Any]:
    return np.fmod(np.where(np.isinf(x), np.copysign(0, x), x), 1), np.trunc(x)


@composite(np.frexp)
def frexp(x: Any) -> tuple[Any, Any]:
    exponent = piecewise_constant(lambda x: np.frexp(x)[1])(x)
    return np.ldexp(x, -exponent), exponent


# --- Powers ----------------------------------------------------------------------------------------------------------


def power_base(x: Array, y: Array) -> Array:
    """`y * x**(y - 1)`: the slope in the base, which is 0 for y = 0 at every x."""
    if isinstance(y, (int, float)):
        return y * power(x, y - 1) if y else np.zeros_like(x)
    return power_base_of(x, y)


def general_power_base(x: Array, y: Array) -> Array:
    return y * np.where((x == 0) & (y == 0), 1, x) ** (y - 1)


def power_exponent(x: Array, out: Array) -> Array:
    """`log(x) * out`: the slope in the exponent, taken as 0 at x = 0, which is the limit for y > 0."""
    return np.log(np.where(x == 0, 1, x)) * out


power_base_of = closed(general_power_base, "partial 0 of power")
power_slopes = power_base, closed(power_exponent, "partial 1 of power")
elementwise(np.power, *power_slopes, evaluate=power)
elementwise(np.float_power, *power_slopes)
elementwise(np.square, lambda x: 2 * x)
elementwise(np.sqrt, lambda out: 0.5 / out)
elementwise(np.cbrt, lambda out: 1 / (3 * out * out))

# --- Exponentials and logarithms -------------------------------------------------------------------------------------

elementwise(np.exp, lambda out: out)
elementwise(np.exp2, lambda out: out * LN2)
elementwise(np.expm1, lambda x: np.exp(x))
elementwise(np.log, lambda x: 1 / x)
elementwise(np.log2, lambda x: 1 / (x * LN2))
elementwise(np.log10, lambda x: 1 / (x * LN10))
elementwise(np.log1p, lambda x: 1 / (1 + x))
elementwise(np.logaddexp, lambda x, y: 1 / (1 + np.exp(gap(y, x))), lambda x, y: 1 / (1 + np.exp(gap(x, y))))
elementwise(np.logaddexp2, lambda x, y: 1 / (1 + np.exp2(gap(y, x))), lambda x, y: 1 / (1 + np.exp2(gap(x, y))))


def gap(x: Array, y: Array) -> Array:
    """The difference x - y, and 0 where the two are the same infinity. It gives the slopes of `logaddexp` to full
    precision, unlike the output, whose rounding error is that of the larger operand.
    """
    return np.where(np.isinf(x) & (x == y), 0, x - y)


# --- Trigonometric and hyperbolic ------------------------------------------------------------------------------------

elementwise(np.sin, lambda x: np.cos(x))
elementwise(np.cos, lambda x: -np.sin(x))
elementwise(np.tan, lambda out: 1 + out * out)
elementwise(np.arcsin, lambda x: 1 / cosine_of_arcsine(x))
elementwise(np.arccos, lambda x: -1 / cosine_of_arcsine(x))
elementwise(np.arctan, lambda x: 1 / (1 + x * x))
elementwise(np.arctan2, lambda x, y: over_squares(y, x, y), lambda x, y: -over_squares(x, x, y))
elementwise(np.sinh, lambda x: np.cosh(x))
elementwise(np.cosh, lambda x: np.sinh(x))
elementwise(np.tanh, lambda out: 1 - out * out)
elementwise(np.arcsinh, lambda x: 1 / cosine_of_hyperbolic(x))
elementwise(np.arccosh, lambda x: 1 / (np.sqrt(x - 1) * np.sqrt(x + 1)))
elementwise(np.arctanh, lambda x: 1 / ((1 - x) * (1 + x)))
elementwise(np.deg2rad, np.pi / 180)
elementwise(np.radians, np.pi / 180)
elementwise(np.rad2deg, 180 / np.pi)
elementwise(np.degrees, 180 / np.pi)


def cosine_of_arcsine(x: Array) -> Array:
    """sqrt(1 - x^2), in two factors: exact near 1 and -1, and for complex x on the side of the cut its 0 says."""
    if x.dtype.kind == "c":
        return np.sqrt(-(x - 1)) * np.sqrt(x + 1)
    return np.sqrt((1 - x) * (1 + x))  # finite before the root, so that 0 times its derivative is 0 beyond 1 too


def cosine_of_hyperbolic(x: Array) -> Array:
    """The cosh of arcsinh(x), sqrt(x^2 + 1); of a real number without its square, which may be too large a number."""
    return np.sqrt(x * x + 1) if x.dtype.kind == "c" else np.hypot(x, 1)


def over_squares(z: Array, x: Array, y: Array) -> Array:
    """The quotient z / (x^2 + y^2), without squares that may be too large or too small a number; 0 at the origin."""
    length = np.hypot(x, y)
    return quotient(quotient(z, length), length)


# --- Lengths: derivative 0 where the length is 0 ---------------------------------------------------------------------


def direction(x: Array) -> Array:
    """The quotient x / |x|, 0 at 0: the sign of a real number, the conjugate phase of a complex one."""
    if x.dtype.kind != "c":
        return np.sign(x)
    return quotient(np.conj(x), np.absolute(x))


general(np.absolute, lambda g, x: pole_safe(g, direction(x)), lambda t, x: np.real(pole_safe(t, direction(x))))
elementwise(np.fabs, lambda x: np.sign(x))
elementwise(np.hypot, lambda x, out: quotient(x, out), lambda y, out: quotient(y, out))
elementwise(np.heaviside, 0, lambda x: x == 0)
elementwise(np.copysign, lambda x, y: np.copysign(1, y) * np.sign(x), 0)

# --- Selection: at a tie the subgradient of least norm ---------------------------------------------------------------


def chosen(wins: Array, ties: Array, active: tuple[bool, ...]) -> Array:
    """1 where an operand wins; at a tie half, if both operands are differentiated, else 0."""
    return np.where(ties, 0.5, wins) if all(active) else wins


elementwise(np.maximum, lambda x, y, active: chosen(x > y, x == y, active),
            lambda x, y, active: chosen(y > x, x == y, active), evaluate=selection.maximum)
elementwise(np.minimum, lambda x, y, active: chosen(x < y, x == y, active),
            lambda x, y, active: chosen(y < x, x == y, active), evaluate=selection.minimum)
elementwise(np.fmax, lambda x, y, active: chosen((x > y) | np.isnan(y), x == y, active),
            lambda x, y, active: chosen((y > x) | np.isnan(x), x == y, active))
elementwise(np.fmin, lambda x, y, active: chosen((x < y) | np.isnan(y), x == y, active),
            lambda x, y, active: chosen((y < x) | np.isnan(x), x == y, active))


clip_of = elementwise(lambda x, y, z: x.clip(y, z), lambda x, y, z: (x > y) & (x < z), None, None, name="clip")


@composite(np.clip)
def clip(a: Any, a_min: Any = None, a_max: Any = None, out: Any = None, *, min: Any = None, max: Any = None) -> Any:
    if out is not None:
        return np.positive(clip(a, a_min, a_max, min=min, max=max), out=out)
    a = array_of(a)
    low, high = (a_min if min is None else min), (a_max if max is None else max)
    if a.dtype.kind in "iu":  # a Python integer that the dtype cannot hold never binds
        limits = np.iinfo(a.dtype)
        low = None if type(low) is int and low <= limits.min else low
        high = None if type(high) is int and high >= limits.max else high
    if low is None and high is None:
        return np.copy(a)
    if a.dtype.kind not in "fc":  # else a Python integer would turn booleans into int64 before the other bound applies
        bounds = [x if isinstance(x, (int, float)) else array_of(x) for x in (low, high) if x is not None]
        a = a.astype(np.result_type(a, *bounds))
    if a.dtype.kind == "f" and type(low) in NUMBERS and type(high) in NUMBERS:
        return clip_of(a, low, high)
    a = a if low is None else np.maximum(a, low)
    return a if high is None else np.minimum(a, high)


where_of = general(np.where,
                   [None, lambda g, condition: select(condition, g, 0), lambda g, condition: select(condition, 0, g)],
                   [None, lambda t, condition: select(condition, t, 0), lambda t, condition: select(condition, 0, t)],
                   operands=("condition", "x", "y"), evaluate=selection.select)
select: Any = on_arrays_too(where_of)


@composite(np.where)
def where(condition: Any, *choices: Any) -> Any:
    if len(choices) == 1:
        raise ValueError("where takes a condition alone, or with both x and y")
    return where_of(condition, *choices) if choices else np.nonzero(condition)


# --- Complex parts (Re and Im are linear over the reals) -------------------------------------------------------------

linear(np.conjugate, lambda g: np.conjugate(g))
linear(np.real, lambda g: g, views=True)
general(np.imag, lambda g, x: g * -1j if x.dtype.kind == "c" else np.zeros_like(g), lambda t: np.imag(t), views=True)
general(np.angle,
        lambda g, x, *, deg=False: quotient(g * -1j * angle_scale(deg), x) if x.dtype.kind == "c" else np.zeros_like(g),
        lambda t, x, *, deg=False: np.imag(quotient(t, x)) * angle_scale(deg))


def angle_scale(deg: bool) -> float:
    return 180 / np.pi if deg else 1.0


# --- Products of matrices --------------------------------------------------------------------------------------------


WITH_VECTOR = frozenset({(1, 1), (1, 2), (2, 1)})  # numbers of axes
WIDE = 16  # from this many columns on, NumPy's elementwise product is faster than its matrix product


def matmul(x: Array, y: Array) -> Array:
    """`np.matmul(x, y)`; arrays so large that OpenBLAS would use its threads take a path of their own.

    A vector goes to `dot`: half the time if it is small, a tenth if it is one element broadcast. A column times a row,
    such as the gradient of a matrix in a product with a vector, is an elementwise product: a third of the time.
    """
    if type(x) is not np.ndarray or type(y) is not np.ndarray:
        return np.matmul(x, y)
    if (x.ndim, y.ndim) in WITH_VECTOR:
        return x.dot(y)
    if x.ndim > 1 < y.ndim and x.shape[-1] == 1 == y.shape[-2] and y.shape[-1] >= WIDE:
        return x * y
    return (matmul_of_arrays if x.ndim > 1 < y.ndim and x.size * y.shape[-1] >= SHARED else np.matmul)(x, y)


def matmul_left(g: Array, x: Array, y: Array) -> Array:
    """`g @ y.T`: of stacks with their last two axes turned, of vectors the product that has the shape of x."""
    if len(y.shape) == 1:
        return g[..., None] * y
    if len(x.shape) == 1:
        return matmul(y, g) if len(y.shape) == 2 else (y @ g[..., None])[..., 0]
    return matmul(g, y.swapaxes(-1, -2))


def matmul_right(g: Array, x: Array, y: Array) -> Array:
    """`x.T @ g`: of stacks with their last two axes turned, of vectors the product that has the shape of y."""
    if len(x.shape) == 1:
        return x[:, None] * g[..., None, :] if len(y.shape) > 1 else x * g
    if len(y.shape) == 1 or len(y.shape) == 2 < len(x.shape):  # one product over all batches, not a sum of products
        rows = prod(x.shape[:-1])
        return matmul(x.reshape(rows, x.shape[-1]).swapaxes(0, 1), g.reshape(rows, *y.shape[1:]))
    return matmul(x.swapaxes(-1, -2), g)


multilinear(np.matmul, matmul_left, matmul_right, evaluate=matmul)

# --- Piecewise constant ----------------------------------------------------------------------------------------------


def floor_quotient(x: Any, y: Any, *, out: Any = None, casting: Any = "same_kind") -> Any:
    """The operator `x // y`: floor(x / y), with the array API standard's limits where one of the two is infinite.

    There `np.floor_divide` gives nan for an infinite x, and -1 instead of -0 for an infinite y of the other sign.
    """
    x, y = as_operand(x), as_operand(y)
    kind = np.result_type(x, y)
    infinite = kind.kind == "f" and np.isinf(np.asarray(x, kind)) | np.isinf(np.asarray(y, kind))
    if np.any(infinite):
        with np.errstate(invalid="ignore"):
            found = np.where(infinite, np.floor(np.divide(x, y)), np.floor_divide(x, y))[()]
    else:
        found = np.floor_divide(x, y)
    if out is None:
        return found
    np.copyto(out, found, casting=casting)
    return out


constant(
    np.floor, np.ceil, np.trunc, np.rint, np.sign, np.signbit, np.floor_divide, floor_quotient, np.spacing,
    np.less, np.less_equal, np.greater, np.greater_equal, np.equal, np.not_equal,
    np.logical_and, np.logical_or, np.logical_xor, np.logical_not,
    np.bitwise_and, np.bitwise_or, np.bitwise_xor, np.invert, np.left_shift, np.right_shift,
    np.round, np.around, np.fix, np.isnan, np.isinf, np.isfinite, np.isposinf, np.isneginf, np.isreal, np.iscomplex,
    np.gcd, np.lcm, np.bitwise_count,
)
sign_of_real = registry[np.sign]
phase: Any = general(np.sign, lambda g, x, out: quotient(g - np.real(g * out) * np.conj(out), np.absolute(x)),
                     lambda t, x, out: quotient(t - np.real(t * np.conj(out)) * out, np.absolute(x)), name="phase")


@functools.wraps(sign_of_real)
def sign(x: Any, *given: Any, **options: Any) -> Any:
    """Piecewise constant for real numbers; for complex ones x / |x|, which turns with x."""
    return (phase if np.iscomplexobj(x) else sign_of_real)(x, *given, **options)


registry[np.sign] = sign

# --- Building blocks of sums: here, so that following a layer to its loss takes no second file -----------------------


def reducing_by(ufunc: np.ufunc) -> Rule:
    """A reduction as NumPy's own function does it, over all axes unless some are named, without its detours."""

    def evaluate(x: Array, *, axis: Any = None, **options: Any) -> Array:
        return ufunc.reduce(x, axis=axis, **options) if axis is None else reduce(ufunc, x, axis=axis, **options)

    return evaluate


def expand(g: Array, x: Array, *, axis: Any = None, dtype: Any = None, keepdims: bool = False, initial: Any = 0,
           where: Any = True) -> Array:
    """The transpose of a sum over `axis`: put the reduced axes back and repeat `g` along them, 0 outside `where`."""
    if not keepdims and axis is not None and x.shape and g.ndim < len(x.shape):
        reduced = {a % len(x.shape) for a in (axis if isinstance(axis, tuple) else (axis,))}
        g = g.reshape(tuple([1 if i in reduced else n for i, n in enumerate(x.shape)]))
    if isinstance(g, np.generic):  # six times faster than broadcast_to, and as read-only
        g = np.ndarray(x.shape, g.dtype, g, strides=(0,) * len(x.shape))
    elif type(g) is np.ndarray and x.size < MANY:  # twice as fast
        spread = np.empty(x.shape, g.dtype)
        spread[...] = g
        g = spread
    else:
        g = np.broadcast_to(g, x.shape)
    return g if where is True else masked(g, where)


def masked(x: Array, where: Any) -> Array:
    """`x`, and 0 outside the mask."""
    return x if where is True else np.where(where, x, 0)
