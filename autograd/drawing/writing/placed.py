"""The finished picture as DOT with every position given, for Graphviz to render unchanged as PNG or PDF."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from autograd.drawing.labels import SMALL, TITLE
from autograd.drawing.model import Graph, Kind, Vertex
from autograd.drawing.placing.layout import Layout
from autograd.drawing.placing.marks import marks
from autograd.drawing.words import width

from .dot import digraph, look, place
from .escapes import hypertext, literal
from .legend import RAMP_WIDE, ROW, SIGNS, Entry, above, breadth, indent, legend
from .style import PALETTES, RAMP_STEPS, Theme, heat_colours

EXAMPLES = {
    "output": Vertex("", Kind.OPERATION, output=True), "failed": Vertex("", Kind.OPERATION, failed=True),
    "added": Vertex("", Kind.OPERATION, change="added"), "removed": Vertex("", Kind.OPERATION, change="removed"),
    "frozen": Vertex("", Kind.PARAMETER, frozen=True), "alias": Vertex("", Kind.PARAMETER, copy=(1, 2)),
}
"""What a legend shows of vertices beside their kinds."""


def placed_source(graph: Graph, layout: Layout, theme: Theme) -> str:
    """DOT of the picture with its banner, legend and marks."""
    colours = PALETTES[theme]
    dot = digraph(graph, theme=theme, layout=layout)
    wide = breadth(graph, layout.width)
    head = above(graph, wide)
    for i, (role, line) in enumerate(head):
        _text(dot, f"{role}{i}", line, 0.0, -ROW * (len(head) - i) + 4, layout,
              colours["ink" if role == "heading" else "muted"], bold=role == "heading")
    for mark in marks(graph, layout):
        colour = colours["grad" if mark.kind == "sum" else "carried"]
        dot.node(f"{mark.kind}_{mark.vertex}", label=mark.text, shape="box", style="filled,rounded", fontsize="9",
                 fillcolor=colours["paper"], color=colour, fontcolor=colour, width=f"{mark.box.width / 72:.3f}",
                 height=f"{mark.box.height / 72:.3f}", pos=place((mark.box.x, mark.box.y), layout.height))
    entries = legend(graph, wide)
    for entry in entries:
        y = layout.height + 12 + ROW * (entry.row + 0.5)
        _sample(dot, entry.sample, entry.x, y, layout, colours, colours["paper"] if graph.heat_unit else "")
        start = entry.x + indent(entry.sample)
        _text(dot, f"legend_{entry.sample}_text", entry.text, start, y, layout, colours["muted"])
    if graph.heat_unit:
        _ramp(dot, graph.heat_scale, layout, entries, colours)
    text: str = dot.source
    return text


def _text(dot: Any, key: str, text: str, x: float, y: float, layout: Layout, colour: str, *,
          bold: bool = False) -> None:
    """A line of text that begins at `x`: a node without outline, with room for the text. A bold one is larger."""
    size = TITLE if bold else SMALL
    wide = width(text, size, bold=bold)
    label = literal(text) + "\\l"
    if bold:
        cell = f'<tr><td align="left" width="{wide:.0f}" cellpadding="0"><b>{hypertext(text)}</b></td></tr>'
        label = f'<<table border="0" cellborder="0" cellspacing="0" cellpadding="0">{cell}</table>>'
    dot.node(key, label=label, shape="plaintext", fontsize=f"{size:.0f}", fontcolor=colour, margin="0",
             width=f"{wide / 72:.3f}", height="0.2", pos=place((x + wide / 2, y), layout.height))


def _ramp(dot: Any, unit: str, layout: Layout, entries: Sequence[Entry], colours: dict[str, str]) -> None:
    y = layout.height + 12 + ROW * ((entries[-1].row + 1 if entries else 0) + 0.5)
    for i in range(RAMP_STEPS):
        dot.node(f"ramp{i}", label="", shape="box", style="filled", penwidth="0", width=f"{10 / 72:.3f}",
                 height=f"{10 / 72:.3f}", fillcolor=heat_colours(i / (RAMP_STEPS - 1))[0],
                 pos=place((10 * i + 5, y), layout.height))
    _text(dot, "ramp_text", unit, RAMP_WIDE, y, layout, colours["muted"])


def _sample(dot: Any, sample: Any, x: float, y: float, layout: Layout, colours: dict[str, str], fill: str) -> None:
    if sample in ("backward", "carried"):
        dot.node(f"legend_{sample}", label="- - -", shape="plaintext", width="0.3", height="0.14",
                 fontcolor=colours["grad" if sample == "backward" else "carried"],
                 pos=place((x + 11, y), layout.height))
        return
    if sample in SIGNS:
        colour = colours["grad" if sample == "rule" else "muted"]
        _text(dot, f"legend_{sample}", SIGNS[sample], x, y, layout, colour)
        return
    wide, high = ("0.2", "0.08") if sample == "output" else ("0.3", "0.15")
    dot.node(f"legend_{sample}", label="", width=wide, height=high, pos=place((x + 11, y), layout.height),
             **look(EXAMPLES.get(sample) or Vertex("", sample), colours, fill))
