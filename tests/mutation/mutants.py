"""`make mutants`: plant one fault at a time in the engine and its rules, and report the share that the tests catch.

The tests run once to know which of them call which function, and how long they take. Each fault is then given to the
tests that call its function, first those about its file, then the fastest, until one fails, in a process of its own: a
fork in which the functions of the file have the code with the fault. What is executed when a file is imported is
planted by importing it in a fork that has not yet, and given to the tests that name what the statement names, then to
those that use the file, then to all.

    python tests/mutation/mutants.py --sample 100 --only rules/ufuncs rules/linalg
    python tests/mutation/mutants.py tests/autograd/test_reverse.py --sample 0 --only autograd/reverse
    python tests/mutation/mutants.py tests/optim --sample 0 --only optim
"""

from __future__ import annotations

import argparse
import gc
import importlib
import importlib.abc
import importlib.util
import os
import random
import resource
import signal
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from multiprocessing import Pipe
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # also for the tests, which import one another

from tests.mutation import callers
from tests.mutation.callers import PACKAGES, PYTEST, ROOT, Map, in_a_fork, module_name, recorded
from tests.mutation.faults import Fault, faults_of

PRELOADED = ("hypothesis.extra.numpy", "scipy.fft", "scipy.integrate", "scipy.interpolate", "scipy.linalg",
             "scipy.ndimage", "scipy.optimize", "scipy.signal", "scipy.sparse.linalg", "scipy.spatial", "scipy.special",
             "scipy.stats", "sympy")
"""What every process would import again: those that are forked have it."""

ALIVE, CAUGHT, UNDECIDED = 0, 1, 99

OUTSIDE = ("drawing", "symbolic", "testing", "array_api", "comparison", "heap.py")
"""Rooms of the package that are not the engine, and what changes its speed alone."""

LEFT_OUT = ("tests/autograd/drawing", "tests/autograd/testing", "tests/autograd/test_soak.py",
            "tests/autograd/test_symbolic.py", "tests/autograd/test_comparison.py")
"""Tests of other rooms, and slow ones of much else."""

TESTS = ("tests/autograd", *[f"--ignore={path}" for path in LEFT_OUT])

MEMORY = 4 << 30
"""A mutant that allocates more is caught."""


class _Importer(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Imports one module with the fault."""

    def __init__(self, fault: Fault) -> None:
        self.module = module_name(fault.path)
        self.fault = fault

    def find_spec(self, name: str, path: Any, target: Any = None) -> Any:
        if name != self.module:
            return None
        places = [str(self.fault.path.parent)] if self.fault.path.name == "__init__.py" else None
        return importlib.util.spec_from_file_location(name, self.fault.path, loader=self,
                                                      submodule_search_locations=places)

    def exec_module(self, module: Any) -> None:
        exec(self.fault.code(), module.__dict__)


def exchange(fault: Fault) -> None:
    """Give the functions of the file, which may wait for its first use until now, their code with the fault."""
    importlib.import_module(module_name(fault.path))
    swapped: dict[CodeType, CodeType] = {}

    def compare(before: CodeType, after: CodeType) -> None:
        if before != after:
            swapped[before] = after
            inner = [[c for c in code.co_consts if isinstance(c, CodeType)] for code in (before, after)]
            for a, b in zip(*inner, strict=True):
                compare(a, b)

    compare(fault.code(planted=False), fault.code())
    for function in [x for x in gc.get_objects() if type(x) is FunctionType]:
        if function.__code__.co_filename == str(fault.path) and function.__code__ in swapped:
            function.__code__ = swapped[function.__code__]


class _Trial:
    """A pytest plugin: once all tests are collected, gives each fault to those chosen for it, each in a fork."""

    def __init__(self, faults: Iterable[Fault], known: Map, jobs: int, told: Any) -> None:
        self.faults, self.known, self.jobs, self.told = faults, known, jobs, told
        self.failed = False

    def pytest_runtest_logreport(self, report: Any) -> None:
        self.failed |= report.failed

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: Any) -> bool:
        items = {item.nodeid: item for item in session.items}

        def attempt(fault: Fault) -> int:
            try:
                exchange(fault)
            except ValueError:  # a function that reads more or fewer names around it than it did
                return UNDECIDED
            chosen = [items[test] for test in self.known.chosen(fault) if test in items]
            for item, following in zip(chosen, [*chosen[1:], None], strict=True):
                item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
                if self.failed:
                    return CAUGHT
            return ALIVE

        for fault, status in each_in_a_fork(self.faults, attempt, self.known, self.jobs):
            self.told.send((fault.path, fault.number, status))
        return True


def by_exchange(faults: Sequence[Fault], known: Map, jobs: int) -> Iterator[tuple[Fault, int]]:
    """Each fault within a function, and whether it was caught."""
    at = {(fault.path, fault.number): fault for fault in faults}
    heard, told = Pipe(duplex=False)
    session = in_a_fork(lambda: pytest.main([*PYTEST, *known.files], plugins=[_Trial(faults, known, jobs, told)]))
    told.close()
    for _ in faults:
        path, number, status = heard.recv()
        yield at[path, number], status
    os.waitpid(session, 0)


def by_import(faults: Sequence[Fault], known: Map, jobs: int) -> Iterator[tuple[Fault, int]]:
    """The same, for faults in what is executed when a file is imported."""

    def attempt(fault: Fault) -> int:
        importer = _Importer(fault)
        sys.meta_path.insert(0, importer)
        importlib.import_module(importer.module)  # before pytest puts an importer of its own in front
        tests = known.chosen(fault)
        files = list(dict.fromkeys(test.partition("::")[0] for test in tests))
        status = pytest.main([*PYTEST, "-x", *files], plugins=[_Chosen(tests)])
        return ALIVE if status in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED) else CAUGHT

    yield from each_in_a_fork(faults, attempt, known, jobs)


class _Chosen:
    """A pytest plugin: runs the chosen tests alone, in their order."""

    def __init__(self, tests: Sequence[str]) -> None:
        self.place = {test: i for i, test in enumerate(tests)}

    def pytest_collection_modifyitems(self, items: list[Any]) -> None:
        items[:] = sorted([item for item in items if item.nodeid in self.place], key=lambda i: self.place[i.nodeid])


def each_in_a_fork(faults: Iterable[Fault], attempt: Callable[[Fault], int], known: Map,
                   jobs: int) -> Iterator[tuple[Fault, int]]:
    """Each fault with the status of its attempt; one that hangs or takes too much memory is caught.

    The seconds are the processor's: on a machine with other work a fault must not pass for caught because of that. One
    that waits for ever takes none, so that there is a limit by the clock too.
    """

    def limited(fault: Fault) -> int:
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CPU, (seconds(fault), seconds(fault)))
        return attempt(fault)

    def seconds(fault: Fault) -> int:
        return 60 + 2 * int(sum(known.seconds[test] for test in known.chosen(fault)))

    waiting, running = list(faults)[::-1], {}
    while waiting or running:
        while waiting and len(running) < jobs:
            fault = waiting.pop()
            running[in_a_fork(partial(limited, fault))] = fault, time.monotonic() + 20 * seconds(fault)
        for child, (fault, deadline) in list(running.items()):
            ended, status = os.waitpid(child, os.WNOHANG)
            if not ended and time.monotonic() > deadline:
                os.kill(child, signal.SIGKILL)
                ended, status = os.waitpid(child, 0)
            if ended:
                del running[child]
                yield fault, os.waitstatus_to_exitcode(status)
        time.sleep(0.01)


def survivors(faults: Sequence[Fault], known: Map, jobs: int) -> Iterator[Fault]:
    """The faults that no test catches, as they are found."""
    called = [f for f in faults if known.calling(f)]
    rest = [f for f in faults if not known.calling(f)]
    for fault, status in by_exchange(called, known, jobs) if called else ():
        if status == UNDECIDED or (status == ALIVE and fault.function in known.imports.get(str(fault.path), ())):
            rest.append(fault)  # its function has done some of its work by then
        elif status == ALIVE:
            yield fault
    yield from (fault for fault, status in by_import(rest, known, jobs) if status == ALIVE)


def sources(only: Sequence[str]) -> list[Path]:
    """The files of the engine and of its rules; with `only`, those of all packages with one of these in their names."""
    if only:
        return [f for f in callers.sources() if any(part in str(f.relative_to(ROOT)) for part in only)]
    engine = [f for f in callers.sources() if f.is_relative_to(PACKAGES[0])]
    return [f for f in engine if not {*OUTSIDE}.intersection(f.relative_to(PACKAGES[0]).parts)]


def main() -> int:
    """Run the mutants asked for; exit with 1 if too few are caught."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tests", nargs="*", default=TESTS, help="files and folders of tests, to record no others")
    parser.add_argument("--sample", type=int, default=400, help="how many faults, drawn at random; 0: all")
    parser.add_argument("--part", default="1/1", help="2/3: the second third of the sample")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--least", type=float, default=95, help="the share to catch, in percent")
    parser.add_argument("--only", nargs="*", default=[], help="parts of file names")
    options = parser.parse_args()
    os.chdir(ROOT)
    os.environ |= {"OPENBLAS_NUM_THREADS": "1", "CI": "1"}  # CI: Hypothesis draws the same examples each time
    for name in PRELOADED:
        importlib.import_module(name)
    known = recorded(ROOT / "out" / "mutants", options.tests)
    faults = [fault for f in sources(options.only) for fault in faults_of(f, signs="rules" in f.parts)]
    print(f"{len(faults)} places for a fault in {len(known.callers)} files; {len(known.seconds)} tests", flush=True)
    if options.sample and options.sample < len(faults):
        faults = random.Random(options.seed).sample(faults, options.sample)
    part, parts = map(int, options.part.split("/"))
    faults = faults[part - 1 :: parts]
    alive = 0
    for fault in survivors(faults, known, options.jobs):
        alive += 1
        print(f"not caught: {fault.path.relative_to(ROOT)}:{fault.line}: {fault.change}", flush=True)
    caught = len(faults) - alive
    share = 100 * caught / max(len(faults), 1)
    print(f"{caught} of {len(faults)} faults caught: {share:.1f} %")
    return int(share < options.least)


if __name__ == "__main__":
    raise SystemExit(main())
