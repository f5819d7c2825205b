"""Modules: what belongs to them, what it is called, hooks, modes, copies and repr."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import numpy as np
import pytest

import autograd
import nn
from autograd import Tensor


class Block(nn.Module):
    def __init__(self, width: int = 3) -> None:
        self.dense = nn.Linear(width, width)
        self.scale = nn.Parameter(np.ones(width))
        self.register_buffer("offset", np.zeros(width))

    def forward(self, x: Tensor) -> Tensor:
        return self.dense(x) * self.scale + self.offset


class Net(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.first = Block()
        self.layers = nn.Sequential(nn.ReLU(), nn.Linear(3, 2))
        self.temperature = nn.Parameter(2.0)

    def forward(self, x: Tensor) -> Tensor:
        return self.layers(self.first(x)) / self.temperature


KEYS = ["temperature", "first.scale", "first.dense.weight", "first.dense.bias", "layers.1.weight", "layers.1.bias"]


# --- Belonging and names ----------------------------------------------------------------------------------------------


def test_parameters_are_found_in_pytorchs_order() -> None:
    assert [name for name, _ in Net().named_parameters()] == KEYS
    assert len(list(Net().parameters())) == len(KEYS)
    assert [name for name, _ in Net().named_parameters("net")] == ["net." + key for key in KEYS]
    assert [name for name, _ in Net().named_parameters(recurse=False)] == ["temperature"]


@pytest.mark.parametrize("recurse", [True, False])
def test_what_is_listed_without_names_is_what_is_listed_with_them(recurse: bool) -> None:
    net = Net()
    net.register_buffer("own", np.ones(2))
    for plain, named in ((net.parameters, net.named_parameters), (net.buffers, net.named_buffers)):
        assert list(map(id, plain(recurse))) == [id(found) for _, found in named(recurse=recurse)]
        assert len(list(plain())) > len(list(plain(False))) > 0
    assert list(net.modules()) == [module for _, module in net.named_modules()]
    assert list(net.children()) == [module for _, module in net.named_children()]


def test_modules_and_children() -> None:
    net = Net()
    assert [path for path, _ in net.named_modules()] == ["", "first", "first.dense", "layers", "layers.0", "layers.1"]
    assert [name for name, _ in net.named_children()] == ["first", "layers"]
    assert list(net.children()) == [net.first, net.layers]
    assert next(net.modules()) is net
    assert net.get_submodule("layers.1") is net.layers[1]
    net.again = net.first
    assert net.get_submodule("again.dense") is net.first.dense, "whose first path is another"
    assert net.get_parameter("again.dense.weight") is net.first.dense.weight
    assert net.get_buffer("again.offset") is net.first.offset
    del net.again
    with pytest.raises(KeyError, match=r"Net has no module 'layers.7'; it has first, first.dense, layers"):
        net.get_submodule("layers.7")
    with pytest.raises(KeyError, match="ReLU has no parameter 'weight'; it has none"):
        nn.ReLU().get_parameter("weight")


def test_parameters_carry_their_dotted_path_as_name() -> None:
    net = Net()
    for name, parameter in net.named_parameters():
        assert parameter.name == name
    outer = nn.Sequential(net)  # the same network deeper in another one
    assert {p.name for p in outer.parameters()} == {"0." + key for key in KEYS}
    net.layers[1] = nn.Linear(3, 2)
    assert net.layers[1].weight.name == "0.layers.1.weight"


def test_a_name_of_ones_own_stays() -> None:
    class Named(nn.Module):
        def __init__(self) -> None:
            self.w = nn.Parameter(np.ones(2), name="theta")

    assert nn.Sequential(Named())[0].w.name == "theta"


def test_names_reach_the_graph() -> None:
    net = Net()
    out = net(np.ones((2, 3)))
    leaves = [node.tensor() for node in autograd.graph.reachable(out._node) if node.primitive.name == "leaf"]
    assert {leaf.name for leaf in leaves} == set(KEYS)


def test_calls_are_noted_in_the_graph() -> None:
    net = Net()
    x = Tensor(np.ones((2, 3)), requires_grad=True)
    hidden = net.first(x)
    assert hidden._node.scope[:3] == ("first", "Block", [x._node])
    out = net.layers(hidden)
    *call, inner = out._node.scope
    assert call == ["layers", "Sequential", [hidden._node]]
    path, kind, (relu,), innermost = inner
    assert (path, kind, innermost) == ("layers.1", "Linear", None)
    assert relu.scope[:2] == ("layers.0", "ReLU")


def test_what_is_given_by_name_is_an_input_of_the_call_too() -> None:
    class Gate(nn.Module):
        def forward(self, x: Any, *, by: Any, also: Any = ()) -> Any:
            return by if x is None else x * by + sum(also)

    x, by, more = (Tensor(np.ones(3), requires_grad=True) * 1 for _ in range(3))
    for call in (lambda: Gate()(x, by=by), lambda: Gate()(x, by=by, also={"z": more}.values())):
        assert call()._node.scope[2][:2] == [x._node, by._node]
    assert Gate()(x, by=by, also=[more])._node.scope[2] == [x._node, by._node, more._node]
    assert Gate()(None, by=by) is by
    assert by._node.scope is None, "it was an input, and is returned as it is"


def test_a_module_that_returns_its_input_leaves_no_note() -> None:
    x = np.ones(3) * nn.Parameter(np.ones(3))
    assert nn.Identity()(x) is x
    assert isinstance(nn.Sequential(nn.Identity())(np.ones(3)), Tensor)  # as every layer gives
    assert x._node.scope is None


def test_shared_parameters_are_listed_once_and_saved_twice() -> None:
    net = nn.Sequential(nn.Linear(3, 3), nn.Linear(3, 3))
    net[1].weight = net[0].weight
    assert [name for name, _ in net.named_parameters()] == ["0.weight", "0.bias", "1.bias"]
    assert set(net.state_dict()) == {"0.weight", "0.bias", "1.weight", "1.bias"}
    assert net[0].weight.name == "0.weight"
    twice = nn.Sequential(layer := nn.Linear(3, 3), layer)
    assert [name for name, _ in twice.named_parameters()] == ["0.weight", "0.bias"]
    assert len(list(twice.named_modules())) == 2
    assert len(list(twice.named_modules(remove_duplicate=False))) == 3


def test_parts_are_added_by_a_name_that_is_computed() -> None:
    net = nn.Module()
    for i in range(2):
        net.register_parameter(f"weight{i}", nn.Parameter(np.ones(2)))
        net.add_module(f"norm{i}", nn.LayerNorm(2))
    net.register_parameter("bias", None)
    assert list(dict(net.named_parameters())) == ["weight0", "weight1", "norm0.weight", "norm0.bias",
                                                  "norm1.weight", "norm1.bias"]
    assert net.weight1.name == "weight1"
    assert net.bias is None


def test_deleting_an_attribute_removes_it() -> None:
    net = Net()
    del net.temperature
    assert "temperature" not in dict(net.named_parameters())


def test_parts_are_found_by_path() -> None:
    net = nn.Sequential(nn.Linear(2, 2), nn.BatchNorm1d(2))
    assert net.get_parameter("0.weight") is net[0].weight
    assert net.get_buffer("1.running_mean") is net[1].running_mean
    assert net.get_submodule("1") is net[1]
    for find, missing in ((net.get_parameter, "parameter '1.scale'; it has 0.weight"),
                          (net.get_buffer, "buffer '1.scale'; it has 1.running_mean"),
                          (net.get_submodule, "module '1.scale'; it has 0, 1")):
        with pytest.raises(KeyError, match=f"Sequential has no {missing}"):
            find("1.scale")


# --- Parameters -------------------------------------------------------------------------------------------------------


def test_parameters_are_float32_copies() -> None:
    array = np.arange(3.0)
    parameter = nn.Parameter(array)
    array[0] = 9
    assert parameter.dtype == np.float32
    assert parameter.data[0] == 0
    assert parameter.requires_grad
    assert parameter.is_leaf
    assert nn.Parameter([1, 2]).dtype == np.float32
    assert nn.Parameter(1j).dtype == np.complex64
    assert nn.Parameter(array, dtype=float).dtype == np.float64
    assert not nn.Parameter(array, requires_grad=False).requires_grad
    with pytest.raises(TypeError, match=r"register_buffer\(\)"):
        nn.Parameter([1], dtype=int)


def test_parameters_begin_with_a_cache_line() -> None:
    """And stay there when a state is loaded: products read them faster."""
    layer = nn.Linear(30, 7)
    layer.load_state_dict({name: np.ones_like(value) for name, value in layer.state_dict().items()})
    assert all(parameter.data.ctypes.data % 64 == 0 for parameter in layer.parameters())


# --- All at once ------------------------------------------------------------------------------------------------------


def test_train_and_eval_reach_every_module() -> None:
    net = Net()
    assert net.training
    assert net.eval() is net
    assert not any(module.training for module in net.modules())
    assert all(module.training for module in net.train().modules())


def test_freezing_and_thawing() -> None:
    net = Net()
    assert net.first.requires_grad_(False) is net.first
    net(np.ones((2, 3))).sum().backward()
    assert net.first.scale.grad is None
    assert net.layers[1].weight.grad is not None
    net.requires_grad_()
    assert all(p.requires_grad for p in net.parameters())


def test_zero_grad_forgets_gradients() -> None:
    net = Net()
    net(np.ones((2, 3))).sum().backward()
    with pytest.raises(ValueError, match="sets gradients to None"):
        net.zero_grad(set_to_none=False)
    net.zero_grad(set_to_none=True)
    assert all(p.grad is None for p in net.parameters())


def test_astype_converts_parameters_buffers_and_gradients() -> None:
    net = Net()
    net(np.ones((2, 3))).sum().backward()
    net.first.register_buffer("count", np.array(3))
    held = net.first.scale
    assert net.astype(np.float64) is net
    assert net.first.scale is held
    assert {p.dtype for p in net.parameters()} == {np.dtype(float)}
    assert {p.grad.dtype for p in net.parameters()} == {np.dtype(float)}
    assert net.first.offset.dtype == np.float64
    assert net.first.count.dtype == np.int64
    assert net(np.ones((2, 3), np.float32)).dtype == np.float64
    with pytest.raises(TypeError, match="floating dtypes, got int64"):
        net.astype(int)


def test_apply_visits_leaves_first() -> None:
    visited = []
    Net().apply(lambda module: visited.append(type(module).__name__))
    assert visited == ["Linear", "Block", "ReLU", "Linear", "Sequential", "Net"]  # as PyTorch does


# --- Hooks ------------------------------------------------------------------------------------------------------------


def test_forward_hooks_see_and_may_replace_the_output() -> None:
    layer = nn.Linear(2, 2)
    seen = []
    handle = layer.register_forward_hook(lambda module, inputs, out: seen.append((module, inputs, out)))
    x = Tensor(np.ones((1, 2), np.float32))
    out = layer(x)
    assert seen[0][0] is layer
    assert seen[0][1] == (x,)
    assert seen[0][2] is out
    handle.remove()
    layer(x)
    assert len(seen) == 1
    doubling = layer.register_forward_hook(lambda module, inputs, out: out * 2)
    np.testing.assert_array_equal(layer(x).data, 2 * out.data)
    doubling.remove()
    handle = layer.register_forward_pre_hook(lambda module, inputs: inputs[0] * 0)
    np.testing.assert_array_equal(layer(x).data, layer.bias.data[None])
    handle.remove()
    np.testing.assert_array_equal(layer(x).data, out.data)


def test_hooks_may_ask_for_what_is_given_by_name() -> None:
    layer, x, seen = nn.Linear(2, 2), Tensor(np.ones((1, 2), np.float32)), []
    layer.register_forward_pre_hook(lambda module, inputs, kwargs: ((kwargs["input"] * 0,), {}), with_kwargs=True)
    layer.register_forward_hook(lambda module, *rest: seen.append(rest), with_kwargs=True)
    out = layer(input=x)
    np.testing.assert_array_equal(out.data, layer.bias.data[None])
    ((inputs, kwargs, output),) = seen
    assert (len(inputs), kwargs, output is out) == (1, {}, True)


# --- Copying and showing ----------------------------------------------------------------------------------------------


def test_copies_are_independent() -> None:
    net = Net()
    net.register_forward_hook(print) .remove()
    for twin in (copy.deepcopy(net), pickle.loads(pickle.dumps(net))):
        assert twin.state_dict().keys() == net.state_dict().keys()
        assert [p.name for p in twin.parameters()] == [p.name for p in net.parameters()]
        twin.first.scale.data[...] = 5
        assert net.first.scale.data[0] == 1
        nn.Sequential(twin)
        assert net.first.scale.name == "first.scale"


def test_repr_shows_the_structure() -> None:
    net = nn.Sequential(nn.Linear(4, 3), nn.ReLU(), nn.Sequential(nn.Linear(3, 1, bias=False)))
    assert repr(net) == (
        "Sequential(\n"
        "  (0): Linear(4, 3)\n"
        "  (1): ReLU()\n"
        "  (2): Sequential(\n"
        "    (0): Linear(3, 1, bias=False)\n"
        "  )\n"
        ")"
    )


def test_repr_shows_arguments_above_what_a_module_holds() -> None:
    assert repr(nn.MultiheadAttention(4, 2)) == "MultiheadAttention(\n  4, 2\n  (out_proj): Linear(4, 4)\n)"


def test_attributes_may_be_assigned_while_walking_or_calling() -> None:
    net = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 2))
    for parameter in net.parameters():
        net.note = parameter.shape
    for child in net.children():
        net.last = 1
        child.extra = nn.Parameter(np.ones(1))
    net[0].register_forward_hook(lambda module, inputs, out: net.register_forward_hook(lambda *_: None) and None)
    assert net(np.ones((1, 2))).shape == (1, 2)


def test_a_module_that_is_held_twice_is_a_child_once() -> None:
    """Under its first name; a list has it twice all the same, and so have the paths of the state."""
    shared = nn.Linear(2, 2)
    net = nn.Sequential(shared, nn.ReLU(), shared)
    assert [name for name, _ in net.named_children()] == ["0", "1"]
    assert list(net.children()) == [net[0], net[1]]
    assert (len(net), list(net), net[2], net[:3][2]) == (3, [shared, net[1], shared], shared, shared)
    assert repr(net).count("Linear") == 2
    assert list(net.state_dict()) == ["0.weight", "0.bias", "2.weight", "2.bias"]
    pair = nn.ModuleDict({"a": shared, "b": shared})
    assert (len(pair), list(pair), list(pair.values())) == (2, ["a", "b"], [shared, shared])
    del net[0]
    assert (len(net), net[1]) == (2, shared)


def test_a_module_takes_the_place_that_pytorch_gives_it() -> None:
    """That of a module, or of None after one, in its place; any other attribute's it does not take over."""

    class Net(nn.Module):
        def __init__(self) -> None:
            self.a, self.b, self.c, self.d = None, 1, nn.Parameter(np.ones(1)), nn.Linear(1, 1)
            self.e, self.w = nn.Linear(1, 1), nn.Parameter(np.ones(1))

    net = Net()
    net.a, net.b, net.d = nn.Linear(1, 1), nn.Linear(1, 1), nn.Linear(1, 1)  # type: ignore[assignment]
    assert [name for name, _ in net.named_children()] == ["d", "e", "a", "b"]
    net.d = None  # type: ignore[assignment]
    net.d = nn.Linear(1, 1)
    net.c = nn.Linear(1, 1)  # type: ignore[assignment]  # PyTorch refuses this
    assert [name for name, _ in net.named_children()] == ["d", "e", "a", "b", "c"]
    net.d = None  # type: ignore[assignment]
    net.d = nn.Parameter(np.ones(1))  # type: ignore[assignment]
    assert [name for name, _ in net.named_parameters(recurse=False)] == ["w", "d"]
