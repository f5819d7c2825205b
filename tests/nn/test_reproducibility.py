"""The same seed gives the same bits, whatever draws numbers and makes the steps; more threads change rounding only."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import nn
import optim
from autograd import Tensor, manual_seed
from autograd.runtime import threads

rng = np.random.default_rng(0)
IMAGES, CLASSES = rng.standard_normal((256, 1, 12, 12)), rng.integers(0, 10, 256)
OPTIMIZERS = [found for name in optim.__all__ if isinstance(found := getattr(optim, name), type)
              and issubclass(found, optim.Optimizer) and found is not optim.Optimizer]



class Recurrent(nn.Module):
    """Classes of sequences of 12 rows, by what an LSTM with dropout between its layers says at the end."""

    def __init__(self) -> None:
        self.lstm, self.head = nn.LSTM(12, 64, 2, batch_first=True, dropout=0.2), nn.Linear(64, 10)

    def forward(self, input: Tensor) -> Tensor:
        return self.head(self.lstm(input.reshape(-1, 12, 12))[0][:, -1])


NETWORKS: dict[str, Callable[[], nn.Module]] = {
    "dense": lambda: nn.Sequential(nn.Flatten(), nn.Linear(144, 512), nn.ReLU(), nn.Dropout(0.3), nn.Linear(512, 10)),
    "convolutional": lambda: nn.Sequential(
        nn.Conv2d(1, 32, 3), nn.BatchNorm2d(32), nn.ReLU(), nn.Dropout2d(0.2), nn.MaxPool2d(2),
        nn.Conv2d(32, 32, 3), nn.GELU(), nn.Flatten(), nn.Linear(288, 10)),
    "recurrent": Recurrent,
}


def trained(network: str, optimizer: type[optim.Optimizer]) -> dict[str, Any]:
    """The state of a network after two epochs of two steps."""
    manual_seed(7)
    model, loss_of = NETWORKS[network]().astype(np.float64), nn.CrossEntropyLoss()
    steps = optimizer(model.parameters(), lr=0.01, **({"max_iter": 3} if optimizer is optim.LBFGS else {}))
    loader = nn.data.DataLoader((IMAGES, CLASSES), batch_size=128, shuffle=True)
    for images, classes in [*loader, *loader]:

        def loss(images: Tensor = images, classes: Tensor = classes) -> Tensor:
            steps.zero_grad()
            value = loss_of(model(images), classes)
            value.backward()
            return value

        steps.step(loss)
    return model.state_dict()


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_the_same_seed_gives_the_same_bits_with_each_optimizer(optimizer: type[optim.Optimizer]) -> None:
    first, second = (trained("dense", optimizer) for _ in range(2))
    for name, value in first.items():
        np.testing.assert_array_equal(value, second[name])


@pytest.mark.usefixtures("three_threads")
@pytest.mark.parametrize("network", NETWORKS)
def test_the_same_seed_gives_the_same_bits_in_each_network_however_the_threads_take_turns(network: str) -> None:
    first, second = (trained(network, optim.Adam) for _ in range(2))
    for name, value in first.items():
        np.testing.assert_array_equal(value, second[name])


@pytest.mark.parametrize("network", NETWORKS)
def test_threads_change_rounding_only(network: str, three_threads: None, monkeypatch: pytest.MonkeyPatch) -> None:
    shared_out = trained(network, optim.SGD)
    monkeypatch.setattr(threads, "_count", lambda: 1)
    for name, value in trained(network, optim.SGD).items():
        np.testing.assert_allclose(shared_out[name], value, rtol=1e-9, atol=1e-12)
