"""How layers with weights begin, as PyTorch's do: the more inputs a unit has, the smaller its weights."""

from __future__ import annotations

import math

from nn import init
from nn.module import Module


def draw_uniform(layer: Module, inputs: int) -> None:
    """Draw all parameters of a layer, uniform on ±1 / sqrt(inputs): its outputs vary a third as much as its inputs."""
    bound = 1 / math.sqrt(inputs)
    for parameter in layer.parameters():
        init.uniform_(parameter, -bound, bound)
