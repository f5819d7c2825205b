"""Richardson's extrapolation: derivatives with an honest error, and what it sees of kinks, jumps and noise."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from autograd.arrays import Array
from autograd.numerical.extrapolation import Limit, derivative

SLOPES = np.array([3.0, -0.2, 1e5, 0.0])


def limit(g: Callable[[float], Any], **options: Any) -> Limit:
    return derivative(lambda h: np.asarray(g(h)), np.asarray(g(0.0)), **options)


@pytest.mark.parametrize(("g", "slope"), [
    (lambda h: np.sin(0.7 + h), np.cos(0.7)), (lambda h: np.exp(3 * h), 3.0), (lambda h: 1 / (1.5 + h), -1 / 2.25),
    (lambda h: (2 + h) ** 7, 448.0), (lambda h: np.log(0.3 + h), 1 / 0.3), (lambda h: np.sqrt(0.25 + h), 1.0),
    (lambda h: SLOPES * np.sin(h), SLOPES), (lambda h: np.outer(SLOPES, [1 + h, np.cos(1 + h)]), np.outer(
        SLOPES, [1, -np.sin(1)])), (lambda h: 5.0 + 0 * h, 0.0), (lambda h: np.exp(1j * h), 1j),
])
def test_smooth_functions_are_known_to_within_their_error_which_is_small(g: Any, slope: Any) -> None:
    found = limit(g)
    scale = np.abs(slope) + np.abs(g(0.0))
    assert np.all(np.abs(found.value - slope) <= found.error + 1e-15 * scale)
    assert np.all(found.error <= 3e-12 * scale)
    assert not found.kink.any()
    assert not found.unclear.any()
    assert np.all(found.jump_error <= 1e-7 * scale)
    assert np.all(np.abs(found.jump) <= found.jump_error + 1e-15 * scale)


@pytest.mark.parametrize("jump", [2.0, -3.0, 1e-2, 1e-5])
def test_the_slopes_on_both_sides_of_a_kink_are_compared(jump: float) -> None:
    found = limit(lambda h: np.array([np.sin(h) + max(h, 0.0) * jump, np.cos(h) + abs(h) * jump / 2, np.exp(h)]))
    np.testing.assert_allclose(found.jump[:2], jump, rtol=1e-3)
    assert np.all(np.abs(found.jump[:2] - jump) <= found.jump_error[:2] + 1e-15)
    assert found.kink.tolist() == [True, True, False]
    assert not found.unclear.any()
    np.testing.assert_allclose(found.value[:2], [1 + jump / 2, 0], atol=1e-8)


@pytest.mark.parametrize("g", [
    lambda h: np.sign(h), lambda h: np.floor(h + 1e-9) + h, lambda h: 1 / h if h else 0.0,
    lambda h: np.sqrt(np.abs(h)), lambda h: np.sin(1 / h) if h else 0.0, lambda h: np.log(h) if h > 0 else np.nan,
    lambda h: np.sin(1e7 * (1 + h)),
])
def test_what_has_no_derivative_is_unclear(g: Any) -> None:
    with np.errstate(all="ignore"):
        assert limit(lambda h: np.array([g(h), h])).unclear.tolist() == [True, False]


def test_values_that_are_not_finite_are_left_out() -> None:
    """Far from 0, where the function ends, or near it."""
    with np.errstate(invalid="ignore"):
        ends = limit(lambda h: np.sqrt(np.array([0.01, 0.002]) + h))
    np.testing.assert_allclose(ends.value, 0.5 / np.sqrt([0.01, 0.002]), rtol=1e-9)
    np.testing.assert_allclose(ends.range, np.sqrt([0.135, 0.127]), rtol=1e-12)
    none = limit(lambda h: np.nan if abs(h) < 0.02 else h)
    assert none.error == np.inf
    assert none.unclear


@pytest.mark.parametrize("rounding", [1e-6, 1e-9, 1e-12])
def test_the_error_tells_of_noise_that_is_told_and_of_noise_that_is_seen(rounding: float) -> None:
    rng = np.random.default_rng(0)

    def g(h: float) -> Array:
        noise = (rounding if h else 0) * rng.uniform(-1, 1, 400)
        return np.sin(0.4 + h) * (1 + noise)

    for options in ({"rounding": rounding}, {}):
        found = limit(g, **options)
        misses = np.abs(found.value - np.cos(0.4)) > found.error
        assert np.mean(misses) < (0.01 if options else 0.2)
        assert np.median(found.error) < 1e4 * rounding
        assert found.error.min() > 0.5 * rounding
    np.testing.assert_allclose(limit(g).range, 2 * np.sin(0.4) - np.sin(0.275), rtol=10 * rounding)


LAST = 0.125 / 9
"""The step of the first row whose two neighbours are known: the least that rounding can do."""


@pytest.mark.parametrize("rounding", [1e-3, 1e-9])
def test_of_a_line_the_error_is_that_of_two_roundings_and_that_of_a_kink_of_four(rounding: float) -> None:
    found = limit(lambda h: np.array([1.0 + 0.5 * h, h - 2.0]), rounding=rounding)
    np.testing.assert_allclose(found.value, [0.5, 1.0], rtol=1e-12)
    np.testing.assert_allclose(found.error, np.array([1, 2]) * rounding / LAST, rtol=1e-3)
    np.testing.assert_allclose(found.jump_error, np.array([4, 8]) * rounding / LAST, rtol=1e-3)
    np.testing.assert_allclose(found.range, [1.0625, 2.125])


@pytest.mark.parametrize(("slope", "jump", "rounding", "kink", "unclear"), [
    (1.0, 0.0, 3.0e-5, False, False), (1.0, 0.0, 3.3e-5, False, True),  # kinks of 1e-3 of how steep g is
    (1e-3, 0.0, 4.0e-7, False, False), (1e-3, 0.0, 4.3e-7, False, True),  # 3 % of the slope
    (0.0, 0.0, 1.05e-7, False, False), (0.0, 0.0, 1.2e-7, False, True),  # 1e-6 of how steep g is
    (0.0, 1.0, 1.0e-4, True, False), (0.0, 1.0, 1.1e-4, True, True),  # 3 % of the kink
    (0.01, 3.0e-3, 1e-6, True, False), (0.01, 2.8e-3, 1e-6, False, False),  # ten times the error of the kink
    (1.0, 1.2e-7, 1e-14, True, False), (1.0, 0.8e-7, 1e-14, False, False),  # 1e-7 of the slope
])
def test_where_a_derivative_is_taken_for_unclear_and_slopes_for_different(slope: float, jump: float, rounding: float,
                                                                          kink: bool, unclear: bool) -> None:
    for scale in (1.0, 2.0**-99):
        found = limit(lambda h, scale=scale: scale * (1.0 + slope * h + jump * max(h, 0.0)), rounding=rounding)
        assert (bool(found.kink), bool(found.unclear)) == (kink, unclear)


def test_precision_is_that_of_the_values() -> None:
    found = limit(lambda h: np.float32(np.sin(0.4 + h)))
    assert found.error < 1e-3
    assert abs(found.value - np.cos(0.4)) <= found.error
    steps: list[float] = []
    limit(lambda h: steps.append(h) or np.sin(h))
    assert sorted(map(abs, steps[1:]))[::2] == sorted(0.125 / 3.0**k for k in range(11))
    assert len(steps) == 23
