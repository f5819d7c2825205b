"""The initial weights of layers, PyTorch's: the more inputs a unit has, the smaller its weights."""

from __future__ import annotations

import math
from collections.abc import Collection
from typing import Any

import numpy as np

from nn import init
from nn.layers.input import Shapes
from nn.module import Module
from nn.parameter import Parameter


def hold(layer: Module, shapes: Shapes, dtype: np.dtype[Any], without: Collection[str] = ()) -> None:
    """Give a layer its weights, initially zeros, and None in place of those it goes `without`."""
    for name, shape in shapes.items():
        setattr(layer, name, None if name in without else Parameter(np.zeros(shape), dtype=dtype))


def draw_uniform(layer: Module, inputs: int) -> None:
    """Draw all parameters of a layer, uniform on ±1 / sqrt(inputs): its outputs vary a third as much as its inputs."""
    bound = 1 / math.sqrt(inputs)
    for parameter in layer.parameters():
        init.uniform_(parameter, -bound, bound)
