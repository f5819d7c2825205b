"""The textbook: every derivative the library knows, stated once, one family per file. Importing it registers all."""

from __future__ import annotations

from autograd.registry import on_demand

from . import (
    activations,
    calculus,
    choosing,
    decompositions,
    determinants,
    editing,
    emath,
    error_function,
    histograms,
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
    sets,
    shaping,
    statistics,
    ufuncs,
    writing,
)

__all__ = [
    "activations", "calculus", "choosing", "decompositions", "determinants", "editing", "emath", "error_function",
    "histograms", "indexing", "integrals", "joining", "linalg", "nan", "norms", "padding", "polynomials", "products",
    "quantiles", "ranges", "recurrences", "reductions", "sets", "shaping", "statistics", "ufuncs", "writing",
]

on_demand["numpy.fft"] = "autograd.rules.fft"
on_demand["scipy.special"] = "autograd.rules.special"
