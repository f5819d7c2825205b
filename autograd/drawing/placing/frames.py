"""Frames of our own layout: a rectangle around each cluster, and all that passes through it."""

from __future__ import annotations

from .geometry import Box
from .room import Room

FRAME_GAP, FRAME_WORDS = 7.2, 12.0
"""The gap between a frame and its contents, and the height for its label above them."""
MOST_PADDED = 3
"""How many levels of nested frames get a gap of their own at the sides and below."""


Held = list[tuple[tuple[str, ...], Box]]  # boxes, each with the clusters that it lies in, outermost first


def frames(standing: Held, passing: Held) -> dict[str, Box]:
    """The frames around their vertices and passing edges; a frame that would enclose another vertex is left out."""
    members: dict[str, list[tuple[int, Box]]] = {}
    for clusters, box in standing + passing:
        for depth, cluster in enumerate(reversed(clusters), 1):
            members.setdefault(cluster, []).append((depth, box))
    taken = Room()
    for _, box in standing:
        taken.take(box)
    found: dict[str, Box] = {}
    for cluster, inside in members.items():
        padded = [(box, FRAME_GAP * min(depth, MOST_PADDED)) for depth, box in inside]
        left, right = min(box.left - pad for box, pad in padded), max(box.right + pad for box, pad in padded)
        top = min(box.top - depth * (FRAME_GAP + FRAME_WORDS) for depth, box in inside)
        bottom = max(box.bottom + pad for box, pad in padded)
        frame = Box.between(left, top, right, bottom)
        if {box for _, box in inside}.issuperset(taken.meeting(frame)):
            found[cluster] = frame
    return found
