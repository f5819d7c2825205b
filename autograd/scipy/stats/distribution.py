"""What all distributions share: location and scale, support, and each function in terms of the others."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autograd.registry import registry
from autograd.rules.shaping import arrays_of

Array = Any
Form = Callable[..., Array]


class Distribution:
    """A family with shape parameters; its functions take `(x, *shapes, loc=0, scale=1)` as SciPy's do.

    Forms are those of the standard member (loc 0, scale 1), functions of x and the shapes on the inside of the support.
    """

    functions: tuple[str, ...]

    def __init__(self, name: str, support: tuple[float, float], **forms: Form) -> None:
        self.name, self.support, self.forms = name, support, forms
        for function in self.functions:
            setattr(self, function, self._registered(function))

    def _registered(self, function: str) -> Callable[..., Array]:
        form = getattr(self, f"_{function}")

        def apply(x: Array, *shapes: Array, **options: Array) -> Array:
            return form(*arrays_of((x,)), *shapes, **options)

        apply.__name__, apply.__module__ = f"{self.name}.{function}", "scipy.stats"
        apply.note = f"call autograd.scipy.stats.{self.name}.{function}"  # type: ignore[attr-defined]
        registry[apply] = apply
        return apply

    def inside(self, x: Array) -> tuple[Array, Array]:
        """Where x is in the support, and x moved there where it is not, so that no form meets what it cannot."""
        low, high = self.support
        within = (x >= low) & (x <= high)
        anywhere = (low + 1) if high == np.inf and low > -np.inf else (low + high) / 2 if low > -np.inf else 0.0
        return within, np.where(within, x, anywhere)


class Continuous(Distribution):
    """A distribution with a density: `logpdf` and `cdf` are given, the rest follows unless it is given too."""

    functions = ("pdf", "logpdf", "cdf", "logcdf", "sf", "logsf", "ppf", "isf")

    pdf: Callable[..., Array]
    logpdf: Callable[..., Array]
    cdf: Callable[..., Array]
    logcdf: Callable[..., Array]
    sf: Callable[..., Array]
    logsf: Callable[..., Array]
    ppf: Callable[..., Array]
    isf: Callable[..., Array]

    def _standard(self, x: Array, shapes: tuple[Array, ...], loc: Array, scale: Array) -> tuple[Array, ...]:
        count = self.forms["logpdf"].__code__.co_argcount - 1
        loc, scale = (*shapes[count:], *((loc, scale)[len(shapes) - count :]))[:2]
        return (*self.inside((x - loc) / scale), scale, *shapes[:count])

    def _logpdf(self, x: Array, *shapes: Array, loc: Array = 0.0, scale: Array = 1.0) -> Array:
        within, z, scale, *rest = self._standard(x, shapes, loc, scale)
        return np.where(within, self.forms["logpdf"](z, *rest) - np.log(scale), -np.inf)

    def _pdf(self, x: Array, *shapes: Array, **options: Array) -> Array:
        return np.exp(self._logpdf(x, *shapes, **options))

    def _cdf(self, x: Array, *shapes: Array, loc: Array = 0.0, scale: Array = 1.0) -> Array:
        return self._below(self.forms["cdf"], 0.0, 1.0, x, shapes, loc, scale)

    def _sf(self, x: Array, *shapes: Array, loc: Array = 0.0, scale: Array = 1.0) -> Array:
        form = self.forms.get("sf", lambda z, *rest: 1 - self.forms["cdf"](z, *rest))
        return self._below(form, 1.0, 0.0, x, shapes, loc, scale)

    def _logcdf(self, x: Array, *shapes: Array, loc: Array = 0.0, scale: Array = 1.0) -> Array:
        form = self.forms.get("logcdf", lambda z, *rest: np.log(self.forms["cdf"](z, *rest)))
        return self._below(form, -np.inf, 0.0, x, shapes, loc, scale)

    def _logsf(self, x: Array, *shapes: Array, loc: Array = 0.0, scale: Array = 1.0) -> Array:
        sf = self.forms.get("sf", lambda z, *rest: 1 - self.forms["cdf"](z, *rest))
        form = self.forms.get("logsf", lambda z, *rest: np.log(sf(z, *rest)))
        return self._below(form, 0.0, -np.inf, x, shapes, loc, scale)

    def _ppf(self, q: Array, *shapes: Array, loc: Array = 0.0, scale: Array = 1.0) -> Array:
        return self._quantile(self.forms["ppf"], q, shapes, loc, scale)

    def _isf(self, q: Array, *shapes: Array, loc: Array = 0.0, scale: Array = 1.0) -> Array:
        form = self.forms.get("isf", lambda q, *rest: self.forms["ppf"](1 - q, *rest))
        return self._quantile(form, q, shapes, loc, scale)

    def _below(self, form: Form, under: float, over: float, x: Array, shapes: tuple[Array, ...], loc: Array,
               scale: Array) -> Array:
        """A form inside the support, and its constant values under and over it."""
        within, z, scale, *rest = self._standard(x, shapes, loc, scale)
        return np.where(within, form(z, *rest), np.where((x - loc) / scale < self.support[0], under, over))

    def _quantile(self, form: Form, q: Array, shapes: tuple[Array, ...], loc: Array, scale: Array) -> Array:
        count = self.forms["logpdf"].__code__.co_argcount - 1
        loc, scale = (*shapes[count:], *((loc, scale)[len(shapes) - count :]))[:2]
        return form(q, *shapes[:count]) * scale + loc


class Discrete(Distribution):
    """A distribution of counts: `logpmf` and `cdf` are given; nothing is differentiated in the count itself."""

    functions = ("pmf", "logpmf", "cdf", "logcdf", "sf", "logsf")

    pmf: Callable[..., Array]
    logpmf: Callable[..., Array]
    cdf: Callable[..., Array]
    logcdf: Callable[..., Array]
    sf: Callable[..., Array]
    logsf: Callable[..., Array]

    def _logpmf(self, k: Array, *shapes: Array, loc: Array = 0) -> Array:
        within, z, *rest = self._standard(k, shapes, loc)
        return np.where(within & (z == np.floor(z)), self.forms["logpmf"](z, *rest), -np.inf)

    def _pmf(self, k: Array, *shapes: Array, loc: Array = 0) -> Array:
        return np.exp(self._logpmf(k, *shapes, loc=loc))

    def _cdf(self, k: Array, *shapes: Array, loc: Array = 0) -> Array:
        within, z, *rest = self._standard(k, shapes, loc)
        return np.where(within, self.forms["cdf"](np.floor(z), *rest), np.where(k - loc < self.support[0], 0.0, 1.0))

    def _sf(self, k: Array, *shapes: Array, loc: Array = 0) -> Array:
        within, z, *rest = self._standard(k, shapes, loc)
        return np.where(within, self.forms["sf"](np.floor(z), *rest), np.where(k - loc < self.support[0], 1.0, 0.0))

    def _logcdf(self, k: Array, *shapes: Array, loc: Array = 0) -> Array:
        return np.log(self._cdf(k, *shapes, loc=loc))

    def _logsf(self, k: Array, *shapes: Array, loc: Array = 0) -> Array:
        return np.log(self._sf(k, *shapes, loc=loc))

    def _standard(self, k: Array, shapes: tuple[Array, ...], loc: Array) -> tuple[Array, ...]:
        count = self.forms["logpmf"].__code__.co_argcount - 1
        loc = shapes[count] if len(shapes) > count else loc
        return (*self.inside(k - loc), *shapes[:count])
