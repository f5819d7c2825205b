"""The order in which a graph is written down: parents first, and of several parents the one with the longest past.

So what belongs together stays together: a step of a loop comes out in one piece, its data right before their use.
"""

from __future__ import annotations

from collections.abc import Sequence

from autograd.graph import Node, reachable


def computation_order(ends: Sequence[Node]) -> list[Node]:
    """All nodes that `ends` depend on, in an order that depends on the graph alone. Iterative: a graph of any depth."""
    depth: dict[Node, int] = {}
    for node in reachable(*ends):
        depth[node] = max((depth[parent] + 1 for parent in node.parents if parent is not None), default=0)
    order: list[Node] = []
    entered: set[Node] = set()
    stack: list[tuple[Node, bool]] = [(end, False) for end in reversed(ends)]
    while stack:
        node, done = stack.pop()
        if done:
            order.append(node)
        elif node not in entered:
            entered.add(node)
            stack.append((node, True))
            waiting = [parent for parent in node.parents if parent is not None and parent not in entered]
            waiting.sort(key=lambda parent: -depth[parent])
            stack.extend((parent, False) for parent in reversed(waiting))
    return order
