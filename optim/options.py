"""The options of optimizers, and which values they may have."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from math import isfinite
from numbers import Real
from typing import Any

from autograd.arrays import is_integer


def problems(options: Mapping[str, Any], known: Iterable[str]) -> list[str]:
    """A description of what is wrong with these options; empty if nothing is."""
    known = {*known, "initial_lr"}  # which schedulers add to a group
    listed = ", ".join(sorted(known - {"initial_lr"}))
    wrong = [f"there is no option {name!r}, only {listed}" for name in options if name not in known]
    for name, value in options.items():
        if name in known:
            fits, expected = _RANGES[name]
            if not fits(value):
                wrong.append(f"{name} must be {expected}, got {value!r}")
    return wrong


ADVICE = dict.fromkeys(("foreach", "fused", "capturable", "differentiable"), "leave it out, all steps are fused") | {
    "momentum": "write optim.SGDM(params, 10 * lr, beta=0.9): its momentum is an average of gradients, not their sum",
    "alpha": "write beta=",
    "amsgrad": "write optim.AMSGrad(params, lr), for AdamW's with decoupled_weight_decay=True, weight_decay=0.01",
    "nesterov": "write optim.Nesterov(params, 10 * lr, beta=0.9): its momentum is an average of gradients, not a sum",
    "dampening": "write optim.SGDM(params, lr, beta), whose average is dampening=momentum",
    "maximize": "minimize the negative: (-objective).backward()",
    "learning_rate": "write lr=", "epsilon": "write eps=",
    **dict.fromkeys(("beta_1", "beta_2", "beta1", "beta2", "b1", "b2"), "write betas=(0.9, 0.999)"),
    **dict.fromkeys(("l2", "wd", "decay"), "write weight_decay="),
    **dict.fromkeys(("clipnorm", "clipvalue", "global_clipnorm"),
                    "call optim.clip_grad_norm_(params, max_norm) or clip_grad_value_ before the step"),
    **dict.fromkeys(("use_ema", "ema_momentum"), "write nn.AveragedModel(model, decay=0.99)"),
    "last_epoch": "leave it out; load_state_dict(state) continues a schedule",
    "verbose": "leave it out, and print get_last_lr()",
}


def check_positions(kind: str, given: Sequence[Any], known: Sequence[str]) -> None:
    """Raise TypeError for more values by position than an optimizer takes, as in SGD(params, lr, momentum)."""
    if len(given) > len(known):
        advice = ADVICE["momentum"] if kind == "SGD" else "write the others with their names"
        raise TypeError(f"{kind} takes {', '.join(known)} by position, got {len(given)} values; {advice}")


def check_rate(lr: Any) -> None:
    """Raise ValueError for a rate that has become negative or nan: the step would go uphill."""
    try:
        fits = lr >= 0
    except TypeError:
        fits = False
    if not fits:
        raise ValueError(f"the lr of a parameter group must be a number >= 0, got {lr!r}")


def plain(group: Mapping[str, Any]) -> dict[str, Any]:
    """The options of a group as Python floats, which leave an array's dtype alone (NumPy's own would widen it)."""
    check_rate(group["lr"])
    numbers = {name: float(value) for name, value in group.items() if name not in ("params", "betas")}
    return numbers | {"betas": tuple(map(float, group["betas"]))} if "betas" in group else numbers


def _is_number(value: Any) -> bool:
    return not isinstance(value, bool) and isinstance(value, Real) and isfinite(value)


def _is_not_negative(value: Any) -> bool:
    return _is_number(value) and value >= 0


def _is_decay_rate(value: Any) -> bool:
    return _is_number(value) and 0 <= value < 1


def _are_decay_rates(value: Any) -> bool:
    return isinstance(value, tuple | list) and len(value) == 2 and all(map(_is_decay_rate, value))


def _is_positive_integer(value: Any) -> bool:
    return is_integer(value) and value >= 1


_RANGES: dict[str, tuple[Callable[[Any], bool], str]] = {
    **dict.fromkeys(("lr", "initial_lr", "eps", "weight_decay", "momentum_decay", "lr_decay",
                     "initial_accumulator_value", "tolerance_grad", "tolerance_change"),
                    (_is_not_negative, "a number >= 0")),
    "betas": (_are_decay_rates, "two numbers in [0, 1)"),
    **dict.fromkeys(("beta", "rho", "momentum"), (_is_decay_rate, "a number in [0, 1)")),
    **dict.fromkeys(("centered", "decoupled_weight_decay"), (lambda value: isinstance(value, bool), "True or False")),
    **dict.fromkeys(("max_iter", "max_eval", "history_size"), (_is_positive_integer, "an integer of at least 1")),
    "line_search_fn": (lambda value: value in (None, "strong_wolfe"), 'None or "strong_wolfe"'),
}
