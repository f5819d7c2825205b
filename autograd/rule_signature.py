"""What a rule reads, found from the names of its parameters."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from inspect import unwrap
from typing import Any

from .graph import Node

Rule = Callable[..., Any]


def argument_names(rule: Rule | str | float) -> tuple[str, ...]:
    """What a rule reads: its positional parameters, or its attribute `reads`; a rule that is a name reads just that."""
    if isinstance(rule, (str, int, float)):
        return (rule,) if isinstance(rule, str) else ()
    if hasattr(rule, "reads"):
        return tuple(rule.reads)
    code = unwrap(rule).__code__
    return tuple(code.co_varnames[: code.co_argcount])


def reading(names: Sequence[str], rule: Rule) -> Rule:
    """Mark a rule as reading these values by position, whatever its parameters are called."""
    rule.reads = names  # type: ignore[attr-defined]
    return rule


def option_names(rule: Rule) -> tuple[str, ...]:
    """The keyword-only parameters of a rule: the options that it handles."""
    code = rule.__code__
    return tuple(code.co_varnames[code.co_argcount : code.co_argcount + code.co_kwonlyargcount])


def active_operands(node: Node) -> tuple[bool, ...]:
    """Which operands are differentiated."""
    return tuple([parent is not None for parent in node.parents])
