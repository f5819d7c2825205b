"""Containers: Sequential, ModuleList and ModuleDict, ParameterList and ParameterDict."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import nn
from autograd import Tensor


def test_sequential_chains_indexes_and_slices() -> None:
    layers = [nn.Linear(2, 3), nn.Tanh(), nn.Linear(3, 1)]
    net = nn.Sequential(*layers)
    x = np.ones((2, 2), np.float32)
    np.testing.assert_array_equal(net(x).data, layers[2](layers[1](layers[0](x))).data)
    assert len(net) == 3
    assert list(net) == layers
    assert net[-1] is layers[2]
    assert list(net[:2]) == layers[:2]
    assert isinstance(net[1:], nn.Sequential)
    assert list(net[1:].state_dict()) == ["2.weight", "2.bias"]  # a slice keeps the names
    net[1] = nn.ReLU()
    assert isinstance(net[1], nn.ReLU)
    assert list(net.append(nn.Sigmoid()).state_dict()) == ["0.weight", "0.bias", "2.weight", "2.bias"]
    del net[0]
    assert list(net.insert(0, nn.Linear(5, 3)).state_dict()) == ["0.weight", "0.bias", "2.weight", "2.bias"]
    with pytest.raises(IndexError, match="Sequential of 4 modules has no module 4"):
        net[4]
    with pytest.raises(TypeError, match="Sequential takes integers and slices as indices, got 'relu'"):
        net["relu"]


@pytest.mark.parametrize("kind", [nn.Sequential, lambda *layers: nn.ModuleList(layers)])
def test_containers_are_lists(kind: Any) -> None:
    a, b, c = nn.Linear(1, 1), nn.ReLU(), nn.Linear(1, 2)
    both = kind(a, b) + kind(c)
    assert type(both) is type(kind())
    assert list(both) == [a, b, c]
    assert list(both.state_dict()) == ["0.weight", "0.bias", "2.weight", "2.bias"]
    assert both.pop() is c
    assert both.pop(0) is a
    both += [c]
    assert list(both) == [b, c]
    del both[:1]
    assert list(both.state_dict()) == ["0.weight", "0.bias"]


def test_adding_to_a_slice_loses_no_module() -> None:
    """A slice keeps its names, one of which may be the number of its modules."""
    net = nn.Sequential(nn.Linear(1, 2), nn.ReLU(), nn.Linear(2, 3), nn.Tanh())
    part = net[1:]
    kept, added = list(part), [nn.Linear(3, 4), nn.Linear(4, 5)]
    assert list(part.append(added[0]).extend(added[1:])) == kept + added
    assert list(part.state_dict())[::2] == ["2.weight", "4.weight", "5.weight"]


def test_a_slice_of_a_module_list_counts_from_0() -> None:
    blocks = nn.ModuleList(nn.Linear(1, n) for n in range(1, 6))
    assert list(blocks[3:].state_dict()) == ["0.weight", "0.bias", "1.weight", "1.bias"]
    assert list(blocks[::-2]) == [blocks[4], blocks[2], blocks[0]]
    assert blocks[4].weight.name == "4.weight"  # whose place in the whole list stays


def test_sequential_takes_names() -> None:
    net = nn.Sequential({"hidden": nn.Linear(2, 3), "output": nn.Linear(3, 1)})
    assert list(net.state_dict()) == ["hidden.weight", "hidden.bias", "output.weight", "output.bias"]
    assert net[1] is net.output


@pytest.mark.parametrize(("given", "message"), [
    (nn.ReLU, r"got the class ReLU; write ReLU\(\)"),
    (np.tanh, "got the function tanh; wrap it in a Module"),
    (3, "got int"),
    ([nn.ReLU()], r"got list; write its modules as arguments, or \*modules"),
])
def test_what_is_not_a_module_is_refused(given: object, message: str) -> None:
    for build in (lambda: nn.Sequential(nn.Linear(1, 1), given), lambda: nn.ModuleList([given]),
                  lambda: nn.ModuleDict({"a": given}), lambda: nn.ModuleList([nn.ReLU()]).__setitem__(0, given)):
        with pytest.raises(TypeError, match=message):
            build()


def test_a_module_list_is_a_list_that_is_trained() -> None:
    layers = nn.ModuleList(nn.Linear(2, 2) for _ in range(3))
    assert len(layers) == 3
    assert len(list(layers.parameters())) == 6
    assert list(layers.extend([nn.ReLU()]))[-1] is layers[3]
    assert bool(nn.ModuleList(None))
    with pytest.raises(NotImplementedError):
        layers(1)


def test_a_module_dict_is_a_dict_that_is_trained() -> None:
    heads = nn.ModuleDict({"a": nn.Linear(2, 1), "b": nn.Linear(2, 2)})
    assert list(heads) == list(heads.keys()) == ["a", "b"]
    assert "a" in heads
    assert "c" not in heads
    assert dict(heads.items())["b"] is heads["b"] is list(heads.values())[1]
    assert list(heads.state_dict()) == ["a.weight", "a.bias", "b.weight", "b.bias"]
    heads.update({"c": nn.ReLU()})
    assert isinstance(heads.pop("c"), nn.ReLU)
    del heads["a"]
    assert len(heads) == 1
    with pytest.raises(KeyError, match="'items' is an attribute of ModuleDict"):
        heads["items"] = nn.ReLU()
    with pytest.raises(KeyError, match="ModuleDict has no module 'training'; it has b"):
        del heads["training"]
    with pytest.raises(TypeError, match="the keys of a ModuleDict are strings, got 1; write '1'"):
        heads[1] = nn.ReLU()
    heads.clear()
    assert len(heads) == len(nn.ModuleDict(None)) == 0
    assert heads  # a module is one, however much is in it: `if self.heads:` asks whether there is one


class Powers(nn.Module):
    """A polynomial, whose coefficients are in a list, and its scale in a dict."""

    def __init__(self) -> None:
        self.coefficients = nn.ParameterList([np.array(k, float) for k in (1, 2, 3)])
        self.others = nn.ParameterDict({"scale": nn.Parameter(2.0)})

    def forward(self, x: Any) -> Any:
        return self.others["scale"] * sum(c * x**k for k, c in enumerate(self.coefficients))


def test_parameters_in_lists_and_dicts_are_trained() -> None:
    model = Powers()
    assert list(model.state_dict()) == ["coefficients.0", "coefficients.1", "coefficients.2", "others.scale"]
    assert [p.dtype for p in model.parameters()] == [np.float64] * 3 + [np.float32]
    assert model.coefficients[1].name == "coefficients.1"
    model(2.0).backward()
    assert [p.grad.item() for p in model.parameters()] == [2, 4, 8, 17]
    given = {name: 2 * p for name, p in model.named_parameters()}
    assert nn.functional_call(model, given, 2.0).item() == 4 * model(2.0).item()
    other = Powers()
    other.coefficients[0].data = np.array(9.0)
    other.load_state_dict(model.state_dict())
    assert other(3.0).item() == model(3.0).item()


def test_parameter_lists_are_lists() -> None:
    held = nn.ParameterList()
    assert len(held) == 0
    held += [np.zeros(2), Tensor([1.0, 2.0])]
    held.append(nn.Parameter([3.0]))
    assert all(isinstance(p, nn.Parameter) for p in held)
    assert repr(held) == "ParameterList(float64 (2,), float64 (2,), float32 (1,))"
    last = held.pop()
    assert last.tolist() == [3]
    held[0] = np.ones(3)
    assert held[0].shape == (3,)
    assert list(held[1:].state_dict()) == ["0"]
    with pytest.raises(IndexError, match="ParameterList of 2 parameters has no parameter 2"):
        held[2]
    with pytest.raises(TypeError, match="ParameterList holds parameters, got ReLU"):
        held.append(nn.ReLU())  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="a parameter has a floating dtype"):
        held.append(np.arange(3))
    rows = nn.ParameterList(np.arange(6.0).reshape(3, 2))  # an array is a list of its rows
    assert [row.tolist() for row in rows] == [[0, 1], [2, 3], [4, 5]]


@pytest.mark.parametrize(("build", "message"), [
    (lambda: nn.ModuleList(nn.ReLU()), r"^ModuleList takes a list of modules, got ReLU; write \[module\]$"),
    (lambda: nn.ModuleList().extend(3), r"^ModuleList takes a list of modules, got int; write \[module\]$"),
    (lambda: nn.ParameterList(3), r"^ParameterList takes a list of parameters, got int; write \[parameter\]$"),
    (lambda: nn.ModuleDict([nn.ReLU()]), "^ModuleDict takes a dict of modules by name, got list$"),
    (lambda: nn.ParameterDict(3), "^ParameterDict takes a dict of parameters by name, got int$"),
])
def test_what_holds_no_members_is_refused(build: Any, message: str) -> None:
    with pytest.raises(TypeError, match=message):
        build()


@pytest.mark.parametrize("held", [nn.ModuleList([nn.ReLU()]), nn.ModuleDict({"a": nn.ReLU()}), nn.ParameterList(),
                                  nn.ParameterDict()])
def test_what_only_holds_is_not_called(held: nn.Module) -> None:
    with pytest.raises(NotImplementedError, match=r"^a \w+ is not called, it only holds (module|parameter)s; a chain"):
        held(np.ones(3))


def test_parameter_dicts_are_dicts() -> None:
    held = nn.ParameterDict({"a": np.zeros(2)})
    held["b"] = [1.0]
    assert list(held) == ["a", "b"]
    assert "a" in held
    assert repr(held) == "ParameterDict(a: float64 (2,), b: float64 (1,))"
    del held["a"]
    with pytest.raises(KeyError, match="ParameterDict has no parameter 'a'; it has b"):
        held["a"]
    with pytest.raises(KeyError, match="'items' is an attribute of ParameterDict"):
        held["items"] = [1.0]
