"""Checkpoints: everything a run needs to continue and end with the same bits as one that was never stopped."""

from __future__ import annotations

import copy
import os
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

import autograd.random
from nn.module import Module
from nn.storage import StorageError, load, save


def save_checkpoint(path: str | os.PathLike[str], **parts: Any) -> None:
    """Write named parts of a run, and the random state, to one file in one step: `save_checkpoint(path, model=model)`.

    A part is anything with `state_dict` and `load_state_dict` (model, optimizer, scheduler, loader), or a plain state
    such as the number of the epoch. The random state is that of `autograd.random.generator()` and of every
    `numpy.random.Generator` that a module among the parts holds. Raises ValueError for a part named `random`; see
    `nn.save` for the rest.
    """
    if "random" in parts:
        raise ValueError("the name 'random' is taken by the random state; choose another")
    states = {name: part.state_dict() if _is_stateful(part) else part for name, part in parts.items()}
    random = {name: generator.bit_generator.state for name, generator in _generators(parts)}
    save({**states, "random": random}, path)


def load_checkpoint(path: str | os.PathLike[str], **parts: Any) -> dict[str, Any]:
    """Bring `parts` and the random state to where `save_checkpoint` found them; return the plain states.

    All or nothing: if the file is damaged (StorageError) or a part does not accept its state (that part's error), every
    part is as it was before. Parts are the stateful ones of `save_checkpoint`, under the same names.
    """
    state = load(path)
    if not isinstance(state, dict) or "random" not in state:
        raise StorageError(f"{os.fspath(path)} is not a checkpoint; read it with nn.load")
    random = state.pop("random")
    missing = sorted(parts.keys() - state.keys())
    if missing:
        raise StorageError(f"{os.fspath(path)} has no {', '.join(missing)}; it holds {', '.join(sorted(state))}")
    generators = dict(_generators(parts))
    if generators.keys() != random.keys():
        raise StorageError(f"{os.fspath(path)} has the random state of {sorted(random)}, the run has "
                           f"{sorted(generators)}")
    before = {name: copy.deepcopy(part.state_dict()) for name, part in parts.items()}
    random_before = {name: generator.bit_generator.state for name, generator in generators.items()}
    try:
        _restore(parts, state, generators, random)
    except Exception as error:
        _restore(parts, before, generators, random_before)
        error.add_note(f"the state is that of the checkpoint {os.fspath(path)!r}; if it is of another run, such as one "
                       "of another model, give this run another path, or remove the file")
        raise
    return {name: value for name, value in state.items() if name not in parts}


def _restore(parts: Mapping[str, Any], states: Mapping[str, Any], generators: Mapping[str, np.random.Generator],
             random: Mapping[str, Any]) -> None:
    for name, part in parts.items():
        part.load_state_dict(states[name])
    for name, generator in generators.items():
        generator.bit_generator.state = random[name]


def _is_stateful(part: Any) -> bool:
    return hasattr(part, "state_dict") and hasattr(part, "load_state_dict")


def _generators(parts: Mapping[str, Any]) -> Iterator[tuple[str, np.random.Generator]]:
    """The library's generator and those that modules hold as attributes, by name."""
    yield "autograd", autograd.random.generator()
    attributes = ((part, path, name, value) for part, model in parts.items() if isinstance(model, Module)
                  for path, module in model.named_modules() for name, value in vars(module).items())
    for *names, value in attributes:
        if isinstance(value, np.random.Generator):
            yield ".".join(filter(None, names)), value
