"""Watching the calls of modules."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from inspect import signature
from typing import Any

from nn.module import Module


@contextmanager
def watched(modules: Iterable[Module], after: Callable[..., Any],
            before: Callable[[Module], Any] = lambda module: None) -> Iterator[None]:
    """Context manager: `before(module)` and `after(module, inputs, output)` run around each call of these modules.

    An argument given by name appears at its position among the inputs, and omitted ones before it as their defaults.
    """

    def enter(module: Module, inputs: tuple[Any, ...]) -> None:
        before(module)

    def leave(module: Module, inputs: tuple[Any, ...], options: dict[str, Any], output: Any) -> None:
        bound = signature(module.forward).bind(*inputs, **options)
        if bound.kwargs:
            bound.apply_defaults()
        after(module, bound.args, output)

    with ExitStack() as hooks:
        for module in modules:
            hooks.callback(module.register_forward_pre_hook(enter).remove)
            hooks.callback(module.register_forward_hook(leave, with_kwargs=True).remove)
        yield
