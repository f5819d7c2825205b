"""Where the places of each layer stand beside each other: near those that their edges lead to, in order and apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain, pairwise
from math import inf

from .layers import LEAF, Layers, Place
from .parting import part

GAP = 18.0
SWEEPS = 8
FIXED = 1e9
"""How much more the spine weighs than whatever would push it aside."""


def spaced(layers: Layers, beside: float) -> None:
    """Put each layer at the places nearest to its neighbours' means that keep it in order and apart.

    Where a frame begins or ends between two, they are `beside` further apart. The spine stands at 0, all of it.
    """
    offsets = [_offsets(layer, beside) for layer in layers]
    for layer, own in zip(layers, offsets, strict=True):
        for place, offset in zip(layer, own, strict=True):
            place.x = offset - own[-1] / 2
    rows = list(zip(layers, offsets, strict=True))
    for sweep in range(SWEEPS):
        kind = sweep % 3  # by the neighbours above, below, and at last on both sides
        extents = _extents(layers)
        for layer, own in rows if kind != 1 else reversed(rows):
            wanted, weights = [], []
            for place in layer:
                near = place.above if kind == 0 else place.below if kind == 1 else place.above + place.below
                pull = sum(other.weight for other in near)
                mean = sum(other.x * other.weight for other in near) / pull if near else place.x
                wanted.append(0.0 if place.straight else mean)
                weights.append(FIXED if place.straight else place.weight * (pull or LEAF))
            wanted = _beside_frames(layer, wanted, extents, GAP + beside)
            for place, x in zip(layer, apart(wanted, weights, own), strict=True):
                place.x = x
    part(layers, GAP + beside)


def _extents(layers: Layers) -> dict[str, tuple[float, float]]:
    """How far each cluster reaches to the left and to the right."""
    found: dict[str, tuple[float, float]] = {}
    for place in chain(*layers):
        for cluster in place.clusters:
            left, right = found.get(cluster, (place.left, place.right))
            found[cluster] = min(left, place.left), max(right, place.right)
    return found


def _beside_frames(layer: Sequence[Place], wanted: Sequence[float], extents: Mapping[str, tuple[float, float]],
                   gap: float) -> list[float]:
    """Places that are wanted within the frames of others moved beside them, but for the spine."""
    found = list(wanted)
    for side, way in ((1, 1), (0, -1)):  # right of the frames before, left of those after
        limit = -inf
        before: tuple[str, ...] = ()
        for number in range(len(layer))[::way]:
            place = layer[number]
            limit = max([limit, *(way * extents[c][side] for c in before if c not in place.clusters)])
            if not place.straight:
                found[number] = way * max(way * found[number], limit + gap + place.width / 2)
            before = place.clusters
    return found


def _offsets(layer: Sequence[Place], beside: float) -> list[float]:
    """The places one beside the other, as near as they may stand."""
    offsets = [0.0] * bool(layer)
    for before, place in pairwise(layer):
        frames = len(set(before.clusters) ^ set(place.clusters))
        offsets.append(offsets[-1] + (before.width + place.width) / 2 + GAP + frames * beside)
    return offsets


def apart(wanted: Sequence[float], weights: Sequence[float], offsets: Sequence[float]) -> list[float]:
    """The places closest to `wanted` in least squares that are as far apart as `offsets`: pool adjacent violators."""
    blocks: list[tuple[float, float, int]] = []  # (mean, weight, size)
    for value, weight, offset in zip(wanted, weights, offsets, strict=True):
        mean, count = value - offset, 1
        while blocks and blocks[-1][0] > mean:
            other, heavy, size = blocks.pop()
            mean = (mean * weight + other * heavy) / (weight + heavy)
            weight, count = weight + heavy, count + size
        blocks.append((mean, weight, count))
    starts = [mean for mean, _, count in blocks for _ in range(count)]
    return [start + offset for start, offset in zip(starts, offsets, strict=True)]
