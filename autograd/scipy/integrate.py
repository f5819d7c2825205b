"""Twins of `scipy.integrate`: ordinary differential equations and integrals of samples.

Forward accumulation integrates the sensitivities along with the solution; reverse accumulation integrates the adjoint
equation backwards (Pontryagin; Chen et al. 2018, arXiv:1806.07366). Both are again `odeint`, so every order follows.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import scipy.integrate as si

from autograd import tree
from autograd.calling import arrays_of
from autograd.errors import NoDerivativeError
from autograd.forward import jvp
from autograd.graph import Node
from autograd.primitive import Primitive
from autograd.registry import real_only
from autograd.rules.axes import one_axis
from autograd.rules.calculus import trapezoids
from autograd.scaling import size_of
from autograd.tensor import Tensor
from autograd.transforms import vjp
from autograd.tree import tensors_in

from .twin import twin

Array = Any
Slope = Callable[..., Array]


class Solution(Primitive):
    """The solution at the times t; the operands are y0, t and the floating leaves of the arguments."""

    kind = "general"

    def __init__(self) -> None:
        super().__init__("odeint", solve, ("operands",))
        self.reads = frozenset({"operands", "out"})
        self.rule = adjoint_solution

    def reads_for(self, parents: tuple[Node | None, ...]) -> frozenset[str]:
        return self.reads

    def pushforward(self, tangents: Sequence[Array | None], operands: Sequence[Array], out: Array,
                    options: dict[str, Any]) -> Array:
        slope, settings = options["slope"], options["settings"]
        scale = size_of(*[x for x in tangents if x is not None])
        (y, t, *rest), (dy, dt, *changes) = operands, [x if x is None else x / scale for x in tangents]
        size = y.shape[0]
        dy = np.zeros_like(y) if dy is None else dy
        start = dy if dt is None else dy - slope(y, t[0], *rest) * dt[0]
        active = [i for i, change in enumerate(changes) if change is not None]

        def augmented(both: Array, time: Array, *given: Array) -> Array:
            rest, moving = given[: len(operands) - 2], given[len(operands) - 2 :]

            def along(y: Array, *moved: Array) -> Array:
                full = list(rest)
                for i, value in zip(active, moved, strict=True):
                    full[i] = value
                return slope(y, time, *full)

            primals = (both[:size], *[rest[i] for i in active])
            return np.concatenate(jvp(along, primals, (both[size:], *moving)))

        both = odeint_of(np.concatenate([y, start]), t, *rest, *[changes[i] for i in active], slope=augmented,
                         settings=settings)
        change = both[:, size:]
        if dt is not None:
            change = change + np.stack([slope(out[i], t[i], *rest) * dt[i] for i in range(len(t))])
        return change * scale

    def pullback(self, g: Array, node: Node) -> Sequence[Array | None]:
        return self.rule(g, node)


def adjoint_solution(g: Array, node: Node) -> list[Array]:
    """The cotangents of y0, t and the arguments: the adjoint equation, from the last time back to the first."""
    (y, t, *rest), out = node.saved[:-1], node.saved[-1]
    slope, settings = node.options["slope"], node.options["settings"]
    scale, size, shapes = size_of(g), y.shape[0], [np.shape(x) for x in rest]
    g = g / scale
    bounds = np.cumsum([2 * size] + [int(np.prod(shape)) for shape in shapes])

    def adjoint(state: Array, time: Array, *rest: Array) -> Array:
        """Of y, the cotangent of y, and the cotangents of the arguments, in time that runs backwards."""
        value, pull = vjp(lambda y, *rest: slope(y, -time, *rest), state[:size], *rest)
        return np.concatenate([-value, *[np.ravel(c) for c in pull(state[size : 2 * size])]])

    state = np.concatenate([out[-1], g[-1], np.zeros(bounds[-1] - 2 * size, y.dtype)])
    at_times = [np.sum(g[-1] * slope(out[-1], t[-1], *rest))]
    for i in range(len(t) - 1, 0, -1):
        times = np.stack([-t[i], -t[i - 1]])
        state = odeint_of(state, times, *rest, slope=adjoint, settings=settings)[1]
        at_times.append(np.sum(g[i - 1] * slope(out[i - 1], t[i - 1], *rest)))
        state = np.concatenate([out[i - 1], state[size : 2 * size] + g[i - 1], state[2 * size :]])
    total = state[size : 2 * size]
    at_times[-1] = at_times[-1] - np.sum(total * slope(out[0], t[0], *rest))
    arguments = [state[a:b].reshape(shape) for a, b, shape in zip(bounds, bounds[1:], shapes, strict=False)]
    return [scale * x for x in (total, np.stack(at_times[::-1]), *arguments)]


def solve(y: Array, t: Array, *rest: Array, slope: Slope, settings: dict[str, Any]) -> Array:
    def plain(y: Array, time: Array, *rest: Array) -> Array:
        value = slope(y, time, *rest)
        if any(x.requires_grad for x in tensors_in(value)):
            raise NoDerivativeError("odeint's function uses a tensor that requires grad and is not among its "
                                    "arguments; pass it in args=(...), so that its gradient is not lost")
        return np.asarray(value)

    return si.odeint(plain, y, t, args=rest, **settings)


solution = Solution()


def odeint_of(y: Array, t: Array, *rest: Array, slope: Slope, settings: dict[str, Any]) -> Array:
    """On arrays and on tensors."""
    if any(isinstance(x, Tensor) for x in (y, t, *rest)):
        return solution(y, t, *rest, slope=slope, settings=settings)
    return solve(y, t, *rest, slope=slope, settings=settings)


@twin(si.odeint)
def odeint(func: Callable[..., Any], y0: Any, t: Any, args: tuple[Any, ...] = (), Dfun: None = None,
           col_deriv: int = 0, full_output: int = 0, *, tfirst: bool = False, **settings: Any) -> Any:
    """y(t) with y' = func(y, t, *args) and y(t[0]) = y0; differentiated in y0, t and all numbers in `args`."""
    if Dfun is not None or full_output:
        raise ValueError("odeint of tensors takes no Dfun and no full_output: its derivatives come from func")
    leaves, structure = tree.flatten(tuple(args))
    floating = [i for i, x in enumerate(leaves) if isinstance(x, (float, np.ndarray, np.generic, Tensor))]

    def slope(y: Array, time: Array, *values: Array) -> Array:
        full = list(leaves)
        for i, value in zip(floating, values, strict=True):
            full[i] = value
        out = func(time, y, *structure.unflatten(full)) if tfirst else func(y, time, *structure.unflatten(full))
        return np.stack(arrays_of(out)) if isinstance(out, (list, tuple)) else out

    y0, t = (np.atleast_1d(x) for x in arrays_of((y0, t)))
    return odeint_of(y0, t, *arrays_of([leaves[i] for i in floating]), slope=slope, settings=settings)


trapezoid = twin(si.trapezoid)(lambda y, x=None, dx=1.0, axis=-1: np.trapezoid(y, x, dx, axis))


@twin(si.cumulative_trapezoid)
def cumulative_trapezoid(y: Any, x: Any = None, dx: Any = 1.0, axis: int = -1, initial: Any = None) -> Any:
    out = np.cumsum(trapezoids(y, x, dx, axis), axis=axis)
    if initial is None:
        return out
    shape = [1 if k == one_axis(out, axis) else n for k, n in enumerate(out.shape)]
    return np.concatenate([np.full(shape, initial, out.dtype), out], axis=axis)


real_only.add(si.odeint)
