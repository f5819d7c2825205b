"""What each operator and method of a tensor is: a table of NumPy functions, and of the few that are none.

`install()` binds them once everything is loaded, so that `x * y` and `x.sum()` go straight to the primitive, while the
tensor module, at the bottom of the import order, does not need to know about anything built on top of it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .arguments import refuses_foreign_options
from .foreign_names import INSTEAD, ForeignName
from .numpy_protocol import apply_function, apply_ufunc
from .primitive import wrap
from .registry import registry
from .reverse import backward
from .rules.activations import log_softmax, relu, sigmoid, softmax
from .rules.indexing import getitem
from .rules.ufuncs import floor_quotient
from .tensor import methods
from .tensor.interface import Interface
from .tensor.mutation import assign, update

OPERATORS: dict[str, Callable[..., Any]] = {
    "add": np.add, "sub": np.subtract, "mul": np.multiply, "truediv": np.true_divide, "floordiv": floor_quotient,
    "mod": np.remainder, "pow": np.power, "matmul": np.matmul, "and": np.bitwise_and, "or": np.bitwise_or,
    "xor": np.bitwise_xor, "lshift": np.left_shift, "rshift": np.right_shift,
}
COMPARISONS = {
    "lt": np.less, "le": np.less_equal, "gt": np.greater, "ge": np.greater_equal, "eq": np.equal, "ne": np.not_equal,
}
UNARY = {"neg": np.negative, "pos": np.positive, "abs": np.absolute, "invert": np.invert}
METHODS: dict[str, Callable[..., Any]] = {
    "sum": np.sum, "mean": np.mean, "var": np.var, "std": np.std, "max": np.max, "min": np.min, "prod": np.prod,
    "argmax": np.argmax, "argmin": np.argmin, "argsort": np.argsort, "any": np.any, "all": np.all,
    "swapaxes": np.swapaxes, "squeeze": np.squeeze, "ravel": np.ravel, "clip": np.clip,
    "cumsum": np.cumsum, "cumprod": np.cumprod,
    "round": np.round, "trace": np.trace, "diagonal": np.diagonal,
    "put": np.put, "argpartition": np.argpartition,
    "nonzero": np.nonzero, "searchsorted": np.searchsorted, "exp": np.exp, "log": np.log, "sqrt": np.sqrt,
    "abs": np.absolute, "tanh": np.tanh, "sin": np.sin, "cos": np.cos, "clone": np.copy, "astype": np.astype,
}
PROPERTIES: dict[str, property] = {
    "T": property(registry[np.transpose]), "mT": property(lambda x: np.swapaxes(x, -1, -2)),
    "flat": property(methods.Flat, methods.set_flat),
    "real": property(registry[np.real], methods.set_real), "imag": property(registry[np.imag], methods.set_imag),
}
OTHERS: dict[str, Callable[..., Any]] = {
    "reshape": methods.reshape, "flatten": refuses_foreign_options(methods.flatten), "transpose": methods.transpose,
    "copy": methods.copy,
    "dot": methods.with_target(np.dot), "take": methods.with_target(np.take),
    "choose": methods.with_target(np.choose),
    "conj": methods.conjugate, "conjugate": methods.conjugate, "compress": methods.compress,
    "fill": methods.fill, "repeat": methods.repeat, "sort": methods.sort, "partition": methods.partition,
    "__pow__": methods.power, "__round__": methods.rounded, "__divmod__": lambda self, other: np.divmod(self, other),
    "__rdivmod__": lambda self, other: np.divmod(other, self), "__getitem__": getitem, "__setitem__": assign,
    "__contains__": methods.contains,
    "relu": relu, "sigmoid": sigmoid, "softmax": softmax, "log_softmax": log_softmax, "backward": backward,
    "_apply_ufunc": staticmethod(apply_ufunc), "_apply_function": staticmethod(apply_function),
    "_wrap": staticmethod(wrap),
}


def install() -> None:
    """Bind every operator and method to the registry's entry for its NumPy function, and the rest by name."""
    for name, function in OPERATORS.items():
        apply = registry[function]
        setattr(Interface, f"__{name}__", apply)
        setattr(Interface, f"__r{name}__", _reflected(apply))
        setattr(Interface, f"__i{name}__", _in_place(function))
    for name, ufunc in COMPARISONS.items():
        setattr(Interface, f"__{name}__", _compared(registry[ufunc], f"__{name}__"))
    for name, unary in UNARY.items():
        setattr(Interface, f"__{name}__", registry[unary])
    for name, method in METHODS.items():
        apply = registry[method]
        apply.__name__, apply.__qualname__ = name, f"Tensor.{name}"
        setattr(Interface, name, _documented(apply, name, method))
    for name, other in OTHERS.items():
        setattr(Interface, name, _documented(other, name, other))
    for name, shown in PROPERTIES.items():
        setattr(Interface, name, shown)
    for name in INSTEAD:
        setattr(Interface, name, ForeignName(name))


def _documented(apply: Any, name: str, function: Callable[..., Any]) -> Any:
    """A method with the documentation of NumPy's, unless it has its own: what `help(t.sum)` shows."""
    if apply.__doc__ is None:
        apply.__doc__ = getattr(np.ndarray, name, function).__doc__ or function.__doc__  # NumPy 2.2 has none of dot
    return apply


def _reflected(apply: Callable[..., Any]) -> Callable[..., Any]:
    return lambda self, other: apply(other, self)


def _compared(apply: Callable[..., Any], operator: str) -> Callable[..., Any]:
    """A comparison. Where its ufunc refuses an operand, NumPy's operator may still accept it (`t == "auto"`), or leave
    the answer to the operand (`t == pytest.approx(1.0)`, NEP 13).
    """

    def compare(self: Any, other: Any) -> Any:
        try:
            return apply(self, other)
        except TypeError:
            value = np.zeros(self.shape, self.dtype) if self._boxed else np.asarray(self._value)  # any values
            found = getattr(value, operator)(other)
            return found if found is NotImplemented else wrap(found)

    return compare


def _in_place(function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda self, other: update(self, function, other)
