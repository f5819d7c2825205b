"""What does not fit is refused, by rules as by NumPy, in words that say what was expected and what came."""

from __future__ import annotations

import functools
import importlib
import inspect
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import scipy.integrate
import scipy.linalg
import scipy.ndimage
import scipy.optimize
import scipy.spatial.distance

import autograd
from autograd import NoDerivativeError, grad, jvp, tensor, vmap
from autograd.registry import public_name, registry
from autograd.scipy import integrate, linalg, ndimage, signal, special
from tests.autograd.rules.domains import ROWS

rng = np.random.default_rng(3)
T, U = tensor(rng.normal(size=(3, 4)), requires_grad=True), tensor(rng.normal(size=5), requires_grad=True)
OUT = np.zeros(5)
REFUSALS: dict[str, tuple[Callable[[], Any], type[Exception], str]] = {
    "gelu": (lambda: autograd.gelu(U, approximate="erf"), ValueError, "'none', 'tanh', got 'erf'"),
    "clip into an array": (lambda: np.clip(U, 0, 1, out=OUT), TypeError, r"clip\(out=...\) would write.*plain ndarray"),
    "choose out": (lambda: np.choose(np.array([0]), [U], OUT), TypeError, r"y\[...\] = choose\(...\)"),
    "take out": (lambda: np.take(U, [0], None, OUT), TypeError, r"y\[...\] = take\(...\)"),
    "dot out": (lambda: np.dot(U, U, OUT), TypeError, r"y\[...\] = dot\(...\)"),
    "argmax out": (lambda: np.argmax(T, 0, out=OUT[:2]), ValueError, r"shape \(4,\), got a target of shape \(2,\)"),
    "floor into an array": (lambda: np.floor(U, OUT), TypeError, "floor in place would write.*plain ndarray"),
    "where without out": (lambda: np.exp(U, where=OUT > 0), NoDerivativeError, "exp with where .* say with out="),
    "an ndarray, in place": (lambda: OUT.__iadd__(U), TypeError, "add in place.* plain ndarray.*autograd.asarray"),
    **{f"{f.__name__} of complex": (lambda f=f: f(U + 1j), TypeError, "real numbers, got complex")
       for f in (np.histogram, np.histogram_bin_edges, np.histogramdd)},
    "softplus of complex": (lambda: autograd.softplus(U + 1j), TypeError, "real numbers"),
    "copyto of complex": (lambda: np.copyto(tensor(np.zeros(5)), U + 1j), TypeError, "cast complex128 to float64"),
    "vecdot lengths": (lambda: np.vecdot(U, U[:1]), ValueError, "vectors of one length, got 5 and 1"),
    "write into an array": (lambda: exec("OUT[:] = U", globals()), TypeError, r"make the target with autograd.zeros"),
    "save": (lambda: np.save("never.npy", U), NoDerivativeError, r"numpy.save .* give it t.numpy\(\)"),
    "outer out": (lambda: np.outer(U, U, OUT), TypeError, r"y\[...\] = outer\(...\)"),
    "einsum dtype": (lambda: np.einsum("i->i", U, dtype=int), TypeError, r"einsum\(dtype=...\).*\.astype"),
    "diff": (lambda: np.diff(U, n=-1), ValueError, "n >= 0 differences, got -1"),
    "gradient spacings": (lambda: np.gradient(T, 1.0, 2.0, 3.0), TypeError, "over 2 axes.*got 3"),
    "gradient order": (lambda: np.gradient(T, edge_order=3), ValueError, "edge_order 1 or 2, got 3"),
    "gradient samples": (lambda: np.gradient(U[:2], edge_order=2), ValueError, "edge_order=2 needs 3 samples, got 2"),
    "gradient places": (lambda: np.gradient(U, [0.0, 1.0]), ValueError, r"for each of the 5 along axis 0, got \(2,\)"),
    "gradient tensors as places": (lambda: np.gradient(OUT, U[:1]), ValueError, r"for each of the 5 .*, got \(1,\)"),
    "interp of fewer values": (lambda: np.interp(0.5, U, U[:3]), ValueError, r"values as places.* \(3,\) and \(5,\)"),
    "interp of more values": (lambda: np.interp(0.5, [0.0, 1.0], U), ValueError, r"as places.* \(5,\) and \(2,\)"),
    "interp of none": (lambda: np.interp(0.5, U[:0], U[:0]), ValueError, r"at least one, got \(0,\) and \(0,\)"),
    "multi_dot of a row and a matrix": (lambda: np.linalg.multi_dot([U[:1, None], T, T.T]), ValueError,
                                        r"each as wide as the next is high, got \[\(1, 1\), \(3, 4\)"),
    "multi_dot of two": (lambda: np.linalg.multi_dot([U[:1], U]), ValueError, "not aligned"),
    "resize": (lambda: np.resize(U, (2, -1)), ValueError, r"lengths of at least 0, got \(2, -1\)"),
    "split at a half": (lambda: np.array_split(U, [0.5]), TypeError, "'float' object cannot be interpreted as an int"),
    "tensordot of a vector over two axes": (lambda: np.tensordot(U[:1], U[:1, None], 2), ValueError, "one has fewer"),
    **{f"{name} of other places": (lambda name=name: getattr(integrate, name)(U, x=[0.0, 1.0]), ValueError,
                                   rf"{name} takes a place for each of the 5 samples along axis -1, .* got \(2,\)")
       for name in ("trapezoid", "simpson", "cumulative_trapezoid", "cumulative_simpson")},
    "trapezoid of rows of places": (lambda: integrate.trapezoid(T, np.ones((2, 4))), ValueError, r"got \(2, 4\)"),
    "khatri_rao": (lambda: linalg.khatri_rao(T, T[:, :1]), ValueError, r"columns, got \(3, 4\) and \(3, 1\)"),
    "shift": (lambda: ndimage.shift(T, np.ones((2, 2))), ValueError, r"for each axis, got shapes \[\(2,\), \(2"),
    "cond of another norm": (lambda: np.linalg.cond(T[:, :3], 3), ValueError, "a matrix has no norm of ord=3"),
    "select": (lambda: np.select([T > 0], [T, -T]), ValueError, "as many conditions as choices, got 1 and 2"),
    "choose": (lambda: np.choose([0, 2], [U[:2], U[:2]]), ValueError, "indices below 2, got 0 to 2"),
    "piecewise": (lambda: np.piecewise(U, [U < 0], [1.0, 2.0, 3.0]), ValueError, "1 conditions takes.*got 3"),
    "apply_along_axis": (lambda: np.apply_along_axis(np.sum, 0, T[:, :0]), ValueError, r"nothing to apply.*\(0, 3\)"),
    "fftn": (lambda: np.fft.fftn(T, s=(2, 2), axes=(0,)), ValueError, r"as many lengths s, got \(2, 2\)"),
    "concatenate numbers": (lambda: np.concatenate([U[0], U[1]]), ValueError, "zero-dimensional.*np.stack"),
    "concatenate arrays one by one": (lambda: np.concatenate(U, U), TypeError, r"one list; write np.concatenate\(\["),
    "stack arrays one by one": (lambda: np.stack(U, U), TypeError, r"one list; write np.stack\(\["),
    "concatenate axis": (lambda: np.concatenate([U, U], axis=1), np.exceptions.AxisError, "axis 1 is out of bounds"),
    "stack": (lambda: np.stack([U, T]), ValueError, r"one shape, got \(3, 4\), \(5,\)"),
    "split": (lambda: np.split(U, 2), ValueError, "equal division: 5 into 2; write np.array_split"),
    "cross": (lambda: np.linalg.cross(T, T), ValueError, r"vectors of length 3, got shapes \(3, 4\)"),
    **{f"cross of three and two, {f.__module__}.{k}": (lambda f=f, x=x, y=y: f(x, y), ValueError, "vectors of length 3")
       for f in (np.cross, np.linalg.cross) for k, (x, y) in enumerate(((U[:3], U[:2]), (U[:2], U[:3])))},
    **{f"outer of axes {k}": (lambda x=x, y=y: np.linalg.outer(x, y), ValueError, "two vectors.*write np.outer")
       for k, (x, y) in enumerate(((T, U), (U, T), (T, T), (U[0], U)))},
    **{f"{f.__name__} of no square": (lambda f=f: f(T), np.linalg.LinAlgError, r"is square, got shape \(3, 4\)")
       for f in (np.linalg.eigh, np.linalg.eigvalsh, np.linalg.cholesky)},
    "eigh of a row": (lambda: np.linalg.eigh(T[:1]), np.linalg.LinAlgError, r"is square, got shape \(1, 4\)"),
    "norm axes": (lambda: np.linalg.norm(T, axis=(0, -2)), ValueError, r"two different ones, got axis=\(0, -2\)"),
    "polyder": (lambda: np.polyder(U, -1), ValueError, "m >= 0, got -1"),
    "polyint": (lambda: np.polyint(U, -1), ValueError, "m >= 0, got -1"),
    "polyint with few constants": (lambda: np.polyint(U, 3, [1.0, 2.0]), ValueError, "each of m=3 integrations, got 2"),
    "poly": (lambda: np.poly(T), ValueError, r"a vector of zeros or a square matrix, got shape \(3, 4\)"),
    "lstsq of a stack": (lambda: linalg.lstsq(np.stack([T, T]), T), ValueError, r"got shapes \(2, 3, 4\).*@ b"),
    "comb exactly": (lambda: special.comb(U[0], 2, exact=True), ValueError, r"comb\(exact=True\).*leave exact out"),
    "factorial": (lambda: special.factorial(U, extend="real"), ValueError, "'zero'.* or 'complex', got 'real'"),
    "convolve2d": (lambda: signal.convolve2d(T, U), ValueError, r"two matrices.*got shapes \(3, 4\), \(5,\)"),
    "convolve2d boundary": (lambda: signal.convolve2d(T, T, boundary="mirror"), ValueError, "or symm.*'mirror'"),
    "sosfiltfilt": (lambda: signal.sosfiltfilt([[1, 0, 0, 1, 0, 0]], U, padlen=5), ValueError, "which is 5, got 5"),
    "resample window": (lambda: signal.resample(U, 3, window=np.ones(4)), ValueError, r"5 frequencies.*\(4,"),
    "resample domain": (lambda: signal.resample(U, 3, domain="space"), ValueError, "'time', 'freq', got 'space'"),
    "resample_poly rate": (lambda: signal.resample_poly(U, 3, 0.5), ValueError, "at least 1, got 3 and 0.5"),
    "resample_poly padtype": (lambda: signal.resample_poly(U, 3, 2, padtype="zero"), ValueError, "got 'zero'"),
    "resample_poly cval": (lambda: signal.resample_poly(U, 3, 2, padtype="edge", cval=1.0), ValueError, "got 'edge'"),
    "resample_poly window": (lambda: signal.resample_poly(U, 3, 2, window=T), ValueError, r"one dimension.*\(3, 4\)"),
    "einsum lengths": (lambda: np.einsum("ii->i", T[:0]), ValueError, r"'ii' take axes of one length.*got \(0, 4\)"),
    "einsum sizes": (lambda: np.einsum("ij,jk", T, T), ValueError, "; a letter stands for one size in all operands"),
    "einsum operands": (lambda: np.einsum("i,j", U), ValueError, "'i,j' name 2 operands, got 1"),
    "einsum label below 0": (lambda: np.einsum(T, [-1, 5]), ValueError, "einsum must be .* at least 0, got -1"),
    "einsum label of 52": (lambda: np.einsum(T, [0, 52]), ValueError, "einsum has the labels 0 to 51, got 52"),
    "einsum label of a truth": (lambda: np.einsum(T, [True, 0]), TypeError, "label of einsum .* integer .*got True"),
    "put": (lambda: np.put(U * 1, [1, -6], 1.0), IndexError, "index -6 is out of bounds for 5 elements"),
    "put into nothing": (lambda: np.put(U[:0], [0], 1.0, "clip"), IndexError, "index 0 .* for 0 elements"),
    "put_along_axis": (lambda: np.put_along_axis(T, np.array([0]), 1.0, 0), ValueError, "takes .* 2 axes"),
    "put_along_axis of all": (lambda: np.put_along_axis(T, np.array([[0]]), 1.0, None), ValueError, "None takes"),
    "tensordot": (lambda: np.tensordot(T, U, 1), ValueError, r"\(3, 4\) and \(5,\) over axes \[1\] and \[0\]: lengths"),
    "geomspace": (lambda: np.geomspace(U[0] * 0, 1), ValueError, "cannot start or stop at 0"),
    "cumulative_sum": (lambda: np.cumulative_sum(T), ValueError, r"more than one dimension, got shape \(3, 4\)"),
    "convolve mode": (lambda: np.convolve(U, U, "half"), ValueError, "mode must be one of 'full', .*, got 'half'"),
    "correlate mode": (lambda: np.correlate(U, U, "half"), ValueError, "mode must be one of 'full', .*, got 'half'"),
    "an option of NumPy's": (lambda: np.sort(U, order="f"), NoDerivativeError, "sort with order='f'.*options axis"),
    "pad mode": (lambda: np.pad(U, 1, "around"), ValueError, "mode='around'.*the modes are constant, edge"),
    "pad keyword": (lambda: np.pad(U, 1, "edge", constant_values=3), ValueError, "mode='edge'.*no constant_values"),
    "average": (lambda: np.average(T, axis=0, weights=U), ValueError, r"shape \(3, 4\).*got \(5,\) for axis=0"),
    "cov": (lambda: np.cov(T[None]), ValueError, r"at most 2 axes, got shape \(1, 3, 4\)"),
    "cov weights": (lambda: np.cov(T, aweights=np.ones(3)), RuntimeError, r"aweights of shape \(4,\).*got \(3,\)"),
    "vander": (lambda: np.vander(T), ValueError, r"vander takes a vector, got shape \(3, 4\)"),
    "open mesh": (lambda: np.ix_(U, T), ValueError, r"ix_ takes vectors, got shape \(3, 4\)"),
    "logarithm of a write": (lambda: np.log(U, where=U > 0), NoDerivativeError, "log with where has no derivative"),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_what_does_not_fit_is_refused_in_words(name: str) -> None:
    call, error, words = REFUSALS[name]
    with pytest.raises(error, match=words):
        call()


X = np.array([0.3, 0.9, 0.5, 0.7])
LOST: dict[str, Callable[[Any], Any]] = {
    "sum": lambda v: np.sum(X * v, initial=v), "prod": lambda v: np.prod(X * v, initial=v),
    "max": lambda v: np.max(X * v, initial=v), "nansum": lambda v: np.nansum(X * v, initial=v),
    "add.reduce": lambda v: np.add.reduce(X * v, initial=v), "std": lambda v: np.std(X * v, ddof=v),
    "var": lambda v: np.var(X * v, correction=v),
    "weights of a quantile": lambda v: np.quantile(X, 0.3, weights=X * v, method="inverted_cdf"),
}


@pytest.mark.parametrize("name", LOST)
def test_an_option_without_a_derivative_is_refused_in_both_modes(name: str) -> None:
    """Its derivative would be left out of the result without a word."""
    f = LOST[name]
    def tangent(v: Any) -> Any:
        return jvp(f, (v,), (1.0,))[1]

    two = np.array([0.5, 0.5])
    for call in (lambda: grad(f)(0.5), lambda: tangent(0.5), lambda: vmap(grad(f))(two), lambda: vmap(tangent)(two),
                 lambda: jvp(vmap(f), (two,), (two,))):
        with pytest.raises(NoDerivativeError, match="no derivative"):
            call()


TWINS = [function for function in ROWS if getattr(registry[function], "__wrapped__", None) is function
         and type(function).__name__ != "MultiUFunc"]  # of which no signature says what they need
TAKE_MORE = {scipy.integrate.odeint, scipy.integrate.quad, scipy.integrate.solve_ivp, scipy.ndimage.gaussian_laplace,
             scipy.ndimage.gaussian_gradient_magnitude, scipy.optimize.curve_fit, scipy.spatial.distance.cdist,
             scipy.spatial.distance.pdist}
"""Functions that hand on the options that they do not know."""


@pytest.mark.parametrize("function", TWINS, ids=public_name)
def test_a_twin_says_which_arguments_it_takes(function: Any) -> None:
    theirs = inspect.signature(function).parameters.values()
    needed = [tensor(np.eye(4)) for p in theirs if p.default is p.empty and p.kind < p.VAR_POSITIONAL]
    with pytest.raises((TypeError, ValueError)) as raised:
        registry[function](*needed or [T], unheard_of=1)
    assert "<lambda>" not in str(raised.value)
    if function not in TAKE_MORE:
        assert re.search(r"(?s)of tensors takes .*: .*unexpected keyword argument 'unheard_of'", str(raised.value))


def test_a_twin_says_so_of_arguments_by_their_place_and_of_foreign_names() -> None:
    with pytest.raises(TypeError, match="logm of tensors takes A: too many positional arguments"):
        linalg.logm(tensor(np.eye(2)), False)
    with pytest.raises(TypeError, match="logsumexp of tensors takes .*'dim'; write axis="):
        special.logsumexp(T, dim=0)


def test_what_is_refused_of_general_matrices_is_what_the_advice_says() -> None:
    a, b = rng.normal(size=(2, 4, 4))
    with pytest.raises(ValueError, match=r"eig of tensors takes no b.*: write eig\(solve\(b, a\)\)"):
        linalg.eig(tensor(a), b)
    with pytest.raises(ValueError, match=r"eigvals of tensors takes no b: write eigvals\(solve\(b, a\)\)"):
        linalg.eigvals(tensor(a), b)
    pencil, expected = (np.array(sorted(values, key=lambda z: (z.imag, z.real))) for values in (
        linalg.eigvals(linalg.solve(b, tensor(a))).numpy(), scipy.linalg.eigvals(a, b)))
    np.testing.assert_allclose(pencil, expected, rtol=1e-9)
    with pytest.raises(ValueError, match=r"gives no left vectors: write .*eig\(a.T\)\[1\]\.conj\(\)$"):
        linalg.eig(tensor(a), left=True)
    values, vectors = linalg.eig(tensor(a).T)
    left = vectors.conj().numpy()
    np.testing.assert_allclose(left.conj().T @ a, values.numpy()[:, None] * left.conj().T, atol=1e-12)
    with pytest.raises(ValueError, match="qr of tensors: mode must be one of 'full', 'r', 'economic', got 'raw'"):
        linalg.qr(tensor(a), mode="raw")


@pytest.mark.parametrize("kind", ["pos", "positive definite"])
def test_no_positive_definite_matrix_is_refused_as_by_scipy(kind: str) -> None:
    a = np.array([[1.0, 2.0], [2.0, 1.0]])
    solve = functools.partial(linalg.solve, b=np.ones(2), assume_a=kind)
    for call in (solve, functools.partial(linalg.inv, assume_a=kind)):
        for refused, x in ((call, tensor(a)), (vmap(call), np.stack([np.eye(2), a]))):
            with pytest.raises(np.linalg.LinAlgError):
                refused(x)
        call(tensor(a + 4 * np.eye(2)))
    with pytest.raises(np.linalg.LinAlgError):
        solve(a)


@pytest.mark.parametrize(("module", "name"), [
    ("scipy.stats", "levy_stable"), ("scipy.signal", "find_peaks"), ("scipy.sparse", "csr_array"),
    ("scipy.sparse.linalg", "eigs"), ("scipy.integrate", "qmc_quad"), ("scipy.interpolate", "griddata"),
    ("scipy.linalg", "ldl"), ("scipy.ndimage", "label"), ("scipy.spatial", "KDTree"), ("scipy.fft", "next_fast_len"),
    ("scipy.spatial.distance", "is_valid_dm"), ("scipy.special", "jn_zeros"),
])
def test_a_function_of_scipys_without_a_twin_is_said_to_have_none(module: str, name: str) -> None:
    twins = importlib.import_module(f"autograd.{module}")
    with pytest.raises(AttributeError, match=rf"'{name}'; {module}.{name} has no twin.*t.numpy\(\), or tensors"):
        getattr(twins, name)
    with pytest.raises(AttributeError, match="no attribute 'there_is_no_such_name'$"):
        _ = twins.there_is_no_such_name


@pytest.mark.parametrize(("module", "name", "instead"), [
    ("signal", "ShortTimeFFT", "signal.stft and signal.istft"), ("interpolate", "griddata", "LinearNDInterpolator"),
    ("interpolate", "pchip_interpolate", "PchipInterpolator"), ("ndimage", "maximum_filter1d", "maximum_filter"),
    ("ndimage", "minimum_filter1d", "minimum_filter"), ("linalg", "rsf2csf", "schur"),
    ("special", "assoc_legendre_p", "lpmv")])
def test_a_function_without_a_twin_names_the_one_that_does_its_work(module: str, name: str, instead: str) -> None:
    twins = importlib.import_module(f"autograd.scipy.{module}")
    with pytest.raises(AttributeError, match=rf"{module}.{name} has no twin.*; {instead}.*; autograd.custom"):
        getattr(twins, name)
    assert hasattr(twins, instead.partition(" ")[0].removeprefix("signal."))
