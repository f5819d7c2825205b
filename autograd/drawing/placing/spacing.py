"""The horizontal positions within layers: near connected members, in order, and with space between them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain, pairwise

from .layers import LEAF, Layers, Member
from .parting import beside_frames, part
from .ranks import extents

GAP = 18.0
SWEEPS = 8
FIXED = 1e9
"""The weight of the spine relative to everything that would push it aside."""


def spaced(layers: Layers, beside: float) -> None:
    """Put each layer at the places nearest to its neighbours' means that keep it in order and apart.

    Where a frame begins or ends between two, they are `beside` further apart. The spine stands at 0, all of it.
    """
    offsets = [_offsets(layer, beside) for layer in layers]
    for layer, own in zip(layers, offsets, strict=True):
        for member, offset in zip(layer, own, strict=True):
            member.x = offset - own[-1] / 2
    rows = list(zip(layers, offsets, strict=True))
    for sweep in range(SWEEPS):
        kind = sweep % 3  # by the neighbours above, below, and at last on both sides
        reaches = extents((member.clusters, member.left, member.right) for member in chain(*layers))
        for layer, own in rows if kind != 1 else reversed(rows):
            pulled = [_pulled(p, p.above if kind == 0 else p.below if kind == 1 else p.above + p.below) for p in layer]
            wanted = beside_frames(layer, [x for x, _ in pulled], reaches, GAP + beside)
            for member, x in zip(layer, apart(wanted, [weight for _, weight in pulled], own), strict=True):
                member.x = x
    part(layers, GAP + beside)


def _pulled(member: Member, near: Sequence[Member]) -> tuple[float, float]:
    """Where its neighbours pull a member, and how strongly; the spine stays where it is."""
    if member.straight:
        return 0.0, FIXED
    pull = sum(other.weight for other in near)
    return sum(other.x * other.weight for other in near) / pull if near else member.x, member.weight * (pull or LEAF)


def _offsets(layer: Sequence[Member], beside: float) -> list[float]:
    """The members side by side, as close as they may be."""
    offsets = [0.0] * bool(layer)
    for before, member in pairwise(layer):
        frames = len(set(before.clusters) ^ set(member.clusters))
        offsets.append(offsets[-1] + (before.width + member.width) / 2 + GAP + frames * beside)
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
