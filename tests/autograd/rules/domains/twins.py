"""The twins in `autograd.scipy` of SciPy functions that offer no protocol."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import scipy.fft as sf
import scipy.integrate
import scipy.linalg
import scipy.optimize
import scipy.signal
import scipy.sparse
import scipy.sparse.linalg
import scipy.spatial
import scipy.spatial.distance as sd
import scipy.special

from autograd import Tensor
from autograd.scipy import integrate, linalg, optimize, signal, sparse, special
from autograd.scipy.spatial import distance

from .rows import POSITIVE, UNIT, Operand, Table

table = Table()
smooth, on, constant = table.smooth, table.on, table.constant
square = Operand((3, 3), (-1.0, 1.0), "regular")
small = Operand((3, 3), (-0.5, 0.5))
definite = Operand((3, 3), (-1.0, 1.0), "definite")

# --- scipy.linalg ----------------------------------------------------------------------------------------------------

sl = scipy.linalg
on(sl.solve_triangular, square, (3, 2), options=[{"trans": t, "lower": lower, "unit_diagonal": unit} for t in (0, 1, 2)
                                                 for lower in (False, True) for unit in (False, True)], complex=True)
on(sl.solve, square, (3, 2), complex=True, call={
    "": linalg.solve, "transposed": lambda a, b: linalg.solve(np.real(a), np.real(b), transposed=True)})
on(sl.cholesky, definite, options=({}, {"lower": True}), complex=True)
on(sl.cho_factor, definite, call=lambda a: np.tril(linalg.cho_factor(a, lower=True)[0]), complex=True,
   note="the triangle that SciPy leaves as it was is 0")
on(sl.cho_solve, definite, (3, 2), call=lambda a, b: linalg.cho_solve(linalg.cho_factor(a), b), complex=True)
on(sl.solve_banded, Operand((4, 5), (-1.0, 1.0)), (5, 2), complex=True,
   call=lambda ab, b: linalg.solve_banded((2, 1), ab + 4 * (np.arange(4) == 1)[:, None], b))
on(sl.solve_sylvester, square, Operand((2, 2), (-1.0, 1.0), "regular"), (3, 2), complex=True)
on(sl.solve_continuous_lyapunov, square, (3, 3), complex=True)
on(sl.solve_discrete_lyapunov, small, (3, 3), options=({}, {"method": "bilinear"}))


def cost(x: Any) -> Any:
    return x @ np.conj(np.swapaxes(x, -1, -2)) + np.eye(x.shape[-1])


for function in (sl.solve_continuous_are, sl.solve_discrete_are):
    on(function, small, Operand((3, 2), POSITIVE), small, Operand((2, 2), (-0.5, 0.5)), small, complex=True, call={
        "": partial(lambda f, a, b, q, r, e: f(a, b, cost(q), cost(r)), getattr(linalg, function.__name__)),
        "generalized": partial(lambda f, a, b, q, r, e: f(a, b, cost(q), cost(r), 3 * np.eye(3) + e, b / 9, False),
                               getattr(linalg, function.__name__))})
for function in (sl.expm, sl.sinm, sl.cosm, sl.tanm, sl.sinhm, sl.coshm, sl.tanhm):
    on(function, small, complex=True, rtol=1e-5)
for function in (sl.logm, sl.sqrtm):
    on(function, definite, complex=True, rtol=1e-5)
on(sl.expm_frechet, small, (3, 3))
on(sl.toeplitz, (3,), (4,), complex=True)
on(sl.circulant, (4,))
on(sl.hankel, (3,), (4,))
on(sl.companion, Operand((4,), POSITIVE))
on(sl.block_diag, (2, 3), (2,))
on(sl.khatri_rao, (2, 3), (4, 3))
on(sl.polar, Operand((4, 3), (-1.0, 1.0), "regular"), complex=True)
on(sl.eigvalsh, square, definite, options=({}, {"lower": False}))
on(sl.svdvals, square, complex=True)
on(sl.inv, square, complex=True)
on(sl.det, square, complex=True)
diagonal = Operand((5,), (-2.0, 2.0), "distinct")
on(sl.eigh_tridiagonal, diagonal, Operand((4,), (0.5, 1.0)), call=lambda d, e: list(linalg.eigh_tridiagonal(d, e)))
on(sl.eigvalsh_tridiagonal, diagonal, Operand((4,), (0.5, 1.0)), call=lambda d, e: linalg.eigvalsh_tridiagonal(
    d, e, select="i", select_range=(1, 3)))
on(sl.norm, square, options=({}, {"ord": "nuc"}, {"axis": 0}))


def of_eigh(a: Any, b: Any) -> Any:
    values, vectors = linalg.eigh(a, b)
    return values, (vectors * np.sin(values)) @ np.conj(vectors.T)


def of_svd(x: Any) -> Any:
    u, s, vh = linalg.svd(x)
    return s, (u * np.sin(s)) @ vh


on(sl.eigh, square, definite, call=of_eigh, complex=True)
on(sl.svd, square, call=of_svd, complex=True)


def of_eig(x: Any) -> Any:
    values, vectors = linalg.eig(x)
    return values, (vectors * np.sin(values)) @ np.linalg.inv(vectors)


on(sl.eig, square, call=of_eig, complex=True)


def of_schur(x: Any) -> Any:
    """What does not depend on the phases of the vectors."""
    triangular, z = linalg.schur(x, "complex")
    return np.diagonal(triangular), np.abs(triangular) ** 2, (z * np.arange(1.0, 4)) @ np.conj(z.T)


on(sl.schur, square, call=of_schur, complex=True)
for name in ("null_space", "orth"):
    on(getattr(sl, name), Operand((4, 3) if name == "orth" else (3, 4), (-1.0, 1.0), "regular"), complex=True,
       call=partial(lambda f, a: (z := f(a)) @ np.conj(np.swapaxes(z, -1, -2)), getattr(linalg, name)))
on(sl.subspace_angles, Operand((5, 3), (-1.0, 1.0)), Operand((5, 2), (-1.0, 1.0)), complex=True)
on(sl.rq, square, options=({}, {"mode": "r"}, {"mode": "economic"}), complex=True)
on(sl.eigvals, square, complex=True)
on(sl.qr, square, options=({}, {"pivoting": True}, {"mode": "r"}), complex=True)
on(sl.lu, Operand((4, 3), (-1.0, 1.0), "regular"), complex=True, call={
    "": lambda a: linalg.lu(a)[1:], "permuted": lambda a: linalg.lu(a.T, permute_l=True)})
on(sl.lu_factor, square, call=lambda a: linalg.lu_factor(a)[0], complex=True)
on(sl.lu_solve, square, (3, 2), complex=True, call={
    f"trans={t}": partial(lambda t, a, b: linalg.lu_solve((a, np.array([1, 2, 2])[: len(a)]), b, t), t)
    for t in (0, 1, 2)})
on(sl.solve_toeplitz, (3,), (3,), (3, 2), complex=True,
   call=lambda c, r, b: linalg.solve_toeplitz((c + np.array([9, 0, 0], c.dtype), r), b))
on(sl.matmul_toeplitz, (3,), (4,), (4, 2), call=lambda c, r, x: linalg.matmul_toeplitz((c, r), x), complex=True)
on(sl.solve_circulant, Operand((2, 3), POSITIVE), (3,), complex=True,
   call=lambda c, b: linalg.solve_circulant(c + np.array([9, 0, 0], c.dtype), b))
on(sl.convolution_matrix, (3,), options=({"n": 4}, {"n": 2, "mode": "same"}), complex=True)
on(sl.solveh_banded, Operand((2, 4), (-1.0, 1.0)), (4, 2), complex=True,
   call=lambda ab, b: linalg.solveh_banded(ab + np.array([[0], [4]], ab.dtype), b))
on(sl.pinvh, definite, complex=True)
on(sl.orthogonal_procrustes, square, square, complex=True)
on(sl.lstsq, Operand((4, 3), (-1.0, 1.0), "regular"), (4, 2), call=lambda a, b: linalg.lstsq(a, b)[:2], complex=True)
on(sl.pinv, Operand((4, 3), (-1.0, 1.0), "regular"), complex=True)

# --- scipy.signal, scipy.integrate -----------------------------------------------------------------------------------

MODES = ({}, {"mode": "same"}, {"mode": "valid"})
for name in ("convolve", "fftconvolve", "oaconvolve", "correlate", "convolve2d", "correlate2d"):
    on(getattr(scipy.signal, name), (4, 5), (2, 3), options=MODES, complex=True)

TAPS, POLES = Operand((3,), POSITIVE), Operand((3,), (0.1, 0.3))
ss = scipy.signal


def monic(a: Any) -> Any:
    return a + np.array([2, 0, 0], a.dtype)  # with its poles inside of the circle


on(ss.lfilter, TAPS, POLES, (2, 5), (2, 2), complex=True, call={
    "": lambda b, a, x, zi: signal.lfilter(b, monic(a), x),
    "with a state": lambda b, a, x, zi: signal.lfilter(b, monic(a), x, zi=zi)})
on(ss.lfilter_zi, TAPS, POLES, call=lambda b, a: signal.lfilter_zi(b, monic(a)))
on(ss.filtfilt, TAPS, POLES, (2, 6), call={
    f"{kind}": partial(lambda kind, b, a, x: signal.filtfilt(b, monic(a), x, padtype=kind, padlen=3), kind)
    for kind in ("odd", "even", "constant", None)})
on(ss.sosfilt, Operand((2, 6), (0.1, 0.3)), (2, 5), call=lambda sos, x: signal.sosfilt(
    np.concatenate([sos[:, :3], np.ones_like(sos[:, 3:4]), sos[:, 4:]], axis=1), x))
on(ss.sosfiltfilt, Operand((2, 6), (0.1, 0.3)), (2, 5), call=lambda sos, x: signal.sosfiltfilt(
    np.concatenate([sos[:, :3], np.ones_like(sos[:, 3:4]), sos[:, 4:]], axis=1), x, padlen=3))
on(ss.resample, (4, 5), options=({"num": 3}, {"num": 7, "axis": 1, "window": "hann"}, {"num": 2}, {"num": 6}),
   complex=True)
on(ss.resample_poly, (4, 5), complex=True, options=({"up": 2, "down": 6, "window": "hann"}, *[
    {"up": 3, "down": 2, "axis": 1, "padtype": kind}
    for kind in ("constant", "mean", "line", "smooth", "reflect", "antireflect")]))
on(ss.hilbert, (2, 5), options=({}, {"N": 8, "axis": 0}))
on(ss.detrend, (2, 5), options=({}, {"type": "constant", "axis": 0}, {"bp": [2]}), complex=True)
on(ss.savgol_filter, (2, 8), options=({"window_length": 5, "polyorder": 2},
                                      {"window_length": 4, "polyorder": 3, "deriv": 1, "axis": 0, "mode": "nearest"}))
for function, count in ((ss.welch, 1), (ss.csd, 2), (ss.coherence, 2)):
    on(function, *[(2, 12)] * count, complex=True,
       options=({"nperseg": 6}, {"nperseg": 4, "nfft": 5, "detrend": "linear"}))
on(ss.spectrogram, (2, 12), complex=True, call={
    mode: partial(signal.spectrogram, nperseg=6, mode=mode) for mode in ("psd", "complex", "magnitude", "phase")})
on(ss.stft, (2, 12), complex=True, call=lambda x: signal.stft(x, nperseg=6, return_onesided=False)[2])
on(ss.istft, (4, 5), complex=True)
on(ss.freqz, TAPS, POLES, call=lambda b, a: signal.freqz(b, monic(a), 4))
on(ss.freqs, TAPS, Operand((3,), POSITIVE), (3,))
for function in (ss.freqz_sos, ss.sosfreqz):
    on(function, Operand((2, 6), (0.1, 0.3)), call=partial(
        lambda twin, sos: twin(np.concatenate([sos[:, :3], np.ones_like(sos[:, :1]), sos[:, 4:]], axis=1), 3),
        getattr(signal, function.__name__)))
on(ss.freqz_zpk, TAPS, POLES, (), (3,), complex=True,
   call=lambda z, p, k, w: signal.freqz_zpk(z, p, np.real(k), np.real(w)))
on(ss.group_delay, TAPS, POLES, call=lambda b, a: signal.group_delay((b, monic(a)), [0.3, 1.0])[1])
on(ss.sosfilt_zi, Operand((2, 6), POSITIVE), call=lambda sos: signal.sosfilt_zi(
    np.concatenate([sos[:, :3], np.ones_like(sos[:, :1]), sos[:, 4:]], axis=1)))
on(ss.upfirdn, (3,), (2, 5), complex=True, options=({}, {"up": 3, "down": 2, "axis": 0, "mode": "reflect"}))
on(ss.decimate, (2, 30), call=lambda x: signal.decimate(x, 2))
for function in (ss.medfilt, ss.medfilt2d):
    on(function, Operand((4, 5), (1.0, 2.0), "distinct"))
on(ss.order_filter, Operand((4, 5), (1.0, 2.0), "distinct"), call=lambda x: signal.order_filter(x, np.ones((3, 1)), 0))
on(ss.wiener, (4, 5), options=({}, {"noise": 0.01, "mysize": 3}))
on(ss.periodogram, (2, 6), complex=True, options=({}, {"nfft": 8, "scaling": "spectrum", "axis": 0}, {"nfft": 5}))

KINDS: Any = [*({"type": t} for t in (1, 2, 3, 4)), {"norm": "ortho"}, {"type": 3, "norm": "forward"}]
for function in (sf.fft, sf.ifft, sf.hfft, sf.irfft):
    on(function, (2, 4), options=({}, {"n": 3, "axis": 0, "norm": "ortho"}), complex=True)
for function in (sf.rfft, sf.ihfft):
    on(function, (2, 4), options=({}, {"n": 3, "axis": 0, "norm": "ortho"}))
for function in (sf.fftn, sf.ifftn, sf.irfftn, sf.fft2, sf.ifft2, sf.irfft2):
    on(function, (2, 3), complex=True)
for function in (sf.rfftn, sf.rfft2):
    on(function, (2, 3))
for function in (sf.fftshift, sf.ifftshift):
    on(function, (3, 4), options=({}, {"axes": 1}), complex=True)
for function in (sf.dct, sf.idct, sf.dst, sf.idst):
    on(function, (2, 4), options=KINDS, complex=True)
for function in (sf.dctn, sf.idctn, sf.dstn, sf.idstn):
    on(function, (2, 3), options=({}, {"type": 3, "s": (4,), "axes": (0,)}))

# --- scipy.sparse ----------------------------------------------------------------------------------------------------

MATRIX = scipy.sparse.random_array((4, 4), density=0.5, format="csr", rng=0) + 3 * scipy.sparse.eye_array(4)
on(sparse.products.multiply, (4, 3), call=partial(sparse.matmul, MATRIX), complex=True)
PLACES = (np.array([0, 1, 2, 3, 0, 2]), np.array([0, 1, 2, 3, 2, 1]))
on(sparse.entries.solve, Operand((6,), POSITIVE), (4, 3), complex=True,
   call=lambda d, b: sparse.linalg.spsolve(sparse.coo_array((d, PLACES), (4, 4)).tocsc(), b))
for name, solver in {"splu": lambda: sparse.linalg.splu(MATRIX.tocsc().astype(complex)).solve,
                     "factorized": lambda: sparse.linalg.factorized(MATRIX * 1j)}.items():
    on(getattr(scipy.sparse.linalg, name), (4, 3), complex=True, call={
        trans: partial(lambda solver, trans, b: solver()(b, trans), solver, trans) for trans in ("N", "T", "H")})
on(scipy.sparse.linalg.spsolve, (4, 3), call=lambda b: sparse.linalg.spsolve(MATRIX.tocsc(), b), complex=True)
for name in ("cg", "minres", "bicg", "bicgstab", "gmres"):
    matrix = (MATRIX + MATRIX.T + 9 * scipy.sparse.eye_array(4)).tocsr()
    on(getattr(scipy.sparse.linalg, name), (4,), complex=name != "minres", rtol=1e-5,
       call=partial(lambda solver, matrix, b: solver(matrix, b, rtol=1e-12)[0], getattr(sparse.linalg, name), matrix))

# --- scipy.spatial ---------------------------------------------------------------------------------------------------

apart = Operand((4, 3), (0.2, 1.0), "distinct")
on(sd.cdist, apart, Operand((2, 3), (1.2, 2.0)), options=({}, {"metric": "cosine"}, {"metric": "mahalanobis"}))
on(sd.pdist, apart, options=({}, {"metric": "cityblock"}, {"metric": "seuclidean"}))
on(sd.jensenshannon, Operand((3, 2), POSITIVE), Operand((3, 2), POSITIVE), options=(
    {}, {"base": 2.0, "axis": 1, "keepdims": True}))
on(sd.squareform, (6,))
vector = Operand((4,), POSITIVE, "distinct")
for name in ("sqeuclidean", "cityblock", "chebyshev", "correlation", "cosine", "canberra", "braycurtis"):
    on(getattr(sd, name), vector, vector, options=({}, {"w": np.array([0.5, 1.0, 0.0, 2.0])}))
for name, *more in (("euclidean",), ("minkowski",), ("seuclidean", vector)):
    on(getattr(sd, name), vector, vector, *more, note="SciPy gives a number of Python's",
       call=partial(lambda f, *given: f(*given) + np.float64(0), getattr(distance, name)))
on(sd.mahalanobis, (3,), (3,), definite)
for function in (scipy.spatial.minkowski_distance, scipy.spatial.minkowski_distance_p):
    on(function, (2, 1, 3), (4, 3), options=({}, {"p": 1}, {"p": 3.5}, {"p": np.inf}))
on(scipy.spatial.distance_matrix, apart, Operand((2, 3), (1.2, 2.0)), options=({}, {"p": 1}))


def decay(y: Any, t: Any, a: Any) -> Any:
    return -a * y * y + 0.1 * t


on(scipy.integrate.odeint, Operand((2,), (0.5, 1.0)), Operand((), (0.5, 1.0)), rtol=1e-4,
   call=lambda y, a: integrate.odeint(decay, y, np.linspace(0.0, 1.0, 3), args=(a,), rtol=1e-10, atol=1e-10))
on(scipy.integrate.solve_ivp, Operand((2,), (0.5, 1.0)), Operand((), (0.5, 1.0)), rtol=1e-4, complex=True,
   call=lambda y, a: integrate.solve_ivp(lambda t, y, a: decay(y, t, a), (0.0, 1.0), y, "DOP853", [0.4, 1.0], args=(a,),
                                         rtol=1e-10, atol=1e-10).y)
on(scipy.integrate.quad, (), Operand((), (1.2, 1.5)), Operand((2,), POSITIVE), rtol=1e-5,
   call=lambda a, b, c: np.positive(  # of a number as of a tensor
       integrate.quad(lambda x, c: np.exp(-c[0] * x * x) * np.sin(c[1] * x), a, b, args=(c,))[0]))
EXACT = np.float64(1)  # in half precision no integral of rounded numbers comes to an end
on(scipy.integrate.nquad, (), Operand((), (1.2, 1.5)), rtol=1e-5, call=lambda b, c: np.positive(
    integrate.nquad(lambda x, b, c: x * np.sin(EXACT * c * x), [lambda b, c: (0.0, EXACT * c * b)], (b, c))[0]))
on(scipy.integrate.dblquad, Operand((), (1.2, 1.5)), rtol=1e-5, call=lambda c: np.positive(
    integrate.dblquad(lambda y, x, c: x * np.sin(EXACT * c * y), 0.0, EXACT * c, 0.0, np.cosh, (c,), epsrel=1e-6)[0]))
on(scipy.integrate.cubature, (2,), Operand((2,), (2.1, 2.5)), Operand((2,), POSITIVE), rtol=1e-5,
   call=lambda a, b, c: np.positive(integrate.cubature(
       lambda x, c: np.sin(EXACT * c[0] * x[:, :1] + c[1] * x[:, 1:] * np.arange(2)), a, b, args=(c,),
       rule="gk15", rtol=1e-7, max_subdivisions=9).estimate))
on(scipy.integrate.simpson, (2, 4), options=({}, {"x": [0.0, 1.0, 3.0, 4.0]}, {"dx": 0.3, "axis": 0}), complex=True)
on(scipy.integrate.cumulative_simpson, (2, 5), options=({}, {"dx": 0.3, "axis": 0}, {"initial": 0.5}), complex=True)
on(scipy.integrate.romb, (2, 5), options=({}, {"dx": 0.3}), complex=True)
on(scipy.integrate.fixed_quad, (), Operand((), (1.2, 1.5)), Operand((), POSITIVE), call=lambda a, b, c: np.positive(
    integrate.fixed_quad(lambda x, c: np.sin(c * x), a, b, (c,), n=4)[0]))
on(scipy.integrate.quad_vec, (), Operand((), (1.2, 1.5)), Operand((), POSITIVE), rtol=1e-5,
   call=lambda a, b, c: np.positive(integrate.quad_vec(
       lambda x, c: np.stack([np.sin(c * x), np.exp(EXACT * x)]), a, b, args=(c,))[0]))
on(scipy.integrate.trapezoid, (2, 4))
on(scipy.integrate.cumulative_trapezoid, (2, 4), options=(
    {}, {"x": [0.0, 1.0, 3.0, 4.0]}, {"initial": 0, "axis": 0}, {"initial": 0}, {"dx": 0.3, "axis": 0}))

# --- scipy.optimize --------------------------------------------------------------------------------------------------

so = scipy.optimize


def cubic(x: Any, c: Any) -> Any:
    return c[0] * x**3 + x - c[1]


def bent(x: Any, c: Any) -> Any:
    return np.stack([x[0] ** 3 + 2 * x[0] + x[1] - c[0], 2 * x[1] + np.tanh(x[0]) - c[1]])


def bowl(x: Any, c: Any) -> Any:
    return np.sum(np.cosh(x - c)) + 0.3 * x[0] * x[1]


def product(x: Any, y: Any) -> Any:
    return np.stack([x[0] - y[0], x[1] * x[0] - y[1], x[1] - y[2] * y[3]])


def line(x: Any, slope: Any, height: Any) -> Any:
    return height + np.sin(slope * x)


def fitted(x: Any, y: Any, sigma: Any) -> Any:
    return optimize.curve_fit(line, np.arange(1.0, 5.0) + 0.1 * x, y + np.arange(4.0), Tensor([0.3, 0.5]), 1 + sigma)


ZERO, ZEROS = Tensor(0.0), Tensor(np.zeros(2))  # so that numbers take the way of tensors, to the last digits
POINTS, PAIR = Operand((4,), UNIT), Operand((2,), UNIT)
for function in (so.bisect, so.brenth, so.brentq, so.ridder, so.toms748):
    on(function, PAIR, call=partial(lambda solver, c: solver(cubic, ZERO - 2, 2.0, args=(c,)), getattr(
        optimize, function.__name__)))
on(so.root_scalar, PAIR, call=lambda c: optimize.root_scalar(cubic, args=(c,), x0=ZERO + 0.5).root)
on(so.newton, Operand((2, 3), UNIT), complex=True, call=lambda c: optimize.newton(
    cubic, ZERO + 0.1 * np.ones_like(c[0]), args=(c,)))
on(so.fixed_point, PAIR, complex=True, call=lambda c: optimize.fixed_point(
    lambda x, c: c + 0.3 * np.sin(x[::-1]), 0 * c + ZERO, args=(c,)))
on(so.fsolve, PAIR, call=lambda c: optimize.fsolve(bent, ZEROS, args=(c,)))
on(so.root, PAIR, call=lambda c: optimize.root(bent, ZEROS, args=(c,), method="lm").x)
on(so.minimize, PAIR, call={
    "": lambda c: [(found := optimize.minimize(bowl, ZEROS, args=(c,))).x, found.fun],
    "at a bound": lambda c: [(found := optimize.minimize(bowl, ZEROS, args=(c,), bounds=[(0.0, c[0] / 9), (
        None, 2.0)])).x, found.jac]})
on(so.minimize_scalar, PAIR, call=lambda c: optimize.minimize_scalar(
    lambda x, c: np.cosh(x - c[0]) + c[1] * x, (ZERO, 1.0), args=(c,)).x)
on(so.least_squares, Operand((2,), (0.5, 0.7)), POINTS, call=lambda c, y: [
    (found := optimize.least_squares(product, c + ZERO, args=(y,), loss="soft_l1", f_scale=0.5)).cost, found.x,
    found.jac])
on(so.leastsq, Operand((2,), (0.5, 0.7)), POINTS, call=lambda c, y: optimize.leastsq(
    product, c + ZERO, args=(y,))[0])
TALL = (Operand((3, 2), UNIT), Operand((3,), UNIT))
on(so.nnls, *TALL, call=lambda a, b: [*optimize.nnls(a + np.eye(3, 2), b + ZERO)])
on(so.lsq_linear, *TALL, call=lambda a, b: optimize.lsq_linear(
    a + np.eye(3, 2), b + ZERO, (-9.0, [9.0, -2.0]), "bvls").x)
on(so.curve_fit, POINTS, POINTS, POINTS, call=fitted)
on(so.linprog, PAIR, Operand((2, 2), UNIT), PAIR, call=lambda c, a, b: [
    (found := optimize.linprog(ZERO - c - 1, a + 2 * np.eye(2), b + 1)).x, found.fun])

# --- scipy.special ---------------------------------------------------------------------------------------------------

sc = scipy.special
AXES = ({}, {"axis": 0}, {"axis": (0, 1)})
on(sc.logsumexp, (2, 3), options=(*AXES, {"axis": 1, "keepdims": True}, {"b": np.arange(1.0, 4.0)}))
on(sc.softmax, (2, 3), options=AXES)
on(sc.log_softmax, (2, 3), options=AXES)
smooth(sc.polygamma, POSITIVE, call=lambda x: special.polygamma(np.array([[0], [2]]), x))
on(sc.multigammaln, Operand((3,), (2.0, 4.0)), options=({"d": 3},))
smooth(sc.comb, (3.2, 4.0), (1.2, 3.0))
smooth(sc.perm, (3.2, 4.0), (1.2, 3.0))
smooth(sc.factorial, POSITIVE, complex=True, call=partial(special.factorial, extend="complex"))


def spherical(function: Any, n: int, derivative: bool, z: Any) -> Any:
    """A spherical Bessel function with its argument last."""
    return function(n, z, derivative)


for function in (sc.spherical_jn, sc.spherical_yn, sc.spherical_in, sc.spherical_kn):
    on(function, Operand((3,), POSITIVE), call={
        f"n={n}, derivative={d}": partial(spherical, getattr(special, function.__name__), n, d)
        for n in (0, 2) for d in (False, True)})

for name in ("jvp", "yvp", "ivp", "kvp", "h1vp", "h2vp"):
    on(getattr(sc, name), Operand((3,), POSITIVE), complex=True, call={
        f"n={n}": partial(lambda twin, n, z: twin(1.5, z, n), getattr(special, name), n) for n in (1, 0, 3)})

ANGLES, DEGREES, ORDERS = Operand((3,), (0.3, 2.8)), np.array([[1], [4]]), np.array([[1], [-2]])
on(sc.legendre_p, Operand((3,), UNIT), call={
    f"diff_n={k}": partial(lambda k, z: special.legendre_p(DEGREES, z, diff_n=k), k) for k in range(3)})
on(sc.legendre_p_all, Operand((3,), UNIT), call=partial(special.legendre_p_all, 3))
on(sc.sph_legendre_p, ANGLES, call={
    f"diff_n={k}": partial(lambda k, t: special.sph_legendre_p(DEGREES, ORDERS, t, diff_n=k), k) for k in range(3)})
on(sc.sph_legendre_p_all, ANGLES, call=partial(special.sph_legendre_p_all, 2, 2))
on(sc.sph_harm_y, ANGLES, ANGLES, call={
    f"diff_n={k}": partial(lambda k, t, p: special.sph_harm_y(DEGREES, ORDERS, t, p, diff_n=k), k) for k in (0, 2)})
on(sc.sph_harm_y_all, ANGLES, ANGLES, call=partial(special.sph_harm_y_all, 2, 1))
