"""Hypothesis profiles of the whole suite: `default`; in CI (the variable CI is set) the same examples each time.

`nightly` draws twenty times as many: `pytest --hypothesis-profile=nightly`.
"""

from __future__ import annotations

import os

from hypothesis import settings

from autograd.testing import plugin  # registers quick, ci and nightly, which users have too

settings.register_profile("default", deadline=None, derandomize="CI" in os.environ)
settings.load_profile("default")

assert "nightly" in plugin.PROFILES
