"""Cotangents of reading and of writing a part, `x[i]` and `x[i] = v`, which a pass need not make whole.

A loop over the rows of a matrix would otherwise make a matrix for each of them.
"""

from __future__ import annotations

from collections.abc import Callable
from types import NoneType
from typing import TYPE_CHECKING, Any

from .duck_arrays import Array

if TYPE_CHECKING:
    from .graph import Node

FEW = 8
"""Parts that together are so small a part of the whole wait for others."""

WAITS: Any = object()
"""What `in_place` returns of a part that waits for something to be added to."""


class Part:
    """The cotangent of what was read from, zero elsewhere, which `whole()` makes.

    `add(total)` adds it to an array in place, and says whether it could. `size` is the number of its elements.
    """

    __slots__ = ("pieces", "size")

    def __init__(self, size: int, whole: Callable[[], Array], add: Callable[[Array], bool]) -> None:
        self.pieces, self.size = [(whole, add)], size

    def whole(self) -> Array:
        total = self.pieces[0][0]()
        self._add_rest(total)
        return total

    def add(self, total: Array) -> bool:
        if not self.pieces[0][1](total):
            return False
        self._add_rest(total)
        return True

    def _add_rest(self, total: Array) -> None:
        for whole, add in self.pieces[1:]:
            if not add(total):
                total += whole()

    def takes(self, other: Part, size: int) -> bool:
        """Take another part of the same whole, of this size, into this one, unless that makes it too large to wait."""
        if FEW * (self.size + other.size) > size:
            return False
        self.pieces += other.pieces
        self.size += other.size
        return True


class Rest:
    """The cotangent of what was written to, zero where it was, which `whole()` makes.

    `within(g)` makes it of the cotangent of the result in place, which nobody else may need.
    """

    __slots__ = ("whole", "within")

    def __init__(self, whole: Callable[[], Array], within: Callable[[Array], Array]) -> None:
        self.whole, self.within = whole, within


IN_PLACE = frozenset({Part, Rest, NoneType})
"""The types of cotangents that `in_place` is for."""


def in_place(c: Any, mine: Array | None, parent: Node, left: int, totals: dict[Node, Array],
             owned: set[Node]) -> Any:
    """What remains to be added to the total of `parent` of a part, a rest, or None, after what could be done in place.

    A part is added to a total that the pass owns; where there is none and contributions are `left`, it becomes the
    total. A rest is made of the cotangent `mine`, if that is not None.
    """
    before = totals.get(parent)
    if type(c) is Part:
        if parent in owned and c.add(before):
            return None
        if left > 1 and (parent not in totals or (type(before) is Part and before.takes(c, parent.size))):
            totals.setdefault(parent, c)
            return WAITS
    elif type(c) is Rest:
        c = c.whole() if mine is None else c.within(mine)
        owned.add(parent)
        if type(before) is Part and before.add(c):
            del totals[parent]
    elif left == 1 and type(before) is Part:
        return totals.pop(parent)
    return c
