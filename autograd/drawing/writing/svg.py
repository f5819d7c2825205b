"""A graph with its layout as SVG: the engine places, we draw.

So the picture has the same elements, ids and classes whichever engine placed it, follows the reader's light or dark
setting, reads aloud, and holds no text that is not escaped. Numbers are written with one decimal.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from autograd.drawing.labels import description
from autograd.drawing.model import Graph, Kind
from autograd.drawing.placing.geometry import Box
from autograd.drawing.placing.layout import Layout

from .escapes import escape
from .figure import Figure, outline, rectangle
from .legend import RAMP_WIDE, ROW, SIGNS, Look, Sample, above, breadth, indent, legend
from .style import RAMP_STEPS, Theme, heat_colours, palette_sheet, sheet

MARGIN = 10.0


def paint(graph: Graph, layout: Layout, *, theme: Theme | None = None, prefix: str = "", embedded: bool = False) -> str:
    """The picture. `prefix` begins every id; `embedded` leaves palette and size to the page around it."""
    prefix = prefix or figure_id(graph, theme)
    wide = breadth(graph, layout.width)
    head = above(graph, wide, titled=not embedded)
    samples, legend_rows = legend_group(graph, wide, prefix)
    top = MARGIN + ROW * len(head) + (4 if head else 0)
    high = top + layout.height + 8 + ROW * legend_rows + MARGIN
    total = wide + 2 * MARGIN
    shift = MARGIN + (wide - layout.width) / 2
    about = escape(description(graph))
    extent = "" if embedded else f' width="{total:.0f}" height="{high:.0f}" style="max-width:100%;height:auto"'
    view = f'viewBox="0 0 {total:.0f} {high:.0f}"{extent} data-engine="{escape(layout.engine)}"'
    named = f'role="img" aria-labelledby="{prefix}-title {prefix}-desc"'
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" id="{prefix}" class="cleargrad" {view} {named}>',
             f'<title id="{prefix}-title">{escape(graph.title or "Computation graph")}</title>',
             f'<desc id="{prefix}-desc">{about}</desc>',
             style_element(prefix, theme, embedded),
             definitions(prefix)]
    if not embedded:  # a page's ground need not follow the setting that the palette follows
        parts.append('<rect class="ground" width="100%" height="100%" rx="6"/>')
    parts += texts(head, MARGIN, MARGIN)
    parts.append(Figure(graph, layout, prefix).group(shift, top))
    hot = " hot" if graph.heat_unit else ""
    below = f"translate({MARGIN:.1f} {top + layout.height + 8:.1f})"
    parts += [f'<g class="legend{hot}" transform="{below}">', samples, "</g>", "</svg>"]
    return "\n".join(parts) + "\n"


def figure_id(graph: Graph, theme: Theme | None) -> str:
    """A name for the figure that two different ones in one page do not share, and that no run changes."""
    content = repr((list(graph.vertices.values()), graph.edges, list(graph.clusters.values()), graph.banner, theme))
    return "g" + hashlib.sha256(content.encode()).hexdigest()[:8]


def style_element(prefix: str, theme: Theme | None, embedded: bool = False) -> str:
    """The style sheet, with the palette unless the page around has it."""
    palette = "" if embedded else palette_sheet(f"#{prefix}", theme) + "\n"
    return f"<style>\n{palette}{sheet(f'#{prefix}')}\n</style>"


def definitions(prefix: str) -> str:
    """Arrow heads, and the hatching of frozen leaves."""
    size = 'viewBox="0 0 8 8" refX="7.2" refY="4" markerWidth="7" markerHeight="7" markerUnits="userSpaceOnUse"'
    arrows = "".join(
        f'<marker id="{prefix}-{name}" class="{name}" {size} orient="auto-start-reverse"><path d="M0 .8L8 4L0 7.2z"/>'
        "</marker>" for name in ("arrow", "backward-arrow", "carried-arrow")
    )
    return (f'<defs>{arrows}<pattern id="{prefix}-hatch" width="6" height="6" patternUnits="userSpaceOnUse" '
            'patternTransform="rotate(45)"><path class="hatch" d="M0 0V6"/></pattern></defs>')


def texts(written: Iterable[tuple[Look, str]], x: float, y: float) -> list[str]:
    """Lines of text in rows, from a corner on."""
    return [f'<text class="{look}" x="{x:.1f}" y="{y + ROW * (i + 0.7):.1f}">{escape(text)}</text>'
            for i, (look, text) in enumerate(written)]


def legend_group(graph: Graph, wide: float, prefix: str) -> tuple[str, int]:
    """The legend: samples of what is in the picture, with labels; and the number of its rows."""
    entries = legend(graph, wide)
    placed = [f'<g class="{_SAMPLE_CLASS.get(entry.sample, str(entry.sample))}" '
              f'transform="translate({entry.x:.1f} {ROW * (entry.row + 0.5):.1f})">{_sample(entry.sample, prefix)}'
              f'<text class="detail" x="{indent(entry.sample):.0f}" y="3.5">{escape(entry.text)}</text></g>'
              for entry in entries]
    rows = entries[-1].row + 1 if entries else 0
    if graph.heat_unit:
        placed.append(_ramp(graph.heat_scale, ROW * (rows + 0.5)))
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
        return outline(sample, Box(11, 0, 18, 11) if sample is Kind.MODULE else box, "shape", "")
    if sample == "output":
        return rectangle(box, 4, "shape") + rectangle(Box(11, 0, 18, 7), 2, "inner")
    if sample == "frozen":
        return rectangle(box, 1, "shape") + rectangle(box, 1, "", extra=f' fill="url(#{prefix}-hatch)"')
    return rectangle(box, 4 if sample in ("failed", "added", "removed") else 1, "shape")


def _ramp(unit: str, y: float) -> str:
    steps = "".join(f'<rect x="{i * 10}" y="{y - 5:.1f}" width="10" height="10" '
                    f'style="fill:{heat_colours(i / (RAMP_STEPS - 1))[0]}"/>'
                    for i in range(RAMP_STEPS))
    words = f'<text class="detail" x="{RAMP_WIDE:.0f}" y="{y + 3.5:.1f}">{escape(unit)}</text>'
    return f'<g class="ramp">{steps}{words}</g>'
