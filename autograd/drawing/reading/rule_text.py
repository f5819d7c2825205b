"""The rule that the backward pass runs at a node, as source text."""

from __future__ import annotations

import ast
import inspect
import linecache
import re
from functools import lru_cache
from typing import Any

from autograd.declare.differentials import Differential
from autograd.declare.fused import Fused
from autograd.errors import name_of
from autograd.primitive import Elementwise, Primitive


@lru_cache(maxsize=4096)
def rule_text(primitive: Primitive, tracked: tuple[bool, ...]) -> str:
    """How a cotangent `g` of the output becomes those of the tracked operands: `g * (1 - out * out)`.

    Several operands are told apart by their names, `x: g * y; y: g * x`.
    """
    if isinstance(primitive, Differential):
        return "the transpose of t: " + "; ".join(map(expression, primitive.pushforwards))
    if isinstance(primitive, Fused):
        return "the pullback of its kernel"
    names = primitive.names(len(tracked))
    rules = _rules(primitive, len(tracked))
    texts = [(name, _one(primitive, rule)) for name, rule, on in zip(names, rules, tracked, strict=False) if on]
    if not texts:  # a primitive with a class of its own: the name of its pullback says where to look
        return "" if primitive.kind == "constant" else primitive.pullback.__qualname__.lstrip("_")
    if len({text for _, text in texts}) == 1:
        return texts[0][1]
    return "; ".join(f"{name}: {text}" for name, text in texts)


def _rules(primitive: Primitive, count: int) -> list[Any]:
    """One rule per operand, wherever this kind of primitive holds it."""
    if isinstance(primitive, Elementwise):
        return list(primitive.partials)
    kernel = getattr(primitive, "rule", None)
    if kernel is not None:
        return [kernel] * count
    cotangents = [cotangent and inspect.unwrap(cotangent) for cotangent in primitive.cotangents or ()]
    return [cotangent and inspect.getclosurevars(cotangent).nonlocals.get("rule") for cotangent in cotangents]


def _one(primitive: Primitive, rule: Any) -> str:
    if not callable(rule):
        return {None: "0", 1: "g", -1: "-g"}.get(rule, f"g * {rule}" if isinstance(rule, str) else f"{rule} * g")
    text = expression(getattr(rule, "stated", rule))
    if isinstance(primitive, Elementwise):
        return f"g * {text}" if _binds_tightly(text) else f"g * ({text})"
    return text


def _binds_tightly(text: str) -> bool:
    """Whether `g * text` means the product with all of `text`."""
    try:
        body = ast.parse(text, mode="eval").body
    except SyntaxError:
        return False
    return isinstance(body, (ast.Name, ast.Call, ast.Constant, ast.Attribute)) or (
        isinstance(body, ast.BinOp) and isinstance(body.op, (ast.Mult, ast.Pow)))


@lru_cache(maxsize=1024)
def expression(function: Any) -> str:
    """The body of a lambda as it is written; of a longer function the formula that its docstring begins with.

    Without such a formula it is the name with the parameters.
    """
    code = getattr(function, "__code__", None)
    if code is None:
        return name_of(function)
    stated = re.match(r"`([^`]+)`: ", function.__doc__ or "")
    if stated:
        return stated[1]
    if function.__name__ != "<lambda>":
        return f"{function.__name__.lstrip('_')}({', '.join(code.co_varnames[: code.co_argcount])})"
    places = [place for place in code.co_positions() if None not in place and place[2] != place[3]]
    if not places:
        return "rule"
    first, last = min((p[0], p[2]) for p in places), max((p[1], p[3]) for p in places)
    lines = [linecache.getline(code.co_filename, n).encode() for n in range(first[0], last[0] + 1)]
    if not lines or not lines[0]:
        return "rule"
    lines[-1] = lines[-1][: last[1]]
    lines[0] = lines[0][first[1] :]
    return " ".join(b" ".join(lines).decode().split()).replace("( ", "(")
