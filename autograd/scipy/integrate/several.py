"""Integrals over several variables: the inner integral is a function that the outer one integrates."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np
import scipy.integrate as si

from autograd.duck_arrays import Array
from autograd.scipy.callbacks import as_args, twin_of_functions

from .intervals import over_interval


@twin_of_functions(si.nquad, "integral", real=True)
def nquad(func: Callable[..., Any], ranges: Sequence[Any], args: Any = None, opts: Any = None,
          full_output: bool = False) -> Any:
    """The integral of func(x0, ..., xn, *args) over the ranges, the last of them outermost, and the largest error.

    A range is `(a, b)` or a function of the variables after its own and of `args`. Differentiated in the ends of the
    ranges and in `args`.
    """
    if full_output:
        raise ValueError("nquad of tensors has no full_output: count the calls of func in func")
    settings = opts if isinstance(opts, (list, tuple)) else [opts] * len(ranges)
    errors: list[float] = []
    given = () if args is None else as_args(args)
    value = integral(func, ranges, settings, errors, *given)
    return value, np.float64(max(errors))


def integral(func: Callable[..., Any], ranges: Sequence[Any], settings: Sequence[Any], errors: list[float],
             *given: Array) -> Array:
    """The integral over all variables that have a range, given the later variables and `args`."""
    *inner, (low, high) = [*ranges[:-1], ranges[-1](*given) if callable(ranges[-1]) else ranges[-1]]
    options = settings[-1](*given) if callable(settings[-1]) else settings[-1]
    within = partial(integral, func, inner, settings[:-1], errors) if inner else func
    value, error = over_interval(within, low, high, given, **(options or {}))  # func is converted already
    errors.append(float(error))
    return value


def between(count: int, *ends: Any) -> Callable[..., list[Any]]:
    """A range of `nquad` between numbers, or functions of the `count` variables outside of it, the outermost first."""
    return lambda *outer: [end(*reversed(outer[:count])) if callable(end) else end for end in ends]


@twin_of_functions(si.dblquad, "integral", without_args=frozenset(("gfun", "hfun")), real=True)
def dblquad(func: Callable[..., Any], a: Any, b: Any, gfun: Any, hfun: Any, args: Any = (), epsabs: float = 1.49e-8,
            epsrel: float = 1.49e-8) -> Any:
    """The integral of func(y, x, *args) for x from a to b and y from gfun(x) to hfun(x), functions or numbers."""
    return nquad(func, [between(1, gfun, hfun), (a, b)], args, {"epsabs": epsabs, "epsrel": epsrel})


@twin_of_functions(si.tplquad, "integral", without_args=frozenset(("gfun", "hfun", "qfun", "rfun")), real=True)
def tplquad(func: Callable[..., Any], a: Any, b: Any, gfun: Any, hfun: Any, qfun: Any, rfun: Any, args: Any = (),
            epsabs: float = 1.49e-8, epsrel: float = 1.49e-8) -> Any:
    """The integral of func(z, y, x, *args) for x from a to b, y from gfun(x) to hfun(x), z from qfun(x, y) to
    rfun(x, y), functions or numbers.
    """
    ranges = [between(2, qfun, rfun), between(1, gfun, hfun), (a, b)]
    return nquad(func, ranges, args, {"epsabs": epsabs, "epsrel": epsrel})
