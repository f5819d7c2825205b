"""A graph at its places as a group of SVG: frames, edges, the words on them, vertices and marks, in this order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from autograd.drawing.labels import BEHIND, gradient_text, lines, operand_text, tooltip
from autograd.drawing.model import Edge, Graph, Kind, Vertex
from autograd.drawing.placing.edge_words import Word, edge_words
from autograd.drawing.placing.frame_words import BASELINE, FrameWords, frame_words
from autograd.drawing.placing.geometry import Box, Point
from autograd.drawing.placing.layout import Layout
from autograd.drawing.placing.marks import Mark, marks
from autograd.drawing.placing.ways_back import ways_back

from .dot import classes
from .escapes import escape
from .style import heat_colours


@dataclass(frozen=True, slots=True)
class Figure:
    """A graph with its layout; `prefix` begins every id."""

    graph: Graph
    layout: Layout
    prefix: str

    def group(self, x: float, y: float) -> str:
        """The graph without what stands around it, its corner at `(x, y)`."""
        hot = " hot" if self.graph.heat_unit else ""
        return "\n".join([f'<g class="graph{hot}" transform="translate({x:.1f} {y:.1f})">', *self._parts(), "</g>"])

    def _parts(self) -> Iterator[str]:
        graph, layout = self.graph, self.layout
        outer_first = sorted(layout.frames, key=lambda key: len(graph.lineage(key)))
        yield from map(self._frame, outer_first)
        words = {word.edge: word for word in edge_words(graph, layout)}
        yield from (self._edge(number, edge, words.get(number)) for number, edge in enumerate(graph.edges)
                    if number in layout.routes)
        for number, route in ways_back(graph, layout).items():
            yield self._way_back(number, route)
        labels = frame_words(graph, layout)
        for key in outer_first:
            yield _frame_label(layout.frames[key], labels[key])
        hottest = graph.hottest
        for vertex in graph.vertices.values():
            yield self._vertex(vertex, hottest)
        yield from map(_mark, marks(graph, layout))

    def _frame(self, key: str) -> str:
        look = "cluster repeats" if self.graph.clusters[key].repeats > 1 else "cluster"
        frame = rectangle(self.layout.frames[key], 6, "frame")
        return f'<g class="{look}" id="{self.prefix}-{key}" data-id="{key}">{frame}</g>'

    def _vertex(self, vertex: Vertex, hottest: float) -> str:
        box = self.layout.boxes[vertex.id]
        parts = [f'<g class="{classes(vertex)}" id="{self.prefix}-{vertex.id}" data-id="{vertex.id}">',
                 "<title>" + escape_lines(tooltip(vertex)) + "</title>"]
        if vertex.kind is Kind.MODULE:
            parts += [rectangle(box, 2, "stack", shift=offset) for offset in BEHIND]
        colours = heat_colours(vertex.heat / hottest) if vertex.heat is not None else None
        inline = f' style="fill:{colours[0]}"' if colours else ""
        parts.append(outline(vertex.kind, box, "shape", inline))
        if vertex.frozen:
            parts.append(outline(vertex.kind, box, "", f' fill="url(#{self.prefix}-hatch)"'))
        if vertex.output:
            inner = Box(box.x, box.y, box.width - 5, box.height - 5)
            parts.append(outline(vertex.kind, inner, "inner", ""))
        written = lines(vertex, backward=self.graph.backward)
        y = box.y - sum(line.height for line in written) / 2
        ink = f' style="fill:{colours[1]}"' if colours else ""
        for line in written:
            baseline = y + (line.height + line.size * 0.72) / 2
            look = line.role + (" italic" if line.italic else "") + (" slot" if line.slot else "")
            parts.append(f'<text class="{look}" x="{box.x:.1f}" y="{baseline:.1f}" text-anchor="middle"{ink}>'
                         f"{escape(line.text)}</text>")
            y += line.height
        parts.append("</g>")
        return "".join(parts)

    def _edge(self, number: int, edge: Edge, word: Word | None) -> str:
        look = "carried" if edge.carried else "edge wide" if edge.count > 1 else "edge"
        arrow = "carried-arrow" if edge.carried else "arrow"
        if edge.flow:
            look += f" {edge.flow}"
        source, target = (vertex.name or vertex.op or vertex.kind.value
                          for vertex in (self.graph.vertices[edge.source], self.graph.vertices[edge.target]))
        facts = [f"{source} → {target}"] + ([f"operand {operand_text(edge)}"] if operand_text(edge) else []) + (
            [f"shape {edge.label}"] if edge.label else [])
        parts = [f'<g class="{look}" id="{self.prefix}-e{number}" data-from="{edge.source}" data-to="{edge.target}">',
                 f"<title>{escape_lines(facts)}</title>",
                 f'<path d="{path(self.layout.routes[number])}" marker-end="url(#{self.prefix}-{arrow})"/>']
        if word is not None:
            parts.append(f'<text class="label" x="{word.x:.1f}" y="{word.y + 3:.1f}" text-anchor="middle">'
                         f"{escape(word.text)}</text>")
        return "".join(parts) + "</g>"

    def _way_back(self, number: int, route: list[Point]) -> str:
        """The way back of the gradient."""
        edge = self.graph.edges[number]
        return (f'<g class="backward" id="{self.prefix}-b{number}" data-from="{edge.target}" data-to="{edge.source}">'
                f"<title>{escape(gradient_text(self.graph.vertices[edge.source]))}</title>"
                f'<path d="{path(route)}" marker-end="url(#{self.prefix}-backward-arrow)"/></g>')


def _mark(mark: Mark) -> str:
    box = mark.box
    return (f'<g class="{mark.kind}"><title>{escape(mark.told)}</title>{rectangle(box, 7, "mark")}'
            f'<text x="{box.x:.1f}" y="{box.y + 3.2:.1f}" text-anchor="middle">{escape(mark.text)}</text></g>')


def outline(kind: Kind, box: Box, look: str, extra: str) -> str:
    """The outline of a vertex, an ellipse or a rectangle, with a class and further attributes."""
    named = f' class="{look}"' if look else ""
    if kind is Kind.INPUT:
        return (f'<ellipse{named} cx="{box.x:.1f}" cy="{box.y:.1f}" rx="{box.width / 2:.1f}" '
                f'ry="{box.height / 2:.1f}"{extra}/>')
    radius = {Kind.OPERATION: 9.0, Kind.CONSTANT: 10.0, Kind.MORE: 9.0}.get(kind, 1.5)
    return rectangle(box, min(radius, box.height / 3), look, extra=extra)  # in a legend, too, no ellipse


def rectangle(box: Box, radius: float, look: str, *, shift: float = 0.0, extra: str = "") -> str:
    """A rectangle with rounded corners; `shift` moves it right and down."""
    named = f' class="{look}"' if look else ""
    return (f'<rect{named} x="{box.left + shift:.1f}" y="{box.top + shift:.1f}" width="{box.width:.1f}" '
            f'height="{box.height:.1f}" rx="{radius:.1f}"{extra}/>')


def _frame_label(frame: Box, words: FrameWords) -> str:
    """A frame's words, painted over the edges that pass."""
    return (f'<text class="frame-label" x="{words.box.left + 2:.1f}" y="{frame.top + BASELINE:.1f}">'
            f"{escape(words.text)}</text>")


def path(route: list[Point]) -> str:
    """Cubic Bézier pieces as SVG path data."""
    return f"M{route[0][0]:.1f} {route[0][1]:.1f}C" + " ".join(f"{x:.1f} {y:.1f}" for x, y in route[1:])


def escape_lines(texts: Iterable[str]) -> str:
    """Several lines, escaped for XML."""
    return "\n".join(map(escape, texts))
