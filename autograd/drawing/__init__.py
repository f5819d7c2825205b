"""Pictures of computation graphs: `draw(loss)` as DOT, SVG, PNG, PDF, JSON, text, or a page to explore."""

from __future__ import annotations

from .draw import draw
from .drawing import Drawing

__all__ = ["Drawing", "draw"]
