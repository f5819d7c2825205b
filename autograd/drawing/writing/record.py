"""The graph's facts as a dict of plain values: for JSON, for the page, for anybody's own tool."""

from __future__ import annotations

import json
from dataclasses import fields
from enum import Enum
from typing import Any

from autograd.drawing.model import Cluster, Edge, Graph, Summary, Vertex

FORMAT = 1


def as_dict(graph: Graph) -> dict[str, Any]:
    """Everything the graph knows; facts that are empty are left out."""
    return {
        "format": FORMAT,
        "title": graph.title,
        "banner": list(graph.banner),
        "backward": graph.backward,
        "heat_unit": graph.heat_unit,
        "total": graph.total,
        "vertices": [_facts(vertex) for vertex in graph.vertices.values()],
        "edges": [_facts(edge) for edge in graph.edges],
        "clusters": [_facts(cluster) for cluster in graph.clusters.values()],
    }


def _facts(item: Vertex | Edge | Cluster | Summary) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for entry in fields(item):
        value = getattr(item, entry.name)
        if value != entry.default and value not in ("", ()):
            found[entry.name] = _plain(value)
    return found


def _plain(value: Any) -> Any:
    if isinstance(value, Summary):
        return _facts(value)
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, tuple):
        return [_plain(part) for part in value]
    if isinstance(value, float) and (value != value or value in (float("inf"), float("-inf"))):
        return str(value)
    return value


def as_json(graph: Graph) -> str:
    """The dict as JSON text: the same graph, the same bytes."""
    return json.dumps(as_dict(graph), indent=1, allow_nan=False) + "\n"
