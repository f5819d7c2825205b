"""Hypothesis strategies for differentiable code: arrays, shapes, axes, indices, special matrices, modules, programs.

Numbers are multiples of 1/64 of moderate size: they shrink to short examples, and differences of them are exact. Zeros
and ties are as likely as Hypothesis makes them, which is often; where a function has a kink, keep `away_from` it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograd.arrays import Array
from autograd.errors import needing
from autograd.tensor import Tensor

from .programs import Program, random_program

with needing("hypothesis", extra="test"):
    from hypothesis import strategies as st
    from hypothesis.extra import numpy as hnp

__all__ = [
    "arrays", "away_from", "axes", "broadcastable", "indices", "modules", "orthogonal", "positive_definite", "programs",
    "reals", "shapes", "tensors",
]

Shape = tuple[int, ...]
GRID = 64


def reals(low: float = -3.0, high: float = 3.0) -> st.SearchStrategy[float]:
    """Multiples of 1/64 from `low` to `high`, as Python floats; shrinks towards 0.

    Sums and differences of them are exact, also in float32.
    """
    return st.integers(int(np.ceil(low * GRID)), int(np.floor(high * GRID))).map(lambda k: k / GRID)


def away_from(*points: float, margin: float = 0.25, low: float = -3.0, high: float = 3.0) -> st.SearchStrategy[float]:
    """Numbers from `low` to `high` no nearer than `margin` to any of the points.

    For functions that central differences cannot follow everywhere: `away_from(0)` for one with a kink at 0.
    """
    return reals(low, high).filter(lambda x: all(abs(x - p) >= margin for p in points))


def shapes(min_dims: int = 0, max_dims: int = 3, min_side: int = 1, max_side: int = 4) -> st.SearchStrategy[Shape]:
    """Shapes of arrays: tuples of `min_dims` to `max_dims` sides from `min_side` to `max_side`.

    0-d shapes are among them unless `min_dims` is 1 or more, zero-size ones with `min_side=0`.
    """
    return hnp.array_shapes(min_dims=min_dims, max_dims=max_dims, min_side=min_side, max_side=max_side)


def broadcastable(n: int, max_dims: int = 3, min_side: int = 1,
                  max_side: int = 3) -> st.SearchStrategy[tuple[Shape, ...]]:
    """`n` shapes that broadcast against one another, as a tuple.

    Each side is the common one or 1, and leading axes may be missing, so that every rule of broadcasting is drawn.
    """
    together = hnp.mutually_broadcastable_shapes(num_shapes=n, max_dims=max_dims, min_side=min_side, max_side=max_side)
    return together.map(lambda found: found.input_shapes)


def axes(ndim: int, *, single: bool = False) -> st.SearchStrategy[Any]:
    """What `axis=` may be for an array of `ndim` axes: None, an int, a tuple, counted from either end.

    With `single` only ints, for functions that take one axis.
    """
    if ndim == 0:
        return st.nothing() if single else st.sampled_from([None, ()])
    one = st.integers(-ndim, ndim - 1)
    return one if single else st.none() | one | hnp.valid_tuple_axes(ndim)


def indices(shape: Shape) -> st.SearchStrategy[Any]:
    """Any index of an array of this shape: slices, `...`, `None`, integers, integer arrays, boolean masks.

    Masks have the whole shape or that of the first axis. An array without elements is given no arrays as indices.
    """
    kinds: list[st.SearchStrategy[Any]] = [hnp.basic_indices(shape, allow_newaxis=True, allow_ellipsis=True)]
    if shape and all(shape):
        kinds.append(hnp.integer_array_indices(shape, result_shape=shapes(max_dims=2, max_side=3)))
        kinds.append(hnp.arrays(bool, shape))
        kinds.append(hnp.arrays(bool, shape[:1]))
    return st.one_of(kinds)


def _drawn_from(choices: Any) -> st.SearchStrategy[Any]:
    """A strategy as it is, anything else as the only choice."""
    return choices if isinstance(choices, st.SearchStrategy) else st.just(choices)


@st.composite
def arrays(draw: st.DrawFn, shape: Any = None, dtype: Any = np.float64,
           elements: st.SearchStrategy[Any] | None = None) -> Array:
    """Arrays of drawn shape, dtype and elements; `shape` and `dtype` may be values or strategies.

    Unless they are given: up to 3 axes of 1 to 4, float64, and `reals()` (of complex dtypes in both parts).
    """
    size = draw(shapes() if shape is None else _drawn_from(shape))
    kind = np.dtype(draw(_drawn_from(dtype)))
    if elements is None:
        elements = reals() if kind.kind != "c" else st.builds(complex, reals(), reals())
    return draw(hnp.arrays(np.complex128 if kind.kind == "c" else np.float64, size, elements=elements)).astype(kind)


@st.composite
def tensors(draw: st.DrawFn, shape: Any = None, dtype: Any = np.float64,
            elements: st.SearchStrategy[Any] | None = None, requires_grad: bool = False) -> Tensor:
    """Tensors of drawn shape, dtype and elements, as `arrays` draws them.

    `requires_grad=True` makes them leaves, each with a gradient of its own. Raises TypeError then for integers.
    """
    return Tensor(draw(arrays(shape, dtype, elements)), requires_grad=requires_grad)


@st.composite
def orthogonal(draw: st.DrawFn, n: int | None = None) -> Array:
    """Orthogonal matrices (n, n): `Q^T Q = I`; n from 1 to 4 unless it is given.

    A product of plane rotations by drawn angles, one for each pair of axes, and perhaps a reflection: so any of them
    may come. Shrinks to the identity.
    """
    size = draw(st.integers(1, 4)) if n is None else n
    q = np.eye(size)
    for i in range(size):
        for j in range(i):
            angle = draw(reals(-3.0, 3.0))
            turn = np.eye(size)
            turn[i, i] = turn[j, j] = np.cos(angle)
            turn[i, j], turn[j, i] = -np.sin(angle), np.sin(angle)
            q = q @ turn
    if size and draw(st.booleans()):
        q[:, 0] = -q[:, 0]
    return q


@st.composite
def positive_definite(draw: st.DrawFn, n: int | None = None, gap: float = 0.25) -> Array:
    """Symmetric positive definite matrices (n, n): `Q diag(w) Q^T` with an `orthogonal` Q; n from 1 to 4 unless given.

    The eigenvalues are at least `gap` apart, so that eigenvectors have derivatives: the first is 1/2 and `gap` more at
    least, each following one at most 1 and `gap` more than the one before.
    """
    size = draw(st.integers(1, 4)) if n is None else n
    q = draw(orthogonal(size))
    steps = [draw(reals(0.0, 1.0)) for _ in range(size)]
    eigenvalues = 0.5 + np.cumsum([step + gap for step in steps])
    matrix = q @ np.diag(eigenvalues) @ q.T
    return np.asarray((matrix + matrix.T) / 2)


@st.composite
def modules(draw: st.DrawFn, factory: Callable[..., Any], *arguments: Any, **options: Any) -> Any:
    """Modules `factory(*arguments, **options)` with drawn parameters; an argument may be a strategy.

    `modules(nn.Linear, st.integers(1, 4), st.integers(1, 4), bias=st.booleans())`.
    """
    made = factory(*[draw(_drawn_from(a)) for a in arguments], **{k: draw(_drawn_from(v)) for k, v in options.items()})
    for _, parameter in made.named_parameters():
        parameter.data[...] = draw(arrays(parameter.shape, parameter.dtype, reals(-1.0, 1.0)))
    return made


@st.composite
def programs(draw: st.DrawFn, max_inputs: int = 3, max_steps: int = 6, smooth: bool = True,
             scalar: bool = False) -> Program:
    """Random differentiable programs with inputs, to call as `program(*program.inputs)`; shrinks to few short steps.

    The inputs have up to 2 axes of 1 to 3; a step whose result is too large is followed by one that makes it smaller.
    `smooth` leaves out functions with kinks; without it no input lies on one. `scalar` sums the result.
    """
    count = draw(st.integers(1, max_inputs))
    drawn: Sequence[Array] = [draw(arrays(shapes(max_dims=2, max_side=3))) for _ in range(count)]
    steps = draw(st.integers(1, max_steps))
    return random_program(drawn, steps, lambda low, high: draw(st.integers(low, high)), smooth=smooth, scalar=scalar)
