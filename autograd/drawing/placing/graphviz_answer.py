"""What Graphviz answers, read: the layout in its `json0` format."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from autograd.drawing.model import Graph

from .geometry import Box, Point, Route
from .layout import Layout, labelled


def from_engine(answer: bytes, graph: Graph, engine: str) -> Layout:
    """The layout in Graphviz's `json0` answer. Raises `ValueError` if it does not place every vertex."""
    try:
        return _read(json.loads(answer), graph, engine)
    except (KeyError, TypeError) as error:
        raise ValueError(f"{engine} answered without {error}") from None


def _read(data: dict[str, Any], graph: Graph, engine: str) -> Layout:
    _, _, width, height = _numbers(data["bb"])

    def point(text: str) -> Point:
        x, y = _numbers(text)[:2]
        return x, height - y

    layout = Layout(width, height, {}, {}, engine)
    for item in data.get("objects", ()):
        if "pos" in item:
            layout.boxes[item["id"]] = Box(*point(item["pos"]), float(item["width"]) * 72, float(item["height"]) * 72)
        elif "bb" in item and "id" in item:
            left, bottom, right, top = _numbers(item["bb"])
            layout.frames[item["id"]] = Box.between(left, height - top, right, height - bottom)
    if graph.vertices.keys() - layout.boxes.keys():
        raise ValueError(f"{engine} placed {len(layout.boxes)} of {len(graph.vertices)} vertices")
    for item in data.get("edges", ()):
        if "id" in item and "pos" in item:
            number = int(item["id"][1:])
            layout.routes[number] = _route(item["pos"], point)
            if "lp" in item:
                layout.labels[number] = point(item["lp"])
    return labelled(graph, layout)


def _numbers(text: str) -> list[float]:
    return [float(number) for number in text.split(",")]


def _route(text: str, point: Callable[[str], Point]) -> Route:
    """A spline as Graphviz writes it: the tips of arrows first, `e,x,y` and `s,x,y`, then 3n + 1 control points."""
    tips: dict[str, Point] = {}
    control: Route = []
    for part in text.split(";", maxsplit=1)[0].split():
        if part.startswith(("e,", "s,")):
            tips[part[0]] = point(part[2:])
        else:
            control.append(point(part))
    control[0], control[-1] = tips.get("s", control[0]), tips.get("e", control[-1])
    return control
