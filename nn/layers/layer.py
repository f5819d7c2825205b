"""`Layer`: what all layers and losses share. They are constructed with options, and then called with data."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from inspect import Parameter, signature
from types import MappingProxyType
from typing import Any, Self

import numpy as np

from autograd import Tensor
from autograd.arguments import refuse_foreign_options
from autograd.constructors import CheckedWhenMade, refuse_misfits
from nn.foreign_names import OPTIONS
from nn.module import Module


class Layer(CheckedWhenMade, Module):
    """A module whose `repr` is its constructor call, and whose constructor explains itself if it is given data."""

    follows: Mapping[str, str] = MappingProxyType({})  # argument: the other argument that is its default
    held_as: Mapping[str, str] = MappingProxyType({})  # argument: the attribute that holds it, if called otherwise
    called_with: Sequence[str] = ("x",)
    __call__: Callable[..., Tensor]  # for editors and type checkers: a layer gives one tensor unless it says otherwise

    def __new__(cls, *arguments: Any, **options: Any) -> Self:
        """Refuse data that is meant for the call, as in `nn.ReLU(x)`, but not the class weights of a loss."""
        if not cls.__init__.__module__.startswith("nn."):  # a user's own layer may take data, and any options
            return super().__new__(cls)
        name = cls.__name__
        if options:
            refuse_foreign_options(cls, options, OPTIONS)
        if len(arguments) >= len(cls.called_with) and _is_data(arguments[0]):
            raise TypeError(f"{name} is first constructed, with options, and then called with data: "
                            f"write layer = nn.{name}(...), then layer({', '.join(cls.called_with)})")
        refuse_misfits(cls, arguments, options, of_words="; an activation is a layer of its own, as nn.ReLU()")
        return super().__new__(cls)

    def extra_repr(self) -> str:
        """The constructor's arguments that the layer keeps, except defaults and tensors."""
        shown = []
        for name, taken in signature(type(self)).parameters.items():
            default = self._shown(self.follows[name], None) if name in self.follows else taken.default
            value = self._shown(self.held_as.get(name, name), default)
            if not isinstance(value, Tensor) and value != default:
                shown.append(repr(value) if default is Parameter.empty else f"{name}={value!r}")
        return ", ".join(shown)

    def _shown(self, name: str, default: Any) -> Any:
        """An argument's value: True or False for one such as `bias`, and one number if it is the same for all axes."""
        value = getattr(self, name, default)
        if isinstance(default, bool):
            return value is not None and value is not False
        return value[0] if hasattr(self, "axes") and isinstance(value, tuple) and len(set(value)) == 1 else value


def _is_data(x: Any) -> bool:
    return isinstance(x, Tensor) or (isinstance(x, np.ndarray) and x.dtype.kind == "f")
