"""`detect_anomaly()`: the first nan or infinity, forward or backward, and the line of the user's code that made it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from .arrays import in_a_tuple
from .errors import AnomalyError, user_line
from .graph import Leaf, Node
from .modes import watching, within
from .parentheses import context_manager
from .tensor.box import tangents
from .tensor.nested import value_of

if TYPE_CHECKING:
    from .primitive import Primitive


@context_manager
def detect_anomaly() -> Iterator[None]:
    """Context manager: raise `AnomalyError` at the first operation that makes a non-finite value or gradient.

    The message names the operation, the shape, and the line of your code that called it. Inside `jvp` and `vmap` all
    operations on tracked values are watched, including their tangents. Constants, and operations within `no_grad()`,
    are not: an operand that was already non-finite is named where it is first used, or mentioned as a possible cause
    if the graph does not keep it. Costs nothing when it is not used.
    """
    with within(check=_check_gradient, check_boxed=_check_boxed), watching(_note_line, passes=True), watching(
            _check_value):
        yield


def _finite(value: Any) -> bool:
    return value.dtype.kind not in "fc" or bool(np.isfinite(value).all())


def _what(value: Any) -> str:
    return "nan" if np.isnan(value).any() else "an infinity"


def _note_line(node: Node, value: Any) -> None:
    node.line = user_line()


def _check_value(node: Node, value: Any) -> None:
    for part in in_a_tuple(value):
        if not _finite(part):
            raise AnomalyError(f"{node.primitive.name} made {_what(part)} in a value of shape {part.shape}"
                               f"{_brought_along(node)} ({node.line})")


def _check_boxed(primitive: Primitive, operands: Sequence[Any], out: Any) -> None:
    for part in in_a_tuple(out):
        value = part._value
        if not _finite(value):
            given = dict(enumerate(map(value_of, operands)))
            raise AnomalyError(f"{primitive.name} made {_what(value)} in a value of shape {part.shape}"
                               f"{_already(given)} ({user_line()})")
        for tangent in tangents(part):
            if not _finite(tangent._value):
                raise AnomalyError(f"forward accumulation made {_what(tangent._value)} at {primitive.name}, in a "
                                   f"tangent of shape {part.shape} ({user_line()})")


def _brought_along(node: Node) -> str:
    """What to say of operands that no recorded operation made."""
    kept = {i: constant.value for i, constant in node.constants}
    kept |= {i: x for i, x in enumerate(node.saved[: len(node.parents)]) if x is not None}
    kept |= {i: leaf.array for i, leaf in enumerate(node.parents) if isinstance(leaf, Leaf)}
    unseen = [i for i, x in kept.items() if x is None]
    return _already(kept) or (
        f", unless operand {unseen[0]}, which no recorded operation made, held it already" if unseen else "")


def _already(values: dict[int, Any]) -> str:
    """Which of the operands with these values was not finite before."""
    for i, x in values.items():
        if isinstance(x, (np.ndarray, np.generic, float, complex)) and not _finite(np.asarray(x)):
            return f" from operand {i}, which holds {_what(x)} already"
    return ""


def _check_gradient(node: Node, c: Any) -> None:
    if c is None or isinstance(c, list):  # a list is handed on, unchanged, to an operation with several outputs
        return
    c = getattr(c, "_value", c)
    if not _finite(c):
        line = getattr(node, "line", "run the forward pass within detect_anomaly() to see its line")
        raise AnomalyError(f"the backward pass made {_what(c)} at {node.primitive.name}, in a gradient of shape "
                           f"{c.shape} ({line})")
