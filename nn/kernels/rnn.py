"""The simple recurrent layer as a primitive; shapes and memory as in `recurrence.py`.

    h_t = tanh(W_i x_t + b_i + W_h h_{t-1} + b_h)                                                   (or relu)

Kept for the pullback: the states. Source: Elman, "Finding structure in time", 1990.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from autograd.arrays import Array
from autograd.declare.fused import Needs, fused
from autograd.registry import SeveralOutputs
from nn.kernels import recurrence


def forward(x: Array, h0: Array | None, weight_ih: Array, weight_hh: Array, bias_ih: Array | None,
                bias_hh: Array | None, *, nonlinearity: str = "tanh") -> tuple[tuple[Array, Array], tuple[Array]]:
    _, batch, features = x.shape
    units = weight_hh.shape[1]
    matrix = recurrence.matrix(weight_ih, recurrence.total_bias(bias_ih, bias_hh), weight_hh)
    columns = recurrence.columns(x, units, h0)
    z = np.empty((units, batch), x.dtype)
    zero = np.zeros_like(z)
    with recurrence.threads_for(weight_hh, batch):
        for column, h in zip(columns, columns[1:, features + 1 :], strict=False):
            np.matmul(matrix, column, out=z)
            if nonlinearity == "tanh":
                np.tanh(z, out=h)
            else:
                np.maximum(z, zero, out=h)
    outputs, h = recurrence.states(columns, features)
    return (outputs, h), (outputs,)


def _slopes_of_tanh(outputs: Array, slopes: Array) -> None:
    """The slopes of the steps, (T, H, N):  tanh' = 1 - tanh²."""
    slopes[...] = outputs.transpose(0, 2, 1)
    np.multiply(slopes, slopes, out=slopes)
    np.subtract(1, slopes, out=slopes)


def _slopes_of_relu(outputs: Array, slopes: Array) -> None:
    slopes[...] = outputs.transpose(0, 2, 1) > 0


def pullback(g: Sequence[Array | None], operands: Sequence[Any], residuals: tuple[Array], needs: Needs, *,
                 nonlinearity: str = "tanh") -> tuple[Array | None, ...]:
    x, h0, weight_ih, weight_hh = operands[:4]
    (outputs,) = residuals
    steps, batch, units = outputs.shape
    deltas = np.empty((units, steps, batch), x.dtype)
    g_outputs, dh = recurrence.transposed(g[0]), recurrence.accumulator(g[1], (units, batch), x.dtype)
    weight = recurrence.across(weight_hh, steps)
    slopes = _slopes_of_tanh if nonlinearity == "tanh" else _slopes_of_relu
    with recurrence.threads_for(weight_hh, batch):
        for t, delta in recurrence.backwards(slopes, (outputs,), (units, batch)):
            if g_outputs is not None:
                np.add(dh, g_outputs[t], out=dh)
            np.multiply(delta, dh, out=delta)
            deltas[:, t] = delta
            np.matmul(weight, delta, out=dh)
    dx, *parameters = recurrence.cotangents(deltas.reshape(units, -1), x, h0, outputs, weight_ih,
                                            (needs[0], *needs[2:]))
    return dx, dh.T if needs[1] else None, *parameters


def reference(x: Any, h0: Any, weight_ih: Any, weight_hh: Any, bias_ih: Any, bias_hh: Any, *,
                  nonlinearity: str = "tanh") -> tuple[Any, Any]:
    h = recurrence.initial(h0, x, weight_hh.shape[1])
    outputs = []
    for t in range(x.shape[0]):
        z = x[t] @ weight_ih.T + h @ weight_hh.T + recurrence.total_bias(bias_ih, bias_hh)
        h = np.tanh(z) if nonlinearity == "tanh" else np.maximum(z, 0)
        outputs.append(h)
    return np.stack(outputs), h


rnn: SeveralOutputs = fused("rnn", forward, pullback, reference)
