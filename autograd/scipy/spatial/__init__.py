"""Twins of `scipy.spatial`: its distances."""

import scipy.spatial

from autograd.scipy.twin import no_twins_but_these

from . import distance

__all__ = ["distance"]

if hasattr(scipy.spatial, "distance_matrix"):  # SciPy 1.20 will have only those in `distance`
    from .powers import distance_matrix, minkowski_distance, minkowski_distance_p

    __all__ += ["distance_matrix", "minkowski_distance", "minkowski_distance_p"]

__getattr__ = no_twins_but_these(__name__)
