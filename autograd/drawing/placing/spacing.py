"""Where the places of each layer stand beside each other: by least squares under minimal distances."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from .layers import Layers, Place

GAP = 18.0
SWEEPS = 8


def spaced(layers: Layers, beside: float) -> None:
    """Put each layer at the places nearest to its neighbours' means that keep it in order and apart.

    Where a frame begins or ends between two, they are `beside` further apart.
    """
    for layer in layers:
        x = 0.0
        for place in layer:
            place.x = x + place.width / 2
            x += place.width + GAP
        for place in layer:
            place.x -= (x - GAP) / 2
    for sweep in range(SWEEPS):
        kind = sweep % 3  # by the neighbours above, below, and at last on both sides
        for layer in layers if kind != 1 else reversed(layers):
            wanted = []
            for place in layer:
                near = place.above if kind == 0 else place.below if kind == 1 else place.above + place.below
                total = sum(other.weight for other in near)
                wanted.append(sum(other.x * other.weight for other in near) / total if near else place.x)
            for place, x in zip(layer, _apart(layer, wanted, beside), strict=True):
                place.x = x


def _apart(layer: Sequence[Place], wanted: Sequence[float], beside: float) -> list[float]:
    """The places closest to `wanted` in least squares with the minimal distances kept: pool adjacent violators."""
    offsets = [0.0]
    for before, place in pairwise(layer):
        frames = len(set(before.clusters) ^ set(place.clusters))
        offsets.append(offsets[-1] + (before.width + place.width) / 2 + GAP + frames * beside)
    blocks: list[tuple[float, float, int]] = []  # (mean, weight, size)
    for place, value, offset in zip(layer, wanted, offsets, strict=True):
        mean, weight, count = value - offset, place.weight, 1
        while blocks and blocks[-1][0] > mean:
            other, heavy, size = blocks.pop()
            mean = (mean * weight + other * heavy) / (weight + heavy)
            weight, count = weight + heavy, count + size
        blocks.append((mean, weight, count))
    starts = [mean for mean, _, count in blocks for _ in range(count)]
    return [start + offset for start, offset in zip(starts, offsets, strict=True)]
