"""A training step of a small convolutional network on 1x28x28 images, batch 64: cross-entropy and Adam, float32."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from benchmarks import sides

TITLE = "convolutional network, batch 64, step"
CASES = {"": {}}
TARGETS = {"": {"torch": 1.00}}
MEMORY = True


def _step(library: sides.Library) -> Callable[[], None]:
    nn = library.nn
    rng = np.random.default_rng(0)
    images, labels = rng.standard_normal((64, 1, 28, 28), dtype=np.float32), rng.integers(0, 10, 64)
    model = nn.Sequential(
        *(nn.Conv2d(1, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Conv2d(16, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Flatten(), nn.Linear(32 * 7 * 7, 128), nn.ReLU(), nn.Linear(128, 10)),
    )
    return library.step(model, nn.CrossEntropyLoss(), images, labels)


cleargrad, torch = sides.both(_step)
