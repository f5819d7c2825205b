"""Locks that are open in a forked process: a thread that held one in the parent does not exist there to release it."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from typing import Any


def renewed(module: dict[str, Any], name: str, make: Callable[[], Any] = threading.RLock) -> Any:
    """A lock for the variable `name` of the module with these `globals()`; a forked process gets a new one there."""

    def renew() -> None:
        module[name] = make()

    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=renew)
    return make()
