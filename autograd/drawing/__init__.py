"""Pictures of computation graphs: `draw(loss)` as DOT, SVG, PNG, PDF, JSON, text, or a page to explore."""

from __future__ import annotations

import sys
from functools import partial
from typing import Any

from autograd import tree
from autograd.arguments import refuses_foreign_options
from autograd.forward import Dual
from autograd.tensor import Tensor
from autograd.tensor.box import bottom, boxes
from autograd.transforms.vmap import Batch

from .collector import collector_waits
from .drawing import Drawing
from .on_error import draw_on_error
from .placing import engines
from .reading import heat
from .reading.extract import Extraction, extract
from .reading.names import gather, readable
from .reading.sources import trace_source
from .shaping.collapse import Expand
from .shaping.view import View, found
from .writing.style import PALETTES, Theme

__all__ = ["Drawing", "draw", "draw_on_error", "trace_source"]

DIRECTIONS = ("TB", "LR")
BOX_NOTES = {
    Batch: "Drawn inside vmap: all examples at once, along the first axis.",
    Dual: "Drawn inside forward accumulation: the values; their tangents leave no graph.",
}
ADVICE = dict.fromkeys(("format", "filename", "path"), "write draw(t).save('graph.svg'), or another ending")


@partial(refuses_foreign_options, advice=ADVICE)
def draw(*tensors: Any, depth: int | None = None, expand: Expand = None, backward: bool = False,
         color_by: heat.Measure | None = None, around: Tensor | str | None = None, hops: int = 3,
         share_leaves: bool = False, fold: bool | None = None, names: Any = None, theme: Theme | None = None,
         direction: str = "TB", title: str | None = None, steps: bool | None = None,
         timeout: float = engines.TIMEOUT) -> Drawing:
    """Draw the graph that computed tensors, or trees of them: `draw(loss).save("graph.svg")`.

    `depth` folds module calls below that many levels, `expand` (a pattern such as `"encoder.*"`, or a function of the
    path) keeps some open; `fold` draws repetitions once (None: in graphs of more than 40 vertices). `backward=True`
    adds the rules, and the gradients. `color_by` is `"time"`, `"bytes"`, `"flops"` or `"grad_norm"`. `around`
    and `hops` show the part near one tensor or name. `title` stands above. `steps` keeps the values for the page's
    steps (None: if they are small). `names` is a module or a tree of tensors. `theme` is `"light"` or `"dark"`; None
    follows the reader's setting. Raises `TypeError` for what is not a tensor, `KeyError` for an unknown name.
    """
    if theme is not None and theme not in PALETTES:
        raise ValueError(f"theme is 'light', 'dark' or None (the reader's setting), got {theme!r}")
    if direction not in DIRECTIONS:
        raise ValueError(f"direction is 'TB' (downwards) or 'LR' (to the right), got {direction!r}")
    roots = given_roots(tensors)
    known = gather(roots, names, sys._getframe(2).f_locals)  # of who called: `apply` is between
    with collector_waits():
        extraction = extract([tensor for _, tensor in roots], known, backward=backward)
        extraction.graph.title = title or ""
        extraction.graph.banner += _inside(tensors)
        if color_by is not None:
            heat.colour(extraction, color_by)
        view = View(depth, expand, fold, share_leaves, _centres(extraction, around), hops)
        return Drawing(extraction, view, theme=theme, direction=direction, timeout=timeout, steps=steps)


def given_roots(tensors: tuple[Any, ...]) -> list[tuple[str, Tensor]]:
    """`(key, tensor)` of every tensor in the arguments; the key is empty for a tensor that stands alone.

    For the tensors of a transform it is the tensor inside, which has the graph.
    """
    roots: list[tuple[str, Tensor]] = []
    for argument in tensors:
        leaves, structure = tree.flatten(argument)
        for path, leaf in zip(tree.paths(structure), leaves, strict=True):
            if not isinstance(leaf, Tensor):
                place = f" at {path}" if path else ""
                advice = ADVICE["path"] if isinstance(leaf, str) else "call the model first: draw(model(x))"
                raise TypeError("draw expects tensors, the results of a computation, got "
                                f"{type(leaf).__name__}{place}; {advice}")
            roots.append((readable(path), bottom(leaf)))
    if not roots:
        raise TypeError("draw expects at least one tensor, e.g. draw(loss)")
    return roots


def _inside(tensors: tuple[Any, ...]) -> tuple[str, ...]:
    """The notes on tensors that belong to a transform."""
    kinds = {type(box) for tensor in tree.flatten(tensors)[0] for box in boxes(tensor)}
    return tuple(said for kind, said in BOX_NOTES.items() if kind in kinds)


def _centres(extraction: Extraction, around: Tensor | str | None) -> tuple[str, ...]:
    if around is None:
        return ()
    if isinstance(around, Tensor):
        node = bottom(around)._node
        key = extraction.ids.get(node) if node is not None else None
        if key is None:
            raise KeyError("the tensor given as around= is not in this graph")
        return (key,)
    return found(extraction.graph, around)
