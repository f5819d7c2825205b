"""Long and hard use: threads at once, forked processes, copies that train on, and many steps without growth."""

from __future__ import annotations

import copy
import gc
import os
import pickle
import threading
import tracemalloc
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest

import autograd
import nn
import optim
from autograd import Tensor, grad, hessian, jvp

THREADS = 8


def network(seed: int) -> Any:
    autograd.manual_seed(seed)
    return nn.Sequential(nn.Linear(6, 16), nn.Tanh(), nn.LayerNorm(16), nn.Linear(16, 8), nn.GELU(), nn.Linear(8, 3))


def train(net: Any, optimizer: Any, steps: int, seed: int = 0) -> None:
    rng = np.random.default_rng(seed)
    loss = nn.CrossEntropyLoss()
    for _ in range(steps):
        x, labels = rng.normal(size=(8, 6)).astype(np.float32), rng.integers(0, 3, 8)
        optimizer.zero_grad()
        loss(net(Tensor(x)), labels).backward()
        optimizer.step()


def weights(net: Any) -> list[Any]:
    return [p.numpy().copy() for p in net.parameters()]


def derivatives(seed: int) -> list[Any]:
    """A first and a second derivative and a tangent, and where training from `seed` leads."""
    x = np.random.default_rng(seed).normal(size=5)

    def f(x: Any) -> Any:
        return np.sum(np.sin(x) * np.cumsum(x)) + np.prod(np.tanh(x))

    return [grad(f)(x), hessian(f)(x), jvp(grad(f), (x,), (x,))[1]]


def at_once(task: Callable[[int], Any]) -> list[Any]:
    barrier = threading.Barrier(THREADS, timeout=60)

    def run(i: int) -> Any:
        barrier.wait()
        return task(i)

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(run, range(THREADS)))


def test_threads_give_the_derivatives_of_one() -> None:
    serial = [derivatives(i) for i in range(THREADS)]
    for expected, found in zip(serial, at_once(lambda i: [derivatives(i) for _ in range(10)]), strict=True):
        for again in found:
            for a, b in zip(expected, again, strict=True):
                np.testing.assert_array_equal(a, b)


def test_threads_train_as_one() -> None:
    nets = [network(i) for i in range(THREADS)]
    twins = copy.deepcopy(nets)
    for i, net in enumerate(nets):
        train(net, optim.Adam(net.parameters(), lr=0.01), 20, i)
    at_once(lambda i: train(twins[i], optim.Adam(twins[i].parameters(), lr=0.01), 20, i))
    for net, twin in zip(nets, twins, strict=True):
        for a, b in zip(weights(net), weights(twin), strict=True):
            np.testing.assert_array_equal(a, b)


def test_threads_share_a_leaf_that_only_transforms_read() -> None:
    weight = Tensor(np.arange(4.0), requires_grad=True)
    found = at_once(lambda i: grad(lambda x: np.sum(weight.detach() * x**2))(np.full(4, float(i))))
    for i, gradient in enumerate(found):
        np.testing.assert_array_equal(gradient, 2.0 * i * np.arange(4))
    assert weight.grad is None


@pytest.mark.filterwarnings("ignore:.*multi-threaded, use of fork:DeprecationWarning")
def test_a_forked_process_computes_the_same() -> None:
    net = network(0)
    optimizer = optim.Adam(net.parameters(), lr=0.01)
    train(net, optimizer, 3)
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        status = 1
        try:
            train(net, optimizer, 5, seed=1)
            with os.fdopen(writer, "wb") as pipe:
                pickle.dump((weights(net), derivatives(0)), pipe)
            status = 0
        finally:
            os._exit(status)
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        content = pipe.read()
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    before = weights(net)
    train(net, optimizer, 5, seed=1)
    found, slopes = pickle.loads(content)
    for a, b in zip([*weights(net), *derivatives(0)], [*found, *slopes], strict=True):
        np.testing.assert_array_equal(a, b)
    assert any(np.any(a != b) for a, b in zip(before, found, strict=True))


@pytest.mark.parametrize("duplicate", [copy.deepcopy, lambda both: pickle.loads(pickle.dumps(both))],
                         ids=["deepcopy", "pickle"])
@pytest.mark.parametrize("make", [
    lambda p: optim.Adam(p, lr=0.01), lambda p: optim.AdamW(p, lr=0.01), lambda p: optim.SGD(p, lr=0.1),
    lambda p: optim.SGDM(p, lr=0.1), lambda p: optim.RMSProp(p, lr=0.01), lambda p: optim.Adagrad(p, lr=0.1),
], ids=["Adam", "AdamW", "SGD", "SGDM", "RMSProp", "Adagrad"])
def test_a_copy_in_the_middle_of_training_trains_on(make: Any, duplicate: Any) -> None:
    """With its optimizer, by itself, and exactly as the original does."""
    net = network(0)
    optimizer = make(net.parameters())
    train(net, optimizer, 5)
    twin, other = duplicate((net, optimizer))
    before = weights(net)
    train(twin, other, 10, seed=1)
    for a, b in zip(before, weights(net), strict=True):
        np.testing.assert_array_equal(a, b)
    train(net, optimizer, 10, seed=1)
    for a, b in zip(weights(twin), weights(net), strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.fixture
def collected() -> Any:
    """The collector off, so that only reference counts free memory; what it then finds were cycles."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def growth(step: Callable[[], None], steps: int) -> tuple[int, int, int]:
    """What `steps` leave behind: tracked objects, those of them in cycles, and bytes."""
    tracemalloc.start()
    try:
        for _ in range(200):  # until Python and NumPy have filled the small stores of memory that they use again
            step()
        gc.collect()
        objects, size = len(gc.get_objects()), tracemalloc.get_traced_memory()[0]
        for _ in range(steps):
            step()
        objects = len(gc.get_objects()) - objects
        cycles = gc.collect()
        size = tracemalloc.get_traced_memory()[0] - size
    finally:
        tracemalloc.stop()
    return objects, cycles, size


@pytest.mark.usefixtures("collected")
def test_a_thousand_steps_leave_nothing_behind() -> None:
    net = network(0)
    optimizer = optim.Adam(net.parameters(), lr=0.001)
    objects, cycles, size = growth(lambda: train(net, optimizer, 1), 1000)
    assert cycles == 0
    assert objects < 20
    assert size < 20_000


@pytest.mark.usefixtures("collected")
def test_second_order_leaves_nothing_behind() -> None:
    x = Tensor(np.linspace(-1, 1, 5), requires_grad=True)

    def step() -> None:
        x.grad = None
        np.sum(np.sin(x) * np.tanh(x) ** 2).backward(create_graph=True)
        slope = x.grad
        x.grad = None
        assert slope is not None
        np.sum(slope**2).backward()
        hessian(lambda x: np.sum(np.exp(x) * np.cumsum(x)))(x.numpy())

    objects, cycles, size = growth(step, 100)
    assert cycles == 0
    assert objects < 20
    assert size < 20_000
