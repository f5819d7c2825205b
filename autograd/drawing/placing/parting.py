"""Room for frames, which are as wide as their widest layer: vertices that do not belong to a frame move out of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from math import inf

from .layers import Layers, Member

ROUNDS = 20
"""So many clusters are moved at most."""


def beside_frames(layer: Sequence[Member], wanted: Sequence[float], reaches: Mapping[str, tuple[float, float]],
                  gap: float) -> list[float]:
    """Desired positions, moved out of the frames of other clusters, except those on the spine."""
    found = list(wanted)
    for side, way in ((1, 1), (0, -1)):  # right of the frames before, left of those after
        limit = -inf
        before: tuple[str, ...] = ()
        for number in range(len(layer))[::way]:
            member = layer[number]
            limit = max([limit, *(way * reaches[c][side] for c in before if c not in member.clusters)])
            if not member.straight:
                found[number] = way * max(way * found[number], limit + gap + member.width / 2)
            before = member.clusters
    return found


def part(layers: Layers, gap: float) -> None:
    """Move clusters away from the spine, with everything beyond them, until no other vertex is in their frames."""
    for way in (1, -1):
        rows = [layer[::way] for layer in layers]
        for _ in range(ROUNDS):
            cluster, lacking = _in_the_way(rows, way, gap)
            if not cluster:
                break
            for row in rows:
                first = next((k for k, member in enumerate(row) if cluster in member.clusters), len(row))
                for member in row[first:]:
                    member.x += way * lacking


def _in_the_way(rows: Layers, way: int, gap: float) -> tuple[str, float]:
    """The cluster nearest to the spine with another vertex in its frame on this side, and by how much they overlap."""
    near: dict[str, float] = {}
    wall: dict[str, float] = {}
    for row in rows:
        for member in row:
            for cluster in member.clusters:
                edge = -inf if member.straight else way * member.x - member.width / 2
                near[cluster] = min(near.get(cluster, edge), edge)
        for before, member in pairwise([member for member in row if member.height]):
            for cluster in member.clusters:
                if cluster not in before.clusters:
                    edge = way * before.x + before.width / 2
                    wall[cluster] = max(wall.get(cluster, edge), edge)
    lacking = {cluster: edge + gap - near[cluster] for cluster, edge in wall.items() if near[cluster] > 0}
    found = min((c for c, far in lacking.items() if far > 1), key=lambda c: near[c], default="")
    return found, lacking.get(found, 0.0)
