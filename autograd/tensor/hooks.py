"""Hooks: functions that are called with each gradient or activation, and the handles that remove them."""

from __future__ import annotations

import weakref
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .tensor import Tensor


class Handle:
    """What `register_hook` returns: `remove()` removes the hook."""

    def __init__(self, hooks: list[Any], hook: Any) -> None:
        self._hooks, self._hook = hooks, hook

    def remove(self) -> None:
        """Remove the hook; nothing happens if it was removed before."""
        if self._hook in self._hooks:
            self._hooks.remove(self._hook)


def added(hooks: list[Any], hook: Any) -> Handle:
    """Add a hook to the others, in front of those that keep a gradient, and return its handle."""
    hooks.insert(len(user_hooks(hooks)), hook)
    return Handle(hooks, hook)


def user_hooks(hooks: list[Any] | None) -> list[Any]:
    """The hooks that a user registered, without those that keep a gradient."""
    return [hook for hook in hooks or () if not isinstance(hook, Keeper)]


class Keeper:
    """A hook that adds a gradient to a tensor's `.grad`, without keeping the tensor alive."""

    def __init__(self, result: Tensor) -> None:
        self.reference = weakref.ref(result)

    def __call__(self, gradient: Tensor) -> None:
        tensor = self.reference()
        if tensor is not None:
            before = getattr(tensor, "_grad", None)
            tensor._grad = gradient if before is None else before + gradient


def keep_gradient(result: Tensor, node: Any) -> None:
    """Keep the gradient of `node`, which is or will be the node of `result`, in `result.grad`; idempotent."""
    if node.hooks is None:
        node.hooks = []
    if not _keepers(result, node):
        node.hooks.append(Keeper(result))


def follow(tensor: Tensor, node: Any) -> None:
    """After a write gave a tensor the value of `node`: if the tensor keeps its gradient, it is now that of `node`."""
    for keeper in _keepers(tensor, tensor._node):
        tensor._node.hooks.remove(keeper)
        if node is not None:
            keep_gradient(tensor, node)


def _keepers(tensor: Tensor, node: Any) -> list[Keeper]:
    hooks = node.hooks if node is not None else None
    return [hook for hook in hooks or () if isinstance(hook, Keeper) and hook.reference() is tensor]
