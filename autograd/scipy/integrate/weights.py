"""Integrals with a weight, as QUADPACK knows them (Piessens et al. 1983), in a variable in which the weight is fixed.

The integral of f(x) cos(w x) over x is that of f(u/w)/w cos(u) over u = w x, of f(x)/(x - c) that of f(c + u)/u, and a
weight with poles or logarithms at both ends becomes one over (0, 1). All parameters then occur in f and in the ends,
where the derivatives are those of any integral.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from autograd.arrays import one_of
from autograd.declare import decided
from autograd.duck_arrays import Array
from autograd.errors import NoDerivativeError
from autograd.scipy.precision import at_least
from autograd.tensor.box import varies
from autograd.tensor.nested import shared_values, tensors_in

WEIGHTS: dict[Any, Callable[[Array], Array]] = {
    None: np.ones_like, "cos": np.cos, "sin": np.sin, "cauchy": lambda u: 1 / u}
"""The weights as functions, to evaluate them at the ends of an integral, which may move."""

LOGARITHMS = {
    "alg": [("alg", 0)], "alg-loga": [("alg-loga", 0), ("alg", 1)], "alg-logb": [("alg-logb", 0), ("alg", 1)],
    "alg-log": [("alg-log", 0), ("alg-loga", 1), ("alg-logb", 1), ("alg", 2)]}
"""A product of logarithms of lengths in terms of those of shares of the whole: log(L s) = log(L) + log(s)."""


class Weighting(NamedTuple):
    """The integral of integrand(f, u, *numbers) over u from one end to another, with a weight in u."""

    ends: tuple[Array, Array]
    numbers: tuple[Array, ...]
    integrand: Callable[..., Array]
    settings: dict[str, Any]


def weightings(weight: Any, wvar: Any, a: Array, b: Array) -> list[Weighting]:
    """The integrals whose sum is that of f from a to b with this weight."""
    if weight is None:
        return [Weighting((a, b), (), lambda f, x: f(x), {})]
    one_of("weight", weight, ["cos", "sin", "cauchy", *LOGARITHMS])
    a, b = at_least(np.float64, a, b)
    if weight in LOGARITHMS:
        return between_poles(weight, wvar, a, b)
    (number,) = at_least(np.float64, wvar)
    if weight == "cauchy":
        return [Weighting((a - number, b - number), (number,), lambda f, u, c: f(c + u),
                          {"weight": weight, "wvar": 0.0})]
    wave = WEIGHTS[weight]
    if decided(lambda w: w == 0, number):
        return [Weighting((a, b), (number,), lambda f, x, w: f(x) * wave(w * x), {})]
    low, high = (np.where(np.isinf(end), end * np.sign(number), end * number) for end in (a, b))
    return [Weighting((low, high), (number,), lambda f, u, w: f(u / w) / w, {"weight": weight, "wvar": 1.0})]


def between_poles(weight: str, wvar: Any, a: Array, b: Array) -> list[Weighting]:
    """The integrals with (x - a)^p (b - x)^q and logarithms, over x as a share of the way from one end to the other."""
    if any(map(varies, tensors_in(wvar))):
        raise NoDerivativeError("quad has no derivative in the exponents of a weight; leave the weight out, and have "
                                "func return f(x) * (x - a)**p * (b - x)**q")
    exponents = tuple(map(float, shared_values(wvar)))

    def weighting(name: str, logarithms: int) -> Weighting:
        def integrand(f: Callable[[Array], Array], share: Array, a: Array, b: Array) -> Array:
            low, length = np.minimum(a, b), np.abs(b - a)
            factor = np.sign(b - a) * length ** (1 + sum(exponents)) * np.log(length) ** logarithms
            return factor * f(low + length * share)

        return Weighting((np.zeros(()), np.ones(())), (a, b), integrand, {"weight": name, "wvar": exponents})

    return [weighting(*part) for part in LOGARITHMS[weight]]
