"""Everyday operations on small arrays, (4, 6) and (10,) in float32: each with its sum and its backward pass."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks import sides

TITLE = "small operations, forward and backward"


def _elementwise(m: Any, a: Any, b: Any, v: Any, w: Any) -> list[Any]:
    return [a + b, a * b, a / b, a - 2, a**3, m.exp(a), m.log(b), m.sqrt(b), abs(a), m.clip(a, 0.2, 0.8)]


def _reductions(m: Any, a: Any, b: Any, v: Any, w: Any) -> list[Any]:
    return [a.sum(), a.sum(1), a.mean(), a.mean(0), a.max(), a.min(), a.prod(), a.std(), a.var(0), m.linalg.norm(v)]


def _views(m: Any, a: Any, b: Any, v: Any, w: Any) -> list[Any]:
    return [v[1:], v[3], a[:, 2], v[:, None], a.T, a.reshape(6, 4), a.swapaxes(0, 1), a.flatten(), v.squeeze(),
            m.broadcast_to(v, (3, 10))]


def _joined_and_chosen(m: Any, a: Any, b: Any, v: Any, w: Any) -> list[Any]:
    return [m.concatenate([a, b]), m.stack([v, w]), m.vstack([a, b]), m.where(a > b, a, b), m.maximum(a, b),
            v[[1, 2, 3]], m.cumsum(a, 1), m.flip(v, (0,)), m.tile(v, (3,)), m.diag(v)]


def _products(m: Any, a: Any, b: Any, v: Any, w: Any) -> list[Any]:
    return [a @ b.T, v @ w, m.outer(v, w), m.einsum("ij,kj->ik", a, b), m.tensordot(a, b, ([1], [1]))]


GROUPS: dict[str, Callable[..., list[Any]]] = {
    "elementwise": _elementwise, "reductions": _reductions, "views": _views, "joined and chosen": _joined_and_chosen,
    "products": _products,
}
CASES = {name: {"group": name} for name in GROUPS}
TARGETS = {case: {"torch": 1.00} for case in CASES}


def _operations(library: sides.Library, group: str) -> Callable[[], None]:
    rng = np.random.default_rng(0)
    shapes = ((4, 6), (4, 6), (10,), (10,))
    leaves = [library.tensor(rng.random(shape, dtype=np.float32), requires_grad=True) for shape in shapes]
    made = GROUPS[group]

    def run() -> None:
        for leaf in leaves:
            leaf.grad = None
        for result in made(library.functions, *leaves):
            (result.sum() if result.ndim else result).backward()

    return run


cleargrad, torch = sides.both(_operations)
