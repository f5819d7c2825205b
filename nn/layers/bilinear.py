"""The bilinear layer: every unit a product of two inputs, by a matrix of its own."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from autograd import Tensor
from nn.layers.arguments import floating, positive_integers
from nn.layers.initial_weights import draw_uniform
from nn.layers.input import Speaker, admitted, fitting, refusal
from nn.layers.layer import Layer
from nn.parameter import Parameter


class Bilinear(Layer):
    """y = x1 W x2 + b: unit o computes `x1 . W_o x2 + b_o`, and `weight[o]` *is* `W_o`.

    Inputs (..., in1_features) and (..., in2_features), output (..., out_features); `weight` (out_features,
    in1_features, in2_features). Both parameters start uniform on ±1 / sqrt(in1_features). Raises ValueError for other
    shapes.
    """

    bias: Parameter | None
    called_with = ("x1", "x2")

    def __init__(self, in1_features: int, in2_features: int, out_features: int, bias: bool = True, *,
                 dtype: DTypeLike | None = None) -> None:
        positive_integers("Bilinear", in1_features=in1_features, in2_features=in2_features, out_features=out_features)
        dtype = floating("Bilinear", dtype)
        self.in1_features, self.in2_features, self.out_features = in1_features, in2_features, out_features
        self.weight = Parameter(np.zeros((out_features, in1_features, in2_features)), dtype=dtype)
        self.bias = Parameter(np.zeros(out_features), dtype=dtype) if bias else None
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw the initial weights again: uniform on ±1 / sqrt(in1_features)."""
        draw_uniform(self, self.in1_features)

    def forward(self, input1: ArrayLike, input2: ArrayLike) -> Tensor:
        dtype = self.weight.dtype
        return bilinear(admitted(self, input1, dtype), admitted(self, input2, dtype), self.weight, self.bias,
                        speaker=self)


def bilinear(input1: ArrayLike, input2: ArrayLike, weight: ArrayLike, bias: ArrayLike | None = None, *,
             speaker: Speaker = "bilinear") -> Tensor:
    """x1 W x2 + b: (..., in1) and (..., in2) with `weight` (out, in1, in2) give (..., out), as `nn.Bilinear`."""
    x1, x2, weight = (admitted(speaker, x) for x in (input1, input2, weight))
    if weight.ndim != 3:
        raise refusal(speaker, "a weight (out, in1, in2)", weight)
    _, first, second = weight.shape
    if x1.shape != (*x2.shape[:-1], first) or x2.shape[-1:] != (second,):
        raise refusal(speaker, f"(..., {first}) and (..., {second}), else of one shape", f"{x1.shape} and {x2.shape}")
    (bias,) = fitting(speaker, weight.shape[:1], np.result_type(x1.dtype, x2.dtype, weight.dtype), bias=bias)
    units: Any = np.tensordot(x1, weight, axes=(-1, 1)) @ x2[..., np.newaxis]
    return units[..., 0] if bias is None else units[..., 0] + bias  # type: ignore[no-any-return]
