"""What the kernels RNN, LSTM and GRU share: each runs one layer in one direction over a whole sequence.

Parameters are PyTorch's: `weight_ih` (gates * H, I), `weight_hh` (gates * H, H), `bias_ih` and `bias_hh` (gates * H,).
The sequence `x` is (T, N, I), a state (N, H); a state of None is zero, a bias of None is absent. Results are the
sequence of hidden states (T, N, H) and the final states.

Memory. Inside a step all arrays are (features, N): a gate is then one contiguous block, and a step is one product of a
(gates * H, I + 1 + H) matrix with the column [x_t; 1; h_{t-1}], so that neither bias nor input needs a pass of its own.
The cotangents of the pre-activations of all steps are collected as (gates * H, T, N), so that each weight's cotangent
is one large product. Because σ(z) = (1 + tanh(z / 2)) / 2, the rows of gates with a σ are halved beforehand, and one
tanh serves all gates.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from math import prod
from typing import Any

import numpy as np

from autograd.arrays import Array
from autograd.declare.fused import Needs
from autograd.runtime.blas import one_thread_if
from autograd.runtime.blocks import block_length

TOGETHER = 3 * 2**16  # slopes that are computed at once
LARGE = 2**21  # from this many multiplications per step on, OpenBLAS's second thread is worth its spinning


def threads_for(weight_hh: Array, batch: int) -> AbstractContextManager[None]:
    """The threads of the steps: only this one if they are small, OpenBLAS's if large, as ours take 40 us to wake."""
    return one_thread_if(weight_hh.size * batch < LARGE)


def total_bias(bias_ih: Any, bias_hh: Any) -> Any:
    """The two biases of a step as one, 0 if there are none."""
    terms = [bias for bias in (bias_ih, bias_hh) if bias is not None]
    return sum(terms[1:], terms[0]) if terms else 0


def matrix(weight_ih: Array | None, bias: Any, weight_hh: Array | None, sigmoids: Sequence[int] = (),
           gates: int = 1) -> Array:
    """The matrix [W_ih b W_hh], where None leaves a weight out, with the rows of the `sigmoids` halved.

    `sigmoids` are the numbers of the gates with a σ.
    """
    weights = [weight for weight in (weight_ih, weight_hh) if weight is not None]
    column = np.empty((len(weights[0]), 1), weights[0].dtype)
    column[:, 0] = bias
    weights.insert(weight_ih is not None, column)
    together = np.concatenate(weights, axis=1)
    units = len(together) // gates
    for gate in sigmoids:
        together[gate * units : (gate + 1) * units] *= 0.5
    return together


def columns(x: Array, units: int, h0: Array | None) -> Array:
    """The columns [x_t; 1; h_{t-1}] of all steps and one more, (T + 1, I + 1 + H, N), with the initial state set."""
    steps, batch, features = x.shape
    all_columns = np.empty((steps + 1, features + 1 + units, batch), x.dtype)
    all_columns[:-1, :features] = x.transpose(0, 2, 1)
    all_columns[:, features] = 1
    all_columns[0, features + 1 :] = 0 if h0 is None else h0.T
    return all_columns


def states(columns: Array, features: int) -> tuple[Array, Array]:
    """The hidden states that the steps wrote into the columns: all (T, N, H), and the last (N, H)."""
    of_all = columns[:, features + 1 :].transpose(0, 2, 1)
    return np.ascontiguousarray(of_all[1:]), np.ascontiguousarray(of_all[-1])


def transposed(sequence: Array | None) -> Array | None:
    """A sequence (T, N, F) as (T, F, N); None stays None."""
    return None if sequence is None else np.ascontiguousarray(sequence.transpose(0, 2, 1))


def across(weight: Array, steps: int) -> Array:
    """The transpose of a weight, for one product per step: a view, or a copy of a large weight if steps are many.

    A copy makes a large product a tenth faster, and costs what 16 of them gain. It is made in blocks of rows, as
    numbers a power of two apart share few lines of the cache.
    """
    if steps < 16 or weight.size < 2**15:
        return weight.T
    transpose = np.empty(weight.shape[::-1], weight.dtype)
    for first in range(0, len(weight), 32):
        transpose[:, first : first + 32] = weight[first : first + 32].T
    return transpose


def accumulator(cotangent: Array | None, shape: tuple[int, int], dtype: Any) -> Array:
    """The cotangent of a final state as (H, N), in a buffer to accumulate into."""
    start = np.empty(shape, dtype)
    start[...] = 0 if cotangent is None else cotangent.T
    return start


def backwards(slopes: Callable[..., None], kept: Sequence[Array],
              *shapes: tuple[int, ...]) -> Iterator[tuple[Any, ...]]:
    """The steps from last to first: the number, and its slopes of these shapes, valid until the next step.

    The slopes by which a step multiplies its cotangents do not depend on these: `slopes(*kept, *out)` computes them for
    several steps at once, in blocks that fit the cache, from what was `kept` of these steps.
    """
    steps, dtype = len(kept[0]), kept[0].dtype
    together = block_length(steps, sum(map(prod, shapes)), TOGETHER)
    blocks = [np.empty((together, *shape), dtype) for shape in shapes]
    for last in range(steps, 0, -together):
        first = max(0, last - together)
        of_some = [block[: last - first] for block in blocks]
        slopes(*(array[first:last] for array in kept), *of_some)
        yield from zip(range(last - 1, first - 1, -1), *(block[::-1] for block in of_some), strict=True)


def initial(state: Any, x: Any, width: int) -> Any:
    """The state (N, width) that a reference starts from."""
    return np.zeros((x.shape[1], width), x.dtype) if state is None else state


def as_rows(x: Array) -> Array:
    """A sequence (T, N, F) as (T * N, F)."""
    return x.reshape(-1, x.shape[2])


def of_states(deltas: Array, outputs: Array, h0: Array | None) -> Array:
    """The cotangent of `weight_hh`, given those of its products with the previous states, (..., T * N)."""
    batch = outputs.shape[1]
    weight: Array = deltas[:, batch:] @ as_rows(outputs[:-1])
    return weight if h0 is None else weight + deltas[:, :batch] @ h0


def total(deltas: Array) -> Array:
    """The cotangent of a bias: the sums of the rows, as a product."""
    return deltas @ np.ones(deltas.shape[1], deltas.dtype)


def cotangents(deltas: Array, x: Array, h0: Array | None, outputs: Array, weight_ih: Array,
               needs: Needs) -> tuple[Array | None, ...]:
    """Cotangents of x, the weights and the biases, given those of all pre-activations (gates * H, T * N)."""
    bias = total(deltas) if needs[3] or needs[4] else deltas
    return (
        (deltas.T @ weight_ih).reshape(x.shape) if needs[0] else None,
        deltas @ as_rows(x) if needs[1] else None,
        of_states(deltas, outputs, h0) if needs[2] else None,
        bias if needs[3] else None,
        bias.copy() if needs[4] else None,
    )
