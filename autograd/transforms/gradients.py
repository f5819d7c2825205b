"""Function transforms: `grad`, `value_and_grad`, `vjp` by reverse accumulation, `hvp` and `linearize` by both modes.

A transform makes the arguments inputs of a graph, calls the function, and pulls cotangents back to those inputs only.
So transforms nest in any order: an inner one records what an outer one tracks.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograd import tree
from autograd.arguments import refuses_foreign_options
from autograd.boundary import (
    as_direction,
    as_input,
    as_output,
    connected,
    fresh,
    output_and_aux,
    transformed,
    unvarying,
)
from autograd.errors import DisconnectedWarning, name_of, require_function
from autograd.forward import dual, parts, primals_of
from autograd.graph import reachable
from autograd.modes import enable_grad, surrounding
from autograd.reverse import depends_elsewhere, pull
from autograd.tensor import Tensor
from autograd.tensor.box import Box, another, bottom
from autograd.tensor.nested import holds_tensors

from .argnums import Argnums, choose
from .vmap import in_every_batch


class Inputs:
    """The arguments to differentiate with respect to, as graph inputs, and how their gradients return to the user."""

    def __init__(self, chosen: Any) -> None:
        self.leaves, self.structure = tree.flatten(chosen)
        self.given = [fresh(in_every_batch(as_input(x))) for x in self.leaves]
        self.tensors = [another(t) for t in self.given]  # the function may write to its arguments
        self.nodes = [bottom(t)._node for t in self.tensors]
        self.stop = frozenset(self.nodes)
        self.plain = not holds_tensors(self.leaves)

    def arguments(self) -> Any:
        return self.structure.unflatten(self.given)

    def pull(self, pairs: Sequence[tuple[Tensor, Tensor]]) -> Any:
        """Gradients in the structure of the arguments; zeros for an input that was not reached."""
        found = pull(pairs, self.stop)
        gradients: list[Any] = [found.get(node) for node in self.nodes]
        self.reached = any(g is not None for g in gradients)  # those of the last pull
        gradients = [np.zeros_like(t) if g is None
                     else unvarying(g, t) if bottom(t)._node.parents and bottom(g)._node is None
                     else g
                     for g, t in zip(gradients, self.tensors, strict=True)]
        return self.structure.unflatten([as_output(g, self.plain, x)
                                         for g, x in zip(gradients, self.leaves, strict=True)])

    def value(self, out: Any) -> Any:
        """A result of the function as the user sees it: plain, unless it depends on more than these arguments."""
        leaves, structure = tree.flatten(out)
        return structure.unflatten([self._plain(o) for o in leaves])

    def _plain(self, o: Any) -> Any:
        if not isinstance(o, Tensor) or isinstance(o, Box) or depends_elsewhere(o, self.stop):
            return another(o) if isinstance(o, Tensor) else o
        value = o._value.copy(order="K")
        return value if self.plain else Tensor._of(value, None)


@refuses_foreign_options
def value_and_grad(f: Callable[..., Any], argnums: Argnums = 0, has_aux: bool = False) -> Callable[..., Any]:
    """A function that returns `(f(x), gradient)`; with `has_aux`, where f returns `(y, aux)`, `((y, aux), gradient)`.

    f returns one real number; the gradient has the structure, shapes and types of the arguments `argnums`. Raises
    `TypeError` unless the output is a scalar; warns `DisconnectedWarning` if it does not depend on the arguments.
    """
    return transformed(_value_and_gradient, f, argnums, has_aux, argnums=argnums)


def _value_and_gradient(f: Callable[..., Any], argnums: Argnums, has_aux: bool, /, *args: Any, **options: Any) -> Any:
    inputs, output, aux, gradient = _differentiate(f, argnums, has_aux, args, options, "grad")
    return inputs.value((output, aux) if has_aux else output), gradient


def _differentiate(f: Callable[..., Any], argnums: Argnums, has_aux: bool, args: Sequence[Any],
                   options: dict[str, Any], asker: str) -> tuple[Inputs, Tensor, Any, Any]:
    chosen, call = choose(f, args, options, argnums)
    inputs = Inputs(chosen)
    with enable_grad():
        output, aux = output_and_aux(call(inputs.arguments()), has_aux)
    output = _scalar(f, output, asker)
    gradient = inputs.pull([(output, ones_like(output))])
    end = bottom(output)._node
    if not inputs.reached and (end is None or inputs.stop.isdisjoint(reachable(end, stop=inputs.stop))):
        _warn_disconnected(f)
    return inputs, output, aux, gradient


@refuses_foreign_options
def grad(f: Callable[..., Any], argnums: Argnums = 0, has_aux: bool = False) -> Callable[..., Any]:
    """The gradient of a scalar function, as a function of the same arguments: `grad(f)(x) = df/dx`.

    The gradient has the structure, shapes and types of the arguments `argnums`, numbers or names such as `"b"` of
    `f(a, b)`; with `has_aux` it is `(gradient, aux)`. `grad(grad(f))` and any nesting with the other transforms work.
    Raises and warns as `value_and_grad`.
    """
    return transformed(gradient_for, f, argnums, has_aux, "grad", argnums=argnums)


def gradient_for(f: Callable[..., Any], argnums: Argnums, has_aux: bool, asker: str, /, *args: Any,
                 **options: Any) -> Any:
    """The gradient; error messages name the transform that the user called."""
    inputs, _, aux, gradient = _differentiate(f, argnums, has_aux, args, options, asker)
    return (gradient, inputs.value(aux)) if has_aux else gradient


ALL_ENTRIES = {"hessian": "jacobian(jacobian(f))", "hvp": "jvp(jacobian(f), (x,), (v,))"}
"""What to write for a function with several outputs, where that is not `vjp` or `jacobian`."""


def _scalar(f: Callable[..., Any], output: Any, asker: str) -> Tensor:
    if not isinstance(output, Tensor):
        if not isinstance(output, (bool, int, float, complex, np.generic, np.ndarray)) or np.ndim(output):
            aux = "; with auxiliary results return (loss, aux) and write has_aux=True" if asker == "grad" else ""
            raise TypeError(f"{asker} needs {name_of(f)} to return one number, got {type(output).__name__}{aux}")
        output = as_input(output)
    if output.size != 1:
        raise TypeError(f"{asker} needs {name_of(f)} to return one number, got shape {output.shape}; "
                        f"sum it, or use {ALL_ENTRIES.get(asker, 'vjp or jacobian')} for all of its entries")
    if output.dtype.kind == "c":
        raise TypeError(f"{asker} needs {name_of(f)} to return a real number, got {output.dtype}; take np.real or "
                        "np.abs of it, or use jacobian for a holomorphic function")
    return output  # type: ignore[no-any-return]


def ones_like(t: Tensor) -> Tensor:
    """The cotangent that a gradient starts from."""
    return Tensor._of(np.ones(t.shape, t.dtype)[()], None)


def _warn_disconnected(f: Callable[..., Any]) -> None:
    warnings.warn(f"the output of {name_of(f)} does not depend on the arguments it is differentiated by: the gradient "
                  "is zero because nothing connects them (was the graph cut by .detach(), .item(), a plain array, or a "
                  "function without slopes such as argmax?)",
                  DisconnectedWarning, stacklevel=4)


def vjp(f: Callable[..., Any], *primals: Any, has_aux: bool = False) -> tuple[Any, ...]:
    """Return the value of `f` and its pullback; `pullback(g)` gives `J^T g` for each argument.

    The pullback takes a cotangent with the structure and shapes of `out` and returns a tuple with one entry per primal.
    It may be called many times. For complex values it is `J^H g`, so that for a real loss it is `dL/dRe + i dL/dIm`.
    """
    require_function(f, "vjp")
    inputs = Inputs(primals)
    with enable_grad():
        out, aux = output_and_aux(f(*inputs.arguments()), has_aux)
    outs, structure = tree.flatten(out)
    outs = [as_input(o) if not isinstance(o, Tensor) else o for o in outs]

    def pullback(cotangent: Any) -> Any:
        given = as_direction("a cotangent", cotangent, "its output", structure, outs)
        return inputs.pull([(o, g.astype(o.dtype) if g.dtype != o.dtype and o.dtype.kind in "fc" else g)
                            for o, g in zip(outs, given, strict=True)])

    value = inputs.value(structure.unflatten(outs))
    return (value, pullback, inputs.value(aux)) if has_aux else (value, pullback)


# --- Products with derivatives, without the matrix --------------------------------------------------------------------


def hvp(f: Callable[..., Any], x: Any, v: Any, has_aux: bool = False) -> Any:
    """The Hessian of a scalar function times a vector, `H(x) v`, without the Hessian: a small multiple of a gradient.

    By reverse over forward accumulation: the gradient of the derivative along `v`. `v` has the structure of `x`. With
    `has_aux`, where f returns `(y, aux)`, it is `(H(x) v, aux)`.
    """
    require_function(f, "hvp")
    inputs = Inputs(x)
    directions = as_direction("v", v, "x", inputs.structure, inputs.tensors)
    with surrounding() as level:
        duals = [dual(t, d, level) for t, d in zip(inputs.tensors, directions, strict=True)]
        with enable_grad():
            output, aux = output_and_aux(f(inputs.structure.unflatten(duals)), has_aux)
            output = _scalar(f, output, "hvp")
    slope = parts(output, level)[1]
    product = inputs.pull([] if slope is None else [(slope, ones_like(slope))])
    return (product, inputs.value(primals_of(aux, level))) if has_aux else product


def linearize(f: Callable[..., Any], *primals: Any, has_aux: bool = False) -> tuple[Any, ...]:
    """Return the value of `f` and its derivative as a linear function; `f_jvp(t)` is `J t`.

    f runs once; each call of `f_jvp` walks the recorded graph: it is the transpose of the pullback. With `has_aux`, f
    returns `(y, aux)`, and linearize returns aux as a third result.
    """
    require_function(f, "linearize")
    inputs = Inputs(primals)
    with enable_grad():
        out, aux = output_and_aux(f(*inputs.arguments()), has_aux)
        outs, structure = tree.flatten(out)
        outs = [as_input(o) for o in outs]
        dummies = [fresh(np.ones_like(o.detach())) for o in outs]
        found = pull(list(zip(outs, dummies, strict=True)), inputs.stop)
    transposed = [found.get(node) for node in inputs.nodes]
    ends = frozenset([*inputs.nodes, *(bottom(d)._node for d in dummies)])

    def f_jvp(*tangents: Any) -> Any:
        given = as_direction("a tangent", tangents, "its primal", inputs.structure, inputs.tensors)
        slopes = pull([(g, t.astype(g.dtype)) for g, t in zip(transposed, given, strict=True) if g is not None], ends)
        plain = inputs.plain and not holds_tensors(tangents)
        results = [slopes.get(bottom(d)._node) for d in dummies]
        results = [np.zeros_like(o.detach()) if s is None else s for s, o in zip(results, outs, strict=True)]
        results = connected(results, [t for t in inputs.tensors if bottom(t)._node.parents])
        return structure.unflatten([as_output(s, plain) for s in results])

    value = inputs.value(out)
    return (value, f_jvp, inputs.value(aux)) if has_aux else (value, f_jvp)
