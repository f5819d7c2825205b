"""Which line of the user's code made an operation, for tooltips. Opt-in: it costs an operation a look at the stack."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from autograd.errors import user_line
from autograd.graph import Node
from autograd.modes import watching


@contextmanager
def trace_source() -> Iterator[None]:
    """Context manager: operations inside remember the file and line that called them; `draw` shows it on hovering."""

    def note(node: Node, value: Any) -> None:
        node.line = user_line()

    with watching(note):
        yield
