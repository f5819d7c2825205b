"""200 times `y = (y * x + x).tanh()`, forward and backward: the overhead per operation."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from benchmarks import sides

TITLE = "chain of 200 y = (y*x + x).tanh()"
CASES = {"0-d": {"shape": ()}, "1,000 elements": {"shape": (1000,)}}
TARGETS = {"0-d": {"torch": 0.40, "hips": 0.20}, "1,000 elements": {"torch": 0.60, "hips": 0.25}}
LENGTH = 200


def _chain(library: sides.Library, shape: tuple[int, ...]) -> Callable[[], None]:
    x = library.tensor(np.full(shape, 0.7))
    x.requires_grad = True

    def run() -> None:
        x.grad = None
        y = x
        for _ in range(LENGTH):
            y = (y * x + x).tanh()
        y.sum().backward()

    return run


cleargrad, torch = sides.both(_chain)


def hips(shape: tuple[int, ...]) -> Callable[[], None]:
    import autograd.numpy as anp
    from autograd import grad

    x = np.full(shape, 0.7)[()]

    def chain(x: np.ndarray) -> np.ndarray:
        y = x
        for _ in range(LENGTH):
            y = anp.tanh(y * x + x)
        return anp.sum(y)

    gradient = grad(chain)

    def run() -> None:
        gradient(x)

    return run
