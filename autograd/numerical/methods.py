"""The methods: at which points each one calls the function, and how it combines the values."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Literal

import numpy as np

from autograd.arguments import refuses_foreign_options
from autograd.arrays import Array
from autograd.errors import require_function

from . import extrapolation
from .analytic import is_analytic, weights
from .point import Outputs, Point

Function = Callable[..., Any]
Method = Literal["central", "forward", "complex", "richardson"]


@refuses_foreign_options
def grad(f: Function, x: Any, method: Method = "central", step: Any = None) -> Any:
    """The gradient of a scalar function `f(x)`, in the structure and dtypes of `x`.

    `x` is a float, ndarray, Tensor or a nested dict/list/tuple of them. `step` overrides h: one number, or a tree like
    `x`. For complex `x` it is `dL/d Re x + i dL/d Im x`. Raises `ValueError` where `f(x)` is not one number, and
    `TypeError` where the complex step meets a function that is not analytic.
    """
    require_function(f, "numerical.grad")
    point = Point(x, step)
    slopes = np.zeros(point.size, point.wide)
    for (index, unit), value in zip(point.directions, _slopes(f, point, method), strict=True):
        if value.size != 1:
            raise ValueError(f"grad needs a function with one number as its value, got {value.size}: "
                             "use numerical.jacobian, or reduce, e.g. with np.sum")
        if value.dtype.kind == "c":
            raise TypeError("grad needs a function with a real value, got a complex one: use numerical.jacobian")
        slopes[index] += value[0] * unit
    return point.tree(point.pieces(slopes))


@refuses_foreign_options
def jacobian(f: Function, x: Any, method: Method = "central", step: Any = None) -> Any:
    """The Jacobian of `f` at `x`: for each leaf of `f(x)` a tree like `x`, with leaves of shape `out.shape + in.shape`.

    `J[i, j] = d f_i / d x_j`. Arguments as in `grad`; raises `TypeError` for complex `x`.
    """
    point = _real_point("numerical.jacobian", f, x, step)
    outputs = Outputs()
    columns = _slopes(outputs.of(f), point, method)
    if not columns:
        outputs.of(f)(x)
    matrix = np.reshape(columns, (point.size, outputs.size)).T
    return outputs.structure.unflatten([point.block(matrix[rows], shape) for rows, shape in outputs.blocks()])


@refuses_foreign_options
def hessian(f: Function, x: Any, method: Literal["central", "forward", "complex"] = "central", step: Any = None) -> Any:
    """The Hessian of a scalar function: a tree like `x` of trees like `x`, leaves of shape `in_i.shape + in_j.shape`.

    `H[i, j] = d^2 f / d x_i d x_j`, symmetric by construction. Arguments as in `grad`; raises `TypeError` for complex
    `x` and `ValueError` where `f(x)` is not one number.
    """
    point = _real_point("numerical.hessian", f, x, step)
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


def _real_point(asker: str, f: Function, x: Any, step: Any) -> Point:
    require_function(f, asker)
    point = Point(x, step)
    if point.wide.kind == "c":
        raise TypeError(f"{asker} needs real x: write f as a function of real and imaginary parts")
    return point


def _slopes(f: Function, point: Point, method: Method) -> list[Array]:
    """The derivative of all outputs of `f` along each of the point's directions."""
    if method not in _FIRST:
        raise ValueError(f"method is 'central', 'forward', 'complex' or 'richardson', got {method!r}")
    found: list[Array] = point.settled(lambda: list(_FIRST[method](lambda x: point.numbers(f(x)), point)))
    return found


def _forward(f: Function, point: Point) -> Iterator[Array]:
    here = f(point.moved()) if point.size else None
    for index, unit in point.directions:
        h = point.step(index, 1 / 2) * unit
        yield (f(point.moved((index, h))) - here) / point.move(index, h)


def _central(f: Function, point: Point) -> Iterator[Array]:
    for index, unit in point.directions:
        h = point.step(index, 1 / 3) * unit
        apart = point.move(index, h) + point.move(index, -h)
        yield (f(point.moved((index, h))) - f(point.moved((index, -h)))) / apart


def _complex(f: Function, point: Point) -> Iterator[Array]:
    if point.wide.kind == "c":
        raise TypeError("the complex step needs real x; use method='central'")
    for index, _ in point.directions:
        h = point.step(index, 2)
        yield _imaginary(f, point.moved((index, 1j * h), analytic=True), h) / h
    _require_analytic(f, point)


def _require_analytic(f: Function, point: Point) -> None:
    """Raise where real steps along a line through all coordinates contradict the complex step."""
    if not point.size:
        return
    along = point.scales * weights(point.size)

    def moved(h: complex, **how: bool) -> Any:
        return point.moved(*[(i, h * by) for i, by in enumerate(along)], **how)

    h = point.rounding**2
    slope = np.atleast_1d(_imaginary(f, moved(1j * h, analytic=True), h) / h)
    if not is_analytic(lambda step: np.atleast_1d(f(moved(step))), slope, point.coarsest, point.least / h):
        raise TypeError("the complex step needs an analytic f, but real steps give another slope than it does: abs, "
                        "real, conj and the like, or a kink, give part of it; use method='central'")


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


def _richardson(f: Function, point: Point) -> Iterator[Array]:
    here = f(point.moved()) if point.size else np.zeros(0)
    for index, unit in point.directions:
        scale = point.scales[index]
        along = _line(f, point, index, scale * unit)
        yield extrapolation.derivative(along, here, rounding=point.rounding).value / scale


def _line(f: Function, point: Point, index: int, unit: complex) -> Callable[[float], Array]:
    return lambda h: f(point.moved((index, h * unit)))


_FIRST = {"forward": _forward, "central": _central, "complex": _complex, "richardson": _richardson}


def _second_forward(f: Function, point: Point) -> Array:
    n = point.size
    h = [point.step(i, 1 / 3) for i in range(n)]
    here = f(point.moved())
    one = [f(point.moved((i, h[i]))) for i in range(n)]

    def entry(i: int, j: int) -> Any:
        both = f(point.moved((i, h[i]), (j, h[j])))
        return (both - one[i] - one[j] + here) / (h[i] * h[j])

    return _symmetric(point, entry)


def _second_central(f: Function, point: Point) -> Array:
    h = [point.step(i, 1 / 4) for i in range(point.size)]

    def entry(i: int, j: int) -> Any:
        same, opposite = (f(point.moved((i, h[i]), (j, sign * h[j]))) + f(point.moved((i, -h[i]), (j, -sign * h[j])))
                          for sign in (1, -1))
        return (same - opposite) / (4 * h[i] * h[j])

    return _symmetric(point, entry)


def _second_complex(f: Function, point: Point) -> Array:
    n = point.size
    h, k = [point.step(i, 2) for i in range(n)], [point.step(i, 1 / 3) for i in range(n)]

    def entry(i: int, j: int) -> Any:
        right, left = (_imaginary(f, point.moved((i, 1j * h[i]), (j, sign * k[j]), analytic=True), h[i])
                       for sign in (1, -1))
        return (right - left) / (2 * h[i] * k[j])

    matrix = _symmetric(point, entry)
    _require_analytic(f, point)
    return matrix


def _symmetric(point: Point, entry: Callable[[int, int], Any]) -> Array:
    matrix = np.empty((point.size, point.size), point.wide)
    for i in range(point.size):
        for j in range(i, point.size):
            matrix[i, j] = matrix[j, i] = entry(i, j)
    return matrix


_SECOND = {"forward": _second_forward, "central": _second_central, "complex": _second_complex}
