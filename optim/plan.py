"""How a step goes over the parameters that have a gradient: block by block, large ones shared out among the threads."""

from __future__ import annotations

from collections.abc import Sequence
from operator import is_
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd.arrays import Array
from autograd.runtime.silence import silent
from autograd.runtime.threads import in_parallel
from autograd.tensor.memory import mutated

from . import blocks
from .blocks import Gathered, Slice
from .flat import Flat

if TYPE_CHECKING:
    from .optimizer import Optimizer

PARALLEL = 2
"""How many blocks of large parameters are worth a thread."""


class Plan:
    """The blocks of a `Flat`, for as long as the same parameters have gradients and large ones stay in their memory."""

    def __init__(self, flat: Flat) -> None:
        self.flat = flat
        self._missing: list[bool] | None = None  # which parameters had no gradient when the blocks were cut
        self._fitting: list[Any] = [None] * len(flat.parameters)  # their values when they were last seen to fit

    def __reduce__(self) -> tuple[type[Plan], tuple[Flat]]:
        return Plan, (self.flat,)  # blocks are views, which would be lost in a copy

    def fits(self) -> bool:
        """Whether these are still leaves, of the shapes and the dtype that the moments were laid out for."""
        values = [p._value for p in self.flat.parameters]
        if not all(map(is_, values, self._fitting)):  # an operation in place on a leaf gives it a new value too
            if not (self.flat.fits(values) and all(p.is_leaf for p in self.flat.parameters)):
                return False
            self._fitting = values
        return True

    def step(self, optimizer: Optimizer, options: dict[str, Any]) -> int:
        """Step every parameter that has a gradient and is not frozen; return how many these are."""
        flat = self.flat
        gradients: list[Any] = [g._value if p._node is not None and (g := p.grad) is not None else None
                                for p in flat.parameters]
        missing = [g is None for g in gradients]
        if missing != self._missing or (self._memory and self._moved()):
            self._cut(missing)
        for i in self._active:
            flat.steps[i] += 1
        if self._gathered:
            blocks.end_faded(self._gathered)
            _run(self._gathered, self._scratch(None), gradients, optimizer, options)
        if self._slices:
            self._run_slices(gradients, optimizer, options)
        return len(self._active)

    def _moved(self) -> bool:
        """Whether a large parameter has other memory than the one that was cut."""
        return any(self.flat.parameters[i]._value is not value for i, value in self._memory.items())

    def _cut(self, missing: list[bool]) -> None:
        flat = self.flat
        self._missing = missing
        self._active = [i for i, none in enumerate(missing) if not none]
        values = {i: flat.parameters[i]._value for i in self._active}
        self._memory = {i: value for i, value in values.items() if blocks.can_be_cut(value)}
        self._gathered = list(blocks.gathered(flat, [i for i in self._active if i not in self._memory]))
        self._slices = [block for i in self._memory for block in blocks.slices(flat, i)]
        self._spare: dict[int | None, Array] = {}

    def _run_slices(self, gradients: list[Any], optimizer: Optimizer, options: dict[str, Any]) -> None:
        for i in self._memory:
            gradients[i] = self.flat.reals(gradients[i])

        def share(first: int, last: int) -> None:
            some = self._slices[first:last]
            blocks.end_faded(some)
            rest = [b for b in some
                    if not optimizer.step_many(b.memory, b.stretch(gradients), b.moments, b.steps(), options)]
            if rest:
                _run(rest, self._scratch(first), gradients, optimizer, options)

        in_parallel(share, len(self._slices), PARALLEL)
        for i in self._memory:
            mutated(self.flat.parameters[i])

    def _scratch(self, first: int | None) -> Array:
        """Memory for a gradient and a step of the longest block, made once.

        Each thread has memory of its own for its slices, found by the first of them; None is for small parameters.
        """
        if first not in self._spare:
            longest = max(block.size for block in (self._gathered if first is None else self._slices))
            self._spare[first] = np.empty((2, longest), self.flat.work)
        return self._spare[first]


@silent
def _run(some: Sequence[Gathered | Slice], scratch: Array, gradients: list[Any], optimizer: Optimizer,
         options: dict[str, Any]) -> None:
    """Step these blocks, with memory for the gradient and the step of one."""
    decay = options["weight_decay"]
    decoupled = options.get("decoupled_weight_decay")
    for block in some:
        spare, out = scratch[:, : block.size]
        g = block.gradient(gradients, spare)
        if decay and not decoupled:
            np.multiply(block.weights(out), decay, out=out)
            g = np.add(g, out, out=spare)
        optimizer.eta(g, block.moments, block.steps(), options, out)
        if decay and decoupled:
            out += np.multiply(block.weights(spare), options["lr"] * decay, out=spare)
        block.subtract(out)
