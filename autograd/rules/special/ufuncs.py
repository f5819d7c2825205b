"""`scipy.special` as ufuncs, whatever it shows.

With `SCIPY_ARRAY_API=1` SciPy shows functions that ask their arguments for their own library's special functions, and
refuse an array beside a tensor. What they wrap are the ufuncs, which is what tensors meet and what rules are about.
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
