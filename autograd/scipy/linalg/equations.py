"""Matrix equations: Sylvester's and Lyapunov's."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.linalg as sl

from autograd.arguments import array_of, arrays_of
from autograd.arrays import one_of
from autograd.declare import general, on_arrays_too
from autograd.rules.transposes import H, mT
from autograd.scipy.precision import at_least
from autograd.scipy.twin import twin

from .operands import square

sylvester: Any = on_arrays_too(general(
    sl.solve_sylvester,
    [lambda g, x, y, out: -sylvester(mT(x), mT(y), g) @ mT(out),
     lambda g, x, y, out: -mT(out) @ sylvester(mT(x), mT(y), g),
     lambda g, x, y: sylvester(mT(x), mT(y), g)],
    [lambda t, x, y, out: -sylvester(x, y, t @ out), lambda t, x, y, out: -sylvester(x, y, out @ t),
     lambda t, x, y: sylvester(x, y, t)]))


@twin(sl.solve_sylvester)
def solve_sylvester(a: Any, b: Any, q: Any) -> Any:
    """a x + x b = q. SciPy's own is wrong where some of the three are complex and others real."""
    given = arrays_of((a, b, q))
    return sylvester(*at_least(np.result_type(*[x.dtype for x in given]), *given))


solve_continuous_lyapunov = twin(sl.solve_continuous_lyapunov)(lambda a, q: solve_sylvester(a, H(array_of(a)), q))


@twin(sl.solve_discrete_lyapunov)
def solve_discrete_lyapunov(a: Any, q: Any, method: str | None = None) -> Any:
    """x = a x a^H + q, as one linear system, or for 10 rows and more as a continuous equation, as SciPy does."""
    one_of("solve_discrete_lyapunov: method", method, (None, "direct", "bilinear"))
    a, q = at_least(np.float64, a, q)
    if (method or ("direct" if a.shape[-1] < 10 else "bilinear")) == "direct":
        size = q.shape[-2] * q.shape[-1]
        product = (a[..., :, None, :, None] * np.conj(a)[..., None, :, None, :]).reshape(*a.shape[:-2], size, size)
        x = np.linalg.solve(np.eye(size) - product, q.reshape(*q.shape[:-2], size, 1))
        return x.reshape(*x.shape[:-2], *q.shape[-2:])
    one = np.eye(square("solve_discrete_lyapunov", a).shape[-1])
    inverse = np.linalg.inv(H(a) + one)
    return solve_continuous_lyapunov(H((H(a) - one) @ inverse), -2 * np.linalg.inv(a + one) @ q @ inverse)
