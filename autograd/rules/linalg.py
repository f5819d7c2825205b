"""Linear algebra: inverses, systems of equations, Cholesky factors; one matrix or a stack of them.

`t` is the tangent of a matrix. Formulas: Giles (2008), "Collected matrix derivative results
for forward and reverse mode algorithmic differentiation".
"""

from __future__ import annotations

import itertools
import operator
from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np

from autograd.arguments import array_of, arrays_of
from autograd.arrays import floating
from autograd.declare import composite, constant, decided, differential, general, linear, piecewise_constant
from autograd.duck_arrays import Array, as_returned
from autograd.scaling import size_of

from .products import LETTERS, conjugated
from .transposes import H, mT
from .truncation import projected


@cache
def namedtuple_of(function: Any) -> Any:
    """The result type of a linear algebra function, which NumPy does not expose."""
    return type(function(np.eye(1)))


def half(a: Array, lower: bool) -> Array:
    """One triangle with half the diagonal: a Hermitian matrix is the sum of this part and its conjugate transpose."""
    part = np.tril(a) if lower else np.triu(a)
    return part / (1 + np.eye(a.shape[-1], dtype=np.int8))  # the integer type that leaves every float its dtype


def _mirrored(a: Array, *, lower: bool) -> Array:
    part = half(a, lower)
    return part + H(part)


mirrored_of = linear(_mirrored, lambda g, *, lower: half(g + H(g), lower), name="mirrored", operands=("a",))


def mirrored(a: Any, lower: bool = True) -> Any:
    """The Hermitian matrix that NumPy reads in `a`: one triangle, and the real part of the diagonal."""
    if a.ndim < 2 or a.shape[-2] != a.shape[-1]:
        raise np.linalg.LinAlgError(f"a Hermitian matrix is square, got shape {a.shape}")
    return mirrored_of(floating(a), lower=lower)


# --- Inverse and equations -------------------------------------------------------------------------------------------

general(np.linalg.inv, lambda g, out: -mT(out) @ g @ mT(out), lambda t, out: -out @ t @ out)
solve_of = general(
    np.linalg.solve,
    [lambda g, x, y, out: -np.linalg.solve(mT(x), g) @ mT(out), lambda g, x: np.linalg.solve(mT(x), g)],
    [lambda t, x, y, out: -np.linalg.solve(x, t @ out), lambda t, x: np.linalg.solve(x, t)])
pinv_of = differential(
    np.linalg.pinv,
    lambda t, x, out, *, rcond=None, hermitian=False, rtol=None: pinv_change(
        *projected(t, x, out, rtol if rcond is None else rcond), out))
lstsq_of = differential(
    np.linalg.lstsq,
    lambda t, x, y, out, *, rcond=None: inverse_change(t, x, y, out, cutoff(x, rcond)),
    lambda t, x, *, rcond=None: np.linalg.pinv(x, rcond=cutoff(x, rcond)) @ t,
    evaluate=lambda x, y, *, rcond=None: np.linalg.lstsq(x, y, rcond)[0])


def pinv_change(t: Array, x: Array, out: Array) -> Array:
    """The differential of `pinv(x)` at constant rank (Golub and Pereyra 1973)."""
    return (-out @ t @ out + (out @ H(out)) @ H(t - x @ (out @ t)) + H(t - (t @ out) @ x) @ (H(out) @ out))


def inverse_change(t: Array, x: Array, y: Array, out: Array, cut: Any) -> Array:
    """The differential of `pinv(x) @ y` in x, at constant rank (Golub and Pereyra 1973)."""
    inverse = np.linalg.pinv(x, rcond=cut)
    t, x = projected(t, x, inverse, cut)
    scale = size_of(x)  # the square of an inverse of tiny numbers would be infinite
    return (-inverse @ (t @ out) + inverse @ ((scale * H(inverse)) @ (H(t) @ ((y - x @ out) / scale)))
            + H(t - (t @ inverse) @ x) @ (H(inverse) @ out))


def cutoff(x: Array, rcond: Any) -> Any:
    """The relative size below which lstsq treats a singular value as 0; a negative `rcond` means machine precision."""
    eps = np.finfo(x.dtype).eps
    return eps * max(x.shape) if rcond is None else eps / 2 if rcond < 0 else rcond


@composite(np.linalg.solve)
def solve(a: Any, b: Any) -> Any:
    a, b = arrays_of((a, b))
    return solve_of(a, b[:, None])[..., 0] if b.ndim == 1 else solve_of(a, b)


@composite(np.linalg.pinv)
def pinv(a: Any, rcond: Any = None, hermitian: bool = False, **options: Any) -> Any:
    return pinv_of(mirrored(a) if hermitian else a, rcond=rcond, hermitian=hermitian, **options)


@composite(np.linalg.lstsq)
def lstsq(a: Any, b: Any, rcond: Any = None) -> tuple[Any, Any, int, Any]:
    a, b = map(floating, arrays_of((a, b)))
    a, b = (x.astype(np.result_type(x.dtype, a.real.dtype, b.real.dtype)) for x in (a, b))
    columns = b[:, None] if b.ndim == 1 else b
    solution = lstsq_of(a, columns, rcond=rcond)
    sizes = np.linalg.svdvals(a)
    least = cutoff(a, rcond)
    rank = int(decided(lambda sizes: np.sum(sizes > least * sizes[:1]), sizes))
    misfit = np.sum(np.square(np.abs(columns - a @ solution)), axis=0)
    misfit = misfit if rank == a.shape[1] < a.shape[0] else misfit[:0]
    return solution[:, 0] if b.ndim == 1 else solution, misfit, rank, sizes


@composite(np.linalg.tensorinv)
def tensorinv(a: Any, ind: int = 2) -> Any:
    if ind <= 0:
        raise ValueError(f"tensorinv needs ind > 0, got {ind}")
    rows = int(np.prod(a.shape[ind:]))
    return np.linalg.inv(a.reshape(rows, -1)).reshape(*a.shape[ind:], *a.shape[:ind])


@composite(np.linalg.tensorsolve)
def tensorsolve(a: Any, b: Any, axes: Sequence[int] | None = None) -> Any:
    a, b = arrays_of((a, b))
    if axes is not None:
        a = np.moveaxis(a, axes, range(a.ndim - len(axes), a.ndim))
    shape = a.shape[b.ndim :]
    size = int(np.prod(shape))
    if a.size != size**2:
        raise np.linalg.LinAlgError(f"tensorsolve takes an a of shape b.shape + x.shape, with as many x as b, "
                                    f"got {a.shape} and {b.shape}")
    return np.linalg.solve(a.reshape(size, size), b.reshape(-1)).reshape(shape)


# --- Cholesky --------------------------------------------------------------------------------------------------------


def sandwiched(left: Array, x: Array) -> Array:
    """left^-1 x left^-H, by the inverse and two products: two thirds of the time of two systems of equations."""
    inverse = np.linalg.inv(left)
    return inverse @ x @ H(inverse)


cholesky_of = general(
    np.linalg.cholesky,
    lambda g, out: mT(sandwiched(H(out), mT(half(mT(out) @ g, lower=True)))),
    lambda t, out: out @ half(sandwiched(out, t), lower=True))


@composite(np.linalg.cholesky)
def cholesky(a: Any, /, *, upper: bool = False) -> Any:
    whole = mirrored(a, lower=not upper)
    if upper:  # (L*)^T of a = L L^H: where L is real its zeros stay positive, and with them the side of a branch cut
        return np.copy(mT(cholesky_of(conjugated(whole))), order="C")
    return cholesky_of(whole)


# --- Composed of the above, and of products ---------------------------------------------------------------------------


@composite(np.linalg.matrix_power)
def matrix_power(a: Any, n: int) -> Any:
    n = operator.index(n)
    if a.ndim < 2 or a.shape[-2] != a.shape[-1]:
        raise np.linalg.LinAlgError(f"matrix_power takes square matrices, got shape {a.shape}")
    if n <= 0:  # to the power 0 it is the identity, whatever a is
        a, n = np.linalg.inv(a) if n else np.where(True, np.eye(*a.shape[-2:], dtype=a.dtype), a), -n or 1
    half = matrix_power(a, n // 2) if n > 1 else None
    return a if half is None else half @ half if n % 2 == 0 else half @ half @ a


@composite(np.linalg.multi_dot)
def multi_dot(arrays: Sequence[Any], *, out: None = None) -> Any:
    """One contraction of the whole chain, in the cheapest order that einsum finds."""
    if len(arrays) < 2:
        raise ValueError(f"multi_dot needs at least two arrays, got {len(arrays)}")
    if len(arrays) == 2:
        return np.dot(arrays[0], arrays[1])
    shapes = [np.shape(array) for array in arrays]
    if any(a[-1:] != b[-2:][:1] for a, b in itertools.pairwise(shapes)):  # einsum would repeat an axis of length 1
        raise ValueError(f"multi_dot takes matrices, each as wide as the next is high, got {shapes}")
    terms = [LETTERS[i : i + 2] for i in range(len(arrays))]
    terms = [terms[0][2 - np.ndim(arrays[0]) :], *terms[1:-1], terms[-1][: np.ndim(arrays[-1])]]
    outer = terms[0][: np.ndim(arrays[0]) - 1] + terms[-1][1 : np.ndim(arrays[-1])]
    return np.einsum(",".join(terms) + "->" + outer, *arrays, out=out)


@composite(np.linalg.cond)
def cond(x: Any, p: Any = None) -> Any:
    x = array_of(x)
    if 0 in x.shape[-2:]:
        raise np.linalg.LinAlgError(f"cond is not defined on empty arrays, got shape {x.shape}")
    if p in (None, 2, -2):
        s = np.linalg.svdvals(x)
        with np.errstate(all="ignore"):
            ratio = s[..., -1] / s[..., 0] if p == -2 else s[..., 0] / s[..., -1]
        return np.where(np.isnan(ratio) & ~np.any(np.isnan(x), axis=(-2, -1)), np.inf, ratio)[()]
    dtype = x.real.dtype if x.dtype.kind in "fc" else np.dtype(float)
    x = x.astype(np.result_type(x.dtype, float))
    singular = piecewise_constant(lambda x: np.linalg.slogdet(x)[0] == 0)(x)
    inverse = np.linalg.inv(np.where(singular[..., None, None], np.eye(x.shape[-1]), x))
    product = np.linalg.matrix_norm(x, ord=p) * np.linalg.matrix_norm(inverse, ord=p)
    return as_returned(np.where(singular, np.inf, product).astype(dtype))


@composite(np.linalg.trace)
def trace(x: Any, /, *, offset: int = 0, dtype: Any = None) -> Any:
    return np.trace(x, offset, -2, -1, dtype=dtype)


@composite(np.linalg.diagonal)
def diagonal(x: Any, /, *, offset: int = 0) -> Any:
    return np.diagonal(x, offset, -2, -1)


@composite(np.linalg.outer)
def outer(x1: Any, x2: Any, /) -> Any:
    if np.ndim(x1) != 1 or np.ndim(x2) != 1:
        raise ValueError(f"np.linalg.outer takes two vectors, got {np.ndim(x1)} and {np.ndim(x2)} axes; write np.outer")
    return np.outer(x1, x2)


@composite(np.linalg.cross)
def cross(x1: Any, x2: Any, /, *, axis: int = -1) -> Any:
    if np.shape(x1)[axis] != 3 or np.shape(x2)[axis] != 3:
        raise ValueError(f"np.linalg.cross takes vectors of length 3, got shapes {np.shape(x1)} and {np.shape(x2)}")
    return np.cross(x1, x2, axis=axis)


composite(np.linalg.matmul)(np.matmul)
composite(np.linalg.vecdot)(np.vecdot)
composite(np.linalg.tensordot)(np.tensordot)
composite(np.linalg.matrix_transpose)(np.matrix_transpose)
constant(np.linalg.matrix_rank)
