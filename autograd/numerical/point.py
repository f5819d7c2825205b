"""The point of differentiation and the result: trees of numbers as vectors, with the step of each coordinate."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import prod
from typing import Any

import numpy as np

from autograd.arrays import Array, consecutive, floating, plain_array
from autograd.boundary import as_given
from autograd.tensor import Tensor
from autograd.tree import Structure, broadcast_prefix, flatten

Function = Callable[..., Any]


class Point:
    """`x` taken apart: its numbers as one vector, where each leaf lies in it, and how a vector becomes a tree."""

    def __init__(self, x: Any, step: Any) -> None:
        self.leaves, self.structure = flatten(x)
        arrays = [_array(leaf) for leaf in self.leaves]
        arrays = [floating(a) if a.dtype.kind in "biu" else a for a in arrays]
        for array in arrays:
            if array.dtype.kind not in "fc":
                raise TypeError(f"x must hold numbers, got dtype {array.dtype}")
        self.shapes = [a.shape for a in arrays]
        self.dtypes = [a.dtype for a in arrays]
        self.size = sum(a.size for a in arrays)
        self.parts = consecutive(a.size for a in arrays)
        self.wide = np.result_type(np.float64, *self.dtypes)  # differences are taken in at least float64
        self.vector = np.concatenate([np.zeros(0, self.wide)] + [a.ravel().astype(self.wide) for a in arrays])
        self.scales = np.maximum(1.0, np.abs(self.vector)).astype(float)
        # One for all: a Python float beside a float32 array computes in float32.
        self.rounding = max((float(np.finfo(dtype).eps) for dtype in self.dtypes), default=0.0)
        self.coarsest, self.least = self.rounding, 0.0
        self.steps = self._given(step)
        self.directions: list[tuple[int, complex]] = [(i, 1.0) for i in range(self.size)]
        for part, dtype in zip(self.parts, self.dtypes, strict=True):
            if dtype.kind == "c":
                self.directions += [(i, 1j) for i in range(part.start, part.stop)]

    def numbers(self, value: Any) -> Array:
        """All numbers of what f returned as one vector, in at least float64; takes note of their dtypes' limits."""
        arrays = [_array(leaf).ravel() for leaf in flatten(value)[0]]
        for array in arrays:
            if array.dtype.kind in "fc":
                self.coarsest = max(self.coarsest, float(np.finfo(array.dtype).eps))
                self.least = max(self.least, float(np.finfo(array.dtype).tiny))
        joined = np.concatenate([np.zeros(0), *arrays])
        return joined if joined.dtype.kind in "fc" else joined.astype(np.float64)  # of fractions, which are objects

    def settled(self, differentiate: Callable[[], Any]) -> Any:
        """Differentiate; once more, with longer steps, if f turns out to compute in a coarser dtype than x has."""
        found = differentiate()
        if self.coarsest > self.rounding:
            self.rounding = self.coarsest
            found = differentiate()
        return found

    def _given(self, step: Any) -> Array | None:
        if step is None:
            return None
        steps = zip(broadcast_prefix("steps", step, self.structure), self.shapes, strict=True)
        found = np.concatenate([np.zeros(0), *[np.broadcast_to(_array(h), shape).ravel() for h, shape in steps]])
        if not (np.all(found) and np.all(np.isfinite(found))):
            raise ValueError(f"step must be finite and not 0, got {step!r}")
        return found

    def step(self, index: int, power: float) -> float:
        """The step of a coordinate: `e^power * max(1, |x|)`, or what the user gave."""
        if self.steps is not None:
            return float(self.steps[index])
        return float(self.rounding**power * self.scales[index])

    def moved(self, *moves: tuple[int, complex], analytic: bool = False) -> Any:
        """`x` with coordinates moved; with `analytic` its real leaves become complex ones."""
        vector = self.vector.astype(np.result_type(self.wide, complex)) if analytic else self.vector.copy()
        for index, h in moves:
            vector[index] += h
        return self.tree(self.pieces(vector, analytic=analytic))

    def pieces(self, vector: Array, *, analytic: bool = False) -> list[Array]:
        """The vector cut into the shapes of the leaves; the imaginary parts stay where x or the function is complex."""
        return [(vector[part] if analytic or dtype.kind == "c" else vector[part].real).reshape(shape)
                for part, shape, dtype in zip(self.parts, self.shapes, self.dtypes, strict=True)]

    def block(self, rows: Array, shape: tuple[int, ...]) -> Any:
        """Some rows of a Jacobian, those of one output of the given shape, as a tree like `x`."""
        pairs = zip(self.parts, self.shapes, strict=True)
        return self.tree([rows[:, part].reshape(shape + inner) for part, inner in pairs])

    def move(self, index: int, h: complex) -> float:
        """How far coordinate `index` really moves for a step h, after rounding in its dtype: |(x + h) - x|."""
        dtype = next(dtype for part, dtype in zip(self.parts, self.dtypes, strict=True) if index < part.stop)
        here = self.vector[index] if dtype.kind == "c" else self.vector[index].real
        return float(abs(dtype.type(here + h) - here))

    def tree(self, arrays: list[Array]) -> Any:
        """A tree of the structure, leaf types and dtypes of `x`, but complex where the arrays are."""
        leaves = [
            as_given(array.astype(np.result_type(dtype, np.complex64) if array.dtype.kind == "c" else dtype), leaf)
            for leaf, array, dtype in zip(self.leaves, arrays, self.dtypes, strict=True)
        ]
        return self.structure.unflatten(leaves)


class Outputs:
    """Remembers the structure and shapes of what a function returns, and hands on its leaves."""

    structure: Structure
    shapes: list[tuple[int, ...]]

    def of(self, f: Function) -> Function:
        def taken_apart(x: Any) -> list[Any]:
            leaves, self.structure = flatten(f(x))
            self.shapes = [np.shape(leaf) for leaf in leaves]
            return leaves

        return taken_apart

    @property
    def size(self) -> int:
        return sum(map(prod, self.shapes))

    def blocks(self) -> Iterator[tuple[slice, tuple[int, ...]]]:
        """The rows of each output in the whole Jacobian, and its shape."""
        return zip(consecutive(map(prod, self.shapes)), self.shapes, strict=True)


def _array(leaf: Any) -> Array:
    return leaf.numpy() if isinstance(leaf, Tensor) else plain_array(leaf)
