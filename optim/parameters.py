"""The parameters that optimizers and clipping are given, checked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from autograd import Tensor


def listed(speaker: str, params: Any) -> list[Any]:
    """`params` as a list.

    Raises TypeError, with what to write, for a tensor, a model, a method or a dict, and ValueError for none at all.
    """
    advice = ""
    if isinstance(params, Tensor):
        advice = "; write [tensor]"
    elif hasattr(params, "parameters"):
        advice = "; write model.parameters()"
    elif callable(params):
        advice = "; call it: model.parameters()"
    elif isinstance(params, Mapping):
        advice = "; write its values(), or for groups a list of dicts"
    if advice or not isinstance(params, Iterable):
        raise TypeError(f"{speaker} takes an iterable of parameters, got {type(params).__name__}{advice}")
    given = list(params)
    if not given:
        raise ValueError(f"{speaker} got no parameters; was the iterator used up before? list(model.parameters()) can "
                         "be read twice; a model has the parameters of the layers that its __init__ makes")
    return given
