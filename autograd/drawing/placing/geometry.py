"""Points, boxes and curves of a picture, in points with y downwards."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil, hypot

Point = tuple[float, float]
Route = list[Point]
"""A cubic Bézier curve in pieces: 3n + 1 points, of which each piece has four."""

STEP = 4.0
"""How far apart the points `along` a route are, about."""


class Wide:
    """A thing with a `width`, whose middle is at `x`."""

    __slots__ = ()
    x: float
    width: float

    @property
    def left(self) -> float:
        return self.x - self.width / 2

    @property
    def right(self) -> float:
        return self.x + self.width / 2


@dataclass(frozen=True, slots=True)
class Box(Wide):
    """A rectangle by its centre."""

    x: float
    y: float
    width: float
    height: float

    @classmethod
    def between(cls, left: float, top: float, right: float, bottom: float) -> Box:
        """The rectangle with these sides."""
        return cls((left + right) / 2, (top + bottom) / 2, right - left, bottom - top)

    @property
    def top(self) -> float:
        return self.y - self.height / 2

    @property
    def bottom(self) -> float:
        return self.y + self.height / 2

    @property
    def turned(self) -> Box:
        """The box in a picture that runs to the right instead of downwards."""
        return Box(self.y, self.x, self.height, self.width)

    def meets(self, other: Box) -> bool:
        """Whether the two overlap."""
        return (self.left < other.right and self.right > other.left
                and self.top < other.bottom and self.bottom > other.top)


def enclosing(points: Sequence[Point]) -> Box:
    """The smallest box around points."""
    xs, ys = zip(*points, strict=True)
    return Box.between(min(xs), min(ys), max(xs), max(ys))


def point_at(piece: Sequence[Point], t: float) -> Point:
    """The point of a Bézier piece at a parameter from 0 to 1."""
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = piece
    u = 1 - t
    p, q, r, s = u * u * u, 3 * u * u * t, 3 * u * t * t, t * t * t
    return p * ax + q * bx + r * cx + s * dx, p * ay + q * by + r * cy + s * dy


def up_to(piece: Sequence[Point], t: float) -> Route:
    """The first part of a Bézier piece, up to the parameter `t` (de Casteljau)."""
    kept, rest = [piece[0]], list(piece)
    while len(rest) > 1:
        rest = [(a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t) for a, b in pairwise(rest)]
        kept.append(rest[0])
    return kept


def points_along(route: Route) -> Iterator[Point]:
    """Points of a Bézier route, about `STEP` apart."""
    for i in range(0, len(route) - 3, 3):
        piece = route[i : i + 4]
        length = sum(hypot(q[0] - p[0], q[1] - p[1]) for p, q in pairwise(piece))
        count = max(1, ceil(length / STEP))
        yield from (point_at(piece, k / count) for k in range(count + 1))
