"""What all distributions have beside their formulas: they are frozen with parameters, and listed by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

import numpy as np

from autograd.duck_arrays import Array
from autograd.scipy.twin import in_registry

P = ParamSpec("P")

NAMES = ("pdf", "logpdf", "pmf", "logpmf", "cdf", "logcdf", "sf", "logsf", "ppf", "isf", "entropy")
"""The names of a distribution's functions that may have twins."""


class Frozen:
    """`norm(loc, scale)`: each of its functions is the distribution's own with these parameters after x."""

    def __init__(self, distribution: Any, parameters: Sequence[Array], named: Mapping[str, Array]) -> None:
        self._distribution, self._parameters, self._named = distribution, parameters, named

    def __getattr__(self, name: str) -> Callable[..., Array]:
        if name.startswith("_"):  # also looked up on a copy that has no attributes yet
            raise AttributeError(name)
        function = getattr(self._distribution, name)
        return lambda *x: function(*x, *self._parameters, **self._named)


class Freezing:
    """A distribution that can be frozen, and whose errors list the functions it has."""

    name: str

    def __call__(self, *parameters: Array, **named: Array) -> Frozen:
        """The distribution with these parameters, as SciPy freezes one: `norm(loc, scale).logpdf(x)`."""
        return Frozen(self, parameters, named)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        raise AttributeError(f"the twin of scipy.stats.{self.name} has {', '.join(self.functions())}, and no {name}: "
                             f"scipy.stats.{self.name}.{name} takes numbers", name=name, obj=self)

    def functions(self) -> list[str]:
        """The names of its functions."""
        found = {*vars(self), *vars(type(self))}
        return [name for name in NAMES if name in found]


Family = TypeVar("Family", bound=Freezing)


def registered(family: Family) -> Family:
    """The family, with its functions in the registry by the names that they have in SciPy."""
    for function in family.functions():
        method = getattr(family, function)
        method.__func__.__name__, method.__func__.__module__ = f"{family.name}.{function}", "scipy.stats"
        in_registry(method, method, real=True)
    return family


def exponential(logarithm: Callable[Concatenate[Any, P], Array]) -> Callable[Concatenate[Any, P], Array]:
    """The density that goes with a method for its logarithm, of the same arguments."""

    @wraps(logarithm)
    def apply(family: Any, /, *args: P.args, **named: P.kwargs) -> Array:
        return np.exp(logarithm(family, *args, **named))

    apply.__doc__ = f"exp({logarithm.__name__})."
    return apply
