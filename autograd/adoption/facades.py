"""What adopted code sees of NumPy, SciPy, `math`, `cmath` and numba: what would make numbers of tensors keeps them.

Arrays of floats that a function makes to write to are tensors from the start, as results may be written into them; the
constants of a module are arrays.
"""

from __future__ import annotations

import builtins
import cmath
import math
import sys
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from functools import cache, reduce, wraps
from importlib import import_module
from types import FunctionType, ModuleType
from typing import Any

import numpy as np

import autograd.scipy
from autograd import array_api
from autograd.rules.activations import erf
from autograd.tensor import Tensor
from autograd.tensor.mutation import is_number
from autograd.tensor.nested import holds_tensors, joined, shared_values
from autograd.tensor.tensor import owning

from .jit import NUMBA

Function = Callable[..., Any]
importing: ContextVar[bool] = ContextVar("importing", default=False)  # whether the code of a module runs


class Facade(ModuleType):
    """A module, some of whose names are others."""

    def __init__(self, module: ModuleType, others: Mapping[str, Any]) -> None:
        super().__init__(module.__name__, module.__doc__)
        vars(self).update(others, _module=module)

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._module, name)
        if isinstance(found, ModuleType):
            found = seen(found)
        elif self._module.__name__.startswith("numpy") and _takes_no_lists(name, found):
            found = _in_place_of(found, _joining(found))
        vars(self)[name] = found
        return found

    def __dir__(self) -> list[str]:
        return dir(self._module)


def seen(module: ModuleType) -> ModuleType:
    """What adopted code gets for a module: a facade of NumPy, SciPy, `math` and numba, else the module itself."""
    return _facade(module) if is_scipys(module) or module.__name__ in FACADES else module


@cache
def _facade(module: ModuleType) -> Facade:
    if is_scipys(module):
        return Facade(module, twins(module))
    return Facade(module, {name: _in_place_of(getattr(module, name), other)
                           for name, other in FACADES[module.__name__].items()})


def _in_place_of(original: Any, other: Any) -> Any:
    """`other`, which in the body of a class becomes no method unless the original does: functions in C do not."""
    return staticmethod(other) if isinstance(other, FunctionType) and not hasattr(original, "__get__") else other


def is_scipys(module: ModuleType) -> bool:
    return module.__name__.partition(".")[0] == "scipy"


def twins(module: ModuleType) -> dict[str, Any]:
    """The twins of the functions and classes of a module of SciPy, or of its copy."""
    load_twins()
    ours = sys.modules.get(f"autograd.{module.__name__}")
    names = [name for name in dir(ours) if name[0] != "_" and name in vars(module)]
    return {name: twin for name in names if not isinstance(twin := getattr(ours, name), ModuleType)}


@cache
def load_twins() -> None:
    """Import all twins, which must find SciPy itself, not a copy that is in its place."""
    for name in autograd.scipy.__all__:
        import_module(f"autograd.scipy.{name}")


# --- NumPy -----------------------------------------------------------------------------------------------------------

TAKE_LISTS = {
    "block", "broadcast_arrays", "choose", "column_stack", "concat", "concatenate", "dstack", "einsum", "einsum_path",
    "hstack", "ix_", "lexsort", "meshgrid", "multi_dot", "piecewise", "select", "stack", "unstack", "vstack",
}
"""Functions of NumPy that take sequences of arrays."""


def _takes_no_lists(name: str, found: Any) -> bool:
    return callable(found) and not isinstance(found, (type, np.ufunc)) and name not in TAKE_LISTS


def _joining(function: Function) -> Function:
    """A function of NumPy, for which a list of tensors is a tensor, as a list of numbers is an array."""

    @wraps(function)
    def call(*args: Any, **options: Any) -> Any:
        return function(*map(joined, args), **{name: joined(option) for name, option in options.items()})

    return call


def _converting(function: Function, copies: bool = False, ndmin: int = 0) -> Function:
    """`asarray` and its like: a tensor stays one, and a list of tensors becomes one; so does what `array` copies."""

    @wraps(function)
    def convert(*args: Any, **options: Any) -> Any:
        if not (args and holds_tensors(args[0])):
            made = function(*args, **options)
            return _writable(made) if copies and options.get("copy", True) is True else made
        dtype = args[1] if len(args) > 1 else options.get("dtype")
        copy = options.get("copy", copies) is True or None
        found = array_api.asarray(args[0], None if dtype is None else np.dtype(dtype), copy=copy)
        if function is np.asarray_chkfinite:
            function(shared_values(found))
        missing = options.get("ndmin", ndmin) - found.ndim
        return found.reshape((1,) * missing + found.shape) if missing > 0 else found

    return convert


def _making(function: Function) -> Function:
    """`zeros` and its like."""

    @wraps(function)
    def make(*args: Any, **options: Any) -> Any:
        return _writable(function(*args, **options))

    return make


@wraps(np.full)
def _full(shape: Any, fill_value: Any, dtype: Any = None, **options: Any) -> Any:
    if holds_tensors(fill_value):
        return array_api.full(shape, joined(fill_value), None if dtype is None else np.dtype(dtype))
    return _writable(np.full(shape, fill_value, dtype, **options))


def _writable(made: Any) -> Any:
    writable = type(made) is np.ndarray and made.dtype.kind in "fc" and not importing.get()
    return owning(made) if writable else made


class _StandIn(type):
    """The type of a stand-in for a type: equal to it, and as good a dtype, but called with a tensor it gives a tensor.

    Classes that derive from a stand-in derive from the type itself, see `_build_class`.
    """

    kind: Any
    instances: tuple[type, ...]
    make: Function

    def __call__(cls, *args: Any, **options: Any) -> Any:
        return cls.make(*args, **options)

    def __instancecheck__(cls, x: object) -> bool:
        return isinstance(x, cls.instances)

    def __subclasscheck__(cls, other: type) -> bool:
        return issubclass(other, cls.kind)

    def __eq__(cls, other: object) -> bool:
        return other is cls.kind or other is cls

    def __hash__(cls) -> int:
        return hash(cls.kind)


def _stand_in(kind: Any, instances: tuple[type, ...], make: Function) -> Any:
    members = {"kind": kind, "instances": instances, "make": staticmethod(make), "__module__": kind.__module__}
    if kind is float:
        members["dtype"] = np.dtype(kind)
    return _StandIn(kind.__name__, (kind,), members)


def _number(kind: Any) -> Any:
    """A type of numbers, which makes a tensor of its dtype of a tensor."""

    def make(*args: Any, **options: Any) -> Any:
        if kind is complex and len(args) == 2 and holds_tensors(args):
            return make(args[0]) + 1j * make(args[1])
        if not (args and holds_tensors(args[0])):
            return kind(*args, **options)
        made = array_api.asarray(args[0], np.dtype(kind))
        if kind in (float, complex) and made.ndim:
            raise TypeError(f"{kind.__name__} expects a number, got a tensor of shape {made.shape}")
        return made if made.ndim else made[()]  # a number, which no one writes to

    return _stand_in(kind, (kind,), make)


def _build_class(body: Function, name: str, *bases: Any, **options: Any) -> Any:
    """What a `class` statement calls."""
    return builtins.__build_class__(body, name, *[base.kind if isinstance(base, _StandIn) else base for base in bases],
                                    **options)


NUMBERS: dict[type, Any] = {kind: _number(kind) for kind in {*np.sctypeDict.values()} if issubclass(kind, np.inexact)}
NUMPY: dict[str, Any] = {
    "array": _converting(np.array, copies=True),
    **{name: _converting(getattr(np, name)) for name in
       ("asanyarray", "asarray", "asarray_chkfinite", "asfortranarray", "require")},
    "ascontiguousarray": _converting(np.ascontiguousarray, ndmin=1),
    **{name: _making(getattr(np, name)) for name in
       ("empty", "eye", "identity", "ones", "zeros", "empty_like", "full_like", "ones_like", "zeros_like")},
    **{name: NUMBERS[kind] for name, kind in vars(np).items() if isinstance(kind, type) and kind in NUMBERS},
    "full": _full,
    "sctypeDict": {name: NUMBERS.get(kind, kind) for name, kind in np.sctypeDict.items()},
    "isscalar": lambda x: is_number(x) if isinstance(x, Tensor) else np.isscalar(x),
    "ndarray": _stand_in(np.ndarray, (np.ndarray, Tensor), np.ndarray),
}
BUILTINS: dict[str, Any] = {"float": _number(float), "complex": _number(complex), "__build_class__": _build_class}

# --- math and cmath --------------------------------------------------------------------------------------------------


def _of_tensors(module: ModuleType, name: str, function: Function) -> Function:
    """A function of `math` or `cmath`, which for tensors is another."""
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

FACADES: dict[str, dict[str, Any]] = {"numpy": NUMPY, "numpy.linalg": {}, "numpy.fft": {}, "math": MATH,
                                      "cmath": CMATH, **NUMBA}
"""Modules of which adopted code sees facades, apart from SciPy's, and what is another there."""
