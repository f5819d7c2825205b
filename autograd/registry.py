"""What is known by name: the NumPy functions that tensors understand, and the primitives."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .primitive import Primitive

registry: dict[Callable[..., Any], Callable[..., Any]] = {}
"""Every NumPy or SciPy function that has a rule, and what applies it to tensors."""

primitives: dict[str, Primitive] = {}
"""Every primitive by its name."""
