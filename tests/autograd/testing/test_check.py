"""The checker itself: planted errors are caught and named, right gradients are never blamed."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd
from autograd import GradientMismatch, Tensor
from autograd.testing import aliasing, check_gradients, check_rule, measures
from autograd.testing.check import FULL_JACOBIAN
from autograd.testing.differences import random_like
from autograd.testing.randomness import RandomState
from autograd.testing.subject import Subject

X = np.array([0.3, -1.2, 2.0])


# --- Planted errors --------------------------------------------------------------------------------------------------


def cube_wrong_by(factor: float) -> Any:
    @autograd.custom
    def cube(x: Any) -> Any:
        return x**3

    return cube.defvjp(lambda g, out, x: factor * 3 * g * x**2)


@pytest.mark.parametrize("factor", [1.001, 0.999, -1, 0, 2])
@pytest.mark.parametrize("size", [(), (3,), (40,)])
def test_a_wrong_factor_or_sign_is_caught(factor: float, size: tuple[int, ...]) -> None:
    x = np.random.default_rng(0).uniform(0.5, 2, size)
    with pytest.raises(GradientMismatch, match="reverse mode: the gradient"):
        check_gradients(cube_wrong_by(factor), x, order=1)


def test_a_wrong_factor_is_caught_in_float32_and_in_complex_numbers() -> None:
    with pytest.raises(GradientMismatch):
        check_gradients(cube_wrong_by(1.001), X.astype(np.float32), order=1)
    with pytest.raises(GradientMismatch):
        check_gradients(cube_wrong_by(1.001), X + 1j, order=1)


@pytest.mark.parametrize("unit", [1e-6, 1e-12, 1.4e-23, 1e-150, 1e6, 1e60])
@pytest.mark.parametrize("factor", [1.001, -1, 0])
def test_a_wrong_factor_is_caught_in_any_unit(unit: float, factor: float) -> None:
    """Of a function in joules a kelvin all derivatives are smaller than any fixed tolerance."""
    @autograd.custom
    def energy(x: Any) -> Any:
        return unit * np.sin(x)

    with pytest.raises(GradientMismatch):
        check_gradients(energy.defvjp(lambda g, out, x: factor * unit * g * np.cos(x)), X)
    check_gradients(energy.defvjp(lambda g, out, x: unit * g * np.cos(x)), X)
    check_gradients(energy.defvjp(lambda g, out, x: -unit * g * np.cos(x)), X, atol=3 * unit)  # as it was asked for


@pytest.mark.parametrize("size", [1e-9, 1e-3, 1e4, 1e9])
@pytest.mark.parametrize(("f", "slope"), [(np.log, lambda x: 1 / x), (np.sqrt, lambda x: 0.5 / np.sqrt(x))])
def test_a_wrong_fifth_digit_is_caught_for_inputs_of_any_size(f: Any, slope: Any, size: float) -> None:
    """Steps that do not grow and shrink with the inputs tell fewer digits."""
    x = size * np.array([1.0, 2.0])
    check_gradients(autograd.custom(f).defvjp(lambda g, out, x: g * slope(x)), x)
    with pytest.raises(GradientMismatch):
        check_gradients(autograd.custom(f).defvjp(lambda g, out, x: 1.00001 * g * slope(x)), x)


@autograd.custom
def one_wrong_element(x: Any) -> Any:
    return np.sin(x)


slip = np.where(np.arange(500).reshape(20, 25) == 321, 1.001, 1)
one_wrong_element.defvjp(lambda g, out, x: g * np.cos(x) * slip)


def test_one_wrong_element_among_many_is_found_and_named() -> None:
    x = np.random.default_rng(0).normal(size=(20, 25))
    with pytest.raises(GradientMismatch) as caught:
        check_gradients(lambda p: one_wrong_element(p["w"]).sum(), {"w": x, "b": 1.0}, order=1)
    message = str(caught.value)
    assert "reverse mode: the gradient for argument 0['w'] at index (12, 21) is " in message
    exact = np.cos(x[12, 21])
    assert f"is {1.001 * exact:.12f}"[:10] in message
    assert f"give {exact:.12f}"[:12] in message
    assert "tolerance" in message
    assert "rtol=1e-06" in message


wrong_forward = autograd.custom(lambda x: x * x)
wrong_forward.defvjp(lambda g, out, x: 2 * g * x).defjvp(lambda t, out, x: 2.002 * t * x)


def test_the_mode_that_is_wrong_is_named() -> None:
    check_gradients(wrong_forward, X, order=1, modes=["reverse"])
    with pytest.raises(GradientMismatch, match=r"forward mode: the tangent of output at index \(0,\) along argument 0"):
        check_gradients(wrong_forward, X, order=1, modes=["forward"])


@pytest.mark.parametrize(("order", "slope"), [(1, lambda x, cut: 3 * cut**2),
                                              (2, lambda x, cut: 3 * cut * (2 * x - cut))])
def test_an_error_in_a_higher_order_is_caught_there(order: int, slope: Callable[[Any, Any], Any]) -> None:
    """Derivatives are right to the order given: detach() cuts the next."""
    cube = autograd.custom(lambda x: x**3)
    cube.defvjp(lambda g, out, x: g * slope(x, x.detach() if isinstance(x, Tensor) else x))
    check_gradients(cube, X, order=order, modes=["reverse"])
    with pytest.raises(GradientMismatch, match=f"{' over '.join(['reverse'] * (order + 1))} mode"):
        check_gradients(cube, X, order=order + 1, modes=["reverse"])


# The rule takes the first row where it should sum over rows.
first_row_only = autograd.custom(lambda x, y: x * y)
first_row_only.defvjp(lambda g, out, x, y: (g * y)[0], lambda g, out, x, y: g * x)


def reference_product(x: Any, y: Any) -> Any:
    return x * y


def forward_product(x: Any, y: Any) -> Any:
    return x * y, ()


summed_over_the_wrong_axis = autograd.fused(
    "planted_wrong_axis", forward_product,
    lambda g, operands, residuals, needs: (np.sum(g * operands[1], axis=1), g * operands[0]), reference_product)
_kept = np.zeros(3)


def reuse_one_buffer(g: Any, operands: Any, residuals: Any, needs: Any) -> Any:
    np.multiply(g, operands[1], out=_kept)
    return _kept, g * operands[0]


same_buffer_again = autograd.fused("planted_reused_buffer", forward_product, reuse_one_buffer, reference_product)


def write_into_cotangent(g: Any, operands: Any, residuals: Any, needs: Any) -> Any:
    first = g * operands[1]
    g *= operands[0]
    return first, g


cotangent_overwritten = autograd.fused("planted_in_place", forward_product, write_into_cotangent, reference_product)


def test_a_missing_or_wrong_sum_over_broadcast_axes_is_caught() -> None:
    with pytest.raises(GradientMismatch, match="gradient of sum"):
        check_rule(first_row_only, X, np.ones((2, 3)), order=1)
    with pytest.raises((GradientMismatch, ValueError)):
        check_gradients(summed_over_the_wrong_axis, np.ones(3), np.arange(9.0).reshape(3, 3), order=1)


def test_a_rule_that_is_wrong_in_the_dtype_that_was_given_alone_is_caught() -> None:
    """float32 is checked in float64, where its rule may take another branch: gradients are asked for in float32 too."""
    @autograd.custom
    def double(x: Any) -> Any:
        return 2 * x

    double.defvjp(lambda g, out, x: 2 * g + (x.dtype == np.float32))
    check_gradients(double, np.ones(3))
    with pytest.raises(GradientMismatch, match="the pullback is not linear"):
        check_gradients(double, np.ones(3, np.float32))


def test_a_reused_buffer_is_caught() -> None:
    with pytest.raises(GradientMismatch, match="earlier pullback|used a second time|shares memory"):
        check_gradients(same_buffer_again, X, np.array([1.0, 2.0, 3.0]), order=1)


def test_a_rule_that_writes_into_its_cotangent_is_caught() -> None:
    with pytest.raises(autograd.testing.GradientMismatch, match="changed its cotangent in place"):
        check_gradients(cotangent_overwritten, X, np.array([1.0, 2.0, 3.0]), order=1)


@pytest.mark.parametrize(("call", "error", "message"), [
    (lambda: check_gradients(np.sin, X, order=0), ValueError, "order expected the highest derivative.*got 0"),
    (lambda: check_gradients(np.sin, X, order="2"), ValueError, "order expected the highest derivative.*got '2'"),
    (lambda: check_gradients(np.sin, X, rtol=np.nan), ValueError, "rtol must be a number of at least 0, got nan"),
    (lambda: check_gradients(np.sin, X, atol=-1e-6), ValueError, "atol must be a number of at least 0, got -1e-06"),
    (lambda: check_gradients(np.sin, X, rtol="1e-5"), ValueError, "rtol must be a number of at least 0, got '1e-5'"),
    (lambda: check_gradients(np.sin(X), X), TypeError, r"takes a function.*write check_gradients\(f, \.\.\.\)"),
    (lambda: check_gradients(lambda p: np.sin(p["w"]), {"w": np.array([1.0, np.nan])}), ValueError,
     r"argument 0\['w'\] holds nan at index \(1,\)"),
    (lambda: check_gradients(np.sin, np.array([[1.0, 2.0], [np.nan, np.nan]])), ValueError, r"at index \(1, 0\)"),
    (lambda: check_gradients(np.sin, np.nan), ValueError, "argument 0 holds nan, where nothing can be compared"),
])
def test_what_would_prove_nothing_is_refused(call: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        call()


def test_a_nan_gradient_is_a_mismatch() -> None:
    bad = autograd.custom(lambda x: x * 2.0)
    bad.defvjp(lambda g, out, x: g * np.nan)
    with pytest.raises(GradientMismatch, match="is nan, but finite differences give 2"):
        check_gradients(bad, 1.0, order=1)


# The engine copies and fits what a rule returns, so these cannot be planted in a rule: a false `vjp` gives them.


def check_with(monkeypatch: pytest.MonkeyPatch, pull: Any, **options: Any) -> None:
    """Check x + y with a pullback of its own."""
    honest = aliasing.vjp

    def false_vjp(f: Any, *primals: Any) -> Any:
        out, pullback = honest(f, *primals)
        return (out, pull) if len(primals) == 2 else (out, lambda g: pull(g[:1]) + pullback(g)[2:])

    monkeypatch.setattr(aliasing, "vjp", false_vjp)
    check_gradients(lambda x, y: x + y, X, X + 1, **options)


@pytest.mark.parametrize(("pull", "complaint"), [
    (lambda g: (g[0], g[0].copy()), "argument 0 shares memory with the cotangent"),
    (lambda g: (g[0].copy(),) * 2, "argument 0 shares memory with the gradient of argument 1"),
    (lambda g: (g[0].copy(), np.ones((2, 3))), r"argument 1 has shape \(2, 3\), the argument \(3,\): was it not"),
    (lambda g: (g[0].copy(), g[0].astype(np.float32)), "argument 1 is float32, the argument float64"),
    (lambda g: (g[0].copy(), g[0] * g[0]), "the pullback is not linear"),
    (lambda g: (g[0].copy(), np.add(g[0], 1, out=g[0]).copy()), "changed the cotangent that was given"),
    (lambda g: (g[0].copy(), g[0].copy()), "changes when its argument is used a second time"),
])
def test_shared_memory_and_wrong_shapes_are_caught(monkeypatch: pytest.MonkeyPatch, pull: Any, complaint: str) -> None:
    with pytest.raises(GradientMismatch, match=complaint):
        check_with(monkeypatch, pull)


def test_a_value_that_changes_when_it_is_differentiated_is_a_mismatch() -> None:
    def sly(x: Any) -> Any:
        return x * (3.0 if x.requires_grad else 2.0)

    with pytest.raises(GradientMismatch, match="output has another value when it is differentiated: 3.* instead of 2"):
        check_gradients(sly, 1.0)


def test_a_tangent_of_the_wrong_shape_is_a_mismatch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measures, "jvp", lambda f, x, t: (f(*x), [np.zeros(2)]))
    with pytest.raises(GradientMismatch, match=r"the tangent of output has shape \(2,\), the output \(\)"):
        check_gradients(np.sin, 1.0, modes=["forward"])


# --- Manners ---------------------------------------------------------------------------------------------------------


def test_a_nondeterministic_function_is_told() -> None:
    rng = np.random.default_rng(0)
    with pytest.raises(GradientMismatch, match="f is not deterministic: two calls at the same point gave .*output"):
        check_gradients(lambda x: x * rng.normal(size=3), X)
    with pytest.raises(GradientMismatch, match="not deterministic.*shapes"):
        check_gradients(lambda x: x[: rng.integers(1, 3)], X)


@pytest.mark.parametrize(("values", "told"), [
    ((0.0, 1000.0), False), ((0.0, 1001.0), True), ((1.0, 2000.0), False), ((1.0, 2001.0), True),
    ((-1.0, 2000.0), False), ((-1.0, 2001.0), True), ((np.inf, 0.0), False), ((np.nan, 0.0), False),
])
def test_two_calls_may_differ_by_a_thousand_roundings(values: tuple[float, float], told: bool) -> None:
    first, roundings = values
    second = iter([first, first, first + roundings * np.finfo(float).eps])
    subject = Subject(lambda x: 0 * x + next(second), [1.0])
    if told:
        with pytest.raises(GradientMismatch, match="not deterministic"):
            subject.require_deterministic()
    else:
        subject.require_deterministic()


@pytest.mark.parametrize(("first", "second"), [(np.nan, 1.0), (1.0, np.nan), (np.inf, 1.0), (1.0, -np.inf)])
def test_a_number_in_one_call_alone_is_not_deterministic(first: float, second: float) -> None:
    calls = iter([first, first, second])
    subject = Subject(lambda x: 0 * x + next(calls), [1.0])
    with pytest.raises(GradientMismatch, match="not deterministic"):
        subject.require_deterministic()


GENERATORS: dict[str, Callable[[], float]] = {
    "Python's": random.random,
    "NumPy's": lambda: np.random.rand(),  # noqa: NPY002
    "this library's": lambda: autograd.random.generator().random(),
}


@pytest.mark.parametrize("name", GENERATORS)
def test_known_generators_are_rewound_and_restored(name: str) -> None:
    draw = GENERATORS[name]
    autograd.manual_seed(3)
    np.random.seed(3)  # noqa: NPY002
    random.seed(3)
    draw()  # NumPy's has now made its next numbers: what the next draw changes is the place among them
    expected = RandomState()
    check_gradients(lambda x: x * draw(), X)
    following = draw()
    expected.restore()
    assert draw() == following


def test_inputs_are_left_as_they_were() -> None:
    x, integers, tensor = X.copy(), np.arange(3), Tensor(X.copy(), requires_grad=True)

    def change(x: Any, integers: Any, t: Any) -> Any:
        integers += 1
        x += 1
        return x * integers.sum() * t

    check_gradients(change, x, integers, tensor, order=1)
    assert np.array_equal(x, X)
    assert integers.tolist() == [0, 1, 2]
    assert np.array_equal(tensor.numpy(), X)
    assert tensor.grad is None


def test_a_check_without_a_comparison_says_that_it_proves_nothing() -> None:
    for f, x in ((np.sum, np.zeros(0)), (np.abs, 0.0)):
        assert str(check_gradients(f, x)).startswith("nothing was compared, so nothing is proved")
    with pytest.raises(TypeError, match="at least one float, floating array or tensor .*; got ndarray of int64, int"):
        check_gradients(np.add, np.arange(2), 1)


def test_a_report_says_what_was_done() -> None:
    report = check_gradients(lambda x: np.sin(x).sum(), X, order=2, modes=["reverse", "forward"])
    assert report.largest_error < 1e-9
    assert report.comparisons > 8
    assert report.evaluations > 50
    second = ["reverse over reverse", "forward over reverse", "reverse over forward", "forward over forward"]
    assert report.modes == ["reverse", "forward", *second]
    text = str(report)
    assert text.startswith("gradients agree: largest relative error ")
    assert "comparisons in float64" in text
    for unit in (1e-6, 1e6):
        assert check_gradients(lambda x, unit=unit: unit * np.sin(x), X, order=1).largest_error < 1e-9


@pytest.mark.parametrize("unit", [1.0, 1e-12])
def test_the_error_of_a_report_is_relative_to_the_derivative(unit: float) -> None:
    def nearly(x: Any) -> Any:
        return unit * (100 + cube_wrong_by(1 + 5e-7)(x))

    assert check_gradients(nearly, X[:1], order=1).largest_error == pytest.approx(5e-7, rel=0.1)


@pytest.mark.parametrize(("count", "last"), [
    (2, "(1,)"), (9, "(8,)"), (10, "(9,)"), (11, "1 more places"), (15, "5 more places"),
])
def test_a_report_names_ten_places_without_a_derivative(count: int, last: str) -> None:
    lines = str(check_gradients(np.abs, np.zeros(count), order=1)).splitlines()
    assert len(lines) == 2 + min(count, 11)
    assert lines[2].startswith("  not differentiable here: output at index (0,) along argument 0 at index (0,): ")
    assert last in lines[-1]


def test_tolerances_can_be_set() -> None:
    check_gradients(cube_wrong_by(1.001), X, order=1, rtol=1e-2)
    check_gradients(cube_wrong_by(1.001), X, order=1, atol=1.0)
    check_gradients(lambda x: 0 * x, X, rtol=0, atol=0)
    nearly_half = autograd.custom(lambda x: 0.5 * x).defvjp(lambda g, out, x: 0.5015 * g)
    check_gradients(nearly_half, 0.3, order=1, rtol=0, atol=2e-3)
    with pytest.raises(GradientMismatch, match="0.0015, and the tolerance is 0.001"):
        check_gradients(nearly_half, 0.3, order=1, rtol=0, atol=1e-3)
    modes: Any
    for modes in (["sideways"], "reverse", ()):
        with pytest.raises(ValueError, match=r"'reverse' and 'forward', such as \('reverse',\), got (\[|'|\()"):
            check_gradients(np.sin, X, modes=modes)


@pytest.mark.parametrize(("dtype", "tolerances"), [
    (np.float16, "rtol=0.05, atol=0.01"), (np.float32, "rtol=0.001, atol=1e-05"), (float, "rtol=1e-06, atol=1e-11"),
])
def test_tolerances_are_those_of_the_dtype(dtype: Any, tolerances: str) -> None:
    with pytest.raises(GradientMismatch, match=rf"\({tolerances}, {np.dtype(dtype).name}\)"):
        check_gradients(lambda x: cube_wrong_by(2.0)(x.astype(dtype)), X)


@pytest.mark.parametrize(("given", "checked"), [("e", "float64"), ("f", "float64"), ("F", "complex128")])
def test_a_function_that_goes_along_is_checked_in_double_precision(given: str, checked: str) -> None:
    assert check_gradients(np.sin, X.astype(given), order=1).dtype == checked
    slightly = autograd.custom(np.sin).defvjp(lambda g, out, x: g * np.cos(x) * 1.0001)
    with pytest.raises(GradientMismatch, match=rf"rtol=1e-06, .* {checked}\)"):
        check_gradients(slightly, X.astype(given), order=1)


def test_full_jacobians_can_be_forced_and_avoided() -> None:
    x = np.random.default_rng(0).normal(size=40)
    few = check_gradients(np.sin, x, order=1, full=False)
    many = check_gradients(np.sin, x, order=1, full=True)
    assert many.comparisons > 20 * few.comparisons


def test_an_element_that_is_0_beyond_doubt_hides_no_other() -> None:
    """Without an absolute tolerance it has none at all."""
    mask = np.array([0.0, 1.0, 1.0])
    masked = autograd.custom(lambda x: mask * x).defvjp(lambda g, out, x: mask * g)
    check_gradients(masked, X, order=1, atol=0)
    masked.defjvp(lambda t, out, x: 1.001 * mask * t)
    with pytest.raises(GradientMismatch, match=r"forward mode: the tangent of output at index \([12],\)"):
        check_gradients(masked, X, order=1, atol=0, modes=["forward"])


@pytest.mark.parametrize("beyond", [0, 1])
def test_of_few_inputs_every_derivative_is_compared(beyond: int) -> None:
    x = np.linspace(0.1, 1, FULL_JACOBIAN + beyond)
    usual, forced = (check_gradients(np.sin, x, order=1, full=full) for full in (None, not beyond))
    assert usual.comparisons == forced.comparisons


def test_directions_and_cotangents_leave_no_element_out() -> None:
    arrays = [np.zeros((40, 5)), np.zeros(200, np.float16), np.zeros(200, np.complex64)]
    found = random_like(arrays, np.random.default_rng(0))
    assert [(f.shape, f.dtype) for f in found] == [(a.shape, a.dtype) for a in arrays]
    for part in (*found, found[2].imag):
        sizes = np.abs(part.real)
        assert sizes.min() >= 0.5
        assert sizes.max() <= 1
        assert {-1, 1} == set(np.sign(part.real).ravel())


# --- check_rule ------------------------------------------------------------------------------------------------------


def test_errors_too_small_to_see_one_by_one_are_seen_together() -> None:
    spread = autograd.custom(np.sin)
    spread.defvjp(lambda g, out, x: g * (np.cos(x) + 0.9e-3))
    with pytest.raises(GradientMismatch, match="the gradient along a random direction is"):
        check_gradients(lambda x: spread(x).sum(), np.linspace(-1, 1, 100), order=1, atol=1e-3, rtol=0.0)


def test_check_rule_takes_numbers() -> None:
    report = check_rule(np.sin, 0.5)
    assert report.largest_error < 1e-9
    assert len(report.modes) == 2 + 4, "to second order"


@pytest.mark.parametrize("alone", [0, 1])
def test_check_rule_looks_at_each_operand_alone(alone: int) -> None:
    def pull(g: Any, operands: Any, residuals: Any, needs: Any) -> Any:
        wrong = 2 if needs[alone] and not needs[1 - alone] else 1
        return wrong * g * operands[1], wrong * g * operands[0]

    rule = autograd.fused(f"planted_where_{alone}_is_alone", forward_product, pull, reference_product)
    check_gradients(rule, X, X + 1)
    with pytest.raises(GradientMismatch, match="gradient"):
        check_rule(rule, X, X + 1)


def test_check_rule_asks_for_no_higher_order_than_it_is_told() -> None:
    """Of strided operands neither, nor of one alone: `detach()` cuts the second derivatives by either operand."""

    def cut(x: Any) -> Any:
        return x.detach() if isinstance(x, Tensor) else x

    product = autograd.custom(lambda x, y: x**2 * y**2)
    product.defvjp(lambda g, out, x, y: 2 * g * cut(x) * y**2, lambda g, out, x, y: 2 * g * x**2 * cut(y))
    check_rule(product, X, X + 1, order=1)
    with pytest.raises(GradientMismatch, match="over reverse|over forward"):
        check_rule(product, X, X + 1)


def test_check_rule_looks_at_strides() -> None:
    assert check_rule(np.matmul, np.ones((2, 3)), np.ones((3, 2))).largest_error < 1e-9
    assert check_rule(np.sum, np.ones((2, 3)), axis=0).largest_error < 1e-9

    def strided_misread(x: Any) -> Any:
        return 2 * x if x.flags.c_contiguous else x

    misread = autograd.custom(strided_misread)
    misread.defvjp(lambda g, out, x: 2 * g)
    with pytest.raises(GradientMismatch):
        check_rule(misread, np.ones((2, 3)), order=1)


def test_one_wrong_number_among_many_is_named() -> None:
    wrong_at = np.arange(30_000) == 20_202
    almost = autograd.custom(np.sin)
    almost.defvjp(lambda g, out, x: g * np.cos(x) * np.where(wrong_at, 1.001, 1.0))
    with pytest.raises(GradientMismatch, match=r"argument 0 at index \(20202,\) is .* they differ by 0\.0"):
        check_gradients(almost, np.random.default_rng(0).uniform(-1, 1, 30_000))


def test_where_a_function_has_no_value_nothing_is_proved() -> None:
    with np.errstate(invalid="ignore"):
        report = check_gradients(np.log, np.array([-1.0, -2.0]))
    assert str(report).startswith("nothing was compared, so nothing is proved")
    assert "output at index (0,) along argument 0 at index (0,): the value there is nan" in report.not_differentiable
    assert report.modes == ["reverse", "forward"]  # no second derivative of what is no first one
