"""Second derivatives of the Rosenbrock function: a Hessian-vector product of 1,000 inputs, and the Hessian of 60."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

TITLE = "Rosenbrock"
CASES = {
    "Hessian times vector, 1,000 inputs": {"size": 1000, "full": False},
    "Hessian, 60 inputs": {"size": 60, "full": True},
}
TARGETS = {
    "Hessian times vector, 1,000 inputs": {"torch": 0.70},
    "Hessian, 60 inputs": {"torch": 0.70, "hips": 0.40},
}


def _rosenbrock(x: Any) -> Any:
    return (100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2).sum()


def _point(size: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    return rng.standard_normal(size), rng.standard_normal(size)


def cleargrad(size: int, full: bool) -> Callable[[], Any]:
    from autograd import hessian, hvp

    x, v = _point(size)
    return partial(hessian(_rosenbrock), x) if full else partial(hvp, _rosenbrock, x, v)


def torch(size: int, full: bool) -> Callable[[], Any]:
    import torch
    from torch.autograd.functional import hessian, hvp

    x, v = map(torch.from_numpy, _point(size))
    return partial(hessian, _rosenbrock, x) if full else partial(hvp, _rosenbrock, x, v)


def hips(size: int, full: bool) -> Callable[[], Any]:
    import autograd.numpy as anp
    from autograd import hessian, hessian_vector_product

    def rosenbrock(x: np.ndarray) -> np.ndarray:
        return anp.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)

    x, v = _point(size)
    return partial(hessian(rosenbrock), x) if full else partial(hessian_vector_product(rosenbrock), x, v)
