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


def forward(x: Array, h0: Array | None, weight_ih: Array, weight_hh: Array, bias_ih: Array | None,
                bias_hh: Array | None) -> tuple[tuple[Array, Array], tuple[Array, ...]]:
    steps, batch, features = x.shape
    units = weight_hh.shape[1]
    columns = recurrence.columns(x, units, h0)
    # The reset gate multiplies only the hidden part of the candidate, not its input part: hence two products, not one.
    of_input = recurrence.matrix(weight_ih, recurrence.total_bias(bias_ih, None), None, sigmoids=(0, 1), gates=3)
    of_state = recurrence.matrix(None, recurrence.total_bias(bias_hh, None), weight_hh, sigmoids=(0, 1), gates=3)
    gates = np.matmul(of_input, columns[:-1, : features + 1]).reshape(steps, 3, units, batch)
    half = np.full((), 0.5, x.dtype)
    hidden = np.empty((3, units, batch), x.dtype)
    in_rows, of_sigmoids, of_candidate = hidden.reshape(3 * units, batch), hidden[:2], hidden[2]
    candidates = np.empty((steps, units, batch), x.dtype)  # W_hn h_{t-1} + b_hn
    states = columns[:, features + 1 :]
    with recurrence.threads_for(weight_hh, batch):
        for column, step, candidate, before, h in zip(columns[:, features:], gates, candidates, states, states[1:],
                                                      strict=False):
            np.matmul(of_state, column, out=in_rows)
            sigmoids = step[:2]
            r, z, n = step
            np.add(sigmoids, of_sigmoids, out=sigmoids)
            np.tanh(sigmoids, out=sigmoids)
            np.multiply(sigmoids, half, out=sigmoids)
            np.add(sigmoids, half, out=sigmoids)
            candidate[...] = of_candidate
            np.multiply(r, of_candidate, out=of_candidate)
            np.add(n, of_candidate, out=n)
            np.tanh(n, out=n)
            np.subtract(before, n, out=h)  # h_t = n + z (h_{t-1} - n)
            np.multiply(h, z, out=h)
            np.add(h, n, out=h)
    outputs, h = recurrence.states(columns, features)
    return (outputs, h), (outputs, gates, candidates)


def _slopes(gates: Array, candidates: Array, before: Array, slopes: Array) -> None:
    """The slopes of h with respect to the terms of the gates, (T, 4, H, N): n, r, z, and the candidate's hidden part.

    h = (1 - z) n + z h_{t-1};  σ' = σ - σ²  and  tanh' = 1 - tanh².  `before` are the h_{t-1}.
    """
    sigmoids, through = gates[:, :2], slopes[:, 1:3]
    r, z, n = gates.swapaxes(0, 1)
    of_n, of_r, of_z, of_hidden = slopes.swapaxes(0, 1)
    np.multiply(sigmoids, sigmoids, out=through)
    np.subtract(sigmoids, through, out=through)
    np.subtract(before, n, out=of_n)
    of_z *= of_n
    np.multiply(n, n, out=of_n)
    np.subtract(1, of_n, out=of_n)
    np.subtract(1, z, out=of_hidden)
    of_n *= of_hidden
    of_r *= candidates
    of_r *= of_n
    np.multiply(of_n, r, out=of_hidden)


def _through_time(g: Sequence[Array | None], h0: Array | None, weight_hh: Array,
                  residuals: tuple[Array, ...]) -> tuple[Array, Array]:
    """The cotangents of the terms of the gates, (4 * H, T * N), and of the initial state, (H, N).

    The four are the candidate's pre-activation, those of r and z, and the candidate's hidden part: the first three
    depend on the input, the last three on the state.
    """
    outputs, gates, candidates = residuals
    steps, _, units, batch = gates.shape
    deltas = np.empty((4 * units, steps, batch), gates.dtype)
    g_outputs, dh = recurrence.transposed(g[0]), recurrence.accumulator(g[1], (units, batch), gates.dtype)
    before = np.empty((steps, units, batch), gates.dtype)
    before[0] = 0 if h0 is None else h0.T
    before[1:] = outputs[:-1].transpose(0, 2, 1)
    through = np.empty_like(dh)
    weight = recurrence.across(weight_hh, steps)
    with recurrence.threads_for(weight_hh, batch):
        for t, delta in recurrence.backwards(_slopes, (gates, candidates, before), (4, units, batch)):
            if g_outputs is not None:
                np.add(dh, g_outputs[t], out=dh)
            np.multiply(delta, dh, out=delta)
            np.multiply(dh, gates[t, 1], out=through)
            delta = delta.reshape(4 * units, batch)
            deltas[:, t] = delta
            np.matmul(weight, delta[units:], out=dh)
            np.add(dh, through, out=dh)
    return deltas.reshape(4 * units, -1), dh


def pullback(g: Sequence[Array | None], operands: Sequence[Any], residuals: tuple[Array, ...],
                 needs: Needs) -> tuple[Array | None, ...]:
    x, h0, weight_ih, weight_hh = operands[:4]
    deltas, dh = _through_time(g, h0, weight_hh, residuals)
    units = len(dh)
    of_input, of_state = deltas[: 3 * units], deltas[units:]
    # In `of_input` the gates are in the order n r z, rotated by one gate from the parameters' order r z n.
    dx = (of_input.T @ np.roll(weight_ih, units, axis=0)).reshape(x.shape) if needs[0] else None
    dw = np.roll(of_input @ recurrence.as_rows(x), -units, axis=0) if needs[2] else None
    db = np.roll(recurrence.total(of_input), -units) if needs[4] else None
    return (dx, dh.T if needs[1] else None, dw,
            recurrence.of_states(of_state, residuals[0], h0) if needs[3] else None, db,
            recurrence.total(of_state) if needs[5] else None)


def reference(x: Any, h0: Any, weight_ih: Any, weight_hh: Any, bias_ih: Any, bias_hh: Any) -> tuple[Any, Any]:
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


gru: SeveralOutputs = fused("gru", forward, pullback, reference)
