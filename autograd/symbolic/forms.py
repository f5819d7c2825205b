"""What each primitive is called in SymPy, and how numbers become exact.

Linear and multilinear primitives (sum, reshape, matmul, indexing) need no form: they move, add and multiply elements,
and NumPy does that on arrays of expressions as it does on arrays of numbers. Any other primitive that is not listed
here has no SymPy form.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from functools import cache
from typing import Any

import numpy as np

from autograd.errors import needing

Form = Callable[..., Any]

ARITHMETIC = frozenset({
    "add", "subtract", "multiply", "divide", "negative", "positive", "square", "reciprocal", "prod", "cumprod", "var",
})
"""Primitives beside the linear ones that NumPy evaluates on arrays of expressions as they are."""


@cache
def sympy() -> Any:
    """SymPy, imported when it is first needed."""
    with needing("sympy", extra="symbolic"):
        import sympy
    return sympy


def exact(number: Any) -> Any:
    """A number as SymPy holds it: 0.5 as 1/2 and `np.pi` as pi where that is the same double, else a decimal."""
    sp = sympy()
    if isinstance(number, np.ndarray):  # 0-d: `y[0] = v` puts such an array into an array of expressions
        number = number.item()
    if isinstance(number, sp.Basic):
        return number
    if isinstance(number, (bool, np.bool_)):
        return sp.true if number else sp.false
    value = number.item() if isinstance(number, np.generic) else number
    if isinstance(value, int):
        return sp.Integer(value)
    if isinstance(value, complex):
        return exact(value.real) + sp.I * exact(value.imag)
    if not math.isfinite(value):
        return sp.nan if math.isnan(value) else sp.oo if value > 0 else -sp.oo
    named = {math.pi: sp.pi, math.e: sp.E, math.log(2): sp.log(2), math.log(10): sp.log(10), math.sqrt(2): sp.sqrt(2)}
    if abs(value) in named:
        return named[abs(value)] * (1 if value > 0 else -1)
    near = Fraction(value).limit_denominator(1000)
    if near.numerator / near.denominator == value:
        return sp.Rational(near.numerator, near.denominator)
    return sp.Float(value, 17)


@cache
def elementwise() -> dict[str, Form]:
    """Expression(s) in, expression out, for each elementwise primitive and each comparison."""
    sp = sympy()
    named = {
        ours: getattr(sp, theirs)
        for ours, theirs in {
            "exp": "exp", "log": "log", "sqrt": "sqrt", "sin": "sin", "cos": "cos", "tan": "tan",
            "arcsin": "asin", "arccos": "acos", "arctan": "atan", "arctan2": "atan2",
            "sinh": "sinh", "cosh": "cosh", "tanh": "tanh", "arcsinh": "asinh", "arccosh": "acosh", "arctanh": "atanh",
            "power": "Pow", "float_power": "Pow", "absolute": "Abs", "fabs": "Abs", "sign": "sign",
            "floor": "floor", "ceil": "ceiling", "real": "re", "imag": "im", "angle": "arg", "conjugate": "conjugate",
            "less": "Lt", "less_equal": "Le", "greater": "Gt", "greater_equal": "Ge", "equal": "Eq", "not_equal": "Ne",
            "logical_and": "And", "logical_or": "Or", "logical_not": "Not", "logical_xor": "Xor",
            "erf": "erf", "erfc": "erfc", "erfinv": "erfinv", "gamma": "gamma", "gammaln": "loggamma",
            "psi": "digamma", "beta": "beta", "zeta": "zeta", "expi": "Ei",
        }.items()
    }
    return named | {
        "remainder": lambda x, y: x - y * sp.floor(x / y),
        "ldexp": lambda x, y: x * 2**y,
        "exp2": lambda x: 2**x,
        "expm1": lambda x: sp.exp(x) - 1,
        "log2": lambda x: sp.log(x) / sp.log(2),
        "log10": lambda x: sp.log(x) / sp.log(10),
        "log1p": lambda x: sp.log(1 + x),
        "cbrt": lambda x: sp.sign(x) * sp.Abs(x) ** sp.Rational(1, 3),
        "logaddexp": lambda x, y: sp.log(sp.exp(x) + sp.exp(y)),
        "logaddexp2": lambda x, y: sp.log(2**x + 2**y) / sp.log(2),
        "hypot": lambda x, y: sp.sqrt(x**2 + y**2),
        "deg2rad": lambda x: x * sp.pi / 180,
        "radians": lambda x: x * sp.pi / 180,
        "rad2deg": lambda x: x * 180 / sp.pi,
        "degrees": lambda x: x * 180 / sp.pi,
        "sinc": lambda x: sp.Piecewise((1, sp.Eq(x, 0)), (sp.sin(sp.pi * x) / (sp.pi * x), True)),
        "maximum": larger,
        "minimum": lambda x, y: -larger(-x, -y),
        "clip": lambda x, low, high: -larger(-larger(x, low), -high),
        "fmax": larger,
        "fmin": lambda x, y: -larger(-x, -y),
        "cast": lambda x, dtype: x,
        "where": lambda condition, x, y: sp.Piecewise((x, condition), (y, True)),
        "heaviside": lambda x, y: sp.Piecewise((0, x < 0), (y, sp.Eq(x, 0)), (1, True)),
        "relu": lambda x: larger(x, sp.Integer(0)),
        "leaky_relu": lambda x, slope: sp.Piecewise((x, x > 0), (slope * x, True)),
        "elu": lambda x, alpha: sp.Piecewise((x, x > 0), (alpha * (sp.exp(x) - 1), True)),
        "sigmoid": sigmoid,
        "silu": lambda x: x * sigmoid(x),
        "expit": sigmoid,
        "softplus": lambda x: sp.log(1 + sp.exp(x)),
        "xlogy": lambda x, y: x * sp.log(y),
        "entr": lambda x: -x * sp.log(x),
        "ndtr": normal_cdf,
        "normal_cdf": normal_cdf,
        "logit": lambda x: sp.log(x / (1 - x)),
    }


def sigmoid(x: Any) -> Any:
    """1 / (1 + exp(-x))."""
    return 1 / (1 + sympy().exp(-x))


def normal_cdf(x: Any) -> Any:
    """(1 + erf(x / sqrt 2)) / 2."""
    sp = sympy()
    return (1 + sp.erf(x / sp.sqrt(2))) / 2


def larger(x: Any, y: Any) -> Any:
    """The maximum. Against a number it is a Piecewise, whose derivative at the tie is 0; of two expressions a Max."""
    sp = sympy()
    if x.is_number:
        x, y = y, x
    return sp.Piecewise((x, x > y), (y, True)) if y.is_number and not x.is_number else sp.Max(x, y)


def largest(values: Any) -> Any:
    """The mean of those that are no smaller than any other, so that a tie shares the derivative equally."""
    sp = sympy()
    if len(values) == 1:
        return values[0]
    wins = [sp.Piecewise((1, sp.And(*[v >= w for w in values if w is not v])), (0, True)) for v in values]
    return sp.Add(*[win * v for win, v in zip(wins, values, strict=True)]) / sp.Add(*wins)


@cache
def over_axis() -> dict[str, Form]:
    """A list of expressions in, one expression out (or for softmax as many), for primitives that work along an axis."""
    sp = sympy()

    def logsumexp(values: Any) -> Any:
        return sp.log(sp.Add(*map(sp.exp, values)))

    return {
        "max": largest,
        "min": lambda values: -largest([-v for v in values]),
        "logsumexp": logsumexp,
        "softmax": lambda values: [sp.exp(v) / sp.Add(*map(sp.exp, values)) for v in values],
        "log_softmax": lambda values: [v - logsumexp(values) for v in values],
    }


@cache
def whole() -> dict[str, Form]:
    """An array of expressions in, an array out: standard deviations, norms and linear algebra of one small matrix."""
    sp = sympy()
    root = np.frompyfunc(sp.sqrt, 1, 1)

    def solve(a: Any, b: Any) -> Any:
        found = np.array(sp.Matrix(a).LUsolve(sp.Matrix(b)).tolist(), dtype=object)
        return found.reshape(b.shape)

    return {
        "std": lambda x, **options: root(np.var(x, **options)),
        "vector_norm": lambda x, axis=None, keepdims=False: root(np.sum(x * x, axis=axis, keepdims=keepdims)),
        "det": lambda x: np.array(sp.Matrix(x).det(), dtype=object),
        "inv": lambda x: np.array(sp.Matrix(x).inv().tolist(), dtype=object),
        "solve": solve,
    }
