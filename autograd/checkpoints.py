"""`checkpoint`: recompute instead of store."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

from . import tree
from .box import Box
from .graph import Node, reachable
from .modes import enable_grad, local
from .primitive import Primitive, protected
from .reverse import pull_within
from .tensor import Tensor
from .values import fresh

Array = Any


class _Checkpoint(Primitive):
    """A whole function as one node: its parents are its arguments and the leaves that it closes over."""

    kind = "fused"

    def pullback(self, g: Array, node: Node) -> Sequence[Array | None]:
        parts = g if isinstance(g, list) else [g]
        f, structure = node.options["f"], node.options["structure"]
        count = structure.size
        arguments = [
            x if isinstance(x, Tensor) or parent is None else fresh(Tensor._of(x, None))
            for x, parent in zip(node.saved[:count], node.parents, strict=False)
        ]
        with enable_grad():
            outs = tree.flatten(f(*structure.unflatten(arguments)))[0]
        nodes = [x._node if isinstance(x, Tensor) else None for x in arguments]
        return pull_within([o for o in outs if isinstance(o, Tensor)], parts, [*nodes, *node.parents[count:]])


checkpointed = _Checkpoint("checkpoint", lambda: None, ("operands",))


def checkpoint(f: Callable[..., Any]) -> Callable[..., Any]:
    """A function with the values and gradients of `f` that keeps only its arguments until the backward pass.

    There `f` runs a second time, so the intermediate values of one such function exist at a time: a chain of n segments
    keeps n arguments (Chen et al. 2016, arXiv:1604.06174). `f` must be deterministic; leaves that it closes over, such
    as a module's parameters, get their gradients too. Differentiates to any order, in both modes.
    """

    @functools.wraps(f)
    def run(*args: Any) -> Any:
        leaves, structure = tree.flatten(args)
        tensors = [x for x in leaves if isinstance(x, Tensor)]
        if not local.recording or any(isinstance(x, Box) for x in tensors):
            return f(*args)
        values = [protected(x, x._value) if isinstance(x, Tensor) else x for x in leaves]
        inputs = [fresh(Tensor._of(v, None)) if isinstance(x, Tensor) and x._node is not None else x
                  for x, v in zip(leaves, values, strict=True)]
        outs, out_structure = tree.flatten(f(*structure.unflatten(inputs)))
        own = frozenset(x._node for x in inputs if isinstance(x, Tensor) and x._node is not None)
        results = [o for o in outs if isinstance(o, Tensor)]
        nodes = [o._node for o in results if o._node is not None]
        closed_over = [n for n in reachable(*nodes, stop=own) if not n.parents and n not in own]
        parents = (*[x._node if isinstance(x, Tensor) else None for x in leaves], *closed_over)
        if not nodes or not any(parents):
            return out_structure.unflatten(outs)
        raw = tuple(o._value for o in results)
        options = {"f": f, "structure": structure}
        saved = (*values, *[None] * len(closed_over), None)
        made = checkpointed.attach(raw if len(raw) > 1 else raw[0], (*leaves, *[None] * len(closed_over)), parents,
                                   saved, options)
        made = iter(made if len(raw) > 1 else [made])
        return out_structure.unflatten([next(made) if isinstance(o, Tensor) else o for o in outs])

    return run


