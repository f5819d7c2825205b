"""Random programs: every derivative against a twin that computes with single numbers and knows nothing of arrays.

The twin is the program itself, run by NumPy on arrays of `Number` objects: each carries its derivative in all inputs
and applies the textbook rules of one variable. It shares no code with the engine.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given

import autograd
from autograd import Tensor, checkpoint, grad, jvp, vjp, vmap
from autograd.testing import strategies
from autograd.testing.programs import Program, random_program
from tests.examples import examples


class Number:
    """A number with its derivatives in all inputs of the program."""

    def __init__(self, value: float, slope: Any) -> None:
        self.value, self.slope = float(value), slope

    def along(self, value: float, factor: float) -> Number:
        return Number(value, factor * self.slope)

    def __add__(self, other: Any) -> Any:
        return self._with(other, lambda a, b: (a + b, 1.0, 1.0))

    def __sub__(self, other: Any) -> Any:
        return self._with(other, lambda a, b: (a - b, 1.0, -1.0))

    def __rsub__(self, other: Any) -> Any:
        return -self + other

    def __mul__(self, other: Any) -> Any:
        return self._with(other, lambda a, b: (a * b, b, a))

    def __truediv__(self, other: Any) -> Any:
        return self._with(other, lambda a, b: (a / b, 1 / b, -a / b**2))

    def __rtruediv__(self, other: Any) -> Any:
        return self.along(other / self.value, -other / self.value**2)

    def __pow__(self, other: Any) -> Any:
        if isinstance(other, Number):
            return self._with(other, lambda a, b: (a**b, b * a ** (b - 1), a**b * math.log(a)))
        return NotImplemented if isinstance(other, np.ndarray) else self.along(self.value**other,
                                                                             other * self.value ** (other - 1))

    __radd__, __rmul__ = __add__, __mul__

    def _with(self, other: Any, rule: Callable[[float, float], tuple[float, float, float]]) -> Any:
        """The value and the two partial derivatives that `rule` gives, by the chain rule."""
        if isinstance(other, np.ndarray):
            return NotImplemented
        b = other if isinstance(other, Number) else Number(other, 0 * self.slope)
        value, by_self, by_other = rule(self.value, b.value)
        return Number(value, by_self * self.slope + by_other * b.slope)

    def __neg__(self) -> Number:
        return self.along(-self.value, -1.0)

    def __abs__(self) -> Number:
        return self if self.value > 0 else -self

    def __lt__(self, other: Any) -> bool:
        return self.value < _value(other)

    def __le__(self, other: Any) -> bool:
        return self.value <= _value(other)

    def __gt__(self, other: Any) -> bool:
        return self.value > _value(other)

    def __ge__(self, other: Any) -> bool:
        return self.value >= _value(other)

    # What NumPy calls on each element of an array of objects.
    def conjugate(self) -> Number:
        return self

    def sin(self) -> Number:
        return self.along(math.sin(self.value), math.cos(self.value))

    def cos(self) -> Number:
        return self.along(math.cos(self.value), -math.sin(self.value))

    def tanh(self) -> Number:
        small = math.exp(-abs(self.value))  # which does not overflow, as cosh does
        return self.along(math.tanh(self.value), (2 * small / (1 + small**2)) ** 2)

    def exp(self) -> Number:
        return self.along(math.exp(self.value), math.exp(self.value))

    def log(self) -> Number:
        return self.along(math.log(self.value), 1 / self.value)

    def sqrt(self) -> Number:
        return self.along(math.sqrt(self.value), 0.5 / math.sqrt(self.value))

    def arctan(self) -> Number:
        return self.along(math.atan(self.value), 1 / (1 + self.value**2))

    def hypot(self, other: Any) -> Any:
        return self._with(other, lambda a, b: (math.hypot(a, b), a / math.hypot(a, b), b / math.hypot(a, b)))

    def arctan2(self, other: Any) -> Any:
        return self._with(other, lambda a, b: (math.atan2(a, b), b / (a * a + b * b), -a / (a * a + b * b)))


def _value(x: Any) -> float:
    return x.value if isinstance(x, Number) else float(x)


class _Numbers:
    """NumPy, and the one function of the programs that it does not have for objects."""

    def __getattr__(self, name: str) -> Any:
        return getattr(np, name)

    @staticmethod
    def logaddexp(x: Any, zero: float) -> Any:
        assert zero == 0
        return np.frompyfunc(lambda n: n.along(math.log1p(math.exp(n.value)), 1 / (1 + math.exp(-n.value))), 1, 1)(x)


def twin(program: Program) -> tuple[Any, Any]:
    """Value and Jacobian, of shape `(outputs, inputs)`, of a program at its inputs."""
    total, start, known = sum(x.size for x in program.inputs), 0, []
    for x in program.inputs:
        numbers = np.empty(x.shape, object)
        for k, index in enumerate(np.ndindex(x.shape)):
            numbers[index] = Number(x[index], np.eye(total)[start + k])
        start += x.size
        known.append(numbers)
    for step in program.steps:
        names = {f"v{i}": v for i, v in enumerate(known)}
        out = np.asarray(eval(step, {"np": _Numbers(), **names}), object)
        out.flat = [n if isinstance(n, Number) else Number(n, np.zeros(total)) for n in out.ravel()]
        known.append(out)
    flat = list(out.ravel())
    return np.array([n.value for n in flat]).reshape(out.shape), np.array([n.slope for n in flat]).reshape(-1, total)


def split(direction: Any, like: Sequence[Any]) -> list[Any]:
    ends = np.cumsum([x.size for x in like])[:-1]
    return [part.reshape(x.shape) for part, x in zip(np.split(direction, ends), like, strict=True)]


def check_against_twin(program: Program) -> None:
    value, jacobian = twin(program)
    rng = np.random.default_rng(0)
    u, v = rng.normal(size=value.shape), rng.normal(size=jacobian.shape[1])
    out, tangent = jvp(lambda *xs: program(*xs), program.inputs, tuple(split(v, program.inputs)))
    scale = 1 + np.max(np.abs(jacobian), initial=0)
    np.testing.assert_allclose(np.asarray(out), value, rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(np.asarray(tangent).ravel(), jacobian @ v, rtol=1e-8, atol=1e-11 * scale)
    cotangents = vjp(lambda *xs: program(*xs), *program.inputs)[1](u)
    expected = split(u.ravel() @ jacobian, program.inputs)
    leaves = [Tensor(x, requires_grad=True) for x in program.inputs]
    result = program(*leaves)
    if result.requires_grad:
        result.backward(u)
    for leaf, by_vjp, slope in zip(leaves, cotangents, expected, strict=True):
        by_backward = np.zeros(leaf.shape) if leaf.grad is None else leaf.grad.numpy()
        np.testing.assert_allclose(np.asarray(by_vjp), slope, rtol=1e-8, atol=1e-11 * scale)
        np.testing.assert_allclose(by_backward, slope, rtol=1e-8, atol=1e-11 * scale)


@pytest.mark.filterwarnings("ignore::autograd.DisconnectedWarning")
@given(strategies.programs(max_steps=12, smooth=False))
def test_both_modes_equal_the_twin(program: Program) -> None:
    check_against_twin(program)


def test_long_programs_equal_the_twin() -> None:
    rng = np.random.default_rng(0)
    for seed in range(20):
        shapes = [(3,), (2, 3), ()][: 1 + seed % 3]
        inputs = [rng.normal(size=shape) for shape in shapes]
        check_against_twin(random_program(inputs, 60, lambda low, high: int(rng.integers(low, high + 1)), smooth=False))


def test_the_twin_is_no_mirror() -> None:
    """It notices a derivative that is wrong by a thousandth."""
    inexact = autograd.custom(np.sin)
    inexact.defvjp(lambda g, out, x: 1.001 * g * np.cos(x))
    program = Program((np.array([0.3, -1.0]),), ("np.sin(v0)",))
    _, jacobian = twin(program)
    (gradient,) = vjp(inexact, *program.inputs)[1](np.ones(2))
    assert np.max(np.abs(np.asarray(gradient) / np.diag(jacobian) - 1)) == pytest.approx(1e-3)


@pytest.mark.filterwarnings("ignore::autograd.DisconnectedWarning")
@examples(40)
@given(strategies.programs())
def test_batches_and_checkpoints_of_a_program_are_loops_over_it(program: Program) -> None:
    rng = np.random.default_rng(0)
    argnums = tuple(range(len(program.inputs)))
    batches = [np.stack([x + 0.01 * rng.normal(size=x.shape) for _ in range(3)]) for x in program.inputs]
    directions = [rng.normal(size=batch.shape) for batch in batches]

    def total(*xs: Any) -> Any:
        return np.sum(np.sin(program(*xs)))

    def again(*xs: Any) -> Any:
        return np.sum(np.sin(checkpoint(program)(*xs)))

    each = [grad(total, argnums)(*[batch[k] for batch in batches]) for k in range(3)]
    expected = [np.stack(column) for column in zip(*each, strict=True)]
    scale = 1 + max(np.max(np.abs(g), initial=0) for g in expected)
    for gradient in (vmap(grad(total, argnums)), grad(lambda *xs: np.sum(vmap(total)(*xs)), argnums),
                     lambda *xs: [np.stack(c) for c in zip(*[grad(again, argnums)(*x) for x in zip(*xs, strict=True)],
                                                          strict=True)]):
        for found, wanted in zip(gradient(*batches), expected, strict=True):
            np.testing.assert_allclose(found, wanted, rtol=1e-8, atol=1e-11 * scale)
    _, tangents = jvp(vmap(total), tuple(batches), tuple(directions))
    slopes = sum(np.sum((g * t).reshape(3, -1), axis=1) for g, t in zip(expected, directions, strict=True))
    np.testing.assert_allclose(tangents, slopes, rtol=1e-7, atol=1e-10 * scale)
