"""Whole matrices of derivatives: `jacrev` row by row, `jacfwd` column by column, `jacobian`, `hessian`."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograd import tree
from autograd.arguments import refuses_foreign_options
from autograd.arrays import consecutive
from autograd.boundary import as_input, as_output, as_own_input, handed_out, output_and_aux, transformed
from autograd.errors import DisconnectedWarning
from autograd.forward import jvp
from autograd.modes import enable_grad
from autograd.tensor import Tensor
from autograd.tensor.nested import holds_tensors

from .argnums import Argnums, choose
from .gradients import Inputs, gradient_for
from .vmap import vmap

ROOM = 2**22
"""The most elements that a batch of Jacobian rows may have in the largest cotangent."""


@refuses_foreign_options
def jacrev(f: Callable[..., Any], argnums: Argnums = 0, has_aux: bool = False) -> Callable[..., Any]:
    """The Jacobian by reverse accumulation: one forward pass, and one backward pass for many output elements at once.

    An output of shape `(m...)` and an argument of shape `(n...)` give an array of shape `(m..., n...)`; for nested
    ones, the result has the nesting of the output around that of the arguments. For a real output and a complex
    argument it is `dL/d Re z + i dL/d Im z`, as in `grad`; for a complex output, that of a holomorphic function.
    With `has_aux`, where f returns `(y, aux)`, it is `(Jacobian, aux)`.
    """
    return transformed(_by_rows, f, argnums, has_aux, argnums=argnums)


def _by_rows(f: Callable[..., Any], argnums: Argnums, has_aux: bool, /, *args: Any, **options: Any) -> Any:
    chosen, call = choose(f, args, options, argnums)
    inputs = Inputs(chosen)
    with enable_grad():
        out, aux = output_and_aux(call(inputs.arguments()), has_aux)
    outs, structure = tree.flatten(out)
    rows = structure.unflatten([_rows(inputs, as_input(o)) for o in outs])
    return (rows, inputs.value(aux)) if has_aux else rows


def _rows(inputs: Inputs, out: Tensor) -> Any:
    """The Jacobian of one output, its rows as a batch; for a complex output, the derivative without conjugation."""
    size = out.size
    at_once = max(1, ROOM // max(1, size, *(t.size for t in inputs.tensors)))
    blocks = []
    pull = vmap(lambda seed: tree.flatten(inputs.pull([(out, seed)]))[0])
    for start in range(0, size, at_once):
        seeds = np.eye(min(at_once, size - start), size, start, dtype=out.dtype).reshape(-1, *out.shape)
        found = pull(seeds)
        if out.dtype.kind == "c":
            turned = found if all(t.dtype.kind == "c" for t in inputs.tensors) else pull(1j * seeds)
            found = [np.conj(g) if t.dtype.kind == "c" else g + 1j * h  # for a real input: its real and imaginary part
                     for g, h, t in zip(found, turned, inputs.tensors, strict=True)]
        blocks.append(found)
    columns: list[Any] = [np.concatenate(column) for column in zip(*blocks, strict=True)]
    columns = columns or [np.zeros((0, *t.shape)) for t in inputs.tensors]
    columns = [np.reshape(c, out.shape + t.shape) for c, t in zip(columns, inputs.tensors, strict=True)]
    return inputs.structure.unflatten([as_output(as_input(c), inputs.plain) for c in columns])


@refuses_foreign_options
def jacfwd(f: Callable[..., Any], argnums: Argnums = 0, has_aux: bool = False) -> Callable[..., Any]:
    """The Jacobian by forward accumulation: column i is `J e_i`, one forward pass per input element, nothing stored.

    `jacfwd(f)(x)` has the shape `out.shape + x.shape`, for nested arguments a tree of such arrays, as in `jacrev`. It
    is cheaper if there are fewer inputs than outputs; `jacobian` chooses. `has_aux` is that of `jacrev` and takes one
    more call of f.
    """
    return transformed(_by_columns, f, argnums, has_aux, False, argnums=argnums)


def _by_columns(f: Callable[..., Any], argnums: Argnums, has_aux: bool, unless_more: bool, /,
                *args: Any, **options: Any) -> Any:
    """The Jacobian by columns; with `unless_more` by rows if there are fewer of those."""
    chosen, call = choose(f, args, options, argnums)
    columns = _columns(lambda c: output_and_aux(call(c), has_aux)[0], chosen, unless_more)
    if columns is None:
        return _by_rows(f, argnums, has_aux, *args, **options)
    if not has_aux:
        return columns
    again = call(tree.map(as_own_input, chosen))
    return columns, handed_out(again[1], plain=not holds_tensors(chosen))


def _columns(f: Callable[[Any], Any], chosen: Any, unless_more: bool) -> Any:
    """The Jacobian column by column; with `unless_more` None if the first column shows that there are fewer rows."""
    leaves, structure = tree.flatten(chosen)
    tensors = [as_input(x) for x in leaves]
    plain = not holds_tensors(leaves)
    columns: list[list[Any]] = []
    out_structure: Any = None
    outs: list[Any] = []

    def along(i: int, index: tuple[int, ...], step: complex) -> tuple[Any, list[Any]]:
        directions = [np.zeros(s.shape, s.dtype) for s in tensors]
        directions[i][index] = step
        value, slope = jvp(f, (structure.unflatten(tensors),), (structure.unflatten(list(map(Tensor, directions))),))
        return value, tree.flatten(slope)[0]

    for i, t in enumerate(tensors):
        for index in np.ndindex(t.shape):
            value, column = along(i, index, 1)
            outs, out_structure = tree.flatten(value)
            if t.dtype.kind == "c" and any(o.dtype.kind != "c" for o in outs):  # dL/dRe z + i dL/dIm z, as a gradient
                column = [c if o.dtype.kind == "c" else c + 1j * d
                          for c, d, o in zip(column, along(i, index, 1j)[1], outs, strict=True)]
            columns.append(column)
            if unless_more and sum(s.size for s in tensors) > sum(o.size for o in outs):
                return None
    if out_structure is None:
        outs, out_structure = tree.flatten(f(structure.unflatten(tensors)))
    rows = [_blocks([column[k] for column in columns], o, tensors) for k, o in enumerate(outs)]
    return out_structure.unflatten([structure.unflatten([as_output(b, plain) for b in row]) for row in rows])


def _blocks(columns: Sequence[Any], out: Any, tensors: Sequence[Tensor]) -> list[Any]:
    """The columns of one output, arranged into one block of the Jacobian per input."""
    blocks = []
    for t, place in zip(tensors, consecutive(t.size for t in tensors), strict=True):
        part = columns[place]
        block: Any = np.stack(part, axis=-1) if part else np.zeros((*out.shape, 0))
        blocks.append(np.reshape(block, out.shape + t.shape))
    return blocks


@refuses_foreign_options
def jacobian(f: Callable[..., Any], argnums: Argnums = 0, has_aux: bool = False) -> Callable[..., Any]:
    """The Jacobian, by the mode that takes fewer passes: forward if there are at most as many inputs as outputs.

    Shapes and `has_aux` as `jacrev`. A function from R^3 to R^2000 is called three times.
    """
    return transformed(_by_columns, f, argnums, has_aux, True, argnums=argnums)


@refuses_foreign_options
def hessian(f: Callable[..., Any], argnums: Argnums = 0, has_aux: bool = False) -> Callable[..., Any]:
    """The matrix of second derivatives of a scalar function, of shape `(n..., n...)`.

    The gradient is recorded once, and each of its entries pulled back: one forward pass, n + 1 backward passes. With
    `has_aux`, where f returns `(y, aux)`, it is `(Hessian, aux)`.
    Raises `TypeError` for complex arguments: the second derivatives in Re z and Im z do not form a matrix in z.
    """
    return transformed(_of_gradient, f, argnums, has_aux, argnums=argnums)


def _of_gradient(f: Callable[..., Any], argnums: Argnums, has_aux: bool, /, *args: Any, **options: Any) -> Any:
    for x in map(as_input, tree.flatten(choose(f, args, options, argnums)[0])[0]):
        if x.dtype.kind == "c":
            raise TypeError(f"hessian needs real arguments, got {x.dtype}: write f as a function of the real "
                            "and the imaginary part, f(re + 1j * im), or take hvp along a complex direction")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DisconnectedWarning)
        gradient = transformed(gradient_for, f, argnums, has_aux, "hessian", argnums=argnums)
        return _by_rows(gradient, argnums, has_aux, *args, **options)
