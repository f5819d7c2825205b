"""Tables as plain text, for terminals, and as HTML, for notebooks."""

from __future__ import annotations

from collections.abc import Sequence

Cells = Sequence[str]


def in_columns(rows: Sequence[Cells], *, words: int | None = None) -> list[str]:
    """A line for each row, its cells in columns; those after the first `words` columns are numbers, to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    words = len(widths) if words is None else words
    return ["  ".join(cell.ljust(w) if i < words else cell.rjust(w)
                      for i, (cell, w) in enumerate(zip(row, widths, strict=True))).rstrip() for row in rows]


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
