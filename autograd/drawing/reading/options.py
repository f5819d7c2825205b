"""The options of an operation as they are written in a call."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from autograd.drawing.words import figure, shape_text


def options_text(options: Mapping[str, Any]) -> str:
    """Options as they are written in a call, those that say nothing left out."""
    if set(options) == {"key"}:
        key = options["key"]
        return "[" + ", ".join(map(_option, key if isinstance(key, tuple) and key else [key])) + "]"
    if set(options) == {"key", "steps"}:  # a write through a view: shown as how that was taken
        shown = [f"{view.name} {options_text(given)}".rstrip().removeprefix("get_item ")
                 for view, given in options["steps"]]
        return " ".join(shown if options["key"] is ... else [*shown, options_text({"key": options["key"]})])
    written = {name: _option(value) for name, value in options.items() if _says_something(value)}
    return ", ".join(f"{name}={text}" for name, text in written.items() if text)


def _says_something(value: Any) -> bool:
    return value is not None and value is not False and not (
        (isinstance(value, str) and value == "C") or (isinstance(value, float) and value == 0))


def _option(value: Any) -> str:
    """One option or index, short: arrays by dtype and shape, slices as Python writes them; else nothing."""
    if isinstance(value, np.ndarray):
        return f"{value.dtype} {shape_text(value.shape)}"
    if isinstance(value, slice):
        ends = ["" if end is None else str(end) for end in (value.start, value.stop)]
        return ":".join(ends + ([str(value.step)] if value.step is not None else []))
    if value is Ellipsis:
        return "..."
    if isinstance(value, tuple):
        return "(" + ", ".join(map(_option, value)) + ("," if len(value) == 1 else "") + ")"
    if isinstance(value, list) and value and all(isinstance(size, int) for size in value):
        return str(value)
    if isinstance(value, (float, complex)):
        return figure(value)
    if isinstance(value, (int, str, np.generic)) or value is None:
        return str(value)
    return str(getattr(value, "name" if isinstance(value, np.dtype) else "__name__", ""))
