"""Twins of `scipy.optimize`: what its solvers find, differentiated by the implicit function theorem.

SciPy's solver runs on numbers. The equation that it solved determines the derivatives of the solution in the numbers in
`args`, in bounds and in data.
"""

from autograd.scipy.twin import no_twins_but_these

from .least_squares import curve_fit, least_squares, leastsq
from .linear_least_squares import lsq_linear, nnls
from .linear_programs import linprog
from .minima import minimize, minimize_scalar
from .roots import bisect, brenth, brentq, fixed_point, fsolve, newton, ridder, root, root_scalar, toms748

__all__ = ["bisect", "brenth", "brentq", "curve_fit", "fixed_point", "fsolve", "least_squares", "leastsq", "linprog",
           "lsq_linear", "minimize", "minimize_scalar", "newton", "nnls", "ridder", "root", "root_scalar", "toms748"]

__getattr__ = no_twins_but_these(__name__, "autograd.minimize gives SciPy's optimizers their gradients, "
                                           "autograd.implicit.root takes any solver of equations, ")
