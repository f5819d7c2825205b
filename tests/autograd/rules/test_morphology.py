"""Grey morphology: SciPy's values in every form, and the derivative of the element that is taken."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import scipy.ndimage as nd

from autograd import Tensor, grad, jvp, vmap
from autograd.scipy import ndimage
from autograd.testing import check_gradients

NAMES = ["grey_erosion", "grey_dilation", "grey_opening", "grey_closing", "white_tophat", "black_tophat",
         "morphological_gradient", "morphological_laplace"]
rng = np.random.default_rng(3)
TIED = rng.integers(0, 9, (6, 7)).astype(float)
HEIGHTS, CORNER = rng.normal(size=(2, 3)), np.array([[1, 0, 1], [0, 1, 1]], bool)
FORMS: list[dict[str, Any]] = [
    {"size": 3}, {"size": (2, 3)}, {"size": (2, 3), "origin": (-1, 1)}, {"size": 2, "axes": 0}, {"footprint": CORNER},
    {"footprint": CORNER, "origin": (0, -1)}, {"footprint": np.ones((2, 2))}, {"structure": HEIGHTS},
    {"structure": HEIGHTS, "footprint": CORNER, "origin": -1}, {"structure": HEIGHTS[0], "axes": (1,)}]


@pytest.mark.parametrize("mode", ["reflect", "mirror", "nearest", "wrap", "constant"])
@pytest.mark.parametrize("name", NAMES)
def test_every_form_has_scipys_values(name: str, mode: str) -> None:
    for form in FORMS:
        for dtype in (np.float64, np.float32):
            image = TIED.astype(dtype)
            found = getattr(ndimage, name)(Tensor(image), mode=mode, cval=1.5, **form).numpy()
            expected = getattr(nd, name)(image, mode=mode, cval=1.5, **form)
            assert found.dtype == expected.dtype
            np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-6, err_msg=str(form))


@pytest.mark.parametrize("name", NAMES)
def test_images_and_structures_are_differentiated(name: str) -> None:
    apart = rng.permutation(30).reshape(5, 6) + rng.uniform(0, 0.5, (5, 6))
    check_gradients(lambda x, s: getattr(ndimage, name)(x, structure=s), apart, HEIGHTS / 100)


def test_batches_are_those_of_a_loop() -> None:
    images = rng.normal(size=(3, 4, 5))
    for f in (lambda x: ndimage.grey_opening(x, 3), grad(lambda x: np.sum(ndimage.grey_closing(x, 2) ** 2))):
        np.testing.assert_array_equal(vmap(f)(images), [f(x) for x in images])


def test_where_elements_are_equal_one_of_them_is_taken_in_both_modes() -> None:
    flat, direction = np.zeros((3, 3)), rng.normal(size=(3, 3))
    slope = grad(lambda x: ndimage.grey_dilation(x, 3)[1, 1])(flat)
    assert slope.sum() == pytest.approx(1)
    along = jvp(lambda x: ndimage.grey_dilation(x, 3)[1, 1], (flat,), (direction,))[1]
    assert along == pytest.approx(np.sum(slope * direction))


def test_what_morphology_of_tensors_does_not_take_is_said() -> None:
    image = Tensor(TIED)
    for call, said in ((lambda: ndimage.grey_erosion(image), "takes a size or a footprint"),
                       (lambda: ndimage.grey_erosion(image, 3, structure=HEIGHTS), "a size or a structure"),
                       (lambda: ndimage.grey_dilation(image, None, CORNER, HEIGHTS[:1]), r"\(1, 3\) and \(2, 3\)"),
                       (lambda: ndimage.morphological_gradient(image, 3, output=float), "takes no output")):
        with pytest.raises(ValueError, match=said):
            call()
    with pytest.raises(TypeError, match="real images"):
        ndimage.grey_erosion(Tensor(TIED + 1j), 3)
