"""Twins of `scipy.linalg`: systems of equations, matrix equations, functions of matrices, decompositions."""

from __future__ import annotations

from autograd.scipy.twin import no_twins_but_these

from .decompositions import eig, eigh, eigvals, eigvalsh, polar, qr, svd, svdvals
from .equations import solve_continuous_lyapunov, solve_discrete_lyapunov, solve_sylvester
from .functions import coshm, cosm, expm, expm_frechet, logm, sinhm, sinm, sqrtm, tanhm, tanm
from .special_matrices import block_diag, circulant, companion, hankel, khatri_rao, toeplitz
from .systems import (
    cho_factor,
    cho_solve,
    cholesky,
    det,
    inv,
    lstsq,
    norm,
    pinv,
    solve,
    solve_banded,
    solve_triangular,
)

__all__ = [
    "block_diag", "cho_factor", "cho_solve", "cholesky", "circulant", "companion", "coshm", "cosm", "det", "eig",
    "eigh", "eigvals", "eigvalsh", "expm", "expm_frechet", "hankel", "inv", "khatri_rao", "logm", "lstsq", "norm",
    "pinv", "polar", "qr", "sinhm", "sinm", "solve", "solve_banded", "solve_continuous_lyapunov",
    "solve_discrete_lyapunov", "solve_sylvester", "solve_triangular", "sqrtm", "svd", "svdvals", "tanhm", "tanm",
    "toeplitz",
]

__getattr__ = no_twins_but_these(__name__)
