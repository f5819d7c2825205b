"""Learning-rate schedules: pure functions of the step, in closed form.

    scheduler = CosineAnnealingLR(optimizer, T_max=epochs)
    for epoch in range(epochs):
        ...                  # optimizer.step() for every batch
        scheduler.step()     # sets every group's "lr" for the next epoch

A schedule says the rate at step `t` from the group's own rate, `rate(t, initial)`; nothing is multiplied up over
time, so no error adds up and a run resumes from its step count alone. The initial rates are noted in the groups as
`"initial_lr"`, as in PyTorch, and travel in the optimizer's `state_dict()`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from autograd.lazy import on_first_use

from .closed_forms import (
    ConstantLR,
    CosineAnnealingLR,
    CosineAnnealingWarmRestarts,
    ExponentialLR,
    LambdaLR,
    LinearLR,
    LinearWarmup,
    MultiplicativeLR,
    MultiStepLR,
    PolynomialLR,
    StepLR,
)
from .combined import ChainedScheduler, SequentialLR
from .cycles import CyclicLR, OneCycleLR
from .plateau import ReduceLROnPlateau
from .schedule import Scheduler

__all__ = ["ChainedScheduler", "ConstantLR", "CosineAnnealingLR", "CosineAnnealingWarmRestarts", "CyclicLR",
           "ExponentialLR", "LambdaLR", "LinearLR", "LinearWarmup", "MultiStepLR", "MultiplicativeLR", "OneCycleLR",
           "PolynomialLR", "ReduceLROnPlateau", "Scheduler", "SequentialLR", "StepLR"]

if not TYPE_CHECKING:  # otherwise type checkers would accept any name
    __getattr__, __dir__ = on_first_use(__name__, {}, dict.fromkeys(("LRScheduler", "_LRScheduler"),
                                                           "write Scheduler, with rate(t, initial)"))
