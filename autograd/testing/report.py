"""What a check found: how near the gradients came to the differences, and where f is not differentiable."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Report:
    """The result of a check that passed; prints as a summary.

    `largest_error` is the largest difference found between a gradient and its reference, relative to the largest
    derivative compared with it; `where` says in which mode and at which element. `not_differentiable` names the
    places that were left out because no derivative exists there.
    """

    largest_error: float = 0.0
    where: str = ""
    comparisons: int = 0
    evaluations: int = 0
    modes: list[str] = field(default_factory=list)
    dtype: str = "float64"
    not_differentiable: list[str] = field(default_factory=list)

    def compared(self, error: float, where: str, count: int) -> None:
        """Take note of `count` comparisons, of which the worst is `error`."""
        self.comparisons += count
        if error > self.largest_error or not self.where:
            self.largest_error, self.where = error, where

    def skipped(self, place: str) -> None:
        """Take note of a place without a derivative, once."""
        if place not in self.not_differentiable:
            self.not_differentiable.append(place)

    def __str__(self) -> str:
        summary = (
            f"gradients agree: largest relative error {self.largest_error:.1e} ({self.where}), "
            f"{self.comparisons} comparisons in {self.dtype}, {self.evaluations} evaluations"
            if self.comparisons else "nothing was compared, so nothing is proved: no element has a derivative here"
        )
        lines = [summary, f"  modes: {', '.join(self.modes)}"]
        lines += [f"  not differentiable here: {place}" for place in self.not_differentiable[:10]]
        if len(self.not_differentiable) > 10:
            lines.append(f"  ... and at {len(self.not_differentiable) - 10} more places")
        return "\n".join(lines)
