"""The `args` of a function that SciPy integrates: its floating numbers are operands, wherever they are nested."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograd import tree
from autograd.arguments import arrays_of
from autograd.errors import NoDerivativeError
from autograd.modes import outside
from autograd.tensor import Tensor
from autograd.tensor.box import tracked
from autograd.tensor.nested import tensors_in

Array = Any


def taken_apart(args: Any) -> tuple[list[Array], Callable[[Sequence[Array]], Any]]:
    """The floating numbers in `args`, and what puts them back; all others stay as they are.

    What puts them back holds none of them: SciPy's solvers are cycles, which keep what they call until it is collected.
    """
    leaves, structure = tree.flatten(tuple(args))
    kinds = float, complex, np.ndarray, np.generic, Tensor
    places = [i for i, x in enumerate(leaves) if isinstance(x, kinds)]
    others = [None if isinstance(x, kinds) else x for x in leaves]

    def filled(values: Sequence[Array]) -> Any:
        return structure.unflatten(tree.replaced(others, places, values))

    return arrays_of([leaves[i] for i in places]), filled


def on_values(of: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """A function as SciPy calls it, on numbers; what it computes with tensors of its own would lose their gradients."""

    def apply(*args: Any) -> Any:
        with outside():
            value = function(*args)
        return np.asarray(_without_tensors(of, value))

    return apply


def watched(of: str, solver: Callable[..., Any]) -> Callable[..., Any]:
    """SciPy's own solver, where a tensor that is not among the arguments may still come out of the function."""
    name = next(iter(inspect.signature(solver).parameters))

    def apply(*args: Any, **options: Any) -> Any:
        function = args[0] if args else options.pop(name)

        def on_numbers(*numbers: Any) -> Any:
            return _without_tensors(of, function(*numbers))

        return solver(on_numbers if callable(function) else function, *args[1:], **options)

    return apply


def _without_tensors(of: str, value: Any) -> Any:
    """A value that a user's function returned, in which there may be no tensor whose gradient would be lost."""
    if any(map(tracked, tensors_in(value))):
        raise NoDerivativeError(f"the function of the {of} uses a tensor that requires grad and is not among its "
                                "arguments; pass it in args=(...), so that its gradient is not lost")
    return value
