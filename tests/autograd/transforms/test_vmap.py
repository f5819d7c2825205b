"""`vmap` against a Python loop, alone and composed with both modes of differentiation."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd
from autograd import (
    Tensor,
    checkpoint,
    grad,
    hessian,
    jacrev,
    jvp,
    linearize,
    log_softmax,
    logsumexp,
    softmax,
    vjp,
    vmap,
)
from autograd.testing import check_gradients
from autograd.transforms import jacobians
from tests.counted import calls

RNG = np.random.default_rng(0)
X, W = RNG.normal(size=(5, 3)), RNG.normal(size=(3, 4))


def cube(x: Any) -> Any:
    return np.multiply.outer(np.outer(x, x), x)


FUNCTIONS: dict[str, Callable[[Any], Any]] = {
    "broadcasting": lambda x: np.tanh(x) * 2 + np.arange(3.0) + np.ones((2, 1)) * x,
    "vector-matrix": lambda x: x @ W,
    "matrix-vector": lambda x: W.T @ x,
    "vector-vector": lambda x: x @ x,
    "outer product": lambda x: np.outer(x, x) @ W,
    "sum": lambda x: np.sum(x * x),
    "max": lambda x: np.max(x) * x,
    "reshape": lambda x: np.reshape(x, (3, 1)) @ np.reshape(x, (1, -1)),
    "transpose": lambda x: np.transpose(np.outer(x, np.arange(2.0))) @ x,
    "index": lambda x: x[1:] * x[0] + x[[0, 2]],
    "newaxis": lambda x: x[:, None] * x[None, ::-1],
    "where": lambda x: np.where(x > 0, x, -2 * x),
    "floor": lambda x: np.floor(x) * x,
    "argmax": lambda x: x * np.argmax(x),
    "index by argmax": lambda x: x[np.argmax(x)] * x,
    "stack with a constant": lambda x: np.stack([x, W[:, 0]]),
    "sort": np.sort,
    "cumsum": lambda x: np.cumsum(x) * x,
    "std": lambda x: np.std(x) * x,
    "einsum": lambda x: np.einsum("i,ij->j", x, W),
    "softmax": softmax,
    "roll (no batching rule)": lambda x: np.roll(x, 1) * x,
    "prod": lambda x: np.prod(x) * x,
    "reductions of numbers": lambda x: np.sum(x[0]) * np.prod(x[1]) + np.max(x[2]) - np.min(x[0]) + np.mean(x[1]),
    "logsumexp and variance of numbers": lambda x: logsumexp(x[0]) + np.var(x[1]) + np.std(x[1]) * x,
    "an array and a number as indices": lambda x: np.outer(x, x)[np.array([0, 2]), 1],
    "arrays apart from each other": lambda x: cube(x)[np.array([0, 2]), :, np.array([1, 2])],
    "an array and a number apart": lambda x: cube(x)[np.array([0, 2]), :, 1] + cube(x)[2, :, [1, 0]],
    "arrays beside each other": lambda x: cube(x)[:, np.array([0, 2]), np.array([1, 2])],
    "an array and slices": lambda x: np.outer(x, x)[1:, np.array([0, 2, 2])],
    "an array and a new axis": lambda x: np.outer(x, x)[np.array([0, 2]), None],
    "the last axis of several": lambda x: np.sort(cube(x)) + np.real(np.fft.fft(cube(x) * x)) + softmax(cube(x)),
    "a length that is left open": lambda x: np.ravel(cube(x)) + np.reshape(cube(x), (-1,)) * np.cumsum(cube(x)),
    "comparison": lambda x: np.sum((x > 0) * x, keepdims=True) + np.sum(x[0], keepdims=True),
    "an array behind slices": lambda x: np.outer(x, x)[:, np.array([0, 2])],
    "axes by range": lambda x: np.moveaxis(np.outer(x, x * x), range(1), range(1, 2)),
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_vmap_is_a_loop(name: str) -> None:
    f = FUNCTIONS[name]

    def loss(x: Any) -> Any:
        return np.sum(np.sin(f(x)))

    ones = np.ones(3)
    values = np.stack([np.asarray(f(Tensor(x))) for x in X])
    gradients = np.stack([grad(loss)(x) for x in X])
    tangents = np.stack([jvp(f, (x,), (ones,))[1] for x in X])
    close = {"rtol": 1e-12, "atol": 1e-12}
    np.testing.assert_allclose(vmap(f)(X), values, **close)
    np.testing.assert_allclose(vmap(grad(loss))(X), gradients, **close)
    np.testing.assert_allclose(grad(lambda x: np.sum(np.sin(vmap(f)(x))))(X), gradients, **close)
    np.testing.assert_allclose(vmap(lambda x: jvp(f, (x,), (ones,))[1])(X), tangents, **close)
    np.testing.assert_allclose(jvp(vmap(f), (X,), (np.ones_like(X),))[1], tangents, **close)


ONE_BY_ONE = ("argmax", "index by argmax", "roll (no batching rule)", "an array and a number as indices",
              "arrays apart from each other", "an array and a number apart", "an array and a new axis")


@pytest.mark.parametrize("name", [name for name in FUNCTIONS if name not in ONE_BY_ONE])
def test_many_examples_take_hardly_more_calls_than_few(name: str) -> None:
    few, many = (calls(lambda n=n: vmap(FUNCTIONS[name])(np.ones((n, 3)))) for n in (7, 70))
    assert many < 1.1 * few


def test_per_sample_gradients() -> None:
    y = RNG.normal(size=(5, 4))

    def loss(w: Any, x: Any, y: Any) -> Any:
        return np.sum((np.tanh(x @ w) - y) ** 2)

    batched = vmap(grad(loss), (None, 0, 0))(W, X, y)
    np.testing.assert_allclose(batched, [grad(loss)(W, a, b) for a, b in zip(X, y, strict=True)], rtol=1e-12)


def test_hessians_of_a_batch() -> None:
    np.testing.assert_allclose(vmap(hessian(lambda x: np.sum(x**3)))(X), [np.diag(6 * x) for x in X])


def test_axes_structures_and_nesting() -> None:
    product = vmap(vmap(lambda a, b: a * b, (None, 0)), (0, None))(np.arange(3.0), np.arange(4.0))
    np.testing.assert_allclose(product, np.outer(np.arange(3.0), np.arange(4.0)))
    np.testing.assert_allclose(vmap(np.sum, 1)(X), X.sum(0))
    np.testing.assert_allclose(vmap(lambda x: x * 2, out_axes=1)(X), X.T * 2)
    out = vmap(lambda p: {"s": p["a"] + p["b"]})({"a": X, "b": X})
    np.testing.assert_allclose(out["s"], 2 * X)
    np.testing.assert_allclose(vmap(lambda x: 1.0)(X), np.ones(5))


@pytest.mark.parametrize(("of_argument", "of_result"), [(0, 1), (1, 0), (1, 1), (-1, -1), (0, 2), (2, 0), (-3, -3)])
def test_the_batch_lies_along_any_axis(of_argument: int, of_result: int) -> None:
    x = RNG.normal(size=(4, 4, 4)) * np.arange(1, 5)
    expected = np.stack([2 * np.take(x, i, of_argument).T for i in range(4)], of_result)
    np.testing.assert_array_equal(vmap(lambda x: 2 * x.T, in_axes=of_argument, out_axes=of_result)(x), expected)


def test_axes_are_nested_as_arguments_and_results_are() -> None:
    """A None within a nesting failed, as did a nesting that begins as the argument does."""
    x, y, z = RNG.normal(size=(2, 3)), RNG.normal(size=(2, 4)), RNG.normal(size=(2, 3, 4))

    def f(given: Any, further: Any) -> Any:
        (a, b), c = given["of"], given["by"]
        return {"left": a.T * b, "right": [c @ further, (c, b)]}

    axes = {"by": 2, "of": (None, 1)}, None
    found = vmap(f, axes, {"left": 1, "right": [0, (2, 1)]})({"of": (x, y), "by": z}, np.ones(3))
    np.testing.assert_array_equal(found["left"], x.T[:, None, :] * y.T)
    np.testing.assert_array_equal(found["right"][0], np.sum(z, axis=1).T)
    np.testing.assert_array_equal(found["right"][1][0], z)
    np.testing.assert_array_equal(found["right"][1][1], y)
    for spec in ({"w": None, "y": 1}, {"w": [None, None], "y": [1, 1]}):
        out = vmap(lambda p: np.sum(p["w"][0]) * p["w"][1] * p["y"][0] * p["y"][1], (spec,))({"w": [x, 2], "y": [y, y]})
        np.testing.assert_allclose(out, 2 * np.sum(x) * y.T**2)
    for spec in ({"w": 0}, {"w": 0, "y": 0}, (0, 0), {"w": 0, "x": (0,)}, {"w": 0, "x": ()}):
        with pytest.raises(ValueError, match="do not fit what has the structure"):
            vmap(lambda p: p["x"], (spec,))({"w": y, "x": y})
    with pytest.raises(ValueError, match="do not fit what has the structure"):
        vmap(lambda a: (a, a, a), out_axes=(0, 1))(y)


def test_arguments_by_name_have_their_examples_along_axis_0() -> None:
    x, factors = np.arange(6.0).reshape(2, 3), np.array([2.0, -1.0, 0.5])
    scaled = vmap(lambda x, *, by: x * by["factor"], in_axes=1)(x, by={"factor": factors})
    np.testing.assert_array_equal(scaled, (x * factors).T)
    with pytest.raises(ValueError, match=r"shape \(\) has no axis 0"):
        vmap(lambda x, *, twice: x)(x, twice=True)


def test_a_result_that_all_examples_share_has_no_axis_of_theirs() -> None:
    """It was stacked, as if `out_axes` were 0."""
    x, y = np.arange(6.0).reshape(2, 3), np.array([1.0, 2.0, 4.0])
    own, shared = vmap(lambda x, y: (x * y, 2 * y), in_axes=(0, None), out_axes=(0, None))(x, y)
    np.testing.assert_array_equal(own, x * y)
    np.testing.assert_array_equal(shared, 2 * y)
    slopes = grad(lambda y: np.sum(vmap(lambda x, y: y**2, in_axes=(0, None), out_axes=None)(x, y)))(y)
    np.testing.assert_array_equal(slopes, 2 * y)
    with pytest.raises(ValueError, match=r"of shape \(3,\) differs by example"):
        vmap(lambda x: 2 * x, out_axes=None)(x)


def test_arrays_give_arrays_and_tensors_tensors() -> None:
    for f in (np.sin, lambda x: np.allclose(x, x), np.argmax, lambda x: 1.0):
        assert type(vmap(f)(X)) is np.ndarray
        for given in (Tensor(X), Tensor(X, requires_grad=True)):
            assert isinstance(vmap(f)(given), Tensor)
        assert isinstance(vmap(lambda x, p, f=f: f(x), (0, None))(X, {"w": Tensor(2.0)}), Tensor)


def test_a_batch_of_one_example() -> None:
    """Where the way depends on values, that all examples share, one example shares them with itself."""
    one = X[:1]
    np.testing.assert_array_equal(vmap(lambda x: np.trim_zeros(x) * x)(one), one**2)
    assert vmap(lambda x: x @ x)(one).shape == (1,)


@pytest.mark.parametrize("f", [np.ravel, np.transpose, lambda x: np.reshape(x, (-1, 2)), lambda x: x @ np.ones(3),
                               lambda x: np.reshape(x, (3, -1)), lambda x: np.sum(x, axis=0), lambda x: x[1:] * 2])
def test_no_examples_give_an_empty_batch_of_results(f: Any) -> None:
    assert vmap(f)(np.zeros((0, 2, 3))).shape == (0, *f(np.zeros((2, 3))).shape)


@pytest.mark.parametrize("f", [
    vjp(np.sin, X[0])[1], vjp(checkpoint(np.sin), X[0])[1], lambda x: np.interp(x, X[0], X[1]),
    grad(lambda x: np.sum(cube(x))), lambda x: np.roll(x, 1), lambda x: x * np.argmax(x),
], ids=["pullback", "pullback one by one", "interp", "gradient", "roll", "argmax"])
def test_no_examples_of_what_has_no_rule_for_batches(f: Any) -> None:
    found = vmap(f)(np.zeros((0, X.shape[1])))
    assert (found[0] if isinstance(found, tuple) else found).shape == (0, X.shape[1])


def test_misuse_is_explained() -> None:
    with pytest.raises(ValueError, match=r"one batch size, got \[3, 5\]"):
        vmap(lambda a, b: a)(X, np.ones(3))
    with pytest.raises(ValueError, match="in_axes has 1 entries for 2"):
        vmap(lambda a, b: a, (0,))(X, X)
    for axis in ("first", 0.0, True):
        with pytest.raises(TypeError, match=f"in_axes holds integers, and None for .*, got {axis!r}"):
            vmap(np.sum, axis)(X)
    with pytest.raises(TypeError, match=r"np\.where"):
        vmap(lambda x: x if x[0] > 0 else -x)(X)
    with pytest.raises(TypeError, match="differ from example to example"):
        vmap(lambda x: x.data)(X)


def test_linear_maps_made_outside_of_vmap_keep_the_examples_apart() -> None:
    """They added the examples up: the graph that they walk was recorded outside, so the batch was summed away."""

    def f(x: Any) -> Any:
        return x**2 * np.sum(x)

    x, seeds = np.array([1.0, 2.0, 3.0]), np.arange(12.0).reshape(4, 3)
    matrix = np.diag(2 * x * x.sum()) + (x**2)[:, None]
    np.testing.assert_allclose(vmap(vjp(f, x)[1])(seeds)[0], seeds @ matrix)
    np.testing.assert_allclose(vmap(linearize(f, x)[1])(seeds), seeds @ matrix.T)
    np.testing.assert_allclose(vmap(vjp(f, x)[1])(seeds[:2])[0], seeds[:2] @ matrix)
    np.testing.assert_allclose(vmap(vjp(f, x)[1])(seeds[:1])[0], seeds[:1] @ matrix)
    inner = vmap(lambda z, v: vmap(vjp(lambda y: y**2 * z, x)[1])(v)[0])(x, np.stack([seeds] * 3))
    np.testing.assert_allclose(inner, 2 * x * seeds * x[:, None, None])


@pytest.mark.parametrize(("room", "passes"), [(10_000, 1), (48, 3), (60, 3), (12, 12), (1, 12)])
def test_a_jacobian_takes_as_many_passes_as_there_is_room_for(room: int, passes: int, monkeypatch: Any) -> None:
    """Rows that fill no more than so many elements at once, one at least."""
    pulled: list[int] = []
    pull = jacobians.Inputs.pull
    monkeypatch.setattr(jacobians, "ROOM", room)
    monkeypatch.setattr(jacobians.Inputs, "pull", lambda self, pairs: pulled.append(1) or pull(self, pairs))
    x = np.linspace(0.1, 1.0, 5)
    expected = np.einsum("i,j,jk->ijk", np.arange(3.0), np.cos(np.arange(4.0)), np.eye(4, 5)) * np.cos(x)
    found = jacrev(lambda x: np.multiply.outer(np.arange(3.0), np.cos(np.arange(4.0)) * np.sin(x)[:4]))(x)
    np.testing.assert_allclose(found, expected, atol=1e-15)
    assert len(pulled) == passes


def test_advanced_indices_apart_from_each_other() -> None:
    x, rows, columns = np.arange(48.0).reshape(4, 2, 3, 2), np.array([0, 1]), np.array([1, 0])
    expected = np.stack([example[rows, :, columns] for example in x])
    np.testing.assert_array_equal(vmap(lambda x: x[rows, :, columns])(x), expected)
    slope = vmap(grad(lambda x: np.sum(x[rows, :, columns] ** 2)))(x)
    picked = np.zeros_like(x)
    for k in range(4):
        picked[k][rows, :, columns] = 2 * x[k][rows, :, columns]
    np.testing.assert_array_equal(slope, picked)


AT_ONCE: dict[str, Callable[[Any], Any]] = {
    "elementwise": np.tanh, "linear": np.cumsum, "general": np.sort, "view": lambda x: x[::-1],
    "multilinear": lambda x: x @ np.ones((len(x), len(x))), "reduction": lambda x: np.max(np.outer(x, x), axis=1),
    "variadic": lambda x: np.concatenate([x, x]), "several outputs": lambda x: np.linalg.eigh(np.diag(x) + 1)[0],
    "differential": lambda x: np.linalg.eigvalsh(np.diag(x) + 1),
}


@pytest.mark.parametrize("name", AT_ONCE)
def test_many_cotangents_take_hardly_more_calls_than_few(name: str) -> None:
    """They go through the rules as one batch."""
    f = jacrev(AT_ONCE[name])
    f(np.arange(1.0, 7.0))  # what is found out once
    few, many = (calls(lambda n=n: f(np.arange(1.0, n))) for n in (7, 70))
    assert many < 5 * few, "of eleven times as many cotangents"


ALONG: dict[str, Callable[[Any, Any], Any]] = {
    "sum": np.sum, "max": np.max, "var": np.var, "cumsum": np.cumsum, "sort": np.sort, "flip": np.flip,
    "transpose": np.transpose, "expand_dims": np.expand_dims, "squeeze": np.squeeze,
    "roll": lambda x, a: np.roll(x, 1, a),
    "swapaxes": lambda x, a: np.swapaxes(x, a, 0), "moveaxis": lambda x, a: np.moveaxis(x, a, 0),
    "diagonal": lambda x, a: np.diagonal(x, 0, 0, a), "softmax": softmax, "log_softmax": log_softmax,
    "stack": lambda x, a: np.stack([x, x], a), "concatenate": lambda x, a: np.concatenate([x, x], a),
}


def outcome(call: Callable[[], Any]) -> Any:
    """What a call gives, or the kind of error."""
    try:
        found = call()
    except (TypeError, ValueError) as error:  # of which NumPy's AxisError is one
        return type(error).__mro__[1]
    return found.detach().numpy() if isinstance(found, Tensor) else np.asarray(found)


@pytest.mark.parametrize("name", ALONG)
@pytest.mark.parametrize("shape", [(), (1,), (3, 1)])
def test_axes_are_those_of_an_example_and_no_others(name: str, shape: tuple[int, ...]) -> None:
    """An axis beyond the last was counted around, as if there were no end to them."""
    x, f = np.sqrt(np.arange(2.0, 2 + np.prod(shape, dtype=int))).reshape(shape), ALONG[name]
    for axis in (-3, -2, -1, 0, 1, 2, None, (0, 0), (0, 1), (1, 5)):
        alone = outcome(lambda axis=axis: f(x, axis))
        found = outcome(lambda axis=axis: vmap(lambda x: f(x, axis))(np.stack([x, x]))[0])
        if isinstance(alone, np.ndarray):
            np.testing.assert_array_equal(found, alone)
        elif shape or axis not in (0, -1):  # NumPy is of two minds about the axis of a number
            assert not isinstance(found, np.ndarray)


@pytest.mark.parametrize("f", [np.sort, np.fft.fft, np.fft.ifft, np.fft.rfft])
def test_examples_that_are_numbers_have_no_axis_to_sort_or_transform(f: Callable[..., Any]) -> None:
    for call in (lambda: f(np.array(2.0)), lambda: vmap(f)(np.arange(3.0)), lambda: vmap(grad(f))(np.arange(3.0))):
        with pytest.raises((ValueError, IndexError), match="out of bounds|out of range"):
            call()


@pytest.mark.parametrize(("shape", "given"), [((0, 3), (0, -1)), ((2, 3), (4, -1)), ((2, 3), (-1, -1)), ((2, 3), 5)])
def test_what_an_example_is_not_reshaped_to_is_refused_in_its_own_shapes(shape: tuple[int, ...], given: Any) -> None:
    """An open length beside one of 0 was taken for 0."""
    with pytest.raises(ValueError, match="reshape|unknown dimension") as alone:
        np.reshape(np.ones(shape), given)
    with pytest.raises(ValueError, match=re.escape(str(alone.value))):
        vmap(lambda x: np.reshape(x, given))(np.ones((4, *shape)))


TABLE = np.arange(12.0).reshape(3, 4)


@pytest.mark.parametrize(("call", "message"), [
    (lambda x: TABLE[np.argmax(x)], r"autograd\.asarray\(table\)"),
    (lambda x: TABLE[:, x > 0], r"autograd\.asarray\(table\)"),
    (lambda x: np.asarray(x), "would lose the other examples"),
    (lambda x: [1, 2, 3][np.argmax(x)], "int.* differs by example"),
    (lambda x: float(x[0]), "float.* differs by example"),
    (lambda x: x[x > 0], "shape of this result would differ"),
    (lambda x: np.nonzero(x > 0)[0], "shape of this result would differ"),
])
def test_what_examples_cannot_share_is_refused_in_words(call: Callable[[Tensor], Any], message: str) -> None:
    with pytest.raises(TypeError, match=message):
        vmap(call)(np.array([[1.0, 2.0, -3.0], [4.0, -5.0, -6.0]]))


def test_a_table_is_read_at_an_index_for_each_example() -> None:
    points = np.array([[1.0, 2.0, -3.0], [4.0, -5.0, -6.0]])
    np.testing.assert_array_equal(vmap(lambda x: autograd.asarray(TABLE)[np.argmax(x)])(points), TABLE[[1, 0]])


@pytest.mark.parametrize("derivative", [
    grad, hessian, jacrev, lambda f: grad(grad(f)), lambda f: lambda x: vjp(f, x)[1](1.0)[0],
    lambda f: lambda x: linearize(f, x)[1](1.0), lambda f: grad(lambda x: jvp(f, (x,), (x,))[1]),
    lambda f: lambda x: jvp(grad(f), (x,), (1.0,))[1],
], ids=["grad", "hessian", "jacrev", "grad of grad", "vjp", "linearize", "grad of jvp", "jvp of grad"])
def test_derivatives_within_two_vmaps_belong_to_the_examples_of_both(derivative: Callable[..., Any]) -> None:
    """The inner one's examples were taken for the outer one's, and left it."""
    points = np.array([0.3, -0.7])

    def mean(p: Any) -> Any:
        return np.mean(vmap(derivative(lambda x: np.sum(np.tanh(x * p) * x)))(points))

    each = [np.mean([derivative(lambda x, p=p: np.sum(np.tanh(x * p) * x))(x) for x in points]) for p in X]
    np.testing.assert_allclose(vmap(mean)(X), each, rtol=1e-12)
    np.testing.assert_allclose(vmap(grad(mean))(X), [grad(mean)(p) for p in X], rtol=1e-12)
    np.testing.assert_allclose(grad(lambda x: np.sum(vmap(mean)(x)))(X), [grad(mean)(p) for p in X], rtol=1e-12)


@pytest.mark.parametrize("f", [
    lambda x: np.max(x, initial=2), lambda x: np.min(x, initial=0, where=x > 9), lambda x: np.sum(x, where=False),
    lambda x: np.sum(x, initial=3), lambda x: np.prod(x, keepdims=True), lambda x: np.mean(x, dtype=np.float32),
    lambda x: np.std(x, keepdims=True), lambda x: np.sum(x > 1), lambda x: np.hypot.reduce(x, axis=None),
], ids=range(9))
def test_reductions_of_numbers_are_those_of_each_example(f: Callable[[Any], Any]) -> None:
    """The options of a sum over nothing were not read."""
    points = np.array([1.5, -2.5, 7.0])
    found, each = vmap(f)(points), np.stack([f(x) for x in points])
    assert found.dtype == each.dtype
    np.testing.assert_array_equal(found, each)


@pytest.mark.parametrize("f", [
    np.tril, lambda x: np.triu(x, -1), lambda x: np.stack([x, x])[True, 1:1, False, :], lambda x: x[True, 1:],
    lambda x: np.ix_(x, x)[0] * np.ix_(x, x)[1],
], ids=["tril", "triu", "flags apart", "a flag", "ix_"])
def test_vectors_are_taken_for_vectors(f: Callable[[Any], Any]) -> None:
    """A batch of vectors was taken for a matrix, and flags between slices for what stays in its place."""
    np.testing.assert_array_equal(vmap(f)(X), np.stack([f(x) for x in X]))
    check_gradients(lambda x: np.sum(vmap(f)(x) ** 2), X)
    check_gradients(f, X[0])


def stacked_then_written(x: Any) -> Any:
    y = np.stack([x[0], x[1]]) * 2.0
    row = y.reshape(-1)
    row[-1] += np.sum(y)
    return y


@pytest.mark.parametrize("axis", [0, 1, 2, -1, -2, -3])
def test_a_write_reaches_what_it_does_for_one_example_wherever_the_examples_lie(axis: int) -> None:
    x = np.random.default_rng(4).normal(size=(3, 2, 2))
    expected, batch = [stacked_then_written(example) for example in x], np.stack(list(x), axis)
    np.testing.assert_allclose(vmap(stacked_then_written, axis)(batch), expected, rtol=1e-14)
    np.testing.assert_allclose(vmap(stacked_then_written, axis)(np.moveaxis(x, 0, axis)), expected, rtol=1e-14)
    twice = vmap(vmap(stacked_then_written, axis), -1)(np.stack([batch, 2 * batch], -1))
    np.testing.assert_allclose(twice, [expected, [stacked_then_written(2 * example) for example in x]], rtol=1e-14)
    slopes = grad(lambda b: np.sum(np.sin(vmap(stacked_then_written, axis)(b))))(batch)
    each = [grad(lambda example: np.sum(np.sin(stacked_then_written(example))))(example) for example in x]
    np.testing.assert_allclose(np.moveaxis(slopes, axis, 0), each, rtol=1e-12)
