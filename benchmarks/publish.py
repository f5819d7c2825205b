"""`python -m benchmarks.publish [RESULTS.json]`: write measured tables into the documentation, between their marks.

The answers are those of a new run of `probes.py` for every installed library. The ratios come from the given results of
the benchmarks, and stay as they are if no results are given.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

from . import peers, report

ROOT = Path(__file__).resolve().parent.parent
NAMES = {"torch": "PyTorch", "hips": "HIPS autograd"}


def main(arguments: list[str]) -> None:
    """Run the probes, and write the tables."""
    for name in ("README.md", "README.zh.md", "docs/benchmarks.md"):
        write(ROOT / name, "probes", probes())
    for path in arguments:
        write(ROOT / "docs" / "benchmarks.md", "times", times(json.loads(Path(path).read_text(encoding="utf-8"))))


def write(page: Path, mark: str, table: str) -> None:
    """Replace the text between the marks of this name by a table. Raises ValueError unless they occur exactly once."""
    text = page.read_text(encoding="utf-8")
    begin, end = f"<!-- {mark} -->\n", f"<!-- end of {mark} -->"
    new, found = re.subn(f"{begin}.*?{end}", lambda _: f"{begin}{table}{end}", text, flags=re.DOTALL)
    if found != 1:
        raise ValueError(f"{page} has {found} places marked {begin.strip()}, expected exactly one")
    page.write_text(new, encoding="utf-8")


def probes() -> str:
    """The answers of all sides to the probes, as a table."""
    found = peers.find()
    sides = {"cleargrad": sys.executable, **{side: found[side].python for side in NAMES if side in found}}
    script = str(Path(__file__).with_name("probes.py"))
    answers = {
        side: json.loads(subprocess.run([python, script, side], check=True, capture_output=True, text=True).stdout)
        for side, python in sides.items()
    }
    heads = [NAMES.get(side, side) + (f" {found[side].version.split()[0]}" if side in found else "") for side in sides]
    rows = [[question, *(answers[side].get(question, "–") for side in sides)] for question in answers["cleargrad"]]
    return _table(["", *heads], rows)


def times(run: dict[str, Any]) -> str:
    """The results of a run as a table: our time or memory, and its ratios to the peers' with their quartiles."""
    facts = run["machine"]
    sides = [side for side in NAMES if any(side in result["figures"] for result in run["results"])]
    rows = []
    for result in run["results"]:
        ours = report.amount(result["medians"]["cleargrad"], result["measure"]).strip()
        ratios = [result["ratios"].get(side) for side in sides]
        rows.append([result["title"], ours, *(f"{r[1]:.2f} ({r[0]:.2f}–{r[2]:.2f})" if r else "–" for r in ratios)])
    versions = ", ".join(f"{NAMES[side]} {facts['peers'][side].split()[0]}" for side in sides)
    note = (f"{facts['date'][:10]}, commit {facts['commit']}: {facts['processor']}, {facts['threads']} threads, Python "
            f"{facts['python']}, NumPy {facts['numpy']}; {versions}.\n\n")
    return note + _table(["", "cleargrad", *(f"ratio to {NAMES[side]}" for side in sides)], rows)


def _table(heads: list[str], rows: list[list[Any]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "".join(f"| {' | '.join(str(cell) for cell in line)} |\n" for line in lines)


if __name__ == "__main__":
    main(sys.argv[1:])
