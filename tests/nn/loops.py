"""Convolution and pooling as they are defined, one window after the other, along any number of axes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product

import numpy as np

from autograd.arrays import Array


def convolved(x: Array, weight: Array, *, stride: Sequence[int], padding: Sequence[tuple[int, int]],
              dilation: Sequence[int], groups: int) -> Array:
    """A convolution, one output pixel and tap at a time, in float64; padding is (before, after) along each axis."""
    x, weight = x.astype(np.float64), weight.astype(np.float64)
    units, each, *kernel = weight.shape
    size = [(n + before + after - d * (k - 1) - 1) // s + 1
            for n, k, s, (before, after), d in zip(x.shape[2:], kernel, stride, padding, dilation, strict=True)]
    out = np.zeros((len(x), units, *size))
    for place, tap in product(np.ndindex(*size), np.ndindex(*kernel)):
        at = tuple(p * s + i * d - before
                   for p, i, s, d, (before, _) in zip(place, tap, stride, dilation, padding, strict=True))
        if all(0 <= i < n for i, n in zip(at, x.shape[2:], strict=True)):
            seen = x[:, :, *at].reshape(len(x), groups, each)
            taps = weight[:, :, *tap].reshape(groups, units // groups, each)
            out[:, :, *place] += np.einsum("ngc,goc->ngo", seen, taps).reshape(len(x), units)
    return out


def windows(size: Sequence[int], kernel: Sequence[int], stride: Sequence[int], padding: Sequence[int],
            dilation: Sequence[int], ceil_mode: bool) -> Iterator[tuple[tuple[int, ...], list[tuple[int, ...]]]]:
    """Every output of a pool with the places that it sees, in reading order, padding left out.

    The last window begins in the input or in the padding before it, by PyTorch's rule.
    """
    counts = []
    for n, k, s, p, d in zip(size, kernel, stride, padding, dilation, strict=True):
        room = n + 2 * p - d * (k - 1) - 1
        count = (-(-room // s) if ceil_mode else room // s) + 1
        counts.append(count - 1 if ceil_mode and (count - 1) * s >= n + p else count)
    for out in np.ndindex(*counts):
        places = [tuple(o * s + t * d - p for o, s, t, d, p in zip(out, stride, tap, dilation, padding, strict=True))
                  for tap in np.ndindex(*kernel)]
        yield out, [at for at in places if all(0 <= i < n for i, n in zip(at, size, strict=True))]


def extent(at: Sequence[int], size: Sequence[int], kernel: Sequence[int], stride: Sequence[int],
           padding: Sequence[int]) -> int:
    """How many places of the padded input the window of an output covers: it may reach beyond."""
    return int(np.prod([min(o * s - p + k, n + p) - (o * s - p)
                        for o, n, k, s, p in zip(at, size, kernel, stride, padding, strict=True)]))


def adaptive(at: Sequence[int], size: Sequence[int], wanted: Sequence[int]) -> tuple[slice, ...]:
    """What an output of an adaptive pool sees: from floor(i n / m) to ceil((i + 1) n / m) along each axis."""
    return tuple(slice(i * n // m, -(-(i + 1) * n // m)) for i, n, m in zip(at, size, wanted, strict=True))
