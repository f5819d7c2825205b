"""Least squares: minima of half the sum of squares of residuals, or of what a loss makes of them."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import partial, update_wrapper
from operator import attrgetter, itemgetter
from typing import Any

import numpy as np
import scipy.optimize as so

from autograd.arguments import array_of
from autograd.arrays import floating
from autograd.duck_arrays import Array
from autograd.scipy.callbacks import at_the_end_of_args, on_values
from autograd.scipy.linalg import cholesky, solve_triangular
from autograd.transforms import grad, jacobian

from .minima import slope, stationary
from .solutions import Call, Solver, counts_and_words, described, solved, solver_twin, unknowns

LOSSES: dict[str, Callable[[Array], Array]] = {
    "linear": lambda z: z,
    "soft_l1": lambda z: 2 * (np.sqrt(1 + z) - 1),
    "huber": lambda z: np.where(z <= 1, z, 2 * np.sqrt(np.where(z <= 1, 1, z)) - 1),
    "cauchy": np.log1p,
    "arctan": np.arctan,
}
"""rho of a squared residual, as SciPy names them (Triggs et al. 2000)."""


class Misfit:
    """`s^2 / 2 sum rho(r^2 / s^2)` of residuals r, the loss rho and the scale s that options give."""

    def __init__(self, residuals: Callable[[Array, Call], Array], options: Callable[[Call], dict[str, Any]]) -> None:
        self.residuals, self.options = residuals, options

    def loss(self, call: Call) -> Callable[[Array], Array]:
        loss = self.options(call).get("loss", "linear")
        if isinstance(loss, str):
            return LOSSES[loss]
        function, *captured = as_list(loss)
        return lambda z: function(z, *captured)[0]

    def scaled(self, x: Array, call: Call) -> tuple[Array, Array]:
        """`r^2 / s^2`, and s."""
        scale = self.options(call).get("f_scale", 1.0)
        return (self.residuals(x, call) / scale) ** 2, scale

    def cost(self, x: Array, call: Call) -> Array:
        z, scale = self.scaled(x, call)
        return 0.5 * scale**2 * np.sum(self.loss(call)(z))

    def jacobian(self, x: Array, call: Call) -> Array:
        """J, weighed so that `J^T J` is the Hessian of the cost for residuals that are linear in x."""
        z, _ = self.scaled(x, call)
        first = grad(lambda z: np.sum(self.loss(call)(z)))
        weights = first(z) + 2 * z * grad(lambda z: np.sum(first(z)))(z)
        rows = jacobian(lambda x: self.residuals(x, call))(x)
        return np.sqrt(np.maximum(weights, np.finfo(float).eps))[:, None] * rows


def as_list(loss: Any) -> list[Any]:
    """A function and what it captures, if anything."""
    return loss if isinstance(loss, list) else [loss]


def with_loss(call: dict[str, Any], captured: tuple[Any, ...]) -> None:
    """Keep what a loss captures, which is given no `args`, together with it."""
    if callable(call.get("loss")):
        call["loss"] = [call["loss"], *captured]


def as_scipy_calls_it(loss: Any) -> Any:
    """A loss by its name, or on numbers."""
    if isinstance(loss, str):
        return loss
    function, *captured = as_list(loss)
    return lambda z: np.array(on_values(function)(z, *captured))  # SciPy writes into it


def beside_args(call: dict[str, Any], captured: tuple[Any, ...]) -> None:
    """Add to `args`, and to a loss."""
    at_the_end_of_args(call, captured)
    with_loss(call, captured)


def limits(call: Call) -> tuple[Array, Array]:
    bounds = call["bounds"]
    return (bounds.lb, bounds.ub) if isinstance(bounds, so.Bounds) else tuple(array_of(side) for side in bounds)


def active(x: Array, lower: Array, upper: Array) -> Array:
    return np.astype(x >= upper, int) - (x <= lower)


def of_a_function(x: Array, call: Call) -> Array:
    return np.atleast_1d(array_of(call["fun"](x, *call["args"], **(call["kwargs"] or {}))))


@solver_twin(so.least_squares, "residuals", enter=beside_args, real=True)
def least_squares(call: Call, solver: Solver) -> Any:
    misfit = Misfit(of_a_function, lambda call: call)

    def fit(loss: Any, **call: Any) -> Any:
        return solver(loss=as_scipy_calls_it(loss), **call)

    found, x = solved(stationary(misfit.cost, limits), np.atleast_1d(unknowns(call["x0"])), call, fit, attrgetter("x"))
    return described(found, x=x, cost=misfit.cost(x, call), fun=of_a_function(x, call), jac=misfit.jacobian(x, call),
                     grad=slope(misfit.cost, x, call), active_mask=active(x, *limits(call)))


def of_a_model(x: Array, call: Call) -> Array:
    """`f(xdata, *x) - ydata` by its deviations, or by the root of its covariance."""
    ydata, sigma = array_of(call["ydata"]), call["sigma"]
    residuals = call["f"](as_numbers(call["xdata"]), *x) - ydata
    if sigma is None:
        return residuals
    sigma = array_of(sigma)
    if sigma.ndim < 2 or sigma.size == 1:
        return residuals / sigma
    return solve_triangular(cholesky(sigma, lower=True), residuals, lower=True)


def parameters(call: Call) -> Array:
    """Zeros for the parameters of the model: as many as it is started with, or as it takes after xdata."""
    if call["p0"] is not None:
        return np.atleast_1d(unknowns(call["p0"])).ravel()
    kinds = [each.kind for each in inspect.signature(call["f"]).parameters.values()]
    return np.zeros(max(0, sum(kind <= inspect.Parameter.POSITIONAL_OR_KEYWORD for kind in kinds) - 1))


def beside_xdata(call: dict[str, Any], captured: tuple[Any, ...]) -> None:
    """Let the model and its Jacobian, which are given no `args`, find what they capture with their xdata."""
    for name in ("f", "jac"):
        if callable(call.get(name)):
            call[name] = update_wrapper(partial(_with_captured, call[name]), call[name])
    call["xdata"] = {"captured": captured, "xdata": as_numbers(call["xdata"])}
    with_loss(call, captured)


def _with_captured(function: Callable[..., Any], data: dict[str, Any], *x: Any) -> Any:
    return function(data["xdata"], *x, *data["captured"])


def as_numbers(xdata: Any) -> Any:
    """Data in arrays and lists as floating numbers; of what else there is the model knows what to do with it."""
    return floating(array_of(xdata)) if isinstance(xdata, (list, tuple)) or hasattr(xdata, "dtype") else xdata


@solver_twin(so.curve_fit, "model", "give it in xdata, or write autograd.scipy.optimize.least_squares with args=(...)",
             enter=beside_xdata, real=True)
def curve_fit(call: Call, solver: Solver) -> Any:
    if call["nan_policy"] == "omit":
        raise ValueError("curve_fit of tensors takes no nan_policy='omit': leave out what is nan, x[good] and y[good]")
    misfit = Misfit(of_a_model, lambda call: call["kwargs"])

    def fit(kwargs: dict[str, Any], **call: Any) -> Any:
        loss = {"loss": as_scipy_calls_it(kwargs["loss"])} if "loss" in kwargs else {}
        return solver(**call, **kwargs | loss)

    found, x = solved(stationary(misfit.cost, limits), parameters(call), call | {"full_output": True}, fit,
                      itemgetter(0))
    residuals, rows = of_a_model(x, call), misfit.jacobian(x, call)
    spare = residuals.size - x.size
    covariance = np.linalg.inv(rows.T @ rows)
    if not call["absolute_sigma"]:
        covariance = covariance * 2 * misfit.cost(x, call) / spare if spare > 0 else np.full(covariance.shape, np.inf)
    _, _, info, *words = found
    with_words = (counts_and_words(info) | {"fvec": residuals}, *words) if call["full_output"] else ()
    return (x, covariance, *with_words)


def of_func(x: Array, call: Call) -> Array:
    return np.atleast_1d(array_of(call["func"](x, *call["args"])))


@solver_twin(so.leastsq, "residuals", real=True)
def leastsq(call: Call, solver: Solver) -> Any:
    misfit = Misfit(of_func, lambda call: {})
    found, x = solved(stationary(misfit.cost, lambda call: (-np.inf, np.inf)),
                      np.atleast_1d(unknowns(call["x0"])).ravel(), call | {"full_output": True}, solver, itemgetter(0))
    _, _, info, *words = found
    if not call["full_output"]:
        return x, words[-1]
    rows = misfit.jacobian(x, call)
    return x, np.linalg.inv(rows.T @ rows), counts_and_words(info) | {"fvec": of_func(x, call)}, *words
