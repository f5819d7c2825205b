"""Images read at places of a grid: SciPy's interpolation, kinks, and what is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import ndimage

from autograd import Tensor, grad
from autograd.testing import check_gradients
from nn import functional

RNG = np.random.default_rng(0)
IMAGES, GRID = RNG.normal(size=(2, 3, 5, 6)), RNG.uniform(-2.7, 2.7, size=(2, 4, 7, 2))
VOLUMES, PLACES = RNG.normal(size=(2, 3, 4, 5, 6)), RNG.uniform(-1.9, 1.9, size=(2, 3, 2, 4, 3))
SCIPYS = {("zeros", False): "grid-constant", ("zeros", True): "grid-constant", ("border", False): "nearest",
          ("border", True): "nearest", ("reflection", False): "reflect", ("reflection", True): "mirror"}


@pytest.mark.parametrize("mode", ["bilinear", "nearest"])
@pytest.mark.parametrize(("padding", "corners"), SCIPYS)
@pytest.mark.parametrize(("images", "grid"), [(IMAGES, GRID), (VOLUMES, PLACES)], ids=["images", "volumes"])
def test_places_are_read_as_scipy_does(images: Any, grid: Any, mode: str, padding: str, corners: bool) -> None:
    found = functional.grid_sample(images, grid, mode, padding, corners).data
    for n, c in np.ndindex(2, 3):
        at = [(grid[n, ..., k] + 1) / 2 * (size - 1) if corners else ((grid[n, ..., k] + 1) * size - 1) / 2
              for k, size in enumerate(images.shape[:1:-1])]
        expected = ndimage.map_coordinates(images[n, c], at[::-1], order=int(mode == "bilinear"),
                                           mode=SCIPYS[padding, corners])
        np.testing.assert_allclose(found[n, c], expected, rtol=1e-9, atol=1e-11)


def keys(s: float, a: float = -0.75) -> float:
    """Cubic convolution's weight of a pixel at the distance s."""
    s = abs(s)
    if s <= 1:
        return (a + 2) * s**3 - (a + 3) * s**2 + 1
    return a * s**3 - 5 * a * s**2 + 8 * a * s - 4 * a if s < 2 else 0.0


def beyond(k: int, size: int, padding: str, corners: bool) -> int | None:
    """The pixel that stands at k, walking back and forth; None where there are zeros."""
    if padding == "border":
        return min(max(k, 0), size - 1)
    while padding == "reflection" and not 0 <= k < size:
        k = (-k if corners else -k - 1) if k < 0 else 2 * (size - 1) - k + (not corners)
    return k if 0 <= k < size else None


@pytest.mark.parametrize(("padding", "corners"), SCIPYS)
def test_bicubic_places_are_read_as_the_formula_says(padding: str, corners: bool) -> None:
    """A sum over all pixels around, with the product of their weights along both axes."""
    found = functional.grid_sample(IMAGES, GRID, "bicubic", padding, corners).data
    for n, i, j in np.ndindex(*GRID.shape[:3]):
        at = [(GRID[n, i, j, k] + 1) / 2 * (size - 1) if corners else ((GRID[n, i, j, k] + 1) * size - 1) / 2
              for k, size in ((1, 5), (0, 6))]
        expected = np.zeros(3)
        for row, column in np.ndindex(40, 40):
            weight = keys(at[0] - (row - 20)) * keys(at[1] - (column - 20))
            if weight:
                pixel = [beyond(row - 20, 5, padding, corners), beyond(column - 20, 6, padding, corners)]
                expected += 0 if None in pixel else weight * IMAGES[n, :, *pixel]
        np.testing.assert_allclose(found[n, :, i, j], expected, rtol=1e-9, atol=1e-11)


@pytest.mark.parametrize("corners", [False, True])
def test_a_grid_that_enlarges_is_an_interpolation(corners: bool) -> None:
    grid = functional.affine_grid(np.tile(np.eye(2, 3), (2, 1, 1)), (2, 3, 9, 14), corners)
    for mode in ("bilinear", "bicubic"):
        resized = functional.interpolate(IMAGES, (9, 14), mode=mode, align_corners=corners).data
        found = functional.grid_sample(IMAGES, grid, mode, "border", corners).data
        np.testing.assert_allclose(found, resized, rtol=1e-9, atol=1e-11)


@pytest.mark.parametrize("mode", ["bilinear", "bicubic"])
@pytest.mark.parametrize(("padding", "corners"), SCIPYS)
def test_slopes_in_image_and_grid(padding: str, corners: bool, mode: str) -> None:
    check_gradients(lambda x, g: functional.grid_sample(x, g, mode, padding, corners), IMAGES, GRID)
    check_gradients(lambda x: functional.grid_sample(x, GRID, "nearest", padding, corners), IMAGES)


@pytest.mark.parametrize("corners", [False, True])
def test_the_identity_leaves_volumes_as_they_are_and_axes_may_change_places(corners: bool) -> None:
    theta = np.tile(np.eye(3, 4), (2, 1, 1))
    grid = functional.affine_grid(theta, VOLUMES.shape, corners)
    np.testing.assert_allclose(functional.grid_sample(VOLUMES, grid, align_corners=corners).data, VOLUMES, atol=1e-12)
    turned = functional.affine_grid(theta[:, [2, 1, 0]], (2, 3, 6, 5, 4), corners)  # x comes from z
    np.testing.assert_allclose(functional.grid_sample(VOLUMES, turned, align_corners=corners).data,
                               VOLUMES.swapaxes(2, 4), atol=1e-12)


@pytest.mark.parametrize("corners", [False, True])
def test_the_identity_leaves_images_as_they_are(corners: bool) -> None:
    theta = np.array([[[1.0, 0, 0], [0, 1, 0]]] * 2)
    grid = functional.affine_grid(theta, IMAGES.shape, corners)
    np.testing.assert_allclose(functional.grid_sample(IMAGES, grid, align_corners=corners).data, IMAGES, rtol=1e-12)
    mirrored = functional.affine_grid(theta * [[[-1], [1]]], IMAGES.shape, corners)
    np.testing.assert_allclose(functional.grid_sample(IMAGES, mirrored, align_corners=corners).data,
                               IMAGES[..., ::-1], rtol=1e-9, atol=1e-11)
    check_gradients(lambda theta: functional.affine_grid(theta, (2, 1, 3, 4), corners), RNG.normal(size=(2, 2, 3)))


def test_at_a_pixel_the_slope_is_that_towards_the_next() -> None:
    line = np.array([0.0, 1.0, 3.0]).reshape(1, 1, 1, 3)
    slope = grad(lambda g: functional.grid_sample(line, g, align_corners=True).sum())(np.zeros((1, 1, 1, 2)))
    np.testing.assert_array_equal(slope.ravel(), [2, 0])  # one row has no other to go to


@pytest.mark.filterwarnings("ignore:invalid value encountered:RuntimeWarning")
@pytest.mark.parametrize("corners", [False, True])
def test_nan_in_a_grid_stands_for_the_first_pixel_or_gives_nan(corners: bool) -> None:
    """As in PyTorch: with zeros around, no pixel is at nan, but it may be between pixels."""
    grid, first = GRID.copy(), GRID.copy()
    grid[0, 1, 2, 0], grid[1, 3, 4] = np.nan, np.nan
    first[0, 1, 2, 0], first[1, 3, 4] = -1, -1
    lost = np.isnan(grid).any(-1)
    for mode, padding in ((mode, padding) for mode in ("nearest", "bilinear") for padding in ("border", "reflection")):
        found = functional.grid_sample(IMAGES, grid, mode, padding, corners).data
        expected = functional.grid_sample(IMAGES, first, mode, padding, corners).data
        np.testing.assert_allclose(found, expected, rtol=1e-12)
    for mode, padding in (("nearest", "zeros"), ("bilinear", "zeros"), ("bicubic", "border")):
        found = functional.grid_sample(IMAGES, grid, mode, padding, corners).data.transpose(0, 2, 3, 1)
        np.testing.assert_array_equal(found[lost], 0 if mode == "nearest" else np.nan)
        kept = functional.grid_sample(IMAGES, first, mode, padding, corners).data.transpose(0, 2, 3, 1)
        np.testing.assert_array_equal(found[~lost], kept[~lost])


def test_images_of_one_pixel_are_reflected_into_themselves() -> None:
    for corners in (False, True):
        found = functional.grid_sample(np.full((2, 1, 1, 1), 7.0), GRID, "bilinear", "reflection", corners)
        np.testing.assert_allclose(found.data, 7)


def test_single_precision_finds_pixels_of_large_images() -> None:
    image = Tensor(np.arange(4200.0**2, dtype=np.float32).reshape(1, 1, 4200, 4200) % 1000)
    grid = functional.affine_grid(np.array([[[1, 0, 0], [0, 1, 0]]], np.float32), (1, 1, 3, 3), True)
    found = functional.grid_sample(image, grid, "nearest", align_corners=True)
    assert found.dtype == np.float32
    assert found.data[0, 0, 2, 2] == image.data[0, 0, -1, -1]


@pytest.mark.parametrize(("call", "message"), [
    (lambda: functional.grid_sample(IMAGES, GRID, "cubic"),
     "grid_sample: mode must be one of 'bilinear', 'nearest', 'bicubic', got 'cubic'"),
    (lambda: functional.grid_sample(VOLUMES, PLACES, "bicubic"),
     r"expected images \(N, C, H, W\) for mode='bicubic', got \(2, 3, 4, 5, 6\)"),
    (lambda: functional.grid_sample(IMAGES, GRID, padding_mode="circular"),
     "padding_mode must be one of 'zeros', 'border', 'reflection', got 'circular'"),
    (lambda: functional.grid_sample(IMAGES[0], GRID), r"expected images \(N, C, H, W\), got \(3, 5, 6\)"),
    (lambda: functional.grid_sample(IMAGES, GRID[:1]), r"expected a grid \(2, OH, OW, 2\), got \(1, 4, 7, 2\)"),
    (lambda: functional.grid_sample(VOLUMES, GRID), r"expected a grid \(2, OD, OH, OW, 3\), got \(2, 4, 7, 2\)"),
    (lambda: functional.affine_grid(np.ones((2, 3, 2)), IMAGES.shape), r"expected theta \(N, 2, 3\) and a size"),
])
def test_what_does_not_fit(call: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()


@pytest.mark.parametrize("mode", ["nearest", "bilinear", "bicubic"])
def test_places_of_half_precision_are_computed_in_single(mode: str) -> None:
    """Pixel 2,049 of a row is none of float16's numbers."""
    image = (np.arange(3000) % 7.0).reshape(1, 1, 1, -1)
    grid = np.random.default_rng(0).uniform(-1, 1, (1, 1, 400, 2)).astype(np.float16)
    half, wide = (functional.grid_sample(image.astype(dtype), grid.astype(dtype), mode)
                  for dtype in (np.float16, float))
    assert half.dtype == np.float16
    np.testing.assert_allclose(half.data, wide.data, rtol=2e-3, atol=2e-3)
