"""Products, linear algebra, Fourier transforms, polynomials."""

from __future__ import annotations

from typing import Any

import numpy as np

from .rows import POSITIVE, Operand, Table, label

table = Table()
smooth, on, constant = table.smooth, table.on, table.constant
linalg, fft = np.linalg, np.fft
square = Operand((3, 3), (-1.0, 1.0), "regular")
stack = Operand((1, 2, 1, 3, 3), (-1.0, 1.0), "regular")
definite = Operand((3, 3), (-1.0, 1.0), "definite")
tall, wide = Operand((4, 3), (-1.0, 1.0), "regular"), Operand((3, 4), (-1.0, 1.0), "regular")
SCALES = np.array([1.0, 1.3]).reshape(1, 2, 1, 1, 1)
"""Times a matrix, it makes a stack whose last axes have no second name that counts from the front."""


def stacks(function: Any, *options: dict[str, Any]) -> dict[str, Any]:
    """The function of one matrix, and of a stack of stacks of them; with each of the options."""
    return {
        f"{label(given)}{of}": lambda x, given=given, scales=scales: function(x * scales, **given)
        for given in options or ({},) for of, scales in (("", 1.0), (" of stacks", SCALES))
    }


# --- Products --------------------------------------------------------------------------------------------------------

on(np.matmul, (2, 3, 4), (4, 2), complex=True, call={
    "": np.matmul, "stack by stack": lambda x, y: np.matmul(x[:, None], np.matrix_transpose(x)),
    "stack by vector": lambda x, y: np.matmul(x, y[:, 0]), "vector by matrix": lambda x, y: np.matmul(x[0, 0], y),
    "vector by stack": lambda x, y: np.matmul(y[:, 0], np.matrix_transpose(x)[:, None]),
    "vector by vector": lambda x, y: np.matmul(x[0, 0], y[:, 0])})
on(np.dot, (2, 3, 4), (2, 4, 3), complex=True)
on(np.inner, (2, 3, 4), (3, 2, 4), complex=True)
on(np.outer, (2, 3), (2,), complex=True)
on(np.vdot, (2, 3), (3, 2), complex=True)
on(np.vecdot, (4, 2, 4), (4,), options=({}, {"axis": 0}), complex=True)
on(np.matvec, (2, 3, 4), (4,), complex=True)
on(np.vecmat, (2, 5, 3), (3, 4), complex=True)
on(np.kron, (2, 3), (2,), complex=True)
on(np.cross, (2, 2, 3), (3,), complex=True)
on(np.tensordot, (2, 3, 4), (4, 3, 2), options=({"axes": 1}, {"axes": ([1, 2], [1, 0])}), complex=True)
on(
    np.einsum,
    (2, 3),
    (3, 4),
    call={
        "": lambda x, y: np.einsum("ij,jk->ik", x, y),
        "implicit": lambda x, y: np.einsum("ij,jk", x, y),
        "sum": lambda x, y: np.einsum("ij,jk->", x, y),
        "ellipsis": lambda x, y: np.einsum("...j,jk->...k", x, y),
        "diagonal": lambda x, y: np.einsum("ii->i", x[:2, :2]),
        "lists": lambda x, y: np.einsum(x, [0, 1], y, [1, 2], [2, 0]),
    },
    complex=True,
)
on(np.convolve, (5,), (3,), options=({}, {"mode": "same"}, {"mode": "valid"}), complex=True)
on(np.correlate, (5,), (3,), options=({}, {"mode": "same"}, {"mode": "full"}), complex=True)

# --- Linear algebra --------------------------------------------------------------------------------------------------

on(linalg.matmul, (2, 3), (3, 2))
on(linalg.tensordot, (2, 3), (3, 2), options=({"axes": 1},))
on(linalg.vecdot, (2, 4, 3), (2, 4, 3), options=({}, {"axis": 0}), complex=True)
on(linalg.outer, (2,), (3,))
on(linalg.cross, (2, 2, 3), (2, 2, 3))
on(linalg.trace, (2, 3, 4), options=({}, {"offset": 1}))
on(linalg.diagonal, (2, 3, 4), options=({}, {"offset": -1}))
on(linalg.matrix_transpose, (2, 3, 4))
on(linalg.multi_dot, (3,), (3, 2), (2, 4), (4,), complex=True, call={
    f"{first} to {last}": lambda *x, part=slice(first, last): linalg.multi_dot(x[part])
    for first, last in ((0, 2), (0, 3), (0, 4), (1, 3), (1, 4), (2, 4))})
on(linalg.inv, stack, complex=True)
on(linalg.det, stack, complex=True, note="singular matrices have a gradient too, of the first order")
on(linalg.slogdet, stack, complex=True)
on(linalg.solve, stack, (3, 2), complex=True)
on(linalg.lstsq, tall, (4, 2), call=lambda a, b: (linalg.lstsq(a, b)[0], linalg.lstsq(a, b)[1], linalg.lstsq(a, b)[3]),
   complex=True)
on(linalg.pinv, wide, call=stacks(linalg.pinv), complex=True)
on(linalg.cholesky, definite, call=stacks(linalg.cholesky, {}, {"upper": True}), complex=True,
   note="reads one triangle, as NumPy does")
on(linalg.matrix_power, square, call=stacks(linalg.matrix_power, {"n": 3}, {"n": -2}, {"n": 1}, {"n": 4}), complex=True)
on(linalg.tensorinv, Operand((2, 3, 6)), options=({"ind": 2},))
on(linalg.tensorsolve, Operand((2, 3, 6)), (2, 3))
on(linalg.cond, square, call=stacks(linalg.cond, {}, {"p": 2}, {"p": -2}, {"p": "fro"}, {"p": 1}), complex=True)
on(linalg.eigvalsh, square, call=stacks(linalg.eigvalsh, {}, {"UPLO": "U"}), complex=True)
on(linalg.eigvals, square, call=stacks(linalg.eigvals), complex=True)
on(linalg.svdvals, tall, call=stacks(linalg.svdvals), complex=True)


def H(x: Any) -> Any:
    return np.conj(np.matrix_transpose(x))


def of_eigh(x: Any, UPLO: str = "L") -> Any:
    """What does not depend on the choice of eigenvectors."""
    values, vectors = linalg.eigh(x, UPLO)
    return values, (vectors * np.sin(values)[..., None, :]) @ H(vectors)


def of_eig(x: Any) -> Any:
    values, vectors = linalg.eig(x)
    return values, (vectors * np.sin(values)[..., None, :]) @ linalg.inv(vectors)


def of_svd(x: Any, **options: Any) -> Any:
    u, s, vh = linalg.svd(x, **options)
    size = s.shape[-1]
    return (s, (u[..., :size] * np.sin(s)[..., None, :]) @ vh[..., :size, :], u[..., size:] @ H(u[..., size:]),
            H(vh[..., size:, :]) @ vh[..., size:, :])


def of_qr(x: Any, **options: Any) -> Any:
    """Without the columns that complete a basis, of which only their span is determined."""
    q, r = linalg.qr(x, **options)
    size = min(x.shape[-2:])
    return q[..., :size], r, q[..., size:] @ H(q[..., size:])


on(linalg.eigh, square, call=stacks(of_eigh, {}, {"UPLO": "U"}), complex=True)
on(linalg.eig, square, call=stacks(of_eig), complex=True)
on(linalg.svd, tall, complex=True, call=stacks(of_svd, {}, {"full_matrices": False}) | {
    "values": lambda x: linalg.svd(x, compute_uv=False)})
on(linalg.qr, tall, complex=True, call=stacks(of_qr, {}, {"mode": "complete"}) | stacks(linalg.qr, {"mode": "r"}) | {
    f"wide{of}": call for of, call in stacks(lambda x: of_qr(np.matrix_transpose(x))).items()})
ORDERS = (None, 1, 2, 3, 0.5, -1, np.inf, -np.inf)
on(linalg.norm, (2, 3), options=[{"ord": o, "axis": 1} for o in ORDERS] + [{}, {"axis": 0, "keepdims": True}] + [
    {"ord": o} for o in ("fro", "nuc", 1, -1, 2, -2, np.inf, -np.inf)], complex=True)
on(linalg.vector_norm, (2, 3), options=[{"ord": o} for o in ORDERS[1:]] + [{"axis": 0}], complex=True)
on(linalg.matrix_norm, (2, 3), complex=True, call=stacks(linalg.matrix_norm, {}, {"keepdims": True, "ord": 2}, *[
    {"ord": o} for o in ("nuc", 1, -1, 2, -2, np.inf, -np.inf)]))
constant(linalg.matrix_rank, operands=(tall,))

# --- Fourier transforms ----------------------------------------------------------------------------------------------

LENGTHS = ({}, {"n": 3}, {"n": 8, "axis": 0}, {"norm": "ortho"}, {"norm": "forward"})
PLANES = ({}, {"s": (4, 3), "axes": (0, 2)}, {"axes": (1, 2), "norm": "ortho"})
for transform in (fft.fft, fft.ifft, fft.irfft, fft.hfft):
    on(transform, (5, 4), options=LENGTHS, complex=True)
for transform in (fft.rfft, fft.ihfft):
    on(transform, (5, 4), options=LENGTHS)
for transform in (fft.fftn, fft.ifftn, fft.irfftn, fft.fft2, fft.ifft2, fft.irfft2):
    on(transform, (2, 3, 4), options=PLANES, complex=True)
for transform in (fft.rfftn, fft.rfft2):
    on(transform, (2, 3, 4), options=PLANES)
for transform in (fft.fftshift, fft.ifftshift):
    on(transform, (3, 4), options=({}, {"axes": 0}))

# --- Polynomials -----------------------------------------------------------------------------------------------------

on(np.polyval, (4,), (2, 3), complex=True)
on(np.polyadd, (4,), (2,))
on(np.polysub, (2,), (4,))
on(np.polymul, (4,), (2,))
on(np.polydiv, (5,), Operand((3,), POSITIVE))
on(np.polyder, (5,), options=({}, {"m": 2}))
on(np.polyint, (3,), options=({}, {"m": 2, "k": [1.0, 2.0]}))
on(np.poly, (4,))
on(np.roots, Operand((5,), POSITIVE), complex=True)
on(np.vander, (4,), options=({}, {"N": 3, "increasing": True}))
on(np.polyfit, Operand((6,), (-2.0, 2.0), "distinct"), (6,), options=({"deg": 2}, {"deg": 1, "w": np.arange(1.0, 7.0)}))

# --- numpy.emath -----------------------------------------------------------------------------------------------------

for name in ("sqrt", "log", "log2", "log10"):
    smooth(getattr(np.emath, name), (-2.0, -0.3))
for name in ("arcsin", "arccos", "arctanh"):
    smooth(getattr(np.emath, name), (1.3, 3.0))
smooth(np.emath.logn, (2.0, 3.0), (-2.0, -0.3))
smooth(np.emath.power, (-2.0, -0.3), (0.3, 2.0))
