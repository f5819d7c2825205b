"""What constructors of layers and losses say to those who give them the data that the layer is to be called with."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from autograd import Tensor

PLACES = ("nn.layers.", "nn.losses.")
"""Where the classes are whose constructors take no data; a user's own may."""


def taking_no_data(constructor: Callable[..., None]) -> Callable[..., None]:
    """The constructor, refusing a tensor or an array of floats as its first argument: `nn.ReLU(x)`."""

    @functools.wraps(constructor)
    def construct(self: Any, *arguments: Any, **options: Any) -> None:
        loss = constructor.__module__.startswith("nn.losses.")  # whose first argument may be the weights of classes
        if len(arguments) > loss and _is_data(arguments[0]):
            name, data = type(self).__name__, "outputs, targets" if loss else "x"
            raise TypeError(f"{name} is made first, of options, and then called with data: "
                            f"write layer = nn.{name}(...), then layer({data})")
        constructor(self, *arguments, **options)

    return construct


def _is_data(x: Any) -> bool:
    return isinstance(x, Tensor) or (isinstance(x, np.ndarray) and x.dtype.kind == "f")
