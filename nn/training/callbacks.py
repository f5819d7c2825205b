"""Callbacks, which watch and steer a run of `fit`; early stopping is one."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import nn.metrics
from autograd.arrays import integer, one_of
from nn.foreign_names import refuses_foreign_options
from nn.layers.arguments import nonnegative
from nn.module import Module
from nn.training.history import History
from nn.training.protocols import Optimizer, Schedule


@dataclass
class Run:
    """A run of `fit` as its callbacks see it: what is trained, the progress, and the metrics so far.

    Setting `stop` ends it after the epoch.
    """

    model: Module
    optimizer: Optimizer
    scheduler: Schedule | None
    epochs: int
    history: History = field(default_factory=History)
    epoch: int = 0  # how many are complete
    step: int = 0  # how many times the optimizer has stepped
    loss: float = math.nan  # of the newest batch
    stop: bool = False


class Callback:
    """Override what you need; every method is given the `Run`. A plain function `f(run)` serves as `on_epoch_end`.

    A callback with state returns it from `state_dict()` and restores it in `load_state_dict()`, so that checkpoints
    include it.
    """

    def on_fit_start(self, run: Run) -> None:
        """Before the first epoch, after a checkpoint was loaded."""

    def on_backward_end(self, run: Run) -> None:
        """After the gradients are there (and clipped), before the optimizer steps."""

    def on_batch_end(self, run: Run) -> None:
        """After the optimizer has stepped."""

    def on_epoch_end(self, run: Run) -> None:
        """After validation, when `run.history` has the epoch's row and before the checkpoint is written."""

    def on_fit_end(self, run: Run) -> None:
        """After the last epoch."""

    def state_dict(self) -> dict[str, Any]:
        """The state of this callback that a checkpoint must save."""
        return {}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Restore what `state_dict` returned."""


class EarlyStopping(Callback):
    """Stop when `monitor` has not improved by more than `min_delta` for `patience` epochs; then keep the best weights.

    `mode="min"` or `"max"` says what is better: of a loss and `mae` less, of the other metrics of `nn.metrics` more.
    Raises ValueError for a patience below 1, a metric of your own without `mode`, or if the history has no such column.
    """

    @refuses_foreign_options
    def __init__(self, patience: int = 5, *, monitor: str = "validation_loss", min_delta: float = 0.0,
                 mode: Literal["min", "max"] | None = None, restore_best: bool = True) -> None:
        one_of("EarlyStopping: mode", mode, (None, "min", "max"))
        nonnegative("EarlyStopping", min_delta=min_delta)
        self.patience = integer("EarlyStopping: patience", patience)
        self.monitor = monitor
        self.min_delta = min_delta
        self.mode = mode or _direction(monitor)
        self.restore_best = restore_best
        self.best: float | None = None
        self.best_epoch = 0
        self.weights: dict[str, Any] | None = None

    def on_fit_start(self, run: Run) -> None:
        if run.epoch == 0:  # another run than the last, perhaps of another model
            self.best, self.best_epoch, self.weights = None, 0, None

    def on_epoch_end(self, run: Run) -> None:
        if self.monitor not in run.history.columns:
            hint = "; pass validation=" if self.monitor.startswith("validation_") else ""
            raise ValueError(f"EarlyStopping monitors {self.monitor!r}, the history has "
                             f"{list(run.history.columns)}{hint}")
        value = run.history[self.monitor][-1]
        if self.best is None or self._better(value):
            self.best, self.best_epoch = value, run.epoch
            if self.restore_best:
                self.weights = run.model.state_dict()
        elif run.epoch - self.best_epoch >= self.patience:
            run.stop = True

    def on_fit_end(self, run: Run) -> None:
        if self.weights is not None:
            run.model.load_state_dict(self.weights)

    def _better(self, value: float) -> bool:
        assert self.best is not None
        if math.isnan(self.best):
            return not math.isnan(value)
        gain = self.best - value if self.mode == "min" else value - self.best
        return gain > self.min_delta

    def state_dict(self) -> dict[str, Any]:
        return {"best": self.best, "best_epoch": self.best_epoch, "weights": self.weights}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        self.best, self.best_epoch, self.weights = state["best"], state["best_epoch"], state["weights"]


def _direction(monitor: str) -> Literal["min", "max"]:
    """Whether a smaller or a larger value is better in a column that `fit` makes."""
    name = monitor.removeprefix("validation_")
    if name in ("loss", "mae"):
        return "min"
    if name in nn.metrics.__all__:
        return "max"
    hint = f"monitor='validation_{name[4:]}'" if name.startswith("val_") else "mode='min' or mode='max'"
    raise ValueError(f"EarlyStopping(monitor={monitor!r}) cannot know what is better; write {hint}")
