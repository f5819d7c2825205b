"""Differentiable twins of SciPy functions that are no ufuncs and offer no protocol, each by the path that it has there.

`autograd.scipy.linalg.expm(t)` is `scipy.linalg.expm(x)` for tensors. SciPy's ufuncs need no twin:
`scipy.special.erf(t)` works as it is, and is found here too. SciPy loads when a module of this package is first used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from autograd.errors import no_attribute

if TYPE_CHECKING:
    from . import fft, integrate, interpolate, linalg, ndimage, signal, sparse, spatial, special, stats

__all__ = ["fft", "integrate", "interpolate", "linalg", "ndimage", "signal", "sparse", "spatial", "special", "stats"]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise no_attribute(__name__, name)
    return importlib.import_module(f".{name}", __name__)
