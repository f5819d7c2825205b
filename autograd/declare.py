"""How a rule is declared: one call a NumPy function, in the words of the table in `primitive.py`."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from .calling import in_dtypes_of_loop
from .errors import NoDerivativeError
from .numpy_protocol import plain
from .primitive import Elementwise, Primitive, Structured, as_operand, binary, calling_convention, unary
from .reading import Rule
from .registry import public_name, registry
from .variadic import Variadic


def elementwise(function: Callable[..., Any], *partials: Any, name: str | None = None,
                evaluate: Rule | None = None, operands: Sequence[str] = ("x", "y", "z"),
                times: Rule | None = None) -> Callable[..., Any]:
    """Give an elementwise NumPy function its partial derivatives, one an operand, and register it.

    A partial is a function of the operands it reads (`x`, `y`, `z`, `out`), or a number: `elementwise(np.add, 1, 1)`;
    None raises `NoDerivativeError` where it is needed. `evaluate` computes on raw values where an operator is faster
    than the ufunc (`operator.mul` on NumPy scalars); `times(g, value)` is `g * partial(value)`, in less memory.
    """
    run, label = evaluate or function, name or function.__name__
    without = tuple(x for x, p in zip(operands, partials, strict=False) if p is None)
    partials = tuple(missing(function, x) if p is None else p for x, p in zip(operands, partials, strict=False))
    computes = function is not np.multiply and any(map(callable, partials))  # with operands, not just multiplies
    ufunc = function if computes and isinstance(function, np.ufunc) and function.nin > 1 else None
    primitive = Elementwise(label, run, tuple(operands[: len(partials)]), partials, times, ufunc)
    apply = (unary, binary, nary)[min(len(partials), 3) - 1](primitive, run)
    primitive.apply = apply
    apply.kind, apply.without = primitive.kind, without  # type: ignore[attr-defined]  # what supported() says of it
    registry[function] = apply
    return apply


def missing(function: Callable[..., Any], operand: str) -> Rule:
    """The partial derivative in an operand that has none."""

    def partial(*_: Any) -> Any:
        raise NoDerivativeError(f"{public_name(function)} has no derivative in its argument {operand}; pass a plain "
                                "number or array there, or .detach() the tensor")

    return partial


def nary(primitive: Primitive, function: Rule) -> Callable[..., Any]:
    def apply(*operands: Any) -> Any:
        return primitive(*map(as_operand, operands))

    return apply


def linear(function: Callable[..., Any], transpose: Rule, *, name: str | None = None, evaluate: Rule | None = None,
           operands: Sequence[str] = ("x",), views: bool = False, offset: str | None = None) -> Callable[..., Any]:
    """Register a function that is linear in its first operand, by its transpose `(g, x, *, options)`.

    `x` has the operand's `shape`, `ndim`, `size` and `dtype`, never its values. `views`: NumPy may return a view;
    `offset`: the option that adds a constant (the function is affine).
    """
    return structured(
        "linear",
        function,
        (transpose,),
        (),
        name=name,
        evaluate=evaluate,
        operands=operands,
        views=views,
        offset=offset,
    )


def multilinear(function: Callable[..., Any], *transposes: Rule | None, name: str | None = None,
                evaluate: Rule | None = None, operands: Sequence[str] = ("x", "y", "z")) -> Callable[..., Any]:
    """Register a function that is linear in each operand, by the transposes `(g, x, y, *, options)`."""
    return structured("multilinear", function, transposes, (), name=name, evaluate=evaluate,
                      operands=operands[: len(transposes)])


def general(function: Callable[..., Any], pullbacks: Rule | Sequence[Rule | None],
            pushforwards: Rule | Sequence[Rule | None], *, name: str | None = None, evaluate: Rule | None = None,
            operands: Sequence[str] = ("x", "y", "z"), views: bool = False) -> Callable[..., Any]:
    """Register a function by its pullbacks `(g, x, out, *, options)` and pushforwards `(t, x, out, *, options)`."""
    backward = pullbacks if isinstance(pullbacks, Sequence) else (pullbacks,)
    forward = pushforwards if isinstance(pushforwards, Sequence) else (pushforwards,)
    return structured("general", function, backward, forward, name=name, evaluate=evaluate,
                      operands=operands[: len(backward)], views=views)


def structured(kind: str, function: Callable[..., Any], pullbacks: Sequence[Any], pushforwards: Sequence[Any], *,
               name: str | None, evaluate: Rule | None, operands: Sequence[str],
               views: bool = False, offset: str | None = None) -> Callable[..., Any]:
    primitive = Structured(kind, name or function.__name__, evaluate or function, tuple(operands), pullbacks,
                           pushforwards)
    primitive.views, primitive.offset = views, offset
    apply = calling_convention(primitive, function)
    apply.kind = kind  # type: ignore[attr-defined]  # what supported() says of it
    registry[function] = apply
    return apply


def variadic(kind: str, name: str, evaluate: Rule, rule: Rule, views: bool = False) -> Primitive:
    """A primitive of any number of operands, linear in each: `rule(g, i, operands, *, options)` for operand `i`."""
    primitive = Variadic(kind, name, evaluate, rule)
    primitive.views = views
    return primitive


def constant(*functions: Callable[..., Any]) -> None:
    """Register functions whose value is piecewise constant: tensors go in, tensors without a gradient come out."""
    for function in functions:
        registry[function] = plain(function)


def composite(function: Callable[..., Any]) -> Callable[[Rule], Rule]:
    """Register a function that is composed of others: `@composite(np.average)` on its text in NumPy calls."""

    def register(definition: Rule) -> Rule:
        registry[function] = in_dtypes_of(function, definition) if isinstance(function, np.ufunc) else definition
        return definition

    return register


def in_dtypes_of(ufunc: np.ufunc, definition: Rule) -> Rule:
    """A definition whose operands are cast as the ufunc casts its own; SciPy's have no half precision, for example."""

    @functools.wraps(definition)
    def apply(*operands: Any, **options: Any) -> Any:
        return definition(*in_dtypes_of_loop(ufunc, [*map(as_operand, operands)]), **options)

    return apply
