"""Power spectra and smoothing, with SciPy's numbers for every option."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import scipy.signal as ss
from hypothesis import given
from hypothesis import strategies as st

from autograd import Tensor, vmap
from autograd.scipy import signal
from autograd.testing import check_gradients
from tests.examples import examples

rng = np.random.default_rng(0)
SIGNALS = {
    "one": (rng.standard_normal(30), -1), "rows": (rng.standard_normal((3, 30)), 1),
    "columns": (rng.standard_normal((30, 2)), 0), "within": (rng.standard_normal((2, 30, 2)), -2),
    "whole": (rng.integers(-9, 9, (2, 30)), -1), "complex": (rng.standard_normal((2, 30)) + 1j, -1),
    "single": (rng.standard_normal((2, 30)).astype(np.float32), -1),
}


def same(found: Any, expected: Any) -> None:
    for a, b in zip(found, expected, strict=True):
        assert (a.dtype, a.shape) == (b.dtype, b.shape)
        rtol = 2e-5 if b.dtype.char in "fF" else 1e-9
        np.testing.assert_allclose(a.numpy(), b, rtol=rtol, atol=rtol * np.max(np.abs(b)))


@examples(60)
@given(st.sampled_from(list(SIGNALS)), st.integers(3, 30), st.data())
def test_spectra_are_scipys(kind: str, length: int, data: st.DataObject) -> None:
    def drawn(*choices: Any) -> Any:
        return data.draw(st.sampled_from(choices))

    x, axis = SIGNALS[kind]
    options: dict[str, Any] = {
        "fs": drawn(1.0, 0.3), "axis": axis, "nperseg": length, "noverlap": drawn(None, 0, length - 1),
        "nfft": drawn(None, length, length + 3), "detrend": drawn("constant", "linear", False, lambda d: d - 1.0),
        "window": drawn("hann", ("tukey", 0.3), np.linspace(0.5, 1, length)),
    }
    sided: dict[str, Any] = {"return_onesided": kind != "complex" and drawn(True, False),
                             "scaling": drawn("density", "spectrum")}
    t, y, average = Tensor(x), np.flip(x, axis) ** 2, {"average": drawn("mean", "median")}
    same(signal.welch(t, **options, **sided, **average), ss.welch(x, **options, **sided, **average))
    same(signal.csd(t, y, **options, **sided, **average), ss.csd(x, y, **options, **sided, **average))
    mode = {"mode": drawn("psd", "complex", "magnitude")}
    same(signal.spectrogram(t, **options, **sided, **mode), ss.spectrogram(x, **options, **sided, **mode))
    one = {name: options[name] for name in ("fs", "axis", "detrend")} | sided | {"nfft": drawn(None, 20, 30, 41)}
    one["window"] = drawn("boxcar", None, "hann", ("tukey", 0.3)) if one["nfft"] is None else "hann"
    same(signal.periodogram(t, **one), ss.periodogram(x, **one))


@pytest.mark.parametrize("mode", ["angle", "phase"])
@pytest.mark.parametrize("axis", [0, -1])
def test_angles_in_windows_are_scipys(mode: str, axis: int) -> None:
    x = np.exp(np.linspace(0, 1, 40)) * np.cos(np.linspace(0, 9, 40) ** 2)
    x = np.stack([x, x[::-1] + 0.3], axis=1 - axis % 2)
    options: dict[str, Any] = {"nperseg": 10, "detrend": False, "axis": axis, "mode": mode}
    same(signal.spectrogram(Tensor(x), **options), ss.spectrogram(x, **options))
    with pytest.raises(ValueError, match="mode"):
        signal.spectrogram(Tensor(x), mode="power")


def test_windows_are_differentiated() -> None:
    x, window = SIGNALS["one"][0], np.linspace(0.5, 1, 8)
    same(signal.csd(x, x[::-1], window=Tensor(window)), ss.csd(x, x[::-1], window=window))
    for scaling in ("density", "spectrum"):
        options: dict[str, Any] = {"scaling": scaling}
        check_gradients(lambda w, x, options=options: signal.welch(x, window=w, **options)[1], window, x)
    whole = np.linspace(0.5, 1, len(x))
    same(signal.periodogram(x, window=Tensor(whole)), ss.periodogram(x, window=whole))


def test_what_two_signals_share() -> None:
    x, y = rng.standard_normal((2, 3, 64))
    same(signal.coherence(Tensor(x), y, nperseg=16), ss.coherence(x, y, nperseg=16))
    shorter = y[:, :50]
    same(signal.csd(x, Tensor(shorter), nperseg=16), ss.csd(x, shorter, nperseg=16))
    itself = Tensor(shorter)
    same(signal.csd(itself, itself, nperseg=16), ss.csd(shorter, shorter, nperseg=16))
    for options in (
            {"fs": 3.0, "window": "hamming", "nperseg": 16, "noverlap": 4, "nfft": 20, "detrend": "linear", "axis": 0},
            {"nperseg": 20, "axis": 1, "detrend": False}):
        columns = (x.T, y.T) if options["axis"] == 0 else (x, y)
        same(signal.coherence(Tensor(columns[0]), columns[1], **options), ss.coherence(*columns, **options))
    batch = vmap(lambda x, y: signal.coherence(x, y, nperseg=16)[1])(x, y)
    np.testing.assert_allclose(batch, ss.coherence(x, y, nperseg=16)[1])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"nperseg": 8, "noverlap": 8}, "nfft >= nperseg > noverlap, got nfft=8, nperseg=8 and noverlap=8"),
        ({"nperseg": 8, "nfft": 7}, "nfft >= nperseg > noverlap"),
        ({"nperseg": 8, "fs": 0.0}, "a sampling frequency fs > 0, got 0.0"),
        ({"nperseg": 8, "scaling": "power"}, "scaling must be one of"),
        ({"nperseg": 9, "window": np.ones(8)}, "length of the window that is given, 8, got 9"),
        ({"window": np.ones(31)}, r"no longer than the 30 samples there are, got shape \(31,\)"),
        ({"window": np.ones((2, 8))}, "a window is a vector"),
        ({"nperseg": 8, "average": "mode"}, "average must be one of 'mean', 'median', got 'mode'"),
    ],
)
def test_options_that_scipy_refuses_are_refused(options: dict[str, Any], message: str) -> None:
    x = SIGNALS["one"][0]
    with pytest.raises(ValueError, match="."):
        ss.welch(x, **options)
    with pytest.raises(ValueError, match=message):
        signal.welch(Tensor(x), **options)


@pytest.mark.parametrize(("few", "more"), [(0, 8), (8, 0), (0, 0)])
def test_spectra_of_nothing_are_refused(few: int, more: int) -> None:
    with pytest.raises(ValueError, match=rf"need samples, got the shapes \({few},\) and \({more},\)"):
        signal.csd(Tensor(np.ones(few)), np.ones(more))


def test_the_median_of_one_window_is_its_power() -> None:
    x, y = rng.standard_normal((2, 3, 9))
    options: dict[str, Any] = {"nperseg": 9, "average": "median"}
    same(signal.csd(Tensor(x), y, **options), ss.csd(x, y, **options))
    same(signal.welch(Tensor(x), **options), ss.welch(x, **options))
    with pytest.raises(ValueError, match="average must be one of"):
        signal.welch(Tensor(x), nperseg=9, average="mode")


def test_a_signal_shorter_than_a_window_is_one_window_and_says_so() -> None:
    x = SIGNALS["one"][0]
    with pytest.warns(UserWarning, match="nperseg"):
        expected = ss.welch(x)
    with pytest.warns(UserWarning, match="nperseg=256 is more than the 30 samples"):
        same(signal.welch(Tensor(x)), expected)


@examples(60)
@given(st.sampled_from(["one", "rows", "columns", "within", "whole", "single"]), st.integers(1, 30), st.integers(0, 4),
       st.integers(0, 3), st.sampled_from(["interp", "mirror", "constant", "nearest", "wrap"]),
       st.sampled_from([1.0, 0.3]))
def test_smoothing_is_scipys(kind: str, length: int, degree: int, order: int, mode: str, delta: float) -> None:
    x, axis = SIGNALS[kind]
    options: dict[str, Any] = {"deriv": order, "delta": delta, "axis": axis, "mode": mode, "cval": 1.5}
    degree = min(degree, length - 1)
    expected = ss.savgol_filter(x, length, degree, **options)
    found = signal.savgol_filter(Tensor(x), length, degree, **options)
    assert (found.dtype, found.shape) == (expected.dtype, expected.shape)
    rtol = 1e-4 if kind == "single" else 1e-9
    np.testing.assert_allclose(found.numpy(), expected, rtol=rtol, atol=rtol * np.max(np.abs(expected)))


def test_a_window_longer_than_the_signal_has_no_polynomial_at_its_ends() -> None:
    with pytest.raises(ValueError, match="window_length of at most the 30 samples along axis -1, got 31"):
        signal.savgol_filter(Tensor(SIGNALS["one"][0]), 31, 2)


def test_the_distance_of_samples_is_differentiated_too() -> None:
    for mode in ("interp", "mirror"):
        check_gradients(lambda x, delta, mode=mode: np.sum(np.sin(signal.savgol_filter(
            x, 5, 3, deriv=2, delta=delta, mode=mode))), SIGNALS["one"][0], 0.7)


def test_a_signal_at_another_rate_moves_with_its_filter_and_with_what_is_beyond_its_ends() -> None:
    x, taps = np.random.default_rng(5).normal(size=(2, 9)), np.array([1.0, 2.0, 3.0, 2.0, 1.0])
    check_gradients(lambda x, h, c: signal.resample_poly(x, 3, 2, axis=1, window=h, cval=c), x, taps, np.array(0.3),
                    order=2)
    assert signal.resample_poly(Tensor(x.astype(np.float32)), 3, 2).dtype == np.float32
