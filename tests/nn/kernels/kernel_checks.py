"""What every kernel must satisfy: it equals its reference, its pullback the reference's gradient and central differences."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograd import Tensor, jvp

Array = NDArray[Any]
GOLDEN = Path(__file__).resolve().parents[2] / "golden"
TOLERANCE = {np.dtype(np.float32): 1e-5, np.dtype(np.float64): 1e-12}


def close(got: Any, expected: Any, tolerance: float) -> None:
    """Equal within `tolerance` of the largest expected number."""
    got, expected = np.asarray(got), np.asarray(expected)
    assert got.shape == expected.shape
    assert np.isfinite(got).all()
    np.testing.assert_allclose(got, expected, rtol=0, atol=tolerance * max(1.0, np.abs(expected).max(initial=0)))


def parts(out: Any) -> tuple[Any, ...]:
    return out if isinstance(out, tuple) else (out,)


def random(generator: np.random.Generator, *shape: int, dtype: Any = np.float64) -> Array:
    return generator.standard_normal(shape).astype(dtype)


def check(kernel: Any, operands: Sequence[Any], active: Sequence[int], *, second: bool = True, **options: Any) -> None:
    """The kernel on `operands`, those at `active` differentiated, against its reference; see the module's docstring."""
    generator = np.random.default_rng(0)
    dtype = operands[active[0]].dtype
    tolerance = TOLERANCE[dtype]
    copies = [x.copy() if isinstance(x, np.ndarray) else x for x in operands]

    def run(function: Any, values: Sequence[Any]) -> tuple[Any, ...]:
        given = list(operands)
        for i, value in zip(active, values, strict=True):
            given[i] = value
        return parts(function(*given, **options))

    def leaves() -> list[Tensor]:
        return [Tensor(operands[i].copy(order="K"), requires_grad=True) for i in active]

    expected = run(kernel.reference, [operands[i] for i in active])
    cotangents = [random(generator, *np.shape(e), dtype=dtype) for e in expected]
    for recorded in (leaves(), [Tensor(operands[i]) for i in active]):  # with a graph, and without
        for got, value in zip(run(kernel, recorded), expected, strict=True):
            assert got.dtype == dtype
            close(got.data, value, tolerance)

    # The pullback: against the gradient of the reference, in all and in each operand alone; operands stay untouched.
    def gradients(function: Any, which: Sequence[Tensor]) -> list[Any]:
        outputs = run(function, which)
        total = sum((o * c).sum() for o, c in zip(outputs, cotangents, strict=True))
        total.backward()
        return [leaf.grad.data for leaf in which if leaf.requires_grad]

    of_reference = gradients(kernel.reference, leaves())
    for got, value in zip(gradients(kernel, leaves()), of_reference, strict=True):
        assert got.dtype == dtype
        close(got, value, 20 * tolerance)
    for i in range(len(active)):
        alone = leaves()
        for k, leaf in enumerate(alone):
            leaf.requires_grad = k == i
        close(gradients(kernel, alone)[0], of_reference[i], 20 * tolerance)
    for before, now in zip(copies, operands, strict=True):
        if isinstance(before, np.ndarray):
            np.testing.assert_array_equal(before, now)
    if dtype != np.float64:
        return

    # Central differences along a random direction, and <c, J t> = <Jᵀ c, t> with the tangent of the engine.
    tangents = [random(generator, *operands[i].shape) for i in active]
    along = sum(np.vdot(g, t) for g, t in zip(of_reference, tangents, strict=True))

    def value(step: float) -> float:
        moved = [operands[i] + step * t for i, t in zip(active, tangents, strict=True)]
        return sum(float(np.vdot(o.data, c)) for o, c in zip(run(kernel, moved), cotangents, strict=True))

    h = 1e-6
    numerical = (value(h) - value(-h)) / (2 * h)
    assert abs(numerical - along) <= 2e-7 * max(1, *(np.abs(c).sum() for c in cotangents), abs(along))
    _, pushed = jvp(lambda *xs: run(kernel, xs), tuple(operands[i] for i in active), tuple(tangents))
    forward = sum(float(np.vdot(np.asarray(p.data if isinstance(p, Tensor) else p), c))
                  for p, c in zip(pushed, cotangents, strict=True))
    assert abs(forward - along) <= 1e-10 * max(1, abs(along), *(np.abs(c).sum() for c in cotangents))
    if second:
        check_second_order(lambda xs: run(kernel, xs), leaves(), tangents, cotangents)


def check_second_order(run: Any, leaves: list[Tensor], tangents: list[Array], cotangents: list[Array]) -> None:
    """The gradient of <gradient, t> against the central difference of the gradient along t."""

    def gradient(values: list[Tensor], graph: bool) -> list[Tensor]:
        total = sum((o * c).sum() for o, c in zip(run(values), cotangents, strict=True))
        total.backward(create_graph=graph)
        held = [leaf.grad for leaf in values]
        for leaf in values:
            leaf.grad = None
        return held

    inner = sum((g * t).sum() for g, t in zip(gradient(leaves, True), tangents, strict=True))
    if inner.requires_grad:  # else the gradient does not depend on the operands
        inner.backward()
    h = 1e-5
    shifted = [[Tensor(leaf.data + sign * h * t, requires_grad=True) for leaf, t in zip(leaves, tangents, strict=True)]
               for sign in (1, -1)]
    up, down = (gradient(values, False) for values in shifted)
    for leaf, above, below in zip(leaves, up, down, strict=True):
        numerical = (above.data - below.data) / (2 * h)
        close(leaf.grad.data if leaf.grad is not None else np.zeros(leaf.shape), numerical, 1e-5)


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
        close(results[name].data, value, 1e-12)
    for name, tensor in zip(names, tensors, strict=True):
        if name in arrays["d"]:
            close(tensor.grad.data, arrays["d"][name], 1e-11)
