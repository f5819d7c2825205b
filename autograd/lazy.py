"""Names of a package that are loaded when they are first used, and what is said of names that it does not have."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Mapping
from opcode import opmap
from types import MappingProxyType
from typing import Any

from .errors import no_attribute

_explained: set[str] = set()
"""The packages that say what to write instead of a name they do not have."""


def on_first_use(package: str, places: Mapping[str, str],
                 advice: Mapping[str, str] | Callable[[], Mapping[str, str]] = MappingProxyType({}),
                 rest: str | None = None) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """The `__getattr__` and `__dir__` of a package, some of whose names are loaded from its modules when first used.

    `places` maps each name to its module, or to itself if the module is meant. Whatever the module `rest` lists belongs
    to the package too, as if by `from rest import *`, and is loaded for the first name that is found nowhere else.
    `advice` says by name what to write instead, or makes that table when it is first needed. For an unknown name
    `__getattr__` raises `AttributeError`, or in `from package import name` `ImportError`.
    """
    if not _explained:
        sys.meta_path.append(_Explanations)
    _explained.add(package)
    here = vars(sys.modules[package])
    own = here.pop("__all__") if rest else []

    def load(name: str) -> Any:
        if rest and "__all__" not in here and name not in places:
            found = importlib.import_module(f"{package}.{rest}")
            here.update({name: getattr(found, name) for name in found.__all__}, __all__=[*own, *found.__all__])
        if name in here:
            return here[name]
        if name not in places:
            error, frame = no_attribute(package, name, advice() if callable(advice) else advice), sys._getframe(1)
            if frame.f_code.co_code[frame.f_lasti] == opmap["IMPORT_FROM"]:  # an AttributeError would lose its advice
                raise ImportError(str(error), name=name)
            raise error
        module = importlib.import_module(f"{package}.{places[name]}")
        here[name] = module if places[name].rpartition(".")[2] == name else getattr(module, name)
        return here[name]

    def names() -> list[str]:
        return sorted(getattr(sys.modules[package], "__all__", here))

    return load, names


class _Explanations:
    """What Python asks last for a module: to import one that our packages lack, it says what they say of the name.

    Else `import autograd.numpy as np` has no advice, which `from autograd import numpy` has. Whoever only asks whether
    there is a module, as `importlib.util.find_spec` does, is told that there is none.
    """

    @staticmethod
    def find_spec(name: str, path: Any = None, target: Any = None) -> None:
        package, _, last = name.rpartition(".")
        ours = _explained.intersection((package, package.rpartition(".")[0]))
        if not ours or sys._getframe(2).f_code.co_name != "_find_and_load_unlocked":
            return
        try:
            getattr(sys.modules[package], last)
            said = f"write from {package} import {last}"
        except AttributeError as error:
            said = str(error).partition("; ")[2]
        if said:
            raise ModuleNotFoundError(f"No module named {name!r}; {said}", name=name)
