"""Twins of `scipy.sparse.linalg`: linear systems with a sparse matrix, constant or of tensors."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.sparse.linalg as sl

from autograd.arguments import array_of
from autograd.declare import linear, on_arrays_too
from autograd.duck_arrays import Array
from autograd.scipy.twin import no_twins_but_these, twin
from autograd.tensor.nested import holds_tensors

from .entries import Entries, system
from .iterative import bicg, bicgstab, cg, gmres, minres

__all__ = ["bicg", "bicgstab", "cg", "factorized", "gmres", "minres", "splu", "spsolve"]

__getattr__ = no_twins_but_these(__name__)


def solve(b: Array, *, factors: Any, transposed: bool) -> Array:
    return factors.solve(b, "T" if transposed else "N")


solution: Any = on_arrays_too(linear(
    solve, lambda g, *, factors, transposed: solution(g, factors=factors, transposed=not transposed),
    name="spsolve"))


class Factors:
    """A factored matrix, as SciPy's `splu` gives it, which solves for tensors too."""

    def __init__(self, of_scipy: Any) -> None:
        self._of_scipy = of_scipy
        self._dtype = of_scipy.solve(np.zeros(of_scipy.shape[0], np.float32)).dtype

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):  # also looked up on a copy that has no attributes yet
            raise AttributeError(name)
        return getattr(self._of_scipy, name)

    def solve(self, rhs: Any, trans: str = "N") -> Any:
        """The x with A x = rhs, or A^T x = rhs, or A^H x = rhs, for `trans` "N", "T" and "H"; differentiated in rhs."""
        if not holds_tensors(rhs):
            return self._of_scipy.solve(rhs, trans)
        rhs = array_of(rhs)
        if trans not in ("N", "T", "H") or not np.can_cast(rhs.dtype, self._dtype):
            raise TypeError(f"factors of a {self._dtype} matrix solve with trans 'N', 'T' or 'H' for what it can hold, "
                            f"got {rhs.dtype} and {trans!r}; factor A.astype({rhs.dtype})")
        if trans == "H":
            return np.conj(self.solve(np.conj(rhs), "T"))
        return solution(rhs, factors=self._of_scipy, transposed=trans == "T")


@twin(sl.splu, lambda *args, **options: Factors(sl.splu(*args, **options)))
def splu(A: Any, permc_spec: str | None = None, diag_pivot_thresh: float | None = None, relax: int | None = None,
         panel_size: int | None = None, options: dict[str, Any] | None = None) -> Factors:
    """The factors of a constant sparse matrix, which solve for tensors."""
    raise TypeError("splu takes a constant matrix of SciPy's; np.linalg.solve(A, b) is differentiated in A")


@twin(sl.factorized, lambda A: splu(A.tocsc()).solve)
def factorized(A: Any) -> Any:
    """The function that solves with a constant sparse matrix."""
    return splu(A)


@twin(sl.spsolve, lambda A, b, *options, **named: (
    spsolve_of_tensors(A, b) if isinstance(A, Entries) else sl.spsolve(A, b, *options, **named)))
def spsolve(A: Any, b: Any, permc_spec: str | None = None, use_umfpack: bool = True) -> Any:
    """The x with A x = b, differentiated in b, dense, and in the entries of A if these are tensors.

    A constant A is factored once for all derivatives.
    """
    if isinstance(A, Entries):
        return spsolve_of_tensors(A, b)
    b = one_column_as_a_vector(array_of(b))
    dtype = np.result_type(A.dtype, b.dtype, np.float32)
    return splu(A.tocsc().astype(dtype), permc_spec).solve(b)


def spsolve_of_tensors(A: Entries, b: Any) -> Any:
    b = one_column_as_a_vector(array_of(b))
    if b.ndim not in (1, 2) or A.shape != (len(b), len(b)):
        raise ValueError(f"spsolve takes a square matrix and a right side of as many rows, got {A.shape} and {b.shape}")
    return system(A.data, b, places=A.places)


def one_column_as_a_vector(b: Any) -> Any:
    return b[:, 0] if b.ndim == 2 and b.shape[1] == 1 else b  # as SciPy has it
