"""Twins of `scipy.spatial.distance`: every metric has SciPy's values, with all options, and its derivatives."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import scipy.spatial
import scipy.spatial.distance as sd

import autograd
from autograd import Tensor, grad, hessian, vmap
from autograd.scipy import spatial
from autograd.scipy.spatial import distance
from autograd.testing import check_gradients

rng = np.random.default_rng(0)
A, B = rng.uniform(0.1, 2, (7, 3)), rng.uniform(0.1, 2, (6, 3))
SIGNED = A - 0.9, B - 1.1
W = np.array([0.5, 1.0, 2.0])
NEEDED: dict[str, dict[str, Any]] = {"seuclidean": {"V": W}, "mahalanobis": {"VI": np.diag(W) + 0.1}}
UNWEIGHTED = {"seuclidean", "mahalanobis", "jensenshannon"}
CASES: list[tuple[str, dict[str, Any]]] = [(name, {}) for name in distance.METRICS]
CASES += [(name, {"w": w}) for name in distance.METRICS if name not in UNWEIGHTED for w in (W, [0.5, 0.0, 1.0])]
CASES += [("minkowski", {"p": 3}), ("minkowski", {"p": 1.5, "w": W}), ("seuclidean", {"V": W}),
          ("mahalanobis", {"VI": np.diag(W) + 0.1}), ("minkowski", {"p": np.inf}),
          ("minkowski", {"p": np.inf, "w": np.array([0.5, 0.0, 1.0])})]


@pytest.mark.parametrize("name", list(distance.METRICS))
def test_scipys_functions_of_two_vectors_are_metrics(name: str) -> None:
    options = NEEDED.get(name, {})
    for metric in (getattr(sd, name), getattr(distance, name)):
        np.testing.assert_allclose(distance.cdist(Tensor(A), B, metric, **options).numpy(),
                                   sd.cdist(A, B, getattr(sd, name), **options))
        assert distance.NAMES[metric] == name  # so that it does not go pair by pair


@pytest.mark.parametrize(("name", "options"), CASES)
def test_distances_are_scipys_and_differentiated_in_both_sets(name: str, options: dict[str, Any]) -> None:
    a, b = (A, B) if name == "jensenshannon" else SIGNED
    np.testing.assert_allclose(distance.cdist(Tensor(a), b, name, **options).numpy(), sd.cdist(a, b, name, **options),
                               rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(distance.pdist(Tensor(a), name, **options).numpy(), sd.pdist(a, name, **options),
                               rtol=1e-10, atol=1e-12)
    check_gradients(lambda a, b: distance.cdist(a, b, name, **options), a, b, order=2)


@pytest.mark.parametrize("name", sorted(distance.METRICS.keys() - {"seuclidean", "mahalanobis"}))
def test_the_gradient_is_0_where_points_coincide(name: str) -> None:
    gradient = grad(lambda a: np.sum(distance.cdist(a, A[:1], name)))(A[:1])
    np.testing.assert_allclose(gradient, np.zeros((1, 3)), atol=1e-12)


@pytest.mark.parametrize(("name", "options"), CASES)
def test_distances_of_two_vectors_are_scipys(name: str, options: dict[str, Any]) -> None:
    options = options or NEEDED.get(name, {})
    u, v = (A[0], B[0]) if name == "jensenshannon" else (SIGNED[0][0], SIGNED[1][0])
    for x, y, dtype in ((u, v, float), (u, v, np.float32), (u, u, float)):
        x, y = x.astype(dtype), y.astype(dtype)
        theirs = np.asarray(getattr(sd, name)(x, y, **options))
        found = getattr(distance, name)(Tensor(x), y, **options)
        assert found.shape == ()
        assert found.dtype == theirs.dtype or name in ("minkowski", "euclidean")  # by the power, and SciPy's version
        np.testing.assert_allclose(found.numpy(), theirs, rtol=1e-12 if dtype is float else 1e-5, atol=1e-12)
        by_position = getattr(distance, name)(Tensor(x), y, *options.values()) if list(options) != ["w"] else found
        np.testing.assert_array_equal(by_position.numpy(), found.numpy())


def test_a_distance_is_curved_where_one_coordinate_agrees() -> None:
    """A power of the size, |x|^2, has a kink at 0, and its second derivative was 0."""
    d = np.array([0.0, 2.0])
    expected = np.diag([0.5, 0.0])  # of the length
    for f in (lambda x: distance.minkowski(x, np.zeros(2)), lambda x: spatial.minkowski_distance(x, np.zeros(2)),
              lambda x: distance.cdist(x[None], np.zeros((1, 2)), "minkowski")[0, 0],
              lambda x: spatial.distance_matrix(x[None], np.zeros((1, 2)))[0, 0]):
        np.testing.assert_allclose(hessian(f)(d), expected, atol=1e-15)
    fourth = grad(grad(grad(grad(lambda x: np.linalg.norm(np.stack([x, x * 0 + 2.0]), 4)))))(0.0)
    np.testing.assert_allclose(fourth, 24 / 4 / 2**3)  # of (x^4 + 2^4)^(1/4)


@pytest.mark.filterwarnings("ignore:.*in favor of .scipy.spatial.distance:DeprecationWarning")  # since SciPy 1.18
def test_distances_by_a_power_are_scipys() -> None:
    for p in (1, 2, 3.5, 4, np.inf):
        for name in ("minkowski_distance", "minkowski_distance_p"):
            np.testing.assert_allclose(getattr(spatial, name)(Tensor(A[:, None]), B, p).numpy(),
                                       getattr(scipy.spatial, name)(A[:, None], B, p))
        np.testing.assert_allclose(spatial.distance_matrix(Tensor(A), B, p).numpy(),
                                   scipy.spatial.distance_matrix(A, B, p, threshold=1))
        check_gradients(lambda a, b, p=p: spatial.distance_matrix(a, b, p), A, B, order=2)
    assert not np.any(grad(lambda x: spatial.minkowski_distance(x, A[0]))(A[0]))


def test_weights_variances_and_inverse_covariances_are_differentiated() -> None:
    for name, option, value in (("euclidean", "w", W), ("seuclidean", "V", W), ("mahalanobis", "VI", np.diag(W) + 0.1)):
        check_gradients(lambda x, name=name, option=option: distance.pdist(A, name, **{option: x}), value, order=2)


def test_a_metric_may_be_a_function() -> None:
    def bent(u: Any, v: Any, power: float) -> Any:
        return np.sum(np.abs(u - 2 * v)) ** power

    for p in (0.5, 2.0):
        np.testing.assert_allclose(distance.cdist(Tensor(A), B, bent, power=p).numpy(), sd.cdist(A, B, bent, power=p))
        np.testing.assert_allclose(distance.pdist(Tensor(A), bent, power=p).numpy(), sd.pdist(A, bent, power=p))


def test_condensed_distances_become_a_matrix_and_back() -> None:
    for count in range(1, 6):
        condensed = rng.standard_normal(count * (count - 1) // 2)
        matrix = sd.squareform(condensed)
        np.testing.assert_array_equal(distance.squareform(Tensor(condensed)).numpy(), matrix)
        np.testing.assert_array_equal(distance.squareform(Tensor(matrix)).numpy(), condensed)
        np.testing.assert_array_equal(distance.pdist(Tensor(A[:count])).shape, condensed.shape)
    with pytest.raises(ValueError, match="must be symmetric"):
        distance.squareform(Tensor(rng.standard_normal((3, 3))))
    assert distance.squareform(Tensor(rng.standard_normal((3, 3))), checks=False).shape == (3,)
    assert distance.squareform(Tensor(np.ones(3)), "tomatrix").shape == (3, 3)
    for force, x in (("tomatrix", np.zeros((3, 3))), ("tovector", np.ones(3))):
        with pytest.raises(ValueError, match=f"Forcing '{force}'"):
            distance.squareform(Tensor(x), force)


@pytest.mark.parametrize("name", ["sqeuclidean", "euclidean", "minkowski", "cityblock", "cosine", "canberra"])
def test_stacks_of_vectors_are_taken_where_scipy_takes_them(name: str) -> None:
    ours, theirs = getattr(distance, name), getattr(sd, name)
    for u, v in ((A[:6], B), (A[:2, None], B[:4]), (A, B[0])):
        try:
            expected = theirs(u, v, w=W)
        except ValueError:  # all of them before SciPy 1.18, and most of them since
            with pytest.raises(ValueError, match="two real vectors of one length, got"):
                ours(Tensor(u), v, w=W)
            continue
        np.testing.assert_allclose(ours(Tensor(u), v, w=W), expected, rtol=1e-12)
        pairs = zip(*(np.broadcast_to(x, (*expected.shape, 3)).reshape(-1, 3) for x in (u, v)), strict=True)
        np.testing.assert_allclose(expected.ravel(), [theirs(a, b, w=W) for a, b in pairs], rtol=1e-12)
        check_gradients(lambda u, v, w: ours(u, v, w=w), u, v, W)


def test_batches_of_sets() -> None:
    sets = rng.standard_normal((3, 4, 2))
    for f in (distance.pdist, lambda x: distance.squareform(distance.pdist(x)), lambda x: distance.cdist(x, x + 1)):
        np.testing.assert_allclose(vmap(f)(sets), [f(x) for x in sets])


@pytest.mark.parametrize(("call", "error", "words"), [
    (lambda: distance.cdist(Tensor(A), B, "hamming"), ValueError, "got 'hamming'"),
    (lambda: distance.cdist(Tensor(A[0]), B), ValueError, r"rows of a real matrix, got float64 \(3,\)"),
    (lambda: distance.pdist(Tensor(A + 0j)), ValueError, "real matrix, got complex128"),
    (lambda: distance.pdist(Tensor(A, requires_grad=True), out=np.zeros(len(A) * (len(A) - 1) // 2)), TypeError,
     r"pdist\(out=...\) would write .* plain ndarray"),
    (lambda: distance.pdist(Tensor(A), out=np.zeros(3)), ValueError, r"got a target of shape \(3,\)"),
    (lambda: distance.pdist(Tensor(A), out=[0.0]), TypeError, r"y\[...\] = pdist"),
    (lambda: distance.cdist(Tensor(A), B, w=[1, -1, 1]), ValueError, "weights w of a metric are not negative"),
    (lambda: distance.cosine(Tensor(A[0]), B[0], w=[1, -1, 1]), ValueError, "weights w of a metric are not negative"),
    (lambda: distance.cosine(Tensor(A), B[0]), ValueError, r"two real vectors.*got float64 \(7, 3\).*cdist takes"),
    (lambda: distance.euclidean(Tensor(A[0]), B[0, :1]), ValueError, r"of one length.*, got .*\(3,\) and .* \(1,\)"),
    (lambda: distance.euclidean(Tensor(A[0] + 0j), B[0]), ValueError, "two real vectors.*complex128"),
    (lambda: distance.minkowski(Tensor(A[0]), B[0], 0), ValueError, "power p > 0, got 0"),
    (lambda: distance.euclidean(Tensor(A[0]), B[0], W, 3), TypeError, "takes u, v, w: too many positional"),
    (lambda: spatial.distance_matrix(Tensor(A), B[:, :2]), ValueError, r"as many columns, got shapes \(7, 3\)"),
])
def test_what_is_not_a_distance_of_tensors_is_refused(call: Any, error: Any, words: str) -> None:
    with pytest.raises(error, match=words):
        call()


def test_vectors_without_a_length_have_no_correlation_and_no_warning() -> None:
    for x in (np.zeros((1, 3)), np.ones((2, 1))):
        found = distance.cdist(Tensor(x), x, "correlation").numpy()
        np.testing.assert_array_equal(found, sd.cdist(x, x, "correlation"))


@pytest.mark.parametrize("metric", ["cosine", "correlation"])
def test_the_distance_of_parallel_vectors_is_curved(metric: str) -> None:
    """It is 0, or 2, and rounding takes it beyond: there it met a bound, and had no second derivative."""
    def without_rounding(u: Any, v: Any) -> Any:
        u, v = (u - np.mean(u), v - np.mean(v)) if metric == "correlation" else (u, v)
        return 1 - u @ v / np.sqrt(u @ u * (v @ v))

    for x in rng.normal(size=(5, 4)):
        for factor in (1.0, 3.7, -0.3):
            found = hessian(lambda u, v: distance.cdist(u[None], v[None], metric)[0, 0])(x, factor * x)
            np.testing.assert_allclose(found, hessian(without_rounding)(x, factor * x), rtol=1e-7, atol=1e-9)
            assert np.max(np.abs(found)) > 0.05


def test_a_scipy_that_has_dropped_the_distances_by_a_power() -> None:
    code = """
import scipy.spatial as s
for name in ("minkowski_distance", "minkowski_distance_p", "distance_matrix"):
    if hasattr(s, name):
        delattr(s, name)
import autograd.scipy.spatial as ours
assert ours.__all__ == ["distance"]
"""
    subprocess.run([sys.executable, "-c", code], cwd=Path(autograd.__file__).parents[1], check=True)


@pytest.mark.parametrize("scale", [1e-100, 1e100])
@pytest.mark.parametrize("metric", ["cosine", "correlation"])
def test_angles_of_tiny_and_huge_vectors_have_their_slopes(metric: str, scale: float) -> None:
    """The product of two squared lengths of 1e-200 is 0."""
    a, b = np.array([[1.0, 2.0, -0.5]]), np.array([[0.3, -1.0, 2.0], [1.0, 1.0, 0.0]])
    slopes = autograd.jacrev(lambda a, scale: distance.cdist(a, b * scale, metric))
    np.testing.assert_allclose(slopes(a * scale, scale) * scale, slopes(a, 1.0), rtol=1e-12)
    np.testing.assert_allclose(distance.cdist(Tensor(a * scale), b * scale, metric).numpy(),
                               sd.cdist(a * scale, b * scale, metric), rtol=1e-12)
