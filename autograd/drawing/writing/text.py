"""The graph as a table of text: everything a picture says, for terminals, logs and screen readers."""

from __future__ import annotations

from autograd.drawing.labels import cluster_label, description, heading, spec
from autograd.drawing.model import LEAVES, Edge, Graph, Vertex
from autograd.table import in_columns, terminal_width


def table(graph: Graph) -> str:
    """One line per vertex, operands by their ids; clusters as headings of their members."""
    header = ["id", "what", "shape", "from", "value", "gradient"] + ([graph.heat_scale] if graph.heat_unit else [])
    incoming = graph.incoming()
    rows = [_row(graph, vertex, incoming[key]) for key, vertex in graph.vertices.items()]
    kept = [i for i in range(len(header)) if i < 2 or any(row[i] for row in rows)]
    cells = [[row[i] for i in kept] for row in [header, *rows]]
    written = in_columns(cells)
    body = [written[0], "  ".join("-" * max(map(terminal_width, column)) for column in zip(*cells, strict=True))]
    last: str = ""
    for vertex, line in zip(graph.vertices.values(), written[1:], strict=True):
        if vertex.cluster != last:
            last = vertex.cluster
            if last:
                body.append(_heading(graph, last))
        body.append(line)
    top = [graph.title] if graph.title else []
    return "\n".join([*top, description(graph), *graph.banner, "", *body]) + "\n"


def _row(graph: Graph, vertex: Vertex, incoming: list[Edge]) -> list[str]:
    marks = [word for word, on in (("output", vertex.output), ("frozen", vertex.frozen), ("FAILED", vertex.failed),
                                   (vertex.change, vertex.change),
                                   (f"use {vertex.copy[0]} of {vertex.copy[1]}" if vertex.copy else "", vertex.copy))
             if on]
    if vertex.kind in LEAVES and heading(vertex) != vertex.kind.value:
        marks.insert(0, vertex.kind.value)
    what = heading(vertex) + (f" ({', '.join(marks)})" if marks else "")
    grad = vertex.grad.describe() if vertex.grad else "none yet" if vertex.expects_grad else ""
    value = vertex.value.describe() if vertex.value else ""
    origins = sorted((place, edge.source) for edge in incoming for place in edge.operands or (0,))
    row = [vertex.id, what, spec(vertex), " ".join(source for _, source in origins), value, grad]
    return row + ([vertex.heat_text] if graph.heat_unit else [])


def _heading(graph: Graph, key: str) -> str:
    return "[" + " / ".join(cluster_label(graph.clusters[step]) for step in graph.lineage(key)) + "]"
