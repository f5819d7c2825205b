"""L-BFGS."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Literal

import numpy as np

from autograd import Tensor, enable_grad, no_grad
from autograd.arrays import Array

from . import options as option
from .line_search import Point, Search
from .optimizer import Optimizer, Params
from .state import States

LEAST_CURVATURE = 1e-10
"""A pair (s, y) whose product is not larger tells nothing about the minimum, and is not kept."""


class _Objective:
    """The user's closure as a function without arguments: the value of the loss, and its gradient as one vector."""

    def __init__(self, closure: Callable[[], Any], gradient: Callable[[], Array]) -> None:
        self.closure, self.gradient = closure, gradient
        self.calls = 0
        self.first: Any = None  # what the closure returned at its first call

    def __call__(self) -> tuple[float, Array]:
        with enable_grad():
            loss = self.closure()
        self.first = self.first if self.calls else loss
        self.calls += 1
        return float(loss.item() if hasattr(loss, "item") else loss), self.gradient()


class LBFGS(Optimizer):
    """L-BFGS: Newton's direction, with an inverse Hessian H made of the last `history_size` changes of the gradient.

        s_k = w_{k+1} - w_k,  y_k = g_{k+1} - g_k,  H_k^0 = s^T y / y^T y (of the last pair)
        w_{k+1} = w_k - a_k H_k g_k

    A `step(closure)` makes up to `max_iter` iterations; `closure` clears the gradients, computes the loss, calls
    `backward()`, and returns the loss. With `line_search_fn="strong_wolfe"`, which is advised, a_k satisfies these
    conditions; otherwise it is `lr`, the first time at most `lr / |g|_1`. All parameters are one vector, in one group.
    Raises ValueError for options out of range, TypeError without a closure. J. Nocedal and S. Wright, "Numerical
    Optimization", 2006, algorithm 7.4, equations 7.18 to 7.20.
    """

    moments = ("gradient", "change")
    histories = ("s", "y")

    def __init__(self, params: Params, lr: float = 1.0, max_iter: int = 20, max_eval: int | None = None,
                 tolerance_grad: float = 1e-7, tolerance_change: float = 1e-9, history_size: int = 100,
                 line_search_fn: Literal["strong_wolfe"] | None = None) -> None:
        super().__init__(params, lr=lr, max_iter=max_iter, max_eval=max_iter * 5 // 4 if max_eval is None else max_eval,
                         tolerance_grad=tolerance_grad, tolerance_change=tolerance_change, history_size=history_size,
                         line_search_fn=line_search_fn)
        self._forget()

    def _forget(self) -> None:
        self._iterations = 0
        self._pairs: deque[tuple[Array, Array]] = deque()
        self._gradient = self._change = np.zeros(0)  # s of the last iteration, whose y is not known yet

    def add_param_group(self, group: Mapping[str, Any]) -> None:
        """The one group there is; a second one raises ValueError, since all parameters are one vector."""
        if self.param_groups:
            raise ValueError("LBFGS takes one group of parameters, which are one vector to it, with one lr")
        super().add_param_group(group)

    # --- The step ----------------------------------------------------------------------------------------------------

    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Iterate until `max_iter`, `max_eval` or a tolerance is reached; return what the closure returned at first."""
        if not callable(closure):
            raise TypeError("LBFGS evaluates the loss several times a step: write step(closure), where closure() calls "
                            "zero_grad(), computes the loss, calls backward() and returns the loss")
        (group,) = self.param_groups
        option.check_rate(group["lr"])
        objective = _Objective(closure, self._gathered_gradient)
        value, g = objective()
        for k in range(group["max_iter"]):
            if np.max(np.abs(g), initial=0) <= group["tolerance_grad"] or (k and objective.calls >= group["max_eval"]):
                break
            self._remember(g, group["history_size"])
            direction, rate = self._direction(g), float(group["lr"])
            if self._iterations == 1:
                rate *= min(1.0, 1 / float(np.sum(np.abs(g))))
            slope, before = float(g @ direction), value
            if not slope < -group["tolerance_change"]:
                break
            here = self._gathered([p._value for p in group["params"]])
            if group["line_search_fn"] is not None:
                shortest = group["tolerance_change"] / np.max(np.abs(direction))
                search = Search(self._along(objective, here, direction), Point(0.0, value, slope, g), shortest)
                rate, value, _, g = search.run(rate)
            self._change = rate * direction
            self._place(here + self._change)
            if group["line_search_fn"] is None and k + 1 < group["max_iter"]:
                value, g = objective()
            if min(np.max(np.abs(self._change)), abs(value - before)) <= group["tolerance_change"]:
                break
        return objective.first

    def _along(self, objective: _Objective, here: Array, direction: Array) -> Callable[[float], Point]:
        """The loss and its slope at steps along a direction."""

        def along(step: float) -> Point:
            self._place(here + step * direction)
            value, g = objective()
            return Point(step, value, float(g @ direction), g)

        return along

    def _remember(self, g: Array, most: int) -> None:
        """Begin an iteration at the gradient g, which makes a pair with the last change; `most` of these are kept."""
        if self._iterations:
            if len(self._gradient) != len(g):
                raise ValueError(f"LBFGS: {len(self._gradient)} numbers have become {len(g)}; make a new optimizer")
            s, y = self._change, g - self._gradient
            if s @ y > LEAST_CURVATURE:
                self._pairs.append((s, y))
        while len(self._pairs) > most:
            self._pairs.popleft()
        self._iterations += 1
        self._gradient, self._change = g, np.zeros_like(g)

    def _direction(self, g: Array) -> Array:
        """`-H g` by two loops over the pairs, newest first and back (algorithm 7.4)."""
        q, parts = g.copy(), []
        for s, y in reversed(self._pairs):
            parts.append(s @ q / (s @ y))
            q -= parts[-1] * y
        if self._pairs:
            s, y = self._pairs[-1]
            q *= s @ y / (y @ y)
        for s, y in self._pairs:
            q += (parts.pop() - y @ q / (s @ y)) * s
        return -q

    # --- All parameters as one vector --------------------------------------------------------------------------------

    @staticmethod
    def _gathered(values: Iterable[Any]) -> Array:
        """Values of the parameters end to end, at least in float32; a complex number counts as two reals."""
        parts = [np.ravel(v) for v in values]
        flat = np.concatenate([part.view(part.real.dtype) for part in parts])
        return flat.astype(np.promote_types(flat.dtype, np.float32), copy=False)

    def _gathered_gradient(self) -> Array:
        parameters = self._parameters()
        gradients = [p.grad if p.requires_grad else None for p in parameters]
        if all(g is None for g in gradients):
            raise self._no_gradient("the closure must call backward()")
        return self._gathered([np.zeros(p.shape, p.dtype) if g is None else g._value
                               for p, g in zip(parameters, gradients, strict=True)])

    def _scattered(self, vector: Array) -> list[Array]:
        """What `_gathered` gathers, in the shapes of the parameters; axes before the last one stay."""
        found, end = [], 0
        for p in self._parameters():
            start, end = end, end + p.size * (2 if p.dtype.kind == "c" else 1)
            part = np.ascontiguousarray(vector[..., start:end])
            part = part.view(np.result_type(part.dtype, np.complex64)) if p.dtype.kind == "c" else part
            found.append(part.reshape((*part.shape[:-1], *p.shape)))
        return found

    def _place(self, vector: Array) -> None:
        with no_grad():
            for p, value in zip(self._parameters(), self._scattered(vector), strict=True):
                if p.requires_grad:
                    p[...] = value

    # --- Saving and resuming -----------------------------------------------------------------------------------------

    def states(self) -> dict[Tensor, tuple[int, dict[str, Array]]]:
        """The iterations so far, and each parameter's part of the stored vectors, with pairs along a first axis."""
        if not self._iterations:
            return {}
        rows = [self._gradient, self._change, *[np.stack(steps) for steps in zip(*self._pairs, strict=True)]]
        rows += [np.zeros((0, len(self._gradient)), self._gradient.dtype)] * (4 - len(rows))
        columns = zip(*map(self._scattered, rows), strict=True)
        return {p: (self._iterations, dict(zip((*self.moments, *self.histories), column, strict=True)))
                for p, column in zip(self._parameters(), columns, strict=True)}

    def set_states(self, states: States) -> None:
        """Set the given states; if a parameter has none, all start over."""
        self._forget()
        steps, saved = zip(*[states.get(p, (0, {})) for p in self._parameters()], strict=True)
        self._iterations = min(steps)
        if self._iterations:
            self._gradient, self._change = (self._gathered([part[name] for part in saved]) for name in self.moments)
            pairs = (zip(*[part[name] for part in saved], strict=True) for name in self.histories)
            self._pairs.extend((self._gathered(s), self._gathered(y)) for s, y in zip(*pairs, strict=True))
