"""Parameters that are computed from others: `nn.parametrize(layer, "weight", Symmetric())`.

The module then no longer has the parameter, but a computed value under its name; the original is trained and saved, at
PyTorch's path, `parametrizations.weight.original`. Reading the value has no side effects.
"""

from __future__ import annotations

from typing import Any, TypeVar

import numpy as np

from nn.module import Module
from nn.parameter import Parameter
from nn.state import joined

M = TypeVar("M", bound=Module)


class Parametrized(Module):
    """A module that is called to compute the value of a parameter from one original or several."""

    def __init__(self, parametrization: Module, held: Parameter) -> None:
        inverse = getattr(parametrization, "right_inverse", None)
        if inverse is None:
            self.original = held
        else:
            found = inverse(held.detach())
            several = isinstance(found, tuple)
            for i, part in enumerate(found if several else (found,)):
                setattr(self, f"original{i}" if several else "original",
                        Parameter(part, requires_grad=held.requires_grad, dtype=held.dtype))
        setattr(self, "0", parametrization)

    def forward(self) -> Any:
        return getattr(self, "0")(*[value for name, value in vars(self).items() if name.startswith("original")])


def parameter_of(module: Module, name: str) -> Parameter:
    """The parameter of this name. Raises TypeError if there is none."""
    held = vars(module).get(name)
    if isinstance(held, Parameter):
        return held
    if module._computing(name) is not None:
        raise TypeError(f"{type(module).__name__}.{name} is parametrized already; several in a row are one "
                        "parametrization: nn.Sequential(first, second)")
    known = ", ".join(known for known, _ in module.named_parameters(recurse=False)) or "none"
    raise TypeError(f"{type(module).__name__} has no parameter {name!r} to parametrize; it holds {known}")


def parametrize(module: M, name: str, parametrization: Module) -> M:
    """Compute a parameter of `module` from others: `module.<name>` is `parametrization(original)`.

    The original is the parameter as it was, or what `parametrization.right_inverse(value)` gives, if there is such a
    method: an array, or a tuple of several originals. Write several in a row as `nn.Sequential(first, second)`. Returns
    the module. Raises TypeError where there is no such parameter, ValueError where the result has another shape.
    """
    held = parameter_of(module, name)
    made = Parametrized(parametrization, held)
    if made().shape != held.shape:
        raise ValueError(f"{type(parametrization).__name__} changes the shape of {name} from {held.shape} to "
                         f"{made().shape}; a parametrization must keep it")
    if held.name == joined(module._path, name):
        held.name = None  # it gets the path of its new place
    delattr(module, name)
    if "parametrizations" not in vars(module):
        module.add_module("parametrizations", Module())
    setattr(module.get_submodule("parametrizations"), name, made)
    return module


def remove_parametrization(module: M, name: str) -> M:
    """Make a computed value a plain parameter again, with its present value. Returns the module.

    Raises TypeError if nothing is computed under the name.
    """
    computing = module._computing(name)
    if computing is None:
        raise TypeError(f"{type(module).__name__}.{name} has no parametrization")
    value = computing()
    trained = any(part.requires_grad for part in computing.parameters())
    holder = module.get_submodule("parametrizations")
    delattr(holder, name)
    if not holder._held():
        delattr(module, "parametrizations")
    setattr(module, name, Parameter(np.array(value.detach().data), requires_grad=trained, dtype=value.dtype))
    return module
