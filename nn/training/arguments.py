"""The arguments of `fit`, each checked before the first step, with messages that say what to write."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from os import PathLike
from typing import Any

from autograd.arrays import integer, one_of
from autograd.errors import require_directory
from nn.foreign_files import refuse_foreign_name
from nn.module import Module
from nn.training.callbacks import Callback
from nn.training.evaluation import Loss, Metrics, resolve


def check(model: Any, data: Any, loss: Loss, optimizer: Any, epochs: Any, schedule_every: str, scheduler: Any,
          clip_gradients: Any, callbacks: Any, metrics: Metrics | None, validation: Any, checkpoint: Any) -> None:
    """Raise TypeError for an argument of another kind than `fit` expects, ValueError for a value out of range."""
    _expect("model", isinstance(model, Module), "an nn.Module", model)
    _expect("loss", callable(loss), "a function of outputs and targets such as nn.CrossEntropyLoss()", loss)
    _expect("optimizer", hasattr(optimizer, "step") and hasattr(optimizer, "param_groups"),
            "an optimizer such as optim.Adam(model.parameters())", optimizer)
    _expect("scheduler", scheduler is None or hasattr(scheduler, "step"), "a schedule of optim.schedulers", scheduler)
    if getattr(scheduler, "optimizer", optimizer) is not optimizer:
        raise ValueError(f"fit expected a scheduler of the optimizer that it steps, got {scheduler!r} of another; "
                         f"write {type(scheduler).__name__}(optimizer, ...)")
    _expect("clip_gradients", clip_gradients is None or callable(clip_gradients),
            "a function of the parameters such as partial(optim.clip_grad_norm_, max_norm=1.0)", clip_gradients)
    _expect("callbacks", isinstance(callbacks, Sequence), "a list, [callback, ...]", callbacks)
    if isinstance(data, tuple):
        raise TypeError("fit expected batches, got a tuple of arrays; "
                        "write nn.data.DataLoader((x, y), batch_size=32, shuffle=True)")
    batches = "batches such as nn.data.DataLoader((x, y), batch_size=32)"
    _expect("data", _is_iterable(data), batches, data)
    _expect("validation", validation is None or _is_iterable(validation), f"(x, y), or {batches}", validation)
    integer("fit: epochs", epochs, least=0)
    one_of("fit: schedule_every", schedule_every, ("epoch", "batch"))
    resolve(metrics, loss)
    if checkpoint is not None:
        _expect("checkpoint", isinstance(checkpoint, (str, PathLike)), "the path of a file", checkpoint)
        refuse_foreign_name(checkpoint)
        require_directory(checkpoint)  # and not after the first epoch


def _is_iterable(x: Any) -> bool:
    return hasattr(x, "__iter__") or hasattr(x, "__getitem__")


def check_reached(model: Module, optimizer: Any) -> None:
    """Raise ValueError after a backward pass for parameters that are stepped in vain: often a layer was replaced."""
    own = {id(parameter) for parameter in model.parameters()}
    lost = [p for group in optimizer.param_groups for p in group["params"]
            if p.requires_grad and p.grad is None and id(p) not in own]
    if lost:
        raise ValueError(f"the optimizer has {len(lost)} parameters that are not the model's, and on which the loss "
                         "does not depend; make the optimizer after the last layer was replaced")


def as_callback(given: Callback | Callable[[Any], object]) -> Callback:
    """A callback, or a plain function as one."""
    if isinstance(given, Callback):
        return given
    _expect("a callback", callable(given), "an nn.Callback or a function of the run", given)
    return _Function(given)


class _Function(Callback):
    """A plain function, called at the end of every epoch."""

    def __init__(self, function: Callable[[Any], object]) -> None:
        self.function = function

    def on_epoch_end(self, run: Any) -> None:
        self.function(run)


def _expect(name: str, fits: bool, expected: str, came: Any) -> None:
    if isinstance(came, type):
        raise TypeError(f"fit: {name} must be {expected}, got the class {came.__name__}; make one: "
                        f"{came.__name__}(...)")
    if not fits:
        raise TypeError(f"fit: {name} must be {expected}, got {_described(came)}")


def _described(value: Any) -> str:
    short = isinstance(value, str | int | float)
    return repr(value) if short else type(value).__name__
