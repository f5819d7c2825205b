"""`minimize`: SciPy's optimizers on nested parameters, with the derivatives they ask for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from .arguments import refuses_foreign_options
from .arrays import Array
from .boundary import as_plain, transformed
from .errors import needing
from .modes import no_grad
from .tensor import Tensor
from .transforms import hessian, hvp, jacobian, value_and_grad
from .tree import broadcast_prefix, flatten
from .tree import map as tree_map
from .vector import ravel

WITHOUT_GRADIENT = frozenset({"nelder-mead", "powell", "cobyla", "cobyqa"})
WITH_PRODUCTS = frozenset({"newton-cg", "trust-ncg", "trust-krylov", "trust-constr"})
WITH_HESSIAN = frozenset({"dogleg", "trust-exact"})


@refuses_foreign_options
def minimize(f: Callable[..., Any], params: Any, method: str = "BFGS", *, args: Sequence[Any] = (), bounds: Any = None,
             constraints: Any = (), tol: float | None = None, options: dict[str, Any] | None = None,
             callback: Callable[[Any], Any] | None = None) -> Any:
    """Minimize a scalar function of `params` (a float, array, tensor, or nested) by `scipy.optimize.minimize`.

    f and its gradient are evaluated together, once where SciPy asks for either; Newton's methods get Hessian-vector
    products (`dogleg` and `trust-exact` the Hessian), `Nelder-Mead` and the like no derivative. `bounds` is
    `(lower, upper)`, each None, a number, or a tree of them like `params`; a constraint `{"type": "eq", "fun": g}`
    takes params too and gets its Jacobian. f is called with float64 parameters. Returns SciPy's result with the minimum
    as `.params`, in the structure and dtypes given. `callback(params)` runs once an iteration. Raises `TypeError` where
    f loses the gradient that the method needs.
    """
    with needing("scipy", extra="scipy"):
        from scipy import optimize
    promoted = tree_map(_float64, params)
    start, unravel = ravel(promoted)

    loss = transformed(_loss, f, unravel, args, method, start)
    derivatives = _derivatives(loss, method.lower())

    def value(x: Array) -> float:
        with no_grad():
            return float(as_plain(loss(Tensor(x))))

    def value_and_gradient(x: Array) -> tuple[float, Array]:
        out, slope = value_and_grad(loss)(x)
        return float(as_plain(out)), as_plain(slope)

    result = optimize.minimize(
        value_and_gradient if derivatives else value, as_plain(start), method=method, tol=tol, options=options,
        bounds=_bounds(optimize, bounds, promoted), constraints=_constraints(constraints, unravel),
        callback=None if callback is None else lambda x: callback(_restored(unravel(x), params)), **derivatives,
    )
    result.params = _restored(unravel(result.x), params)
    return result


def _loss(f: Callable[..., Any], unravel: Callable[[Any], Any], args: Sequence[Any], method: str, start: Any,
          vector: Any, /) -> Any:
    """`f` as a function of one vector."""
    out = f(unravel(vector), *args)
    if not isinstance(out, Tensor) and _follows_gradient(method) and np.array_equal(as_plain(vector), start):
        raise TypeError(f"minimize by {method} follows the gradient of f, which has none: at the start f "
                        f"returned {type(out).__name__} {out!r:.40}, no tensor made of the parameters (was it cut "
                        "by .item(), float() or a plain array?); method='Nelder-Mead' needs no gradient")
    return out


def _follows_gradient(method: str) -> bool:
    return method.lower() not in WITHOUT_GRADIENT


def _derivatives(loss: Callable[..., Any], method: str) -> dict[str, Any]:
    """The derivatives of a function of a vector that SciPy's method takes."""
    taken: dict[str, Any] = {"jac": True} if _follows_gradient(method) else {}
    if method in WITH_PRODUCTS:
        taken["hessp"] = lambda x, v: as_plain(hvp(loss, x, v))
    if method in WITH_HESSIAN:
        taken["hess"] = lambda x: as_plain(hessian(loss)(x))
    return taken


def _float64(leaf: Any) -> Any:
    """A leaf in float64, without a graph: an optimizer's line search needs more digits than float32 has."""
    if isinstance(leaf, (Tensor, np.ndarray, np.generic)):
        if leaf.dtype.kind not in "biuf":
            raise TypeError(f"minimize needs real parameters, got {leaf.dtype}: give real and imaginary parts")
        return (leaf.detach() if isinstance(leaf, Tensor) else leaf).astype(np.float64)
    if isinstance(leaf, (int, float)):
        return float(leaf)
    raise TypeError(f"minimize needs numbers, arrays or tensors as parameters, got {type(leaf).__name__}")


def _restored(tree: Any, params: Any) -> Any:
    """The tree in the dtypes of `params`; integers become floats, since the minimum need not be an integer."""

    def cast(found: Any, given: Any) -> Any:
        dtype = getattr(given, "dtype", None)
        return found if dtype is None or dtype.kind != "f" else found.astype(dtype)

    return tree_map(cast, tree, params)


def _bounds(optimize: Any, bounds: Any, params: Any) -> Any:
    if bounds is None or isinstance(bounds, optimize.Bounds):
        return bounds
    if not isinstance(bounds, (tuple, list)) or len(bounds) != 2:
        raise ValueError("bounds is a pair (lower, upper), each None, a number, or a tree of them like params")
    return optimize.Bounds(_bound(bounds[0], params, -np.inf), _bound(bounds[1], params, np.inf))


def _bound(bound: Any, params: Any, missing: float) -> Any:
    """One number per scalar parameter, `missing` where none is given."""
    found, structure = flatten(params)
    given = [missing if b is None else as_plain(b) for b in broadcast_prefix("bounds", bound, structure)]
    each = [np.broadcast_to(b, np.shape(p)).ravel() for b, p in zip(given, found, strict=True)]
    return np.concatenate([np.zeros(0), *each])


def _constraints(constraints: Any, unravel: Callable[[Any], Any]) -> Any:
    """Constraints on a tree as constraints on a vector, with their Jacobian; SciPy's own objects pass unchanged."""
    if isinstance(constraints, dict):
        return _constraint(constraints, unravel)
    if isinstance(constraints, (list, tuple)):
        return [_constraint(c, unravel) if isinstance(c, dict) else c for c in constraints]
    return constraints


def _constraint(constraint: dict[str, Any], unravel: Callable[[Any], Any]) -> dict[str, Any]:
    own = constraint["fun"]

    def fun(x: Any, *args: Any) -> Any:
        return np.atleast_1d(ravel(own(unravel(x), *args))[0])

    return {**constraint, "fun": lambda x, *args: as_plain(fun(Tensor(x), *args)),
            "jac": lambda x, *args: as_plain(jacobian(lambda x: fun(x, *args))(x))}
