"""The weights and states that recurrent layers and cells have in common."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from nn.layers.initial_weights import draw_uniform
from nn.layers.input import Shapes, mistake
from nn.layers.layer import Layer


class RecurrentUnits(Layer):
    """What RNN, GRU, LSTM and their cells share: a matrix for the input, and one for the previous state."""

    gates = 1
    input_size: int
    hidden_size: int
    __call__: Callable[..., Any]  # outputs and states

    def reset_parameters(self) -> None:
        """Draw the initial weights again: uniform on ±1 / sqrt(hidden_size)."""
        draw_uniform(self, self.hidden_size)

    def _shapes(self, inputs: int, state: int, end: str = "") -> Shapes:
        """The shapes of the weights whose names have this suffix, for these sizes of the input and of the state."""
        rows = self.gates * self.hidden_size
        return {f"weight_ih{end}": (rows, inputs), f"weight_hh{end}": (rows, state), f"bias_ih{end}": (rows,),
                f"bias_hh{end}": (rows,)}

    def _check_states(self, hx: Any) -> None:
        """Raise TypeError for states of an LSTM that are not two."""
        if hx is not None and (not isinstance(hx, (tuple, list)) or len(hx) != 2):
            raise mistake(self, f"expected the state as a tuple (h, c), got {type(hx).__name__}", TypeError)
