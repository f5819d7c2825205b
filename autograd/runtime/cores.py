"""The core on which a thread runs, and how a worker leaves the core of its caller.

Linux wakes a thread on the core where it last ran, or on that of the thread that wakes it. If the cores that share a
cache have all been busy, it does not look for an idle one (`SIS_UTIL` in its scheduler): on a machine with two cores a
worker and its caller may then take turns on one for many milliseconds, while the other is idle. After a worker has
moved, Linux wakes it on its new core.
"""

from __future__ import annotations

import os
from collections.abc import Callable


def _reader() -> Callable[[], int]:
    try:
        import ctypes

        return ctypes.PyDLL(None).sched_getcpu
    except (ImportError, AttributeError, OSError, TypeError):  # not every system tells the core
        return lambda: -1


core_of_caller = _reader()  # the number of the core on which the calling thread runs, or -1 if unknown


def leave(core: int) -> None:
    """Move the calling thread off this core, if it runs there and may run elsewhere; it may return later."""
    if core < 0 or core_of_caller() != core or not hasattr(os, "sched_setaffinity"):
        return
    try:
        allowed = os.sched_getaffinity(0)
        if others := allowed - {core}:
            os.sched_setaffinity(0, others)
            os.sched_setaffinity(0, allowed)
    except OSError:  # the system forbids it: the thread works where it is
        return
