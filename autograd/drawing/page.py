"""The explorer: one HTML page that needs no network, with the picture at several levels of detail and every fact.

The picture comes ready-made in the page; the script only moves, searches, traces and steps through it. All that the
page says comes from one block of JSON and is written as text, never as markup; a content security policy allows the
page's own script and style and nothing else.
"""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass, replace
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Literal

from .collapse import depth_of
from .dot import escape
from .labels import description, heading, op_text, spec, tooltip
from .model import Graph, Kind, Vertex
from .shaping import View, shaped
from .steps import Trace
from .style import variables
from .svg import paint

if TYPE_CHECKING:
    from .drawing import Drawing

MOST_VERTICES = 1500
"""A level of more vertices than this is left out of the page."""
MOST_LEVELS = 5
SCRIPTS = ("explore.js", "steps.js", "keys.js")
"""One scope in three files."""


@dataclass(frozen=True, slots=True)
class Level:
    """The picture at one level of detail."""

    name: str
    graph: Graph
    stepped: bool = False  # every vertex of the full graph is there: it can be stepped through


def page(drawing: Drawing) -> str:
    """The page as one HTML document."""
    trace = drawing.trace()
    levels = levels_of(drawing, trace)
    pictures = []
    for number, level in enumerate(levels):
        layout, _ = drawing.lay_out(level.graph)
        picture = paint(level.graph, layout, prefix=f"level{number}", embedded=True)
        pictures.append(f'<div class="level" data-level="{number}" hidden>{picture}</div>')
    title = drawing.graph.title or "Computation graph"
    style = _asset("page.css")
    script = '"use strict";\n{\n' + "\n".join(map(_asset, SCRIPTS)) + "}\n"
    style = _themes() + style
    policy = (f"default-src 'none'; script-src '{_digest(script)}'; style-src 'unsafe-inline'; "
              "img-src data:; base-uri 'none'; form-action 'none'")
    html = _asset("page.html")
    for mark, text in {
        "title": escape(title), "policy": policy, "style": style, "script": script, "about": escape(
            description(drawing.full)), "pictures": "\n".join(pictures), "data": _data(drawing, levels, trace),
        "theme": drawing.theme or "auto",
    }.items():
        html = html.replace(f"<!--{mark}-->", text, 1)
    return html


def levels_of(drawing: Drawing, trace: Trace) -> list[Level]:
    """The levels from the coarsest to the finest, each only where it differs from the one before."""
    full, view = drawing.full, drawing.view
    if view.around:
        return [Level("neighbourhood", drawing.graph)]
    depth = depth_of(full)
    found: list[Level] = []
    for level in range(min(depth, MOST_LEVELS - 1)):
        _offer(found, f"depth {level}", shaped(full, replace(view, depth=level, expand=None)))
    _offer(found, "folded" if depth == 0 else "modules open", shaped(full, replace(view, depth=depth)))
    whole = shaped(full, View(depth=depth, fold=False))
    if len(whole.vertices) <= MOST_VERTICES:
        found = [level for level in found if level.graph.vertices.keys() != whole.vertices.keys()]
        found.append(Level("everything", with_slots(whole, trace) if trace.order else whole, bool(trace.order)))
    return found or [Level("as drawn", drawing.graph)]


def _offer(found: list[Level], name: str, graph: Graph) -> None:
    same = found and found[-1].graph.vertices.keys() == graph.vertices.keys()
    if not same and len(graph.vertices) <= MOST_VERTICES:
        found.append(Level(name, graph))


def with_slots(graph: Graph, trace: Trace) -> Graph:
    """The graph with room on each vertex for its value, tangent and gradient, empty until the steps fill it in."""
    def roomy(vertex: Vertex) -> Vertex:
        slots: list[tuple[Literal["value", "tangent", "grad"], str]] = []
        key = vertex.id.partition("_")[0]  # an alias shows what its leaf shows
        if vertex.kind is Kind.CONSTANT:
            return vertex
        if key in trace.values:
            slots.append(("value", "= " + trace.values[key]))
        moving = [found[key] for found in trace.tangents.values() if key in found]
        if moving:
            slots.append(("tangent", "ẋ " + max(moving, key=len)))
        if key in trace.gradients:
            slots.append(("grad", "∂ " + trace.gradients[key]))
        return replace(vertex, value=None, grad=None, expects_grad=False, slots=tuple(slots))

    return graph.with_vertices(map(roomy, graph.vertices.values()))


def _data(drawing: Drawing, levels: list[Level], trace: Trace) -> str:
    """What the script works with, as JSON that cannot end the element it stands in."""
    vertices: dict[str, Any] = {}
    for level in (*levels, Level("", drawing.full)):
        for key, vertex in level.graph.vertices.items():
            if key not in vertices or level.name == "":
                vertices[key] = _facts(vertex, level.graph)
        if len(drawing.full.vertices) > MOST_VERTICES and level is levels[-1]:
            break
    default = next((i for i, level in enumerate(levels) if level.graph.vertices.keys()
                    == drawing.graph.vertices.keys()), len(levels) - 1)
    content = {
        "levels": [{"name": level.name, "stepped": level.stepped, "count": len(level.graph.vertices)}
                   for level in levels],
        "start": default,
        "vertices": vertices,
        "trace": {
            "order": trace.order, "values": trace.values, "gradients": trace.gradients, "tangents": trace.tangents,
            "pulls": [{"at": pull.at, "gives": pull.gives} for pull in trace.pulls], "note": trace.note,
        },
    }
    text = json.dumps(content, ensure_ascii=True, allow_nan=False)
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


def _facts(vertex: Vertex, graph: Graph) -> dict[str, Any]:
    return {
        "name": heading(vertex), "what": op_text(vertex) if vertex.op else vertex.kind.value, "kind": vertex.kind.value,
        "spec": spec(vertex), "facts": tooltip(vertex), "rule": vertex.rule,
        "named": bool(vertex.name),
        "path": [graph.clusters[key].path or graph.clusters[key].kind for key in graph.lineage(vertex.cluster)],
    }


def _asset(name: str) -> str:
    return files(__package__).joinpath("assets", name).read_text(encoding="utf-8")


def _themes() -> str:
    """The palettes: the reader's setting decides, unless the page or its button says otherwise."""
    light, dark = variables("light"), variables("dark")
    return (f":root{{{light}color-scheme:light}}\n"
            f"@media (prefers-color-scheme: dark){{:root:not([data-theme=light]){{{dark}color-scheme:dark}}}}\n"
            f":root[data-theme=dark]{{{dark}color-scheme:dark}}\n")


def _digest(script: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
