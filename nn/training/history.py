"""History: the numbers of a training run, one row per epoch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from autograd.errors import needing

if TYPE_CHECKING:
    from matplotlib.figure import Figure


class History:
    """What `fit` measured: `history["loss"]` is a column, `history.last` the newest row, `len(history)` the epochs.

    Columns: `epoch` (1, 2, ...); `loss` and the metrics, over the epoch's batches while the model was learning from
    them; the same with the prefix `validation_`; `lr`, the learning rate of the epoch. `seconds` is the wall-clock time
    of this call to `fit`, kept out of the columns so that a run that was killed and resumed has the same history as one
    that was not.
    """

    def __init__(self) -> None:
        self.columns: dict[str, list[Any]] = {}
        self.seconds = 0.0

    def append(self, row: Mapping[str, Any]) -> None:
        """Add an epoch. Raises ValueError if its names are not those of the epochs before."""
        if self.columns and self.columns.keys() != row.keys():
            raise ValueError(f"the history has the columns {list(self.columns)}, the new epoch {list(row)}")
        for name, value in row.items():
            self.columns.setdefault(name, []).append(value)

    def __getitem__(self, column: str) -> list[Any]:
        columns = self.to_dict()
        if column not in columns:
            raise KeyError(f"no column {column!r}; there are {list(columns)}")
        return columns[column]

    if not TYPE_CHECKING:  # otherwise type checkers would accept any name

        def __getattr__(self, name: str) -> Any:
            advice = "; write history['epoch'], or history.to_dict()" if name in ("epoch", "history") else ""
            raise AttributeError(f"'History' object has no attribute {name!r}{advice}", name=name, obj=self)

    def __len__(self) -> int:
        return len(next(iter(self.columns.values()), ()))

    @property
    def last(self) -> dict[str, Any]:
        """The newest epoch's row, empty before the first."""
        return {name: values[-1] for name, values in self.to_dict().items() if values}

    def to_dict(self) -> dict[str, list[Any]]:
        """The columns as plain lists: what `pandas.DataFrame` takes."""
        return {"epoch": list(range(1, len(self) + 1)), **self.state_dict()}

    def state_dict(self) -> dict[str, list[Any]]:
        """The columns, for a checkpoint."""
        return {name: list(values) for name, values in self.columns.items()}

    def load_state_dict(self, state: Mapping[str, list[Any]]) -> None:
        """Replace the columns by those of a checkpoint."""
        self.columns = {name: list(values) for name, values in state.items()}

    def plot(self) -> Figure:
        """Draw the learning curves, losses on the left and metrics on the right, as a matplotlib Figure.

        Save it with `history.plot().savefig("curve.png")`. Raises ValueError before the first epoch.
        """
        with needing("matplotlib", extra="plot"):
            from matplotlib.figure import Figure
            from matplotlib.ticker import MaxNLocator
        if len(self) == 0:
            raise ValueError("there is nothing to plot before the first epoch")
        curves = [name for name, values in self.columns.items() if name != "lr" and isinstance(values[0], int | float)]
        losses = [name for name in curves if name.removeprefix("validation_") == "loss"]
        panels = [panel for panel in (losses, [name for name in curves if name not in losses]) if panel]
        figure = Figure(figsize=(5 * len(panels), 3.6), layout="constrained")
        for number, names in enumerate(panels, start=1):
            axes = figure.add_subplot(1, len(panels), number)
            self._draw(axes, names)
            axes.set_xlabel("epoch")
            axes.set_ylabel("loss" if names is losses else "metric")
            axes.xaxis.set_major_locator(MaxNLocator(integer=True))
            axes.grid(alpha=0.3)
            axes.legend()
        return figure

    def _draw(self, axes: Any, names: Sequence[str]) -> None:
        """Draw these columns as curves, dashed for validation, in one color for what measures the same."""
        measured = [name.removeprefix("validation_") for name in names]
        colors = {what: f"C{number}" for number, what in enumerate(dict.fromkeys(measured))}
        for name, what in zip(names, measured, strict=True):
            axes.plot(range(1, len(self) + 1), self.columns[name], "-" if name == what else "--", color=colors[what],
                      marker=".", label=name.replace("_", " "))

    def __repr__(self) -> str:
        parts = [f"{name} {values[0]:.4g} -> {values[-1]:.4g}"
                 for name, values in self.columns.items()
                 if isinstance(values[0], int | float)]
        return f"History({len(self)} epochs{': ' if parts else ''}{', '.join(parts)})"
