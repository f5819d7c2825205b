"""The state of modules: buffers, and dictionaries of arrays that are taken and loaded."""

from __future__ import annotations

import copy

import numpy as np
import pytest

import autograd
import nn
from autograd import Tensor
from tests.nn.test_module import KEYS, Block, Net

# --- Buffers ----------------------------------------------------------------------------------------------------------


def test_buffers_are_state_and_not_trained() -> None:
    block = Block()
    block.register_buffer("cache", [1.0], persistent=False)
    block.register_buffer("nothing", None)
    assert dict(block.named_buffers()).keys() == {"offset", "cache"}
    assert len(list(block.buffers())) == 2
    assert "offset" in block.state_dict()
    assert "cache" not in block.state_dict()
    assert isinstance(block.offset, Tensor)
    block.offset = np.ones(3)  # an array assigned to a buffer stays one
    assert isinstance(block.offset, Tensor)
    np.testing.assert_array_equal(block.state_dict()["offset"], 1)
    with pytest.raises(TypeError, match="not trained"):
        block.register_buffer("other", nn.Parameter(1.0))
    for name in ("inner.cache", ""):  # a state could not tell it from the buffer `cache` of `inner`
        with pytest.raises(ValueError, match=f"Block: '{name}' cannot name a buffer: dots separate"):
            block.register_buffer(name, np.ones(1))
    assert "inner.cache" not in block.state_dict()


# --- State ------------------------------------------------------------------------------------------------------------


def test_a_buffer_that_is_deleted_or_becomes_a_parameter_is_no_buffer() -> None:
    net = nn.BatchNorm1d(2)
    del net.running_mean
    net.running_var = nn.Parameter(np.ones(2))
    assert [name for name, _ in net.named_buffers()] == ["num_batches_tracked"]
    assert list(net.state_dict()) == ["weight", "bias", "running_var", "num_batches_tracked"]


def test_a_buffer_does_not_replace_a_parameter() -> None:
    net = nn.Linear(2, 2)
    with pytest.raises(TypeError, match="Linear.weight is a Parameter"):
        net.register_buffer("weight", np.zeros(2))
    assert not list(net.buffers())
    assert list(net.state_dict()) == ["weight", "bias"]


def test_state_dict_is_a_snapshot_of_arrays() -> None:
    net = Net()
    state = net.state_dict()
    assert set(state) == {*KEYS, "first.offset"}
    assert all(type(value) is np.ndarray for value in state.values())
    before = copy.deepcopy(state)
    for parameter in net.parameters():
        parameter.data[...] = 7
    for key in state:
        np.testing.assert_array_equal(state[key], before[key])
    assert list(net.state_dict(prefix="net.")) == ["net." + key for key in state]


def test_load_state_dict_restores_what_state_dict_gave() -> None:
    source, target = Net(), Net()
    memory = target.layers[1].weight._value
    result = target.load_state_dict(source.state_dict())
    assert result == ([], [])
    for key, value in source.state_dict().items():
        np.testing.assert_array_equal(target.state_dict()[key], value)
    assert target.layers[1].weight._value is memory  # in place, since optimizers hold views
    x = np.ones((2, 3), np.float32)
    np.testing.assert_array_equal(source(x).data, target(x).data)
    target.load_state_dict({key: Tensor(value.astype(np.float64)) for key, value in source.state_dict().items()})
    assert target.layers[1].weight.dtype == np.float32


def test_load_state_dict_lists_everything_that_is_wrong_and_changes_nothing() -> None:
    net = Net()
    before = net.state_dict()
    state = {key: value + 1 for key, value in before.items()}
    del state["temperature"], state["first.scale"]
    state["head.weight"] = np.ones(2)
    state["head.bias"] = np.ones(2)
    state["layers.1.weight"] = np.ones((3, 2))
    state["layers.1.bias"] = np.ones(2, complex)
    state["first.offset"] = "text"
    state["first.dense.bias"] = [[1.0, 2.0], [3.0]]
    with pytest.raises(ValueError, match="does not fit Net, which was left as it is") as caught:
        net.load_state_dict(state)
    message = str(caught.value)
    for part in ("missing: temperature, first.scale", "unexpected: head.weight, head.bias",
                 "layers.1.weight: expected shape (2, 3), got (3, 2)",
                 "layers.1.bias: expected float32, got complex128", "first.offset: expected shape (3,), got ()",
                 "first.dense.bias: expected an array, got list (an array has rows of one length, got a list"):
        assert part in message
    for key, value in net.state_dict().items():
        np.testing.assert_array_equal(value, before[key])
    with pytest.raises(ValueError, match="expected shape"):
        net.load_state_dict(state, strict=False)
    with pytest.raises(TypeError, match="expects a dict of arrays by path, got str"):
        net.load_state_dict("weights.safetensors")


def test_a_parameter_that_has_become_a_result_is_no_place_to_write_to() -> None:
    net = Net()
    state = net.state_dict()
    net.first.scale *= 2  # outside of no_grad
    with pytest.raises(ValueError, match="first.scale: it is the result of an operation now; .* under autograd.no_gr"):
        net.load_state_dict({key: value + 1 for key, value in state.items()})
    np.testing.assert_array_equal(net.state_dict()["temperature"], state["temperature"])
    with pytest.raises(TypeError, match="a Parameter or another leaf tensor, got the result of an operation"):
        nn.init.zeros_(net.first.scale)


def test_load_state_dict_that_is_not_strict() -> None:
    net = Net()
    result = net.load_state_dict({"temperature": 5.0, "other": 1}, strict=False)
    assert net.temperature.item() == 5
    assert result.unexpected_keys == ["other"]
    assert len(result.missing_keys) == len(net.state_dict()) - 1


def test_a_backward_pass_after_loading_does_not_use_stale_values() -> None:
    layer = nn.Linear(2, 2)
    out = (layer(np.ones((1, 2))) * layer.weight).sum()
    layer.load_state_dict({key: value + 1 for key, value in layer.state_dict().items()})
    with pytest.raises(autograd.MutationError):
        out.backward()


def test_a_state_may_be_made_of_the_parameters_that_it_is_loaded_into() -> None:
    net = nn.Sequential(nn.Linear(3, 3), nn.Linear(3, 3))
    first, second = net[0].state_dict(), net[1].state_dict()
    swapped = {f"{1 - i}.{name}": p if i else p.data for i in (0, 1) for name, p in net[i].named_parameters()}
    net.load_state_dict(swapped)
    for name in first:
        np.testing.assert_array_equal(net[1].state_dict()[name], first[name])
        np.testing.assert_array_equal(net[0].state_dict()[name], second[name])
