"""Piecewise linear activations: clipped, shrunk or cut off, cheap to compute and to differentiate.

At a corner the derivative is that of the outer piece, as in PyTorch.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from autograd import Tensor
from autograd.arrays import weak
from nn.layers.activation import Activation, WithInplace, relu
from nn.layers.arguments import nonnegative
from nn.layers.input import admitted


def hardtanh(input: ArrayLike, min_val: float = -1.0, max_val: float = 1.0, inplace: bool = False) -> Tensor:
    """min(max(x, min_val), max_val), elementwise; otherwise as `nn.Hardtanh`."""
    _check_bounds("hardtanh", min_val, max_val)
    x: Any = admitted("hardtanh", input, real=True)
    return np.clip(x, weak(min_val), weak(max_val))  # type: ignore[no-any-return]


def relu6(input: ArrayLike, inplace: bool = False) -> Tensor:
    """min(max(x, 0), 6), elementwise; otherwise as `nn.ReLU6`."""
    return hardtanh(admitted("relu6", input, real=True), 0.0, 6.0)


def hardsigmoid(input: ArrayLike, inplace: bool = False) -> Tensor:
    """relu6(x + 3) / 6, elementwise; otherwise as `nn.Hardsigmoid`."""
    return hardtanh(admitted("hardsigmoid", input, real=True) + 3.0, 0.0, 6.0) / 6.0


def hardswish(input: ArrayLike, inplace: bool = False) -> Tensor:
    """x relu6(x + 3) / 6, elementwise; otherwise as `nn.Hardswish`."""
    x: Any = admitted("hardswish", input, real=True)
    return x * (np.clip(x + 3.0, 0.0, 6.0) / 6.0)  # type: ignore[no-any-return]  # six times a float16 may overflow


def hardshrink(input: ArrayLike, lambd: float = 0.5) -> Tensor:
    """x where |x| > lambd, else 0, elementwise; otherwise as `nn.Hardshrink`."""
    x = admitted("hardshrink", input, real=True)
    return np.where(abs(x) <= lambd, 0, x)  # type: ignore[return-value]  # NumPy declares an array


def softshrink(input: ArrayLike, lambd: float = 0.5) -> Tensor:
    """x - lambd where x > lambd, x + lambd where x < -lambd, else 0, elementwise; otherwise as `nn.Softshrink`."""
    nonnegative("softshrink", lambd=lambd)
    x: Any = admitted("softshrink", input, real=True)
    return relu(x - weak(lambd)) - relu(-x - weak(lambd))


def threshold(input: ArrayLike, threshold: float, value: float, inplace: bool = False) -> Tensor:
    """x where x > threshold, else `value`, elementwise; otherwise as `nn.Threshold`."""
    x = admitted("threshold", input, real=True)
    return np.where(x <= threshold, weak(value), x)  # type: ignore[return-value]  # NumPy declares an array


class Hardtanh(Activation):
    """min(max(x, min_val), max_val), elementwise: the derivative is 1 strictly between the two, else 0.

    Floating input of any shape; the dtype stays. `inplace` is accepted as in PyTorch; nothing is overwritten.
    Raises ValueError unless min_val is below max_val. Source: Collobert, "Large scale machine learning", 2004.
    """

    def __init__(self, min_val: float = -1.0, max_val: float = 1.0, inplace: bool = False) -> None:
        _check_bounds("Hardtanh", min_val, max_val)
        self.min_val, self.max_val = min_val, max_val

    def function(self, x: Tensor) -> Tensor:
        return hardtanh(x, self.min_val, self.max_val)


class ReLU6(WithInplace):
    """min(max(x, 0), 6), elementwise: a ReLU that few bits can hold.

    The derivative is 1 strictly between 0 and 6, else 0. Floating input of any shape; the dtype stays.
    Source: Howard et al., "MobileNets", arXiv:1704.04861.
    """

    function = staticmethod(relu6)


class Hardsigmoid(WithInplace):
    """relu6(x + 3) / 6, elementwise: a sigmoid of three straight pieces.

    The derivative is 1/6 strictly between -3 and 3, else 0. Floating input of any shape; the dtype stays.
    Source: Courbariaux et al., "BinaryConnect", arXiv:1511.00363.
    """

    function = staticmethod(hardsigmoid)


class Hardswish(WithInplace):
    """x relu6(x + 3) / 6, elementwise: a SiLU made of a constant, a parabola and a line.

    Floating input of any shape; the dtype stays. Source: Howard et al., "Searching for MobileNetV3", arXiv:1905.02244.
    """

    function = staticmethod(hardswish)


class Hardshrink(Activation):
    """x where |x| > lambd, else 0, elementwise: the nearest sparse vector.

    Floating input of any shape; the dtype stays.
    Source: Donoho & Johnstone, "Ideal spatial adaptation by wavelet shrinkage", 1994.
    """

    def __init__(self, lambd: float = 0.5) -> None:
        self.lambd = lambd

    def function(self, x: Tensor) -> Tensor:
        return hardshrink(x, self.lambd)


class Softshrink(Activation):
    """x - lambd where x > lambd, x + lambd where x < -lambd, else 0, elementwise: the proximal step of lambd |x|.

    Floating input of any shape; the dtype stays. Raises ValueError for a negative lambd. Source as for Hardshrink.
    """

    def __init__(self, lambd: float = 0.5) -> None:
        nonnegative("Softshrink", lambd=lambd)
        self.lambd = lambd

    def function(self, x: Tensor) -> Tensor:
        return softshrink(x, self.lambd)


class Threshold(Activation):
    """x where x > threshold, else `value`, elementwise; the derivative is 1 above the threshold, else 0.

    Floating input of any shape; the dtype stays.
    """

    def __init__(self, threshold: float, value: float, inplace: bool = False) -> None:
        self.threshold, self.value = threshold, value

    def function(self, x: Tensor) -> Tensor:
        return threshold(x, self.threshold, self.value)


def _check_bounds(speaker: str, low: float, high: float) -> None:
    if not low < high:
        raise ValueError(f"{speaker}: min_val must be below max_val, got {low} and {high}")
