"""Twins of SciPy functions in every form of their calls: keywords, defaults, lists, numbers, several shapes."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
import scipy.integrate
import scipy.linalg
import scipy.signal
import scipy.special

import autograd
from autograd import Tensor
from autograd.scipy import integrate, linalg, special
from autograd.testing import check_gradients
from tests.autograd.rules.form_checks import Form, checks_of, parts

rng = np.random.default_rng(7)
GENERAL = rng.uniform(-1, 1, (4, 4)) + 3 * np.eye(4)
SMALL = rng.uniform(-0.4, 0.4, (3, 3))
COMPLEX = SMALL + 1j * rng.uniform(-0.4, 0.4, (3, 3))
DEFINITE = GENERAL @ GENERAL.T
SHORT_FACTOR = np.diag([1.0, 0.5, 0.8, 0.3])  # times a definite matrix it has real eigenvalues
VECTOR, COLUMNS = rng.uniform(0.5, 2, 4), rng.uniform(-1, 1, (4, 2))
BAND = rng.uniform(-1, 1, (4, 5)) + 4 * (np.arange(4) == 1)[:, None]
SAMPLES = rng.uniform(-1, 1, (3, 5))
SECTIONS = np.array([[1, 0.5, 0.2, 1, -0.3, 0.1], [2, 1, 0, 1, 0.4, 0]])
OTHERS = SECTIONS + 0.1 * (np.arange(6) != 3)
LONG, SHORT, VECTOR_5 = (np.cumsum(rng.uniform(0.2, 1, size)) - 1.5 for size in (6, 3, 5))

SUBSETS: list[dict[str, Any]] = [
    {"subset_by_index": [1, 2]}, {"subset_by_index": (0, 0)}, {"subset_by_value": [7.0, 15.0]},
    {"subset_by_value": (-np.inf, 10.6)}]

FORMS: list[Form] = [
    *[("linalg.solve_triangular", (GENERAL, b), {"trans": trans, "lower": lower})
      for b in (VECTOR, COLUMNS) for trans in ("N", "T", "C", 0, 1, 2) for lower in (False, True)],
    ("linalg.solve_triangular", (GENERAL, VECTOR), {}),
    ("linalg.solve_triangular", (GENERAL, VECTOR), {"unit_diagonal": True}),
    ("linalg.solve_triangular", (COMPLEX + 2 * np.eye(3), VECTOR[:3]), {"trans": "C"}),
    ("linalg.solve_triangular", (COMPLEX + 2 * np.eye(3), VECTOR[:3]), {"trans": "T"}),
    *[("linalg.cholesky", (DEFINITE,), options) for options in ({}, {"lower": True}, {"lower": False})],
    *[("linalg.solve_banded", (bands, BAND[:rows], b), {}) for b in (VECTOR_5, SAMPLES.T)
      for bands, rows in (((2, 1), 4), ((1, 1), 3), ((0, 1), 2))],
    ("linalg.solve_banded", ((0, 0), BAND[1:2], VECTOR_5), {}),
    ("linalg.solve_sylvester", (GENERAL, SMALL, rng.uniform(-1, 1, (4, 3))), {}),
    ("linalg.solve_continuous_lyapunov", (GENERAL, DEFINITE), {}),
    *[("linalg.solve_discrete_lyapunov", (SMALL, DEFINITE[:3, :3]), options)
      for options in ({}, {"method": "direct"}, {"method": "bilinear"})],
    *[(f"linalg.{name}", (matrix,), {}) for matrix in (SMALL, COMPLEX)
      for name in ("expm", "sinm", "cosm", "tanm", "sinhm", "coshm", "tanhm")],
    *[(f"linalg.{name}", (matrix,), {}) for matrix in (GENERAL, COMPLEX + 2 * np.eye(3)) for name in ("logm", "sqrtm")],
    *[("linalg.expm_frechet", (SMALL, GENERAL[:3, :3]), options) for options in ({}, {"compute_expm": False})],
    *[("linalg.toeplitz", given, {}) for given in (
        (VECTOR,), (VECTOR, SHORT), (COMPLEX[0],), (COMPLEX[0], COMPLEX[1]), (2.0, SHORT))],
    *[("linalg.circulant", (c,), {}) for c in (VECTOR, VECTOR[:1], COMPLEX[0])],
    *[("linalg.hankel", given, {}) for given in ((VECTOR,), (VECTOR, SHORT), (SHORT, VECTOR))],
    *[("linalg.companion", (a,), {}) for a in (VECTOR, VECTOR[:2], COMPLEX[0])],
    *[("linalg.block_diag", given, {}) for given in (
        (COLUMNS,), (VECTOR, COLUMNS, SMALL), (2.0, VECTOR), (SMALL, VECTOR, COLUMNS))],
    ("linalg.khatri_rao", (SMALL, SAMPLES[:2, :3]), {}),
    *[("linalg.polar", (matrix,), options) for matrix in (COLUMNS, COLUMNS.T, GENERAL, COMPLEX)
      for options in ({}, {"side": "left"}, {"side": "right"})],
    *[("linalg.eigvalsh", (GENERAL, *b), options) for b in ((), (DEFINITE,)) for options in ({}, {"lower": False})],
    *[("linalg.eigvalsh", (DEFINITE,), options) for options in SUBSETS],
    ("linalg.eigh", (GENERAL,), {"eigvals_only": True}),
    ("linalg.eigh", (GENERAL, DEFINITE), {"eigvals_only": True, "lower": False}),
    ("linalg.svd", (COLUMNS,), {"compute_uv": False}),
    *[("linalg.solve", (GENERAL, b), options) for b in (VECTOR, COLUMNS)
      for options in ({}, {"transposed": True}, {"assume_a": "gen"}, {"assume_a": "general"})],
    *[("linalg.solve", (a, VECTOR), {"assume_a": kind, "lower": lower})
      for lower in (False, True) for kinds, a in {
          ("sym", "her", "tridiagonal", "diagonal", "banded", "upper triangular", "lower triangular"): GENERAL,
          ("sym", "her"): GENERAL + 1j * COLUMNS[:, :1], ("pos", "positive definite"): DEFINITE}.items()
      for kind in kinds],
    *[(f"linalg.{name}", (matrix,), {}) for name in ("svdvals", "inv", "det") for matrix in (GENERAL, COMPLEX)],
    *[("linalg.norm", (GENERAL,), options) for options in (
        {}, {"ord": 1}, {"ord": -np.inf}, {"ord": 2}, {"ord": "fro"}, {"ord": "nuc"}, {"axis": 0}, {"axis": 1},
        {"axis": 1, "keepdims": True}, {"ord": 3, "axis": 0}, {"keepdims": True}, {"ord": 1, "axis": (1, 0)})],
    ("linalg.eig", (DEFINITE @ SHORT_FACTOR,), {}), ("linalg.eig", (DEFINITE @ SHORT_FACTOR,), {"right": False}),
    *[("linalg.eigvals", (matrix,), {}) for matrix in (DEFINITE @ SHORT_FACTOR, GENERAL, COMPLEX)],
    *[("linalg.qr", (a,), {"mode": mode, "pivoting": pivoting}) for a in (GENERAL, COLUMNS, COLUMNS.T, COMPLEX)
      for mode in ("full", "r", "economic") if mode != "full" or len(a) <= len(a.T) for pivoting in (False, True)],
    *[("linalg.lstsq", (a, b), {}) for a in (GENERAL, COLUMNS) for b in (VECTOR, COLUMNS, GENERAL)],
    *[("linalg.lstsq", (COLUMNS.T, b), {}) for b in (VECTOR[:2], GENERAL[:2])],
    ("linalg.lstsq", (GENERAL @ np.diag([1, 1, 1, 1e-3]), VECTOR), {"cond": 1e-2, "lapack_driver": "gelss"}),
    *[("linalg.pinv", (a,), {}) for a in (GENERAL, COLUMNS, COLUMNS.T, COMPLEX)],
    ("linalg.pinv", (GENERAL @ np.diag([1, 1, 1, 1e-3]),), {"rtol": 1e-5}),
    *[(f"signal.{name}", (first, second), {"mode": mode}) for name in ("convolve", "fftconvolve", "oaconvolve",
      "correlate") for mode in ("full", "same", "valid") for first, second in (
          (LONG, SHORT), (SHORT, LONG), (LONG, SHORT[:2]), (GENERAL, SAMPLES[:2, :3]), (SAMPLES[:2, :3], GENERAL),
          (COMPLEX, COMPLEX[:2, 1:]))],
    *[(f"signal.{name}", (LONG, SHORT), {"method": method}) for name in ("convolve", "correlate")
      for method in ("auto", "direct", "fft")],
    *[(f"signal.{name}", (first, second), {"mode": mode, "axes": axes}) for name in ("fftconvolve", "oaconvolve")
      for mode in ("full", "same", "valid") for first, second, axes in (
          (SAMPLES, SAMPLES[:, 1:3], 1), (SAMPLES[:, 1:3], SAMPLES, 1), (SAMPLES, SAMPLES[:1, :2], -1),
          (SAMPLES[:2], SAMPLES[:, :1].T @ SAMPLES, [0]),
          (GENERAL[None], COMPLEX[:, :2, None], [1]), (SAMPLES, SAMPLES[:2, :2], (1, 0)))
      if mode != "valid" or first.ndim == 2 == second.ndim],
    *[("signal.sosfilt", (SECTIONS, x), {"axis": axis, "zi": zi})
      for x, axis, zi in ((SAMPLES, -1, np.ones((2, 3, 2))), (SAMPLES, 0, SAMPLES[None, 1:] * np.ones((2, 1, 1))),
                          (VECTOR_5, 0, GENERAL[:2, :2]))],
    *[(f"signal.{name}", (first, second), {"mode": mode, "boundary": boundary})
      for name in ("convolve2d", "correlate2d") for mode in ("full", "same", "valid")
      for boundary in ("fill", "wrap", "symm") for first, second in (
          (GENERAL, SAMPLES[:2, :3]), (SAMPLES[:2, :3], GENERAL), (COMPLEX[:2, 1:], COMPLEX), (SAMPLES[:1], SAMPLES))],
    *[(f"signal.{name}", (GENERAL, small, "same", "fill", 0.7), {}) for name in ("convolve2d", "correlate2d")
      for small in (SMALL, COMPLEX)],
    *[("signal.sosfiltfilt", (sos, samples), options) for sos in (SECTIONS[:1], OTHERS)
      for samples, options in ((np.tile(SAMPLES, 4), {}), (SAMPLES, {"axis": 0, "padtype": "even", "padlen": 2}),
        (SAMPLES, {"padtype": None}), (SAMPLES, {"padtype": "constant", "padlen": 4}))],
    *[("signal.resample", (x, num), options) for x in (GENERAL, COMPLEX) for num in (2, 3, 4, 5, 6) for options in (
        {}, {"axis": 1, "window": ("kaiser", 3.0)}, {"t": np.arange(len(x)) / 2}, {"window": np.exp})],
    *[("signal.resample", (x, num), {"domain": "freq", "window": "hann"}) for x in (GENERAL, COMPLEX)
      for num in (2, 5)],
    ("signal.resample", (VECTOR, 6, None, 0, LONG[:4]), {}),
    *[("signal.resample_poly", (SAMPLES, up, down), {"padtype": kind, "axis": axis})
      for up, down, axis in ((3, 2, 1), (2, 6, 0)) for kind in (
        "constant", "mean", "median", "minimum", "maximum", "edge", "line", "smooth", "wrap", "symmetric", "reflect",
        "antisymmetric", "antireflect")],
    *[("signal.resample_poly", (COMPLEX, 7, 1), {"padtype": kind}) for kind in ("constant", "mean", "antireflect")],
    ("signal.resample_poly", (SAMPLES, 4, 4), {}),
    *[("signal.resample_poly", (SAMPLES, 3, 2, 1, window), options) for options in ({}, {"cval": 0.5})
      for window in ("hann", [1.0, 2.0, 1.0, 0.0], np.array([1.0, 3.0, 1.0]))],
    *[(f"signal.{name}", (LONG, SHORT), {}) for name in ("convolve", "fftconvolve", "oaconvolve", "correlate")],
    *[("integrate.trapezoid", (SAMPLES,), options) for options in (
        {}, {"dx": 0.3}, {"axis": 0}, {"x": VECTOR_5}, {"x": SHORT, "axis": 0}, {"x": SAMPLES**2, "axis": -1})],
    *[("integrate.cumulative_trapezoid", (SAMPLES,), options) for options in (
        {}, {"dx": 0.3}, {"axis": 0}, {"x": VECTOR_5}, {"x": SHORT, "axis": 0}, {"x": SAMPLES**2}, {"initial": 0},
        {"initial": 0, "axis": 0}, {"initial": 0, "axis": -2, "dx": 2.0})],
    *[("integrate.cumulative_simpson", (samples,), options) for samples in (SAMPLES, SAMPLES[:, :4], SAMPLES[:, :2])
      for options in ({}, {"dx": 0.3}, {"dx": np.full((3, 1), 0.4)}, {"initial": 2.0}, {"initial": np.ones((3, 1))},
                      {"x": np.sort(samples[0])}, {"x": np.sort(samples)})],
    *[("integrate.cumulative_simpson", (SAMPLES,), {"axis": 0, "initial": 0.5, **more})
      for more in ({}, {"x": np.sort(SHORT)})],
    *[("integrate.romb", (samples,), options) for samples in (SAMPLES, SAMPLES[:, :3], SAMPLES[:, :2])
      for options in ({}, {"dx": 0.3})],
    ("integrate.romb", (SAMPLES,), {"axis": 0}),
    *[("special.logsumexp", (a,), options) for a in (SAMPLES, 3 * SAMPLES + 800) for options in (
        {}, {"axis": 0}, {"axis": -1}, {"axis": (0, 1)}, {"axis": 1, "keepdims": True}, {"keepdims": True},
        {"b": VECTOR_5**2}, {"b": VECTOR_5**2, "axis": 1}, {"b": -(VECTOR_5**2), "axis": 1, "return_sign": True},
        {"b": SAMPLES, "axis": 0, "return_sign": True, "keepdims": True}, {"return_sign": True})],
    ("special.logsumexp", (0.3,), {}),
    *[("special.logsumexp", (SAMPLES[:2, :3],), {"b": np.array([[1.0, 0, 2], [0, 0.5, 0]]), "axis": axis})
      for axis in (0, 1, None)],
    *[(f"special.{name}", (x,), options) for name in ("softmax", "log_softmax") for x in (SAMPLES, SAMPLES * 300)
      for options in ({}, {"axis": 0}, {"axis": -1}, {"axis": (0, 1)})],
    *[("special.polygamma", (n, VECTOR), {}) for n in (0, 1, 2, 3, np.array([[0], [1], [4]]), [3, 0, 2, 1])],
    *[("special.multigammaln", (a, d), {}) for a in (VECTOR + 2, 2.7) for d in (1, 2, 4)],
    *[(f"special.spherical_{kind}", (n, VECTOR), {"derivative": derivative}) for kind in ("jn", "yn", "in", "kn")
      for n in (0, 1, 2, 5, np.array([[0], [3]])) for derivative in (False, True)],
    *[(f"special.{name}", given, {}) for name in ("comb", "perm") for given in (
        (VECTOR + 2, VECTOR), (5, VECTOR), (5.5, 2), (VECTOR + 2, [[2], [0]]), (VECTOR - 2.2, 1),
        (VECTOR, [5, -1, 2, 0]))],
    *[("special.comb", given, {"repetition": True}) for given in ((VECTOR + 2, VECTOR), (VECTOR, 0), (3.5, 2))],
    *[("special.factorial", (n,), {"extend": extend}) for extend in ("zero", "complex")
      for n in (VECTOR, -VECTOR, np.array([0.0, 1.0, 5.0]))],
    ("special.factorial", (COMPLEX,), {"extend": "complex"}),
    *[(f"special.spherical_{kind}", (1, 0.8), {}) for kind in ("jn", "yn", "in", "kn")],
]


(
    test_each_form_of_a_call_is_scipys,
    test_each_form_of_a_call_is_differentiated_in_each_argument,
    test_each_form_of_a_call_in_single_precision_has_scipys_dtype_or_its_own,
) = checks_of(
    FORMS, single=lambda form: form[0] != "linalg.logm")  # SciPy warns of logm's last digits


@pytest.mark.parametrize("options", [{}, {"axis": 0}, {"axis": 1}, {"axis": 1, "keepdims": True}, {"return_sign": True},
                                     {"axis": 0, "return_sign": True, "b": np.array([1.0, -2.0, 0.5])}])
def test_sums_of_powers_at_infinity_are_scipys(options: dict[str, Any]) -> None:
    inf = np.inf
    for x in ([[-inf, 0.0, 1.0], [-inf, -inf, 2.0]], [[inf, 0.0, 1.0], [0.5, -inf, 2.0]], [[-inf] * 3] * 2,
              [[-800.0, -810.0, -790.0], [900.0, 910.0, 905.0]]):
        with np.errstate(all="ignore"):
            expected = parts(special.logsumexp(np.array(x), **options))
            found = parts(special.logsumexp(Tensor(x), **options))
        for ours, theirs in zip(found, expected, strict=True):
            assert ours.shape == theirs.shape
            np.testing.assert_allclose(ours, theirs, rtol=1e-12)


@pytest.mark.parametrize("tfirst", [False, True])
@pytest.mark.parametrize("as_list", [False, True])
def test_equations_take_lists_numbers_trees_and_either_order(tfirst: bool, as_list: bool) -> None:
    """Arguments of whole numbers are passed on as they are, and are not differentiated."""
    def slope(y: Any, t: Any, given: Any, count: Any) -> Any:
        assert isinstance(count, int)
        out = [y[1] * given["rate"], -count * y[0] + given["force"][1] * t]
        return out if as_list else np.stack(out)

    def reordered(t: Any, y: Any, *rest: Any) -> Any:
        return slope(y, t, *rest)

    def solved(y0: Any, rate: Any, force: Any) -> Any:
        func, args = reordered if tfirst else slope, ({"rate": rate, "force": force}, 2)
        return integrate.odeint(func, y0, [0.0, 0.4, 1.0], args, tfirst=tfirst, rtol=1e-10, atol=1e-10)

    given = [np.array([1.0, -0.5]), np.array(1.3), np.array([0.2, 0.7])]
    np.testing.assert_allclose(solved(*map(Tensor, given)).numpy(), solved(*given), rtol=1e-12)
    np.testing.assert_allclose(solved([1.0, -0.5], Tensor(1.3), given[2]).numpy(), solved(*given), rtol=1e-12)
    check_gradients(solved, *given, order=1, rtol=1e-5)


def test_one_unknown_may_be_a_number() -> None:
    def solved(y0: Any) -> Any:
        return integrate.odeint(lambda y, t: -y * t, y0, [0.0, 0.5, 1.0], rtol=1e-10, atol=1e-10)

    assert solved(Tensor(2.0)).shape == solved(2.0).shape == (3, 1)
    check_gradients(solved, np.array(2.0), order=1, rtol=1e-5)


def test_every_time_moves_the_solution_of_an_equation_that_depends_on_time() -> None:
    """y' = cos(t) y is y(t0) exp(sin t - sin t0)."""
    t, y0 = np.array([0.2, 0.5, 0.9, 1.6]), np.array([1.5])

    def solved(t: Any) -> Any:
        return integrate.odeint(lambda y, t: np.cos(t) * y, y0, t, rtol=1e-10, atol=1e-10)[:, 0]

    out = y0 * np.exp(np.sin(t) - np.sin(t[0]))
    expected = np.diag(out * np.cos(t))
    expected[:, 0] -= out * np.cos(t[0])
    np.testing.assert_allclose(autograd.jacrev(solved)(t), expected, atol=1e-7)
    np.testing.assert_allclose(autograd.jacfwd(solved)(t), expected, atol=1e-7)


@pytest.mark.parametrize("scale", [0.0, 1e-12, 1e-6, 1.0, 1e9])
def test_cotangents_and_tangents_of_equations_may_have_any_size(scale: float) -> None:
    """At rest the solution tells the solver nothing about its steps: they follow from what is integrated along with it.

    y' = M (y - c) has the sensitivities exp(M t) in y(0), and I - exp(M t) in c.
    """
    m, rest, t = np.array([[-1.0, 5.0], [-5.0, -1.0]]), np.array([1.0, 2.0]), np.array([0.0, 2.0])
    change = scipy.linalg.expm(t[-1] * m)

    def end(y: Any, c: Any) -> Any:
        return integrate.odeint(lambda y, t, c: m @ (y - c), y, t, args=(c,), rtol=1e-9, atol=1e-9)[-1]

    found = autograd.grad(lambda y, c: scale * np.sum(end(y, c)), (0, 1))(rest, rest.copy())
    for ours, true in zip(found, (change, np.eye(2) - change), strict=True):
        np.testing.assert_allclose(ours, scale * np.sum(true, axis=0), rtol=1e-5)
    for k, true in enumerate((change, np.eye(2) - change)):
        tangents = [scale * np.ones(2) if i == k else np.zeros(2) for i in range(2)]
        np.testing.assert_allclose(autograd.jvp(end, (rest, rest.copy()), tuple(tangents))[1],
                                   scale * np.sum(true, axis=1), rtol=1e-5)


@pytest.mark.parametrize("kinds", [*itertools.product((0, 1), repeat=3)])
def test_matrix_equations_of_real_and_complex_operands(kinds: tuple[int, ...]) -> None:
    """SciPy's own solution is wrong for some."""
    a, b, q = (real + 1j * imag if kind else real for kind, real, imag in zip(
        kinds, (SMALL, GENERAL, SAMPLES[:, :4]), (SMALL.T, GENERAL.T, SAMPLES[:, 1:]), strict=True))
    x = linalg.solve_sylvester(*map(Tensor, (a, b, q))).numpy()
    np.testing.assert_allclose(a @ x + x @ b, q, atol=1e-12)
    check_gradients(lambda *given: np.sum(np.abs(linalg.solve_sylvester(*given)) ** 2), a, b, q)
    x = linalg.solve_continuous_lyapunov(Tensor(b), Tensor(a[:1, :1] * np.ones((4, 4)))).numpy()
    np.testing.assert_allclose(b @ x + x @ np.conj(b.T), a[:1, :1] * np.ones((4, 4)), atol=1e-12)


@pytest.mark.parametrize("kind", ["sym", "hermitian", "diagonal", "upper triangular", "pos", None])
def test_an_inverse_reads_what_a_solution_reads(kind: Any) -> None:
    found = linalg.inv(Tensor(GENERAL), assume_a=kind).numpy()
    np.testing.assert_allclose(found, linalg.solve(Tensor(GENERAL), np.eye(4), assume_a=kind).numpy(), atol=1e-12)
    for f in (linalg.inv, lambda x, **more: linalg.solve(x, VECTOR, **more)):
        with pytest.raises(ValueError, match="assume_a is general, symmetric.*got 'square'"):
            f(Tensor(DEFINITE), assume_a="square")


@pytest.mark.parametrize("lower", [False, True])
@pytest.mark.parametrize("matrix", [DEFINITE, COMPLEX @ np.conj(COMPLEX.T) + np.eye(3)], ids=["real", "complex"])
@pytest.mark.parametrize("columns", [1, 2])
def test_factors_solve_their_systems(lower: bool, matrix: Any, columns: int) -> None:
    right = rng.uniform(-1, 1, (len(matrix), 2)) if columns == 2 else VECTOR[: len(matrix)]
    factor, side = linalg.cho_factor(Tensor(matrix), *([True] if lower else []))
    assert side == lower
    kept = np.tril if lower else np.triu
    np.testing.assert_allclose(factor.numpy(), kept(scipy.linalg.cho_factor(matrix, lower)[0]), atol=1e-12)
    found = linalg.cho_solve((factor, side), right).numpy()
    np.testing.assert_allclose(found, np.linalg.solve(matrix, right), rtol=1e-10)


@pytest.mark.parametrize("axis", [0, 1, None])
@pytest.mark.parametrize("big", [1e3, np.inf, np.nan])
def test_what_has_no_weight_may_be_of_any_size(big: float, axis: Any) -> None:
    a, b = np.array([[0.5, big, -1], [big, 0.2, big]]), np.array([[1.0, 0, 2], [0, 0.5, 0]])
    found, pullback = autograd.vjp(lambda a: special.logsumexp(a, axis, b), a)
    np.testing.assert_allclose(found, scipy.special.logsumexp(a, axis, b), rtol=1e-14)
    (gradient,) = pullback(np.ones_like(found))
    np.testing.assert_allclose(np.sum(gradient), np.size(found), rtol=1e-14)
    assert not np.any(gradient[b == 0])


def test_a_driver_says_what_comes_with_a_solution() -> None:
    for module, a in ((scipy.linalg, COLUMNS), (linalg, Tensor(COLUMNS))):
        x, residues, rank, s = module.lstsq(a, VECTOR, lapack_driver="gelsy")
        np.testing.assert_allclose(np.asarray(x), np.linalg.lstsq(COLUMNS, VECTOR)[0], rtol=1e-9)
        assert (np.shape(residues), int(rank), s) == ((0,), 2, None)
        with pytest.raises(ValueError, match="gels"):
            module.lstsq(a, VECTOR, lapack_driver="gels")


def test_a_cumulative_integral_begins_at_0() -> None:
    for module in (integrate, scipy.integrate):
        with pytest.raises(ValueError, match="initial"):
            module.cumulative_trapezoid(Tensor(VECTOR) if module is integrate else VECTOR, initial=1.0)


def test_ufuncs_of_scipy_special_are_found_beside_the_twins() -> None:
    assert special.gamma is scipy.special.gamma
    for name in ("no_such_function", "roots_legendre"):  # the second is SciPy's and no ufunc
        with pytest.raises(AttributeError, match=f"'autograd.scipy.special' has no attribute '{name}'"):
            getattr(special, name)


@pytest.mark.parametrize(("name", "shapes"), [
    ("toeplitz", [(2, 3)]), ("toeplitz", [(2, 1)]), ("toeplitz", [(2, 3), (2, 4)]), ("circulant", [(2, 3)]),
    ("circulant", [(3, 1)]), ("companion", [(2, 4)]), ("khatri_rao", [(2, 3, 2), (2, 4, 2)])])
def test_stacks_of_structured_matrices(name: str, shapes: list[tuple[int, ...]]) -> None:
    """One of each vector of a stack."""
    arrays = [np.random.default_rng(i).normal(size=shape) for i, shape in enumerate(shapes)]
    ours, theirs = getattr(linalg, name), getattr(scipy.linalg, name)
    np.testing.assert_allclose(ours(*map(Tensor, arrays)).numpy(), theirs(*arrays), rtol=1e-14)
    check_gradients(lambda *given: np.sum(np.sin(ours(*given))), *arrays)


@pytest.mark.parametrize("options", [*SUBSETS, {"subset_by_value": [90, 91]}])
@pytest.mark.parametrize("b", [None, DEFINITE])
def test_some_of_the_eigenvectors(options: dict[str, Any], b: Any) -> None:
    a = GENERAL + 5 * DEFINITE
    a = a + a.T
    found, expected = linalg.eigh(Tensor(a), b, **options), scipy.linalg.eigh(a, b, **options)
    for ours, theirs in zip(found, expected, strict=True):
        np.testing.assert_allclose(np.abs(ours.numpy()), np.abs(theirs), atol=1e-10)
    if expected[0].size:
        check_gradients(lambda a: linalg.eigh(a, b, **options)[1] ** 2, a, order=1)


@pytest.mark.parametrize("name", ["fftconvolve", "oaconvolve"])
@pytest.mark.parametrize("shapes", [((0,), (0,)), ((0,), (1,)), ((2,), (0,)), ((2, 0), (2, 3)), ((2, 3), (0, 3))])
def test_the_convolution_with_nothing_is_empty(name: str, shapes: tuple[tuple[int, ...], tuple[int, ...]]) -> None:
    x, y = (Tensor(np.ones(shape), requires_grad=True) for shape in shapes)
    found = getattr(autograd.scipy.signal, name)(x, y, "same")
    expected = getattr(scipy.signal, name)(x.detach().numpy(), y.detach().numpy(), "same")
    assert (found.shape, found.dtype) == (expected.shape, expected.dtype)
    found.sum().backward()
    assert not np.any(x.grad)
