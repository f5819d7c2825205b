"""Evaluating a model: the loss and the metrics over a whole data set, and how a batch is read."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

import nn.metrics
from autograd import Tensor, no_grad
from autograd.boundary import as_plain
from autograd.errors import name_of, require_function
from nn.data import DataLoader
from nn.evaluation_mode import evaluating
from nn.kernels.indices import first_index
from nn.losses.binary import BCEWithLogitsLoss, binary_cross_entropy_with_logits
from nn.losses.categorical import CrossEntropyLoss, cross_entropy
from nn.module import Module

Loss = Callable[[Any, Any], Any]
Metric = Callable[..., Any]  # (outputs, targets) -> a number
Metrics = Mapping[str, Metric] | Sequence[str | Metric]


def evaluate(model: Module, data: Iterable[Any], loss: Loss, *, metrics: Metrics | None = None,
             batch_size: int = 256) -> dict[str, Any]:
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
        raise TypeError(f"{expected}, got {type(batch).__name__}; for arrays write a tuple of them, (x, y)")
    if len(batch) < 2:
        raise ValueError(f"{expected}, got {type(batch).__name__} of length {len(batch)}")
    return batch


def nan_in(batch: Any) -> str:
    """Which part of a batch holds numbers that are not finite, and where; empty if none does."""
    for position, part in enumerate(_parts(batch)):
        values = np.asarray(as_plain(part))
        if values.dtype.kind in "fc" and not np.isfinite(values).all():
            at = first_index(~np.isfinite(values))
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
            self.outputs.append(np.array(as_plain(outputs)))  # copies: the data's owner may reuse its memory
            self.targets.append(np.array(as_plain(targets)))

    @property
    def mean(self) -> float:
        """The mean loss over the samples so far."""
        return self.weighted / self.samples if self.samples else math.nan

    def result(self) -> dict[str, Any]:
        """The loss, and every metric over all outputs. Raises ValueError if no batch was added."""
        if self.samples == 0:
            raise ValueError("the data gave no batches; a generator gives its batches once, so pass a DataLoader or a "
                             "list")
        result: dict[str, Any] = {"loss": self.mean}
        if self.metrics:
            outputs, targets = np.concatenate(self.outputs), np.concatenate(self.targets)
            for name, metric in self.metrics.items():
                value = metric(outputs, targets)
                result[name] = value.tolist() if hasattr(value, "tolist") else value
        return result


def resolve(metrics: Metrics | None, loss: Loss) -> dict[str, Metric]:
    """Metrics by name. A name is that of a function in `nn.metrics`, which is told how the loss reads its arguments.

    Raises ValueError for an unknown name, for two metrics of one name, and for a name that the history has already.
    """
    if isinstance(metrics, str):
        raise TypeError(f"metrics must be a list of names and functions, or a dict; write [{metrics!r}]")
    named = metrics.items() if isinstance(metrics, Mapping) else map(_named, metrics or ())
    chosen: dict[str, Metric] = {}
    for name, metric in named:
        if name in chosen or name in ("loss", "lr"):
            taken = "two metrics are called" if name in chosen else "the history has a column"
            raise ValueError(f"{taken} {name!r}; give metrics as a dict with other names: {{'name': function}}")
        if not isinstance(metric, str):
            require_function(metric, "metrics", "metrics=['accuracy'], or functions of outputs and targets")
            chosen[name] = metric
        elif metric in nn.metrics.__all__:
            chosen[name] = _as_the_loss_reads(getattr(nn.metrics, metric), loss)
        else:
            raise ValueError(f"no metric is called {metric!r}; there are {', '.join(nn.metrics.__all__)}")
    return chosen


def _named(metric: str | Metric) -> tuple[str, str | Metric]:
    return metric if isinstance(metric, str) else name_of(metric), metric


def _as_the_loss_reads(metric: Metric, loss: Loss) -> Metric:
    """The metric, told what the loss says of outputs and targets: that one class holds, or that 0 is the middle."""
    if metric in (nn.metrics.mae, nn.metrics.r2):
        return metric
    if isinstance(loss, CrossEntropyLoss) or loss is cross_entropy:
        return lambda outputs, targets: metric(outputs, _classes(outputs, targets))
    logits = isinstance(loss, BCEWithLogitsLoss) or loss is binary_cross_entropy_with_logits
    if metric is nn.metrics.top_k or not (logits or getattr(loss, "from_logits", False)):
        return metric
    return lambda outputs, targets: metric(outputs, targets, threshold=0.0)


def _classes(outputs: Any, targets: Any) -> Any:
    """The targets as class indices: of targets that are probabilities of classes, the likeliest class."""
    soft = targets.shape == outputs.shape and targets.ndim > 1 and targets.dtype.kind == "f"
    return targets.argmax(axis=1) if soft else targets
