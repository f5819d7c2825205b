"""`python -m benchmarks [WORKLOAD ...]`: measure, print a table, save the results."""

from __future__ import annotations

import argparse
import os
import sys
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from types import ModuleType

from . import machine, peers, report, turns, workloads

KINDS = {"seconds": "", "cpu": ", CPU time", "bytes": ", peak memory"}
RESULTS = Path(__file__).with_name("results")


def main() -> None:
    """Parse the command line and run the benchmarks."""
    names = [module.name for module in iter_modules(workloads.__path__)]
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("workload", nargs="*", metavar="WORKLOAD", help=f"one of {', '.join(names)} (default: all)")
    parser.add_argument("--case", default="", help="only cases whose name contains this")
    parser.add_argument("--rounds", type=int, default=9, help="turns per side (default 9)")
    parser.add_argument("--seconds", type=float, default=12, help="limit per case, after 3 rounds (default 12)")
    parser.add_argument("--threads", type=int, default=min(2, machine.processors()), help="per side (default 2)")
    parser.add_argument("--measure", choices=list(report.UNITS), help="only time, CPU time, or peak memory of a step")
    parser.add_argument("--output", type=Path, help="path to write to (default benchmarks/results/DATE)")
    chosen = parser.parse_args()
    if unknown := set(chosen.workload) - set(names):
        parser.error(f"there is no workload {', '.join(sorted(unknown))}, only {', '.join(names)}")
    run(chosen.workload or names, chosen)


def run(names: list[str], chosen: argparse.Namespace) -> None:
    """Measure these workloads, and print each result as soon as it is there."""
    if misleading := [name for name in machine.MISLEADING if name in os.environ]:
        print(f"{' and '.join(misleading)} set: ignored here, but may slow down the matrix products of your programs")
    found = peers.find()
    for peer, distribution in peers.DISTRIBUTIONS.items():
        if peer not in found:
            print(f"{peer} skipped: {distribution} is not installed (CLEARGRAD_PEERS=/path/to/its/python if elsewhere)")
    if machine.is_busy():
        print("the machine is busy, which slows down threads above all: repeat, or try --measure cpu --threads 1")
    facts = machine.facts(chosen.threads, {name: peer.version for name, peer in found.items()})
    print("\n".join(f"{name}: {value}" for name, value in facts.items()), end="\n\n")
    pythons = {name: peer.python for name, peer in found.items()}
    results, titles, lines = [], [], []
    for module, case, kind in _cases(names, chosen):
        environment = machine.environment(chosen.threads)
        if kind == "bytes":  # freed large blocks go back to the system: the resident set is the memory in use
            environment |= {"MALLOC_MMAP_THRESHOLD_": "65536", "MALLOC_TRIM_THRESHOLD_": "65536"}
        result = turns.measure(
            module, case, kind, pythons, environment, rounds=chosen.rounds, seconds=chosen.seconds
        )
        title = f"{module.TITLE}{', ' if case else ''}{case}{KINDS[kind]}"
        results.append(result)
        titles.append(title)
        lines.append(report.line(result, title))
        print(lines[-1], flush=True)
    to = chosen.output or RESULTS / f"{datetime.now(UTC):%Y-%m-%dT%H%M%S}"
    print("\nwritten:", report.save(results, titles, lines, facts, to))


def _cases(names: list[str], chosen: argparse.Namespace) -> list[tuple[ModuleType, str, str]]:
    modules = [import_module(f"benchmarks.workloads.{name}") for name in names]
    clock = "cpu" if chosen.measure == "cpu" else "seconds"
    times = [(module, case, clock) for module in modules for case in module.CASES]
    steps = [module for module in modules if hasattr(module, "MEMORY") and sys.platform == "linux"]
    peaks = [(module, case, "bytes") for module in steps for case in module.CASES]
    cases = [row for row in times + peaks if chosen.case in row[1] and chosen.measure in (None, row[2])]
    if not cases:
        sys.exit(f"no case of {', '.join(names)} matches")
    return cases


if __name__ == "__main__":
    main()
