"""A worker that was woken on its caller's core goes elsewhere, and stays free to come back."""

from __future__ import annotations

import ctypes
import os
from typing import Any

import pytest

from autograd.runtime import cores, threads
from autograd.runtime.cores import core_of_caller, leave


@pytest.fixture
def moves(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """To which cores the calling thread asks to be moved, of those from 0 to 3; it runs on core 2."""
    asked: list[Any] = []
    monkeypatch.setattr(cores, "core_of_caller", lambda: 2)
    monkeypatch.setattr(os, "sched_getaffinity", lambda who: {0, 1, 2, 3}, raising=False)
    monkeypatch.setattr(os, "sched_setaffinity", lambda who, allowed: asked.append((who, allowed)), raising=False)
    return asked


@pytest.mark.parametrize(("core", "expected"), [
    (2, [(0, {0, 1, 3}), (0, {0, 1, 2, 3})]), (1, []), (-1, [])])
def test_only_the_callers_core_is_left(core: int, expected: list[Any], moves: list[Any]) -> None:
    leave(core)
    assert moves == expected


def test_a_thread_with_one_core_stays(moves: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda who: {2})
    leave(2)
    assert moves == []


def test_a_system_that_does_not_let_threads_move(moves: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(who: int, allowed: set[int]) -> None:
        moves.append(allowed)
        raise PermissionError

    monkeypatch.setattr(os, "sched_setaffinity", refused)
    leave(2)
    assert moves == [{0, 1, 3}]
    monkeypatch.delattr(os, "sched_setaffinity")
    leave(2)
    assert len(moves) == 1


@pytest.mark.parametrize("error", [AttributeError, OSError, TypeError])
def test_a_system_that_does_not_tell_cores(error: type[Exception], monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(name: Any) -> None:
        raise error

    monkeypatch.setattr(ctypes, "PyDLL", fail)
    assert cores._reader()() == -1


@pytest.mark.usefixtures("three_threads")
def test_workers_are_told_the_callers_core(monkeypatch: pytest.MonkeyPatch) -> None:
    left: list[int] = []
    monkeypatch.setattr(threads, "core_of_caller", lambda: 7)
    monkeypatch.setattr(threads, "leave", left.append)
    threads.in_parallel(lambda first, last: None, 10)
    assert left == [7, 7]


@pytest.mark.skipif(not hasattr(os, "sched_getaffinity"), reason="this system does not say which cores there are")
def test_a_threads_cores_stay_what_they_were() -> None:
    before = os.sched_getaffinity(0)
    assert core_of_caller() in {-1, *before}
    leave(core_of_caller())
    assert os.sched_getaffinity(0) == before
