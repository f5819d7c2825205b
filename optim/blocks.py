"""Blocks, the unit of a step: small parameters side by side, or a stretch of a large one; both fit the cache.

Of small parameters, one call lays the gradients end to end. The gradient and the weights of a large one are used where
they lie. All results are written into moments, weights, or scratch memory that is made once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from autograd import no_grad
from autograd.arrays import Array
from autograd.tensor.memory import mutated

from .flat import SMALL, Flat

BLOCK = 2**17
"""Elements a block: calls so long that two threads seldom want the interpreter at once. One thread is no faster with
fewer, of which moments, gradient and scratch would fit a 1 MB cache."""

OFTEN = 64
"""Steps from one search for faded moments to the next."""


class Gathered:
    """Small parameters side by side, whose gradients are laid end to end."""

    def __init__(self, flat: Flat, indices: list[int]) -> None:
        self._flat, self._indices = flat, indices
        self._parameters = [flat.parameters[i] for i in indices]
        self._views: list[Array] | None = None
        span = slice(flat.spans[indices[0]].start, flat.spans[indices[-1]].stop)
        self.size = span.stop - span.start
        self.moments = tuple(moment[span] for moment in flat.moments.values())

    def steps(self) -> int:
        return self._flat.steps[self._indices[0]]

    def gradient(self, gradients: list[Any], into: Array) -> Array:
        np.concatenate([gradients[i] for i in self._indices], axis=None, out=self._flat.numbers(into))
        return into

    def weights(self, into: Array) -> Array:
        np.concatenate([p._value for p in self._parameters], axis=None, out=self._flat.numbers(into))
        return into

    def subtract(self, eta: Array) -> None:
        if self._views is None:  # a block always gets the same memory
            ends = np.cumsum([self._flat.spans[i].stop - self._flat.spans[i].start for i in self._indices])
            stretches = np.split(eta, ends[:-1])
            self._views = [self._flat.shaped(s, i) for s, i in zip(stretches, self._indices, strict=True)]
        for parameter, step in zip(self._parameters, self._views, strict=True):
            value = parameter._value
            if value.flags.writeable:
                np.subtract(value, step, value)
                mutated(parameter)
            else:  # a number or a read-only array: the tensor gets memory of its own
                with no_grad():
                    parameter -= step


class Slice:
    """A stretch of one large parameter, in its own memory."""

    def __init__(self, flat: Flat, i: int, cut: slice) -> None:
        self._flat, self._i, self._cut = flat, i, cut
        self.memory = flat.reals(flat.parameters[i]._value)[cut]
        self.size = cut.stop - cut.start
        self.moments = tuple(moment[flat.spans[i]][cut] for moment in flat.moments.values())

    def steps(self) -> int:
        return self._flat.steps[self._i]

    def stretch(self, gradients: list[Any]) -> Array:
        return gradients[self._i][self._cut]  # type: ignore[no-any-return]

    def gradient(self, gradients: list[Any], into: Array) -> Array:
        return _as(into, self.stretch(gradients))

    def weights(self, into: Array) -> Array:
        return _as(into, self.memory)

    def subtract(self, eta: Array) -> None:
        np.subtract(self.memory, eta, self.memory)


def _as(into: Array, stretch: Array) -> Array:
    """The stretch itself if it has the dtype of the computation, otherwise cast into the given memory."""
    if stretch.dtype == into.dtype:
        return stretch
    into[...] = stretch
    return into


def end_faded(blocks: Iterable[Gathered | Slice]) -> None:
    """Every 64th step, set moments to 0 that are smaller than any normal number.

    Where a gradient stays 0, as that of a unit which never fires or of a word which does not occur, a moment fades, but
    never to 0: 0.9 times the smallest number is the smallest number. Processors take a hundred times as long for
    subnormal numbers; half of the moments were enough for a step of Adam to take five times as long.
    """
    for block in blocks:
        if block.steps() % OFTEN == 0:
            for moment in block.moments:
                moment *= np.abs(moment) >= np.finfo(moment.dtype).smallest_normal


def can_be_cut(value: Any) -> bool:
    """Whether a parameter is large enough to be stepped in stretches of its own memory."""
    return bool(value.size > SMALL and value.flags.c_contiguous and value.flags.writeable)


def slices(flat: Flat, i: int) -> Iterator[Slice]:
    """The stretches of parameter `i`."""
    size = flat.spans[i].stop - flat.spans[i].start
    return (Slice(flat, i, slice(start, min(start + BLOCK, size))) for start in range(0, size, BLOCK))


def gathered(flat: Flat, indices: Iterable[int]) -> Iterator[Gathered]:
    """These parameters in runs that lie side by side, have taken equally many steps, and fit one block."""
    run: list[int] = []
    for i in indices:
        if run and not (
            i == run[-1] + 1
            and flat.steps[i] == flat.steps[run[0]]
            and flat.spans[i].stop - flat.spans[run[0]].start <= BLOCK
        ):
            yield Gathered(flat, run)
            run = []
        run.append(i)
    if run:
        yield Gathered(flat, run)
