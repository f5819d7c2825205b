"""An optimizer's state as plain dicts and arrays, by parameter name, and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from . import options as option

if TYPE_CHECKING:
    from .optimizer import Optimizer


def save(optimizer: Optimizer) -> dict[str, Any]:
    """See `Optimizer.state_dict`."""
    names = optimizer.names()
    return {
        "state": {
            names[p]: {"step": steps, **{name: moment.copy() for name, moment in moments.items()}}
            for p, (steps, moments) in optimizer.states().items()
            if steps and p in names
        },
        "param_groups": [group | {"params": [names[p] for p in group["params"]]} for group in optimizer.param_groups],
    }


def load(optimizer: Optimizer, state_dict: Mapping[str, Any]) -> None:
    """See `Optimizer.load_state_dict`."""
    wrong = _problems(optimizer, state_dict)
    if wrong:
        listed = "".join(f"\n- {problem}" for problem in wrong)
        raise ValueError(f"{optimizer.kind}.load_state_dict: the state does not fit, nothing was loaded:{listed}")
    names = optimizer.names()
    for group, saved in zip(optimizer.param_groups, state_dict["param_groups"], strict=True):
        group.update({name: tuple(v) if isinstance(v, list) else v for name, v in saved.items() if name != "params"})
    fresh = {"step": 0, **dict.fromkeys(optimizer.moments, 0)}
    states = {p: state_dict["state"].get(name, fresh) for p, name in names.items()}
    optimizer.set_states({p: (int(saved["step"]), saved) for p, saved in states.items()})


def _problems(optimizer: Optimizer, state_dict: Mapping[str, Any]) -> list[str]:
    missing = [key for key in ("state", "param_groups") if key not in state_dict]
    if missing:
        return [f"there is no {key!r} in it" for key in missing]
    return [*_group_problems(optimizer, state_dict["param_groups"]), *_state_problems(optimizer, state_dict["state"])]


def _group_problems(optimizer: Optimizer, saved: list[Mapping[str, Any]]) -> list[str]:
    if len(saved) != len(optimizer.param_groups):
        return [f"it has {len(saved)} parameter groups, the optimizer {len(optimizer.param_groups)}"]
    names = optimizer.names()
    wrong = []
    for k, (group, other) in enumerate(zip(optimizer.param_groups, saved, strict=True)):
        ours, theirs = [names[p] for p in group["params"]], list(other.get("params", []))
        wrong += [f"group {k} lacks the parameter {name!r}" for name in ours if name not in theirs]
        wrong += [f"group {k} has an unexpected parameter {name!r}" for name in theirs if name not in ours]
        wrong += [f"group {k} lacks the option {name!r}" for name in optimizer.defaults if name not in other]
        options = {name: value for name, value in other.items() if name != "params"}
        wrong += [f"group {k}: {problem}" for problem in option.problems(options, optimizer.defaults)]
    return wrong


def _state_problems(optimizer: Optimizer, saved: Mapping[str, Mapping[str, Any]]) -> list[str]:
    shapes = {name: p.shape for p, name in optimizer.names().items()}
    expected = {"step", *optimizer.moments}
    wrong = [f"there is state of an unknown parameter {name!r}" for name in saved if name not in shapes]
    for name, state in saved.items():
        if name not in shapes:
            continue
        if set(state) != expected:
            wrong.append(f"the state of {name!r} is {sorted(state)}, expected {sorted(expected)}")
        wrong += [
            f"{key} of {name!r} has shape {np.shape(state[key])}, expected {shapes[name]}"
            for key in optimizer.moments
            if key in state and np.shape(state[key]) != shapes[name]
        ]
        step = state.get("step", 0)
        if not (np.ndim(step) == 0 and int(step) == step and step >= 0):
            wrong.append(f"the step of {name!r} must be a whole number >= 0, got {step!r}")
    return wrong
