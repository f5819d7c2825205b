"""Twins of the functions of `scipy.special` that are not ufuncs; SciPy's ufuncs are here too, unchanged."""

from __future__ import annotations

from collections.abc import Callable
from itertools import accumulate
from math import comb as comb_of
from math import log, pi, prod
from operator import index
from typing import Any

import numpy as np

from autograd import tree
from autograd.arguments import array_of, arrays_of
from autograd.arrays import integer, plain_array
from autograd.boundary import as_plain_array
from autograd.declare import piecewise_constant
from autograd.duck_arrays import Array, add_all, as_returned
from autograd.rules.activations import log_softmax as log_softmax_of
from autograd.rules.activations import softmax as softmax_of
from autograd.rules.closed import elementwise
from autograd.rules.special.orthogonal import gegenbauer
from autograd.rules.special.ufuncs import special as sc
from autograd.tensor import Tensor
from autograd.tensor.nested import values_of

from .precision import result_dtype
from .twin import no_twins_but_these, twin


def __getattr__(name: str) -> Any:
    function = getattr(sc, name, None)
    return function if isinstance(function, np.ufunc) else no_twins(name)


no_twins = no_twins_but_these(__name__, **dict.fromkeys(
    ("assoc_legendre_p", "assoc_legendre_p_all"), "lpmv(m, n, z) is the same for -1 < z < 1, without norm; "))


@twin(sc.logsumexp)
def logsumexp(a: Any, axis: Any = None, b: Any = None, keepdims: bool = False, return_sign: bool = False) -> Any:
    """log |sum b exp(a)|, and its sign; of complex numbers the principal value."""
    weighted = b is not None
    a, b = arrays_of((a, b)) if weighted else (array_of(a), 1.0)
    dtype = np.result_type(a, b)
    a = a.astype(dtype if dtype.kind in "fc" else np.float64, copy=False)
    counted = np.where(b == 0, -np.inf, np.real(a)) if weighted else np.real(a)
    top = piecewise_constant(np.max)(counted, axis=axis, keepdims=True, initial=-np.inf)
    top = np.where(np.isfinite(top), top, 0)
    exponents = a - top
    if weighted:  # elements of weight 0 may overflow
        limit = 0.9 * float(np.log(np.finfo(exponents.dtype).max))
        exponents = np.where((b == 0) & ~(np.real(exponents) <= limit), limit, exponents)
    total = np.sum(b * np.exp(exponents), axis=axis, keepdims=True)
    sign = np.sign(total) if return_sign else 1.0
    known = total != 0 if return_sign or dtype.kind == "c" else total > 0
    out = np.log(np.where(known, np.abs(total) if return_sign else total, 1))
    out = np.where(total == 0, -np.inf, np.where(known, out, np.nan)) + top
    if not keepdims:
        out, sign = np.squeeze(out, axis=axis), np.squeeze(sign, axis=axis) if return_sign else sign
    return (as_returned(out), as_returned(sign)) if return_sign else as_returned(out)


softmax = twin(sc.softmax)(lambda x, axis=None: softmax_of(x, axis))
log_softmax = twin(sc.log_softmax)(lambda x, axis=None: log_softmax_of(x, axis))


@twin(sc.polygamma, real=True)
def polygamma(n: Any, x: Any) -> Any:
    """psi^(n)(x) = (-1)^(n+1) n! zeta(n + 1, x)."""
    n = n.detach() if isinstance(n, Tensor) else plain_array(n)
    scaled = (-1.0) ** (n + 1) * sc.gamma(n + 1.0) * sc.zeta(np.maximum(n, 1) + 1.0, x)
    return np.where(np.equal(n, 0), sc.psi(x), scaled)


@twin(sc.multigammaln, real=True)
def multigammaln(a: Any, d: int) -> Any:
    """d (d-1)/4 log pi + sum_j gammaln(a - j/2)."""
    a = array_of(a)
    if np.any(values_of(a) <= (d - 1) / 2):
        raise ValueError(f"multigammaln of {d} dimensions takes a greater than {(d - 1) / 2}, got {values_of(a)}")
    return d * (d - 1) / 4 * log(pi) + np.sum(sc.gammaln(a[..., None] - np.arange(d) / 2), axis=-1)

# --- Numbers of choices, between whole numbers by the gamma function --------------------------------------------------


def refuse_exact(name: str, exact: Any) -> None:
    if exact:
        raise ValueError(f"{name}(exact=True) is a whole number of Python's, and has no derivative: leave exact out, "
                         "or pass numbers, such as t.item()")


def where_possible(n: Array, k: Array, count: Array) -> Array:
    """0 where more are chosen than there are, or less than none."""
    return as_returned(np.where((k <= n) & (n >= 0) & (k >= 0), count, 0))


@twin(sc.comb, real=True)
def comb(N: Any, k: Any, *, exact: bool = False, repetition: bool = False) -> Any:
    """N! / (k! (N - k)!)."""
    refuse_exact("comb", exact)
    N, k = arrays_of((N, k))
    if repetition:
        return as_returned(np.where((k == 0) & (N >= 0), 1, sc.binom(N + k - 1, k)))
    return where_possible(N, k, sc.binom(N, k))


@twin(sc.perm, real=True)
def perm(N: Any, k: Any, exact: bool = False) -> Any:
    """N! / (N - k)!."""
    refuse_exact("perm", exact)
    N, k = arrays_of((N, k))
    return where_possible(N, k, sc.poch(N - k + 1, k))


@twin(sc.factorial)
def factorial(n: Any, exact: bool = False, extend: str = "zero") -> Any:
    """Gamma(n + 1), and 0 below 0 unless this is to `extend` it to complex numbers."""
    refuse_exact("factorial", exact)
    n = array_of(n)
    if extend == "complex":
        return np.where(n == -1, np.nan, sc.gamma(n + 1))
    if extend != "zero" or n.dtype.kind == "c":
        raise ValueError(f"factorial takes extend='zero', for real numbers, or 'complex', got {extend!r} and {n.dtype}")
    return as_returned(np.where(n < 0, 0, sc.gamma(np.where(n < 0, 0, n) + 1)).astype(np.float64))

# --- Spherical Bessel functions: (2n + 1) f_n' = n f_(n-1) - (n + 1) f_(n+1), with signs that differ by kind ----------


def spherical(function: Any, below: float, above: float) -> Any:
    """`below` is the sign of f_(n-1), `above` that of f_(n+1); neither is divided by z, which may be 0."""

    def slope(n: Array, z: Array) -> Array:
        lower = np.where(np.equal(n, 0), 0, below * n * apply(np.maximum(n - 1, 0), z))
        return (lower + above * (n + 1) * apply(n + 1, z)) / (2 * n + 1)

    primitive = elementwise(function, None, slope, operands=("n", "z"))

    def definition(n: Any, z: Any, derivative: bool = False) -> Any:
        out, n = primitive(n, z), array_of(n)
        return slope(n, z).astype(out.dtype, copy=False) if derivative else out

    apply = twin(function)(definition)
    return apply


spherical_jn, spherical_yn = spherical(sc.spherical_jn, 1, -1), spherical(sc.spherical_yn, 1, -1)
spherical_in, spherical_kn = spherical(sc.spherical_in, 1, 1), spherical(sc.spherical_kn, -1, -1)

# --- Derivatives of cylinder functions, whose slope is (below f_(v-1) + above f_(v+1)) / 2 ----------------------------


def nth_derivative(function: Any, of: Any, below: int, above: int) -> Any:
    def definition(v: Any, z: Any, n: int = 1) -> Any:
        n = integer(f"{function.__name__}: n", n, 0)
        if not n:
            return of(v, z)
        orders, counts = array_of(v) - n, [comb_of(n, i) * below ** (n - i) * above**i for i in range(n + 1)]
        return add_all([count * of(orders + 2 * i, z) for i, count in enumerate(counts)]) / 2**n

    return twin(function)(definition)


jvp, yvp = nth_derivative(sc.jvp, sc.jv, 1, -1), nth_derivative(sc.yvp, sc.yv, 1, -1)
ivp, kvp = nth_derivative(sc.ivp, sc.iv, 1, 1), nth_derivative(sc.kvp, sc.kv, -1, -1)
h1vp, h2vp = nth_derivative(sc.h1vp, sc.hankel1, 1, -1), nth_derivative(sc.h2vp, sc.hankel2, 1, -1)

# --- Legendre's functions, and spherical harmonics --------------------------------------------------------------------


def up_to(diff_n: int, derivative: Callable[[int], Array]) -> Array:
    """The derivatives of order 0 to diff_n along a first axis, as SciPy gives them."""
    return np.stack([derivative(k) for k in range(integer("diff_n", diff_n, 0) + 1)])


def integers(name: str, *given: Any) -> list[Array]:
    """Degrees and orders, which are arrays of integers."""
    arrays = [as_plain_array(x) for x in given]
    if any(x.dtype.kind not in "iu" for x in arrays):
        raise TypeError(f"{name} takes degrees and orders of an integer dtype, got "
                        f"{', '.join(str(x.dtype) for x in arrays)}")
    return arrays


@twin(sc.legendre_p, real=True)
def legendre_p(n: Any, z: Any, *, diff_n: int = 0) -> Any:
    """The polynomials P_n(z); the k-th derivative is (2k - 1)!! C_(n-k) of Gegenbauer's with alpha k + 1/2."""
    z, (n,) = array_of(z), integers("legendre_p", n)
    if np.any(n < 0):
        raise ValueError(f"legendre_p of tensors takes degrees of 0 or more, got {n}; P_n is P_(-n-1)")
    return up_to(diff_n, lambda k: prod(range(1, 2 * k, 2)) * gegenbauer(n - k, z, k + 0.5) if k
                 else sc.eval_legendre(n, z)).astype(result_dtype(sc.legendre_p, n, z), copy=False)


@twin(sc.legendre_p_all, real=True)
def legendre_p_all(n: Any, z: Any, *, diff_n: int = 0) -> Any:
    """P_0(z) to P_n(z), along the axis after that of the derivatives."""
    z = array_of(z)
    degrees = np.arange(integer("legendre_p_all: n", n, 0) + 1)
    found = legendre_p(degrees.reshape((-1,) + (1,) * z.ndim), z, diff_n=diff_n)
    return found.astype(result_dtype(sc.legendre_p_all, 0, z), copy=False)


def ladder(function: Callable[..., Array]) -> Callable[..., Array]:
    """The derivative of a spherical function in theta, by those of the neighbouring orders."""

    def slope(n: Array, m: Array, theta: Array) -> Array:
        up, down = (np.sqrt(np.maximum((n - sign * m) * (n + sign * m + 1), 0)) for sign in (1, -1))
        return (up * function(n, m + 1, theta) - down * function(n, m - 1, theta)) / 2

    return slope


def polar(n: Array, m: Array, theta: Array) -> Array:
    return sph_legendre_p(n, m, theta)[0]


polar_operation = elementwise(sc.sph_legendre_p, None, None, lambda n, m, theta: ladder(polar)(n, m, theta),
                              evaluate=lambda *given: sc.sph_legendre_p(*given)[0], operands=("n", "m", "theta"))


@twin(sc.sph_legendre_p, real=True)
def sph_legendre_p(n: Any, m: Any, theta: Any, *, diff_n: int = 0) -> Any:
    """The part of a spherical harmonic in theta: Y_n^m(theta, 0)."""
    theta, (n, m) = array_of(theta), integers("sph_legendre_p", n, m)
    derivatives = accumulate(range(integer("diff_n", diff_n, 0)), lambda f, _: ladder(f), initial=polar_operation)
    found = np.stack([f(n, m, theta) for f in derivatives])
    return found.astype(result_dtype(sc.sph_legendre_p, n, m, theta), copy=False)


@twin(sc.sph_legendre_p_all, real=True)
def sph_legendre_p_all(n: Any, m: Any, theta: Any, *, diff_n: int = 0) -> Any:
    """Those of degrees 0 to n and orders 0 to m, -m to -1."""
    theta = array_of(theta)
    found = sph_legendre_p(*degrees_and_orders(n, m, theta.ndim), theta, diff_n=diff_n)
    return found.astype(result_dtype(sc.sph_legendre_p_all, 0, 0, theta), copy=False)


@twin(sc.sph_harm_y, real=True)
def sph_harm_y(n: Any, m: Any, theta: Any, phi: Any, *, diff_n: int = 0) -> Any:
    """Y_n^m(theta, phi) = sph_legendre_p(n, m, theta) exp(i m phi); with diff_n the gradient and the Hessian, too."""
    diff_n = integer("sph_harm_y: diff_n", diff_n, 0)
    if diff_n > 2:
        raise ValueError(f"sph_harm_y has the derivatives of order 0, 1 and 2, got diff_n={diff_n}")
    (n, m), (theta, phi) = integers("sph_harm_y", n, m), arrays_of((theta, phi))
    polar, turn = sph_legendre_p(n, m, theta, diff_n=diff_n), np.exp(1j * (m * phi))
    dtype = result_dtype(sc.sph_harm_y, n, m, theta, phi)

    def derivative(in_theta: int, in_phi: int) -> Array:
        return (polar[in_theta] * ((1j * m) ** in_phi * turn)).astype(dtype, copy=False)

    found = [derivative(0, 0)]
    if diff_n > 0:
        found.append(np.stack([derivative(1, 0), derivative(0, 1)], axis=-1))
    if diff_n > 1:
        mixed = derivative(1, 1)
        found.append(np.stack([np.stack([derivative(2, 0), mixed], -1), np.stack([mixed, derivative(0, 2)], -1)], -2))
    return tuple(found) if diff_n else found[0]


@twin(sc.sph_harm_y_all, real=True)
def sph_harm_y_all(n: Any, m: Any, theta: Any, phi: Any, *, diff_n: int = 0) -> Any:
    """Those of degrees 0 to n and orders 0 to m, -m to -1."""
    theta, phi = arrays_of((theta, phi))
    found = sph_harm_y(*degrees_and_orders(n, m, max(theta.ndim, phi.ndim)), theta, phi, diff_n=diff_n)
    dtype = result_dtype(sc.sph_harm_y_all, 0, 0, theta, phi)
    return tree.map(lambda x: x.astype(dtype, copy=False), found)


def degrees_and_orders(n: Any, m: Any, dimensions: int) -> tuple[Array, Array]:
    """0 to n along a first axis and 0 to m, -m to -1 along a second."""
    n, m = integer("the degree n", n, 0), abs(index(m))
    ones = (1,) * dimensions
    return np.arange(n + 1).reshape(-1, 1, *ones), np.r_[: m + 1, -m:0].reshape(1, -1, *ones)
