"""A film strip: the passes step by step, as small pictures beside each other, for paper and where no script runs.

Every frame shows the graph at the same places; values fill in forwards, then gradients backwards.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from autograd.drawing.model import Edge, Graph, Kind, Vertex
from autograd.drawing.placing.layout import Layout
from autograd.drawing.reading.steps import Trace

from .escapes import escape
from .figure import Figure
from .legend import ROW, above, breadth, wrapped
from .slots import leaf_of, with_slots
from .style import Theme
from .svg import MARGIN, definitions, figure_id, legend_group, style_element, texts

MOST = 16
"""Frames at most; of longer passes several steps come in one frame."""
WIDEST = 1400.0
NARROWEST = 190.0
"""A frame is at least this wide, so that its words have room."""


@dataclass(frozen=True, slots=True)
class Moment:
    """What one step adds to the picture: texts by role and vertex."""

    at: str
    adds: tuple[tuple[str, str, str], ...]
    told: str
    back_to: tuple[str, ...] = ()


def film(graph: Graph, trace: Trace, place: Callable[[Graph], Layout], theme: Theme | None = None) -> str:
    """The frames in rows, read like text, as one SVG document."""
    graph = replace(with_slots(graph, replace(trace, tangents={})), banner=())
    layout = place(graph)
    shown = list(frames(graph, trace))
    prefix = figure_id(graph, theme)
    wide, gap = max(layout.width, NARROWEST), 2 * MARGIN
    columns = max(1, min(len(shown), int((WIDEST + gap) // (wide + gap))))
    total = breadth(graph, columns * (wide + gap) - gap) + gap
    head = above(graph, total - gap)
    parts = texts(head, MARGIN, MARGIN)
    y = MARGIN + ROW * len(head)
    for start in range(0, len(shown), columns):
        row = [(wrapped([told], wide), frame) for told, frame in shown[start : start + columns]]
        words = ROW * max(len(lines) for lines, _ in row)
        for column, (lines, frame) in enumerate(row):
            x = MARGIN + column * (wide + gap)
            name = f"{prefix}{start + column}"
            parts.append(f'<g role="img" aria-label="{escape(" ".join(lines))}">{definitions(name)}')
            parts += texts((("caption", line) for line in lines), x, y)
            parts.append(Figure(frame, layout, name).group(x + (wide - layout.width) / 2, y + words + 4))
            parts.append("</g>")
        y += words + layout.height + 3 * MARGIN
    samples, rows = legend_group(graph, total - gap, prefix)
    high = y + ROW * rows + MARGIN
    extent = f'viewBox="0 0 {total:.0f} {high:.0f}" width="{total:.0f}" height="{high:.0f}"'
    style = f'style="max-width:100%;height:auto" aria-labelledby="{prefix}-title"'
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" id="{prefix}" class="cleargrad film" {extent} role="group" {style}>',
        f'<title id="{prefix}-title">{escape(graph.title or "Computation graph")}, step by step</title>',
        style_element(prefix, theme), definitions(prefix), '<rect class="ground" width="100%" height="100%" rx="6"/>',
        *parts, f'<g class="legend" transform="translate({MARGIN:.1f} {y:.1f})">{samples}</g>', "</svg>"]) + "\n"


def frames(graph: Graph, trace: Trace) -> Iterator[tuple[str, Graph]]:
    """`(words, graph)` of each frame: the graph after some steps, the last of them marked."""
    constants = {leaf_of(vertex.id) for vertex in graph.vertices.values() if vertex.kind is Kind.CONSTANT}
    moments = [moment for moment in _moments(trace) if moment.at not in constants]
    filled: dict[tuple[str, str], str] = {}
    before = 0
    for end in _ends(len(moments), min(MOST, len(moments))):
        for moment in moments[before:end]:
            filled |= {(role, key): text for role, key, text in moment.adds}
        last = moments[end - 1]
        number = f"{end}" if end == before + 1 else f"{before + 1} to {end}"
        yield f"{number}.  {last.told}", _frame(graph, filled, last)
        before = end


def _ends(steps: int, count: int) -> list[int]:
    """After which steps there is a frame: evenly, the last step included."""
    return [round(steps * (k + 1) / count) for k in range(count)]


def _moments(trace: Trace) -> Iterator[Moment]:
    for key in trace.order:
        if key in trace.values:
            yield Moment(key, (("value", key, "= " + trace.values[key]),), trace.told[key] + ".")
    for pull in trace.pulls:
        adds = [("grad", pull.at, "∂ " + trace.gradients[pull.at])]
        adds += [("grad", key, "∂ " + total) for key, _, _, total in pull.gives]
        yield Moment(pull.at, tuple(adds), pull.told, tuple(key for key, *_ in pull.gives))


def _frame(graph: Graph, filled: dict[tuple[str, str], str], last: Moment) -> Graph:
    def shown(vertex: Vertex) -> Vertex:
        key = leaf_of(vertex.id)
        slots = tuple((role, filled.get((role, key), "")) for role, _ in vertex.slots)
        return replace(vertex, slots=slots, current=key == last.at)

    def lit(edge: Edge) -> Edge:
        if edge.target != last.at:
            return edge
        if not last.back_to:
            return replace(edge, flow="flow")
        return replace(edge, flow="back") if leaf_of(edge.source) in last.back_to else edge

    return replace(graph.with_vertices(map(shown, graph.vertices.values())), edges=[lit(edge) for edge in graph.edges])
