"""Bases of the range and of the null space of a matrix, and the angles between ranges.

Only a space has a derivative: all its bases are equal, and which of them LAPACK finds says nothing. The tangent of a
basis is that of the space, without a turn within it (Edelman, Arias and Smith 1998): what does not depend on the choice
of the basis, such as the projector `Z @ Z.conj().T`, has its exact derivatives, of any order, at constant rank.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.linalg as sl

from autograd.arrays import one_of
from autograd.declare import differential
from autograd.duck_arrays import Array
from autograd.rules.transposes import H
from autograd.rules.truncation import product_change, turn
from autograd.scipy.twin import twin

from .operands import for_lapack


def cutoff(x: Array, rcond: Any) -> Any:
    """The relative size of singular values up to which they count as 0."""
    return np.finfo(x.dtype).eps * max(x.shape[-2:]) if rcond is None else rcond


def turn_of_kept(t: Array, x: Array, rcond: Any) -> Array:
    """The Y with which the projector onto the right singular vectors that are kept changes, by Y + Y^H."""
    return turn(x, product_change(t, x), cut=cutoff(x, rcond))


left_out: Any = differential(
    sl.null_space, lambda t, x, out, *, rcond, check_finite, lapack_driver: -turn_of_kept(t, x, rcond) @ out)
kept: Any = differential(sl.orth, lambda t, x, out, *, rcond: H(turn_of_kept(H(t), H(x), rcond)) @ out)


@twin(sl.null_space)
def null_space(A: Any, rcond: Any = None, *, overwrite_a: bool = False, check_finite: bool = True,
               lapack_driver: str = "gesdd") -> Any:
    """An orthonormal basis of the x with A x = 0, in columns."""
    one_of("null_space: lapack_driver", lapack_driver, ("gesdd", "gesvd"))
    return left_out(*for_lapack(A), rcond=rcond, check_finite=check_finite, lapack_driver=lapack_driver)


@twin(sl.orth)
def orth(A: Any, rcond: Any = None) -> Any:
    """An orthonormal basis of what A x can be, in columns."""
    return kept(*for_lapack(A), rcond=rcond)


@twin(sl.subspace_angles)
def subspace_angles(A: Any, B: Any) -> Any:
    """The angles, largest first: by their sines where small, else by their cosines (Knyazev and Argentati 2002)."""
    a, b = orth(A), orth(B)
    if a.shape[-2] != b.shape[-2]:
        raise ValueError(f"subspace_angles takes matrices with as many rows, got {a.shape[-2]} and {b.shape[-2]}")
    inner = H(a) @ b
    outside = b - a @ inner if a.shape[-1] >= b.shape[-1] else a - b @ H(inner)
    cosines = np.linalg.svdvals(inner)
    by_sine = np.arcsin(np.clip(np.linalg.svdvals(outside), -1, 1))
    by_cosine = np.arccos(np.clip(cosines[..., ::-1], -1, 1))
    return np.where(cosines**2 >= 0.5, by_sine, by_cosine)
