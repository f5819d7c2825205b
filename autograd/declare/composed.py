"""Functions without a rule of their own: composed of others, or piecewise constant."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from autograd.arguments import as_operand, in_dtypes_of_loop
from autograd.registry import registry
from autograd.rule_signature import Rule

from .on_values import piecewise_constant


def constant(*functions: Callable[..., Any]) -> None:
    """Register functions whose value is piecewise constant: tensors go in, tensors without a gradient come out."""
    for function in functions:
        registry[function] = piecewise_constant(function)


def composite(function: Callable[..., Any]) -> Callable[[Rule], Rule]:
    """Register a function that is composed of others: `@composite(np.average)` on its text in NumPy calls."""

    def register(definition: Rule) -> Rule:
        registry[function] = in_dtypes_of(function, definition) if isinstance(function, np.ufunc) else definition
        return definition

    return register


def in_dtypes_of(ufunc: np.ufunc, definition: Rule) -> Rule:
    """A definition whose operands are cast as the ufunc casts them; SciPy's have no half precision, for example."""

    @functools.wraps(definition)
    def apply(*operands: Any, **options: Any) -> Any:
        return definition(*in_dtypes_of_loop(ufunc, [*map(as_operand, operands)]), **options)

    return apply
