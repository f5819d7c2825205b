"""The textbook: every derivative the library knows, stated once, one family a file. Importing it registers them all."""

from __future__ import annotations

from autograd.operators import install

from . import (
    activations,
    calculus,
    choosing,
    decompositions,
    editing,
    error_function,
    fft,
    indexing,
    integrals,
    linalg,
    nan,
    norms,
    polynomials,
    products,
    quantiles,
    ranges,
    reductions,
    shaping,
    statistics,
    ufuncs,
)

__all__ = [
    "activations",
    "calculus",
    "choosing",
    "decompositions",
    "editing",
    "error_function",
    "fft",
    "indexing",
    "integrals",
    "linalg",
    "nan",
    "norms",
    "polynomials",
    "products",
    "quantiles",
    "ranges",
    "reductions",
    "shaping",
    "statistics",
    "ufuncs",
]

install()
