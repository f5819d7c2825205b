"""The textbook: every derivative the library knows, stated once, one family a file. Importing it registers them all."""

from __future__ import annotations

from autograd.registry import on_demand

from . import (
    activations,
    calculus,
    choosing,
    decompositions,
    editing,
    error_function,
    indexing,
    integrals,
    joining,
    linalg,
    nan,
    norms,
    padding,
    polynomials,
    products,
    quantiles,
    ranges,
    recurrences,
    reductions,
    shaping,
    statistics,
    ufuncs,
)

__all__ = [
    "activations", "calculus", "choosing", "decompositions", "editing", "error_function", "indexing", "integrals",
    "joining", "linalg", "nan", "norms", "padding", "polynomials", "products", "quantiles", "ranges",
    "recurrences", "reductions", "shaping", "statistics", "ufuncs",
]

on_demand["numpy.fft"] = "autograd.rules.fft"
on_demand["scipy.special"] = "autograd.rules.special"
