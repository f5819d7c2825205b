"""The cotangent of a part, as of `x[i]`, which is zero elsewhere and can be added to a total without its zeros.

A loop over the rows of a matrix would otherwise make a matrix for each of them.
"""

from __future__ import annotations

from collections.abc import Callable

from .duck_arrays import Array


class Part:
    """`whole()` makes the cotangent with its zeros; `add(total)` adds it in place, and says whether it could."""

    __slots__ = ("add", "whole")

    def __init__(self, whole: Callable[[], Array], add: Callable[[Array], bool]) -> None:
        self.whole, self.add = whole, add
