"""Calls at the edge, with nothing, with one element, with an option of 0: NumPy's value, in tensors, and its gradient.

Also what depends on no tensor in a result is a tensor, so that the code that goes on with it need not know.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest

from autograd import Tensor, concat, grad, jacobian, jvp
from autograd.scipy import linalg
from autograd.testing import check_gradients
from autograd.tree import flatten

NOTHING, ONE, SEVERAL = np.zeros(0), np.array([1.5]), np.array([1.5, 2.0, 3.0])
NUMBER, SQUARE, HOLE = np.array(1.5), np.array([[2.0, 1.0], [1.0, 3.0]]), np.array([[np.nan, 1.0], [np.nan, 2.0]])
CUBE = np.arange(24.0).reshape(2, 3, 4)
LEVELS = [[0.1, 0.2, 0.3], [0.3, 0.4, 0.5]]
Call = Callable[[Any], Any]


def each(function: Callable[..., Any], *samples: Any, **options: Any) -> list[tuple[Call, Any]]:
    """The function, with these options, of each of the samples."""
    return [(lambda x: function(x, **options), sample) for sample in samples]


EVERY_SHAPE = (NUMBER, NOTHING, ONE, SEVERAL)
CALLS: dict[str, Sequence[tuple[Call, Any]]] = {
    # to the power, to the length, to the order 0
    "matrix_power": each(np.linalg.matrix_power, SQUARE, np.stack([SQUARE, SQUARE + 1]), np.zeros((0, 0)), n=0),
    "linspace": [(lambda x, n=n, end=end, axis=axis: np.linspace(x, 2 * x, n, end, retstep=True, axis=axis), sample)
                 for n in (0, 1, 2) for end in (True, False) for axis in (0, -1) for sample in (NUMBER, SEVERAL)],
    "logspace": [(lambda x, n=n: np.logspace(x, 2 * x, n), SEVERAL) for n in (0, 1)],
    "geomspace": [(lambda x, n=n: np.geomspace(x, 2 * x, n), SEVERAL) for n in (0, 1)],
    "diff": [(lambda x, n=n: np.diff(x, n), SEVERAL) for n in (0, 3, 5)],
    "repeat": each(np.repeat, *EVERY_SHAPE, repeats=0),
    "tile": each(np.tile, *EVERY_SHAPE, reps=0) + each(np.tile, *EVERY_SHAPE, reps=()),
    "resize": each(np.resize, *EVERY_SHAPE, new_shape=(2, 0)) + each(np.resize, *EVERY_SHAPE, new_shape=3),
    "vander": [(lambda x, n=n: np.vander(x, n), SEVERAL) for n in (0, 1)],
    "fft": each(np.fft.fft, ONE) + each(np.fft.irfft, SEVERAL, n=1) + each(np.fft.hfft, ONE, n=1),
    "flip": each(np.flip, *EVERY_SHAPE, axis=()), "roll": each(np.roll, *EVERY_SHAPE, shift=0),
    "sum over no axis": each(np.sum, SQUARE, axis=()) + each(np.max, SQUARE, axis=()) + each(np.var, SQUARE, axis=()),
    "median over no axis": each(np.median, SQUARE, axis=()),
    "gradient over no axis": each(np.gradient, SQUARE, axis=()),
    # of nothing, by nothing
    "take": each(np.take, SEVERAL, indices=[]), "delete": each(np.delete, SEVERAL, obj=[]),
    "insert": [(lambda x: np.insert(x, [], []), SEVERAL), (lambda x: np.insert(SEVERAL, [], x), NOTHING)],
    "append": [(lambda x: np.append(x, []), SEVERAL), (lambda x: np.append([], x), SEVERAL)],
    "compress": each(lambda x: np.compress([], x), SEVERAL) + each(lambda x: np.compress([False], x), SEVERAL),
    "extract": each(lambda x: np.extract(x > 9, x), SEVERAL), "split": each(np.split, SEVERAL, indices_or_sections=[]),
    "array_split": each(np.array_split, SEVERAL, NOTHING, indices_or_sections=5),
    "unstack": each(np.unstack, NOTHING, SQUARE), "bincount": each(lambda x: np.bincount([], x, 2), NOTHING),
    "histogram": each(np.histogram, *EVERY_SHAPE, 0 * SEVERAL) + each(np.histogram, SEVERAL, bins=[1.5, 2.0, 3.0, 3.0])
    + each(lambda w: np.histogram([0.0, np.inf, 2.0], [0.0, 1.0, 2.0], weights=w), SEVERAL),
    "histogramdd": each(np.histogramdd, NUMBER, ONE, SEVERAL, 0 * SEVERAL, SQUARE, np.zeros((0, 2)), bins=3)
    + each(np.histogramdd, SEVERAL, bins=[[1.5, 2.0, 3.0, 3.0]])
    + each(lambda w: np.histogram2d([0.0, np.inf, 2.0], [1.0, np.nan, 2.0], [0.0, 1.0, 2.0], weights=w), SEVERAL)
    + each(lambda x: np.histogram2d(x, x, [[0.0, 2.0], np.arange(4)]), SEVERAL),
    "quantile": each(np.quantile, SEVERAL, q=[]) + each(np.nanquantile, SEVERAL, q=[]),
    "apply_over_axes": each(lambda x: np.apply_over_axes(np.sum, x, []), SQUARE),
    "piecewise": each(lambda x: np.piecewise(x, [x > 9], [np.exp, 2.0]), *EVERY_SHAPE),
    "sums": each(np.sum, NOTHING) + each(np.prod, NOTHING) + each(np.cumsum, NOTHING) + each(np.cumprod, NOTHING),
    "means": each(np.mean, NOTHING) + each(np.var, NOTHING) + each(np.nanmean, NOTHING) + each(np.median, NOTHING),
    "trapezoid": each(np.trapezoid, NOTHING, ONE), "unwrap": each(np.unwrap, NOTHING, ONE),
    "ediff1d": each(np.ediff1d, *EVERY_SHAPE) + each(lambda x: np.ediff1d(x, to_end=x, to_begin=x), NUMBER, ONE),
    "linalg of nothing": [(f, np.zeros((0, 0))) for f in (
        np.linalg.det, np.linalg.inv, np.linalg.slogdet, np.linalg.eigh, np.linalg.cholesky, np.linalg.svd)],
    "emath at the edge": each(np.emath.sqrt, np.array([0.0, 4.0])) + each(np.emath.arcsin, np.array([1.0, -1.0])),
    "norm": each(np.linalg.norm, *EVERY_SHAPE),
    "norm of order 0": each(np.linalg.norm, SEVERAL, np.array([0.0, 1.0, 1.0]), ord=0),
    # polynomials without coefficients, with one, with zeros only
    "polyval": each(lambda p: np.polyval(p, SEVERAL), NOTHING, ONE) + each(lambda x: np.polyval([], x), *EVERY_SHAPE),
    "polyder": [(lambda p, m=m: np.polyder(p, m), p) for p in (ONE, SEVERAL) for m in (0, 1, 9)],
    "polyint": [(lambda p, m=m: np.polyint(p, m), p) for p in (NOTHING, ONE, SEVERAL) for m in (0, 1, 2)],
    "poly": each(np.poly, ONE, SEVERAL, SQUARE), "polydiv": each(lambda p: np.polydiv(p, [1.0, 2, 3, 4]), SEVERAL),
    "roots": each(np.roots, ONE, 0 * SEVERAL, np.array([0, 1.0, 2.0, 0, 0])),
    # one operand where several may be, and parts of results that no tensor is in
    "joined": [(lambda x, f=f: f([x]), sample) for f in (np.stack, np.hstack, np.vstack, np.dstack, np.block)
               for sample in (ONE, SEVERAL, SQUARE)],
    "joined rows": [(f, SQUARE) for f in (np.concatenate, np.stack, np.hstack, np.vstack, np.dstack, np.column_stack)],
    "einsum": each(lambda x: np.einsum("ii", x), SQUARE) + each(lambda x: np.einsum(",", x, x), NUMBER),
    "products": [(lambda x, f=f: f(x, x), NUMBER) for f in (np.outer, np.kron, np.convolve, np.dot)],
    "with a number": each(lambda x: np.atleast_2d(x, 2.0), NUMBER) + each(lambda x: np.broadcast_arrays(x, 2), SEVERAL),
    "meshgrid": each(lambda x: np.meshgrid(x, SEVERAL), SEVERAL) + each(np.meshgrid, *EVERY_SHAPE),
    "intersect1d": each(lambda x: np.intersect1d(SEVERAL, x, return_indices=True), SEVERAL, NOTHING),
    "setdiff1d": each(lambda x: np.setdiff1d(SEVERAL, x), ONE, NOTHING),
    "setxor1d": each(lambda x: np.setxor1d(x, SEVERAL), SEVERAL, NOTHING), "unique": each(np.unique_all, *EVERY_SHAPE),
    "apply_along_axis": [(lambda x, f=f: np.apply_along_axis(f, 0, x), SQUARE) for f in (
        lambda row: 1.0, lambda row: [row[0], 2.0], lambda row: [[row[0], 1], [2, row[1]]], np.sum)],
    "lstsq": each(lambda b: np.linalg.lstsq(np.ones((3, 1)), b), SEVERAL),
    "polyfit": each(lambda y: np.polyfit(SEVERAL, y, 1, full=True), SEVERAL) + each(lambda x: np.polyfit(x, x, 0), ONE),
    "where": each(lambda x: np.where(x > 1.6), SEVERAL, SQUARE),
    # NumPy's shape where it is not what one expects
    "quantiles over axes": [(lambda x, f=f, axis=axis, keep=keep: f(x, LEVELS, axis=axis, keepdims=keep), sample)
                            for f in (np.quantile, np.nanquantile) for axis in (None, 1, (1,), (0, 1), (0, 2), (2, 1))
                            for keep in (False, True) for sample in (CUBE, np.where(CUBE == 5, np.nan, CUBE))],
    "nanpercentile": each(lambda x: np.nanpercentile(x, [[10.0, 20.0, 30.0]], axis=(0, 2)), CUBE),
    # nan where there is nothing else, with what to begin from
    "nanmax": [(lambda x, f=f, o=o: f(x, **o), sample) for f in (np.nanmax, np.nanmin) for sample in (HOLE, HOLE[:, 0])
               for o in ({}, {"initial": 1.5}, {"axis": 0, "initial": -3.0}, {"where": HOLE[0] > 0, "initial": 0.5})],
    "nanmin of nothing": each(np.nanmin, NOTHING, initial=1.0),
    # axes that repeat, and more lengths than axes
    "axes that repeat": [(lambda x, f=f, o=o: f(x, **o), SQUARE) for f in (
        np.fft.fftn, np.fft.ifftn, np.fft.rfftn, np.fft.irfftn) for o in (
            {"axes": (0, 0)}, {"axes": (1, 1), "s": (3, 5)}, {"axes": (-1, 1, 0)}, {"axes": (1, 1), "s": (2, -1)})],
    "SciPy's": each(linalg.toeplitz, NUMBER, ONE) + each(linalg.circulant, NUMBER, ONE) + each(linalg.hankel, ONE)
    + each(linalg.block_diag, NUMBER, ONE, SQUARE) + each(linalg.companion, SEVERAL[:2])
    + each(linalg.expm, np.zeros((0, 0))) + each(linalg.polar, SQUARE[:1, :1]),
}


@pytest.fixture(autouse=True)
def quiet() -> Any:
    """NumPy warns of an empty mean, and so do we."""
    with warnings.catch_warnings(action="ignore"):
        yield


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("tracked", [True, False])
def test_values_shapes_and_dtypes_are_numpys_and_arrays_are_tensors(name: str, tracked: bool) -> None:
    for call, sample in CALLS[name]:
        wanted = flatten(call(sample))[0]
        found = flatten(call(Tensor(sample, requires_grad=tracked)))[0]
        assert len(found) == len(wanted)
        for a, b in zip(found, wanted, strict=True):
            assert isinstance(a, Tensor) == isinstance(b, (np.ndarray, np.generic)) or isinstance(a, int)  # a rank
            value = a.detach().numpy() if isinstance(a, Tensor) else np.asarray(a, np.asarray(b).dtype)
            assert (value.shape, value.dtype) == (np.shape(b), np.asarray(b).dtype)
            np.testing.assert_allclose(value, b, rtol=1e-10, atol=1e-12)


def parts(call: Call) -> Call:
    """What of the result has derivatives."""
    return lambda x: [o for o in flatten(call(x))[0] if getattr(o, "dtype", np.dtype(int)).kind in "fc"]


SMOOTH = sorted(CALLS.keys() - {"norm of order 0", "emath at the edge", "roots", "poly", "linalg of nothing",
                                "apply_along_axis"})


@pytest.mark.parametrize("name", SMOOTH)
def test_gradients_equal_differences_where_there_are_numbers(name: str) -> None:
    for call, sample in CALLS[name]:
        values = parts(call)(sample)
        if sample.size and values and all(np.isfinite(x).all() for x in (sample, *values)):
            check_gradients(parts(call), sample + 0.01 * np.arange(sample.size).reshape(sample.shape), order=1)


def test_the_power_zero_is_connected_and_its_gradient_zero() -> None:
    """Also where elements are nan, of which the identity knows nothing."""
    for x in (SQUARE, HOLE):
        t = Tensor(x, requires_grad=True)
        np.sum(np.linalg.matrix_power(t, 0)).backward()
        assert t.grad is not None
        np.testing.assert_array_equal(t.grad.numpy(), np.zeros((2, 2)))
        np.testing.assert_array_equal(jacobian(lambda x: np.linalg.matrix_power(x, 0))(x), np.zeros((2, 2, 2, 2)))


def test_nanmax_of_nothing_but_nan_is_initial_which_no_element_moves() -> None:
    for function in (np.nanmax, np.nanmin):
        found = grad(lambda x, f=function: np.sum(f(x, axis=0, initial=1.5)))(HOLE)
        np.testing.assert_array_equal(found[:, 0], [0, 0])
        assert found[:, 1].sum() == 1  # one of 1 and 2 is beyond 1.5 in each direction


@pytest.mark.parametrize("name", ["fftn", "ifftn", "rfftn", "irfftn"])
def test_more_lengths_than_axes_are_refused_as_by_numpy(name: str) -> None:
    for given in (SQUARE, Tensor(SQUARE, requires_grad=True)):
        with pytest.raises(np.exceptions.AxisError):
            getattr(np.fft, name)(given, s=(3, 4, 5))


def test_where_takes_a_condition_or_a_condition_and_two_choices() -> None:
    with pytest.raises(ValueError, match="both x and y"):
        np.where(Tensor([True, False]), 1.0)


@pytest.mark.parametrize("mode", ["raise", "wrap", "clip"])
def test_nothing_can_be_taken_from_empty_axes(mode: str) -> None:
    x = Tensor(np.zeros((0, 0)), requires_grad=True)
    assert np.take(x, [0, 0], axis=1, mode=mode).shape == (0, 2)
    assert np.take(x, [], axis=0, mode=mode).requires_grad
    assert np.take(Tensor(np.zeros((0, 1))), [5], axis=1, mode=mode).shape == (0, 1)
    with pytest.raises(IndexError, match=r"anything from the empty axis 1 of shape \(2, 0\)"):
        np.take(Tensor(np.zeros((2, 0))), [0], axis=1, mode=mode)


def test_an_index_out_of_bounds_of_what_is_empty_elsewhere_is_refused() -> None:
    x = Tensor(np.zeros((2, 0)))
    assert np.take(x, [-1], axis=0).shape == (1, 0)
    assert np.take(x, [5], axis=0, mode="wrap").shape == (1, 0)
    with pytest.raises(IndexError):
        np.take(x, [5], axis=0)


def test_nothing_has_an_empty_running_product_and_no_join() -> None:
    nothing = np.zeros((0, 3))
    assert jvp(lambda x: np.cumprod(x, axis=0), (nothing,), (nothing,))[1].shape == (0, 3)
    with pytest.raises(ValueError, match="at least one array"):
        concat([])


def test_a_fit_that_its_points_do_not_determine_warns_as_numpys() -> None:
    with pytest.warns(np.exceptions.RankWarning, match="poorly conditioned") as caught:
        np.polyfit(np.ones(3), Tensor(SEVERAL, requires_grad=True), 2)
    assert caught[0].filename == __file__, "it points to the line of the user"
