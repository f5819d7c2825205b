"""Many parameters as one: their moments are laid end to end, so that a step is a few passes over few arrays.

A step of Adam is a dozen elementwise passes. Over 60 small parameters these would be 60 dozens of NumPy calls; over one
large parameter, a dozen trips to main memory. So the moments of a group's parameters are one array each, and a step
runs over blocks of them that fit the cache (see `blocks.py` and `plan.py`).

The parameters stay where they are, so nothing that shares their memory (a tied weight, a NumPy array, a view) is cut
off. Moving them into one array as well would save 0.3 us for each small parameter and nothing for large ones.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from autograd import Tensor
from autograd.arrays import Array, consecutive

SMALL = 2**14
"""Parameters up to this size are stepped side by side; above, the arithmetic outweighs the calls."""


class Flat:
    """Those parameters of a group that have one dtype, with their moments and step counts.

    Moments have the dtype of the parameters, except that those of float16 are float32 (squares need the range); complex
    numbers count as two reals each. A parameter without a gradient is left alone: value, moments and count of steps.
    """

    def __init__(self, parameters: Sequence[Tensor], moments: Sequence[str]) -> None:
        self.parameters = sorted(parameters, key=lambda p: p.size > SMALL)  # small ones side by side
        self.shapes = [p.shape for p in self.parameters]
        self.dtype = self.parameters[0].dtype
        real = self.dtype.type(0).real.dtype
        self.work = np.promote_types(real, np.float32)
        sizes = [p.size * (self.dtype.itemsize // real.itemsize) for p in self.parameters]
        self.spans = consecutive(sizes)
        self.moments = {name: np.zeros(sum(sizes), self.work) for name in moments}
        self.steps = [0] * len(self.parameters)

    def fits(self, values: Sequence[Array]) -> bool:
        """Whether values of the parameters have the shapes and the dtype that the moments were laid out for."""
        return [v.shape for v in values] == self.shapes and all(v.dtype == self.dtype for v in values)

    def read(self, i: int) -> tuple[int, dict[str, Array]]:
        """The step count of parameter `i`, and its moments in its shape."""
        return self.steps[i], {name: self.shaped(moment[self.spans[i]], i) for name, moment in self.moments.items()}

    def write(self, i: int, steps: int, moments: Mapping[str, Any]) -> None:
        """Set what `read` gives; moments that are not among them stay as they are."""
        self.steps[i] = steps
        for name, value in moments.items():
            self.shaped(self.moments[name][self.spans[i]], i)[...] = value

    def shaped(self, stretch: Array, i: int) -> Array:
        """A stretch of a flat array in the shape of parameter `i`."""
        return self.numbers(stretch).reshape(self.shapes[i])

    def numbers(self, stretch: Array) -> Array:
        """A stretch of a flat array as numbers of the parameter's dtype: pairs of reals may be complex numbers."""
        return stretch.view(self.dtype) if self.dtype.kind == "c" else stretch

    def reals(self, value: Array) -> Array:
        """Numbers as a flat array of reals, in their own memory if it is contiguous."""
        flat: Array = value.reshape(-1)
        return flat.view(flat.real.dtype) if flat.dtype.kind == "c" else flat
