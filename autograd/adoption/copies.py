"""Importing libraries a second time, for copies of their modules whose imports of NumPy, SciPy and others are facades.

A module's `import` statements, also those that its functions run later, call the `__import__` of its builtins, which
are ours. It gives a copy for a module of the same libraries, a facade where there is one, and else the module itself.
"""

from __future__ import annotations

import builtins
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache, wraps
from importlib import import_module
from importlib.abc import Loader
from importlib.machinery import ExtensionFileLoader, ModuleSpec, SourceFileLoader
from importlib.util import resolve_name
from threading import RLock
from types import ModuleType
from typing import Any, TypeVar, overload

from autograd.errors import is_inside

from .arrays import importing
from .facades import is_scipys, load_twins, seen, twins
from .numbers import BUILTINS

Function = TypeVar("Function", bound=Callable[..., Any])
REGISTERED = ("scipy.fft", "scipy._lib._uarray", "scipy._lib.uarray")
"""Modules of which there is no copy: they register themselves, and SciPy itself would use the copy."""


@overload
def adopt(code: str | ModuleType, also: str | Sequence[str] = ()) -> ModuleType: ...


@overload
def adopt(code: Function, also: str | Sequence[str] = ()) -> Function: ...


def adopt(code: Any, also: str | Sequence[str] = ()) -> Any:
    """A copy of an installed module, or of a function or class in it, for which NumPy, SciPy and `math` take tensors.

    `autograd.adopt("skimage.metrics").structural_similarity(t, x)` is differentiable although scikit-image calls
    `np.asarray`, `np.zeros`, `scipy.ndimage` and `float`: in the copy these keep tensors, and SciPy's functions are
    their twins in `autograd.scipy`, which a copy of SciPy has, too. The libraries in `also`, which it calls, are copied
    with it. What numba would compile stays Python. The library itself stays as it is; what else is compiled is shared
    with it, and still refuses tensors. Raises `ImportError` if there is no such module, `ValueError` for one that needs
    no copy or has no Python source.
    """
    if not isinstance(code, (str, ModuleType)) and hasattr(code, "__qualname__"):
        return _member(adopt(code.__module__, also), code)
    name = code.__name__ if isinstance(code, ModuleType) else code
    if not isinstance(name, str):
        raise TypeError(f"adopt expects a module, its name or a function of it, got {type(code).__name__}")
    original = import_module(name)
    if is_inside(getattr(original, "__file__", None) or ""):
        raise ValueError(f"{name} needs no copy: its functions take tensors")
    libraries = {_library(other) for other in (name, *([also] if isinstance(also, str) else also))}
    if "scipy" in libraries:
        load_twins()
    copy = copies_of(frozenset(libraries)).module(name)
    if copy is original:
        raise ValueError(f"{name} has no Python source of which a copy could be made")
    return copy


def _library(name: str) -> str:
    return name.partition(".")[0]


def _member(copy: ModuleType, original: Any) -> Any:
    """The function or class that has the name of the original in a copy of its module."""
    found: Any = copy
    for name in original.__qualname__.split("."):
        found = getattr(found, name, None)
    if found is None:
        raise ValueError("adopt expects what is defined in a module under its own name, got "
                         f"{original.__qualname__} of {original.__module__}")
    return found


class _Shared(Loader):
    """Gives the library's own module in place of a copy."""

    def __init__(self, module: ModuleType) -> None:
        self._module, self._spec = module, module.__spec__

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return self._module

    def exec_module(self, module: ModuleType) -> None:
        module.__spec__ = self._spec  # which the import has replaced


class _Copying(Loader):
    """Runs a module's code with other builtins; what the module loads on first use is then a copy, too."""

    def __init__(self, loader: Loader, copies: Copies) -> None:
        self._loader, self._copies = loader, copies

    def __getattr__(self, name: str) -> Any:
        return getattr(self._loader, name)  # its resources are the original's

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        here = vars(module)
        here["__builtins__"] = self._copies.builtins
        self._loader.exec_module(module)
        if is_scipys(module):
            here.update(twins(module))
        if (load := here.get("__getattr__")) is not None:

            @wraps(load)
            def load_copy(name: str) -> Any:
                with self._copies.in_place():
                    return load(name)

            here["__getattr__"] = load_copy


class Copies:
    """The copies of libraries' modules; while they are `in_place`, imports find them instead of the libraries' own."""

    def __init__(self, libraries: frozenset[str]) -> None:
        self._libraries = libraries
        self._copies: dict[str, ModuleType] = {}
        self._originals: dict[str, ModuleType] = {}
        self._lock, self._depth, self._sought = RLock(), 0, ""
        self.builtins = {**vars(builtins), **BUILTINS, "__import__": self._import}

    def _belongs(self, name: str) -> bool:
        return _library(name) in self._libraries

    def _taken(self) -> dict[str, ModuleType]:
        return {name: sys.modules.pop(name) for name in [*sys.modules] if self._belongs(name)}

    def _compiled(self) -> dict[str, ModuleType]:
        """The compiled modules, of which there is no copy: the library, which may need them later, shares them."""
        specs = {name: getattr(module, "__spec__", None) for name, module in self._copies.items()}
        return {name: self._copies[name] for name, spec in specs.items()
                if spec is not None and isinstance(spec.loader, ExtensionFileLoader)}

    def module(self, name: str) -> ModuleType:
        """The copy of a module, imported unless it has been."""
        if name not in self._copies:
            with self.in_place():
                return import_module(name)
        return self._copies[name]

    @contextmanager
    def in_place(self) -> Iterator[None]:
        with self._lock:
            self._depth += 1
            running = importing.set(True)
            if self._depth == 1:
                self._originals = self._taken()
                sys.modules.update(self._copies)
                sys.meta_path.insert(0, self)
            try:
                yield
            finally:
                importing.reset(running)
                self._depth -= 1
                if self._depth == 0:
                    sys.meta_path.remove(self)
                    self._copies = self._taken()
                    sys.modules.update(self._compiled() | self._originals)

    def find_spec(self, name: str, path: Sequence[str] | None = None,
                  target: ModuleType | None = None) -> ModuleSpec | None:
        """The specification of a copy, as the import system asks for it."""
        if not self._belongs(name) or name == self._sought:  # asked again by a finder that wraps this one
            return None
        outer, self._sought = self._sought, name
        try:
            found = (finder.find_spec(name, path, target) for finder in sys.meta_path if finder is not self)
            spec = next(filter(None, found), None)
        finally:
            self._sought = outer
        if spec is not None and spec.loader is not None:
            original = self._originals.get(name)
            if name.startswith(REGISTERED):
                spec.loader = spec.loader if original is None else _Shared(seen(original))
            elif isinstance(spec.loader, SourceFileLoader):
                spec.loader = _Copying(spec.loader, self)
            elif original is not None:  # compiled: some cannot be loaded twice
                spec.loader = _Shared(original)
        return spec

    def _import(self, name: str, globals: Mapping[str, Any] | None = None, locals: Mapping[str, Any] | None = None,
                fromlist: Sequence[str] = (), level: int = 0) -> Any:
        absolute = resolve_name("." * level + name, "" if globals is None else globals.get("__package__") or "")
        if not self._belongs(absolute):
            return seen(__import__(name, globals, locals, fromlist, level))
        known = self._copies.get(absolute)
        if known is not None and all(hasattr(known, part) for part in fromlist or ()):  # in a function that runs often
            return known if fromlist else self._copies[_library(absolute)]
        with self.in_place():
            return __import__(name, globals, locals, fromlist, level)


copies_of = cache(Copies)
