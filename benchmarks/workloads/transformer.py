"""A training step of two transformer encoder layers: 128 wide, 4 heads, 64 tokens, batch 16, no dropout; Adam."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks import sides

TITLE = "2 transformer encoder layers, 128 wide, 64 tokens, batch 16, step"
CASES = {"": {}}
TARGETS = {"": {"torch": 0.90}}
MEMORY = True


def _step(library: sides.Library) -> Callable[[], None]:
    nn = library.nn

    def layer() -> Any:
        return nn.TransformerEncoderLayer(128, 4, dim_feedforward=512, dropout=0.0, batch_first=True)

    rng = np.random.default_rng(0)
    x, y = (rng.standard_normal((16, 64, 128), dtype=np.float32) for _ in range(2))
    return library.step(nn.Sequential(layer(), layer()), nn.MSELoss(), x, y)


cleargrad, torch = sides.both(_step)
