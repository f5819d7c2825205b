"""Twins of SciPy functions: values on arrays are SciPy's; those of linear algebra, and what is said of them."""

from __future__ import annotations

import importlib
import inspect
import types
from typing import Any

import numpy as np
import pytest
import scipy.linalg
import scipy.signal
import scipy.special
import scipy.stats

import autograd
from autograd import Tensor, grad
from autograd.scipy import linalg, signal, special
from autograd.testing import check_gradients

rng = np.random.default_rng(2)


def test_plain_arrays_go_to_scipy_itself() -> None:
    x = rng.standard_normal((3, 3))
    assert type(linalg.expm(x)) is np.ndarray
    np.testing.assert_array_equal(linalg.expm(x), scipy.linalg.expm(x))
    np.testing.assert_array_equal(special.logsumexp(x, axis=0), scipy.special.logsumexp(x, axis=0))


def test_triangular_solver_reads_one_triangle() -> None:
    a, b = rng.standard_normal((3, 3)) + 3 * np.eye(3), rng.standard_normal(3)
    for lower, unit in ((True, False), (False, True)):
        gradient = grad(lambda a, lower=lower, unit=unit: np.sum(
            linalg.solve_triangular(a, b, lower=lower, unit_diagonal=unit)))(a)
        assert not np.any(np.triu(gradient, 1) if lower else np.tril(gradient, -1))
        assert np.any(np.diagonal(gradient)) != unit


def test_matrix_exponential_of_commuting_matrices() -> None:
    x = np.diag([0.3, -0.2])
    np.testing.assert_allclose(grad(lambda t: np.sum(linalg.expm(t * x)))(1.0), np.sum(x @ scipy.linalg.expm(x)))
    root = linalg.sqrtm(Tensor(np.diag([4.0, 9.0]), requires_grad=True))
    np.testing.assert_allclose(root.detach().numpy(), np.diag([2.0, 3.0]))


@pytest.mark.parametrize("function", [linalg.sqrtm, linalg.logm])
@pytest.mark.parametrize("symmetric", [True, False])
def test_roots_and_logarithms_of_matrices_with_negative_eigenvalues(function: Any, symmetric: bool) -> None:
    a = np.random.default_rng(0).standard_normal((4, 4))
    a = a + a.T if symmetric else a
    values = np.linalg.eigvals(a)
    assert np.any((values.imag == 0) & (values.real < 0))  # on the cut of both functions
    np.testing.assert_allclose(function(Tensor(a)).numpy(), function(a), atol=1e-12)
    check_gradients(function, a, order=2)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.complex64])
def test_a_logarithm_in_double_precision_has_the_digits_of_it(dtype: Any) -> None:
    """It is double as SciPy's is, but half of its digits were those of a root in single precision."""
    a = np.array([[2.0, 0.5], [0.25, 1.5]], dtype)
    wide = a.astype(np.result_type(dtype, np.float64))
    found = linalg.logm(Tensor(a))
    assert found.dtype == wide.dtype
    np.testing.assert_allclose(found.numpy(), scipy.linalg.logm(wide), rtol=1e-13)


def test_generalized_eigenvalues_against_their_residual() -> None:
    a, b = rng.standard_normal((4, 4)), rng.standard_normal((4, 4))
    a, b = a + a.T, b @ b.T + np.eye(4)
    values, vectors = linalg.eigh(Tensor(a, requires_grad=True), b)
    values, vectors = values.detach().numpy(), vectors.detach().numpy()
    np.testing.assert_allclose(a @ vectors, b @ vectors * values, atol=1e-12)
    np.testing.assert_allclose(vectors.T @ b @ vectors, np.eye(4), atol=1e-12)


SQUARE, OTHER, COLUMNS = (rng.standard_normal((4, 3, k)) / 3 for k in (3, 3, 2))
DEFINITE = SQUARE @ np.swapaxes(SQUARE, 1, 2) + np.eye(3)
VECTOR = COLUMNS[0, :, 0]
STACKS: dict[str, tuple[Any, ...]] = {
    "solve_banded a vector": (lambda f, ab, b: f((1, 1), ab, b), DEFINITE, VECTOR),
    "solve_banded columns": (lambda f, ab, b: f((1, 1), ab, b), DEFINITE, COLUMNS),
    "solve_banded one matrix": (lambda f, ab, b: f((1, 1), ab, b), DEFINITE[0], COLUMNS),
    "solve_banded one matrix of three": (lambda f, ab, b: f((2, 0), ab, b), DEFINITE, COLUMNS[0]),
    "cho_solve a vector": (lambda f, c, b: f((c, True), b), DEFINITE, VECTOR),
    "cho_solve columns": (lambda f, c, b: f((c, False), b), DEFINITE, COLUMNS),
    "polar": (lambda f, a: f(a)[0], COLUMNS), "polar of rows": (lambda f, a: f(a)[1], np.swapaxes(COLUMNS, 1, 2)),
    "polar left": (lambda f, a: f(a, "left")[1], np.swapaxes(COLUMNS, 1, 2)),
    "expm_frechet": (lambda f, a, e: f(a, e, compute_expm=False), SQUARE, OTHER),
    "expm_frechet one direction": (lambda f, a, e: f(a, e)[1], SQUARE, OTHER[0]),
    "solve_discrete_lyapunov": (lambda f, a, q: f(a, q), SQUARE, OTHER),
    "solve_discrete_lyapunov one q": (lambda f, a, q: f(a, q), SQUARE, OTHER[0]),
    "block_diag": (lambda f, a, b, c: f(a, b, c), SQUARE, COLUMNS, VECTOR),
}


@pytest.mark.parametrize("name", STACKS)
def test_stacks_of_matrices_are_scipys(name: str) -> None:
    call, *operands = STACKS[name]
    ours, theirs = (getattr(module, name.split(maxsplit=1)[0]) for module in (linalg, scipy.linalg))
    found, expected = call(ours, *map(Tensor, operands)), call(theirs, *operands)
    np.testing.assert_allclose(found.numpy(), expected, atol=1e-12)
    check_gradients(lambda *given: call(ours, *given), *operands, order=1)


@pytest.mark.parametrize("options", [{}, {"driver": "ev"}, {"driver": "evd"}, {"lower": False}, {"b": True},
                                     {"b": True, "lower": False}])
def test_eigenvectors_have_scipys_signs(options: dict[str, Any]) -> None:
    for size in range(1, 8):
        a, b = rng.standard_normal((2, size, size))
        a, given = a + a.T, options | ({"b": b @ b.T + np.eye(size)} if "b" in options else {})
        for hermitian in (a, a + 1j * (b - b.T)):
            found, expected = linalg.eigh(Tensor(hermitian), **given), scipy.linalg.eigh(hermitian, **given)
            np.testing.assert_allclose(found[1].numpy(), expected[1], atol=1e-11)
    check_gradients(lambda a: linalg.eigh(a, **given), a)


def test_keywords_that_scipy_has_not_are_refused() -> None:
    with pytest.raises(TypeError, match="eigval_only"):
        linalg.eigh(Tensor(np.eye(3), requires_grad=True), eigval_only=True)


def test_options_of_eigenvalues_and_convolutions_give_scipys_values() -> None:
    a = rng.standard_normal((4, 4))
    definite, tracked = a @ a.T + np.eye(4), Tensor(a, requires_grad=True)
    for options in ({}, {"lower": False}, {"b": definite}, {"b": definite, "lower": False}):
        np.testing.assert_allclose(linalg.eigvalsh(tracked, **options).tolist(), scipy.linalg.eigvalsh(a, **options))
        np.testing.assert_allclose(linalg.eigh(tracked, **options)[0].tolist(), scipy.linalg.eigh(a, **options)[0])
    kernel = rng.standard_normal((2, 3))
    for axes in (None, (0, 1), (-1, 0)):
        np.testing.assert_allclose(signal.fftconvolve(a.tolist(), Tensor(kernel), axes=axes).tolist(),
                                   scipy.signal.fftconvolve(a, kernel, axes=axes))


def test_discrete_lyapunov_of_a_matrix_that_is_not_square_free() -> None:
    a, q = 0.4 * rng.normal(size=(3, 3)), rng.normal(size=(3, 3))
    x = linalg.solve_discrete_lyapunov(Tensor(a), q).numpy()
    np.testing.assert_allclose(x, scipy.linalg.solve_discrete_lyapunov(a, q), rtol=1e-10)


def test_twins_are_in_the_table_with_their_path() -> None:
    notes = {row.function: row.note for row in autograd.supported()}
    assert notes["scipy.linalg.expm"] == "call autograd.scipy.linalg.expm"
    assert notes["scipy.stats.norm.logpdf"] == "call autograd.scipy.stats.norm.logpdf"
    assert not notes["scipy.special.erf"]


def test_modules_name_what_they_have_not() -> None:
    with pytest.raises(AttributeError, match="nothing"):
        autograd.scipy.nothing  # noqa: B018
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        autograd.testing.nothing  # noqa: B018


# --- Axes ------------------------------------------------------------------------------------------------------------

WEIGHTS = np.array([0.2, 0.5, 0.4])
ALONG: dict[str, Any] = {  # what is called otherwise than with one array
    "integrate.romb": lambda f, x, **o: f(x[:3, :5, :3], **o),
    "interpolate.Akima1DInterpolator": lambda f, x, **o: f(places(x, o), x, **o)(0.3),
    "interpolate.PchipInterpolator": lambda f, x, **o: f(places(x, o), x, **o)(0.3),
    "interpolate.CubicSpline": lambda f, x, **o: f(places(x, o), x, **o)(0.3),
    "interpolate.CubicHermiteSpline": lambda f, x, **o: f(places(x, o), x, x * x, **o)(0.3),
    "interpolate.interp1d": lambda f, x, **o: f(places(x, o, -1), x, **o)(0.3),
    "interpolate.make_interp_spline": lambda f, x, **o: f(places(x, o), x, k=3, **o)(0.3),
    "interpolate.BSpline": lambda f, x, **o: f(np.arange(x.shape[o.get("axis", 0)] + 3.0), x, 2, **o)(2.3),
    "ndimage.convolve1d": lambda f, x, **o: f(x, WEIGHTS, **o),
    "ndimage.correlate1d": lambda f, x, **o: f(x, WEIGHTS, **o),
    "ndimage.gaussian_filter1d": lambda f, x, **o: f(x, 0.7, **o),
    "interpolate.make_lsq_spline": lambda f, x, **o: f(places(x, o), x, [0.0, 0.0, 0.5, 1.0, 1.0], 1, **o)(0.3),
    "interpolate.make_smoothing_spline": lambda f, x, **o: f(
        places(t := np.tile(x, (2, 2, 2)), o), t, lam=0.1, **o)(0.3),
    "ndimage.uniform_filter1d": lambda f, x, **o: f(x, 3, **o),
    "signal.coherence": lambda f, x, **o: f(x, x * x, nperseg=3, **o), "signal.csd": lambda f, x, **o: f(x, x * x, **o),
    "signal.decimate": lambda f, x, **o: f(np.tile(x, (9, 9, 9)), 3, **o),
    "signal.stft": lambda f, x, **o: f(x, nperseg=3, **o),
    "signal.upfirdn": lambda f, x, **o: f(WEIGHTS, x, 3, 2, **o),
    "signal.filtfilt": lambda f, x, **o: f(WEIGHTS, [1.0, 0.3], x, padlen=2, **o),
    "signal.lfilter": lambda f, x, **o: f(WEIGHTS, [1.0, 0.3], x, **o),
    "signal.resample": lambda f, x, **o: f(x, 7, **o),
    "signal.resample_poly": lambda f, x, **o: f(x, 3, 2, **o),
    "signal.savgol_filter": lambda f, x, **o: f(x, 3, 2, deriv=1, **o),
    "signal.sosfilt": lambda f, x, **o: f(np.array([[0.2, 0.5, 0.4, 1.0, 0.3, 0.1]]), x, **o),
    "signal.sosfiltfilt": lambda f, x, **o: f(np.array([[0.2, 0.5, 0.4, 1.0, 0.3, 0.1]]), x, padlen=2, **o),
}


def places(x: Any, options: dict[str, Any], usual: int = 0) -> Any:
    return np.linspace(0, 1, x.shape[options.get("axis", usual)])


def with_an_axis() -> list[str]:
    """The twins that go along one axis; `PPoly` has two of them, for powers and for pieces."""
    found = []
    for room in ("fft", "integrate", "interpolate", "linalg", "ndimage", "signal", "special", "stats"):
        theirs = importlib.import_module(f"scipy.{room}")
        for name, twin in vars(importlib.import_module(f"autograd.scipy.{room}")).items():
            if isinstance(twin, (types.FunctionType, type)) and hasattr(theirs, name) and name != "PPoly":
                found += [f"{room}.{name}"] if "axis" in inspect.signature(twin).parameters else []
    return sorted(found)


@pytest.mark.filterwarnings("ignore:(nperseg|noverlap)")
@pytest.mark.parametrize("name", with_an_axis())
def test_twins_go_along_any_axis_of_three(name: str) -> None:
    """Two axes hide which one -1 is."""
    room, _, function = name.partition(".")
    ours, theirs = (getattr(importlib.import_module(f"{of}.{room}"), function) for of in ("autograd.scipy", "scipy"))
    call = ALONG.get(name, lambda f, x, **options: f(x, **options))
    x = rng.uniform(0.2, 0.9, (4, 5, 6))
    for options in ({}, {"axis": 0}, {"axis": 1}, {"axis": 2}, {"axis": -1}, {"axis": -2}):
        found, wanted = call(ours, Tensor(x), **options), call(theirs, x, **options)
        for part, expected in zip(*[y if isinstance(y, tuple) else (y,) for y in (found, wanted)], strict=True):
            np.testing.assert_allclose(np.asarray(part), expected, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("name", ["expm", "logm", "sqrtm"])
def test_numbers_in_the_byte_order_of_a_file_are_turned_before_scipy_takes_them_for_others(name):
    """FITS files hold the most significant byte first; SciPy's own functions of matrices read that wrongly."""
    x, function = np.array([[4.0, 1.0], [0.5, 3.0]]), getattr(linalg, name)
    t = Tensor(x.astype(">f8"), requires_grad=True)
    out = function(t)
    np.testing.assert_allclose(out.detach().numpy(), getattr(scipy.linalg, name)(x), rtol=1e-12)
    np.sum(out * x).backward()
    np.testing.assert_allclose(t.grad.numpy(), grad(lambda t: np.sum(function(t) * x))(x), rtol=1e-12)
