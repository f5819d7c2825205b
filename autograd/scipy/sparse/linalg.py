"""Twins of `scipy.sparse.linalg`: linear systems with a constant sparse matrix."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.sparse.linalg as sl

from autograd.arguments import array_of
from autograd.declare import linear, on_arrays_too
from autograd.scipy.twin import no_twins_but_these, twin

Array = Any

__getattr__ = no_twins_but_these(__name__)


def solve(b: Array, *, factors: Any, transposed: bool) -> Array:
    return factors.solve(b, "T" if transposed else "N")


solution: Any = on_arrays_too(linear(
    solve, lambda g, *, factors, transposed: solution(g, factors=factors, transposed=not transposed),
    name="spsolve"), solve)


@twin(sl.spsolve)
def spsolve(A: Any, b: Any, permc_spec: str | None = None, use_umfpack: bool = True) -> Any:
    """The x with A x = b for a constant A, factored once for all derivatives; differentiated in b, dense."""
    b = array_of(b)
    b = b[:, 0] if b.ndim == 2 and b.shape[1] == 1 else b  # as SciPy has it: one column gives a vector
    dtype = np.result_type(A.dtype, b.dtype, np.float32)
    factors = sl.splu(A.tocsc().astype(dtype), permc_spec)
    return solution(b.astype(dtype), factors=factors, transposed=False)
