"""A training step of an LSTM with 64 inputs, 128 hidden units, 32 time steps, batch 32, and a dense output; Adam."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks import sides

TITLE = "LSTM 64-128, 32 time steps, batch 32, step"
CASES = {"": {}}
TARGETS = {"": {"torch": 0.80}}
MEMORY = True


def _step(library: sides.Library) -> Callable[[], None]:
    nn = library.nn

    class Classifier(nn.Module):  # type: ignore[misc, name-defined]
        def __init__(self) -> None:
            super().__init__()
            self.lstm, self.output = nn.LSTM(64, 128), nn.Linear(128, 10)

        def forward(self, x: Any) -> Any:
            hidden, _ = self.lstm(x)
            return self.output(hidden[-1])

    rng = np.random.default_rng(0)
    x, y = rng.standard_normal((32, 32, 64), dtype=np.float32), rng.integers(0, 10, 32)
    return library.step(Classifier(), nn.CrossEntropyLoss(), x, y)


cleargrad, torch = sides.both(_step)
