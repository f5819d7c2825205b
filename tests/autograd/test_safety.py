"""Never silently wrong: kinks, poles, anomalies, lost gradients, and messages that name the fix."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import scipy.special as sc

import autograd
from autograd import (
    AnomalyError,
    NoDerivativeError,
    Tensor,
    detect_anomaly,
    grad,
    hessian,
    hvp,
    jacfwd,
    jacrev,
    jvp,
    relu,
    vmap,
)
from autograd.registry import registry


def both_modes(f: Callable[[Any], Any], x: float) -> list[float]:
    return [float(grad(f)(x)), float(jvp(f, (x,), (1.0,))[1])]


AT_A_KINK: dict[str, tuple[Callable[[Any], Any], float, float]] = {
    "abs at 0": (np.abs, 0.0, 0.0),
    "fabs at 0": (np.fabs, 0.0, 0.0),
    "relu at 0": (relu, 0.0, 0.0),
    "maximum(x, 0) at 0": (lambda x: np.maximum(x, 0), 0.0, 0.0),
    "maximum(0, x) at 0": (lambda x: np.maximum(0, x), 0.0, 0.0),
    "fmax(x, 0) at 0": (lambda x: np.fmax(x, 0), 0.0, 0.0),
    "where(x > 0, x, 0) at 0": (lambda x: np.where(x > 0, x, 0), 0.0, 0.0),
    "clip at its lower bound": (lambda x: np.clip(x, 0, 1), 0.0, 0.0),
    "clip at its upper bound": (lambda x: np.clip(x, 0, 1), 1.0, 0.0),
    "minimum(x, 0) at 0": (lambda x: np.minimum(x, 0), 0.0, 0.0),
    "maximum(x, x): a tie of two inputs": (lambda x: np.maximum(x, x), 2.0, 1.0),
    "max of two equal entries": (lambda x: np.max(np.stack([x, x])), 2.0, 1.0),
    "min of two equal entries, one scaled": (lambda x: np.min(np.stack([x, 2 * x - 2])), 2.0, 1.5),
    "interp at a knot, steeper after it": (lambda x: np.interp(x, [0.0, 1.0, 2.0], [0.0, 1.0, 3.0]), 1.0, 1.0),
    "interp at a knot, steeper before it": (lambda x: np.interp(x, [0.0, 1.0, 2.0], [0.0, -2.0, -3.0]), 1.0, -1.0),
    "interp at a peak": (lambda x: np.interp(x, [0.0, 1.0, 2.0], [0.0, 1.0, 0.0]), 1.0, 0.0),
    "interp at its first knot": (lambda x: np.interp(x, [0.0, 1.0], [0.0, 1.0]), 0.0, 0.0),
    "interp at its last knot": (lambda x: np.interp(x, [0.0, 1.0], [0.0, 1.0]), 1.0, 0.0),
    "interp of a knot that moves with x": (lambda x: np.interp(1.0, np.stack([0.0 * x, x, 2.0 + 0.0 * x]),
                                                              [0.0, 1.0, 3.0]), 1.0, -1.0),
    "copysign at 0": (lambda x: np.copysign(x, 2.0), 0.0, 0.0),
    "copysign at -0": (lambda x: np.copysign(x, -2.0), -0.0, 0.0),
    "copysign at 1": (lambda x: np.copysign(x, -2.0), 1.0, -1.0), "its sign": (lambda x: np.copysign(3.0, x), 1.0, 0.0),
    "logaddexp far above the other": (lambda x: np.logaddexp(x, -800.0), 0.0, 1.0),
    "logaddexp2 far above the other": (lambda x: np.logaddexp2(-2000.0, x), 0.0, 1.0),
    "logaddexp far below the other": (lambda x: np.logaddexp(x, 800.0), 0.0, 0.0),
    "sort of equal entries": (lambda x: np.sum(np.sort(np.stack([x, x])) * np.array([1.0, 3.0])), 2.0, 4.0),
}
AT_A_POLE: dict[str, tuple[Callable[[Any], Any], float, float]] = {
    "dead sqrt": (lambda x: np.where(x >= 0, x, np.sqrt(-x)), 1.0, 1.0),
    "dead log": (lambda x: np.where(x > 0, x, np.log(-x)), 1.0, 1.0),
    "dead quotient": (lambda x: np.where(x == 0, x, 1 / x), 0.0, 1.0),
    "dead arccos": (lambda x: np.where(x > 1, x, np.arccos(x)), 2.0, 1.0),
    "dead arcsin": (lambda x: np.where(x > 1, x, np.arcsin(x)), 2.0, 1.0),
    "dead exponential": (lambda x: np.where(x > 1, x, np.exp(x)), 1000.0, 1.0),
    "dead sinh": (lambda x: np.where(x > 1, x, np.sinh(x) + np.cosh(x) + np.expm1(x) + np.exp2(10 * x)), 1000.0, 1.0),
    "dead reciprocal": (lambda x: np.where(x == 0, x, np.reciprocal(x)), 0.0, 1.0),
    "dead remainder": (lambda x: np.where(x == 0, x, np.remainder(2.5, x) + np.fmod(2.5, x)), 0.0, 1.0),
    "dead gamma": (lambda x: np.where(x < 0, x, sc.gamma(x) + sc.psi(x)), -2.0, 1.0),
    "dead power": (lambda x: np.where(x >= 0, x, (-x) ** 0.5), 1.0, 1.0),
    "dead sqrt at its pole": (lambda x: np.where(x >= 0, x, np.sqrt(x)), 0.0, 1.0),
    "dead entropy": (lambda x: np.where(x > 0, x * np.log(x), x), -1.0, 1.0),
    "dead entropy at 0": (lambda x: np.where(x > 0, x * np.log(x), x), 0.0, 1.0),
    "dead product with a root": (lambda x: np.where(x >= 0, x, np.sqrt(-x) * x), 1.0, 1.0),
    "dead square of a root": (lambda x: np.where(x >= 0, x, np.sqrt(-x) ** 2), 1.0, 1.0),
    "dead tanh of a logarithm": (lambda x: np.where(x >= 0, x, np.tanh(np.log(-x)) + np.cos(np.log(-x))), 1.0, 1.0),
    "dead sine of a quotient": (lambda x: np.where(x == 0, x, np.sin(1 / x) * x), 0.0, 1.0),
    "dead saturation": (lambda x: np.where(x == 0, x, 1 / (1 + (x + 1) * np.exp(1 / x))), 0.0, 1.0),
    "dead distance": (lambda x: np.where(x >= 0, x, np.abs(np.sqrt(-x))), 1.0, 1.0),
    "picked by a mask": (lambda x: np.sum((np.arange(-1.0, 2.0) * x * np.log(np.arange(-1.0, 2.0) * x))[2:]), 1.0, 1.0),
    "norm of 0": (lambda x: np.sqrt(np.sum((x * np.ones(2)) ** 2)) * 0, 0.0, 0.0),
    "root of a size at 0": (lambda x: np.sqrt(np.abs(x)), 0.0, 0.0),
    "root of relu below 0": (lambda x: np.sqrt(relu(x)), -1.0, 0.0),
    "root of a maximum below 0": (lambda x: np.sqrt(np.maximum(x, 0)), -1.0, 0.0),
    "root of clip at 0": (lambda x: np.cbrt(np.clip(x, 0, 1)), 0.0, 0.0),
    "logarithm of a size at 0": (lambda x: np.log(np.abs(x)), 0.0, 0.0),
    "root of a cube at 0": (lambda x: np.sqrt(x**3), 0.0, 0.0),
    "root of a square at 0": (lambda x: np.sqrt(x**2), 0.0, 0.0),
    "square of a root at 0": (lambda x: np.sqrt(x) ** 2, 0.0, 0.0),
    "hypot at 0": (lambda x: np.hypot(x, 0.0 * x), 0.0, 0.0),
    "arctan2 at the origin, as angle there": (lambda x: np.arctan2(x, x), 0.0, 0.0),
    "arctan2 at the origin, upwards": (lambda x: np.arctan2(x, 0.0), 0.0, 0.0),
    "angle at 0": (lambda x: np.angle(x + 1j * x), 0.0, 0.0),
    "norm at 0": (lambda x: np.linalg.norm(x * np.ones(2)), 0.0, 0.0),
    "std of a constant": (lambda x: np.std(x * np.ones(3)), 2.0, 0.0),
    "x**0 at 0": (lambda x: x**0, 0.0, 0.0),
    "x**1 at 0": (lambda x: x**1.0, 0.0, 1.0),
    "x**2 at 0": (lambda x: x**2.0, 0.0, 0.0),
    "0**y in y": (lambda y: np.power(0.0, y), 2.0, 0.0),
    "y log x at y = 0, x = 1": (lambda y: y * np.log(y + 1), 0.0, 0.0),
}


@pytest.mark.filterwarnings("ignore:(invalid|divide|overflow):RuntimeWarning")
@pytest.mark.parametrize("name", AT_A_KINK | AT_A_POLE)
def test_conventions_hold_in_both_modes(name: str) -> None:
    f, x, expected = (AT_A_KINK | AT_A_POLE)[name]
    assert both_modes(f, x) == [expected, expected]


@pytest.mark.filterwarnings("ignore:invalid:RuntimeWarning")
def test_a_power_of_a_negative_number_has_a_slope_in_the_base_and_none_in_the_exponent() -> None:
    assert np.isnan(both_modes(lambda y: np.power(-2.0, y), 2.0)).all()
    in_base, in_exponent = grad(np.power, (0, 1))(-2.0, 2.0)
    assert in_base == -4
    assert np.isnan(in_exponent)


CURVED = {"x**2 at 0": 2.0, "picked by a mask": 1.0, "y log x at y = 0, x = 1": 2.0,
          "interp of a knot that moves with x": 2.0, "root of a square at 0": np.inf, "square of a root at 0": np.inf}
"""Second derivatives that are not 0."""


@pytest.mark.filterwarnings("ignore:(invalid|divide|overflow):RuntimeWarning")
@pytest.mark.filterwarnings("ignore::autograd.DisconnectedWarning")
@pytest.mark.parametrize("name", AT_A_KINK | AT_A_POLE)
def test_conventions_hold_to_second_order(name: str) -> None:
    """In all four ways to nest the modes."""
    f, x, _ = (AT_A_KINK | AT_A_POLE)[name]

    def tangent(f: Callable[[Any], Any]) -> Callable[[Any], Any]:
        return lambda x: jvp(f, (x,), (1.0,))[1]

    nested = [grad(grad(f)), tangent(grad(f)), grad(tangent(f)), tangent(tangent(f))]
    assert [float(second(x)) for second in nested] == pytest.approx([CURVED.get(name, 0.0)] * 4)


@pytest.mark.filterwarnings("ignore:(invalid|divide|overflow):RuntimeWarning")
@pytest.mark.parametrize("count", [3, 20_000])
def test_dead_branches_in_arrays_small_and_large(count: int) -> None:
    """The entropy of probabilities, some of them 0; in a matrix, and where the cotangent broadcasts, too."""
    p = np.random.default_rng(0).uniform(0, 1, (2, count))
    p[:, ::3] = 0
    alive = p > 0
    expected = np.where(alive, np.log(np.where(alive, p, 1)) + 1, 0)
    for x, known in ((p, expected), (p[0], expected[0])):
        np.testing.assert_allclose(grad(lambda x: np.sum(np.where(x > 0, x * np.log(x), 0)))(x), known, rtol=1e-12)
        found = hvp(lambda x: np.sum(np.where(x > 0, x * np.log(x), 0)), x, np.ones_like(x))
        np.testing.assert_allclose(found, np.where(x > 0, 1 / np.where(x > 0, x, 1), 0))
    single = grad(lambda x: np.sum(np.where(x > 0, x * np.log(x), 0)))(p.astype(np.float32))
    assert single.dtype == np.float32
    assert np.all(np.isfinite(single))


ALONG_ROWS: dict[str, Callable[[Any], Any]] = {
    **{f.__name__: lambda x, f=f: f(x, axis=1) for f in (
        np.mean, np.var, np.std, np.max, np.prod, np.nanmean, np.nanvar, np.nanstd, np.nanprod, np.linalg.norm,
        np.cumprod, autograd.logsumexp, autograd.softmax, autograd.log_softmax)},
    "mean of none": lambda x: np.mean(x, axis=1, where=[[True], [False]]),
    "std of none": lambda x: np.std(x, axis=1, where=[[True], [False]]),
}


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("row", [[np.nan] * 3, [np.nan, 1.0, 2.0], [np.inf, 1.0, 2.0], [-np.inf] * 3, [0.0] * 3])
@pytest.mark.parametrize("name", ALONG_ROWS)
def test_a_dead_row_does_no_harm(name: str, row: list[float]) -> None:
    """In both modes, and to second order: what a function makes of one row has nothing to do with the other."""
    x = np.array([[1.0, 2.0, 4.0], row])

    def alive(x: Any) -> Any:
        return ALONG_ROWS[name](x)[0]

    alone = x[:1].repeat(2, axis=0)
    for derivative in (jacrev, jacfwd, lambda f: hessian(lambda x: np.sum(f(x) ** 2)),
                       lambda f: jacfwd(jacfwd(lambda x: np.sum(f(x) ** 2)))):
        np.testing.assert_allclose(derivative(alive)(x), derivative(alive)(alone), rtol=1e-12, atol=1e-12)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("row", [[np.nan, 1.0, 2.0], [np.inf, 1.0, 2.0], [np.inf, 0.0, 2.0], [-np.inf] * 3, [0.0] * 3])
@pytest.mark.parametrize("name", ALONG_ROWS)
def test_an_element_that_does_not_move_has_no_part_in_a_tangent(name: str, row: list[float]) -> None:
    """Whatever the slope is in it: forward and reverse mode find the same slopes, finite or not."""
    x = np.array([row, row])
    np.testing.assert_allclose(jacfwd(ALONG_ROWS[name])(x), jacrev(ALONG_ROWS[name])(x), rtol=1e-12)


def test_a_root_of_relu_has_no_slope_below_zero_however_large() -> None:
    """relu goes over large arrays in blocks."""
    x = np.random.default_rng(0).normal(size=100_000)
    expected = np.where(x > 0, 0.5 / np.sqrt(np.abs(x)), 0)
    np.testing.assert_allclose(grad(lambda x: np.sum(np.sqrt(relu(x))))(x), expected, rtol=1e-14)


@pytest.mark.filterwarnings("ignore:(invalid|divide):RuntimeWarning")
def test_a_zero_cotangent_is_not_a_constant() -> None:
    """d/dy of y log(x) is 0 in x at y = 0, but its derivative in y is 1/x."""
    h = hessian(lambda p: p[0] * np.log(p[1]))(np.array([0.0, 2.0]))
    np.testing.assert_allclose(h, [[0, 0.5], [0.5, 0]])


@pytest.mark.filterwarnings("ignore:divide:RuntimeWarning")
def test_a_python_zero_is_divided_by_as_numpy_does() -> None:
    assert grad(lambda x: x / 0.0)(3.0) == np.inf
    assert grad(lambda x: np.sum(x / -0.0))(np.ones(2, np.float32)).tolist() == [-np.inf, -np.inf]
    assert grad(lambda x: np.where(x > 0, x, x / 0.0))(3.0) == 1


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("samples", [0, 1])
def test_too_few_samples_give_numpys_nan(samples: int) -> None:
    x = np.ones((2, samples))
    for function in (np.cov, lambda x: np.var(x, axis=1, ddof=1), lambda x: np.std(x, axis=1, ddof=2)):
        np.testing.assert_array_equal(function(Tensor(x)).numpy(), function(x))  # type: ignore[operator]
        assert not np.isfinite(grad(lambda x, f=function: np.sum(f(x)))(x)).any()


def test_ties_of_two_differentiated_inputs_are_shared() -> None:
    a, b = Tensor(1.0, requires_grad=True), Tensor(1.0, requires_grad=True)
    np.maximum(a, b).backward()
    assert a.grad is not None
    assert b.grad is not None
    assert (a.grad.item(), b.grad.item()) == (0.5, 0.5)


@pytest.mark.filterwarnings("ignore:(invalid|divide|Degrees|Mean):RuntimeWarning")
def test_the_python_number_zero_divides_as_an_array_does() -> None:
    """It once raised ZeroDivisionError in the backward pass, in a dead branch too."""
    for zero in (0, 0.0, np.float64(0)):
        assert both_modes(lambda x, zero=zero: np.where(x > 0, x, x / zero), 1.0) == [1, 1]
        assert both_modes(lambda x, zero=zero: x / zero, 1.0) == [np.inf, np.inf]
    assert np.isnan(grad(lambda x: np.var(x, ddof=1))(np.ones(1))).all()


@pytest.mark.parametrize("zeros", [0, 1, 2, 3])
def test_prod_with_zeros(zeros: int) -> None:
    x = np.array([2.0, 3.0, 5.0])
    x[:zeros] = 0
    expected = [x[1] * x[2], x[0] * x[2], x[0] * x[1]]
    np.testing.assert_array_equal(grad(np.prod)(x), expected)
    second = hessian(np.prod)(x)
    np.testing.assert_array_equal(second, [[0, x[2], x[1]], [x[2], 0, x[0]], [x[1], x[0], 0]])


def test_reductions_honour_where_and_initial() -> None:
    x = np.array([[1.0, 5.0, 2.0], [7.0, 3.0, 4.0]])
    mask = np.array([[True, False, True], [False, True, True]])
    assert grad(lambda x: np.sum(x, where=mask))(x).tolist() == mask.astype(float).tolist()
    np.testing.assert_allclose(grad(lambda x: np.mean(x, where=mask))(x), mask / 4)
    assert grad(lambda x: np.max(x, initial=6.0, where=mask))(x).tolist() == np.zeros((2, 3)).tolist()
    assert grad(lambda x: np.max(x, initial=0.0, where=mask))(x).tolist() == [[0, 0, 0], [0, 0, 1]]
    value, tangent = jvp(lambda x: np.sum(x, initial=10.0), (x,), (np.ones((2, 3)),))
    assert (value, tangent) == (32, 6)


# --- Anomalies -------------------------------------------------------------------------------------------------------


@pytest.mark.filterwarnings("ignore:(invalid|divide):RuntimeWarning")
def test_the_first_nan_is_named_with_its_line() -> None:
    x = Tensor(1.0, requires_grad=True)
    message = r"^sqrt made nan in a value of shape \(\) .*test_safety\.py:\d+"
    with detect_anomaly(), pytest.raises(AnomalyError, match=message):
        np.sqrt(np.sqrt(x - 2))


@pytest.mark.filterwarnings("ignore:(invalid|divide):RuntimeWarning")
def test_infinities_and_backward_anomalies_are_found() -> None:
    with detect_anomaly(), pytest.raises(AnomalyError, match="log made an infinity"):
        np.log(Tensor(0.0, requires_grad=True))
    with (
        detect_anomaly(),
        pytest.raises(AnomalyError, match=r"backward pass made an infinity at sqrt.*test_safety\.py"),
    ):
        np.sqrt(Tensor(0.0, requires_grad=True)).backward()
    with detect_anomaly(), pytest.raises(AnomalyError, match="operand 1, which holds nan already"):
        Tensor([1.0], requires_grad=True) * np.array([np.nan])
    with detect_anomaly(), pytest.raises(AnomalyError, match="add made nan .* from operand 0, which holds nan already"):
        Tensor([np.nan], requires_grad=True) + 1.0
    with detect_anomaly(), pytest.raises(AnomalyError, match="subtract .* from operand 1, which holds an infinity alr"):
        Tensor([1.0], requires_grad=True) - np.inf
    unseen = Tensor([1.0], requires_grad=True)
    with detect_anomaly(), pytest.raises(AnomalyError, match="unless operand 1, which no recorded operation made"):
        unseen + np.log(Tensor([-1.0]))  # of constants alone: not recorded, and a sum keeps no operand
    with detect_anomaly(), pytest.raises(AnomalyError, match="backward"):
        grad(grad(lambda x: x**1.5))(0.0)


@pytest.mark.filterwarnings("ignore:(invalid|divide):RuntimeWarning")
def test_anomalies_of_operations_with_several_outputs_are_told_of_the_operation() -> None:
    singular, equal = (Tensor(x, requires_grad=True) for x in (np.zeros((2, 2)), 2 * np.eye(2)))
    message = r"^slogdet made an infinity in a value of shape \(\) \(.*test_safety\.py:\d+"
    with detect_anomaly(), pytest.raises(AnomalyError, match=message):
        np.linalg.slogdet(singular)
    message = r"backward pass made nan at eigh, in a gradient of shape \(2, 2\) \(.*test_safety\.py:\d+"
    with detect_anomaly(), pytest.raises(AnomalyError, match=message):
        np.linalg.eigh(equal)[1][0, 1].backward()  # vectors of equal eigenvalues are not determined


FORWARD_ANOMALIES: dict[str, tuple[Callable[[], Any], str]] = {
    "value of jvp": (lambda: jvp(np.log, (0.0,), (1.0,)), r"^log made an infinity in a value of shape \(\)"),
    "value of vmap": (lambda: vmap(np.log)(np.zeros(2)), r"^log made an infinity in a value of shape \(\)"),
    "constant": (lambda: vmap(lambda x: x * np.nan)(np.zeros(2)), r"^multiply made .* operand 1, which holds nan"),
    "tangent": (lambda: jvp(np.sqrt, (0.0,), (1.0,)), r"^forward accumulation made an infinity at sqrt, in a tangent"),
    "of a batch": (lambda: vmap(jacfwd(np.sqrt))(np.zeros(2)), r"^forward accumulation made .* at sqrt, in a tangent"),
    "second": (lambda: jacfwd(jacfwd(lambda x: x**1.5))(0.0), r"^forward accumulation made .* at power, in a tangent"),
    "several outputs": (lambda: jvp(np.linalg.eigh, (2 * np.eye(2),), (np.ones((2, 2)),)), r"^forward .* nan at eigh"),
    "hvp": (lambda: hvp(np.sqrt, 0.0, 1.0), r"^forward accumulation made an infinity at sqrt, in a tangent"),
    "grad in jvp": (lambda: jvp(grad(lambda x: x**1.5), (0.0,), (1.0,)), r"^the backward pass made .* at power"),
    "hessian": (lambda: hessian(lambda x: np.sum(x**1.5))(np.zeros(2)), r"^the backward pass made .* at power"),
}


@pytest.mark.filterwarnings("ignore:(invalid|divide):RuntimeWarning")
@pytest.mark.parametrize("anomaly", FORWARD_ANOMALIES)
def test_anomalies_inside_transforms_are_named_with_their_line(anomaly: str) -> None:
    """`jvp` and `vmap` of plain arrays went unwatched, and partials that `hvp` computed were taken for values."""
    call, message = FORWARD_ANOMALIES[anomaly]
    with detect_anomaly(), pytest.raises(AnomalyError, match=rf"{message}.*test_safety\.py:\d+"):
        call()


HEALTHY = [lambda x: np.sqrt(np.abs(x)), lambda x: np.hypot(x, 0.0), lambda x: np.linalg.norm(np.stack([x, x]))]


@pytest.mark.parametrize("f", HEALTHY)
def test_partials_that_meet_a_zero_are_no_anomalies_of_forward_accumulation(f: Callable[[Any], Any]) -> None:
    with detect_anomaly():
        assert jvp(f, (0.0,), (1.0,))[1] == 0
        assert jacfwd(jacfwd(f))(0.0) == 0
        assert vmap(jacfwd(f))(np.zeros(2)).tolist() == [0, 0]
        assert hvp(f, 0.0, 1.0) == 0


@pytest.mark.filterwarnings("ignore:(invalid|divide):RuntimeWarning")
def test_anomaly_detection_lets_healthy_programs_pass() -> None:
    with detect_anomaly():
        assert grad(lambda x: np.where(x >= 0, x, 1 / x))(2.0) == 1
        assert grad(grad(np.tanh))(0.5) == pytest.approx(-2 * np.tanh(0.5) / np.cosh(0.5) ** 2)
    assert np.isnan(np.sqrt(Tensor(-1.0, requires_grad=True)).item())


# --- Messages --------------------------------------------------------------------------------------------------------

X = Tensor(np.ones((2, 3)), requires_grad=True)


def without_rule(function: Callable[..., Any], *args: Any, **options: Any) -> Any:
    """Call a function as if the library did not know it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delitem(registry, function)
        return function(*args, **options)


MISTAKES: dict[str, tuple[Callable[[], Any], type[Exception], str]] = {
    "add": (
        lambda: X + np.ones(4),
        ValueError,
        r"add of float64 \(2, 3\), float64 \(4,\).*reshape.*test_safety\.py:\d+",
    ),
    "matmul": (lambda: X @ X, ValueError, r"matmul of float64 \(2, 3\), float64 \(2, 3\).*\.mT.*test_safety\.py:\d+"),
    "vectors": (lambda: X @ np.ones(2), ValueError, r"not aligned: 3 .dim 1. != 2.*\.mT.*test_safety\.py:\d+"),
    "matrices": (lambda: X @ np.ones((2, 4)), ValueError, r"mismatch in its core dimension.*\.mT.*_safety\.py:\d+"),
    "axis": (lambda: X.sum(axis=5), ValueError, r"axis 5 is out of bounds for array of dimension 2 \(at"),
    "reshape": (lambda: X.reshape(4, 4), ValueError, r"reshape of float64 \(2, 3\).*\(4,4\) \(at .*safety\.py:\d+"),
    "index": (lambda: X[5], IndexError, r"index 5 is out of bounds for axis 0 with size 2 \(at"),
    "float index": (lambda: X[Tensor(1.0)], IndexError, "integers or booleans.*float64"),
    "concatenate": (lambda: np.concatenate([X, np.ones((2, 2))]), ValueError, "concatenate of"),
    "no rule": (lambda: without_rule(np.histogramdd, X[0]), NoDerivativeError,
                r"numpy\.histogramdd has no derivative.*\(3,\).*\(g, out, sample\):"),
    "no rule, by an option": (lambda: without_rule(np.histogramdd, np.ones((2, 3)), weights=X[:, 0]), NoDerivativeError,
                              r"histogramdd has no derivative.*\(g, out, sample, \*\*options\): .*d out / d sample"),
    "ufunc method": (lambda: np.hypot.reduce(X, initial=X[0, 0]), NoDerivativeError, r"hypot\.reduce"),
    "no return": (lambda: grad(lambda x: None)(2.0), TypeError, "to return one number, got NoneType"),
    "no tree": (lambda: grad(lambda x: x.a)(object()), TypeError, "dicts, lists, tuples and namedtuples.*got object"),
    "ufunc where": (lambda: np.add(X, 1, where=np.ones((2, 3), bool)), NoDerivativeError, r"np\.where"),
    "option": (lambda: np.sum(X, where=X), NoDerivativeError, "detach"),
    "complex cast": (lambda: Tensor([1j]).astype(float), TypeError, r"np\.real"),
    "leaf flag": (lambda: setattr(X * 1, "requires_grad", False), RuntimeError, r"detach"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_mistakes_are_explained(mistake: str) -> None:
    call, kind, message = MISTAKES[mistake]
    with pytest.raises(kind, match=f"(?s){message}"):
        call()


def test_a_gradient_that_nothing_connects_is_told_of_the_line_that_asked_for_it() -> None:
    for ask in (lambda: grad(lambda x: 3.0)(1.0), lambda: autograd.value_and_grad(lambda x: 3.0)(1.0)):
        with pytest.warns(autograd.DisconnectedWarning, match="does not depend on the arguments") as caught:
            ask()
        assert [(told.filename, told.lineno) for told in caught] == [(__file__, ask.__code__.co_firstlineno)]


def test_functions_without_a_rule_still_compute_on_untracked_tensors() -> None:
    kept = np.trim_zeros(Tensor([0.0, 1.0, 2.0]))
    assert isinstance(kept, Tensor)
    assert kept.tolist() == [1, 2]


def test_supported_is_the_registry() -> None:
    table = autograd.supported()
    rows = {row.function: row for row in table}
    assert rows["numpy.tanh"].kind == "elementwise"
    assert rows["numpy.sum"].kind == "linear"
    assert rows["numpy.floor"].orders == "0"
    assert rows["numpy.tensordot"].kind == "composite"
    assert "numpy.tanh" in repr(table)
    assert not [row for row in table if row.function.startswith("numpy.") and "call" in row.note]
    header, rule, first, *rest = table.to_markdown().splitlines()
    assert header == "| function | kind | reverse | forward | orders | complex | note |"
    assert rule.count("---") == 7
    assert first.startswith(f"| {table[0].function} | {table[0].kind} | {'yes' if table[0].reverse else 'no'} |")
    assert len(rest) == len(table) - 1


@pytest.mark.parametrize(("primals", "tangents"), [(1.0, 1.0), ((1.0,), 1.0), (1.0, (1.0,))])
def test_jvp_of_one_argument_takes_tuples_on_both_sides(primals: Any, tangents: Any) -> None:
    with pytest.raises(TypeError, match=r"takes a tuple of primals and a tuple of tangents.*jvp\(f, \(x,\), \(t,\)\)"):
        autograd.jvp(np.sin, primals, tangents)


@pytest.mark.parametrize("constant", [np.imag, np.angle, lambda x: x.imag])
def test_the_imaginary_part_of_real_numbers_is_constant_below_a_pole_too(constant: Callable[..., Any]) -> None:
    """An infinite cotangent times 0 was nan."""
    assert grad(lambda x: np.sum(np.cbrt(constant(x))))(np.ones(3)).tolist() == [0, 0, 0]


OBJECTS = np.array([1, 2.5], dtype=object)
BESIDE_OBJECTS: dict[str, Callable[[Any], Any]] = {
    "product": lambda t: t * OBJECTS, "sum, from the left": lambda t: OBJECTS + t,
    "where": lambda t: np.where(t > 1, t, OBJECTS),
    "joined": lambda t: np.concatenate([t, OBJECTS]), "a fraction": lambda t: t * Fraction(1, 2),
    "a number and a fraction": lambda t: t[0] * Fraction(1, 2),
    "a fraction and a number": lambda t: Fraction(1, 2) - t[0],
    "inner product": lambda t: np.dot(t, OBJECTS), "inner product, from the left": lambda t: OBJECTS @ t,
    "inner product of fractions": lambda t: t @ np.array([Fraction(1, 2), Fraction(1, 3)]),
    "sum of objects": lambda t: np.sum(t, dtype=object), "running sum of objects": lambda t: np.cumsum(t, dtype=object),
}


@pytest.mark.parametrize("name", BESIDE_OBJECTS)
def test_objects_beside_a_tensor_are_refused_in_both_modes(name: str) -> None:
    """NumPy makes objects of everything then, whose tangent would be 0."""
    f, x = BESIDE_OBJECTS[name], np.array([1.0, 2.0])
    for call in (lambda: f(Tensor(x, requires_grad=True)), lambda: jvp(f, (x,), (x,))):
        with pytest.raises(TypeError, match=r"array of objects, such as .*x\.astype\(float\)"):
            call()


@pytest.mark.parametrize("join", [lambda t: np.concatenate([t, ["a"]]), lambda t: np.where([True, False], t, "a"),
                                  lambda t: np.append(t, "a"), lambda t: np.array([t[0], "a"], like=t)])
def test_strings_beside_a_tensor_are_refused_in_both_modes(join: Callable[[Any], Any]) -> None:
    """NumPy makes strings of everything then."""
    x = np.array([1.0, 2.0])
    for call in (lambda: join(Tensor(x, requires_grad=True)), lambda: jvp(join, (x,), (x,))):
        with pytest.raises(TypeError, match=r"array of strings, such as .*x\.astype\(float\)"):
            call()
