"""In-place writes: differentiable on tensors, right or refused on everything a recorded operation has seen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd
from autograd import MutationError, Tensor, grad, jvp, no_grad, tensor, vmap
from autograd.numerical import grad as numerical_grad


def zeros(*shape: int) -> Tensor:
    return Tensor(np.zeros(shape))


def by_index(x: Tensor) -> Tensor:
    y = zeros(4)
    for i in range(3):
        y[i] = np.sin(x[i]) * x[0]
    return np.sum(y * np.arange(4.0))


def by_slice(x: Tensor) -> Tensor:
    y = zeros(4)
    y[1:3] = x[:2] ** 2
    y[::2] *= x[2]
    return np.sum(y * y)


def by_mask(x: Tensor) -> Tensor:
    y = x * 1.0
    y[np.array([True, False, True])] = x[1] * 2
    return np.sum(y**3)


def by_integer_array(x: Tensor) -> Tensor:
    y = zeros(4)
    y[[3, 0]] = x[:2] * 5
    y[[0, 0]] = x[1:] ** 2  # the last of several writes stays
    return np.sum(y * np.arange(1.0, 5.0))


def overwritten(x: Tensor) -> Tensor:
    y = x * x
    early = np.sum(y)  # keeps the value before
    y[0] = x[1]
    return early * np.sum(y)


def augmented(x: Tensor) -> Tensor:
    y = x * 2
    y += x
    y -= 1.0
    y *= np.exp(x)
    y /= 3.0
    y **= 2.0
    return np.sum(y)


def rebound(x: Tensor) -> Tensor:
    y = x * 1
    alias = y
    alias += 1.0
    return np.sum(y * x)


def through_a_view(x: Tensor) -> Tensor:
    y = zeros(2, 3)
    row, column = y[0], y.T[1]
    row[1:] = x[:2]
    column *= x[2]
    return np.sum(y * y.reshape(6).reshape(2, 3)) + np.sum(column * row[1])


def through_a_chain_of_views(x: Tensor) -> Tensor:
    y = x * 1.0
    y.reshape(3, 1).T[0, 1:][::-1][0] = x[0] * x[1]
    return np.sum(y**2)


def one_element(x: Tensor) -> Tensor:
    y = x * 1.0
    y[0] *= y[2]
    number = y[1]  # a number, not a view: y keeps its own
    number += 5.0
    shown = y[..., 2]
    shown -= x[0]
    return np.sum(y * y) + number * number


def swapped(x: Tensor) -> Tensor:
    y = x * 1.0
    y[[0, 1]] = y[[1, 0]]
    return np.sum(y * np.array([1.0, 10.0, 100.0]) * x)


def broadcast_into_a_block(x: Tensor) -> Tensor:
    y = zeros(2, 3)
    y[...] = x
    y[:, 1] = x[0] * x[2]
    return np.sum(y * y)


PROGRAMS = [by_index, by_slice, by_mask, by_integer_array, overwritten, augmented, rebound, through_a_view,
            through_a_chain_of_views, one_element, swapped, broadcast_into_a_block]
POINT = np.array([0.7, -1.3, 0.4])


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda f: f.__name__)
def test_in_place_programs_differentiate_in_both_modes_and_twice(program: Callable[[Tensor], Tensor]) -> None:
    expected = numerical_grad(lambda x: program(Tensor(x)).item(), POINT)
    np.testing.assert_allclose(grad(program)(POINT), expected, rtol=1e-6, atol=1e-7)
    v = np.array([0.3, 0.2, -0.5])
    np.testing.assert_allclose(jvp(program, (POINT,), (v,))[1], expected @ v, rtol=1e-6, atol=1e-7)
    second = grad(lambda x: np.sum(grad(program)(x) * v))(POINT)
    np.testing.assert_allclose(second, numerical_grad(lambda x: grad(program)(x) @ v, POINT), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda f: f.__name__)
def test_in_place_programs_have_numpys_values(
    program: Callable[[Tensor], Tensor], monkeypatch: pytest.MonkeyPatch
) -> None:
    tracked = program(Tensor(POINT, requires_grad=True)).item()
    monkeypatch.setitem(globals(), "zeros", lambda *shape: np.zeros(shape))
    assert tracked == pytest.approx(program(POINT.copy()), rel=1e-14)  # type: ignore[arg-type]  # plain NumPy


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda f: f.__name__)
def test_in_place_programs_batch(program: Callable[[Tensor], Tensor]) -> None:
    points = np.stack([POINT, POINT[::-1]])
    for f in (program, grad(program)):
        each = np.stack([f(Tensor(point)).numpy() for point in points])
        np.testing.assert_allclose(vmap(f)(points), each, rtol=1e-12)


def test_the_gradient_of_a_number_is_written_to_in_place() -> None:
    x = Tensor(2.0, requires_grad=True)
    (x * x).backward()
    assert x.grad is not None
    clipped = x.grad
    clipped *= 0.5
    assert (x.grad is clipped, x.grad.item()) == (True, 2)


def test_a_leaf_written_in_place_keeps_the_gradient_of_its_first_value() -> None:
    x = Tensor([1.0, 2.0], requires_grad=True)
    y = x
    y += 1.0
    np.sum(y * x).backward()
    assert x.grad is not None
    assert x.grad.tolist() == [4, 6]


def test_no_grad_writes_go_to_memory() -> None:
    array = np.array([1.0, 2.0])
    x = Tensor(array, requires_grad=True)
    with no_grad():
        x -= 0.5
        x[0] = 7.0
    assert array.tolist() == [7, 1.5]
    assert x.is_leaf
    assert x.requires_grad


def test_a_buffer_reused_in_a_loop_counts_every_time() -> None:
    buffer = np.zeros(2)
    t = Tensor([1.0, 1.0], requires_grad=True)
    total = Tensor(0.0)
    for i in (1, 2):
        buffer[:] = i
        total = total + np.sum(t * buffer)
    total.backward()
    assert t.grad is not None
    assert t.grad.tolist() == [3, 3]


@pytest.mark.parametrize(
    "wrap", [lambda a: a, Tensor, lambda a: Tensor(a)[:], lambda a: Tensor(a).reshape(2, 1).reshape(2)]
)
def test_a_constant_changed_after_recording_gives_the_right_gradient(wrap: Callable[[np.ndarray], object]) -> None:
    constant = np.array([1.0, 2.0])
    t = Tensor([3.0, 4.0], requires_grad=True)
    y = np.sum(t * wrap(constant))
    constant[:] = 100
    y.backward()
    assert t.grad is not None
    assert t.grad.tolist() == [1, 2]


def test_a_constant_tensor_written_to_after_recording_gives_the_right_gradient() -> None:
    constant = Tensor([1.0, 2.0])
    t = Tensor([3.0, 4.0], requires_grad=True)
    y = np.sum(t * constant)
    constant[0] = 100.0
    constant += 5.0
    y.backward()
    assert t.grad is not None
    assert t.grad.tolist() == [1, 2]


def test_an_array_shared_with_a_leaf_gives_the_right_gradient() -> None:
    array = np.array([1.0, 2.0])
    x = Tensor(array, requires_grad=True)
    y = np.sum(x * x) + np.sum(x[:1] * x[:1])
    array[:] = 100
    y.backward()
    assert x.grad is not None
    assert x.grad.tolist() == [4, 4]


def write_data(x: Tensor) -> None:
    x.data[0] = 100


def write_under_no_grad(x: Tensor) -> None:
    with no_grad():
        x += 1.0


def write_a_view_under_no_grad(x: Tensor) -> None:
    with no_grad():
        x[1:][...] = 5.0


@pytest.mark.parametrize("write", [write_data, write_under_no_grad, write_a_view_under_no_grad])
def test_a_leaf_changed_after_recording_is_refused(write: Callable[[Tensor], None]) -> None:
    x = Tensor([1.0, 2.0], requires_grad=True, name="weight")
    y = np.sum(x * x)
    write(x)
    with pytest.raises(
        MutationError, match=r"multiply recorded the tensor 'weight' of shape \(2,\).* changed in place "
        r"\((by an optimizer step, under no_grad\(\) or )?through \.data\).*test_mutation\.py"
    ):
        y.backward()
    x.grad = None
    np.sum(x * x).backward()
    np.testing.assert_array_equal(x.grad.numpy(), 2 * x.detach().numpy())  # type: ignore[union-attr]


@pytest.mark.parametrize("view", [lambda x: x[...], lambda x: np.broadcast_to(x, (2,))[0], lambda x: x.reshape(1)[0]])
def test_a_leaf_without_axes_changed_after_recording_gives_the_gradient_where_it_was(
        view: Callable[[Tensor], Tensor]) -> None:
    """Also where views of it were taken before: its number is another then, and the graph has the earlier one."""
    x = tensor(0.5, requires_grad=True)
    y = view(x) * x * np.exp(x)
    with no_grad():
        x[...] = 3.0
    y.backward()
    assert x.grad is not None
    assert x.grad.item() == pytest.approx(1.25 * np.exp(0.5))


def test_a_leaf_changed_is_fine_where_its_value_is_not_needed() -> None:
    x = Tensor([1.0, 2.0], requires_grad=True)
    y = np.sum(x * 3 + x)
    with no_grad():
        x += 1.0
    y.backward()
    assert x.grad is not None
    assert x.grad.tolist() == [4, 4]


@pytest.mark.parametrize("values", [[1.0, 2.0], [1.0, np.nan]])
def test_reading_data_between_passes_is_fine(values: list[float]) -> None:
    x = Tensor(values, requires_grad=True)
    y = np.sum(x * x)
    np.testing.assert_array_equal(x.data, values)
    y.backward()
    assert x.grad is not None
    np.testing.assert_array_equal(x.grad.data, 2 * np.array(values))


def test_a_failed_write_leaves_the_target_as_it_was() -> None:
    x = Tensor([1.0, 2.0, 3.0], requires_grad=True)
    y = x * 2
    for bad in (
        lambda: y.__setitem__(0, np.ones(2)),
        lambda: y.__setitem__(7, x[0]),
        lambda: y.__iadd__(np.ones((2, 3))),
    ):
        with pytest.raises((ValueError, IndexError)):
            bad()
        assert y.tolist() == [2, 4, 6]
    np.sum(y).backward()
    assert x.grad is not None
    assert x.grad.tolist() == [2, 2, 2]


@pytest.mark.parametrize("requires_grad", [False, True])
@pytest.mark.parametrize("shapes", [((2, 2), 2), (2, 2), ((3, 2, 2), 2)], ids=str)
def test_a_product_of_another_shape_is_not_written(shapes: Any, requires_grad: bool) -> None:
    """NumPy refuses `x @= v` of a vector; without a graph what was smaller was repeated over x."""
    target, factor = (np.arange(1.0, 1 + np.prod(shape)).reshape(shape) for shape in shapes)
    x = Tensor(target.copy(), requires_grad=requires_grad)
    for y in (x * 1, x) if not requires_grad else (x * 1,):
        with pytest.raises(ValueError, match=r"in-place matmul of shapes .* would change the shape"):
            y @= factor
        assert y.tolist() == target.tolist()
    with pytest.raises(ValueError, match="matrix multiplication"):
        target @= factor


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.complex128])
@pytest.mark.parametrize("value", [10**30, [10**30, 1], 2**63, True, "1.5", None, 1j, [1j, 2], np.complex64(1j), ["a"],
                                   np.array([1, 2], np.int8), np.array([[1.5]]), []], ids=str)
def test_what_is_written_is_read_as_numpy_reads_it(value: object, dtype: type) -> None:
    """A large integer is a float, and a complex number is none: into recorded values, and into an array."""
    def written(target: Any) -> object:
        try:
            target[:] = value
        except (TypeError, ValueError, np.exceptions.ComplexWarning) as error:
            return type(error)
        return target.tolist()

    recorded = Tensor(np.ones(2, dtype), requires_grad=True) * 1
    np.testing.assert_equal(written(recorded), written(np.ones(2, dtype)))
    assert recorded.dtype == dtype


def test_writing_floats_into_integers_is_refused() -> None:
    y = Tensor(np.zeros(3, int))
    with pytest.raises(TypeError, match=r"truncate.*dtype=float"):
        y[0] = Tensor(1.5, requires_grad=True)


def test_writing_a_tensor_into_an_ndarray_names_the_fix() -> None:
    with pytest.raises(ValueError, match="setting an array element") as caught:
        np.zeros(3)[0] = Tensor(1.5, requires_grad=True)
    assert "autograd.zeros(shape)" in str(caught.value.__cause__)
    with pytest.raises(TypeError, match=r"np\.stack"):
        np.zeros(3)[:2] = Tensor([1.5, 2.0], requires_grad=True)


def test_detached_memory_cannot_corrupt_the_graph() -> None:
    x = Tensor([1.0, 2.0], requires_grad=True)
    y = np.exp(x)
    d = y.detach()
    d += 100.0
    np.sum(y).backward()
    np.testing.assert_allclose(x.grad.numpy(), np.exp([1.0, 2.0]))  # type: ignore[union-attr]


# --- Masks, indices and weights that are no operands -----------------------------------------------------------------


def assigned(x: Any, index: Any) -> Any:
    y = x * 1
    y[index] = x[index] ** 2
    return y


@autograd.custom
def weighted(x: Any, *, w: Any) -> Any:
    return x * w


weighted.defvjp(lambda g, out, x, *, w: g * w)
MASK, INDEX = [True, False, True], [2, 0]


@pytest.mark.parametrize("kind", [np.array, list, Tensor])
@pytest.mark.parametrize(("f", "given"), [
    (lambda x, mask: np.sum(x**2, where=mask), MASK),
    (lambda x, mask: np.mean(x**2, where=mask), MASK),
    (lambda x, mask: np.where(mask, x**2, x), MASK),
    (lambda x, mask: np.piecewise(x, [mask], [np.square, np.exp]), MASK),
    (lambda x, index: x[index], INDEX), (lambda x, index: x[None][0, index], INDEX), (assigned, INDEX),
    (lambda x, index: np.take(x, index), INDEX),
    (lambda x, w: weighted(x, w=np.asarray(w)), [1.0, 2.0, 3.0]),
])
def test_what_is_no_operand_may_change_before_the_backward_pass(f: Any, given: list[Any], kind: Any) -> None:
    weights = np.arange(1.0, 4.0)
    expected, x = Tensor([2.0, 3.0, 5.0], requires_grad=True), Tensor([2.0, 3.0, 5.0], requires_grad=True)
    out = f(expected, given)
    np.sum(out * weights[: out.size]).backward()
    reused = kind(given)
    out = f(x, reused)
    loss = np.sum(out * weights[: out.size])
    reused[0] = reused[1]
    loss.backward()
    assert x.grad is not None
    assert expected.grad is not None
    assert x.grad.tolist() == expected.grad.tolist()


def test_memory_that_cannot_be_written_to_is_replaced() -> None:
    x = Tensor(np.broadcast_to(np.float64(1), (3,)), requires_grad=True)
    loss = np.sum(x * x)
    with no_grad():
        x[0] = 5.0
    loss.backward()  # of the values at that time, which are still there
    assert x.grad is not None
    assert x.grad.tolist() == [2, 2, 2]
    np.sum(x * x).backward()
    assert x.grad.tolist() == [12, 4, 4]
    number = Tensor(1.0)
    number[()] = 7
    number += 1
    assert number.item() == 8


def test_a_write_keeps_the_dtype_or_is_refused() -> None:
    x = Tensor([0.5, 1.5], requires_grad=True)
    single = Tensor(np.ones(2, np.float32))
    single += x
    assert single.dtype == np.float32
    np.sum(single).backward()
    assert x.grad is not None
    assert (x.grad.tolist(), x.grad.dtype) == ([1, 1], np.float64)
    whole = Tensor(np.ones(2, int))
    with pytest.raises(TypeError, match="in-place add cannot cast float64 to int64"):
        whole += x
    with pytest.raises(TypeError, match=r"in-place divide cannot cast float64 to int64.*np.divide\(x, y\).*'float64'"):
        whole /= 2  # nothing is recorded: the error was NumPy's, about its own casting rules
    with pytest.raises(TypeError, match="in-place multiply cannot cast complex64 to float32"):
        single.detach().__imul__(np.complex64(1j))
    assert whole.tolist() == [1, 1]
