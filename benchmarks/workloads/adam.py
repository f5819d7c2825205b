"""One step of Adam on float32 parameters that have gradients. PyTorch's `fused=True` is the hardest to match."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks import sides

TITLE = "step of Adam"
CASES = {"60 small parameters": {"shapes": [(64, 32), (64,)] * 30}, "10 million": {"shapes": [(10_000_000,)]}}
TARGETS = {"60 small parameters": {"torch": 0.70}, "10 million": {"torch": 1.00}}

Shapes = list[tuple[int, ...]]


def _step(library: sides.Library, shapes: Shapes, **options: Any) -> Callable[[], None]:
    rng = np.random.default_rng(0)
    parameters = [library.tensor(rng.standard_normal(shape, dtype=np.float32)) for shape in shapes]
    for parameter in parameters:
        parameter.requires_grad = True
        parameter.grad = library.tensor(rng.standard_normal(parameter.shape, dtype=np.float32))
    optimizer = library.optim.Adam(parameters, **options)
    return optimizer.step  # type: ignore[no-any-return]


cleargrad, torch = sides.both(_step)


def cleargrad_fast(shapes: Shapes) -> Callable[[], None]:
    os.environ["CLEARGRAD_FAST"] = "1"
    return cleargrad(shapes)


def torch_foreach(shapes: Shapes) -> Callable[[], None]:
    return _step(sides.torch(), shapes, foreach=True)


def torch_fused(shapes: Shapes) -> Callable[[], None]:
    return _step(sides.torch(), shapes, fused=True)
