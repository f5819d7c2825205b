"""Sharing out work: every part once and in order, errors, the floating-point state, and processes that fork."""

from __future__ import annotations

import os
import runpy
import threading
from itertools import pairwise

import numpy as np
import pytest

from autograd.runtime import threads
from autograd.runtime.threads import in_parallel

pytestmark = pytest.mark.usefixtures("three_threads")


@pytest.mark.parametrize(("length", "least", "shares"),
                         [(9, 1, 3), (2, 1, 2), (1, 1, 1), (0, 1, 1), (9, 4, 2), (9, 5, 1)])
def test_shares_cover_the_work_once_and_in_order(length: int, least: int, shares: int) -> None:
    bounds = in_parallel(lambda first, last: (first, last), length, least)
    assert len(bounds) == shares
    assert bounds[0][0] == 0
    assert bounds[-1][1] == length
    assert all(one[1] == other[0] for one, other in pairwise(bounds))
    assert all(last - first >= least for first, last in bounds) or shares == 1


@pytest.mark.parametrize(("length", "least", "sizes"), [
    (40, 8, [16, 12, 12]), (24, 8, [8, 8, 8]), (25, 8, [9, 8, 8]), (17, 8, [9, 8]), (90, 1, [30, 30, 30])])
def test_the_caller_has_more_to_do_by_half_of_what_is_worth_a_thread(length: int, least: int,
                                                                     sizes: list[int]) -> None:
    assert in_parallel(lambda first, last: last - first, length, least) == sizes


def test_shares_run_at_once() -> None:
    barrier = threading.Barrier(3, timeout=30)
    in_parallel(lambda first, last: barrier.wait(), 3)


@pytest.mark.parametrize("failing", [0, 1, 2])  # the caller's own share, and those of two workers
def test_an_error_is_raised_after_all_shares_have_ended(failing: int) -> None:
    ended = []

    def task(first: int, last: int) -> None:
        if first == failing:
            raise KeyError("in a share")
        ended.append(first)

    for _ in range(3):
        with pytest.raises(KeyError, match="in a share"):
            in_parallel(task, 3)
    assert sorted(ended) == sorted(3 * [k for k in range(3) if k != failing])
    assert in_parallel(lambda first, last: first, 3) == [0, 1, 2]


def test_the_callers_error_state_holds_in_workers() -> None:
    with np.errstate(divide="raise"), pytest.raises(FloatingPointError):
        in_parallel(lambda first, last: np.ones(1) / (first == 0), 3)
    with np.errstate(all="ignore"):
        assert in_parallel(lambda first, last: float(np.ones(1)[0] / np.zeros(1)[0]), 3) == [np.inf] * 3


def test_work_within_work_is_not_shared_out() -> None:
    assert in_parallel(lambda first, last: len(in_parallel(lambda *part: part, 9)), 3)[1:] == [1, 1]


@pytest.mark.parametrize(("setting", "most"), [
    ("1", 1), ("2", 2), ("1,4", 1), (" 2 , 1", 2), ("0", threads.MANY), ("many", threads.MANY), ("²", threads.MANY),
])
def test_the_environment_can_ask_for_fewer(setting: str, most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENBLAS_NUM_THREADS", raising=False)
    monkeypatch.setenv("OMP_NUM_THREADS", setting)
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: range(99), raising=False)
    assert threads._wanted() == most


@pytest.mark.parametrize(("cores", "expected"), [(3, 3), (99, threads.MANY), (None, 1)])
def test_a_system_that_does_not_tell_which_cores_a_process_may_use(cores: int | None, expected: int,
                                                                   monkeypatch: pytest.MonkeyPatch) -> None:
    """It has them all, if it tells how many there are; one that does is asked for this process."""
    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: cores)
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: {0, 5} if pid == 0 else set(), raising=False)
    assert threads._wanted() == 2
    monkeypatch.delattr(os, "sched_getaffinity")
    assert threads._wanted() == expected


def test_a_system_without_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refuse)
    assert threads._started(4) == 1


def test_threads_are_started_once_by_whoever_comes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another caller may have been waiting for the lock while the first started them."""
    monkeypatch.undo()

    class Late:
        def __enter__(self) -> None:
            threads._threads = 2

        def __exit__(self, *error: object) -> None: ...

    monkeypatch.setattr(threads, "_threads", None)
    monkeypatch.setattr(threads, "_lock", Late())
    monkeypatch.setattr(threads, "_started", pytest.fail)
    assert threads._count() == 2


def test_a_system_without_forks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "register_at_fork")
    monkeypatch.setenv("OMP_NUM_THREADS", "1")  # no threads of this copy stay behind
    module = runpy.run_path(str(threads.__file__))
    assert module["in_parallel"](lambda first, last: (first, last), 4) == [(0, 4)]


def test_a_forked_process_starts_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a fork calls in the child, which has none of the threads: the next call starts new ones."""
    monkeypatch.undo()
    for name in ("_threads", "_jobs", "_lock"):
        monkeypatch.setattr(threads, name, getattr(threads, name))
    monkeypatch.setattr(threads, "_wanted", lambda: 3)
    threads._forget()
    before = threading.active_count()
    assert in_parallel(lambda first, last: (first, last), 3) == [(0, 1), (1, 2), (2, 3)]
    assert threading.active_count() == before + 2
