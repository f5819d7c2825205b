"""Radial basis functions: SciPy's values for every kernel, and derivatives in all that determines them."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import scipy.interpolate as si

from autograd import Tensor, grad, hessian, vmap
from autograd.scipy.interpolate import RBFInterpolator
from autograd.scipy.interpolate.radial import KERNELS
from autograd.testing import check_gradients

rng = np.random.default_rng(6)
Y, D, AT = rng.uniform(-1, 1, (15, 2)), rng.normal(size=(15, 3)), rng.uniform(-1, 1, (5, 2))
FORMS: list[dict[str, Any]] = [
    {}, {"smoothing": 0.3}, {"smoothing": np.linspace(0, 1, 15)}, {"neighbors": 8}, {"neighbors": 99},
    {"neighbors": 1, "degree": 0}, {"degree": -1}, {"degree": 2}, {"neighbors": 8, "smoothing": np.linspace(0, 1, 15)}]


@pytest.mark.filterwarnings("ignore:.*degree")
@pytest.mark.parametrize("kernel", KERNELS)
@pytest.mark.parametrize("form", FORMS)
def test_values_are_scipys(kernel: str, form: dict[str, Any]) -> None:
    for d in (D, D[:, 0], D.reshape(15, 3, 1), D + 1j * D[::-1], D.astype(np.float32)):
        options = {"kernel": kernel, "epsilon": 1.3, **form}
        expected = si.RBFInterpolator(Y, d, **options)(AT)
        for found in (RBFInterpolator(Tensor(Y), d, **options)(AT), RBFInterpolator(Y, Tensor(d), **options)(AT),
                      RBFInterpolator(Y, d, **options)(Tensor(AT))):
            assert (found.shape, found.dtype) == (expected.shape, expected.dtype)
            np.testing.assert_allclose(found.numpy(), expected, rtol=1e-9, atol=1e-9)


def test_defaults_and_other_dimensions() -> None:
    for dimensions in (1, 3):
        y, at = rng.normal(size=(20, dimensions)), rng.normal(size=(4, dimensions))
        expected = si.RBFInterpolator(y, y[:, 0] ** 2)(at)
        np.testing.assert_allclose(RBFInterpolator(Tensor(y), y[:, 0] ** 2)(at).numpy(), expected, rtol=1e-9)


@pytest.mark.parametrize("kernel", KERNELS)
@pytest.mark.parametrize("neighbors", [None, 9])
def test_derivatives_in_everything(kernel: str, neighbors: int | None) -> None:
    def read(y: Any, d: Any, at: Any, epsilon: Any, smoothing: Any) -> Any:
        return RBFInterpolator(y, d, neighbors, smoothing, kernel, epsilon)(at)

    check_gradients(read, Y, D[:, :1], AT[:2], 1.3, 0.1, order=2)


def test_of_arrays_it_is_scipys_object_and_differentiated_in_points() -> None:
    made = RBFInterpolator(Y, D)
    assert isinstance(made, si.RBFInterpolator)
    np.testing.assert_array_equal(made(AT), si.RBFInterpolator(Y, D)(AT))
    check_gradients(made, AT, order=2)
    again = pickle.loads(pickle.dumps(made))
    np.testing.assert_array_equal(again(Tensor(AT)).numpy(), made(Tensor(AT)).numpy())
    np.testing.assert_allclose(vmap(lambda d: RBFInterpolator(Y, d)(AT))(D.T), made(AT).T)


def test_derivatives_at_a_point_of_the_data() -> None:
    """r^3 is smooth there; r has a kink, at which its own slope counts as 0."""
    for kernel in KERNELS:
        made = RBFInterpolator(Y, D[:, 0], kernel=kernel, epsilon=1.0)
        slope = grad(lambda at, made=made: made(at[None])[0])(Y[3])
        nearby = [grad(lambda at, made=made: made(at[None])[0])(Y[3] + h) for h in ([1e-6, 0.0], [-1e-6, 0.0])]
        np.testing.assert_allclose(slope, np.mean(nearby, axis=0), rtol=1e-3, atol=1e-4)
    cubic = RBFInterpolator(Y, D[:, 0], kernel="cubic")
    at, near = (hessian(lambda at: cubic(at[None])[0])(x) for x in (Y[3], Y[3] + 1e-9))
    np.testing.assert_allclose(at, near, rtol=1e-6, atol=1e-6)


def test_a_degree_too_low_is_warned_of_as_by_scipy() -> None:
    for y in (Y, Tensor(Y)):
        with pytest.warns(UserWarning, match="degree"):
            RBFInterpolator(y, D, degree=0)


@pytest.mark.parametrize(("call", "words"), [
    (lambda y: RBFInterpolator(y, D, kernel="wendland"), "one of 'linear', .*got 'wendland'"),
    (lambda y: RBFInterpolator(y, D, kernel="gaussian"), "takes epsilon, the inverse of a length"),
    (lambda y: RBFInterpolator(y, D[:4]), r"as many values d.*\(15, 2\), \(4, 3\)"),
    (lambda y: RBFInterpolator(y[:, 0], D), r"points y of shape \(n, dimensions\)"),
    (lambda y: RBFInterpolator(y, D, smoothing=np.ones(3)), r"one smoothing or as many.*\(3,\)"),
    (lambda y: RBFInterpolator(y[:2], D[:2]), "3 points or more for a polynomial of degree 1 in 2 dimensions, got 2"),
    (lambda y: RBFInterpolator(y, D, neighbors=2), "3 points or more .*, got 2"),
    (lambda y: RBFInterpolator(y, D, degree=-2), "at least -1, got -2"),
    (lambda y: RBFInterpolator(y, D)(AT[:, :1]), r"of 2 dimensions takes points as rows.*\(5, 1\)"),
])
def test_what_does_not_fit_is_refused(call: Callable[[Any], Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        call(Tensor(Y))
