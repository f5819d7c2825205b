"""Programs written for NumPy that write in place, walk over rows, keep numbers: NumPy's values, and their derivatives.

Each runs as it stands on arrays, which gives the values and the differences, and on what every transform makes of them.
"""

from __future__ import annotations

import copy
import pickle
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd
from autograd import (
    DisconnectedWarning,
    Tensor,
    grad,
    hessian,
    hvp,
    jvp,
    linearize,
    no_grad,
    symbolic,
    value_and_grad,
    vjp,
    vmap,
)
from autograd.duck_arrays import Array
from autograd.numerical import grad as numerical_grad

POINT = np.random.default_rng(7).normal(size=(3, 4))


def newton(x: Array) -> Array:
    a = abs(x[0, 0]) + 1
    root = a
    for _ in range(6):
        root -= (root * root - a) / (2 * root)  # a stays what it was
    return root * a


def best_so_far(x: Array) -> Array:
    current = best = x[0, 0]
    for step in x[1]:
        current += step
        best = np.maximum(best, current)
    total = current
    total *= x[2, 2]
    return best + current * total


def number_becomes_array(x: Array) -> Array:
    s = np.sum(x)
    s += x[0]
    return np.sum(s * x)


def counted(x: Array) -> Array:
    place = np.argmax(x[0]) % 3
    following = place
    following += 1
    return x[0, place] * x[1, following]


def rows(x: Array) -> Array:
    y = x * 1.0
    for row in y:
        row *= x[0]
        row[0] += 1
    for column in y.T:
        column -= np.mean(column)
    return np.sum(y * x)


def floors(x: Array) -> Array:
    y = x * 3.0
    y //= 0.7
    y += x
    z = y.T
    y[1] //= 2.0
    z *= x.T
    return np.sum(y * x)


def turned_views(x: Array) -> Array:
    y = x * 1.0
    np.rot90(y)[0] = x[0, 0]
    np.rollaxis(y, 1)[1] *= x[:, 2]
    np.flip(y)[0, :2] += x[1, :2]
    return np.sum(y * x)


def reshaped_views(x: Array) -> Array:
    y = x * 1.0
    y[1:, ::2].ravel()[1] = 9.0
    y.T.reshape(-1, order="F")[2] = x[0, 0]
    y.T.ravel("A")[1] *= x[2, 1]
    y.ravel("K")[5] = x[0, 1]
    return np.sum(y * y * x)


def chosen_row(x: Array) -> Array:
    y = x * 1.0
    i = np.argmax(x[:, 0])
    y[i][2] = 5.0 * x[0, 0]
    row, part = y[i], y[1:, i]
    row *= x[1]
    part += x[0, :2]
    number = y[i, 1]
    number *= 3.0
    return np.sum(y * y) * number


def methods(x: Array) -> Array:
    y = x.copy()
    y[0].sort()
    y[1].partition(2)
    y[2].fill(x[0, 0])
    y.put([3, 5], x[1, :2])
    y.flat[::5] += x[0, 1]
    z = np.empty_like(x)
    z.flat = x[0]
    t = x.T.copy()  # in the order C, other than np.copy
    t.reshape(-1)[1] = 9.0 * x[0, 0]
    z[...] += t.T
    x[0, 0, ...].copy().flat[:1] = 5.0
    return np.sum(y * y) * np.sum(z * x) + sum(k * v for k, v in enumerate(y.flat)) * len(y.flat)


def more_methods(x: Array) -> Array:
    quotient, rest = divmod(x, 0.7)
    other = divmod(2.0, x[0] + 0.9)[1]
    return (np.sum(rest * x * quotient) + np.sum(other * x[1]) + round(x[0, 0]) * round(x[1, 1], 1)
            + np.sum(x.compress([True, False, True], axis=0) * x[:2]) + x.ravel().conj().dot(x.ravel())
            + np.sum(x.argpartition(1)[:, 0] * x[:, 0]) + (x > 0).astype(int).choose([x, x * x]).sum())


def complex_parts(x: Array) -> Array:
    z = x + 1j * x[::-1]
    z.real[0] = 5 * x[1]
    z.imag *= 2.0
    z.real = z.real * z.imag
    z.imag = np.sin(x)
    y = x * 1.0
    y.real = x[0]
    y.conj()[1] = x[2]  # of real numbers it is the array itself
    return np.sum(np.abs(z) ** 2) * np.sum(y * x)


def copied_number(x: Array) -> Array:
    """Its method `copy` leaves a number one, the function makes an array of it, also after a write."""
    total = np.sum(x[0])
    number = alias = total.copy()
    number += x[1, 1]
    array = same = np.copy(total)
    array += 1.0
    row = array[None]
    row *= x[1, 0]
    chosen = shown = np.where(x[0, 0] > -9, total, 0.0)
    chosen -= x[2, 0]
    chosen.reshape(1)[0] *= 2.0
    return number * alias + total * array * same + shown * chosen


def returned_numbers(x: Array) -> Array:
    """What functions return 0-d are numbers, also where their last step was to choose or to copy."""
    total = x[2, 2]
    for found in (np.linalg.norm(x[0], 3), np.linalg.cond(x[:, :3], 1), np.linalg.vector_norm(x[1], ord=2.5),
                  np.interp(x[0, 0], [-9.0, 0.5, 9.0], x[:, 0], left=x[0, 1], right=x[1, 1]),
                  np.choose(1, [x[0, 2], x[1, 2]]), np.fmax.reduce(x[1], where=[True, False, True, True], initial=-9.0),
                  np.logaddexp.reduce(x[2, :1]), np.average(x[0], weights=np.abs(x[1]), returned=True)[1]):
        before = found
        found += x[1, 3]
        total = np.sin(total) * np.arctan(before) + np.arctan(found)
    return total


def divided_where(x: Array) -> Array:
    """As NumPy code divides: what is no quotient stays what `out=` was."""
    quotient = np.divide(x[0], x[1], out=np.ones_like(x[0]), where=np.abs(x[1]) > 0.5)
    logarithm = np.log(x, out=np.zeros_like(x), where=x > 0)
    return np.sum(quotient**2) + np.sum(logarithm * x)


def buffers(x: Array) -> Array:
    """One buffer for several steps, a part of itself written into another, and the methods of ufuncs."""
    buffer = np.empty_like(x)
    np.multiply(x, x, buffer)
    np.sin(buffer, out=buffer)
    np.add(buffer[:-1], buffer[1:], out=buffer[1:])
    np.add.accumulate(buffer, axis=1, out=buffer)
    totals = np.zeros_like(x[0])
    np.multiply.reduce(buffer, axis=0, out=totals)
    whole = np.zeros_like(x)
    fractions, same = np.modf(3.7 * x, out=(None, whole))
    assert same is whole
    return np.sum(totals * x[0]) + np.sum(fractions * whole)


def cleaned_in_place(x: Array) -> Array:
    ratio = np.where(x > 0.3, x * x, np.nan)
    np.nan_to_num(ratio, copy=False, nan=0.5)
    same = np.clip(ratio, 0.2, 1.2, out=ratio)
    same *= x
    return np.sum(ratio**2)


def argument_written(x: Array) -> Array:
    x = x * 1.0 if isinstance(x, np.ndarray) else x  # the user's array is theirs
    x += 1
    x[0] = x[1] * x[2]
    x[1] = 0.5
    return np.sum(x**3)


def copied_argument(x: Array) -> Array:
    y, z = copy.deepcopy({"x": x})["x"], copy.copy(x)
    y[0] *= z[1]
    return np.sum(y * y * x) + np.sum(z**3)


PROGRAMS = [newton, best_so_far, number_becomes_array, counted, rows, floors, turned_views, reshaped_views, chosen_row,
            methods, more_methods, complex_parts, argument_written, copied_argument, copied_number,
            returned_numbers, divided_where, buffers, cleaned_in_place]
UNBATCHED = (methods, more_methods)  # numbers of other values in each example would be asked for


def differences(f: Callable[[Array], Array], x: Array) -> Array:
    return numerical_grad(lambda v: float(f(v.reshape(x.shape))), x.ravel()).reshape(x.shape)


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda f: f.__name__)
def test_values_are_numpys_in_every_transform(program: Callable[[Array], Array]) -> None:
    expected = program(POINT.copy())
    direction = np.cos(POINT)
    values = [value_and_grad(program)(POINT)[0], vjp(program, POINT)[0], jvp(program, (POINT,), (direction,))[0],
              linearize(program, POINT)[0], program(Tensor(POINT.copy())).item(),
              program(Tensor(POINT.copy(), requires_grad=True)).item()]
    with no_grad():
        values.append(program(Tensor(POINT.copy())).item())
    np.testing.assert_allclose(values, expected, rtol=1e-13)


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda f: f.__name__)
def test_derivatives_are_those_of_numpys_program(program: Callable[[Array], Array]) -> None:
    direction = np.cos(POINT)
    gradient = grad(program)(POINT)
    assert type(gradient) is np.ndarray
    np.testing.assert_allclose(gradient, differences(program, POINT), rtol=1e-6, atol=1e-6)
    slope = np.sum(gradient * direction)
    assert jvp(program, (POINT,), (direction,))[1] == pytest.approx(slope, rel=1e-10)
    assert linearize(program, POINT)[1](direction) == pytest.approx(slope, rel=1e-10)
    second = differences(lambda x: np.sum(grad(program)(x) * direction), POINT)
    np.testing.assert_allclose(hvp(program, POINT, direction), second, rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(grad(lambda x: jvp(program, (x,), (direction,))[1])(POINT), second, rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(np.tensordot(hessian(program)(POINT), direction), second, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("program", [p for p in PROGRAMS if p not in UNBATCHED], ids=lambda f: f.__name__)
def test_examples_are_those_of_a_loop(program: Callable[[Array], Array]) -> None:
    points = np.stack([POINT, POINT[::-1], -POINT.T.reshape(3, 4)])
    np.testing.assert_allclose(vmap(program)(points), [program(point.copy()) for point in points], rtol=1e-12)
    each = [grad(program)(point) for point in points]
    np.testing.assert_allclose(vmap(grad(program))(points), each, rtol=1e-10, atol=1e-10)
    np.testing.assert_allclose(grad(lambda x: np.sum(vmap(program)(x)))(points), each, rtol=1e-10, atol=1e-10)


def test_0d_tensors_that_users_make_are_arrays_and_results_are_numbers() -> None:
    weight = Tensor(2.0, requires_grad=True)
    same = weight
    with no_grad():
        same -= 0.5
    assert weight.item() == 1.5
    (weight * weight).backward()
    (weight * weight).backward()
    gradient = weight.grad
    assert gradient is not None
    gradient *= 0.5
    assert weight.grad.item() == 3.0  # type: ignore[union-attr]
    total = other = autograd.zeros(())
    for _ in range(2):
        total += weight * 2  # its second value too is that of the array
    assert other is total
    assert other.item() == 6.0
    first = result = np.sum(Tensor([1.0, 2.0]))
    result += 1
    assert (first.item(), result.item()) == (3.0, 4.0)
    became = first.requires_grad_()
    with no_grad():
        became += 1
    assert first.item() == 4.0


def test_arguments_that_are_written_to_stay_the_users() -> None:
    array, tensor = np.ones(2), Tensor(np.ones(2))
    for given in (array, tensor):
        for transform in (grad(argument), hessian(argument), lambda x: jvp(argument, (x,), (np.ones(2),)),
                          lambda x: vmap(argument)(x[None]), lambda x: vjp(argument, x)[1](1.0),
                          lambda x: hvp(argument, x, np.ones(2))):
            transform(given)
    assert array.tolist() == tensor.tolist() == [1, 1]
    assert not grad(argument)(tensor).requires_grad


def argument(x: Array) -> Array:
    x *= 2
    return np.sum(x**3)


def test_arguments_are_not_pickled() -> None:
    with pytest.raises(TypeError, match=r"pickled with its graph; write t\.detach\(\) first"):
        grad(lambda x: np.sum(pickle.loads(pickle.dumps(x)) ** 2))(POINT)


def test_a_result_that_depends_on_something_else_alone_is_told_of() -> None:
    parameter = Tensor(POINT, requires_grad=True)
    with pytest.warns(DisconnectedWarning, match="does not depend on the arguments"):
        assert not np.any(grad(lambda x: np.sum(parameter * x.detach()))(POINT))


def test_the_slope_of_a_straight_line_is_connected() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        slope = grad(lambda x: jvp(lambda y: np.sum(3.0 * y), (x,), (x.detach(),))[1])(POINT)
        mixed = grad(lambda x: np.sum(x) * jvp(lambda y: np.sum(3.0 * y), (x,), (np.ones((3, 4)),))[1])(POINT)
    np.testing.assert_array_equal(slope, 0.0)
    np.testing.assert_allclose(mixed, 36.0)


def test_only_complex_tensors_have_an_imaginary_part_to_write_to() -> None:
    with pytest.raises(TypeError, match="only a complex tensor"):
        Tensor([1.0]).imag = 2.0


@pytest.mark.parametrize("jacobian", [autograd.jacobian, autograd.jacrev, autograd.jacfwd, autograd.hessian])
def test_the_jacobian_of_a_number_is_one(jacobian: Callable[..., Any]) -> None:
    assert type(jacobian(np.sin)(0.5)) is np.float64


@pytest.mark.parametrize("program", [number_becomes_array, rows, turned_views, reshaped_views, argument_written],
                         ids=lambda f: f.__name__)
def test_symbols_are_written_to_as_numbers_are(program: Callable[[Array], Array]) -> None:
    """They were not: an element that was replaced was an array of one expression, and views were copies."""
    point = np.array([[3.0, 1.0, 4.0, 1.5], [9.0, 2.0, 6.0, 5.0], [3.5, 8.0, 9.5, 7.0]])
    np.testing.assert_allclose(np.asarray(symbolic.grad(program)(point), float), grad(program)(point), rtol=1e-12)
