"""Twins of `scipy.integrate`: differential equations, integrals of functions, and integrals of samples."""

from __future__ import annotations

from autograd.scipy.twin import no_twins_but_these

from .equations import odeint
from .functions import quad
from .initial_values import solve_ivp
from .samples import cumulative_trapezoid, simpson, trapezoid
from .several import dblquad, nquad

__all__ = ["cumulative_trapezoid", "dblquad", "nquad", "odeint", "quad", "simpson", "solve_ivp", "trapezoid"]

__getattr__ = no_twins_but_these(__name__)
