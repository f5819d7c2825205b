"""Reduction of the losses per element to one number."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd.duck_arrays import at_least_single


def reduced(losses: Any, reduction: str) -> Any:
    """The "mean", the "sum", or for "none" the losses themselves, of an array or a tensor."""
    return losses if reduction == "none" else losses.mean() if reduction == "mean" else losses.sum()


def reduced_array(losses: Any, reduction: str) -> Any:
    """`reduced` of an array, without the overhead of NumPy's `mean` around its sum: 2 us of a small network's step."""
    if reduction == "none" or losses.dtype.itemsize < 4:  # `mean` sums float16 in float32
        return reduced(losses, reduction)
    total = np.add.reduce(losses, None)
    return total / losses.size if reduction == "mean" else total


def share(g: Any, size: int, reduction: str) -> Any:
    """The cotangent of each loss, from that of the reduced loss; float16, which cannot hold every size, in float32."""
    return at_least_single(g) / size if reduction == "mean" else g
