"""The explorer: one HTML page that needs no network, with the picture at several levels of detail and every fact.

The picture comes ready-made in the page; the script only moves, searches, traces and steps through it. All that the
page says comes from one block of JSON and is written as text, never as markup; a content security policy allows the
page's own script and style and nothing else.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from importlib.resources import files
from typing import Any

from autograd.drawing.labels import description, heading, op_text, spec, tooltip
from autograd.drawing.model import Graph, Vertex
from autograd.drawing.placing.layout import Layout
from autograd.drawing.reading.steps import Trace
from autograd.drawing.shaping.levels import MOST_VERTICES, Level

from .escapes import escape
from .slots import with_slots
from .style import Theme, variables
from .svg import paint

SCRIPTS = ("explore.js", "steps.js", "keys.js")
"""One scope in three files."""


def page(full: Graph, drawn: Graph, levels: Sequence[Level], trace: Trace, place: Callable[[Graph], Layout],
         theme: Theme | None = None) -> str:
    """The page as one HTML document: it opens at the level that shows what is drawn, and knows all of the graph."""
    if trace.order:
        levels = [replace(level, graph=with_slots(level.graph, trace)) if level.whole else level for level in levels]
    pictures = []
    for number, level in enumerate(levels):
        picture = paint(level.graph, place(level.graph), prefix=f"level{number}", embedded=True)
        pictures.append(f'<div class="level" data-level="{number}" hidden>{picture}</div>')
    script = '"use strict";\n{\n' + "\n".join(map(_asset, SCRIPTS)) + "}\n"
    policy = (f"default-src 'none'; script-src '{_digest(script)}'; style-src 'unsafe-inline'; "
              "img-src data:; base-uri 'none'; form-action 'none'")
    html = _asset("page.html")
    for mark, text in {
        "title": escape(full.title or "Computation graph"), "policy": policy, "style": _themes() + _asset("page.css"),
        "script": script, "about": escape(description(full)), "pictures": "\n".join(pictures),
        "data": _data(full, drawn, levels, trace), "theme": theme or "auto",
    }.items():
        html = html.replace(f"<!--{mark}-->", text, 1)
    return html


def _data(full: Graph, drawn: Graph, levels: Sequence[Level], trace: Trace) -> str:
    """What the script works with, as JSON that cannot end the element it stands in."""
    vertices: dict[str, Any] = {}
    for graph in (*(level.graph for level in levels), *([full] if len(full.vertices) <= MOST_VERTICES else [])):
        for key, vertex in graph.vertices.items():
            if key not in vertices or graph is full:
                vertices[key] = _facts(vertex, graph)
    default = next((i for i, level in enumerate(levels) if level.graph.vertices.keys() == drawn.vertices.keys()),
                   len(levels) - 1)
    content = {
        "levels": [{"name": level.name, "count": len(level.graph.vertices),
                    "stepped": level.whole and bool(trace.order)} for level in levels],
        "start": default,
        "vertices": vertices,
        "trace": asdict(trace),
    }
    text = json.dumps(content, ensure_ascii=True, allow_nan=False)
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


def _facts(vertex: Vertex, graph: Graph) -> dict[str, Any]:
    return {
        "name": heading(vertex), "what": op_text(vertex) if vertex.op else vertex.kind.value, "kind": vertex.kind.value,
        "spec": spec(vertex), "facts": tooltip(vertex),
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
