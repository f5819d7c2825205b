"""Cotangents of reading and of writing a part, `x[i]` and `x[i] = v`, which a pass need not make whole.

A loop over the rows of a matrix would otherwise make a matrix for each of them.
"""

from __future__ import annotations

from collections.abc import Callable

from .duck_arrays import Array


class Part:
    """The cotangent of what was read from, zero elsewhere, which `whole()` makes.

    `add(total)` adds it to an array in place, and says whether it could.
    """

    __slots__ = ("add", "whole")

    def __init__(self, whole: Callable[[], Array], add: Callable[[Array], bool]) -> None:
        self.whole, self.add = whole, add


class Rest:
    """The cotangent of what was written to, zero where it was, which `whole()` makes.

    `within(g)` makes it of the cotangent of the result in place, which nobody else may need.
    """

    __slots__ = ("whole", "within")

    def __init__(self, whole: Callable[[], Array], within: Callable[[Array], Array]) -> None:
        self.whole, self.within = whole, within
