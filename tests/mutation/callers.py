"""Which tests call which function of the packages, and how long they take: what a run without faults tells."""

from __future__ import annotations

import hashlib
import importlib
import json
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

import pytest

from tests.mutation.faults import Fault

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = tuple(str(ROOT / name) for name in ("autograd", "nn", "optim"))

PYTEST = ("-q", "-p", "no:cacheprovider", "-W", "ignore::pytest.PytestAssertRewriteWarning")  # of what is preloaded

SECONDS = 120.0
"""How long the tests given to one fault may take together, measured without a fault; the fastest are chosen."""


@dataclass
class Map:
    """What a run without faults tells: the seconds each test takes, and the tests that call each function of a file."""

    seconds: dict[str, float]
    callers: dict[str, dict[int, list[str]]]  # by the file and the first line of the function
    imports: dict[str, list[int]]  # the functions of a file that are called when all is imported

    def calling(self, fault: Fault) -> set[str]:
        """The tests that call the function of a fault."""
        return set(self.callers.get(str(fault.path), {}).get(fault.function, ()))

    def chosen(self, fault: Fault) -> list[str]:
        """The tests to give to a fault, in order; of those that call its function, those about its file come first.

        A function that everything calls has more tests than there is time for, and they tell the least about it.
        """
        about = f"/test_{fault.path.stem}.py::"
        callers = self.callers.get(str(fault.path), {})
        direct = self.calling(fault)
        statement = {test for line in fault.statement for test in callers.get(line, ())}
        using = {test for tests in callers.values() for test in tests}
        named = {test for word in fault.words for test in self.naming.get(word, ())}
        groups = (direct,) if direct else (statement, using, set(self.seconds))
        order = [] if direct else sorted(named, key=lambda test: self._distance(fault, test))
        order += [test for group in groups for test in sorted(group, key=lambda t: (about not in t, *self._cost(t)))]
        kept, total = [], 0.0
        for test in dict.fromkeys(order):
            if total + self.seconds[test] <= SECONDS:
                total += self.seconds[test]
                kept.append(test)
        return kept

    @property
    def files(self) -> list[str]:
        """The files of the tests."""
        return list(dict.fromkeys(test.partition("::")[0] for test in self.seconds))

    @cached_property
    def naming(self) -> dict[str, list[str]]:
        """The tests that have each word in their names."""
        found: dict[str, list[str]] = {}
        for test in self.seconds:
            for word in _words(test):
                found.setdefault(word, []).append(test)
        return found

    def _distance(self, fault: Fault, test: str) -> tuple[int, float, str]:
        """Small where the name of a test shares a rare word with a fault: `vecdot` tells more than `axis` does."""
        return min(len(self.naming[word]) for word in fault.words & _words(test)), *self._cost(test)

    def _cost(self, test: str) -> tuple[float, str]:
        return self.seconds[test], test


def _words(test: str) -> frozenset[str]:
    """The parts of a test's name that may name a function: `numpy.add` of `test_values[numpy.add]`."""
    for sign in "[](),.=-:":
        test = test.replace(sign, " ")
    return frozenset(test.split())


class _Recorder:
    """A pytest plugin: notes which functions of the packages each test calls, and how long it takes."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self.called: dict[str, list[CodeType]] = {}
        self.failed: set[str] = set()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: Any) -> Any:
        start = time.process_time()
        with _calls() as called:
            result = yield
        self.seconds[item.nodeid] = time.process_time() - start
        self.called[item.nodeid] = called
        return result

    def pytest_runtest_logreport(self, report: Any) -> None:
        if report.failed:
            self.failed.add(report.nodeid)


@contextmanager
def _calls() -> Iterator[list[CodeType]]:
    """The functions of the packages that are called within, in a list that is filled at the end."""
    called: dict[int, CodeType] = {}  # by identity: the hash of a code is that of all its constants
    found: list[CodeType] = []

    def trace(frame: FrameType, event: str, argument: Any) -> None:
        called[id(frame.f_code)] = frame.f_code

    sys.settrace(trace)
    try:
        yield found
    finally:
        sys.settrace(None)
        found += [code for code in called.values() if code.co_filename.startswith(PACKAGES)]


def recorded(directory: Path, tests: Sequence[str]) -> Map:
    """The map that these tests make of the sources as they are, from `directory` if it has been made before."""
    files = [Path(__file__), *sorted([*sources(), *(ROOT / "tests").rglob("*.py")])]
    read = [" ".join(tests).encode(), *[file.read_bytes() for file in files]]
    digest = hashlib.sha256(b"".join(read)).hexdigest()[:16]
    target = directory / f"{digest}.json"
    if not target.exists():
        directory.mkdir(parents=True, exist_ok=True)
        if os.waitpid(in_a_fork(partial(_record, target, tests)), 0)[1]:
            raise SystemExit("the tests fail without any fault: make them pass first")
    content = json.loads(target.read_text())
    callers = {file: {int(line): [content["names"][i] for i in numbers] for line, numbers in functions.items()}
               for file, functions in content["callers"].items()}
    return Map(content["seconds"], callers, content["imports"])


def _record(target: Path, tests: Sequence[str]) -> int:
    with _calls() as called:
        for file in sources():
            importlib.import_module(module_name(file))
    imports: dict[str, list[int]] = {}
    for code in called:
        imports.setdefault(code.co_filename, []).append(code.co_firstlineno)
    recorder = _Recorder()
    status = pytest.main([*PYTEST, *tests], plugins=[recorder])
    callers: dict[str, dict[int, list[int]]] = {}
    names = list(recorder.seconds)
    for number, name in enumerate(names):
        for code in recorder.called[name]:
            callers.setdefault(code.co_filename, {}).setdefault(code.co_firstlineno, []).append(number)
    target.write_text(json.dumps({"seconds": recorder.seconds, "names": names, "callers": callers, "imports": imports}))
    print(status, recorder.failed)
    return int(status)


def sources() -> list[Path]:
    """All files of the packages."""
    return sorted(file for package in PACKAGES for file in Path(package).rglob("*.py"))


def module_name(file: Path) -> str:
    """The name by which a file is imported."""
    return ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def in_a_fork(attempt: Callable[[], int]) -> int:
    """A process that ends with what `attempt` returns, or with 1 where it raises."""
    if child := os.fork():
        return child
    status = 1
    try:
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, 1)
        os.dup2(null, 2)
        status = attempt()
    finally:
        os._exit(status)
