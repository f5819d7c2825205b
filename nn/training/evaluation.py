"""What a model is worth on data: the loss and the metrics over all of it, and how a batch is read."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

import nn.metrics
from autograd import Tensor, no_grad
from nn.data import DataLoader
from nn.mode import evaluating
from nn.module import Module

Loss = Callable[[Any, Any], Any]
Metric = Callable[..., Any]  # (outputs, targets) -> a number
Metrics = Mapping[str, Metric] | Sequence[str | Metric]


def evaluate(
    model: Module, data: Any, *, loss: Loss, metrics: Metrics | None = None, batch_size: int = 256
) -> dict[str, Any]:
    """Return `{"loss": ..., metric: ...}` of a model in evaluation mode over `data`, without recording a graph.

    `data` is a DataLoader or another iterable of batches, or a tuple of arrays, which is cut into batches of
    `batch_size`. The loss is the mean over samples of the loss of their batch; metrics see all outputs at once. Every
    module's training mode is as before afterwards. Raises ValueError if there is no data.
    """
    batches = DataLoader(data, batch_size) if isinstance(data, tuple) else data
    tally = Tally(loss, metrics)
    with evaluating(model), no_grad():
        for batch in batches:
            outputs, targets = forward(model, batch)
            tally.add(loss(outputs, targets).item(), outputs, targets)
    return tally.result()


def forward(model: Module, batch: Any) -> tuple[Any, Any]:
    """The model's outputs and the targets of a batch `(input, ..., target)`; a lone Tensor is its own target."""
    *inputs, targets = _parts(batch)
    return model(*(inputs or [targets])), targets


def _parts(batch: Any) -> Sequence[Any]:
    if isinstance(batch, Tensor):
        return [batch]
    expected = "a batch is (input, ..., target) or one Tensor"
    if not isinstance(batch, tuple | list):
        raise TypeError(f"{expected}, got a {type(batch).__name__}; for arrays write a tuple of them, (x, y)")
    if len(batch) < 2:
        raise ValueError(f"{expected}, got a {type(batch).__name__} of length {len(batch)}")
    return batch


def nan_in(batch: Any) -> str:
    """Which part of a batch holds numbers that are not finite, and where; empty if none does."""
    for position, part in enumerate(_parts(batch)):
        values = plain(part)
        if values.dtype.kind in "fc" and not np.isfinite(values).all():
            at = tuple(int(i) for i in np.argwhere(~np.isfinite(values))[0])
            return f"part {position} of the batch holds {values[at]} at index {at} already: look at the data"
    return ""


class Tally:
    """Collects the losses of batches, and the outputs that metrics need, over an epoch."""

    def __init__(self, loss: Loss, metrics: Metrics | None) -> None:
        self.metrics = resolve(metrics, loss)
        self.weighted = 0.0
        self.samples = 0
        self.outputs: list[Any] = []
        self.targets: list[Any] = []

    def add(self, loss: float, outputs: Any, targets: Any) -> None:
        """Add a batch with its mean loss."""
        count = len(targets)
        self.weighted += loss * count
        self.samples += count
        if self.metrics:
            self.outputs.append(plain(outputs))
            self.targets.append(plain(targets))

    @property
    def mean(self) -> float:
        """The mean loss over the samples so far."""
        return self.weighted / self.samples if self.samples else math.nan

    def result(self) -> dict[str, Any]:
        """The loss, and every metric over all outputs. Raises ValueError if no batch was added."""
        if self.samples == 0:
            raise ValueError(
                "the data gave no batches; a generator gives its batches once, so pass a DataLoader or a list"
            )
        result: dict[str, Any] = {"loss": self.mean}
        if self.metrics:
            outputs, targets = np.concatenate(self.outputs), np.concatenate(self.targets)
            for name, metric in self.metrics.items():
                value = metric(outputs, targets)
                result[name] = value.tolist() if hasattr(value, "tolist") else value
        return result


def plain(values: Any) -> Any:
    """The array of a Tensor, or what NumPy makes of anything else."""
    return values.data if isinstance(values, Tensor) else np.asarray(values)


def resolve(metrics: Metrics | None, loss: Loss) -> dict[str, Metric]:
    """Metrics by name. A name is that of a function in `nn.metrics`, which is told if the loss takes logits."""
    if metrics is None:
        return {}
    if isinstance(metrics, Mapping):
        return dict(metrics)
    if isinstance(metrics, str):
        raise TypeError(f"metrics expected a list of names and functions, or a dict; write [{metrics!r}]")
    chosen: dict[str, Metric] = {}
    for metric in metrics:
        if not isinstance(metric, str):
            chosen[getattr(metric, "__name__", type(metric).__name__)] = metric
        elif metric in nn.metrics.__all__:
            chosen[metric] = _with_threshold(getattr(nn.metrics, metric), loss)
        else:
            raise ValueError(f"no metric is called {metric!r}; there are {', '.join(nn.metrics.__all__)}")
    return chosen


def _with_threshold(metric: Metric, loss: Loss) -> Metric:
    logits = type(loss).__name__ == "BCEWithLogitsLoss" or getattr(loss, "from_logits", False)
    if not logits or metric in (nn.metrics.top_k, nn.metrics.mae, nn.metrics.r2):
        return metric
    return lambda outputs, targets: metric(outputs, targets, threshold=0.0)
