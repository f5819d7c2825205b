"""The library's threads: kernels, products and optimizers split their work here, with a block of memory per thread.

NumPy computes without the interpreter's lock, so plain threads over blocks run at once, copies and sums included.
Matrix products within a share are computed by its thread (`blas.py`), so that OpenBLAS's threads do not compete.
"""

from __future__ import annotations

import contextvars
import os
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from autograd.runtime.blas import one_thread
from autograd.runtime.cores import core_of_caller, leave

if TYPE_CHECKING:
    from queue import SimpleQueue

Result = TypeVar("Result")

MANY = 8  # threads at most: with more, memory and the interpreter's lock are the limit


def in_parallel(task: Callable[[int, int], Result], length: int, least: int = 1) -> list[Result]:
    """The results, in order, of `task(first, last)` for one share of `range(length)` per thread, `least` long or more.

    The caller's share is longer by half of `least`: it starts at once, and ideally ends last, so that it need not be
    woken. While several threads work, BLAS computes each product in the thread that calls it.
    """
    shares = min(_count(), length // max(1, least))
    if shares < 2 or getattr(_local, "working", False):
        return [task(0, length)]
    ahead = min(least // 2, length - shares * least)
    bounds = [0, *(ahead + (length - ahead) * k // shares for k in range(1, shares)), length]
    done: SimpleQueue[tuple[int, Any, BaseException | None]] = type(_jobs)()
    core = core_of_caller()
    results: list[Any] = [None] * shares
    failure: BaseException | None = None
    with one_thread:
        for k in range(1, shares):
            _jobs.put((contextvars.copy_context(), core, k, task, bounds[k], bounds[k + 1], done))
        try:
            results[0] = task(bounds[0], bounds[1])
        except BaseException as error:  # noqa: BLE001  # raised again below, after the other shares have ended
            failure = error
        for _ in range(1, shares):
            k, results[k], error_there = done.get()
            failure = failure or error_there
    if failure is not None:
        raise failure
    return results


# --- The workers -----------------------------------------------------------------------------------------------------

_jobs: Any = None  # a queue of shares, once there are threads
_local = threading.local()
_lock = threading.Lock()
_threads: int | None = None  # their number, including the caller; None before the first use


def _count() -> int:
    """The number of threads, including the caller; starts them at the first call."""
    global _threads  # noqa: PLW0603
    if _threads is None:
        with _lock:
            if _threads is None:
                _threads = _started(_wanted())
    return _threads


def _wanted() -> int:
    """The cores this process may use, or fewer if the environment variables of OpenBLAS say so."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    said = [os.environ.get(name, "") for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS")]
    outermost = [numbers.partition(",")[0].strip() for numbers in said]  # OpenMP accepts a list, one per nesting level
    return min([cores, MANY, *(int(n) for n in outermost if n.isdecimal() and int(n))])


def _started(wanted: int) -> int:
    global _jobs  # noqa: PLW0603
    if _jobs is None:
        from queue import SimpleQueue  # imported late: it takes a fiftieth of the time of `import autograd`

        _jobs = SimpleQueue()
    for k in range(1, wanted):
        try:
            threading.Thread(target=_work, name=f"cleargrad-{k}", daemon=True).start()
        except RuntimeError:  # the system has no threads, or no more of them
            return k
    return wanted


def _work() -> None:
    _local.working = True
    while True:
        context, core, k, task, first, last, done = _jobs.get()
        leave(core)
        try:
            done.put((k, context.run(task, first, last), None))
        except BaseException as error:  # noqa: BLE001  # handed to the thread that waits for it
            done.put((k, None, error))
        del context, task, done  # an idle worker keeps no arrays alive


def _forget() -> None:
    """Start anew in a forked process, which has none of its parent's threads."""
    global _threads, _jobs, _lock
    _threads, _jobs, _lock = None, None, threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)
