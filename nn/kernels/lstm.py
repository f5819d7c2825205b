"""Long short-term memory as a primitive; shapes and memory as in `recurrence.py`, gates in the order i f g o.

    i, f, o = σ(...), g = tanh(...);  c_t = f c_{t-1} + i g;  h_t = o tanh(c_t)

Kept for the pullback: the activated gates (T, 4, H, N), the cells, their tanh, and the states.
Source: Hochreiter and Schmidhuber, "Long short-term memory", 1997.
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


def forward(x: Array, h0: Array | None, c0: Array | None, weight_ih: Array, weight_hh: Array,
                 bias_ih: Array | None, bias_hh: Array | None) -> tuple[tuple[Array, Array, Array], tuple[Array, ...]]:
    steps, batch, features = x.shape
    units = weight_hh.shape[1]
    matrix = recurrence.matrix(weight_ih, recurrence.total_bias(bias_ih, bias_hh), weight_hh, sigmoids=(0, 1, 3),
                               gates=4)
    half = np.full((), 0.5, x.dtype)
    columns = recurrence.columns(x, units, h0)
    gates = np.empty((steps, 4, units, batch), x.dtype)
    cells = np.empty((steps + 1, units, batch), x.dtype)
    cells[0] = 0 if c0 is None else c0.T
    squashed = np.empty((steps, units, batch), x.dtype)  # tanh(c_t)
    product = np.empty((units, batch), x.dtype)
    in_rows = gates.reshape(steps, 4 * units, batch)
    with recurrence.threads_for(weight_hh, batch):
        for column, rows, step, before, c, th, h in zip(columns, in_rows, gates, cells, cells[1:], squashed,
                                                        columns[1:, features + 1 :], strict=False):
            np.matmul(matrix, column, out=rows)
            np.tanh(step, out=step)
            i, f, g, o = step
            for sigmoids in (step[:2], o):
                np.multiply(sigmoids, half, out=sigmoids)
                np.add(sigmoids, half, out=sigmoids)
            np.multiply(f, before, out=c)
            np.multiply(i, g, out=product)
            np.add(c, product, out=c)
            np.tanh(c, out=th)
            np.multiply(o, th, out=h)
    outputs, h = recurrence.states(columns, features)
    return (outputs, h, np.ascontiguousarray(cells[-1].T)), (outputs, gates, cells, squashed)


def _slopes(gates: Array, before: Array, squashed: Array, slopes: Array, through: Array) -> None:
    """The slopes of the steps: (T, 4, H, N) for the gates' pre-activations, and (T, H, N) of h with respect to c.

    i, f and g act through c, o through h:  σ' = σ - σ²  and  tanh' = 1 - tanh².  `before` are the c_{t-1}.
    """
    np.multiply(gates, gates, out=slopes)
    np.subtract(gates[:, :2], slopes[:, :2], out=slopes[:, :2])
    np.subtract(1, slopes[:, 2], out=slopes[:, 2])
    np.subtract(gates[:, 3], slopes[:, 3], out=slopes[:, 3])
    slopes[:, 0] *= gates[:, 2]
    slopes[:, 1] *= before
    slopes[:, 2] *= gates[:, 0]
    slopes[:, 3] *= squashed
    np.multiply(squashed, squashed, out=through)
    np.subtract(1, through, out=through)
    through *= gates[:, 3]


def pullback(g: Sequence[Array | None], operands: Sequence[Any], residuals: tuple[Array, ...],
                  needs: Needs) -> tuple[Array | None, ...]:
    x, h0, _, weight_ih, weight_hh = operands[:5]
    outputs, gates, cells, squashed = residuals
    steps, _, units, batch = gates.shape
    deltas = np.empty((4 * units, steps, batch), x.dtype)
    g_outputs = recurrence.transposed(g[0])
    dh, dc = (recurrence.accumulator(final, (units, batch), x.dtype) for final in g[1:])
    product = np.empty_like(dh)
    weight = recurrence.across(weight_hh, steps)
    with recurrence.threads_for(weight_hh, batch):
        for t, delta, direct in recurrence.backwards(_slopes, (gates, cells, squashed), (4, units, batch),
                                                       (units, batch)):
            if g_outputs is not None:
                np.add(dh, g_outputs[t], out=dh)
            np.multiply(dh, direct, out=product)
            np.add(dc, product, out=dc)
            through_c, through_h = delta[:3], delta[3]
            np.multiply(through_c, dc, out=through_c)
            np.multiply(through_h, dh, out=through_h)
            np.multiply(dc, gates[t, 1], out=dc)
            delta = delta.reshape(4 * units, batch)
            np.matmul(weight, delta, out=dh)
            deltas[:, t] = delta
    dx, *parameters = recurrence.cotangents(deltas.reshape(4 * units, -1), x, h0, outputs, weight_ih,
                                            (needs[0], *needs[3:]))
    states = [d.T if needed else None for d, needed in zip((dh, dc), needs[1:3], strict=True)]
    return dx, *states, *parameters


def reference(x: Any, h0: Any, c0: Any, weight_ih: Any, weight_hh: Any, bias_ih: Any, bias_hh: Any,
                   weight_hr: Any = None) -> tuple[Any, Any, Any]:
    """The layer in NumPy calls; with `weight_hr` (P, H) its output is projected, h_t = W_hr (o tanh(c_t))."""
    units = weight_ih.shape[0] // 4
    h, c = recurrence.initial(h0, x, weight_hh.shape[1]), recurrence.initial(c0, x, units)
    outputs = []
    for t in range(x.shape[0]):
        z = x[t] @ weight_ih.T + h @ weight_hh.T + recurrence.total_bias(bias_ih, bias_hh)
        i, f, g, o = (z[:, k * units : (k + 1) * units] for k in range(4))
        c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
        h = sigmoid(o) * np.tanh(c)
        h = h if weight_hr is None else h @ weight_hr.T
        outputs.append(h)
    return np.stack(outputs), h, c


lstm: SeveralOutputs = fused("lstm", forward, pullback, reference)
