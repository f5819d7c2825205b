"""Twins of `scipy.ndimage`: SciPy's values at every edge and in every form, and derivatives in all that is a number."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import scipy.ndimage as nd

from autograd import Tensor, grad, tensor, vmap
from autograd.scipy import ndimage
from autograd.scipy.ndimage.sampling import SHORT, coefficients_of, transposed
from autograd.testing import check_gradients

rng = np.random.default_rng(6)
MODES = ["reflect", "constant", "nearest", "mirror", "wrap", "grid-mirror", "grid-constant", "grid-wrap"]
LINE, POINT, IMAGE, VOLUME = (rng.normal(size=shape) for shape in ((7,), (1,), (5, 6), (3, 4, 5)))
IMAGES = [LINE, POINT, IMAGE, VOLUME, rng.normal(size=(2, 1))]


def same(name: str, *given: Any, tolerance: float = 1e-11, **options: Any) -> None:
    """With a tensor in the place of any operand, SciPy's values, shape and dtype; of arrays SciPy's own."""
    expected = getattr(nd, name)(*given, **options)
    np.testing.assert_array_equal(getattr(ndimage, name)(*given, **options), expected)
    for i, x in enumerate(given):
        if isinstance(x, (np.ndarray, float)) and np.asarray(x).dtype.kind in "fc":
            found = getattr(ndimage, name)(*given[:i], Tensor(x), *given[i + 1 :], **options).numpy()
            assert (found.shape, found.dtype) == (expected.shape, expected.dtype)
            size = np.max(np.abs(expected), initial=1)
            np.testing.assert_allclose(found, expected, rtol=tolerance, atol=tolerance * size)


# --- Filters ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("cval", [0.0, 1.5])
@pytest.mark.parametrize("mode", MODES)
def test_filters_with_given_weights_are_scipys(mode: str, cval: float) -> None:
    """Of windows larger than the image too, whose middle is anywhere in them."""
    edge = {"mode": mode, "cval": cval}
    for image in IMAGES:
        for size in (1, 2, 3, 4, 9):
            for origin in range(-(size // 2), (size - 1) // 2 + 1):
                for name in ("correlate1d", "convolve1d"):
                    same(name, image, rng.normal(size=size), axis=0, origin=origin, **edge)
                same("uniform_filter1d", image, size, origin=origin, **edge)
            same("uniform_filter", image, size, **edge)
        for shape in ((3,) * image.ndim, (1,) * image.ndim, (4, 3, 2)[: image.ndim]):
            for name in ("correlate", "convolve"):
                same(name, image, rng.normal(size=shape), origin=-(shape[0] > 1), **edge)
    for axes in ((0, 2), (-2, -1), (1,), 2):
        weights = rng.normal(size=(2, 3)[: np.size(axes)])
        same("convolve", VOLUME, weights, axes=axes, origin=(-1, 1)[: np.size(axes)], **edge)
        same("uniform_filter", VOLUME, 3, axes=axes, **edge)


@pytest.mark.parametrize("mode", MODES)
def test_filters_of_gauss_and_of_differences_are_scipys(mode: str) -> None:
    for image in IMAGES:
        for sigma in (0.0, 0.3, 1.0, 2.5):
            for order in (0, 1, 2, 3):
                same("gaussian_filter", image, sigma, order=order, mode=mode, cval=1.5)
        same("gaussian_filter", image, 1.0, mode=mode, truncate=2.0)
        same("gaussian_filter", image, 1.0, mode=mode, radius=0)
        same("gaussian_filter1d", image, 1.0, axis=0, order=1, mode=mode, radius=3)
        for name in ("gaussian_laplace", "gaussian_gradient_magnitude"):
            same(name, image, 1.2, mode=mode, cval=1.5)
            same(name, image, 1.2, mode=mode, truncate=3.0)
        for name in ("sobel", "prewitt"):
            same(name, image, mode=mode, cval=1.5)
            same(name, image, axis=0, mode=mode)
        same("laplace", image, mode=mode, cval=1.5)


@pytest.mark.parametrize("mode", [mode for mode in MODES if mode != "mirror"] + [("wrap", "nearest")])
def test_filters_by_rank_are_scipys(mode: Any) -> None:
    """But between mirrors around one element, where SciPy 1.17 reads what is not there."""
    for image in [IMAGE] if isinstance(mode, tuple) else IMAGES:
        for name in ("maximum_filter", "minimum_filter"):
            for size in (1, 2, 3, 5):
                same(name, image, size=size, mode=mode, cval=1.5)
                same(name, image, size=size, mode=mode, origin=-(size // 2))
        if isinstance(mode, str):
            footprint = np.array([1, 0, 1, 1, 0, 0, 1, 1])[: 2**image.ndim].reshape((2,) * image.ndim)
            for name in ("maximum_filter", "median_filter"):
                same(name, image, footprint=footprint, mode=mode, cval=1.5)
            same("median_filter", image, size=3, mode=mode)
            for rank in (0, 1, -1, -2):
                same("rank_filter", image, rank, size=3, mode=mode)
            for percentile in (0, 30, -30, 100, 99, 66.6):
                same("percentile_filter", image, percentile, size=3, mode=mode)


def test_an_argument_for_each_axis() -> None:
    same("gaussian_filter", VOLUME, (1.0, 0.0, 0.5), order=(1, 0, 2), mode=("wrap", "mirror", "constant"))
    same("gaussian_filter", VOLUME, (1.0, 0.5), order=(1, 0), axes=(2, 0), radius=(2, 3))
    same("uniform_filter", VOLUME, (1, 2, 3), mode=("wrap", "mirror", "constant"), origin=(0, -1, 1))
    same("sobel", VOLUME, 1, mode=("wrap", "mirror", "constant"))
    same("laplace", VOLUME, mode=("wrap", "mirror"), axes=(0, 2))
    same("gaussian_laplace", VOLUME, (1.0, 0.5), axes=(2, 0), mode=("wrap", "mirror"))
    same("gaussian_gradient_magnitude", VOLUME, (0.7, 0.5, 0.9), axes=(1, 0), mode=("wrap", "mirror"))
    same("maximum_filter", VOLUME, size=(2, 3), axes=(0, 2), mode=("wrap", "mirror"), origin=(-1, 1))
    same("shift", VOLUME, (1.0, 0.0, -0.5))
    same("zoom", VOLUME, (1.5, 1.0, 0.7))
    for name in ("laplace", "gaussian_laplace", "gaussian_gradient_magnitude", "gaussian_filter", "uniform_filter"):
        same(name, VOLUME, *([1.0] if name.startswith("gaussian") else []), axes=())


def test_calls_without_options_are_scipys() -> None:
    """On an image of three axes, so that its last axis has no other name."""
    line, cube, places = rng.normal(size=3), rng.normal(size=(2, 3, 2)), rng.uniform(-1, 5, (3, 4))
    for name, given in {
            "correlate": [cube], "convolve": [cube], "correlate1d": [line], "convolve1d": [line], "uniform_filter": [],
            "uniform_filter1d": [3], "gaussian_filter": [0.9], "gaussian_filter1d": [0.9], "gaussian_laplace": [0.9],
            "gaussian_gradient_magnitude": [0.9], "sobel": [], "prewitt": [], "laplace": [], "minimum_filter": [2],
            "maximum_filter": [2], "median_filter": [3], "rank_filter": [3, 2], "percentile_filter": [60, 3],
            "spline_filter": [], "spline_filter1d": [], "map_coordinates": [places], "shift": [0.4], "zoom": [1.4],
            "affine_transform": [rng.normal(size=(3, 3))], "rotate": [25.0]}.items():
        same(name, VOLUME, *given)


def test_widths_may_be_a_tensor() -> None:
    widths = np.array([1.0, 0.6])
    found = ndimage.gaussian_filter(IMAGE, Tensor(widths)).numpy()
    np.testing.assert_allclose(found, nd.gaussian_filter(IMAGE, widths), rtol=1e-12)
    check_gradients(lambda s: ndimage.gaussian_filter(IMAGE, s, (0, 2), mode="wrap"), widths, order=2)
    check_gradients(lambda s, t: ndimage.gaussian_laplace(IMAGE, [s, t]), *widths, order=1)


def test_complex_images_and_weights() -> None:
    z, w = IMAGE + 1j * rng.normal(size=IMAGE.shape), rng.normal(size=(2, 3)) + 1j * rng.normal(size=(2, 3))
    for image, weights in ((z, w), (IMAGE, w), (z, w.real.copy())):
        for name in ("correlate", "convolve"):
            same(name, image, weights, mode="constant", cval=1 + 2j if image is z else 1.0)
            same(f"{name}1d", image, weights[0], mode="wrap")
    for name in ("gaussian_filter", "gaussian_laplace"):
        same(name, z, 1.1)
    same("uniform_filter", z, 3, mode="constant", cval=2j)
    same("spline_filter", z, output=complex)
    same("map_coordinates", z, rng.uniform(-2, 7, (2, 9)), cval=2j)
    same("zoom", z, 1.7, mode="grid-constant", cval=2j)
    same("zoom", z, 1.7, mode="nearest", grid_mode=True)


# --- Transforms ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("order", range(6))
@pytest.mark.parametrize("mode", MODES)
def test_transforms_are_scipys(mode: str, order: int) -> None:
    """At coordinates far outside, at elements, and half way between them."""
    for image in IMAGES:
        steps = [np.arange(-3 * n - 2, 4 * n + 3, 0.25) for n in image.shape]
        matrix, offset = rng.normal(size=(image.ndim, image.ndim)), rng.normal(size=image.ndim)
        homogeneous = np.concatenate([matrix, offset[:, None]], 1)
        for options in ({}, {"cval": 1.5, "prefilter": False}):
            read = {"order": order, "mode": mode, **options}
            same("map_coordinates", image, np.stack([rng.choice(x, 60) for x in steps]), **read)
            same("map_coordinates", image, np.stack([rng.uniform(x[0], x[-1], (3, 5)) for x in steps]), **read)
            for by in (0.0, -0.7, 10.3):
                same("shift", image, by, **read)
            for by in (1, 0.6, 2.3):
                same("zoom", image, by, **read)
            same("affine_transform", image, matrix, **read)
            same("affine_transform", image, matrix, offset, output_shape=(4, 3, 2)[: image.ndim], **read)
            same("affine_transform", image, np.diag(matrix).copy(), offset, **read)
            same("affine_transform", image, homogeneous, **read)
            same("affine_transform", image, np.concatenate([homogeneous, np.eye(image.ndim + 1)[-1:]]), **read)
            if image.ndim > 1:
                for angle in (0.0, 90.0, -123.4):
                    same("rotate", image, angle, **read)
                    same("rotate", image, angle, reshape=False, axes=(0, -1), **read)


@pytest.mark.filterwarnings("ignore:It is recommended")
@pytest.mark.parametrize("mode", MODES)
def test_zooms_of_cells_are_scipys(mode: str) -> None:
    for by in (0.6, 1.5, 2.0):
        same("zoom", IMAGE, by, order=1, grid_mode=True, mode=mode)
        same("zoom", IMAGE, by, order=3, grid_mode=True, mode=mode)


@pytest.mark.parametrize("order", range(2, 6))
@pytest.mark.parametrize("mode", MODES)
def test_coefficients_of_splines_are_scipys(mode: str, order: int) -> None:
    for image in IMAGES:
        same("spline_filter", image, order=order, mode=mode)
        same("spline_filter1d", image, order=order, axis=0, mode=mode)
    for size in (1, 2, 5, SHORT, SHORT + 1):
        matrix = coefficients_of(np.eye(size), degree=order, axis=0, mode=mode)
        np.testing.assert_allclose(transposed(np.eye(size), order, 0, mode), matrix.T, rtol=1e-12, atol=1e-14)
        np.testing.assert_allclose(transposed(np.eye(size)[None], order, 2, mode)[0], matrix, rtol=1e-12, atol=1e-14)
    same("spline_filter1d", IMAGE, order=1)


@pytest.mark.parametrize("order", [0, 1, 2, 3, 5])
@pytest.mark.parametrize("mode", MODES)
def test_coordinates_inside_and_outside_are_differentiated(mode: str, order: int) -> None:
    places = np.array([-7.3, -0.3, 0.01, 3.7, 6.3, 6.7, 15.6])
    check_gradients(lambda x, at: ndimage.map_coordinates(x, at[None], None, order, mode, 1.5), LINE, places,
                    order=2 if order == 3 else 1)


def test_at_an_element_the_derivative_is_that_to_the_right() -> None:
    for mode in MODES:
        slope = grad(lambda at, mode=mode: np.sum(ndimage.map_coordinates(LINE, at, None, 1, mode)))
        np.testing.assert_allclose(slope(np.arange(6.0)[None])[0], np.diff(LINE))


def test_shapes_of_results_and_images_that_are_not_turned() -> None:
    """A rotation leaves other axes alone; a matrix may lead to another number of axes."""
    for axes in ((1, 0), (0, 2), (2, 1)):
        same("rotate", VOLUME, 31.0, axes=axes, order=3, mode="reflect")
        same("rotate", VOLUME, 31.0, axes=axes, order=2, reshape=False)
    same("affine_transform", VOLUME, rng.normal(size=(3, 2)), 0.5, output_shape=(4, 6), order=1, mode="nearest")
    check_gradients(lambda x, a: ndimage.rotate(x, a, axes=(0, 2), order=3), VOLUME, np.array(31.0), order=1)
    check_gradients(lambda x, m, b: ndimage.affine_transform(x, m, b, mode="mirror"), IMAGE, np.array([0.9, 0.7]),
                    np.array([0.3, 0.2]), order=2)
    check_gradients(lambda m: ndimage.affine_transform(IMAGE, m, mode="mirror"),
                    np.array([[0.9, 0.1, 0.3], [-0.1, 0.8, 0.2]]), order=2)


def test_what_stands_outside_may_be_differentiated() -> None:
    outside = np.array(0.7)
    for mode in ("constant", "grid-constant"):
        check_gradients(lambda c, m=mode: ndimage.convolve1d(IMAGE, [1.0, 2.0, 0.5], mode=m, cval=c), outside)
        check_gradients(lambda c, m=mode: ndimage.shift(IMAGE, 0.3, order=3, mode=m, cval=c), outside)
        check_gradients(lambda c, m=mode: ndimage.map_coordinates(IMAGE, np.full((2, 3), 4.7), mode=m, cval=c), outside)


# --- Batches, dtypes, refusals ---------------------------------------------------------------------------------------

CALLS: dict[str, Any] = {
    "weights": lambda x, p: ndimage.convolve(x, p[:4].reshape(2, 2), mode="wrap"),
    "line": lambda x, p: ndimage.correlate1d(x, p, axis=0), "fixed": lambda x, p: ndimage.sobel(x) * p[0],
    "width": lambda x, p: ndimage.gaussian_filter(x, 1 + 0.01 * p[0], radius=3, order=1),
    "rank": lambda x, p: ndimage.median_filter(x, 3) * p[0],
    "coordinates": lambda x, p: ndimage.map_coordinates(x, p[None] * np.ones((2, 1)), mode="mirror"),
    "shift": lambda x, p: ndimage.shift(x, p[:2], mode="grid-constant"),
    "matrix": lambda x, p: ndimage.affine_transform(x, p[:4].reshape(2, 2), mode="nearest"),
    "angle": lambda x, p: ndimage.rotate(x, p[0], reshape=False, mode="reflect")}


@pytest.mark.parametrize("name", CALLS)
def test_batches_are_a_loop(name: str) -> None:
    """Of images, of what else there is, and of both; values and gradients."""
    images, others = rng.normal(size=(3, 5, 6)), rng.uniform(0.2, 0.9, (3, 5))

    def slopes(x: Any, p: Any) -> Any:
        return grad(lambda x, p: np.sum(CALLS[name](x, p) ** 2), (0, 1))(x, p)

    for axes in ((0, 0), (0, None), (None, 0)):
        given = [x if axis == 0 else x[0] for x, axis in zip((images, others), axes, strict=True)]
        alone = [[x[i] if axis == 0 else x for x, axis in zip(given, axes, strict=True)] for i in range(3)]
        np.testing.assert_allclose(vmap(CALLS[name], axes)(*given), [CALLS[name](*g) for g in alone], rtol=1e-9,
                                   atol=1e-12)
        for found, expected in zip(vmap(slopes, axes)(*given), zip(*[slopes(*g) for g in alone], strict=True),
                                   strict=True):
            np.testing.assert_allclose(found, np.stack(expected), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("name", ["gaussian_filter", "convolve1d", "median_filter", "zoom", "spline_filter"])
def test_the_dtype_of_a_result_is_the_images_or_the_one_asked_for(name: str) -> None:
    given = {"convolve1d": [np.ones(3)], "median_filter": [3], "spline_filter": [3]}.get(name, [1.3])
    single = IMAGE.astype(np.float32)
    same(name, single, *given, tolerance=1e-5)
    for output in (np.float32, "float64", np.dtype(np.float32)):
        same(name, IMAGE, *given, output=output, tolerance=1e-5)
    whole = np.arange(30).reshape(5, 6)
    found = getattr(ndimage, name)(Tensor(whole), *given, output=float)
    np.testing.assert_allclose(found.numpy(), getattr(nd, name)(whole, *given, output=float), rtol=1e-12, atol=1e-12)
    x = Tensor(single, requires_grad=True)
    np.sum(getattr(ndimage, name)(x, *given)).backward()
    assert x.grad is not None
    assert x.grad.dtype == np.float32


def test_a_flat_image_has_no_nan_in_its_gradient() -> None:
    gradient = grad(lambda x: np.sum(ndimage.gaussian_gradient_magnitude(x, 1.0)))(np.ones((4, 4)))
    assert np.all(np.isfinite(gradient))


def test_points_that_are_no_numbers_are_outside() -> None:
    places = np.array([[np.nan, 1.0, 2.0]])
    for mode in ("reflect", "mirror", "constant", "wrap", "grid-wrap"):
        same("map_coordinates", LINE, places, mode=mode, cval=0.5)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_target_is_written_to_in_its_precision(dtype: type) -> None:
    for image in (IMAGE.astype(np.float32), IMAGE):
        target, expected = tensor(np.empty(IMAGE.shape, dtype)), np.empty(IMAGE.shape, dtype)
        x = tensor(image, requires_grad=True)
        assert ndimage.gaussian_filter(x, 1.2, output=target) is target
        nd.gaussian_filter(image, 1.2, output=expected)
        np.testing.assert_allclose(target.detach(), expected, atol=np.finfo(dtype).eps)
        np.sum(target**2).backward()
        np.testing.assert_allclose(x.grad, ndimage.gaussian_filter(2 * target.detach(), 1.2), rtol=1e-5, atol=1e-6)


def test_targets_of_morphology() -> None:
    target = tensor(np.empty(IMAGE.shape))
    assert ndimage.morphological_gradient(tensor(IMAGE), 3, output=target) is target
    np.testing.assert_array_equal(target, nd.morphological_gradient(IMAGE, 3))


X, WHOLE = Tensor(IMAGE, requires_grad=True), Tensor(np.arange(6).reshape(2, 3))


@pytest.mark.parametrize(("error", "call", "words"), [
    (TypeError, lambda: ndimage.sobel(X, 0, np.zeros((5, 6))), r"by its name, or .* y\[...\] = sobel\(...\)"),
    (TypeError, lambda: ndimage.sobel(X, output=np.zeros((5, 6))), r"sobel\(out=...\) would write.*plain ndarray"),
    (TypeError, lambda: ndimage.sobel(WHOLE), r"sobel of an image of int64 gives int64.*give image.astype\(float\)"),
    (TypeError, lambda: ndimage.gaussian_filter(np.eye(2, dtype=int), Tensor(1.0)), "an image of int64 gives int64"),
    (TypeError, lambda: ndimage.sobel(X, output=int), "gives int64, which is rounded"),
    (TypeError, lambda: ndimage.median_filter(X * 1j, 3), "median_filter takes real images, got complex128"),
    (TypeError, lambda: ndimage.gaussian_gradient_magnitude(X * 1j, 1.0), "real images, got complex numbers"),
    (ValueError, lambda: ndimage.convolve(X, np.ones((2, 2)), mode="valid"), "mode must be one of .*, got 'valid'"),
    (ValueError, lambda: ndimage.convolve(X, np.ones((2, 2)), mode=("wrap", "wrap")), "one mode for all axes"),
    (ValueError, lambda: ndimage.convolve(X, np.ones((2, 2)), axes=(1, 0)), r"axes in increasing order.*got \(1, 0\)"),
    (ValueError, lambda: ndimage.median_filter(X, (2, 3), axes=(1, 0)), "median_filter takes axes in increasing order"),
    (ValueError, lambda: ndimage.convolve(X, np.ones(2)), r"one axis for each of 2 axes.*got shape \(2,\)"),
    (ValueError, lambda: ndimage.correlate1d(X, np.ones(0)), r"none of length 0, got shape \(0,\)"),
    (ValueError, lambda: ndimage.correlate(X, np.ones((2, 2)), origin=1), "window of 2, from -1 to 0, got 1"),
    (ValueError, lambda: ndimage.correlate1d(X, np.ones(3), origin=-2), "window of 3, from -1 to 1, got -2"),
    (ValueError, lambda: ndimage.uniform_filter1d(X, 0), "size of at least 1, got 0"),
    (ValueError, lambda: ndimage.uniform_filter(X, (3, 3, 3)), "uniform_filter takes one value for each of 2 axes"),
    (ValueError, lambda: ndimage.gaussian_filter(X, 1.0, order=-1), "order=-1 and radius=4"),
    (ValueError, lambda: ndimage.gaussian_filter(X, 1.0, radius=-1), "order=0 and radius=-1"),
    (ValueError, lambda: ndimage.gaussian_filter(X, 0.1, radius=-1), "order=0 and radius=-1"),
    (ValueError, lambda: ndimage.gaussian_filter(X, 1.0, radius=1.5), "order=0 and radius=1.5"),
    (ValueError, lambda: ndimage.median_filter(X), "a size or a footprint, got size=None and footprint=None"),
    (ValueError, lambda: ndimage.median_filter(X, 3, np.ones((2, 2))), "a size or a footprint"),
    (ValueError, lambda: ndimage.median_filter(X, footprint=np.zeros((2, 2))), "at least one element"),
    (ValueError, lambda: ndimage.median_filter(X, footprint=np.ones(2)), r"got shape \(2,\)"),
    (ValueError, lambda: ndimage.rank_filter(X, 4, 2), "windows of 4 takes ranks from -4 to 3, got 4"),
    (ValueError, lambda: ndimage.rank_filter(X, -5, 2), "got -5"),
    (ValueError, lambda: ndimage.percentile_filter(X, 101, 2), "from -100 to 100, got 101"),
    (ValueError, lambda: ndimage.percentile_filter(X, -101, 2), "got -101"),
    (ValueError, lambda: ndimage.spline_filter(X, 1), "spline_filter takes an order from 2 to 5, got 1"),
    (ValueError, lambda: ndimage.spline_filter1d(X, 6), "spline_filter1d takes an order from 0 to 5, got 6"),
    (ValueError, lambda: ndimage.spline_filter(X, mode="even"), "the boundary mode must be one of .*, got 'even'"),
    (ValueError, lambda: ndimage.shift(X, 1.0, order=6), "shift takes an order from 0 to 5, got 6"),
    (ValueError, lambda: ndimage.shift(X, 1.0, mode="even"), "shift: mode must be one of .*, got 'even'"),
    (ValueError, lambda: ndimage.shift(X[0, 0], 1.0), "an image of one axis or more, got a number"),
    (ValueError, lambda: ndimage.shift(X, (1.0, 2.0, 3.0)), "shift takes one value for each of 2 axes, got 3"),
    (ValueError, lambda: ndimage.map_coordinates(X, np.ones(2)), r"an array for each of 2 axes.*of shape \(2,\)"),
    (ValueError, lambda: ndimage.map_coordinates(X, np.ones((3, 4))), r"of shape \(3, 4\)"),
    (ValueError, lambda: ndimage.map_coordinates(X, [[1j], [2]]), "real coordinates.*got complex128"),
    (ValueError, lambda: ndimage.map_coordinates(X[:0], np.ones((2, 3))), r"shape \(0, 6\) has nothing to read"),
    (ValueError, lambda: ndimage.affine_transform(X, np.eye(4)), r"\(2, 2\), a diagonal, or one of .*got \(4, 4\)"),
    (ValueError, lambda: ndimage.affine_transform(X, np.ones((3, 3))), "whose last row is 0, ..., 0, 1"),
    (ValueError, lambda: ndimage.rotate(X, 30.0, axes=(0,)), r"rotate takes two axes of the image, got \(0,\)"),
])
def test_what_does_not_fit_is_refused(error: type[Exception], call: Any, words: str) -> None:
    with pytest.raises(error, match=words):
        call()


def test_keywords_that_scipy_has_not_are_refused() -> None:
    with pytest.raises(TypeError, match="width"):
        ndimage.gaussian_laplace(X, 1.0, width=3)


def test_widths_of_all_axes_are_in_the_images_order() -> None:
    """As SciPy reads them where `axes` names all in another order; of some axes they are in that of `axes`."""
    image = np.random.default_rng(0).normal(size=(4, 5))
    for axes, widths in (((1, 0), (0.5, 1.5)), ((0, 1), (0.5, 1.5)), ((1,), (0.7,))):
        np.testing.assert_allclose(ndimage.gaussian_laplace(Tensor(image), widths, axes=axes).numpy(),
                                   nd.gaussian_laplace(image, widths, axes=axes), rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("name", ["convolve1d", "gaussian_filter", "sobel", "median_filter", "grey_erosion", "shift",
                                  "spline_filter"])
def test_half_precision_is_refused_as_by_scipy(name: str) -> None:
    """As an image, with or without another output, and as an output."""
    given = {"convolve1d": [np.ones(2)], "gaussian_filter": [1.0], "median_filter": [3], "grey_erosion": [3],
             "shift": [0.5]}.get(name, [])
    for image, options in ((IMAGE.astype(np.float16), {}), (IMAGE.astype(np.float16), {"output": np.float64}),
                           (IMAGE, {"output": np.float16})):
        with pytest.raises(RuntimeError, match="type"):
            getattr(nd, name)(image, *given, **options)
        with pytest.raises(TypeError, match=r"not float16; give image.astype\(np.float32\)"):
            getattr(ndimage, name)(Tensor(image), *given, **options)
