"""Initial values of parameters, written in place; each function returns its tensor.

The scale of a layer's weights decides whether signals grow or fade through depth. With `fan_in` inputs a unit, variance
`1 / fan_in` keeps the variance of linear units, `2 / fan_in` that of ReLU units, which lose half of it.
Weights are (out, in, *window): fan_in = in * window, fan_out = out * window. Random numbers come from the library's
generator (`autograd.manual_seed`) unless `generator` is given.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

import autograd.random
from autograd import Tensor
from autograd.arrays import one_of
from autograd.lazy import on_first_use
from nn.parameter import overwrite

if TYPE_CHECKING:
    from numpy.random import Generator

_GAINS = {"linear": 1.0, "sigmoid": 1.0, "tanh": 5 / 3, "relu": math.sqrt(2), "selu": 3 / 4}


def calculate_gain(nonlinearity: str, param: float | None = None) -> float:
    """The factor that compensates for what an activation does to the standard deviation: sqrt(2) for relu.

    For `leaky_relu` sqrt(2 / (1 + param^2)), its slope 0.01 unless given. Raises ValueError for another name.
    """
    if nonlinearity == "leaky_relu":
        return math.sqrt(2 / (1 + (0.01 if param is None else param) ** 2))
    name = "linear" if nonlinearity.startswith("conv") else nonlinearity
    one_of("nonlinearity", name, [*_GAINS, "leaky_relu"])
    return _GAINS[name]


def fans(tensor: Tensor) -> tuple[int, int]:
    """(fan_in, fan_out) of a weight: the inputs of a unit, and the units that an input reaches.

    Raises ValueError for a tensor of fewer than 2 axes.
    """
    if tensor.ndim < 2:
        raise ValueError(f"fan_in and fan_out need a weight of 2 or more axes (out, in, *window), got {tensor.shape}")
    window = math.prod(tensor.shape[2:])
    return tensor.shape[1] * window, tensor.shape[0] * window


def uniform_(tensor: Tensor, a: float = 0.0, b: float = 1.0, *, generator: Generator | None = None) -> Tensor:
    """Fill a tensor in place with numbers uniform between a and b, and return it.

    The dtype stays, here and below. Raises ValueError where a is larger than b.
    """
    _require(tensor)
    if not a <= b:
        raise ValueError(f"uniform_ takes numbers from a up to b, got a={a} and b={b}")
    return _written(tensor, _random(generator).uniform(a, b, tensor.shape))


def normal_(tensor: Tensor, mean: float = 0.0, std: float = 1.0, *, generator: Generator | None = None) -> Tensor:
    """Fill a tensor in place with normal numbers of this mean and standard deviation, and return it.

    Raises ValueError for a negative `std`.
    """
    _require(tensor)
    if not std >= 0:
        raise ValueError(f"normal_: std must be at least 0, got {std}")
    return _written(tensor, _random(generator).normal(mean, std, tensor.shape))


def trunc_normal_(tensor: Tensor, mean: float = 0.0, std: float = 1.0, a: float = -2.0, b: float = 2.0, *,
                  generator: Generator | None = None) -> Tensor:
    """Fill a tensor in place with normal numbers, those outside of [a, b] drawn again, and return it.

    The bounds are numbers, not multiples of `std`. Raises ValueError unless std is positive, and where fewer than one
    number in a thousand would fall between them.
    """
    _require(tensor)
    if not std > 0:
        raise ValueError(f"trunc_normal_: std must be positive, got {std}")
    share = (math.erf((b - mean) / std / math.sqrt(2)) - math.erf((a - mean) / std / math.sqrt(2))) / 2
    if share < 1e-3:
        raise ValueError(f"trunc_normal_: of normal numbers with mean {mean} and std {std} fewer than 1 in 1,000 fall "
                         f"between {a} and {b}; a and b are numbers, not multiples of std")
    random, values = _random(generator), np.full(tensor.shape, np.nan)
    while (outside := ~((values >= a) & (values <= b))).any():
        values[outside] = random.normal(mean, std, np.count_nonzero(outside))
    return _written(tensor, values)


def eye_(tensor: Tensor) -> Tensor:
    """Fill a matrix in place with 1 on its diagonal and 0 elsewhere, and return it: inputs pass unchanged.

    It need not be square; the dtype stays. Raises ValueError for another number of axes.
    """
    _require(tensor)
    if tensor.ndim != 2:
        raise ValueError(f"eye_ needs a tensor of 2 axes, got {tensor.shape}")
    rows, columns = tensor.shape
    return _written(tensor, np.eye(rows, columns))


def dirac_(tensor: Tensor, groups: int = 1) -> Tensor:
    """Fill the weight of a convolution in place so that each channel passes unchanged, and return it.

    w[o, c, middle] = 1 where output o of a group belongs to its channel c, else 0; outputs beyond the channels of their
    group are 0. Raises ValueError for fewer than 3 axes, and for groups that do not divide the outputs.
    """
    _require(tensor)
    if tensor.ndim < 3:
        raise ValueError(f"dirac_ needs a weight (out, in / groups, *window), got {tensor.shape}")
    if groups < 1 or tensor.shape[0] % groups:
        raise ValueError(f"dirac_: groups={groups} must divide the {tensor.shape[0]} outputs")
    values = np.zeros(tensor.shape)
    of_group = np.eye(tensor.shape[0] // groups, tensor.shape[1])
    middle: tuple[Any, ...] = (..., *(n // 2 for n in tensor.shape[2:]))
    values[middle] = np.tile(of_group, (groups, 1))
    return _written(tensor, values)


def constant_(tensor: Tensor, val: float) -> Tensor:
    """Fill a tensor in place with `val`, and return it: w = val.

    Of any shape; the dtype stays. Raises TypeError for anything but a leaf tensor, as all initializers do.
    """
    _require(tensor)
    if val is None:
        raise TypeError("constant_ takes a number, got None")
    return _written(tensor, np.full(tensor.shape, val))


def zeros_(tensor: Tensor) -> Tensor:
    """Fill a tensor in place with 0, and return it: w = 0, where biases begin.

    Units of a layer whose weights are all 0 would stay identical for ever.
    """
    return constant_(tensor, 0)


def ones_(tensor: Tensor) -> Tensor:
    """Fill a tensor in place with 1, and return it: w = 1, where the weights of normalizations begin."""
    return constant_(tensor, 1)


def xavier_uniform_(tensor: Tensor, gain: float = 1.0, *, generator: Generator | None = None) -> Tensor:
    """Fill a weight in place with numbers uniform on ±gain sqrt(6 / (fan_in + fan_out)), and return it.

    It keeps variance both ways, of values and of gradients. Raises ValueError for fewer than 2 axes.
    Source: Glorot & Bengio 2010.
    """
    _require(tensor)
    bound = gain * math.sqrt(6 / sum(fans(tensor)))
    return uniform_(tensor, -bound, bound, generator=generator)


def xavier_normal_(tensor: Tensor, gain: float = 1.0, *, generator: Generator | None = None) -> Tensor:
    """Fill a weight in place with normal numbers of std gain sqrt(2 / (fan_in + fan_out)), as `xavier_uniform_`."""
    _require(tensor)
    return normal_(tensor, 0, gain * math.sqrt(2 / sum(fans(tensor))), generator=generator)


def kaiming_uniform_(tensor: Tensor, a: float = 0, mode: str = "fan_in", nonlinearity: str = "leaky_relu", *,
                     generator: Generator | None = None) -> Tensor:
    """Fill a weight in place with numbers uniform on ±gain sqrt(3 / fan), and return it.

    `mode` says which fan, "fan_in" or "fan_out"; the gain is that of `nonlinearity`, where `a` is the slope of a
    leaky_relu. Raises ValueError for another mode or nonlinearity, and for fewer than 2 axes.
    Source: He et al., arXiv:1502.01852.
    """
    bound = math.sqrt(3) * _kaiming(tensor, a, mode, nonlinearity)
    return uniform_(tensor, -bound, bound, generator=generator)


def kaiming_normal_(tensor: Tensor, a: float = 0, mode: str = "fan_in", nonlinearity: str = "leaky_relu", *,
                    generator: Generator | None = None) -> Tensor:
    """Fill a weight in place with normal numbers of deviation gain / sqrt(fan), as `kaiming_uniform_` does."""
    return normal_(tensor, 0, _kaiming(tensor, a, mode, nonlinearity), generator=generator)


def orthogonal_(tensor: Tensor, gain: float = 1, *, generator: Generator | None = None) -> Tensor:
    """Fill a tensor in place with `gain` times a matrix of orthonormal rows, or columns if fewer, and return it.

    Axes after the first are taken as one. The matrix is drawn uniformly: the Q of a normal matrix, with signs fixed.
    Raises ValueError for fewer than 2 axes. Source: Saxe et al. 2013, arXiv:1312.6120.
    """
    _require(tensor)
    if tensor.ndim < 2:
        raise ValueError(f"orthogonal_ needs a tensor of 2 or more axes, got {tensor.shape}")
    rows, columns = tensor.shape[0], math.prod(tensor.shape[1:])
    q, r = np.linalg.qr(_random(generator).normal(size=(max(rows, columns), min(rows, columns))))
    q = q * np.sign(np.diag(r))
    return _written(tensor, gain * (q if rows >= columns else q.T).reshape(tensor.shape))


def _kaiming(tensor: Tensor, a: float, mode: str, nonlinearity: str) -> float:
    _require(tensor)
    one_of("mode", mode, ("fan_in", "fan_out"))
    return calculate_gain(nonlinearity, a) / math.sqrt(max(fans(tensor)[mode == "fan_out"], 1))


def _random(generator: Generator | None) -> Generator:
    return autograd.random.generator() if generator is None else generator


def _written(tensor: Tensor, values: Any) -> Tensor:
    if tensor.dtype.kind not in "fc" and (values != values.astype(tensor.dtype)).any():
        raise TypeError(f"the dtype {tensor.dtype} cannot hold these initial values; make the tensor floating-point "
                        "first: x.astype(np.float32)")
    overwrite(tensor, values)
    return tensor


def _require(tensor: Tensor) -> None:
    """Raise TypeError for what is no leaf tensor, which each initializer writes into."""
    if not isinstance(tensor, Tensor) or not tensor.is_leaf:
        came = "the result of an operation" if isinstance(tensor, Tensor) else type(tensor).__name__
        advice = "; write layer.weight, whose .data is the array" if came == "ndarray" else ""
        advice = "; write layer.weight" if hasattr(tensor, "weight") else advice
        raise TypeError(f"initializers write into a Parameter or another leaf tensor, got {came}{advice}")


if not TYPE_CHECKING:  # otherwise type checkers would accept any name
    _ADVICE = {name[:-1]: f"write {name}" for name in (*globals(),) if name[-1] == "_" != name[0]}
    __getattr__, __dir__ = on_first_use(__name__, {}, _ADVICE)
