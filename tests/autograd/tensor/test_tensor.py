"""Tensors as arrays: creation, conversion, Python's protocols."""

from __future__ import annotations

import contextlib
import copy
import math
import operator
import pickle
import re
from collections.abc import Callable
from enum import IntEnum
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import autograd
from autograd import GradientLostWarning, MutationError, Tensor, grad, jvp, tensor, vmap
from autograd.foreign_names import INSTEAD
from autograd.operators import METHODS


def test_tensor_shares_memory_and_tensor_function_copies() -> None:
    array = np.zeros(3)
    shared, copied = Tensor(array), tensor(array)
    array[0] = 5
    assert shared.tolist() == [5, 0, 0]
    assert copied.tolist() == [0, 0, 0]


@pytest.mark.parametrize("data", [2.0, [1.0, 2.0], np.ones((2, 3), np.float32), np.float32(1.5), [[1, 2], [3, 4]]])
def test_dtypes_are_numpys(data: object) -> None:
    assert Tensor(data).dtype == np.asarray(data).dtype  # type: ignore[arg-type]
    assert Tensor(data).shape == np.shape(data)  # type: ignore[arg-type]


def test_python_scalars_are_weak() -> None:
    x = Tensor(np.ones(3, np.float32), requires_grad=True)
    y = (x * 2.0 + 1) / 3.0 - 1
    assert y.dtype == np.float32
    y.sum().backward()
    assert x.grad is not None
    assert x.grad.dtype == np.float32


@pytest.mark.parametrize("data", [1, [1, 2], [True, False]])
def test_requires_grad_on_integers_is_refused(data: object) -> None:
    with pytest.raises(TypeError, match=r"only floating and complex tensors can require grad, got .*write 1\.0"):
        Tensor(data, requires_grad=True)  # type: ignore[arg-type]


def test_asarray_of_a_tracked_tensor_names_the_way_out_of_where_it_was_asked_for() -> None:
    x = Tensor([1.0, 2.0], requires_grad=True)
    with pytest.raises(TypeError, match=r"take the tensor itself \(.*\), np\.stack .*; write \.numpy\(\)"):
        np.array([x[0], x[1]])
    with pytest.raises(TypeError, match=r"np\.dot\(a, t\) or a @ t, not a\.dot\(t\)"):
        np.eye(2).dot(x)
    for square in (np.vectorize(lambda u: u * u), np.vectorize(np.sum, signature="(n)->()")):
        with pytest.raises(TypeError, match=r"np\.vectorize makes arrays: write vmap\(f\)\(t\), or np\.stack\("):
            square(x)
    with pytest.raises(TypeError, match=r"; write np\.full\(shape, t, like=t\), or np\.broadcast_to"):
        np.full(3, x[0])
    with pytest.raises(TypeError, match=r"; write for i in np\.ndindex\(t\.shape\): t\[i\]; "):
        list(np.ndenumerate(x))
    for polynomial in (np.polynomial.Polynomial([1.0, 2.0]), lambda c: np.polynomial.legendre.legval(0.5, c)):
        with pytest.raises(TypeError, match=r"; polyval\(t, c\), legval\(t, c\) .*legvander\(x, degree\) @ c"):
            polynomial(x)
    for concatenator in (np.r_, np.c_):
        with pytest.raises(TypeError, match=r"; write np\.concatenate, .*np\.r_ and np\.c_ make arrays"):
            concatenator[x, x]
    with pytest.raises(TypeError, match=r"; make the target with autograd\.zeros\(shape\).*; write \.numpy\(\)"):
        np.zeros(2)[:] = x
    assert np.asarray(x.detach()).tolist() == [1, 2]


@pytest.mark.parametrize("convert", [float, int, complex, math.sin])
def test_conversion_to_a_number_warns_of_the_lost_gradient(convert: type) -> None:
    x = Tensor(1.5, requires_grad=True)
    with pytest.warns(GradientLostWarning, match=r"\.item\(\)") as caught:
        assert convert(x) == convert(1.5)
    assert [warning.filename for warning in caught] == [__file__]
    assert convert(x.detach()) == convert(1.5)


def test_the_gradient_of_a_result_is_kept_on_demand_only() -> None:
    x = Tensor([1.0, 2.0], requires_grad=True)
    y = x * 3
    with pytest.warns(GradientLostWarning, match=r"made by multiply.*retain_grad\(\).*no_grad\(\)"):
        assert y.grad is None
    y.retain_grad()
    assert y.grad is None
    np.sum(y * y).backward()
    assert y.grad is not None
    assert y.grad.tolist() == [6, 12]


def test_the_users_line_is_found_in_a_package_whose_name_begins_like_ours() -> None:
    file = str(Path(autograd.__file__).parent.parent / "nn_of_mine" / "model.py")
    with pytest.raises(ValueError, match=re.escape(f"{file}:1")):
        eval(compile("x + y", file, "eval"), {"x": Tensor(np.ones(3)), "y": Tensor(np.ones(4))})


def test_item_is_silent() -> None:
    assert Tensor(1.5, requires_grad=True).item() == 1.5


def test_wrapping_a_tracked_tensor_is_refused() -> None:
    with pytest.raises(TypeError, match=r"\.clone\(\).*\.detach\(\)"):
        Tensor(Tensor(1.0, requires_grad=True) * 2)


def test_every_result_is_a_tensor_even_a_zero_dimensional_one() -> None:
    x = Tensor(np.arange(4.0), requires_grad=True)
    for result in (x[0], x.sum(), x.max(), x @ x, np.mean(x), x[1] * 2, -x[2], abs(x[3]), np.float64(2) * x, x > 1):
        assert type(result) is Tensor


def test_numpy_operands_on_the_left_defer() -> None:
    x = Tensor(np.ones(3), requires_grad=True)
    for result in (np.ones(3) + x, np.float64(2) * x, np.ones((2, 3)) @ x, 3 - x, 2.0**x):
        assert result.requires_grad


class Metres:
    """A unit, as pint has them: it is no array, and answers what NumPy does to it."""

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any) -> Any:
        return "m", ufunc.__name__, [x for x in inputs if x is not self]

    def __rmul__(self, other: Any) -> Any:
        return np.multiply(other, self)


class Lengths(Metres):
    """An array with a unit, which knows NumPy's functions, and may be converted."""

    def __array_function__(self, *call: Any) -> Any:
        raise AssertionError("operators are not NumPy's functions")

    def __array__(self, *options: Any, **copy: Any) -> Any:
        raise AssertionError("the unit would be lost")


class Table:
    """Numbers with names, as pandas has them: they answer ufuncs, and become an array beside a tensor."""

    def __array_ufunc__(self, *call: Any) -> Any:
        raise AssertionError("its numbers are wanted")

    def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
        return np.array([1.0, 2.0])


@pytest.mark.parametrize("unit", [Metres(), Lengths()])
def test_what_has_a_unit_answers_itself(unit: Any) -> None:
    x = tensor([1.0, 2.0], requires_grad=True)
    for found in (x * unit, np.multiply(x, unit), np.multiply(unit, x)):
        assert found[:2] == ("m", "multiply")
        assert found[2][0] is x
    with pytest.raises(TypeError, match="unsupported operand"):
        x - unit


def test_a_table_beside_a_tensor_becomes_an_array() -> None:
    x = tensor([1.0, 2.0], requires_grad=True)
    np.testing.assert_array_equal((x * Table()).detach(), [1.0, 4.0])


def test_methods_have_names_and_documentation() -> None:
    for name, function in METHODS.items():
        method = getattr(Tensor, name)
        assert method.__name__ == name
        assert method.__doc__, f"{name}, which is {function.__name__}"
    for name in ("reshape", "flatten", "sort", "sum"):
        assert getattr(Tensor, name).__doc__ == getattr(np.ndarray, name).__doc__


def test_recorded_values_are_read_only() -> None:
    y = Tensor([1.0, 2.0], requires_grad=True) * 2
    with pytest.raises(ValueError, match="read-only"):
        y.data[0] = 5
    with pytest.raises(ValueError, match="read-only"):
        y.numpy()[0] = 5


def test_comparison_and_hash() -> None:
    x, y = Tensor([1.0, 2.0]), Tensor([1.0, 3.0])
    assert (x == y).tolist() == [True, False]
    assert (x != y).dtype == bool
    assert len({x, y, x}) == 2


@pytest.mark.parametrize("duplicate", [copy.copy, copy.deepcopy, lambda t: pickle.loads(pickle.dumps(t))])
def test_leaves_are_copied_and_pickled_with_gradient_and_name(duplicate: object) -> None:
    x = Tensor([1.0, 2.0], requires_grad=True, name="x")
    (x * x).sum().backward()
    twin = duplicate(x)  # type: ignore[operator]
    assert twin.tolist() == [1, 2]
    assert twin.requires_grad
    assert twin.is_leaf
    assert twin.name == "x"
    assert twin.grad.tolist() == [2, 4]
    (twin * 3).sum().backward()
    assert x.grad is not None
    assert x.grad.tolist() == [2, 4]


def test_a_deep_copy_has_a_gradient_of_its_own() -> None:
    x = Tensor([1.0, 2.0], requires_grad=True)
    (x * x).sum().backward()
    twin = copy.deepcopy([x, x.grad])
    assert twin[0].grad is twin[1]  # as in what was copied
    twin[1].data[...] = 9.0
    assert x.grad is not None
    assert x.grad.tolist() == [2, 4]


@pytest.mark.parametrize("duplicate", [copy.copy, copy.deepcopy])
def test_a_copy_of_a_result_is_one_within_the_graph(duplicate: Callable[[Any], Any]) -> None:
    """As NumPy's arrays are copied: simulations keep `copy.deepcopy(state)` of each step."""
    x = Tensor([1.0, 2.0], requires_grad=True)
    y = x * 2
    kept = duplicate(y)
    y *= 5
    assert kept.tolist() == [2, 4]
    (kept * kept).sum().backward()
    assert x.grad is not None
    assert x.grad.tolist() == [8, 16]
    gradient = grad(lambda x: np.sum(duplicate({"state": [x * x]})["state"][0] * x))(np.array([1.0, 2.0]))
    assert gradient.tolist() == [3, 12]
    assert vmap(grad(lambda x: np.sum(duplicate(x * x))))(np.array([[1.0], [2.0]])).tolist() == [[2], [4]]


def test_results_do_not_leave_their_graph_silently() -> None:
    y = Tensor(1.0, requires_grad=True) * 2
    with pytest.raises(TypeError, match="detach"):
        pickle.dumps(y)


def test_repr_says_what_matters() -> None:
    x = Tensor([1.0, 2.0], requires_grad=True, name="x")
    assert repr(x) == "Tensor([1., 2.], name='x', requires_grad=True)"
    assert repr(x * 2) == "Tensor([2., 4.], made by multiply)"
    assert repr(Tensor(np.float32(1))) == "Tensor(1., dtype=float32)"
    assert repr(tensor([1.0], name="w")) == "Tensor([1.], name='w')"
    assert f"{x.sum():.2f}" == "3.00"
    assert [f"{t:.2f}" for t in (x, x[:1])] == [repr(x), repr(x[:1])]  # of arrays there is one form


@pytest.mark.parametrize("order", ["C", "F"])
def test_a_copy_lies_in_memory_as_it_is_asked_to(order: Any) -> None:
    for t in (Tensor(np.ones((2, 3))), Tensor(np.ones((2, 3), order="F"), requires_grad=True)):
        copied = t.copy(order=order).detach().numpy()
        assert copied.flags.f_contiguous is (order == "F")
        assert copied.flags.c_contiguous is (order == "C")


def test_iteration_and_length() -> None:
    x = Tensor(np.arange(6.0).reshape(3, 2), requires_grad=True)
    assert len(x) == 3
    assert [row.tolist() for row in x] == [[0, 1], [2, 3], [4, 5]]
    with pytest.raises(TypeError, match="0-d"):
        list(Tensor(1.0))
    with pytest.raises(TypeError, match="0-d"):
        len(x.sum())


@pytest.mark.parametrize("assigned", [False, True])
def test_a_number_is_a_value_and_an_array_the_users_own(assigned: bool) -> None:
    """Writing to an array of no axes changes no tensor; to another it does, but not what was recorded before."""
    def made(array: Any) -> Tensor:
        if not assigned:
            return Tensor(array, requires_grad=True)
        t = Tensor(np.zeros(array.shape), requires_grad=True)
        t.data = array
        return t

    number, array = np.array(2.0), np.array([1.0, 2.0])
    t, u = made(number), made(array)
    number[...] = 5
    assert t.item() == 2
    assert u.data is array
    total = np.sum(np.exp(u) * u)
    array[:] = 9
    assert u.tolist() == [9, 9]
    with contextlib.suppress(MutationError):  # or it is noticed
        total.backward()
        np.testing.assert_allclose(u.grad.numpy(), np.exp([1.0, 2.0]) * [2, 3])


def test_assigning_data_rebinds_a_leaf() -> None:
    w = Tensor([1.0, 2.0], requires_grad=True)
    w.data = w.data - 0.5
    assert w.tolist() == [0.5, 1.5]
    assert w.requires_grad
    w.data -= 0.5
    assert w.tolist() == [0, 1]
    (w * w).sum().backward()
    assert w.grad is not None
    assert w.grad.tolist() == [0, 2]


def test_setting_a_gradient_checks_its_shape() -> None:
    w = Tensor([1.0, 2.0], requires_grad=True)
    with pytest.raises(ValueError, match=r"\(2,\).*\(3,\)"):
        w.grad = np.ones(3)  # type: ignore[assignment]
    w.grad = np.ones(2)  # type: ignore[assignment]
    assert isinstance(w.grad, Tensor)


def test_manual_seed_reproduces_and_leaves_numpys_state_alone() -> None:
    before = np.random.get_state()[1].copy()  # type: ignore[index,union-attr]  # noqa: NPY002  # the global state is the subject
    first = autograd.manual_seed(3).normal(size=4)
    second = autograd.manual_seed(3).normal(size=4)
    assert (first == second).all()
    assert (np.random.get_state()[1] == before).all()  # type: ignore[index]  # noqa: NPY002  # as above
    for seed in (-1, 1.5, "three", None):
        with pytest.raises((ValueError, TypeError), match=f"manual_seed: seed must be an integer .* got {seed!r}"):
            autograd.manual_seed(seed)  # type: ignore[arg-type]


def test_whether_a_tensor_requires_grad_is_true_or_false() -> None:
    """The truth of a word was taken: "no" meant yes."""
    t = Tensor(1.0)
    for given in ("no", 2, np.ones(2)):
        for say in (t.requires_grad_, lambda given: setattr(t, "requires_grad", given),
                    lambda given: Tensor(1.0, requires_grad=given)):
            with pytest.raises((TypeError, ValueError), match="requires_grad must be True or False, got|ambiguous"):
                say(given)
    assert not t.requires_grad
    assert t.requires_grad_(np.True_).requires_grad


@pytest.mark.parametrize("name", ["relu", "sigmoid", "softmax", "log_softmax"])
def test_activations_are_methods_too(name: str) -> None:
    values = np.array([[0.5, -1.0, 2.0], [1.0, 0.0, -3.0]])
    one, other = (Tensor(values, requires_grad=True) for _ in range(2))
    np.sum(getattr(one, name)() ** 2).backward()
    np.sum(getattr(autograd, name)(other) ** 2).backward()
    assert np.array_equal(one.grad, other.grad)
    if "softmax" in name:
        assert np.allclose(np.exp(one.log_softmax(axis=0)).sum(axis=0).data, 1)


def test_the_users_line_is_found_where_the_user_too_has_a_directory_called_numpy() -> None:
    with pytest.raises(ValueError, match=r"at /home/me/numpy/script\.py:1\)"):
        eval(compile("x + y", "/home/me/numpy/script.py", "eval"), {"x": Tensor(np.ones(3)), "y": Tensor(np.ones(4))})


def test_a_tensor_of_a_tensor_shares_and_other_things_are_refused() -> None:
    first = Tensor([1.0, 2.0])
    second = Tensor(first)
    second[0] = 9
    assert first.tolist() == [9, 2]
    for data in ("abc", [1, None], np.array(["2026-11-30"], "M8[D]")):
        with pytest.raises(TypeError, match="a tensor holds numbers, got an array of dtype"):
            Tensor(data)  # type: ignore[arg-type]


def test_assigned_data_makes_a_new_leaf_and_stays_floating() -> None:
    x = Tensor([1.0, 2.0], requires_grad=True)
    loss = np.sum(x * x)
    x.data = Tensor([3.0, 4.0])
    assert x.tolist() == [3, 4]
    assert x.is_leaf
    loss.backward()
    assert x.grad is not None
    assert x.grad.tolist() == [2, 4]  # at the values that the loss was computed from
    np.sum(x * x).backward()
    assert x.grad.tolist() == [8, 12]
    with pytest.raises(TypeError, match="holds floats, got data of dtype int64"):
        x.data = np.array([3, 4])
    y = 2 * x
    y.data = np.zeros(2)  # of a result: it leaves its graph
    assert y.is_leaf
    assert y.requires_grad


def test_data_of_another_shape_leaves_no_gradient_of_the_earlier() -> None:
    """Added to the next one it would broadcast, (3,) and (3, 1) to (3, 3), and an optimizer would step by it."""
    w = Tensor([1.0, 1.0, 1.0], requires_grad=True)
    np.sum(w * w).backward()
    w.data = np.ones((3, 1))
    assert w.grad is None
    loss = np.sum(w * w)
    loss.backward(retain_graph=True)
    assert w.grad is not None
    assert w.grad.tolist() == [[2], [2], [2]]
    w.data = np.ones((3, 1))
    assert w.grad is not None  # of the same shape: as in PyTorch it stays
    w.data = np.ones(3)
    with pytest.raises(MutationError, match=r"of shape \(3, 1\) was given data of shape \(3,\) after the forward pass"):
        loss.backward()


def test_an_array_of_another_dtype_or_a_copy_is_one() -> None:
    values = np.array([1.0, 2.0])
    t = Tensor(values)
    assert np.shares_memory(np.asarray(t), values)
    assert not np.shares_memory(np.array(t, copy=True), values)
    assert np.asarray(t, np.float32).dtype == np.float32
    assert np.array(t, np.float32).tolist() == [1, 2]


def test_an_array_without_a_copy_or_not_at_all() -> None:
    x = Tensor(np.arange(3.0))
    assert np.shares_memory(np.asarray(x, copy=False), x.data)
    with pytest.raises(ValueError, match="copy"):
        np.asarray(x, dtype=np.float32, copy=False)


def test_size_and_place_in_memory_are_the_arrays() -> None:
    x = Tensor(np.ones((2, 3), np.float32))
    assert (x.nbytes, x.itemsize, x.device) == (24, 4, "cpu")
    assert x.__dlpack_device__() == x.numpy().__dlpack_device__()
    assert x.to_device("cpu") is x
    with pytest.raises(ValueError, match="the only device is 'cpu', got 'cuda'"):
        x.to_device("cuda")


def test_the_flag_of_a_leaf_goes_on_and_off() -> None:
    x = Tensor([1.0])
    assert x.requires_grad_() is x
    node = x._node
    assert x.requires_grad_(True)._node is node  # nothing happens to what is so already
    assert not x.requires_grad_(False).requires_grad


@pytest.mark.parametrize("ask", ["retain_grad", "register_hook"])
def test_gradients_of_what_has_none_are_refused(ask: str) -> None:
    with pytest.raises(RuntimeError, match=rf"{ask}\(\) needs a tensor that requires grad"):
        getattr(Tensor(1.0), ask)(*[print] * (ask == "register_hook"))


def test_truth_and_index_are_of_one_number() -> None:
    assert bool(Tensor(2.0, requires_grad=True)) is True
    assert bool(Tensor(0)) is False
    assert "abc"[Tensor(1)] == "b"
    assert list(range(Tensor(2))) == [0, 1]  # type: ignore[arg-type]
    for wrong in (Tensor(1.0), Tensor([1]), Tensor(True)):
        with pytest.raises(TypeError, match="only a 0-d tensor of integers is an index"):
            "abc"[wrong]
    with pytest.raises(TypeError, match=r"only a 0-d tensor converts to float, got shape \(1,\); write \.item\(\)$"):
        float(Tensor([1.0]))
    with pytest.raises(TypeError, match=r"only a 0-d tensor converts to int, got shape \(2,\)$"):
        int(Tensor([1.0, 2.0], requires_grad=True))  # without a warning before it
    with pytest.raises(ValueError, match=r"item\(\) takes the one element of a tensor, got shape \(2,\); write tolist"):
        Tensor([1.0, 2.0]).item()


@pytest.mark.parametrize("name", INSTEAD)
def test_names_of_other_libraries_lead_to_ours(name: str) -> None:
    one = Tensor([1.0])
    with pytest.raises(AttributeError, match=re.escape(f"a Tensor has no attribute '{name}'; {INSTEAD[name]}")):
        getattr(one, name)
    assert not hasattr(one, name)
    assert name not in dir(one)
    assert "reshape" in dir(one)


def test_the_only_axis_may_be_transposed_by_its_number() -> None:
    x = Tensor([1.0, 2.0], requires_grad=True)
    for y in (x.transpose(0), np.transpose(x, -1), autograd.vmap(lambda x: x.transpose(0))(x[None])[0]):
        np.sum(y * y).backward()
    assert x.grad is not None
    assert x.grad.tolist() == [6, 12]


def test_transposes_of_stacks() -> None:
    x = np.arange(24.0).reshape(2, 3, 4)
    t = Tensor(x, requires_grad=True)
    np.testing.assert_array_equal(t.mT.detach().numpy(), np.swapaxes(x, 1, 2))
    np.testing.assert_array_equal(t.T.detach().numpy(), x.T)
    weights = np.arange(24.0).reshape(2, 4, 3)
    (t.mT * weights).sum().backward()
    np.testing.assert_array_equal(t.grad.numpy(), np.swapaxes(weights, 1, 2))


def test_the_gradient_of_a_number_has_its_precision() -> None:
    x = Tensor(np.float32(2), requires_grad=True)
    (x * np.float64(3)).backward()
    assert x.grad is not None
    assert (x.grad.dtype, x.grad.item()) == (np.float32, 3)


def test_outputs_of_which_one_is_made_of_another_wait_for_each_other() -> None:
    """Beside a leaf that the function closes over, and an output that depends on that alone."""
    w = Tensor(3.0, requires_grad=True)

    def f(x: Any) -> Any:
        y = x * w
        return y, y * y, w * 2

    assert autograd.vjp(f, 2.0)[1]((1.0, 1.0, 1.0))[0].item() == 3 + 2 * 6 * 3


def test_a_copy_that_would_cut_the_graph_is_refused() -> None:
    for made in (Tensor([1.0], requires_grad=True), Tensor([1.0], requires_grad=True) * 2):
        with pytest.raises(TypeError, match="would cut the graph"):
            tensor(made)


@pytest.mark.parametrize("value", [1.0, [1.0, 2.0]])
def test_a_comparison_is_left_to_what_no_ufunc_takes(value: Any) -> None:
    near, far = (pytest.approx(np.asarray(value) + off) for off in (1e-9, 1.0))
    x = Tensor(value)
    assert x == near
    assert near == x
    assert x != far
    assert not x == far  # noqa: SIM201  # another method
    with pytest.raises(TypeError):
        assert Tensor(value, requires_grad=True) == near
    with pytest.raises(TypeError, match="not supported between"):
        assert x < near


def test_a_comparison_with_what_is_no_number_is_numpys() -> None:
    for x in (np.ones(2), np.float64(1.0)):
        t = Tensor(x, requires_grad=True)
        for other in ("auto", None, object(), [None] * np.size(x)):
            np.testing.assert_array_equal(np.asarray(t == other), np.asarray(x) == other, strict=True)
            np.testing.assert_array_equal(np.asarray(t != other), np.asarray(x) != other, strict=True)
        with pytest.raises(TypeError, match="less"):
            t < "auto"  # noqa: B015

    def program(x: Any) -> Any:
        return x * 2.0 if np.all(x == "auto") else x * 3.0

    assert jvp(program, (1.0,), (1.0,)) == (3.0, 3.0)
    assert vmap(program)(np.ones(2)).tolist() == [3.0, 3.0]


@pytest.mark.parametrize("digits", [None, 0, 1, -1])
@pytest.mark.parametrize("value", [2.5, -1.26, np.array([1.25, -2.5, 13.75])])
def test_a_rounded_tensor_is_pythons_rounded_numbers(value: Any, digits: int | None) -> None:
    """To whole numbers without digits; with them, floats. Either is constant almost everywhere."""
    found = round(Tensor(value, requires_grad=True), digits)
    expected = [round(x, digits) for x in np.ravel(value).tolist()]
    assert found.tolist() == (expected if np.ndim(value) else expected[0])
    assert (found.dtype, found.requires_grad) == (np.dtype(int if digits is None else float), False)


def test_repeat_is_numpys_and_along_each_axis_it_is_tile() -> None:
    x = np.arange(6.0).reshape(2, 3)
    for given in ((2,), (2, 1), ([1, 2, 0], 1)):
        np.testing.assert_array_equal(Tensor(x).repeat(*given).numpy(), x.repeat(*given))
    with pytest.raises(TypeError, match=r"np\.tile\(t, \(2, 1, 3\)\)"):
        Tensor(np.ones(3)).repeat(2, 1, 3)


@pytest.mark.parametrize("value", [2.0, 9.0, [1.0, 2.0, 3.0], [7.0, 7.0, 3.0], [[4.0], [7.0]], np.nan])
@pytest.mark.parametrize("array", [np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]), np.array([[3.0], [2.0]])])
def test_in_asks_for_any_element_of_an_array_of_any_rank(array: Any, value: Any) -> None:
    """Python went through the rows and asked each of them for its truth."""
    assert (value in Tensor(array, requires_grad=True)) is (value in array)
    assert (np.asarray(value) in Tensor(array)) is (value in array)


def test_in_asks_a_tensor_without_axes_for_its_number() -> None:
    assert 2.0 in Tensor(2.0)
    assert 3.0 not in Tensor(2.0)
    with pytest.raises(TypeError, match="vmap"):
        vmap(lambda x: 1.0 if 2.0 in x else 0.0)(np.ones((2, 3)))


class Celsius(float):
    """A number of a class of its own."""


@pytest.mark.parametrize("number", [Celsius(2.0), IntEnum("Level", {"high": 2}).high], ids=["float", "int"])
@pytest.mark.parametrize("x", [np.float64(0.5), np.array([0.5, 3.0])], ids=["scalar", "vector"])
def test_numbers_of_classes_of_their_own_are_numbers(number: Any, x: Any) -> None:
    """A float times NumPy's scalar is a plain float, which has no dtype: it raised AttributeError."""
    t = Tensor(x, requires_grad=True)
    for f in (operator.add, operator.sub, operator.mul, operator.truediv, operator.pow):
        for result, expected in ((f(number, t), f(2, x)), (f(t, number), f(x, 2))):
            np.testing.assert_array_equal(result.data, expected)
            assert result.requires_grad


def chosen(x: Any, y: Any) -> Any:
    return np.where(x, y, False)


@pytest.mark.parametrize("x", [np.array([True, False]), np.array([1, 2], np.int8)], ids=["bool", "int8"])
@pytest.mark.parametrize("f", [operator.and_, operator.xor, operator.add, operator.mul, np.maximum, chosen])
def test_true_and_false_beside_a_tensor_stay_what_they_are(f: Any, x: Any) -> None:
    """A mask + True was 2, and one of np.where(mask, True, False) integers, which take elements where masks select."""
    for result, expected in ((f(Tensor(x), True), f(x, True)), (f(False, Tensor(x)), f(False, x))):
        np.testing.assert_array_equal(result.data, expected, strict=True)


def test_a_cast_is_of_the_kind_that_was_asked_for() -> None:
    x = Tensor([1.5, 2.5], requires_grad=True)
    assert x.astype(np.float32, casting="same_kind").dtype == np.float32
    assert x.astype(int, casting="unsafe").tolist() == [1, 2]
    assert x.astype(float, copy=False, casting="no") is x
    for dtype, casting in ((int, "same_kind"), (np.float32, "safe"), (np.float32, "no")):
        with pytest.raises(TypeError, match=rf"cannot cast float64 to \w+ with casting='{casting}'"):
            x.astype(dtype, casting=casting)
