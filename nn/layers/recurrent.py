"""Layers with a state that walks along a sequence: RNN, LSTM and GRU, stacked and in both directions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from autograd import Tensor
from nn.kernels.gru import gru
from nn.kernels.lstm import lstm
from nn.kernels.lstm import reference as lstm_in_numpy_calls
from nn.kernels.rnn import rnn
from nn.layers.arguments import choice, floating, positive_integers, probability
from nn.layers.dropout import dropout
from nn.layers.initial_weights import hold
from nn.layers.input import Shapes, admitted, refusal, weights_of
from nn.layers.ragged import by_length, checked_lengths, reversed_within
from nn.layers.recurrent_units import RecurrentUnits
from nn.parameter import Parameter

States = tuple[Tensor, ...]


class _Recurrent(RecurrentUnits):
    """What the three layers share: stacking, directions, the order of axes, and dropout between layers.

    Parameters of layer k: `weight_ih_lk` (gates * hidden, in), `weight_hh_lk` (gates * hidden, hidden), `bias_ih_lk`
    and `bias_hh_lk` (gates * hidden,), with `_reverse` for the other direction; all uniform on ±1 / sqrt(hidden_size).
    """

    proj_size = 0
    weight_ih_l0: Parameter

    def __init__(self, input_size: int, hidden_size: int, num_layers: int = 1, bias: bool = True,
                 batch_first: bool = False, dropout: float = 0.0, bidirectional: bool = False, *,
                 dtype: DTypeLike | None = None) -> None:
        kind = type(self).__name__
        positive_integers(kind, input_size=input_size, hidden_size=hidden_size, num_layers=num_layers)
        probability(kind, dropout=dropout)
        dtype = floating(kind, dtype)
        self.input_size, self.hidden_size, self.num_layers = input_size, hidden_size, num_layers
        self.bias, self.batch_first, self.dropout, self.bidirectional = bias, batch_first, dropout, bidirectional
        for layer in range(num_layers):
            for direction in self._directions:
                hold(self, {name: shape for name, shape in self._shapes_of(layer, direction).items()
                            if bias or not name.startswith("bias")}, dtype)
        self.reset_parameters()

    @property
    def _directions(self) -> tuple[str, ...]:
        return ("", "_reverse") if self.bidirectional else ("",)

    @property
    def _width(self) -> int:
        return self.proj_size or self.hidden_size

    def _shapes_of(self, layer: int, direction: str) -> Shapes:
        """The shapes of the weights of one layer in one direction."""
        inputs = self._width * len(self._directions) if layer else self.input_size
        return self._shapes(inputs, self._width, f"_l{layer}{direction}")

    def forward(self, input: ArrayLike, hx: ArrayLike | None = None,
                lengths: ArrayLike | None = None) -> tuple[Tensor, Any]:
        outputs, (h,) = self._run(input, () if hx is None else (hx,), (self.hidden_size,), lengths)
        return outputs, h

    def _step(self, x: Tensor, states: tuple[Any, ...], weights: list[Any]) -> tuple[Tensor, ...]:
        """One layer in one direction: the outputs (T, N, width) and the final states (N, width)."""
        raise NotImplementedError

    def _run(self, x: Any, given: tuple[Any, ...], widths: tuple[int, ...], lengths: Any) -> tuple[Tensor, States]:
        """All layers on `x`; `given` are the initial states (none: zeros), of the given widths."""
        x, single = self._sequence(x)
        if lengths is not None:
            lengths = checked_lengths(self, lengths, *x.shape[:2])
        initial = [self._initial(state, x.shape[1], width, single) for state, width in zip(given, widths, strict=False)]
        finals: list[list[Tensor]] = [[] for _ in widths]
        for layer in range(self.num_layers):
            if layer and self.dropout and self.training:
                x = dropout(x, self.dropout)
            outputs: list[Tensor] = []
            for direction in self._directions:
                at = layer * len(self._directions) + len(outputs)
                states = tuple(state[at] for state in initial) or (None,) * len(widths)
                weights = [*weights_of(self, self._shapes_of(layer, direction)).values()]
                out, *final = self._walk(x, states, weights, bool(direction), lengths)
                outputs.append(out)
                for collected, state in zip(finals, final, strict=True):
                    collected.append(state)
            x = outputs[0] if len(outputs) == 1 else np.concatenate(outputs, axis=-1)
        ends: list[Any] = [np.stack(collected) for collected in finals]
        if single:
            return x[:, 0], tuple(end[:, 0] for end in ends)
        return (x.swapaxes(0, 1) if self.batch_first else x), tuple(ends)

    def _sequence(self, given: Any) -> tuple[Any, bool]:
        """The input as (T, N, in), and whether it was one sequence without N. Raises ValueError for other shapes."""
        x = admitted(self, given, self.weight_ih_l0.dtype)
        if x.ndim not in (2, 3) or x.shape[-1] != self.input_size:
            axes = "N, L" if self.batch_first else "L, N"
            raise refusal(self, f"({axes}, {self.input_size})", x)
        single = x.ndim == 2
        if single:
            x = x[:, np.newaxis]
        elif self.batch_first:
            x = x.swapaxes(0, 1)
        if x.shape[0] == 0:
            raise refusal(self, "a sequence of at least one step", x)
        return x, single

    def _walk(self, x: Tensor, states: tuple[Any, ...], weights: list[Any], backwards: bool,
              lengths: Any) -> Sequence[Tensor]:
        """One layer in one direction; sequences of several lengths each run to their own end."""
        if lengths is None:
            out, *final = self._step(x[::-1] if backwards else x, states, weights)
            return [out[::-1] if backwards else out, *final]
        x = reversed_within(x, lengths) if backwards else x
        out, *final = by_length(lambda x, states: self._step(x, states, weights), x, states, lengths)
        return [reversed_within(out, lengths) if backwards else out, *final]

    def _initial(self, given: Any, batch: int, width: int, single: bool) -> Tensor:
        state = admitted(self, given, self.weight_ih_l0.dtype)
        layers = self.num_layers * len(self._directions)
        expected = (layers, width) if single else (layers, batch, width)
        if state.shape != expected:
            raise refusal(self, f"an initial state {expected}", state)
        return state[:, np.newaxis] if single else state


class RNN(_Recurrent):
    """h_t = tanh(W_ih x_t + b_ih + W_hh h_{t-1} + b_hh), or relu (Elman 1990).

    Input (L, N, input_size), (N, L, input_size) if `batch_first`, or (L, input_size); the initial state `hx` (layers *
    directions, N, hidden), zeros unless given. Returns the outputs of the last layer (L, N, directions * hidden) and
    the final state of every layer. With the `lengths` (N,) of padded sequences, each gives what it gives alone, and
    outputs of 0 beyond its end. Raises ValueError for other shapes, and for a sequence without a step.
    """

    def __init__(self, input_size: int, hidden_size: int, num_layers: int = 1, nonlinearity: str = "tanh",
                 bias: bool = True, batch_first: bool = False, dropout: float = 0.0, bidirectional: bool = False, *,
                 dtype: DTypeLike | None = None) -> None:
        choice("RNN", ("tanh", "relu"), nonlinearity=nonlinearity)
        self.nonlinearity = nonlinearity
        super().__init__(input_size, hidden_size, num_layers, bias, batch_first, dropout, bidirectional, dtype=dtype)

    def _step(self, x: Tensor, states: tuple[Any, ...], weights: list[Any]) -> tuple[Tensor, ...]:
        return rnn(x, *states, *weights, nonlinearity=self.nonlinearity)


class GRU(_Recurrent):
    """h_t = (1 - z) n + z h_{t-1}: a gate z says how much of the state stays, a gate r how much of it n sees.

        r = σ(W_ir x_t + b_ir + W_hr h_{t-1} + b_hr),    z = σ(W_iz x_t + b_iz + W_hz h_{t-1} + b_hz)
        n = tanh(W_in x_t + b_in + r (W_hn h_{t-1} + b_hn))

    Shapes and errors as in RNN; gates are stacked in the order r, z, n. Source: Cho et al., arXiv:1406.1078.
    """

    gates = 3

    def _step(self, x: Tensor, states: tuple[Any, ...], weights: list[Any]) -> tuple[Tensor, ...]:
        return gru(x, *states, *weights)


class LSTM(_Recurrent):
    """c_t = f c_{t-1} + i g, h_t = o tanh(c_t): a memory c behind gates (Hochreiter & Schmidhuber 1997).

        i = σ(W_ii x_t + b_ii + W_hi h_{t-1} + b_hi), and so f and o;    g = tanh(W_ig x_t + b_ig + W_hg h_{t-1} + b_hg)

    Input and errors as in RNN; `hx` is (h, c). Returns the outputs and (h, c) of every layer. Gates are stacked in the
    order i, f, g, o. With `proj_size` h_t = W_hr (o tanh(c_t)) is narrower than c_t (Sak et al., arXiv:1402.1128).
    """

    gates = 4

    def __init__(self, input_size: int, hidden_size: int, num_layers: int = 1, bias: bool = True,
                 batch_first: bool = False, dropout: float = 0.0, bidirectional: bool = False, proj_size: int = 0, *,
                 dtype: DTypeLike | None = None) -> None:
        if not 0 <= proj_size < hidden_size:
            raise ValueError(f"LSTM: proj_size must be from 0 (none) to hidden_size - 1, got {proj_size} "
                             f"with hidden_size={hidden_size}")
        self.proj_size = proj_size
        super().__init__(input_size, hidden_size, num_layers, bias, batch_first, dropout, bidirectional, dtype=dtype)

    def forward(  # type: ignore[override]  # its state is two
        self, input: ArrayLike, hx: tuple[ArrayLike, ArrayLike] | None = None, lengths: ArrayLike | None = None,
    ) -> tuple[Tensor, tuple[Tensor, Tensor]]:
        self._check_states(hx)
        outputs, (h, c) = self._run(input, tuple(hx or ()), (self._width, self.hidden_size), lengths)
        return outputs, (h, c)

    def _shapes_of(self, layer: int, direction: str) -> Shapes:
        shapes = super()._shapes_of(layer, direction)
        if self.proj_size:
            shapes[f"weight_hr_l{layer}{direction}"] = (self.proj_size, self.hidden_size)
        return shapes

    def _step(self, x: Tensor, states: tuple[Any, ...], weights: list[Any]) -> tuple[Tensor, ...]:
        return (lstm_in_numpy_calls if self.proj_size else lstm)(x, *states, *weights)
