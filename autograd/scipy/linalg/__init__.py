"""Twins of `scipy.linalg`: systems of equations, matrix equations, functions of matrices, decompositions."""

from autograd.scipy.twin import no_twins_but_these

from .decompositions import eig, eigh, eigvals, eigvalsh, orthogonal_procrustes, polar, qr, rq, svd, svdvals
from .equations import solve_continuous_lyapunov, solve_discrete_lyapunov, solve_sylvester
from .factorizations import lu, lu_factor, lu_solve
from .functions import coshm, cosm, expm, expm_frechet, logm, sinhm, sinm, sqrtm, tanhm, tanm
from .riccati import solve_continuous_are, solve_discrete_are
from .special_matrices import block_diag, circulant, companion, hankel, khatri_rao, toeplitz
from .subspaces import null_space, orth, subspace_angles
from .systems import (
    cho_factor,
    cho_solve,
    cholesky,
    det,
    inv,
    lstsq,
    norm,
    pinv,
    pinvh,
    solve,
    solve_banded,
    solve_triangular,
    solveh_banded,
)
from .toeplitz_matrices import convolution_matrix, matmul_toeplitz, solve_circulant, solve_toeplitz
from .triangular_forms import schur
from .tridiagonal import eigh_tridiagonal, eigvalsh_tridiagonal

__all__ = [
    "block_diag", "cho_factor", "cho_solve", "cholesky", "circulant", "companion", "convolution_matrix", "coshm",
    "cosm", "det", "eig", "eigh", "eigh_tridiagonal", "eigvals", "eigvalsh", "eigvalsh_tridiagonal", "expm",
    "expm_frechet", "hankel", "inv", "khatri_rao", "logm", "lstsq", "lu", "lu_factor", "lu_solve", "matmul_toeplitz",
    "norm", "null_space", "orth", "orthogonal_procrustes", "pinv", "pinvh", "polar", "qr", "rq", "schur", "sinhm",
    "sinm", "solve", "solve_banded", "solve_circulant", "solve_continuous_are", "solve_continuous_lyapunov",
    "solve_discrete_are", "solve_discrete_lyapunov", "solve_sylvester", "solve_toeplitz", "solve_triangular",
    "solveh_banded", "sqrtm", "subspace_angles", "svd", "svdvals", "tanhm", "tanm", "toeplitz",
]

GENERALIZED = "schur(solve(b, a)) has the same eigenvalues, if b is regular, and eigh(a, b) takes a Hermitian pair; "

__getattr__ = no_twins_but_these(
    __name__, rsf2csf="schur(a, output='complex') gives the complex form; ", qz=GENERALIZED, ordqz=GENERALIZED)
