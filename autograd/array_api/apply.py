"""How a function of the standard reaches NumPy's: through the registry, so that the result is always a tensor."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from autograd.arguments import as_tensor
from autograd.numpy_protocol import apply_function
from autograd.tensor import Tensor

Function = TypeVar("Function", bound=Callable[..., Tensor])


def call(function: Callable[..., Any], *args: Any, **options: Any) -> Tensor:
    """NumPy's `function` on tensors, recorded if it has a rule, refused if a gradient would be lost."""
    return as_tensor(apply_function(function, args, options))


def call_for_several(function: Callable[..., Any], *args: Any, **options: Any) -> tuple[Tensor, ...]:
    """The same for a function that gives several arrays."""
    return tuple(apply_function(function, args, options))


def documented(apply: Function, function: Callable[..., Any], name: str | None, how: str) -> Function:
    """A function of the standard, under its name, with a docstring that says which of NumPy's it is."""
    apply.__name__ = apply.__qualname__ = name or function.__name__
    apply.__doc__ = f"NumPy's `{function.__name__}`, {how}."
    return apply
