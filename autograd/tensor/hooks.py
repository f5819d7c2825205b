"""Functions that are called with what passes by, and the handles to remove them."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .tensor import Tensor


class Handle:
    """What `register_hook` returns: `remove()` takes the hook away again."""

    def __init__(self, hooks: list[Any], hook: Any) -> None:
        self._hooks, self._hook = hooks, hook

    def remove(self) -> None:
        """Take the hook away; nothing happens if it is gone already."""
        if self._hook in self._hooks:
            self._hooks.remove(self._hook)


def added(hooks: list[Any], hook: Any) -> Handle:
    """The handle of a hook that is added to the others."""
    hooks.append(hook)
    return Handle(hooks, hook)


def those_of_the_user(hooks: list[Any] | None) -> list[Any]:
    """The hooks that were registered for what they do: not those that keep a gradient."""
    return [hook for hook in hooks or () if getattr(hook, "__module__", "") != __name__]


def keeper(result: Tensor) -> Callable[[Tensor], None]:
    """A hook that adds a gradient to the `.grad` of a tensor, which it does not keep alive."""
    reference = weakref.ref(result)

    def keep(gradient: Tensor) -> None:
        tensor = reference()
        if tensor is not None:
            tensor._grad = gradient if (before := tensor.grad) is None else before + gradient

    return keep
