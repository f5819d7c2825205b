"""Twins of `scipy.spatial`: its distances."""

from __future__ import annotations

from autograd.scipy.twin import no_twins_but_these

from . import distance

__all__ = ["distance"]

__getattr__ = no_twins_but_these(__name__)
