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
from dataclasses import asdict, dataclass
from html import escape
from typing import Any

import numpy as np

from . import numerical, symbolic
from .errors import DisconnectedWarning, NoDerivativeError, missing_extra
from .forward import jvp
from .text_table import in_columns
from .transforms import vjp
from .tree import flatten
from .values import as_plain

Array = np.ndarray[Any, Any]

METHODS = ("symbolic", "numerical forward", "numerical central", "numerical complex", "forward accumulation",
           "reverse accumulation")
MOST_SYMBOLS = 32
"""Symbolic differentiation of more inputs than this is left out: its expressions swell."""

REFERENCE_INPUTS = 64
"""Errors are measured in at most so many coordinates, spread evenly."""


@dataclass(frozen=True)
class Row:
    """One method on one function.

    `evaluations` counts calls of f on plain numbers, `passes` those that carry derivatives: forward passes with
    a tangent, or backward passes. `value` is None where the method does not apply, and `note` says why.
    """

    method: str
    value: Any
    error: float | None
    evaluations: int
    passes: int
    seconds: float | None
    peak_bytes: int | None
    note: str = ""

    @property
    def work(self) -> str:
        """Evaluations or passes, in words."""
        if self.passes:
            kind = "backward" if self.method.startswith("reverse") else "forward"
            return f"{self.passes} {kind} pass" + "es" * (self.passes > 1)
        return f"{self.evaluations} evaluation" + "s" * (self.evaluations > 1) if self.evaluations else self.note


class Comparison:
    """The table that `compare` makes: prints as text, shows as HTML in a notebook, `.to_dict()` for further use."""

    HEADINGS = ("method", "value", "max error", "work", "seconds", "peak memory")

    def __init__(self, name: str, inputs: int, outputs: int, reference: str, rows: Sequence[Row]) -> None:
        self.name, self.inputs, self.outputs, self.reference = name, inputs, outputs, reference
        self.rows = tuple(rows)

    def __getitem__(self, method: str) -> Row:
        for row in self.rows:
            if row.method == method:
                return row
        raise KeyError(f"no row {method!r}; the methods are {', '.join(row.method for row in self.rows)}")

    def to_dict(self) -> dict[str, Any]:
        """Everything measured, as plain Python values."""
        rows = [asdict(row) | {"value": _listed(row.value)} for row in self.rows]
        return {"function": self.name, "inputs": self.inputs, "outputs": self.outputs, "reference": self.reference,
                "rows": rows}

    @property
    def _title(self) -> str:
        return f"{self.name}: {self.inputs} inputs, {self.outputs} outputs; errors against {self.reference}"

    def _cells(self) -> list[tuple[str, ...]]:
        return [
            (row.method, _short(row.value), "" if row.error is None else f"{row.error:.1e}", _cut(row.work),
             "" if row.seconds is None else f"{row.seconds:.2e}", _bytes(row.peak_bytes))
            for row in self.rows
        ]

    def __str__(self) -> str:
        lines = in_columns([self.HEADINGS, *self._cells()])
        return "\n".join([self._title, lines[0], "-" * len(lines[0]), *lines[1:]])

    __repr__ = __str__

    def _repr_html_(self) -> str:
        return _html(self._title, self.HEADINGS, self._cells())


class Scaling:
    """Comparisons of one function at growing numbers of inputs: text, HTML, `.to_dict()` and `.plot()`."""

    def __init__(self, comparisons: Sequence[Comparison]) -> None:
        self.comparisons = tuple(comparisons)
        self.ns = tuple(c.inputs for c in comparisons)

    def column(self, method: str, figure: str) -> list[Any]:
        """One figure of one method for every n: `column("reverse accumulation", "seconds")`."""
        return [getattr(c[method], figure) for c in self.comparisons]

    def to_dict(self) -> dict[str, Any]:
        """Everything measured, as plain Python values: for each method a list over `n`."""
        figures = ("evaluations", "passes", "seconds", "peak_bytes", "error")
        return {"n": list(self.ns), "methods": {m: {f: self.column(m, f) for f in figures} for m in METHODS}}

    def _cells(self) -> Iterator[tuple[str, ...]]:
        for method in METHODS:
            for c in self.comparisons:
                row = c[method]
                seconds = "" if row.seconds is None else f"{row.seconds:.2e}"
                yield method, str(c.inputs), _cut(row.work), seconds, _bytes(row.peak_bytes)

    HEADINGS = ("method", "n", "work", "seconds", "peak memory")

    def __str__(self) -> str:
        return "\n".join(in_columns([self.HEADINGS, *self._cells()]))

    __repr__ = __str__

    def _repr_html_(self) -> str:
        return _html("growth with the number of inputs", self.HEADINGS, list(self._cells()))

    def plot(self) -> Any:
        """Work, seconds and peak memory over n, on logarithmic axes: a Matplotlib figure."""
        try:
            from matplotlib.figure import Figure
        except ImportError:
            raise missing_extra("matplotlib", extra="plot") from None
        panels: dict[str, Callable[[Row], Any]] = {
            "evaluations or passes": lambda row: row.evaluations or row.passes,
            "seconds": lambda row: row.seconds,
            "peak bytes": lambda row: row.peak_bytes,
        }
        figure = Figure(figsize=(13, 4), layout="constrained")
        for axes, (title, read) in zip(figure.subplots(1, 3), panels.items(), strict=True):
            for number, method in enumerate(METHODS):  # a method has one colour, also where another does not apply
                points = [(c.inputs, read(c[method])) for c in self.comparisons]
                points = [(n, y) for n, y in points if y]
                if points:
                    axes.loglog(*zip(*points, strict=True), marker="o", label=method, color=f"C{number}")
            axes.set(xlabel="inputs", title=title)
        figure.legend(*figure.axes[1].get_legend_handles_labels(), fontsize="small", loc="outside right center")
        return figure


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
        value = np.asarray(as_plain(f(x)))
        self.outputs, self.shape = value.size, value.shape

    def call(self, x: Any) -> Any:
        self.evaluations += 1
        return self.f(x)

    def run(self, method: str) -> Array:
        """All derivatives as a matrix, one row an output, one column an input."""
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

        def restricted(part: Array) -> Any:
            full = vector.copy()
            full[chosen] = part
            pieces, start = [], 0
            for a in self.arrays:
                pieces.append(full[start : start + a.size].reshape(a.shape))
                start += a.size
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
        note = f"a formula of {before} operations became one of {after}"
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


def _listed(value: Any) -> Any:
    return value.tolist() if isinstance(value, (np.ndarray, np.generic)) else value


def _short(value: Any) -> str:
    """The first numbers of a value."""
    if value is None:
        return ""
    flat = np.ravel(value)
    text = ", ".join(f"{v:.6g}" for v in flat[:3])
    return text if np.ndim(value) == 0 else f"[{text}{', ...' if flat.size > 3 else ''}]"


def _cut(text: str, longest: int = 60) -> str:
    return text if len(text) <= longest else text[: longest - 3].rstrip() + "..."


def _bytes(count: int | None) -> str:
    if count is None:
        return ""
    for unit, size in (("MB", 1e6), ("kB", 1e3)):
        if count >= size:
            return f"{count / size:.1f} {unit}"
    return f"{count} B"


def _html(title: str, headings: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    head = "".join(f"<th style='text-align:left'>{escape(cell)}</th>" for cell in headings)
    body = "".join(
        "<tr>" + "".join(f"<td style='text-align:left'>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows
    )
    return f"<table><caption>{escape(title)}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
