"""What the two network libraries have in common: the names of layers and optimizers, and the training step."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Library:
    """A library to train with: its layers, its optimizers, and how an array is copied into a tensor."""

    nn: Any
    optim: Any
    tensor: Callable[..., Any]
    no_grad: Callable[[], Any]

    def step(self, model: Any, loss: Any, optimizer: Any, x: Any, y: Any) -> Callable[[], None]:
        """One training step, as users of either library write it."""

        def run() -> None:
            optimizer.zero_grad()
            loss(model(x), y).backward()
            optimizer.step()

        return run


def cleargrad() -> Library:
    """The project itself."""
    import nn
    import optim
    from autograd import no_grad, tensor

    return Library(nn, optim, tensor, no_grad)


def torch() -> Library:
    """PyTorch."""
    import torch

    return Library(torch.nn, torch.optim, torch.tensor, torch.no_grad)
