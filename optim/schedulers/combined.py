"""Schedules made of others."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

from optim.optimizer import Optimizer

from .cycles import Cycle
from .plateau import ReduceLROnPlateau
from .schedule import ByGroup, Scheduler


class SequentialLR(ByGroup):
    """One schedule after another: the one numbered `k` from `milestones[k - 1]` on, counting its steps from there.

        SequentialLR(optimizer, [LinearWarmup(optimizer, 5), CosineAnnealingLR(optimizer, 95)], milestones=[5])

    Raises ValueError unless there is one milestone fewer than schedules, in rising order; TypeError for a
    `ReduceLROnPlateau`, which is not a function of the step.
    """

    def __init__(self, optimizer: Optimizer, schedulers: Sequence[Scheduler], milestones: Sequence[int]) -> None:
        if len(milestones) != len(schedulers) - 1 or list(milestones) != sorted({m for m in milestones if m > 0}):
            raise ValueError(f"SequentialLR of {len(schedulers)} schedules needs {len(schedulers) - 1} milestones in "
                             f"rising order, from 1 on, got {list(milestones)}")
        self.schedulers, self.milestones = _functions_of_the_step(self, schedulers, optimizer), list(milestones)
        super().__init__(optimizer)

    def rates(self, t: int, initials: Sequence[float]) -> list[float]:
        k = bisect_right(self.milestones, t)
        return self.schedulers[k].rates(t - ([0, *self.milestones][k]), initials)


class ChainedScheduler(ByGroup):
    """Several schedules at once, each applied to the rate of those before it: `r_n(t, ... r_1(t, initial))`.

    If each multiplies the rate by a factor, it is multiplied by all factors, as in PyTorch. That holds for `LambdaLR`
    and the cosines, too, where PyTorch's overwrite earlier ones or compound with them. Step the chain, not its parts.
    Raises ValueError for an empty list, TypeError for a schedule that is not a function of the step.
    """

    def __init__(self, schedulers: Sequence[Scheduler], optimizer: Optimizer | None = None) -> None:
        if not isinstance(schedulers, Sequence) or not schedulers:
            raise ValueError(f"ChainedScheduler takes a list of schedules, got {schedulers!r}")
        self.schedulers = _functions_of_the_step(self, schedulers, optimizer)
        super().__init__(self.schedulers[0].optimizer)

    def rates(self, t: int, initials: Sequence[float]) -> list[float]:
        rates = list(initials)
        for scheduler in self.schedulers:
            rates = scheduler.rates(t, rates)
        return rates


def _functions_of_the_step(made: Scheduler, schedulers: Sequence[Scheduler],
                           optimizer: Optimizer | None) -> list[Scheduler]:
    """The schedules. Raises where one is no function of the step and the initial rate, or of another optimizer."""
    name = type(made).__name__
    for scheduler in schedulers:
        if not isinstance(scheduler, Scheduler):
            raise TypeError(f"{name} takes schedules, such as StepLR(optimizer, 10), got {scheduler!r}")
        if isinstance(scheduler, (ReduceLROnPlateau, Cycle)):
            raise TypeError(f"{name} takes functions of the step; step a {type(scheduler).__name__} by itself")
        optimizer = scheduler.optimizer if optimizer is None else optimizer
        if scheduler.optimizer is not optimizer:
            raise ValueError(f"{name}: every schedule must be of the same optimizer")
    return list(schedulers)
