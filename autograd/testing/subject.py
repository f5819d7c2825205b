"""A function under test, reduced to what a check needs: a list of arrays in, a list of arrays out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograd.arguments import replaced
from autograd.arrays import Array, is_floating
from autograd.boundary import as_plain
from autograd.errors import GradientMismatch, require_function
from autograd.tensor import Tensor
from autograd.tree import flatten, paths

from .randomness import RandomState

Arrays = list[Array]

WIDER = {"float16": np.float64, "float32": np.float64, "complex64": np.complex128}


class Subject:
    """`f(*args)` as a function of its floating leaves alone; everything else in `args` stays as it is.

    Calls get copies of the arrays, and find the random generators in the same state each time.
    """

    def __init__(self, f: Callable[..., Any], args: Sequence[Any]) -> None:
        require_function(f, "check_gradients")
        self.f = f
        self.leaves, self.structure = flatten(tuple(args))
        self.active = [i for i, leaf in enumerate(self.leaves) if is_floating(leaf)]
        if not self.active:
            kinds = ", ".join(f"{type(x).__name__} of {dtype}" if (dtype := getattr(x, "dtype", "")) else
                              type(x).__name__ for x in self.leaves) or "none"
            raise TypeError("check_gradients found nothing to differentiate: give at least one float, floating array "
                            f"or tensor as an argument; got {kinds}")
        places = paths(self.structure)
        self.inputs = [f"argument {_bare(places[i])}" for i in self.active]
        self.outputs: list[str] = []
        self.given = [as_array(self.leaves[i]).copy() for i in self.active]
        for name, given in zip(self.inputs, self.given, strict=True):
            if np.any(np.isnan(given)):
                at = tuple(int(i) for i in np.argwhere(np.isnan(given))[0])
                raise ValueError(f"{name} holds nan" + (f" at index {at}" if at else "")
                                 + ", where nothing can be compared; give numbers")
        self.values = self.given
        self.evaluations = 0
        self.randomness = RandomState()
        self.draws = True  # until it is known that f draws no random numbers
        self.dtype = self._settle_dtype()

    def _settle_dtype(self) -> np.dtype[Any]:
        """Widen to float64 where f goes along, and say in which dtype its values are."""
        wide = [v.astype(WIDER.get(v.dtype.name, v.dtype)) for v in self.given]
        if any(w.dtype != v.dtype for w, v in zip(wide, self.given, strict=True)):
            try:
                self.values = wide
                outputs = self.raw(wide)
            except (TypeError, ValueError, NotImplementedError):
                self.values = self.given
                outputs = self.raw(self.given)
        else:
            outputs = self.raw(self.given)
        if not outputs:
            raise TypeError("check_gradients needs a function that returns at least one floating number or array")
        return min((a.dtype for a in (*self.values, *outputs)), key=lambda d: (-np.finfo(d).eps, d.name))

    def call(self, *leaves: Any) -> list[Any]:
        """The floating outputs of f for these floating leaves: tensors, arrays, or whatever a transform passes."""
        own = [x.copy() if isinstance(x, np.ndarray) else x for x in self.leaves]
        if self.draws:
            self.randomness.restore()
        self.evaluations += 1
        found, structure = flatten(self.f(*self.structure.unflatten(replaced(own, self.active, leaves))))
        floating = [i for i, out in enumerate(found) if is_floating(out)]
        places = paths(structure)
        self.outputs = [f"output{places[i]}" for i in floating]
        return [found[i] for i in floating]

    def raw(self, values: Arrays) -> Arrays:
        """The outputs as arrays, for inputs as arrays."""
        return raw(self.call, values)

    def require_deterministic(self) -> None:
        """`GradientMismatch` if two calls at one point differ by more than rounding."""
        self.randomness.restore()
        first = self.raw(self.values)
        self.draws = self.randomness.differs()
        second = self.raw(self.values)
        for name, a, b in zip(self.outputs, first, second, strict=True):
            if a.shape != b.shape:
                raise GradientMismatch(f"f is not deterministic: two calls at the same point gave shapes {a.shape} "
                                       f"and {b.shape} for {name}")
            scale = np.max(np.abs(a), initial=0, where=np.isfinite(a)) + 1
            with np.errstate(invalid="ignore"):  # of two infinities
                near = np.abs(a - b) <= 1e3 * np.finfo(a.dtype).eps * scale
            differ = ~near & (np.isfinite(a) | np.isfinite(b))
            if np.any(differ):
                at = tuple(int(i) for i in np.argwhere(differ)[0])
                raise GradientMismatch(f"f is not deterministic: two calls at the same point gave {a[at]} and {b[at]} "
                                       f"for {name} at index {at}. Seed its generator inside f, or use "
                                       "autograd.random.generator(), whose state the check restores")


def raw(call: Callable[..., list[Any]], values: Arrays) -> Arrays:
    """The outputs as arrays, for inputs as arrays: tensors of copies, which the function may write to."""
    return [as_array(out) for out in call(*[Tensor(v.copy()) for v in values])]


def as_array(leaf: Any) -> Array:
    return np.asarray(as_plain(leaf))


def _bare(place: str) -> str:
    """`[0]['w']`, the place in the tuple of arguments, as `0['w']`."""
    number, _, rest = place[1:].partition("]")
    return number + rest
