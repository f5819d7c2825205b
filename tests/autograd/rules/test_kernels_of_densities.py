"""`gaussian_kde`: SciPy's values in every form of a call, and what it refuses."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import scipy.stats

from autograd import Tensor, grad, vmap
from autograd.scipy import stats
from autograd.testing import check_gradients

rng = np.random.default_rng(0)


@pytest.mark.parametrize("bandwidth", [None, "scott", "silverman", 0.4])
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("shape", [(7,), (1, 7), (2, 9), (3, 5)])
def test_densities_are_scipys(shape: tuple[int, ...], weighted: bool, bandwidth: Any) -> None:
    data, weights = rng.normal(size=shape), rng.uniform(0.1, 1, shape[-1]) if weighted else None
    d = 1 if len(shape) == 1 else shape[0]
    theirs, plain = (module.gaussian_kde(data, bandwidth, weights) for module in (scipy.stats, stats))
    of_tensors = [stats.gaussian_kde(Tensor(data), bandwidth, weights)]
    if weighted:
        of_tensors.append(stats.gaussian_kde(data, bandwidth, Tensor(weights)))
    points = rng.normal(size=(d, 4))
    for at in (points, points[:, 0], points[:, :1], points[0] if d == 1 else points.tolist()):
        for method in ("__call__", "evaluate", "pdf", "logpdf"):
            expected = getattr(theirs, method)(at)
            np.testing.assert_array_equal(getattr(plain, method)(at), expected)
            for ours, where in ((plain, Tensor(at)), *((kde, at) for kde in of_tensors)):
                found = getattr(ours, method)(where)
                assert isinstance(found, Tensor)
                assert found.shape == expected.shape
                np.testing.assert_allclose(found.numpy(), expected, rtol=1e-11)
    if d == 1:
        expected = theirs.integrate_box_1d(-0.3, 1.0)
        for ours in (plain, *of_tensors):
            assert ours.integrate_box_1d(Tensor(-0.3), 1.0).item() == pytest.approx(expected, rel=1e-11)


def test_the_log_of_a_density_is_known_where_the_density_is_0() -> None:
    data, far = np.array([0.0, 1.0, 0.5]), np.array([200.0, -300.0])
    expected = scipy.stats.gaussian_kde(data).logpdf(far)
    np.testing.assert_allclose(stats.gaussian_kde(data).logpdf(Tensor(far)).numpy(), expected)
    check_gradients(lambda x, at: stats.gaussian_kde(x).logpdf(at), data, far, order=2)
    assert not grad(lambda at: np.sum(stats.gaussian_kde(data)(at)))(far).any()


def test_a_sample_without_weight_changes_nothing() -> None:
    data, weights = np.array([0.0, 1.0, 0.5, 9.0]), np.array([1.0, 2.0, 1.0, 0.0])
    slope = grad(lambda x: stats.gaussian_kde(x, weights=weights)(0.3)[0])(data)
    assert slope[3] == 0
    np.testing.assert_allclose(slope[:3], grad(lambda x: stats.gaussian_kde(x, weights=weights[:3])(0.3)[0])(data[:3]))


def test_batches_of_samples_and_of_points() -> None:
    data, points = rng.normal(size=(3, 6)), rng.normal(size=(3, 2))
    found = vmap(lambda x, at: stats.gaussian_kde(x)(at))(data, points)
    expected = [scipy.stats.gaussian_kde(x)(at) for x, at in zip(data, points, strict=True)]
    np.testing.assert_allclose(found, expected)


@pytest.mark.parametrize(("call", "message"), [
    (lambda x: stats.gaussian_kde(x[:, :2]), r"more of them than each has numbers, got shape \(2, 2\)"),
    (lambda x: stats.gaussian_kde(x, "rule of thumb"), "'silverman' or a number, got 'rule of thumb'"),
    (lambda x: stats.gaussian_kde(x, weights=[1.0, 2.0]), r"each of the 5 samples, got shape \(2,\)"),
    (lambda x: stats.gaussian_kde(x)(x.T), r"gaussian_kde of 2 dimensions takes points as columns.*\(5, 2\)"),
    (lambda x: stats.gaussian_kde(x).integrate_box_1d(0, 1), "samples of one dimension, got 2")])
def test_what_does_not_fit_is_refused(call: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call(Tensor(rng.normal(size=(2, 5))))
