"""Run a function on symbols: a `Formula` is a tensor whose elements are SymPy expressions."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import Any, NoReturn

import numpy as np

from autograd.arrays import Array
from autograd.boundary import as_plain
from autograd.errors import NoDerivativeError, name_of, require_function
from autograd.registry import known_name
from autograd.rules.axes import all_axes, moved_back, reduced_last
from autograd.tensor import Tensor
from autograd.tensor.box import Box
from autograd.tensor.nested import value_of
from autograd.tree import flatten, leaves

from .forms import ARITHMETIC, elementwise, exact, over_axis, sympy, whole


def expression(f: Callable[..., Any], *arguments: Any) -> Any:
    """The SymPy expression of `f`, traced on symbols; arrays of expressions where `f` returns arrays.

    An argument is a symbol or its name (`"x"`), or an example: a float or array gives its shape, and its elements
    become real symbols named after the parameter (`x`, `x_0`, `x_0_1`). None at all: one scalar for each parameter.
    Integers stay integers. Raises `NoDerivativeError` naming an operation with no SymPy form, `TypeError` where `f`
    branches on a value.
    """
    require_function(f, "symbolic.expression")
    return trace(f, arguments)[0]


def trace(f: Callable[..., Any], arguments: Sequence[Any]) -> tuple[Any, list[Any]]:
    """The expression of `f`, and for each argument the tree of its symbols (the argument itself where it has none)."""
    names = parameter_names(f, len(arguments))
    arguments = arguments or names
    trees = [symbols_like(argument, name) for argument, name in zip(arguments, names, strict=True)]
    boxed = []
    for tree in trees:
        found, structure = flatten(tree)
        boxed.append(structure.unflatten([Formula.of(x) if _is_symbolic(x) else x for x in found]))
    found, structure = flatten(f(*boxed))
    return structure.unflatten([_result(x) for x in found]), trees


def parameter_names(f: Callable[..., Any], count: int) -> list[str]:
    """The names of f's positional parameters: the first `count`, or without a count those that have no default."""
    try:
        parameters = inspect.signature(f).parameters.values()
    except (TypeError, ValueError):  # built in: NumPy's ufuncs before 2.4
        return ["xyzuvw"[i] if i < 6 else f"x{i}" for i in range(count or getattr(f, "nin", 1))]
    names: list[str] = []
    for p in parameters:
        if p.kind is p.VAR_POSITIONAL:
            names += [f"{p.name}{i}" for i in range(len(names), count)]
        elif p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD) and (p.default is p.empty or len(names) < count):
            names.append(p.name)
    if len(names) < count or not names:
        raise TypeError(f"{name_of(f)} takes {len(names)} positional arguments, got {count}")
    return names[:count] if count else names


def symbols_like(example: Any, name: str) -> Any:
    """The tree of `example` with a symbol, or an object array of symbols, for each float leaf."""
    found, structure = flatten(example)
    if len(found) == 1:
        return structure.unflatten([_symbols(found[0], name)])
    return structure.unflatten([_symbols(leaf, f"{name}_{i}") for i, leaf in enumerate(found)])


def _symbols(leaf: Any, name: str) -> Any:
    sp = sympy()
    if isinstance(leaf, str):
        return sp.Symbol(leaf, real=True)
    if isinstance(leaf, (sp.Basic, bool, int)):
        return leaf
    array = np.array(leaf.tolist(), dtype=object) if isinstance(leaf, sp.MatrixBase) else np.asarray(as_plain(leaf))
    if array.dtype == object or array.dtype.kind in "biu":
        return array
    if not array.ndim:
        return sp.Symbol(name, real=True)
    made = np.empty(array.shape, dtype=object)
    for index in np.ndindex(array.shape):
        made[index] = sp.Symbol("_".join([name, *map(str, index)]), real=True)
    return made


def _is_symbolic(x: Any) -> bool:
    return isinstance(x, sympy().Basic) or (isinstance(x, np.ndarray) and x.dtype == object)


def _result(x: Any) -> Any:
    array = x._value if isinstance(x, Formula) else _expressions(x)
    return sympy().ImmutableDenseNDimArray(array.tolist(), array.shape) if array.ndim else array.item()


class Formula(Box):
    """A tensor of expressions. Every primitive that meets it is written down instead of computed."""

    __slots__ = ()
    layers = ()
    level = 1 << 30

    @classmethod
    def of(cls, expressions: Any) -> Formula:
        self: Formula = object.__new__(cls)
        given = np.asarray(expressions, dtype=object)  # with its memory layout, which decides where NumPy makes views
        basic = sympy().Basic
        self._value = given if all(isinstance(e, basic) for e in given.flat) else _expressions(given)
        self._node = None
        self._shared = False
        return self

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of the array of expressions."""
        return self._value.shape  # type: ignore[no-any-return]

    @property
    def _inner(self) -> Any:  # type: ignore[override]
        raise TypeError("symbolic: f transforms a function of its argument (grad, jvp, vmap), which a symbol cannot go "
                        "through; write symbolic.grad of the inner function")

    @property
    def dtype(self) -> np.dtype[Any]:
        """float64, so that functions that check the dtype take the same path as with numbers."""
        return np.dtype(np.float64)

    @property
    def data(self) -> Any:
        """Refused: there are no values here."""
        raise _no_value("an array of numbers")

    @data.setter
    def data(self, value: Any) -> None:
        raise _no_value("an array of numbers")

    def require_running(self) -> None:
        """Nothing to require: an expression is one for good."""

    def item(self) -> Any:
        """Refused: there are no values here."""
        raise _no_value("a number")

    def detach(self) -> Any:
        """Refused: a formula is its derivative's only source."""
        raise _no_value("detached")

    def _number(self, convert: Callable[[Any], Any]) -> NoReturn:
        raise _no_value(f"a Python {convert.__name__}")

    def __bool__(self) -> bool:
        raise TypeError("f branches on a value (if, and, or), which a symbol does not have; choose with np.where")

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:
        raise _no_value("an array of numbers")

    def __repr__(self) -> str:
        return f"Formula({self._value})"

    def hand_over(self, other: Box) -> None:
        """An expression carries nothing else."""

    def process(self, primitive: Any, operands: Sequence[Any], options: dict[str, Any]) -> Any:
        """The expressions of a primitive's output."""
        name = known_name(primitive).removeprefix("scipy.")  # a form that NumPy or the library itself evaluates
        if not name:
            raise no_form(primitive.name)
        return write_down(name, primitive.kind, primitive.evaluate, operands, options)

    def process_constant(self, apply: Any, args: Any, options: dict[str, Any]) -> Any:
        """The expressions of a comparison or another piecewise constant function."""
        return write_down(apply.evaluate.__name__, "constant", apply.evaluate, args, options)


def _no_value(kind: str) -> TypeError:
    return TypeError(f"symbolic: f makes {kind} of its argument, but a symbol has no value; "
                     "use NumPy's functions (np.sin, not math.sin) on the argument itself")


def write_down(name: str, kind: str, evaluate: Callable[..., Any], operands: Sequence[Any],
               options: dict[str, Any]) -> Any:
    """Apply the SymPy form of the operation `name`; `NoDerivativeError` if it has none."""
    if name in elementwise():
        arrays = [None if x is None else _expressions(x) for x in operands]
        form = elementwise()[name]
        apply = np.frompyfunc(lambda *xs: form(*xs, **options), len(arrays), 1)
        return Formula.of(apply(*arrays))
    if name in over_axis():
        return Formula.of(_along(over_axis()[name], _expressions(operands[0]), **options))
    if name in whole():
        return Formula.of(whole()[name](*map(_expressions, operands), **options))
    if name in ARITHMETIC or kind in ("linear", "multilinear"):
        try:
            made = evaluate(*[_numeric(x) if _is_operand(x) else x for x in operands], **options)
        except TypeError:  # NumPy functions for numbers only, such as fft
            raise no_form(name) from None
        return tuple(map(Formula.of, made)) if isinstance(made, (tuple, list)) else Formula.of(made)
    raise no_form(name)


def no_form(name: str) -> NoDerivativeError:
    """The error for an operation without a SymPy form."""
    return NoDerivativeError(f"{name} has no SymPy form; autograd.grad and numerical.grad differentiate it")


def _is_operand(x: Any) -> bool:
    return isinstance(x, (Tensor, float, complex, np.floating, np.complexfloating)) or (
        isinstance(x, np.ndarray) and x.dtype.kind in "fcO"
    )


def _expressions(x: Any) -> Array:
    """An operand as an array of expressions."""
    return _each(exact, np.asarray(value_of(x), dtype=object))


def _numeric(x: Any) -> Array:
    """An operand as expressions to calculate with: a condition as 1 or 0."""
    sp = sympy()
    logic = sp.logic.boolalg  # a symbol is a Boolean there, too: exclude it
    conditions = (sp.core.relational.Relational, logic.BooleanFunction, logic.BooleanAtom)
    return _each(lambda e: sp.Piecewise((1, e), (0, True)) if isinstance(e, conditions) else e, _expressions(x))


def _each(form: Callable[[Any], Any], array: Array) -> Array:
    made = np.empty_like(array)  # NumPy turns 0-d results into scalars
    made[...] = np.frompyfunc(form, 1, 1)(array)
    return made


def _along(form: Callable[..., Any], x: Array, *, axis: Any = None, keepdims: bool = False, **options: Any) -> Array:
    if any(value is not None and value is not True for value in options.values()):
        raise no_form(f"a reduction with {', '.join(options)}")
    axes = all_axes(x, axis)
    rows = reduced_last(x, axes)
    made = np.empty(rows.shape[:-1], dtype=object)
    for index in np.ndindex(made.shape):
        made[index] = form(list(rows[index]))
    if made.size and isinstance(made.flat[0], list):  # a value for each element, as softmax gives
        made = moved_back(np.array(made.tolist(), dtype=object), x.shape, axes)
    elif keepdims:
        made = np.expand_dims(made, axes)
    return made


def expressions_of(tree: Any) -> list[Any]:
    """Every single expression in a tree of expressions and arrays of them."""
    sp = sympy()
    found: list[Any] = []
    for leaf in leaves(tree):
        found += list(sp.flatten(leaf.tolist())) if isinstance(leaf, (sp.NDimArray, np.ndarray)) else [leaf]
    return found
