"""A step in blocks and threads changes no bit, no gradient and no other memory, and makes none."""

from __future__ import annotations

import copy
import pickle

import numpy as np
import pytest

import autograd
import optim
from autograd import Tensor
from autograd.runtime import threads
from optim import blocks, plan
from tests.optim.test_parameters import leaf

rng = np.random.default_rng(0)


@pytest.mark.usefixtures("three_threads")
def test_many_sizes_in_blocks_and_threads_equal_one_by_one(make, monkeypatch):
    monkeypatch.setattr(blocks, "BLOCK", 64)
    monkeypatch.setattr(blocks, "SMALL", 20)
    monkeypatch.setattr("optim.flat.SMALL", 20)
    monkeypatch.setattr(plan, "PARALLEL", 2)
    shapes = [(7,), (30, 30), (3, 2), (21,), (2,), (65,), (5, 5), (129,), (), (19,), (20,), (64,)]
    start = [rng.standard_normal(shape) for shape in shapes]
    gradients = [[rng.standard_normal(shape) for shape in shapes] for _ in range(3)]
    together = [Tensor(w.copy(), requires_grad=True) for w in start]
    optimizer = make(together, weight_decay=0.01)
    for step in gradients:
        for t, g in zip(together, step, strict=True):
            t.grad = g
        optimizer.step()
    for k, tensor in enumerate(together):
        apart = Tensor(start[k].copy(), requires_grad=True)
        single = make([apart], weight_decay=0.01)
        for step in gradients:
            apart.grad = step[k]
            single.step()
        np.testing.assert_array_equal(tensor.numpy(), apart.numpy())


@pytest.mark.usefixtures("three_threads")
def test_threads_change_no_bit(adam, monkeypatch):
    big = rng.standard_normal(3_000_000).astype(np.float32)
    results = []
    for count in (3, 1):
        monkeypatch.setattr(threads, "_count", lambda count=count: count)
        tensor = Tensor(big.copy(), requires_grad=True)
        tensor.grad = big
        adam([tensor]).step()
        results.append(tensor.numpy())
    np.testing.assert_array_equal(*results)


@pytest.mark.usefixtures("three_threads")
@pytest.mark.parametrize(("count", "used"), [(3, 1), (4, 2), (5, 2), (6, 3)])
def test_a_thread_has_two_blocks_or_more_and_memory_of_its_own(count, used, monkeypatch):
    """So have the small parameters, which the caller steps."""
    monkeypatch.setattr(blocks, "BLOCK", 64)
    monkeypatch.setattr(blocks, "SMALL", 20)
    monkeypatch.setattr("optim.flat.SMALL", 20)
    places, sizes = set(), []

    class Watched(optim.SGD):
        def eta(self, g, moments, t, options, out):
            places.add(out.__array_interface__["data"][0])
            sizes.append(g.size)
            super().eta(g, moments, t, options, out)

    tensors = [leaf((15,)), leaf((64 * count,)), *(leaf((15,)) for _ in range(8))]
    optimizer = Watched(tensors, lr=0.1)
    for _ in range(2):
        for t in tensors:
            t.grad = np.ones(t.shape)
        optimizer.step()
    assert len(places) == used + 1
    assert sorted(sizes) == 2 * [15] + 4 * [60] + 2 * count * [64]


@pytest.mark.parametrize("dtype", [np.float32, np.complex64, np.float16])
def test_where_a_gradient_stays_zero_moments_end_at_zero_and_weights_where_they_would(make, dtype, monkeypatch):
    """Steps with subnormal numbers took five times as long, for as long as the gradient stayed zero."""
    monkeypatch.setattr(blocks, "SMALL", 20)
    monkeypatch.setattr("optim.flat.SMALL", 20)
    steps, ends = 10 * blocks.OFTEN, []
    for often in (blocks.OFTEN, 2 * steps):
        monkeypatch.setattr(blocks, "OFTEN", often)
        tensors = [Tensor(np.full(size, 0.5, dtype), requires_grad=True) for size in (6, 30)]
        optimizer = make(tensors)
        for k in range(steps):
            for t in tensors:
                t.grad = np.where((np.arange(t.size) % 3 == 0) | (k < 3), 0.1, 0).astype(dtype)
            optimizer.step()
        moments = [value.view(value.real.dtype) for state in optimizer.state_dict()["state"].values()
                   for name, value in state.items() if name != "step"]
        ends.append((tensors, moments))
    (weights, faded), (same_weights, fading) = ends
    for found, expected in zip(weights, same_weights, strict=True):
        np.testing.assert_array_equal(found.numpy(), expected.numpy())
    for found, expected in zip(faded, fading, strict=True):
        normal = np.abs(expected) >= np.finfo(expected.dtype).smallest_normal
        np.testing.assert_array_equal(found, np.where(normal, expected, 0))


def test_gradients_are_not_written_to(make):
    tensors = [leaf((200, 200)), leaf()]
    optimizer = make(tensors, weight_decay=0.01)
    gradients = [rng.standard_normal(t.shape) for t in tensors]
    kept = [g.copy() for g in gradients]
    for t, g in zip(tensors, gradients, strict=True):
        t.grad = g
    optimizer.step()
    for g, k in zip(gradients, kept, strict=True):
        np.testing.assert_array_equal(g, k)


@pytest.mark.parametrize("shape", [(), (3,), (200, 200)])
@pytest.mark.parametrize("make_leaf", [Tensor, autograd.tensor])
def test_a_graph_from_before_the_step_is_right_or_raises(adam, shape, make_leaf):
    w = make_leaf(np.full(shape, 3.0), requires_grad=True)
    y = (w * w).sum()
    w.grad = np.ones(shape)
    adam([w]).step()
    w.grad = None
    try:
        y.backward()
    except autograd.MutationError:
        return
    np.testing.assert_array_equal(w.grad.numpy(), 6)


def test_no_memory_is_made_for_each_parameter(adam):
    import tracemalloc

    tensors = [leaf((100, 100), np.float32) for _ in range(20)] + [leaf((400, 400), np.float32)]
    optimizer = adam(tensors)
    for t in tensors:
        t.grad = np.ones(t.shape, np.float32)
    optimizer.step()
    tracemalloc.start()
    optimizer.step()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 40_000  # one parameter's memory


def test_it_trains_in_place_through_the_engine(make):
    w, b = (Tensor(np.zeros(shape), requires_grad=True) for shape in ((5, 1), (1,)))
    x = np.random.default_rng(0).standard_normal((64, 5))
    y = x @ np.arange(1.0, 6.0)[:, None] + 3
    optimizer = make([w, b], lr=0.1)

    def loss() -> Tensor:
        return ((x @ w + b - y) ** 2).mean()

    before = loss().item()
    for _ in range(200):
        optimizer.zero_grad()
        error = loss()
        error.backward()
        optimizer.step()
    assert loss().item() < 0.5 * before


@pytest.mark.parametrize("shapes", [[(200, 200), ()], [(3,), ()]])
@pytest.mark.parametrize("duplicate", [copy.deepcopy, lambda both: pickle.loads(pickle.dumps(both))])
def test_copies_and_pickles_continue_by_themselves(make, duplicate, shapes):
    tensors = [leaf(shape) for shape in shapes]
    optimizer = make(tensors)
    for t in tensors:
        t.grad = np.ones(t.shape)
    optimizer.step()
    twins, twin = duplicate((tensors, optimizer))
    before = [t.numpy().copy() for t in tensors]
    for t in twins:
        t.grad = np.ones(t.shape)
    twin.step()
    for t, value in zip(tensors, before, strict=True):
        np.testing.assert_array_equal(t.numpy(), value)
        t.grad = np.ones(t.shape)
    optimizer.step()
    for t, u in zip(tensors, twins, strict=True):
        np.testing.assert_array_equal(t.numpy(), u.numpy())
    mine, copied = optimizer.state_dict()["state"], twin.state_dict()["state"]
    for name, state in mine.items():
        for key, value in state.items():
            np.testing.assert_array_equal(copied[name][key], value)


def test_a_pickle_holds_values_gradients_and_moments_once(make):
    tensor = leaf((200, 200))
    optimizer = make([tensor])
    tensor.grad = np.ones(tensor.shape)
    optimizer.step()
    assert len(pickle.dumps(optimizer)) < tensor.nbytes * (2 + len(optimizer.moments_of(optimizer.defaults))) + 10_000
