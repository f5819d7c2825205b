"""The one source of randomness: a NumPy generator of its own, so that `np.random`'s global state is never touched."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from .arrays import integer
from .lazy import on_first_use


@cache  # made on first use: np.random is a tenth of NumPy's import time
def generator() -> np.random.Generator:
    """The generator that initial weights, dropout and shuffling draw from unless they are given another."""
    return np.random.Generator(np.random.SFC64())


def manual_seed(seed: int) -> np.random.Generator:
    """Seed the library's generator with an integer >= 0, and return it.

    Initial weights, dropout and shuffled batches without a seed of their own draw from it; `np.random` is left alone.
    The same seed gives the same numbers, except to threads that draw at the same time, since they share the generator.
    Raises ValueError for a negative seed, TypeError for anything but an integer.
    """
    generator().bit_generator.state = np.random.SFC64(integer("manual_seed: seed", seed, least=0)).state
    return generator()


def state() -> Any:
    """The state of the library's generator."""
    return generator().bit_generator.state


@contextmanager
def drawn_again(since: Any) -> Iterator[None]:
    """Context manager: go back to an earlier state of the generator, and at the end return to the present one."""
    now, generator().bit_generator.state = state(), since
    try:
        yield
    finally:
        generator().bit_generator.state = now


if not TYPE_CHECKING:  # otherwise type checkers would accept any name
    __getattr__, __dir__ = on_first_use(__name__, {}, {
        name: f"write np.random.default_rng(seed).{ours}"
        for name, ours in {"normal": "normal(size=shape)", "uniform": "random(shape)", "bernoulli": "random(shape) < p",
                           "randint": "integers(low, high, shape)", "permutation": "permutation(x)",
                           "categorical": "choice(len(p), p=p)", "choice": "choice(x, shape)"}.items()
    } | dict.fromkeys(("PRNGKey", "key"), "write autograd.manual_seed(seed)")
      | dict.fromkeys(("split", "fold_in"), "a generator goes on by itself: leave it out"))
