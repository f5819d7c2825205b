"""The surroundings of a picture: the banner above and the legend below."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from autograd.drawing.labels import SMALL, TINY, TITLE
from autograd.drawing.model import Graph, Kind
from autograd.drawing.words import width

from .style import RAMP_STEPS

ROW = 16.0
NARROWEST = 280.0
"""A picture is at least this wide, so that legend and banner have room."""
SIGNS: dict[Sample, str] = {"operand": "0: (3,)", "twice": "×2", "rule": "g  ∂"}
"""Samples that are words themselves."""
SAMPLE = 28.0
"""The width that a legend's sample takes, with the gap to its word."""
RAMP_WIDE = RAMP_STEPS * 10.0 + 8.0
"""Where the words beside the heat ramp begin."""

Sample = Kind | Literal["output", "frozen", "alias", "operand", "twice", "rule", "backward", "carried", "failed",
                        "added", "removed"]

Look = Literal["heading", "banner", "caption"]
"""What a line around a picture is: its title, a note, or the words of one frame of a film."""

WORDS: dict[Sample, str] = {
    Kind.INPUT: "input",
    Kind.PARAMETER: "parameter: gathers a gradient",
    Kind.CONSTANT: "constant",
    Kind.OPERATION: "operation",
    Kind.MODULE: "module, folded",
    Kind.MORE: "left out",
    "output": "output",
    "frozen": "frozen: no gradient",
    "alias": "one leaf, drawn at each use",
    "operand": "which operand, and its shape where it changes",
    "twice": "read at two places",
    "backward": "gradient, flowing back; Σ where gradients add up",
    "rule": "g arrives from the readers, ∂ is what the operands get",
    "carried": "to the next repetition",
    "failed": "failed here",
    "added": "added",
    "removed": "removed",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """A legend's entry: what it explains, in which words, and where."""

    sample: Sample
    text: str
    x: float
    row: int


def breadth(graph: Graph, drawn: float) -> float:
    """How wide a picture is with room for each entry of its legend beside what is drawn."""
    entries = [_reach(sample) for sample in _shown(graph)]
    ramp = RAMP_WIDE + width(graph.heat_scale, SMALL) if graph.heat_unit else 0.0
    return max(drawn, NARROWEST, ramp, *entries)


def legend(graph: Graph, wide: float) -> list[Entry]:
    """The entries for what is in the picture, in rows no wider than `wide`."""
    entries, x, row = [], 0.0, 0
    for sample in _shown(graph):
        if x and x + _reach(sample) > wide:
            x, row = 0.0, row + 1
        entries.append(Entry(sample, WORDS[sample], x, row))
        x += _reach(sample) + 14
    return entries


def _shown(graph: Graph) -> list[Sample]:
    vertices = graph.vertices.values()
    kinds = {v.kind for v in vertices if not (v.frozen or v.failed)}
    there: list[Sample] = [kind for kind in Kind if kind in kinds]
    states: tuple[tuple[Sample, bool], ...] = (
        ("output", any(v.output for v in vertices)),
        ("frozen", any(v.frozen for v in vertices)),
        ("alias", any(v.copy for v in vertices)),
        ("operand", any(edge.ordered or edge.label for edge in graph.edges)),
        ("twice", any(edge.count == 2 for edge in graph.edges)),
        ("backward", graph.backward),
        ("rule", graph.backward and any(v.rule for v in vertices)),
        ("carried", any(edge.carried for edge in graph.edges)),
        ("failed", any(v.failed for v in vertices)),
        ("added", any(v.change == "added" for v in vertices)),
        ("removed", any(v.change == "removed" for v in vertices)),
    )
    return there + [name for name, shown in states if shown]


def _reach(sample: Sample) -> float:
    return indent(sample) + width(WORDS[sample], SMALL)


def indent(sample: Sample) -> float:
    """The x at which a sample's label begins."""
    return max(SAMPLE, width(SIGNS.get(sample, ""), TINY) + 7)


def above(graph: Graph, wide: float, *, titled: bool = True) -> list[tuple[Look, str]]:
    """The lines above a picture: its title, and what was left out, folded or failed."""
    title = [graph.title] if graph.title and titled else []
    return [*(("heading", line) for line in wrapped(title, wide, TITLE)),
            *(("banner", line) for line in wrapped(graph.banner, wide))]


def wrapped(texts: Iterable[str], wide: float, size: float = SMALL) -> list[str]:
    """Texts as lines, broken at spaces where they are wider than the picture; those larger than small are bold."""
    found = []
    for text in texts:
        line = ""
        for word in text.split():
            longer = f"{line} {word}".strip()
            if line and width(longer, size, bold=size > SMALL) > wide:
                found.append(line)
                longer = word
            line = longer
        found.append(line)
    return found
