"""Recurrent layers over a whole sequence, one layer and one direction, as primitives: RNN, LSTM and GRU.

    rnn    h_t = tanh(W_i x_t + b_i + W_h h_{t-1} + b_h)                                            (or relu)
    lstm   i, f, o = σ(...), g = tanh(...);  c_t = f c_{t-1} + i g;  h_t = o tanh(c_t)
    gru    r, z = σ(...), n = tanh(W_in x_t + b_in + r (W_hn h_{t-1} + b_hn));  h_t = (1 - z) n + z h_{t-1}

Parameters are PyTorch's: `weight_ih` (gates * H, I), `weight_hh` (gates * H, H), `bias_ih` and `bias_hh` (gates * H,),
gates stacked in the order i f g o (lstm) and r z n (gru). The sequence `x` is (T, N, I), a state (N, H); a state of
None is zero, a bias of None is absent. Results are the sequence of hidden states (T, N, H) and the final states.

Memory. Inside a step everything is (features, N): a gate is then one contiguous block, and a step is one product of a
(gates * H, I + 1 + H) matrix with the column [x_t; 1; h_{t-1}], so that neither bias nor input needs a pass of its own.
Kept for the pullback are the activated gates (T, gates, H, N). The cotangents of the pre-activations of all steps are
collected as (gates * H, T, N), so that each weight's cotangent is one large product.
Because σ(z) = (1 + tanh(z / 2)) / 2, the rows of gates with a σ are halved beforehand and one tanh serves all gates.

Sources: Elman, "Finding structure in time", 1990; Hochreiter and Schmidhuber, "Long short-term memory", 1997;
Cho et al., "Learning phrase representations using RNN encoder-decoder", 2014.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograd.blocks import block_length, for_blocks
from autograd.fused import fused

Array = NDArray[Any]
Needs = Sequence[bool]


# --- What the three have in common -----------------------------------------------------------------------------------


def _bias(bias_ih: Any, bias_hh: Any) -> Any:
    """The two biases of a step as one, 0 if there are none."""
    terms = [bias for bias in (bias_ih, bias_hh) if bias is not None]
    return sum(terms[1:], terms[0]) if terms else 0


def _matrix(weights: Sequence[Array], bias: Any) -> Array:
    """The weights side by side with the bias as a column after the first of them."""
    first = weights[0]
    column = np.empty((len(first), 1), first.dtype)
    column[:, 0] = bias
    return np.concatenate([first, column, *weights[1:]], axis=1)


def _columns(x: Array, units: int, h0: Array | None) -> Array:
    """The columns [x_t; 1; h_{t-1}] of all steps and one more, (T + 1, I + 1 + H, N), the initial state in place."""
    steps, batch, features = x.shape
    columns = np.empty((steps + 1, features + 1 + units, batch), x.dtype)
    columns[:-1, :features] = x.transpose(0, 2, 1)
    columns[:, features] = 1
    columns[0, features + 1 :] = 0 if h0 is None else h0.T
    return columns


def _states(columns: Array, features: int) -> tuple[Array, Array]:
    """The hidden states that the steps left in their columns: all (T, N, H), and the last (N, H)."""
    states = columns[:, features + 1 :].transpose(0, 2, 1)
    return np.ascontiguousarray(states[1:]), np.ascontiguousarray(states[-1])


def _transposed(sequence: Array | None) -> Array | None:
    return None if sequence is None else np.ascontiguousarray(sequence.transpose(0, 2, 1))


def _initial(cotangent: Array | None, shape: tuple[int, int], dtype: Any) -> Array:
    """The cotangent of a final state as (H, N), in a buffer to accumulate into."""
    start = np.empty(shape, dtype)
    start[...] = 0 if cotangent is None else cotangent.T
    return start


def _previous(outputs: Array, h0: Array | None) -> Array:
    """The states that the steps began with, as rows (T * N, H)."""
    first = np.zeros_like(outputs[:1]) if h0 is None else h0[np.newaxis]
    return np.concatenate([first, outputs])[:-1].reshape(-1, outputs.shape[2])


def _rows(x: Array) -> Array:
    return x.reshape(-1, x.shape[2])


def _bias_cotangents(deltas: Array, needs: Needs) -> tuple[Array | None, Array | None]:
    total = deltas @ np.ones(deltas.shape[1], deltas.dtype) if any(needs) else deltas
    return (total if needs[0] else None), (total.copy() if needs[1] else None)


def _cotangents(deltas: Array, x: Array, h0: Array | None, outputs: Array, weight_ih: Array,
                needs: Needs) -> tuple[Array | None, ...]:
    """Cotangents of x, the weights and the biases, given those of all pre-activations (gates * H, T * N)."""
    return (
        (deltas.T @ weight_ih).reshape(x.shape) if needs[0] else None,
        deltas @ _rows(x) if needs[1] else None,
        deltas @ _previous(outputs, h0) if needs[2] else None,
        *_bias_cotangents(deltas, needs[3:]),
    )


# --- RNN -------------------------------------------------------------------------------------------------------------


def rnn_forward(x: Array, h0: Array | None, weight_ih: Array, weight_hh: Array, bias_ih: Array | None,
                bias_hh: Array | None, *, nonlinearity: str = "tanh") -> tuple[tuple[Array, Array], tuple[Array]]:
    steps, batch, features = x.shape
    units = weight_hh.shape[1]
    matrix = _matrix((weight_ih, weight_hh), _bias(bias_ih, bias_hh))
    columns = _columns(x, units, h0)
    z = np.empty((units, batch), x.dtype)
    zero = np.zeros_like(z)
    for t in range(steps):
        h = columns[t + 1, features + 1 :]
        np.matmul(matrix, columns[t], out=z)
        if nonlinearity == "tanh":
            np.tanh(z, out=h)
        else:
            np.maximum(z, zero, out=h)
    outputs, h = _states(columns, features)
    return (outputs, h), (outputs,)


def rnn_pullback(g: Sequence[Array | None], operands: Sequence[Any], residuals: tuple[Array], needs: Needs, *,
                 nonlinearity: str = "tanh") -> tuple[Array | None, ...]:
    x, h0, weight_ih, weight_hh = operands[:4]
    (outputs,) = residuals
    steps, batch, units = outputs.shape
    deltas = np.empty((units, steps, batch), x.dtype)
    delta = np.empty((units, batch), x.dtype)
    g_outputs, dh = _transposed(g[0]), _initial(g[1], (units, batch), x.dtype)
    one = np.ones((), x.dtype)
    for t in reversed(range(steps)):
        if g_outputs is not None:
            np.add(dh, g_outputs[t], out=dh)
        h = outputs[t].T
        if nonlinearity == "tanh":
            np.multiply(h, h, out=delta)
            np.subtract(one, delta, out=delta)
            delta *= dh
        else:
            np.multiply(dh, h > 0, out=delta)
        deltas[:, t] = delta
        np.matmul(weight_hh.T, delta, out=dh)
    dx, *parameters = _cotangents(deltas.reshape(units, -1), x, h0, outputs, weight_ih, (needs[0], *needs[2:]))
    return dx, (np.ascontiguousarray(dh.T) if needs[1] else None), *parameters


def rnn_reference(x: Any, h0: Any, weight_ih: Any, weight_hh: Any, bias_ih: Any, bias_hh: Any, *,
                  nonlinearity: str = "tanh") -> tuple[Any, Any]:
    h = np.zeros((x.shape[1], weight_hh.shape[1]), x.dtype) if h0 is None else h0
    outputs = []
    for t in range(x.shape[0]):
        z = x[t] @ weight_ih.T + h @ weight_hh.T + _bias(bias_ih, bias_hh)
        h = np.tanh(z) if nonlinearity == "tanh" else np.maximum(z, 0)
        outputs.append(h)
    return np.stack(outputs), h


# --- LSTM ------------------------------------------------------------------------------------------------------------


def lstm_forward(x: Array, h0: Array | None, c0: Array | None, weight_ih: Array, weight_hh: Array,
                 bias_ih: Array | None, bias_hh: Array | None) -> tuple[tuple[Array, Array, Array], tuple[Array, ...]]:
    steps, batch, features = x.shape
    units = weight_hh.shape[1]
    matrix = _matrix((weight_ih, weight_hh), _bias(bias_ih, bias_hh))
    matrix[: 2 * units] *= 0.5
    matrix[3 * units :] *= 0.5
    half = np.full((), 0.5, x.dtype)
    columns = _columns(x, units, h0)
    gates = np.empty((steps, 4, units, batch), x.dtype)
    cells = np.empty((steps + 1, units, batch), x.dtype)
    cells[0] = 0 if c0 is None else c0.T
    squashed = np.empty((steps, units, batch), x.dtype)  # tanh(c_t)
    product = np.empty((units, batch), x.dtype)
    for t in range(steps):
        step = gates[t]
        np.matmul(matrix, columns[t], out=step.reshape(4 * units, batch))
        np.tanh(step, out=step)
        i, f, g, o = step
        for sigmoids in (step[:2], o):
            np.multiply(sigmoids, half, out=sigmoids)
            np.add(sigmoids, half, out=sigmoids)
        c = cells[t + 1]
        np.multiply(f, cells[t], out=c)
        np.multiply(i, g, out=product)
        np.add(c, product, out=c)
        np.tanh(c, out=squashed[t])
        np.multiply(o, squashed[t], out=columns[t + 1, features + 1 :])
    outputs, h = _states(columns, features)
    return (outputs, h, np.ascontiguousarray(cells[-1].T)), (outputs, gates, cells, squashed)


def _lstm_slopes(gates: Array, cells: Array, squashed: Array) -> tuple[Array, Array]:
    """What a step multiplies its cotangents by: (T, 4, H, N) for the gates' pre-activations, (T, H, N) from h to c.

    i, f and g act through c, o through h:  σ' = σ - σ²  and  tanh' = 1 - tanh².  Blocks of steps stay in the L2 cache.
    """
    slopes, through = np.empty_like(gates), np.empty_like(squashed)

    def work(steps: slice) -> None:
        gate, th, slope, direct = gates[steps], squashed[steps], slopes[steps], through[steps]
        np.multiply(gate, gate, out=slope)
        np.subtract(gate[:, :2], slope[:, :2], out=slope[:, :2])
        np.subtract(1, slope[:, 2], out=slope[:, 2])
        np.subtract(gate[:, 3], slope[:, 3], out=slope[:, 3])
        slope[:, 0] *= gate[:, 2]
        slope[:, 1] *= cells[:-1][steps]
        slope[:, 2] *= gate[:, 0]
        slope[:, 3] *= th
        np.multiply(th, th, out=direct)
        np.subtract(1, direct, out=direct)
        direct *= gate[:, 3]

    for_blocks(work, len(gates), block_length(len(gates), gates[:1].size))
    return slopes, through


def lstm_pullback(g: Sequence[Array | None], operands: Sequence[Any], residuals: tuple[Array, ...],
                  needs: Needs) -> tuple[Array | None, ...]:
    x, h0, _, weight_ih, weight_hh = operands[:5]
    outputs, gates, cells, squashed = residuals
    steps, _, units, batch = gates.shape
    deltas, through = _lstm_slopes(gates, cells, squashed)
    g_outputs = _transposed(g[0])
    dh, dc = (_initial(final, (units, batch), x.dtype) for final in g[1:])
    product = np.empty_like(dh)
    for t in reversed(range(steps)):
        if g_outputs is not None:
            np.add(dh, g_outputs[t], out=dh)
        np.multiply(dh, through[t], out=product)
        np.add(dc, product, out=dc)
        delta = deltas[t]
        np.multiply(delta[:3], dc, out=delta[:3])
        np.multiply(delta[3], dh, out=delta[3])
        np.multiply(dc, gates[t, 1], out=dc)
        np.matmul(weight_hh.T, delta.reshape(4 * units, batch), out=dh)
    deltas = deltas.reshape(steps, 4 * units, batch).transpose(1, 0, 2).reshape(4 * units, steps * batch)
    dx, *parameters = _cotangents(deltas, x, h0, outputs, weight_ih, (needs[0], *needs[3:]))
    states = [np.ascontiguousarray(d.T) if needed else None for d, needed in zip((dh, dc), needs[1:3], strict=True)]
    return dx, *states, *parameters


def lstm_reference(x: Any, h0: Any, c0: Any, weight_ih: Any, weight_hh: Any, bias_ih: Any,
                   bias_hh: Any) -> tuple[Any, Any, Any]:
    units = weight_hh.shape[1]
    zero = np.zeros((x.shape[1], units), x.dtype)
    h, c = (zero if state is None else state for state in (h0, c0))
    outputs = []
    for t in range(x.shape[0]):
        z = x[t] @ weight_ih.T + h @ weight_hh.T + _bias(bias_ih, bias_hh)
        i, f, g, o = (z[:, k * units : (k + 1) * units] for k in range(4))
        c = _sigmoid(f) * c + _sigmoid(i) * np.tanh(g)
        h = _sigmoid(o) * np.tanh(c)
        outputs.append(h)
    return np.stack(outputs), h, c


def _sigmoid(z: Any) -> Any:
    return 0.5 + 0.5 * np.tanh(0.5 * z)  # without the overflow of exp(-z)


# --- GRU -------------------------------------------------------------------------------------------------------------


def gru_forward(x: Array, h0: Array | None, weight_ih: Array, weight_hh: Array, bias_ih: Array | None,
                bias_hh: Array | None) -> tuple[tuple[Array, Array], tuple[Array, ...]]:
    steps, batch, features = x.shape
    units = weight_hh.shape[1]
    # The reset gate stands between the hidden part of the candidate and its input part: two products, not one.
    of_input = _matrix((weight_ih,), _bias(bias_ih, None))
    of_state = _matrix((weight_hh,), _bias(bias_hh, None))
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
    candidates = np.empty((steps, units, batch), x.dtype)  # W_hn h_{t-1} + b_hn
    outputs = np.empty((steps, batch, units), x.dtype)
    product = np.empty((units, batch), x.dtype)
    for t in range(steps):
        np.matmul(of_state, column, out=hidden.reshape(3 * units, batch))
        sigmoids, n = gates[t, :2], gates[t, 2]
        r, z = sigmoids
        np.add(sigmoids, hidden[:2], out=sigmoids)
        np.tanh(sigmoids, out=sigmoids)
        np.multiply(sigmoids, half, out=sigmoids)
        np.add(sigmoids, half, out=sigmoids)
        candidates[t] = hidden[2]
        np.multiply(r, hidden[2], out=product)
        np.add(n, product, out=n)
        np.tanh(n, out=n)
        np.subtract(h, n, out=h)  # h = n + z (h - n)
        np.multiply(h, z, out=h)
        np.add(h, n, out=h)
        outputs[t] = h.T
    return (outputs, np.ascontiguousarray(h.T)), (outputs, gates, candidates)


def gru_pullback(g: Sequence[Array | None], operands: Sequence[Any], residuals: tuple[Array, ...],
                 needs: Needs) -> tuple[Array | None, ...]:
    x, h0, weight_ih, weight_hh = operands[:4]
    outputs, gates, candidates = residuals
    steps, _, units, batch = gates.shape
    previous = _previous(outputs, h0)
    before = previous.reshape(outputs.shape)
    deltas = np.empty((4, units, steps, batch), x.dtype)
    delta = np.empty((4, units, batch), x.dtype)
    d_r, d_z, d_hidden, d_n = delta  # the candidate's hidden part, and its pre-activation
    g_outputs, dh = _transposed(g[0]), _initial(g[1], (units, batch), x.dtype)
    through = np.empty_like(dh)
    one = np.ones((), x.dtype)
    for t in reversed(range(steps)):
        if g_outputs is not None:
            np.add(dh, g_outputs[t], out=dh)
        r, z, n = gates[t]
        np.multiply(gates[t, :2], gates[t, :2], out=delta[:2])
        np.subtract(gates[t, :2], delta[:2], out=delta[:2])
        np.multiply(n, n, out=d_n)
        np.subtract(one, d_n, out=d_n)
        np.subtract(before[t].T, n, out=through)  # dz = dh (h - n) z'
        np.multiply(d_z, through, out=d_z)
        np.multiply(d_z, dh, out=d_z)
        np.multiply(dh, z, out=through)
        np.subtract(dh, through, out=dh)  # dh (1 - z), what reaches the candidate
        np.multiply(d_n, dh, out=d_n)
        np.multiply(d_n, r, out=d_hidden)
        np.multiply(d_r, candidates[t], out=d_r)
        np.multiply(d_r, d_n, out=d_r)
        deltas[:, :, t] = delta
        np.matmul(weight_hh.T, delta[:3].reshape(3 * units, batch), out=dh)
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
        dw = np.concatenate([sigmoids @ _rows(x), candidate @ _rows(x)])
    if needs[4]:
        db = np.concatenate([sigmoids.sum(axis=1), candidate.sum(axis=1)])
    return (dx, np.ascontiguousarray(dh.T) if needs[1] else None, dw, of_state @ previous if needs[3] else None,
            db, of_state.sum(axis=1) if needs[5] else None)


def gru_reference(x: Any, h0: Any, weight_ih: Any, weight_hh: Any, bias_ih: Any, bias_hh: Any) -> tuple[Any, Any]:
    units = weight_hh.shape[1]
    h = np.zeros((x.shape[1], units), x.dtype) if h0 is None else h0
    outputs = []
    for t in range(x.shape[0]):
        of_input = x[t] @ weight_ih.T + _bias(bias_ih, None)
        of_state = h @ weight_hh.T + _bias(bias_hh, None)
        r, z = (_sigmoid(of_input[:, k * units : (k + 1) * units] + of_state[:, k * units : (k + 1) * units])
                for k in range(2))
        n = np.tanh(of_input[:, 2 * units :] + r * of_state[:, 2 * units :])
        h = (1 - z) * n + z * h
        outputs.append(h)
    return np.stack(outputs), h


rnn = fused("rnn", rnn_forward, rnn_pullback, rnn_reference)
lstm = fused("lstm", lstm_forward, lstm_pullback, lstm_reference)
gru = fused("gru", gru_forward, gru_pullback, gru_reference)
