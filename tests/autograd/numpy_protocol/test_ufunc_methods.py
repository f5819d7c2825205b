"""The methods of ufuncs on tensors: NumPy's values and refusals, and derivatives that are those of the loop."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import NoDerivativeError, Tensor, grad, jvp, no_grad, tensor, vmap
from autograd.testing import check_gradients
from tests.examples import examples

UFUNCS = [np.add, np.subtract, np.multiply, np.divide, np.logaddexp, np.logaddexp2, np.hypot, np.maximum,
          np.minimum, np.fmax, np.fmin]
X = np.random.default_rng(8).uniform(0.5, 2.0, (2, 3, 4))


def reorderable(ufunc: np.ufunc) -> bool:
    return ufunc not in (np.subtract, np.divide)


@examples(60)
@given(st.sampled_from(UFUNCS), st.sampled_from(["reduce", "accumulate", "reduceat"]), st.data())
def test_methods_have_numpys_values_and_right_derivatives(ufunc: np.ufunc, method: str, data: Any) -> None:
    axis: Any = data.draw(st.integers(-3, 2))
    options: dict[str, Any] = {"axis": axis}
    arguments: tuple[Any, ...] = ()
    if method == "reduce":
        if reorderable(ufunc):
            options["axis"] = data.draw(st.sampled_from([axis, None, (0, 2), (-1, 1), ()]))
        options |= data.draw(st.fixed_dictionaries({}, optional={
            "keepdims": st.booleans(), "initial": st.just(1.5)}))
        if "initial" in options or ufunc.identity in (0, 1):  # differences of infinities say nothing
            options["where"] = data.draw(st.sampled_from([True, X > 1, X[0, 0] > 1]))
    elif method == "reduceat":
        arguments = (data.draw(st.lists(st.integers(0, X.shape[axis] - 1), min_size=1, max_size=4)),)

    def f(x: Any) -> Any:
        return getattr(ufunc, method)(x, *arguments, **options)

    np.testing.assert_allclose(f(Tensor(X)).numpy(), f(X), rtol=1e-14)
    check_gradients(f, X, order=1, full=False)  # along directions in which every element moves


@pytest.mark.parametrize("ufunc", UFUNCS, ids=lambda ufunc: ufunc.__name__)
def test_outer_pairs_every_element_with_every_other(ufunc: np.ufunc) -> None:
    x, y = X[0], X[1, 0] + 0.01
    np.testing.assert_array_equal(ufunc.outer(Tensor(x), y).numpy(), ufunc.outer(x, y))
    np.testing.assert_array_equal(ufunc.outer(x, Tensor(y)).numpy(), ufunc.outer(x, y))
    check_gradients(ufunc.outer, x, y)


def test_second_derivatives_batches_and_float32() -> None:
    x = X[0]
    check_gradients(lambda x: np.logaddexp.reduce(x, axis=1), x, order=2)
    check_gradients(np.maximum.accumulate, x, order=2)
    np.testing.assert_allclose(vmap(np.logaddexp.reduce)(x), np.logaddexp.reduce(x, axis=1), rtol=1e-14)
    for f in (np.logaddexp.reduce, np.hypot.accumulate, lambda x: np.subtract.reduce(x, keepdims=True)):
        out, slope = jvp(f, (x.astype("f4"),), (x.astype("f4"),))
        assert out.dtype == slope.dtype == grad(lambda x, f=f: np.sum(f(x)))(x.astype("f4")).dtype == np.float32
    assert np.subtract.reduce(Tensor(x.astype("f4")), dtype="f8").dtype == np.float64


def test_a_running_maximum_gives_its_gradient_to_the_element_that_holds_it() -> None:
    weights = np.array([1.0, 10.0, 100.0, 1000.0])
    gradient = grad(lambda x: np.sum(np.maximum.accumulate(x) * weights))(np.array([2.0, 1.0, 3.0, 2.0]))
    assert gradient.tolist() == [11, 0, 1100, 0]
    tied = grad(lambda x: np.maximum.accumulate(x)[-1])(np.array([1.0, 3.0, 3.0]))
    assert tied.tolist() == [0, 0.5, 0.5]


@pytest.mark.parametrize("axis", [0, -1, None, ()])
@pytest.mark.parametrize("ufunc", [np.add, np.hypot, np.subtract, np.logaddexp], ids=lambda ufunc: ufunc.__name__)
def test_a_number_is_reduced_along_the_axis_that_numpy_lets_it_have(ufunc: np.ufunc, axis: Any) -> None:
    for options in ({}, {"keepdims": True}):
        found = ufunc.reduce(Tensor(1.5), axis=axis, **options)
        assert (found.shape, found.item()) == ((), ufunc.reduce(np.array(1.5), axis=axis, **options))
    assert grad(lambda x: ufunc.reduce(x, axis=axis))(1.5) == 1


@pytest.mark.parametrize(("shape", "axis"), [((1, 3), 0), ((2, 3), ())], ids=["a single part", "no axis"])
@pytest.mark.parametrize("method", ["reduce", "accumulate"])
@pytest.mark.parametrize("ufunc", UFUNCS, ids=lambda ufunc: ufunc.__name__)
def test_a_write_to_what_nothing_was_reduced_in_leaves_the_operand(ufunc: np.ufunc, method: str, shape: Any,
                                                                   axis: Any) -> None:
    def program(x: Any) -> Any:
        y = x + 1.0
        z = getattr(ufunc, method)(y, axis=0 if method == "accumulate" or not reorderable(ufunc) else axis)
        z[0] *= 3.0
        return np.sum(y * y) + np.sum(z)

    x = np.arange(1.0, 1 + np.prod(shape)).reshape(shape)
    assert program(Tensor(x)).item() == program(x)
    check_gradients(program, x, order=1)


def test_nothing_reduces_to_the_identity() -> None:
    x = Tensor(np.zeros((3, 0)), requires_grad=True)
    assert np.hypot.reduce(x, axis=1).tolist() == [0, 0, 0]
    assert np.logaddexp.reduce(x, axis=1).tolist() == [-np.inf] * 3
    assert np.hypot.accumulate(x, axis=1).shape == (3, 0)
    assert np.hypot.reduce(x, axis=1, initial=2.0).tolist() == [2, 2, 2]


@pytest.mark.parametrize(("call", "message"), [
    (lambda x: np.subtract.reduce(x, axis=(0, 1)), "not reorderable"),
    (lambda x: np.subtract.reduce(x[:0]), "no identity"),
    (lambda x: np.fmax.reduce(x, where=x.numpy() > 1), "does not have an identity"),
    (lambda x: np.subtract.reduceat(x, [0, 7]), "index 7 out-of-bounds"),
    (lambda x: np.hypot.accumulate(x[0, 0]), "cannot accumulate on a scalar"),
    (lambda x: np.hypot.reduce(x, axis=5), "out of bounds"),
])
def test_what_numpy_refuses_is_refused_in_its_words(call: Callable[[Tensor], Any], message: str) -> None:
    with pytest.raises((ValueError, TypeError, IndexError), match=message):
        call(Tensor(X[0], requires_grad=True))


PLACES: dict[str, tuple[Any, tuple[int, ...]]] = {
    "rows, one of them three times": ([1, 0, 1, 1], (4, 1)), "elements": (([0, 1, 1, 0, 1], [2, 0, 0, 2, 1]), (5,)),
    "a slice": (slice(0, 2), (2, 3)), "a mask": (np.array([[True, False, True], [False, True, False]]), (3,)),
    "one row": (1, ()), "none": (np.zeros(0, int), (1,)),
}


@pytest.mark.parametrize("places", PLACES)
@pytest.mark.parametrize("ufunc", [np.add, np.subtract, np.multiply, np.divide, np.power, np.hypot, np.fmax, np.exp])
def test_at_applies_once_for_each_time_that_a_place_occurs(ufunc: np.ufunc, places: str) -> None:
    indices, shape = PLACES[places]
    x, v = np.arange(1.0, 7.0).reshape(2, 3) / 4, 0.3 + 0.2 * np.arange(np.prod(shape, dtype=int)).reshape(shape)

    def program(x: Any, v: Any) -> Any:
        y = x * 1.0
        ufunc.at(y, indices, *(v,)[: ufunc.nin - 1])
        return y * x

    expected = program(x, v)
    np.testing.assert_allclose(program(Tensor(x), v).numpy(), expected, rtol=1e-13)
    check_gradients(program, x, v, order=2)
    np.testing.assert_allclose(vmap(program)(np.stack([x, x]), np.stack([v, v])), [expected, expected], rtol=1e-13)


def test_what_at_adds_up_has_the_digits_of_what_it_is_added_to() -> None:
    """NumPy takes each value into the target's dtype first: in single precision 1e8 + 1 is 1e8."""
    values = np.array([1e8, 1, 1, -1e8], np.float32)
    for size in (1, 100):
        target = Tensor(np.zeros(size), requires_grad=True) * 1.0
        np.add.at(target, [0] * 4, Tensor(values, requires_grad=True))
        assert target[0].item() == 2


@pytest.mark.parametrize("ufunc", [np.add, np.subtract, np.multiply, np.divide, np.sin])
@pytest.mark.parametrize("places", PLACES)
def test_at_takes_as_long_as_the_places_where_nothing_else_knows_the_whole(places: str, ufunc: np.ufunc) -> None:
    indices, shape = PLACES[places]
    x, v = np.linspace(0.5, 1.5, 120).reshape(40, 3), np.linspace(0.2, 0.9, int(np.prod(shape))).reshape(shape)
    if isinstance(indices, np.ndarray) and indices.dtype.kind == "b":
        indices = np.concatenate([indices, np.zeros((38, 3), bool)])

    def program(x: Any, v: Any) -> Any:
        y = np.concatenate([x[:1], x[1:]])
        before = y._value.ctypes.data if type(y) is Tensor else None
        for _ in range(2):
            ufunc.at(y, indices, *(v * 0.5,)[: ufunc.nin - 1])
            assert type(y) is not Tensor or y._value.ctypes.data == before
        return y

    found = program(tensor(x, requires_grad=True), tensor(v, requires_grad=True))
    np.testing.assert_allclose(found.detach(), program(x, v), rtol=1e-14)
    check_gradients(lambda x, v: np.sum(program(x, v) ** 2), x, v, order=1)


@pytest.mark.parametrize("key", [(5, 0), (0, 3), (-3, 0), ([0, 1], [0, 3]), slice(0, 2), ([2],), "name", (0, 0, 0)])
def test_at_refuses_the_indices_that_numpy_refuses(key: Any) -> None:
    x = Tensor(np.zeros((2, 3)), requires_grad=True) * 1
    if key == slice(0, 2):
        np.add.at(x, key, 1.0)
        assert x.tolist() == [[1, 1, 1], [1, 1, 1]]
        return
    for target in (np.zeros((2, 3)), x):
        with pytest.raises(IndexError):
            np.add.at(target, key, 1.0)
    assert x.tolist() == [[0, 0, 0], [0, 0, 0]]


def test_at_writes_to_memory_where_nothing_is_recorded() -> None:
    target, array = Tensor(np.zeros(3)), np.zeros(3)
    np.add.at(target[1:], Tensor([0, 0]), Tensor(2.0))
    np.add.at(array, [0, 0], Tensor(2.0))
    assert target.tolist() == [0, 4, 0]
    assert array.tolist() == [4, 0, 0]
    with pytest.raises(TypeError, match=r"add\.at would write a tensor into a plain ndarray.*autograd\.asarray"):
        np.add.at(array, [0], Tensor(1.0, requires_grad=True))


def test_operators_in_place_write_to_memory_where_nothing_is_recorded() -> None:
    w = Tensor([[1.0, 2.0]], requires_grad=True)
    (w**2).sum().backward()
    w.data[:] -= 0.5 * w.grad
    assert w.tolist() == [[0, 0]]
    with no_grad():
        w.data[:] += w + 3
    assert w.tolist() == [[3, 3]]
    with pytest.raises(TypeError, match="subtract in place would write a tensor into a plain ndarray"):
        w.data[:] -= w
    with pytest.raises(TypeError, match="in place would write a tensor into a plain ndarray"):
        jvp(lambda t: w.data.__iadd__(t), (w.data,), (w.data,))
    with pytest.raises(TypeError, match="Cannot cast ufunc 'subtract' output"):  # NumPy's own word
        np.arange(3)[:] -= Tensor([0.5, 0.5, 0.5])


@pytest.mark.parametrize("call", [
    lambda x: np.hypot.reduce(x, initial=1.5), lambda x: np.logaddexp.reduce(x, where=x > 1),
    lambda x: np.subtract.reduce(x, axis=1, dtype="f8"), lambda x: np.hypot.accumulate(x, dtype="f4"),
    lambda x: np.fmax.reduceat(x, [0, 1], dtype="f8"),
])
@pytest.mark.parametrize("dtype", ["f2", "f4", "f8", "i8"])
def test_methods_have_numpys_dtypes(call: Callable[[Any], Any], dtype: str) -> None:
    x = np.array([[1, 2, 3], [3, 1, 2]], dtype)
    try:
        plain = call(x)
    except TypeError:  # NumPy casts no integers to single precision
        with pytest.raises(TypeError):
            call(Tensor(x))
        return
    found = call(Tensor(x))
    assert found.dtype == plain.dtype
    np.testing.assert_allclose(found.numpy(), plain, rtol=1e-3 if dtype == "f2" else 1e-6)


def test_masks_and_indices_may_be_tensors_but_no_starts_with_a_gradient() -> None:
    x = Tensor(X[0], requires_grad=True)
    found = np.hypot.reduce(x, where=x > 1)
    np.testing.assert_array_equal(found.detach().numpy(), np.hypot.reduce(X[0], where=X[0] > 1))
    np.testing.assert_array_equal(np.fmax.reduceat(x, Tensor([0, 1])).detach().numpy(), np.fmax.reduceat(X[0], [0, 1]))
    np.testing.assert_array_equal(np.fmax.reduceat(X[0], Tensor([0, 1])), np.fmax.reduceat(X[0], [0, 1]))
    with pytest.raises(NoDerivativeError, match=r"numpy\.hypot\.reduce"):
        np.hypot.reduce(x, initial=Tensor(1.0, requires_grad=True))


def test_methods_without_a_rule_are_computed_or_refused() -> None:
    assert np.gcd.reduce(Tensor([12, 18])).item() == 6
    assert np.lcm.outer(Tensor([2, 3]), np.array([4, 5])).tolist() == [[4, 10], [12, 15]]
    with pytest.raises(NoDerivativeError, match=r"numpy\.divmod\.outer"):
        np.divmod.outer(Tensor([1.0, 2.0], requires_grad=True), np.array([2.0, 3.0]))
    own = np.frompyfunc(lambda x, y: x * y, 2, 1)
    assert own.reduce(Tensor([2.0, 3.0])) == 6
    for call in (own.reduce, own.accumulate, lambda x: own.outer(x, x)):
        with pytest.raises(NoDerivativeError, match=r"\(vectorized\)\.\w+ has no derivative rule, and the tensor of"):
            call(Tensor([2.0, 3.0], requires_grad=True))


def test_what_is_written_at_places_of_an_array_without_axes() -> None:
    def f(x: Any) -> Any:
        y = np.where(x > 0, x, 0.0)
        np.multiply.at(y, (...,), x + 1)
        np.power.at(y, (), 3.0)
        np.add.at(y, ..., x)
        return y

    assert Tensor(f(1.5)).item() == f(Tensor(1.5)).item() == pytest.approx(1.5**3 * 2.5**3 + 1.5)
    assert grad(f)(1.5) == pytest.approx(3 * (1.5 * 2.5) ** 2 * 4.0 + 1)


@pytest.mark.parametrize(("ufunc", "shapes", "axes"), [
    (np.matmul, ((3, 2, 4), (4, 5, 2)), [(0, 2), (0, 1), (2, 0)]),
    (np.matmul, ((3, 2, 4), (4, 2, 5)), [(0, -1), (0, -1), (0, 1)]),
    (np.vecdot, ((3, 2), (3, 1)), [0, 0]),
    (np.vecdot, ((3, 2), (3, 1)), [(0,), (0,), ()])])
def test_matrices_may_stand_on_any_axes(ufunc: Any, shapes: Any, axes: Any) -> None:
    x, y = (np.random.default_rng(0).normal(size=shape) for shape in shapes)
    np.testing.assert_allclose(ufunc(Tensor(x), y, axes=axes).numpy(), ufunc(x, y, axes=axes))
    check_gradients(lambda x, y: ufunc(x, y, axes=axes), x, y)


@pytest.mark.parametrize("named", [
    {}, {"axis": 0}, {"axis": 1}, {"axes": [1, 0]}, {"axes": [1, 0, 2]}, {"axes": [(-1,), (2,), (1,)]}])
def test_the_axis_of_a_product_of_vectors_may_be_kept(named: Any) -> None:
    x = np.random.default_rng(0).normal(size=(3, 3, 3))
    expected = np.vecdot(x, x + 1, keepdims=True, **named)
    found = np.vecdot(Tensor(x), x + 1, keepdims=True, **named)
    assert found.shape == expected.shape
    np.testing.assert_allclose(found.numpy(), expected)
    check_gradients(lambda x, y: np.vecdot(x, y, keepdims=True, **named), x, x + 1)


@pytest.mark.parametrize("axes", [[(0, 1)], [(0,), (0, 1), (0, 1)], [(0, 1), (0, 1), (0, 1), 0]])
def test_axes_name_those_of_all_operands_and_the_result(axes: Any) -> None:
    with pytest.raises(ValueError, match=r"matmul of tensors takes axes=\[\(0, 1\), \(0, 1\), \(0, 1\)\] or the like"):
        np.matmul(Tensor(np.eye(2)), np.eye(2), axes=axes)


@pytest.mark.parametrize("ufunc", [np.add, np.multiply, np.hypot])
@pytest.mark.parametrize("part", [lambda t: t, lambda t: t[:1], lambda t: t[::-1]], ids=["all", "first", "turned"])
def test_values_that_are_a_view_of_what_is_written_are_read_before(ufunc: np.ufunc, part: Any) -> None:
    """An element that occurs twice was met with its own new value."""
    def written(x: Any) -> Any:
        target = x * 1.0
        ufunc.at(target, [0, 2, 0], part(target))
        return target

    x = np.array([2.0, 3.0, 5.0])
    np.testing.assert_allclose(written(Tensor(x)).numpy(), written(x))
    np.testing.assert_allclose(vmap(written)(x[None])[0], written(x))
    check_gradients(written, x)


@pytest.mark.parametrize("casting", ["no", "safe", "same_kind", "unsafe"])
@pytest.mark.parametrize("dtype", [np.float64, np.float32, int, complex])
def test_a_target_takes_what_the_rule_of_casting_lets_it_take(dtype: Any, casting: Any) -> None:
    array, target = np.zeros(2, dtype), tensor(np.zeros(2, dtype))
    x = np.array([1.5, 2.5])
    try:
        np.add(x, 1.0, out=array, casting=casting)
    except TypeError:
        with pytest.raises(TypeError, match=f"float64 to .* according to the rule '{casting}'"):
            np.add(Tensor(x), 1.0, out=target, casting=casting)
    else:
        np.add(Tensor(x), 1.0, out=target, casting=casting)
    np.testing.assert_array_equal(target.numpy(), array, strict=True)


@pytest.mark.parametrize("ufunc", [np.positive, np.negative, np.absolute, np.square, np.exp])
def test_a_list_is_computed_with_into_a_target(ufunc: np.ufunc) -> None:
    """`np.negative([1.0], out=t)` applied Python's `-` to the list."""
    target = tensor(np.zeros(2))
    ufunc([1.0, -4.0], out=target)
    np.testing.assert_array_equal(target.numpy(), ufunc([1.0, -4.0]))


@pytest.mark.parametrize(("call", "shape"), [
    (lambda out: np.add(np.ones(1), [2], out=out), ()),
    (lambda out: np.add(np.ones((1, 3)), 1, out=out), (3,)),
    (lambda out: np.add(np.ones(3), 1, out=out), (1,)),
    (lambda out: np.add(np.ones(1), 1, out=out), (3,)),
    (lambda out: np.add(np.ones(3), 1, out=out), (2, 3)),
    (lambda out: np.add.reduce(np.ones((1, 4)), axis=1, out=out), (3,)),
    (lambda out: np.add.reduce(np.ones((1, 4)), axis=1, out=out), (1, 1)),
    (lambda out: np.add.reduce(np.ones((1, 4)), axis=1, out=out), (1,)),
    (lambda out: np.add.reduce(np.ones((1, 4)), axis=1, keepdims=True, out=out), (3, 1))])
def test_a_target_takes_a_result_of_the_shapes_that_an_array_takes(call: Any, shape: tuple[int, ...]) -> None:
    array, target = np.zeros(shape), tensor(np.zeros(shape))
    try:
        call(array)
    except ValueError:
        with pytest.raises(ValueError, match=r"shape"):
            call(target)
    else:
        call(target)
    np.testing.assert_array_equal(target.numpy(), array)


@pytest.mark.parametrize("name", ["matvec", "vecmat", "matmul"])
@pytest.mark.parametrize("keepdims", [True, False])
def test_options_that_numpy_refuses_are_refused_in_its_words(name: str, keepdims: bool) -> None:
    product, x = getattr(np, name, np.matmul), tensor(np.eye(3), requires_grad=True)  # two are new in NumPy 2.2
    with pytest.raises(TypeError) as theirs:
        product(np.eye(3), np.eye(3), keepdims=keepdims)
    for call in (lambda: product(x, x, keepdims=keepdims),
                 lambda: vmap(lambda y: product(x.detach(), y, keepdims=keepdims))(np.ones((2, 3, 3)))):
        with pytest.raises(TypeError) as ours:
            call()
        assert str(ours.value) == str(theirs.value)


def test_options_without_a_derivative_are_refused_with_what_to_write() -> None:
    x = tensor(np.ones(3), requires_grad=True)
    with pytest.raises(NoDerivativeError, match=r"^add with order has no derivative here; leave it out$"):
        np.add(x, 1.0, order="F")
    with pytest.raises(NoDerivativeError, match=r"^add with where has no derivative here; choose elements with np\.w"):
        np.add(x, 1.0, where=x > 0)


@pytest.mark.parametrize("ufunc", [np.maximum, np.minimum])
@pytest.mark.parametrize("dtype", [None, np.float32, np.float64])
def test_an_extreme_in_a_dtype_or_into_a_target_is_numpys(ufunc: np.ufunc, dtype: Any) -> None:
    x, weights = np.array([[0.1, 3, 2], [1.7, 0.2, 5]]), np.array([2.0, 3, 7])
    for options, keeps in (({"dtype": dtype}, False), ({"dtype": dtype, "keepdims": True}, False), ({}, True)):
        target = {"out": np.zeros(3, dtype)} if keeps else {}
        expected = ufunc.reduce(x, **options, **target)
        found = ufunc.reduce(tensor(x), **options, **{name: tensor(out) for name, out in target.items()})
        assert found.dtype == expected.dtype
        np.testing.assert_array_equal(found.data, expected)

    def into(x: Any) -> Any:
        return np.sum(ufunc.reduce(x, out=tensor(np.zeros(3, dtype))) * weights)

    np.testing.assert_array_equal(grad(into)(x), np.where(x == ufunc.reduce(x), weights, 0))
