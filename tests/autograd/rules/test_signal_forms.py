"""Short-time spectra, responses and windows' elements in every form of their calls, with SciPy's numbers."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
import scipy.signal as ss

from autograd import Tensor
from autograd.scipy import signal
from autograd.testing import check_gradients
from tests.autograd.rules.form_checks import Form, checks_of

rng = np.random.default_rng(3)
ROWS, COLUMNS = rng.normal(size=(2, 21)), rng.normal(size=(21, 2))
COMPLEX = ROWS + 1j * rng.normal(size=(2, 21))
B, A = rng.uniform(0.5, 1, 4), np.array([1.0, 0.3, -0.2])
SECTIONS = np.array([[1, 0.5, 0.2, 1, -0.3, 0.1], [2, 1, 0, 1, 0.4, 0]])
ZEROS, POLES = np.array([0.5 + 0.2j, -0.7, 0.1]), np.array([0.3, 0.2 - 0.4j])
BLOCK = np.random.default_rng(4).normal(size=(9, 2, 3))  # whose axis 0 comes back otherwise than it went to the end
CROSS = np.array([[0, 1, 0], [1, 1, 1], [0, 1, 0]])

SHORT_TIME: list[dict[str, Any]] = [
    {"nperseg": 8}, {"nperseg": 7, "noverlap": 3}, {"nperseg": 8, "boundary": None, "padded": False},
    {"nperseg": 8, "boundary": None, "noverlap": 1}, {"nperseg": 8, "boundary": "even", "nfft": 16},
    {"nperseg": 8, "boundary": "odd", "scaling": "psd", "fs": 3.0},
    {"nperseg": 7, "boundary": "constant", "detrend": "linear"}, {"nperseg": 4, "window": np.arange(1.0, 5.0)}]
BACK: list[dict[str, Any]] = [
    {}, {"noverlap": 4}, {"nperseg": 5, "noverlap": 4}, {"nfft": 10}, {"fs": 2.0, "scaling": "psd"},
    {"input_onesided": False}, {"window": np.arange(1.0, 7.0), "boundary": False}]
FREQUENCIES: list[dict[str, Any]] = [
    {"worN": 4}, {"worN": 5, "whole": True}, {"worN": [0.1, 0.7]}, {"worN": [1, 2], "fs": 7.0}, {"worN": None}]
BEYOND = ("constant", "edge", "line", "smooth", "wrap", "symmetric", "reflect", "antisymmetric", "antireflect")

FORMS: list[Form] = [
    *[("signal.stft", (ROWS,), options) for options in SHORT_TIME],
    *[("signal.stft", (COMPLEX,), {"nperseg": 8, "return_onesided": False, **more}) for more in ({}, {"axis": 1})],
    ("signal.stft", (COLUMNS,), {"nperseg": 6, "axis": 0}), ("signal.stft", (COLUMNS,), {"nperseg": 6, "axis": -2}),
    *[("signal.istft", (COMPLEX[:, :20].reshape(2, 4, 5),), options) for options in (
        {}, {"time_axis": 1, "freq_axis": 2}, {"time_axis": 0, "freq_axis": 1}, {"time_axis": 1, "freq_axis": -3})],
    *[("signal.istft", (COMPLEX[:, :20].reshape(4, 10),), options) for options in BACK],
    *[("signal.freqz", (B, A), options) for options in (*FREQUENCIES, {"worN": 4, "include_nyquist": True})],
    *[("signal.freqz", given, {"worN": 4}) for given in (
        (B,), (B, 2.0), (B * 1j, A), (ROWS[:, :3, None], COLUMNS[:2, :1, None]))],
    *[(f"signal.{name}", (SECTIONS,), options) for name in ("freqz_sos", "sosfreqz") for options in FREQUENCIES],
    *[("signal.freqz_zpk", given, options) for options in FREQUENCIES
      for given in ((ZEROS, POLES, 0.7), (B, A / 2, 1.5))],
    ("signal.freqz", (B, A, LOW := np.array([0.3, 1.0])), {}), ("signal.freqz_sos", (SECTIONS, LOW), {}),
    ("signal.freqz_zpk", (B, A / 2, 1.0, LOW), {}), ("signal.freqs", (B, A, LOW), {}),
    *[("signal.medfilt", (np.tile(COLUMNS, 2),), options) for options in (
        {}, {"kernel_size": 1}, {"kernel_size": [5, 1]})],
    ("signal.medfilt", (B, 3), {}), ("signal.medfilt2d", (COLUMNS[:5],), {}),
    ("signal.medfilt2d", (np.tile(COLUMNS, 3), [5, 3]), {}),
    *[("signal.order_filter", (COLUMNS, CROSS, rank), {}) for rank in (0, 3)],
    *[("signal.wiener", (np.tile(COLUMNS, 2),), options) for options in (
        {}, {"noise": 0.1}, {"mysize": 3, "noise": 2.0}, {"mysize": (5, 1)})],
    *[("signal.upfirdn", (B, ROWS, up, down), {"mode": mode}) for mode in BEYOND
      for up, down in ((1, 1), (3, 2), (2, 5))],
    *[("signal.upfirdn", (B, ROWS[:, :2], 3, 2), {"mode": mode}) for mode in BEYOND],
    ("signal.upfirdn", (B, COLUMNS, 2), {"axis": 0}), ("signal.upfirdn", (B, COMPLEX, 2), {}),
    ("signal.upfirdn", (B, ROWS, 2), {"cval": 3.0}),
    *[("signal.decimate", (np.tile(ROWS, 5), 3), options) for options in (
        {}, {"n": 2}, {"zero_phase": False}, {"ftype": "fir"}, {"ftype": "fir", "n": 7, "zero_phase": False})],
    ("signal.decimate", (np.tile(COLUMNS, (5, 1)), 2), {"axis": 0}),
    *[("signal.savgol_filter", (ROWS, 7, degree), {"deriv": order}) for degree, order in ((2, 1), (3, 2), (4, 3))],
    *[("signal.sosfilt_zi", (sections,), {}) for sections in (SECTIONS, np.tile(SECTIONS, (2, 1)))],
    *[(f"signal.{name}", given, {"axis": 0, **options}) for name, given, options in (
        ("stft", (BLOCK,), {"nperseg": 4}), ("upfirdn", (B, BLOCK, 2), {}), ("lfilter", (B, A, BLOCK), {}),
        ("decimate", (BLOCK, 2), {"ftype": "fir", "n": 4}), ("decimate", (BLOCK, 2), {"n": 2, "zero_phase": False}),
        ("resample_poly", (BLOCK, 3, 2), {"padtype": "line"}), ("resample", (BLOCK, 8), {"window": "hann"}),
        ("sosfilt", (SECTIONS, BLOCK), {}), ("sosfiltfilt", (SECTIONS, BLOCK), {"padlen": 3}),
        ("filtfilt", (B, A, BLOCK), {"padlen": 3}), ("filtfilt", (B, A, BLOCK), {"method": "gust"}),
        ("detrend", (BLOCK,), {"bp": [4]}), ("hilbert", (BLOCK,), {}), ("savgol_filter", (BLOCK, 5, 2), {}))],
]


(
    test_each_form_of_a_call_is_scipys,
    test_each_form_of_a_call_is_differentiated_in_each_argument,
    test_each_form_of_a_call_in_single_precision_has_scipys_dtype_or_its_own,
) = checks_of(FORMS)


@pytest.mark.parametrize("of_x", ["i1", "u2", "i8", "f4"])
@pytest.mark.parametrize("of_h", ["i1", "f2", "f4", "f8"])
def test_whole_numbers_through_a_filter_have_scipys_dtype(of_h: str, of_x: str) -> None:
    h, x = np.arange(1, 4).astype(of_h), np.arange(5).astype(of_x)
    np.testing.assert_array_equal(signal.upfirdn(Tensor(h), x, 2).numpy(), ss.upfirdn(h, x, 2), strict=True)


@pytest.mark.parametrize("options", [{}, {"w": 5, "whole": True}, {"w": [0.3, 1.0], "fs": 7.0}])
def test_group_delays_are_scipys(options: dict[str, Any]) -> None:
    for found, expected in zip(signal.group_delay((Tensor(B), A), **options), ss.group_delay((B, A), **options),
                               strict=True):
        np.testing.assert_allclose(np.asarray(found), expected, rtol=1e-9)
    check_gradients(lambda b, a: signal.group_delay((b, a), **options)[1], B, A)


def test_a_frequency_that_a_filter_takes_away_has_no_delay() -> None:
    assert signal.group_delay((Tensor([1.0, -1.0]), 1.0), [0.0])[1].tolist() == [0.0]


@pytest.mark.parametrize("worN", [None, 7])
def test_frequencies_of_analog_filters_are_scipys(worN: int | None) -> None:
    for found, expected in zip(signal.freqs(Tensor(B), A, worN), ss.freqs(B, A, worN), strict=True):
        np.testing.assert_allclose(np.asarray(found), expected, rtol=1e-9)


def test_a_response_is_plotted() -> None:
    seen: list[Any] = []
    for response in (signal.freqz, signal.freqs):
        out = response(Tensor(B), A, [0.3], plot=lambda *given: seen.append(given))
        assert seen.pop() == out


def test_spectra_and_their_signal_are_differentiated_in_the_window() -> None:
    window = np.linspace(0.5, 1, 6)
    check_gradients(lambda x, w: signal.stft(x, window=w, nperseg=6)[2], ROWS[0], window)
    spectra = signal.stft(ROWS[0], window=window, nperseg=6)[2]
    check_gradients(lambda z, w: signal.istft(z, window=w)[1], spectra, window)
    np.testing.assert_allclose(signal.istft(Tensor(spectra), window=window)[1].numpy()[:21], ROWS[0], rtol=1e-12)


def test_samples_that_no_window_sees_are_said_and_stay_0() -> None:
    spectra = Tensor(np.ones((5, 4), complex))
    with pytest.warns(UserWarning, match="let them overlap more, or extend the signal by a boundary"):
        x = signal.istft(spectra, boundary=False)[1].numpy()
    with pytest.warns(UserWarning, match="NOLA"):
        np.testing.assert_allclose(x, ss.istft(spectra.numpy(), boundary=False)[1], atol=1e-12)
    with pytest.warns(UserWarning, match="let them overlap more$"):
        signal.istft(spectra, noverlap=0)


@pytest.mark.parametrize(("call", "said"), [
    (lambda: signal.stft(Tensor(ROWS), scaling="density", nperseg=4), "scaling"),
    (lambda: signal.stft(Tensor(ROWS), boundary="zero", nperseg=4), "boundary"),
    (lambda: signal.istft(Tensor(ROWS), scaling="density"), "scaling"),
    (lambda: signal.istft(Tensor(ROWS[0])), "an axis for times and one for frequencies"),
    (lambda: signal.istft(Tensor(ROWS), time_axis=0, freq_axis=-2), "an axis for times and one for frequencies"),
    (lambda: signal.istft(Tensor(COLUMNS), nperseg=50), "nfft >= nperseg"),
    (lambda: signal.freqz_sos(Tensor(ROWS)), "rows of six coefficients"),
    (lambda: signal.freqz_sos(Tensor(np.zeros((0, 6)))), "rows of six coefficients"),
    (lambda: signal.sosfilt_zi(Tensor(ROWS)), "rows of six coefficients"),
    (lambda: signal.sosfilt(Tensor(ROWS), np.ones(4)), "sosfilt takes sections as rows of six coefficients"),
    (lambda: signal.sosfiltfilt(Tensor(ROWS), np.ones(40)), "sosfiltfilt takes sections as rows of six coefficients"),
    (lambda: signal.upfirdn(B, Tensor(ROWS[:, :0])), "needs samples"),
    (lambda: signal.wiener(Tensor(ROWS[:, :0])), "needs an image"),
    (lambda: signal.medfilt(Tensor(B), 2), "odd sizes"), (lambda: signal.medfilt2d(Tensor(B)), "a matrix"),
    (lambda: signal.order_filter(Tensor(ROWS), np.ones((2, 3)), 0), "odd sizes"),
    *[(lambda h=h, up=up, down=down: signal.upfirdn(Tensor(h), ROWS, up, down), "a filter in one dimension")
      for h, up, down in ((ROWS, 1, 1), (B[:0], 1, 1), (B, 0, 1), (B, 1, 0))],
    *[(lambda given=given: signal.convolve2d(*given), "two matrices and the boundary") for given in (
        (Tensor(B), ROWS), (ROWS, Tensor(B)), (Tensor(ROWS), ROWS, "full", "mirror"))],
    (lambda: signal.upfirdn(B, Tensor(ROWS), mode="mean"), "mode"),
    (lambda: signal.decimate(Tensor(ROWS), 2, ftype="zpk"), "ftype")])
def test_what_does_not_fit_is_said(call: Any, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        call()


def test_windows_and_steps_of_any_length_add_up() -> None:
    pieces = rng.normal(size=(2, 3, 5))
    for step in range(1, 7):
        expected = np.zeros((2, 5 + 2 * step))
        for row, k in itertools.product(range(2), range(3)):
            expected[row, k * step : k * step + 5] += pieces[row, k]
        np.testing.assert_allclose(signal.short_time.overlapped(pieces, step), expected[:, : 5 + 2 * step])
