"""Which line of the user's code made an operation, for tooltips. Opt-in: it costs an operation a look at the stack."""

from __future__ import annotations

import linecache
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from autograd.drawing.words import shortened
from autograd.errors import user_line
from autograd.graph import Node
from autograd.modes import watching
from autograd.parentheses import context_manager


@context_manager
def trace_source() -> Iterator[None]:
    """Context manager: operations inside remember the file and line that called them; `draw` shows it on hovering.

    For finding the line that a vertex of a picture stands for. Costs a look at the stack for each operation.
    """

    def note(node: Node, value: Any) -> None:
        node.line = user_line()

    with watching(note):
        yield


def source_text(line: str) -> str:
    """`path/model.py:12` as a tooltip shows it: `model.py:12  y = relu(x @ W)`."""
    if not line:
        return ""
    path, _, number = line.rpartition(":")
    code = linecache.getline(path, int(number)).strip() if number.isdigit() else ""
    return f"{Path(path).name}:{number}  {shortened(code, 60)}".rstrip()


def without_folders(text: str) -> str:
    """A message with its `path/model.py:12` shortened to `model.py:12`: what a picture has room for."""
    return re.sub(r"[^\s()]*[/\\\\]([^\s()/\\\\]+\.py:\d+)", r"\1", text)
