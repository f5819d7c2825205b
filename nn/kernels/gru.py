"""The gated recurrent unit as a primitive; shapes and memory as in `recurrence.py`, gates in the order r z n.

    r, z = σ(...), n = tanh(W_in x_t + b_in + r (W_hn h_{t-1} + b_hn));  h_t = (1 - z) n + z h_{t-1}

Kept for the pullback: the activated gates (T, 3, H, N), the hidden part of the candidates, and the states.
Source: Cho et al., "Learning phrase representations using RNN encoder-decoder", 2014.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from autograd.declare.fused import fused
from nn.kernels import recurrence
from nn.kernels.recurrence import Needs

Array = np.ndarray[Any, Any]


def gru_forward(x: Array, h0: Array | None, weight_ih: Array, weight_hh: Array, bias_ih: Array | None,
                bias_hh: Array | None) -> tuple[tuple[Array, Array], tuple[Array, ...]]:
    steps, batch, features = x.shape
    units = weight_hh.shape[1]
    # The reset gate stands between the hidden part of the candidate and its input part: two products, not one.
    of_input = recurrence.matrix((weight_ih,), recurrence.total_bias(bias_ih, None))
    of_state = recurrence.matrix((weight_hh,), recurrence.total_bias(bias_hh, None))
    of_input[: 2 * units] *= 0.5
    of_state[: 2 * units] *= 0.5
    half = np.full((), 0.5, x.dtype)
    inputs = np.ones((steps, features + 1, batch), x.dtype)
    inputs[:, :features] = x.transpose(0, 2, 1)
    gates = np.matmul(of_input, inputs).reshape(steps, 3, units, batch)
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


def gru_pullback(g: Sequence[Array | None], operands: Sequence[Any], residuals: tuple[Array, ...],
                 needs: Needs) -> tuple[Array | None, ...]:
    x, h0, weight_ih, weight_hh = operands[:4]
    outputs, gates, candidates = residuals
    steps, _, units, batch = gates.shape
    deltas = np.empty((4, units, steps, batch), x.dtype)
    delta = np.empty((4, units, batch), x.dtype)
    d_r, d_z, d_hidden, d_n = delta  # the candidate's hidden part, and its pre-activation
    g_outputs, dh = recurrence.transposed(g[0]), recurrence.accumulator(g[1], (units, batch), x.dtype)
    through = np.empty_like(dh)
    start = 0 if h0 is None else h0.T
    one = np.ones((), x.dtype)
    weight = np.ascontiguousarray(weight_hh.T)
    state_part = delta[:3].reshape(3 * units, batch)
    with recurrence.threads_for(weight_hh, batch):
        for t in reversed(range(steps)):
            if g_outputs is not None:
                np.add(dh, g_outputs[t], out=dh)
            r, z, n = gates[t]
            sigmoids = gates[t, :2]
            np.multiply(sigmoids, sigmoids, out=delta[:2])
            np.subtract(sigmoids, delta[:2], out=delta[:2])
            np.multiply(n, n, out=d_n)
            np.subtract(one, d_n, out=d_n)
            before = outputs[t - 1].T if t else start
            np.subtract(before, n, out=through)  # dz = dh (h - n) z'
            np.multiply(d_z, through, out=d_z)
            np.multiply(d_z, dh, out=d_z)
            np.multiply(dh, z, out=through)
            np.subtract(dh, through, out=dh)  # dh (1 - z), what reaches the candidate
            np.multiply(d_n, dh, out=d_n)
            np.multiply(d_n, r, out=d_hidden)
            np.multiply(d_r, candidates[t], out=d_r)
            np.multiply(d_r, d_n, out=d_r)
            deltas[:, :, t] = delta
            np.matmul(weight, state_part, out=dh)
            np.add(dh, through, out=dh)
    of_state = deltas[:3].reshape(3 * units, -1)
    of_input = deltas.reshape(4 * units, -1)
    sigmoids, candidate = of_input[: 2 * units], of_input[3 * units :]
    dx = dw = db = None
    if needs[0]:
        dx = sigmoids.T @ weight_ih[: 2 * units]
        dx += candidate.T @ weight_ih[2 * units :]
        dx = dx.reshape(x.shape)
    if needs[2]:
        dw = np.concatenate([sigmoids @ recurrence.as_rows(x), candidate @ recurrence.as_rows(x)])
    if needs[4]:
        db = np.concatenate([sigmoids.sum(axis=1), candidate.sum(axis=1)])
    return (dx, np.ascontiguousarray(dh.T) if needs[1] else None, dw,
            recurrence.of_states(of_state, outputs, h0) if needs[3] else None, db,
            of_state.sum(axis=1) if needs[5] else None)


def gru_reference(x: Any, h0: Any, weight_ih: Any, weight_hh: Any, bias_ih: Any, bias_hh: Any) -> tuple[Any, Any]:
    units = weight_hh.shape[1]
    h = np.zeros((x.shape[1], units), x.dtype) if h0 is None else h0
    outputs = []
    for t in range(x.shape[0]):
        of_input = x[t] @ weight_ih.T + recurrence.total_bias(bias_ih, None)
        of_state = h @ weight_hh.T + recurrence.total_bias(bias_hh, None)
        r, z = (recurrence.sigmoid(of_input[:, k * units : (k + 1) * units] + of_state[:, k * units : (k + 1) * units])
                for k in range(2))
        n = np.tanh(of_input[:, 2 * units :] + r * of_state[:, 2 * units :])
        h = (1 - z) * n + z * h
        outputs.append(h)
    return np.stack(outputs), h


gru = fused("gru", gru_forward, gru_pullback, gru_reference)
