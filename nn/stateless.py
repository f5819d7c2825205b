"""A model as a function of its parameters, so that the transforms of `autograd` can differentiate it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from autograd import Tensor, tensor
from autograd.arguments import as_tensor
from autograd.errors import nearest
from nn.module import Module


def functional_call(model: Module, parameters: Mapping[str, Any] | Sequence[Mapping[str, Any]], *inputs: Any,
                    **options: Any) -> Any:
    """Return `model(*inputs)` computed with other values in place of the parameters and buffers that are named.

        autograd.hvp(lambda parameters: loss(nn.functional_call(model, parameters, x), y), parameters, direction)

    `parameters` maps dotted paths, those of `named_parameters()`, to Tensors or arrays of the same shapes, of any
    floating dtype, or is a tuple of such dicts; a single tuple as input holds all inputs, as in PyTorch. Afterwards the
    model is unchanged, including its buffers: what a layer writes to them, such as running statistics, goes to the
    Tensors given in their place. A parameter with several paths may be given under any of them. Raises a ValueError
    that lists unknown paths, wrong shapes, and different values for one parameter.
    """
    parameters = _together(model, parameters)
    if len(inputs) == 1 and type(inputs[0]) is tuple:
        (inputs,) = inputs
    buffers = dict(model.named_buffers(remove_duplicate=False))
    known = dict(model.named_parameters(remove_duplicate=False)) | buffers
    _check(model, parameters, known)
    values = {id(buffer): tensor(buffer) for buffer in buffers.values()}  # copies: the layer may write to them
    for path, value in parameters.items():
        own = path in buffers and not isinstance(value, Tensor)
        values[id(known[path])] = tensor(value) if own else as_tensor(value)
    with _holding(model, values):
        return model(*inputs, **options)


def _together(model: Module, given: Mapping[str, Any] | Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    """Parameters and buffers in one dict. Raises TypeError for no dict, ValueError for a path in two of them."""
    parts = given if isinstance(given, (tuple, list)) else (given,)
    together: dict[str, Any] = {}
    for part in parts:
        if not isinstance(part, Mapping):
            raise TypeError(f"functional_call of {type(model).__name__} expected parameters by their paths, "
                            f"dict(model.named_parameters()), or a tuple of such dicts, got {type(part).__name__}")
        if twice := sorted(together.keys() & part.keys()):
            raise ValueError(f"functional_call of {type(model).__name__}: two of the dicts have {', '.join(twice)}")
        together.update(part)
    return together


def _check(model: Module, parameters: Mapping[str, Any], known: Mapping[str, Tensor]) -> None:
    """Raise ValueError for values that the model has no place for, and for two values of one parameter."""
    wrong: list[str] = []
    given: dict[int, tuple[str, Any]] = {}
    for path, value in parameters.items():
        if path not in known:
            meant = nearest(path, known)
            wrong.append(f"there is no {path!r}" + (f", did you mean {meant!r}?" if meant else ""))
        elif np.shape(value) != known[path].shape:
            wrong.append(f"{path!r} has shape {known[path].shape}, got {np.shape(value)}")
        else:
            first, before = given.setdefault(id(known[path]), (path, value))
            if not _same(before, value):
                wrong.append(f"{first!r} and {path!r} are one and the same, got two values")
    if wrong:
        raise ValueError(f"functional_call of {type(model).__name__}: {'; '.join(wrong)}")


def _same(one: Any, other: Any) -> bool:
    """Whether two values can be one; equal Tensors cannot, as each has a gradient of its own."""
    tensors = isinstance(one, Tensor) or isinstance(other, Tensor)
    return one is other or (not tensors and np.array_equal(one, other))


@contextmanager
def _holding(model: Module, values: Mapping[int, Tensor]) -> Iterator[None]:
    """Within this context the model holds these values in place of the tensors with these ids, tied ones everywhere."""
    places = [(vars(m), name, old) for m in model.modules() for name, old in vars(m).items() if id(old) in values]
    try:
        for attributes, name, old in places:
            attributes[name] = values[id(old)]
        yield
    finally:
        for attributes, name, old in places:
            attributes[name] = old
