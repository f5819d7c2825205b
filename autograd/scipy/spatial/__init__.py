"""Twins of `scipy.spatial`: its distances."""

from __future__ import annotations

from autograd.scipy.twin import no_twins_but_these

from . import distance
from .powers import distance_matrix, minkowski_distance, minkowski_distance_p

__all__ = ["distance", "distance_matrix", "minkowski_distance", "minkowski_distance_p"]

__getattr__ = no_twins_but_these(__name__)
