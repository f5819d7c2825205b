"""Shaping an operand so that it broadcasts along channels."""

from __future__ import annotations

from typing import Any


def along_channels(values: Any, ndim: int) -> Any:
    """Values (C,), one per channel or class, shaped to broadcast against an array (N, C, ...) with `ndim` axes."""
    return values.reshape((-1, *[1] * (ndim - 2)))
