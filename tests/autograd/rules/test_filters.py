"""Filters of `scipy.signal`: values are SciPy's, along every axis and with a state, and derivatives in all operands."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np
import pytest
import scipy.signal as ss

from autograd import Tensor, grad, minimize, vmap
from autograd.scipy import signal
from autograd.testing import check_gradients

rng = np.random.default_rng(0)
FILTERS = [([1.0, 0.5], [2.0, 0.3, 0.1]), ([0.3, 0.2, 0.1, 0.4], [1.0]), ([1.0], [1.0, -0.5]), ss.butter(3, 0.3),
           ([2.0], [4.0])]


def same(found: Any, expected: Any) -> None:
    found, expected = (x if isinstance(x, tuple) else (x,) for x in (found, expected))
    for x, known in zip(found, expected, strict=True):
        assert x.dtype == known.dtype
        tolerance = 1e-5 if known.dtype in (np.float32, np.complex64) else 1e-10
        np.testing.assert_allclose(x.numpy(), known, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize(("b", "a"), FILTERS)
@pytest.mark.parametrize(("shape", "axis"), [((9,), -1), ((3, 9), -1), ((9, 3), 0), ((2,), 0), ((1,), 0)])
def test_filters_and_their_states_are_scipys(b: Any, a: Any, shape: tuple[int, ...], axis: int) -> None:
    order = max(len(a), len(b)) - 1
    for dtype in (np.float64, np.float32, np.complex128):
        given = [np.asarray(x, np.float32 if dtype is np.float32 else float) for x in (b, a)]
        x, states = rng.standard_normal(shape).astype(dtype), list(shape)
        states[axis] = order
        zi = (rng.standard_normal(states) * (1 + 2j if dtype is np.complex128 else 1)).astype(dtype)
        same(signal.lfilter(*given, Tensor(x), axis), ss.lfilter(*given, x, axis))
        same(signal.lfilter(*given, Tensor(x), axis, zi), ss.lfilter(*given, x, axis, zi))
        if dtype is not np.float32:
            check_gradients(lambda *operands: signal.lfilter(*operands[:3], axis, operands[3]), *given, x, zi, order=1)


@pytest.mark.parametrize("shape", [(2, 2), (1, 2), (2,), (2, 1), (1, 1), (2, 3), (3, 2), (2, 2, 1)])
def test_states_have_scipys_shapes(shape: tuple[int, ...]) -> None:
    x, zi = rng.standard_normal((2, 9)), rng.standard_normal(shape)
    try:
        expected = ss.lfilter(*FILTERS[0], x, zi=zi)
    except ValueError:
        with pytest.raises(ValueError, match=r"the state zi has 2 numbers along axis -1, .* got shape"):
            signal.lfilter(*FILTERS[0], Tensor(x), zi=zi)
    else:
        same(signal.lfilter(*FILTERS[0], Tensor(x), zi=zi), expected)


def test_a_filter_without_recursion_forgets_what_is_not_a_number() -> None:
    """And an infinite sample, once it has none of its coefficients left; so does its state."""
    for bad in (np.nan, np.inf):
        x = np.arange(16.0).reshape(2, 8)
        x[0, 2] = bad
        same(signal.lfilter([0.3, 0.5, 0.2], 2.0, Tensor(x)), ss.lfilter([0.3, 0.5, 0.2], 2.0, x))
        zi = np.ones((2, 2))
        same(signal.lfilter([0.3, 0.5, 0.2], [2.0], Tensor(x), zi=zi), ss.lfilter([0.3, 0.5, 0.2], [2.0], x, zi=zi))
        gradient = grad(lambda x: np.sum(signal.lfilter([0.3, 0.5, 0.2], 2.0, x)[:, 5:]))(x)
        np.testing.assert_allclose(gradient, np.tile([0, 0, 0, 0.1, 0.35, 0.5, 0.4, 0.15], (2, 1)), atol=1e-15)


@pytest.mark.parametrize("kind", ["odd", "even", "constant", None])
@pytest.mark.parametrize("length", [None, 0, 5])
def test_filters_without_delay(kind: Any, length: Any) -> None:
    b, a = FILTERS[3]
    x = rng.standard_normal((2, 30))
    same(signal.filtfilt(Tensor(b), a, x, padtype=kind, padlen=length), ss.filtfilt(b, a, x, -1, kind, length))
    same(signal.filtfilt(b, a, Tensor(x.T), 0, kind, length), ss.filtfilt(b, a, x.T, 0, kind, length))
    same(signal.lfilter_zi(Tensor(b), a), ss.lfilter_zi(b, a))
    np.testing.assert_allclose(vmap(lambda x: signal.filtfilt(b, a, x, padtype=kind, padlen=length))(x),
                               ss.filtfilt(b, a, x, -1, kind, length))


@pytest.mark.parametrize("zeros", [[], [2], [5], [2, 5]])
def test_sections_of_first_order_need_fewer_samples_beyond_the_ends(zeros: list[int]) -> None:
    sos, x = np.array([[1, 0.5, 0.2, 1, -0.3, 0.1], [2, 1, 0.3, 1, 0.4, 0.2]]), rng.standard_normal((2, 30))
    sos[0, zeros] = 0
    same(signal.sosfiltfilt(sos, Tensor(x)), ss.sosfiltfilt(sos, x))
    same(signal.sosfiltfilt(Tensor(sos), x.T, 0), ss.sosfiltfilt(sos, x.T, 0))


def test_a_filter_that_never_settles_has_no_state() -> None:
    with pytest.raises(ValueError, match="pole at 1"):
        signal.lfilter_zi(Tensor([1.0]), np.array([1.0, -1.0]))


def test_sections_one_after_the_other() -> None:
    sections, x = ss.butter(5, 0.3, output="sos"), rng.standard_normal((2, 12))
    same(signal.sosfilt(Tensor(sections), x), ss.sosfilt(sections, x))
    same(signal.sosfilt(sections, Tensor(x), 0), ss.sosfilt(sections, x, 0))


def test_a_filter_is_found_again_from_what_it_does() -> None:
    """System identification: the coefficients that explain what was measured."""
    x = np.random.default_rng(1).standard_normal(200)
    measured = ss.lfilter([0.4, 0.2], [1.0, -0.6], x)

    def loss(p: dict[str, Any]) -> Any:
        return np.mean((signal.lfilter(p["b"], np.concatenate([[1.0], p["a"]]), x) - measured) ** 2)

    found = minimize(loss, {"b": np.zeros(2), "a": np.zeros(1)}, tol=1e-12).params
    np.testing.assert_allclose(np.concatenate([found["b"], found["a"]]), [0.4, 0.2, -0.6], atol=1e-6)


@pytest.mark.parametrize("count", range(1, 8))
def test_analytic_signals_and_trends(count: int) -> None:
    x = rng.standard_normal((2, count))
    for size in (None, 1, 3, 6, 10):
        same(signal.hilbert(Tensor(x), size), ss.hilbert(x, size))
        same(signal.hilbert(Tensor(x.T), size, 0), ss.hilbert(x.T, size, 0))
    for data in (x, x.astype(np.float32), np.round(5 * x).astype(int), x * (1 + 2j)):
        for kind in ("linear", "constant"):
            for points in (0, *([[1]] if count > 2 else []), *([[4, 2]] if count > 5 else [])):
                same(signal.detrend(Tensor(data), type=kind, bp=points), ss.detrend(data, type=kind, bp=points))
                same(signal.detrend(Tensor(data.T), 0, kind, points), ss.detrend(data.T, 0, kind, points))


def test_coefficients_may_be_a_list_of_tensors() -> None:
    def filtered(t: Any) -> Any:
        return signal.lfilter([t, 0.5], [1.0, t * t], np.arange(4.0))

    same(filtered(Tensor(0.6)), ss.lfilter([0.6, 0.5], [1.0, 0.36], np.arange(4.0)))
    check_gradients(filtered, np.array(0.6))


@pytest.mark.parametrize("irlen", [None, 5, 20])
@pytest.mark.parametrize(("b", "a"), [
    ss.butter(2, 0.3), ([1.0, 0.5], [1.0]), ([2.0], [4.0]), ([1.0, 0.4, 0.2], [2.0, 0.5])])
def test_gustafssons_initial_states(b: Any, a: Any, irlen: Any) -> None:
    x = np.random.default_rng(0).normal(size=(2, 16))
    filtered = functools.partial(signal.filtfilt, method="gust", irlen=irlen)
    expected = ss.filtfilt(b, a, x, method="gust", irlen=irlen)
    same(filtered(b, a, Tensor(x)), expected)
    same(filtered(b, a, Tensor(x.T), 0), expected.T)
    np.testing.assert_allclose(vmap(lambda x: filtered(b, a, x))(x), expected, atol=1e-12)
    check_gradients(filtered, np.array(b), np.array(a), x[0], order=1)


@pytest.mark.parametrize(("call", "words"), [
    (lambda x: signal.lfilter(np.ones((2, 2)), 1.0, x), "two vectors"),
    (lambda x: signal.lfilter([1.0], [1.0, 0.5], x[:0]), r"needs samples, got the shape \(0,\)"),
    (lambda x: signal.filtfilt([1.0], [1.0, 0.5], x, method="gusto"), "must be one of 'pad', 'gust', got 'gusto'"),
    (lambda x: signal.filtfilt([1.0], [1.0, 0.5], x, padlen=9), "more samples than its padlen, which is 9, got 9"),
    (lambda x: signal.filtfilt([1.0], [1.0, 0.5], x, padtype="wrap"), "got 'wrap'"),
    (lambda x: signal.lfilter([], [1.0], x), r"two vectors, got shapes \(0,\)"),
    (lambda x: signal.hilbert(x, 0), "a length N > 0, got float64 and 0"),
    (lambda x: signal.hilbert(x + 1j), "real samples"),
    (lambda x: signal.detrend(x, type="cubic"), "got 'cubic'"),
])
def test_what_filters_of_tensors_do_not_do_is_refused(call: Any, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        call(Tensor(np.ones(9)))


def test_break_points_lie_within_the_data() -> None:
    for x in (np.arange(4.0), Tensor(np.arange(4.0))):
        with pytest.raises(ValueError, match="[Bb]reak ?points"):
            signal.detrend(x, bp=[2, 5])
