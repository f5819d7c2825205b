"""OpenBLAS computes in the calling thread while the work is ours to share out, and as usual afterwards."""

from __future__ import annotations

import ctypes
import os
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from autograd.runtime import blas
from autograd.runtime.blas import OneThread, one_thread
from autograd.runtime.matmul import dot, vector_times
from autograd.runtime.threads import in_parallel

bundled = pytest.mark.skipif(
    "openblas" not in np.show_config(mode="dicts")["Build Dependencies"]["blas"]["name"],
    reason="NumPy computes products with another BLAS here, which is left as it is")


class Told:
    """A library that counts threads."""

    def __init__(self, parallel: int = 1, prefix: str = "", suffix: str = "") -> None:
        self.threads, self.told = 4, []
        for name, function in (("get_parallel", lambda: parallel), ("get_num_threads", lambda: self.threads),
                               ("set_num_threads", self.tell)):
            setattr(self, f"{prefix}openblas_{name}{suffix}", function)

    def tell(self, number: int) -> None:
        self.threads = number
        self.told.append(number)


@pytest.fixture
def library(monkeypatch: pytest.MonkeyPatch) -> Told:
    told = Told()
    monkeypatch.setattr(blas, "_libraries", lambda: iter([SimpleNamespace(), told]))
    return told


@bundled
def test_the_openblas_that_numpy_brings_along_obeys() -> None:
    number, tell = blas._controls()
    usual = number()
    try:
        tell(2)
        with OneThread():
            assert number() == 1
            with one_thread:
                assert number() == 1
        assert number() == 2
    finally:
        tell(usual)


@pytest.mark.parametrize(("prefix", "suffix"), [("scipy_", "64_"), ("scipy_", ""), ("", "64_"), ("", "")])
def test_its_functions_have_many_names(prefix: str, suffix: str, monkeypatch: pytest.MonkeyPatch) -> None:
    told = Told(1, prefix, suffix)
    monkeypatch.setattr(blas, "_libraries", lambda: iter([told]))
    with OneThread():
        assert told.threads == 1
    assert told.threads == 4


def test_the_last_to_leave_brings_the_threads_back(library: Told) -> None:
    one = OneThread()
    inside, leave = threading.Event(), threading.Event()

    def another() -> None:
        with one:
            inside.set()
            leave.wait(10)

    thread = threading.Thread(target=another)
    with one:
        thread.start()
        assert inside.wait(10)
    assert library.told == [1]
    leave.set()
    thread.join()
    assert library.told == [1, 4]


def test_an_error_inside_brings_them_back(library: Told) -> None:
    with pytest.raises(ZeroDivisionError), OneThread():
        _ = 1 / 0
    assert library.told == [1, 4]


def test_one_thread_stays_one(library: Told) -> None:
    library.threads = 1
    with OneThread():
        pass
    assert library.told == []


@pytest.mark.parametrize("libraries", [[], [SimpleNamespace()], [Told(parallel=2)], [Told(parallel=0)]])
def test_another_blas_is_left_as_it_is(libraries: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """Also an OpenBLAS without threads, and one of OpenMP's, whose numbers are those of the calling thread alone."""
    monkeypatch.setattr(blas, "_libraries", lambda: iter(libraries))
    with OneThread():
        pass
    assert all(library.told == [] for library in libraries if isinstance(library, Told))


def test_libraries_that_do_not_open_and_those_that_are_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(name: Any) -> None:
        raise OSError

    monkeypatch.setattr(ctypes, "PyDLL", fail)
    assert list(blas._libraries()) == []
    monkeypatch.undo()
    for missing in ("ctypes", "numpy._core._multiarray_umath"):
        with monkeypatch.context() as patch:
            patch.setitem(sys.modules, missing, None)
            assert list(blas._libraries()) == []


@pytest.mark.parametrize(("maker", "core", "expected"), [
    ("AuthenticAMD", b"SkylakeX", 100**3), ("AuthenticAMD", b"Cooperlake", 100**3), ("AuthenticAMD", b"Zen", 0),
    ("AuthenticAMD", b"Haswell", 0), ("GenuineIntel", b"SkylakeX", 0), ("AuthenticAMD", None, 0),
    (None, b"SkylakeX", 0),
])
def test_amds_processors_with_avx512_compute_in_place(maker: str | None, core: bytes | None, expected: int,
                                                      monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Another processor does not, nor an unknown one, nor another BLAS."""
    description = tmp_path / "cpuinfo"
    if maker is not None:
        description.write_text(f"processor\t: 0\nvendor_id\t: {maker}\ncpu family\t: 26\n")

    def name() -> Any:
        return core if getattr(name, "restype", None) is ctypes.c_char_p else 140000000000000  # an address

    library = SimpleNamespace() if core is None else SimpleNamespace(scipy_openblas_get_corename64_=name)
    monkeypatch.setattr(blas, "PROCESSOR", description)
    monkeypatch.setattr(blas, "_libraries", lambda: iter([library]))
    assert blas._in_place() == expected


@bundled
def test_the_openblas_that_numpy_brings_along_tells_its_core(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    functions = blas._functions("get_corename")
    assert functions is not None
    functions[0].restype = ctypes.c_char_p
    core = functions[0]()
    assert core.decode().isidentifier()
    description = tmp_path / "cpuinfo"
    description.write_text("vendor_id\t: AuthenticAMD\n")
    monkeypatch.setattr(blas, "PROCESSOR", description)
    assert blas._in_place() == (100**3 if core in (b"SkylakeX", b"Cooperlake") else 0)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_a_forked_process_begins_anew(library: Told) -> None:
    one = OneThread()
    with one:
        child = os.fork()
        if not child:
            os._exit(0 if library.threads == 4 and one._lock.acquire(blocking=False) else 1)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_to_begin_anew_is_to_have_nobody_inside(library: Told) -> None:
    one = OneThread()
    one._begin_anew()
    assert library.told == []
    one.__enter__()
    one._begin_anew()
    assert library.told == [1, 4]
    with one:
        assert library.threads == 1
    assert library.threads == 4


def test_a_system_without_forks(library: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "register_at_fork", raising=False)
    with OneThread():
        assert library.threads == 1


@bundled
@pytest.mark.usefixtures("three_threads")
@pytest.mark.parametrize("compute", [
    lambda: dot(np.ones((300, 300)), np.ones((300, 300))),  # shared out
    lambda: dot(np.ones((90, 90)), np.ones((90, 90))),  # too small for that
    lambda: vector_times(np.ones(200), np.ones((2, 200, 200))),
])
def test_large_products_are_asked_for_inside(compute: Callable[[], Any], monkeypatch: pytest.MonkeyPatch) -> None:
    number, tell = blas._controls()
    usual, seen, matmul = number(), [], np.matmul

    def noted(*given: Any, **options: Any) -> Any:
        seen.append(number())
        return matmul(*given, **options)

    monkeypatch.setattr(np, "matmul", noted)
    try:
        tell(2)
        compute()
        assert number() == 2
    finally:
        tell(usual)
    assert set(seen) == {1}


@bundled
@pytest.mark.usefixtures("three_threads")
def test_shares_are_computed_inside() -> None:
    number, tell = blas._controls()
    usual = number()
    try:
        tell(2)
        assert in_parallel(lambda first, last: number(), 3) == [1, 1, 1]
        assert in_parallel(lambda first, last: number(), 1) == [2]
        assert number() == 2
    finally:
        tell(usual)
