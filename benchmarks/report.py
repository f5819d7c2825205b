"""Results as a table to read, a plot to look at, and JSON to keep."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from .turns import OURS, Result

TIMES = [(1.0, "s"), (1e-3, "ms"), (1e-6, "us")]
UNITS = {"seconds": TIMES, "cpu": TIMES, "bytes": [(2.0**30, "GB"), (2.0**20, "MB"), (2.0**10, "KB")]}


def line(result: Result, title: str) -> str:
    """A result as a line of text: our figure, and for each peer its figure and the ratio with quartiles and target."""
    parts = [f"{title:64} {amount(result.median(OURS), result.measure)}"]
    for side in result.figures:
        if side != OURS:
            low, ratio, high = result.ratio(side)
            target = result.target(side)
            verdict = "" if target is None else f", at most {target:.2f}: {'yes' if ratio <= target else 'NO'}"
            theirs = amount(result.median(side), result.measure)
            parts.append(f"{side} {theirs}  ratio {ratio:.2f} ({low:.2f}-{high:.2f}{verdict})")
    return "  | ".join(parts)


def save(results: Sequence[Result], titles: Sequence[str], lines: Sequence[str], facts: dict[str, Any],
         to: Path) -> str:
    """Write `.json`, `.txt` and, if matplotlib is installed, `.png`; return a text that says what was written."""
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
    """A number with its unit."""
    factor, unit = next((u for u in UNITS[measure] if value >= u[0]), UNITS[measure][-1])
    return f"{value / factor:7.3g} {unit}"


def _plot(results: Sequence[Result], titles: Sequence[str], to: Path) -> None:
    """A plot of the results: ratios to the peers, or our own figures if there is no peer."""
    from matplotlib.figure import Figure

    peers = sorted({side for result in results for side in result.figures} - {OURS})
    figure = Figure(figsize=(12, 1.5 + 0.35 * len(results)), layout="constrained")
    if peers:
        _plot_ratios(figure, results, titles, peers)
    else:
        _plot_figures(figure, results, titles)
    figure.savefig(to, dpi=120)


def _plot_ratios(figure: Any, results: Sequence[Result], titles: Sequence[str], peers: Sequence[str]) -> None:
    """Ratios to each peer on a logarithmic axis, with their quartiles, and a bar at each target."""
    axes = figure.add_subplot()
    for k, side in enumerate(peers):
        shown = [(i + 0.15 * (k - (len(peers) - 1) / 2), r) for i, r in enumerate(results) if side in r.figures]
        rows, ratios = [row for row, _ in shown], [r.ratio(side) for _, r in shown]
        spread = [[m - low for low, m, _ in ratios], [high - m for _, m, high in ratios]]
        drawn = axes.errorbar([m for _, m, _ in ratios], rows, xerr=spread, fmt="o", markersize=4, label=side)
        targets = [(r.target(side), row) for row, r in shown if r.target(side) is not None]
        axes.plot(*zip(*targets, strict=True) if targets else ([], []), "|", color=drawn[0].get_color(), markersize=11)
    axes.axvline(1, color="0.5", linewidth=1)
    _lay_out(axes, titles, "ours / theirs: left of 1 is faster, or smaller; | is the target")
    figure.legend(loc="outside upper right", ncols=len(peers))


def _plot_figures(figure: Any, results: Sequence[Result], titles: Sequence[str]) -> None:
    """Our medians on logarithmic axes, one for times and one for memory."""
    of_unit = {unit: [k for k, r in enumerate(results) if (r.measure == "bytes") == (unit == "MB")]
               for unit in ("ms", "MB")}
    of_unit = {unit: some for unit, some in of_unit.items() if some}
    all_axes = figure.subplots(len(of_unit), squeeze=False, height_ratios=[1 + len(some) for some in of_unit.values()])
    for axes, (unit, some) in zip(all_axes[:, 0], of_unit.items(), strict=True):
        one = 2**20 if unit == "MB" else 1e-3
        axes.plot([results[k].median(OURS) / one for k in some], range(len(some)), "o", markersize=4)
        _lay_out(axes, [titles[k] for k in some], unit)


def _lay_out(axes: Any, titles: Sequence[str], label: str) -> None:
    """Lay out the axes with one row per title, from the top, and a logarithmic x axis."""
    from matplotlib.ticker import FormatStrFormatter, NullFormatter

    axes.set(xscale="log", xlabel=label, yticks=range(len(titles)))
    axes.xaxis.set_major_formatter(FormatStrFormatter("%g"))
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.grid(axis="x", which="both", alpha=0.2)
    axes.set_yticklabels(titles)
    axes.invert_yaxis()
