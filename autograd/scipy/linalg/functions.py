"""Functions of matrices: f([[A, E], [0, A]]) has the change of f(A) along E as its upper right block."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import scipy.linalg as sl

from autograd.arrays import one_of
from autograd.declare import general
from autograd.duck_arrays import Array
from autograd.rules.transposes import mT
from autograd.scipy.precision import at_least
from autograd.scipy.twin import twin

from .equations import sylvester
from .operands import for_lapack, of_one_stack


def with_change(x: Array, t: Array) -> Array:
    """[[x, t], [0, x]] of each matrix and its tangent."""
    return np.concatenate([np.concatenate([x, t], -1), np.concatenate([np.zeros_like(x), x], -1)], -2)


def matrix_function(function: Callable[..., Any]) -> Callable[..., Any]:
    """A twin whose differential is a block of f of a matrix twice the size (Mathias 1996); its transpose uses A^T."""

    def change(x: Array, t: Array) -> Array:
        return apply(with_change(x, t))[..., : x.shape[-1], x.shape[-1] :]

    primitive = general(function, lambda g, x: change(mT(x), g), lambda t, x: change(x, t), name=function.__name__)
    apply = twin(function)(lambda A: primitive(*for_lapack(A)))
    return apply


expm, logm_off_the_cut = matrix_function(sl.expm), matrix_function(sl.logm)
sinm, cosm, tanm = matrix_function(sl.sinm), matrix_function(sl.cosm), matrix_function(sl.tanm)
sinhm, coshm, tanhm = matrix_function(sl.sinhm), matrix_function(sl.coshm), matrix_function(sl.tanhm)


# The root solves x x = a, so that its change solves x dx + dx x = da.
root: Any = general(sl.sqrtm, lambda g, out: sylvester(mT(out), mT(out), g), lambda t, out: sylvester(out, out, t))
sqrtm = twin(sl.sqrtm)(lambda A: root(*for_lapack(A)))
# A negative eigenvalue lies on the cut, where one that stands twice in a block may fall on both sides; no root's does.
# The root is taken in the precision of the result, which is double.
logm = twin(sl.logm)(lambda A: 2 * logm_off_the_cut(sqrtm(*at_least(np.float64, A))))


@twin(sl.expm_frechet)
def expm_frechet(A: Any, E: Any, method: Any = None, compute_expm: bool = True, check_finite: bool = True) -> Any:
    one_of("expm_frechet: method", method, (None, "SPS", "blockEnlarge"))
    A, E = of_one_stack(*at_least(np.float64, A, E))
    size = A.shape[-1]
    block = expm(with_change(A, E))[..., :size, :]
    if not compute_expm:
        return block[..., size:]
    exponential = block[..., :size] if A.dtype.kind == "c" else np.real(block[..., :size])
    return exponential, block[..., size:]
