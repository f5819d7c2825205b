"""Our own layered layout: for machines without an engine, and for graphs that an engine would take minutes over.

Layers by longest path, with leaves pulled down to their first use; order within a layer by barycentres, with the
members of a cluster kept together; places by least squares under minimal distances, around the longest way, which is
straight. Sugiyama, Tagawa, Toda (1981).
"""

from __future__ import annotations

from itertools import chain

from autograd.drawing.model import Graph

from .crossings import ordered
from .frames import FRAME_GAP, FRAME_WORDS, MOST_PADDED, frames
from .geometry import Box, enclosing
from .layers import Layers, Member, layers_of
from .layout import Layout, labelled, sizes
from .routes import Span, looped, routes
from .spacing import spaced

LAYER_GAP, FRAME_PADDING = 30.0, 12.0


def layered(graph: Graph, direction: str = "TB") -> Layout:
    """A layout of any graph in time nearly linear in its size."""
    measured = sizes(graph)
    if direction == "LR":
        measured = {key: (high, wide) for key, (wide, high) in measured.items()}
    layers, vertices, bends = layers_of(graph, measured)
    if not layers:
        return Layout(0.0, 0.0, {}, {}, "layered")
    layers = ordered(layers)
    beside = FRAME_PADDING if direction == "TB" else FRAME_GAP + FRAME_WORDS  # where a frame's words stand, turned
    spaced(layers, beside)
    rows, height = _rows(layers)
    everything = list(chain(*layers))
    deepest = max(len(member.clusters) for member in everything)
    aside = max(FRAME_PADDING, min(deepest, MOST_PADDED) * FRAME_GAP + 2)
    left = min(member.left for member in everything) - max(aside, deepest * beside * (direction == "LR"))
    right = max(member.right for member in everything) + aside

    def box(member: Member) -> Box:
        return Box(member.x - left, sum(rows[member.layer]) / 2, member.width, member.height)

    layout = Layout(right - left, height + aside, {key: box(member) for key, member in vertices.items()}, {}, "layered")
    passed = {number: [(bend.x - left, *rows[bend.layer]) for bend in passing] for number, passing in bends.items()}
    layout.routes = routes(graph, layout.boxes, {key: rows[member.layer] for key, member in vertices.items()}, passed)
    standing, passing = ([(m.clusters, box(m)) for m in members] for members in (vertices.values(), everything))
    if direction == "LR":
        layout = _turned(layout)
        standing, passing = ([(clusters, box.turned) for clusters, box in held] for held in (standing, passing))
    layout = looped(graph, labelled(graph, layout), direction)
    passing += [(graph.around(edge.source, edge.target), enclosing(layout.routes[number]))
                for number, edge in enumerate(graph.edges) if edge.carried]
    layout.frames = frames(standing, passing)
    for frame in layout.frames.values():
        layout.width, layout.height = max(layout.width, frame.right + 2), max(layout.height, frame.bottom + 2)
    return layout


def _rows(layers: Layers) -> tuple[list[Span], float]:
    """Top and bottom of each layer, with room for the frames that begin or end between two layers."""
    bottom, rows = 4.0 - LAYER_GAP, []
    before: set[str] = set()
    for layer in layers:
        here = set().union(*[member.clusters for member in layer])
        depth = max((len(member.clusters) for member in layer), default=0)
        top = bottom + LAYER_GAP + (8.0 + FRAME_PADDING) * min(depth, len(here - before))
        bottom = top + max((member.height for member in layer), default=0.0)
        rows.append((top, bottom))
        before = here
    return rows, bottom + 4.0


def _turned(layout: Layout) -> Layout:
    """The layout from left to right instead of downwards."""
    return Layout(
        layout.height, layout.width, {key: box.turned for key, box in layout.boxes.items()},
        {number: [(y, x) for x, y in route] for number, route in layout.routes.items()}, layout.engine)
