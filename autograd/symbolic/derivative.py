"""The derivative of a traced expression: as a formula to read, and as a function to call."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import prod
from typing import Any

import numpy as np

from autograd.arrays import consecutive, is_integer
from autograd.boundary import as_given, as_plain
from autograd.errors import NoDerivativeError, require_function
from autograd.tree import flatten, leaves
from autograd.tree import map as tree_map

from .forms import sympy
from .trace import expressions_of, parameter_names, trace


def grad(f: Callable[..., Any], argnums: int = 0) -> SymbolicGradient:
    """The gradient of a scalar function as a formula: `symbolic.grad(f)(x)`, `.expression`, `.latex`, `.count_ops()`.

    `d f / d x_i` for each element of argument number `argnums`, in its structure. Raises `NoDerivativeError` for an
    operation with no SymPy form, `ValueError` where `f` is not scalar.
    """
    return SymbolicGradient(f, argnums)


class SymbolicGradient:
    """What `symbolic.grad` returns: a function that knows its formula.

    The formula is for arguments of the shapes of the latest call; before any call, for one scalar per parameter.
    """

    def __init__(self, f: Callable[..., Any], argnums: int) -> None:
        require_function(f, "symbolic.grad", "symbolic.grad(f)(x), not symbolic.grad(f(x))")
        if not is_integer(argnums):
            raise TypeError(f"symbolic.grad takes one argument number, got argnums={argnums!r}")
        self.f = f
        self.argnums = argnums
        self._traces: dict[Any, _Trace] = {}
        self._latest: _Trace | None = None

    def __call__(self, *arguments: Any) -> Any:
        """The gradient at these arguments, from the formula, in the structure and leaf types of the argument."""
        promoted = self._promoted(arguments)
        return self._trace(promoted).evaluate(promoted)

    def precise(self, *arguments: Any, digits: int = 30) -> list[Any]:
        """The gradient at these arguments as a flat list of long doubles, computed by mpmath with this many digits."""
        promoted = self._promoted(arguments)
        return self._trace(promoted).precise(promoted, digits)

    def _promoted(self, arguments: tuple[Any, ...]) -> tuple[Any, ...]:
        if not -len(arguments) <= self.argnums < len(arguments):
            raise ValueError(f"argnums={self.argnums} is out of range for {len(arguments)} arguments")
        promoted = list(arguments)
        promoted[self.argnums] = tree_map(_as_float, arguments[self.argnums])
        return tuple(promoted)

    @property
    def expression(self) -> Any:
        """The gradient as a SymPy expression, or a tree of expressions and arrays of them."""
        return self._current.gradient

    @property
    def primal(self) -> Any:
        """The function itself as a SymPy expression."""
        return self._current.primal

    @property
    def latex(self) -> str:
        """The gradient as LaTeX."""
        return str(sympy().latex(self.expression))

    def count_ops(self) -> int:
        """The operations that the gradient's formula asks for; against those of `primal` it shows the swell."""
        return count_ops(self.expression)

    @property
    def _current(self) -> _Trace:
        if self._latest is None:
            return self._trace(tuple(parameter_names(self.f, 0)))
        return self._latest

    def _trace(self, arguments: tuple[Any, ...]) -> _Trace:
        key = tuple(_signature(argument) for argument in arguments)
        if key not in self._traces:
            self._traces[key] = _Trace(self.f, self.argnums, arguments)
        self._latest = self._traces[key]
        return self._latest

    def __repr__(self) -> str:
        return f"SymbolicGradient({self.expression})"

    def _repr_latex_(self) -> str:
        return f"$\\displaystyle {self.latex}$"


class _Trace:
    """The formula of one function for one set of argument shapes."""

    def __init__(self, f: Callable[..., Any], argnums: int, arguments: tuple[Any, ...]) -> None:
        sp = sympy()
        self.primal, self.symbols = trace(f, arguments)
        value = expressions_of(self.primal)
        if len(value) != 1:
            raise ValueError(f"symbolic.grad needs a scalar function, got {len(value)} values: reduce, e.g. with "
                             "np.sum, or differentiate symbolic.expression(f) with SymPy")
        self.argnums = argnums
        self.inputs = expressions_of(self.symbols[argnums])
        self.slopes = [_slope(value[0], symbol) for symbol in self.inputs]
        self.gradient = self._like_argument(iter(self.slopes))
        self.everything = [s for s in expressions_of(self.symbols) if isinstance(s, sp.Symbol)]
        self.function = sp.lambdify(self.everything, self.slopes, modules=_modules(), cse=True)

    def _like_argument(self, slopes: Any) -> Any:
        sp = sympy()

        def take(symbol: Any) -> Any:
            if isinstance(symbol, np.ndarray):
                return sp.ImmutableDenseNDimArray([next(slopes) for _ in range(symbol.size)], symbol.shape)
            return next(slopes)

        return tree_map(take, self.symbols[self.argnums])

    def precise(self, arguments: tuple[Any, ...], digits: int) -> list[Any]:
        import mpmath  # a dependency of SymPy

        with mpmath.workdps(digits):
            function = sympy().lambdify(self.everything, self.slopes, modules="mpmath", cse=True)
            slopes = function(*map(mpmath.mpf, self._numbers(arguments)))
            return [np.longdouble(mpmath.nstr(mpmath.re(slope), 25)) for slope in slopes]

    def _numbers(self, arguments: tuple[Any, ...]) -> list[float]:
        """The number for each symbol."""
        sp = sympy()
        numbers: list[float] = []
        for argument, symbols in zip(arguments, self.symbols, strict=True):
            for leaf, symbol in zip(leaves(argument), leaves(symbols), strict=True):
                if isinstance(symbol, (np.ndarray, sp.Symbol)):
                    numbers += np.asarray(as_plain(leaf), dtype=float).ravel().tolist()
        return numbers

    def evaluate(self, arguments: tuple[Any, ...]) -> Any:
        with np.errstate(all="ignore"):
            slopes = [float(value) for value in self.function(*map(np.float64, self._numbers(arguments)))]
        found, structure = flatten(arguments[self.argnums])
        shapes = [np.shape(as_plain(leaf)) for leaf in found]
        parts = zip(found, shapes, consecutive(map(prod, shapes)), strict=True)
        return structure.unflatten([
            as_given(np.array(slopes[part], getattr(leaf, "dtype", float)).reshape(shape), leaf)
            for leaf, shape, part in parts])


def _slope(expression: Any, symbol: Any) -> Any:
    """The derivative of an expression; that of a step function is 0, where SymPy says DiracDelta or nothing."""
    sp = sympy()
    steps = (sp.floor, sp.ceiling, sp.sign)
    found = sp.diff(expression, symbol).replace(sp.DiracDelta, lambda *args: sp.Integer(0))
    found = found.replace(lambda e: isinstance(e, sp.Derivative) and isinstance(e.expr, steps), lambda e: sp.Integer(0))
    found = found.replace(lambda e: isinstance(e, sp.Subs), lambda e: e.doit())
    for unknown in found.atoms(sp.Derivative):
        raise NoDerivativeError(f"SymPy does not know the derivative {unknown}; autograd.grad and numerical.grad do")
    return found


def count_ops(tree: Any) -> int:
    """The number of operations in all expressions of a tree."""
    return sum(int(sympy().count_ops(e)) for e in expressions_of(tree))


def _signature(argument: Any) -> Any:
    """The key of a formula: the structure, the shape of each float, the value of each integer."""
    found, structure = flatten(argument)
    return structure, tuple(x if isinstance(x, (str, int)) else np.shape(as_plain(x)) for x in found)


def _as_float(leaf: Any) -> Any:
    """An integer as a float: only floats are differentiated."""
    if isinstance(leaf, int):
        return float(leaf)
    return leaf.astype(float) if isinstance(leaf, np.ndarray) and leaf.dtype.kind in "biu" else leaf


def _modules() -> list[Any]:
    """The modules that evaluate the formula: NumPy, and SciPy for special functions if it is installed."""
    own = {"select": select}
    try:
        import scipy.special  # noqa: F401  # SymPy looks it up by name
    except ImportError:
        return [own, "numpy"]
    return [own, "scipy", "numpy"]


def select(conditions: Sequence[Any], choices: Sequence[Any], default: Any) -> Any:
    """`np.select` where a condition may be made of cases too: their default is nan, so that they are 1.0 for True."""
    return np.select([np.asarray(condition, bool) for condition in conditions], choices, default)
