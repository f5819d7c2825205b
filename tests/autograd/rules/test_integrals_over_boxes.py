"""Integrals over several variables: `cubature`, `tplquad`, and how often their derivatives call the function."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import scipy.integrate as si

from autograd import Tensor, grad, jvp, vmap
from autograd.scipy import integrate
from autograd.testing import check_gradients

LOW, HIGH = np.array([0.1, -0.2]), np.array([1.0, 0.7])


def waves(x: Any, k: Any, c: Any) -> Any:
    return np.stack([np.exp(-k * x[:, 0]) * np.cos(c[0] * x[:, 1] + c[1]), x[:, 0] * x[:, 1] * k], axis=1)


@pytest.mark.parametrize("rule", ["gk21", "gk15", "genz-malik"])
def test_corners_and_arguments_of_a_box_are_differentiated(rule: str) -> None:
    given = np.array(1.3), np.array([0.3, 2.0])
    found = integrate.cubature(waves, Tensor(LOW), HIGH, rule=rule, args=given)
    expected = si.cubature(waves, LOW, HIGH, rule=rule, args=given)
    assert type(found) is type(expected)
    np.testing.assert_allclose(found.estimate.numpy(), expected.estimate, rtol=1e-14)
    np.testing.assert_array_equal(found.error, expected.error)
    assert (found.status, found.subdivisions) == (expected.status, expected.subdivisions)
    check_gradients(lambda a, b, *args: integrate.cubature(waves, a, b, rule=rule, args=args).estimate, LOW, HIGH,
                    *given, order=2 if rule == "gk15" else 1)


def test_one_number_may_be_a_corner_of_all_variables_and_the_box_turned_round() -> None:
    def volume(a: Any, b: Any) -> Any:
        return integrate.cubature(lambda x: x[:, 0] * x[:, 1] ** 2, a, b, points=[[0.8, 0.7]]).estimate

    assert volume(Tensor(1.0), [0.0, -1.0]).item() == pytest.approx(1 / 3)
    np.testing.assert_allclose(grad(volume)(np.array([1.0]), np.array([2.0, 3.0])), [-26 / 3 - 3 / 2])
    check_gradients(volume, np.array([0.5]), np.array([0.1, -0.4]), order=1)


@pytest.mark.parametrize("high", [np.ones(2, np.float32), [1, 1]])
def test_corners_in_single_precision_have_scipys_dtype(high: Any) -> None:
    low = np.zeros(2, np.float32)
    found, expected = (module.cubature(lambda x: np.sum(x, axis=-1), a, high).estimate
                       for module, a in ((integrate, Tensor(low)), (si, low)))
    assert found.dtype == expected.dtype
    assert found.item() == pytest.approx(1.0)


def test_infinite_boxes_and_functions_of_captured_tensors() -> None:
    def bell(k: Any) -> Any:
        return integrate.cubature(lambda x: np.exp(-k * np.sum(x * x, axis=1)), [-np.inf] * 2, [np.inf, 0]).estimate

    np.testing.assert_allclose(grad(bell)(1.3), -np.pi / 2 / 1.3**2, rtol=1e-9)
    np.testing.assert_allclose(jvp(bell, (1.3,), (2.0,))[1], -np.pi / 1.3**2, rtol=1e-9)


def test_a_derivative_that_is_0_comes_to_an_end() -> None:
    """Its rounding is no share of it, which is what SciPy is asked for."""
    def odd(k: Any) -> Any:
        return integrate.cubature(lambda x: 1 + k * x[:, 0] ** 3, [-1.0], [1.0], max_subdivisions=50).estimate

    assert abs(grad(odd)(1.3)) < 1e-15
    assert abs(jvp(odd, (1.3,), (1.0,))[1]) < 1e-15


def test_a_step_inside_of_the_box_moves_nothing_and_its_edge_does() -> None:
    def area(b: Any) -> Any:
        return integrate.cubature(lambda x: np.where(x[:, 0] < 0.5, 1.0, 3.0), [0.0], b, points=[[0.5]]).estimate

    assert grad(area)(np.array([1.0])) == pytest.approx(3.0)


def test_batches_of_integrals_and_gradients_are_those_of_a_loop() -> None:
    def total(k: Any) -> Any:
        return integrate.cubature(lambda x: np.exp(k * x[:, 0] * x[:, 1]), [-1, 0], [1, 1], rule="gk15").estimate

    ks = np.array([0.4, 1.3])
    for function in (total, grad(total)):
        np.testing.assert_allclose(vmap(function)(ks), [function(k) for k in ks], rtol=1e-12)


def test_a_rule_of_cubature_has_a_name() -> None:
    with pytest.raises(TypeError, match="by its name, 'gk21', 'gk15' or 'genz-malik', got <object"):
        integrate.cubature(np.sin, [0.0], Tensor([1.0]), rule=object())


def test_three_integrals_in_each_other_move_with_all_ends_and_arguments() -> None:
    def f(z: Any, y: Any, x: Any, c: Any) -> Any:
        return c * x * y * z

    found = integrate.tplquad(f, 0.0, Tensor(1.0), np.sin, 2.0, lambda x, y: x * y, 3.0, (0.7,))
    expected = si.tplquad(f, 0.0, 1.0, np.sin, 2.0, lambda x, y: x * y, 3.0, (0.7,))
    np.testing.assert_allclose([x.item() for x in found], expected, rtol=1e-12)

    def volume(b: Any, a: Any, c: Any, d: Any) -> Any:
        return integrate.tplquad(f, 0.0, b, lambda x: x * a, 2.0, lambda x, y: x * y * c, 3.0, (d,))[0]

    def exact(b: Any, a: Any, c: Any, d: Any) -> Any:
        """d/2 times the integral over x of x (9 y^2/2 - c^2 x^2 y^4/4) from y = a x to 2."""
        return d / 2 * (9 * b**2 - c**2 * b**4 - 9 * a**2 * b**4 / 8 + c**2 * a**4 * b**8 / 32)

    at = (1.0, 0.5, 0.7, 0.3)
    assert volume(*at) == pytest.approx(exact(*at))
    np.testing.assert_allclose(grad(volume, (0, 1, 2, 3))(*at), grad(exact, (0, 1, 2, 3))(*at), rtol=1e-9)
    np.testing.assert_allclose(jvp(volume, at, (1.0,) * 4), jvp(exact, at, (1.0,) * 4), rtol=1e-9)


def test_a_function_that_branches_is_integrated_place_by_place() -> None:
    found = grad(lambda c: integrate.quad(lambda x, c: c * x if x < 0.5 else c * (1 - x), 0.0, 1.0, args=(c,))[0])(2.0)
    assert found == pytest.approx(0.25)


@pytest.mark.parametrize("count", [1, 2])
def test_a_derivative_calls_the_function_as_often_as_its_value_does_for_each_variable(count: int) -> None:
    """Each integral once on numbers and once for the derivative, in 21 places a variable."""
    calls = []

    def f(y: Any, x: Any, calls: Any, *c: Any) -> Any:
        calls.append(1)
        return np.exp(-c[0] * x) * np.cos(c[-1] * y)

    def volume(*c: Any) -> Any:
        return integrate.nquad(f, [(0.0, 1.0), (0.0, 2.0)], args=(calls, *c))[0]

    volume(*[1.3, 0.7][:count])
    assert len(calls) == 21**2
    calls.clear()
    grad(volume, range(count))(*[1.3, 0.7][:count])
    assert len(calls) <= 21**2 * 3.2
    calls.clear()
    jvp(volume, (1.3, 0.7)[:count], (1.0, 1.0)[:count])
    assert len(calls) <= 21**2 * 3.2


def test_many_numbers_are_integrated_at_once_and_few_one_after_the_other() -> None:
    for size in (3, 200):
        frequencies = np.linspace(0.1, 2.0, size)
        found = grad(lambda c: integrate.quad(lambda x: np.sum(np.sin(c * x)), 0.0, 1.0)[0])(frequencies)
        expected = (np.cos(frequencies) + frequencies * np.sin(frequencies) - 1) / frequencies**2
        np.testing.assert_allclose(found, expected, rtol=1e-8)


def test_a_small_cotangent_loses_no_digits() -> None:
    """An error of 1.5e-8 beside it would be none at all."""
    def peak(k: Any) -> Any:
        return integrate.quad(lambda x: 1 / (1 + (k * x) ** 2), 0.0, 50.0)[0]

    slope = grad(peak)(30.0)
    assert grad(lambda k: 1e-9 * peak(k))(30.0) == pytest.approx(1e-9 * slope, rel=1e-9, abs=0)


def test_examples_of_a_batch_are_each_as_accurate_as_alone() -> None:
    """Among derivatives of very different sizes; the tolerance of all is that of the smallest."""
    def peak(k: Any, size: Any) -> Any:
        return integrate.cubature(lambda x: size / (1 + (k * x[:, 0]) ** 2), [0.0], [5.0]).estimate

    sizes = np.array([1e-9, 1e9])
    found = vmap(grad(peak), (None, 0))(30.0, sizes)
    np.testing.assert_allclose(found, [grad(peak)(30.0, size) for size in sizes], rtol=1e-8)
