"""Numerical differentiation: its formulas, its error orders, its step sizes, its number of calls."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given

import autograd
from autograd import Tensor, numerical
from autograd.numerical.analytic import weights
from autograd.testing import strategies

METHODS = ("forward", "central", "complex", "richardson")


def f(x: Any) -> Any:
    return np.sum(np.sin(x) * x**2)


def df(x: Any) -> Any:
    return np.cos(x) * x**2 + 2 * x * np.sin(x)


X = np.array([0.3, -2.0, 5.0])


@pytest.mark.parametrize(("method", "error"), [
    ("forward", 1e-5), ("central", 1e-7), ("complex", 1e-14), ("richardson", 1e-10),
])
def test_gradients_are_as_good_as_the_table_says(method: Any, error: float) -> None:
    assert np.max(np.abs(numerical.grad(f, X, method) - df(X))) < error


@pytest.mark.parametrize(("method", "order"), [("forward", 1), ("central", 2), ("complex", 2)])
def test_the_error_falls_with_the_order_of_the_method(method: Any, order: int) -> None:
    errors = [np.max(np.abs(numerical.grad(f, X, method, step=h) - df(X))) for h in (1e-2, 1e-3)]
    assert np.log10(errors[0] / errors[1]) == pytest.approx(order, abs=0.1)


@pytest.mark.parametrize(("method", "order"), [("forward", 1), ("central", 2)])
def test_the_error_of_second_differences_falls_with_their_order(method: Any, order: int) -> None:
    def g(x: Any) -> Any:
        return np.exp(x[0] * x[1])

    exact = autograd.hessian(g)(np.array([0.5, 1.0]))
    errors = [np.max(np.abs(numerical.hessian(g, np.array([0.5, 1.0]), method, step=h) - exact)) for h in (4e-2, 1e-2)]
    assert np.log(errors[0] / errors[1]) / np.log(4) == pytest.approx(order, abs=0.15)


@pytest.mark.parametrize("method", ["forward", "central"])
def test_the_chosen_step_beats_larger_and_smaller_ones(method: Any) -> None:
    def error(step: Any) -> float:
        return float(np.max(np.abs(numerical.grad(f, X, method, step=step) - df(X))))

    assert error(None) < error(1e-1)
    assert error(None) < error(1e-13)


@pytest.mark.parametrize(("method", "calls"), [("forward", 4), ("central", 6), ("complex", 6), ("richardson", 67)])
def test_calls_are_counted_as_the_table_says(method: Any, calls: int) -> None:
    for offset in (0.0, 1e9, -1e9):  # beside which rounding is coarser
        count: list[int] = []
        numerical.grad(lambda x, count=count, offset=offset: count.append(1) or offset + f(x), X, method)
        assert len(count) == calls


@pytest.mark.parametrize(("method", "calls"), [("forward", 10), ("central", 24), ("complex", 15)])
def test_calls_of_hessians_are_counted_as_the_table_says(method: Any, calls: int) -> None:
    count = []
    numerical.hessian(lambda x: count.append(1) or f(x), X, method)
    assert len(count) == calls


@pytest.mark.parametrize(("method", "error"), [
    ("forward", 3e-2), ("central", 1e-3), ("complex", 1e-6), ("richardson", 1e-3),
])
def test_float32_takes_steps_of_its_own_and_stays_float32(method: Any, error: float) -> None:
    found = numerical.grad(f, X.astype(np.float32), method)
    assert found.dtype == np.float32
    assert np.max(np.abs(found - df(X)) / np.abs(df(X))) < error


E = float(np.finfo(float).eps)


@pytest.mark.parametrize(("differentiate", "method", "steps"), [
    (numerical.grad, "forward", [E ** (1 / 2)]), (numerical.grad, "central", [E ** (1 / 3)]),
    (numerical.grad, "complex", [E**2, E ** (1 / 3)]),
    (numerical.grad, "richardson", [1 / 8 / 3.0**k for k in range(11)]),
    (numerical.hessian, "forward", [E ** (1 / 3), 2 * E ** (1 / 3)]),
    (numerical.hessian, "central", [2 * E ** (1 / 4)]), (numerical.hessian, "complex", [E**2, E ** (1 / 3)]),
])
def test_steps_are_as_long_as_the_table_says(differentiate: Any, method: Any, steps: list[float]) -> None:
    """In units of x where that is more than 1."""
    for x, unit in ((0.3, 1.0), (-1.0, 1.0), (1.7, 1.7), (-40.0, 40.0)):
        called: list[Any] = []
        differentiate(lambda x, seen=called: seen.append(x) or x**2 * 1.0, x, method)
        found = sorted({float(f"{abs(at - x) / unit:.6g}") for at in called} - {0.0})
        assert found == pytest.approx(sorted(steps), rel=1e-4, abs=0)


@pytest.mark.parametrize("method", ["forward", "central"])
@pytest.mark.parametrize("x", [1.0, -1.0, 0.125, -0.25, 0.3])
def test_the_slope_is_over_the_step_that_the_dtype_took(method: Any, x: float) -> None:
    """float32 rounds x + h by a ten-thousandth of h, and beside a power of two to one side more than to the other."""
    assert numerical.grad(lambda x: x, np.float32(x), method) == 1


def test_long_doubles_are_used_in_full() -> None:
    x = np.array([0.3], np.longdouble)
    error = abs(numerical.grad(lambda x: np.sin(x).sum(), x, "richardson")[0] - np.cos(x[0]))
    assert error < 1e-15


def test_each_coordinate_has_a_step_of_its_own_size() -> None:
    x = np.array([1e8, 1.0])
    assert np.diag(numerical.jacobian(lambda x: x**2, x, "central")) == pytest.approx(2 * x, rel=1e-8)
    given_steps = numerical.grad(lambda p: p["a"] ** 2 + np.sum(p["b"] ** 2), {"a": 3.0, "b": np.ones(2)},
                                 step={"a": 1e-3, "b": 1e-5})
    assert given_steps["a"] == pytest.approx(6, rel=1e-9)
    assert given_steps["b"] == pytest.approx([2, 2], rel=1e-9)
    jacobian = numerical.jacobian(lambda x: x**2, np.array([1.0, 2.0]), "forward", step=np.array([0.5, 0.25]))
    assert jacobian == pytest.approx(np.diag([2 + 0.5, 4 + 0.25]))  # exact: ((x + h)^2 - x^2) / h = 2 x + h
    one_step = numerical.grad(lambda p: p["a"] ** 3, {"a": 3.0}, "forward", step=0.1)
    assert one_step["a"] == pytest.approx(27 + 9 * 0.1 + 0.01)


@pytest.mark.parametrize("step", [0, np.nan, np.inf])
def test_a_step_of_0_and_one_that_leads_nowhere_are_refused(step: float) -> None:
    with pytest.raises(ValueError, match=f"step must be finite and not 0, got {step}"):
        numerical.grad(np.sum, np.ones(2), step=step)


@pytest.mark.parametrize("method", METHODS)
def test_structures_and_types_come_back(method: Any) -> None:
    x = {"a": 2.0, "b": [np.ones(2, np.float32), Tensor([3.0])], "c": (), "n": 4}
    found = numerical.grad(lambda p: p["a"] ** 3 + p["b"][0].sum() * p["n"] + (p["b"][1] ** 2).sum(), x, method)
    assert isinstance(found["a"], float)
    assert found["a"] == pytest.approx(12, rel=0.05), "float32 absorbs the Python float, and f computes in float32"
    assert found["b"][0].dtype == np.float32
    assert isinstance(found["b"][1], Tensor)
    assert found["b"][1].item() == pytest.approx(6, rel=1e-3)
    assert found["n"] == pytest.approx(2, rel=1e-2)
    assert found["c"] == ()


@given(strategies.programs())
def test_jacobians_agree_with_accumulation(program: Any) -> None:
    exact = autograd.jacobian(program)(program.inputs[0], *program.inputs[1:])
    found = numerical.jacobian(lambda x: program(x, *program.inputs[1:]), program.inputs[0], "richardson")
    np.testing.assert_allclose(found, np.asarray(exact), rtol=1e-7, atol=1e-7)


def test_jacobians_nest_outputs_around_inputs() -> None:
    x = {"a": 2.0, "b": np.ones((2, 2))}
    found = numerical.jacobian(lambda p: {"s": p["a"] * np.arange(3), "t": p["b"].sum()}, x)
    assert found["s"]["a"] == pytest.approx([0, 1, 2])
    assert found["s"]["b"].shape == (3, 2, 2)
    assert found["t"]["b"] == pytest.approx(np.ones((2, 2)))
    assert numerical.jacobian(lambda x: np.ones((2, 0)), np.zeros(0)).shape == (2, 0, 0)
    with_complex = numerical.jacobian(lambda x: np.exp(1j * x), np.array([0.5]))
    assert with_complex == pytest.approx(np.diag(1j * np.exp(0.5j * np.ones(1))))


@pytest.mark.parametrize("method", ["forward", "central", "complex"])
def test_nothing_to_differentiate_by_has_derivatives_without_columns(method: Any) -> None:
    nothing = np.zeros((2, 0))
    assert numerical.grad(lambda x: np.sum(np.abs(x)), nothing, method).shape == (2, 0)
    assert numerical.jacobian(lambda x: np.append(np.abs(x), [1.0, 2.0, 3.0]), nothing, method).shape == (3, 2, 0)
    assert numerical.hessian(lambda x: np.sum(np.abs(x)), nothing, method).shape == (2, 0, 2, 0)


@pytest.mark.parametrize(("method", "error"), [("forward", 1e-3), ("central", 1e-6), ("complex", 1e-8)])
def test_hessians_are_symmetric_blocks(method: Any, error: float) -> None:
    x = {"a": 1.0, "b": np.array([1.0, 2.0])}
    found = numerical.hessian(lambda p: p["a"] ** 2 * np.sum(p["b"] ** 3), x, method)
    assert found["a"]["a"] == pytest.approx(18, abs=error)
    assert found["a"]["b"] == pytest.approx([6, 24], abs=error)
    assert found["b"]["a"] == pytest.approx([6, 24], abs=error)
    assert found["b"]["b"] == pytest.approx(np.diag([6.0, 12.0]), abs=error)


@pytest.mark.parametrize(("method", "error"), [("forward", 1e-5), ("central", 1e-8), ("richardson", 1e-9)])
def test_complex_inputs_follow_the_convention_of_backward(method: Any, error: float) -> None:
    z = np.array([1 + 2j, 3 - 1j])
    found = numerical.grad(lambda z: np.sum(np.abs(z) ** 2 + np.real(z) * 3 - np.imag(z) * 5), z, method)
    assert found == pytest.approx(2 * z + 3 - 5j, rel=error)
    assert numerical.grad(lambda z: np.sum(np.abs(z) ** 2), z) == pytest.approx(2 * z)
    mixed = numerical.grad(lambda p: np.sum(np.abs(p[0]) ** 2) * p[1], (z, 2.0), "forward")
    assert mixed[0] == pytest.approx(4 * z, rel=1e-6)
    assert isinstance(mixed[1], float)


def test_wrong_uses_say_what_to_call_instead() -> None:
    with pytest.raises(ValueError, match="got 3: use numerical.jacobian"):
        numerical.grad(lambda x: x, X)
    with pytest.raises(TypeError, match="real value, got a complex one"):
        numerical.grad(lambda x: x[0] * 1j, X)
    with pytest.raises(ValueError, match="method is 'central'"):
        numerical.grad(f, X, "backward")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="hessian's method is"):
        numerical.hessian(f, X, "richardson")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="one number as its value, got 3"):
        numerical.hessian(lambda x: x, X)
    with pytest.raises(ValueError, match="steps .* do not fit what has the structure"):
        numerical.grad(f, X, step=[1e-3])
    with pytest.raises(TypeError, match="must hold numbers"):
        numerical.grad(f, "x")
    assert numerical.grad(lambda p: p[1] * 2, (np.zeros(0), 1.0))[0].shape == (0,)


def test_a_function_that_computes_in_a_coarser_dtype_gets_longer_steps() -> None:
    found = numerical.grad(lambda x: np.sum(np.sin(x.astype(np.float32))), X)
    np.testing.assert_allclose(found, np.cos(X), rtol=1e-2)
    assert numerical.grad(lambda x: np.sum(x > 0), X).tolist() == [0, 0, 0], "a count has no gradient"


@pytest.mark.parametrize("scale", [1e-30, 1.0, 1e25, 1e60])
def test_the_complex_step_is_as_good_for_numbers_of_any_size(scale: float) -> None:
    found = numerical.grad(lambda x: scale * np.sum(x**3), X, "complex")
    np.testing.assert_allclose(found, 3 * scale * X**2, rtol=1e-13)


def test_the_complex_step_refuses_what_it_would_get_wrong() -> None:
    with pytest.raises(TypeError, match="needs an analytic f"):
        numerical.grad(lambda x: np.abs(x).sum(), X, "complex")
    with pytest.raises(TypeError, match="f raised TypeError"):
        numerical.grad(float, 1.0, "complex")
    with pytest.raises(TypeError, match="real for real x"):
        numerical.jacobian(lambda x: x * 1j, X, "complex")
    with pytest.raises(TypeError, match="real for real x"):
        numerical.jacobian(lambda x: x * (1 + 1e-6j), X, "complex")
    assert numerical.grad(lambda x: 0.99e20 * x, 0.0, "complex") == pytest.approx(0.99e20)
    with pytest.raises(TypeError, match="real for real x"):  # as much as that is no slope's
        numerical.grad(lambda x: 1.01e20 * x, 0.0, "complex")
    with pytest.raises(TypeError, match="needs real x"):
        numerical.grad(np.abs, 1j, "complex")
    for differentiate in (numerical.jacobian, numerical.hessian):
        with pytest.raises(TypeError, match="needs real x"):
            differentiate(lambda z: z, 1j)


PARTS: dict[str, Any] = {
    "abs": lambda x: np.abs(x) * np.exp(x), "conj": lambda x: np.conj(x) * x**2, "real": lambda x: x.real * np.sin(x),
    "inner product": lambda x: np.vdot(x, x) * x, "one coordinate": lambda x: np.append(np.abs(x[:1]) * x[:1], x[1:]),
    "a number": lambda x: x * float(x.real[0]), "varying fast": lambda x: np.sin(1e4 * x) * np.abs(x),
    "a kink": lambda x: np.maximum(x - X, 0),
}


@pytest.mark.parametrize("name", PARTS)
def test_the_complex_step_is_not_silent_where_it_is_part_of_the_slope(name: str) -> None:
    for differentiate in (numerical.jacobian, lambda f, *rest: numerical.grad(lambda x: np.sum(f(x)), *rest),
                          lambda f, *rest: numerical.hessian(lambda x: np.sum(f(x)), *rest)):
        with pytest.raises(TypeError, match="real steps give another slope.*method='central'"):
            differentiate(PARTS[name], X, "complex")


def test_the_line_of_the_check_goes_through_all_coordinates_without_a_pattern() -> None:
    found = weights(100)
    assert found[0] == 1
    assert np.all((found >= 0.5) & (found < 1.5))
    assert len(np.unique(found)) == 100
    assert np.abs(np.fft.rfft(found - found.mean())).max() < 20, "no wave of unit height in it"


ANALYTIC: dict[str, Any] = {
    "fast": lambda x: np.sin(1e9 * x), "steep": lambda x: np.exp(-1e8 * x**2), "cancelling": lambda x: 1e12 + x - 1e12,
    "saturated": lambda x: np.tanh(300 * x),
    "pieces": lambda x: np.where(x.real > 0.3 + 1e-7, x**2, x**3), "at the end of its domain": np.sqrt,
    "underflowing": lambda x: x * np.float32(1e-30), "overflowing": lambda x: np.exp(1e5 * x),
}


@pytest.mark.parametrize("x", [np.array([0.3, 2.0]), np.array([1e-12, 1e4]), np.array([0.3, 2.0], np.float32)])
@pytest.mark.parametrize("name", ANALYTIC)
@pytest.mark.filterwarnings("ignore:(overflow|invalid)")
def test_the_complex_step_takes_what_is_analytic(name: str, x: Any) -> None:
    f = ANALYTIC[name]
    found = np.diag(numerical.jacobian(f, x, "complex"))
    assert found == pytest.approx(np.imag(f(x + 1e-25j)) / 1e-25, rel=1e-5, abs=1e-25, nan_ok=True)
