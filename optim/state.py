"""An optimizer's state as plain dicts and arrays, by parameter name, and the errors for a state that does not fit."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from autograd import Tensor

from . import options as option

Names = Mapping[Tensor, str]
States = Mapping[Tensor, tuple[int, Mapping[str, Any]]]  # a parameter's step count, and its moments
Groups = Sequence[Mapping[str, Any]]


def packed(names: Names, states: States, groups: Groups) -> dict[str, Any]:
    """`{"state": {name: ...}, "param_groups": [...]}`, as copies; parameters that never took a step have no state."""
    return {
        "state": {
            names[p]: {"step": steps, **{name: moment.copy() for name, moment in moments.items()}}
            for p, (steps, moments) in states.items()
            if steps and p in names
        },
        "param_groups": [{**group, "params": [names[p] for p in group["params"]]} for group in groups],
    }


def unpacked(names: Names, state_dict: Mapping[str, Any]) -> States:
    """The states of the parameters that have one in a `packed` dict that fits."""
    saved = {p: state_dict["state"][name] for p, name in names.items() if name in state_dict["state"]}
    return {p: (int(state["step"]), state) for p, state in saved.items()}


def problems(names: Names, groups: Groups, state_dict: Any, *, options: Iterable[str],
             moments: Callable[[dict[str, Any]], Sequence[str]], histories: Sequence[str] = ()) -> list[str]:
    """Why `state_dict` is not that of an optimizer with these groups and options; empty if it is.

    `moments` gives the names of the moments for the options of a group. Histories are moments of several steps along a
    first axis, which has one length for all parameters.
    """
    if not isinstance(state_dict, Mapping):
        return [f"a state is a dict, got {type(state_dict).__name__}"]
    missing = [key for key in ("state", "param_groups") if key not in state_dict]
    if missing:
        return [f"there is no {key!r} in it" for key in missing]
    saved = state_dict["param_groups"]
    kept = {names[p]: moments(dict(group)) for group in groups for p in group["params"]}
    kept |= {name: moments(dict(group)) for group in saved for name in group.get("params", ())}
    return [*_group_problems(names, groups, saved, list(options)),
            *_state_problems(names, state_dict["state"], kept, histories)]


def _group_problems(names: Names, groups: Groups, saved: Groups, known: Sequence[str]) -> list[str]:
    if len(saved) != len(groups):
        return [f"it has {len(saved)} parameter groups, the optimizer {len(groups)}"]
    wrong = []
    for k, (group, other) in enumerate(zip(groups, saved, strict=True)):
        ours, theirs = [names[p] for p in group["params"]], list(other.get("params", []))
        wrong += [f"group {k} lacks the parameter {name!r}" for name in ours if name not in theirs]
        wrong += [f"group {k} has an unexpected parameter {name!r}" for name in theirs if name not in ours]
        wrong += [f"group {k} lacks the option {name!r}" for name in known if name not in other]
        options = {name: value for name, value in other.items() if name != "params"}
        wrong += [f"group {k}: {problem}" for problem in option.problems(options, known)]
    return wrong


def _state_problems(names: Names, saved: Mapping[str, Mapping[str, Any]], moments: Mapping[str, Sequence[str]],
                    histories: Sequence[str]) -> list[str]:
    shapes = {name: p.shape for p, name in names.items()}
    kept = next((np.shape(state[key])[:1] for state in saved.values() for key in histories if key in state), ())
    wrong = [f"there is state of an unknown parameter {name!r}" for name in saved if name not in shapes]
    for name, state in saved.items():
        if name not in shapes:
            continue
        expected = {"step", *moments[name], *histories}
        if set(state) != expected:
            wrong.append(f"the state of {name!r} is {sorted(state)}, expected {sorted(expected)}")
        wrong += [f"{key} of {name!r} has shape {np.shape(state[key])}, expected {shape}"
                  for keys, shape in ((moments[name], shapes[name]), (histories, kept + shapes[name]))
                  for key in keys
                  if key in state and np.shape(state[key]) != shape]
        if "step" in state and not _is_count(state["step"]):
            wrong.append(f"the step of {name!r} must be an integer of at least 0, got {state['step']!r}")
    return wrong


def _is_count(step: Any) -> bool:
    return bool(np.ndim(step) == 0 and int(step) == step and step >= 0)
