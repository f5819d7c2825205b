"""Twins of `scipy.ndimage`: filters, morphology, transforms, sums by label.

They are differentiated in images, weights and coordinates. All compute in double precision and return the image's own,
as in SciPy. `output` is a dtype or, given by its name, an array or tensor to write to.
"""

from autograd.scipy.twin import no_twins_but_these

from .filters import (
    convolve,
    convolve1d,
    correlate,
    correlate1d,
    gaussian_filter,
    gaussian_filter1d,
    gaussian_gradient_magnitude,
    gaussian_laplace,
    laplace,
    prewitt,
    sobel,
    uniform_filter,
    uniform_filter1d,
)
from .labels import center_of_mass, mean, standard_deviation, sum, sum_labels, variance
from .morphology import (
    black_tophat,
    grey_closing,
    grey_dilation,
    grey_erosion,
    grey_opening,
    morphological_gradient,
    morphological_laplace,
    white_tophat,
)
from .ranks import maximum_filter, median_filter, minimum_filter, percentile_filter, rank_filter
from .sampling import spline_filter, spline_filter1d
from .transforms import affine_transform, map_coordinates, rotate, shift, zoom

__all__ = [
    "affine_transform", "black_tophat", "center_of_mass", "convolve", "convolve1d", "correlate", "correlate1d",
    "gaussian_filter", "gaussian_filter1d", "gaussian_gradient_magnitude", "gaussian_laplace", "grey_closing",
    "grey_dilation", "grey_erosion", "grey_opening", "laplace", "map_coordinates", "maximum_filter", "mean",
    "median_filter", "minimum_filter", "morphological_gradient", "morphological_laplace", "percentile_filter",
    "prewitt", "rank_filter", "rotate", "shift", "sobel", "spline_filter", "spline_filter1d", "standard_deviation",
    "sum", "sum_labels", "uniform_filter", "uniform_filter1d", "variance", "white_tophat", "zoom",
]

__getattr__ = no_twins_but_these(
    __name__, maximum_filter1d="maximum_filter(input, size, axes=axis) is the same; ",
    minimum_filter1d="minimum_filter(input, size, axes=axis) is the same; ")
