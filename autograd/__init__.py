"""Differentiate NumPy itself.

A `Tensor` records what NumPy does to it; `backward()` and the function transforms (`grad`, `jvp`, `vmap`, ...) accumulate
derivatives through what was recorded, in reverse and forward, to any order. The module is also an array API namespace.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from . import rules
from .anomaly import detect_anomaly
from .array_api import (
    __array_api_version__, __array_namespace_info__, abs, acos, acosh, add, all, any, arange, argmax, argmin,
    argsort, asarray, asin, asinh, astype, atan, atan2, atanh, bitwise_and, bitwise_invert, bitwise_left_shift,
    bitwise_or, bitwise_right_shift, bitwise_xor, bool, broadcast_arrays, broadcast_to, can_cast, ceil, clip,
    complex128, complex64, concat, conj, copysign, cos, cosh, count_nonzero, cumulative_prod, cumulative_sum, diff,
    divide, e, empty, empty_like, equal, exp, expand_dims, expm1, eye, fft, finfo, flip, float32, float64, floor,
    floor_divide, from_dlpack, full, full_like, greater, greater_equal, hypot, iinfo, imag, inf, int16, int32,
    int64, int8, isdtype, isfinite, isinf, isnan, less, less_equal, linalg, linspace, log, log10, log1p, log2,
    logaddexp, logical_and, logical_not, logical_or, logical_xor, matmul, matrix_transpose, max, maximum, mean,
    meshgrid, min, minimum, moveaxis, multiply, nan, negative, newaxis, nextafter, nonzero, not_equal, ones,
    ones_like, permute_dims, pi, positive, pow, prod, real, reciprocal, remainder, repeat, reshape, result_type,
    roll, round, searchsorted, sign, signbit, sin, sinh, sort, sqrt, square, squeeze, stack, std, subtract, sum,
    take, take_along_axis, tan, tanh, tensordot, tile, tril, triu, trunc, uint16, uint32, uint64, uint8, unique_all,
    unique_counts, unique_inverse, unique_values, unstack, var, vecdot, where, zeros, zeros_like,
)
from .checkpoints import checkpoint
from .custom import custom, rule
from .errors import (
    AnomalyError,
    DisconnectedWarning,
    GradientLostWarning,
    GradientMismatch,
    MutationError,
    NoDerivativeError,
)
from .forward import jvp
from .fused import fused
from .modes import enable_grad, is_grad_enabled, no_grad
from .random import manual_seed
from .rules.activations import elu, gelu, leaky_relu, log_softmax, logsumexp, relu, sigmoid, silu, softmax, softplus
from .rules.error_function import erf
from .support import supported
from .tensor import Tensor, tensor
from .transforms import grad, hessian, hvp, jacfwd, jacobian, jacrev, linearize, value_and_grad, vjp
from .tree import ravel
from .vmap import vmap

if TYPE_CHECKING:
    from . import implicit, numerical, scipy, symbolic, testing
    from .comparison import compare
    from .drawing import draw
    from .optimize import minimize

__all__ = [
    "AnomalyError", "DisconnectedWarning", "GradientLostWarning", "GradientMismatch", "MutationError",
    "NoDerivativeError", "Tensor", "checkpoint", "compare", "custom", "detect_anomaly", "draw", "elu", "enable_grad", "erf",
    "fused", "gelu", "grad", "hessian", "hvp", "implicit", "is_grad_enabled", "jacfwd", "jacobian", "jacrev", "jvp",
    "leaky_relu", "linearize", "log_softmax", "logsumexp", "manual_seed", "minimize", "no_grad", "numerical", "ravel",
    "relu", "rule", "rules", "scipy", "sigmoid", "silu", "softmax", "softplus", "supported", "symbolic", "tensor",
    "testing", "value_and_grad", "vjp", "vmap",
]

# What brings further packages along is loaded when it is first used: `import autograd` costs little more than NumPy.
_LAZY = {
    "compare": ("comparison", "compare"), "draw": ("drawing", "draw"), "minimize": ("optimize", "minimize"),
    "implicit": ("implicit", None), "numerical": ("numerical", None), "scipy": ("scipy", None),
    "symbolic": ("symbolic", None), "testing": ("testing", None),
}


def __getattr__(name: str) -> Any:
    if name not in _LAZY:
        raise AttributeError(f"module 'autograd' has no attribute {name!r}")
    module, attribute = _LAZY[name]
    found = importlib.import_module(f".{module}", __name__)
    value = found if attribute is None else getattr(found, attribute)
    globals()[name] = value
    return value
