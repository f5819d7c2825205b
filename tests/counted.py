"""How much work a call is, without a clock: the functions that it calls, in Python and in C."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any


def calls(f: Callable[[], Any]) -> int:
    """The number of functions that are called on this thread while `f()` runs."""
    count = 0

    def note(frame: Any, event: str, argument: Any) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        f()
    finally:
        sys.setprofile(before)
    return count
