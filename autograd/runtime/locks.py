"""Locks that a forked process finds open: a thread that held one in the parent is not there to release it."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from typing import Any


def renewed(module: dict[str, Any], name: str, make: Callable[[], Any] = threading.RLock) -> Any:
    """A lock for the variable `name` of a module, whose `globals()` these are, and another in every forked process."""

    def renew() -> None:
        module[name] = make()

    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=renew)
    return make()
