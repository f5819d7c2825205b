"""Differentiate NumPy itself: tensors, and the ways to accumulate gradients through them."""

from __future__ import annotations

from . import rules
from .errors import (
    AnomalyError,
    DisconnectedWarning,
    GradientLostWarning,
    GradientMismatch,
    MutationError,
    NoDerivativeError,
)
from .anomaly import detect_anomaly
from .checkpoints import checkpoint
from .custom import custom, rule
from .modes import enable_grad, is_grad_enabled, no_grad
from .rules.activations import elu, leaky_relu, log_softmax, logsumexp, relu, sigmoid, silu, softmax, softplus
from .forward import jvp
from .fused import fused
from .random import manual_seed
from .tensor import Tensor, tensor
from .vmap import vmap
from .transforms import grad, hessian, hvp, jacfwd, jacobian, jacrev, linearize, value_and_grad, vjp
