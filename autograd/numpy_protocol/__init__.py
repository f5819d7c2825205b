"""NumPy calls that no rule handles by itself: ufuncs with options, ufunc methods, functions without a rule."""

from __future__ import annotations

from .dispatch import apply_function, apply_ufunc

__all__ = ["apply_function", "apply_ufunc"]
