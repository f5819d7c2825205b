"""A user's function as SciPy's solvers call it, on numbers: a tensor found elsewhere would lose its gradient."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import wraps
from typing import Any

import numpy as np

from autograd.errors import NoDerivativeError
from autograd.modes import outside
from autograd.tensor.box import tracked
from autograd.tensor.nested import tensors_in

ARGS = "pass it in args=(...)"


def on_values(of: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """A function as SciPy calls it, on numbers; what it computes with tensors of its own would lose their gradients."""

    def apply(*args: Any) -> Any:
        with outside():
            value = function(*args)
        return np.asarray(_without_tensors(of, value))

    return apply


def watched(of: str, solver: Callable[..., Any], how: str = ARGS) -> Callable[..., Any]:
    """SciPy's own solver, where a tensor that is not among the arguments may still come out of the function."""
    name = next(iter(inspect.signature(solver).parameters))

    def apply(*args: Any, **options: Any) -> Any:
        if not args and name not in options:
            return solver(**options)  # which says that there is no function
        function = args[0] if args else options.pop(name)

        def on_numbers(*numbers: Any, **constants: Any) -> Any:
            return _without_tensors(of, function(*numbers, **constants), how)

        return solver(wraps(function)(on_numbers) if callable(function) else function, *args[1:], **options)

    return apply


def _without_tensors(of: str, value: Any, how: str = ARGS) -> Any:
    """A value that a user's function returned, in which there may be no tensor whose gradient would be lost."""
    if any(map(tracked, tensors_in(value))):
        raise NoDerivativeError(f"the function of the {of} uses a tensor that requires grad and is not among its "
                                f"arguments; {how}, so that its gradient is not lost")
    return value
