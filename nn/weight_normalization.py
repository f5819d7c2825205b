"""Weight normalization and spectral normalization, as parametrizations of a layer."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

import autograd.random
from autograd import Tensor
from autograd.arrays import integer
from autograd.modes import local
from nn.kernels.half_precision import in_single
from nn.layers.convolution import Convolution
from nn.layers.distance import normalize
from nn.module import Module
from nn.parameter import overwrite
from nn.parametrization import M, Parametrized, parameter_of, parametrize


@in_single
def _length(v: Any, **over: Any) -> Any:
    return np.sqrt(np.sum(v * v, **over))


class WeightNorm(Module):
    """g v / ||v||, the norm over all axes but `dim`, or over all."""

    def __init__(self, dim: int | None) -> None:
        self.dim = dim

    def length(self, v: Any) -> Any:
        if self.dim in (None, -1):  # PyTorch's value for all axes
            return _length(v)
        return _length(v, axis=tuple(k for k in range(v.ndim) if k != self.dim), keepdims=True)

    def forward(self, g: Any, v: Any) -> Any:
        return v * (g / self.length(v))

    def right_inverse(self, value: Any) -> tuple[Any, Any]:
        return self.length(value), value


def weight_norm(module: M, name: str = "weight", dim: int | None = 0) -> M:
    """Train the length and the direction of a weight separately: w = g v / ||v||, the norm over all axes but `dim`.

    `dim=None` takes one length for all. Paths are PyTorch's: `parametrizations.weight.original0` is g, `original1` v.
    Returns the module. Raises TypeError where there is no such parameter, ValueError for a `dim` that it does not have.
    Source: Salimans and Kingma (2016), arXiv:1602.07868.
    """
    axes = parameter_of(module, name).ndim
    if dim is not None and not -1 <= dim < axes:
        raise ValueError(f"weight_norm: dim is an axis of the weight, from 0 to {axes - 1}, or None, got {dim}")
    return parametrize(module, name, WeightNorm(dim))


class SpectralNorm(Module):
    """w / sigma, with the largest singular value sigma = u^T w v of the matrix whose rows lie along `dim`."""

    _u: Tensor
    _v: Tensor

    def __init__(self, weight: Tensor, iterations: int, dim: int, eps: float) -> None:
        self.iterations, self.dim, self.eps = iterations, dim, eps
        if weight.ndim > 1:
            for side, size in zip(("_u", "_v"), self.matrix(weight).shape, strict=True):
                self.register_buffer(side, autograd.random.generator().normal(size=size).astype(weight.dtype))
            self.iterate(weight, 15)  # as many as PyTorch begins with

    def matrix(self, weight: Any) -> Any:
        return np.moveaxis(weight, self.dim, 0).reshape(weight.shape[self.dim], -1)

    def iterate(self, weight: Tensor, times: int) -> None:
        """Advance both singular vectors by steps of the power method; a weight of one axis needs none."""
        if weight.ndim == 1:
            return
        matrix, v = self.matrix(weight.detach()), self._v.detach()
        for _ in range(times):
            u = normalize(matrix @ v, dim=0, eps=self.eps)
            v = normalize(matrix.T @ u, dim=0, eps=self.eps)
        overwrite(self._u, u.numpy())
        overwrite(self._v, v.numpy())

    def forward(self, weight: Any) -> Any:
        if weight.ndim == 1:
            return normalize(weight, dim=0, eps=self.eps)
        u, v = (np.array(side.data) for side in (self._u, self._v))  # copies: a call may change them before backward
        return weight / (u @ self.matrix(weight) @ v)


def spectral_norm(module: M, name: str = "weight", n_power_iterations: int = 1, eps: float = 1e-12,
                  dim: int | None = None) -> M:
    """Divide a weight by its largest singular value, which keeps a layer from stretching any input (Lipschitz 1).

    Each call of the module in training takes `n_power_iterations` steps of the power method. The weight is a matrix
    whose rows lie along `dim`: 0, or 1 of transposed convolutions. Paths are PyTorch's, also of the singular vectors
    `parametrizations.weight.0._u` and `_v`. Returns the module. Raises ValueError for fewer steps than one.
    Source: Miyato et al. (2018), arXiv:1802.05957.
    """
    iterations, weight = integer("spectral_norm: n_power_iterations", n_power_iterations), parameter_of(module, name)
    dim = int(isinstance(module, Convolution) and module.transposed) if dim is None else dim
    parametrize(module, name, SpectralNorm(weight, iterations, dim, eps))
    module.register_forward_pre_hook(partial(_iterate, name))
    return module


def _iterate(name: str, module: Module, inputs: tuple[Any, ...]) -> None:
    """Take the steps of one call, unless the weight is no longer computed in this way."""
    made = module._computing(name)
    norm = getattr(made, "0", None)
    if isinstance(made, Parametrized) and isinstance(norm, SpectralNorm) and norm.training and not local.recomputing:
        norm.iterate(made.original, norm.iterations)
