"""How time grows with the number of recorded operations, the batch size, and the width of a dense network."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks import sides

TITLE = "growth"
CASES = {
    **{f"{n:,} operations": {"operations": n} for n in (10**3, 10**4, 10**5, 10**6)},
    **{f"batch {n:,}": {"batch": n} for n in (1, 16, 256, 4096)},
    **{f"width {n:,}": {"width": n} for n in (16, 128, 1024)},
}
TARGETS: dict[str, dict[str, float]] = {}


def _chain(y: Any, operations: int) -> Any:
    for _ in range(operations):
        y = y * 0.999999
    return y


def _growth(library: sides.Library, operations: int = 0, batch: int = 64, width: int = 128) -> Callable[[], None]:
    nn = library.nn
    start = library.tensor(np.array(1.0))
    start.requires_grad = True
    rng = np.random.default_rng(0)
    x, y = (library.tensor(rng.standard_normal((batch, width), dtype=np.float32)) for _ in range(2))
    model, loss = nn.Sequential(nn.Linear(width, width), nn.ReLU(), nn.Linear(width, width)), nn.MSELoss()

    def chain() -> None:
        start.grad = None
        _chain(start, operations).backward()

    def step() -> None:
        model.zero_grad()
        loss(model(x), y).backward()

    return chain if operations else step


cleargrad, torch = sides.both(_growth)


def hips(operations: int = 0, **dense: int) -> Callable[[], None] | None:
    """Only the chains, without the longest, which would take HIPS autograd minutes."""
    from autograd import grad

    gradient = grad(_chain)

    def run() -> None:
        gradient(1.0, operations)

    return None if dense or operations > 10**5 else run
