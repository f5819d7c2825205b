"""Filters along one axis.

    a_0 y_n + a_1 y_{n-1} + ... = b_0 x_n + b_1 x_{n-1} + ...

is a convolution with b, and a recursion with a. The recursion is the operation: its transpose is the same recursion in
time that runs backwards, and a change of a enters as an input, -(da_0 y_n + da_1 y_{n-1} + ...). Source: Oppenheim and
Schafer, "Discrete-time signal processing", chapter 6.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import scipy.signal as ss

from autograd.arguments import array_of, arrays_of
from autograd.arrays import one_of
from autograd.declare import decided, general, on_arrays_too
from autograd.duck_arrays import Array
from autograd.rules.axes import fitted
from autograd.scipy.twin import twin

from .convolutions import full_convolution


def evaluate(a: Array, x: Array) -> Array:
    return ss.lfilter(np.ones(1, a.dtype), a, x)


def backwards(a: Array, g: Array) -> Array:
    return np.flip(recursion(a, np.flip(g, -1)), -1)


def lagged(h: Array, y: Array, lags: int) -> Array:
    """The sums of h_n y_{n-k} for each lag k, over everything."""
    return np.stack([np.sum(h[..., k:] * y[..., : max(0, y.shape[-1] - k)]) for k in range(lags)])


def convolved(b: Array, x: Array) -> Array:
    """All that b makes of x along the last axis: what comes after the end of x included."""
    return full_convolution(x, b.reshape([1] * (x.ndim - 1) + [-1]), method="direct")


recursion: Any = on_arrays_too(general(
    ss.lfilter,
    [lambda g, a, out: -lagged(backwards(a, g), out, a.shape[0]), lambda g, a: backwards(a, g)],
    [lambda t, a, out: -recursion(a, convolved(t, out)[..., : out.shape[-1]]), lambda t, a: recursion(a, t)],
    name="recursion", evaluate=evaluate, operands=("a", "x")))


def coefficients(b: Any, a: Any) -> tuple[Array, Array]:
    """Vectors of equal length with a_0 = 1."""
    b, a = (np.atleast_1d(x) for x in arrays_of((b, a)))
    if b.ndim != 1 or a.ndim != 1 or not (b.size and a.size):
        raise ValueError(f"a filter's coefficients are two vectors, got shapes {b.shape} and {a.shape}")
    size = max(len(b), len(a))
    b, a = fitted(b, size, 0), fitted(a, size, 0)
    return b / a[0], a / a[0]


@twin(ss.lfilter)
def lfilter(b: Any, a: Any, x: Any, axis: int = -1, zi: Any = None) -> Any:
    """y, and with an initial state `zi` the final state too; differentiated in the coefficients, x, and the state."""
    b, a, x = arrays_of((b, a, x))
    recursive = a.size > 1  # else 0 times a sample that is nan would be added to all that follow it
    b, a = coefficients(b, a)
    if x.size == 0:
        raise ValueError(f"lfilter of tensors needs samples, got the shape {x.shape}")
    x = np.moveaxis(x, axis, -1)
    size, order = x.shape[-1], len(a) - 1
    driven = convolved(b, x)
    if zi is not None:
        state, needed = array_of(zi), (*x.shape[:-1], order)
        if state.ndim == x.ndim:
            state = np.moveaxis(state, axis, -1)
        if state.ndim != x.ndim or any(n not in (1, m) for n, m in zip(state.shape, needed, strict=True)) or (
                state.shape[-1] != order):
            raise ValueError(f"the state zi has {order} numbers along axis {axis}, and else the shape of x or 1, got "
                             f"shape {state.shape}")
        driven = driven + fitted(np.broadcast_to(state, needed), order + size, -1)
    y, final = driven[..., :size], driven[..., size:]
    if recursive:
        y = recursion(a, y)
    if zi is None:
        return np.moveaxis(y, -1, axis)
    if recursive:
        final = final - convolved(a, y)[..., size : size + order]
    return np.moveaxis(y, -1, axis), np.moveaxis(final, -1, axis)


@twin(ss.lfilter_zi)
def lfilter_zi(b: Any, a: Any) -> Any:
    """The state in which a filter answers a constant 1 with a constant y: z_k = sum of b_j - a_j y over j >= k."""
    b, a = coefficients(b, a)
    total = np.sum(a)
    if decided(lambda total: total == 0, total):
        raise ValueError("lfilter_zi of a filter with a pole at 1, for which the coefficients a add up to 0: it never "
                         "settles")
    return np.flip(np.cumsum(np.flip(b - a * (np.sum(b) / total))))[1:]


def sections(name: str, sos: Any) -> Array:
    """A filter as sections of second order: b and a of each in a row. Raises `ValueError` for another shape."""
    sos = array_of(sos)
    if sos.ndim != 2 or sos.shape[1] != 6 or not len(sos):
        raise ValueError(f"{name} takes sections as rows of six coefficients, got shape {sos.shape}")
    return sos


@twin(ss.sosfilt_zi)
def sosfilt_zi(sos: Any) -> Any:
    """The states in which sections answer a constant 1 with constants: each sees what those before it make of 1."""
    sos = sections("sosfilt_zi", sos)
    states = np.stack([lfilter_zi(section[:3], section[3:]) for section in sos])
    gains = np.cumprod(np.sum(sos[:, :3], axis=1) / np.sum(sos[:, 3:], axis=1))
    return states * np.concatenate([np.ones(1, sos.dtype), gains[:-1]])[:, None]


@twin(ss.filtfilt)
def filtfilt(b: Any, a: Any, x: Any, axis: int = -1, padtype: str | None = "odd", padlen: int | None = None,
             method: str = "pad", irlen: int | None = None) -> Any:
    """A filter applied forwards and then backwards, so that it delays nothing."""
    one_of("filtfilt: method", method, ("pad", "gust"))
    b, a = coefficients(b, a)
    x = np.moveaxis(array_of(x), axis, -1)
    if method == "gust":
        return np.moveaxis(in_either_order(b, a, x, irlen), -1, axis)
    return np.moveaxis(there_and_back(x, [settled(b, a)], 3 * len(a) if padlen is None else padlen, padtype), -1, axis)


@twin(ss.sosfiltfilt)
def sosfiltfilt(sos: Any, x: Any, axis: int = -1, padtype: str | None = "odd", padlen: int | None = None) -> Any:
    """Sections of second order, applied forwards and then backwards."""
    sos, x = sections("sosfiltfilt", sos), array_of(x)
    if padlen is None:
        padlen = 3 * (2 * len(sos) + 1 - int(decided(lambda sos: np.min(np.sum(sos[:, [2, 5]] == 0, axis=0)), sos)))
    filters = [settled(*coefficients(section[:3], section[3:])) for section in sos]
    return np.moveaxis(there_and_back(np.moveaxis(x, axis, -1), filters, padlen, padtype), -1, axis)


def settled(b: Array, a: Array) -> Callable[[Array], Array]:
    """A filter that begins as if the first sample had been there for ever."""
    state = lfilter_zi(b, a)
    return lambda x: lfilter(b, a, x, zi=state * x[..., :1])[0]


def there_and_back(x: Array, filters: Sequence[Callable[[Array], Array]], edge: int, kind: str | None) -> Array:
    """Filters one after the other, forwards and then backwards, of a signal that goes on for `edge` samples."""
    edge, size = 0 if kind is None else edge, x.shape[-1]
    if size <= edge:
        raise ValueError(f"a filter forwards and backwards needs more samples than its padlen, which is {edge}, got "
                         f"{size}")
    y = extended(x, edge, kind)
    for _ in range(2):
        for apply in filters:
            y = apply(y)
        y = np.flip(y, -1)
    return y[..., edge : edge + size]


def extended(x: Array, edge: int, kind: str | None) -> Array:
    """A signal with `edge` more samples at both ends: mirrored, mirrored at the last sample too, or constant."""
    one_of("padtype", kind, ("odd", "even", "constant", None))
    widths: Any = [(0, 0)] * (x.ndim - 1) + [(edge, edge)]
    options: Any = {"mode": "edge"} if kind == "constant" else {"mode": "reflect", "reflect_type": kind}
    return np.pad(x, widths, **options) if edge else x


def in_either_order(b: Array, a: Array, x: Array, irlen: int | None) -> Array:
    """x filtered forwards and backwards, from those initial states that make backwards and forwards come closest to it.

    After `irlen` samples a state is forgotten. Source: Gustafsson (1996), "Determining the initial states in
    forward-backward filtering".
    """

    def forwards(x: Array) -> Array:
        return lfilter(b, a, x)

    def backwards(x: Array) -> Array:
        return np.flip(forwards(np.flip(x, -1)), -1)

    out, order, size = backwards(forwards(x)), len(a) - 1, x.shape[-1]
    if not order:
        return out
    first, last = (size, 0) if irlen is None or size <= 2 * irlen else (irlen, irlen)  # samples that states may change

    def by_states(start: Array, end: Array) -> Array:
        return np.concatenate([np.pad(start, ((0, 0), (0, last))), np.pad(end, ((0, 0), (last, 0)))])

    start = lfilter(b, a, np.zeros((order, first), b.dtype), zi=np.eye(order, dtype=b.dtype))[0]  # of each state alone
    end = np.flip(start, -1)
    added = by_states(backwards(start), end)
    other = by_states(start, forwards(end))
    misfit = (forwards(backwards(x)) - out)[..., np.r_[:first, size - last : size]]
    states = np.linalg.lstsq((added - other).T, misfit.reshape(-1, first + last).T)[0].T
    change = (states @ added).reshape(misfit.shape)
    between = np.zeros((*x.shape[:-1], size - first - last), change.dtype)
    return out + np.concatenate([change[..., :first], between, change[..., first:]], axis=-1)


@twin(ss.sosfilt)
def sosfilt(sos: Any, x: Any, axis: int = -1, zi: Any = None) -> Any:
    """Sections of second order, one after the other; with an initial state of each, their final states too."""
    sos, x = sections("sosfilt", sos), array_of(x)
    if zi is None:
        for section in sos:
            x = lfilter(section[:3], section[3:], x, axis)
        return x
    final = []
    for section, state in zip(sos, array_of(zi), strict=True):
        x, state = lfilter(section[:3], section[3:], x, axis, state)
        final.append(state)
    return x, np.stack(final)


@twin(ss.hilbert, real=True)
def hilbert(x: Any, N: int | None = None, axis: int = -1) -> Any:
    """The analytic signal x + i H(x): of its frequencies the negative ones are 0, the positive ones doubled."""
    x = array_of(x)
    size = x.shape[axis] if N is None else N
    if size <= 0 or x.dtype.kind == "c":
        raise ValueError(f"hilbert takes real samples and a length N > 0, got {x.dtype} and {size}")
    weights = np.zeros(size, x.dtype)
    weights[0] = 1
    weights[1 : (size + 1) // 2] = 2
    if size % 2 == 0:
        weights[size // 2] = 1
    spectrum = np.moveaxis(np.fft.fft(x, size, axis), axis, -1) * weights
    return np.moveaxis(np.fft.ifft(spectrum), -1, axis)


@twin(ss.detrend)
def detrend(data: Any, axis: int = -1, type: str = "linear", bp: Any = 0, overwrite_data: bool = False) -> Any:
    """Data without their mean, or without the line that fits them best between each two break points."""
    x = np.moveaxis(array_of(data), axis, -1)
    if type in ("constant", "c"):
        return np.moveaxis(x - np.mean(x, axis=-1, keepdims=True), -1, axis)
    if type not in ("linear", "l"):
        raise ValueError(f"detrend's type is 'linear' or 'constant', got {type!r}")
    x = x.astype(np.float64) if x.dtype == np.float16 else x
    bounds = np.unique([0, *np.atleast_1d(bp), x.shape[-1]])
    if bounds[0] < 0 or bounds[-1] > x.shape[-1]:
        raise ValueError(f"detrend takes break points from 0 to the {x.shape[-1]} samples that there are, got {bp}")
    parts = [x[..., low:high] - line(x[..., low:high]) for low, high in pairwise(bounds)]
    return np.moveaxis(np.concatenate(parts, axis=-1), -1, axis)


def line(x: Array) -> Array:
    """The best line through equidistant samples."""
    places = np.arange(x.shape[-1]) - (x.shape[-1] - 1) / 2
    places = places.astype(x.real.dtype) if x.dtype.kind in "fc" else places
    slope = np.sum(x * places, axis=-1, keepdims=True) / (np.sum(places**2) or 1)
    return np.mean(x, axis=-1, keepdims=True) + slope * places
