"""The textbook: every derivative the library knows, stated once, one family a file. Importing it registers them all."""

from __future__ import annotations

from autograd.operators import install

from . import (
    activations,
    decompositions,
    error_function,
    fft,
    indexing,
    linalg,
    norms,
    products,
    reductions,
    shaping,
    ufuncs,
)

__all__ = ["activations", "decompositions", "error_function", "fft", "indexing", "linalg", "norms", "products", "reductions", "shaping", "ufuncs"]

install()
