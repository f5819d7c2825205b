"""What NumPy asks of a tensor and no rule settles: options, methods of ufuncs, functions without a rule."""

from __future__ import annotations

from .dispatch import apply_function, apply_ufunc

__all__ = ["apply_function", "apply_ufunc"]
