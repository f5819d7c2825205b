"""A graph with its layout as SVG: the engine places, we draw.

So the picture has the same elements, ids and classes whichever engine placed it, follows the reader's light or dark
setting, reads aloud, and holds no text that is not escaped. Numbers are written with one decimal.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from math import prod

from autograd.drawing.labels import (
    LINE_HEIGHT,
    SMALL,
    TITLE,
    description,
    gradient_text,
    lines,
    operand_text,
    tooltip,
)
from autograd.drawing.model import Edge, Graph, Kind, Vertex
from autograd.drawing.placing.edge_words import Word, edge_words, sum_marks
from autograd.drawing.placing.frame_words import BASELINE, FrameWords, frame_words
from autograd.drawing.placing.layout import Box, Layout, Point, ways_back
from autograd.drawing.words import width

from .dot import classes, escape
from .legend import NARROWEST, ROW, SIGNS, Sample, banner, indent, legend
from .style import RAMP_STEPS, Theme, heat_colours, palette_sheet, sheet

MARGIN = 10.0


def paint(graph: Graph, layout: Layout, *, theme: Theme | None = None, prefix: str = "", embedded: bool = False) -> str:
    """The picture. `prefix` begins every id; `embedded` leaves palette and size to the page around it."""
    prefix = prefix or figure_id(graph, theme)
    wide = max(layout.width, NARROWEST)
    above = banner(graph, wide, titled=not embedded)
    samples, legend_rows = legend_group(graph, wide, prefix)
    top = MARGIN + ROW * len(above) + (4 if above else 0)
    high = top + layout.height + 8 + ROW * legend_rows + MARGIN
    total = wide + 2 * MARGIN
    shift = MARGIN + (wide - layout.width) / 2
    about = escape(description(graph))
    extent = "" if embedded else f' width="{total:.0f}" height="{high:.0f}" style="max-width:100%;height:auto"'
    view = f'viewBox="0 0 {total:.0f} {high:.0f}"{extent} data-engine="{escape(layout.engine)}"'
    named = f'role="img" aria-labelledby="{prefix}-title {prefix}-desc"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" id="{prefix}" class="cleargrad" {view} {named}>',
        f'<title id="{prefix}-title">{escape(graph.title or "Computation graph")}</title>',
        f'<desc id="{prefix}-desc">{about}</desc>',
        style_element(prefix, theme, embedded),
        definitions(prefix),
    ]
    if not embedded:  # a page's ground need not follow the setting that the palette follows
        parts.append('<rect class="ground" width="100%" height="100%" rx="6"/>')
    parts += texts("banner", above, MARGIN, MARGIN)
    parts.append(graph_group(graph, layout, prefix, shift, top))
    hot = " hot" if graph.heat_unit else ""
    below = f"translate({MARGIN:.1f} {top + layout.height + 8:.1f})"
    parts += [f'<g class="legend{hot}" transform="{below}">', samples, "</g>", "</svg>"]
    return "\n".join(parts) + "\n"


def graph_group(graph: Graph, layout: Layout, prefix: str, x: float, y: float) -> str:
    """The graph without what stands around it, as a group whose corner is at `(x, y)`."""
    hot = " hot" if graph.heat_unit else ""
    parts = [f'<g class="graph{hot}" transform="translate({x:.1f} {y:.1f})">']
    depth = sorted(layout.frames, key=lambda key: len(graph.lineage(key)))
    parts += [_frame(graph, key, layout.frames[key], prefix) for key in depth]
    words = {word.edge: word for word in edge_words(graph, layout)}
    parts += [_edge(graph, number, edge, layout.routes[number], words.get(number), prefix)
              for number, edge in enumerate(graph.edges) if number in layout.routes]
    parts += [_backward(graph, number, route, prefix) for number, route in ways_back(graph, layout).items()]
    frame_labels = frame_words(graph, layout)
    parts += [_frame_label(layout.frames[key], frame_labels[key]) for key in depth]
    hottest = graph.hottest
    parts += [_vertex(graph, vertex, layout.boxes[key], prefix, hottest) for key, vertex in graph.vertices.items()]
    return "\n".join([*parts, *_sums(graph, layout), *_counts(graph, layout), "</g>"])


def figure_id(graph: Graph, theme: Theme | None) -> str:
    """A name for the figure that two different ones in one page do not share, and that no run changes."""
    content = repr((list(graph.vertices.values()), graph.edges, list(graph.clusters.values()), graph.banner, theme))
    return "g" + hashlib.sha256(content.encode()).hexdigest()[:8]


def style_element(prefix: str, theme: Theme | None, embedded: bool = False) -> str:
    """The style sheet, with the palette unless the page around has it."""
    palette = "" if embedded else palette_sheet(f"#{prefix}", theme) + "\n"
    return f"<style>\n{palette}{sheet(f'#{prefix}')}\n</style>"


def definitions(prefix: str) -> str:
    """Arrow heads and the hatching of what is frozen."""
    size = 'viewBox="0 0 8 8" refX="7.2" refY="4" markerWidth="7" markerHeight="7" markerUnits="userSpaceOnUse"'
    arrows = "".join(
        f'<marker id="{prefix}-{name}" class="{name}" {size} orient="auto-start-reverse"><path d="M0 .8L8 4L0 7.2z"/>'
        "</marker>" for name in ("arrow", "backward-arrow", "carried-arrow")
    )
    return (f'<defs>{arrows}<pattern id="{prefix}-hatch" width="6" height="6" patternUnits="userSpaceOnUse" '
            'patternTransform="rotate(45)"><path class="hatch" d="M0 0V6"/></pattern></defs>')


# --- Vertices --------------------------------------------------------------------------------------------------------


def _vertex(graph: Graph, vertex: Vertex, box: Box, prefix: str, hottest: float) -> str:
    parts = [f'<g class="{classes(vertex)}" id="{prefix}-{vertex.id}" data-id="{vertex.id}">',
             "<title>" + escape_lines(tooltip(vertex)) + "</title>"]
    if vertex.kind is Kind.MODULE:
        parts += [_rectangle(box, 2, "stack", shift=offset) for offset in (5.0, 2.5)]
    colours = heat_colours(vertex.heat / hottest) if vertex.heat is not None else None
    inline = f' style="fill:{colours[0]}"' if colours else ""
    parts.append(_outline(vertex.kind, box, "shape", inline))
    if vertex.frozen:
        parts.append(_outline(vertex.kind, box, "", f' fill="url(#{prefix}-hatch)"'))
    if vertex.output:
        inner = Box(box.x, box.y, box.width - 5, box.height - 5)
        parts.append(_outline(vertex.kind, inner, "inner", ""))
    written = lines(vertex, backward=graph.backward)
    y = box.y - sum(LINE_HEIGHT[line.role] for line in written) / 2
    ink = f' style="fill:{colours[1]}"' if colours else ""
    for line in written:
        size = TITLE if line.role in ("title", "name") else SMALL
        baseline = y + (LINE_HEIGHT[line.role] + size * 0.72) / 2
        look = line.role + (" italic" if line.italic else "") + (" slot" if line.slot else "")
        parts.append(f'<text class="{look}" x="{box.x:.1f}" y="{baseline:.1f}" text-anchor="middle"{ink}>'
                     f"{escape(line.text)}</text>")
        y += LINE_HEIGHT[line.role]
    parts.append("</g>")
    return "".join(parts)


def _outline(kind: Kind, box: Box, look: str, extra: str) -> str:
    named = f' class="{look}"' if look else ""
    if kind is Kind.INPUT:
        return (f'<ellipse{named} cx="{box.x:.1f}" cy="{box.y:.1f}" rx="{box.width / 2:.1f}" '
                f'ry="{box.height / 2:.1f}"{extra}/>')
    radius = {Kind.OPERATION: 9.0, Kind.CONSTANT: 10.0, Kind.MORE: 9.0}.get(kind, 1.5)
    return _rectangle(box, radius, look, extra=extra)


def _rectangle(box: Box, radius: float, look: str, *, shift: float = 0.0, extra: str = "") -> str:
    named = f' class="{look}"' if look else ""
    return (f'<rect{named} x="{box.left + shift:.1f}" y="{box.top + shift:.1f}" width="{box.width:.1f}" '
            f'height="{box.height:.1f}" rx="{radius:.1f}"{extra}/>')


def _frame(graph: Graph, key: str, box: Box, prefix: str) -> str:
    look = "cluster repeats" if graph.clusters[key].repeats > 1 else "cluster"
    return f'<g class="{look}" id="{prefix}-{key}" data-id="{key}">{_rectangle(box, 6, "frame")}</g>'


def _frame_label(frame: Box, words: FrameWords) -> str:
    """A frame's words, painted over the edges that pass."""
    return (f'<text class="frame-label" x="{words.box.left + 2:.1f}" y="{frame.top + BASELINE:.1f}">'
            f"{escape(words.text)}</text>")


# --- Edges -----------------------------------------------------------------------------------------------------------


def _edge(graph: Graph, number: int, edge: Edge, route: list[Point], word: Word | None, prefix: str) -> str:
    look = "carried" if edge.carried else "edge wide" if edge.count > 1 else "edge"
    arrow = "carried-arrow" if edge.carried else "arrow"
    if edge.flow:
        look += f" {edge.flow}"
    ends = f"{_called(graph.vertices[edge.source])} → {_called(graph.vertices[edge.target])}"
    facts = [ends] + ([f"operand {operand_text(edge)}"] if operand_text(edge) else []) + (
        [f"shape {edge.label}"] if edge.label else [])
    parts = [f'<g class="{look}" id="{prefix}-e{number}" data-from="{edge.source}" data-to="{edge.target}">',
             f"<title>{escape_lines(facts)}</title>",
             f'<path d="{path(route)}" marker-end="url(#{prefix}-{arrow})"/>']
    if word is not None:
        parts.append(f'<text class="label" x="{word.x:.1f}" y="{word.y + 3:.1f}" text-anchor="middle">'
                     f"{escape(word.text)}</text>")
    return "".join(parts) + "</g>"


def _called(vertex: Vertex) -> str:
    return vertex.name or vertex.op or vertex.kind.value


def path(route: list[Point]) -> str:
    """Cubic Bézier pieces as SVG path data."""
    return f"M{route[0][0]:.1f} {route[0][1]:.1f}C" + " ".join(f"{x:.1f} {y:.1f}" for x, y in route[1:])


def _backward(graph: Graph, number: int, route: list[Point], prefix: str) -> str:
    """The way back of the gradient."""
    edge = graph.edges[number]
    return (f'<g class="backward" id="{prefix}-b{number}" data-from="{edge.target}" data-to="{edge.source}">'
            f"<title>{escape(gradient_text(graph.vertices[edge.source]))}</title>"
            f'<path d="{path(route)}" marker-end="url(#{prefix}-backward-arrow)"/></g>')


def _sums(graph: Graph, layout: Layout) -> list[str]:
    """A mark on every vertex where gradients meet: `Σ 3`, three contributions are added up."""
    found = []
    meetings = graph.meetings()
    for key, box in sum_marks(graph, layout).items():
        found.append(f'<g class="sum"><title>{meetings[key]} gradients meet here and are added up</title>'
                     f'{_rectangle(box, 7, "mark")}<text x="{box.x:.1f}" y="{box.y + 3.2:.1f}" text-anchor="middle">'
                     f"Σ {meetings[key]}</text></g>")
    return found


def _counts(graph: Graph, layout: Layout) -> list[str]:
    """`× 49` on the vertices of a repeated block around which the layout found no room for a frame."""
    found = []
    for key, vertex in graph.vertices.items():
        unframed = [graph.clusters[c].repeats for c in graph.lineage(vertex.cluster)
                    if graph.clusters[c].repeats > 1 and c not in layout.frames]
        if unframed:
            text, box = f"× {prod(unframed)}", layout.boxes[key]
            half = width(text, 9, bold=True) / 2 + 4
            found.append(f'<g class="count"><rect class="mark" x="{box.right - half:.1f}" y="{box.top - 7:.1f}" '
                         f'width="{2 * half:.1f}" height="14" rx="7"/><text x="{box.right:.1f}" '
                         f'y="{box.top + 3.2:.1f}" text-anchor="middle">{text}</text></g>')
    return found


# --- Around the picture ----------------------------------------------------------------------------------------------


def texts(look: str, written: Iterable[str], x: float, y: float) -> list[str]:
    """Lines of text in rows, from a corner on."""
    return [f'<text class="{look}" x="{x:.1f}" y="{y + ROW * (i + 0.7):.1f}">{escape(text)}</text>'
            for i, text in enumerate(written)]


def legend_group(graph: Graph, wide: float, prefix: str) -> tuple[str, int]:
    """Samples of what is in the picture, with words; and how many rows they take."""
    entries = legend(graph, wide)
    placed = [
        f'<g class="{_SAMPLE_CLASS.get(entry.sample, str(entry.sample))}" '
        f'transform="translate({entry.x:.1f} {ROW * (entry.row + 0.5):.1f})">{_sample(entry.sample, prefix)}'
        f'<text class="detail" x="{indent(entry.sample):.0f}" y="3.5">{escape(entry.text)}</text></g>'
        for entry in entries
    ]
    rows = entries[-1].row + 1 if entries else 0
    if graph.heat_unit:
        placed.append(_ramp(graph.heat_unit, ROW * (rows + 0.5)))
        rows += 1
    return "".join(placed), rows


_SAMPLE_CLASS = {"frozen": "parameter", "alias": "parameter alias", "added": "operation added",
                 "removed": "operation removed"}


def _sample(sample: Sample, prefix: str) -> str:
    box = Box(11, 0, 22, 11)
    if sample in ("backward", "carried"):
        return '<path d="M0 0H22"/>'
    if sample in SIGNS:
        return f'<text class="{"grad" if sample == "rule" else "label"}" y="3.5">{SIGNS[sample]}</text>'
    if isinstance(sample, Kind):
        return _outline(sample, Box(11, 0, 18, 11) if sample is Kind.MODULE else box, "shape", "")
    if sample == "output":
        return _rectangle(box, 4, "shape") + _rectangle(Box(11, 0, 18, 7), 3, "inner")
    if sample == "frozen":
        return _rectangle(box, 1, "shape") + _rectangle(box, 1, "", extra=f' fill="url(#{prefix}-hatch)"')
    return _rectangle(box, 4 if sample in ("failed", "added", "removed") else 1, "shape")


def _ramp(unit: str, y: float) -> str:
    steps = "".join(
        f'<rect x="{i * 10}" y="{y - 5:.1f}" width="10" height="10" '
        f'style="fill:{heat_colours(i / (RAMP_STEPS - 1))[0]}"/>'
        for i in range(RAMP_STEPS)
    )
    words = f'<text class="detail" x="{RAMP_STEPS * 10 + 8}" y="{y + 3.5:.1f}">{escape(unit)}</text>'
    return f'<g class="ramp">{steps}{words}</g>'


def escape_lines(texts: Iterable[str]) -> str:
    """Several lines, escaped for XML."""
    return "\n".join(map(escape, texts))
