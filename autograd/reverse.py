"""Reverse accumulation: one pass over the graph, children before parents, whatever the number of inputs.

`accumulate` is the pass itself; `backward` starts it from a tensor and adds the results into the leaves' `.grad`.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from . import errors
from .arguments import as_tensor
from .arrays import FLOAT64
from .duck_arrays import Array
from .graph import FREED, Leaf, Node, reachable
from .modes import is_grad_enabled, local
from .parts import IN_PLACE, WAITS, Part, Rest, in_place
from .runtime.locks import renewed
from .runtime.reduction import MANY, reduce
from .runtime.silence import ignore_errors, restore_errors
from .several_outputs import select
from .tensor import Tensor
from .tensor.box import Box, another, bottom

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from .primitive import Primitive

_float64 = np.float64
_ndarray = np.ndarray
_NOTHING: Any = object()
_adding = renewed(globals(), "_adding")  # two threads' passes may end in the same leaf


def backward(output: Tensor, gradient: ArrayLike | Tensor | None = None, *, retain_graph: bool = False,
             create_graph: bool = False) -> None:
    """Accumulate the gradient of this tensor into the `.grad` of every leaf it was computed from.

    `gradient` is the cotangent of this tensor, in its shape; it may be omitted, as 1, for a tensor of one real element.
    The graph is freed unless `retain_graph`; with `create_graph` the gradients are recorded themselves.
    Raises `RuntimeError` for a missing `gradient`, a freed graph, or a tensor without a graph.
    """
    if isinstance(output, Box):
        raise TypeError("backward() inside jvp or vmap would lose what they track; use autograd.grad there")
    node = output._node
    if node is None:
        raise RuntimeError("backward() on a tensor that does not require grad: no input was made with "
                           "requires_grad=True, or the graph was cut by detach(), no_grad(), a plain array, or a "
                           "function without slopes (argmax, round, a comparison); under no_grad() a parameter is "
                           "updated in place, w -= lr * w.grad, as w = w - lr * w.grad is a new tensor")
    seeds = {node: _seed(output, gradient)}
    ends = accumulate(seeds, retain_graph=retain_graph or create_graph, create_graph=create_graph)
    with _adding:
        for leaf, total in ends.items():
            target = leaf.reference() if type(leaf) is Leaf else None
            if target is None or total is None:
                continue
            if target._value.shape != leaf.shape:
                raise errors.MutationError(f"a tensor of shape {leaf.shape} was given data of shape {target.shape} "
                                           "after the forward pass; run it again")
            total = total if isinstance(total, Tensor) else Tensor._of(total, None)
            total = total.conj() if leaf.dtype.kind == "c" else total
            target._grad = total = total if (before := getattr(target, "_grad", None)) is None else before + total
            total._scalar = False  # clipping writes to it in place


def _seed(output: Tensor, gradient: ArrayLike | Tensor | None) -> Array:
    """The cotangent to start from, checked; conjugated, as complex cotangents are inside a pass."""
    value = output._value
    if gradient is None:
        if value.size != 1 or value.dtype.kind == "c":
            raise RuntimeError("backward() needs a real scalar to start from, got "
                               f"{value.dtype} of shape {value.shape}; reduce it first, e.g. y.sum().backward(), "
                               "np.abs(y).backward(), or give its cotangent: y.backward(np.ones(y.shape))")
        return np.ones_like(value) if value.ndim else value.dtype.type(1)
    given = as_tensor(gradient)
    if given.shape != output.shape:
        raise RuntimeError(f"the gradient given to backward() must have the shape {output.shape} of the tensor, "
                           f"got {given.shape}")
    if given.dtype != output.dtype:
        given = given.astype(output.dtype)
    return given.conj() if given.dtype.kind == "c" else given


def accumulate(seeds: dict[Node, Array], *, retain_graph: bool, create_graph: bool | None,
               stop: frozenset[Node] = frozenset()) -> dict[Node, Array]:
    """The cotangent of every node in `stop` (if empty: of every leaf), given those of the outputs.

    Counts how many children of each node contribute, then visits a node once all of them have: iterative, and linear in
    the number of edges. Cotangents are raw arrays; with `create_graph` tensors, so that the pass is itself recorded;
    None decides: recorded if the gradient can depend on anything but the nodes in `stop`.
    """
    waiting, leaves = _count_contributions(seeds, stop)
    record = _leads_elsewhere(leaves, stop) if create_graph is None else create_graph
    before = local.recording, local.watchers, local.check_boxed, local.backward_pass
    # During a pass `check` replaces most watchers, see `among_partials`.
    local.recording, local.watchers, local.check_boxed = record, local.watchers_of_passes, None
    local.backward_pass = before[3] or object()
    errors_before = ignore_errors()
    try:
        given = {node: _as_cotangent(g, record) for node, g in seeds.items()}
        return _visit(given, waiting, stop, retain_graph, record)
    finally:
        restore_errors(errors_before)
        local.recording, local.watchers, local.check_boxed, local.backward_pass = before


def _as_cotangent(g: Array, record: bool) -> Array:
    if record:
        return g if isinstance(g, (Tensor, list)) else Tensor._of(g, None)
    return g._value if type(g) is Tensor else g  # a box stays one


def _visit(  # noqa: C901  # the one hot loop of the backward pass
    seeds: dict[Node, Array],
    waiting: dict[Node, int],
    stop: frozenset[Node],
    retain_graph: bool,
    create_graph: bool,
) -> dict[Node, Array]:
    """The loop of `accumulate`: children before parents."""
    totals = dict(seeds)
    ends: dict[Node, Array] = {}
    owned: set[Node] = set()  # their total is an array made by this pass, which may add into it
    passed: set[Node] = set(seeds)  # their total is another node's cotangent, passed on unchanged
    ready = [node for node in seeds if not waiting[node]]
    check = local.check
    while ready:
        node = ready.pop()
        g, parents = totals.pop(node), node.parents
        if node.hooks and g is not None:
            g = _run_hooks(node, g)
        if not parents or node in stop:
            ends[node] = g if node in owned else another(g) if isinstance(g, Tensor) else _own(g, node in passed)
            continue
        if node.saved is FREED:
            raise RuntimeError(f"the graph was freed by an earlier backward pass (met at {node.primitive.name}); "
                               "write backward(retain_graph=True) in the first pass to go through it twice; a state "
                               "carried from batch to batch is cut off by h = h.detach(), a parameter is updated "
                               "unrecorded, `with autograd.no_grad(): w -= lr * w.grad`")
        view = _with_tensors(node) if create_graph else node
        cotangents = node.primitive.cotangents
        joint: Any = None
        if cotangents is None and g is not None:
            joint = node.primitive.pullback(g, view, tuple([parent in waiting for parent in parents]))
        for i, parent in enumerate(parents):
            if parent is None or (left := waiting.get(parent)) is None:
                continue
            c: Any = None if g is None else joint[i] if cotangents is None else cotangents[i](g, view)
            kind: Any = type(c)
            if kind is _ndarray:
                if c.shape != parent.shape or c.dtype is not parent.dtype:
                    c = fit(c, parent, node.primitive)
            elif kind is not _float64 or parent.shape or parent.dtype is not FLOAT64:
                if check is None and kind in IN_PLACE:
                    c = in_place(c, g if node in owned else None, parent, left, totals, owned)
                    if c is WAITS:
                        waiting[parent] = left - 1
                        continue
                c = fit(c._value if type(c) is Tensor and not create_graph else c, parent, node.primitive)
            if check is not None:
                check(node, c)
            total = totals.get(parent, _NOTHING)
            if total is _NOTHING:
                totals[parent] = c
                if c is g:
                    passed.add(parent)
            elif c is not None:
                if kind is _ndarray and parent in owned and type(total) is _ndarray:
                    total += c
                else:
                    totals[parent] = added(total, c)
                    owned.add(parent)
            if left == 1:
                ready.append(parent)
            else:
                waiting[parent] = left - 1
        if not retain_graph:
            node.saved = FREED
    return ends


def _count_contributions(seeds: dict[Node, Array], stop: frozenset[Node]) -> tuple[dict[Node, int], list[Leaf]]:
    """How many contributions each node waits for, over the nodes between the seeds and the ends of the pass.

    The second result lists the leaves met on the way that are not in `stop`.
    """
    waiting = dict.fromkeys(seeds, 0)
    stack = list(seeds)
    leaves: list[Leaf] = []
    while stack:
        node = stack.pop()
        if node in stop:
            continue
        if type(node) is Leaf:
            leaves.append(node)
        for parent in node.parents:
            if parent is not None:
                if parent in waiting:
                    waiting[parent] += 1
                else:
                    waiting[parent] = 1
                    stack.append(parent)
    for leaf in leaves:
        if leaf.changed is not None or leaf.snapshot is not None:
            _check_unchanged(leaf, waiting)
    if stop and leaves:
        waiting = _towards(seeds, stop)
    return waiting, leaves


def _leads_elsewhere(leaves: list[Leaf], stop: frozenset[Node]) -> bool:
    """Whether a pass that met these leaves computes with tracked values other than the nodes in `stop`."""
    alive = any(leaf.reference() is not None for leaf in leaves)
    return alive or any(node.parents for node in stop)


def depends_elsewhere(output: Tensor, stop: frozenset[Node]) -> bool:
    """Whether a value depends on tracked tensors other than the graph inputs in `stop` (or on what made those)."""
    return output._node is not None and _leads_elsewhere(_count_contributions({output._node: None}, stop)[1], stop)


def _towards(seeds: dict[Node, Array], stop: frozenset[Node]) -> dict[Node, int]:
    """The counts over only those nodes that depend on a node in `stop`: no other gradients are wanted."""
    waiting: dict[Node, int] = {}
    for node in reachable(*seeds, stop=stop):
        if node in stop or any(parent in waiting for parent in node.parents):
            waiting[node] = 0
    for node in waiting:
        if node not in stop:
            for parent in node.parents:
                if parent is not None and parent in waiting:
                    waiting[parent] += 1
    return waiting | dict.fromkeys((node for node in seeds if node not in waiting), 0)


def fit(c: Array, parent: Node, primitive: Primitive) -> Array:
    """A cotangent in its operand's shape and dtype: summed over broadcast axes, real for a real operand, cast."""
    if c is None or type(c) in (list, Part, Rest):
        return c if c is None or type(c) is list else c.whole()
    if c.shape != parent.shape:
        shape = parent.shape
        if (axes := broadcast_axes(c.shape, shape)) is None:
            raise ValueError(f"the rule of {primitive.name} returned a gradient of shape {c.shape} for an operand "
                             f"of shape {shape}")
        if type(c) is _ndarray and c.size >= MANY and c.dtype.char != "e":
            c = reduce(np.add, c, axis=axes if len(axes) > 1 else axes[0]).reshape(shape)
        else:  # added one by one, float16 would stop growing at 2048
            c = c.sum(axis=axes, dtype=np.float32 if c.dtype.char == "e" else None).reshape(shape)
    if c.dtype != parent.dtype:
        if c.dtype.kind == "c" and parent.dtype.kind != "c":
            c = np.real(c)
        c = c.astype(parent.dtype)
    return c


@lru_cache(1024)
def broadcast_axes(shape: tuple[int, ...], of_operand: tuple[int, ...]) -> tuple[int, ...] | None:
    """The axes along which an operand was broadcast to a shape; None if it is not one that it can have."""
    extra = len(shape) - len(of_operand)
    if extra < 0 or any(n != 1 and n != m for n, m in zip(of_operand, shape[extra:], strict=True)):
        return None
    return (*range(extra), *(i + extra for i, n in enumerate(of_operand) if n == 1))


def added(a: Array, b: Array) -> Array:
    """The sum of two cotangents, of which None is zero; for an operation with several outputs, part by part."""
    if a is None or b is None:
        return b if a is None else a
    if type(a) is Part:
        return a.whole() + b
    if type(a) is list:
        return [added(x, y) for x, y in zip(a, b, strict=True)]
    return a + b


def _own(g: Array, shared: bool) -> Array:
    """A gradient that nobody else holds: the user may change it in place."""
    return g.copy() if type(g) is _ndarray and (shared or g.base is not None) else g


def _run_hooks(node: Node, g: Array) -> Array:
    for hook in list(node.hooks or ()):
        given = another(g) if isinstance(g, Tensor) else Tensor._of(g.copy(), None)
        if given.dtype.kind == "c":
            given = given.conj()
        replaced = hook(given)
        if replaced is not None:
            replaced = as_tensor(replaced)
            if replaced.shape != node.shape:
                raise ValueError(f"a hook must return a gradient of shape {node.shape}, got {replaced.shape}")
            replaced = replaced.conj() if replaced.dtype.kind == "c" else replaced
            replaced = fit(another(replaced), node, node.primitive)
            g = replaced if isinstance(g, Tensor) else replaced._value
    return g


def _with_tensors(node: Node) -> Node:
    """The node as a rule sees it when the pass is recorded: its saved values are tensors of the graph again."""
    view = Node()
    view.primitive, view.parents, view.options = node.primitive, node.parents, getattr(node, "options", {})
    count = len(node.parents)
    saved: list[Any] = [
        value if value is None or parent is None else Tensor._of(value, parent)
        for value, parent in zip(node.saved, node.parents, strict=False)
    ]
    rest = list(node.saved[count:])
    if rest and rest[0] is not None:
        rest[0] = select.split(node, rest[0]) if type(rest[0]) is tuple else Tensor._of(rest[0], node)
    view.saved = (*saved, *rest)
    view.shape, view.dtype = node.shape, node.dtype
    return view


def _check_unchanged(leaf: Leaf, nodes: dict[Node, int]) -> None:
    """Raise if memory that a node kept by reference was written to since."""
    if leaf.changed is None and any(np.array_equal(leaf.snapshot, leaf.array, equal_nan=nan) for nan in (False, True)):
        return  # to look for nan takes ten times as long
    if any(node.saved is FREED for node in nodes):  # recorded before the change: the pass itself will raise
        return
    for node in nodes:
        for value in node.saved:
            if isinstance(value, np.ndarray) and np.may_share_memory(value, leaf.array):
                tensor = leaf.tensor()
                name = f" {tensor.name!r}" if tensor is not None and tensor.name else ""
                raise errors.MutationError(
                    f"{node.primitive.name} recorded the tensor{name} of shape {leaf.shape}, whose values were then "
                    f"changed in place ({leaf.changed or 'through .data'}); its derivative needs the earlier values. "
                    "Run the forward pass again after the change, or change a clone() "
                    f"(backward at {errors.user_line()})"
                )


def pull(pairs: Sequence[tuple[Tensor, Tensor]], stop: frozenset[Node]) -> dict[Node, Tensor]:
    """Gradients at the nodes in `stop`, given outputs with their cotangents, through all boxes; recorded if need be."""
    boxes = [t for pair in pairs for t in pair if isinstance(t, Box)]
    if boxes:
        return max(boxes, key=lambda box: box.level).pull(pairs, stop)
    return pull_plain(pairs, stop)


def pull_plain(pairs: Sequence[tuple[Tensor, Tensor]], stop: frozenset[Node]) -> dict[Node, Tensor]:
    """`pull` of plain outputs; a cotangent that is a box goes through the pass as it is."""
    pairs = [(o, g.conj() if g.dtype.kind == "c" else g) for o, g in pairs if o._node is not None]
    varying = any(bottom(g)._node for _, g in pairs)
    create_graph = None if is_grad_enabled() and not varying else is_grad_enabled()
    seeds = seeds_of([o for o, _ in pairs], [g for _, g in pairs])
    ends = accumulate(seeds, retain_graph=True, create_graph=create_graph, stop=stop)
    found = {}
    for node, total in ends.items():
        if total is not None and node in stop:
            total = total if isinstance(total, Tensor) else Tensor._of(total, None)
            found[node] = total.conj() if total.dtype.kind == "c" else total
    return found


def pull_within(
    outputs: Sequence[Any], cotangents: Sequence[Array], nodes: Sequence[Node | None]
) -> list[Array | None]:
    """Within a pass, the cotangents of `nodes` through a piece of graph that was recorded just for this purpose.

    They are conjugated, as all cotangents inside a pass, and recorded if the given ones are. None where a node is None
    or was not reached; a node that is listed twice gets its whole cotangent the first time.
    """
    pairs = [(o, g) for o, g in zip(outputs, cotangents, strict=True) if g is not None and isinstance(o, Tensor)]
    seeds = seeds_of([o for o, _ in pairs], [g for _, g in pairs])
    stop = frozenset(node for node in nodes if node is not None)
    record = any(isinstance(g, Tensor) for _, g in pairs)
    check, local.check = local.check, None  # an anomaly in here is reported for the operation that the user called
    try:
        found = accumulate(seeds, retain_graph=True, create_graph=record, stop=stop)
    finally:
        local.check = check
    return [None if node is None else found.pop(node, None) for node in nodes]


def wanted(nodes: Sequence[Node | None], needs: Sequence[bool]) -> list[Node | None]:
    """The nodes whose cotangents are needed, with None in place of the others."""
    return [node if needed else None for node, needed in zip(nodes, needs, strict=True)]


def seeds_of(outputs: Sequence[Tensor], cotangents: Sequence[Array]) -> dict[Node, Array]:
    """The starting cotangents of several outputs; they are added up where two outputs are the same node."""
    seeds: dict[Node, Array] = {}
    for output, g in zip(outputs, cotangents, strict=True):
        if output._node is not None:
            seeds[output._node] = added(seeds.get(output._node), g)
    return seeds
