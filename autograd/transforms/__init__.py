"""Function transforms: gradients, derivatives along a vector, Jacobians, batching, checkpointing.

All take and return floats, arrays, tensors, and dicts, lists and tuples of them, and nest in any order.
"""

from __future__ import annotations

from autograd.forward import jvp

from .checkpoints import checkpoint
from .gradients import grad, hvp, linearize, value_and_grad, vjp
from .jacobians import hessian, jacfwd, jacobian, jacrev
from .vmap import vmap

__all__ = ["checkpoint", "grad", "hessian", "hvp", "jacfwd", "jacobian", "jacrev", "jvp", "linearize",
           "value_and_grad", "vjp", "vmap"]
