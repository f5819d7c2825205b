"""fit: the training loop."""

from __future__ import annotations

import inspect
import math
import os
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, Literal

from autograd import Tensor
from autograd.errors import AnomalyError
from nn.foreign_names import refuses_foreign_options
from nn.module import Module
from nn.training import arguments
from nn.training.callbacks import Callback, Run
from nn.training.checkpoint import load_checkpoint, save_checkpoint
from nn.training.evaluation import Loss, Metrics, Tally, evaluate, forward, nan_in
from nn.training.history import History
from nn.training.progress import ProgressBar
from nn.training.protocols import Optimizer, Schedule

Watcher = Callback | Callable[[Run], object]


@refuses_foreign_options
def fit(model: Module, data: Iterable[Any], loss: Loss, optimizer: Optimizer, epochs: int, *,
        validation: Iterable[Any] | None = None, metrics: Metrics | None = None, scheduler: Schedule | None = None,
        schedule_every: Literal["epoch", "batch"] = "epoch",
        clip_gradients: Callable[[Iterable[Any]], object] | None = None, callbacks: Sequence[Watcher] = (),
        progress: bool = True, checkpoint: str | os.PathLike[str] | None = None) -> History:
    """Train `model` on batches `(input, ..., target)` for `epochs` passes over `data`, and return what was measured.

    Each step: `loss(model(input), target).backward()`, then, if given, `clip_gradients` of what the optimizer steps
    (for instance `partial(optim.clip_grad_norm_, max_norm=1.0)`), then `optimizer.step()`. `validation` is a DataLoader
    or a tuple of arrays; `metrics` are names from `nn.metrics`, functions `(outputs, targets) -> number`, or a dict of
    them, which keep an epoch's outputs in memory. `scheduler.step()` runs every epoch (given the validation loss, or
    else the training loss, if it takes a value) or every batch. With `checkpoint`, every epoch is saved to that file,
    and if the file exists the run continues from it and ends with the same bits as one that was never stopped.
    Raises ValueError for data without batches, AnomalyError when the loss is not finite, StorageError for a bad file.
    """
    arguments.check(model, data, loss, optimizer, epochs, schedule_every, scheduler, clip_gradients, callbacks, metrics,
                    validation, checkpoint)
    run = Run(model, optimizer, scheduler, epochs)
    watchers = [arguments.as_callback(callback) for callback in callbacks]
    saved = _Saved(checkpoint, run, watchers, loss=loss, data=data, validation=validation)
    saved.resume()
    started = time.perf_counter()
    with ProgressBar(epochs, data, done=run.epoch, show=progress) as bar:
        _tell(watchers, "on_fit_start", run)
        while run.epoch < epochs and not run.stop:
            rate, tally = _learning_rate(optimizer), Tally(loss, metrics)
            model.train()
            for batch in data:
                _step(run, batch, loss, tally, clip_gradients, watchers)
                if schedule_every == "batch" and scheduler is not None:
                    scheduler.step()
                bar.batch(tally.mean)
            row = {**tally.result(), "lr": rate, **_validated(model, validation, loss, metrics)}
            if schedule_every == "epoch" and scheduler is not None:
                _step_scheduler(scheduler, row)
            run.epoch += 1
            run.history.append(row)
            _tell(watchers, "on_epoch_end", run)
            saved.write()
            bar.epoch_end(run.epoch, row)
    _tell(watchers, "on_fit_end", run)
    run.history.seconds = time.perf_counter() - started
    return run.history


def _tell(watchers: Sequence[Callback], event: str, run: Run) -> None:
    for watcher in watchers:
        getattr(watcher, event)(run)


def _step(run: Run, batch: Any, loss: Loss, tally: Tally, clip_gradients: Callable[[Iterable[Any]], object] | None,
          watchers: Sequence[Callback]) -> None:
    """One step of the optimizer on one batch."""
    run.optimizer.zero_grad()
    outputs, targets = forward(run.model, batch)
    value = loss(outputs, targets)
    run.loss = _checked(value, run, batch)
    value.backward()
    if run.step == 0:
        arguments.check_reached(run.model, run.optimizer)
    if clip_gradients is not None:
        clip_gradients([p for group in run.optimizer.param_groups for p in group["params"]])  # others are never zeroed
    _tell(watchers, "on_backward_end", run)
    run.optimizer.step()
    run.step += 1
    tally.add(run.loss, outputs, targets)
    _tell(watchers, "on_batch_end", run)


def _checked(value: Any, run: Run, batch: Any) -> float:
    """A loss as a number. Raises unless it is one number, finite, and depends on something that is trained."""
    if not isinstance(value, Tensor):
        raise TypeError(f"the loss must return a Tensor, got {type(value).__name__}")
    if value.size != 1:
        raise ValueError(f"fit expected a loss of one number, got shape {value.shape}; give the loss reduction='mean'")
    number = value.item()
    if not math.isfinite(number):
        raise AnomalyError(
            f"the loss became {number} in epoch {run.epoch + 1}, step {run.step + 1}, at learning rate "
            f"{_learning_rate(run.optimizer):.4g}; "
            + (nan_in(batch) or "lower the rate, pass clip_gradients=, or run under autograd.detect_anomaly() to find "
                                "the operation that went wrong first")
        )
    if not value.requires_grad:
        raise ValueError("the loss does not depend on any parameter that requires grad: are all of them frozen, or "
                         "does forward leave the graph with .data, .numpy(), .detach() or no_grad()?")
    return float(number)


def _validated(model: Module, data: Any, loss: Loss, metrics: Metrics | None) -> dict[str, Any]:
    """The columns of the history that are measured on other data, if there are any."""
    measured = {} if data is None else evaluate(model, data, loss=loss, metrics=metrics)
    return {f"validation_{name}": value for name, value in measured.items()}


class _Saved:
    """The checkpoint of a run, if there is to be one."""

    def __init__(self, path: str | os.PathLike[str] | None, run: Run, watchers: Sequence[Callback],
                 **others: Any) -> None:
        self.path, self.run = path, run
        self.parts = {"model": run.model, "optimizer": run.optimizer, "history": run.history}
        self.parts |= {"scheduler": run.scheduler} if run.scheduler is not None else {}
        self.parts |= {name: part for name, part in others.items() if _has_state(part)}
        self.parts |= {f"callback{number}": watcher for number, watcher in enumerate(watchers)}

    def resume(self) -> None:
        if self.path is not None and Path(self.path).exists():
            counts = load_checkpoint(self.path, **self.parts)["run"]
            self.run.epoch, self.run.step, self.run.stop = counts["epoch"], counts["step"], counts["stop"]

    def write(self) -> None:
        if self.path is not None:
            counts = {"epoch": self.run.epoch, "step": self.run.step, "stop": self.run.stop}
            save_checkpoint(self.path, run=counts, **self.parts)


def _has_state(part: Any) -> bool:
    """Whether a loader, or a loss with parameters of its own, has anything to save."""
    return hasattr(part, "load_state_dict") and bool(part.state_dict())


def _learning_rate(optimizer: Optimizer) -> float:
    return float(optimizer.param_groups[0]["lr"])


def _step_scheduler(scheduler: Schedule, row: dict[str, Any]) -> None:
    wanted = inspect.signature(scheduler.step).parameters.values()
    if any(p.default is p.empty and p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD) for p in wanted):
        scheduler.step(row.get("validation_loss", row["loss"]))
    else:
        scheduler.step()
