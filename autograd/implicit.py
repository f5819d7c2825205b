"""Derivatives of solutions: the implicit function theorem, whatever solver found them.

Where `f(x, p) = 0` defines `x(p)`, differentiating the equation gives `A dx + df/dp dp = 0` with `A = df/dx`, so

    forward    dx = -A^-1 (df/dp) dp            reverse    dp' = -(df/dp)^T A^-T x'

The solver runs on plain numbers and is never recorded: the derivative costs one linear system and one pass through
`f`, not a pass through the solver's iterations. Both lines are NumPy calls on tensors where they are differentiated
again, so that every order is right.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from functools import wraps
from typing import Any

import numpy as np

from .arguments import replaced
from .arrays import Array, floating, is_floating
from .boundary import as_plain
from .closures import converted
from .custom import custom
from .errors import needing, require_function
from .forward import jvp
from .modes import no_grad
from .scaling import size_of
from .tensor import Tensor
from .transforms import jacrev, linearize, vjp
from .tree import flatten
from .tree import map as tree_map
from .vector import ravel

DENSE = 64
"""Up to this many unknowns the linear system of a root is solved by its matrix, which takes a pass through f for each;
beyond, by GMRES, which takes a pass for each iteration."""

Solver = Callable[[Callable[[Array], Array], Array], Any]


def root(f: Callable[..., Any], x0: Any, *args: Any, solver: str | Solver = "hybr") -> Any:
    """The `x` near `x0` with `f(x, *args) = 0`, differentiable in `args`, forward and reverse and to any order.

    It is also differentiable in tensors that `f` captures. `f` returns as many numbers as `x0` holds; both may be
    nested. `solver` is a method of `scipy.optimize.root`, or any `solver(residual, start)` on vectors that returns the
    solution or a result with `.x`, such as `scipy.optimize.fsolve`. Raises `RuntimeError` if it does not converge,
    `ValueError` if `f` returns a wrong number of values, `LinAlgError` in the derivative if `df/dx` is singular.
    """
    require_function(f, "implicit.root")
    by = _by_name(solver) if isinstance(solver, str) else solver
    return _converted(f, args, lambda f, args: _Sought(f, x0, args, by).solution(args))


def _converted(f: Callable[..., Any], args: tuple[Any, ...], solution: Callable[..., Any]) -> Any:
    """`solution(f, args)`, with tensors that f captures added to the args."""
    return converted(lambda conversion: solution(conversion(f), (*args, *conversion.arguments)),
                     "f uses a tensor that is being differentiated and is not among its arguments: pass it as one, "
                     "root(f, x0, tensor) or fixed_point(f, x0, tensor), so that its gradient is not lost")


def fixed_point(f: Callable[..., Any], x0: Any, *args: Any, solver: Solver | None = None, tol: float = 1e-12,
                max_iterations: int = 10_000) -> Any:
    """The `x` near `x0` with `x = f(x, *args)`, differentiable in `args` as `root` of `f(x) - x`.

    Without a `solver` it iterates `x = f(x)` until a step is at most `tol` relative to x; else `solver(f, start)`, such
    as `scipy.optimize.fixed_point`, finds it. Raises as `root`.
    """
    require_function(f, "implicit.fixed_point")

    @wraps(f)
    def difference(x: Any, *args: Any) -> Any:
        return tree_map(lambda new, old: new - old, f(x, *args), x)

    def iterate(residual: Callable[[Array], Array], x: Array) -> Array:
        count, size = 0, 0.0
        while count < max_iterations and np.isfinite(size):
            count += 1
            with np.errstate(all="ignore"):
                step = residual(x)
                x = x + step
            size = float(np.max(np.abs(step), initial=0))
            if np.isfinite(size) and size <= tol * (1 + np.max(np.abs(x), initial=0)):
                return x
        raise RuntimeError(f"fixed_point did not converge: step {count} was {size:.3g}. Start nearer, allow more than "
                           f"max_iterations={max_iterations}, or give a solver if the map does not contract")

    def found(f: Callable[..., Any], args: tuple[Any, ...]) -> Any:
        if solver is None:
            return _Contraction(f, x0, args, iterate).solution(args)
        return _Sought(f, x0, args, lambda residual, x: solver(lambda x: residual(x) + x, x)).solution(args)

    return _converted(difference, args, found)


class Problem(ABC):
    """`f(x, *args) = 0` on vectors: the residual and the two linear maps of the implicit function.

    It keeps only the shapes of the floating arguments, since it belongs to the graph, which may outlive them.
    """

    dense = DENSE

    def __init__(self, f: Callable[..., Any], x0: Any, args: tuple[Any, ...]) -> None:
        self.f = f
        start, self.unravel_x = ravel(tree_map(_constant, x0))
        self.start = floating(as_plain(start))
        leaves, self.structure = flatten(args)
        self.varying = [i for i, leaf in enumerate(leaves) if is_floating(leaf)]
        self.constants = [None if is_floating(leaf) else leaf for leaf in leaves]
        self.unravel_p = ravel([np.zeros(x.shape, x.dtype) if isinstance(x, Tensor) else x
                                for x in (leaves[i] for i in self.varying)])[1]

    def solution(self, args: tuple[Any, ...]) -> Any:
        leaves = flatten(args)[0]
        parameters = ravel([leaves[i] for i in self.varying])[0]
        tracked = isinstance(parameters, Tensor)
        return self.unravel_x(solution(parameters, problem=self) if tracked else self.solve(parameters))

    @abstractmethod
    def solve(self, p: Array) -> Array:
        """The solution for plain parameters."""

    def arguments(self, p: Any) -> Any:
        """The arguments of f with the vector of all floating ones in them."""
        return self.structure.unflatten(replaced(self.constants, self.varying, self.unravel_p(p)))

    def residual(self, x: Any, p: Any) -> Any:
        """The residual as a vector, of a vector x and the vector of all floating arguments."""
        value = ravel(self.f(self.unravel_x(x), *self.arguments(p)))[0]
        if value.shape != self.start.shape:
            raise ValueError(f"the solution has {self.start.size} unknowns, but f returned {value.size} numbers")
        return value

    def pullback(self, g: Any, x: Any, p: Any) -> Any:
        """The cotangent of the parameters: `-(df/dp)^T A^-T g`, from the adjoints, which `vjp` gives."""
        adjoint = self.inverse_transposed(np.conj(g), x, p)
        return -np.conj(vjp(lambda p: self.residual(x, p), p)[1](adjoint)[0])

    def pushforward(self, t: Any, x: Any, p: Any) -> Any:
        """The tangent of the solution: `-A^-1 (df/dp) t`."""
        return -self.inverse(jvp(lambda p: self.residual(x, p), (p,), (t,))[1], x, p)

    def inverse(self, v: Any, x: Any, p: Any) -> Any:
        """`A^-1 v`."""
        if v.size <= self.dense:
            return np.linalg.solve(self.matrix(x, p), v)
        here = as_plain(x), as_plain(p)
        _, linear = linearize(lambda x: self.residual(x, here[1]), here[0])
        solver = self.by_products(linear, v, lambda: self.matrix(*here))
        return _Sought(lambda u, v, x, p: self.change(u, x, p) - v, np.zeros_like(as_plain(v)), (v, x, p),
                       solver).solution((v, x, p))

    def inverse_transposed(self, g: Any, x: Any, p: Any) -> Any:
        """`A^-H g`."""
        if g.size <= self.dense:
            return np.linalg.solve(np.conj(self.matrix(x, p)).T, g)
        here = as_plain(x), as_plain(p)
        _, transpose = vjp(lambda x: self.residual(x, here[1]), here[0])
        solver = self.by_products(lambda w: transpose(w)[0], g, lambda: np.conj(self.matrix(*here)).T)
        return _Sought(lambda w, g, x, p: vjp(lambda x: self.residual(x, p), x)[1](w)[0] - g,
                       np.zeros_like(as_plain(g)), (g, x, p), solver).solution((g, x, p))

    def change(self, v: Any, x: Any, p: Any) -> Any:
        """`A v`."""
        return jvp(lambda x: self.residual(x, p), (x,), (v,))[1]

    def matrix(self, x: Any, p: Any) -> Any:
        """A, one backward pass per row."""
        return jacrev(lambda x: self.residual(x, p))(x)

    def by_products(self, product: Callable[[Array], Any], target: Any, matrix: Callable[[], Array]) -> Solver:
        """A solver of `product(w) = target` that only uses products, or the matrix if they do not suffice.

        The linear system is itself solved as a `root`, so that its solution can be differentiated by the same theorem.
        """

        def solve(residual: Callable[[Array], Array], start: Array) -> Any:
            scale = size_of(target)
            return scale * self.of_unit_size(lambda w: as_plain(product(w)), as_plain(target) / scale, matrix)

        return solve

    def of_unit_size(self, product: Callable[[Array], Array], right: Array, matrix: Callable[[], Array]) -> Any:
        """The solution of `product(w) = right`, whose largest number is 1."""
        try:
            from scipy.sparse.linalg import LinearOperator, gmres
        except ImportError:
            return np.linalg.solve(matrix(), right)
        n = right.size
        operator = LinearOperator((n, n), matvec=lambda w: product(w.reshape(n)), dtype=right.dtype)
        found, failed = gmres(operator, right, rtol=1e-12, restart=min(n, 100), maxiter=2)
        return np.linalg.solve(matrix(), right) if failed else found


class Elementwise(Problem):
    """Equations each of which has an unknown of its own: `A` is a diagonal."""

    def inverse(self, v: Any, x: Any, p: Any) -> Any:
        slopes = self.change(np.ones_like(self.start), x, p)
        return np.linalg.solve(slopes[:, None, None], v[:, None, None])[:, 0, 0]

    def inverse_transposed(self, g: Any, x: Any, p: Any) -> Any:
        return np.conj(self.inverse(np.conj(g), x, p))


class _Sought(Problem):
    """A problem whose solution is found by a solver that is given the residual."""

    def __init__(self, f: Callable[..., Any], x0: Any, args: tuple[Any, ...], solver: Solver) -> None:
        super().__init__(f, x0, args)
        self.solver = solver

    def solve(self, p: Array) -> Array:
        constant = Tensor(p)

        def residual(x: Array) -> Array:
            with no_grad():
                value: Array = self.residual(Tensor(x), constant).numpy()
            return value

        found = _found(self.solver(residual, self.start.copy()))
        x = np.asarray(found, self.start.dtype).reshape(self.start.shape)
        self.residual(Tensor(x), constant)  # recorded once, so that tensors which f captures are noticed
        return x


class _Contraction(_Sought):
    """A fixed point that is found by iterating, as the solution of the linear system is, which contracts as well."""

    dense = 16

    def of_unit_size(self, product: Callable[[Array], Array], right: Array, matrix: Callable[[], Array]) -> Any:
        return _found(self.solver(lambda w: product(w) - right, np.zeros_like(right)))


@custom
def solution(p: Array, *, problem: Problem) -> Array:
    """The solution of a problem as an operation on its parameters."""
    return problem.solve(p)


solution.defvjp(lambda g, x, p, *, problem: problem.pullback(g, x, p))
solution.defjvp(lambda t, x, p, *, problem: problem.pushforward(t, x, p))


def _by_name(method: str) -> Solver:
    """A method of `scipy.optimize.root`, to the last digits."""

    def solve(residual: Callable[[Array], Array], start: Array) -> Any:
        with needing("scipy", extra="scipy"):
            from scipy import optimize
        result = optimize.root(residual, start, method=method, tol=1e-13)
        # MINPACK may say that it makes no more progress when it has reached the last digit: look at the residual.
        if not result.success and not np.max(np.abs(residual(result.x))) <= 1e-8:
            raise RuntimeError(f"scipy.optimize.root({method!r}) did not converge: {' '.join(result.message.split())}")
        return result.x

    return solve


def _found(result: Any) -> Any:
    """The solution in what a solver returned: an array, or a result as SciPy's solvers have it."""
    if getattr(result, "success", True) is False:
        raise RuntimeError(f"the solver did not converge: {getattr(result, 'message', result)}")
    return getattr(result, "x", result)


def _constant(leaf: Any) -> Any:
    """A leaf of the starting point without its graph: the solution does not depend on where the search began."""
    return leaf.detach() if isinstance(leaf, Tensor) else float(leaf) if isinstance(leaf, int) else leaf
