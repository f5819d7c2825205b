"""Tables in plain text, as terminals show them."""

from __future__ import annotations

from collections.abc import Sequence


def in_columns(rows: Sequence[Sequence[str]], *, words: int | None = None) -> list[str]:
    """A line for each row, its cells in columns; those after the first `words` columns are numbers, to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    words = len(widths) if words is None else words
    return ["  ".join(cell.ljust(w) if i < words else cell.rjust(w)
                      for i, (cell, w) in enumerate(zip(row, widths, strict=True))).rstrip() for row in rows]
