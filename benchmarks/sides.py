"""What the two network libraries have in common: the names of layers and optimizers, and the training step.

A workload written once for both libraries contains `cleargrad, torch = sides.both(_step)`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Library:
    """A library to train with: its layers, optimizers and functions of tensors, and its `tensor` and `no_grad`."""

    nn: Any
    optim: Any
    functions: Any
    tensor: Callable[..., Any]
    no_grad: Callable[[], Any]

    def step(self, model: Any, loss: Any, x: np.ndarray, y: np.ndarray, optimizer: Any = None) -> Callable[[], None]:
        """One training step, as users of either library write it; by Adam unless an optimizer is given."""
        x, y = self.tensor(x), self.tensor(y)
        optimizer = self.optim.Adam(model.parameters()) if optimizer is None else optimizer

        def run() -> None:
            optimizer.zero_grad()
            loss(model(x), y).backward()
            optimizer.step()

        return run


def cleargrad() -> Library:
    """The library itself, cleargrad."""
    import nn
    import optim
    from autograd import no_grad, tensor

    return Library(nn, optim, np, tensor, no_grad)


def torch() -> Library:
    """PyTorch."""
    import torch

    return Library(torch.nn, torch.optim, torch, torch.tensor, torch.no_grad)


Side = Callable[..., Callable[[], Any]]


def both(workload: Side) -> tuple[Side, Side]:
    """The sides `cleargrad` and `torch` of a workload, which takes a library and then the arguments of a case."""
    return partial(_side, cleargrad, workload), partial(_side, torch, workload)


def _side(library: Callable[[], Library], workload: Side, *case: Any, **named: Any) -> Callable[[], Any]:
    return workload(library(), *case, **named)  # imported only in the process that measures it
