"""`summary`: a table of a model's layers, their output shapes, parameters, bytes and multiply-adds."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from autograd import Tensor, no_grad, tree
from autograd.arrays import integer
from autograd.errors import require_instance
from autograd.table import in_columns, in_html, terminal_width
from nn import layers
from nn.evaluation_mode import evaluating
from nn.foreign_names import refuses_foreign_options
from nn.layers.convolution import Convolution
from nn.module import Module
from nn.watched_calls import watched

Shape = tuple[int, ...]

HEADINGS = ("layer", "kind", "output", "parameters", "bytes", "multiply-adds")
WORDS = 3
"""The number of columns that hold words; the others hold numbers."""
ROW_BY_ROW = (layers.Linear, layers.Bilinear, layers.RNN, layers.LSTM, layers.GRU, layers.RNNCell, layers.LSTMCell,
              layers.GRUCell)
"""Layers that apply each of their weights once for every row of their output."""


@dataclass(frozen=True)
class Row:
    """One layer: its name in the model, its class, and what one call of the model costs it."""

    name: str
    kind: str
    output: Shape | None  # None: the call did not reach this layer
    parameters: int
    bytes: int
    multiply_adds: int

    def cells(self) -> tuple[str, ...]:
        """The row as text."""
        shape = "not called" if self.output is None else str(self.output)
        return (self.name, self.kind, shape, f"{self.parameters:,}", f"{self.bytes:,}", f"{self.multiply_adds:,}")


@dataclass(frozen=True)
class Summary:
    """The layers of a model as a table: `print(...)` it, show it in a notebook, or read `rows` and the sums."""

    rows: tuple[Row, ...]
    trainable: int

    @property
    def parameters(self) -> int:
        """How many numbers the parameters hold, each shared one counted once."""
        return sum(row.parameters for row in self.rows)

    @property
    def bytes(self) -> int:
        """The memory of the parameters."""
        return sum(row.bytes for row in self.rows)

    @property
    def multiply_adds(self) -> int:
        """The multiply-adds of one call."""
        return sum(row.multiply_adds for row in self.rows)

    def to_dict(self) -> dict[str, Any]:
        """Rows and sums as plain values."""
        sums = {name: getattr(self, name) for name in ("parameters", "trainable", "bytes", "multiply_adds")}
        return {"rows": [asdict(row) for row in self.rows], **sums}

    def _total(self) -> tuple[str, ...]:
        frozen = self.parameters - self.trainable
        note = f"{frozen:,} frozen" if frozen else ""
        return ("total", "", note, f"{self.parameters:,}", f"{self.bytes:,}", f"{self.multiply_adds:,}")

    def __str__(self) -> str:
        lines = in_columns([HEADINGS, *(row.cells() for row in self.rows), self._total()], words=WORDS)
        rule = "-" * max(map(terminal_width, lines))
        return "\n".join([lines[0], rule, *lines[1:-1], rule, lines[-1]])

    def _repr_html_(self) -> str:
        return in_html(HEADINGS, [row.cells() for row in self.rows], words=WORDS, total=self._total())


@refuses_foreign_options
def summary(model: Module, input_shape: Shape | Sequence[Shape], *, dtype: DTypeLike = np.float32) -> Summary:
    """Call `model` once on zeros and return a table of its layers.

    `input_shape` includes the batch axis, (1, 1, 28, 28) for one image; a list of shapes stands for several inputs.
    `dtype` is that of the zeros: an integer type for an Embedding. The model is called in evaluation mode without
    recording, so that nothing in it changes. Multiply-adds are those of matrix products and convolutions; additions of
    biases, activations and normalizations are not counted. Raises what the model raises for such an input.
    """
    shapes = input_shape if isinstance(input_shape, list) else [input_shape]
    if not shapes or not all(isinstance(shape, (tuple, list)) and shape for shape in shapes):
        raise TypeError(f"summary expected a shape with the batch axis, such as (1, 4), or a list of shapes, "
                        f"got {input_shape!r:.60}")
    require_instance(model, Module, "summary", "an nn.Module, and a shape")
    for length in (length for shape in shapes for length in shape):
        integer("summary: each length of a shape", length, least=0)
    reached: dict[int, tuple[Shape | None, int]] = {}

    def note(module: Module, inputs: tuple[Any, ...], output: Any) -> None:
        _, before = reached.get(id(module), (None, 0))
        first = next((x for x in tree.flatten(output)[0] if isinstance(x, Tensor)), Tensor(0.0))
        reached[id(module)] = (first.shape, before + multiply_adds(module, inputs, first))

    with evaluating(model), no_grad(), watched(model.modules(), note):
        model(*[Tensor(np.zeros(shape, dtype)) for shape in shapes])
    return Summary(tuple(_rows(model, reached)), sum(p.size for p in model.parameters() if p.requires_grad))


def _rows(model: Module, reached: dict[int, tuple[Shape | None, int]]) -> Iterator[Row]:
    seen: set[int] = set()
    for name, module in model.named_modules():
        own = [p for p in module.parameters(recurse=False) if id(p) not in seen]
        seen |= {id(p) for p in own}
        if any(True for _ in module.children()) and not own:
            continue
        shape, cost = reached.get(id(module), (None, 0))
        kind = type(module).__name__
        yield Row(name or kind, kind, shape, sum(p.size for p in own), sum(p.nbytes for p in own), cost)


def multiply_adds(module: Module, inputs: Sequence[Tensor], output: Tensor) -> int:
    """The multiply-adds of one call of a layer; 0 for a module that is not a matrix product or a convolution.

    A weight counts once for every place where it is applied: each row of a Linear's output, each time step of a
    recurrent layer's, each pixel of a convolution's (of a transposed convolution's input).
    """
    weights = sum(weight.size for weight in _weights(module) if weight.ndim >= 2)
    if isinstance(module, ROW_BY_ROW):
        return weights * math.prod(output.shape[:-1])
    if isinstance(module, Convolution):
        return weights * (inputs[0].size // module.in_channels if module.transposed
                          else output.size // module.out_channels)
    if isinstance(module, layers.MultiheadAttention):
        return _attention(module, *inputs[:3])
    return 0


def _weights(module: Module) -> Iterator[Tensor]:
    """The parameters that a module holds itself, and those that are computed from others."""
    yield from module.parameters(recurse=False)
    for name, held in module.named_children():
        if name == "parametrizations":
            yield from (computing() for computing in held.children())


def _attention(module: layers.MultiheadAttention, query: Any, key: Any, value: Any) -> int:
    """Projections of query, key and value, and the products of queries with keys and of weights with values.

    A layer may add a key and a value that it learns, and a zero (add_bias_kv, add_zero_attn).
    """
    tokens = [math.prod(x.shape[:-1]) for x in (query, key, value)]
    projections = sum(count * x.shape[-1] for count, x in zip(tokens, (query, key, value), strict=True))
    length = key.shape[-2 if module.batch_first or key.ndim == 2 else 0]
    added = (module.bias_k is not None) + module.add_zero_attn
    return module.embed_dim * int(projections + 2 * tokens[0] * (length + added))
