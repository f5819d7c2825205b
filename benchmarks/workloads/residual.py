"""Forward and backward of a residual block: 64 channels, 32x32, batch 32, two 3x3 convolutions, batch normalization."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks import sides

TITLE = "residual block, 64 channels, 32x32, batch 32, forward and backward"
CASES = {"": {}}
TARGETS = {"": {"torch": 1.00}}
MEMORY = True


def _pass(library: sides.Library) -> Callable[[], None]:
    nn = library.nn

    class Block(nn.Module):  # type: ignore[misc, name-defined]
        def __init__(self) -> None:
            super().__init__()
            self.first, self.second = (nn.Conv2d(64, 64, 3, padding=1, bias=False) for _ in range(2))
            self.norm1, self.norm2 = nn.BatchNorm2d(64), nn.BatchNorm2d(64)
            self.relu = nn.ReLU()

        def forward(self, x: Any) -> Any:
            y = self.relu(self.norm1(self.first(x)))
            return self.relu(self.norm2(self.second(y)) + x)

    x = library.tensor(np.random.default_rng(0).standard_normal((32, 64, 32, 32), dtype=np.float32))
    x.requires_grad = True
    block = Block()

    def run() -> None:
        block.zero_grad()
        x.grad = None
        block(x).mean().backward()

    return run


cleargrad, torch = sides.both(_pass)
