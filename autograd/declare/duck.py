"""Our own functions inside rules, which must take arrays as well as tensors, as NumPy's functions do."""

from __future__ import annotations

from typing import Any

from autograd.duck_arrays import Array
from autograd.rule_signature import Rule
from autograd.tensor import Tensor


def on_arrays_too(apply: Any) -> Rule:
    """An operation for use within rules: it returns an array for arrays and a tensor for tensors."""
    on_arrays = apply.evaluate

    def either(*operands: Array, **options: Any) -> Array:
        for x in operands:
            if isinstance(x, Tensor):
                return apply(*operands, **options)
        return on_arrays(*operands, **options)

    return either
