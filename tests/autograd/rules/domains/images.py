"""The twins of `scipy.ndimage`, on images of a few elements; coordinates stay between two elements."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.ndimage as nd

from autograd.scipy import ndimage

from .rows import UNIT, Operand, Table

table = Table()
on = table.on

image, distinct = Operand((4, 5)), Operand((4, 5), (-2.0, 2.0), "distinct")
EDGES = ({}, {"mode": "constant", "cval": 1.5}, {"mode": "wrap"})

for function in (nd.correlate, nd.convolve):
    on(function, image, Operand((2, 3)), options=(*EDGES, {"origin": (-1, 1), "mode": "mirror"}), complex=True)
for function in (nd.correlate1d, nd.convolve1d):
    on(function, image, Operand((3,)), options=(*EDGES, {"axis": 0, "origin": -1, "mode": "nearest"}), complex=True)
on(nd.uniform_filter, image, options=({}, {"size": (2, 3), "mode": "mirror"}), complex=True)
on(nd.uniform_filter1d, image, options=({"size": 3}, {"size": 2, "axis": 0, "origin": -1}), complex=True)
for function in (nd.sobel, nd.prewitt):
    on(function, image, options=({}, {"axis": 0, "mode": ("nearest", "wrap")}), complex=True)
on(nd.laplace, image, options=({}, {"axes": (1,), "mode": "wrap"}), complex=True)
for name in ("gaussian_filter", "gaussian_filter1d", "gaussian_laplace", "gaussian_gradient_magnitude"):
    on(getattr(nd, name), image, Operand((), (0.9, 1.1)), complex=name != "gaussian_gradient_magnitude",
       call=lambda x, s, name=name: getattr(ndimage, name)(x, np.real(s), radius=3))
for function in (nd.minimum_filter, nd.maximum_filter, nd.median_filter):
    on(function, distinct, options=({"size": 3}, {"footprint": np.eye(2), "mode": "wrap", "origin": -1}))
on(nd.rank_filter, distinct, call=lambda x: ndimage.rank_filter(x, 2, 3))
on(nd.percentile_filter, distinct, call=lambda x: ndimage.percentile_filter(x, 30, (2, 3)))
bump = Operand((2, 3), (0.0, 0.01), "distinct")  # less than elements of the image differ by
for name in ("grey_erosion", "grey_dilation"):
    on(getattr(nd, name), distinct, bump, call={
        "size": lambda x, s, name=name: getattr(ndimage, name)(x, (2, 3), mode="mirror"),
        "structure": lambda x, s, name=name: getattr(ndimage, name)(x, structure=s, origin=(-1, 1)),
        "of a footprint": lambda x, s, name=name: getattr(ndimage, name)(x, None, [[1, 0, 1], [0, 1, 1]], s)})
for name in ("grey_opening", "grey_closing", "white_tophat", "black_tophat", "morphological_gradient",
             "morphological_laplace"):
    on(getattr(nd, name), distinct, bump, call={
        "size": lambda x, s, name=name: getattr(ndimage, name)(x, 3, mode="constant", cval=0.123),
        "structure": lambda x, s, name=name: getattr(ndimage, name)(x, structure=s)})
for function in (nd.spline_filter, nd.spline_filter1d):
    on(function, image, options=({}, {"order": 5, "mode": "reflect"}, {"order": 4, "mode": "grid-wrap"}), complex=True)


def read(degree: int, mode: str) -> Any:
    """An image at coordinates of which some are outside."""
    steps = np.stack([np.arange(-2, 5), np.arange(6, -1, -1)])[:, :, None]
    return lambda x, shares: ndimage.map_coordinates(x, steps + np.real(shares), None, degree, mode, 1.5)


on(nd.map_coordinates, image, Operand((2, 7, 1), (0.6, 0.9)), complex=True, call={
    f"{degree}, {mode}": read(degree, mode) for degree, mode in (
        (1, "reflect"), (2, "grid-constant"), (3, "mirror"), (3, "constant"), (4, "nearest"), (5, "grid-wrap"))})
on(nd.shift, image, Operand((2,), UNIT), complex=True,
   call=lambda x, s: ndimage.shift(x, np.real(s), order=3, mode="reflect"))
on(nd.zoom, image, options=({"zoom": 1.7}, {"zoom": (0.6, 2), "order": 1, "mode": "nearest"}),
   complex=True)
on(nd.affine_transform, image, Operand((2, 2), UNIT), Operand((2,), UNIT), complex=True,
   call=lambda x, m, b: ndimage.affine_transform(x, np.real(m), np.real(b), order=3, mode="reflect"))
on(nd.rotate, image, Operand((), (20.0, 21.0)), complex=True,
   call=lambda x, a: ndimage.rotate(x, np.real(a), reshape=False, order=3, mode="mirror"))
LABELS = np.array([[0, 1, 2, 1, 1], [1, 1, 5, 3, 2], [2, 5, 0, 1, 0], [1, 2, 2, 5, 5]])
for name in ("sum", "sum_labels", "mean", "variance", "standard_deviation"):
    on(getattr(nd, name), distinct, options=({}, {"labels": LABELS}, {"labels": LABELS, "index": [2, 1]}))
on(nd.center_of_mass, Operand((4, 5), (0.5, 2.0)), options=({}, {"labels": LABELS, "index": [2, 1]}))
