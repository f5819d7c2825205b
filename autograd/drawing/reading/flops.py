"""How many floating-point operations the forward evaluation of a node takes, from shapes alone.

A multiplication and an addition each count one. Products, convolutions, recurrences and attention are counted in full,
element-wise functions and reductions one per element, moving data nothing; of anything else the count is unknown.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import log2, prod
from typing import Any

from autograd.graph import Node
from autograd.registry import known_name
from autograd.rules.products import extents

Shape = tuple[int, ...]
Count = Callable[[Shape, Sequence[Shape], dict[str, Any]], int | None]

REDUCTIONS = frozenset({"sum", "mean", "prod", "max", "min", "cumsum", "cumprod"})
MOVES = frozenset({
    "reshape", "transpose", "swapaxes", "moveaxis", "rollaxis", "get_item", "set_item", "broadcast_to",
    "concatenate", "stack", "pad", "tile", "repeat", "repeat_pixels", "where", "roll", "rot90", "flip", "take",
    "take_along_axis", "select", "real", "imag", "conjugate", "squeeze", "expand_dims", "diagonal", "tril", "triu",
    "sort", "cast", "copy", "input", "embedding", "ravel", "sliding_window_view",
})


def _einsum(out: Shape, operands: Sequence[Shape], options: dict[str, Any]) -> int:
    return len(operands) * prod(extents(options["subscripts"], operands))


def _product(out: Shape, operands: Sequence[Shape], options: dict[str, Any]) -> int:
    """Of two matrices, to which a third operand may be added."""
    return 2 * prod(out) * operands[0][-1] + prod(out) * (len(operands) > 2)


def _convolution(out: Shape, operands: Sequence[Shape], options: dict[str, Any]) -> int:
    return 2 * prod(out) * prod(operands[1][1:]) + prod(out) * (len(operands) > 2)


def _transposed_convolution(out: Shape, operands: Sequence[Shape], options: dict[str, Any]) -> int:
    return 2 * prod(operands[0]) * prod(operands[1][1:]) + prod(out) * (len(operands) > 2)


def _recurrence(out: Shape, operands: Sequence[Shape], options: dict[str, Any]) -> int:
    """The products of every step with its weights: the last two matrices, after states that may be given."""
    (steps, batch, _), *rest = operands
    return 2 * steps * batch * sum(prod(shape) for shape in [shape for shape in rest if len(shape) == 2][-2:])


def _read_pixels(out: Shape, operands: Sequence[Shape], options: dict[str, Any]) -> int:
    """Each entry scales a pixel and adds it; without weights pixels are only moved."""
    reading = options["reading"]
    return 0 if reading.weight is None else 2 * len(reading.to) * prod(out) // reading.after


def _attention(out: Shape, operands: Sequence[Shape], options: dict[str, Any]) -> int:
    """Scores and weighted sums; the softmax between them is three a score."""
    query, key, value = operands[:3]
    scores = prod(query[:-1]) * key[-2]
    return scores * (2 * query[-1] + 2 * value[-1] + 3)


def _self_attention(out: Shape, operands: Sequence[Shape], options: dict[str, Any]) -> int:
    """The same of queries, keys and values that stand side by side, for all heads."""
    batch, length, width = out
    return batch * length * length * (4 * width + 3 * int(options["heads"]))


def _fourier(out: Shape, operands: Sequence[Shape], options: dict[str, Any]) -> int:
    axis, size = options.get("axis", -1), max(prod(out), prod(operands[0]))
    return round(5 * size * log2(max(out[axis], operands[0][axis], 1)))


def _cubic(factor: float) -> Count:
    """The operations of decomposing a square matrix. Source: Golub and Van Loan, table of leading terms."""
    return lambda out, operands, options: round(factor * prod(operands[0]) * operands[0][-1])


COUNTS: dict[str, Count] = {
    "matmul": _product, "einsum": _einsum, "linear": _product, "convolution": _convolution,
    "transposed_convolution": _transposed_convolution, "rnn": _recurrence, "lstm": _recurrence, "gru": _recurrence,
    "attention": _attention, "self_attention": _self_attention,
    "read_pixels": _read_pixels, "fft": _fourier, "ifft": _fourier, "inv": _cubic(2),
    "det": _cubic(2 / 3), "slogdet": _cubic(2 / 3), "cholesky": _cubic(1 / 3),
}


def flops(node: Node) -> int | None:
    """Floating-point operations of a node's forward evaluation; None where they are not known."""
    name, constants = known_name(node.primitive), dict(node.constants)
    operands = []
    for i, parent in enumerate(node.parents):
        if parent is not None:
            operands.append(parent.shape)
        elif i in constants and isinstance(constants[i].shape, tuple):
            operands.append(constants[i].shape)
    if name in MOVES:
        return 0
    if name in REDUCTIONS:
        return prod(operands[0])
    if name in COUNTS:
        return COUNTS[name](node.shape, operands, getattr(node, "options", {}))
    return node.size if node.primitive.kind == "elementwise" else None
