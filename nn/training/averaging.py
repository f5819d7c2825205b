"""Averages of a model's weights during training, which often generalize better than the final ones."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from typing import Any, Literal

import numpy as np

from autograd import Tensor, no_grad
from autograd.arrays import integer, one_of
from autograd.errors import require_instance
from nn.evaluation_mode import keeping_mode
from nn.foreign_names import refuses_foreign_options
from nn.layers.arguments import probability
from nn.module import Module
from nn.parameter import overwrite
from nn.training.callbacks import Callback, Run
from nn.training.evaluation import forward


class AveragedModel(Module):
    """A copy of a model whose parameters are averages of those passed to `update_parameters`.

    A plain average, `a <- a + (w - a) / n` with the n-th model, or with a `decay` an exponential one, `a <- decay a +
    (1 - decay) w`. The first model is taken as it is. Buffers are the newest, or with `use_buffers` averages too,
    except integers. It is called like the model, and never trained: its parameters are frozen. Keys are PyTorch's.
    Raises ValueError for a decay that is not between 0 and 1.
    Source: Izmailov et al., arXiv:1803.05407; Polyak & Juditsky 1992.
    """

    n_averaged: Tensor

    @refuses_foreign_options
    def __init__(self, model: Module, decay: float | None = None, *, use_buffers: bool = False) -> None:
        require_instance(model, Module, "AveragedModel", "an nn.Module")
        if decay is not None:
            probability("AveragedModel", decay=decay)
        self.decay, self.use_buffers = decay, use_buffers
        self.register_buffer("n_averaged", np.array(0))
        self.module = copy.deepcopy(model).requires_grad_(False)
        self.module.zero_grad()

    def forward(self, *inputs: Any, **options: Any) -> Any:
        """The model's output with averaged parameters."""
        return self.module(*inputs, **options)

    def update_parameters(self, model: Module) -> None:
        """Add the present parameters of `model` to the average: after each step, or after each epoch.

        Raises ValueError for a model of other parameters, and changes nothing then.
        """
        number = int(self.n_averaged.item()) + 1
        share = 1 / number if self.decay is None else 1 - self.decay
        averages, given = (dict([*of.named_parameters(), *of.named_buffers()]) for of in (self.module, model))
        if differing := [path for path in averages.keys() | given.keys()
                         if path not in given or path not in averages or given[path].shape != averages[path].shape]:
            raise ValueError(f"AveragedModel averages a {type(self.module).__name__}; this {type(model).__name__} has "
                             f"other parameters or buffers: {', '.join(sorted(differing))}")
        learned = {path for path, _ in model.named_parameters()}
        for path, average in averages.items():
            now = given[path]._value
            if number > 1 and (path in learned or (self.use_buffers and average.dtype.kind in "fc")):
                now = average._value + share * (now - average._value)
            overwrite(average, now)
        overwrite(self.n_averaged, number)

    def extra_repr(self) -> str:
        return "" if self.decay is None else f"decay={self.decay}"


def update_bn(loader: Iterable[Any], model: Module) -> None:
    """Recompute the running statistics of batch normalization, as plain averages over all batches of `loader`.

    The statistics of an averaged model belong to weights other than its own. Batches are those that `nn.fit` takes. The
    training mode and the momentum of every module are restored.
    """
    layers: list[Any] = [module for module in model.modules()
                         if getattr(module, "num_batches_tracked", None) is not None]
    momenta = [layer.momentum for layer in layers]
    for layer in layers:
        layer.reset_running_stats()
        layer.momentum = None
    try:
        with keeping_mode(model), no_grad():
            model.train()
            for batch in loader if layers else ():
                forward(model, batch)
    finally:
        for layer, momentum in zip(layers, momenta, strict=True):
            layer.momentum = momentum


class WeightAveraging(Callback):
    """Update `averaged`, an `AveragedModel`, after every batch or every epoch, except in the first `skip` epochs.

    In these the weights are still far from their final values. A checkpoint of the run includes the average.
    Raises TypeError for anything but an `AveragedModel`.
    """

    def __init__(self, averaged: AveragedModel, *, every: Literal["batch", "epoch"] = "batch", skip: int = 0) -> None:
        if not isinstance(averaged, AveragedModel):
            raise TypeError(f"WeightAveraging expected an AveragedModel, got {type(averaged).__name__}; write "
                            "nn.AveragedModel(model), for a plain average, or nn.AveragedModel(model, decay=0.999)")
        one_of("WeightAveraging: every", every, ("batch", "epoch"))
        self.averaged, self.every, self.skip = averaged, every, integer("WeightAveraging: skip", skip, least=0)

    def on_batch_end(self, run: Run) -> None:
        if self.every == "batch" and run.epoch >= self.skip:
            self.averaged.update_parameters(run.model)

    def on_epoch_end(self, run: Run) -> None:
        if self.every == "epoch" and run.epoch > self.skip:
            self.averaged.update_parameters(run.model)

    def state_dict(self) -> dict[str, Any]:
        return self.averaged.state_dict()

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        self.averaged.load_state_dict(state)
