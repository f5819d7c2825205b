"""Every layer and loss against PyTorch: outputs, gradients, buffers; and the second order against the first.

The data are in `tests/golden/layers_*.npz`, made by `make_layers.py` there, which says what a case holds.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import nn
from autograd import Tensor
from tests.nn.kernels.kernel_checks import SPURIOUS

GOLDEN = Path(__file__).resolve().parents[1] / "golden"
FAMILIES = ("basic", "activation", "convolution", "pooling", "volumes", "normalization", "recurrent", "attention",
            "losses")
Arrays = dict[str, Any]


def cases() -> Iterator[Any]:
    for family in FAMILIES:
        with np.load(GOLDEN / f"layers_{family}.npz") as file:
            arrays: dict[str, Arrays] = {}
            for key in file.files:
                case, _, name = key.partition("/")
                arrays.setdefault(case, {})[name] = file[key]
        for case, held in arrays.items():
            held["spec"] = json.loads(str(held["spec"]))
            yield pytest.param(held, id=f"{held['spec']['layer']}-{family}-{case}")


CASES = list(cases())


def part(arrays: Arrays, kind: str) -> Arrays:
    return {name.partition(":")[2]: value for name, value in arrays.items() if name.startswith(kind + ":")}


def build(arrays: Arrays, dtype: type) -> nn.Module:
    spec = arrays["spec"]
    kind = getattr(nn, spec["layer"])
    options = dict(spec["options"], **part(arrays, "argument"))
    if part(arrays, "state"):
        options["dtype"] = dtype
    layer: nn.Module = kind(*spec["args"], **options)
    layer.load_state_dict({**layer.state_dict(), **part(arrays, "state")})
    assert list(part(arrays, "state")) == [key for key in layer.state_dict() if key not in part(arrays, "argument")]
    return layer.train(spec["training"])


def leaves(arrays: Arrays, dtype: type) -> list[Tensor]:
    found = []
    for i in range(len(part(arrays, "input"))):
        x = arrays[f"input:{i}"]
        found.append(Tensor(x.astype(dtype) if x.dtype.kind == "f" else x, requires_grad=f"input_grad:{i}" in arrays))
    return found


def call(layer: nn.Module, inputs: list[Tensor], arrays: Arrays) -> list[Tensor]:
    nested = arrays["spec"]["nested"]
    given: list[Any] = [*inputs[:nested], tuple(inputs[nested:])] if nested else inputs
    return list(tensors(layer(*given, **arrays["spec"]["call"], **part(arrays, "call"))))


def tensors(outputs: Any) -> Iterator[Tensor]:
    if isinstance(outputs, Tensor):
        yield outputs
    else:
        for output in outputs:
            if output is not None:
                yield from tensors(output)


def weighted(outputs: list[Tensor], arrays: Arrays) -> Any:
    total: Any = 0
    for i, output in enumerate(outputs):
        total = total + (output * arrays[f"cotangent:{i}"].astype(output.dtype)).sum()
    return total


@SPURIOUS
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("arrays", CASES)
def test_pytorchs_numbers(arrays: Arrays, dtype: type) -> None:
    rtol, atol = (1e-9, 1e-11) if dtype is np.float64 else (5e-4, 5e-5)

    def agree(actual: Any, name: str) -> None:
        assert actual.dtype == dtype, name
        np.testing.assert_allclose(actual.data, arrays[name], rtol=rtol, atol=atol, err_msg=name)

    layer = build(arrays, dtype)
    inputs = leaves(arrays, dtype)
    outputs = call(layer, inputs, arrays)
    assert len(outputs) == len(part(arrays, "output"))
    for i, output in enumerate(outputs):
        agree(output, f"output:{i}")
    weighted(outputs, arrays).backward()
    for i, x in enumerate(inputs):
        if x.requires_grad:
            agree(x.grad if x.grad is not None else Tensor(np.zeros(x.shape, dtype)), f"input_grad:{i}")
    for name, parameter in layer.named_parameters():
        agree(parameter.grad, f"grad:{name}")
    for name, buffer in layer.named_buffers():
        if f"after:{name}" in arrays and buffer.dtype.kind == "f":
            agree(buffer, f"after:{name}")
        elif f"after:{name}" in arrays:
            np.testing.assert_array_equal(buffer.data, arrays[f"after:{name}"])


@pytest.mark.parametrize("arrays", CASES)
def test_second_order_agrees_with_differences_of_the_first(arrays: Arrays) -> None:
    """d/dh <grad(x + h v), u> at h = 0, once through the graph and once by a central difference."""
    layer = build(arrays, np.float64)
    inputs = leaves(arrays, np.float64)
    variables = [x for x in inputs if x.requires_grad] + list(layer.parameters())
    rng = np.random.default_rng(7)
    u, v = ([rng.normal(size=x.shape) for x in variables] for _ in range(2))
    state = layer.state_dict()

    def first(create_graph: bool) -> list[Tensor]:
        layer.load_state_dict(state | {k: p.data for k, p in layer.named_parameters()})
        for x in variables:
            x.zero_grad()
        loss = weighted(call(layer, inputs, arrays), arrays)
        if isinstance(loss, Tensor) and loss.requires_grad:
            loss.backward(create_graph=create_graph)
        return [x.grad if x.grad is not None else Tensor(np.zeros(x.shape)) for x in variables]

    along = sum(((g * a).sum() for g, a in zip(first(True), u, strict=True)), Tensor(0.0))
    for x in variables:
        x.zero_grad()
    if along.requires_grad:
        along.backward()
    exact = sum(float((x.grad.data * b).sum()) for x, b in zip(variables, v, strict=True) if x.grad is not None)

    def shifted(h: float) -> float:
        starts = [x.data.copy() for x in variables]
        for x, b in zip(variables, v, strict=True):
            x.data = x.data + h * b
        result = sum(float((g.data * a).sum()) for g, a in zip(first(False), u, strict=True))
        for x, start in zip(variables, starts, strict=True):
            x.data = start
        return result

    h = 1e-6
    numerical = (shifted(h) - shifted(-h)) / (2 * h)
    scale = max(1.0, abs(exact), sum(float(np.abs(g.data).sum()) for g in first(False)))
    assert abs(exact - numerical) < 1e-6 * scale
