"""Twins of the functions of `scipy.special` that are not ufuncs; SciPy's ufuncs are here too, unchanged."""

from __future__ import annotations

from math import comb as comb_of
from math import log, pi
from typing import Any

import numpy as np

from autograd.arguments import array_of, arrays_of
from autograd.arrays import integer, plain_array
from autograd.declare import piecewise_constant
from autograd.duck_arrays import Array
from autograd.registry import real_only
from autograd.rules.activations import log_softmax as log_softmax_of
from autograd.rules.activations import softmax as softmax_of
from autograd.rules.closed import elementwise
from autograd.rules.special.ufuncs import special as sc
from autograd.tensor import Tensor
from autograd.tensor.nested import values_of
from autograd.tree import add_all

from .twin import no_twins_but_these, twin


def __getattr__(name: str) -> Any:
    function = getattr(sc, name, None)
    return function if isinstance(function, np.ufunc) else no_twins_but_these(__name__)(name)


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
    return (out, sign) if return_sign else out


softmax = twin(sc.softmax)(lambda x, axis=None: softmax_of(x, axis))
log_softmax = twin(sc.log_softmax)(lambda x, axis=None: log_softmax_of(x, axis))


@twin(sc.polygamma)
def polygamma(n: Any, x: Any) -> Any:
    """psi^(n)(x) = (-1)^(n+1) n! zeta(n + 1, x)."""
    n = n.detach() if isinstance(n, Tensor) else plain_array(n)
    scaled = (-1.0) ** (n + 1) * sc.gamma(n + 1.0) * sc.zeta(np.maximum(n, 1) + 1.0, x)
    return np.where(np.equal(n, 0), sc.psi(x), scaled)


@twin(sc.multigammaln)
def multigammaln(a: Any, d: int) -> Any:
    """d (d-1)/4 log pi + sum_j gammaln(a - j/2)."""
    a = array_of(a)
    if np.any(values_of(a) <= (d - 1) / 2):
        raise ValueError(f"multigammaln of {d} dimensions takes a greater than {(d - 1) / 2}, got {values_of(a)}")
    return d * (d - 1) / 4 * log(pi) + np.sum(sc.gammaln(a[..., None] - np.arange(d) / 2), axis=-1)


real_only.update((sc.polygamma, sc.multigammaln))

# --- Numbers of choices, between whole numbers by the gamma function --------------------------------------------------


def refuse_exact(name: str, exact: Any) -> None:
    if exact:
        raise ValueError(f"{name}(exact=True) is a whole number of Python's, and has no derivative: leave exact out, "
                         "or pass numbers, such as t.item()")


def where_possible(n: Array, k: Array, count: Array) -> Array:
    """0 where more are chosen than there are, or less than none."""
    return np.where((k <= n) & (n >= 0) & (k >= 0), count, 0)


@twin(sc.comb)
def comb(N: Any, k: Any, *, exact: bool = False, repetition: bool = False) -> Any:
    """N! / (k! (N - k)!)."""
    refuse_exact("comb", exact)
    N, k = arrays_of((N, k))
    if repetition:
        return np.where((k == 0) & (N >= 0), 1, sc.binom(N + k - 1, k))
    return where_possible(N, k, sc.binom(N, k))


@twin(sc.perm)
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
    return np.where(n < 0, 0, sc.gamma(np.where(n < 0, 0, n) + 1)).astype(np.float64)


real_only.update((sc.comb, sc.perm))

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
