"""`detect_anomaly()`: the first nan or infinity, forward or backward, and the line of the user's code that made it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from .errors import AnomalyError, user_line
from .graph import Node
from .modes import local, watching


@contextmanager
def detect_anomaly() -> Iterator[None]:
    """Context manager: raise `AnomalyError` at the first operation that makes a non-finite value or gradient.

    The message names the operation, the shape, and the line of your code that called it; a value that was not finite
    before any operation is said to be an operand. Costs nothing when it is not used.
    """
    before = local.check
    local.check = _check_gradient
    try:
        with watching(_check_value):
            yield
    finally:
        local.check = before


def _finite(value: Any) -> bool:
    return isinstance(value, tuple) or value.dtype.kind not in "fc" or bool(np.isfinite(value).all())


def _what(value: Any) -> str:
    return "nan" if np.isnan(value).any() else "an infinity"


def _check_value(node: Node, value: Any) -> None:
    node.line = user_line()
    if not _finite(value):
        bad = [i for i, x in enumerate(node.saved[: len(node.parents)])
               if isinstance(x, (np.ndarray, np.generic)) and not _finite(x)]
        came = f" from operand {bad[0]}, which holds {_what(node.saved[bad[0]])} already" if bad else ""
        raise AnomalyError(
            f"{node.primitive.name} made {_what(value)} in a value of shape {node.shape}{came} ({node.line})"
        )


def _check_gradient(node: Node, c: Any) -> None:
    if isinstance(c, (list, tuple)):
        for part in c:
            _check_gradient(node, part)
    elif c is not None and not _finite(getattr(c, "_value", c)):
        line = getattr(node, "line", "run the forward pass within detect_anomaly() to see its line")
        raise AnomalyError(f"the backward pass made {_what(getattr(c, '_value', c))} at {node.primitive.name} of shape "
                           f"{node.shape} ({line})")
