"""A vector for every word: the rows of a table, looked up by index."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from autograd import Tensor
from autograd.arguments import array_of, as_tensor
from autograd.arrays import Array, integer, is_integer
from autograd.boundary import as_plain_array
from autograd.declare import piecewise_constant
from nn import init
from nn.kernels import embedding as kernels
from nn.kernels.half_precision import in_single
from nn.kernels.indices import first_outside
from nn.layers.arguments import floating, nonnegative, positive, positive_integers
from nn.layers.input import Speaker, described, mistake, refusal
from nn.layers.layer import Layer
from nn.parameter import Parameter, overwrite


class Table(Layer):
    """A vector for each index, trained: what Embedding and EmbeddingBag share."""

    def __init__(self, num_embeddings: int, embedding_dim: int, padding_idx: int | None = None,
                 max_norm: float | None = None, norm_type: float = 2.0, scale_grad_by_freq: bool = False, *,
                 dtype: DTypeLike | None = None) -> None:
        kind = type(self).__name__
        positive_integers(kind, num_embeddings=num_embeddings, embedding_dim=embedding_dim)
        _check_padding(kind, padding_idx, num_embeddings)
        positive(kind, norm_type=norm_type)
        if max_norm is not None:
            nonnegative(kind, max_norm=max_norm)
        self.num_embeddings, self.embedding_dim = num_embeddings, embedding_dim
        self.padding_idx = None if padding_idx is None else padding_idx % num_embeddings
        self.max_norm, self.norm_type, self.scale_grad_by_freq = max_norm, norm_type, scale_grad_by_freq
        self.weight = Parameter(np.zeros((num_embeddings, embedding_dim)), dtype=floating(kind, dtype))
        self.reset_parameters()

    @classmethod
    def from_pretrained(cls, embeddings: Any, freeze: bool = True, *arguments: Any, **options: Any) -> Self:
        """A layer whose table is a copy of `embeddings` (rows, width), frozen unless `freeze=False`.

        Further arguments are the layer's own, from the third on.
        """
        table = as_plain_array(embeddings)
        if table.ndim != 2:
            raise refusal(f"{cls.__name__}.from_pretrained", "embeddings (rows, width)", table)
        layer = cls(*table.shape, *arguments, dtype=table.dtype, **options)
        overwrite(layer.weight, table)
        layer.weight.requires_grad = not freeze
        return layer

    def reset_parameters(self) -> None:
        """Draw the initial weights again."""
        init.normal_(self.weight)
        if self.padding_idx is not None:
            values = np.array(self.weight._value)
            values[self.padding_idx] = 0
            overwrite(self.weight, values)


class Embedding(Table):
    """out = weight[indices]: integers of any shape in, vectors of `embedding_dim` in their place out.

    `weight` (num_embeddings, embedding_dim) starts as standard normal numbers. The row `padding_idx` starts at 0 and
    gets no gradient. With `max_norm` a row whose norm, of order `norm_type`, is larger is scaled down to it, in place,
    when it is read. With `scale_grad_by_freq` the gradient of a row is divided by how often the indices name it. Raises
    TypeError for indices that are not integers, ValueError for one out of range.
    """

    def forward(self, input: ArrayLike) -> Tensor:
        return embedding(input, self.weight, self.padding_idx, self.max_norm, self.norm_type, self.scale_grad_by_freq,
                         speaker=self)


def one_hot(labels: ArrayLike, num_classes: int = -1) -> Tensor:
    """1 at the place of each label along a new last axis, else 0: integers of any shape (...) to (..., num_classes).

    There are as many classes as the largest label needs unless `num_classes` is given. Raises TypeError for labels that
    are not integers, ValueError for one out of range.
    """
    given = as_tensor(labels)
    if given.dtype.kind not in "iu":
        raise TypeError(f"one_hot expected integer labels, got {given.dtype} {given.shape}; write x.astype(int)")
    if num_classes == -1 and not given.size:
        raise ValueError(f"one_hot expected num_classes, since there are no labels, got {given.shape}")
    needed = int(given._value.max(initial=-1)) + 1
    classes = needed if num_classes == -1 else integer("one_hot: num_classes", num_classes)
    at = first_outside(given._value, classes)
    if at is not None:
        raise ValueError(f"one_hot expected labels from 0 to {classes - 1}, got {given._value[at]} at index {at}")
    return (given[..., np.newaxis] == np.arange(classes)).astype(np.int64)


def embedding(input: ArrayLike, weight: ArrayLike, padding_idx: int | None = None, max_norm: float | None = None,
              norm_type: float = 2.0, scale_grad_by_freq: bool = False, *, speaker: Speaker = "embedding") -> Tensor:
    """weight[input]: integers of any shape in, rows of `weight` (rows, width) in their place out.

    The row `padding_idx` gets no gradient. With `max_norm` longer rows are shortened in place, in a weight that is a
    leaf; `scale_grad_by_freq` divides gradients by how often a row is read. Raises as `nn.Embedding`.
    """
    weight = as_tensor(weight)
    if weight.ndim != 2:
        raise refusal(speaker, "a weight (rows, width)", weight)
    _check_padding(speaker, padding_idx, len(weight))
    indices: Any = array_of(input)
    if indices.dtype.kind not in "iu":
        raise mistake(speaker, f"expected integer indices, got {indices.dtype} {indices.shape}; write x.astype(int)",
                      TypeError)
    if max_norm is not None:
        _shorten(speaker, weight, getattr(indices, "_value", indices), max_norm, norm_type)
    try:
        rows = kernels.embedding(weight, indices, padding_idx=padding_idx)
    except ValueError as error:
        raise mistake(speaker, str(error).removeprefix("embedding ")) from None
    return with_gradient_times(rows, shares_of(indices)) if scale_grad_by_freq else rows


@piecewise_constant
def shares_of(indices: Array) -> Array:
    """1 / (number of occurrences) for each index."""
    return 1 / np.bincount(indices.ravel())[indices]


def with_gradient_times(rows: Any, shares: Any) -> Any:
    """The rows as they are, with their gradients times `shares`."""
    still = rows.detach()
    return still + (rows - still) * shares[..., np.newaxis].astype(rows.dtype)


def _shorten(speaker: Speaker, weight: Tensor, indices: Array, max_norm: float, norm_type: float) -> None:
    """Shorten the rows that will be read to a norm of at most `max_norm`, in place."""
    if not weight.is_leaf or weight._value.shape != weight.shape:
        raise mistake(speaker, "shortens rows in place, which takes a leaf: leave out max_norm, or write "
                               "weight.detach()")
    table = weight._value
    if first_outside(indices, len(table)) is not None:
        return  # refused below
    rows = np.unique(indices)
    read = table[rows]
    short = shortened(read, max_norm=max_norm, norm_type=norm_type)
    if not np.array_equal(short, read, equal_nan=True):
        changed = np.array(table)
        changed[rows] = short
        overwrite(weight, changed)


@in_single
def shortened(rows: Array, *, max_norm: float, norm_type: float) -> Array:
    """The rows, with those longer than `max_norm` multiplied by max_norm / (length + 1e-7), as in PyTorch."""
    lengths = np.linalg.norm(rows, norm_type, axis=1, keepdims=True)
    return np.where(lengths > max_norm, rows * (max_norm / (lengths + 1e-7)), rows)


def _check_padding(speaker: Speaker, padding_idx: int | None, rows: int) -> None:
    if padding_idx is not None and not (is_integer(padding_idx) and -rows <= padding_idx < rows):
        raise ValueError(f"{described(speaker)}: padding_idx must be one of the {rows} rows, got {padding_idx}")
