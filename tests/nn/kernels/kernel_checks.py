"""What every kernel satisfies: it equals its reference, and so do its derivatives; they equal central differences."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from autograd import Tensor, jvp
from autograd.arrays import Array

GOLDEN = Path(__file__).resolve().parents[2] / "golden"
SPURIOUS = pytest.mark.filterwarnings("ignore:invalid value encountered in (matmul|dot):RuntimeWarning")
"""For tests that compare all numbers of small products in float32, of which NumPy 2.4.2 to 2.4.6 now and then warns.

Of a matrix with rows of five its OpenBLAS also multiplies what the stack held before, and throws that away. Where those
bits happen to be a signalling nan, the processor notes an invalid operation, and the product is right all the same.
"""
TOLERANCE = {np.dtype(np.float32): 1e-5, np.dtype(np.float64): 1e-12}


def assert_close(got: Any, expected: Any, tolerance: float) -> None:
    """Equal within `tolerance` of the largest expected number."""
    got, expected = np.asarray(got), np.asarray(expected)
    assert got.shape == expected.shape
    assert np.isfinite(got).all()
    np.testing.assert_allclose(got, expected, rtol=0, atol=tolerance * max(1.0, np.abs(expected).max(initial=0)))


def parts(out: Any) -> tuple[Any, ...]:
    return out if isinstance(out, tuple) else (out,)


def random(generator: np.random.Generator, *shape: int, dtype: Any = np.float64) -> Array:
    return generator.standard_normal(shape).astype(dtype)


class Trial:
    """A kernel with its operands, those at `active` differentiated, and a random cotangent for each output."""

    def __init__(self, kernel: Any, operands: Sequence[Any], active: Sequence[int], options: dict[str, Any]) -> None:
        self.kernel, self.operands, self.active, self.options = kernel, operands, active, options
        self.dtype = operands[active[0]].dtype
        self.tolerance = TOLERANCE[self.dtype]
        # Of a vector and a matrix OpenBLAS also computes with what the stack held before, see `nn/kernels/sums.py`.
        with np.errstate(invalid="ignore"):
            self.expected = self.run(kernel.reference, [operands[i] for i in active])
        self.generator = np.random.default_rng(0)
        self.cotangents = [random(self.generator, *np.shape(out), dtype=self.dtype) for out in self.expected]
        self.scale = max(1.0, *(np.abs(c).sum() for c in self.cotangents))

    def run(self, function: Any, values: Sequence[Any]) -> tuple[Any, ...]:
        given = list(self.operands)
        for i, value in zip(self.active, values, strict=True):
            given[i] = value
        return parts(function(*given, **self.options))

    def leaves(self) -> list[Tensor]:
        return [Tensor(self.operands[i].copy(order="K"), requires_grad=True) for i in self.active]

    def total(self, function: Any, values: Sequence[Any]) -> Any:
        return sum((o * c).sum() for o, c in zip(self.run(function, values), self.cotangents, strict=True))

    def gradients(self, function: Any, leaves: Sequence[Tensor], *, create_graph: bool = False) -> list[Tensor]:
        self.total(function, leaves).backward(create_graph=create_graph)
        held = [leaf.grad for leaf in leaves if leaf.requires_grad]
        for leaf in leaves:
            leaf.grad = None
        return held


def check(kernel: Any, operands: Sequence[Any], active: Sequence[int], *, second: bool = True, **options: Any) -> None:
    """Check the kernel on `operands`, those at `active` differentiated; `second`: to the second order."""
    before = [x.copy() if isinstance(x, np.ndarray) else x for x in operands]
    trial = Trial(kernel, operands, active, options)
    check_values(trial)
    gradients = trial.gradients(kernel.reference, trial.leaves())
    check_pullback(trial, gradients)
    check_cotangents_are_left_alone(trial, gradients)
    for was, now in zip(before, operands, strict=True):
        if isinstance(was, np.ndarray):
            np.testing.assert_array_equal(was, now)  # kernels do not write into what they are given
    if trial.dtype == np.float64:
        tangents = [random(trial.generator, *operands[i].shape) for i in active]
        check_along(trial, tangents, sum(np.vdot(g.data, t) for g, t in zip(gradients, tangents, strict=True)))
        if second:
            check_second_order(trial, tangents)


def check_values(trial: Trial) -> None:
    """The value is the reference's, with a graph and without."""
    for values in (trial.leaves(), [Tensor(trial.operands[i]) for i in trial.active]):
        for got, expected in zip(trial.run(trial.kernel, values), trial.expected, strict=True):
            assert got.dtype == trial.dtype
            assert_close(got.data, expected, trial.tolerance)


def check_pullback(trial: Trial, expected: Sequence[Tensor]) -> None:
    """The gradient in all operands at once and in each alone is the reference's."""
    alone = [trial.leaves() for _ in trial.active]
    for i, leaves in enumerate(alone):
        for k, leaf in enumerate(leaves):
            leaf.requires_grad = k == i
    got = trial.gradients(trial.kernel, trial.leaves())
    apart = [trial.gradients(trial.kernel, leaves)[0] for leaves in alone]
    for one, other, value in zip(got, apart, expected, strict=True):
        assert one.dtype == other.dtype == trial.dtype
        assert_close(one.data, value.data, 20 * trial.tolerance)
        assert_close(other.data, value.data, 20 * trial.tolerance)


def check_cotangents_are_left_alone(trial: Trial, expected: Sequence[Tensor]) -> None:
    """Both of two calls whose outputs are added have the gradient: they are given one cotangent, in one memory."""
    both = trial.leaves(), trial.leaves()
    outputs = zip(*(trial.run(trial.kernel, leaves) for leaves in both), strict=True)
    sum(((o + p) * c).sum() for (o, p), c in zip(outputs, trial.cotangents, strict=True)).backward()
    for leaves in both:
        for leaf, value in zip(leaves, expected, strict=True):
            assert_close(leaf.grad.data, value.data, 20 * trial.tolerance)


def check_along(trial: Trial, tangents: Sequence[Array], along: Any) -> None:
    """Along the tangents, the gradient is the central difference, and <c, J t> = <Jᵀ c, t>."""
    primals = [trial.operands[i] for i in trial.active]
    h = 1e-6
    up, down = (trial.total(trial.kernel, [x + step * t for x, t in zip(primals, tangents, strict=True)]).item()
                for step in (h, -h))
    scale = max(trial.scale, abs(along))
    assert abs((up - down) / (2 * h) - along) <= 2e-7 * scale
    _, pushed = jvp(lambda *values: trial.total(trial.kernel, values), tuple(primals), tuple(tangents))
    assert abs(float(np.asarray(pushed)) - along) <= 1e-10 * scale


def check_second_order(trial: Trial, tangents: Sequence[Array]) -> None:
    """The gradient of <gradient, t> is the central difference of the gradient along t."""
    leaves = trial.leaves()
    gradients = trial.gradients(trial.kernel, leaves, create_graph=True)
    inner = sum((g * t).sum() for g, t in zip(gradients, tangents, strict=True))
    if inner.requires_grad:  # else the gradient does not depend on the operands
        inner.backward()
    h = 1e-5
    up, down = (
        trial.gradients(trial.kernel, [Tensor(leaf.data + step * t, requires_grad=True)
                                       for leaf, t in zip(leaves, tangents, strict=True)])
        for step in (h, -h)
    )
    for leaf, above, below in zip(leaves, up, down, strict=True):
        got = np.zeros(leaf.shape) if leaf.grad is None else leaf.grad.data
        assert_close(got, (above.data - below.data) / (2 * h), 1e-5)


def golden(family: str) -> Iterator[tuple[dict[str, Any], dict[str, dict[str, Array]]]]:
    """The cases of `kernels_<family>.npz`: options, and arrays by kind (in, g, out, d) and name."""
    cases: dict[str, dict[str, Any]] = {}
    with np.load(GOLDEN / f"kernels_{family}.npz") as file:
        for key in file.files:
            case, _, rest = key.partition("/")
            kind, _, name = rest.partition(":")
            held = cases.setdefault(case, {"in": {}, "g": {}, "out": {}, "d": {}})
            if kind == "options":
                held["options"] = json.loads(str(file[key]))
            else:
                held[kind][name] = file[key]
    for held in cases.values():
        yield held.pop("options"), held


def check_golden(kernel: Any, names: Sequence[str], arrays: dict[str, dict[str, Array]], outputs: Sequence[str],
                 **options: Any) -> None:
    """Outputs and gradients as PyTorch computes them."""
    given = [arrays["in"].get(name) for name in names]
    tensors = [Tensor(x, requires_grad=True) if name in arrays["d"] else x
               for name, x in zip(names, given, strict=True)]
    results = dict(zip(outputs, parts(kernel(*tensors, **options)), strict=False))
    total = sum((results[name] * g).sum() for name, g in arrays["g"].items())
    total.backward()
    for name, value in arrays["out"].items():
        assert_close(results[name].data, value, 1e-12)
    for name, tensor in zip(names, tensors, strict=True):
        if name in arrays["d"]:
            assert_close(tensor.grad.data, arrays["d"][name], 1e-11)
