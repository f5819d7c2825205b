"""A vector for every word: the rows of a table, looked up by index."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import numpy as np

from autograd import Tensor
from autograd.arguments import array_of, as_tensor
from autograd.arrays import integer, is_integer, plain_array
from autograd.boundary import as_plain
from nn import init
from nn.kernels import embedding as kernels
from nn.kernels.indices import first_outside
from nn.layers.arguments import floating, positive
from nn.layers.input import Speaker, described, mistake, refusal
from nn.layers.layer import Layer
from nn.parameter import Parameter, overwrite

if TYPE_CHECKING:
    from numpy.typing import DTypeLike


class Embedding(Layer):
    """out = weight[indices]: integers of any shape in, vectors of `embedding_dim` in their place out.

    `weight` (num_embeddings, embedding_dim) starts as standard normal numbers. The row `padding_idx` starts at 0 and
    gets no gradient. Raises TypeError for indices that are not integers, ValueError for one out of range.
    """

    def __init__(self, num_embeddings: int, embedding_dim: int, padding_idx: int | None = None, *,
                 dtype: DTypeLike | None = None) -> None:
        positive("Embedding", num_embeddings=num_embeddings, embedding_dim=embedding_dim)
        _check_padding("Embedding", padding_idx, num_embeddings)
        self.num_embeddings, self.embedding_dim = num_embeddings, embedding_dim
        self.padding_idx = None if padding_idx is None else padding_idx % num_embeddings
        self.weight = Parameter(np.zeros((num_embeddings, embedding_dim)), dtype=floating("Embedding", dtype))
        self.reset_parameters()

    @classmethod
    def from_pretrained(cls, embeddings: Any, freeze: bool = True, padding_idx: int | None = None,
                        **options: Any) -> Self:
        """A layer whose table is a copy of `embeddings` (rows, width), frozen unless `freeze=False`."""
        table = plain_array(as_plain(embeddings))
        if table.ndim != 2:
            raise refusal(f"{cls.__name__}.from_pretrained", "embeddings (rows, width)", table)
        rows, width = table.shape
        layer = cls(rows, width, padding_idx=padding_idx, dtype=table.dtype, **options)
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

    def forward(self, input: Any) -> Tensor:
        return embedding(input, self.weight, self.padding_idx, speaker=self)


def one_hot(labels: Any, num_classes: int = -1) -> Tensor:
    """1 at the place of each label along a new last axis, else 0: integers of any shape (...) to (..., num_classes).

    There are as many classes as the largest label needs unless `num_classes` is given. Raises TypeError for labels that
    are not integers, ValueError for one out of range.
    """
    given = as_tensor(labels)
    if given.dtype.kind not in "iu":
        raise TypeError(f"one_hot expected integer labels, got {given.dtype} {given.shape}; write x.astype(int)")
    needed = int(given._value.max(initial=-1)) + 1
    classes = needed if num_classes == -1 else integer("one_hot: num_classes", num_classes)
    at = first_outside(given._value, classes)
    if at is not None:
        raise ValueError(f"one_hot expected labels from 0 to {classes - 1}, got {given._value[at]} at index {at}")
    return (given[..., np.newaxis] == np.arange(classes)).astype(np.int64)


def embedding(input: Any, weight: Any, padding_idx: int | None = None, *, speaker: Speaker = "embedding") -> Tensor:
    """weight[input]: integers of any shape in, rows of `weight` (rows, width) in their place out.

    The row `padding_idx` gets no gradient. Raises as `nn.Embedding`.
    """
    weight = as_tensor(weight)
    if weight.ndim != 2:
        raise refusal(speaker, "a weight (rows, width)", weight)
    _check_padding(speaker, padding_idx, len(weight))
    input = array_of(input)
    if input.dtype.kind not in "iu":
        raise mistake(speaker, f"expected integer indices, got {input.dtype} {input.shape}; write x.astype(int)",
                      TypeError)
    try:
        return kernels.embedding(weight, input, padding_idx=padding_idx)  # type: ignore[no-any-return]
    except ValueError as error:
        raise mistake(speaker, str(error).removeprefix("embedding ")) from None


def _check_padding(speaker: Speaker, padding_idx: int | None, rows: int) -> None:
    if padding_idx is not None and not (is_integer(padding_idx) and -rows <= padding_idx < rows):
        raise ValueError(f"{described(speaker)}: padding_idx must be one of the {rows} rows, got {padding_idx}")
