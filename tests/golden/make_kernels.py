"""Golden data of network kernels, computed by PyTorch in float64: run with a Python that has torch.

    python tests/golden/make_kernels.py

writes `kernels_<family>.npz` beside this file. Case k holds `k/options` (JSON), the operands `k/in:<name>`, the outputs
`k/out:<name>`, the cotangents sent back, `k/g:<name>`, and the gradients `k/d:<name>`.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch.nn import functional

Tensors = dict[str, Any]
Case = tuple[dict[str, Any], Tensors, tuple[str, ...], Callable[[Tensors], Tensors]]


def draw(*shape: int) -> torch.Tensor:
    """Normal numbers with few digits, which compress well."""
    return torch.round(torch.randn(shape, dtype=torch.float64), decimals=1)


def cross_entropy_cases() -> Iterator[Case]:
    classes = 4
    for extra, weighted, smoothing, ignore, reduction in itertools.product(
        ((), (2,)), (False, True), (0.0, 0.1), (-100, 2), ("mean", "sum", "none")
    ):
        labels = torch.randint(0, classes, (3, *extra))
        labels[0] = ignore if ignore >= 0 else -100
        operands = {"x": 3 * draw(3, classes, *extra), "target": labels}
        yield from one_cross_entropy(operands, weighted, classes, reduction, ignore, smoothing)
    for extra, weighted, smoothing, reduction in itertools.product(
        ((), (2,)), (False, True), (0.0, 0.1), ("mean", "sum", "none")
    ):
        operands = {"x": 3 * draw(3, classes, *extra), "target": torch.softmax(draw(3, classes, *extra), 1)}
        yield from one_cross_entropy(operands, weighted, classes, reduction, -100, smoothing)


def one_cross_entropy(operands: Tensors, weighted: bool, classes: int, reduction: str, ignore: int,
                      smoothing: float) -> Iterator[Case]:
    if weighted:
        operands["weight"] = torch.rand(classes, dtype=torch.float64) + 0.5
    options = {"reduction": reduction, "ignore_index": ignore, "label_smoothing": smoothing}
    leaves = ("x", "target") if operands["target"].is_floating_point() else ("x",)
    yield options, operands, leaves, lambda t: {
        "out": functional.cross_entropy(t["x"], t["target"], t.get("weight"), **options)
    }


def binary_cases() -> Iterator[Case]:
    for weighted, positive, reduction in itertools.product((False, True), (False, True), ("mean", "sum", "none")):
        operands = {"z": 5 * draw(4, 3), "t": torch.rand(4, 3, dtype=torch.float64)}
        if weighted:
            operands["weight"] = torch.rand(3, dtype=torch.float64)
        if positive:
            operands["pos_weight"] = torch.rand(3, dtype=torch.float64) + 0.5
        yield {"reduction": reduction}, operands, ("z", "t"), lambda t, reduction=reduction: {
            "out": functional.binary_cross_entropy_with_logits(t["z"], t["t"], t.get("weight"), reduction=reduction,
                                                               pos_weight=t.get("pos_weight"))
        }


def recurrent_cases() -> Iterator[Case]:
    steps, batch, features, units = 3, 2, 3, 4
    for kind, bias, state in itertools.product(("RNN", "RELU", "LSTM", "GRU"), (True, False), (True, False)):
        rows = {"LSTM": 4, "GRU": 3}.get(kind, 1) * units
        operands = {"x": draw(steps, batch, features), "weight_ih": draw(rows, features),
                    "weight_hh": draw(rows, units) / 2}
        if bias:
            operands |= {"bias_ih": draw(rows), "bias_hh": draw(rows)}
        if state:
            operands["h0"] = draw(batch, units)
            if kind == "LSTM":
                operands["c0"] = draw(batch, units)

        def run(t: Tensors, kind: str = kind, bias: bool = bias) -> Tensors:
            options = {"nonlinearity": "relu"} if kind == "RELU" else {}
            layer = getattr(torch.nn, kind.replace("RELU", "RNN"))(features, units, bias=bias, **options).double()
            names = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
            parameters = {f"{name}_l0": t[name] for name in names if name in t}
            first = tuple(t[name][None] for name in ("h0", "c0") if name in t)
            arguments = (t["x"], *([first if kind == "LSTM" else first[0]] if first else []))
            outputs, last = torch.func.functional_call(layer, parameters, arguments)
            last = last if isinstance(last, tuple) else (last,)
            return {"outputs": outputs, "h": last[0][0], **({"c": last[1][0]} if len(last) > 1 else {})}

        yield {"kind": kind}, operands, tuple(operands), run


def attention_cases() -> Iterator[Case]:
    queries, keys = 4, 5
    for leading, mask, (width, scale) in itertools.product(
        ((), (2, 2)), ("none", "bool", "float", "causal"), ((3, None), (2, 0.3))
    ):
        operands = {"q": draw(*leading, queries, 3), "k": draw(*leading, keys, 3), "v": draw(*leading, keys, width)}
        leaves = ("q", "k", "v")
        if mask == "bool":
            operands["mask"] = torch.rand(queries, keys) > 0.4
            operands["mask"][:, 0] = True
        elif mask == "float":
            operands["mask"] = draw(*leading, queries, keys)
            leaves = ("q", "k", "v", "mask")
        elif mask == "causal":
            operands["mask"] = torch.ones(queries, keys, dtype=torch.bool).tril()
        yield {"scale": scale}, operands, leaves, lambda t, scale=scale: {
            "out": functional.scaled_dot_product_attention(t["q"], t["k"], t["v"], attn_mask=t.get("mask"), scale=scale)
        }


def normalization_cases() -> Iterator[Case]:
    shapes = ((4, 6), (2, 6, 3), (2, 6, 2, 3))
    for kind, shape, affine in itertools.product(("batch", "group", "layer"), shapes, (True, False)):
        operands = {"x": 2 * draw(*shape) + 3}
        normalized = shape[1:] if kind == "layer" else shape[1:2]
        if affine:
            operands |= {"weight": draw(*normalized), "bias": draw(*normalized)}

        def run(t: Tensors, kind: str = kind, normalized: tuple[int, ...] = normalized) -> Tensors:
            x, weight, bias = t["x"], t.get("weight"), t.get("bias")
            if kind == "batch":
                return {"out": functional.batch_norm(x, None, None, weight, bias, True, eps=1e-3)}
            if kind == "group":
                return {"out": functional.group_norm(x, 3, weight, bias, eps=1e-3)}
            return {"out": functional.layer_norm(x, normalized, weight, bias, eps=1e-3)}

        yield {"kind": kind, "eps": 1e-3}, operands, tuple(operands), run


def ctc_cases() -> Iterator[Case]:
    """Of logits: PyTorch's gradient in log-probabilities is right behind a log_softmax only."""
    steps, sizes = torch.tensor([6, 5, 2]), torch.tensor([3, 0, 2])  # the last one has no path
    for blank, reduction, joined in itertools.product((0, 3), ("mean", "sum", "none"), (False, True)):
        labels = torch.tensor([[1, 1, 2], [2, 1, 2], [2, 2, 1]])
        if joined:
            labels = torch.cat([row[:n] for row, n in zip(labels, sizes, strict=True)])
        options = {"blank": blank, "reduction": reduction, "zero_infinity": True}
        yield one_ctc(draw(6, 3, 4), labels, steps, sizes, options)
    for reduction in ("mean", "sum", "none"):
        options = {"blank": 0, "reduction": reduction, "zero_infinity": False}
        yield one_ctc(draw(5, 4), torch.tensor([2, 1]), torch.tensor(5), torch.tensor(2), options)


def one_ctc(x: Any, targets: Any, steps: Any, sizes: Any, options: dict[str, Any]) -> Case:
    operands = {"x": x, "targets": targets, "input_lengths": steps, "target_lengths": sizes}
    return options, operands, ("x",), lambda t: {
        "out": functional.ctc_loss(torch.log_softmax(t["x"], -1), targets, steps, sizes, **options)
    }


def make(family: str, cases: Iterator[Case]) -> None:
    torch.manual_seed(0)
    held: dict[str, Any] = {}
    for k, (options, operands, leaves, run) in enumerate(cases):
        tensors = {name: value.clone().requires_grad_(name in leaves) for name, value in operands.items()}
        outputs = run(tensors)
        cotangents = {name: draw(*value.shape) for name, value in outputs.items()}
        gradients = torch.autograd.grad([outputs[n] for n in outputs], [tensors[n] for n in leaves],
                                        [cotangents[n] for n in outputs])
        held[f"{k}/options"] = json.dumps(options)
        for kind, values in (("in", operands), ("g", cotangents), ("out", outputs),
                             ("d", dict(zip(leaves, gradients, strict=True)))):
            held |= {f"{k}/{kind}:{name}": value.detach().numpy() for name, value in values.items()}
    np.savez_compressed(Path(__file__).parent / f"kernels_{family}.npz", **held)


if __name__ == "__main__":
    make("cross_entropy", cross_entropy_cases())
    make("binary", binary_cases())
    make("recurrent", recurrent_cases())
    make("attention", attention_cases())
    make("normalization", normalization_cases())
    make("ctc", ctc_cases())
