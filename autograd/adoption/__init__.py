"""Code of others differentiated as it stands: a copy of a library for which NumPy, SciPy and `math` take tensors."""

from .copies import adopt

__all__ = ["adopt"]
