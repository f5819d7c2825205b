"""Handles to remove what was registered."""

from __future__ import annotations

from typing import Any


class Handle:
    """What `register_hook` returns: `remove()` takes the hook away again."""

    def __init__(self, hooks: list[Any], hook: Any) -> None:
        self._hooks, self._hook = hooks, hook

    def remove(self) -> None:
        """Take the hook away; nothing happens if it is gone already."""
        if self._hook in self._hooks:
            self._hooks.remove(self._hook)
