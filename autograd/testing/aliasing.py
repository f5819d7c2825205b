"""Gradients belong to whoever asked for them: of the right shape and dtype, sharing memory with nothing else."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import combinations
from typing import Any

import numpy as np

from autograd.arrays import Array
from autograd.errors import GradientMismatch
from autograd.tensor.box import another
from autograd.transforms import vjp

from .differences import Arrays, random_like
from .subject import as_array, raw


def check_ownership(call: Callable[..., list[Any]], values: Arrays, given: Arrays, names: Sequence[str]) -> None:
    """`GradientMismatch` if gradients have a wrong shape or dtype, share memory, or change what they should not.

    `values` are the inputs as the check computes, `given` as the user wrote them: there the gradient's dtype must be
    the argument's own.
    """
    first = _pull(call, values, names)
    if any(g.dtype != v.dtype for g, v in zip(given, values, strict=True)):
        _pull(call, given, names)
    _check_company(call, values, names, first)


def _pull(call: Callable[..., list[Any]], values: Arrays, names: Sequence[str]) -> Arrays:
    """The gradients of a random cotangent, each its owner's."""
    inputs = [v.copy() for v in values]
    outs, pullback = vjp(call, *inputs)
    cotangents = random_like([as_array(out) for out in outs], np.random.default_rng(1))
    seeds = [u.copy() for u in cotangents]
    gradients = [as_array(g) for g in pullback(seeds)]
    _check_form(gradients, values, names)
    _unchanged(cotangents, seeds, "the cotangent that was given to the pullback")
    _unchanged(values, inputs, "an argument")
    known = [g.copy() for g in gradients]
    again = [as_array(g) for g in pullback([2 * u for u in cotangents])]
    _unchanged(known, gradients, "the gradient of an earlier pullback")
    _check_linear(known, again, names)
    _check_memory([*zip([f"the gradient of {name}" for name in names], gradients, strict=True),
                   *[("the cotangent", u) for u in seeds], *[("an argument", v) for v in inputs]])
    return known


def _check_form(gradients: Arrays, values: Arrays, names: Sequence[str]) -> None:
    for gradient, value, name in zip(gradients, values, names, strict=True):
        if gradient.shape != value.shape:
            raise GradientMismatch(f"reverse mode: the gradient of {name} has shape {gradient.shape}, the argument "
                                   f"{value.shape}: was it not summed over the axes that were broadcast?")
        if gradient.dtype != value.dtype:
            raise GradientMismatch(f"reverse mode: the gradient of {name} is {gradient.dtype}, the argument "
                                   f"{value.dtype}")


def _check_linear(once: Arrays, twice: Arrays, names: Sequence[str]) -> None:
    for g, double, name in zip(once, twice, names, strict=True):
        if not np.allclose(2 * g, double, rtol=1e3 * np.finfo(g.dtype).eps, equal_nan=True):
            raise GradientMismatch(f"reverse mode: the pullback is not linear: for twice the cotangent the gradient "
                                   f"of {name} is {double}, not twice {g}")


def _check_memory(owners: Sequence[tuple[str, Array]]) -> None:
    for (name, a), (other, b) in combinations(owners, 2):
        if np.shares_memory(a, b):
            raise GradientMismatch(f"reverse mode: {name} shares memory with {other}: a change of one would be a "
                                   "change of both; return a copy from the rule")


def _unchanged(before: Arrays, after: Sequence[Array], what: str) -> None:
    for a, b in zip(before, after, strict=True):
        if not np.array_equal(a, b, equal_nan=True):
            raise GradientMismatch(f"reverse mode: the backward pass changed {what} in place")


def _check_company(call: Callable[..., list[Any]], values: Arrays, names: Sequence[str], known: Arrays) -> None:
    """The gradients must be the same when the arguments are used elsewhere too, and what arrives there is added."""
    count = len(values)

    def together(*leaves: Any) -> list[Any]:
        shared = [leaf * 1.0 for leaf in leaves[:count]]
        outs = call(*[another(leaf) for leaf in shared])  # copies: the function may write to them
        before, after = leaves[count : count + len(outs)], leaves[count + len(outs) :]
        outs = [b + out + a for b, out, a in zip(before, outs, after, strict=True)]
        return [*outs, *[leaf + leaf for leaf in shared]]

    beside = [np.zeros_like(out) for out in raw(call, values)]
    _, pullback = vjp(together, *values, *beside, *beside)
    cotangents = random_like(beside, np.random.default_rng(1))
    extra = random_like(values, np.random.default_rng(2))
    found = [as_array(g) for g in pullback([*cotangents, *extra])]
    for gradient, cotangent in zip(found[count:], cotangents * 2, strict=True):
        if not np.array_equal(gradient, cotangent):
            raise GradientMismatch("reverse mode: a rule changed its cotangent in place, which belongs to others too: "
                                   f"they received {gradient} instead of {cotangent}")
    for gradient, alone, more, name in zip(found[:count], known, extra, names, strict=True):
        expected = alone + 2 * more
        with np.errstate(invalid="ignore"):
            agree = np.abs(gradient - expected) <= np.finfo(gradient.dtype).eps ** 0.5 * (1 + np.abs(expected))
        if not np.all(agree | ~np.isfinite(expected)):
            raise GradientMismatch(f"reverse mode: the gradient of {name} changes when its argument is used a second "
                                   f"time: {gradient} instead of {expected}. A rule returns an array that it also "
                                   "hands to another operand or keeps")
