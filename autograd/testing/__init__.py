"""Prove gradients: `check_gradients` against finite differences, and Hypothesis strategies to feed it.

`print(check_gradients(f, x, y))` tells how accurate the gradients of `f` are at `x, y`, or raises.
"""

from __future__ import annotations

from autograd.errors import GradientMismatch
from autograd.lazy import on_first_use

from .check import check_gradients, check_rule
from .report import Report

__all__ = ["GradientMismatch", "Report", "check_gradients", "check_rule", "strategies"]

__getattr__, __dir__ = on_first_use(__name__, {"strategies": "strategies"},  # and with it Hypothesis
                                      {"gradcheck": "write check_gradients(f, *args)"})
