"""A model as a function of its parameters, so that the transforms of `autograd` can differentiate it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from autograd import Tensor, tensor
from autograd.arguments import as_tensor
from nn.module import Module


def functional_call(model: Module, parameters: Mapping[str, Any], *inputs: Any, **options: Any) -> Any:
    """Return `model(*inputs)` computed with other values in place of the parameters and buffers that are named.

        autograd.hvp(lambda parameters: loss(nn.functional_call(model, parameters, x), y), parameters, direction)

    `parameters` maps dotted paths, those of `named_parameters()`, to Tensors or arrays of the same shapes, of any
    floating dtype. The model is as before afterwards, its buffers too: what a layer writes to them, such as running
    statistics, reaches Tensors that are given for them. Raises ValueError that lists unknown paths and wrong shapes.
    """
    buffers = dict(model.named_buffers())
    known = dict(model.named_parameters()) | buffers
    wrong = [f"there is no {path!r}" for path in parameters if path not in known]
    wrong += [
        f"{path!r} has shape {known[path].shape}, got {np.shape(value)}"
        for path, value in parameters.items()
        if path in known and np.shape(value) != known[path].shape
    ]
    if wrong:
        raise ValueError(f"functional_call of {type(model).__name__}: {'; '.join(wrong)}")
    values: dict[int, Tensor] = {}
    for path, value in (buffers | dict(parameters)).items():
        if path in buffers and (path not in parameters or not isinstance(value, Tensor)):
            value = tensor(value)  # a copy, which the layer may write to
        values[id(known[path])] = as_tensor(value)
    # By identity, so that a parameter tied to several places is replaced at all of them.
    places = [(vars(m), name, old) for m in model.modules() for name, old in vars(m).items() if id(old) in values]
    try:
        for attributes, name, old in places:
            attributes[name] = values[id(old)]
        return model(*inputs, **options)
    finally:
        for attributes, name, old in places:
            attributes[name] = old
