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

from abc import ABC, abstractmethod
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from math import cos, inf, isfinite, pi
from operator import index
from typing import TYPE_CHECKING, Any

from autograd import Tensor
from autograd.lazy import on_first_use

from .optimizer import Optimizer


class Scheduler(ABC):
    """The base of all schedules: counts the steps, and sets the rate of every parameter group.

    A schedule of your own says `rate(t, initial)`, a function of the step, so that a run resumes exactly. The rate of
    step 0 is set at once; `step()` comes after the optimizer's. Raises TypeError for what is no optimizer.
    """

    def __init__(self, optimizer: Optimizer) -> None:
        if not isinstance(optimizer, Optimizer):
            raise TypeError(f"{type(self).__name__} takes an optimizer, got a {type(optimizer).__name__}")
        self.optimizer = optimizer
        self.last_step = 0
        self._set_rates()

    @abstractmethod
    def rate(self, t: int, initial: float) -> float:
        """The learning rate at step `t` of a group that was given the rate `initial`."""

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
        """Continue from a `state_dict()`. Raises `ValueError` if its keys are not those of this schedule."""
        expected = self.state_dict().keys()
        if state_dict.keys() != expected:
            raise ValueError(f"{type(self).__name__}.load_state_dict expected {sorted(expected)}, "
                             f"got {sorted(state_dict)}")
        for name, value in state_dict.items():
            setattr(self, name, value)
        self._set_rates()

    def _set_rates(self) -> None:
        groups = self.optimizer.param_groups
        rates = [self.rate(self.last_step, group.setdefault("initial_lr", group["lr"])) for group in groups]
        for group, rate in zip(groups, rates, strict=True):
            if not 0 <= rate < inf:
                raise ValueError(f"{self!r} gives the rate {rate} at step {self.last_step}; it must be a number >= 0")
            group["lr"] = rate

    def __repr__(self) -> str:
        options = ", ".join(f"{name}={value!r}" for name, value in vars(self).items() if name != "optimizer")
        return f"{type(self).__name__}({options})"


class StepLR(Scheduler):
    """`rate(t) = initial * gamma^floor(t / step_size)`: a fall by `gamma` every `step_size` steps.

    `initial` is the group's `lr` when the schedule was made; t counts calls of `step()`, an epoch or a batch each.
    """

    def __init__(self, optimizer: Optimizer, step_size: int, gamma: float = 0.1) -> None:
        self.step_size, self.gamma = _count("step_size", step_size), gamma
        super().__init__(optimizer)

    def rate(self, t: int, initial: float) -> float:
        return initial * self.gamma ** (t // self.step_size)


class MultiStepLR(Scheduler):
    """`rate(t) = initial * gamma^(number of milestones <= t)`: a fall by `gamma` at each of the milestones.

    `initial` is the group's `lr` when the schedule was made; t counts calls of `step()`.
    """

    def __init__(self, optimizer: Optimizer, milestones: Sequence[int], gamma: float = 0.1) -> None:
        self.milestones, self.gamma = sorted(_count("a milestone", m, least=0) for m in milestones), gamma
        super().__init__(optimizer)

    def rate(self, t: int, initial: float) -> float:
        return initial * self.gamma ** bisect_right(self.milestones, t)


class ExponentialLR(Scheduler):
    """`rate(t) = initial * gamma^t`: a fall by the same factor every step.

    `initial` is the group's `lr` when the schedule was made; t counts calls of `step()`.
    """

    def __init__(self, optimizer: Optimizer, gamma: float) -> None:
        self.gamma = gamma
        super().__init__(optimizer)

    def rate(self, t: int, initial: float) -> float:
        return initial * self.gamma**t


class CosineAnnealingLR(Scheduler):
    """`rate(t) = eta_min + (initial - eta_min) * (1 + cos(pi * t / T_max)) / 2`: down to `eta_min` at `T_max`, then up.

    I. Loshchilov and F. Hutter, "SGDR: Stochastic Gradient Descent with Warm Restarts", 2016.
    """

    def __init__(self, optimizer: Optimizer, T_max: int, eta_min: float = 0.0) -> None:
        self.T_max, self.eta_min = _count("T_max", T_max), eta_min
        super().__init__(optimizer)

    def rate(self, t: int, initial: float) -> float:
        return _cosine(initial, self.eta_min, pi * t / self.T_max)


class CosineAnnealingWarmRestarts(Scheduler):
    """`rate(t) = eta_min + (initial - eta_min) * (1 + cos(pi * s / T)) / 2`, s steps after the last restart.

    The first period T is `T_0`, and each is `T_mult` times as long as the one before.
    I. Loshchilov and F. Hutter, "SGDR: Stochastic Gradient Descent with Warm Restarts", 2016.
    """

    def __init__(self, optimizer: Optimizer, T_0: int, T_mult: int = 1, eta_min: float = 0.0) -> None:
        self.T_0, self.T_mult, self.eta_min = _count("T_0", T_0), _count("T_mult", T_mult), eta_min
        super().__init__(optimizer)

    def rate(self, t: int, initial: float) -> float:
        since, period = t % self.T_0 if self.T_mult == 1 else t, self.T_0
        while since >= period:
            since, period = since - period, period * self.T_mult
        return _cosine(initial, self.eta_min, pi * since / period)


class LinearLR(Scheduler):
    """`rate(t) = initial * (start_factor + (end_factor - start_factor) * min(1, t / total_iters))`.

    In equal steps from one share of the rate to another one, where it stays.
    """

    def __init__(self, optimizer: Optimizer, start_factor: float = 1 / 3, end_factor: float = 1.0,
                 total_iters: int = 5) -> None:
        self.start_factor, self.end_factor = start_factor, end_factor
        self.total_iters = _count("total_iters", total_iters)
        super().__init__(optimizer)

    def rate(self, t: int, initial: float) -> float:
        way = min(1.0, t / self.total_iters)
        return initial * (self.start_factor + (self.end_factor - self.start_factor) * way)


class ConstantLR(Scheduler):
    """`rate(t) = initial * factor` for t < `total_iters`, and `initial` from there on.

    `initial` is the group's `lr` when the schedule was made. Raises ValueError for `total_iters` below 1.
    """

    def __init__(self, optimizer: Optimizer, factor: float = 1 / 3, total_iters: int = 5) -> None:
        self.factor, self.total_iters = factor, _count("total_iters", total_iters)
        super().__init__(optimizer)

    def rate(self, t: int, initial: float) -> float:
        return initial * self.factor if t < self.total_iters else initial


class PolynomialLR(Scheduler):
    """`rate(t) = initial * (1 - min(1, t / total_iters))^power`: down to 0 at `total_iters`, and 0 from there on.

    A straight line for `power` 1. Raises ValueError for `total_iters` below 1.
    Source: Chen et al., "DeepLab", arXiv:1606.00915, section 4.1, the "poly" policy.
    """

    def __init__(self, optimizer: Optimizer, total_iters: int = 5, power: float = 1.0) -> None:
        self.total_iters, self.power = _count("total_iters", total_iters), power
        super().__init__(optimizer)

    def rate(self, t: int, initial: float) -> float:
        return initial * float((1 - min(1.0, t / self.total_iters)) ** self.power)


class OneCycleLR(Scheduler):
    """Up from `max_lr / div_factor` to `max_lr`, and down to its start divided by `final_div_factor`.

    The way up takes `pct_start` of `total_steps` (or `epochs * steps_per_epoch`), along a cosine or, with
    `anneal_strategy="linear"`, a line; after the last step the rate stays. With `cycle_momentum` the first beta goes
    down from `max_momentum` to `base_momentum` and up again; ValueError for an optimizer without momentum. `max_lr` is
    one number or one a group. L. N. Smith and N. Topin, "Super-Convergence", arXiv:1708.07120.
    """

    def __init__(self, optimizer: Optimizer, max_lr: float | Sequence[float], total_steps: int | None = None,
                 epochs: int | None = None, steps_per_epoch: int | None = None, pct_start: float = 0.3,
                 anneal_strategy: str = "cos", cycle_momentum: bool = True, base_momentum: float = 0.85,
                 max_momentum: float = 0.95, div_factor: float = 25.0, final_div_factor: float = 1e4) -> None:
        if total_steps is None:
            if epochs is None or steps_per_epoch is None:
                raise ValueError("OneCycleLR needs total_steps, or epochs and steps_per_epoch")
            total_steps = _count("epochs", epochs) * _count("steps_per_epoch", steps_per_epoch)
        if anneal_strategy not in ("cos", "linear") or not 0 <= pct_start <= 1:
            raise ValueError("OneCycleLR: anneal_strategy must be 'cos' or 'linear' and pct_start in [0, 1], "
                             f"got {anneal_strategy!r} and {pct_start}")
        self.total_steps, self.pct_start = _count("total_steps", total_steps), pct_start
        self.anneal_strategy = anneal_strategy
        self.div_factor, self.final_div_factor = div_factor, final_div_factor
        self.cycle_momentum, self.base_momentum, self.max_momentum = cycle_momentum, base_momentum, max_momentum
        groups = optimizer.param_groups
        if cycle_momentum and "m" not in optimizer.moments:
            raise ValueError(f"OneCycleLR: {optimizer.kind} has no momentum; write cycle_momentum=False")
        highest = list(max_lr) if isinstance(max_lr, Sequence) else [max_lr] * len(groups)
        for group, rate in zip(groups, highest, strict=True):
            group["initial_lr"] = rate / div_factor
        super().__init__(optimizer)

    def rate(self, t: int, initial: float) -> float:
        return self._way(t, initial, initial * self.div_factor, initial / self.final_div_factor)

    def _way(self, t: int, start: float, middle: float, end: float) -> float:
        turn, last = self.pct_start * self.total_steps - 1, self.total_steps - 1
        if t <= turn:
            before, after, share = start, middle, t / turn if turn else 1.0
        else:
            before, after, share = middle, end, min(1.0, (t - turn) / (last - turn)) if last > turn else 1.0
        if self.anneal_strategy == "linear":
            return before + (after - before) * share
        return _cosine(before, after, pi * share)

    def _set_rates(self) -> None:
        super()._set_rates()
        if self.cycle_momentum:
            beta = self._way(self.last_step, self.max_momentum, self.base_momentum, self.max_momentum)
            for group in self.optimizer.param_groups:
                group |= {"betas": (beta, group["betas"][1])} if "betas" in group else {"beta": beta}


class LinearWarmup(Scheduler):
    """`rate(t) = initial * min(1, (t + 1) / steps)`: up in equal parts, to the full rate at the last of `steps`.

    Keeps the first steps small, while an optimizer's moments are young; another schedule follows by `SequentialLR`.
    Source: Goyal et al., "Accurate, large minibatch SGD", arXiv:1706.02677.
    """

    def __init__(self, optimizer: Optimizer, steps: int) -> None:
        self.steps = _count("steps", steps)
        super().__init__(optimizer)

    def rate(self, t: int, initial: float) -> float:
        return initial * min(1.0, (t + 1) / self.steps)


class LambdaLR(Scheduler):
    """`rate(t) = initial * lr_lambda(t)`, with a function of the step.

    The function is not saved with the state: give the same one when you resume. Raises TypeError for what is not one.
    """

    def __init__(self, optimizer: Optimizer, lr_lambda: Callable[[int], float]) -> None:
        if not callable(lr_lambda):
            raise TypeError(f"LambdaLR: lr_lambda is a function of the step, got a {type(lr_lambda).__name__}")
        self.lr_lambda = lr_lambda
        super().__init__(optimizer)

    def rate(self, t: int, initial: float) -> float:
        return initial * self.lr_lambda(t)


class SequentialLR(Scheduler):
    """One schedule after another: the one numbered `k` from `milestones[k - 1]` on, counting its steps from there.

        SequentialLR(optimizer, [LinearWarmup(optimizer, 5), CosineAnnealingLR(optimizer, 95)], milestones=[5])

    Raises `ValueError` unless there is one milestone fewer than schedules, in rising order; `TypeError` for a
    `ReduceLROnPlateau`, which is no function of the step.
    """

    def __init__(self, optimizer: Optimizer, schedulers: Sequence[Scheduler], milestones: Sequence[int]) -> None:
        if len(milestones) != len(schedulers) - 1 or list(milestones) != sorted(set(milestones)):
            raise ValueError(f"SequentialLR of {len(schedulers)} schedules needs {len(schedulers) - 1} milestones in "
                             f"rising order, got {list(milestones)}")
        for scheduler in schedulers:
            if isinstance(scheduler, (ReduceLROnPlateau, OneCycleLR)):
                raise TypeError("SequentialLR takes functions of the step; step a "
                                f"{type(scheduler).__name__} by itself")
            if scheduler.optimizer is not optimizer:
                raise ValueError("SequentialLR: every schedule must be of the same optimizer")
        self.schedulers, self.milestones = list(schedulers), list(milestones)
        super().__init__(optimizer)

    def rate(self, t: int, initial: float) -> float:
        k = bisect_right(self.milestones, t)
        return self.schedulers[k].rate(t - ([0, *self.milestones][k]), initial)


class ReduceLROnPlateau(Scheduler):
    """Reduces the rate by `factor` once a metric has not improved for more than `patience` steps.

        rate = max(min_lr, initial * factor^(number of reductions so far))

    `step(metric)` counts an improvement when the metric is better than the best so far by `threshold`: relatively
    (`threshold_mode="rel"`) or absolutely (`"abs"`), downwards (`mode="min"`) or upwards (`"max"`). After a reduction,
    `cooldown` steps pass before bad ones count again. Raises `ValueError` for a factor outside (0, 1) or another mode.
    """

    def __init__(self, optimizer: Optimizer, mode: str = "min", factor: float = 0.1, patience: int = 10,
                 threshold: float = 1e-4, threshold_mode: str = "rel", cooldown: int = 0, min_lr: float = 0.0) -> None:
        if not 0 < factor < 1:
            raise ValueError(f"ReduceLROnPlateau: factor must be in (0, 1), got {factor}")
        if mode not in ("min", "max") or threshold_mode not in ("rel", "abs"):
            raise ValueError(f"ReduceLROnPlateau: mode must be 'min' or 'max' and threshold_mode 'rel' or 'abs', "
                             f"got {mode!r} and {threshold_mode!r}")
        if not hasattr(min_lr, "__float__"):
            raise TypeError(f"ReduceLROnPlateau: min_lr is one number for all groups, got {min_lr!r}")
        self.mode, self.factor, self.patience = mode, factor, _count("patience", patience, least=0)
        self.threshold, self.threshold_mode = threshold, threshold_mode
        self.cooldown, self.min_lr = _count("cooldown", cooldown, least=0), min_lr
        self.best = inf if mode == "min" else -inf
        self.bad_steps = self.cooling = self.reductions = 0
        super().__init__(optimizer)

    def rate(self, t: int, initial: float) -> float:
        return max(min(initial, self.min_lr), initial * self.factor**self.reductions)

    def step(self, metric: float | Tensor) -> None:  # type: ignore[override]  # the rate follows the metric
        """Take in the metric of the step just done, and set the rates for the next."""
        metric = metric.item() if isinstance(metric, Tensor) else float(metric)  # no graph stays alive in `best`
        self.last_step += 1
        if self._is_better(metric):
            self.best, self.bad_steps = metric, 0
        else:
            self.bad_steps += 1
        if self.cooling:
            self.cooling, self.bad_steps = self.cooling - 1, 0
        if self.bad_steps > self.patience:
            self.reductions, self.cooling, self.bad_steps = self.reductions + 1, self.cooldown, 0
        self._set_rates()

    def state_dict(self) -> dict[str, Any]:
        own = {name: getattr(self, name) for name in ("best", "bad_steps", "cooling", "reductions")}
        return super().state_dict() | own

    def _is_better(self, metric: float) -> bool:
        relative = self.threshold_mode == "rel" and isfinite(self.best)
        margin = self.threshold * abs(self.best) if relative else self.threshold
        return metric < self.best - margin if self.mode == "min" else metric > self.best + margin


def _cosine(start: float, end: float, angle: float) -> float:
    """From `start` to `end` along half a wave, as far as `angle`, from 0 to pi, has gone."""
    return end + (start - end) * (1 + cos(angle)) / 2


def _count(name: str, value: Any, least: int = 1) -> int:
    if isinstance(value, bool) or not hasattr(value, "__index__"):
        raise TypeError(f"{name} must be an integer, got {value!r}")
    if value < least:
        raise ValueError(f"{name} must be at least {least}, got {value}")
    return index(value)


if not TYPE_CHECKING:  # or else a type checker would take every name for one that exists
    _ADVICE = dict.fromkeys(("MultiplicativeLR", "CyclicLR", "ChainedScheduler"), "write LambdaLR")
    _ADVICE |= dict.fromkeys(("LRScheduler", "_LRScheduler"), "write Scheduler, with rate(t, initial)")
    __getattr__ = on_first_use(__name__, {}, _ADVICE)
