"""Facades: modules as adopted code sees them, with some names replaced."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from types import FunctionType, ModuleType
from typing import Any

import autograd.scipy

from .arrays import NUMPY, joining, takes_no_lists
from .elementary import CMATH, MATH
from .jit import NUMBA

FACADES: dict[str, dict[str, Any]] = {
    "numpy": NUMPY, "numpy.linalg": {}, "numpy.fft": {}, "math": MATH, "cmath": CMATH, **NUMBA,
}
"""The modules, apart from SciPy's, with the names that are replaced."""


class Facade(ModuleType):
    """A module with some names replaced."""

    def __init__(self, module: ModuleType, others: Mapping[str, Any]) -> None:
        super().__init__(module.__name__, module.__doc__)
        vars(self).update(others, _module=module)

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._module, name)
        if isinstance(found, ModuleType):
            found = seen(found)
        elif self._module.__name__.startswith("numpy") and takes_no_lists(name, found):
            found = _in_place_of(found, joining(found))
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
    """`other`, which in the body of a class becomes a method only if the original would: functions in C do not."""
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
