"""The graph up to an operation that failed, with that operation in red."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from traceback import walk_tb
from types import TracebackType
from typing import Any

from autograd.graph import Node
from autograd.parentheses import context_manager
from autograd.primitive import Primitive
from autograd.tensor import Tensor

from .drawing import Drawing
from .model import Edge, Kind, Vertex
from .reading.extract import Extraction, extract
from .reading.names import Names, gather
from .reading.sources import without_folders
from .shaping.view import View
from .words import printable, shape_text


@context_manager
def draw_on_error(path: str | Path = "error.svg") -> Iterator[None]:
    """Context manager: when an operation inside fails, draw the graph up to it, with the operation in red.

    The picture shows the shapes of its operands; it is saved to `path`, the exception says so and goes on. Together
    with `detect_anomaly()` it shows where the first nan or infinity was made. Costs nothing while all goes well.
    """
    try:
        yield
    except Exception as error:
        try:
            drawing = of_error(error)
            if drawing is not None:
                error.add_note(f"the graph up to this operation was drawn to {drawing.save(path)}")
        except (OSError, ValueError, RuntimeError) as second:  # the first error is the one that matters
            error.add_note(f"the graph could not be drawn: {second}")
        raise


def of_error(error: BaseException) -> Drawing | None:
    """The graph up to the operation in which `error` was raised; None where no operation was at work."""
    names = gather([], None, _user_variables(error.__traceback__))
    for frame, _ in reversed(list(walk_tb(error.__traceback__))):
        variables = frame.f_locals
        node = variables.get("node")
        primitive = variables.get("primitive", variables.get("self"))
        if isinstance(node, Node) and not isinstance(primitive, Tensor):
            return _drawn(_of_node(node, names), error)
        if isinstance(primitive, Primitive):
            operands = variables.get("operands")
            if operands is None:
                operands = [variables[name] for name in ("x", "y", "z") if name in variables]
            return _drawn(_of_call(primitive, operands, names), error)
    return None


def _user_variables(traceback: TracebackType | None) -> dict[str, Any]:
    """The variables of the frames that are not this library's: innermost last, so that they win."""
    here = str(Path(__file__).parents[1])
    found: dict[str, Any] = {}
    for frame, _ in walk_tb(traceback):
        if not frame.f_code.co_filename.startswith(here):
            found.update(frame.f_locals)
    return found


def _of_node(node: Node, names: Names) -> Extraction:
    """The graph of a node that was recorded, and then found to be at fault."""
    result = extract([Tensor._of(None, node)], names)
    key = result.ids[node]
    result.graph.vertices[key] = replace(result.graph.vertices[key], failed=True, output=False)
    return result


def _of_call(primitive: Primitive, operands: Sequence[Any], names: Names) -> Extraction:
    """The graphs of the operands, and the call that failed as one more vertex below them."""
    tensors = [x for x in operands if isinstance(x, Tensor)]
    result = extract([x for x in tensors if x._node is not None], names)
    graph = result.graph
    graph.vertices = {key: replace(vertex, output=False) for key, vertex in graph.vertices.items()}
    sources = []
    for x in operands:
        node = x._node if isinstance(x, Tensor) else None
        if node is not None:
            sources.append(result.ids[node])
        elif hasattr(x, "shape"):
            key = graph.next_id()
            graph.add(Vertex(key, Kind.INPUT, name=getattr(x, "name", None) or "", shape=tuple(x.shape),
                             dtype=str(x.dtype)))
            sources.append(key)
    shapes = [shape_text(tuple(x.shape)) if hasattr(x, "shape") else repr(x)[:20] for x in operands]
    failed = graph.next_id()
    graph.add(Vertex(failed, Kind.OPERATION, op=primitive.name, failed=True, notes=("got " + ", ".join(shapes),)))
    for i, source in enumerate(sources):
        graph.edges.append(Edge(source, failed, (i,), shape_text(graph.vertices[source].shape or ()), True))
    graph.total = len(graph.vertices)
    return result


def _drawn(result: Extraction, error: BaseException) -> Drawing:
    said = printable(without_folders(str(error).splitlines()[0] if str(error) else ""))
    result.graph.title = f"{type(error).__name__}: {said}"
    return Drawing(result, View())
