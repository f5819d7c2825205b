"""Which places of a picture are occupied, and by what."""

from __future__ import annotations

from collections.abc import Iterator

from .geometry import Box, Route, points_along

CELL = 80.0


class Room:
    """Rectangles that are in use, by the cells of a grid that they touch."""

    def __init__(self) -> None:
        self._cells: dict[tuple[int, int], list[Box]] = {}

    def _touched(self, box: Box) -> Iterator[tuple[int, int]]:
        for column in range(int(box.left // CELL), int(box.right // CELL) + 1):
            for row in range(int(box.top // CELL), int(box.bottom // CELL) + 1):
                yield column, row

    def take(self, box: Box) -> None:
        for cell in self._touched(box):
            self._cells.setdefault(cell, []).append(box)

    def take_line(self, route: Route) -> None:
        """The places along a Bézier route."""
        for x, y in points_along(route):
            self.take(Box(x, y, 1.5, 1.5))

    def take_outline(self, box: Box) -> None:
        """The four sides of a rectangle."""
        for x, y, wide, high in ((box.x, box.top, box.width, 0), (box.x, box.bottom, box.width, 0),
                                 (box.left, box.y, 0, box.height), (box.right, box.y, 0, box.height)):
            self.take(Box(x, y, wide + 1.5, high + 1.5))

    def is_free(self, box: Box) -> bool:
        return next(self.meeting(box), None) is None

    def met(self, box: Box) -> int:
        """How many of the rectangles in use this one meets; one that lies in several cells counts in each."""
        return sum(1 for _ in self.meeting(box))

    def meeting(self, box: Box) -> Iterator[Box]:
        """The rectangles in use that this one meets."""
        for cell in self._touched(box):
            for other in self._cells.get(cell, ()):
                if box.meets(other):
                    yield other
