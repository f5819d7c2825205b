"""Resampling by a rational factor: zeros are inserted between samples, a filter is applied, some outputs are kept.

For each output only the filter taps that meet no inserted zero count: every n-th of them, a phase.
"""

from __future__ import annotations

from collections.abc import Callable
from math import gcd
from typing import Any

import numpy as np
import scipy.signal as ss

from autograd.arguments import array_of, arrays_of
from autograd.arrays import floating, one_of
from autograd.duck_arrays import Array
from autograd.scipy.precision import at_least
from autograd.scipy.twin import twin
from autograd.tensor import Tensor

from .filters import sosfilt, sosfiltfilt

LEVELS: dict[str, Callable[..., Array]] = {"mean": np.mean, "median": np.median, "minimum": np.min, "maximum": np.max}
"""Levels that may be subtracted from a signal before and added after, so that it goes on as 0 beyond its ends."""

BEYOND = ["constant", "edge", "line", "smooth", "wrap", "symmetric", "reflect", "antisymmetric", "antireflect"]


@twin(ss.resample_poly)
def resample_poly(x: Any, up: int, down: int, axis: int = 0, window: Any = ("kaiser", 5.0), padtype: str = "constant",
                  cval: Any = None) -> Any:
    """`up` samples for `down` of x, linear in x; differentiated in a filter given as `window`, and in `cval`, too."""
    one_of("resample_poly: padtype", padtype, [*LEVELS, *BEYOND])
    if up != int(up) or down != int(down) or up < 1 or down < 1:
        raise ValueError(f"resample_poly takes whole numbers up and down of at least 1, got {up} and {down}")
    if cval is not None and padtype != "constant":
        raise ValueError(f"resample_poly takes cval with padtype='constant' alone, got {padtype!r}")
    x, common = array_of(x), gcd(int(up), int(down))
    up, down = int(up) // common, int(down) // common
    if up == down == 1:
        return x.copy()
    x = np.moveaxis(floating(x), axis, -1)
    h, middle = filter_of(window, max(up, down), x.dtype)
    (x,) = at_least(np.float32, x)
    level = LEVELS[padtype](x, axis=-1, keepdims=True) if padtype in LEVELS else None
    x = x if level is None else x - level
    places = middle + down * np.arange(-(-x.shape[-1] * up // down))
    out = filtered_at(places, h * up, x, up, padtype, cval)
    return np.moveaxis(out if level is None else out + level, -1, axis)


@twin(ss.upfirdn)
def upfirdn(h: Any, x: Any, up: int = 1, down: int = 1, axis: int = -1, mode: str = "constant", cval: Any = 0) -> Any:
    """One sample in `down` of what the filter h makes of x with `up - 1` zeros after each sample."""
    one_of("upfirdn: mode", mode, BEYOND)
    h, x = arrays_of((h, x))
    if h.ndim != 1 or not h.size or up < 1 or down < 1:
        raise ValueError(f"upfirdn takes a filter in one dimension, and up and down of at least 1, got shape {h.shape},"
                         f" {up} and {down}")
    x = np.moveaxis(x, axis, -1)
    if not x.shape[-1]:
        raise ValueError(f"upfirdn of tensors needs samples, got none along axis {axis}")
    h, x = at_least(np.result_type(h, x, np.float32), h, x)
    places = down * np.arange(((x.shape[-1] - 1) * up + h.shape[0] - 1) // down + 1)
    return np.moveaxis(filtered_at(places, h, x, up, mode, cval), -1, axis)


def filtered_at(places: Array, h: Array, x: Array, up: int, padtype: str, cval: Any) -> Array:
    """What the filter h makes of x with `up - 1` zeros after each sample, at these places."""
    count = -(-h.shape[0] // up)
    phases = np.reshape(np.pad(h, (0, count * up - h.shape[0])), (count, up)).T[places % up]
    met = beyond(x, places[:, None] // up - np.arange(count), padtype, cval)
    return np.sum(phases * met, axis=-1)


@twin(ss.decimate)
def decimate(x: Any, q: int, n: int | None = None, ftype: Any = "iir", axis: int = -1, zero_phase: bool = True) -> Any:
    """One sample in `q`, after a filter for what so few cannot show; without it the filter delays the signal."""
    one_of("decimate of tensors: ftype", ftype, ("iir", "fir"))
    x = floating(array_of(x))
    x = np.moveaxis(x.astype(np.float64) if x.dtype == np.float16 else x, axis, -1)
    if ftype == "iir":
        sos = ss.cheby1(8 if n is None else n, 0.05, 0.8 / q, output="sos").astype(x.dtype)
        found = (sosfiltfilt if zero_phase else sosfilt)(sos, x)[..., ::q]
    else:
        b = ss.firwin((20 * q if n is None else n) + 1, 1 / q, window="hamming").astype(x.dtype)
        found = (resample_poly(x, 1, q, axis=-1, window=b) if zero_phase
                 else upfirdn(b, x, down=q)[..., : -(-x.shape[-1] // q)])
    return np.moveaxis(found, -1, axis)


def filter_of(window: Any, rate: int, dtype: Any) -> tuple[Array, int]:
    """The filter, and the place of its middle: that which is given, or a low pass by a window."""
    if isinstance(window, (list, np.ndarray, Tensor)):
        h = array_of(window)
        if h.ndim > 1:
            raise ValueError(f"resample_poly's window is a filter in one dimension, got shape {h.shape}")
        return h, (h.shape[0] - 1) // 2
    return ss.firwin(20 * rate + 1, 1 / rate, window=window).astype(dtype), 10 * rate


def beyond(x: Array, at: Array, padtype: str, cval: Any) -> Array:
    """A signal at whole places, those beyond its ends as `scipy.signal.upfirdn` continues it."""
    n, real = x.shape[-1], np.finfo(x.dtype).dtype
    inside = np.clip(at, 0, n - 1)
    first, last = x[..., :1, None], x[..., -1:, None]
    if padtype in ("edge", "line", "smooth"):
        rise = {"edge": 0, "line": (last - first) / max(n - 1, 1),
                "smooth": np.where(at < 0, x[..., 1:2, None] - first, last - x[..., -2:-1, None]) if n > 1 else 0}
        return x[..., inside] + (at - inside).astype(real) * rise[padtype]
    if padtype in ("constant", *LEVELS):
        return np.where(at == inside, x[..., inside], 0 if cval is None else cval)
    back = {"wrap": x[..., :0], "symmetric": np.flip(x, -1), "antisymmetric": -np.flip(x, -1),
            "reflect": np.flip(x[..., 1:-1], -1), "antireflect": 2 * x[..., -1:] - np.flip(x[..., 1:-1], -1)}[padtype]
    there_and_back = np.concatenate([x, back], axis=-1)
    turns, place = np.divmod(at, there_and_back.shape[-1])
    found = there_and_back[..., place]
    return found + 2 * (last - first) * turns.astype(real) if padtype == "antireflect" else found
