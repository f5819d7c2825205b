"""The forward pass of a dense network without gradients: 784-256-128-10, batch 64, float32."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from benchmarks import sides

TITLE = "dense network 784-256-128-10, batch 64, forward without gradients"
CASES = {"": {}}
TARGETS = {"": {"torch": 0.70}}


def _forward(library: sides.Library) -> Callable[[], None]:
    nn = library.nn
    x = library.tensor(np.random.default_rng(0).standard_normal((64, 784), dtype=np.float32))
    model = nn.Sequential(nn.Linear(784, 256), nn.ReLU(), nn.Linear(256, 128), nn.ReLU(), nn.Linear(128, 10))

    def run() -> None:
        with library.no_grad():
            model(x)

    return run


cleargrad, torch = sides.both(_forward)
