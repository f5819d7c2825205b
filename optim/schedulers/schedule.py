"""What every schedule is: a function of the step, set as the rate of each parameter group."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from math import cos, inf
from typing import TYPE_CHECKING, Any, Self

from autograd.arguments import refuse_foreign_options
from autograd.constructors import CheckedWhenMade, refuse_misfits
from autograd.errors import no_attribute_of
from optim.optimizer import Optimizer
from optim.options import ADVICE

_ATTRIBUTES = {
    "get_lr": "write get_last_lr()", "last_epoch": "write last_step",
    "base_lrs": 'write [group["initial_lr"] for group in optimizer.param_groups]',
}


class Scheduler(CheckedWhenMade, ABC):
    """The base of all schedules: counts the steps, and sets the rate of every parameter group.

    A schedule of your own says `rate(t, initial)`, a function of the step, so that a run resumes exactly. The rate of
    step 0 is set at once; `step()` comes after the optimizer's. Raises TypeError for anything but an optimizer.
    """

    def __new__(cls, *given: Any, **options: Any) -> Self:
        refuse_foreign_options(cls, options, ADVICE)
        if cls.__init__.__module__.startswith(f"{__package__}."):
            refuse_misfits(cls, given, options)
        return super().__new__(cls)

    def __init__(self, optimizer: Optimizer) -> None:
        self.optimizer = checked(self, optimizer)
        self.last_step = 0
        self._set_rates()

    @abstractmethod
    def rate(self, t: int, initial: float) -> float:
        """The learning rate at step `t` of a group that was given the rate `initial`."""

    def rates(self, t: int, initials: Sequence[float]) -> list[float]:
        """The learning rates at step `t` of all groups, in their order: `rate` of each, unless each has its own."""
        return [self.rate(t, initial) for initial in initials]

    def step(self) -> None:
        """Go on to the next step, and set the rate of every group."""
        self.last_step += 1
        self._set_rates()

    def get_last_lr(self) -> list[float]:
        """The rate of every group, as it is now."""
        return [group["lr"] for group in self.optimizer.param_groups]

    def state_dict(self) -> dict[str, Any]:
        """What a resumed run needs beyond the optimizer's own state."""
        return {"last_step": self.last_step}

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Continue from a `state_dict()`. Raises ValueError if its keys are not those of this schedule."""
        expected = self.state_dict().keys()
        if state_dict.keys() != expected:
            raise ValueError(f"{type(self).__name__}.load_state_dict expected {sorted(expected)}, "
                             f"got {sorted(state_dict)}")
        for name, value in state_dict.items():
            setattr(self, name, value)
        self._set_rates()

    def _set_rates(self) -> None:
        groups = self.optimizer.param_groups
        rates = self.rates(self.last_step, [group.setdefault("initial_lr", group["lr"]) for group in groups])
        for group, rate in zip(groups, rates, strict=True):
            if not 0 <= rate < inf:
                raise ValueError(f"{self!r} gives the rate {rate} at step {self.last_step}; it must be a number >= 0")
            group["lr"] = rate

    if not TYPE_CHECKING:  # otherwise type checkers would accept any attribute

        def __getattr__(self, name: str) -> Any:
            raise no_attribute_of(self, name, _ATTRIBUTES)

    def __repr__(self) -> str:
        options = ", ".join(f"{name}={value!r}" for name, value in vars(self).items()
                            if name != "optimizer" and not name.startswith("_"))
        return f"{type(self).__name__}({options})"


class ByGroup(Scheduler):
    """The base of schedules that may differ by group: they define `rates`."""

    @abstractmethod
    def rates(self, t: int, initials: Sequence[float]) -> list[float]: ...

    def rate(self, t: int, initial: float) -> float:
        return self.rates(t, [initial])[0]


def one_per_group(made: Scheduler, name: str, value: Any, count: int) -> list[Any]:
    """One value per group, from a value for all or a list. Raises ValueError for a list of another length."""
    if not isinstance(value, Sequence):
        return [value] * count
    if len(value) != count:
        raise ValueError(f"{type(made).__name__}: {name} must be one for all groups, or one for each of the {count} "
                         f"groups, got {len(value)}")
    return list(value)


def cosine(start: float, end: float, angle: float) -> float:
    """From `start` to `end` along half a wave, as far as `angle`, from 0 to pi, has gone."""
    return end + (start - end) * (1 + cos(angle)) / 2


def checked(made: Scheduler, optimizer: Any) -> Optimizer:
    """The optimizer of a schedule. Raises TypeError for anything else."""
    if not isinstance(optimizer, Optimizer):
        raise TypeError(f"{type(made).__name__} takes an optimizer, such as optim.Adam(model.parameters()), got "
                        f"{type(optimizer).__name__}")
    return optimizer
