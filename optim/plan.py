"""How a step goes over the parameters that have a gradient: in blocks that fit the cache, on few threads."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from autograd import no_grad
from autograd.leaf import mutated

if TYPE_CHECKING:
    from .flat import Flat

Array = NDArray[Any]

BLOCK = 2**16
"""Elements a block: with moments, gradient and scratch, what a 1 MB cache holds of float32."""

SMALL = 2**14
"""Parameters up to this size are gathered; above, the arithmetic outweighs the calls."""

PARALLEL = 2**19
"""Elements that a thread must have to itself for its start (60 us) to be worth it."""

MANY = 2**20
"""Numbers in large parameters from which on a compiled loop, which takes a second to load, is worth it."""

MOST_THREADS = 4
"""A step is bound by memory, and its calls by the interpreter's lock: more threads gain nothing."""


class Rule(Protocol):
    """What an optimizer says of its step: the recurrence, and how weights decay."""

    decoupled: bool

    def eta(self, g: Array, moments: tuple[Array, ...], t: int, options: dict[str, Any], out: Array, /) -> None:
        """Bring the moments from `t - 1` to `t`, and write `eta_t` into `out`."""

    def step_many(self, w: Array, g: Array, moments: tuple[Array, ...], t: int, options: dict[str, Any], /) -> bool:
        """Step weights, moments and all, in one compiled loop with the same result. False where there is none."""


class Plan:
    """The blocks to step for as long as the same parameters have gradients and large ones stay in their memory."""

    def __init__(self, flat: Flat, missing: list[bool]) -> None:
        self.missing = missing
        self.active = [i for i, none in enumerate(missing) if not none]
        values = [p._value for p in flat.parameters]
        self.memory = {i: values[i] for i in self.active if _can_be_cut(values[i])}
        self._flat = flat
        slices = [Slice(flat, i, cut) for i in self.memory for cut in _cuts(flat.spans[i])]
        numbers = sum(block.size for block in slices)
        threads = min(_threads(), numbers // PARALLEL)
        self._many = numbers >= MANY
        self._lanes: list[list[Gathered | Slice]] = [[] for _ in range(max(threads, 1))]
        self._lanes[0] += [Gathered(flat, run) for run in _runs(flat, [i for i in self.active if i not in self.memory])]
        for k, block in enumerate(slices):
            self._lanes[k * len(self._lanes) // len(slices)].append(block)
        self._scratch = [_scratch(lane, flat.work) for lane in self._lanes]

    def holds(self, missing: list[bool]) -> bool:
        """Whether the plan is still the one to follow."""
        return missing == self.missing and all(self._flat.parameters[i]._value is v for i, v in self.memory.items())

    def run(self, gradients: list[Any], rule: Rule, options: dict[str, Any]) -> None:
        """Step all blocks."""
        flat = self._flat
        for i in self.memory:
            gradients[i] = flat.reals(gradients[i])
        if len(self._lanes) == 1:
            self._run_lane(0, gradients, rule, options)
        else:
            from concurrent.futures import ThreadPoolExecutor

            with ThreadPoolExecutor(len(self._lanes)) as pool:
                list(pool.map(lambda k: self._run_lane(k, gradients, rule, options), range(len(self._lanes))))
        for i in self.memory:
            mutated(flat.parameters[i])

    def _run_lane(self, k: int, gradients: list[Any], rule: Rule, options: dict[str, Any]) -> None:
        decay = options["weight_decay"]
        with np.errstate(all="ignore"):
            for block in self._lanes[k]:
                if self._many and block.step_at_once(gradients, rule, options):
                    continue
                spare, out = self._scratch[k][:, : block.size]
                g = block.gradient(gradients, spare)
                if decay and not rule.decoupled:
                    np.multiply(block.weights(out), decay, out=out)
                    g = np.add(g, out, out=spare)
                rule.eta(g, block.moments, block.steps(), options, out)
                if decay and rule.decoupled:
                    out += np.multiply(block.weights(spare), options["lr"] * decay, out=spare)
                block.subtract(out)


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

    def step_at_once(self, gradients: list[Any], rule: Rule, options: dict[str, Any]) -> bool:
        return False  # its weights do not lie side by side

    def subtract(self, eta: Array) -> None:
        if self._views is None:  # a block is always given the same memory
            ends = np.cumsum([self._flat.spans[i].stop - self._flat.spans[i].start for i in self._indices])
            stretches = np.split(eta, ends[:-1])
            self._views = [self._flat.shaped(s, i) for s, i in zip(stretches, self._indices, strict=True)]
        for parameter, step in zip(self._parameters, self._views, strict=True):
            value = parameter._value
            if type(value) is np.ndarray and value.flags.writeable:
                np.subtract(value, step, value)
                mutated(parameter)
            else:  # a number, or somebody's read-only array: the tensor gets memory of its own
                with no_grad():
                    parameter -= step


class Slice:
    """A stretch of one large parameter, in its own memory."""

    def __init__(self, flat: Flat, i: int, cut: slice) -> None:
        self._flat, self._i, self._cut = flat, i, cut
        self._weights = flat.reals(flat.parameters[i]._value)[cut]
        self.size = cut.stop - cut.start
        self.moments = tuple(moment[flat.spans[i]][cut] for moment in flat.moments.values())

    def steps(self) -> int:
        return self._flat.steps[self._i]

    def gradient(self, gradients: list[Any], into: Array) -> Array:
        return _as(into, gradients[self._i][self._cut])

    def weights(self, into: Array) -> Array:
        return _as(into, self._weights)

    def step_at_once(self, gradients: list[Any], rule: Rule, options: dict[str, Any]) -> bool:
        return rule.step_many(self._weights, gradients[self._i][self._cut], self.moments, self.steps(), options)

    def subtract(self, eta: Array) -> None:
        np.subtract(self._weights, eta, self._weights)


def _as(into: Array, stretch: Array) -> Array:
    """The stretch itself if it has the dtype to compute in, otherwise cast into the memory given."""
    if stretch.dtype == into.dtype:
        return stretch
    into[...] = stretch
    return into


def _scratch(lane: Sequence[Gathered | Slice], dtype: np.dtype[Any]) -> Array:
    """Memory for a gradient and a step of the longest block."""
    return np.empty((2, max((block.size for block in lane), default=0)), dtype)


def _can_be_cut(value: Any) -> bool:
    return bool(value.size > SMALL and value.flags.c_contiguous and value.flags.writeable)


def _cuts(span: slice) -> Iterator[slice]:
    size = span.stop - span.start
    return (slice(start, min(start + BLOCK, size)) for start in range(0, size, BLOCK))


def _runs(flat: Flat, indices: list[int]) -> Iterator[list[int]]:
    """Parameters that lie side by side, have taken equally many steps, and make up at most a block."""
    run: list[int] = []
    for i in indices:
        if run and not (
            i == run[-1] + 1
            and flat.steps[i] == flat.steps[run[0]]
            and flat.spans[i].stop - flat.spans[run[0]].start <= BLOCK
        ):
            yield run
            run = []
        run.append(i)
    if run:
        yield run


def _threads() -> int:
    """How many threads a step may use: the processors that are ours, or OMP_NUM_THREADS, as for matrix products."""
    ours = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    wanted = os.environ.get("OMP_NUM_THREADS", "")
    return min(int(wanted) if wanted.isdigit() else ours, ours, MOST_THREADS)
