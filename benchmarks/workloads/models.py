"""A training step of small models, written as users do: loss, backward pass and Adam, float32."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks import sides

TITLE = "step of a small model"
Problem = tuple[Any, Any, np.ndarray, np.ndarray]  # a model, a loss, inputs and targets


def _pixels(*shape: int) -> np.ndarray:
    return np.random.default_rng(0).random(shape, dtype=np.float32)


def _labels(classes: int, *shape: int) -> np.ndarray:
    return np.random.default_rng(1).integers(0, classes, shape)


def _sequence(nn: Any, recurrent: Any, symbols: int, classes: int, steps: int, batch: int) -> Problem:
    class Model(nn.Module):  # type: ignore[misc, name-defined]
        def __init__(self) -> None:
            super().__init__()
            self.embedding, self.recurrent = nn.Embedding(symbols, recurrent.input_size), recurrent
            self.output = nn.Linear(128, classes)

        def forward(self, x: Any) -> Any:
            return self.output(self.recurrent(self.embedding(x))[0]).reshape(-1, classes)

    return Model(), nn.CrossEntropyLoss(), _labels(symbols, steps, batch), _labels(classes, steps * batch)


def text(library: sides.Library) -> Problem:
    nn = library.nn
    return _sequence(nn, nn.GRU(64, 128), 80, 80, 50, 32)


def tagger(library: sides.Library) -> Problem:
    nn = library.nn
    return _sequence(nn, nn.LSTM(50, 64, bidirectional=True), 1000, 9, 20, 16)


def autoencoder(library: sides.Library) -> Problem:
    nn = library.nn
    class Model(nn.Module):  # type: ignore[misc, name-defined]
        def __init__(self) -> None:
            super().__init__()
            self.encoder, self.mean, self.spread = nn.Linear(784, 400), nn.Linear(400, 20), nn.Linear(400, 20)
            self.decoder = nn.Sequential(nn.Linear(20, 400), nn.ReLU(), nn.Linear(400, 784))

        def forward(self, x: Any) -> Any:
            hidden = nn.functional.relu(self.encoder(x))
            mean, spread = self.mean(hidden), self.spread(hidden)  # no noise: each library draws its own
            return self.decoder(mean + (0.5 * spread).exp()), mean, spread

    def loss(made: Any, x: Any) -> Any:
        logits, mean, spread = made
        likelihood = nn.functional.binary_cross_entropy_with_logits(logits, x, reduction="sum")
        return likelihood - 0.5 * (1 + spread - mean * mean - spread.exp()).sum()

    return Model(), loss, _pixels(128, 784), _pixels(128, 784)


def discriminator(library: sides.Library) -> Problem:
    nn = library.nn
    layers = []
    for came, made in ((1, 16), (16, 32), (32, 64)):
        layers += [nn.Conv2d(came, made, 4, 2, 1), nn.BatchNorm2d(made), nn.LeakyReLU(0.2)]
    model = nn.Sequential(*layers, nn.Flatten(), nn.Linear(1024, 1))
    return model, nn.BCEWithLogitsLoss(), _pixels(32, 1, 32, 32), np.ones((32, 1), np.float32)


def generator(library: sides.Library) -> Problem:
    nn = library.nn
    layers = []
    for came, made, stride, padding in ((32, 64, 1, 0), (64, 32, 2, 1), (32, 16, 2, 1)):
        layers += [nn.ConvTranspose2d(came, made, 4, stride, padding), nn.BatchNorm2d(made), nn.ReLU()]
    model = nn.Sequential(*layers, nn.ConvTranspose2d(16, 1, 4, 2, 1), nn.Tanh())
    return model, nn.MSELoss(), _pixels(32, 32, 1, 1), _pixels(32, 1, 32, 32)


def mobile(library: sides.Library) -> Problem:
    nn = library.nn
    layers = [nn.Conv2d(3, 16, 3, 2, 1), nn.BatchNorm2d(16), nn.ReLU()]
    for came, made, stride in ((16, 32, 1), (32, 64, 2), (64, 64, 1)):
        layers += [nn.Conv2d(came, came, 3, stride, 1, groups=came), nn.BatchNorm2d(came), nn.ReLU(),
                   nn.Conv2d(came, made, 1), nn.BatchNorm2d(made), nn.ReLU()]
    model = nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 10))
    return model, nn.CrossEntropyLoss(), _pixels(16, 3, 32, 32), _labels(10, 16)


def lenet(library: sides.Library) -> Problem:
    nn = library.nn
    model = nn.Sequential(
        nn.Conv2d(1, 6, 5, padding=2), nn.Tanh(), nn.AvgPool2d(2), nn.Conv2d(6, 16, 5), nn.Tanh(), nn.AvgPool2d(2),
        nn.Flatten(), nn.Linear(400, 120), nn.Tanh(), nn.Linear(120, 84), nn.Tanh(), nn.Linear(84, 10))
    return model, nn.CrossEntropyLoss(), _pixels(64, 1, 28, 28), _labels(10, 64)


def unet(library: sides.Library) -> Problem:
    nn, silu = library.nn, library.nn.functional.silu

    class Block(nn.Module):  # type: ignore[misc, name-defined]
        def __init__(self, came: int, made: int) -> None:
            super().__init__()
            self.first, self.second = nn.Conv2d(came, made, 3, padding=1), nn.Conv2d(made, made, 3, padding=1)
            self.normalized, self.beside = nn.GroupNorm(4, made), nn.Conv2d(came, made, 1)

        def forward(self, x: Any) -> Any:
            return self.second(silu(self.normalized(self.first(x)))) + self.beside(x)

    class Model(nn.Module):  # type: ignore[misc, name-defined]
        def __init__(self) -> None:
            super().__init__()
            self.down, self.deeper, self.deepest = Block(1, 16), Block(16, 32), Block(32, 32)
            self.up, self.last, self.out = Block(64, 16), Block(32, 16), nn.Conv2d(16, 1, 1)
            self.shrink, self.enlarge = nn.MaxPool2d(2), nn.Upsample(scale_factor=2)

        def forward(self, x: Any) -> Any:
            join = library.functions.concatenate
            large = self.down(x)
            small = self.deeper(self.shrink(large))
            small = self.up(join([self.enlarge(self.deepest(self.shrink(small))), small], 1))
            return self.out(self.last(join([self.enlarge(small), large], 1)))

    return Model(), nn.MSELoss(), _pixels(16, 1, 28, 28), _pixels(16, 1, 28, 28)


def equation(library: sides.Library) -> Problem:
    nn = library.nn
    class Model(nn.Module):  # type: ignore[misc, name-defined]
        def __init__(self) -> None:
            super().__init__()
            self.slope = nn.Sequential(nn.Linear(2, 32), nn.Tanh(), nn.Linear(32, 2))

        def forward(self, y: Any) -> Any:
            f, h = self.slope, 0.1
            for _ in range(10):
                a = f(y)
                b = f(y + h / 2 * a)
                c = f(y + h / 2 * b)
                y = y + h / 6 * (a + 2 * b + 2 * c + f(y + h * c))
            return y

    return Model(), nn.MSELoss(), _pixels(64, 2), _pixels(64, 2)


CASES = {
    "letters by a GRU, 50 steps, batch 32": {"problem": text},
    "tags by an LSTM both ways, 20 words, batch 16": {"problem": tagger},
    "variational autoencoder, batch 128": {"problem": autoencoder},
    "differential equation, 10 steps of Runge-Kutta, batch 64": {"problem": equation},
    "LeNet, batch 64": {"problem": lenet},
    "depthwise blocks, 32x32, batch 16": {"problem": mobile},
    "discriminator, 32x32, batch 32": {"problem": discriminator},
    "generator, 32x32, batch 32": {"problem": generator},
    "U-Net, 28x28, batch 16": {"problem": unet},
}
TARGETS: dict[str, dict[str, float]] = {}


def _step(library: sides.Library, problem: Callable[[sides.Library], Problem]) -> Callable[[], None]:
    return library.step(*problem(library))


cleargrad, torch = sides.both(_step)
