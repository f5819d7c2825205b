"""What is computed from values alone: piecewise constant functions, and conditions that a function branches on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autograd.arguments import FLAT, into, parameters, refuse_foreign_options
from autograd.modes import local, mode
from autograd.primitive import wrap
from autograd.registry import described
from autograd.tensor import Tensor
from autograd.tensor.box import highest
from autograd.tensor.nested import shared_values, tensors_in, values_of

QUICK = FLAT | {Tensor}
"""Types of arguments that are plain values."""


def piecewise_constant(function: Callable[..., Any]) -> Callable[..., Any]:
    """A piecewise constant function: it computes on the values, and its result needs no gradient."""

    def apply(*args: Any, **options: Any) -> Any:
        if len(args) > 2 or "out" in options:
            named = dict(zip(parameters(function), args, strict=False)) | options
            if (target := named.pop("out", None)) is not None:
                return into(function.__name__, target, apply(**named))
        if options:
            refuse_foreign_options(function, options)
        elif not mode.special and QUICK.issuperset(map(type, args)):  # the hot path
            return wrap(function(*[x._value if type(x) is Tensor else x for x in args]))
        if mode.special and local.stand_in is not None:
            args, options = values_of((args, options), local.stand_in)
        if (box := highest(tensors_in((args, options)))) is not None:
            return box.process_constant(apply, args, options)
        out = wrap(function(*values_of(args), **values_of(options)))
        if local.of_values is not None and not options:
            local.of_values(function, args, out)
        return out

    return described(apply, "constant", function)


def decided(question: Callable[..., Any], *args: Any) -> Any:
    """The answer to a question about values; inside `vmap` it must be the same for every example.

    The question must not close over a tensor, whose graph it would keep until the garbage collector runs.
    """
    return shared_values(piecewise_constant(question)(*args))


def put_back(x: Any, low: float, high: float) -> Any:
    """A value that rounding moved out of its natural bounds, moved back without changing its derivative."""
    return x - piecewise_constant(lambda x: x - np.clip(x, low, high))(x)
