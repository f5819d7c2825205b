"""A user's program, with the types that an editor shows: `make lint` checks them, and here they are those that come."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar, assert_type

import numpy as np

import nn
import optim
from autograd import Tensor, sigmoid

T = TypeVar("T")


def is_tensor(value: T) -> T:
    assert isinstance(value, Tensor)
    return value


class Net(nn.Module):
    """What `mypy --strict` says of a forward like this one is nothing."""

    def __init__(self, hidden: int) -> None:
        self.layers = nn.ModuleList([nn.Linear(4, hidden), nn.ReLU()])
        self.units = nn.GRU(hidden, hidden, batch_first=True)
        self.output = nn.Linear(hidden, 3)
        self.scale = nn.Parameter(np.ones(1, np.float32))

    def forward(self, x: Tensor) -> Tensor:
        for layer in self.layers:
            x = layer(x)
        states, _ = self.units(x)
        return self.output(nn.functional.relu(states)[:, -1]) * self.scale


def test_operators_methods_and_functions_of_ours_give_tensors() -> None:
    x = Tensor([0.5, 1.0], requires_grad=True)
    for result in (x @ np.eye(2), 1 - 2 * x**2, x > 0, x[0], x[x > 0], x.reshape(-1, 1).T):
        is_tensor(assert_type(result, Tensor))
    loss = is_tensor(assert_type(sigmoid(x).sum(), Tensor))
    assert_type(loss.backward(), None)
    assert_type(x.grad, Tensor | None)
    assert_type(float(x.detach()[0]), float)


def test_layers_and_losses_give_tensors_and_several_layers_say_that_they_give_more(tmp_path: Path) -> None:
    model, loss = Net(5), nn.CrossEntropyLoss()
    optimizer = optim.SGD([{"params": model.units.parameters(), "lr": 0.1}, {"params": [model.scale]}], lr=0.01)
    data = nn.data.DataLoader((np.ones((4, 2, 4), np.float32), np.arange(4) % 3), batch_size=2)
    for inputs, labels in data:
        optimizer.zero_grad()
        step = is_tensor(assert_type(loss(model(inputs), labels), Tensor))
        step.backward()
        optimizer.step()
    is_tensor(assert_type(nn.Linear(2, 3)(np.ones((1, 2))), Tensor))
    assert_type(model.output.weight, nn.Parameter)
    values, places = nn.MaxPool2d(2, return_indices=True)(np.ones((1, 1, 4, 4), np.float32))
    out, weights = nn.MultiheadAttention(4, 2)(*[np.ones((3, 1, 4), np.float32)] * 3)
    for several in (values, places, out, weights):
        is_tensor(several)
    nn.save(model, tmp_path / "model.safetensors")
    model.load_state_dict(nn.load(tmp_path / "model.safetensors"))
