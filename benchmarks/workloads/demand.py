"""A training step of a demand network: 4 features, 3 hidden units, 1 sigmoid output; binary cross-entropy, SGD."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from benchmarks import sides

TITLE = "demand network 4-3-1, batch 32, step"
CASES = {"": {}}
TARGETS = {"": {"torch": 0.70, "hips": 0.40}}
MEMORY = True
RATE = 0.1


def _data() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    x = rng.standard_normal((32, 4)).astype(np.float32)
    return x, (x.sum(axis=1, keepdims=True) > 0).astype(np.float32)


def _step(library: sides.Library) -> Callable[[], None]:
    nn = library.nn
    model = nn.Sequential(nn.Linear(4, 3), nn.Sigmoid(), nn.Linear(3, 1), nn.Sigmoid())
    optimizer = library.optim.SGD(model.parameters(), lr=RATE)
    return library.step(model, nn.BCELoss(), *_data(), optimizer)


cleargrad, torch = sides.both(_step)


def hips() -> Callable[[], None]:
    import autograd.numpy as anp
    from autograd import grad

    x, y = _data()
    rng = np.random.default_rng(0)
    shapes = [(4, 3), (3,), (3, 1), (1,)]
    parameters = [rng.standard_normal(shape).astype(np.float32) for shape in shapes]

    def sigmoid(z: np.ndarray) -> np.ndarray:
        return 1 / (1 + anp.exp(-z))

    def loss(parameters: list[np.ndarray]) -> np.ndarray:
        w1, b1, w2, b2 = parameters
        p = sigmoid(sigmoid(x @ w1 + b1) @ w2 + b2)
        return -anp.mean(y * anp.log(p) + (1 - y) * anp.log(1 - p))

    gradient = grad(loss)

    def run() -> None:
        for parameter, g in zip(parameters, gradient(parameters), strict=True):
            parameter -= np.float32(RATE) * g

    return run
