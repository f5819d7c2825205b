"""Images of another size, read between their pixels; and so sequences (N, C, L) and volumes (N, C, D, H, W)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from autograd import Tensor
from autograd.arrays import Array
from nn.kernels.average_pooling import adaptive_average_pool, repeat_pixels
from nn.kernels.reading import Reading, read
from nn.layers.arguments import Size, choice, positive_integers
from nn.layers.input import AXES, Speaker, admitted, mistake, refusal
from nn.layers.layer import Layer

Factors = float | Sequence[float]
Positions = Array
Taps = tuple[Array, Array]  # for each new pixel the places of the old ones (K, m), and their weights
Filter = Callable[[Positions], Positions]

_ANY = (1, 2, 3)
_MODES = {"nearest": _ANY, "nearest-exact": _ANY, "area": _ANY, "linear": (1,), "bilinear": (2,), "trilinear": (3,),
          "bicubic": (2,)}  # how many axes are resized
_SMOOTH: dict[str, tuple[Filter, int]] = {  # for the modes with antialias the filter, and its reach to each side
    "bilinear": (lambda t: np.maximum(1 - t, 0.0), 1), "bicubic": (lambda t: _cubic_filter(t, a=-0.5), 2)}


class Upsample(Layer):
    """Images of another size, `size` or the old one times `scale_factor`: one number for all axes or one per axis.

    Input (N, C, H, W), (N, C, L) or (N, C, D, H, W). `mode` is "linear" of sequences, "bilinear" or "bicubic" of
    images, "trilinear" of volumes; or of each "nearest" (to the left), "nearest-exact" (to the centre) or "area", the
    mean of what a pixel covers. Without `align_corners` a pixel is a square, and pixel i stands at i + 1/2; with it at
    i, and the corners stay corners. With `recompute_scale_factor` the factor is the ratio of the two (whole) sizes.
    Raises ValueError for another mode, and unless exactly one of size and scale_factor is given.
    """

    def __init__(self, size: Size | None = None, scale_factor: Factors | None = None, mode: str = "nearest",
                 align_corners: bool | None = None, recompute_scale_factor: bool | None = None) -> None:
        _check("Upsample", size, scale_factor, mode, align_corners)
        self.size, self.scale_factor, self.mode, self.align_corners = size, scale_factor, mode, align_corners
        self.recompute_scale_factor = recompute_scale_factor

    def forward(self, input: ArrayLike) -> Tensor:
        return interpolate(input, self.size, self.scale_factor, self.mode, self.align_corners,
                           self.recompute_scale_factor, speaker=self)


def interpolate(input: ArrayLike, size: Size | None = None, scale_factor: Factors | None = None, mode: str = "nearest",
                align_corners: bool | None = None, recompute_scale_factor: bool | None = None,
                antialias: bool = False, *, speaker: Speaker = "interpolate") -> Tensor:
    """Images, sequences or volumes (N, C, ...) of another `size`, or of the old one times `scale_factor`.

    `mode` is "nearest", "nearest-exact", "area", "linear", "bilinear", "trilinear" or "bicubic", with pixels standing
    as in `nn.Upsample`. Images that are made smaller are not smoothed first, except by "area", and by "bilinear" and
    "bicubic" with `antialias`, which gives Pillow's pixels. Raises ValueError for another mode or shape, and unless
    exactly one of size and scale_factor is given. Source of bicubic: Keys, "Cubic convolution interpolation", 1981.
    """
    _check(speaker, size, scale_factor, mode, align_corners)
    if antialias and (mode not in _SMOOTH or align_corners):
        raise mistake(speaker, f"has antialias in the modes {' and '.join(map(repr, _SMOOTH))}, without align_corners")
    x = admitted(speaker, input)
    axes = x.ndim - 2
    if axes not in _MODES[mode] or 0 in x.shape[2:]:
        raise refusal(speaker, " or ".join(f"(N, C, {AXES[n]})" for n in _MODES[mode]), x)
    each, afters = _sizes(speaker, x, size, scale_factor)
    if mode == "area":
        return adaptive_average_pool(x, size=afters)  # type: ignore[no-any-return]
    given = size is None and not recompute_scale_factor
    steps = [1 / number if given else n / after for number, n, after in zip(each, x.shape[2:], afters, strict=True)]
    if "nearest" in mode:
        return _nearest(x, afters, steps, mode)  # type: ignore[no-any-return]
    for axis, (after, step) in enumerate(zip(afters, steps, strict=True), start=2):
        reading = _reading(x.shape[axis], after, step, mode, bool(align_corners), antialias)
        x = x if reading is None else read(x, axis=axis, reading=reading)
    return x


def _sizes(speaker: Speaker, x: Any, size: Size | None,
           scale_factor: Factors | None) -> tuple[tuple[Any, ...], list[int]]:
    """What is given for each axis, a size or a factor, and the size that it makes of the axis."""
    given: Any = scale_factor if size is None else size
    lengths = x.shape[2:]
    each = tuple(given) if isinstance(given, (tuple, list)) else (given,) * len(lengths)
    if len(each) != len(lengths):
        raise mistake(speaker, f"needs one number or {len(lengths)} for {x.shape}, got {given!r}")
    if size is not None:
        for after in each:
            positive_integers(speaker, size=after)
        return each, list(each)
    afters = [int(length * factor) for length, factor in zip(lengths, each, strict=True)]
    for axis, after in enumerate(afters, start=2):
        if after < 1:
            raise mistake(speaker, f"would make {after} pixels of the {x.shape[axis]} along axis {axis}")
    return each, afters


@lru_cache
def _reading(length: int, after: int, step: float, mode: str, align_corners: bool, antialias: bool) -> Reading | None:
    """How an axis is read in `after` pixels, a `step` apart; None if it stays as it is.

    One of the same length does so whatever the factor, as in PyTorch (and, antialiased, in Pillow), but not in mode
    "bicubic".
    """
    if after == length and (antialias or mode != "bicubic"):
        return None
    if antialias:
        places, weights = _smoothed(length, after, step, *_SMOOTH[mode])
    else:
        at = _positions(length, after, step, align_corners)
        places, weights = (_cubic if mode == "bicubic" else _linear)(at)
    within = np.clip(places, 0, length - 1).astype(int)  # the border goes on beyond the image
    return Reading.of(within, weights, length)


def _nearest(x: Any, afters: Sequence[int], steps: Sequence[float], mode: str) -> Any:
    """Each new pixel is the old one at its place; all of them repeated equally often are one operation."""
    precise = np.dtype(np.float64 if x.dtype == np.float64 else np.float32)
    readings = []
    for length, after, step in zip(x.shape[2:], afters, steps, strict=True):
        if mode == "nearest" and x.ndim == 4 and after in (length, 2 * length):
            step = length / after  # of images, PyTorch repeats each pixel for any factor, as 2.3, that makes 6 of 3
        readings.append(_nearest_places(length, after, step, 0.5 * (mode == "nearest-exact"), precise))
    if all(reading.times for reading in readings):
        return repeat_pixels(x, [reading.times for reading in readings])
    for axis, reading in enumerate(readings, start=2):
        x = read(x, axis=axis, reading=reading)
    return x


@lru_cache
def _nearest_places(length: int, after: int, step: float, centre: float, precise: np.dtype[Any]) -> Reading:
    positions = (np.arange(after, dtype=precise) + precise.type(centre)) * precise.type(step)
    # As in PyTorch, in double precision too: a position that rounding alone keeps from a whole number is that one.
    places = np.minimum(positions.astype(np.float32).astype(int), length - 1)
    return Reading.of(places[np.newaxis], None, length)


def _positions(length: int, after: int, step: float, align_corners: bool | None) -> Positions:
    """Where each new pixel stands among the old ones, whose centres are whole numbers."""
    if align_corners:
        return np.arange(after) * ((length - 1) / (after - 1) if after > 1 else 0.0)
    return (np.arange(after) + 0.5) * step - 0.5


def _smoothed(length: int, after: int, step: float, filter: Filter, reach: int) -> Taps:
    """Each new pixel as a mean of the old ones within `reach` new ones, by a filter as wide as a new one."""
    width = max(step, 1.0)
    centres = (np.arange(after) + 0.5) * step
    low, end = (np.clip(centres + side * reach * width + 0.5, 0, length).astype(int) for side in (-1, 1))
    old = low + np.arange((end - low).max())[:, np.newaxis]
    weights = np.where(old < end, filter(np.abs(old + 0.5 - centres) / width), 0.0)
    return old, weights / weights.sum(axis=0)


def _linear(at: Positions) -> Taps:
    """Each new pixel between two old ones, which share its weight; before the first it is the first."""
    at = np.maximum(at, 0)
    low = np.floor(at)
    return np.stack([low, low + 1]), np.stack([1 - (at - low), at - low])


def _cubic(at: Positions) -> Taps:
    """Each new pixel among four old ones, by cubic convolution with a = -3/4."""
    low = np.floor(at)
    return low + np.arange(-1, 3)[:, np.newaxis], np.stack(cubic_shares(at - low))


def cubic_shares(t: Any) -> list[Any]:
    """Keys' weights of four pixels in a row, of a place that is t beyond the second, as PyTorch's with a = -3/4."""
    a = -0.75
    return [_far(1 + t, a), _near(t, a), _near(1 - t, a), _far(2 - t, a)]


def _cubic_filter(t: Positions, a: float) -> Positions:
    """Keys' weight of a pixel at the distance t: two cubics with one slope where they meet, and 0 from 2 on."""
    return np.where(t <= 1, _near(t, a), np.where(t < 2, _far(t, a), 0.0))


def _near(t: Any, a: float) -> Any:
    return ((a + 2) * t - (a + 3)) * t * t + 1


def _far(t: Any, a: float) -> Any:
    return ((a * t - 5 * a) * t + 8 * a) * t - 4 * a


def _check(speaker: Speaker, size: Any, scale_factor: Any, mode: str, align_corners: bool | None) -> None:
    choice(speaker, _MODES, mode=mode)
    if (size is None) == (scale_factor is None):
        raise mistake(speaker, f"needs either size or scale_factor, got size={size!r}, scale_factor={scale_factor!r}")
    if align_corners is not None and (mode == "area" or "nearest" in mode):
        raise mistake(speaker, f"has no align_corners in mode {mode!r}: leave it out")

