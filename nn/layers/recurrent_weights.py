"""The weights of one layer of units with a state."""

from __future__ import annotations

from nn.layers.initial_weights import draw_uniform
from nn.layers.input import Shapes
from nn.layers.layer import Layer


class RecurrentUnits(Layer):
    """What RNN, GRU and LSTM and their cells share: a matrix for what comes in, and one for the state before."""

    gates = 1
    input_size: int
    hidden_size: int

    def reset_parameters(self) -> None:
        """Draw the initial weights again: uniform on ±1 / sqrt(hidden_size)."""
        draw_uniform(self, self.hidden_size)

    def _shapes(self, inputs: int, state: int, end: str = "") -> Shapes:
        """The shapes of the weights, whose names have this end, for so many inputs and a state of so many numbers."""
        rows = self.gates * self.hidden_size
        return {f"weight_ih{end}": (rows, inputs), f"weight_hh{end}": (rows, state), f"bias_ih{end}": (rows,),
                f"bias_hh{end}": (rows,)}
