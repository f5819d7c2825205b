"""One step of a recurrent network: what RNN, GRU and LSTM do at each position, for loops that you write yourself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from autograd import Tensor
from nn.kernels.gru import gru
from nn.kernels.lstm import lstm
from nn.kernels.rnn import rnn
from nn.layers.arguments import choice, floating, positive_integers
from nn.layers.initial_weights import hold
from nn.layers.input import admitted, refusal, weights_of
from nn.layers.recurrent_units import RecurrentUnits
from nn.parameter import Parameter


class _Cell(RecurrentUnits):
    """What all cells share: `weight_ih` (gates * hidden, in), `weight_hh` (gates * hidden, hidden), and two biases."""

    weight_ih: Parameter
    weight_hh: Parameter
    bias_ih: Parameter | None
    bias_hh: Parameter | None

    def __init__(self, input_size: int, hidden_size: int, bias: bool = True, *, dtype: DTypeLike | None = None) -> None:
        kind = type(self).__name__
        positive_integers(kind, input_size=input_size, hidden_size=hidden_size)
        dtype = floating(kind, dtype)
        self.input_size, self.hidden_size, self.bias = input_size, hidden_size, bias
        hold(self, self._shapes(input_size, hidden_size), dtype, without=() if bias else ("bias_ih", "bias_hh"))
        self.reset_parameters()

    def _run(self, kernel: Any, x: Any, states: Sequence[Any], **options: Any) -> list[Tensor]:
        """The states after the step, which the kernel sees as a sequence of length 1; None means a state of zeros."""
        x = admitted(self, x, self.weight_ih.dtype)
        if x.ndim not in (1, 2) or x.shape[-1] != self.input_size:
            raise refusal(self, f"(N, {self.input_size})", x)
        single, expected = x.ndim == 1, (*x.shape[:-1], self.hidden_size)
        given = [x]
        for state in states:
            if state is not None and (state := admitted(self, state, self.weight_ih.dtype)).shape != expected:
                raise refusal(self, f"a state {expected}", state)
            given.append(state)
        if single:
            given = [None if part is None else part[np.newaxis] for part in given]
        x, *before = given
        weights = weights_of(self, self._shapes(self.input_size, self.hidden_size)).values()
        _, *after = kernel(x[np.newaxis], *before, *weights, **options)
        return [state[0] for state in after] if single else after


class RNNCell(_Cell):
    """h' = tanh(W_ih x + b_ih + W_hh h + b_hh), or relu: one step of `RNN` (Elman 1990).

    Input (N, input_size) and state (N, hidden_size), zeros unless given, or both without N; returns the next state.
    Raises ValueError for other shapes.
    """

    def __init__(self, input_size: int, hidden_size: int, bias: bool = True, nonlinearity: str = "tanh", *,
                 dtype: DTypeLike | None = None) -> None:
        choice("RNNCell", ("tanh", "relu"), nonlinearity=nonlinearity)
        self.nonlinearity = nonlinearity
        super().__init__(input_size, hidden_size, bias, dtype=dtype)

    def forward(self, input: ArrayLike, hx: ArrayLike | None = None) -> Tensor:
        return self._run(rnn, input, (hx,), nonlinearity=self.nonlinearity)[0]


class GRUCell(_Cell):
    """r, z = σ(...); n = tanh(W_in x + b_in + r (W_hn h + b_hn)); h' = (1 - z) n + z h: one step of `GRU`.

    Shapes and errors as in RNNCell; gates are stacked in the order r, z, n. Source: Cho et al., arXiv:1406.1078.
    """

    gates = 3

    def forward(self, input: ArrayLike, hx: ArrayLike | None = None) -> Tensor:
        return self._run(gru, input, (hx,))[0]


class LSTMCell(_Cell):
    """i, f, o = σ(...), g = tanh(...); c' = f c + i g; h' = o tanh(c'): one step of `LSTM`.

    Input and errors as in RNNCell; `hx` is (h, c), and so is what is returned. Gates are stacked in the order i, f, g,
    o. Source: Hochreiter and Schmidhuber, "Long short-term memory", 1997.
    """

    gates = 4

    def forward(self, input: ArrayLike, hx: tuple[ArrayLike, ArrayLike] | None = None) -> tuple[Tensor, Tensor]:
        self._check_states(hx)
        h, c = self._run(lstm, input, (None, None) if hx is None else hx)
        return h, c
