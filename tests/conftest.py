"""Hypothesis profiles of the whole suite: `default`; in CI (the variable CI is set) the same examples each time.

So are there the initial weights that a test draws without a seed, and what it draws from its module's generators, in
whatever order tests run: elsewhere they are others in each run, which finds more.

`nightly` draws twenty times as many: `pytest --hypothesis-profile=nightly`.
"""

from __future__ import annotations

import os
import zlib
from functools import cache

import numpy as np
import pytest
from hypothesis import settings

from autograd import manual_seed
from autograd.runtime import threads
from autograd.testing import plugin  # registers quick, ci and nightly, which users have too

settings.register_profile("default", deadline=None, derandomize="CI" in os.environ)
settings.load_profile("default")

assert "nightly" in plugin.PROFILES


def pytest_configure() -> None:
    _as_in_each_run("collection")


def pytest_runtest_setup(item: pytest.Item) -> None:
    _as_in_each_run(item.nodeid, *vars(getattr(item, "module", item)).values())


def _as_in_each_run(what: str, *used: object) -> None:
    if "CI" in os.environ:
        seed = zlib.crc32(what.encode())
        manual_seed(seed)
        for generator in used:
            if isinstance(generator, np.random.Generator):
                generator.bit_generator.state = np.random.default_rng(seed).bit_generator.state


@cache
def _workers() -> None:
    threads._started(3)


@pytest.fixture
def three_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    """Work is shared out to three threads, however many cores there are."""
    _workers()
    monkeypatch.setattr(threads, "_count", lambda: 3)
