"""`draw`: from tensors to a `Drawing`."""

from __future__ import annotations

import sys
from typing import Any

from .. import tree
from ..tensor import Tensor
from .drawing import Drawing
from .extract import extract
from .names import gather, readable


def draw(*tensors: Any, backward: bool = False, names: Any = None) -> Drawing:
    roots = _roots(tensors)
    variables = sys._getframe(1).f_locals
    found = extract(list(roots.values()), gather(roots, names, variables), backward=backward)
    return Drawing(found.graph)


def _roots(tensors: tuple[Any, ...]) -> dict[str, Tensor]:
    roots: dict[str, Tensor] = {}
    for number, argument in enumerate(tensors):
        leaves, structure = tree.flatten(argument)
        for path, leaf in zip(tree.paths(structure), leaves, strict=True):
            roots[readable(path) if path else f"\0{number}"] = leaf
    return {key if not key.startswith("\0") else "" + key: value for key, value in roots.items()}
