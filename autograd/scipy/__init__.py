"""Differentiable twins of SciPy functions that are not ufuncs and offer no protocol, each under its path in SciPy.

`autograd.scipy.linalg.expm(t)` is `scipy.linalg.expm(x)` for tensors. SciPy's ufuncs need no twin:
`scipy.special.erf(t)` works as it is, and is found here too. SciPy loads when a module of this package is first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from autograd.lazy import on_first_use

if TYPE_CHECKING:
    from . import fft, integrate, interpolate, linalg, ndimage, optimize, signal, sparse, spatial, special, stats

__all__ = ["fft", "integrate", "interpolate", "linalg", "ndimage", "optimize", "signal", "sparse", "spatial", "special",
           "stats"]

__getattr__, __dir__ = on_first_use(__name__, {name: name for name in __all__},
                                    {"misc": "logsumexp is in autograd.scipy.special"})
