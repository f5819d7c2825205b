"""The pytest plugin: a `check_gradients` fixture, reproducible randomness, and Hypothesis profiles.

Profiles, chosen by `--hypothesis-profile`: `quick` (10 examples), `ci` (100, the same each time), `nightly` (2,000).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from autograd.random import manual_seed

from .check import check_gradients as _check_gradients
from .randomness import RandomState

PROFILES: dict[str, dict[str, Any]] = {
    "quick": {"max_examples": 10, "deadline": None},
    "ci": {"max_examples": 100, "deadline": None, "derandomize": True},
    "nightly": {"max_examples": 2000, "deadline": None},
}


@pytest.fixture
def check_gradients() -> Callable[..., Any]:
    """`autograd.testing.check_gradients`, for tests that take it as an argument."""
    return _check_gradients


@pytest.fixture
def seeded() -> Iterator[np.random.Generator]:
    """A generator seeded with 0; the library's own starts from 0 too, and all are put back after the test."""
    state = RandomState()
    manual_seed(0)
    yield np.random.default_rng(0)
    state.restore()


def _register_profiles() -> None:
    try:
        import hypothesis
    except ImportError:  # the fixtures work without it
        return
    for name, options in PROFILES.items():
        hypothesis.settings.register_profile(name, **options)


_register_profiles()
