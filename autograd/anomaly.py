"""`detect_anomaly()`: the first nan or infinity, forward or backward, and the line of the user's code that made it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from .errors import AnomalyError, user_line
from .graph import Node
from .modes import watching, within


@contextmanager
def detect_anomaly() -> Iterator[None]:
    """Context manager: raise `AnomalyError` at the first operation that makes a non-finite value or gradient.

    The message names the operation, the shape, and the line of your code that called it; a value that was not finite
    before any operation is said to be an operand. Costs nothing when it is not used.
    """
    with within(check=_check_gradient), watching(_check_value):
        yield


def _finite(value: Any) -> bool:
    return value.dtype.kind not in "fc" or bool(np.isfinite(value).all())


def _what(value: Any) -> str:
    return "nan" if np.isnan(value).any() else "an infinity"


def _check_value(node: Node, value: Any) -> None:
    node.line = user_line()
    for part in value if isinstance(value, tuple) else (value,):
        if not _finite(part):
            bad = [i for i, x in enumerate(node.saved[: len(node.parents)])
                   if isinstance(x, (np.ndarray, np.generic)) and not _finite(x)]
            came = f" from operand {bad[0]}, which holds {_what(node.saved[bad[0]])} already" if bad else ""
            raise AnomalyError(
                f"{node.primitive.name} made {_what(part)} in a value of shape {part.shape}{came} ({node.line})"
            )


def _check_gradient(node: Node, c: Any) -> None:
    if c is None or isinstance(c, list):  # a list is handed on, unchanged, to an operation with several outputs
        return
    c = getattr(c, "_value", c)
    if not _finite(c):
        line = getattr(node, "line", "run the forward pass within detect_anomaly() to see its line")
        raise AnomalyError(f"the backward pass made {_what(c)} at {node.primitive.name}, in a gradient of shape "
                           f"{c.shape} ({line})")
