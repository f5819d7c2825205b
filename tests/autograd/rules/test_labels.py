"""Sums by label: SciPy's values for every form of labels and index, and derivatives in the image."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import scipy.ndimage as nd

from autograd import Tensor, grad, vmap
from autograd.scipy import ndimage
from autograd.testing import check_gradients
from autograd.tree import flatten

rng = np.random.default_rng(9)
IMAGE = rng.uniform(0.5, 2.0, (3, 4))
LABELS = np.array([[0, 1, 2, 1], [1, 1, 5, -3], [2, 5, 0, 1]])
NAMES = ("sum", "sum_labels", "mean", "variance", "standard_deviation", "center_of_mass")
FORMS: list[tuple[Any, ...]] = [
    (), (LABELS,), (LABELS, 1), (LABELS, [2, 1, 1]), (LABELS, [[5], [-3]]), ([0, 1, 1, 7],),
    ([0, 1, 1, 7], [1, 7]), (LABELS > 0,), (None, 1), (LABELS * 0.5, [0.5, 1.0]), (LABELS, [])]


@pytest.mark.filterwarnings("ignore:invalid value")  # SciPy's, of labels that nobody asked for
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("form", FORMS, ids=range(len(FORMS)))
def test_values_are_scipys(name: str, form: tuple[Any, ...]) -> None:
    for dtype in (np.float64, np.float32):
        image = IMAGE.astype(dtype)
        expected, found = getattr(nd, name)(image, *form), getattr(ndimage, name)(Tensor(image), *form)
        assert type(found) is (type(expected) if isinstance(expected, (list, tuple)) else Tensor)
        for a, b in zip(flatten(found)[0], flatten(expected)[0], strict=True):
            assert isinstance(a, Tensor)
            assert (a.shape, a.dtype) == (np.shape(b), np.asarray(b).dtype)
            np.testing.assert_allclose(a.numpy(), b, rtol=1e-12 if dtype is np.float64 else 1e-5, atol=1e-7)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("form", FORMS[:4], ids=range(4))
def test_derivatives_in_the_image(name: str, form: tuple[Any, ...]) -> None:
    check_gradients(lambda image: getattr(ndimage, name)(image, *form), IMAGE, order=2)


@pytest.mark.filterwarnings("ignore:invalid value")
def test_of_a_label_that_no_element_has() -> None:
    for name in NAMES:
        found = flatten(getattr(ndimage, name)(Tensor(IMAGE), LABELS, [1, 9]))[0]
        expected = flatten(getattr(nd, name)(IMAGE, LABELS, [1, 9]))[0]
        for a, b in zip(found, expected, strict=True):
            np.testing.assert_allclose(a.numpy(), b)
    slope = grad(lambda image: ndimage.variance(image, LABELS, [1, 9])[0])(IMAGE)
    np.testing.assert_allclose(slope, grad(lambda image: np.var(image[LABELS == 1]))(IMAGE))


def test_of_equal_elements_the_spread_has_the_slope_0() -> None:
    assert not np.any(grad(lambda image: ndimage.standard_deviation(image, LABELS, 1))(np.ones((3, 4))))


def test_images_of_a_batch_share_their_labels() -> None:
    images = np.stack([IMAGE, 2 * IMAGE])
    found = vmap(lambda image: ndimage.mean(image, LABELS, [1, 2]))(images)
    np.testing.assert_allclose(found, [nd.mean(image, LABELS, [1, 2]) for image in images])


def test_a_complex_image_is_refused() -> None:
    with pytest.raises(ValueError, match="of real images, got complex128"):
        ndimage.mean(Tensor(IMAGE + 1j))
