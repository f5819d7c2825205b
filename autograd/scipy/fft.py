"""Twins of `scipy.fft`: Fourier transforms and shifts, which are NumPy's; cosine and sine transforms of types 1 to 4.

A cosine or sine transform is multiplication by a matrix, whose transpose is that of the same transform (types 1 and 4)
or of the other one (types 2 and 3) up to the weight of the ends. Source: Makhoul 1980; SciPy's definitions.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograd.arguments import array_of
from autograd.arrays import one_of
from autograd.declare import linear, on_arrays_too
from autograd.duck_arrays import Array, at_least_single
from autograd.errors import needing
from autograd.registry import real_only
from autograd.rules.axes import fitted
from autograd.rules.fft import lengths, swapped

from .twin import no_twins_but_these, twin

with needing("scipy", extra="scipy"):
    import scipy.fft as sf

__getattr__ = no_twins_but_these(__name__)


def given(x: Any) -> Array:
    """An array in a precision that transforms support: half precision becomes single."""
    return at_least_single(array_of(x))


def distinct(x: Array, s: Sequence[int] | None, axes: Sequence[int] | None) -> list[tuple[int, int]]:
    """The axes and their lengths; unlike NumPy's, SciPy's transforms take each axis once, and one axis as a number."""
    pairs = lengths(x, *(v if v is None else np.atleast_1d(v).tolist() for v in (s, axes)))
    if len({axis for axis, _ in pairs}) < len(pairs):
        raise ValueError(f"transforms over several axes take each axis once, got axes={axes}")
    return pairs


# --- Fourier transforms ----------------------------------------------------------------------------------------------


def along_one_axis(transform: Callable[..., Any]) -> Callable[..., Any]:
    @twin(getattr(sf, transform.__name__))
    def apply(x: Any, n: int | None = None, axis: int = -1, norm: str | None = None, overwrite_x: bool = False,
              workers: int | None = None, *, plan: None = None) -> Any:
        return transform(given(x), n, axis, norm)

    return apply


def along_several(transform: Callable[..., Any], usual: tuple[int, int] | None = None) -> Callable[..., Any]:
    @twin(getattr(sf, transform.__name__))
    def apply(x: Any, s: Sequence[int] | None = None, axes: Sequence[int] | None = usual, norm: str | None = None,
              overwrite_x: bool = False, workers: int | None = None, *, plan: None = None) -> Any:
        x = given(x)
        pairs = distinct(x, s, axes)
        return transform(x, [n for _, n in pairs] if s is not None else None, [axis for axis, _ in pairs], norm)

    return apply


fft, ifft = along_one_axis(np.fft.fft), along_one_axis(np.fft.ifft)
rfft, irfft = along_one_axis(np.fft.rfft), along_one_axis(np.fft.irfft)
hfft, ihfft = along_one_axis(np.fft.hfft), along_one_axis(np.fft.ihfft)
fftn, ifftn = along_several(np.fft.fftn), along_several(np.fft.ifftn)
rfftn, irfftn = along_several(np.fft.rfftn), along_several(np.fft.irfftn)
fft2, ifft2 = along_several(np.fft.fft2, (-2, -1)), along_several(np.fft.ifft2, (-2, -1))
rfft2, irfft2 = along_several(np.fft.rfft2, (-2, -1)), along_several(np.fft.irfft2, (-2, -1))

real_only.update((sf.rfft, sf.ihfft, sf.rfftn, sf.rfft2))

# --- Cosine and sine transforms --------------------------------------------------------------------------------------

TRANSPOSED = {1: 1, 2: 3, 3: 2, 4: 4}
"""The type of the transposed transform, which is also that of the inverse."""


def transposed(ends: dict[int, list[int]]) -> Callable[..., Array]:
    """The transpose of a transform along the last axis, whose matrix counts the elements `ends[type]` half."""

    def apply(transform: Callable[..., Array], g: Array, *, type: int, norm: str | None, orthogonal: bool) -> Array:
        if orthogonal:  # up to a scale factor
            return transform(g, type=TRANSPOSED[type], norm=norm, orthogonal=True)
        weights = np.ones(g.shape[-1], g.real.dtype)
        weights[ends[type]] = 2
        g = g * weights if type in (1, 2) else g
        g = transform(g, type=TRANSPOSED[type], norm=norm, orthogonal=False)
        return g / weights if type in (1, 3) else g

    return apply


def on_the_last_axis(function: Callable[..., Array], ends: dict[int, list[int]]) -> Callable[..., Array]:
    transpose = transposed(ends)

    def evaluate(x: Array, *, type: int, norm: str | None, orthogonal: bool) -> Array:
        return function(x, type, norm=norm, orthogonalize=orthogonal)

    def back(g: Array, x: Array, *, type: int, norm: str | None, orthogonal: bool) -> Array:
        return transpose(apply, g, type=type, norm=norm, orthogonal=orthogonal)

    apply: Callable[..., Array] = on_arrays_too(linear(function, back, evaluate=evaluate))
    return apply


cosines = on_the_last_axis(sf.dct, {1: [0, -1], 2: [0], 3: [0], 4: []})
sines = on_the_last_axis(sf.dst, {1: [], 2: [-1], 3: [-1], 4: []})


def trigonometric(function: Callable[..., Any], transform: Callable[..., Array], inverse: bool) -> Callable[..., Any]:
    """One of dct, idct, dst and idst: an inverse is the transposed type, scaled the other way round."""

    @twin(function)
    def apply(x: Any, type: int = 2, n: int | None = None, axis: int = -1, norm: str | None = None,
              overwrite_x: bool = False, workers: int | None = None, orthogonalize: bool | None = None) -> Any:
        x = given(x)
        of_norm = orthogonalize is None or x.dtype.kind == "c"  # SciPy ignores orthogonalize for complex numbers
        orthogonal = norm == "ortho" if of_norm else bool(orthogonalize)
        if inverse:
            one_of(f"{function.__name__}: type", type, TRANSPOSED)
            type, norm = TRANSPOSED[type], swapped(norm)
        x = np.moveaxis(x if n is None else fitted(x, n, axis), axis, -1)
        return np.moveaxis(transform(x, type=type, norm=norm, orthogonal=orthogonal), -1, axis)

    return apply


dct, idct = trigonometric(sf.dct, cosines, inverse=False), trigonometric(sf.idct, cosines, inverse=True)
dst, idst = trigonometric(sf.dst, sines, inverse=False), trigonometric(sf.idst, sines, inverse=True)


def over_axes(function: Callable[..., Any], transform: Callable[..., Any]) -> Callable[..., Any]:
    @twin(function)
    def apply(x: Any, type: int = 2, s: Sequence[int] | None = None, axes: Sequence[int] | None = None,
              norm: str | None = None, overwrite_x: bool = False, workers: int | None = None, *,
              orthogonalize: bool | None = None) -> Any:
        x = given(x)
        for axis, n in distinct(x, s, axes):
            x = transform(x, type, n, axis, norm, orthogonalize=orthogonalize)
        return x

    return apply


dctn, idctn = over_axes(sf.dctn, dct), over_axes(sf.idctn, idct)
dstn, idstn = over_axes(sf.dstn, dst), over_axes(sf.idstn, idst)


def moved(theirs: Callable[..., Any], shift: Callable[..., Any]) -> Callable[..., Any]:
    @twin(theirs)
    def apply(x: Any, axes: int | Sequence[int] | None = None) -> Any:
        return shift(array_of(x), axes)

    return apply


fftshift, ifftshift = moved(sf.fftshift, np.fft.fftshift), moved(sf.ifftshift, np.fft.ifftshift)
