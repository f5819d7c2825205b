"""Functions that are called with what passes by, and the handles to remove them."""

from __future__ import annotations

import weakref
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


def user_hooks(hooks: list[Any] | None) -> list[Any]:
    """The hooks that a user registered, without those that keep a gradient."""
    return [hook for hook in hooks or () if not isinstance(hook, Keeper)]


class Keeper:
    """A hook that adds a gradient to the `.grad` of a tensor, which it does not keep alive."""

    def __init__(self, result: Tensor) -> None:
        self.reference = weakref.ref(result)

    def __call__(self, gradient: Tensor) -> None:
        tensor = self.reference()
        if tensor is not None:
            before = getattr(tensor, "_grad", None)
            tensor._grad = gradient if before is None else before + gradient


def keep_gradient(result: Tensor, node: Any) -> None:
    """Keep the gradient of `node`, which is or will be the node of `result`, in its `.grad`; asking twice is once."""
    if node.hooks is None:
        node.hooks = []
    if not _keepers(result, node):
        node.hooks.append(Keeper(result))


def follow(tensor: Tensor, node: Any) -> None:
    """If a tensor keeps its gradient, keep that of `node` instead, whose value the tensor gets by a write."""
    for keeper in _keepers(tensor, tensor._node):
        tensor._node.hooks.remove(keeper)
        if node is not None:
            keep_gradient(tensor, node)


def _keepers(tensor: Tensor, node: Any) -> list[Keeper]:
    hooks = node.hooks if node is not None else None
    return [hook for hook in hooks or () if isinstance(hook, Keeper) and hook.reference() is tensor]
