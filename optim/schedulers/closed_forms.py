"""Schedules with a formula of their own: falls, lines, cosines, and functions of the user's."""

from __future__ import annotations

from abc import abstractmethod
from bisect import bisect_right
from collections.abc import Callable, Sequence
from math import pi

from autograd.arrays import integer
from optim.optimizer import Optimizer

from .schedule import ByGroup, Scheduler, cosine, one_per_group

Function = Callable[[int], float]
Functions = Function | Sequence[Function]


class StepLR(Scheduler):
    """`rate(t) = initial * gamma^floor(t / step_size)`: multiplied by `gamma` every `step_size` steps.

    `initial`, here and below, is the group's `lr` when the schedule was made; t counts calls of `step()`, an epoch or a
    batch each. Raises ValueError for a `step_size` below 1.
    """

    def __init__(self, optimizer: Optimizer, step_size: int, gamma: float = 0.1) -> None:
        self.step_size, self.gamma = integer("StepLR: step_size", step_size), gamma
        super().__init__(optimizer)

    def rate(self, t: int, initial: float) -> float:
        return initial * self.gamma ** (t // self.step_size)


class MultiStepLR(Scheduler):
    """`rate(t) = initial * gamma^(number of milestones <= t)`: multiplied by `gamma` at each of the milestones.

    Raises TypeError for milestones that are not integers, ValueError for negative ones.
    """

    def __init__(self, optimizer: Optimizer, milestones: Sequence[int], gamma: float = 0.1) -> None:
        self.milestones, self.gamma = sorted(integer("MultiStepLR: a milestone", m, least=0) for m in milestones), gamma
        super().__init__(optimizer)

    def rate(self, t: int, initial: float) -> float:
        return initial * self.gamma ** bisect_right(self.milestones, t)


class ExponentialLR(Scheduler):
    """`rate(t) = initial * gamma^t`: multiplied by `gamma` every step.

    Raises ValueError once the rate is negative.
    """

    def __init__(self, optimizer: Optimizer, gamma: float) -> None:
        self.gamma = gamma
        super().__init__(optimizer)

    def rate(self, t: int, initial: float) -> float:
        return initial * self.gamma**t


class ConstantLR(Scheduler):
    """`rate(t) = initial * factor` for t < `total_iters`, and `initial` from there on.

    Raises ValueError for `total_iters` below 1.
    """

    def __init__(self, optimizer: Optimizer, factor: float = 1 / 3, total_iters: int = 5) -> None:
        self.factor, self.total_iters = factor, integer("ConstantLR: total_iters", total_iters)
        super().__init__(optimizer)

    def rate(self, t: int, initial: float) -> float:
        return initial * self.factor if t < self.total_iters else initial


class LinearLR(Scheduler):
    """`rate(t) = initial * (start_factor + (end_factor - start_factor) * min(1, t / total_iters))`.

    In equal steps from one multiple of the initial rate to another, and constant from there on. Raises ValueError for
    `total_iters` below 1.
    """

    def __init__(self, optimizer: Optimizer, start_factor: float = 1 / 3, end_factor: float = 1.0,
                 total_iters: int = 5) -> None:
        self.start_factor, self.end_factor = start_factor, end_factor
        self.total_iters = integer("LinearLR: total_iters", total_iters)
        super().__init__(optimizer)

    def rate(self, t: int, initial: float) -> float:
        way = min(1.0, t / self.total_iters)
        return initial * (self.start_factor + (self.end_factor - self.start_factor) * way)


class LinearWarmup(Scheduler):
    """`rate(t) = initial * min(1, (t + 1) / steps)`: up in equal parts, to the full rate at the last of `steps`.

    Keeps the first steps small, while an optimizer's moments are young; `SequentialLR` lets another schedule follow.
    Raises ValueError for `steps` below 1. Source: Goyal et al., "Accurate, large minibatch SGD", arXiv:1706.02677.
    """

    def __init__(self, optimizer: Optimizer, steps: int) -> None:
        self.steps = integer("LinearWarmup: steps", steps)
        super().__init__(optimizer)

    def rate(self, t: int, initial: float) -> float:
        return initial * min(1.0, (t + 1) / self.steps)


class PolynomialLR(Scheduler):
    """`rate(t) = initial * (1 - min(1, t / total_iters))^power`: down to 0 at `total_iters`, and 0 from there on.

    A straight line for `power` 1. Raises ValueError for `total_iters` below 1.
    Source: Chen et al., "DeepLab", arXiv:1606.00915, section 4.1, the "poly" policy.
    """

    def __init__(self, optimizer: Optimizer, total_iters: int = 5, power: float = 1.0) -> None:
        if power < 0:
            raise ValueError(f"PolynomialLR: power must be at least 0, got {power}: the rate would grow without bound")
        self.total_iters, self.power = integer("PolynomialLR: total_iters", total_iters), power
        super().__init__(optimizer)

    def rate(self, t: int, initial: float) -> float:
        return initial * float((1 - min(1.0, t / self.total_iters)) ** self.power)


class CosineAnnealingLR(Scheduler):
    """`rate(t) = eta_min + (initial - eta_min) * (1 + cos(pi * t / T_max)) / 2`: down to `eta_min` at `T_max`, then up.

    Raises ValueError for `T_max` below 1.
    I. Loshchilov and F. Hutter, "SGDR: Stochastic Gradient Descent with Warm Restarts", 2016.
    """

    def __init__(self, optimizer: Optimizer, T_max: int, eta_min: float = 0.0) -> None:
        self.T_max, self.eta_min = integer("CosineAnnealingLR: T_max", T_max), eta_min
        super().__init__(optimizer)

    def rate(self, t: int, initial: float) -> float:
        return cosine(initial, self.eta_min, pi * t / self.T_max)


class CosineAnnealingWarmRestarts(Scheduler):
    """`rate(t) = eta_min + (initial - eta_min) * (1 + cos(pi * s / T)) / 2`, s steps after the last restart.

    The first period T is `T_0`, and each is `T_mult` times as long as the one before; ValueError if either is below 1.
    I. Loshchilov and F. Hutter, "SGDR: Stochastic Gradient Descent with Warm Restarts", 2016.
    """

    def __init__(self, optimizer: Optimizer, T_0: int, T_mult: int = 1, eta_min: float = 0.0) -> None:
        self.T_0 = integer("CosineAnnealingWarmRestarts: T_0", T_0)
        self.T_mult, self.eta_min = integer("CosineAnnealingWarmRestarts: T_mult", T_mult), eta_min
        super().__init__(optimizer)

    def rate(self, t: int, initial: float) -> float:
        since, period = t % self.T_0 if self.T_mult == 1 else t, self.T_0
        while since >= period:
            since, period = since - period, period * self.T_mult
        return cosine(initial, self.eta_min, pi * since / period)


class _OfFunctions(ByGroup):
    """Schedules that multiply the initial rates by functions of the step."""

    def __init__(self, optimizer: Optimizer, lr_lambda: Functions) -> None:
        self.lr_lambda = lr_lambda
        self._functions = lr_lambda if isinstance(lr_lambda, Sequence) else [lr_lambda]
        if wrong := [function for function in self._functions if not callable(function)]:
            raise TypeError(f"{type(self).__name__}: lr_lambda must be a function of the step, or a list of one for "
                            f"each group, got {type(wrong[0]).__name__}")
        super().__init__(optimizer)

    def rates(self, t: int, initials: Sequence[float]) -> list[float]:
        several = isinstance(self.lr_lambda, Sequence)
        places = one_per_group(self, "lr_lambda", range(len(self._functions)) if several else 0, len(initials))
        return [initial * self.factor(t, place) for initial, place in zip(initials, places, strict=True)]

    @abstractmethod
    def factor(self, t: int, place: int) -> float:
        """What the function at this place of the list, or the only one, makes of a rate at step `t`."""


class LambdaLR(_OfFunctions):
    """`rate(t) = initial * lr_lambda(t)`, with a function of the step, or a list of one for each group.

    Functions are not saved with the state: give the same ones when you resume. Raises TypeError for anything but
    functions, ValueError for another number of them than of groups.
    """

    def factor(self, t: int, place: int) -> float:
        return self._functions[place](t)


class MultiplicativeLR(_OfFunctions):
    """`rate(t) = initial * lr_lambda(1) * ... * lr_lambda(t)`: each step multiplies the rate by a function of the step.

    With a list, each group has its own. Functions are not saved with the state: give the same ones when you resume, and
    let them depend on the step alone. Raises TypeError for anything but functions, ValueError for another number of
    them than of groups.
    """

    def __init__(self, optimizer: Optimizer, lr_lambda: Functions) -> None:
        self._products: dict[int, list[float]] = {}
        super().__init__(optimizer, lr_lambda)

    def factor(self, t: int, place: int) -> float:
        products = self._products.setdefault(place, [1.0])
        while len(products) <= t:
            products.append(products[-1] * self._functions[place](len(products)))
        return products[t]
