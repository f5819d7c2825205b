"""Prove gradients: `check_gradients` against finite differences, and Hypothesis strategies to feed it.

`print(check_gradients(f, x, y))` tells how near the gradients of `f` come to the truth at `x, y`, or raises.
"""

from __future__ import annotations

from typing import Any

from autograd.errors import no_attribute

from .check import check_gradients, check_rule
from .report import Report

__all__ = ["Report", "check_gradients", "check_rule", "strategies"]


def __getattr__(name: str) -> Any:
    """Import `strategies`, and with it Hypothesis, when it is first used."""
    if name == "strategies":
        import importlib

        return importlib.import_module(".strategies", __name__)
    raise no_attribute(__name__, name)
