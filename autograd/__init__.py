"""Differentiate NumPy itself.

A `Tensor` records what NumPy does to it; `backward()` and the function transforms (`grad`, `jvp`, `vmap`, ...)
accumulate derivatives through what was recorded, in reverse and forward, to any order. The module is also an array
API namespace (2024.12).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import rules
from .anomaly import detect_anomaly
from .arguments import refuses_foreign_options as _refuses_foreign_options
from .custom import custom, rule
from .declare.fused import fused
from .errors import (
    AnomalyError,
    DisconnectedWarning,
    GradientLostWarning,
    GradientMismatch,
    MutationError,
    NoDerivativeError,
)
from .foreign_names import functions as _functions
from .lazy import on_first_use as _on_first_use
from .modes import enable_grad, is_grad_enabled, no_grad
from .operators import install as _install
from .random import manual_seed
from .rules.activations import (
    elu,
    erf,
    gelu,
    leaky_relu,
    log_softmax,
    logsumexp,
    relu,
    sigmoid,
    silu,
    softmax,
    softplus,
)
from .runtime import heap as _heap  # noqa: F401  # loaded for its effect
from .tensor import Tensor
from .tensor import tensor as _tensor
from .transforms import (
    checkpoint,
    grad,
    hessian,
    hvp,
    jacfwd,
    jacobian,
    jacrev,
    jvp,
    linearize,
    value_and_grad,
    vjp,
    vmap,
)
from .vector import ravel

if TYPE_CHECKING:
    from . import array_api, implicit, numerical, scipy, symbolic, testing
    from .adoption import adopt
    from .array_api.constants import *  # noqa: F403  # by module: of a sum of lists mypy would know no types
    from .array_api.creation import *  # noqa: F403
    from .array_api.dtypes import *  # noqa: F403
    from .array_api.elementwise import *  # noqa: F403
    from .array_api.inspection import *  # noqa: F403
    from .array_api.linalg import matmul, matrix_transpose, tensordot, vecdot  # noqa: F401
    from .array_api.manipulation import *  # noqa: F403
    from .array_api.statistics import *  # noqa: F403
    from .comparison import compare
    from .drawing import draw, draw_on_error, trace_source
    from .optimize import minimize
    from .support import supported

__all__ = [
    "AnomalyError", "DisconnectedWarning", "GradientLostWarning", "GradientMismatch", "MutationError",
    "NoDerivativeError", "Tensor", "adopt", "checkpoint", "compare", "custom", "detect_anomaly", "draw",
    "draw_on_error", "elu", "enable_grad", "erf", "fused", "gelu", "grad", "hessian", "hvp", "implicit",
    "is_grad_enabled", "jacfwd", "jacobian", "jacrev", "jvp", "leaky_relu", "linearize", "log_softmax", "logsumexp",
    "manual_seed", "minimize", "no_grad", "numerical", "ravel", "relu", "rule", "rules", "scipy", "sigmoid", "silu",
    "softmax", "softplus", "supported", "symbolic", "tensor", "testing", "trace_source", "value_and_grad", "vjp",
    "vmap",
]
if TYPE_CHECKING:
    __all__ += array_api.__all__

_install()
tensor = _refuses_foreign_options(_tensor)

# What needs further packages is loaded on first use: `import autograd` costs little more than `import numpy`.
__getattr__, __dir__ = _on_first_use(__name__, {
    **{name: name for name in ("implicit", "numerical", "scipy", "symbolic", "testing")},
    **dict.fromkeys(("draw", "draw_on_error", "trace_source"), "drawing"),
    "adopt": "adoption", "compare": "comparison", "minimize": "optimize", "supported": "support",
    "special": "scipy.special",  # where SciPy looks with SCIPY_ARRAY_API=1
}, advice=_functions, rest="array_api")
