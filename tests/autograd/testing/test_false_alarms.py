"""What is right passes: `check_gradients` blames no kink, no rounding, and no function that insists on a dtype."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd
from autograd import GradientMismatch, Tensor
from autograd.testing import check_gradients, strategies
from tests.autograd.testing.test_check import X, cube_wrong_by
from tests.examples import examples


@examples(200)
@given(strategies.programs())
def test_right_programs_pass(program: Any) -> None:
    assert not check_gradients(program, *program.inputs).not_differentiable


@examples(60)
@given(strategies.programs())
def test_right_programs_come_near_to_their_differences(program: Any) -> None:
    """Beside 9 x + x^2, which keeps derivatives from vanishing: of those that do, no error is relative to anything."""
    report = check_gradients(lambda *xs: program(*xs) + sum(np.sum(9 * x + x * x) for x in xs), *program.inputs)
    assert report.largest_error < 1e-5


@pytest.mark.parametrize("x", [0.0, np.zeros((2, 3))])
def test_a_function_that_is_flat_to_third_order_is_not_told_by_its_rounding(x: Any) -> None:
    assert check_gradients(lambda x: np.cos(np.log(1 + np.sin(x) ** 2)), x).largest_error < 1e-6


def test_slopes_that_vanish_are_not_taken_for_different_by_their_rounding() -> None:
    """Of x^3 / 8 at 0: those of its gradient on the two sides differed by 3e-20, and were thought to be exact."""
    for seed in range(10):
        assert not check_gradients(lambda x: x**3 / 8, np.zeros(3), seed=seed).not_differentiable


@pytest.mark.parametrize("f", [
    lambda a, b: np.prod(b - a), lambda a, b: np.sum((b - a) ** 3),
])
def test_where_function_and_derivatives_vanish_rounding_is_no_kink(f: Any) -> None:
    """It was compared with what is left of them, which is rounding, too."""
    rng = np.random.default_rng(0)
    for seed in range(120):
        a = rng.normal(size=rng.integers(2, 7)) * 10.0 ** rng.integers(-3, 3)
        b = a + rng.choice([0, 1e-17, 1e-16, 1e-12], a.shape) * rng.normal(size=a.shape)
        assert not check_gradients(f, a, b, seed=seed).not_differentiable


@examples(100)
@given(strategies.programs(smooth=False), st.sampled_from([np.float32, np.float64]))
def test_right_programs_with_kinks_nearby_pass_in_either_precision(program: Any, dtype: Any) -> None:
    check_gradients(program, *[x.astype(dtype) for x in program.inputs])


@pytest.mark.parametrize("f", [
    autograd.relu, np.abs, np.max, np.sort, np.median, np.linalg.norm,
    lambda x: np.maximum(x, 0), lambda x: np.clip(x, 0, 1), lambda x: np.sqrt(np.abs(x)),
    lambda x: np.where(x > 0, x, 0), lambda x: np.sign(x) + x, lambda x: np.floor(x) * 1.0,
])
def test_at_a_kink_it_says_so_and_does_not_fail(f: Any) -> None:
    report = check_gradients(f, np.zeros(3))
    assert report.not_differentiable
    assert "not differentiable here: output" in str(report)


def test_a_kink_in_one_input_of_many_leaves_the_others_checked() -> None:
    wrong = cube_wrong_by(1.001)
    x = np.random.default_rng(0).normal(size=100)
    x[7] = 0
    report = check_gradients(lambda x: np.sum(np.abs(x)), x, order=1)
    assert any("differ by 2" in place or "index (7,)" in place for place in report.not_differentiable)
    with pytest.raises(GradientMismatch):
        check_gradients(lambda x: np.sum(np.abs(x)) + wrong(x[:90]).sum(), x, order=1)


@pytest.mark.parametrize("x", [1e-9, 1e-3, 1.0, 1e4, 1e9])
def test_inputs_of_every_size_are_checked(x: float) -> None:
    assert check_gradients(np.log, x).largest_error < 1e-6
    assert check_gradients(lambda x: x**2, x).largest_error < 1e-6
    assert not check_gradients(np.log, x).not_differentiable


def test_functions_that_insist_on_float32_are_checked_there() -> None:
    report = check_gradients(lambda x: np.tanh(x.astype(np.float32)), X)
    assert report.dtype == "float32"
    with pytest.raises(GradientMismatch):
        check_gradients(lambda x: cube_wrong_by(1.01)(x.astype(np.float32)), X, order=1)
    assert check_gradients(np.tanh, X.astype(np.float32)).dtype == "float64"


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.complex64])
@pytest.mark.parametrize("f", [
    np.tanh, np.linalg.norm, lambda x: x * x, lambda x: np.sum(x**3), lambda x: np.outer(x, x) @ x,
    lambda x: np.concatenate([x, x * x]) * x.sum(),
])
def test_a_function_of_one_precision_alone_is_checked_there(f: Any, dtype: Any) -> None:
    def insisting(x: Any) -> Any:
        if x.dtype != dtype:
            raise TypeError(f"only {dtype.__name__}")
        return f(x)

    rng = np.random.default_rng(0)
    for _ in range(3):
        x = rng.normal(size=4) + (1j * rng.normal(size=4) if dtype is np.complex64 else 0)
        assert check_gradients(insisting, x.astype(dtype)).dtype == dtype.__name__


def test_complex_functions_are_checked_in_both_parts() -> None:
    z = X + 1j * X[::-1]
    assert check_gradients(lambda z: np.exp(z) * np.conj(z), z).largest_error < 1e-8
    assert check_gradients(np.abs, z).dtype == "complex128"
    conjugated = autograd.custom(lambda z: z * z)
    conjugated.defvjp(lambda g, out, z: 2 * g * np.conj(z))
    with pytest.raises(GradientMismatch, match="part of argument 0|random direction"):
        check_gradients(conjugated, z, order=1)


@pytest.mark.parametrize(("part", "factors"), [("real", (1.001, 1j)), ("imaginary", (1, 1.001j))])
def test_the_part_of_a_complex_number_that_is_wrong_is_named(part: str, factors: tuple[complex, complex]) -> None:
    doubled = autograd.custom(lambda z: z * 2.0)
    doubled.defvjp(lambda g, out, z: 2 * (factors[0] * np.real(g) + factors[1] * np.imag(g)))
    z = np.arange(6) + 1j
    for point in (z, z[:1], z[0]):
        with pytest.raises(GradientMismatch, match=f"for the {part} part of argument 0( at index| is )"):
            check_gradients(lambda z: np.real((1 + 1j) * doubled(z)).sum(), point, order=1)


def test_nested_arguments_outputs_and_constants() -> None:
    x = {"w": Tensor(np.ones((2, 2)), requires_grad=True), "n": 3, "mode": "sum", "none": None}
    report = check_gradients(lambda p, k: {"a": p["w"] ** p["n"] * k, "b": (p["w"].sum(), 1)}, x, 2)
    assert report.modes[0] == "reverse"
    with pytest.raises(TypeError, match="nothing to differentiate"):
        check_gradients(lambda x: x, 3)
    with pytest.raises(TypeError, match="at least one floating"):
        check_gradients(lambda x: 3, 1.0)


def test_points_where_the_output_has_another_shape_are_left_out() -> None:
    assert check_gradients(lambda x: x[x > 0] ** 3, np.array([0.05, -0.02, 1.0])).largest_error < 1e-6


def test_points_outside_the_domain_are_left_out() -> None:
    assert check_gradients(np.linalg.cholesky, np.array([[1e-3, 0], [0, 1.0]])).largest_error < 1e-3
    edge = check_gradients(lambda x: np.sqrt(x), 0.0)
    (place,) = edge.not_differentiable
    assert place.startswith("output along argument 0: differences do not settle there (a jump, a pole, or the edge of")


def test_empty_arrays_pass() -> None:
    check_gradients(np.sin, np.zeros((0, 3)))
    check_gradients(lambda x, y: np.sin(x).sum() + y, np.zeros((0, 3)), 1.0)


def test_a_function_may_write_to_its_arguments() -> None:
    def scaled(x: Any, y: Any) -> Any:
        x[1:] = y * x[:-1]
        y *= x[0]
        return x * y

    assert check_gradients(scaled, X, 0.5 * np.ones(len(X) - 1)[:1]).largest_error < 1e-8


@pytest.mark.parametrize("modes", [["reverse"], ["forward"], ["reverse", "forward"]])
def test_an_infinite_slope_at_a_pole_says_nothing_of_digits(modes: Any) -> None:
    report = check_gradients(lambda x: np.sqrt(x).sum(), np.array([0.0, 1.3]), modes=modes)
    assert report.not_differentiable
