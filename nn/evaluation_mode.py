"""A model in evaluation mode for a while."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from nn.module import Module


@contextmanager
def keeping_mode(model: Module) -> Iterator[None]:
    """After this context every module has the `training` that it had before."""
    before = [(module, module.training) for module in model.modules()]
    try:
        yield
    finally:
        for module, training in before:
            module.training = training


@contextmanager
def evaluating(model: Module) -> Iterator[None]:
    """Within this context every module evaluates; afterwards each is in the mode that it was in before."""
    with keeping_mode(model):
        model.eval()
        yield
