"""The dense layer: every unit a small regression on all inputs."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from autograd import Tensor
from nn.kernels.linear import linear as _linear
from nn.layers.arguments import floating, positive_integers
from nn.layers.initial_weights import draw_uniform
from nn.layers.input import admitted, fitting, mistake, refusal
from nn.layers.layer import Layer
from nn.parameter import Parameter


class Linear(Layer):
    """y = x W^T + b: unit j computes `w_j . x + b_j`, and `weight[j]` *is* `w_j`.

    Input (..., in_features), output (..., out_features); `weight` (out_features, in_features), `bias` (out_features,).
    Both start uniform on ±1 / sqrt(in_features). Raises ValueError for input of another width.
    """

    bias: Parameter | None

    def __init__(self, in_features: int, out_features: int, bias: bool = True, *,
                 dtype: DTypeLike | None = None) -> None:
        positive_integers("Linear", in_features=in_features, out_features=out_features)
        dtype = floating("Linear", dtype)
        self.in_features, self.out_features = in_features, out_features
        self.weight = Parameter(np.zeros((out_features, in_features)), dtype=dtype)
        self.bias = Parameter(np.zeros(out_features), dtype=dtype) if bias else None
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw the initial weights again: uniform on ±1 / sqrt(in_features)."""
        draw_uniform(self, self.in_features)

    def forward(self, input: ArrayLike) -> Tensor:
        weight = self.weight
        x: Any = input
        value = x._value if type(x) is Tensor else None
        if value is None or value.dtype is not weight._value.dtype or value.shape[-1:] != weight._value.shape[1:]:
            x = self._admitted(x)
        bias, shape = self.bias, weight.shape
        if len(shape) == 2 and shape[1] == x.shape[-1] and (bias is None or bias.shape == shape[:1]):
            return _linear(x, weight, bias)
        raise mistake(self, f"needs a weight (out, {self.in_features}) and a bias (out,), got {shape} and "
                            f"{None if bias is None else bias.shape}: give both their new .data")

    def _admitted(self, given: Any) -> Tensor:
        x = admitted(self, given, self.weight.dtype)
        if x.shape[-1:] != (self.in_features,):
            flat = x.ndim > 2 and math.prod(x.shape[1:]) == self.in_features
            raise refusal(self, f"(..., {self.in_features})", x, "put nn.Flatten() before it" if flat else "")
        return x


def linear(input: ArrayLike, weight: ArrayLike, bias: ArrayLike | None = None) -> Tensor:
    """x W^T + b: `input` (..., in), `weight` (out, in), `bias` (out,) or None give (..., out).

    Raises ValueError for shapes that do not fit, TypeError for input that is not floating.
    """
    input, weight = admitted("linear", input), admitted("linear", weight)
    if weight.ndim != 2:
        raise refusal("linear", "a weight (out, in)", weight)
    if input.shape[-1:] != weight.shape[1:]:
        raise refusal("linear", f"(..., {weight.shape[-1]}) for a weight {weight.shape}", input)
    (bias,) = fitting("linear", weight.shape[:1], np.result_type(input.dtype, weight.dtype), bias=bias)
    return _linear(input, weight, bias)
