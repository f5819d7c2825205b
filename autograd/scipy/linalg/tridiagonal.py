"""Eigenvalues and eigenvectors of real symmetric tridiagonal matrices, given by their diagonals."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.linalg as sl

from autograd.arrays import one_of
from autograd.declare import differential
from autograd.rules.decompositions import eigvalsh_of, hermitian_change
from autograd.scipy.twin import twin

from .decompositions import subset
from .operands import for_lapack

SELECTED: dict[Any, str] = {"a": "all", "v": "value", "i": "index", 0: "all", 1: "value", 2: "index"}
DRIVERS = "auto", "stemr", "stebz", "stev", "stevd"

vectors_of: Any = differential(  # not those of `eigh`: the signs of the vectors are this driver's
    sl.eigh_tridiagonal, lambda t, out, *, lapack_driver="auto": hermitian_change(t, *out),
    name="scipy.eigh_tridiagonal", evaluate=lambda x, *, lapack_driver="auto": tuple(
        sl.eigh_tridiagonal(np.diagonal(x), np.diagonal(x, -1), lapack_driver=lapack_driver)))


@twin(sl.eigh_tridiagonal, real=True)
def eigh_tridiagonal(d: Any, e: Any, eigvals_only: bool = False, select: Any = "a", select_range: Any = None,
                     check_finite: bool = True, tol: float = 0.0, lapack_driver: str = "auto") -> Any:
    """The problem of the matrix with the diagonal d and e beside it; what is selected is part of the whole result."""
    d, e = for_lapack(d, e)
    if d.ndim != 1 or e.shape != (len(d) - 1,) or "c" in (d.dtype.kind, e.dtype.kind):
        raise ValueError("eigh_tridiagonal takes a real diagonal of n numbers and n - 1 beside it, got "
                         f"{d.dtype} {d.shape} and {e.dtype} {e.shape}")
    select = SELECTED.get(select, select)
    one_of("eigh_tridiagonal: select", select, ("all", "value", "index"))
    one_of("eigh_tridiagonal: lapack_driver", lapack_driver, (*DRIVERS, "sterf") if eigvals_only else DRIVERS)
    matrix = np.diag(d) + np.diag(e, 1) + np.diag(e, -1)
    found = (eigvalsh_of(matrix),) if eigvals_only else vectors_of(matrix, lapack_driver=lapack_driver)
    if select != "all":
        by_index, by_value = (select_range, None) if select == "index" else (None, select_range)
        part = subset(found[0], by_index, by_value)
        found = tuple(x[..., part] for x in found)
    return found[0] if eigvals_only else found


@twin(sl.eigvalsh_tridiagonal, real=True)
def eigvalsh_tridiagonal(d: Any, e: Any, select: Any = "a", select_range: Any = None, check_finite: bool = True,
                         tol: float = 0.0, lapack_driver: str = "auto") -> Any:
    """The eigenvalues alone."""
    return eigh_tridiagonal(d, e, True, select, select_range, check_finite, tol, lapack_driver)
