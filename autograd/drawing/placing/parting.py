"""Clusters beside each other and beside strangers: room for their frames, which are as wide as their widest layer."""

from __future__ import annotations

from itertools import pairwise
from math import inf

from .layers import Layers

ROUNDS = 20
"""So many clusters are moved at most."""


def part(layers: Layers, gap: float) -> None:
    """Move clusters away from the spine, with all that is beyond them, until no stranger stands in their frames."""
    for way in (1, -1):
        rows = [layer[::way] for layer in layers]
        for _ in range(ROUNDS):
            cluster, lacking = _in_the_way(rows, way, gap)
            if not cluster:
                break
            for row in rows:
                first = next((k for k, place in enumerate(row) if cluster in place.clusters), len(row))
                for place in row[first:]:
                    place.x += way * lacking


def _in_the_way(rows: Layers, way: int, gap: float) -> tuple[str, float]:
    """The cluster nearest to the spine with a stranger on this side in its frame, and how far that reaches in."""
    near: dict[str, float] = {}
    wall: dict[str, float] = {}
    for row in rows:
        for place in row:
            for cluster in place.clusters:
                edge = -inf if place.straight else way * place.x - place.width / 2
                near[cluster] = min(near.get(cluster, edge), edge)
        for before, place in pairwise([place for place in row if place.height]):
            for cluster in place.clusters:
                if cluster not in before.clusters:
                    edge = way * before.x + before.width / 2
                    wall[cluster] = max(wall.get(cluster, edge), edge)
    lacking = {cluster: edge + gap - near[cluster] for cluster, edge in wall.items() if near[cluster] > 0}
    found = min((c for c, far in lacking.items() if far > 1), key=lambda c: near[c], default="")
    return found, lacking.get(found, 0.0)
