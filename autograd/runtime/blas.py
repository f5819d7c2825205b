"""NumPy's OpenBLAS, kept in the calling thread while the work is shared out among our threads.

From some 10^5 multiplications on OpenBLAS shares out a product among threads of its own, which wait by spinning: within
a product for one another, so that on a busy machine one takes a thousand times as long, again and again; and after it,
for 20 ms, for the next, on the cores that our threads would work on. Told to use one thread, it lets them sleep.

Another BLAS (Accelerate, MKL) is left as it is.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from importlib import import_module
from itertools import chain, product
from pathlib import Path
from typing import Any

import numpy as np


def _libraries() -> Iterator[Any]:
    """What may lead to the names of the library that NumPy computes products with."""
    try:
        import ctypes

        of_numpy = import_module("numpy._core._multiarray_umath").__file__
    except ImportError:  # a Python that was built without ctypes, a NumPy that was built otherwise
        return
    for file in chain((of_numpy,), Path(np.__file__).parent.parent.glob("numpy.libs/*openblas*")):  # Windows's way
        try:
            yield ctypes.PyDLL(str(file))
        except OSError:
            continue


def _controls() -> tuple[Callable[[], int], Callable[[int], object]]:
    """How many threads OpenBLAS uses, and how it is told to use so many; of another BLAS that it uses one, and nothing.

    One that was built with OpenMP has a number for each thread of ours, and does not spin.
    """
    for library in _libraries():
        for prefix, suffix in product(("scipy_", ""), ("64_", "")):
            try:
                parallel, number, tell = (getattr(library, f"{prefix}openblas_{name}{suffix}")
                                          for name in ("get_parallel", "get_num_threads", "set_num_threads"))
            except AttributeError:
                continue
            if parallel() == 1:
                return number, tell
    return lambda: 1, lambda number: None


class OneThread:
    """While somebody is inside, of whatever threads, a product is computed by the thread that asks for it."""

    def __init__(self) -> None:
        self._number, self._tell = _controls()
        self._inside, self._usual = 0, 1
        self._lock = threading.Lock()
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self._begin_anew)

    def __enter__(self) -> None:
        with self._lock:
            if not self._inside:
                self._usual = self._number()
                if self._usual > 1:
                    self._tell(1)
            self._inside += 1

    def __exit__(self, *error: object) -> None:
        with self._lock:
            self._inside -= 1
            if not self._inside and self._usual > 1:
                self._tell(self._usual)

    def _begin_anew(self) -> None:
        """In a forked process: those who were inside in the parent are not there to leave."""
        self._lock = threading.Lock()
        if self._inside and self._usual > 1:
            self._tell(self._usual)
        self._inside = 0


one_thread = OneThread()
AS_IT_IS = nullcontext()


def one_thread_if(wanted: bool) -> AbstractContextManager[None]:
    """`one_thread`, or nothing: for a product that wakes no thread of BLAS's, or is to wake them all."""
    return one_thread if wanted else AS_IT_IS
