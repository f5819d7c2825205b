"""numba as adopted code sees it: what numba would compile for arrays stays Python, which takes tensors."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, wraps
from importlib import import_module
from types import FunctionType
from typing import Any

import numpy as np

from autograd.tensor.nested import joined

Decorator = Callable[..., Any]


def in_numbas_forms(decorate: Callable[[Any], Any]) -> Decorator:
    """A decorator with or without arguments, which are signatures and options of the compiler."""

    def decorator(*arguments: Any, **options: Any) -> Any:
        written = arguments and isinstance(arguments[0], (FunctionType, type))
        return decorate(arguments[0]) if written else decorate

    return decorator


def as_written(code: Any) -> Any:
    """A function or a class that is not compiled."""
    if isinstance(code, FunctionType):
        code.py_func = code  # type: ignore[attr-defined]  # where numba keeps what it compiled
    return code


def elementwise(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function of numbers, called for each element of broadcast arrays: what `numba.vectorize` makes."""

    @wraps(function)
    def call(*args: Any) -> Any:
        arrays = np.broadcast_arrays(*map(joined, args))
        if not arrays[0].ndim:
            return function(*args)
        found = [function(*numbers) for numbers in zip(*map(np.ravel, arrays), strict=True)]
        return np.reshape(joined(found), arrays[0].shape)

    return call


def guvectorize(*arguments: Any, **options: Any) -> Decorator:
    """numba's own, but it compiles at the first call: not before that can a function fail which reads a facade."""

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        @cache
        def compiled() -> Callable[..., Any]:
            made: Callable[..., Any] = import_module("numba").guvectorize(*arguments, **options)(function)
            return made

        @wraps(function)
        def call(*args: Any) -> Any:
            return compiled()(*args)

        return call

    return decorate


WRITTEN = in_numbas_forms(as_written)
NUMBA: dict[str, dict[str, Decorator]] = {
    "numba": {"jit": WRITTEN, "njit": WRITTEN, "vectorize": in_numbas_forms(elementwise), "guvectorize": guvectorize},
    "numba.experimental": {"jitclass": WRITTEN}, "numba.extending": {"register_jitable": WRITTEN},
}
"""The names that are replaced in modules of numba."""
