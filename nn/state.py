"""A module's state as arrays by dotted path, and the errors for a state that does not fit."""

from __future__ import annotations

from collections.abc import Container, Mapping
from itertools import chain, count
from typing import Any, NamedTuple

import numpy as np

from autograd import Tensor
from autograd.arrays import plain_array
from nn.parameter import overwrite


class Mismatch(NamedTuple):
    """What `load_state_dict(strict=False)` left alone."""

    missing_keys: list[str]
    unexpected_keys: list[str]


def joined(path: str, name: object) -> str:
    """The path of the attribute `name` of the module at `path`; the outermost module is at ""."""
    return f"{path}.{name}" if path else str(name)


def free_name(wish: str, taken: Container[str], numbered: str) -> str:
    """The name `wish` or, where it is taken, the first free one of the pattern `numbered`, which counts from 2."""
    names = chain([wish], (numbered.format(wish, number) for number in count(2)))
    return next(name for name in names if name not in taken)


def require_part_of_path(owner: str, name: str, kind: str) -> None:
    """Raise ValueError for a name that cannot be one part of a path, TypeError for one that is no string."""
    if not isinstance(name, str):
        raise TypeError(f"{owner}: the name of a {kind} is a string, got {name!r}")
    if "." in name or not name:
        raise ValueError(f"{owner}: {name!r} cannot name a {kind}: dots separate the parts of a path")


def load(targets: Mapping[str, Tensor], state: Mapping[str, Any], owner: str, *, strict: bool) -> Mismatch:
    """Write a state into parameters and buffers by their path; nothing is changed if any of it does not fit."""
    if not isinstance(state, Mapping):
        raise TypeError(f"load_state_dict expects a dict of arrays by path, got {type(state).__name__}; "
                        "read a file with nn.load(path)")
    left = Mismatch([key for key in targets if key not in state], [key for key in state if key not in targets])
    complaints = [f"{what}: {', '.join(map(str, keys))}"
                  for what, keys in (("missing", left.missing_keys), ("unexpected", left.unexpected_keys))
                  if strict and keys]
    arrays = {}
    for key, target in targets.items():
        if key in state:
            arrays[key], complaint = _fitting(state[key], target)
            complaints += [f"{key}: {complaint}"] * bool(complaint)
    if complaints:
        raise ValueError(f"this state does not fit {owner}, which was left as it is:\n  " + "\n  ".join(complaints))
    for key, array in arrays.items():
        overwrite(targets[key], array)
    return left


def _fitting(given: Any, target: Tensor) -> tuple[Any, str]:
    """`given` as an array, and what is wrong with it for `target`."""
    if not target.is_leaf:
        return None, "it is the result of an operation now; change a parameter in place under autograd.no_grad()"
    try:
        array = given._plain if isinstance(given, Tensor) else plain_array(given)
    except (TypeError, ValueError, RuntimeError) as error:
        return None, f"expected an array, got {type(given).__name__} ({error})"
    if array.shape != target.shape:
        return None, f"expected shape {target.shape}, got {array.shape}"
    if array.dtype.kind not in "biufc" or not np.can_cast(array.dtype, target.dtype, "same_kind"):
        return None, f"expected {target.dtype}, got {array.dtype}"
    return np.array(array), ""  # a copy: it may share memory with another parameter, which is written first
