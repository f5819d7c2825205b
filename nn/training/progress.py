"""The progress bar of a run: one bar for all epochs, so that the remaining time is that of the run."""

from __future__ import annotations

import time
import warnings
from collections.abc import Mapping, Sized
from types import TracebackType
from typing import Any

from autograd.errors import needing

REFRESH = 0.1  # seconds between two looks at the loss


class ProgressBar:
    """A tqdm bar, in a terminal or a notebook, with epoch, loss, metrics, rate and remaining time; or nothing."""

    def __init__(self, epochs: int, data: object, *, done: int, show: bool) -> None:
        batches = len(data) if isinstance(data, Sized) else None
        self.epochs = epochs
        self.epoch = done
        self.measured: dict[str, str] = {}
        self.looked = 0.0
        self.bar = _tqdm(epochs * batches if batches else None, done * batches if batches else 0) if show else None

    def __enter__(self) -> ProgressBar:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        if self.bar is not None:
            self.bar.close()

    def batch(self, loss: float) -> None:
        """One batch is done; `loss` is the epoch's so far."""
        if self.bar is None:
            return
        now = time.monotonic()
        if now - self.looked >= REFRESH:
            self.looked = now
            self._describe(self.bar, {**self.measured, "loss": f"{loss:.4g}"})
        self.bar.update()

    def epoch_end(self, epoch: int, row: Mapping[str, Any]) -> None:
        """An epoch is done, and this is its row of the history."""
        if self.bar is None:
            return
        numbers = {name: value for name, value in row.items() if isinstance(value, int | float) and name != "lr"}
        self.measured = {name: f"{value:.4g}" for name, value in numbers.items()}
        self._describe(self.bar, self.measured)
        self.epoch = epoch
        self.bar.refresh()

    def _describe(self, bar: Any, numbers: Mapping[str, str]) -> None:
        bar.set_description(f"epoch {min(self.epoch + 1, self.epochs)}/{self.epochs}", refresh=False)
        bar.set_postfix(numbers, refresh=False)


def _tqdm(total: int | None, initial: int) -> Any:
    with warnings.catch_warnings():
        # Without ipywidgets a notebook gets the text bar, and tqdm says so; the user asked for a bar, not for widgets.
        warnings.simplefilter("ignore")
        with needing("tqdm"):
            from tqdm.auto import tqdm
    return tqdm(total=total, initial=initial, unit="batch", dynamic_ncols=True)
