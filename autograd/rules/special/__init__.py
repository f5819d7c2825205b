"""The rules of `scipy.special`, loaded when the first of its functions meets a tensor. One family a file."""

from __future__ import annotations

from . import (
    bessel,
    elliptic,
    error_functions,
    gamma_functions,
    incomplete,
    integral_functions,
    legendre,
    logarithms,
    orthogonal,
)

__all__ = [
    "bessel", "elliptic", "error_functions", "gamma_functions", "incomplete", "integral_functions", "legendre",
    "logarithms", "orthogonal",
]
