"""All elementwise rules, asked of the registry: what must hold for every function that acts on single elements."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations, product
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd
from autograd import Tensor, grad, jvp, vjp
from autograd.registry import registry
from autograd.testing import check_gradients, check_rule

ANYWHERE, POSITIVE, NEGATIVE, INSIDE, NONZERO = (-2.0, 2.0), (0.3, 2.5), (-2.5, -0.3), (-0.8, 0.8), (0.4, 2.0)

INTERVALS: dict[str, tuple[tuple[float, float], ...]] = {
    "arccos": (INSIDE,), "arccosh": ((1.3, 3.0),), "arcsin": (INSIDE,), "arctanh": (INSIDE,), "tan": (INSIDE,),
    "cbrt": (NONZERO,), "fabs": (NONZERO,), "reciprocal": (NONZERO,), "sqrt": (POSITIVE,),
    "log": (POSITIVE,), "log2": (POSITIVE,), "log10": (POSITIVE,), "log1p": (POSITIVE,),
    "arctan2": (ANYWHERE, POSITIVE), "copysign": (NONZERO, NONZERO), "divide": (ANYWHERE, NONZERO),
    "float_power": (POSITIVE, ANYWHERE), "power": (POSITIVE, ANYWHERE), "hypot": (NONZERO, NONZERO),
    # No two elements of the two intervals are equal, and no quotient of two is a whole number.
    "fmax": ((0.0, 1.0), NEGATIVE), "fmin": ((0.0, 1.0), NEGATIVE), "maximum": ((0.0, 1.0), NEGATIVE),
    "minimum": ((0.0, 1.0), NEGATIVE), "fmod": ((2.1, 2.9), (0.91, 1.0)), "remainder": ((2.1, 2.9), (0.91, 1.0)),
    "heaviside": (NONZERO, ANYWHERE),
}
"""Where the function is smooth, operand by operand; everywhere, if nothing is said."""

WHOLE_NUMBERS = {"ldexp": (1,)}
"""Operands that take integers, which carry no gradient."""

FUNCTIONS = {
    row.function.removeprefix("numpy."): getattr(np, row.function.removeprefix("numpy."))
    for row in autograd.supported() if row.kind == "elementwise" and row.function.startswith("numpy.")
}
SHAPES: dict[str, tuple[tuple[int, ...], tuple[int, ...]]] = {
    "equal shapes": ((2, 3), (2, 3)), "0-d": ((), ()), "a row": ((2, 3), (3,)), "a column": ((2, 1), (2, 3)),
    "a number": ((2, 3), ()), "both stretched": ((2, 1), (1, 3)), "an outer product": ((2, 1, 1), (3,)),
    "empty": ((0, 3), (3,)), "empty and 1": ((0,), (1,)),
}


def operands(name: str, shapes: tuple[tuple[int, ...], ...], dtype: Any = np.float64) -> list[Any]:
    """Values inside the function's intervals, of the shapes of its operands."""
    count = FUNCTIONS[name].nin
    rng = np.random.default_rng(len(name))
    intervals = INTERVALS.get(name, (ANYWHERE,) * count)
    values = [np.asarray(rng.uniform(low, high, shape), dtype) for (low, high), shape in zip(intervals, shapes,
                                                                                             strict=False)]
    return [rng.integers(-2, 3, x.shape) if i in WHOLE_NUMBERS.get(name, ()) else x for i, x in enumerate(values)]


def floating(values: list[Any]) -> list[int]:
    return [i for i, x in enumerate(values) if x.dtype.kind == "f"]


def derivatives(name: str, values: list[Any]) -> tuple[Any, list[Any], Callable[[Any], Any]]:
    """Value, tangent of ones, and the pullback, of a function in its floating operands."""
    places = floating(values)

    def f(*leaves: Any) -> Any:
        filled = list(values)
        for place, leaf in zip(places, leaves, strict=True):
            filled[place] = leaf
        return FUNCTIONS[name](*filled)

    chosen = tuple(values[i] for i in places)
    out, pullback = vjp(f, *chosen)
    _, tangent = jvp(f, chosen, tuple(np.ones_like(x) for x in chosen))
    return out, tangent, pullback


def test_the_registry_has_elementwise_rules() -> None:
    assert len(FUNCTIONS) >= 48
    assert set(INTERVALS) | set(WHOLE_NUMBERS) <= set(FUNCTIONS)
    assert all(function in registry for function in FUNCTIONS.values())


@pytest.mark.parametrize("name", FUNCTIONS)
def test_derivatives_in_both_modes_to_second_order(name: str) -> None:
    """Also of strided operands, of one operand at a time, and of shared memory: see `check_rule`."""
    values = operands(name, SHAPES["an outer product"])
    report = check_rule(FUNCTIONS[name], *values, order=2)
    assert not report.not_differentiable
    assert report.largest_error < 1e-6


@pytest.mark.parametrize("shapes", SHAPES)
@pytest.mark.parametrize("name", FUNCTIONS)
def test_values_are_numpys_and_gradients_have_the_shapes_of_operands(name: str, shapes: str) -> None:
    """NumPy's own value; a gradient has its operand's shape, dtype and memory, and both modes agree."""
    values = operands(name, SHAPES[shapes])
    copies = [x.copy() for x in values]
    out, tangent, pullback = derivatives(name, values)
    expected = np.asarray(FUNCTIONS[name](*values))
    np.testing.assert_allclose(out, expected, rtol=1e-15)
    assert np.shape(out) == expected.shape == np.shape(tangent)
    g = np.random.default_rng(1).normal(size=expected.shape)
    seed = g.copy()
    gradients = [np.asarray(c) for c in pullback(seed)]
    assert [c.shape for c in gradients] == [values[i].shape for i in floating(values)]
    adjoint = sum(np.sum(c) for c in gradients)
    np.testing.assert_allclose(adjoint, np.sum(g * np.asarray(tangent)), rtol=1e-10, atol=1e-12)
    for x, copy in zip((*values, g), (*copies, seed), strict=True):
        np.testing.assert_array_equal(x, copy)
    for a, b in combinations([*gradients, seed, *values], 2):
        assert not np.shares_memory(a, b)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_layout_changes_no_value(name: str) -> None:
    """Operands transposed, reversed, strided and read-only give the gradients of contiguous ones."""
    values = operands(name, SHAPES["equal shapes"])
    g = np.random.default_rng(1).normal(size=(2, 3))
    expected = [np.asarray(c) for c in derivatives(name, values)[2](g)]
    layouts: list[Callable[[Any], Any]] = [
        np.asfortranarray, lambda x: x[::-1].copy()[::-1], lambda x: np.repeat(x, 2, axis=1)[:, ::2],
    ]
    for layout in layouts:
        strided = [layout(x) for x in values]
        for x in strided:
            x.flags.writeable = False
        for c, known in zip(derivatives(name, strided)[2](layout(g)), expected, strict=True):
            np.testing.assert_allclose(c, known, rtol=1e-13)


@pytest.mark.parametrize("dtype", [np.float32, np.float16])
@pytest.mark.parametrize("name", FUNCTIONS)
def test_precision_is_kept(name: str, dtype: Any) -> None:
    """The dtype of NumPy's result; gradients and tangents in the dtype of what they belong to, near the exact ones."""
    values = operands(name, SHAPES["a row"], dtype)
    expected = FUNCTIONS[name](*values)
    out, tangent, pullback = derivatives(name, values)
    assert out.dtype == expected.dtype == tangent.dtype
    gradients = pullback(np.ones(expected.shape, expected.dtype))
    assert all(c.dtype == dtype for c in gradients)
    exact = derivatives(name, [x.astype(np.float64) if x.dtype == dtype else x for x in values])[2](np.ones((2, 3)))
    eps = float(np.finfo(dtype).eps)
    for c, known in zip(gradients, exact, strict=True):
        np.testing.assert_allclose(c, known, rtol=50 * eps, atol=50 * eps)


@pytest.mark.parametrize("name", [n for n, f in FUNCTIONS.items() if f.nin == 2 and n not in WHOLE_NUMBERS])
def test_a_number_beside_a_tensor_is_a_constant(name: str) -> None:
    """On either side, it changes neither the dtype nor the gradient of the other operand."""
    for place in (0, 1):
        values = operands(name, ((3,), (3,)), np.float32)
        number = float(values[1 - place][0])
        full = [np.full(3, number, np.float32)] * 2
        full[place] = values[place]
        arguments: list[Any] = [number, number]
        arguments[place] = x = Tensor(values[place], requires_grad=True)
        out = FUNCTIONS[name](*arguments)
        plain = FUNCTIONS[name](*[values[place] if i == place else number for i in range(2)])
        assert out.dtype == plain.dtype
        out.sum().backward()
        known = derivatives(name, full)[2](np.ones(3, FUNCTIONS[name](*full).dtype))[place]
        assert x.grad is not None
        np.testing.assert_allclose(x.grad.numpy(), known, rtol=1e-5)
        assert x.grad.dtype == np.float32


@pytest.mark.parametrize("signs", list(product((1, -1), repeat=2)))
@pytest.mark.parametrize("function", [np.remainder, np.fmod, np.divmod, np.copysign, np.hypot, np.arctan2, np.divide,
                                      np.heaviside], ids=lambda f: f.__name__)
def test_operands_of_either_sign(function: Any, signs: tuple[int, int]) -> None:
    check_gradients(function, signs[0] * np.array([5.3, 0.4]), signs[1] * np.array([1.7, 0.9]))


@pytest.mark.parametrize("function", [np.cbrt, np.fabs, np.absolute, np.reciprocal, np.modf, np.frexp, np.square],
                         ids=lambda f: f.__name__)
def test_negative_operands(function: Any) -> None:
    check_gradients(function, np.array([-5.3, -0.4]))


def test_parts_of_a_number_have_its_sign() -> None:
    x = np.array([-2.0, 2.0, -0.0, -np.inf, -2.5])
    for found, known in zip(np.modf(Tensor(x)), np.modf(x), strict=True):
        np.testing.assert_array_equal(found.numpy(), known)
        np.testing.assert_array_equal(np.signbit(found.numpy()), np.signbit(known))


def test_a_column_times_rows_of_another_number_is_refused() -> None:
    """Products of elements take the place of a matrix product, and broadcast."""
    with pytest.raises(ValueError, match="matmul"):
        Tensor(np.ones((3, 1)), requires_grad=True) @ np.ones((2, 20))


NEAR_ONE = 2.0**-40


@pytest.mark.parametrize(("function", "x", "slope"), [
    (lambda x: x**0, 0.0, 0.0), (lambda x: x ** np.zeros(()), 0.0, 0.0), (lambda x: x ** np.ones(()), 0.0, 1.0),
    (np.arcsin, 1 - NEAR_ONE, 1 / np.sqrt(NEAR_ONE * (2 - NEAR_ONE))),
    (np.arccos, NEAR_ONE - 1, -1 / np.sqrt(NEAR_ONE * (2 - NEAR_ONE))),
    (np.arcsinh, 1e200, 1e-200), (np.arcsinh, -1e200, 1e-200),
    (lambda x: np.arctan2(x, 1e200), 1e200, 5e-201), (lambda x: np.arctan2(1e-200, x), 1e-200, -5e199),
    (lambda x: np.hypot(x, 1e200), 1e200, np.sqrt(0.5)),
    (lambda x: np.logaddexp(x, np.inf), np.inf, 0.5), (lambda x: np.logaddexp(-np.inf, x), -np.inf, 0.5),
    (lambda x: np.logaddexp2(x, -np.inf), -np.inf, 0.5), (lambda x: np.logaddexp(x, 3.0), -np.inf, 0.0),
    (lambda x: np.maximum(x, 0.0), 0.0, 0.0), (lambda x: np.minimum(0.0, x), 0.0, 0.0),
    (lambda x: np.fmax(x, np.nan), 0.3, 1.0), (lambda x: np.fmin(np.nan, x), 0.3, 1.0),
    (lambda y: np.fmod(1.0, y), 0.1, -9.0), (lambda y: np.fmod(-1.0, y), 0.1, 9.0),  # 1 - 9 * 0.1, as 0.1 > 1/10
    (lambda y: np.fmod(5.5, y), -np.inf, 0.0),
    (lambda x: np.modf(x)[0], 0.0, 1.0), (lambda x: np.modf(x)[0], -2.0, 1.0), (lambda x: np.modf(x)[0], np.inf, 0.0),
])
def test_slopes_at_the_ends_of_a_domain_and_of_the_numbers(function: Any, x: float, slope: float) -> None:
    assert grad(function)(x) == pytest.approx(slope, rel=1e-13, abs=0)
    assert jvp(function, (x,), (1.0,))[1] == pytest.approx(slope, rel=1e-13, abs=0)


@pytest.mark.parametrize("function", [np.arccosh, np.arcsin, np.arccos, np.arcsinh, np.arctanh, np.sqrt, np.log])
def test_complex_numbers_of_every_quarter(function: Any) -> None:
    check_gradients(function, np.array([2 + 0.5j, -2 + 0.5j, -2 - 0.5j, 2 - 0.5j, 0.3 + 0.1j, -0.3 - 0.1j]))


def test_the_sign_of_a_complex_number_turns_with_it() -> None:
    """It is x / |x|; its gradient was 0."""
    x = np.array([1 + 2j, -0.3 + 0.2j, 0.5j])
    check_gradients(lambda x: np.real(np.sign(x) * (1 - 0.3j)), x)
    check_gradients(lambda x: np.imag(autograd.sign(x)), x)
    np.testing.assert_array_equal(grad(lambda x: np.sum(np.real(np.sign(x))))(np.array([0j])), [0])
    assert not np.sign(Tensor([1.0, -2.0], requires_grad=True)).requires_grad


@pytest.mark.parametrize(("function", "unit"), [(np.logaddexp, 1.0), (np.logaddexp2, np.log(2))])
@given(st.floats(-1e300, 1e300), st.floats(-50, 50))
def test_shares_in_a_sum_of_exponentials_follow_from_the_gap_at_any_height(
        function: Any, unit: float, x: float, gap: float) -> None:
    y = x + gap
    share = 1 / (1 + np.exp(np.clip((y - x) * unit, -700, 700)))
    np.testing.assert_allclose(grad(function, (0, 1))(x, y), (share, 1 - share), rtol=1e-12, atol=1e-15)
