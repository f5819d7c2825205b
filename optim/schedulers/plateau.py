"""The schedule that follows a metric."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf, isfinite
from typing import Any

from autograd import Tensor
from autograd.arrays import integer, one_of
from optim.optimizer import Optimizer

from .schedule import ByGroup, one_per_group


class ReduceLROnPlateau(ByGroup):
    """Reduces the rate by `factor` once a metric has not improved for more than `patience` steps.

        rate = max(min_lr, initial * factor^(number of reductions so far))

    `step(metric)` counts an improvement when the metric is better than the best so far by `threshold`: relatively
    (`threshold_mode="rel"`) or absolutely (`"abs"`), downwards (`mode="min"`) or upwards (`"max"`). After a reduction,
    `cooldown` steps pass before bad ones count again. `min_lr` is one number, or one per group. Raises ValueError for
    a factor outside (0, 1), an unknown mode, or a wrong number of minima.
    """

    def __init__(self, optimizer: Optimizer, mode: str = "min", factor: float = 0.1, patience: int = 10,
                 threshold: float = 1e-4, threshold_mode: str = "rel", cooldown: int = 0,
                 min_lr: float | Sequence[float] = 0.0) -> None:
        if not 0 < factor < 1:
            raise ValueError(f"ReduceLROnPlateau: factor must be in (0, 1), got {factor}")
        one_of("ReduceLROnPlateau: mode", mode, ("min", "max"))
        one_of("ReduceLROnPlateau: threshold_mode", threshold_mode, ("rel", "abs"))
        self.mode, self.factor, self.patience = mode, factor, integer("ReduceLROnPlateau: patience", patience, least=0)
        self.threshold, self.threshold_mode = threshold, threshold_mode
        self.cooldown, self.min_lr = integer("ReduceLROnPlateau: cooldown", cooldown, least=0), min_lr
        self.best = inf if mode == "min" else -inf
        self.bad_steps = self.cooling = self.reductions = 0
        super().__init__(optimizer)

    def rates(self, t: int, initials: Sequence[float]) -> list[float]:
        least = one_per_group(self, "min_lr", self.min_lr, len(initials))
        return [max(min(initial, low), initial * self.factor**self.reductions)
                for initial, low in zip(initials, least, strict=True)]

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
