"""Tables as plain text, for terminals, and as HTML, for notebooks."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

Cells = Sequence[str]


def terminal_width(text: str) -> int:
    """How many places of a terminal a text takes: a Chinese character takes two, a combining accent none."""
    if text.isascii():
        return len(text)
    return sum(1 + (unicodedata.east_asian_width(c) in "WF") for c in text if not unicodedata.combining(c))


def in_columns(rows: Sequence[Cells], *, words: int | None = None) -> list[str]:
    """A line for each row, its cells in columns; those after the first `words` columns are numbers, to the right."""
    widths = [max(map(terminal_width, column)) for column in zip(*rows, strict=True)]
    words = len(widths) if words is None else words

    def padded(i: int, cell: str) -> str:
        room = " " * (widths[i] - terminal_width(cell))
        return cell + room if i < words else room + cell

    return ["  ".join(padded(i, cell) for i, cell in enumerate(row)).rstrip() for row in rows]


def in_html(headings: Cells, rows: Sequence[Cells], *, words: int | None = None, caption: str = "",
            total: Cells | None = None) -> str:
    """The same table in HTML, with a heading for each column, and perhaps a caption above and a row of sums below."""
    from html import escape  # slow to load, and needed in notebooks only

    words = len(headings) if words is None else words

    def row(cells: Cells, tag: str) -> str:
        parts = [f"<{tag} style='text-align:{'left' if i < words else 'right'}'>{escape(cell)}</{tag}>"
                 for i, cell in enumerate(cells)]
        return f"<tr>{''.join(parts)}</tr>"

    above = f"<caption>{escape(caption)}</caption>" if caption else ""
    below = f"<tfoot>{row(total, 'th')}</tfoot>" if total else ""
    body = "".join(row(cells, "td") for cells in rows)
    return f"<table>{above}<thead>{row(headings, 'th')}</thead><tbody>{body}</tbody>{below}</table>"
