"""What all distributions share: location and scale, support, and each function in terms of the others."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial, reduce
from typing import Any

import numpy as np
import scipy.stats

from autograd.arguments import in_common
from autograd.duck_arrays import Array
from autograd.rule_signature import argument_names, reading
from autograd.rules.closed import closed, slope
from autograd.rules.special.incomplete import inverse
from autograd.scipy.precision import at_least
from autograd.scipy.twin import in_registry
from autograd.tensor.nested import values_of

from .frozen import Freezing

Form = Callable[..., Array]

OUTSIDE = {"cdf": (0.0, 1.0), "sf": (1.0, 0.0), "logcdf": (-np.inf, 0.0), "logsf": (0.0, -np.inf)}
"""The constant values below and above the support."""


def log_probability(p: Array, rest: Array) -> Array:
    """The logarithm of a probability, by the rest, 1 - p, where that is smaller, and so known more precisely."""
    small = p <= 0.5
    return np.where(small, np.log(np.where(small, p, 1.0)), np.log1p(-np.where(small, 0.0, rest)))


def scipys(name: str, function: str) -> Form:
    """A function of one of SciPy's distributions, in the dtype of its arguments."""

    def apply(*given: Array) -> Array:
        found = getattr(getattr(scipy.stats, name), function)(*given)
        return np.asarray(found).astype(np.result_type(*given))

    return apply


def of_member(family: Distribution, *shapes: float) -> dict[str, Form]:
    """The forms of a distribution that is the member of a family with these shapes."""
    def member(form: Form) -> Form:
        return lambda x: form(x, *[shape + 0 * x for shape in shapes])

    return {function: member(form) for function, form in family.forms.items()}


def through(family: Distribution, function: Form, inverse: Form, log_slope: Form, *,
            falling: bool = False) -> dict[str, Any]:
    """The forms of a distribution of an x whose `function(x, *shapes)` has the distribution `family`, without shapes.

    `inverse(y, *shapes)` is the x of a y, and `log_slope(x, *shapes)` the logarithm of |dy/dx|. If y is `falling` in x,
    the tails change places.
    """
    def of_x(form: Form) -> Form:
        return lambda x, *shapes: form(function(x, *shapes))

    def quantile(form: Form) -> Form:
        return lambda q, *shapes: inverse(form(q), *shapes)

    def density(x: Array, *shapes: Array) -> Array:
        return family.forms["logpdf"](function(x, *shapes)) + log_slope(x, *shapes)

    forms = {name: (quantile if name in ("ppf", "isf") else of_x)(form) for name, form in family.forms.items()}
    if falling:
        for one, other in (("cdf", "sf"), ("logcdf", "logsf"), ("ppf", "isf")):
            forms[one], forms[other] = forms[other], forms[one]
    return forms | {"logpdf": reading(argument_names(function), density)}


def all_of(conditions: Sequence[Array]) -> Array:
    return reduce(np.logical_and, conditions, True)


class Distribution(Freezing):
    """A family whose functions take `(x, *shapes, loc=0, scale=1)`, shapes by position or name, as SciPy's do.

    Forms are functions of x and the shapes: those of the standard member (loc 0, scale 1), for x inside the support.
    The support, which may be a function of the shapes, includes its ends, except the lower one if it is `open_below`.
    The logarithm of the density and `cdf` are given; the rest follows, unless it is given because there is a more
    accurate form. Quantiles without a form are SciPy's, or those that `quantiles` has, and are differentiated as the
    inverses of `cdf` and `sf`.
    `log_limit` is given where SciPy's density at an end of the support is not its limit. If the scale is not positive,
    or the shapes are not `possible` (by default: positive), there is no distribution and everything is nan.
    """

    density = "logpdf"
    continuous = True
    standard: Mapping[str, float] = {"loc": 0.0, "scale": 1.0}

    pdf: Callable[..., Array]
    logpdf: Callable[..., Array]
    pmf: Callable[..., Array]
    logpmf: Callable[..., Array]
    cdf: Callable[..., Array]
    logcdf: Callable[..., Array]
    sf: Callable[..., Array]
    logsf: Callable[..., Array]
    ppf: Callable[..., Array]
    isf: Callable[..., Array]

    def __init__(self, name: str, support: tuple[float, float] | Form, *, open_below: bool = False,
                 possible: Callable[..., Array] | None = None, log_limit: Form | None = None,
                 quantiles: Callable[[str], Form] | None = None, **forms: Form) -> None:
        self.name, self.support, self.open_below, self.log_limit = name, support, open_below, log_limit
        self.possible = possible or (lambda *shapes: all_of([shape > 0 for shape in shapes]))
        self.shapes = argument_names(forms[self.density])[1:]
        self.parameters = (*self.shapes, *self.standard)
        derived: dict[str, Form] = {
            "sf": lambda z, *shapes: 1 - forms["cdf"](z, *shapes),
            "logcdf": lambda z, *shapes: log_probability(forms["cdf"](z, *shapes), self.forms["sf"](z, *shapes)),
            "logsf": lambda z, *shapes: log_probability(self.forms["sf"](z, *shapes), forms["cdf"](z, *shapes)),
        }
        if "ppf" in forms:
            derived["isf"] = lambda q, *shapes: forms["ppf"](1 - q, *shapes)
        self.forms = derived | forms
        if self.continuous and "cdf" in forms and "ppf" not in forms:
            values = quantiles or partial(scipys, name)
            self.forms |= {"ppf": self._inverse("ppf", values, "cdf", 1), "isf": self._inverse("isf", values, "sf", -1)}
        self._register(self.density, self._log_density)
        self._register(self.density[3:], self._density)
        for function in OUTSIDE if "cdf" in forms else ():
            self._register(function, self._distribution(function))
        for function in ("ppf", "isf") if "ppf" in self.forms else ():
            self._register(function, self._quantile(function))

    def _register(self, function: str, definition: Callable[..., Array]) -> None:
        label = f"{self.name}.{function}"

        def standard(x: Array, loc: Array, scale: Array, *given: Array) -> Array:
            known = all_of([scale > 0, self.possible(*given)])
            scale, *shapes = (np.where(known, p, np.nan) for p in (scale, *given))
            return definition(x, shapes, loc, scale)

        operation = closed(reading(("x", "loc", "scale", *self.shapes), standard), label)

        def apply(x: Array, *given: Array, **named: Array) -> Array:
            values: dict[str, Any] = {**self.standard, **dict(zip(self.parameters, given, strict=False)), **named}
            twice = named.keys() & set(self.parameters[: len(given)])
            if twice or len(given) > len(self.parameters) or set(values) != set(self.parameters):
                raise TypeError(f"{self.name}.{function}(x, {', '.join(self.parameters)}) got {len(given)} parameters "
                                f"by position and {', '.join(named) or 'none'} by name")
            shapes = [values[name] for name in self.shapes]
            x, loc, scale, *shapes = in_common((x, values["loc"], values.get("scale", 1.0), *shapes))
            with np.errstate(all="ignore"):  # the logarithm of 0 is -inf, without a warning in SciPy
                return operation(x, loc, scale, *shapes)

        apply.__name__, apply.__module__ = label, "scipy.stats"
        setattr(self, function, in_registry(apply, apply, real=True))

    def _ends(self, shapes: Sequence[Array]) -> Any:
        return self.support(*shapes) if callable(self.support) else self.support

    def _inverse(self, function: str, values: Callable[[str], Form], inverted: str, sign: int) -> Form:
        """Quantiles of the standard member, as `values` has them, with the slopes of an inverse of the form `inverted`.

        They are computed in double precision: in single precision those of a heavy tail of `ncf` have four digits.
        """
        density, form = self.forms[self.density], self.forms[inverted]
        slopes = [reading(("x", *self.shapes), rule) for rule in (
            lambda *at: sign * np.exp(density(*at)), *[slope(form, i + 1) for i in range(len(self.shapes))])]
        in_doubles = closed(reading(("q", *self.shapes), values(function)),
                            f"standard {self.name}.{function}", *inverse(*slopes, place=0))
        return lambda q, *shapes: in_doubles(*at_least(np.float64, q, *shapes)).astype(q.dtype)

    def _inside(self, z: Array, shapes: Sequence[Array]) -> tuple[Array, Array]:
        """Where z is in the support, and z; it stops at ends that move with the shapes, since these are kinks.

        An infinite z counts as outside: probabilities there are 0 or 1 for any shapes, where forms compute inf - inf.
        """
        low, high = self._ends(shapes)
        under = z <= low if self.open_below else z < low
        within = ~(under | (z > high) | np.isinf(z))  # nan is: every form gives nan for it
        return within, np.clip(z, low, high) if callable(self.support) else z

    def _log_density(self, x: Array, shapes: Sequence[Array], loc: Array, scale: Array) -> Array:
        within, z = self._inside((x - loc) / scale, shapes)
        return np.where(within, self.forms[self.density](z, *shapes) - np.log(scale), -np.inf)

    def _density(self, x: Array, shapes: Sequence[Array], loc: Array, scale: Array) -> Array:
        """The density; where it is 0 it stays so for all shapes, and an end of the support is a kink."""
        return np.exp(self._log_density(x, shapes, loc, scale))

    def _up_to_ends(self, function: str) -> Form:
        """The form of a probability, with the slope from inside at fixed ends of the support: the density's limit.

        The chain rule of a form may lose it there, as that of a function of x^2 multiplies 0 by infinity at 0.
        """
        operands = "x", *self.shapes
        form = reading(operands, lambda x, *shapes: self.forms[function](x, *shapes))
        if not self.continuous or callable(self.support) or np.all(np.isinf(self.support)):
            return form
        log_density, sign = self.log_limit or self.forms[self.density], 1 if "cdf" in function else -1

        def steepness(x: Array, *shapes: Array) -> Array:
            low, high = self._ends(shapes)
            inside, at_end = slope(form, 0)(x, *shapes), (x == low) | (x == high)
            if not np.any(values_of(at_end)):  # as nearly always, which saves the density
                return inside
            density = log_density(x, *shapes)
            lost = at_end & (density > -np.inf) & ~(sign * inside > 0)
            share = probability(x, *shapes) if function.startswith("log") else 0.0
            return np.where(lost, sign * np.exp(density - share), inside)

        slopes = [steepness, *[slope(form, place) for place in range(1, len(operands))]]
        probability = closed(form, f"standard {self.name}.{function} up to its ends",
                             *[reading(operands, rule) for rule in slopes])
        return probability

    def _distribution(self, function: str) -> Callable[..., Array]:
        probability = self._up_to_ends(function)

        def definition(x: Array, shapes: Sequence[Array], loc: Array, scale: Array) -> Array:
            under, over = OUTSIDE[function]
            standard = (x - loc) / scale
            within, z = self._inside(standard, shapes)
            beyond = (standard > self._ends(shapes)[1]) | (standard == np.inf)
            return np.where(beyond, over, np.where(within, probability(z, *shapes), under))

        return definition

    def _quantile(self, function: str) -> Callable[..., Array]:
        quantile = self._with_ends(function)

        def definition(q: Array, shapes: Sequence[Array], loc: Array, scale: Array) -> Array:
            return quantile(np.where((q >= 0) & (q <= 1), q, np.nan), *shapes) * scale + loc

        return definition

    def _with_ends(self, function: str) -> Form:
        """The quantiles of the standard member, and for q = 0 and 1 the ends of the support, as in SciPy.

        There forms divide 0 by 0. The slope in q is 1 over the density all the same, and in the shapes that of the end.
        An infinite end has no slope in the shapes unless, coming from inside, it is infinite.
        """
        sign, operands = (1 if function == "ppf" else -1), ("q", *self.shapes)
        form = reading(operands, lambda q, *shapes: self.forms[function](q, *shapes))

        def end(q: Array, *shapes: Array) -> Array:
            low, high = self._ends(shapes)
            return np.where((q == 0) == (sign > 0), low + 0 * q, high + 0 * q)

        def steepness(q: Array, *shapes: Array) -> Array:
            ended = (q == 0) | (q == 1)
            inside = slope(form, 0)(np.where(ended, 0.5, q), *shapes)
            x = end(q, *shapes)
            limit = self.log_limit(x, *shapes) if self.log_limit else self._log_density(x, shapes, 0.0, 1.0)
            return np.where(ended, sign / np.exp(limit), inside)

        def moved(place: int) -> Form:
            def along(q: Array, *shapes: Array) -> Array:
                inside = slope(form, place)(q, *shapes)
                of_end = np.where(np.isinf(end(q, *shapes)), np.where(np.isinf(inside), inside, np.nan),
                                  slope(reading(operands, end), place)(q, *shapes))
                return np.where((q == 0) | (q == 1), of_end, inside)

            return along

        slopes = [steepness, *[moved(place) for place in range(1, len(operands))]]
        return closed(
            reading(operands, lambda q, *shapes: np.where((q == 0) | (q == 1), end(q, *shapes), form(q, *shapes))),
            f"standard {self.name}.{function} with ends", *[reading(operands, rule) for rule in slopes])


class Discrete(Distribution):
    """A distribution of counts; nothing is differentiated in the count itself."""

    density = "logpmf"
    continuous = False
    standard: Mapping[str, float] = {"loc": 0.0}

    def _inside(self, z: Array, shapes: Sequence[Array]) -> tuple[Array, Array]:
        within, z = super()._inside(z, shapes)
        return within, np.floor(z)

    def _log_density(self, x: Array, shapes: Sequence[Array], loc: Array, scale: Array) -> Array:
        z = (x - loc) / scale
        return np.where(np.floor(z) < z, -np.inf, super()._log_density(x, shapes, loc, scale))
