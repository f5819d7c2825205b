"""The ufuncs of `scipy.special`, also where it wraps them.

With `SCIPY_ARRAY_API=1` SciPy exposes functions that dispatch to their arguments' own library, and refuse an array
together with a tensor. They wrap the ufuncs, which is what tensors meet and what rules are about.
"""

from __future__ import annotations

from typing import Any

from autograd.errors import needing
from autograd.registry import ufunc_within

with needing("scipy", extra="scipy"):
    import scipy.special


class _Ufuncs:
    def __getattr__(self, name: str) -> Any:
        shown = getattr(scipy.special, name)
        found = ufunc_within(shown) if callable(shown) else shown
        setattr(self, name, found)
        return found


special: Any = _Ufuncs()
