"""The compiled loop of Adam: the same bits as NumPy's passes, and used only where it is wanted and pays."""

from __future__ import annotations

import sys
from collections.abc import Callable

import numba
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
    monkeypatch.setattr(compiled, "_loop", lambda: lambda *arguments: calls.append(arguments[0].size))
    monkeypatch.setattr(compiled, "MANY", 60_000)

    def step(tensor: Tensor) -> list[int]:
        calls.clear()
        before = tensor.numpy().copy()
        tensor.grad = np.ones(tensor.shape, tensor.dtype)
        optim.Adam([tensor], lr=0.1).step()
        assert calls or (tensor.numpy() < before).all()
        return calls

    monkeypatch.delenv("CLEARGRAD_FAST", raising=False)
    monkeypatch.setattr(compiled, "_stepped", 0)
    assert [step(leaf((20_000,))).copy() for _ in range(4)] == [[], [], [20_000], [20_000]]
    assert step(leaf((10_000,))) == []  # small parameters go side by side
    assert step(leaf((20_000,), np.float16)) == []
    monkeypatch.setenv("CLEARGRAD_FAST", "0")
    assert step(leaf((20_000,))) == []
    monkeypatch.setenv("CLEARGRAD_FAST", "1")
    monkeypatch.setattr(compiled, "_stepped", 0)
    assert step(leaf((20_000,))) == [20_000]  # at once
    monkeypatch.setattr(compiled, "_loop", lambda: None)
    assert step(leaf((20_000,))) == []


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("decay", [(0.0, 0.0), (0.03, 0.0), (0.0, 0.03)])
def test_the_compiled_loop_is_what_python_makes_of_it(dtype, decay):
    start = [rng.random(7).astype(dtype) for _ in range(4)]
    options = [dtype(x) for x in (0.9, 0.1, 0.999, 0.001, 1e-8, 0.01, *decay)]
    ends = []
    for loop in (compiled._adam, compiled._loop()):
        arrays = [x.copy() for x in start]
        loop(*arrays, *options)
        ends.append(arrays)
    np.testing.assert_array_equal(*ends)


@pytest.mark.parametrize("text", ["raise ModuleNotFoundError('numba')", "raise ImportError('NumPy is too new')"])
def test_a_numba_that_is_not_there_or_does_not_load_ends_no_training(text, monkeypatch, tmp_path):
    (tmp_path / "numba.py").write_text(text)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "numba")
    monkeypatch.setattr(compiled, "_loop", compiled._loop.__wrapped__)
    monkeypatch.setenv("CLEARGRAD_FAST", "1")
    w = Tensor(np.ones(20_000), requires_grad=True)
    w.grad = np.ones(w.shape)
    optim.Adam([w], lr=0.1).step()
    np.testing.assert_allclose(w.numpy(), 0.9)


def test_numba_compiles_where_it_may_write_to_no_folder(monkeypatch):
    """As in a container whose file system is read-only."""
    def refuse(self: Callable[..., None]) -> None:
        raise RuntimeError("cannot cache function '_adam': no locator available for file")

    monkeypatch.setattr(numba.core.dispatcher.Dispatcher, "enable_caching", refuse)
    loop = compiled._loop.__wrapped__()
    arrays = [np.ones(3) for _ in range(4)]
    loop(*arrays, *[0.5] * 6, 0.0, 0.0)
    assert (arrays[0] < 1).all()
