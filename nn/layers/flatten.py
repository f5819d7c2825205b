"""From images to rows, and back."""

from __future__ import annotations

import math
from collections.abc import Sequence

from numpy.typing import ArrayLike

from autograd import Tensor
from autograd.arguments import as_tensor
from autograd.arrays import in_a_tuple, integer
from nn.layers.input import Speaker, refusal, with_axis
from nn.layers.layer import Layer


def flatten(input: Tensor | ArrayLike, start_dim: int = 0, end_dim: int = -1, *,
            speaker: Speaker = "flatten") -> Tensor:
    """Axes `start_dim` to `end_dim`, both included, as one, in row-major order: (N, C, H, W) from 1 is (N, C * H * W).

    A number becomes one of shape (1,). Raises ValueError for input without these axes.
    """
    input = as_tensor(input)
    if input.ndim == 0:
        input = input.reshape(1)
    first, last = (axis + input.ndim if axis < 0 else axis for axis in (start_dim, end_dim))
    if not 0 <= first <= last < input.ndim:
        raise refusal(speaker, f"input with axes {start_dim} to {end_dim}", input)
    if first == last:
        return input
    shape = input.shape
    return input.reshape((*shape[:first], math.prod(shape[first : last + 1]), *shape[last + 1 :]))


class Flatten(Layer):
    """(N, C, H, W) to (N, C * H * W): axes `start_dim` to `end_dim`, both included, as one, in row-major order.

    Any dtype. Raises ValueError for input without these axes.
    """

    def __init__(self, start_dim: int = 1, end_dim: int = -1) -> None:
        self.start_dim, self.end_dim = start_dim, end_dim

    def forward(self, input: ArrayLike) -> Tensor:
        return flatten(input, self.start_dim, self.end_dim, speaker=self)


class Unflatten(Layer):
    """Axis `dim` as several of `unflattened_size`: (N, C * H * W) to (N, C, H, W).

    One of the sizes may be -1: what remains of the axis. Any dtype. Raises ValueError where they do not make the axis.
    """

    def __init__(self, dim: int, unflattened_size: Sequence[int]) -> None:
        self.dim = dim
        self.unflattened_size = tuple(integer("Unflatten: each of unflattened_size", n, least=-1)
                                      for n in in_a_tuple(unflattened_size))

    def forward(self, input: ArrayLike) -> Tensor:
        input = with_axis(self, as_tensor(input), self.dim)
        axis = self.dim % input.ndim
        known = math.prod(n for n in self.unflattened_size if n != -1)
        length = input.shape[axis]
        if length != known and (-1 not in self.unflattened_size or not known or length % known):
            raise refusal(self, f"an axis {self.dim} that is {' * '.join(map(str, self.unflattened_size))}", input)
        shape = *input.shape[:axis], *self.unflattened_size, *input.shape[axis + 1 :]
        return input.reshape(shape)
