"""What is a view and what is a copy, and what writing through a view does."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd
from autograd import Tensor, checkpoint, grad, hessian, hvp, jvp, linearize, no_grad, value_and_grad, vjp, vmap
from autograd.registry import public_name
from autograd.tree import flatten
from tests.autograd.rules.domains import ROWS

VIEWS: dict[str, Callable[[Any], Any]] = {
    "real": lambda z: z.real, "imag": lambda z: np.imag(z), "real of a row": lambda z: z[0].real,
    "row of imag": lambda z: z.imag[1], "einsum diagonal": lambda z: np.einsum("ii->i", z),
    "einsum transpose": lambda z: np.einsum("ij->ji", z)[0], "ravel": lambda z: np.ravel(z)[1:3],
}


@pytest.mark.parametrize("name", VIEWS)
def test_a_view_of_complex_numbers_is_written_through(name: str) -> None:
    z = np.array([[1 + 2j, 3 - 1j], [0.5j, -2.0]])
    w = np.array([[1 - 1j, 2.0], [3j, 1 + 1j]])

    def program(z: Any, r: Any) -> Any:
        z = z * (1 + 0.5j)
        VIEWS[name](z)[...] = r * r
        return np.sum(np.real(z * z * w))

    expected = z * (1 + 0.5j)
    VIEWS[name](expected)[...] = 0.7**2
    for tracked in (False, True):
        found = Tensor(z, requires_grad=tracked) * (1 + 0.5j)
        VIEWS[name](found)[...] = 0.7**2
        np.testing.assert_array_equal(found.detach().numpy(), expected)
    of_z, of_r = grad(program, argnums=(0, 1))(z, 0.7)
    direction = np.array([[0.3 - 1j, 1.0], [0.2j, -1 + 1j]])
    slope = (program(z + 1e-6 * direction, 0.7 + 1e-6) - program(z - 1e-6 * direction, 0.7 - 1e-6)) / 2e-6
    assert np.sum(np.real(np.conj(of_z) * direction)) + of_r == pytest.approx(slope, rel=1e-7)
    assert jvp(program, (z, 0.7), (direction, 1.0))[1] == pytest.approx(slope, rel=1e-7)
    second = grad(lambda r: np.sum(np.real(grad(program)(z, r) * w)))(0.7)
    steps = [np.sum(np.real(grad(program)(z, 0.7 + h) * w)) for h in (1e-5, -1e-5)]
    assert second == pytest.approx((steps[0] - steps[1]) / 2e-5, rel=1e-7, abs=1e-9)


COPIES: dict[str, Callable[[Any], Any]] = {
    "flatten": lambda x: x.flatten(), "clip": lambda x: np.clip(x, None, None), "pad": lambda x: np.pad(x, 0),
    "tile": lambda x: np.tile(x, 1), "block": np.block, "meshgrid": lambda x: np.meshgrid(x[0], x[1])[0],
    "full_like": lambda x: np.full_like(x, 3.0),
}


OF_REALS: dict[str, Callable[[Any], Any]] = {
    "transpose": np.transpose, "swapaxes": lambda x: np.swapaxes(x, 0, 2), "moveaxis": lambda x: np.moveaxis(x, 0, -1),
    "rollaxis": lambda x: np.rollaxis(x, 2), "squeeze": lambda x: np.squeeze(x[:, :1]), "reshape": lambda x:
    np.reshape(x, (4, 6)), "expand_dims": lambda x: np.expand_dims(x, 1), "flip": lambda x: np.flip(x, 1),
    "rot90": np.rot90, "diagonal by index": lambda x: x[0, :, 1], "broadcast index": lambda x: x[None, ..., ::2],
    "matrix_transpose": np.matrix_transpose, "fliplr": np.fliplr, "flipud": np.flipud, "atleast_3d": np.atleast_3d,
}


@pytest.mark.parametrize("name", OF_REALS)
def test_a_view_of_real_numbers_is_written_through_with_gradient(name: str) -> None:
    """A write of r into the view: the array holds it, what was there has no gradient any more, r has all of it."""
    view, weights = OF_REALS[name], np.arange(1.0, 25.0).reshape(2, 3, 4)
    x, r = Tensor(weights / 10, requires_grad=True), Tensor(0.7, requires_grad=True)
    y = x * 1
    view(y)[...] = r
    expected = weights / 10
    view(expected)[...] = 0.7
    np.testing.assert_array_equal(y.detach().numpy(), expected)
    np.sum(y * weights).backward()
    kept = np.ones_like(weights)
    view(kept)[...] = 0
    assert x.grad is not None
    assert r.grad is not None
    np.testing.assert_array_equal(x.grad.numpy(), weights * kept)
    assert r.grad.item() == np.sum(weights * (1 - kept))


@pytest.mark.parametrize("view", [
    lambda x: x.reshape(1), lambda x: x[None], lambda x: x[...], lambda x: x.ravel(), lambda x: x.T, np.atleast_2d,
    lambda x: np.expand_dims(x, 0), np.squeeze,
], ids=["reshape", "None", "...", "ravel", "T", "atleast_2d", "expand_dims", "squeeze"])
def test_a_tensor_without_axes_that_the_user_made_has_memory_that_views_show(view: Callable[[Any], Any]) -> None:
    """As an array of NumPy's; what `x * 1` gives is a number there, which a view copies."""
    x, r = Tensor(1.5), Tensor(0.7, requires_grad=True)
    used, number = x * 2, x * 1
    view(x)[...] = 9.0
    view(number)[...] = 9.0
    assert (x.item(), used.item(), number.item()) == (9, 3, 1.5)
    shown = view(x)
    x[...] = 4.0
    assert shown.item() == 4
    shown[...] = r
    (x * 3).backward()
    assert r.grad is not None
    assert (x.item(), r.grad.item()) == (0.7, 3)


@pytest.mark.parametrize("value", [7.0, Tensor(7.0, requires_grad=True)])
@pytest.mark.parametrize("name", COPIES)
def test_a_copy_is_a_copy(name: str, value: Any) -> None:
    x = Tensor(np.ones((2, 2)))
    copy = COPIES[name](x)
    copy[...] = value
    assert x.tolist() == [[1, 1], [1, 1]]
    assert set(np.ravel(copy.detach().numpy())) == {7}


@pytest.mark.parametrize("view", [
    lambda x: np.broadcast_to(x, (2, 2)), np.diagonal, lambda x: np.broadcast_arrays(x)[0],
])
def test_a_read_only_view_is_not_written_to(view: Callable[[Any], Any]) -> None:
    x = Tensor(np.ones((2, 2)))
    with pytest.raises(ValueError, match="read-only"):
        view(x)[...] = 7.0
    with pytest.raises(ValueError, match="read-only"):
        view(x).__iadd__(7.0)
    assert x.tolist() == [[1, 1], [1, 1]]


@pytest.mark.parametrize("view", [lambda y: y, lambda y: y.T], ids=["itself", "a view"])
@pytest.mark.parametrize(("write", "shape"), [
    (lambda y: y.__iadd__(1), (2,)),  # of a number it makes another
    (lambda y: y.__setitem__(..., 1.0), (2,)), (lambda y: y.__setitem__(..., 1.0), ()),
], ids=["+=", "[...] =", "[...] = of a number"])
def test_an_unrecorded_write_to_a_recorded_result_is_refused(
    view: Callable[[Tensor], Tensor], write: Callable[[Tensor], object], shape: tuple[int, ...]
) -> None:
    x = Tensor(np.full(shape, 3.0), requires_grad=True)
    y = x * 2
    shown = view(y)
    message = r"made by (multiply|transpose), of shape.*\.detach\(\)\.clone\(\)"
    with no_grad(), pytest.raises(RuntimeError, match=message):
        write(shown)
    with no_grad():
        unrecorded = view(y)  # itself no result of the graph, but it shows the memory of one
        if shape:  # a number has no memory to show
            with pytest.raises(RuntimeError, match=message):
                write(unrecorded)
    assert np.all(y.numpy() == 6)
    np.sum(y * y).backward()
    assert x.grad is not None
    assert np.all(x.grad.numpy() == 24)


def test_a_tensor_knows_its_living_views_and_forgets_the_others() -> None:
    x = Tensor(np.zeros((100, 2)), requires_grad=True).clone()
    rows = [x[i] for i in range(100)]
    assert len(x._views) == 100
    x[7] = 1.0
    assert rows[7].tolist() == [1, 1]
    del rows[8:]
    for _ in range(1000):
        x[0]
    assert len(x._views) < 32
    living = [view for reference in x._views if (view := reference()) is not None]
    assert sorted(view.tolist() for view in living) == [[0, 0]] * 7 + [[1, 1]]


def test_a_plain_array_takes_part_in_the_namespaces_functions_and_is_written_to_by_none() -> None:
    plain, x = np.arange(4.0), Tensor(7.0, requires_grad=True)
    y = autograd.reshape(plain, (2, 2))
    y[0, 1] = x
    (y * y).sum().backward()
    assert x.grad.item() == 14
    assert plain.tolist() == [0, 1, 2, 3]


def test_a_loop_of_views_of_views_and_writes_is_as_long_as_one_likes() -> None:
    x = Tensor(np.array([[1.0, 2.0], [3.0, 4.0]]), requires_grad=True)
    y = first = x * 1
    for _ in range(2000):
        y = y.T[::-1][:, ::-1]
        y *= 0.999
    y[0, 1] = 0.0
    np.testing.assert_allclose(first.numpy(), x.numpy() * 0.999**2000 * [[1, 0], [1, 1]])
    first.sum().backward()
    assert x.grad is not None
    np.testing.assert_allclose(x.grad.numpy(), 0.999**2000 * np.array([[1, 0], [1, 1]]))


PARTS: dict[str, Callable[[Any], Any]] = {  # each but the first begins in memory where the whole does, or looks like it
    "all": lambda z: z[:], "transpose": lambda z: z.T, "some": lambda z: z[:2], "flat": lambda z: z.reshape(-1),
    "shifted": lambda z: z[1:], "mirrored": np.flip, "real": lambda z: z.real,
}


@pytest.mark.parametrize("second", PARTS)
@pytest.mark.parametrize("first", PARTS)
def test_a_view_of_a_view_shows_what_numpys_does(first: str, second: str) -> None:
    plain = np.arange(9).reshape(3, 3) * (1 + 1j)
    whole = Tensor(plain, requires_grad=True) * 1
    plain = plain.copy()
    expected, found = (PARTS[second](PARTS[first](z)) for z in (plain, whole))
    expected += 10 * np.arange(expected.size).reshape(expected.shape)
    found += 10 * np.arange(found.size).reshape(found.shape)
    np.testing.assert_array_equal(whole.numpy(), plain)
    np.testing.assert_array_equal(found.numpy(), expected)


def test_a_deep_view_is_written_through() -> None:
    x = Tensor(np.zeros(1500), requires_grad=True)
    y = x * 1
    end = y
    for _ in range(1499):
        end = end[1:]
    end[0] = Tensor(7.0, requires_grad=True)
    assert y[-2:].tolist() == [0, 7]


def test_the_list_that_a_view_was_taken_with_may_change() -> None:
    y = Tensor(np.zeros(6), requires_grad=True) * 1
    shape = [2, 3]
    view = y.reshape(shape)
    shape[:] = [3, 2]
    y[1] = 7.0
    assert view.tolist() == [[0, 7, 0], [0, 0, 0]]


@pytest.mark.parametrize("x", [Tensor(np.ones(2)), Tensor(np.ones(2), requires_grad=True) * 1,
                               (Tensor(np.ones(2), requires_grad=True) * 1)[:]])
def test_a_read_only_view_of_the_same_shape_is_not_written_to(x: Any) -> None:
    with pytest.raises(ValueError, match="read-only"):
        np.broadcast_to(x, (2,))[...] = 7.0


LAYOUTS: dict[str, Callable[[Any], Any]] = {
    "itself": lambda x: x, "a copy": lambda x: x * 2, "transpose": lambda x: x.T, "rot90": np.rot90,
    "rollaxis": lambda x: np.rollaxis(x, 1), "flip": lambda x: np.flip(x, 0), "steps": lambda x: x[:, ::2],
    "columns": lambda x: x[:, [1, 0]], "a copied transpose": lambda x: np.exp(x.T), "in order F":
    lambda x: np.copy(x, order="F"), "einsum": lambda x: np.einsum("ij->ji", x),
    "vector": lambda x: x.reshape(-1, order="F"),
}
RESHAPES: dict[str, Callable[[Any], Any]] = {
    "reshape": lambda x: x.reshape(-1), "reshape F": lambda x: np.reshape(x, (2, -1), order="F"), "ravel": np.ravel,
    **{f"ravel {order}": lambda x, order=order: np.ravel(x, order=order) for order in "FKA"},
}


@pytest.mark.parametrize("reshaped", RESHAPES)
@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("order", "CF")
@pytest.mark.parametrize("axis", [0, 1, 2])
def test_a_batch_is_written_through_where_an_example_is(axis: int, order: Any, layout: str, reshaped: str) -> None:
    """Whether reshape makes a view follows the memory of one example, wherever the batch's axis lies."""
    x = np.array(np.arange(24.0).reshape(np.insert((4, 2), axis, 3)), order=order)

    def program(x: Any) -> Any:
        y = LAYOUTS[layout](x)
        RESHAPES[reshaped](y)[...] = 7.0
        return x, y

    expected = zip(*[program(example.copy(order="K")) for example in np.moveaxis(x, axis, 0)], strict=True)
    for found, examples in zip(vmap(program, in_axes=axis)(x), expected, strict=True):
        np.testing.assert_array_equal(found, np.stack(examples))


@pytest.mark.parametrize("examples", [1, 2])
def test_a_view_at_an_index_of_each_example_lies_as_the_example_does(examples: int) -> None:
    x, places = np.arange(24.0 * examples).reshape(examples, 3, 4, 2), np.array([1, 0])[:examples]

    def program(x: Any, i: Any) -> Any:
        x = x.T
        x[i].reshape(-1)[...] = 7.0  # of a copy
        x[i][:, 0].reshape(-1)[...] = 5.0
        x[i, [2, 3]][...] = 6.0  # of a copy, too
        return x

    expected = [program(example.copy(), i) for example, i in zip(x, places, strict=True)]
    np.testing.assert_array_equal(vmap(program)(x, places), expected)


ROWS_OF_NUMPY = [pytest.param(row, label, order, id=f"{public_name(f)}({label}) of {order}") for f, row in ROWS.items()
                 if public_name(f).startswith("numpy.") and not row.constant for label in row.calls for order in "CF"
                 if order == "C" or f not in (np.linalg.multi_dot, np.median)]  # einsum and a mean choose


@pytest.mark.parametrize(("row", "label", "order"), ROWS_OF_NUMPY)
def test_results_lie_in_memory_as_numpys_do(row: Any, label: str, order: Any) -> None:
    """On this depends whether `out.reshape(-1)` and `out.ravel()` are views: whether a write through them arrives."""
    rng = np.random.default_rng(0)
    values = [np.array(operand.sample(rng), order=order) for operand in row.operands]
    plain, tracked = (flatten(row.calls[label](*given))[0] for given in (
        values, [Tensor(x, requires_grad=x.dtype.kind == "f") for x in values]))
    for expected, found in zip(plain, tracked, strict=True):
        if isinstance(expected, np.ndarray) and expected.ndim > 1:
            assert found.detach().numpy().flags.c_contiguous == expected.flags.c_contiguous


@pytest.mark.parametrize("make", [
    lambda x: np.take(x, [0, 2, 1], axis=1), lambda x: np.repeat(x, 2, axis=1), lambda x: np.delete(x, 0, axis=1),
    lambda x: np.pad(x, 1, mode="edge"), lambda x: np.delete(x, [0, 1], axis=1), lambda x: np.delete(x, [0], axis=1),
    lambda x: np.pad(x.T, 1), lambda x: np.insert(x.T, 1, 7.0, axis=1), lambda x: np.cross(x, x[::-1]),
    lambda x: np.meshgrid(x[0], x[:, 1])[0],
])
def test_a_write_through_the_flat_array_arrives(make: Callable[[Any], Any]) -> None:
    x, weights = np.arange(9.0).reshape(3, 3) ** 2, np.random.default_rng(0).normal(size=100)

    def program(x: Any) -> Any:
        out = make(x * 1.0)
        out.reshape(-1)[2:5] = out[0, 0] * out[-1, -1]
        return np.sum(out.ravel() ** 2 * weights[: out.size])

    assert program(Tensor(x)).item() == program(x)
    direction = np.random.default_rng(1).normal(size=x.shape)
    slope = (program(x + 1e-6 * direction) - program(x - 1e-6 * direction)) / 2e-6
    assert np.sum(grad(program)(x) * direction) == pytest.approx(slope, rel=1e-6)


def test_an_argument_lies_in_memory_in_every_transform_as_it_was_given() -> None:
    """Of one in the order "F" a write through its flat array arrived in a gradient, and not in a gradient of that."""
    x, v = (np.asfortranarray(np.random.default_rng(seed).normal(size=(3, 4))) for seed in (0, 1))

    def f(x: Any) -> Any:
        y = np.copy(x)
        np.ravel(y, order="K")[1:3] = y[0, 0] ** 2
        return np.sum(np.sin(y) * np.arange(12.0).reshape(3, 4))

    first, step = grad(f)(x), 1e-6 * v
    assert np.sum(first * v) == pytest.approx((f(x + step) - f(x - step)) / 2e-6, rel=1e-7)
    for found in (value_and_grad(f)(x)[1], vjp(f, x)[1](1.0)[0], grad(checkpoint(f))(x)):
        np.testing.assert_allclose(found, first, rtol=1e-13)
    assert linearize(f, x)[1](v) == pytest.approx(np.sum(first * v))
    second = (grad(f)(x + step) - grad(f)(x - step)) / 2e-6
    for found in (hvp(f, x, v), grad(lambda x: np.sum(grad(f)(x) * v))(x), jvp(grad(f), (x,), (v,))[1],
                  grad(lambda x: jvp(f, (x,), (v,))[1])(x), np.tensordot(hessian(f)(x), v, 2)):
        np.testing.assert_allclose(found, second, rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("duplicate", [copy.copy, copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x)), np.copy,
                                       lambda x: x.clone(), autograd.tensor])
def test_a_duplicate_lies_in_memory_as_its_original(duplicate: Callable[[Any], Any]) -> None:
    assert duplicate(Tensor(np.zeros((4, 3)).T)).numpy().flags.f_contiguous


@pytest.mark.parametrize("write", [
    lambda y, z: y.__iadd__(z), lambda y, z: y.__imul__(z), lambda y, z: np.add.at(y, [0, 0], z[:1]),
    lambda y, z: y.__setitem__(0, z[0]), lambda y, z: np.copyto(y, z),
])
def test_a_write_leaves_the_order_of_memory_as_it_was(write: Callable[[Any, Any], Any]) -> None:
    """What is added to an array in the order "F" is in the order "C"."""
    x, weights = np.arange(12.0).reshape(3, 4) ** 2, np.random.default_rng(0).normal(size=(4, 3))

    def program(x: Any) -> Any:
        y = np.copy(x.T)
        write(y, np.copy(np.cos(x.T), order="C"))
        y.reshape(-1, order="F")[1:4] = y[0, 0] * y[1, 1]
        return np.sum(y**2 * weights)

    assert program(Tensor(x, requires_grad=True)).item() == pytest.approx(program(x), rel=1e-14)
    points = np.stack([x, np.flip(x)])
    for batch in (points, np.asfortranarray(points), np.copy(points.swapaxes(1, 2), order="C").swapaxes(1, 2)):
        for f in (program, grad(program)):
            np.testing.assert_allclose(vmap(f)(batch), np.stack([f(point) for point in batch]), rtol=1e-13)
    v = np.random.default_rng(1).normal(size=x.shape)
    slope = (program(x + 1e-6 * v) - program(x - 1e-6 * v)) / 2e-6
    assert np.sum(grad(program)(x) * v) == pytest.approx(slope, rel=1e-6)
    assert jvp(program, (x,), (v,))[1] == pytest.approx(slope, rel=1e-6)
    assert np.sum(grad(lambda x: np.sum(grad(program)(x) * v))(x) * v) == pytest.approx(
        jvp(lambda x: jvp(program, (x,), (v,))[1], (x,), (v,))[1])


def test_a_sum_that_lies_as_its_target_is_not_copied() -> None:
    x = Tensor(np.ones((4, 3)).T, requires_grad=True)
    y = x * 2
    y += x
    assert y.detach().numpy().flags.f_contiguous
    assert y._node is not None
    assert y._node.primitive.name == "add"


@pytest.mark.parametrize("call", [
    lambda x: np.select([x > 1, x > 0], [x, x * 2], 0.1), lambda x: np.choose((x > 0).astype(int), [x, x * x]),
    lambda x: np.piecewise(x, [x > 0], [lambda z: z * z, 1.0]),
])
def test_what_is_chosen_of_columns_lies_in_memory_as_numpys_does(call: Callable[[Any], Any]) -> None:
    x = np.asfortranarray(np.random.default_rng(0).normal(size=(3, 4)))
    expected, found = call(x), call(Tensor(x)).numpy()
    assert (found.flags.c_contiguous, found.flags.f_contiguous) == (
        expected.flags.c_contiguous, expected.flags.f_contiguous)
