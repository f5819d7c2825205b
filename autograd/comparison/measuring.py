"""The four ways to differentiate, side by side on one function: what each gives, and what it costs.

Every figure is measured: calls of the function are counted as they happen, the time is the best of several runs, the
peak memory is what `tracemalloc` saw above the start. Errors are against a reference of more digits than a double has.
"""

from __future__ import annotations

import math
import time
import tracemalloc
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from autograd import numerical, symbolic
from autograd.arrays import Array, consecutive
from autograd.boundary import as_plain
from autograd.errors import DisconnectedWarning, NoDerivativeError, require_function
from autograd.forward import jvp
from autograd.transforms import vjp
from autograd.tree import flatten

from .tables import METHODS, Comparison, Row, Scaling

MOST_SYMBOLS = 32
"""Symbolic differentiation of more inputs than this is left out: its expressions swell."""

REFERENCE_INPUTS = 64
"""The largest number of coordinates, evenly spread, in which errors are measured."""


class Compare:
    """`compare(f, x)` measures every way to differentiate f at x; `compare.scaling(f_of_n, ns)` how each grows.

    Both print as a table: the value, its error, how often f was evaluated or passed through, seconds, and peak bytes.
    """

    def __call__(self, f: Callable[..., Any], x: Any, *, repeat: int = 5) -> Comparison:
        """Differentiate `f(x)` symbolically, numerically in three ways, and by forward and reverse accumulation.

        `x` is a float, array, tensor or nested; `f` returns one number (the value is then the gradient) or an array
        (the Jacobian). Each way runs `repeat` times for the best time, and once more for its memory. A way that cannot
        take `f`, such as the complex step for one that is not analytic, gives a row that says so.
        """
        require_function(f, "compare")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DisconnectedWarning)
            subject = _Subject(f, x)
            reference, truth, chosen = subject.reference()
            rows = [_measure(method, subject, truth, chosen, repeat) for method in METHODS]
        name = getattr(f, "__name__", "f").replace("<lambda>", "f")
        return Comparison(name, subject.size, subject.outputs, reference, rows)

    def scaling(self, f_of_n: Callable[[int], Any], ns: Sequence[int], *, repeat: int = 3) -> Scaling:
        """`compare` for growing n: `f_of_n(n)` returns `(f, x)`, or just f to be taken at n points from 0.1 to 1."""
        comparisons = []
        for n in ns:
            made = f_of_n(n)
            f, x = made if isinstance(made, tuple) else (made, np.linspace(0.1, 1, n))
            comparisons.append(self(f, x, repeat=repeat))
        return Scaling(comparisons)


compare = Compare()


class _Subject:
    """The function, its point, and the ways to differentiate it, with counters."""

    def __init__(self, f: Callable[..., Any], x: Any) -> None:
        self.f, self.x = f, x
        self.evaluations = self.passes = 0
        self.leaves, self.structure = flatten(x)
        self.arrays = [np.asarray(as_plain(leaf), float) for leaf in self.leaves]
        self.size = sum(a.size for a in self.arrays)
        own = [leaf.copy() if hasattr(leaf, "copy") else leaf for leaf in self.leaves]  # f may write to them
        value = np.asarray(as_plain(f(self.structure.unflatten(own))))
        self.outputs, self.shape = value.size, value.shape

    def call(self, x: Any) -> Any:
        self.evaluations += 1
        return self.f(x)

    def run(self, method: str) -> Array:
        """All derivatives as a matrix, one row per output, one column per input."""
        self.evaluations = self.passes = 0
        way = {"symbolic": self._symbolic, "forward accumulation": self._forward, "reverse accumulation": self._reverse}
        return way[method]() if method in way else self._numerical(method.split()[1])

    def _symbolic(self) -> Array:
        if self.size > MOST_SYMBOLS:
            raise ValueError(f"more than {MOST_SYMBOLS} inputs")
        if self.outputs > 1:
            raise ValueError("more than one output")
        self.formula = symbolic.grad(self.f)
        slope = self.formula(self.x)
        self.evaluations = 0  # it reads the formula, and never evaluates f
        return self._matrix(slope)

    def _numerical(self, method: Any) -> Array:
        differentiate = numerical.grad if self.outputs == 1 else numerical.jacobian
        return self._matrix(differentiate(self.call, self.x, method))

    def _forward(self) -> Array:
        columns = []
        for i, array in enumerate(self.arrays):
            for index in np.ndindex(array.shape):
                tangents = [np.zeros(a.shape) for a in self.arrays]
                tangents[i][index] = 1
                columns.append(np.ravel(as_plain(jvp(self.f, (self.x,), (self.structure.unflatten(tangents),))[1])))
                self.passes += 1
        return np.stack(columns, axis=-1)

    def _reverse(self) -> Array:
        _, pullback = vjp(self.f, self.x)
        rows = []
        for k in range(self.outputs):
            cotangent = np.zeros(self.outputs)
            cotangent[k] = 1
            rows.append(self._matrix(pullback(cotangent.reshape(self.shape))[0]))
            self.passes += 1
        return np.concatenate(rows)

    def _matrix(self, tree: Any) -> Array:
        """Derivatives in the structure of x, each leaf of shape `out.shape + in.shape`, as a matrix."""
        pieces = [np.reshape(as_plain(d), (-1, a.size)) for d, a in zip(flatten(tree)[0], self.arrays, strict=True)]
        return np.concatenate(pieces, axis=1)

    def reference(self) -> tuple[str, Array, Array]:
        """The derivatives in some coordinates to more digits than the methods give: how, what, and where."""
        chosen = np.unique(np.linspace(0, self.size - 1, min(self.size, REFERENCE_INPUTS)).astype(int))
        if self.outputs == 1 and self.size <= MOST_SYMBOLS:
            try:
                slopes = symbolic.grad(self.f).precise(self.x, digits=30)
                return "the formula in 30 digits", np.array([slopes])[:, chosen], chosen
            except (NoDerivativeError, ImportError, TypeError, ValueError):
                pass  # no formula: extrapolate instead
        for dtype, name in ((np.longdouble, "long doubles"), (np.float64, "doubles")):
            try:
                return f"extrapolated differences in {name}", self._extrapolated(dtype, chosen), chosen
            except (TypeError, ValueError):
                continue  # LAPACK, for one, has no long doubles
        raise ValueError("f cannot be evaluated on arrays, so that there is no reference")

    def _extrapolated(self, dtype: Any, chosen: Array) -> Array:
        vector = np.concatenate([a.ravel() for a in self.arrays]).astype(dtype)
        parts = consecutive(a.size for a in self.arrays)

        def restricted(part: Array) -> Any:
            full = vector.copy()
            full[chosen] = part
            pieces = [full[part].reshape(a.shape) for part, a in zip(parts, self.arrays, strict=True)]
            value = np.asarray(as_plain(self.f(self.structure.unflatten(pieces))))
            if value.dtype != dtype:
                raise TypeError(f"f gives {value.dtype}, not {dtype}")
            return value.ravel()

        return np.asarray(numerical.jacobian(restricted, vector[chosen], "richardson")).reshape(-1, len(chosen))


def _measure(method: str, subject: _Subject, truth: Array, chosen: Array, repeat: int) -> Row:
    try:
        value = subject.run(method)
    except (NoDerivativeError, ImportError, TypeError, ValueError) as error:
        return Row(method, None, None, 0, 0, None, None, f"does not apply: {str(error).splitlines()[0]}")
    evaluations, passes = subject.evaluations, subject.passes
    seconds = math.inf
    for _ in range(repeat):
        start = time.perf_counter()
        subject.run(method)
        seconds = min(seconds, time.perf_counter() - start)
    with _traced() as peak:
        subject.run(method)
    note = ""
    if method == "symbolic":
        before, after = symbolic.count_ops(subject.formula.primal), subject.formula.count_ops()
        note = f"a formula of {before} operation{'s' * (before != 1)} became one of {after}"
    largest = float(np.max(np.abs(value[:, chosen] - truth), initial=0))
    shown = value.ravel() if subject.outputs == 1 else value
    return Row(method, shown[0] if shown.shape == (1,) else shown, largest, evaluations, passes, seconds, peak[0], note)


@contextmanager
def _traced() -> Iterator[list[int]]:
    """The peak of memory above that at the start, in the list's only element afterwards."""
    peak = [0]
    was_tracing = tracemalloc.is_tracing()
    if not was_tracing:
        tracemalloc.start()
    tracemalloc.reset_peak()
    before = tracemalloc.get_traced_memory()[0]
    try:
        yield peak
    finally:
        peak[0] = tracemalloc.get_traced_memory()[1] - before
        if not was_tracing:
            tracemalloc.stop()
