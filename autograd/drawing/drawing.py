"""`Drawing`: what `draw` returns, and every form it can take."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from autograd.errors import no_attribute_of, require_directory

from .model import Graph
from .placing import budget, engines
from .placing.graphviz_answer import from_engine
from .placing.layered import layered
from .placing.layout import Layout
from .placing.routes import looped
from .reading.extract import Extraction
from .reading.steps import Trace, is_small, traced
from .shaping.difference import difference
from .shaping.levels import levels_of
from .shaping.view import View, shaped
from .words import count_text
from .writing import dot
from .writing.film import film
from .writing.page import page
from .writing.placed import placed_source
from .writing.record import as_json
from .writing.style import Theme
from .writing.svg import paint
from .writing.text import table

NOTEBOOK = 1500
"""A notebook shows drawings of up to this many vertices; larger ones make it crawl."""
_ATTRIBUTES = {"show": "a notebook shows it; elsewhere write .save('graph.html')",
               "render": "write .save('graph.svg'), or another ending"}
FORMS = ("film.svg", "svg", "png", "pdf", "dot", "json", "html", "txt")


class Drawing:
    """A picture of a computation graph, as it was when `draw` was called.

    `.source` is DOT; `.save(path)` writes svg, png, pdf, dot, json, html or txt by the path's ending, and a film strip
    of the passes for `.film.svg`; `.to_text()` is a table that says the same; in a notebook it shows itself. The same
    graph gives the same bytes.
    """

    def __init__(self, extraction: Extraction, view: View, *, theme: Theme | None = None, direction: str = "TB",
                 timeout: float = engines.TIMEOUT, steps: bool | None = None) -> None:
        self.full = extraction.graph
        self.view = view
        self.graph = shaped(self.full, view)
        self.theme = theme
        self.direction = direction
        self.timeout = timeout
        self._live = extraction if steps or (steps is None and is_small(extraction)) else None
        self._layout: Layout | None = None

    if not TYPE_CHECKING:  # otherwise type checkers would accept any attribute

        def __getattr__(self, name: str) -> Any:
            raise no_attribute_of(self, name, _ATTRIBUTES)

    @property
    def source(self) -> str:
        """The graph in DOT, complete on its own."""
        return dot.source(self.graph, theme=self.theme or "light", direction=self.direction)

    @property
    def digraph(self) -> Any:
        """The graph as a `graphviz.Digraph`."""
        return dot.digraph(self.graph, theme=self.theme or "light", direction=self.direction)

    def layout(self) -> Layout:
        """Where everything stands."""
        if self._layout is None:
            self._layout = self.lay_out(self.graph)
            if self._layout.trouble:
                self.graph = self.graph.saying(f"Laid out without Graphviz: {self._layout.trouble}.")
        return self._layout

    def lay_out(self, graph: Graph) -> Layout:
        """A layout by an engine, if there is one, the graph suits it and it answers in time; else by ourselves."""
        engine, trouble = engines.find(), ""
        if engine is not None and budget.suits_engine(graph):
            text = dot.source(graph, direction=self.direction, bare=True)
            try:
                layout = from_engine(engine.run(text, "json0", timeout=self.timeout), graph, engine.name)
                return looped(graph, layout, self.direction)
            except (engines.EngineError, ValueError) as error:
                trouble = str(error)
        return replace(layered(graph, self.direction), trouble=trouble)

    def trace(self) -> Trace:
        """The passes step by step, for the page."""
        if self._live is None:
            return Trace(note="Step by step needs the values, which a drawing of large arrays does not keep: "
                              "draw(..., steps=True).")
        return traced(self._live)

    def changes(self, since: Drawing) -> Drawing:
        """What changed from another drawing to this one: additions in green, removals dashed in red, and said in words.

        For a program before and after a rewrite: `draw(new).changes(since=draw(old)).save("changes.svg")`.
        """
        changed = Extraction(difference(since.full, self.full))
        return Drawing(changed, self.view, theme=self.theme, direction=self.direction, timeout=self.timeout,
                       steps=False)

    def to_svg(self) -> str:
        """The picture as one SVG document."""
        layout = self.layout()  # before the graph is read: it may have something to say on it
        return paint(self.graph, layout, theme=self.theme)

    def to_text(self) -> str:
        """The picture as a table: the equal of it for terminals and screen readers."""
        return table(self.graph)

    def to_json(self) -> str:
        """All facts of the whole graph, nothing folded or left out, as JSON."""
        return as_json(self.full)

    def to_html(self) -> str:
        """The explorer: one page that needs no network."""
        levels = levels_of(self.full, self.view)
        return page(self.full, self.graph, levels, self.trace(), self.lay_out, self.theme)

    def to_film(self) -> str:
        """A film strip in SVG: both passes step by step as small pictures. Raises `ValueError` without the values."""
        level, trace = levels_of(self.full, self.view)[-1], self.trace()
        if not trace.order:
            raise ValueError(f"a film strip needs the values of every step: {trace.note}")
        if not level.whole:
            raise ValueError("a film strip shows every step, not those near one tensor; draw without around=")
        return film(level.graph, trace, self.lay_out, self.theme)

    def _painted(self, form: str) -> bytes:
        engine = engines.find()
        if engine is None:
            raise RuntimeError(f"a {form} needs Graphviz, and none was found; run: pip install 'cleargrad[draw]', "
                               f"or save the drawing as .svg or .html, which need nothing")
        layout = self.layout()
        text = placed_source(self.graph, layout, self.theme or "light")
        return engine.run(text, form, placed=True, timeout=max(self.timeout, 30.0))

    def save(self, path: str | Path) -> Path:
        """Write the picture; the ending says how: .svg .film.svg .png .pdf .dot .json .html .txt. Returns the path.

        svg, dot, json, html and txt need no layout engine. Raises `ValueError` for another ending,
        `FileNotFoundError` where the directory does not exist, `RuntimeError` where png or pdf find no engine.
        """
        target = Path(path)
        form = next((form for form in (*FORMS, "gv") if target.name.lower().endswith(f".{form}")), None)
        if form is None:
            raise ValueError(f"cannot save a drawing as {target.name!r}; give it one of the endings "
                             + ", ".join(f".{form}" for form in FORMS))
        require_directory(target)
        if form in ("png", "pdf"):
            target.write_bytes(self._painted(form))
        else:
            texts = {"svg": self.to_svg, "film.svg": self.to_film, "dot": lambda: self.source,
                     "gv": lambda: self.source, "json": self.to_json, "html": self.to_html, "txt": self.to_text}
            target.write_text(texts[form](), encoding="utf-8", newline="\n")
        return target

    def __repr__(self) -> str:
        shown, total = len(self.graph.vertices), self.graph.total
        more = f", standing for {total:,}" if total > shown else ""
        return f"<Drawing of {count_text(shown, 'vertex', 'vertices')}{more}; .save('graph.svg') or .to_text()>"

    def __str__(self) -> str:
        return self.to_text()

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        """What a notebook shows: SVG where it can be made and looked at, text always. Never raises."""
        bundle = {"text/plain": repr(self)}
        if len(self.graph.vertices) > NOTEBOOK:
            return bundle
        try:
            bundle["image/svg+xml"] = self.to_svg()
        except Exception as error:  # noqa: BLE001  # a repr that raises hides the cell's result
            bundle["text/plain"] += f"\n(no picture: {type(error).__name__}: {error})"
        return bundle

    def _repr_svg_(self) -> str | None:
        """The picture, for what shows objects without knowing mimebundles; None where a notebook has no picture."""
        return self._repr_mimebundle_().get("image/svg+xml")
