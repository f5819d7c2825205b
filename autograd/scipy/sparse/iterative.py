"""Twins of SciPy's iterative solvers of linear systems, with a constant matrix, sparse, dense or a `LinearOperator`.

The solution is linear in b. Its cotangent solves the transposed system by the same solver, to the same tolerance
relative to its own size.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import numpy as np
import scipy.sparse.linalg as sl

from autograd.arguments import array_of
from autograd.arrays import floating
from autograd.declare import linear, on_arrays_too
from autograd.duck_arrays import Array
from autograd.registry import real_only
from autograd.scipy.twin import twin
from autograd.tensor.nested import holds_tensors, values_of

from .entries import Entries


def transposed(operator: Any, hermitian: bool) -> Any:
    """The transpose of a matrix or an operator; a real symmetric one is its own, and need not have an `rmatvec`."""
    if operator is None:
        return None
    operator = sl.aslinearoperator(operator)
    return operator if hermitian and np.dtype(operator.dtype).kind != "c" else operator.T


def iterative(solver: Callable[..., Any], hermitian: bool = False) -> Callable[..., Any]:
    """The twin of a solver `(A, b, x0, **settings)` that gives a solution and how it ended."""
    name = solver.__name__

    def solve(b: Array, *, A: Any, M: Any, x0: Any, settings: dict[str, Any], ended: list[int]) -> Array:
        found, info = solver(A, b, x0, M=M, **settings)
        ended.append(info)
        return np.asarray(found)

    def transpose(g: Array, *, A: Any, M: Any, x0: Any, settings: dict[str, Any], ended: list[int]) -> Any:
        own: list[int] = []
        settings = {name: option for name, option in settings.items() if not name.startswith("callback")}
        found = solution(g, A=transposed(A, hermitian), M=transposed(M, hermitian), x0=None, settings=settings,
                         ended=own)
        if any(own):
            raise np.linalg.LinAlgError(f"{name} did not converge for a cotangent (info={max(own)}), so the gradient "
                                        "is not known; allow for a larger maxiter, or give a preconditioner M")
        return found

    solution: Any = on_arrays_too(linear(solve, transpose, name=name))

    @wraps(solver)
    def definition(A: Any, b: Any, x0: Any = None, *, M: Any = None, **settings: Any) -> Any:
        if isinstance(A, Entries) or holds_tensors(A):
            raise TypeError(f"{name} takes a constant matrix; autograd.scipy.sparse.linalg.spsolve(A, b) and "
                            "np.linalg.solve(A, b) are differentiated in A")
        b, ended = floating(array_of(b)), list[int]()
        if b.shape not in ((A.shape[0],), (A.shape[0], 1)):
            raise ValueError(f"{name} takes one right side of {A.shape[0]} numbers, got shape {b.shape}; "
                             "autograd.vmap solves for many")
        x = solution(b.reshape(-1), A=A, M=M, x0=values_of(x0), settings=settings, ended=ended)
        return x, max(ended)

    return twin(solver)(definition)


cg, minres = iterative(sl.cg, hermitian=True), iterative(sl.minres, hermitian=True)
bicg, bicgstab, gmres = iterative(sl.bicg), iterative(sl.bicgstab), iterative(sl.gmres)
real_only.add(sl.minres)
