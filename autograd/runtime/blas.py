"""NumPy's OpenBLAS: restricted to the calling thread while our own threads share the work; what it computes in place.

From some 10^5 multiplications on OpenBLAS splits a product among threads of its own, which wait by spinning. Within a
product they wait for one another, so that on a busy machine a product now and then takes a thousand times as long.
After it they wait 20 ms for the next product, on the cores that our threads need. With the number of threads set to
one, OpenBLAS lets them sleep.

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
    """The libraries in which the functions of NumPy's BLAS may be found."""
    try:
        import ctypes

        of_numpy = import_module("numpy._core._multiarray_umath").__file__
    except ImportError:  # a Python without ctypes, or a NumPy with another layout
        return
    for file in chain((of_numpy,), Path(np.__file__).parent.parent.glob("numpy.libs/*openblas*")):  # on Windows
        try:
            yield ctypes.PyDLL(str(file))
        except OSError:
            continue


def _functions(*names: str) -> tuple[Any, ...] | None:
    """These functions of OpenBLAS; None for another BLAS."""
    for library in _libraries():
        for prefix, suffix in product(("scipy_", ""), ("64_", "")):
            try:
                return tuple([getattr(library, f"{prefix}openblas_{name}{suffix}") for name in names])
            except AttributeError:
                continue
    return None


def _controls() -> tuple[Callable[[], int], Callable[[int], object]]:
    """The functions that get and set OpenBLAS's number of threads; for another BLAS, functions that do nothing.

    An OpenBLAS built with OpenMP counts as another BLAS: it keeps a number for each of our threads, and does not spin.
    """
    if (found := _functions("get_parallel", "get_num_threads", "set_num_threads")) and found[0]() == 1:
        return found[1], found[2]
    return lambda: 1, lambda number: None


PROCESSOR = Path("/proc/cpuinfo")  # Linux's description, which begins with the maker


def _in_place() -> int:
    """How many multiplications of a product OpenBLAS computes well from factors where they lie; 0 if it does not.

    Its kernels for AVX-512 do so up to 100^3, those of `x @ y.T` for at most 1200 results, from 32 columns of x on
    (OpenBLAS, `kernel/x86_64/sgemm_small_kernel_permit_skylakex.c`, and dgemm's). On AMD's processors they are as fast
    as the others, on an Intel Xeon they took 1.4 to 2 times as long.
    """
    try:
        with PROCESSOR.open("rb", buffering=0) as description:
            amd = b"AuthenticAMD" in description.read(100)
    except OSError:
        return 0
    if not amd or (found := _functions("get_corename")) is None:
        return 0
    found[0].restype = import_module("ctypes").c_char_p
    return 100**3 if found[0]() in (b"SkylakeX", b"Cooperlake") else 0


IN_PLACE = _in_place()


class OneThread:
    """A context in which BLAS computes each product in the calling thread, as long as any thread is inside."""

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
        """In a forked process, forget the parent's threads: those that were inside will never leave here."""
        self._lock = threading.Lock()
        if self._inside and self._usual > 1:
            self._tell(self._usual)
        self._inside = 0


one_thread = OneThread()
AS_IT_IS = nullcontext()


def one_thread_if(wanted: bool) -> AbstractContextManager[None]:
    """`one_thread` if wanted, else a context without effect: for products that need no threads, or all of BLAS's."""
    return one_thread if wanted else AS_IT_IS
