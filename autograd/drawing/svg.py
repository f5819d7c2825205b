"""A graph with its layout as SVG: the engine places, we draw.

So the picture has the same elements, ids and classes whichever engine placed it, follows the reader's light or dark
setting, reads aloud, and holds no text that is not escaped. Numbers are written with one decimal.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from .dot import classes, cluster_label, escape, flows_back
from .labels import LINE_HEIGHT, SMALL, TITLE, description, gradient_text, lines, operand_text, tooltip
from .layout import Box, Layout, Point, beside_tip, way_back
from .model import Edge, Graph, Kind, Vertex
from .style import LEGEND, PALETTES, Theme, heat_colours, palette_sheet, sheet
from .words import width

MARGIN = 10.0
ROW = 16.0
NARROWEST = 280.0
"""A picture is at least this wide, so that legend and banner have room."""


def paint(graph: Graph, layout: Layout, *, theme: Theme | None = None, prefix: str = "", embedded: bool = False) -> str:
    """The picture. `prefix` begins every id; `embedded` leaves palette and size to the page around it."""
    prefix = prefix or figure_id(graph)
    wide = max(layout.width, NARROWEST)
    banner = _wrapped(graph.banner, wide)
    legend, legend_rows = _legend(graph, wide, prefix)
    top = MARGIN + ROW * len(banner) + (4 if banner else 0)
    high = top + layout.height + 8 + ROW * legend_rows + MARGIN
    total = wide + 2 * MARGIN
    shift = MARGIN + (wide - layout.width) / 2
    about = escape(description(graph))
    extent = "" if embedded else f' width="{total:.0f}" height="{high:.0f}" style="max-width:100%;height:auto"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" id="{prefix}" class="cleargrad" viewBox="0 0 {total:.0f} {high:.0f}"'
        f'{extent} role="img" aria-labelledby="{prefix}-title {prefix}-desc" data-engine="{escape(layout.engine)}">',
        f'<title id="{prefix}-title">{escape(graph.title or "Computation graph")}</title>',
        f'<desc id="{prefix}-desc">{about}</desc>',
        _style(prefix, theme, embedded),
        _definitions(prefix),
    ]
    if theme is not None:
        parts.append(f'<rect width="100%" height="100%" fill="{PALETTES[theme]["paper"]}"/>')
    parts += [
        f'<text class="banner" x="{MARGIN:.1f}" y="{MARGIN + ROW * (i + 0.7):.1f}">{escape(text)}</text>'
        for i, text in enumerate(banner)
    ]
    parts.append(f'<g class="graph" transform="translate({shift:.1f} {top:.1f})">')
    depth = sorted(layout.frames, key=lambda key: len(graph.lineage(key)))
    parts += [_frame(graph, key, layout.frames[key], prefix) for key in depth]
    parts += [_edge(graph, number, edge, layout, prefix) for number, edge in enumerate(graph.edges)
              if number in layout.routes]
    if graph.backward:
        parts += [_backward(graph, number, edge, layout, prefix) for number, edge in enumerate(graph.edges)
                  if number in layout.routes and not edge.carried and flows_back(graph, edge)]
    hottest = max((v.heat or 0.0 for v in graph.vertices.values()), default=0.0)
    parts += [_vertex(graph, vertex, layout.boxes[key], prefix, hottest) for key, vertex in graph.vertices.items()]
    if graph.backward:
        parts += _sums(graph, layout)
    parts += ["</g>", f'<g class="legend" transform="translate({MARGIN:.1f} {top + layout.height + 8:.1f})">', legend,
              "</g>", "</svg>"]
    return "\n".join(parts) + "\n"


def figure_id(graph: Graph) -> str:
    """A name for the figure that two different graphs in one page do not share, and that no run changes."""
    content = repr((list(graph.vertices.values()), graph.edges, list(graph.clusters.values()), graph.banner))
    return "g" + hashlib.sha256(content.encode()).hexdigest()[:8]


def _style(prefix: str, theme: Theme | None, embedded: bool) -> str:
    palette = "" if embedded else palette_sheet(f"#{prefix}", theme) + "\n"
    return f"<style>\n{palette}{sheet(f'#{prefix}')}\n</style>"


def _definitions(prefix: str) -> str:
    arrows = "".join(
        f'<marker id="{prefix}-{name}" class="{name}" viewBox="0 0 8 8" refX="7.2" refY="4" markerWidth="7" '
        f'markerHeight="7" markerUnits="userSpaceOnUse" orient="auto"><path d="M0 .8L8 4L0 7.2z"/></marker>'
        for name in ("arrow", "backward-arrow", "carried-arrow")
    )
    return (f'<defs>{arrows}<pattern id="{prefix}-hatch" width="6" height="6" patternUnits="userSpaceOnUse" '
            'patternTransform="rotate(45)"><path class="hatch" d="M0 0V6"/></pattern></defs>')


# --- Vertices --------------------------------------------------------------------------------------------------------


def _vertex(graph: Graph, vertex: Vertex, box: Box, prefix: str, hottest: float) -> str:
    parts = [f'<g class="{classes(vertex)}" id="{prefix}-{vertex.id}" data-id="{vertex.id}">',
             "<title>" + escape_lines(tooltip(vertex)) + "</title>"]
    if vertex.kind is Kind.MODULE:
        parts += [_rectangle(box, 2, "stack", shift=offset) for offset in (6.0, 3.0)]
    colours = heat_colours(vertex.heat / (hottest or 1.0)) if vertex.heat is not None else None
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
        look = f"{line.role} italic" if line.italic else line.role
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
    return (f'<rect{named} x="{box.left + shift:.1f}" y="{box.top - shift:.1f}" width="{box.width:.1f}" '
            f'height="{box.height:.1f}" rx="{radius:.1f}"{extra}/>')


def _frame(graph: Graph, key: str, box: Box, prefix: str) -> str:
    cluster = graph.clusters[key]
    look = "cluster repeats" if cluster.repeats > 1 else "cluster"
    return (f'<g class="{look}" id="{prefix}-{key}" data-id="{key}">{_rectangle(box, 6, "frame")}'
            f'<text class="frame-label" x="{box.left + 8:.1f}" y="{box.top + 13:.1f}">'
            f"{escape(cluster_label(cluster))}</text></g>")


# --- Edges -----------------------------------------------------------------------------------------------------------


def _edge(graph: Graph, number: int, edge: Edge, layout: Layout, prefix: str) -> str:
    route = layout.routes[number]
    look = "carried" if edge.carried else "edge wide" if edge.count > 1 else "edge"
    arrow = "carried-arrow" if edge.carried else "arrow"
    ends = f"{_called(graph.vertices[edge.source])} → {_called(graph.vertices[edge.target])}"
    facts = [ends] + ([f"operand {operand_text(edge)}"] if operand_text(edge) else []) + (
        [f"shape {edge.label}"] if edge.label else [])
    parts = [f'<g class="{look}" id="{prefix}-e{number}" data-from="{edge.source}" data-to="{edge.target}">',
             f"<title>{escape_lines(facts)}</title>",
             f'<path d="{path(route)}" marker-end="url(#{prefix}-{arrow})"/>']
    if edge.label and number in layout.labels:
        x, y = layout.labels[number]
        parts.append(f'<text class="label" x="{x:.1f}" y="{y + 3:.1f}" text-anchor="middle">{escape(edge.label)}</text>')
    if operand_text(edge):
        x, y = beside_tip(route, graph.backward)
        parts.append(f'<text class="label" x="{x:.1f}" y="{y:.1f}" text-anchor="middle">'
                     f"{escape(operand_text(edge))}</text>")
    return "".join(parts) + "</g>"


def _called(vertex: Vertex) -> str:
    return vertex.name or vertex.op or vertex.kind.value


def path(route: list[Point]) -> str:
    """Cubic Bézier pieces as SVG path data."""
    return f"M{route[0][0]:.1f} {route[0][1]:.1f}C" + " ".join(f"{x:.1f} {y:.1f}" for x, y in route[1:])


def _backward(graph: Graph, number: int, edge: Edge, layout: Layout, prefix: str) -> str:
    """The way back of the gradient: beside the edge, in the other direction."""
    return (f'<g class="backward" id="{prefix}-b{number}" data-from="{edge.target}" data-to="{edge.source}">'
            f"<title>{escape(gradient_text(graph.vertices[edge.source]))}</title>"
            f'<path d="{path(way_back(layout.routes[number]))}" marker-end="url(#{prefix}-backward-arrow)"/></g>')


def _sums(graph: Graph, layout: Layout) -> list[str]:
    """A mark on every vertex where gradients meet: `Σ 3`, three contributions are added up."""
    meeting: dict[str, int] = {}
    for edge in graph.edges:
        if not edge.carried and flows_back(graph, edge):
            meeting[edge.source] = meeting.get(edge.source, 0) + edge.count
    found = []
    for key, count in meeting.items():
        if count > 1:
            box = layout.boxes[key]
            text = f"Σ {count}"
            x, y = box.right - 2, box.bottom
            half = width(text, 9, bold=True) / 2 + 4
            found.append(f'<g class="sum"><title>{count} gradients meet here and are added up</title>'
                         f'<rect class="mark" x="{x - half:.1f}" y="{y - 7:.1f}" width="{2 * half:.1f}" height="14" '
                         f'rx="7"/><text x="{x:.1f}" y="{y + 3.2:.1f}" text-anchor="middle">{text}</text></g>')
    return found


# --- Around the picture ----------------------------------------------------------------------------------------------


def _legend(graph: Graph, wide: float, prefix: str) -> tuple[str, int]:
    """Samples of the kinds in use, with words; and how many rows they take."""
    entries = [(kind.value, _outline(kind, Box(11, 0, 22, 11), "shape", ""), text) for kind, text in LEGEND.items()
               if any(v.kind is kind for v in graph.vertices.values())]
    vertices = graph.vertices.values()
    if any(v.output for v in vertices):
        entries.append(("output", _rectangle(Box(11, 0, 22, 11), 4, "shape")
                        + _rectangle(Box(11, 0, 18, 7), 3, "inner"), "output"))
    if any(v.frozen for v in vertices):
        entries.append(("parameter", _rectangle(Box(11, 0, 22, 11), 1, "shape")
                        + _rectangle(Box(11, 0, 22, 11), 1, "", extra=f' fill="url(#{prefix}-hatch)"'), "frozen"))
    if any(v.copy for v in vertices):
        entries.append(("parameter alias", _rectangle(Box(11, 0, 22, 11), 1, "shape"), "one leaf, drawn at each use"))
    if graph.backward:
        entries.append(("backward", '<path d="M0 0H22"/>', "gradient, flowing back; Σ where gradients add up"))
    if any(edge.carried for edge in graph.edges):
        entries.append(("carried", '<path d="M0 0H22"/>', "to the next repetition"))
    if any(v.failed for v in vertices):
        entries.append(("failed", _rectangle(Box(11, 0, 22, 11), 4, "shape"), "failed here"))
    placed, x, row = [], 0.0, 0
    for look, sample, text in entries:
        step = 28 + width(text, SMALL) + 14
        if x and x + step > wide + 14:
            x, row = 0.0, row + 1
        placed.append(f'<g class="{look}" transform="translate({x:.1f} {ROW * (row + 0.5):.1f})">{sample}'
                      f'<text class="detail" x="28" y="3.5">{escape(text)}</text></g>')
        x += step
    if graph.heat_unit:
        row += bool(entries)
        placed.append(_ramp(graph.heat_unit, ROW * (row + 0.5)))
    return "".join(placed), row + 1


def _ramp(unit: str, y: float) -> str:
    steps = "".join(
        f'<rect x="{i * 10}" y="{y - 5:.1f}" width="10" height="10" style="fill:{heat_colours(i / 9)[0]}"/>'
        for i in range(10)
    )
    return f'<g class="ramp">{steps}<text class="detail" x="108" y="{y + 3.5:.1f}">{escape(unit)}</text></g>'


def _wrapped(texts: Iterable[str], wide: float) -> list[str]:
    """The banner's lines, broken at spaces where they are wider than the picture."""
    found = []
    for text in texts:
        line = ""
        for word in text.split():
            longer = f"{line} {word}".strip()
            if line and width(longer, SMALL) > wide:
                found.append(line)
                longer = word
            line = longer
        found.append(line)
    return found


def escape_lines(texts: Iterable[str]) -> str:
    """Several lines, escaped for XML."""
    return "\n".join(map(escape, texts))
