"""Twins of `scipy.integrate`: differential equations, integrals of functions, and integrals of samples."""

from autograd.scipy.twin import no_twins_but_these

from .boxes import cubature
from .equations import odeint
from .initial_values import solve_ivp
from .intervals import quad, quad_vec
from .samples import cumulative_simpson, cumulative_trapezoid, fixed_quad, romb, simpson, trapezoid
from .several import dblquad, nquad, tplquad

__all__ = [
    "cubature", "cumulative_simpson", "cumulative_trapezoid", "dblquad", "fixed_quad", "nquad", "odeint", "quad",
    "quad_vec", "romb", "simpson", "solve_ivp", "tplquad", "trapezoid",
]

__getattr__ = no_twins_but_these(__name__)
