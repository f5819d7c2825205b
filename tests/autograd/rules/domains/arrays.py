"""Functions that move, gather, write, choose and reduce elements."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd import Tensor

from .rows import Operand, Table

table = Table()
smooth, on, constant = table.smooth, table.on, table.constant
apart = Operand((3, 4), (-2.0, 2.0), "distinct")
TENSOR = Tensor(0.0)  # like which np.array and np.full are to make theirs
AXES = ({}, {"axis": 0}, {"axis": -1, "keepdims": True}, {"axis": (0, 2)})
mask = np.array([[True, False, True, True], [True, True, False, True], [False, True, True, True]])

# --- Shape and order -------------------------------------------------------------------------------------------------

on(np.reshape, (2, 6), options=({"shape": (3, 4)}, {"shape": (4, -1), "order": "F"}, {"shape": -1}), complex=True)
on(np.ravel, (2, 3), options=({}, {"order": "F"}), complex=True)
on(np.transpose, (2, 3, 4), options=({}, {"axes": (1, 0, 2)}, {"axes": (-1, 0, 1)}), complex=True)
on(np.swapaxes, (2, 3, 4), options=({"axis1": 0, "axis2": -1},))
on(np.moveaxis, (2, 3, 4), options=({"source": 0, "destination": -1}, {"source": (0, 1), "destination": (2, 0)}))
on(np.rollaxis, (2, 3, 4), options=({"axis": 2}, {"axis": 0, "start": 3}, {"axis": 1, "start": -1}))
on(np.matrix_transpose, (2, 3, 4))
on(np.squeeze, (1, 3, 1), options=({}, {"axis": 0}, {"axis": (0, -1)}))
on(np.expand_dims, (2, 3), options=({"axis": 0}, {"axis": (0, -1)}))
on(np.broadcast_to, (3, 1), options=({"shape": (2, 3, 4)},))
on(np.flip, (3, 4), options=({}, {"axis": 0}, {"axis": (0, -1)}))
on(np.fliplr, (3, 4))
on(np.flipud, (3, 4))
on(np.roll, (3, 4), options=({"shift": 2}, {"shift": -1, "axis": 0}, {"shift": (1, 2), "axis": (0, 1)}))
on(np.rot90, (3, 4, 2), options=({}, {"k": 3, "axes": (2, 0)}))
on(np.lib.stride_tricks.sliding_window_view, (4, 5), options=(
    {"window_shape": (2, 3)}, {"window_shape": 3, "axis": 1}, {"window_shape": (2, 2), "axis": (-1, -1)}))
on(np.diagonal, (3, 4, 2), options=({}, {"offset": 1}, {"offset": -1, "axis1": 2, "axis2": 0}))
on(np.trace, (3, 4, 2), options=({}, {"offset": -1, "axis1": 2, "axis2": 1}))
on(np.diag, (4,), options=({}, {"k": -2}))
on(np.diagflat, (2, 2), options=({}, {"k": 1}))
on(np.tril, (2, 3, 4), options=({}, {"k": 1}), complex=True)
on(np.triu, (2, 3, 4), options=({}, {"k": -1}), complex=True)
on(np.copy, (2, 3), complex=True)
on(np.astype, (2, 3), call=lambda x: np.astype(x, np.complex128))
for stretched in (np.atleast_1d, np.atleast_2d, np.atleast_3d):
    on(stretched, (3,), (), (2, 2))
on(np.broadcast_arrays, (3, 1), (2,))
on(np.ix_, (3,), (2,), complex=True)
on(np.meshgrid, (2,), (3,), options=({}, {"indexing": "ij"}, {"sparse": True}))
on(np.full_like, (2, 3), (), options=({}, {"shape": (4,)}))
on(np.full, (), (3,), complex=True, call=lambda x, y: (
    np.full((2, 3), y, like=TENSOR) * np.full(3, x, np.complex128, "F", like=TENSOR)))

# --- Join and split --------------------------------------------------------------------------------------------------

for made in (np.array, np.asarray, np.asanyarray):
    on(made, (3,), (), call={
        "": lambda x, y, made=made: made([[x[0], 1.0, y], [y, x[2], 2]], like=TENSOR),
        "dtype": lambda x, y, made=made: made([x, x * y], np.complex128, order="F", like=TENSOR),
        "rows": lambda x, y, made=made: made(x * y, **{"ndmin": 3} if made is np.array else {}, like=TENSOR),
    }, complex=True)

on(
    np.concatenate,
    (2, 3),
    (2, 1),
    call={
        "axis": lambda x, y: np.concatenate([x, y], axis=-1),
        "flat": lambda x, y: np.concatenate([x, y, [1.0]] if x.ndim == 1 else [x, y], None),
    },
    complex=True,
)
on(
    np.stack,
    (2, 3),
    (2, 3),
    call={"": lambda x, y: np.stack([x, y]), "axis": lambda x, y: np.stack([x, y, x], axis=-1)},
)
on(np.vstack, (3,), (2, 3), call=lambda x, y: np.vstack([x, y]))
on(np.hstack, (2, 3), (2, 1), call=lambda x, y: np.hstack([x, y]))
on(np.dstack, (2, 3), (2, 3, 2), call=lambda x, y: np.dstack([x, y]))
on(np.column_stack, (3,), (3, 2), call=lambda x, y: np.column_stack([x, y]))
on(np.block, (2, 2), (2, 1), (3,), call=lambda x, y, z: np.block([[x, y], [z]]))
on(np.split, (4, 6), options=({"indices_or_sections": 2}, {"indices_or_sections": [1, 4], "axis": 1}))
on(np.array_split, (5, 3), options=({"indices_or_sections": 3}, {"indices_or_sections": 2, "axis": 1}))
on(np.hsplit, (2, 4), options=({"indices_or_sections": 2},))
on(np.vsplit, (4, 2), options=({"indices_or_sections": [1]},))
on(np.dsplit, (2, 2, 4), options=({"indices_or_sections": 2},))
on(np.unstack, (2, 3), options=({}, {"axis": 1}))
on(np.tile, (2, 3), options=({"reps": 2}, {"reps": (2, 1, 3)}))
on(np.repeat, (2, 3), options=({"repeats": 2}, {"repeats": [1, 2], "axis": 0}, {"repeats": 2, "axis": -1}))
on(
    np.pad,
    (3, 4),
    call={
        mode: (lambda x, mode=mode: np.pad(x, ((1, 2), (0, 2)), mode=mode))
        for mode in ("constant", "edge", "linear_ramp", "mean", "reflect", "symmetric", "wrap")
    }
    | {
        "odd": lambda x: np.pad(x, 1, mode="reflect", reflect_type="odd"),
        "values": lambda x: np.pad(x, 1, constant_values=3.0),
        "stat_length": lambda x: np.pad(x, 1, "mean", stat_length=2),
        "more than there is": lambda x: np.pad(x, 1, "mean", stat_length=((1, 7), (5, 9))),
        "values of tensors": lambda x: np.pad(x, ((1, 2), (0, 1)), constant_values=x[0, 0]),
        "ends of tensors": lambda x: np.pad(x, 2, "linear_ramp", end_values=((x[0, 0], 1.0), (2.0, x[1, 0]))),
    },
)

# --- Gather, write, sort ---------------------------------------------------------------------------------------------

on(np.take, (3, 4), options=({"indices": [0, 5, 5]}, {"indices": [[0, 2], [1, 1]], "axis": 1},
                             {"indices": [7], "axis": 0, "mode": "wrap"}, {"indices": [9], "mode": "clip"}))
on(np.take_along_axis, (3, 4), call=lambda x: np.take_along_axis(x, np.array([[0], [3], [3]]), axis=1))
on(np.compress, (3, 4), call=lambda x: np.compress([True, False, True], x, axis=0))
on(np.extract, (3, 4), call=lambda x: np.extract(mask, x))
on(np.append, (2, 3), (1, 3), options=({}, {"axis": 0}))
on(np.insert, (3, 4), (2, 4), call={"rows": lambda x, v: np.insert(x, [0, 2], v, axis=0),
                                    "flat": lambda x, v: np.insert(x, 3, v[0])})
on(np.delete, (3, 4), options=({"obj": 1, "axis": 0}, {"obj": [0, 3]}, {"obj": slice(1, 3), "axis": 1}))
on(np.resize, (2, 3), options=({"new_shape": (3, 4)}, {"new_shape": 2}))
on(np.trim_zeros, (4,), call=lambda x: np.trim_zeros(np.pad(x, 2)))


def written(write: Any) -> Any:
    """A copy of the first operand after the function has written into it."""

    def call(x: Any, *values: Any) -> Any:
        target = np.copy(x)
        write(target, *values)
        return target

    return call


on(np.put_along_axis, (3, 4), (3, 1), call=written(
    lambda x, v: np.put_along_axis(x, np.array([[0], [3], [2]]), v, axis=1)))
on(np.put, (3, 4), (2,), call=written(lambda x, v: np.put(x, [0, -1], v)))
on(np.place, (3, 4), (2,), call=written(lambda x, v: np.place(x, mask, v)))
on(np.putmask, (3, 4), (3, 4), call=written(lambda x, v: np.putmask(x, mask, v)))
on(np.copyto, (3, 4), (4,), call=written(lambda x, v: np.copyto(x, v, where=mask)))
on(np.fill_diagonal, (5, 3), (3,), call={"": written(np.fill_diagonal),
                                         "wrap": written(lambda x, v: np.fill_diagonal(x, v, wrap=True))})
on(np.sort, apart, options=({}, {"axis": 0}, {"axis": None}))
on(np.sort_complex, apart)
on(np.partition, apart, call=lambda x: np.sort(np.partition(x, 2)[:, :2]))
on(np.unique, apart, call=lambda x: np.unique(x, return_index=True)[0])
for distinct in (np.unique_values, np.unique_all, np.unique_counts, np.unique_inverse):
    on(distinct, apart, call=lambda x, f=distinct: f(x) if f is np.unique_values else f(x)[0])
for union in (np.union1d, np.setdiff1d, np.setxor1d):
    on(union, apart, Operand((3,), (3.0, 4.0), "distinct"))
on(np.intersect1d, apart, call=lambda x: np.intersect1d(x, np.copy(x)[0]),
   note="jumps off where the two arrays no longer share a value")

# --- Choose, apply ---------------------------------------------------------------------------------------------------

on(np.select, (3, 4), (4,), call=lambda x, y: np.select([mask, ~mask[::-1]], [x, y], 3.0))
on(np.choose, (3, 4), (4,), call=lambda x, y: np.choose(mask.astype(int), [x, y]))
on(
    np.piecewise,
    Operand((6,)),
    call=lambda x: np.piecewise(x, [x < -0.111, x > 0.999], [np.sin, lambda v: v**3, 2.0]),
)
on(np.apply_along_axis, (2, 3, 4), call=lambda x: np.apply_along_axis(lambda v: np.cumprod(v) * v[0], 1, x))
on(np.apply_over_axes, (2, 3, 4), call=lambda x: np.apply_over_axes(np.sum, x, (0, -1)))

# --- Reduce ----------------------------------------------------------------------------------------------------------

WHERE = (
    {"where": np.arange(24).reshape(2, 3, 4) % 5 != 0},
    {"axis": 1, "where": np.arange(24).reshape(2, 3, 4) % 5 != 0},
)
for total in (np.sum, np.prod):
    on(
        total,
        (2, 3, 4),
        options=(*AXES, *WHERE, {"axis": 1, "initial": 2.0}, {"axis": 0, "dtype": np.complex128}),
        complex=True,
    )
on(np.mean, (2, 3, 4), options=(*AXES, *WHERE), complex=True)
for spread in (np.var, np.std):
    on(spread, (2, 3, 4), options=(*AXES, *WHERE, {"ddof": 1}, {"axis": 1, "correction": 1}), complex=True)
free = Operand((2, 3, 4), (-2.0, 2.0), "distinct")
for extreme in (np.max, np.min):
    on(extreme, free, options=(*AXES, {"axis": 0, "initial": 0.0}))
for extreme in (np.amax, np.amin):
    on(extreme, free, options=({}, {"axis": 1}))
on(np.ptp, free, options=AXES)
for running in (np.cumsum, np.cumprod):
    on(running, (3, 4), options=({}, {"axis": 0}, {"axis": -1}), complex=True)
for running in (np.cumulative_sum, np.cumulative_prod):
    on(running, (3, 4), options=({"axis": 0}, {"axis": 1, "include_initial": True}))


def holed(function: Any) -> Any:
    """The function with some elements replaced by nan."""
    holes = np.arange(24).reshape(2, 3, 4) % 7 == 2
    return {str(o): (lambda x, o=o: function(np.where(holes, np.nan, x), **o)) for o in AXES}


for whole in (np.nansum, np.nanprod, np.nanmean, np.nanvar, np.nanstd, np.nanmax, np.nanmin, np.nanmedian):
    on(whole, free, call=holed(whole))
for running in (np.nancumsum, np.nancumprod):
    on(running, (2, 3, 4), call=lambda x, f=running: f(np.where(np.arange(4) == 1, np.nan, x), axis=0)[..., [0, 2, 3]])
on(np.median, free, options=AXES)
for level, q in ((np.quantile, 0.3), (np.percentile, 30.0)):
    on(level, free, options=[{"q": q, **o} for o in AXES] + [{"q": [q, 2 * q], "axis": 1, "method": m} for m in (
        "inverted_cdf", "averaged_inverted_cdf", "closest_observation", "interpolated_inverted_cdf", "hazen", "weibull",
        "median_unbiased", "normal_unbiased", "lower", "higher", "midpoint", "nearest")])
for level, q in ((np.nanquantile, 0.3), (np.nanpercentile, 30.0)):
    on(level, free, call=lambda x, f=level, q=q: f(np.where(np.arange(4) == 1, np.nan, x), q, axis=(0, 2)))
on(np.average, (2, 3), Operand((3,), (0.5, 2.0)), call={
    "": lambda x, w: np.average(x, axis=1, weights=w), "none": lambda x, w: np.average(x, axis=0),
    "returned": lambda x, w: np.average(x, axis=1, weights=w, returned=True, keepdims=True)})
on(
    np.cov,
    (3, 6),
    Operand((6,), (0.5, 2.0)),
    call={
        "": lambda m, w: np.cov(m),
        "weights": lambda m, w: np.cov(m, aweights=w, ddof=1),
        "counts": lambda m, w: np.cov(m, fweights=[1, 2, 1, 3, 1, 2]),
        "counts and weights": lambda m, w: np.cov(m, fweights=[1, 2, 1, 3, 1, 2], aweights=w),
        "y": lambda m, w: np.cov(m[0], m[1:]),
        "columns": lambda m, w: np.cov(m, rowvar=False, bias=True),
    },
    complex=False,
)
on(np.corrcoef, (3, 6), options=({}, {"rowvar": False}))
on(np.bincount, (5,), call=lambda w: np.bincount(np.array([0, 2, 2, 1, 5]), w, 8))

on(np.histogram, Operand((3, 2), (0.0, 1.0), "distinct"), Operand((3, 2), (0.5, 2.0)), call={
    "weights": lambda x, w: np.histogram(x, 4, weights=w),
    "density": lambda x, w: np.histogram(x, [-1.0, 0.2, 0.4, 0.9], weights=w, density=True),
    "range": lambda x, w: np.histogram(x, 3, (0.15, 0.75), weights=w), "counts": lambda x, w: np.histogram(x, 4),
    "density of counts": lambda x, w: np.histogram(x, 4, density=True),
    "edges": lambda x, w: np.histogram(x[0], np.cumsum(w), weights=w[0])})
plane = Operand((6, 2), (0.0, 1.0), "distinct")
on(np.histogramdd, plane, Operand((6,), (0.5, 2.0)), call={
    "weights": lambda x, w: np.histogramdd(x, 3, weights=w), "columns": lambda x, w: np.histogramdd([x[:, 1], w], 2),
    "range": lambda x, w: np.histogramdd(x, [2, 3], [(0.15, 0.75), None], weights=w),
    "density": lambda x, w: np.histogramdd(x, [3, [-1.0, 0.2, 0.9]], weights=w, density=True),
    "edges": lambda x, w: np.histogramdd(x[:, :1], [np.cumsum(w) - 2], weights=w, density=True)})
on(np.histogram2d, plane, Operand((6,), (0.5, 2.0)), call={
    "weights": lambda x, w: np.histogram2d(x[:, 0], x[:, 1], 3, weights=w),
    "density": lambda x, w: np.histogram2d(x[:, 0], x[:, 1], [3, 2], density=True),
    "edges": lambda x, w: np.histogram2d(x[:, 0], x[:, 1], [-1.0, 0.2, 0.4, 0.9], weights=w)})
on(np.histogram_bin_edges, apart, options=({}, {"bins": "sqrt"}, {"bins": 4}))

# --- Differences, integrals, interpolation ---------------------------------------------------------------------------

on(np.diff, (3, 4), options=({}, {"n": 2}, {"axis": 0, "prepend": 1.0}))
on(np.ediff1d, (2, 3), options=({}, {"to_begin": [1.0], "to_end": [2.0, 3.0]}))
on(np.gradient, (3, 4), options=({}, {"axis": 0, "edge_order": 2}), complex=True)
on(np.trapezoid, (3, 4), options=({}, {"dx": 0.3, "axis": 0}, {"x": [0.0, 1.0, 3.0, 4.0]}))
on(np.interp, Operand((2, 3), (-0.9, 2.9)), (4,), call=lambda x, fp: np.interp(x, np.arange(-1.0, 3.0), fp))
on(np.linspace, (), (3,), options=({"num": 5}, {"num": 4, "endpoint": False, "axis": -1}, {"num": 3, "retstep": True}))
on(np.logspace, (), (3,), options=({"num": 5}, {"num": 3, "base": 2.0}))
on(np.geomspace, Operand((), (0.5, 1.0)), Operand((3,), (2.0, 3.0)), options=({"num": 5},))

constant(np.any, np.all, np.argmax, np.argmin, np.count_nonzero, np.nanargmax, np.nanargmin, np.argsort, np.nonzero,
         np.flatnonzero, np.argwhere, np.lexsort, np.shape, np.ndim, np.size, np.zeros_like, np.ones_like,
         np.result_type, np.common_type, np.min_scalar_type, np.array_repr, np.array_str, np.array2string,
         np.tril_indices_from, np.triu_indices_from, operands=((3, 4),))
constant(np.empty_like, operands=((3, 4),), call=lambda f, x: np.shape(f(x)))
constant(np.diag_indices_from, operands=((3, 3),))
constant(np.argpartition, operands=(apart,), call=lambda f, x: f(x, 1))
constant(np.searchsorted, np.digitize, operands=((3,),), call=lambda f, x: f(
    *((np.arange(3.0), x) if f is np.searchsorted else (x, np.arange(3.0)))))
constant(np.can_cast, operands=((3,),), call=lambda f, x: f(x.dtype, np.float64))
constant(np.isin, operands=((3,), (2,)))
constant(np.shares_memory, np.may_share_memory, operands=((3,), (3,)))
constant(np.unravel_index, operands=(Operand((3,), (0, 5), "whole"),), call=lambda f, i: f(i, (2, 3)))
constant(np.ravel_multi_index, operands=(Operand((3,), (0, 1), "whole"),), call=lambda f, i: f((i, i), (2, 3)))
constant(np.einsum_path, operands=((2, 3), (3, 2)), call=lambda f, x, y: f("ij,jk->ik", x, y)[0])
