"""Protocols of what `fit` steps: optimizers and schedulers of `optim`, which `nn` does not import, or of your own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol


class Optimizer(Protocol):
    """What changes parameters by their gradients."""

    param_groups: list[dict[str, Any]]

    @property
    def step(self) -> Callable[..., object]:
        """Change every parameter."""

    @property
    def zero_grad(self) -> Callable[..., object]:
        """Forget all gradients."""


class Schedule(Protocol):
    """What changes an optimizer's learning rate from step to step."""

    @property
    def step(self) -> Callable[..., object]:
        """Set the rate of the next step, perhaps by a loss."""
