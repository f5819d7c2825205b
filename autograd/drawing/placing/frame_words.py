"""The position of a frame's label: along its upper edge, as far left as no arrow passes through it.

Where arrows leave no such place, a shorter label may find one: without what the frames around it say already.
"""

from __future__ import annotations

from dataclasses import dataclass

from autograd.drawing.labels import SMALL, cluster_label
from autograd.drawing.model import Graph
from autograd.drawing.words import width

from .geometry import Box
from .layout import Layout
from .room import Room
from .ways_back import drawn_lines

INDENT = 8.0
BASELINE = 13.0
"""The distance of a label from its frame's upper edge."""


@dataclass(frozen=True, slots=True)
class FrameWords:
    """What is written on a frame, and the room that it takes."""

    text: str
    box: Box


def frame_words(graph: Graph, layout: Layout) -> dict[str, FrameWords]:
    """The words of each frame."""
    lines = Room()
    if graph.roomy:
        for route in drawn_lines(graph, layout):
            lines.take_line(route)
    found = {}
    for key, frame in layout.frames.items():
        cluster = graph.clusters[key]
        label = cluster_label(cluster)
        found[key] = (_placed(label, frame, lines)
                      or _placed(cluster_label(cluster, graph.clusters.get(cluster.parent)), frame, lines)
                      or FrameWords(label, _box(label, frame, 0.0)))
    return found


def _placed(text: str, frame: Box, lines: Room) -> FrameWords | None:
    """The words at the first free place."""
    shift = 0.0
    while (box := _box(text, frame, shift)).right < frame.right - INDENT / 2 + 2:
        if lines.is_free(box):
            return FrameWords(text, box)
        shift += 4.0
    return None


def _box(text: str, frame: Box, shift: float) -> Box:
    wide = width(text, SMALL)
    return Box(frame.left + INDENT + shift + wide / 2, frame.top + BASELINE - SMALL * 0.36, wide + 4, SMALL + 2)
