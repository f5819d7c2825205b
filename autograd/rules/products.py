"""Products of arrays beside `matmul`: einsum, and dot, inner, outer, tensordot composed of it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from math import prod
from operator import gt, lt
from typing import Any

import numpy as np

from autograd.arguments import arrays_of, refuse_out
from autograd.arrays import integer, one_of
from autograd.declare import composite, constant, multilinear, on_arrays_too, variadic
from autograd.duck_arrays import Array

from .axes import one_axis, with_leading_axes

CAPITALS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
LETTERS = CAPITALS + CAPITALS.lower()  # as NumPy numbers them, and orders axes of no written output

# --- einsum ----------------------------------------------------------------------------------------------------------


LARGE = 2**15  # from this many multiplications on, it pays off to look for a matrix product among them


def contract(*operands: Array, subscripts: str) -> Array:
    searched = len(operands) > 2 or (
        len(operands) == 2 and operands[0].size * operands[1].size > LARGE and sums_products(subscripts)
        and prod(extents(subscripts, [x.shape for x in operands])) > LARGE)
    out = np.einsum(subscripts, *operands, optimize=searched)
    return out[()] if isinstance(out, np.ndarray) else out  # symbolic expressions have no NumPy array


@lru_cache(1024)
def sums_products(subscripts: str) -> bool:
    """Whether two operands contract like two matrices, or a matrix and a vector: else NumPy's own loop is faster."""
    inputs, output = subscripts.split("->")
    left, right = (set(term) for term in inputs.split(","))
    summed, common = (left & right).difference(output), (left & right).intersection(output)
    alone = (left - right).intersection(output), (right - left).intersection(output)
    return bool(summed) and (all(alone) if common else any(alone))


def extents(subscripts: str, shapes: Sequence[tuple[int, ...]]) -> list[int]:
    """The length of each label; their product is the number of multiplications in an einsum."""
    terms = subscripts.partition("->")[0].split(",")
    found = {label: n for term, shape in zip(terms, shapes, strict=True) for label, n in zip(term, shape, strict=True)}
    return list(found.values())


def uncontract(g: Array, i: int, operands: Sequence[Any], *, subscripts: str) -> Array:
    """The contraction with operand `i` and the output swapped."""
    shape = operands[i].shape
    swapped, lone, twice = with_output_swapped(subscripts, i)
    fillers = [np.ones(shape[k], g.dtype) for k in lone] + [np.eye(shape[k], dtype=g.dtype) for k in twice]
    c = contracted(g, *operands[:i], *operands[i + 1 :], *fillers, subscripts=swapped)
    return c if c.shape == shape else np.broadcast_to(c, np.broadcast_shapes(c.shape, shape))  # a label of length 1


@lru_cache(1024)
def with_output_swapped(subscripts: str, i: int) -> tuple[str, list[int], list[int]]:
    """The subscripts for the cotangent, the other operands, and what stands in for two kinds of axes of operand `i`.

    A label that only it has is broadcast, by ones; one that it has twice is a diagonal, of an identity.
    """
    inputs, output = subscripts.split("->")
    others = inputs.split(",")
    own = others.pop(i)
    known = set(output).union(*others)
    free = iter([letter for letter in LETTERS if letter not in subscripts])
    lone = [k for k, label in enumerate(own) if label not in known and label not in own[:k]]
    twins = {k: next(free) for k, label in enumerate(own) if label in own[:k]}
    wanted = "".join(twins.get(k, label) for k, label in enumerate(own))
    terms = [output, *others, *[own[k] for k in lone], *[own[k] + twin for k, twin in twins.items()]]
    return ",".join(terms) + "->" + wanted, lone, list(twins)


einsum_of = variadic("multilinear", "einsum", contract, uncontract, views=True)
contracted = on_arrays_too(einsum_of)


@composite(np.einsum)
def einsum(*operands: Any, optimize: Any = False, **options: Any) -> Any:
    if options.get("dtype") is not None:
        raise TypeError("einsum(dtype=...) is not differentiated; cast with .astype")
    subscripts, arrays = (operands[0], operands[1:]) if isinstance(operands[0], str) else spelled_out(operands)
    arrays = arrays_of(arrays)
    if len(arrays) > 2:  # contracted two by two, each in the dtype of all: sums of small integers would overflow
        dtype = np.result_type(*arrays)
        arrays = [x if x.dtype == dtype else x.astype(dtype) for x in arrays]
    subscripts = explicit(subscripts.replace(" ", ""), tuple([x.ndim for x in arrays]), bool(optimize))
    shapes = tuple([x.shape for x in arrays])
    refuse_lengths(subscripts, shapes)
    if len(arrays) < 3:
        return einsum_of(*arrays, subscripts=subscripts)
    for places, step in two_by_two(subscripts, shapes):
        arrays.append(einsum_of(*[arrays.pop(k) for k in places], subscripts=step))
    return arrays[0]


@lru_cache(1024)
def two_by_two(subscripts: str, shapes: tuple[tuple[int, ...], ...]) -> list[tuple[list[int], str]]:
    """NumPy's way through many operands: the places of those to contract next, the last first, and their subscripts.

    Their result is put behind the operands that are left, so that what one step found serves all gradients.
    """
    inputs, output = subscripts.split("->")
    terms, steps = inputs.split(","), []
    for some in np.einsum_path(subscripts, *[np.broadcast_to(0.0, shape) for shape in shapes])[0][1:]:
        places = sorted(some, reverse=True)
        chosen = [terms.pop(k) for k in places]
        kept = set(output).union(*terms)
        made = "".join(dict.fromkeys(label for label in "".join(chosen) if label in kept)) if terms else output
        steps.append((places, ",".join(chosen) + "->" + made))
        terms.append(made)
    return steps


constant(np.einsum_path)


def refuse_lengths(subscripts: str, shapes: Sequence[tuple[int, ...]]) -> None:
    """Raise for a diagonal of axes of lengths 0 and n, where NumPy would read n numbers out of bounds."""
    if not any(0 in shape for shape in shapes):
        return
    for term, shape in zip(subscripts.partition("->")[0].split(","), shapes, strict=True):
        if 0 in shape and len(set(zip(term, shape, strict=False))) > len(set(term)):
            raise ValueError(f"einsum subscripts {term!r} take axes of one length under one label, got {shape}")


def spelled_out(operands: Sequence[Any]) -> tuple[str, list[Any]]:
    """The form `einsum(x, [0, 1], y, [1, 2], [0, 2])` as subscripts."""

    def letters(axes: Sequence[Any]) -> str:
        return "".join("..." if axis is Ellipsis else letter(integer("a label of einsum", axis, 0)) for axis in axes)

    def letter(label: int) -> str:
        if label >= len(LETTERS):
            raise ValueError(f"einsum has the labels 0 to {len(LETTERS) - 1}, got {label}")
        return LETTERS[label]

    pairs = len(operands) // 2
    subscripts = ",".join(letters(operands[2 * i + 1]) for i in range(pairs))
    if len(operands) % 2:
        subscripts += "->" + letters(operands[-1])
    return subscripts, [operands[2 * i] for i in range(pairs)]


@lru_cache(1024)
def explicit(subscripts: str, ndims: tuple[int, ...], optimize: bool) -> str:
    """Subscripts with the output written and every ellipsis replaced by letters.

    If the output leaves out an ellipsis, its axes are summed over with `optimize`, and refused without, as in NumPy.
    """
    inputs, arrow, output = subscripts.partition("->")
    terms = inputs.split(",")
    if len(terms) != len(ndims):
        raise ValueError(f"einsum subscripts {subscripts!r} name {len(terms)} operands, got {len(ndims)}")
    if not arrow:
        letters = inputs.replace(",", "").replace(".", "")
        output = ("..." if "..." in inputs else "") + "".join(sorted(c for c in set(letters) if letters.count(c) == 1))
    widths = [n - len(term.replace(".", "")) if "..." in term else 0 for term, n in zip(terms, ndims, strict=True)]
    if max(widths) and "..." not in output and not optimize:
        raise ValueError(f"einsum subscripts {subscripts!r} leave out the axes of an ellipsis; write ... after -> too")
    free = [letter for letter in LETTERS if letter not in subscripts][: max(widths)]
    filled = [term.replace("...", "".join(free[len(free) - w :])) for term, w in zip(terms, widths, strict=True)]
    return ",".join(filled) + "->" + output.replace("...", "".join(free))


# --- Composed of matmul ----------------------------------------------------------------------------------------------


@composite(np.dot)
def dot(a: Any, b: Any, out: None = None) -> Any:
    refuse_out("dot", out)
    a, b = arrays_of((a, b))
    if a.ndim == 0 or b.ndim == 0:
        return np.multiply(a, b)
    return np.matmul(a, b) if b.ndim <= 2 else np.tensordot(a, b, axes=([-1], [-2]))


@composite(np.tensordot)
def tensordot(a: Any, b: Any, axes: Any = 2) -> Any:
    a, b = arrays_of((a, b))
    if isinstance(axes, (int, np.integer)):
        if axes > min(a.ndim, b.ndim):
            raise ValueError(f"tensordot of shapes {a.shape} and {b.shape} over {axes} axes: one has fewer")
        left, right = list(range(a.ndim - int(axes), a.ndim)), list(range(int(axes)))
    else:
        left, right = (list(side) if isinstance(side, (tuple, list)) else np.atleast_1d(side).tolist() for side in axes)
    left, right = [one_axis(a, i) for i in left], [one_axis(b, i) for i in right]
    if [a.shape[i] for i in left] != [b.shape[i] for i in right]:
        raise ValueError(f"tensordot of shapes {a.shape} and {b.shape} over axes {left} and {right}: lengths differ")
    kept_a, kept_b = ([i for i in range(x.ndim) if i not in used] for x, used in ((a, left), (b, right)))
    product = _as_matrix(a, kept_a, left) @ _as_matrix(b, right, kept_b)
    return _in_shape(product, *[a.shape[i] for i in kept_a], *[b.shape[i] for i in kept_b])


def _as_matrix(x: Any, rows: list[int], columns: list[int]) -> Any:
    """A matrix of the axes `rows` as one by the axes `columns` as one: `x` itself if it is that already."""
    axes = rows + columns
    x = x if axes == sorted(axes) else np.transpose(x, axes)
    return _in_shape(x, prod(x.shape[: len(rows)]), prod(x.shape[len(rows) :]))


def _in_shape(x: Any, *shape: int) -> Any:
    return x if x.shape == shape else x.reshape(shape)


@composite(np.inner)
def inner(a: Any, b: Any, /) -> Any:
    a, b = arrays_of((a, b))
    return np.dot(a, b if b.ndim < 2 or not a.ndim else np.swapaxes(b, -1, -2))


@composite(np.outer)
def outer(a: Any, b: Any, out: None = None) -> Any:
    refuse_out("outer", out)
    a, b = (x if x.ndim == 1 else np.ravel(x) for x in arrays_of((a, b)))
    return a[:, None] * b


def conjugated(x: Array) -> Array:
    """The conjugate of complex numbers; others as they are, also booleans, which NumPy would turn into int8."""
    return np.conj(x) if x.dtype.kind == "c" else x


@composite(np.vdot)
def vdot(a: Any, b: Any, /) -> Any:
    return np.dot(conjugated(np.ravel(a)), np.ravel(b))


@composite(np.vecdot)
def vecdot(x1: Any, x2: Any, /, *, axis: int = -1, keepdims: bool = False) -> Any:
    """The axis is one of each operand: those that remain broadcast."""
    x1, x2 = (np.moveaxis(x, axis, -1) for x in arrays_of((x1, x2)))
    if x1.shape[-1] != x2.shape[-1]:
        raise ValueError(f"vecdot takes vectors of one length, got {x1.shape[-1]} and {x2.shape[-1]}")
    product = conjugated(x1) * x2
    total = np.sum(product, axis=-1, dtype=product.dtype)
    return np.expand_dims(total, axis) if keepdims else total


@composite(np.matvec)
def matvec(x1: Any, x2: Any, /) -> Any:
    if x1.ndim < 2:
        raise ValueError(f"matvec takes matrices and vectors, got shapes {x1.shape} and {x2.shape}")
    return np.matmul(x1, x2[..., None])[..., 0]


@composite(np.vecmat)
def vecmat(x1: Any, x2: Any, /) -> Any:
    if x2.ndim < 2:
        raise ValueError(f"vecmat takes vectors and matrices, got shapes {x1.shape} and {x2.shape}")
    return np.matmul(conjugated(x1)[..., None, :], x2)[..., 0, :]


@composite(np.kron)
def kron(a: Any, b: Any) -> Any:
    a, b = arrays_of((a, b))
    a, b = with_leading_axes(a, b.ndim), with_leading_axes(b, a.ndim)
    shape = [m * n for m, n in zip(a.shape, b.shape, strict=True)]
    a, b = a.reshape([n for m in a.shape for n in (m, 1)]), b.reshape([n for m in b.shape for n in (1, m)])
    return np.multiply(a, b).reshape(shape)


cross_of = multilinear(np.cross, lambda g, y: np.cross(y, g), lambda g, x: np.cross(g, x))


@composite(np.cross)
def cross(a: Any, b: Any, axisa: int = -1, axisb: int = -1, axisc: int = -1, axis: int | None = None) -> Any:
    axisa, axisb, axisc = (axisa, axisb, axisc) if axis is None else (axis,) * 3
    a, b = (x if at == -1 else np.moveaxis(x, at, -1) for x, at in zip(arrays_of((a, b)), (axisa, axisb), strict=True))
    if a.shape[-1] != 3 or b.shape[-1] != 3:
        raise ValueError(f"cross takes vectors of length 3, got {a.shape[-1]} and {b.shape[-1]}; in the plane write "
                         "a[..., 0] * b[..., 1] - a[..., 1] * b[..., 0]")
    product: Any = cross_of(a, b)
    return product if axisc == -1 else np.moveaxis(product, -1, axisc)


# --- Convolution of two sequences ------------------------------------------------------------------------------------

convolve_of = multilinear(np.convolve, lambda g, y: np.convolve(g, y[::-1], "valid"),
                          lambda g, x: np.convolve(g, x[::-1], "valid"))


@composite(np.convolve)
def convolve(a: Any, v: Any, mode: str = "full") -> Any:
    """The full convolution, or its middle part."""
    a, v = map(np.atleast_1d, arrays_of((a, v)))
    return middle(convolve_of(a, v), (max(a.size, v.size),), (min(a.size, v.size),), mode)


def middle(full: Array, first: tuple[int, ...], second: tuple[int, ...], mode: str) -> Array:
    """What `mode` keeps of a full convolution: all, the centre of the first's size, or where both overlap fully."""
    one_of("a convolution's mode", mode, ("full", "same", "valid"))
    if mode == "full":
        return full
    if mode == "same":
        sizes, starts = first, [(n - 1) // 2 for n in second]
    else:
        if any(map(lt, first, second)) and any(map(gt, first, second)):
            raise ValueError(f"mode='valid' needs one operand at least as large as the other along every axis, got "
                             f"shapes {first} and {second}")
        sizes = tuple(abs(n - m) + 1 for n, m in zip(first, second, strict=True))
        starts = [min(n, m) - 1 for n, m in zip(first, second, strict=True)]
    return full[tuple(slice(start, start + size) for start, size in zip(starts, sizes, strict=True))]


@composite(np.correlate)
def correlate(a: Any, v: Any, mode: str = "valid") -> Any:
    a, v = arrays_of((a, v))
    if a.size < v.size:
        return np.flip(conjugated(correlate(v, a, mode)))
    return middle(convolve_of(a, conjugated(np.flip(v))), a.shape, v.shape, mode)
