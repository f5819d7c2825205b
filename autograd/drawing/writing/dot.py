"""The graph as DOT: complete and readable on its own, and what the layout engine is given.

The same graph gives the same bytes on every run and machine: names come from the topological order and from paths,
never from addresses or sets.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Set
from dataclasses import dataclass
from itertools import pairwise
from math import hypot
from typing import Any

import graphviz

from autograd.drawing.labels import Line, cluster_label, description, edge_text, lines, tooltip
from autograd.drawing.model import Cluster, Graph, Kind, Vertex
from autograd.drawing.placing.edge_words import Word, edge_words
from autograd.drawing.placing.frame_words import FrameWords, frame_words
from autograd.drawing.placing.geometry import Point
from autograd.drawing.placing.layout import Layout, sizes
from autograd.drawing.placing.ranks import lengths, spine
from autograd.drawing.placing.ways_back import ways_back
from autograd.drawing.words import printable

from .escapes import hovering, hypertext, literal
from .style import PALETTES, Theme, heat_colours

FONT = "Helvetica"
ARROW = 6.0
"""The length of an arrow's head, in points."""

SHAPES = {Kind.INPUT: "ellipse", Kind.PARAMETER: "box", Kind.CONSTANT: "box", Kind.OPERATION: "box",
           Kind.MODULE: "box3d", Kind.MORE: "box"}
STYLES = {Kind.INPUT: "filled", Kind.PARAMETER: "filled", Kind.CONSTANT: "filled,rounded",
           Kind.OPERATION: "filled,rounded", Kind.MODULE: "filled", Kind.MORE: "dotted,rounded"}
CHANGES = {"added": "output", "removed": "failed"}
"""Whose colours additions and removals have."""
_ROLE_COLOUR = {"title": "ink", "detail": "muted", "value": "ink", "grad": "grad", "tangent": "carried",
                "alarm": "failed-line"}


def digraph(graph: Graph, *, theme: Theme = "light", direction: str = "TB", layout: Layout | None = None,
            bare: bool = False) -> Any:
    """The graph as a `graphviz.Digraph`; with `layout` every position is given, for `neato -n2` to paint.

    `bare` leaves out what finds its place afterwards, so that it pushes nothing aside: the ways of gradients and to the
    next repetition, and the shapes on the edges that are to be straight.
    """
    colours = PALETTES[theme]
    dot = graphviz.Digraph("computation", comment=printable(graph.title or description(graph)))
    dot.attr("graph", rankdir=direction, bgcolor=colours["paper"] if layout else "transparent", fontname=FONT,
             fontsize="10", fontcolor=colours["muted"], nodesep="0.25", ranksep="0.32", pad="0.15",
             tooltip=hovering([description(graph)]), outputorder="edgesfirst")
    dot.attr("node", fontname=FONT, fontsize="12", fontcolor=colours["ink"], fixedsize="true", penwidth="1.2")
    dot.attr("edge", fontname=FONT, fontsize="9", fontcolor=colours["muted"], color=colours["edge"], arrowsize="0.6",
             penwidth="1.2")
    if layout:
        dot.attr("graph", dpi="144")
    way = spine(graph) if graph.roomy else []
    _Writer(graph, colours, layout, set(way), set(pairwise(way)), bare, graph.hottest).write(dot)
    return dot


def source(graph: Graph, **options: Any) -> str:
    """The DOT text of `digraph`."""
    text: str = digraph(graph, **options).source
    return text


@dataclass(frozen=True, slots=True)
class _Writer:
    """A graph with all that its vertices, frames and edges are written from."""

    graph: Graph
    colours: dict[str, str]
    layout: Layout | None
    straight: Set[str]
    steps: Set[tuple[str, str]]
    bare: bool
    hottest: float

    def write(self, dot: Any) -> None:
        self._members(dot)
        graph, layout = self.graph, self.layout
        words = {word.edge: word for word in edge_words(graph, layout)} if layout else {}
        spans = lengths(graph) if layout is None else [1] * len(graph.edges)
        for number, edge in enumerate(graph.edges):
            if not (self.bare and edge.carried):
                dot.edge(edge.source, edge.target, **self._edge(number, words.get(number), spans[number]))
        if graph.backward and not self.bare:
            places = {number: {"pos": _spline(route, layout.height)}
                      for number, route in ways_back(graph, layout).items()} if layout else {}
            for number, edge in enumerate(graph.edges):
                if graph.flows_back(edge):
                    dot.edge(edge.target, edge.source, id=f"b{number}", style="dashed", color=self.colours["grad"],
                             constraint="false", **{"class": "backward"}, **places.get(number, {}))

    def _members(self, dot: Any) -> None:
        """The vertices, cluster inside cluster; a stack of open subgraphs instead of recursion."""
        graph = self.graph
        measured = sizes(graph)
        words = frame_words(graph, self.layout) if self.layout else {}
        inside: dict[str, list[str]] = {key: [] for key in ("", *graph.clusters)}
        for key, vertex in graph.vertices.items():
            inside[vertex.cluster].append(key)
        nested: dict[str, list[str]] = {key: [] for key in ("", *graph.clusters)}
        for key, cluster in graph.clusters.items():
            nested[cluster.parent].append(key)
        pieces: dict[str, Any] = {"": dot}
        order = [""]
        for key in order:
            order.extend(reversed(nested[key]))  # so that siblings are written in their order
        loops = Counter(step for edge in graph.edges if edge.carried
                        for step in graph.around(edge.source, edge.target)[-1:])
        for key in order[1:]:
            pieces[key] = graphviz.Digraph(f"cluster_{key}")
            pieces[key].attr(**self._frame(graph.clusters[key], words.get(key), loops[key]))
        for key in order:
            for name in inside[key]:
                pieces[key].node(name, **self._vertex(graph.vertices[name], measured[name]))
        for key in reversed(order[1:]):
            pieces[graph.clusters[key].parent].subgraph(pieces[key])

    def _frame(self, cluster: Cluster, words: FrameWords | None, loops: int) -> dict[str, str]:
        attributes = {"id": cluster.id, "labeljust": "l", "style": "filled,rounded",
                      "color": self.colours["carried" if cluster.repeats > 1 else "frame"],
                      "fillcolor": self.colours["frame-fill"], "fontname": FONT, "fontsize": "10",
                      "fontcolor": self.colours["muted"], "label": literal(cluster_label(cluster)),
                      "margin": str(10 + 8 * loops)}  # room for the ways to the next repetition
        if self.layout and words:
            frame, height = self.layout.frames[cluster.id], self.layout.height
            corners = (frame.left, frame.bottom), (frame.right, frame.top)
            attributes |= {"bb": ",".join(place(corner, height) for corner in corners),
                           "label": literal(words.text), "lp": place((words.box.x, words.box.y), height),
                           "lwidth": f"{words.box.width / 72:.2f}", "lheight": "0.2"}
        return attributes

    def _vertex(self, vertex: Vertex, measured: tuple[float, float]) -> dict[str, str]:
        graph, colours = self.graph, self.colours
        fill, ink = colours["paper"] if graph.heat_unit else "", ""
        if vertex.heat is not None:
            fill, ink = heat_colours(vertex.heat / self.hottest)
        attributes = {
            "id": vertex.id, "class": classes(vertex), **look(vertex, colours, fill),
            "width": f"{measured[0] / 72:.3f}", "height": f"{measured[1] / 72:.3f}",
            "tooltip": hovering(tooltip(vertex)),
            "label": _html(lines(vertex, backward=graph.backward), colours, ink),
        }
        if vertex.id in self.straight:
            attributes["group"] = "spine"
        if self.layout:
            box = self.layout.boxes[vertex.id]
            attributes["pos"] = place((box.x, box.y), self.layout.height)
        return attributes

    def _edge(self, number: int, word: Word | None, span: int) -> dict[str, str]:
        graph, layout, edge = self.graph, self.layout, self.graph.edges[number]
        attributes = {"id": f"e{number}", "class": "carried" if edge.carried else "edge"}
        if edge.carried:
            attributes |= {"style": "dashed", "color": self.colours["carried"], "constraint": "false"}
        elif (edge.source, edge.target) in self.steps:
            attributes["weight"] = "100"
        elif graph.vertices[edge.source].kind in (Kind.OPERATION, Kind.MODULE):
            attributes["weight"] = "4"  # the course of the computation goes straight down, leaves join from the side
        if span > 1 and not edge.carried:
            attributes["minlen"] = str(span)
        if layout is None:
            middle, head = edge_text(edge, roomy=graph.roomy)
            if head and not edge.carried:
                attributes |= {"headlabel": head, "labeldistance": "1.4"}
            if middle and not (self.bare and (edge.source, edge.target) in self.steps):
                attributes["label"] = literal(f" {middle} ")
        elif number in layout.routes:
            attributes["pos"] = _spline(layout.routes[number], layout.height)
            if word is not None:
                attributes |= {"label": literal(word.text), "lp": place((word.x, word.y), layout.height)}
        return attributes


def look(vertex: Vertex, colours: dict[str, str], fill: str = "") -> dict[str, str]:
    """Outline and colours of a vertex; `fill` where its ground says something else than what it is."""
    state = "failed" if vertex.failed else "output" if vertex.output else vertex.kind.value
    dashed = vertex.copy or vertex.frozen or vertex.change == "removed"
    found = {"shape": SHAPES[vertex.kind], "style": STYLES[vertex.kind] + (",dashed" if dashed else ""),
             "fillcolor": fill or colours[f"{state}-fill"],
             "color": colours[f"{CHANGES.get(vertex.change, state)}-line"]}
    if vertex.change:
        found["penwidth"] = "2"
    if vertex.output:
        found["peripheries"] = "2"
    return found


def classes(vertex: Vertex) -> str:
    """The classes of a vertex, the same in DOT, SVG and page."""
    found = ["node", vertex.kind.value]
    found += [name for name, on in (("output", vertex.output), ("failed", vertex.failed), ("frozen", vertex.frozen),
                                    ("alias", vertex.copy is not None), ("heated", vertex.heat is not None),
                                    ("current", vertex.current), (vertex.change, bool(vertex.change))) if on]
    return " ".join(found)


def _html(written: list[Line], colours: dict[str, str], ink: str) -> str:
    """Lines of text as an HTML-like label, every name escaped.

    `ink` is the colour of all of them, where the ground is not the palette's, or "".
    """
    parts = []
    for line in written:
        text = hypertext(line.text)
        if line.role == "title":
            text = f"<b>{text}</b>"
        if line.italic:
            text = f"<i>{text}</i>"
        size = "12" if line.role == "title" else "9.5"
        colour = ink or colours[_ROLE_COLOUR[line.role]]
        parts.append(f'<tr><td><font point-size="{size}" color="{colour}">{text}</font></td></tr>')
    return f'<<table border="0" cellborder="0" cellspacing="0" cellpadding="1">{"".join(parts)}</table>>'


def place(point: Point, height: float) -> str:
    """A position as Graphviz writes it, in a picture of this height: its y grows upwards."""
    return f"{point[0]:.2f},{height - point[1]:.2f}"


def _spline(route: list[Point], height: float) -> str:
    """A route as Graphviz writes it, with room for the arrow's head before the tip."""
    tip, before = route[-1], route[-2]
    reach = hypot(tip[0] - before[0], tip[1] - before[1]) or 1.0
    base = (tip[0] + (before[0] - tip[0]) * ARROW / reach, tip[1] + (before[1] - tip[1]) * ARROW / reach)
    return f"e,{place(tip, height)} " + " ".join(place(point, height) for point in [*route[:-1], base])
