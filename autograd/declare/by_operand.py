"""Rules that are stated operand by operand: partial derivatives, transposes, or pullbacks and pushforwards."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograd.arguments import as_operand
from autograd.errors import NoDerivativeError
from autograd.primitive import Elementwise, Structured, binary, calling_convention, unary
from autograd.registry import Operation, public_name, register
from autograd.rule_signature import Rule

from .views import Viewing


class View(Viewing, Structured):
    """A function by operand whose result may be a view."""


def elementwise(function: Callable[..., Any], *partials: Any, name: str | None = None,
                evaluate: Rule | None = None, operands: Sequence[str] = ("x", "y", "z"),
                times: Rule | None = None) -> Operation:
    """Give an elementwise NumPy function its partial derivatives, one per operand, and register it.

    A partial is a function of the operands it reads (`x`, `y`, `z`, `out`), the name of one, or a number:
    `elementwise(np.multiply, "y", "x")`, `elementwise(np.add, 1, 1)`; None raises `NoDerivativeError` where it is
    needed. `evaluate` replaces the ufunc on raw values if something else is faster (`operator.mul` on NumPy scalars);
    `times(g, value)` is `g * partial(value)`, in less memory.
    """
    run = evaluate or function
    rules, without = stated(function, operands, partials)
    computes = any(map(callable, rules))  # computes with operands, does not just multiply
    ufunc = function if computes and isinstance(function, np.ufunc) and function.nin > 1 else None
    primitive = Elementwise(name or function.__name__, run, tuple(operands[: len(rules)]), rules, times, ufunc)
    primitive.apply = (unary, binary, nary)[min(len(rules), 3) - 1](primitive, run)
    return register(function, primitive.apply, primitive.kind, run, without)


def stated(function: Callable[..., Any], operands: Sequence[str], rules: Sequence[Any]) -> tuple[list[Any], list[str]]:
    """The rules, one that raises `NoDerivativeError` in place of None; and the operands that have no rule."""
    pairs = [*zip(operands, rules, strict=False)]
    return ([missing(function, x) if rule is None else rule for x, rule in pairs],
            [x for x, rule in pairs if rule is None])


def missing(function: Callable[..., Any], operand: str) -> Rule:
    """The rule of an operand without a derivative."""

    def rule(*_: Any) -> Any:
        """`NoDerivativeError`: what a picture of the backward pass shows as the rule."""
        raise NoDerivativeError(f"{public_name(function)} has no derivative in its argument {operand}; pass a plain "
                                "number or array there, or .detach() the tensor")

    return rule


def nary(primitive: Elementwise, function: Rule) -> Callable[..., Any]:
    def apply(*operands: Any) -> Any:
        return primitive(*map(as_operand, operands))

    return apply


def linear(function: Callable[..., Any], transpose: Rule, *, name: str | None = None, evaluate: Rule | None = None,
           operands: Sequence[str] = ("x",), views: bool = False, offset: str | None = None) -> Operation:
    """Register a function that is linear in its first operand, by its transpose `(g, x, *, options)`.

    `x` has the operand's `shape`, `ndim`, `size` and `dtype`, never its values. `views`: NumPy may return a view;
    `offset`: the option that adds a constant (the function is affine).
    """
    return structured("linear", function, (transpose,), (), name, evaluate, operands, views, offset)


def multilinear(function: Callable[..., Any], *transposes: Rule | None, name: str | None = None,
                evaluate: Rule | None = None, operands: Sequence[str] = ("x", "y", "z")) -> Operation:
    """Register a function that is linear in each operand, by the transposes `(g, x, y, *, options)`."""
    return structured("multilinear", function, transposes, (), name, evaluate, operands[: len(transposes)])


def general(function: Callable[..., Any], pullbacks: Rule | Sequence[Rule | None],
            pushforwards: Rule | Sequence[Rule | None], *, name: str | None = None, evaluate: Rule | None = None,
            operands: Sequence[str] = ("x", "y", "z"), views: bool = False) -> Callable[..., Any]:
    """Register a function by its pullbacks `(g, x, out, *, options)` and pushforwards `(t, x, out, *, options)`."""
    backward = pullbacks if isinstance(pullbacks, Sequence) else (pullbacks,)
    forward = pushforwards if isinstance(pushforwards, Sequence) else (pushforwards,)
    return structured("general", function, backward, forward, name, evaluate, operands[: len(backward)], views)


def structured(kind: str, function: Callable[..., Any], pullbacks: Sequence[Any], pushforwards: Sequence[Any],
               name: str | None, evaluate: Rule | None, operands: Sequence[str], views: bool = False,
               offset: str | None = None) -> Callable[..., Any]:
    made = View if views else Structured
    primitive = made(kind, name or function.__name__, evaluate or function, tuple(operands), pullbacks, pushforwards)
    primitive.offset = offset
    return register(function, calling_convention(primitive, function), kind, primitive.evaluate)
