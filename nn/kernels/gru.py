"""The gated recurrent unit as a primitive; shapes and memory as in `recurrence.py`, gates in the order r z n.

    r, z = σ(...), n = tanh(W_in x_t + b_in + r (W_hn h_{t-1} + b_hn));  h_t = (1 - z) n + z h_{t-1}

Kept for the pullback: the activated gates (T, 3, H, N), the hidden part of the candidates, and the states.
Source: Cho et al., "Learning phrase representations using RNN encoder-decoder", 2014.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from autograd import sigmoid
from autograd.arrays import Array
from autograd.declare.fused import Needs, fused
from autograd.registry import SeveralOutputs
from nn.kernels import recurrence


def _of_inputs(x: Array, weight_ih: Array, bias_ih: Array | None) -> Array:
    """The contribution of the inputs of all steps to the gates' pre-activations, (T, 3, H, N)."""
    steps, batch, features = x.shape
    inputs = np.ones((steps, features + 1, batch), x.dtype)
    inputs[:, :features] = x.transpose(0, 2, 1)
    matrix = recurrence.matrix((weight_ih,), recurrence.total_bias(bias_ih, None), sigmoids=(0, 1), gates=3)
    return np.matmul(matrix, inputs).reshape(steps, 3, len(matrix) // 3, batch)  # type: ignore[no-any-return]


def gru_forward(x: Array, h0: Array | None, weight_ih: Array, weight_hh: Array, bias_ih: Array | None,
                bias_hh: Array | None) -> tuple[tuple[Array, Array], tuple[Array, ...]]:
    steps, batch, _ = x.shape
    units = weight_hh.shape[1]
    # The reset gate multiplies only the hidden part of the candidate, not its input part: hence two products, not one.
    gates = _of_inputs(x, weight_ih, bias_ih)
    of_state = recurrence.matrix((weight_hh,), recurrence.total_bias(bias_hh, None), sigmoids=(0, 1), gates=3)
    half = np.full((), 0.5, x.dtype)
    column = np.ones((units + 1, batch), x.dtype)
    h = column[:units]
    h[...] = 0 if h0 is None else h0.T
    hidden = np.empty((3, units, batch), x.dtype)
    in_rows = hidden.reshape(3 * units, batch)
    candidates = np.empty((steps, units, batch), x.dtype)  # W_hn h_{t-1} + b_hn
    outputs = np.empty((steps, batch, units), x.dtype)
    product = np.empty((units, batch), x.dtype)
    with recurrence.threads_for(weight_hh, batch):
        for step, candidate, output in zip(gates, candidates, outputs, strict=True):
            np.matmul(of_state, column, out=in_rows)
            sigmoids = step[:2]
            r, z, n = step
            np.add(sigmoids, hidden[:2], out=sigmoids)
            np.tanh(sigmoids, out=sigmoids)
            np.multiply(sigmoids, half, out=sigmoids)
            np.add(sigmoids, half, out=sigmoids)
            candidate[...] = hidden[2]
            np.multiply(r, hidden[2], out=product)
            np.add(n, product, out=n)
            np.tanh(n, out=n)
            np.subtract(h, n, out=h)  # h = n + z (h - n)
            np.multiply(h, z, out=h)
            np.add(h, n, out=h)
            output[...] = h.T
    return (outputs, np.ascontiguousarray(h.T)), (outputs, gates, candidates)


def _through_time(g: Sequence[Array | None], start: Any, weight_hh: Array,
                  residuals: tuple[Array, ...]) -> tuple[Array, Array]:
    """The cotangents of the terms of the gates, (4, H, T, N), and of the initial state, (H, N).

    The four are the candidate's pre-activation, those of r and z, and the candidate's hidden part: the first three
    depend on the input, the last three on the state.
    """
    outputs, gates, candidates = residuals
    steps, _, units, batch = gates.shape
    deltas = np.empty((4, units, steps, batch), gates.dtype)
    delta = np.empty((4, units, batch), gates.dtype)
    d_n, d_r, d_z, d_hidden = delta
    d_sigmoids, of_state = delta[1:3], delta[1:].reshape(3 * units, batch)
    g_outputs, dh = recurrence.transposed(g[0]), recurrence.accumulator(g[1], (units, batch), gates.dtype)
    through = np.empty_like(dh)
    one = np.ones((), gates.dtype)
    weight = recurrence.across(weight_hh)
    with recurrence.threads_for(weight_hh, batch):
        for t in reversed(range(steps)):
            if g_outputs is not None:
                np.add(dh, g_outputs[t], out=dh)
            r, z, n = gates[t]
            sigmoids = gates[t, :2]
            np.multiply(sigmoids, sigmoids, out=d_sigmoids)
            np.subtract(sigmoids, d_sigmoids, out=d_sigmoids)
            np.multiply(n, n, out=d_n)
            np.subtract(one, d_n, out=d_n)
            before = outputs[t - 1].T if t else start
            np.subtract(before, n, out=through)  # dz = dh (h - n) z'
            np.multiply(d_z, through, out=d_z)
            np.multiply(d_z, dh, out=d_z)
            np.multiply(dh, z, out=through)
            np.subtract(dh, through, out=dh)  # dh (1 - z), the cotangent of the candidate
            np.multiply(d_n, dh, out=d_n)
            np.multiply(d_n, r, out=d_hidden)
            np.multiply(d_r, candidates[t], out=d_r)
            np.multiply(d_r, d_n, out=d_r)
            deltas[:, :, t] = delta
            np.matmul(weight, of_state, out=dh)
            np.add(dh, through, out=dh)
    return deltas, dh


def gru_pullback(g: Sequence[Array | None], operands: Sequence[Any], residuals: tuple[Array, ...],
                 needs: Needs) -> tuple[Array | None, ...]:
    x, h0, weight_ih, weight_hh = operands[:4]
    deltas, dh = _through_time(g, 0 if h0 is None else h0.T, weight_hh, residuals)
    units = len(dh)
    of_input, of_state = (part.reshape(3 * units, -1) for part in (deltas[:3], deltas[1:]))
    # In `of_input` the gates are in the order n r z, rotated by one gate from the parameters' order r z n.
    dx = (of_input.T @ np.roll(weight_ih, units, axis=0)).reshape(x.shape) if needs[0] else None
    dw = np.roll(of_input @ recurrence.as_rows(x), -units, axis=0) if needs[2] else None
    db = np.roll(of_input.sum(axis=1), -units) if needs[4] else None
    return (dx, np.ascontiguousarray(dh.T) if needs[1] else None, dw,
            recurrence.of_states(of_state, residuals[0], h0) if needs[3] else None, db,
            of_state.sum(axis=1) if needs[5] else None)


def gru_reference(x: Any, h0: Any, weight_ih: Any, weight_hh: Any, bias_ih: Any, bias_hh: Any) -> tuple[Any, Any]:
    units = weight_hh.shape[1]
    h = recurrence.initial(h0, x, units)
    outputs = []
    for t in range(x.shape[0]):
        of_input = x[t] @ weight_ih.T + recurrence.total_bias(bias_ih, None)
        of_state = h @ weight_hh.T + recurrence.total_bias(bias_hh, None)
        r, z = (sigmoid(of_input[:, k * units : (k + 1) * units] + of_state[:, k * units : (k + 1) * units])
                for k in range(2))
        n = np.tanh(of_input[:, 2 * units :] + r * of_state[:, 2 * units :])
        h = (1 - z) * n + z * h
        outputs.append(h)
    return np.stack(outputs), h


gru: SeveralOutputs = fused("gru", gru_forward, gru_pullback, gru_reference)
