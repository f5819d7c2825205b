"""Numerical differentiation: the function as a black box, called at neighbouring points.

    method        derivative in coordinate i                       error                  step h / scale   calls
    forward       (f(x + h e_i) - f(x)) / h                        h f''/2 + e|f|/h       e^(1/2)          n + 1
    central       (f(x + h e_i) - f(x - h e_i)) / 2h               h^2 f'''/6 + e|f|/h    e^(1/3)          2n
    complex       Im f(x + i h e_i) / h                            h^2 f'''/6             e^2              n
    richardson    central differences of 11 steps, extrapolated    about 100 e            1/8 ... 2e-6     22n + 1

`e` is the rounding of the coarsest dtype in x and f(x), 2.2e-16 for float64; each step balances the error of cutting
the series off (grows with h) with that of rounding (shrinks with h), which leaves an error of about e^(1/2), e^(2/3)
and e. The scale is `max(1, |x_i|)`, coordinate by coordinate. The complex step subtracts nothing, so nothing is lost to
rounding, but `f` must be analytic and take complex numbers: no `abs`, no `.real`, no `math.sin`. Second derivatives:

    forward       (f(x + h_i + h_j) - f(x + h_i) - f(x + h_j) + f(x)) / h_i h_j     h      e^(1/3)    n(n + 3)/2 + 1
    central       the four corners x ± h_i ± h_j, over 4 h_i h_j                    h^2    e^(1/4)    2n(n + 1)
    complex       Im(f(x + i h_i + k_j) - f(x + i h_i - k_j)) / 2 h_i k_j           k^2    e^(1/3)    n(n + 1)

Squire and Trapp (1998), doi:10.1137/S003614459631241X, for the complex step.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any, Literal

import numpy as np

from . import extrapolation
from .arrays import plain_array
from .tensor import Tensor
from .tree import Structure, flatten

Array = np.ndarray[Any, Any]
Function = Callable[..., Any]
Method = Literal["central", "forward", "complex", "richardson"]


def grad(f: Function, x: Any, method: Method = "central", step: Any = None) -> Any:
    """The gradient of a scalar function `f(x)`, in the structure and dtypes of `x`.

    `x` is a float, ndarray, Tensor or a nested dict/list/tuple of them. `step` overrides h: one number, or a tree like
    `x`. For complex `x` it is `dL/d Re x + i dL/d Im x`. Raises `ValueError` where `f(x)` is not one number, and
    `TypeError` where the complex step meets a function that is not analytic.
    """
    point = _Point(x, step)
    slopes = np.zeros(point.size, point.wide)
    for count, (index, value) in enumerate(_slopes(f, point, method)):
        if value.size != 1:
            raise ValueError(f"grad needs a function with one number as its value, got {value.size}: "
                             "use numerical.jacobian, or reduce, e.g. with np.sum")
        if value.dtype.kind == "c":
            raise TypeError("grad needs a function with a real value, got a complex one: use numerical.jacobian")
        slopes[index] += value[0] * point.directions[count][1]
    return point.tree(point.pieces(slopes))


def jacobian(f: Function, x: Any, method: Method = "central", step: Any = None) -> Any:
    """The Jacobian of `f` at `x`: for each leaf of `f(x)` a tree like `x`, with leaves of shape `out.shape + in.shape`.

    `J[i, j] = d f_i / d x_j`. Arguments as in `grad`; raises `TypeError` for complex `x`.
    """
    point = _Point(x, step)
    if point.wide.kind == "c":
        raise TypeError("numerical.jacobian needs real x: write f as a function of real and imaginary parts")
    outputs = _Outputs()
    columns = [column for _, column in _slopes(outputs.of(f), point, method)]
    if not columns:
        outputs.of(f)(x)
    matrix = np.stack(columns, axis=-1) if columns else np.zeros((outputs.size, 0))
    return outputs.structure.unflatten([point.block(matrix[rows], shape) for rows, shape in outputs.blocks()])


def hessian(f: Function, x: Any, method: Literal["central", "forward", "complex"] = "central", step: Any = None) -> Any:
    """The Hessian of a scalar function: a tree like `x` of trees like `x`, leaves of shape `in_i.shape + in_j.shape`.

    `H[i, j] = d^2 f / d x_i d x_j`, symmetric by construction. Arguments as in `grad`; raises `TypeError` for complex
    `x` and `ValueError` where `f(x)` is not one number.
    """
    point = _Point(x, step)
    if point.wide.kind == "c":
        raise TypeError("numerical.hessian needs real x: write f as a function of real and imaginary parts")
    if method not in _SECOND:
        raise ValueError(f"hessian's method is 'central', 'forward' or 'complex', got {method!r}")

    def scalar(z: Any) -> Any:
        value = point.numbers(f(z))
        if value.size != 1:
            raise ValueError(f"hessian needs a function with one number as its value, got {value.size}")
        return value[0]

    matrix = point.settled(lambda: _SECOND[method](scalar, point))
    rows = zip(point.parts, point.shapes, strict=True)
    return point.structure.unflatten([point.block(matrix[part], shape) for part, shape in rows])


class _Point:
    """`x` taken apart: its numbers as one vector, where each leaf lies in it, and how a vector becomes a tree."""

    def __init__(self, x: Any, step: Any) -> None:
        self.leaves, self.structure = flatten(x)
        arrays = [_array(leaf) for leaf in self.leaves]
        arrays = [a.astype(np.float64) if a.dtype.kind in "biu" else a for a in arrays]
        for array in arrays:
            if array.dtype.kind not in "fc":
                raise TypeError(f"x must hold numbers, got dtype {array.dtype}")
        self.shapes = [a.shape for a in arrays]
        self.dtypes = [a.dtype for a in arrays]
        ends = np.cumsum([0] + [a.size for a in arrays])
        self.size = int(ends[-1])
        self.parts = [slice(a, b) for a, b in pairwise(ends)]
        self.wide = np.result_type(np.float64, *self.dtypes)  # differences are taken in at least float64
        self.vector = np.concatenate([np.zeros(0, self.wide)] + [a.ravel().astype(self.wide) for a in arrays])
        # One for all: a Python float beside a float32 array computes in float32.
        self.rounding = max((float(np.finfo(dtype).eps) for dtype in self.dtypes), default=0.0)
        self.coarsest = self.rounding
        self.steps = self._given(step)
        self.directions: list[tuple[int, complex]] = [(i, 1.0) for i in range(self.size)]
        for part, dtype in zip(self.parts, self.dtypes, strict=True):
            if dtype.kind == "c":
                self.directions += [(i, 1j) for i in range(part.start, part.stop)]

    def numbers(self, value: Any) -> Array:
        """All numbers of what f returned as one vector, in at least float64; takes note of how they were rounded."""
        arrays = [_array(leaf).ravel() for leaf in flatten(value)[0]]
        for array in arrays:
            if array.dtype.kind in "fc":
                self.coarsest = max(self.coarsest, float(np.finfo(array.dtype).eps))
        joined = np.concatenate([np.zeros(0), *arrays])
        return joined if joined.dtype.kind in "fc" else joined.astype(np.float64)

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
        steps, structure = flatten(step)
        if structure == self.structure and len(steps) == len(self.leaves):
            columns = [np.broadcast_to(_array(h), shape).ravel() for h, shape in zip(steps, self.shapes, strict=True)]
            return np.concatenate([np.zeros(0), *columns])
        if np.ndim(step) != 0:
            raise ValueError(f"step must be one number or a tree like x, {self.structure}; got {structure}")
        return np.full(self.size, float(step))

    def step(self, index: int, power: float) -> float:
        """The step of a coordinate: `e^power * max(1, |x|)`, or what the user gave."""
        if self.steps is not None:
            return float(self.steps[index])
        return float(self.rounding**power * max(1.0, abs(self.vector[index])))

    def moved(self, *moves: tuple[int, complex], analytic: bool = False) -> Any:
        """`x` with coordinates moved; with `analytic` its real leaves become complex ones."""
        vector = self.vector.astype(np.result_type(self.wide, complex)) if analytic else self.vector.copy()
        for index, h in moves:
            vector[index] += h
        return self.tree(self.pieces(vector, analytic=analytic))

    def pieces(self, vector: Array, *, analytic: bool = False) -> list[Array]:
        """The vector cut into the shapes of the leaves; the imaginary parts stay where x or the function is complex."""
        return [
            (vector[part] if analytic or dtype.kind == "c" else vector[part].real).reshape(shape)
            for part, shape, dtype in zip(self.parts, self.shapes, self.dtypes, strict=True)
        ]

    def block(self, rows: Array, shape: tuple[int, ...]) -> Any:
        """Some rows of a Jacobian, those of one output of the given shape, as a tree like `x`."""
        pairs = zip(self.parts, self.shapes, strict=True)
        return self.tree([rows[:, part].reshape(shape + inner) for part, inner in pairs])

    def move(self, index: int, h: complex) -> float:
        """How far coordinate `index` moves when it is asked to move by h, once its dtype has rounded: |(x + h) - x|."""
        dtype = next(dtype for part, dtype in zip(self.parts, self.dtypes, strict=True) if index < part.stop)
        here = self.vector[index] if dtype.kind == "c" else self.vector[index].real
        return float(abs(dtype.type(here + h) - here))

    def tree(self, arrays: list[Array]) -> Any:
        """A tree of the structure, leaf types and dtypes of `x`, but complex where the arrays are."""
        leaves = [
            _like(leaf, array.astype(np.result_type(dtype, np.complex64) if array.dtype.kind == "c" else dtype))
            for leaf, array, dtype in zip(self.leaves, arrays, self.dtypes, strict=True)
        ]
        return self.structure.unflatten(leaves)


class _Outputs:
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
        return sum(int(np.prod(shape)) for shape in self.shapes)

    def blocks(self) -> Iterator[tuple[slice, tuple[int, ...]]]:
        start = 0
        for shape in self.shapes:
            stop = start + int(np.prod(shape))
            yield slice(start, stop), shape
            start = stop


def _array(leaf: Any) -> Array:
    return leaf.numpy() if isinstance(leaf, Tensor) else plain_array(leaf)


def _like(leaf: Any, array: Array) -> Any:
    """The array as the type of `leaf`: a Tensor, an ndarray, or for a Python number a Python number."""
    if isinstance(leaf, Tensor):
        return Tensor(array)
    if array.ndim or isinstance(leaf, np.ndarray):
        return array
    return array[()] if isinstance(leaf, np.generic) else array.item()


def _slopes(f: Function, point: _Point, method: Method) -> list[tuple[int, Array]]:
    """For each coordinate (complex ones twice), its index and the derivative of all numbers of `f` along it."""
    if method not in _FIRST:
        raise ValueError(f"method is 'central', 'forward', 'complex' or 'richardson', got {method!r}")
    found: list[tuple[int, Array]] = point.settled(lambda: list(_FIRST[method](lambda x: point.numbers(f(x)), point)))
    return found


def _forward(f: Function, point: _Point) -> Iterator[tuple[int, Array]]:
    here = f(point.moved()) if point.size else None
    for index, unit in point.directions:
        h = point.step(index, 1 / 2) * unit
        yield index, (f(point.moved((index, h))) - here) / point.move(index, h)


def _central(f: Function, point: _Point) -> Iterator[tuple[int, Array]]:
    for index, unit in point.directions:
        h = point.step(index, 1 / 3) * unit
        apart = point.move(index, h) + point.move(index, -h)
        yield index, (f(point.moved((index, h))) - f(point.moved((index, -h)))) / apart


def _complex(f: Function, point: _Point) -> Iterator[tuple[int, Array]]:
    if point.wide.kind == "c":
        raise TypeError("the complex step needs real x; use method='central'")
    for index, _ in point.directions:
        h = point.step(index, 2)
        yield index, _imaginary(f, point.moved((index, 1j * h), analytic=True), h) / h


def _imaginary(f: Function, x: Any, h: float) -> Any:
    """The imaginary part of `f`, with a word of help where `f` is not analytic."""
    try:
        value = np.asarray(f(x))
    except TypeError as error:
        raise TypeError(f"the complex step calls f with complex numbers, and f raised {error!r}; "
                        "use method='central', or NumPy's functions in f") from error
    if value.dtype.kind != "c":
        raise TypeError("the complex step needs an analytic f, but f made real numbers of complex ones "
                        "(abs, real, a comparison?); use method='central'")
    if np.any(np.abs(value.imag) > 1e20 * h + 1e-8 * np.abs(value.real)):
        raise TypeError("the complex step needs an f that is real for real x; use method='central'")
    return value.imag


def _richardson(f: Function, point: _Point) -> Iterator[tuple[int, Array]]:
    here = f(point.moved()) if point.size else np.zeros(0)
    for index, unit in point.directions:
        scale = max(1.0, abs(point.vector[index]))

        def along(h: float, index: int = index, by: complex = scale * unit) -> Array:
            return f(point.moved((index, h * by)))  # type: ignore[no-any-return]

        yield index, extrapolation.derivative(along, here, rounding=point.rounding).value / scale


_FIRST: dict[str, Callable[[Function, _Point], Iterator[tuple[int, Array]]]] = {
    "forward": _forward,
    "central": _central,
    "complex": _complex,
    "richardson": _richardson,
}


def _second_forward(f: Function, point: _Point) -> Array:
    n = point.size
    h = [point.step(i, 1 / 3) for i in range(n)]
    here = f(point.moved())
    one = [f(point.moved((i, h[i]))) for i in range(n)]
    matrix = np.empty((n, n), point.wide)
    for i in range(n):
        for j in range(i, n):
            both = f(point.moved((i, h[i]), (j, h[j])))
            matrix[i, j] = matrix[j, i] = (both - one[i] - one[j] + here) / (h[i] * h[j])
    return matrix


def _second_central(f: Function, point: _Point) -> Array:
    n = point.size
    h = [point.step(i, 1 / 4) for i in range(n)]
    matrix = np.empty((n, n), point.wide)
    for i in range(n):
        for j in range(i, n):
            same, opposite = (
                f(point.moved((i, h[i]), (j, sign * h[j]))) + f(point.moved((i, -h[i]), (j, -sign * h[j])))
                for sign in (1, -1)
            )
            matrix[i, j] = matrix[j, i] = (same - opposite) / (4 * h[i] * h[j])
    return matrix


def _second_complex(f: Function, point: _Point) -> Array:
    n = point.size
    h, k = [point.step(i, 2) for i in range(n)], [point.step(i, 1 / 3) for i in range(n)]

    matrix = np.empty((n, n), point.wide)
    for i in range(n):
        for j in range(i, n):
            right, left = (
                _imaginary(f, point.moved((i, 1j * h[i]), (j, sign * k[j]), analytic=True), h[i]) for sign in (1, -1)
            )
            matrix[i, j] = matrix[j, i] = (right - left) / (2 * h[i] * k[j])
    return matrix


_SECOND = {"forward": _second_forward, "central": _second_central, "complex": _second_complex}
