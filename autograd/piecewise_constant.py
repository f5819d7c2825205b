"""What is computed on values alone: piecewise constant functions, and what a function asks of values on its course."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .arrays import elements
from .box import Box, shared_value
from .calling import parameters, refuse_foreign, refuse_out
from .primitive import wrap
from .tensor import Tensor
from .tree import tensors_in


def piecewise_constant(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function whose value is piecewise constant: it computes on the values, and its result needs no gradient."""

    def apply(*args: Any, **options: Any) -> Any:
        if len(args) > 2 or "out" in options:
            refuse_out(function.__name__, (dict(zip(parameters(function), args, strict=False)) | options).get("out"))
        if options:
            refuse_foreign(function, options)
        boxes = [x for x in tensors_in((args, options)) if isinstance(x, Box)]
        if boxes:
            return max(boxes, key=lambda box: box.level).process_constant(apply, args, options)
        return wrap(function(*values_of(args), **values_of(options)))

    apply.kind = "constant"  # type: ignore[attr-defined]  # what supported() says of it
    apply.elementwise = isinstance(function, np.ufunc)  # type: ignore[attr-defined]  # what vmap needs to know
    return apply


def value_of(x: Tensor) -> Any:
    return x._value


def values_of(tree: Any, read: Callable[[Tensor], Any] = value_of) -> Any:
    """The same arguments with arrays in place of tensors."""
    if isinstance(tree, Tensor):
        return read(tree)
    if isinstance(tree, dict):
        return {key: values_of(branch, read) for key, branch in tree.items()}
    if isinstance(tree, (list, tuple)):
        branches = [values_of(branch, read) for branch in tree]
        return type(tree)(*branches) if hasattr(tree, "_fields") else type(tree)(branches)
    return elements(tree)


def shared_values(tree: Any) -> Any:
    """The values of arguments that the course of a function depends on; inside `vmap` those that all examples share.
    Raises `TypeError` where examples differ.
    """
    return values_of(tree, shared_value)


def decided(question: Callable[..., Any], *args: Any) -> Any:
    """The answer to a question about values, which inside `vmap` all examples must share, whatever their values.

    The question closes over no tensor, whose graph it would keep until the garbage collector runs.
    """
    return shared_values(piecewise_constant(question)(*args))
