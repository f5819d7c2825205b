"""Twins of the functions of `scipy.special` that are no ufuncs; SciPy's ufuncs are here too, as they are."""

from __future__ import annotations

from math import log, pi
from typing import Any

import numpy as np

from autograd.arrays import plain_array
from autograd.calling import arrays_of
from autograd.numpy_protocol import plain
from autograd.registry import real_only
from autograd.rules.activations import log_softmax as log_softmax_of
from autograd.rules.activations import softmax as softmax_of
from autograd.rules.closed import elementwise
from autograd.rules.special.ufuncs import special as sc
from autograd.tensor import Tensor

from .twin import twin

Array = Any


def __getattr__(name: str) -> Any:
    if not isinstance(function := getattr(sc, name, None), np.ufunc):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return function


@twin(sc.logsumexp)
def logsumexp(a: Any, axis: Any = None, b: Any = None, keepdims: bool = False, return_sign: bool = False) -> Any:
    """log |sum b exp(a)|, and its sign."""
    a, b = (*arrays_of((a,)), 1.0) if b is None else arrays_of((a, b))
    a = a.astype(np.result_type(a, b), copy=False)
    top = plain(np.max)(a, axis=axis, keepdims=True, initial=-np.inf)
    top = np.where(np.isfinite(top), top, 0)
    total = np.sum(b * np.exp(a - top), axis=axis, keepdims=True)
    sign = np.sign(total) if return_sign else 1.0
    out = np.log(np.where(total == 0, 1, np.abs(total) if return_sign else total))
    out = np.where(total == 0, -np.inf, out) + top
    if not keepdims:
        out, sign = np.squeeze(out, axis=axis), np.squeeze(sign, axis=axis) if return_sign else sign
    return (out, sign) if return_sign else out


@twin(sc.softmax)
def softmax(x: Any, axis: Any = None) -> Any:
    return softmax_of(x, axis=tuple(range(x.ndim)) if axis is None else axis)


@twin(sc.log_softmax)
def log_softmax(x: Any, axis: Any = None) -> Any:
    return log_softmax_of(x, axis=tuple(range(x.ndim)) if axis is None else axis)


@twin(sc.polygamma)
def polygamma(n: Any, x: Any) -> Any:
    """psi^(n)(x) = (-1)^(n+1) n! zeta(n + 1, x)."""
    n = n.detach() if isinstance(n, Tensor) else plain_array(n)
    scaled = (-1.0) ** (n + 1) * sc.gamma(n + 1.0) * sc.zeta(np.maximum(n, 1) + 1.0, x)
    return np.where(np.equal(n, 0), sc.psi(x), scaled)


@twin(sc.multigammaln)
def multigammaln(a: Any, d: int) -> Any:
    """d (d-1)/4 log pi + sum_j gammaln(a - j/2)."""
    (a,) = arrays_of((a,))
    return d * (d - 1) / 4 * log(pi) + np.sum(sc.gammaln(a[..., None] - np.arange(d) / 2), axis=-1)


real_only.update((sc.polygamma, sc.multigammaln))

# --- Spherical Bessel functions: f_n' = f_(n-1) - (n+1)/z f_n, with signs that differ from kind to kind ---------------


def spherical(function: Any, below: float, first: float) -> Any:
    """`below` is the sign of f_(n-1); at n = 0 the derivative is `first` times f_1."""

    def slope(n: Array, z: Array, out: Array) -> Array:
        lower = below * apply(np.maximum(n - 1, 0), z) - (n + 1) / z * out
        return np.where(np.equal(n, 0), first * apply(1, z), lower)

    primitive = elementwise(function, None, slope, operands=("n", "z"))

    def definition(n: Any, z: Any, derivative: bool = False) -> Any:
        out, (n,) = primitive(n, z), arrays_of((n,))
        return slope(n, z, out).astype(out.dtype, copy=False) if derivative else out

    apply = twin(function)(definition)
    return apply


spherical_jn, spherical_yn = spherical(sc.spherical_jn, 1, -1), spherical(sc.spherical_yn, 1, -1)
spherical_in, spherical_kn = spherical(sc.spherical_in, 1, 1), spherical(sc.spherical_kn, -1, -1)
