"""The one source of randomness: a NumPy generator of its own, so that `np.random`'s global state is never touched."""

from __future__ import annotations

import numpy as np

_generator = np.random.Generator(np.random.SFC64())


def generator() -> np.random.Generator:
    """The generator that initial weights, dropout and shuffling draw from unless they are handed another."""
    return _generator


def manual_seed(seed: int) -> np.random.Generator:
    """Start the library's generator anew from `seed`, an integer >= 0, and return it."""
    _generator.bit_generator.state = np.random.SFC64(seed).state
    return _generator
