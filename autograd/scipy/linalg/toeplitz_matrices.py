"""Products and systems with matrices that are constant along each diagonal, or along each diagonal of a circle.

A Toeplitz matrix is known by its diagonals v, from the upper right corner to the lower left one: its product with x is
the middle of their convolution, and a change of v changes a solution x as v * x says.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.linalg as sl

from autograd.arguments import array_of, arrays_of
from autograd.arrays import one_of
from autograd.declare import general, on_arrays_too, piecewise_constant
from autograd.duck_arrays import Array
from autograd.scipy.precision import at_least
from autograd.scipy.signal import fftconvolve
from autograd.scipy.twin import twin
from autograd.tensor.nested import values_of

from .special_matrices import joined, toeplitz
from .systems import by_columns


def diagonals(c_or_cr: Any) -> tuple[Array, int]:
    """All diagonals, and how many lie above the first column; without a first row the matrix is Hermitian."""
    c, r = arrays_of(c_or_cr if isinstance(c_or_cr, tuple) else (c_or_cr, np.conj(array_of(c_or_cr))))
    if c.ndim != 1 or r.ndim != 1:
        raise ValueError(f"a Toeplitz matrix is made of two vectors, its first column and row, got shapes {c.shape} and"
                         f" {r.shape}")
    return joined(np.flip(r[1:]), c), len(r) - 1


def convolved(left: Array, right: Array) -> Array:
    """The convolutions of columns; if there are none, SciPy's forgets the number of rows."""
    return fftconvolve(left, right, axes=0).reshape(left.shape[0] + right.shape[0] - 1, right.shape[1])


def times(v: Array, x: Array, above: int) -> Array:
    """The product with the columns of x."""
    return convolved(v[:, None], x)[above : v.shape[0]]


def outer_diagonals(left: Array, right: Array) -> Array:
    """The sums of left right^T along its diagonals."""
    return np.sum(convolved(left, np.flip(right, 0)), axis=1)


def solve(v: Array, y: Array) -> Array:
    above = y.shape[0] - 1
    return sl.solve_toeplitz((v[above:], v[above::-1]), y)


system: Any = on_arrays_too(general(
    sl.solve_toeplitz,
    [lambda g, v, y, out: -outer_diagonals(system(np.flip(v), g), out), lambda g, v, y: system(np.flip(v), g)],
    [lambda t, v, y, out: -system(v, times(t, out, out.shape[0] - 1)), lambda t, v, y: system(v, t)],
    evaluate=solve, operands=("v", "y")))


@twin(sl.solve_toeplitz)
def solve_toeplitz(c_or_cr: Any, b: Any, check_finite: bool = True) -> Any:
    """The x with T x = b, by Levinson's recursion, and so its derivatives; differentiated in column, row and b."""
    v, above = diagonals(c_or_cr)
    v, b = at_least(np.float64, v, b)
    if b.ndim not in (1, 2) or not b.shape[0] == above + 1 == v.shape[0] - above:
        raise ValueError(f"solve_toeplitz takes a square matrix and a right side of as many rows, got a first column of"
                         f" {v.shape[0] - above}, a first row of {above + 1} and shape {b.shape}")
    return by_columns(lambda b: system(v, b), b)


@twin(sl.matmul_toeplitz)
def matmul_toeplitz(c_or_cr: Any, x: Any, check_finite: bool = False, workers: int | None = None) -> Any:
    """T x by Fourier transforms, differentiated in column, row and x."""
    v, above = diagonals(c_or_cr)
    v, x = at_least(np.float64, v, x)
    if x.ndim not in (1, 2) or x.shape[0] != above + 1 or not x.size:
        raise ValueError(f"matmul_toeplitz takes columns of as many numbers as the matrix has, {above + 1}, got shape "
                         f"{x.shape}")
    return by_columns(lambda x: times(v, x, above), x)


@piecewise_constant
def vanishing(spectrum: Array, tol: Any) -> Array:
    """Which frequencies are so weak that they count as zero."""
    sizes = np.abs(spectrum)
    least = np.max(sizes, axis=-1, keepdims=True) * sizes.shape[-1] * np.finfo(float).eps if tol is None else tol
    return sizes <= least


@twin(sl.solve_circulant)
def solve_circulant(c: Any, b: Any, singular: str = "raise", tol: Any = None, caxis: int = -1, baxis: int = 0,
                    outaxis: int = 0) -> Any:
    """The x whose circular convolution with c is b: a quotient of Fourier transforms."""
    one_of("solve_circulant: singular", singular, ("raise", "lstsq"))
    c, b = (np.moveaxis(np.atleast_1d(x), axis, -1) for x, axis in zip(arrays_of((c, b)), (caxis, baxis), strict=True))
    if c.shape[-1] != b.shape[-1]:
        raise ValueError(f"solve_circulant takes c and b of one length, got {c.shape[-1]} and {b.shape[-1]}")
    spectrum = np.fft.fft(c)
    gone = vanishing(spectrum, tol)
    if singular == "raise" and np.any(values_of(gone)):
        raise np.linalg.LinAlgError("near singular circulant matrix: singular='lstsq' solves as nearly as can be")
    x = np.fft.ifft(np.where(gone, 0, np.fft.fft(b) / np.where(gone, 1, spectrum)))
    x = x if "c" in (c.dtype.kind, b.dtype.kind) else np.real(x)
    return np.moveaxis(x, -1, outaxis)


@twin(sl.convolution_matrix)
def convolution_matrix(a: Any, n: int, mode: str = "full") -> Any:
    """The matrix whose product with a vector of length n is its convolution with a."""
    one_of("convolution_matrix: mode", mode, ("full", "valid", "same"))
    a = array_of(a)
    if n <= 0 or not a.ndim or not a.shape[-1]:
        raise ValueError(f"convolution_matrix takes a vector of at least one number and a length n > 0, got shape "
                         f"{a.shape} and n={n}")
    nothing = np.zeros((*a.shape[:-1], n - 1), a.dtype)
    full = toeplitz(joined(a, nothing), joined(a[..., :1], nothing))
    cut = 0 if mode == "full" else min(n, a.shape[-1]) - 1
    before = cut // 2 if mode == "same" else cut
    after = cut - before if mode == "same" else cut
    return full[..., before : full.shape[-2] - after, :]
