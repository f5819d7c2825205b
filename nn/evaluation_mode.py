"""A model in evaluation mode for a while."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from nn.module import Module


@contextmanager
def evaluating(model: Module) -> Iterator[None]:
    """Within this context every module evaluates; afterwards each has the `training` that it had before."""
    before = [(module, module.training) for module in model.modules()]
    model.eval()
    try:
        yield
    finally:
        for module, training in before:
            module.training = training
