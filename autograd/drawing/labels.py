"""What is written on each vertex and edge, and how large the box around it must be."""

from __future__ import annotations

import re
from dataclasses import dataclass
from math import prod
from typing import Literal

import numpy as np

from .model import Cluster, Edge, Graph, Kind, Vertex
from .words import broken, bytes_text, count_text, printable, shape_text, shortened, width

SYMBOLS = {
    "add": "+", "subtract": "−", "multiply": "×", "divide": "÷", "matmul": "@", "negative": "−x", "power": "xⁿ",
    "square": "x²", "sum": "Σ", "sqrt": "√", "get_item": "x[i]", "transpose": "xᵀ", "reciprocal": "1/x",
    "chain_rule": "×",
}
"""Operators are shown by their sign as well as by their name."""

Role = Literal["title", "detail", "value", "grad", "tangent", "alarm"]
TITLE, SMALL, TINY = 12.0, 10.0, 9.0  # font sizes, in points; the last of words on edges, signs and marks
PADDING = (11.0, 6.0)
BEHIND = (5.0, 2.5)
"""How far down and to the right the sheets behind a folded module lie, the last one first."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of text on a vertex."""

    text: str
    role: Role
    italic: bool = False
    slot: bool = False  # filled in step by step

    @property
    def size(self) -> float:
        """The font's."""
        return TITLE if self.role == "title" else SMALL

    @property
    def width(self) -> float:
        return width(self.text, self.size, bold=self.role == "title")

    @property
    def height(self) -> float:
        return 16.0 if self.role == "title" else 13.0


def op_text(vertex: Vertex) -> str:
    """The operation with its sign: `× multiply`."""
    sign = SYMBOLS.get(vertex.op)
    return f"{sign}  {vertex.op}" if sign else vertex.op


def heading(vertex: Vertex) -> str:
    """What a vertex is called in one line: its name, its operation, or both."""
    name = shortened(vertex.name)
    if vertex.kind is Kind.CONSTANT:
        return name or (vertex.value.text if vertex.value else "constant")
    if vertex.kind is Kind.MODULE:
        return f"{name}: {vertex.op}" if name else vertex.op
    if vertex.kind is Kind.OPERATION:
        return f"{name} = {vertex.op}" if name else op_text(vertex)
    return name or vertex.op or vertex.kind.value


def called(vertex: Vertex) -> str:
    """What a vertex is called in a sentence: an operation without a name needs its number, `%7 add`."""
    nameless = vertex.kind is Kind.OPERATION and not vertex.name
    return f"%{vertex.id[1:]} {heading(vertex)}" if nameless else heading(vertex)


def spec(vertex: Vertex) -> str:
    """Shape and dtype as they are written on a vertex."""
    parts = [shape_text(vertex.shape)] if vertex.shape is not None else []
    return "  ".join(parts + ([vertex.dtype] if vertex.dtype else []))


def lines(vertex: Vertex, *, backward: bool = False) -> list[Line]:
    """The lines of text on a vertex, top to bottom."""
    written = [Line(heading(vertex), "title", italic=vertex.named_by == "local")]
    if vertex.copy:
        written.append(Line(f"use {vertex.copy[0]} of {vertex.copy[1]}", "detail"))
    if vertex.kind is Kind.MORE:
        return written + [Line(note, "detail") for note in vertex.notes]
    if vertex.shape is not None and not (vertex.kind is Kind.CONSTANT and vertex.shape == ()):
        written.append(Line(spec(vertex), "detail"))
    if vertex.kind is Kind.OPERATION and vertex.options:
        written.extend(Line(shortened(text), "detail") for text in broken(vertex.options))
    if vertex.kind is Kind.MODULE:
        written.extend(Line(text, "detail") for text in _module_facts(vertex))
    written.extend(_figures(vertex))
    if backward and vertex.rule:
        if vertex.shape is not None:
            written.append(Line(gradient_text(vertex, "g"), "grad"))
        written.extend(Line(text, "grad") for text in _rule_lines(vertex.rule))
    elif backward and vertex.kind is Kind.PARAMETER and not vertex.frozen:
        written.append(Line(gradient_text(vertex), "grad"))
    if vertex.heat_text:
        written.append(Line(vertex.heat_text, "value"))
    written.extend(Line(shortened(note, 44), "detail") for note in vertex.notes)
    if vertex.change:
        written.append(Line(vertex.change, "detail"))
    written.extend(Line(text, role, slot=True) for role, text in vertex.slots)
    return written


def _rule_lines(rule: str) -> list[str]:
    """The rule on one line, or, where each operand has its own, on one line each: `∂x  g * y`."""
    parts = [re.fullmatch(r"(\w+): (.+)", part) for part in rule.split("; ")]
    named = [f"∂{part[1]}  {shortened(part[2])}" for part in parts if part]
    return named if len(named) == len(parts) else ["∂  " + shortened(rule, 40)]


def _figures(vertex: Vertex) -> list[Line]:
    """Values and gradients: few elements in full, of more only what is wrong with them."""
    found: list[Line] = []
    if vertex.value and vertex.kind is not Kind.CONSTANT and _worth_writing(vertex.value.size, vertex.value.finite):
        found.append(Line("= " + shortened(vertex.value.describe(), 40), "value" if vertex.value.finite else "alarm"))
    if vertex.grad:
        shown = vertex.grad.describe() if _worth_writing(vertex.grad.size, vertex.grad.finite) else (
            f"‖·‖ {vertex.grad.norm:.4g}")
        found.append(Line("grad " + shortened(shown, 40), "grad" if vertex.grad.finite else "alarm"))
    elif vertex.expects_grad:
        found.append(Line("no grad yet", "grad"))
    return found


def gradient_text(vertex: Vertex, sign: str = "∂") -> str:
    """Shape and size of the gradient that arrives at a vertex: `∂ (64, 32)  16.4 kB`."""
    if vertex.shape is None:
        return sign
    size = prod(vertex.shape) * (np.dtype(vertex.dtype).itemsize if vertex.dtype else 8)
    return f"{sign} {shape_text(vertex.shape)}  {bytes_text(size)}"


def _worth_writing(size: int, finite: bool) -> bool:
    return size <= 4 or not finite


def _module_facts(vertex: Vertex) -> list[str]:
    return [count_text(vertex.parameters, "parameter")] if vertex.parameters else []


def size(written: list[Line], kind: Kind) -> tuple[float, float]:
    """Width and height, in points, of the box that holds these lines."""
    wide = max(line.width for line in written) + 2 * PADDING[0]
    high = sum(line.height for line in written) + 2 * PADDING[1]
    if kind is Kind.INPUT:  # an ellipse holds a rectangle of 1/√2 of its size
        wide, high = wide * 1.18 + 6, high * 1.3 + 2
    if kind is Kind.CONSTANT:
        wide -= 8
        high -= 4
    return round(max(wide, 34.0), 1), round(high, 1)


def cluster_label(cluster: Cluster, outer: Cluster | None = None) -> str:
    """`encoder.0: Linear`, with `×12  layers[0..11]` where the block stands for several.

    Within a frame that says the first part of the path, `outer`, the rest is enough.
    """
    name = cluster.repeats_text or cluster.path
    name = printable(name.removeprefix(f"{outer.repeats_text or outer.path}.") if outer else name)
    text = f"{name}: {printable(cluster.kind)}" if cluster.kind and name else name or printable(cluster.kind)
    return f"× {cluster.repeats}   {text}".rstrip() if cluster.repeats > 1 else text


def operand_text(edge: Edge) -> str:
    """Which operands an edge feeds where that matters, and `×2` where it is two of them."""
    places = ""
    if edge.ordered:
        few = len(edge.operands) <= 4
        places = ",".join(map(str, edge.operands)) if few else f"{edge.operands[0]}…{edge.operands[-1]}"
    times = f"×{edge.count}" if edge.count > 1 else ""
    return f"{places} {times}".strip() if not (places and times) else f"{places} ({times})"


def edge_text(edge: Edge, *, roomy: bool) -> tuple[str, str]:
    """What is written in the middle of an edge and at its head: the shape where it changes, and the operand.

    In one piece where there is both, so that nothing overlaps; a picture that is not `roomy` goes without shapes.
    """
    operand = operand_text(edge)
    if not roomy or not edge.label:
        return "", operand
    return (f"{operand}: {edge.label}" if operand else edge.label), ""


def tooltip(vertex: Vertex) -> list[str]:
    """Every fact of a vertex, one per line: for hovering, for the panel of the page, for screen readers."""
    kind = vertex.op if vertex.kind in (Kind.OPERATION, Kind.MODULE) else vertex.kind.value
    first = f"{printable(vertex.name)}: {kind}" if vertex.name else kind
    if vertex.kind is Kind.MORE:
        first = vertex.op
    found = [f"{first} {spec(vertex)}".strip()]
    if vertex.named_by == "local":
        found.append("named after the caller's variable")
    if vertex.copy:
        found.append(f"use {vertex.copy[0]} of {vertex.copy[1]} of the same leaf")
    found += filter(None, ("frozen: asks for no gradient" * vertex.frozen, "output" * vertex.output, vertex.change))
    if vertex.options:
        found.append(printable(vertex.options))
    if vertex.value:
        found.append("value " + vertex.value.describe())
    if vertex.grad:
        found.append(f"gradient {vertex.grad.describe()}, norm {vertex.grad.norm:.4g}")
    elif vertex.expects_grad:
        found.append("no gradient yet: backward() has not run")
    if vertex.rule:
        found.append(f"rule ({vertex.rule_kind}): {printable(vertex.rule)}")
    found += [*_module_facts(vertex), *vertex.notes]
    if vertex.stands_for > 1:
        found.append(f"stands for {count_text(vertex.stands_for, 'vertex', 'vertices')} of the full graph")
    if vertex.heat_text:
        found.append(vertex.heat_text)
    if vertex.source:
        found.append(printable(vertex.source))
    return found


def description(graph: Graph) -> str:
    """The picture in a sentence: `12 operations, 4 parameters, 1 input; output loss ()`."""
    parts = [count_text(number, kind.value)
             for kind in (Kind.OPERATION, Kind.MODULE, Kind.PARAMETER, Kind.INPUT, Kind.CONSTANT)
             if (number := sum(v.kind is kind and not (v.copy and v.copy[0] > 1) for v in graph.vertices.values()))]
    ends = [f"{shortened(v.name) or v.op} {shape_text(v.shape) if v.shape is not None else ''}".strip()
            for v in graph.vertices.values() if v.output]
    shown = ", ".join(ends[:4]) + (f" and {len(ends) - 4} more" if len(ends) > 4 else "")
    text = ", ".join(parts) or "an empty graph"
    if ends:
        text += f"; output{'s' if len(ends) > 1 else ''} {shown}"
    if graph.total > len(graph.vertices):
        text += f"; {graph.total:,} vertices before folding"
    return text
