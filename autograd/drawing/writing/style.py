"""Colours, as one palette per theme, and the style sheet made of them.

Contrast of every text on its ground is at least 4.5 : 1 (a test measures it). No meaning depends on colour alone:
every kind has its own outline, gradients are dashed, frozen leaves hatched, outputs drawn with a double line.
"""

from __future__ import annotations

from typing import Literal

from autograd.drawing.model import Kind

Theme = Literal["light", "dark"]

SANS = "'Helvetica Neue', Helvetica, Arial, 'DejaVu Sans', sans-serif"

PALETTES: dict[Theme, dict[str, str]] = {
    "light": {
        "paper": "#ffffff", "ink": "#1d2530", "muted": "#525d6b", "edge": "#7b8694", "frame": "#c9d0d8",
        "frame-fill": "#f6f7f9", "grad": "#9c2c68", "carried": "#5c4fae", "focus": "#1668c7",
        "input-fill": "#e9f1fa", "input-line": "#3f73a8",
        "parameter-fill": "#fcf3dc", "parameter-line": "#9c6f17",
        "constant-fill": "#f0f2f4", "constant-line": "#8b95a1",
        "operation-fill": "#ffffff", "operation-line": "#66717e",
        "module-fill": "#eeecf9", "module-line": "#6a5bb0",
        "more-fill": "#ffffff", "more-line": "#8b95a1",
        "output-fill": "#e5f3e9", "output-line": "#34794c",
        "failed-fill": "#fdeaea", "failed-line": "#b92525",
    },
    "dark": {
        "paper": "#14181d", "ink": "#e8ebef", "muted": "#a9b3bf", "edge": "#7d8896", "frame": "#3a434e",
        "frame-fill": "#1a1f25", "grad": "#f09ac4", "carried": "#b0a4f0", "focus": "#6fb1ff",
        "input-fill": "#17293b", "input-line": "#6ba0d6",
        "parameter-fill": "#33290f", "parameter-line": "#cfa24a",
        "constant-fill": "#232930", "constant-line": "#808b98",
        "operation-fill": "#1c2228", "operation-line": "#8d98a5",
        "module-fill": "#272343", "module-line": "#9f92e2",
        "more-fill": "#14181d", "more-line": "#808b98",
        "output-fill": "#15301f", "output-line": "#62b682",
        "failed-fill": "#3d1a1a", "failed-line": "#f08080",
    },
}

RAMP = ((250, 247, 240), (248, 219, 168), (240, 170, 120), (214, 100, 94), (140, 45, 90))
"""The heat ramp, light to dark: even in lightness, so that it also reads in grey."""

RAMP_STEPS = 10
"""The number of patches that show the ramp in a legend."""


def heat_colours(share: float) -> tuple[str, str]:
    """Ground and text colour for a share from 0 to 1 of the largest figure."""
    place = min(max(share, 0.0), 1.0) * (len(RAMP) - 1)
    low = min(int(place), len(RAMP) - 2)
    mix = [round(a + (b - a) * (place - low)) for a, b in zip(RAMP[low], RAMP[low + 1], strict=True)]
    ground = "#" + "".join(f"{c:02x}" for c in mix)
    return ground, max("#ffffff", "#000000", key=lambda ink: contrast(ink, ground))


def luminance(colour: str) -> float:
    """Relative luminance of `#rrggbb` (WCAG 2)."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    r, g, b = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(first: str, second: str) -> float:
    """Contrast ratio of two colours (WCAG 2), from 1 to 21."""
    light, dark = sorted((luminance(first), luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def variables(theme: Theme) -> str:
    """A palette as CSS custom properties."""
    return "".join(f"--{name}:{colour};" for name, colour in PALETTES[theme].items())


def palette_sheet(selector: str, theme: Theme | None) -> str:
    """The custom properties for `selector`: of one theme, or following the reader's setting."""
    if theme is not None:
        return f"{selector}{{{variables(theme)}}}"
    return (f"{selector}{{{variables('light')}}}\n"
            f"@media (prefers-color-scheme: dark){{{selector}{{{variables('dark')}}}}}")


STEP = """.current .shape{stroke:var(--focus);stroke-width:3;fill:color-mix(in srgb,var(--focus) 14%,var(--paper))}
.edge.flow path{stroke:var(--focus);stroke-width:2}
.edge.back path{stroke:var(--grad);stroke-width:2.4;stroke-dasharray:5 3}
.edge.back path{marker-end:none;marker-start:url(SELECTOR-backward-arrow)}"""
"""The rules for what a step shows: along an edge that sends a gradient back the arrow stands at the other end."""

RULES = """.ground{fill:var(--paper)}
.heading,.title{font-size:12px;font-weight:600}
.detail,.banner{fill:var(--muted)}
.grad{fill:var(--grad)}
.tangent{fill:var(--carried)}
.alarm{fill:var(--failed-line);font-weight:600}
.italic{font-style:italic}
.shape{stroke-width:1.2}
.more .shape{stroke-dasharray:2 3}
.constant .title{font-weight:400;font-size:11px}
.alias .shape{stroke-dasharray:5 3}
.failed .shape,.failed .inner{stroke-width:2.2}
.failed text{fill:var(--failed-line)}
.inner{fill:none;stroke:var(--output-line);stroke-width:1}
.stack{fill:var(--module-fill);stroke:var(--module-line);stroke-width:1}
.frame{fill:var(--frame-fill);stroke:var(--frame);stroke-width:1}
.repeats .frame{stroke:var(--carried);stroke-dasharray:6 3}
.frame-label{fill:var(--muted);font-size:10px;paint-order:stroke;stroke:var(--frame-fill);stroke-width:3px}
.edge path{fill:none;stroke:var(--edge);stroke-width:1.2}
.edge.wide path{stroke-width:2}
.label{fill:var(--muted);font-size:9px;paint-order:stroke;stroke:var(--paper);stroke-width:3px}
.backward path{fill:none;stroke:var(--grad);stroke-width:1.2;stroke-dasharray:4 3}
.carried path{fill:none;stroke:var(--carried);stroke-width:1.2;stroke-dasharray:6 3}
.arrow{fill:var(--edge)}
.backward-arrow{fill:var(--grad)}
.carried-arrow{fill:var(--carried)}
.hatch{stroke:var(--parameter-line);stroke-width:1;opacity:.45}
.mark{fill:var(--paper);stroke:var(--grad)}
.sum text{fill:var(--grad);font-size:9px;font-weight:600}
.count .mark{stroke:var(--carried)}
.count text{fill:var(--carried);font-size:9px;font-weight:600}"""
"""The rules of the parts of a picture. Those of all text, and of the kinds of vertices, `sheet` makes."""

CHANGES = """.added .shape{stroke:var(--output-line);stroke-width:2.6}
.removed .shape{stroke:var(--failed-line);stroke-width:1.6;stroke-dasharray:5 3}"""
HEAT = ".hot g:not(.heated)>.shape{fill:var(--paper)}"


def sheet(selector: str) -> str:
    """The rules that every picture shares, under `selector` so that two pictures in a page leave each other alone."""
    names = (*(kind.value for kind in Kind), "output", "failed")
    kinds = "\n".join(f".{name} .shape{{fill:var(--{name}-fill);stroke:var(--{name}-line)}}" for name in names)
    text = f"text{{font-family:{SANS};fill:var(--ink);font-size:10px}}"
    rules = "\n".join((text, RULES, kinds, CHANGES, HEAT, STEP.replace("SELECTOR", selector)))
    return "\n".join(selector + " " + rule.replace(",.", f",{selector} .") for rule in rules.split("\n"))
