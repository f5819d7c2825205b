"""Results as a table to read, a picture to look at, and JSON to keep."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from .turns import OURS, Result

TIMES = [(1.0, "s"), (1e-3, "ms"), (1e-6, "us")]
UNITS = {"seconds": TIMES, "cpu": TIMES, "bytes": [(2.0**30, "GB"), (2.0**20, "MB"), (2.0**10, "KB")]}


def line(result: Result, title: str) -> str:
    """A result as a line of text: our figure, each peer's, and the ratio with its quartiles and target."""
    parts = [f"{title:64} {amount(result.median(OURS), result.measure)}"]
    for side in result.figures:
        if side != OURS:
            low, ratio, high = result.ratio(side)
            target = result.targets.get(side) if result.measure != "bytes" else 1.0 if side == "torch" else None
            verdict = "" if target is None else f", at most {target:.2f}: {'yes' if ratio <= target else 'NO'}"
            theirs = amount(result.median(side), result.measure)
            parts.append(f"{side} {theirs}  ratio {ratio:.2f} ({low:.2f}-{high:.2f}{verdict})")
    return "  | ".join(parts)


def save(
    results: Sequence[Result], titles: Sequence[str], lines: Sequence[str], facts: dict[str, Any], to: Path
) -> str:
    """Write `.json`, `.txt` and, where matplotlib is installed, `.png`; return what was written, in words."""
    to.parent.mkdir(parents=True, exist_ok=True)
    written = {"machine": facts, "results": [r.to_dict() | {"title": t} for r, t in zip(results, titles, strict=True)]}
    to.with_suffix(".json").write_text(json.dumps(written, indent=1) + "\n")
    heading = "\n".join(f"{name}: {value}" for name, value in facts.items())
    to.with_suffix(".txt").write_text("\n".join([heading, "", *lines, ""]))
    try:
        _plot(results, titles, to.with_suffix(".png"))
    except ImportError:
        return f"{to}.json and .txt (no plot: matplotlib is not installed; pip install 'cleargrad[plot]')"
    return f"{to}.json, .txt and .png"


def amount(value: float, measure: str) -> str:
    """A figure with its unit."""
    factor, unit = next((u for u in UNITS[measure] if value >= u[0]), UNITS[measure][-1])
    return f"{value / factor:7.3g} {unit}"


def _plot(results: Sequence[Result], titles: Sequence[str], to: Path) -> None:
    """Ratios to each peer on a logarithmic axis, with their quartiles; below 1 is faster or smaller."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9, 1.5 + 0.3 * len(results)), layout="constrained")
    axes = figure.add_subplot()
    sides = sorted({side for result in results for side in result.figures} - {OURS})
    for k, side in enumerate(sides):
        shown = [(i, *r.ratio(side)) for i, r in enumerate(results) if side in r.figures]
        rows = [i + 0.15 * (k - (len(sides) - 1) / 2) for i, *_ in shown]
        spread = [[m - low for _, low, m, _ in shown], [high - m for _, _, m, high in shown]]
        axes.errorbar([m for _, _, m, _ in shown], rows, xerr=spread, fmt="o", markersize=4, label=side)
    axes.axvline(1, color="0.5", linewidth=1)
    axes.set(xscale="log", xlabel="cleargrad / peer: left of 1 is faster, or smaller", yticks=range(len(titles)))
    axes.set_yticklabels(titles)
    axes.invert_yaxis()
    axes.legend()
    figure.savefig(to, dpi=120)
