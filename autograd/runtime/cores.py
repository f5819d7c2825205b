"""On which core a thread runs, and how it leaves the core of another.

Linux wakes a thread where it last ran, or beside the thread that wakes it. Where cores that share a cache have all been
busy, it looks no further (`SIS_UTIL` in its scheduler): on a machine with two, a worker and its caller may then take
turns on one core for many milliseconds, beside an idle one. Once it has left, a worker is woken where it went.
"""

from __future__ import annotations

import os
from collections.abc import Callable


def _reader() -> Callable[[], int]:
    try:
        import ctypes

        return ctypes.PyDLL(None).sched_getcpu
    except (ImportError, AttributeError, OSError, TypeError):  # a system that does not tell
        return lambda: -1


core_of_caller = _reader()  # the number of the core that the calling thread runs on, or -1


def leave(core: int) -> None:
    """Move the calling thread off this core, if it runs there and may run elsewhere; it stays free to come back."""
    if core < 0 or core_of_caller() != core or not hasattr(os, "sched_setaffinity"):
        return
    try:
        allowed = os.sched_getaffinity(0)
        if others := allowed - {core}:
            os.sched_setaffinity(0, others)
            os.sched_setaffinity(0, allowed)
    except OSError:  # a system that does not let it: it works where it is
        return
