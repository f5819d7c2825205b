"""`np.f(..., out=t)` into a tensor is `t[...] = np.f(...)`, for every function of NumPy that takes a target."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd
from autograd import Tensor, grad, jvp, tensor
from autograd.registry import registry

pytestmark = pytest.mark.filterwarnings("ignore:numpy.fix is deprecated:DeprecationWarning")  # since NumPy 2.5
X = np.random.default_rng(4).uniform(0.5, 1.5, (3, 3))
MASK = np.array([True, False, True])
CALLS: dict[str, Callable[..., Any]] = {
    "choose": lambda x, **out: np.choose(np.array([0, 1, 0]), [x[0], x[1]], **out),
    "clip": lambda x, **out: np.clip(x, 0.6, 1.0, **out),
    "compress": lambda x, **out: np.compress(MASK, x, axis=0, **out),
    "concatenate": lambda x, **out: np.concatenate([x, x], **out),
    "cumulative_prod": lambda x, **out: np.cumulative_prod(x, axis=0, **out),
    "cumulative_sum": lambda x, **out: np.cumulative_sum(x, axis=1, **out),
    "dot": lambda x, **out: np.dot(x, x, **out),
    "einsum": lambda x, **out: np.einsum("ij,jk->ik", x, x, **out),
    "multi_dot": lambda x, **out: np.linalg.multi_dot([x, x, x], **out),
    "nanpercentile": lambda x, **out: np.nanpercentile(x, 30, axis=0, **out),
    "nanquantile": lambda x, **out: np.nanquantile(x, 0.3, axis=0, **out),
    "outer": lambda x, **out: np.outer(x, x, **out),
    "percentile": lambda x, **out: np.percentile(x, 30, axis=0, **out),
    "quantile": lambda x, **out: np.quantile(x, 0.3, axis=0, **out),
    "stack": lambda x, **out: np.stack([x, x], **out),
    "take": lambda x, **out: np.take(x, [0, 2], axis=1, **out),
}
"""How functions are called that take more than an array."""


def takes_a_target(function: Callable[..., Any]) -> bool:
    try:
        return not isinstance(function, np.ufunc) and "out" in inspect.signature(function).parameters
    except ValueError:  # in C, without a signature in NumPy 2.2
        return function.__name__ in CALLS


FUNCTIONS = {f.__name__: f for f in registry if getattr(f, "__module__", "").startswith("numpy") and takes_a_target(f)}


def has_slopes(name: str) -> bool:
    return getattr(registry[FUNCTIONS[name]], "kind", "") != "constant"


def test_the_table_has_functions() -> None:
    assert len(FUNCTIONS) > 50
    assert CALLS.keys() <= FUNCTIONS.keys()


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_target_is_written_to_differentiably(name: str) -> None:
    call = CALLS.get(name, FUNCTIONS[name])
    plain = call(X)
    weights = np.arange(1.0, 1 + plain.size).reshape(plain.shape)

    def written(x: Any) -> Any:
        target = tensor(np.full_like(plain, 7))
        assert call(x, out=target) is target
        return np.sum(np.abs(target) * weights)

    def returned(x: Any) -> Any:
        return np.sum(np.abs(call(x)) * weights)

    np.testing.assert_allclose(written(tensor(X)).item(), returned(X), rtol=1e-12)
    if has_slopes(name):
        np.testing.assert_allclose(grad(written)(X), grad(returned)(X), rtol=1e-12)
        np.testing.assert_allclose(jvp(written, (X,), (X,))[1], jvp(returned, (X,), (X,))[1], rtol=1e-12)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_an_array_is_written_to_unless_a_gradient_would_be_lost(name: str) -> None:
    call = CALLS.get(name, FUNCTIONS[name])
    plain = call(X)
    target = np.zeros_like(plain)
    assert call(tensor(X), out=target) is target
    np.testing.assert_allclose(target, plain, rtol=1e-12)
    if has_slopes(name):
        with pytest.raises(TypeError, match=r"plain ndarray, which loses its gradient"):
            call(tensor(X, requires_grad=True), out=target)


def test_methods_and_targets_by_their_place() -> None:
    x = tensor(X, requires_grad=True)
    target = autograd.zeros(3)
    assert x.sum(axis=0, out=target) is target
    assert np.max(x, 1, target) is target
    target.sum().backward()
    np.testing.assert_array_equal(x.grad, X.max(axis=1, keepdims=True) == X)
    places = np.zeros(3, np.intp)
    np.argmax(x, 0, places)
    np.testing.assert_array_equal(places, X.argmax(axis=0))


def test_a_target_of_another_shape_or_kind_is_refused_and_stays() -> None:
    x, short, whole = tensor(X, requires_grad=True), Tensor([1.0, 2.0]), Tensor([1, 2, 3])
    with pytest.raises(ValueError, match=r"a result of shape \(3,\), got a target of shape \(2,\)"):
        np.sum(x, axis=0, out=short)
    with pytest.raises(TypeError, match="float64 to int64"):
        np.sum(x, axis=0, out=whole)
    np.testing.assert_array_equal(short, [1.0, 2.0])
    np.testing.assert_array_equal(whole, [1, 2, 3])


SUMS: dict[str, Callable[..., Any]] = {
    "sum": np.sum, "method": lambda x, **out: x.sum(**out), "along an axis": lambda x, **out: np.sum(x, axis=0, **out),
    "nansum": np.nansum, "trace": lambda x, **out: np.trace(np.diag(x), **out), "mean": np.mean, "nanmean": np.nanmean,
    "add.reduce": np.add.reduce, "hypot.reduce": np.hypot.reduce, "subtract.reduce": np.subtract.reduce,
    "prod": lambda x, **out: np.prod(x[:8], **out), "cumsum": np.cumsum, "add.accumulate": np.add.accumulate,
    "cumprod": lambda x, **out: np.cumprod(x[:8], **out), "cumulative_sum": np.cumulative_sum,
    "add.reduceat": lambda x, **out: np.add.reduceat(x, [0, 100], **out),
}


@pytest.mark.parametrize("name", SUMS)
@pytest.mark.parametrize("tracked", [False, True])
def test_a_sum_has_the_range_of_its_target(name: str, tracked: bool) -> None:
    x = np.full(500, 200, np.float16)
    wanted = SUMS[name](x.astype(float))
    assert np.max(np.abs(SUMS[name](x, out=np.zeros_like(wanted)) - wanted)) <= 1e-10 * np.max(np.abs(wanted))
    leaf = Tensor(x, requires_grad=tracked)
    target = tensor(np.zeros_like(wanted))
    found = SUMS[name](leaf, out=target)
    assert found is target
    np.testing.assert_allclose(found.detach().numpy(), wanted, rtol=1e-12)
    if tracked and name == "sum":
        found.backward()
        np.testing.assert_array_equal(leaf.grad, np.ones(500, np.float16))


@pytest.mark.parametrize("function", [np.sum, np.prod, np.add.reduce])
@pytest.mark.parametrize("dtype", [np.int8, np.int16, np.uint8])
def test_one_number_wraps_around_in_a_target_of_few_bits(function: Any, dtype: Any) -> None:
    x = np.full(3, 100, dtype)
    found = function(tensor(x), out=tensor(np.zeros((), dtype)))
    expected = function(x, out=np.zeros((), dtype))
    assert found.dtype == dtype
    assert found.data == expected
