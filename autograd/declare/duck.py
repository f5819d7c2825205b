"""Functions of our own inside rules, which must take arrays as well as tensors, as NumPy's own do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from autograd.rule_signature import Rule
from autograd.tensor import Tensor

Array = Any


def on_arrays_too(apply: Callable[..., Any], evaluate: Rule) -> Rule:
    """For use within rules, where arrays give arrays and tensors give tensors, as NumPy's own functions do."""

    def either(*operands: Array, **options: Any) -> Array:
        for x in operands:
            if isinstance(x, Tensor):
                return apply(*operands, **options)
        return evaluate(*operands, **options)

    return either
