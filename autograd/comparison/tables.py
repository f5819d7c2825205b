"""What a comparison measured, as tables: text, HTML, plain values and a plot."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from autograd.errors import needing
from autograd.table import in_columns, in_html

METHODS = ("symbolic", "numerical forward", "numerical central", "numerical complex", "forward accumulation",
           "reverse accumulation")


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

    def cost(self) -> tuple[str, str, str]:
        """Work, seconds and peak memory, as cells of a table."""
        return _cut(self.work), "" if self.seconds is None else f"{self.seconds:.2e}", _bytes(self.peak_bytes)


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
        inputs, outputs = (f"{n} {of}" + "s" * (n != 1) for n, of in ((self.inputs, "input"), (self.outputs, "output")))
        return f"{self.name}: {inputs}, {outputs}; errors against {self.reference}"

    def _cells(self) -> list[tuple[str, ...]]:
        return [(row.method, _short(row.value), "" if row.error is None else f"{row.error:.1e}", *row.cost())
                for row in self.rows]

    def __str__(self) -> str:
        lines = in_columns([self.HEADINGS, *self._cells()])
        return "\n".join([self._title, lines[0], "-" * len(lines[0]), *lines[1:]])

    __repr__ = __str__

    def _repr_html_(self) -> str:
        return in_html(self.HEADINGS, self._cells(), caption=self._title)


class Scaling:
    """Comparisons of one function at growing numbers of inputs: text, HTML, `.to_dict()` and `.plot()`."""

    HEADINGS = ("method", "n", "work", "seconds", "peak memory")

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

    def _cells(self) -> list[tuple[str, ...]]:
        return [(method, str(c.inputs), *c[method].cost()) for method in METHODS for c in self.comparisons]

    def __str__(self) -> str:
        return "\n".join(in_columns([self.HEADINGS, *self._cells()]))

    __repr__ = __str__

    def _repr_html_(self) -> str:
        return in_html(self.HEADINGS, self._cells(), caption="growth with the number of inputs")

    def plot(self) -> Any:
        """Work, seconds and peak memory over n, on logarithmic axes: a Matplotlib figure."""
        with needing("matplotlib", extra="plot"):
            from matplotlib.figure import Figure
        panels: dict[str, Callable[[Row], Any]] = {
            "evaluations or passes": lambda row: row.evaluations or row.passes,
            "seconds": lambda row: row.seconds,
            "peak bytes": lambda row: row.peak_bytes,
        }
        figure = Figure(figsize=(13, 4), layout="constrained")
        for axes, (title, read) in zip(figure.subplots(1, 3), panels.items(), strict=True):
            for number, method in enumerate(METHODS):  # a method has one colour and sign, whatever others apply
                points = [(c.inputs, read(c[method])) for c in self.comparisons]
                points = [(n, y) for n, y in points if y]
                if points:
                    axes.loglog(*zip(*points, strict=True), label=method, color=f"C{number}", marker="o^vsDX"[number])
            axes.set(xlabel="inputs", title=title)
        figure.legend(*figure.axes[1].get_legend_handles_labels(), fontsize="small", loc="outside right center")
        return figure


def _listed(value: Any) -> Any:
    return value.tolist() if isinstance(value, (np.ndarray, np.generic)) else value


def _short(value: Any) -> str:
    """The first numbers of a value."""
    if value is None:
        return ""
    flat = np.ravel(value)
    text = ", ".join(f"{v:.6g}" for v in flat[:3])
    return text if np.ndim(value) == 0 else f"[{text}{', ...' if flat.size > 3 else ''}]"


def _cut(text: str) -> str:
    return text if len(text) <= 60 else text[:57].rstrip() + "..."


def _bytes(count: int | None) -> str:
    if count is None:
        return ""
    for unit, size in (("MB", 1e6), ("kB", 1e3)):
        if count >= size:
            return f"{count / size:.1f} {unit}"
    return f"{count} B"
