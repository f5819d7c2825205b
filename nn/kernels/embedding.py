"""Embedding, the rows of a table by index, as a primitive.

    out[...] = weight[indices[...]]

weight is (V, D), indices integers of any shape (...), out (..., D). The row `padding_idx` gets no gradient.
The cotangent of the weight is the sum, for each index, of its rows of g. The rows are sorted by index, and neighbours
added in pairs until one row per index is left: about log2(n) passes if the most frequent index occurs n times.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from autograd.arrays import Array
from autograd.declare.fused import Needs, fused
from autograd.registry import Operation
from nn.kernels.indices import first_outside


def forward(weight: Array, indices: Array, *,
            padding_idx: int | None = None) -> tuple[Array, tuple[tuple[int, ...], Any]]:
    at = first_outside(indices, len(weight))
    if at is not None:
        raise ValueError(f"embedding expected indices from 0 to {len(weight) - 1}, got {indices[at]} at index {at}: "
                         f"the table has {len(weight)} rows")
    return weight.take(indices, axis=0), (weight.shape, weight.dtype)


def pullback(g: Array, operands: Sequence[Any], residuals: tuple[tuple[int, ...], Any],
             needs: Needs, *, padding_idx: int | None = None) -> tuple[Array | None, ...]:
    indices, (shape, dtype) = operands[1], residuals
    out = np.zeros(shape, dtype)
    wanted = indices.reshape(-1).astype(np.uint16 if len(out) <= 2**16 else np.int64)  # 16 bits: a radix sort
    order = wanted.argsort(kind="stable")
    keys, rows = _sum_runs(wanted[order], g.reshape(-1, shape[1]).take(order, axis=0))
    out[keys] = rows
    if padding_idx is not None:
        out[padding_idx] = 0
    return out, None


def _sum_runs(keys: Array, rows: Array) -> tuple[Array, Array]:
    """For each run of equal `keys` the key and the sum of its rows, added in pairs of pairs; overwrites `rows`."""
    at = np.arange(len(keys))  # the indices of the remaining rows
    while True:
        begins = np.concatenate(([True], keys[1:] != keys[:-1]))
        if begins.all():
            return keys, rows.take(at, axis=0)
        place = np.arange(len(keys))
        odd = (place - np.maximum.accumulate(np.where(begins, place, 0))) % 2 == 1  # second, fourth, ... in its run
        even = at[np.flatnonzero(odd) - 1]
        rows[even] = rows.take(even, axis=0) + rows.take(at[odd], axis=0)
        keys, at = keys[~odd], at[~odd]


def reference(weight: Any, indices: Any, *, padding_idx: int | None = None) -> Any:
    if padding_idx is not None:
        padding = np.arange(weight.shape[0])[:, np.newaxis] == padding_idx % weight.shape[0]
        weight = np.where(padding, weight.detach() if hasattr(weight, "detach") else weight, weight)
    return weight[indices]


embedding: Operation = fused("embedding", forward, pullback, reference, unread=[0])
