"""How many examples a property is tried with, where it is not as many as the profile says."""

from __future__ import annotations

from hypothesis import settings

USUAL = 100


def examples(count: int) -> settings:
    """A decorator: so many examples in the default profile, and in proportion in the others."""
    return settings(max_examples=max(1, count * settings().max_examples // USUAL))
