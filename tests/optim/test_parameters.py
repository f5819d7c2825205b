"""Parameters stay ordinary tensors, whatever their size, memory, dtype and history."""

from __future__ import annotations

import numpy as np
import pytest

import optim
from autograd import Tensor, no_grad

rng = np.random.default_rng(0)


def leaf(shape=(3,), dtype=np.float64) -> Tensor:
    return Tensor(rng.standard_normal(shape).astype(dtype), requires_grad=True)


def alone(make, start, gradients):
    """Where a parameter of its own, contiguous and small, gets to."""
    values = [Tensor([w], requires_grad=True) for w in np.ravel(start)]
    for k, value in enumerate(values):
        optimizer = make([value])
        for g in gradients:
            value.grad = [np.ravel(g)[k]]
            optimizer.step()
    return np.reshape([v.item() for v in values], np.shape(start))


def test_a_frozen_parameter_stays_even_with_a_gradient(make):
    frozen, free = leaf(), leaf()
    before = frozen.numpy().copy()
    optimizer = make([frozen, free])
    frozen.grad = free.grad = np.ones(3)
    frozen.requires_grad = False
    optimizer.step()
    np.testing.assert_array_equal(frozen.numpy(), before)
    assert (free.numpy() != before).all()


def test_a_parameter_without_gradient_keeps_value_moments_and_count(make):
    first, second, third, twin = leaf(), leaf(), leaf(), leaf()
    with no_grad():
        twin[...] = second
        third[...] = first
    together, apart = make([first, second, third]), make([twin])
    for t in range(6):
        first.grad = third.grad = np.full(3, t + 1.0)
        second.grad = np.full(3, t - 2.5) if t % 2 else None
        together.step()
        if t % 2:
            twin.grad = second.grad
            apart.step()
    np.testing.assert_array_equal(second.numpy(), twin.numpy())
    np.testing.assert_array_equal(first.numpy(), third.numpy())
    steps = {name: state["step"] for name, state in together.state_dict()["state"].items()}
    assert steps == {"0": 6, "1": 3, "2": 6}


def test_a_parameter_unfrozen_later_starts_with_fresh_moments(make):
    late, early, twin = leaf(), leaf(), leaf()
    with no_grad():
        twin[...] = late
    late.requires_grad = False
    optimizer, apart = make([late, early]), make([twin])
    for t in range(5):
        early.grad = np.ones(3)
        if t == 2:
            late.requires_grad = True
        if t >= 2:
            late.grad = twin.grad = np.full(3, 0.5)
            apart.step()
        optimizer.step()
    np.testing.assert_array_equal(late.numpy(), twin.numpy())


def test_a_tensor_given_twice_is_stepped_once(make):
    shared, single = leaf(), leaf()
    with no_grad():
        single[...] = shared
    twice, once = make([shared, shared]), make([single])
    assert twice.param_groups[0]["params"] == [shared]
    for _ in range(2):
        for optimizer, tensor in ((twice, shared), (once, single)):
            tensor.grad = np.ones(3)
            optimizer.step()
        np.testing.assert_array_equal(shared.numpy(), single.numpy())
        twice.param_groups[0]["params"].append(shared)


def test_memory_shared_with_an_array_or_a_tied_tensor_stays_shared(make):
    memory = np.ones((200, 200))
    one, other = Tensor(memory, requires_grad=True), Tensor(memory)
    optimizer = make([one])
    one.grad = np.ones((200, 200))
    optimizer.step()
    assert one.numpy() is memory
    assert (memory != 1).all()
    np.testing.assert_array_equal(other.numpy(), memory)


@pytest.mark.parametrize("shape", [(5,), (200, 200)])
def test_rebound_data_is_what_is_stepped(make, shape):
    tensor = leaf(shape)
    optimizer = make([tensor])
    tensor.grad = np.ones(shape)
    optimizer.step()
    fresh = np.zeros(shape)
    tensor.data = fresh
    tensor.grad = np.ones(shape)
    optimizer.step()
    assert tensor.numpy() is fresh
    assert (fresh < 0).all()


def test_writing_into_data_between_steps_is_seen(adam):
    tensor = leaf((200, 200))
    optimizer = adam([tensor])
    tensor.grad = np.ones((200, 200))
    optimizer.step()
    tensor.data[...] = 7
    tensor.grad = np.ones((200, 200))
    optimizer.step()
    assert ((tensor.numpy() > 6.9) & (tensor.numpy() < 7)).all()


def test_parameters_added_in_a_group_or_to_its_list(make):
    first, second, third = leaf(), leaf(), leaf()
    optimizer = make([first])
    first.grad = np.ones(3)
    optimizer.step()
    optimizer.add_param_group({"params": [second], "lr": 0.0})
    optimizer.param_groups[0]["params"].append(third)
    before = [t.numpy().copy() for t in (first, second, third)]
    for t in (first, second, third):
        t.grad = np.ones(3)
    optimizer.step()
    assert (first.numpy() != before[0]).all()
    assert (third.numpy() != before[2]).all()
    if not optimizer.defaults["weight_decay"] or optimizer.defaults.get("decoupled_weight_decay"):
        np.testing.assert_array_equal(second.numpy(), before[1])
    steps = {name: state["step"] for name, state in optimizer.state_dict()["state"].items()}
    assert steps == {"0": 2, "1": 1, "2": 1}


def test_groups_have_options_of_their_own(make):
    a, b = leaf(), leaf()
    start = [a.numpy().copy(), b.numpy().copy()]
    together = make([{"params": [a], "lr": 0.5}, {"params": b}])
    gradients = rng.standard_normal((5, 3))
    for g in gradients:
        a.grad = b.grad = g
        together.step()
    np.testing.assert_allclose(a.numpy(), alone(lambda p: make(p, lr=0.5), start[0], gradients), rtol=1e-12)
    np.testing.assert_allclose(b.numpy(), alone(make, start[1], gradients), rtol=1e-12)


@pytest.mark.parametrize(
    "value",
    [
        np.asfortranarray(rng.standard_normal((4, 3))),
        rng.standard_normal((8, 3))[::2],
        np.asfortranarray(rng.standard_normal((130, 131))),
        rng.standard_normal((4, 3))[:, ::-1],
        np.array(2.0),
        rng.standard_normal((300, 300)),
    ],
    ids=["fortran", "strided", "fortran, large", "reversed", "0-d", "large"],
)
def test_a_step_does_not_depend_on_the_memory_order(make, value):
    start = value.copy()
    tensor = Tensor(value, requires_grad=True)
    gradients = rng.standard_normal((3, *value.shape))
    optimizer = make([tensor, other := leaf()], weight_decay=0.01)
    for g in gradients:
        tensor.grad, other.grad = np.array(g, order="F"), np.ones(3)
        optimizer.step()
    some = (Ellipsis, slice(0, 3)) if value.ndim == 2 else ()
    expected = alone(lambda p: make(p, weight_decay=0.01), start[some], [g[some] for g in gradients])
    np.testing.assert_allclose(tensor.numpy()[some], expected, rtol=1e-12)


def test_a_read_only_array_is_left_as_it_is(adam):
    array = np.ones(3)
    array.flags.writeable = False
    tensor = Tensor(array, requires_grad=True)
    tensor.grad = np.ones(3)
    adam([tensor]).step()
    assert (array == 1).all()
    assert (tensor.numpy() < 1).all()


def test_dtypes_side_by_side_keep_theirs(make):
    tensors = [leaf((200, 200), np.float16), leaf((3,), np.float16), leaf((), np.float32), leaf((3,), np.float64)]
    wide = [Tensor(t.numpy().astype(np.float64), requires_grad=True) for t in tensors]
    gradients = [rng.standard_normal(t.shape) for t in tensors]
    for group in (tensors, wide):
        optimizer = make(group, weight_decay=0.01)
        for _ in range(3):
            for t, g in zip(group, gradients, strict=True):
                t.grad = g.astype(t.dtype)
            optimizer.step()
    assert [t.dtype for t in tensors] == [np.float16, np.float16, np.float32, np.float64]
    for narrow, reference in zip(tensors, wide, strict=True):
        rounding = 4 * np.finfo(narrow.dtype).eps
        np.testing.assert_allclose(narrow.numpy(), reference.numpy(), rtol=rounding, atol=rounding)


@pytest.mark.parametrize("shape", [(3,), (200, 200)])
def test_float16_moments_do_not_vanish(shape):
    tensor = Tensor(np.zeros(shape, np.float16), requires_grad=True)
    tensor.grad = np.full(shape, 1e-5, np.float16)  # its square is 0 in float16
    optim.Adam([tensor], lr=0.01).step()
    np.testing.assert_allclose(tensor.numpy(), -0.01, rtol=0.05)


def test_a_numpy_number_as_rate_does_not_widen(make):
    tensor, twin = leaf((3,), np.float32), leaf((3,), np.float32)
    with no_grad():
        twin[...] = tensor
    for t, rate in ((tensor, 0.3), (twin, np.float64(0.3))):
        optimizer = make([t], lr=rate)
        t.grad = np.full(3, 0.7, np.float32)
        optimizer.step()
    np.testing.assert_array_equal(tensor.numpy(), twin.numpy())


@pytest.mark.parametrize("shape", [(), (4,), (200, 200)])
def test_complex_numbers_are_stepped_as_two_reals(make, shape):
    z = Tensor(rng.standard_normal(shape) + 1j * rng.standard_normal(shape), requires_grad=True)
    real, imaginary = (Tensor(np.array(part(z.numpy())), requires_grad=True) for part in (np.real, np.imag))
    complex_optimizer, real_optimizer = make([z], weight_decay=0.01), make([real, imaginary], weight_decay=0.01)
    for _ in range(3):
        g = rng.standard_normal(shape) + 1j * rng.standard_normal(shape)
        z.grad, real.grad, imaginary.grad = g, g.real, g.imag
        complex_optimizer.step()
        real_optimizer.step()
    np.testing.assert_allclose(z.numpy(), real.numpy() + 1j * imaginary.numpy(), rtol=1e-14)


def test_astype_of_a_parameter_takes_its_moments_along(make):
    tensor, twin = leaf(), leaf()
    with no_grad():
        twin[...] = tensor
    optimizer, reference = make([tensor]), make([twin])
    for t in range(4):
        if t == 2:
            tensor.data = tensor.numpy().astype(np.float32)
        tensor.grad, twin.grad = np.full(3, 1.0, tensor.dtype), np.ones(3)
        optimizer.step()
        reference.step()
    assert tensor.dtype == np.float32
    np.testing.assert_allclose(tensor.numpy(), twin.numpy(), rtol=1e-6, atol=2e-7)  # of steps of 0.1


@pytest.mark.parametrize("shape", [(), (3,), (200, 200)])
def test_a_parameter_that_has_become_a_result_is_an_error_and_nothing_is_stepped(make, shape):
    first, second = leaf((3,)), Tensor(np.ones(shape), requires_grad=True, name="second")
    optimizer = make([first, second])
    for _ in range(2):
        (first.sum() + second.sum()).backward()
        optimizer.step()
    second *= 0.5  # outside of no_grad
    before, state = first.numpy().copy(), optimizer.states()[first][0]
    (first.sum() + second.sum()).backward()
    with pytest.raises(ValueError, match=r"second of shape .* is the result of an operation; .* under no_grad\(\)"):
        optimizer.step()
    np.testing.assert_array_equal(first.numpy(), before)
    assert optimizer.states()[first][0] == state


def test_a_new_shape_is_an_error_with_both(adam):
    tensor = leaf()
    optimizer = adam([tensor])
    tensor.grad = np.ones(3)
    optimizer.step()
    tensor.data = np.ones(4)
    tensor.grad = np.ones(4)
    with pytest.raises(ValueError, match=r"shape \(3,\) has become \(4,\).*new optimizer"):
        optimizer.step()
