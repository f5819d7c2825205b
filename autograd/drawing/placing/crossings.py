"""The order within layers, with few crossings: by barycentres, and neighbours that change places; the members of a
cluster stay together. Sugiyama, Tagawa, Toda (1981).
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Iterator

from .layers import Layers, Member

SWEEPS = 6
COUNTED = 5000
"""In layouts of more members than this crossings are not counted: the last order is taken."""


def ordered(layers: Layers) -> Layers:
    """The layers in the order with the fewest crossings that is found from two starts: leaves last, leaves first.

    A layout too large for crossings to be counted takes the last order of its first start.
    """
    counted = sum(map(len, layers)) <= COUNTED
    starts = [layers, [sorted(layer, key=lambda member: member.weight) for layer in layers]] if counted else [layers]
    best: Layers = []
    fewest = -1
    for start in starts:
        for order in _turns(start, swaps=counted):
            count = _crossings(order) if counted else 0
            if fewest < 0 or count < fewest or not counted:
                best, fewest = [list(layer) for layer in order], count
        if fewest == 0:
            break
    for layer in best:
        _number(layer)
    return best


def _turns(layers: Layers, *, swaps: bool) -> Iterator[Layers]:
    """Each layer ordered by the mean order of its neighbours, alternately down and up; clusters stay together.

    Leaves weigh less than what is computed.
    """
    for layer in layers:
        _number(layer)
    for sweep in range(SWEEPS):
        down = sweep % 2 == 0
        for layer in layers if down else reversed(layers):
            for member in layer:
                near = member.above if down else member.below
                if near:
                    heavy = sum(other.weight for other in near)
                    member.order = sum(other.order * other.weight for other in near) / heavy
        means = _cluster_means(layers)
        for layer in layers:
            layer.sort(key=lambda member: (*((means[c], c) for c in member.clusters), (member.order, "")))
            _number(layer)
        if swaps:
            _swap(layers)
        yield layers


def _swap(layers: Layers) -> None:
    """Neighbours of one cluster change places where fewer of their edges cross then."""
    for layer in layers:
        for k in range(len(layer) - 1):
            a, b = layer[k], layer[k + 1]
            if a.clusters != b.clusters:
                continue
            gain = sum((i.order > j.order) - (i.order < j.order)
                       for left, right in ((a.above, b.above), (a.below, b.below)) for i in left for j in right)
            if gain > 0:
                layer[k], layer[k + 1] = b, a
        _number(layer)


def _crossings(layers: Layers) -> int:
    """How many pairs of edges between neighbouring layers cross: pairs that are out of order below."""
    found = 0
    for layer in layers:
        passed: list[float] = []
        for member in layer:
            ends = sorted(other.order for other in member.below if other.layer == member.layer + 1)
            found += sum(len(passed) - bisect_right(passed, end) for end in ends)
            for end in ends:
                insort(passed, end)
    return found


def _number(layer: list[Member]) -> None:
    """Orders in the layer from -½ to ½, so that narrow layers pull to the middle of wide ones."""
    for number, member in enumerate(layer):
        member.order = (number + 0.5) / len(layer) - 0.5


def _cluster_means(layers: Layers) -> dict[str, float]:
    total: dict[str, list[float]] = {}
    for layer in layers:
        for member in layer:
            for cluster in member.clusters:
                total.setdefault(cluster, []).append(member.order)
    return {cluster: sum(orders) / len(orders) for cluster, orders in total.items()}
