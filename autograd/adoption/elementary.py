"""`math` and `cmath` as adopted code sees them: their functions keep tensors."""

from __future__ import annotations

import cmath
import math
from collections.abc import Callable
from functools import reduce, wraps
from importlib import import_module
from types import ModuleType
from typing import Any

import numpy as np

from autograd import array_api
from autograd.rules.activations import erf
from autograd.tensor.nested import holds_tensors, joined, shared_values

Function = Callable[..., Any]


def _of_tensors(module: ModuleType, name: str, function: Function) -> Function:
    """The module's function of this name; with tensors among its arguments, `function` in its place."""
    plain = getattr(module, name)

    @wraps(plain)
    def call(*args: Any, **options: Any) -> Any:
        return (function if holds_tensors(args) else plain)(*args, **options)

    return call


def _log(x: Any, base: Any = math.e) -> Any:
    return np.log(x) if base == math.e else np.log(x) / np.log(base)


def _dist(p: Any, q: Any) -> Any:
    return np.linalg.norm(np.subtract(joined(p), joined(q)))


def _of_values(module: ModuleType, name: str) -> Function:
    """The module's function of this name, on the values of tensors: it is piecewise constant."""
    plain = getattr(module, name)
    return lambda *args, **options: plain(*shared_values(args), **options)


def _of_scipy(name: str) -> Function:
    return lambda x: getattr(import_module("scipy.special"), name)(x)


SAME = (
    "cbrt", "copysign", "cos", "cosh", "degrees", "exp", "exp2", "expm1", "fabs", "fmod", "ldexp", "log10", "log1p",
    "log2", "radians", "sin", "sinh", "sqrt", "tan", "tanh",
)
INVERSE = ("acos", "acosh", "asin", "asinh", "atan", "atan2", "atanh")
CONSTANT = ("ceil", "floor", "isclose", "isfinite", "isinf", "isnan", "trunc")
MATH: dict[str, Any] = {name: _of_tensors(math, name, function) for name, function in {
    **{name: getattr(np, name) for name in SAME},
    **{name: getattr(np, f"arc{name[1:]}") for name in INVERSE},
    **{name: _of_values(math, name) for name in CONSTANT},
    **{name: _of_scipy(name) for name in ("erfc", "gamma")}, "lgamma": _of_scipy("gammaln"), "erf": erf,
    "log": _log, "pow": np.power, "hypot": lambda *x: reduce(np.hypot, x), "dist": _dist, "fsum": sum,
}.items()}


def _of_complex(function: Function) -> Function:
    return lambda z: function(array_api.asarray(z, np.dtype(complex))[()])


OF_COMPLEX: dict[str, Function] = {
    **{name: _of_complex(MATH[name]) for name in
       ("cos", "cosh", "exp", "log10", "sin", "sinh", "sqrt", "tan", "tanh", *INVERSE) if hasattr(cmath, name)},
    **{name: _of_values(cmath, name) for name in ("isclose", "isfinite", "isinf", "isnan")},
    "log": lambda z, *base: _log(*map(_of_complex(np.positive), (z, *base))), "phase": np.angle,
    "polar": lambda z: (np.abs(z), np.angle(z)), "rect": lambda r, phi: r * np.exp(1j * phi),
}
CMATH: dict[str, Any] = {name: _of_tensors(cmath, name, function) for name, function in OF_COMPLEX.items()}
