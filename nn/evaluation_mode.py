"""Context managers: a model in evaluation mode, and its `training` flags restored."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from nn.module import Module


@contextmanager
def keeping_mode(model: Module) -> Iterator[None]:
    """After this context every module has the same `training` flag as before."""
    before = [(module, module.training) for module in model.modules()]
    try:
        yield
    finally:
        for module, training in before:
            module.training = training


@contextmanager
def evaluating(model: Module) -> Iterator[None]:
    """Within this context every module is in evaluation mode; afterwards each has its earlier mode again."""
    with keeping_mode(model):
        model.eval()
        yield
