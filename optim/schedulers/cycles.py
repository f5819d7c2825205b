"""Schedules that go up and down again, and may take the momentum the other way."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Sequence
from math import pi

from autograd.arrays import integer, one_of
from optim.optimizer import Optimizer

from .schedule import Scheduler, checked, cosine, one_per_group


class Cycle(Scheduler):
    """The base of cycles: the first beta, or RMSProp's momentum, goes between the two `momenta`, if they are given.

    Raises ValueError for an optimizer that has no momentum.
    """

    def __init__(self, optimizer: Optimizer, starts: float | Sequence[float],
                 momenta: tuple[float, float] | None) -> None:
        groups = checked(self, optimizer).param_groups
        if momenta is not None and not all("m" in optimizer.moments_of(group) for group in groups):
            raise ValueError(f"{type(self).__name__}: {optimizer.kind} has no momentum; write cycle_momentum=False")
        self.momenta = momenta
        for group, start in zip(groups, one_per_group(self, "max_lr", starts, len(groups)), strict=True):
            group["initial_lr"] = start
        super().__init__(optimizer)

    @abstractmethod
    def momentum(self, t: int, low: float, high: float) -> float:
        """The first beta at step `t`."""

    def _set_rates(self) -> None:
        super()._set_rates()
        if self.momenta is not None:
            beta = self.momentum(self.last_step, *self.momenta)
            for group in self.optimizer.param_groups:
                group |= ({"betas": (beta, group["betas"][1])} if "betas" in group
                          else {"momentum" if "momentum" in group else "beta": beta})


class OneCycleLR(Cycle):
    """Up from `max_lr / div_factor` to `max_lr`, and down to its start divided by `final_div_factor`.

    The way up takes `pct_start` of `total_steps` (or `epochs * steps_per_epoch`), along a cosine or, with
    `anneal_strategy="linear"`, a line; after the last step the rate stays. With `three_phase` the way down to the start
    takes as long as the way up, and the rest goes on to the end. With `cycle_momentum` the first beta goes down from
    `max_momentum` to `base_momentum` and up again; ValueError for an optimizer without momentum. `max_lr` is one number
    or one per group. L. N. Smith and N. Topin, "Super-Convergence", arXiv:1708.07120.
    """

    def __init__(self, optimizer: Optimizer, max_lr: float | Sequence[float], total_steps: int | None = None,
                 epochs: int | None = None, steps_per_epoch: int | None = None, pct_start: float = 0.3,
                 anneal_strategy: str = "cos", cycle_momentum: bool = True, base_momentum: float = 0.85,
                 max_momentum: float = 0.95, div_factor: float = 25.0, final_div_factor: float = 1e4,
                 three_phase: bool = False) -> None:
        if total_steps is None:
            if epochs is None or steps_per_epoch is None:
                raise ValueError("OneCycleLR needs total_steps, or epochs and steps_per_epoch")
            integer("OneCycleLR: epochs", epochs)
            total_steps = epochs * integer("OneCycleLR: steps_per_epoch", steps_per_epoch)
        one_of("OneCycleLR: anneal_strategy", anneal_strategy, ("cos", "linear"))
        if not 0 <= pct_start <= 1:
            raise ValueError(f"OneCycleLR: pct_start must be in [0, 1], got {pct_start}")
        if div_factor <= 0 or final_div_factor <= 0:
            raise ValueError(f"OneCycleLR: div_factor and final_div_factor must be positive, got {div_factor} and "
                             f"{final_div_factor}")
        self.total_steps, self.pct_start = integer("OneCycleLR: total_steps", total_steps), pct_start
        self.anneal_strategy, self.three_phase = anneal_strategy, three_phase
        self.div_factor, self.final_div_factor = div_factor, final_div_factor
        starts = [top / div_factor for top in max_lr] if isinstance(max_lr, Sequence) else max_lr / div_factor
        super().__init__(optimizer, starts, (base_momentum, max_momentum) if cycle_momentum else None)

    def rate(self, t: int, initial: float) -> float:
        return self._way(t, initial, initial * self.div_factor, initial / self.final_div_factor)

    def momentum(self, t: int, low: float, high: float) -> float:
        return self._way(t, high, low, high)

    def _way(self, t: int, start: float, middle: float, end: float) -> float:
        """The value at step `t`: from `start` over `middle`, in three phases over `start` again, to `end`."""
        heights, turn = [start, middle, end], self.pct_start * self.total_steps - 1
        turns = [turn, self.total_steps - 1.0]
        if self.three_phase:
            heights.insert(2, start)
            turns.insert(1, 2 * turn)
        phase = sum(t > turn for turn in turns[:-1])
        begin, finish = turns[phase - 1] if phase else 0.0, turns[phase]
        share = min(1.0, (t - begin) / (finish - begin)) if finish > begin else 1.0
        before, after = heights[phase : phase + 2]
        if self.anneal_strategy == "linear":
            return before + (after - before) * share
        return cosine(before, after, pi * share)


class CyclicLR(Cycle):
    """Up from `base_lr` to `max_lr` in `step_size_up` steps, down in `step_size_down` (as many), and again.

        rate(t) = base_lr + (max_lr - base_lr) * share(t) * scale

    The share rises from 0 to 1 and falls again, in lines. The scale is 1 (`mode="triangular"`), halved every cycle
    (`"triangular2"`), `gamma^t` (`"exp_range"`), or `scale_fn` of the number of the cycle, counted from 1, or of t with
    `scale_mode="iterations"`. With `cycle_momentum` the first beta goes the other way; ValueError for an optimizer
    without momentum.
    L. N. Smith, "Cyclical Learning Rates for Training Neural Networks", arXiv:1506.01186.
    """

    def __init__(self, optimizer: Optimizer, base_lr: float, max_lr: float, step_size_up: int = 2000,
                 step_size_down: int | None = None, mode: str = "triangular", gamma: float = 1.0,
                 scale_fn: Callable[[int], float] | None = None, scale_mode: str = "cycle",
                 cycle_momentum: bool = True, base_momentum: float = 0.8, max_momentum: float = 0.9) -> None:
        one_of("CyclicLR: mode", mode, ("triangular", "triangular2", "exp_range"))
        one_of("CyclicLR: scale_mode", scale_mode, ("cycle", "iterations"))
        down = step_size_up if step_size_down is None else step_size_down
        self.max_lr, self.step_size_up = max_lr, integer("CyclicLR: step_size_up", step_size_up)
        self.step_size_down = integer("CyclicLR: step_size_down", down)
        self.mode, self.gamma, self.scale_fn, self.scale_mode = mode, gamma, scale_fn, scale_mode
        super().__init__(optimizer, base_lr, (base_momentum, max_momentum) if cycle_momentum else None)

    def rate(self, t: int, initial: float) -> float:
        return initial + (self.max_lr - initial) * self._height(t)

    def momentum(self, t: int, low: float, high: float) -> float:
        return high - (high - low) * self._height(t)

    def _height(self, t: int) -> float:
        length = self.step_size_up + self.step_size_down
        cycle, since = divmod(t, length)
        return self._scale(t, cycle) * min(since / self.step_size_up, (length - since) / self.step_size_down)

    def _scale(self, t: int, cycle: int) -> float:
        if self.scale_fn is not None:
            return self.scale_fn(cycle + 1 if self.scale_mode == "cycle" else t)
        return {"triangular": 1.0, "triangular2": 0.5**cycle, "exp_range": self.gamma**t}[self.mode]
