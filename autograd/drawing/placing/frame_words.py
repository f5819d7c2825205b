"""Where a frame's words stand: along its upper edge, as far to the left as no arrow comes through."""

from __future__ import annotations

from autograd.drawing.labels import ROOMY, cluster_label
from autograd.drawing.model import Graph
from autograd.drawing.words import width

from .layout import Box, Layout
from .room import Room

SIZE = 10.0
INDENT = 8.0
BASELINE = 13.0
"""How far below the frame's upper edge the words stand."""


def frame_words(graph: Graph, layout: Layout) -> dict[str, Box]:
    """The room that the words of each frame take."""
    lines = Room()
    if len(graph.edges) <= ROOMY:
        for route in layout.routes.values():
            lines.take_line(route)
    return {key: _place(cluster_label(graph.clusters[key]), frame, lines) for key, frame in layout.frames.items()}


def _place(text: str, frame: Box, lines: Room) -> Box:
    wide, y = width(text, SIZE), frame.top + BASELINE - SIZE * 0.36
    first = x = frame.left + INDENT
    while x + wide < frame.right - INDENT / 2:
        box = Box(x + wide / 2, y, wide + 4, SIZE + 2)
        if lines.is_free(box):
            return box
        x += 4.0
    return Box(first + wide / 2, y, wide + 4, SIZE + 2)
