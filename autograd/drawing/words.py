"""Text as it may stand in a picture: printable, short, and with a width that is known without a font."""

from __future__ import annotations

import re
import unicodedata

# Advance widths of DejaVu Sans, the widest of the usual sans-serif fonts, in hundredths of the font size, from space
# to tilde. Boxes that are made for it hold the same text in Helvetica, Arial, Segoe UI or San Francisco.
_REGULAR = (
    32, 40, 46, 84, 64, 95, 78, 27, 39, 39, 50, 84, 32, 36, 32, 34, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 34, 34, 84,
    84, 84, 53, 100, 68, 69, 70, 77, 63, 58, 77, 75, 29, 29, 66, 56, 86, 75, 79, 60, 79, 69, 63, 61, 73, 68, 99, 69, 61,
    69, 39, 34, 39, 84, 50, 50, 61, 63, 55, 63, 62, 35, 63, 63, 28, 28, 58, 28, 97, 63, 61, 63, 63, 41, 52, 39, 63, 59,
    82, 59, 59, 52, 64, 34, 64, 84,
)
_BOLD = 1.12  # how much wider bold text is
LINE = 36
"""So many characters stand on a line."""
_NARROW = {"·": 0.32, "…": 1.0, "’": 0.32, "∂": 0.55, "∇": 0.69}


def width(text: str, size: float, *, bold: bool = False) -> float:
    """The widest that `text` gets at this font size, in the unit of `size`."""
    total = 0.0
    for character in text:
        code = ord(character)
        if 32 <= code < 127:
            total += _REGULAR[code - 32] / 100
        elif character in _NARROW:
            total += _NARROW[character]
        elif unicodedata.combining(character):
            continue
        else:
            total += 1.05 if unicodedata.east_asian_width(character) in "WF" else 0.84
    return total * size * (_BOLD if bold else 1.0)


def printable(text: object) -> str:
    """One line that XML, DOT and a terminal can all carry: control characters are written as escapes."""
    text = str(text)
    if text.isascii() and text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)


def shortened(text: object, limit: int = LINE) -> str:
    """`text` on one line of at most `limit` characters, its middle left out."""
    line = printable(text)
    if len(line) <= limit:
        return line
    head = (limit - 1) * 2 // 3
    return line[:head] + "…" + line[len(line) - (limit - 1 - head) :]


def broken(options: str) -> list[str]:
    """Options as they are written in a call, on as many lines as it takes: broken before a name only."""
    found: list[str] = []
    for part in re.split(r", (?=\w+=)", options):
        if found and len(found[-1]) + len(part) + 2 <= LINE:
            found[-1] += ", " + part
        else:
            found.append(part)
    return found


def figure(number: float | complex) -> str:
    """A number to four significant digits, the way `%.4g` writes it, and integers in full."""
    if isinstance(number, complex):
        return f"{figure(number.real)}{'+' if not number.imag < 0 else ''}{figure(number.imag)}j"
    if isinstance(number, (bool, int)):
        return str(number)
    text = f"{number:.4g}"
    return "0" if text == "-0" else text


def shape_text(shape: tuple[int, ...]) -> str:
    """A shape as Python writes it."""
    return str(tuple(int(n) for n in shape))


def count_text(number: int, singular: str, plural: str | None = None) -> str:
    """`1 operation`, `12 operations`, `12,345 operations`."""
    return f"{number:,} {singular if number == 1 else plural or singular + 's'}"


def bytes_text(size: float) -> str:
    """A number of bytes in the unit that suits it."""
    return _in_units(size, "B")


def flops_text(count: float) -> str:
    """A number of floating-point operations in the unit that suits it."""
    return _in_units(count, "FLOP")


def _in_units(size: float, unit: str) -> str:
    for prefix in ("", "k", "M", "G"):
        if size < 1000:
            return f"{size:.3g} {prefix}{unit}" if prefix else f"{size:.0f} {unit}"
        size /= 1000
    return f"{size:.3g} T{unit}"


def seconds_text(seconds: float) -> str:
    """A duration in the unit that suits it."""
    for limit, factor, unit in ((1e-3, 1e6, "µs"), (1.0, 1e3, "ms")):
        if seconds < limit:
            return f"{seconds * factor:.3g} {unit}"
    return f"{seconds:.3g} s"
