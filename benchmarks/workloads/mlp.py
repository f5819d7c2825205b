"""A training step of a dense network on 784 pixels: cross-entropy and Adam, float32."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np

from benchmarks import sides

TITLE = "dense network, step"
CASES = {
    "784-256-128-10, batch 64": {"widths": (784, 256, 128, 10), "batch": 64},
    "784-1024-128-10, batch 512": {"widths": (784, 1024, 128, 10), "batch": 512},
}
TARGETS = {case: {"torch": 0.70, "hips": 0.25} for case in CASES}
MEMORY = True


def _data(inputs: int, batch: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    return rng.standard_normal((batch, inputs), dtype=np.float32), rng.integers(0, 10, batch)


def _step(library: sides.Library, widths: Sequence[int], batch: int) -> Callable[[], None]:
    nn = library.nn
    a, b, c, d = widths
    model = nn.Sequential(nn.Linear(a, b), nn.ReLU(), nn.Linear(b, c), nn.ReLU(), nn.Linear(c, d))
    return library.step(model, nn.CrossEntropyLoss(), *_data(a, batch))


cleargrad, torch = sides.both(_step)


def hips(widths: Sequence[int], batch: int) -> Callable[[], None]:
    import autograd.numpy as anp
    from autograd import grad
    from autograd.misc.optimizers import adam
    from autograd.scipy.special import logsumexp

    x, y = _data(widths[0], batch)
    rng = np.random.default_rng(0)
    parameters = [
        (rng.standard_normal((i, o), dtype=np.float32) / np.float32(np.sqrt(i)), np.zeros(o, np.float32))
        for i, o in pairwise(widths)
    ]

    def loss(parameters: list[tuple[np.ndarray, np.ndarray]], _: int) -> np.ndarray:
        a = x
        for w, b in parameters[:-1]:
            a = anp.maximum(a @ w + b, 0)
        w, b = parameters[-1]
        logits = a @ w + b
        return anp.mean(logsumexp(logits, axis=1) - logits[anp.arange(batch), y])

    gradient = grad(loss)

    def run() -> None:
        adam(gradient, parameters, num_iters=1)

    return run
