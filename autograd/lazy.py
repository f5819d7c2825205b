"""Names of a package that are loaded when they are first used."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Mapping
from opcode import opmap
from typing import Any

from .errors import no_attribute


def on_first_use(package: str, places: Mapping[str, tuple[str, str | None]],
                 advice: Mapping[str, str] | None = None) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """The `__getattr__` and `__dir__` of a package, of whose names some wait in its modules.

    `places` has the module of each name, and what it is called there (None: the module itself). Of any other name the
    first raises `AttributeError`, or `ImportError` to `from package import name`, with advice.
    """

    def load(name: str) -> Any:
        if name not in places:
            error, frame = no_attribute(package, name, (advice or {}).get(name, "")), sys._getframe(1)
            if frame.f_code.co_code[frame.f_lasti] == opmap["IMPORT_FROM"]:  # an AttributeError would lose its advice
                raise ImportError(str(error), name=name)
            raise error
        module, attribute = places[name]
        found = importlib.import_module(f"{package}.{module}")
        value = found if attribute is None else getattr(found, attribute)
        setattr(sys.modules[package], name, value)
        return value

    def names() -> list[str]:
        module = sys.modules[package]
        return sorted(getattr(module, "__all__", vars(module)))

    return load, names
