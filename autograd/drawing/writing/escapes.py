"""Escaping text for XML, DOT and tooltips."""

from __future__ import annotations

from collections.abc import Iterable

import graphviz

from autograd.drawing.words import printable


def escape(text: str) -> str:
    """Text for XML."""
    return (printable(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
            .replace("'", "&#39;"))


def hypertext(text: str) -> str:
    r"""Text for HTML-like labels, in which Graphviz looks for `\N` too."""
    return escape(text).replace("\\", "\\\\")


def literal(text: str) -> str:
    r"""Text as a quoted attribute that Graphviz shows as it is.

    In a quoted string it reads `\N` as the node's name, `&amp;` as a character and a backslash at the end as the
    quote's; the `graphviz` package reads `<b>` as markup.
    """
    quoted: str = graphviz.escape(printable(text).replace("&", "&amp;"))
    return quoted


def hovering(lines: Iterable[str]) -> str:
    """A tooltip, one line each: Graphviz looks for its escapes twice there."""
    text: str = graphviz.nohtml("\n".join(literal(printable(line).replace("\\", "\\\\")) for line in lines))
    return text
