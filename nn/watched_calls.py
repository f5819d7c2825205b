"""Calls of modules, watched for a while."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from nn.module import Module


@contextmanager
def watched(modules: Iterable[Module], after: Callable[..., Any],
            before: Callable[..., Any] | None = None) -> Iterator[None]:
    """Within this context `before(module, inputs)` and `after(module, inputs, output)` are told of each call."""
    with ExitStack() as hooks:
        for module in modules:
            if before is not None:
                hooks.callback(module.register_forward_pre_hook(before).remove)
            hooks.callback(module.register_forward_hook(after).remove)
        yield
