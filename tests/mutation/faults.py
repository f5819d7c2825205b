"""Faults to plant in a source file, each a small change of its syntax tree, as a slip of the author's could make it."""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterator
from pathlib import Path
from types import CodeType
from typing import Any, NamedTuple

Change = Callable[[Any], None]

OPERATORS: dict[type[ast.AST], type[ast.AST]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.FloorDiv: ast.Mult, ast.Mod: ast.Mult,
    ast.Pow: ast.Mult, ast.MatMult: ast.Mult, ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd,
    ast.Lt: ast.GtE, ast.LtE: ast.Lt, ast.Gt: ast.LtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In, ast.And: ast.Or, ast.Or: ast.And,
}
"""What each operator is mistaken for."""

CONJUGATES = ("conj", "conjugate", "real")
SILENT = (ast.Raise, ast.JoinedStr, ast.Assert)
"""What faults are not planted in: messages."""


class Fault(NamedTuple):
    """One fault: where it is, what it changes, and in which statement at the top of the file."""

    path: Path
    number: int
    line: int
    change: str
    function: int  # the first line of the function that it is in; 0 for what is executed when the file is imported
    statement: range  # its lines
    words: frozenset[str]  # the names in it
    signs: bool

    def code(self, planted: bool = True) -> CodeType:
        """The code of the whole file with the fault, or as it is."""
        tree = ast.parse(self.path.read_text(encoding="utf-8"))
        if planted:
            node, change = _places(tree, self.signs)[self.number][-2:]
            change(node)
        return compile(ast.fix_missing_locations(tree), str(self.path), "exec")


def faults_of(path: Path, *, signs: bool = False) -> Iterator[Fault]:
    """All faults of a file, in the order of its text; with `signs` also the sign of every lambda."""
    for number, (statement, function, node, change) in enumerate(_places(ast.parse(path.read_text("utf-8")), signs)):
        wrong = copy.deepcopy(node)
        change(wrong)
        words = frozenset(n.attr if isinstance(n, ast.Attribute) else n.id for n in ast.walk(statement)
                          if isinstance(n, (ast.Attribute, ast.Name)))
        yield Fault(path, number, node.lineno, f"{ast.unparse(node)}  ->  {ast.unparse(wrong)}", function,
                    range(statement.lineno, statement.end_lineno + 1), words, signs)


def _places(tree: ast.Module, signs: bool) -> list[tuple[Any, int, Any, Change]]:
    """Each statement of a file with each of its expressions and each fault of that."""
    return [(statement, function, node, change) for statement in tree.body
            for node, function in _expressions(statement, 0) for change in _changes(node, signs)]


def _expressions(node: ast.AST, function: int) -> Iterator[tuple[Any, int]]:
    """The expressions within, each with its function; not annotations, messages, conditions for type checkers.

    Nor the defaults of parameters that a function takes only because NumPy's or SciPy's does, and never reads, nor the
    1 of a length -1, for which NumPy takes -2 as well.
    """
    if isinstance(node, SILENT) or (isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)):
        return
    if isinstance(node, ast.keyword) and node.arg == "strict":  # of zip: an assertion, too
        return
    if isinstance(node, ast.expr):
        yield node, function
    body = function
    if isinstance(node, ast.UnaryOp) and getattr(node, "is_length", False):
        return
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "reshape":
        _mark_lengths(node.args)
    if isinstance(node, (ast.FunctionDef, ast.Lambda)):
        body = min([node.lineno, *[d.lineno for d in getattr(node, "decorator_list", ())]])
    unread = _unread_defaults(node) if isinstance(node, (ast.FunctionDef, ast.Lambda)) else ()
    for name, value in ast.iter_fields(node):
        if name not in ("annotation", "returns"):
            for child in value if isinstance(value, list) else [value]:
                if isinstance(child, ast.arguments):
                    child = copy.copy(child)
                    child.defaults = [d for d in child.defaults if d not in unread]
                    child.kw_defaults = [d for d in child.kw_defaults if d not in unread]
                if isinstance(child, ast.AST):
                    yield from _expressions(child, body if name == "body" else function)


def _mark_lengths(arguments: list[ast.expr]) -> None:
    """Of `x.reshape(-1, n)`, `x.reshape((-1, n))`, `x.reshape([-1] + shape)`, `x.reshape([-1 if k else 1 for ...])`."""
    for argument in arguments:
        if isinstance(argument, (ast.Tuple, ast.List)):
            _mark_lengths(argument.elts)
        elif isinstance(argument, ast.ListComp):
            _mark_lengths([argument.elt])
        elif isinstance(argument, ast.IfExp):
            _mark_lengths([argument.body, argument.orelse])
        elif isinstance(argument, ast.BinOp):
            _mark_lengths([argument.left, argument.right])
        elif isinstance(argument, ast.UnaryOp):
            argument.is_length = True  # type: ignore[attr-defined]


def _unread_defaults(node: ast.FunctionDef | ast.Lambda) -> list[ast.expr]:
    given = node.args
    positional = [*given.posonlyargs, *given.args]
    pairs = [*zip(positional[len(positional) - len(given.defaults) :], given.defaults, strict=True),
             *zip(given.kwonlyargs, given.kw_defaults, strict=True)]
    body = node.body if isinstance(node.body, list) else [node.body]
    read = {n.id for statement in body for n in ast.walk(statement) if isinstance(n, ast.Name)}
    return [default for parameter, default in pairs if default is not None and parameter.arg not in read]


def _changes(node: Any, signs: bool) -> Iterator[Change]:
    """The faults of one expression, as functions that change it in place."""
    if isinstance(node, ast.BinOp) and type(node.op) in OPERATORS and not _is_union(node):
        yield lambda n: setattr(n, "op", OPERATORS[type(n.op)]())
        if isinstance(node.op, (ast.Add, ast.Sub)):
            yield lambda n: _become(n, n.left)  # a term is forgotten
    elif isinstance(node, ast.BoolOp):
        yield lambda n: setattr(n, "op", OPERATORS[type(n.op)]())
    elif isinstance(node, ast.Compare):
        yield lambda n: setattr(n, "ops", [OPERATORS[type(n.ops[0])](), *n.ops[1:]])
    elif isinstance(node, ast.Constant) and isinstance(node.value, (bool, int, float)):
        yield lambda n: setattr(n, "value", _mistaken(n.value))
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, (ast.USub, ast.Not)):
        yield lambda n: _become(n, n.operand)
    elif isinstance(node, ast.IfExp):
        yield lambda n: n.__dict__.update(body=n.orelse, orelse=n.body)
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in CONJUGATES:
        yield lambda n: _become(n, n.args[0] if n.args else n.func.value)  # np.conj(x), x.conj()
    elif isinstance(node, ast.Lambda) and signs:
        yield lambda n: setattr(n, "body", ast.UnaryOp(ast.USub(), n.body))


def _mistaken(value: bool | int | float) -> bool | int | float:
    if isinstance(value, bool):
        return not value
    return value + 1 if value + 1 != value else value / 2  # 1e20, inf


def _become(node: Any, other: Any) -> None:
    node.__class__ = other.__class__
    kept = dict(other.__dict__)
    node.__dict__.clear()
    node.__dict__.update(kept)


def _is_union(node: ast.BinOp) -> bool:
    """Whether `a | b` is a union of types."""
    return any(word in ast.unparse(node) for word in ("None", "Callable", "Tensor", "type", "Any"))
