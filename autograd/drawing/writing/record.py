"""The graph's facts as JSON, for anybody's own tool."""

from __future__ import annotations

import json
from dataclasses import fields
from math import isfinite
from typing import Any

from autograd.drawing.model import Cluster, Edge, Graph, Summary, Vertex

FORMAT = 1


def as_json(graph: Graph) -> str:
    """Everything the graph knows; facts that are empty are left out. The same graph, the same bytes."""
    content = {"format": FORMAT, "title": graph.title, "banner": graph.banner, "backward": graph.backward,
               "heat_unit": graph.heat_scale, "total": graph.total, "vertices": [*graph.vertices.values()],
               "edges": graph.edges, "clusters": [*graph.clusters.values()]}
    return json.dumps(content, indent=1, allow_nan=False, default=_facts) + "\n"


def _facts(item: Vertex | Edge | Cluster | Summary) -> dict[str, Any]:
    values = {entry.name: (getattr(item, entry.name), entry.default) for entry in fields(item)}
    return {name: str(value) if isinstance(value, float) and not isfinite(value) else value
            for name, (value, default) in values.items() if value != default and value not in ("", ())}
