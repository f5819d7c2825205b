"""Twins of `scipy.spatial`: its distances."""

from __future__ import annotations

from . import distance

__all__ = ["distance"]
