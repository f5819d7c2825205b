"""Schur's decomposition A = Z T Z^H, a triangular T and a unitary Z."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.linalg as sl

from autograd.arrays import one_of
from autograd.declare import decided, differential
from autograd.duck_arrays import Array
from autograd.rules.decompositions import over_gaps
from autograd.rules.transposes import H
from autograd.scipy.precision import at_least
from autograd.scipy.twin import twin

from .operands import for_lapack


def schur_change(t: Array, out: tuple[Array, Array]) -> tuple[Array, Array]:
    """dZ = Z K and dT = Z^H dA Z + T K - K T, where K is antihermitian with a diagonal of 0.

    dT is 0 below the diagonal, which determines K there: in the basis of the eigenvectors of T, a triangular matrix as
    well, it is a quotient by differences of eigenvalues, nan where two of them are equal.
    """
    triangular, z = out
    values, change = np.linalg.diagonal(triangular), H(z) @ t @ z
    basis = np.linalg.eig(triangular)[1]
    below = np.tril(over_gaps(np.linalg.solve(basis, change @ basis), values), -1)
    below = np.tril(basis @ below @ np.linalg.inv(basis), -1)
    below = below if z.dtype.kind == "c" else np.real(below)
    turn = below - H(below)
    return np.triu(change + triangular @ turn - turn @ triangular), z @ turn


def is_triangular(x: Array) -> bool:
    return not np.any(np.tril(x, -1))


def on_values(a: Array, **options: Any) -> tuple[Array, Array]:
    """SciPy's decomposition without the number of eigenvalues that were sorted to the front."""
    triangular, z, *_ = sl.schur(a, **options)
    return triangular, z


decomposition: Any = differential(
    sl.schur, lambda t, out, *, sort=None, check_finite=True: schur_change(t, out), evaluate=on_values, operands=("a",))


@twin(sl.schur)
def schur(a: Any, output: str = "real", lwork: Any = None, overwrite_a: bool = False, sort: Any = None,
          check_finite: bool = True) -> Any:
    """T and Z, and with `sort` the number of sorted eigenvalues. Complex columns of Z are unique only up to a phase.

    Raises `ValueError` for the real form of a matrix with complex eigenvalues, whose T is not triangular.
    """
    one_of("schur: output", output, ("real", "complex", "r", "c"))
    (a,) = for_lapack(a)
    if output in ("complex", "c"):
        (a,) = at_least(np.complex64, a)
    triangular, z = decomposition(a, sort=sort, check_finite=check_finite)
    if not decided(is_triangular, triangular):
        raise ValueError("schur of tensors gives a triangular form, and this matrix has complex eigenvalues: write "
                         "output='complex'")
    if sort is None:
        return triangular, z
    return triangular, z, decided(lambda a: sl.schur(a, sort=sort)[2], a)
