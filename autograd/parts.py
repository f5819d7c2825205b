"""Cotangents of `x[i]` and `x[i] = v` that are kept as parts, without an array of the size of x.

Otherwise a loop over the rows of a matrix would make a whole matrix, nearly all zeros, for each row.
"""

from __future__ import annotations

from collections.abc import Callable
from types import NoneType
from typing import TYPE_CHECKING, Any

from .duck_arrays import Array

if TYPE_CHECKING:
    from .graph import Node

FEW = 8
"""Parts wait for others while all of them together are at most one eighth of the whole."""

WAITS: Any = object()
"""What `in_place` returns for a part that waits for an array to be added to."""


class Part:
    """The cotangent of an array of which `x[i]` was read: zero everywhere else.

    `whole()` makes it as an array; `add(total)` adds it to an array in place, and returns whether it could. `size` is
    the number of elements that were read.
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
        """Merge another part of the same array, of `size` elements, into this one unless both are too large to wait.

        Returns whether it did.
        """
        if FEW * (self.size + other.size) > size:
            return False
        self.pieces += other.pieces
        self.size += other.size
        return True


class Rest:
    """The cotangent of what `x[i] = v` wrote to: that of the result, but zero where `v` was written.

    `whole()` makes it as a new array; `within(g)` turns the cotangent `g` of the result into it, in place, if nothing
    else needs that.
    """

    __slots__ = ("whole", "within")

    def __init__(self, whole: Callable[[], Array], within: Callable[[Array], Array]) -> None:
        self.whole, self.within = whole, within


IN_PLACE = frozenset({Part, Rest, NoneType})
"""The types of the cotangents that a pass gives to `in_place`."""


def in_place(c: Any, mine: Array | None, parent: Node, left: int, totals: dict[Node, Array],
             owned: set[Node]) -> Any:
    """Do in place what can be done with a part, a rest or None; return what remains to be added to `parent`'s total.

    A part is added to a total that the pass owns. If there is none yet and more contributions are `left`, it becomes
    the total itself, or joins the part that is, and waits. A rest is made from the cotangent `mine` of the result, in
    place, unless that is None.
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
