"""A vector for every bag of words: the sum, the mean or the largest numbers of the rows of a table."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from autograd import Tensor
from autograd.arguments import array_of, as_tensor
from autograd.boundary import as_plain_array
from nn.kernels.half_precision import in_single
from nn.layers.arguments import choice
from nn.layers.embedding import Table, embedding, shares_of, with_gradient_times
from nn.layers.input import Speaker, admitted, mistake, refusal
from nn.layers.ragged import places


class EmbeddingBag(Table):
    """The sum, "mean" or "max" (`mode`) of the rows of `weight` that belong to the indices of each bag.

    Indices (B, L), one bag per row, or (N,) with `offsets` (B,), where each bag begins; output (B, embedding_dim). In
    mode "sum" each row may have a weight, in `per_sample_weights` of the indices' shape. The row `padding_idx` does not
    count, and an empty bag gives 0. `max_norm`, `norm_type` and `scale_grad_by_freq` as for Embedding. Raises TypeError
    for indices that are not integers, ValueError for others that do not fit.
    """

    called_with = ("indices", "offsets")

    def __init__(self, num_embeddings: int, embedding_dim: int, max_norm: float | None = None, norm_type: float = 2.0,
                 scale_grad_by_freq: bool = False, mode: str = "mean", *, include_last_offset: bool = False,
                 padding_idx: int | None = None, dtype: DTypeLike | None = None) -> None:
        choice("EmbeddingBag", MODES, mode=mode)
        self.mode, self.include_last_offset = mode, include_last_offset
        super().__init__(num_embeddings, embedding_dim, padding_idx, max_norm, norm_type, scale_grad_by_freq,
                         dtype=dtype)

    def forward(self, input: ArrayLike, offsets: ArrayLike | None = None,
                per_sample_weights: ArrayLike | None = None) -> Tensor:
        return embedding_bag(input, self.weight, offsets, self.max_norm, self.norm_type, self.scale_grad_by_freq,
                             self.mode, per_sample_weights=per_sample_weights, padding_idx=self.padding_idx,
                             include_last_offset=self.include_last_offset, speaker=self)


def embedding_bag(input: ArrayLike, weight: ArrayLike, offsets: ArrayLike | None = None, max_norm: float | None = None,
                  norm_type: float = 2.0, scale_grad_by_freq: bool = False, mode: str = "mean", *,
                  per_sample_weights: ArrayLike | None = None, include_last_offset: bool = False,
                  padding_idx: int | None = None, speaker: Speaker = "embedding_bag") -> Tensor:
    """The sum, "mean" or "max" of the rows of `weight` (rows, width) of each bag of indices: (B, width).

    Indices (B, L), or (N,) with `offsets`, where each bag begins; with `include_last_offset` the last offset is where
    the last bag ends. Raises as `nn.EmbeddingBag`.
    """
    choice(speaker, MODES, mode=mode)
    indices: Any = array_of(input)
    weight = as_tensor(weight)
    shares = None if per_sample_weights is None else admitted(speaker, per_sample_weights, weight.dtype)
    if shares is not None and (mode != "sum" or shares.shape != indices.shape):
        raise mistake(speaker, f"needs per_sample_weights like the indices, {indices.shape}, and mode 'sum'; got "
                               f"{shares.shape} and mode {mode!r}")
    if indices.ndim != (2 if offsets is None else 1):
        raise refusal(speaker, "indices (B, L), or (N,) with offsets", indices)
    at: Any = ...
    counted: Any = np.ones(indices.shape, bool)
    if offsets is not None:
        at, counted = _bags(speaker, offsets, len(indices), include_last_offset)
    read = indices[at]
    rows: Any = embedding(read, weight, padding_idx, max_norm, norm_type, speaker=speaker)
    if scale_grad_by_freq:
        rows = with_gradient_times(rows, shares_of(indices)[at])
    if shares is not None:
        rows = rows * shares[at][..., np.newaxis]
    if padding_idx is not None:
        counted = counted & (read != padding_idx % len(weight))
    return MODES[mode](rows, counted[..., np.newaxis])  # type: ignore[no-any-return]


@in_single
def _sum(rows: Any, counted: Any) -> Any:
    return np.sum(np.where(counted, rows, 0), axis=-2)


@in_single
def _mean(rows: Any, counted: Any) -> Any:
    return _sum(rows, counted) / np.maximum(counted.sum(axis=-2), 1).astype(rows.dtype)


def _max(rows: Any, counted: Any) -> Any:
    largest = np.max(np.where(counted, rows, -np.inf), axis=-2, initial=-np.inf)
    return np.where(counted.sum(axis=-2) > 0, largest, 0)


MODES: dict[str, Callable[[Any, Any], Any]] = {"sum": _sum, "mean": _mean, "max": _max}
"""What makes one row (B, D) of each bag's rows (B, L, D); `counted` (B, L, 1) says which of these belong to it."""


def _bags(speaker: Speaker, offsets: Any, count: int, to_the_end: bool) -> tuple[Any, Any]:
    """The places of each bag's indices, (B, L), and which of these places are its own."""
    starts = as_plain_array(offsets)
    ends = np.append(starts, () if to_the_end else count).astype(np.int64)  # int8 cannot hold every count
    lengths = np.diff(ends)
    if starts.dtype.kind not in "iu" or starts.ndim != 1 or ends[:1] != [0] or ends[-1] > count or (lengths < 0).any():
        raise mistake(speaker, f"expected offsets that begin with 0 and rise to at most {count}, got {starts.tolist()}")
    return places(lengths)
