"""The compiled loop of Adam: the same bits as NumPy's passes, and used only where it is wanted and pays."""

from __future__ import annotations

import numpy as np
import pytest

import optim
from autograd import Tensor
from optim import compiled

rng = np.random.default_rng(0)


def leaf(shape, dtype=np.float64) -> Tensor:
    return Tensor(rng.standard_normal(shape).astype(dtype), requires_grad=True)


@pytest.mark.parametrize("kind", [optim.SGD, optim.SGDM, optim.Adagrad, optim.RMSProp, optim.Adam, optim.AdamW])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("weight_decay", [0.0, 0.03])
def test_large_parameters_end_with_the_same_bits_compiled_or_not(kind, dtype, weight_decay, monkeypatch):
    monkeypatch.delenv("CLEARGRAD_FAST", raising=False)
    start = [rng.standard_normal(shape).astype(dtype) for shape in [(200, 200), (30_000,), (5,)]]
    gradients = [[rng.standard_normal(w.shape).astype(dtype) for w in start] for _ in range(5)]
    ends = []
    for many in (2**60, 0, 200_000):  # the last begins in the middle
        monkeypatch.setattr(compiled, "MANY", many)
        monkeypatch.setattr(compiled, "_stepped", 0)
        tensors = [Tensor(w.copy(), requires_grad=True) for w in start]
        optimizer = kind(tensors, lr=1e-2, weight_decay=weight_decay)
        for step in gradients:
            for t, g in zip(tensors, step, strict=True):
                t.grad = g
            optimizer.step()
        ends.append((tensors, optimizer.state_dict()["state"]))
    for tensors, states in ends[1:]:
        for a, b in zip(ends[0][0], tensors, strict=True):
            np.testing.assert_array_equal(a.numpy(), b.numpy())
        for name, state in ends[0][1].items():
            for key, value in state.items():
                np.testing.assert_array_equal(value, states[name][key])


def test_the_compiled_loop_runs_where_it_is_wanted_and_pays(monkeypatch):
    calls = []
    monkeypatch.setattr(compiled, "adam", lambda: lambda *arguments: calls.append(arguments[0].size))
    monkeypatch.setattr(compiled, "MANY", 60_000)

    def step(tensor: Tensor) -> list[int]:
        calls.clear()
        before = tensor.numpy().copy()
        tensor.grad = np.ones(tensor.shape, tensor.dtype)
        optim.Adam([tensor], lr=0.1).step()
        assert calls or (tensor.numpy() < before).all()
        return calls

    monkeypatch.delenv("CLEARGRAD_FAST", raising=False)
    monkeypatch.setattr(compiled, "_installed", lambda: True)
    monkeypatch.setattr(compiled, "_stepped", 0)
    assert [step(leaf((20_000,))).copy() for _ in range(4)] == [[], [], [20_000], [20_000]]
    assert step(leaf((10_000,))) == []  # small parameters go side by side
    assert step(leaf((20_000,), np.float16)) == []
    monkeypatch.setenv("CLEARGRAD_FAST", "0")
    assert step(leaf((20_000,))) == []
    monkeypatch.setenv("CLEARGRAD_FAST", "1")
    monkeypatch.setattr(compiled, "_stepped", 0)
    assert step(leaf((20_000,))) == [20_000]  # at once
    monkeypatch.setattr(compiled, "_installed", lambda: False)
    assert step(leaf((20_000,))) == []


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("decay", [(0.0, 0.0), (0.03, 0.0), (0.0, 0.03)])
def test_the_compiled_loop_is_what_python_makes_of_it(dtype, decay):
    start = [rng.random(7).astype(dtype) for _ in range(4)]
    options = [dtype(x) for x in (0.9, 0.1, 0.999, 0.001, 1e-8, 0.01, *decay)]
    ends = []
    for loop in (compiled._adam, compiled.adam()):
        arrays = [x.copy() for x in start]
        loop(*arrays, *options)
        ends.append(arrays)
    np.testing.assert_array_equal(*ends)
