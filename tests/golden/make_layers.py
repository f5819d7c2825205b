"""Golden data of every layer and loss, computed by PyTorch in float64: run with a Python that has torch.

    python tests/golden/make_layers.py

writes `layers_<family>.npz` beside this file. A case is a layer's class and arguments (JSON under `<case>/spec`), its
state (`state:<key>`), its inputs (`input:<i>`), its outputs (`output:<i>`), the cotangents sent back (`cotangent:<i>`),
the gradients of inputs and parameters (`input_grad:<i>`, `grad:<key>`), and the buffers afterwards (`after:<key>`).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import torch

torch.set_default_dtype(torch.float64)
HERE = Path(__file__).resolve().parent


def tensors(outputs: Any) -> list[torch.Tensor]:
    """The tensors of nested outputs, in order."""
    if isinstance(outputs, torch.Tensor):
        return [outputs]
    return [t for part in outputs if part is not None for t in tensors(part)]


def as_tensor(value: Any) -> Any:
    return torch.from_numpy(value) if isinstance(value, np.ndarray) else value


class Family:
    """The cases of one file."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.arrays: dict[str, np.ndarray] = {}
        self.count = 0
        torch.manual_seed(0)

    def case(self, layer: str, *args: Any, inputs: list[Any], training: bool = True, call: dict[str, Any] | None = None,
             nested: int | None = None, frozen: int | None = None, tensor_args: dict[str, Any] | None = None,
             **options: Any) -> None:
        """One case. `inputs` are shapes (tuples) or tensors; `call` are keyword arguments of the call.

        `nested` inputs come first, the others as a tuple, e.g. (h, c) of an LSTM; the input `frozen` gets no gradient.
        """
        torch.manual_seed(1000 + self.count)
        key = f"{self.count:02d}"
        self.count += 1
        tensor_args = tensor_args or {}
        arguments = {name: torch.as_tensor(value) for name, value in tensor_args.items()}
        module = getattr(torch.nn, layer)(*args, **options, **arguments)
        with torch.no_grad():
            for name, value in module.state_dict().items():
                if value.dtype.is_floating_point and name not in tensor_args:
                    noise = torch.randn_like(value) * 0.5
                    value.copy_(noise.abs() + 0.5 if name == "running_var" else noise)
        module.train(training)
        for name, value in module.state_dict().items():
            if name not in tensor_args:
                self.arrays[f"{key}/state:{name}"] = value.numpy().copy()
        given = [torch.randn(i) if isinstance(i, tuple) else i.detach().clone() for i in inputs]
        for i, t in enumerate(given):
            t.requires_grad_(t.dtype.is_floating_point and i != frozen)
        call = call or {}
        flat = [*given[:nested], tuple(given[nested:])] if nested else given
        outputs = tensors(module(*flat, **{k: as_tensor(v) for k, v in call.items()}))
        cotangents = [torch.randn_like(o) for o in outputs]
        torch.autograd.backward(outputs, cotangents)
        for i, t in enumerate(given):
            self.arrays[f"{key}/input:{i}"] = t.detach().numpy()
            if t.requires_grad:
                self.arrays[f"{key}/input_grad:{i}"] = np.zeros(t.shape) if t.grad is None else t.grad.numpy()
        self.record(key, module, outputs, cotangents, tensor_args)
        arrays = {k: v for k, v in call.items() if isinstance(v, np.ndarray)}
        for name, value in arrays.items():
            self.arrays[f"{key}/call:{name}"] = value
        spec = {"layer": layer, "args": args, "options": options, "training": training,
                "call": {k: v for k, v in call.items() if k not in arrays}, "nested": nested}
        self.arrays[f"{key}/spec"] = np.array(json.dumps(spec))

    def record(self, key: str, module: torch.nn.Module, outputs: list[torch.Tensor], cotangents: list[torch.Tensor],
               tensor_args: dict[str, Any]) -> None:
        for i, (o, c) in enumerate(zip(outputs, cotangents, strict=True)):
            self.arrays[f"{key}/output:{i}"] = o.detach().numpy()
            self.arrays[f"{key}/cotangent:{i}"] = c.numpy()
        for name, parameter in module.named_parameters():
            self.arrays[f"{key}/grad:{name}"] = parameter.grad.numpy()
        for name, buffer in module.named_buffers():
            if name not in tensor_args:
                self.arrays[f"{key}/after:{name}"] = buffer.numpy().copy()
        for name, value in tensor_args.items():
            self.arrays[f"{key}/argument:{name}"] = np.asarray(value)

    def write(self) -> None:
        path = HERE / f"layers_{self.name}.npz"
        np.savez_compressed(path, **self.arrays)  # type: ignore[arg-type]
        print(f"{path.name}: {self.count} cases, {path.stat().st_size / 1024:.0f} KiB")


def ints(*shape: int, high: int, seed: int = 0) -> torch.Tensor:
    return torch.from_numpy(np.random.default_rng(seed).integers(0, high, shape))


def basic() -> Family:
    f = Family("basic")
    f.case("Linear", 5, 3, inputs=[(4, 5)])
    f.case("Linear", 5, 3, bias=False, inputs=[(4, 5)])
    f.case("Linear", 5, 3, inputs=[(5,)])
    f.case("Linear", 5, 3, inputs=[(2, 3, 4, 5)])
    f.case("Flatten", inputs=[(2, 3, 4)])
    f.case("Flatten", 0, 1, inputs=[(2, 3, 4)])
    f.case("Flatten", start_dim=2, end_dim=-2, inputs=[(2, 3, 4, 2, 5)])
    f.case("Embedding", 7, 3, inputs=[ints(2, 5, high=7)])
    f.case("Embedding", 7, 3, padding_idx=2, inputs=[ints(4, 4, high=7, seed=1)])
    f.case("Embedding", 7, 3, padding_idx=-1, inputs=[ints(9, high=7, seed=2)])
    f.case("Dropout", 0.3, training=False, inputs=[(3, 4)])
    f.case("Dropout", 0.0, inputs=[(3, 4)])
    f.case("Identity", inputs=[(3, 4)])
    f.case("Unflatten", 1, (2, -1, 3), inputs=[(2, 12)])
    f.case("Unflatten", -2, (2, 2), inputs=[(3, 4, 2)])
    f.case("PixelShuffle", 2, inputs=[(2, 8, 3, 2)])
    f.case("PixelShuffle", 3, inputs=[(9, 2, 3)])
    f.case("Dropout2d", 0.3, training=False, inputs=[(2, 3, 4, 5)])
    for dim, shape in ((1, (3, 4)), (-1, (2, 3, 4)), (0, (5,))):
        f.case("CosineSimilarity", dim, inputs=[shape, shape])
    f.case("CosineSimilarity", inputs=[(3, 4, 2), (1, 4, 1)])
    f.case("PairwiseDistance", inputs=[(3, 4), (3, 4)])
    f.case("PairwiseDistance", p=1, keepdim=True, inputs=[(3, 4), (4,)])
    f.case("PairwiseDistance", 3.0, eps=0.1, inputs=[(2, 3, 4), (2, 3, 4)])
    f.case("Bilinear", 5, 4, 3, inputs=[(2, 6, 5), (2, 6, 4)])
    f.case("Bilinear", 5, 4, 3, bias=False, inputs=[(5,), (4,)])
    offsets = torch.tensor([0, 3, 3, 5])
    for mode in ("sum", "mean", "max"):
        f.case("EmbeddingBag", 7, 3, mode=mode, inputs=[ints(5, 4, high=7, seed=3)])
        f.case("EmbeddingBag", 7, 3, mode=mode, padding_idx=2, inputs=[ints(9, high=7, seed=4), offsets])
        f.case("EmbeddingBag", 7, 3, mode=mode, include_last_offset=True, inputs=[ints(5, high=7, seed=5), offsets])
    f.case("EmbeddingBag", 7, 3, mode="sum", padding_idx=-1, inputs=[ints(9, high=7, seed=6), offsets, torch.rand(9)])
    f.case("ChannelShuffle", 3, inputs=[(2, 6, 3, 2)])
    f.case("ChannelShuffle", 2, inputs=[(2, 6, 4)])
    for shape in ((2, 4, 3, 2), (4, 3, 2)):
        f.case("Softmax2d", inputs=[shape])
    often = {"scale_grad_by_freq": True}
    f.case("Embedding", 7, 3, 2, 0.7, inputs=[ints(2, 5, high=7)])
    f.case("Embedding", 7, 3, max_norm=0.9, norm_type=1.0, **often, inputs=[ints(4, 4, high=7, seed=1)])
    f.case("Embedding", 7, 3, padding_idx=2, **often, inputs=[ints(9, high=7, seed=2)])
    # Not `scale_grad_by_freq` of bags, where PyTorch 2.13 divides by how often another index occurs.
    f.case("EmbeddingBag", 7, 3, 0.8, 3.0, False, "sum", inputs=[ints(5, 4, high=7, seed=3)])
    f.case("EmbeddingBag", 7, 3, 0.5, mode="max", inputs=[ints(9, high=7, seed=4), offsets])
    return f


def activation() -> Family:
    f = Family("activation")
    for layer in ("ReLU", "ELU", "GELU", "SiLU", "Sigmoid", "Tanh", "Softplus", "LeakyReLU"):
        f.case(layer, inputs=[(3, 7)])
        f.case(layer, inputs=[torch.linspace(-30, 30, 12)])
    f.case("LeakyReLU", 0.2, inputs=[(3, 7)])
    f.case("ELU", alpha=0.7, inputs=[(3, 7)])
    f.case("GELU", approximate="tanh", inputs=[(3, 7)])
    f.case("Softplus", beta=2.5, threshold=3, inputs=[torch.linspace(-4, 4, 12)])
    for layer in ("Softmax", "LogSoftmax"):
        f.case(layer, dim=1, inputs=[(3, 5)])
        f.case(layer, dim=0, inputs=[(3, 5)])
        f.case(layer, dim=-1, inputs=[(2, 3, 4)])
        f.case(layer, dim=1, inputs=[(2, 3, 4, 2)])
        f.case(layer, dim=-1, inputs=[torch.tensor([[1e4, -1e4, 0.0], [800.0, 801.0, -5.0]])])
    f.case("PReLU", inputs=[(2, 3, 4)])
    f.case("PReLU", 3, inputs=[(2, 3, 4, 2)])
    f.case("PReLU", 3, init=0.5, inputs=[(2, 3)])
    wide = torch.tensor([-6.1, -3.1, -2.9, -1.1, -0.9, -0.6, -0.4, 0.2, 0.4, 0.6, 0.9, 1.1, 2.9, 3.1, 4.0, 5.9, 6.1])
    for layer in ("ReLU6", "Hardtanh", "Hardswish", "Hardshrink", "Softshrink", "SELU", "CELU", "Mish",
                  "LogSigmoid", "Softsign", "Tanhshrink", "GLU"):
        f.case(layer, inputs=[wide[1:]])
    f.case("Hardtanh", -0.5, 3.0, inputs=[wide])
    f.case("Hardshrink", 1.0, inputs=[wide])
    f.case("Softshrink", 1.0, inputs=[wide])
    f.case("Threshold", 0.3, -2.0, inputs=[wide])
    f.case("CELU", 0.5, inputs=[wide])
    f.case("GLU", 1, inputs=[(2, 6, 3)])
    f.case("Softmin", dim=1, inputs=[(3, 5)])
    return f


def convolution() -> Family:
    f = Family("convolution")
    f.case("Conv1d", 3, 4, 3, inputs=[(2, 3, 9)])
    f.case("Conv1d", 3, 4, 3, stride=2, padding=1, inputs=[(2, 3, 9)])
    f.case("Conv1d", 4, 6, 4, padding="same", dilation=2, inputs=[(2, 4, 11)])
    f.case("Conv1d", 4, 6, 2, padding="valid", groups=2, bias=False, inputs=[(2, 4, 8)])
    f.case("Conv1d", 4, 4, 3, groups=4, padding=2, padding_mode="circular", inputs=[(2, 4, 8)])
    f.case("Conv1d", 3, 4, 3, inputs=[(3, 9)])
    f.case("Conv2d", 3, 4, 3, inputs=[(2, 3, 6, 7)])
    f.case("Conv2d", 1, 2, 5, padding=2, inputs=[(2, 1, 6, 7)])
    f.case("Conv2d", 3, 4, (2, 3), stride=(2, 1), padding=(1, 2), inputs=[(2, 3, 6, 7)])
    f.case("Conv2d", 4, 6, 3, stride=2, padding=1, groups=2, inputs=[(2, 4, 7, 6)])
    f.case("Conv2d", 4, 4, 3, padding="same", groups=4, bias=False, inputs=[(2, 4, 6, 5)])
    f.case("Conv2d", 2, 3, (4, 3), padding="same", dilation=(1, 2), inputs=[(2, 2, 7, 8)])
    f.case("Conv2d", 2, 3, 3, dilation=2, stride=2, padding=(2, 1), inputs=[(2, 2, 8, 9)])
    f.case("Conv2d", 2, 3, 1, stride=3, inputs=[(2, 2, 7, 7)])
    f.case("Conv2d", 2, 3, 3, padding=1, padding_mode="reflect", inputs=[(2, 2, 5, 6)])
    f.case("Conv2d", 2, 3, 3, padding=(2, 1), padding_mode="replicate", inputs=[(2, 2, 5, 6)])
    f.case("Conv2d", 2, 3, 3, padding="same", padding_mode="circular", inputs=[(2, 2, 5, 6)])
    f.case("Conv2d", 3, 4, 3, inputs=[(3, 6, 7)])
    f.case("ConvTranspose2d", 3, 4, 3, inputs=[(2, 3, 4, 5)])
    f.case("ConvTranspose2d", 3, 4, 3, stride=2, padding=1, output_padding=1, inputs=[(2, 3, 4, 3)])
    f.case("ConvTranspose2d", 4, 6, (3, 2), stride=(2, 3), padding=(1, 0), output_padding=(1, 2), groups=2,
           inputs=[(2, 4, 3, 4)])
    f.case("ConvTranspose2d", 4, 4, 3, dilation=2, groups=4, bias=False, inputs=[(2, 4, 3, 4)])
    f.case("ConvTranspose2d", 2, 3, 4, stride=2, padding=1, inputs=[(2, 2, 3, 4)])
    f.case("ConvTranspose2d", 2, 3, 3, stride=2, padding=1, inputs=[(2, 2, 3, 4)], call={"output_size": (6, 7)})
    f.case("ZeroPad2d", 2, inputs=[(2, 3, 4, 5)])
    f.case("ZeroPad2d", (1, -2, 0, 3), inputs=[(3, 4, 5)])
    f.case("ReflectionPad2d", 2, inputs=[(2, 3, 4, 5)])
    f.case("ReflectionPad2d", (4, 1, 0, 3), inputs=[(3, 4, 5)])
    f.case("ReplicationPad2d", (1, 2, 3, 6), inputs=[(2, 3, 4, 5)])
    f.case("Upsample", scale_factor=2, inputs=[(2, 3, 3, 4)])
    f.case("Upsample", scale_factor=(2.3, 0.6), inputs=[(2, 3, 3, 5)])
    f.case("Upsample", size=(5, 7), inputs=[(2, 3, 3, 11)])
    f.case("Upsample", size=7, inputs=[(2, 3, 5)])
    f.case("Upsample", size=7, mode="linear", inputs=[(2, 3, 5)])
    f.case("Upsample", scale_factor=2, mode="bilinear", inputs=[(2, 3, 3, 4)])
    f.case("Upsample", scale_factor=2, mode="bilinear", align_corners=True, inputs=[(2, 3, 3, 4)])
    f.case("Upsample", scale_factor=2.3, mode="bilinear", inputs=[(2, 3, 3, 4)])
    f.case("Upsample", size=(2, 1), mode="bilinear", align_corners=True, inputs=[(2, 3, 5, 4)])
    f.case("Upsample", size=(2, 9), mode="bilinear", align_corners=False, inputs=[(2, 3, 5, 1)])
    f.case("ConvTranspose1d", 3, 4, 3, inputs=[(2, 3, 5)])
    f.case("ConvTranspose1d", 4, 6, 4, stride=3, padding=1, output_padding=2, groups=2, dilation=2, inputs=[(2, 4, 5)])
    f.case("ConvTranspose1d", 4, 4, 3, stride=2, bias=False, inputs=[(4, 5)])
    f.case("ConvTranspose1d", 2, 3, 3, stride=2, padding=1, inputs=[(2, 2, 4)], call={"output_size": (8,)})
    f.case("ZeroPad1d", 2, inputs=[(2, 3, 4)])
    f.case("ConstantPad1d", (1, -2), 3.5, inputs=[(3, 4)])
    f.case("ConstantPad2d", (1, 2, 0, 3), -1.5, inputs=[(2, 3, 4, 5)])
    f.case("ReflectionPad1d", (3, 1), inputs=[(2, 3, 4)])
    f.case("ReplicationPad1d", (3, 6), inputs=[(3, 4)])
    f.case("CircularPad1d", (4, 1), inputs=[(2, 3, 4)])
    f.case("CircularPad2d", (1, 2, 3, 4), inputs=[(2, 3, 4, 5)])
    f.case("Upsample", scale_factor=1.3, mode="linear", inputs=[(2, 3, 2)])
    f.case("Upsample", scale_factor=(1.3, 2), mode="bilinear", inputs=[(2, 3, 2, 3)])
    f.case("Upsample", scale_factor=2, mode="bicubic", inputs=[(2, 3, 3, 4)])
    f.case("Upsample", scale_factor=(1.3, 1.7), mode="bicubic", inputs=[(2, 3, 2, 4)])
    f.case("Upsample", size=(2, 9), mode="bicubic", align_corners=True, inputs=[(2, 3, 5, 4)])
    f.case("Upsample", size=(1, 3), mode="bicubic", align_corners=True, inputs=[(2, 3, 5, 1)])
    f.case("Upsample", size=(3, 2), mode="bicubic", align_corners=False, inputs=[(2, 3, 5, 7)])
    f.case("Unfold", (2, 3), inputs=[(2, 3, 4, 5)])
    f.case("Unfold", 3, dilation=2, padding=(2, 1), stride=(1, 2), inputs=[(3, 5, 6)])
    f.case("Fold", (4, 5), (2, 3), inputs=[(2, 18, 9)])
    f.case("Fold", (5, 6), 3, dilation=2, padding=(2, 1), stride=(1, 2), inputs=[(9, 10)])
    f.case("PixelUnshuffle", 2, inputs=[(2, 3, 4, 6)])
    return f


def pooling() -> Family:
    f = Family("pooling")
    f.case("MaxPool1d", 2, inputs=[(2, 3, 9)])
    f.case("MaxPool1d", 3, stride=2, padding=1, inputs=[(2, 3, 9)])
    f.case("MaxPool1d", 3, stride=2, dilation=2, ceil_mode=True, inputs=[(2, 3, 10)])
    f.case("MaxPool2d", 2, inputs=[(2, 3, 6, 7)])
    f.case("MaxPool2d", 3, stride=1, padding=1, inputs=[(2, 3, 5, 6)])
    f.case("MaxPool2d", (3, 2), stride=(2, 1), padding=(1, 0), inputs=[(2, 3, 6, 7)])
    f.case("MaxPool2d", 3, stride=2, ceil_mode=True, inputs=[(2, 3, 6, 8)])
    f.case("MaxPool2d", 3, stride=2, padding=1, ceil_mode=True, inputs=[(2, 3, 6, 7)])
    f.case("MaxPool2d", 2, dilation=(2, 3), inputs=[(2, 3, 7, 8)])
    f.case("MaxPool2d", 2, inputs=[(3, 6, 6)])
    f.case("AvgPool2d", 2, inputs=[(2, 3, 6, 7)])
    f.case("AvgPool2d", 3, stride=2, padding=1, inputs=[(2, 3, 6, 7)])
    f.case("AvgPool2d", (3, 2), stride=(2, 1), padding=(1, 1), count_include_pad=False, inputs=[(2, 3, 6, 7)])
    f.case("AvgPool2d", 3, stride=2, ceil_mode=True, inputs=[(2, 3, 6, 8)])
    f.case("AvgPool2d", 3, stride=2, padding=1, ceil_mode=True, inputs=[(2, 3, 6, 7)])
    f.case("AvgPool2d", 3, stride=2, padding=1, ceil_mode=True, count_include_pad=False, inputs=[(2, 3, 6, 7)])
    f.case("AvgPool2d", 2, divisor_override=3, inputs=[(2, 3, 6, 7)])
    f.case("AdaptiveAvgPool2d", 1, inputs=[(2, 3, 6, 7)])
    f.case("AdaptiveAvgPool2d", (2, 3), inputs=[(2, 3, 6, 7)])
    f.case("AdaptiveAvgPool2d", (None, 4), inputs=[(2, 3, 5, 7)])
    f.case("AdaptiveAvgPool2d", (7, 5), inputs=[(1, 2, 3, 4)])
    # A window larger than the input, which ceil_mode admits.
    f.case("MaxPool2d", 4, stride=3, ceil_mode=True, inputs=[(2, 3, 3, 6)])
    f.case("MaxPool1d", 3, stride=4, dilation=3, ceil_mode=True, inputs=[(2, 3, 5)])
    f.case("AvgPool2d", (4, 2), stride=3, ceil_mode=True, inputs=[(2, 3, 3, 6)])
    f.case("AvgPool1d", 3, inputs=[(2, 3, 8)])
    f.case("AvgPool1d", 3, stride=2, padding=1, ceil_mode=True, count_include_pad=False, inputs=[(3, 8)])
    f.case("AdaptiveAvgPool1d", 3, inputs=[(2, 3, 7)])
    f.case("AdaptiveMaxPool1d", 3, inputs=[(2, 3, 7)])
    f.case("AdaptiveMaxPool1d", 5, inputs=[(3, 4)])
    f.case("AdaptiveMaxPool2d", 1, inputs=[(2, 3, 5, 4)])
    f.case("AdaptiveMaxPool2d", (2, None), inputs=[(2, 3, 5, 4)])
    f.case("LPPool1d", 2, 3, inputs=[(2, 3, 8)])
    f.case("LPPool1d", 1.5, 3, stride=2, ceil_mode=True, inputs=[torch.rand(3, 8)])
    f.case("LPPool2d", 2, (2, 3), stride=2, inputs=[(2, 3, 5, 6)])
    f.case("LPPool2d", 3, 2, stride=1, ceil_mode=True, inputs=[torch.rand(2, 3, 5, 6)])
    return f


def volumes() -> Family:
    f = Family("volumes")
    f.case("Conv3d", 3, 4, 3, inputs=[(2, 3, 4, 5, 6)])
    f.case("Conv3d", 4, 6, (2, 3, 1), stride=(2, 1, 3), padding=(1, 2, 0), groups=2, inputs=[(2, 4, 5, 4, 6)])
    f.case("Conv3d", 4, 8, 2, dilation=(1, 2, 3), groups=4, bias=False, inputs=[(4, 3, 4, 5)])
    f.case("Conv3d", 2, 3, (2, 3, 4), padding="same", inputs=[(2, 2, 4, 3, 5)])
    f.case("Conv3d", 2, 3, 3, padding=1, padding_mode="replicate", inputs=[(1, 2, 3, 4, 5)])
    f.case("Conv3d", 2, 3, 3, padding=(1, 0, 2), padding_mode="circular", inputs=[(1, 2, 3, 4, 5)])
    f.case("Conv3d", 2, 3, 1, stride=2, inputs=[(2, 2, 3, 4, 5)])
    f.case("ConvTranspose3d", 3, 4, 3, inputs=[(2, 3, 2, 3, 4)])
    f.case("ConvTranspose3d", 4, 6, (2, 3, 4), stride=(3, 2, 1), padding=(0, 1, 2), output_padding=(2, 1, 0), groups=2,
           inputs=[(2, 4, 3, 2, 4)])
    f.case("ConvTranspose3d", 4, 4, 3, dilation=(2, 1, 1), groups=4, bias=False, inputs=[(4, 2, 3, 2)])
    f.case("ConvTranspose3d", 2, 3, 3, stride=2, padding=1, inputs=[(2, 2, 3, 2, 4)],
           call={"output_size": (6, 3, 8)})
    f.case("MaxPool3d", 2, inputs=[(2, 3, 4, 5, 6)])
    f.case("MaxPool3d", 3, stride=(1, 2, 2), padding=1, ceil_mode=True, inputs=[(2, 3, 4, 5, 6)])
    f.case("MaxPool3d", (2, 1, 3), stride=1, dilation=(2, 1, 1), inputs=[(3, 4, 3, 5)])
    f.case("AvgPool3d", 2, inputs=[(2, 3, 4, 5, 6)])
    f.case("AvgPool3d", (3, 2, 3), stride=(2, 1, 2), padding=(1, 1, 0), inputs=[(2, 3, 4, 5, 6)])
    f.case("AvgPool3d", 3, stride=2, padding=1, ceil_mode=True, count_include_pad=False, inputs=[(2, 3, 4, 5, 6)])
    f.case("AvgPool3d", 3, stride=2, padding=1, ceil_mode=True, inputs=[(3, 4, 5, 6)])
    f.case("AvgPool3d", 2, divisor_override=3, inputs=[(2, 3, 4, 5, 6)])
    f.case("LPPool3d", 2, (2, 1, 3), stride=(1, 2, 2), inputs=[torch.rand(2, 3, 4, 5, 6)])
    f.case("LPPool3d", 3, 2, ceil_mode=True, inputs=[torch.rand(3, 4, 5, 6)])
    for kind in ("AdaptiveAvgPool3d", "AdaptiveMaxPool3d"):
        f.case(kind, 1, inputs=[(2, 3, 4, 5, 6)])
        f.case(kind, (2, 3, 5), inputs=[(2, 3, 4, 5, 6)])
        f.case(kind, (None, 7, 2), inputs=[(3, 4, 5, 6)])
    for training in (True, False):
        f.case("BatchNorm3d", 3, inputs=[(2, 3, 2, 3, 4)], training=training)
        f.case("InstanceNorm3d", 3, affine=True, track_running_stats=True, training=training, inputs=[(2, 3, 2, 3, 4)])
    f.case("BatchNorm3d", 3, affine=False, track_running_stats=False, inputs=[(4, 3, 2, 3, 1)])
    f.case("InstanceNorm3d", 3, inputs=[(3, 2, 3, 4)])
    f.case("GroupNorm", 2, 4, inputs=[(3, 4, 2, 3, 4)])
    f.case("Dropout3d", 0.3, training=False, inputs=[(2, 3, 2, 3, 4)])
    f.case("ZeroPad3d", (1, -1, 2, 0, 0, 3), inputs=[(2, 3, 3, 4, 5)])
    f.case("ConstantPad3d", 1, 2.5, inputs=[(3, 3, 4, 5)])
    for kind in ("ReflectionPad3d", "ReplicationPad3d", "CircularPad3d"):
        f.case(kind, (1, 2, 3, 0, 2, 1), inputs=[(2, 2, 3, 4, 5)])
        f.case(kind, 1, inputs=[(2, 3, 4, 5)])
    f.case("Upsample", scale_factor=2, inputs=[(2, 2, 2, 3, 4)])
    f.case("Upsample", scale_factor=(1.5, 2.4, 0.6), inputs=[(2, 2, 2, 3, 5)])
    f.case("Upsample", size=(5, 2, 7), inputs=[(2, 2, 4, 3, 5)])
    f.case("Upsample", scale_factor=2, mode="trilinear", inputs=[(2, 2, 2, 3, 4)])
    f.case("Upsample", scale_factor=(1.5, 2.3, 0.6), mode="trilinear", inputs=[(2, 2, 2, 3, 5)])
    f.case("Upsample", size=(5, 2, 7), mode="trilinear", align_corners=True, inputs=[(2, 2, 4, 3, 5)])
    # The modes for sequences, images and volumes alike.
    for shape in ((2, 3, 7), (2, 3, 5, 7), (1, 2, 3, 5, 7)):
        for factor in (2, 0.6, 1.7):
            f.case("Upsample", scale_factor=factor, mode="nearest-exact", inputs=[shape])
            f.case("Upsample", scale_factor=factor, mode="area", inputs=[shape])
        f.case("Upsample", size=4, mode="nearest-exact", inputs=[shape])
        f.case("Upsample", size=4, mode="area", inputs=[shape])
    f.case("Upsample", scale_factor=1.7, mode="linear", recompute_scale_factor=True, inputs=[(2, 3, 7)])
    f.case("Upsample", scale_factor=(2.3, 0.6), mode="bilinear", recompute_scale_factor=True, inputs=[(2, 3, 3, 5)])
    f.case("Upsample", scale_factor=2.3, recompute_scale_factor=True, inputs=[(2, 3, 3, 5)])
    return f


def normalization() -> Family:
    f = Family("normalization")
    for training in (True, False):
        f.case("BatchNorm1d", 3, inputs=[(5, 3)], training=training)
        f.case("BatchNorm1d", 3, inputs=[(4, 3, 5)], training=training)
        f.case("BatchNorm2d", 3, inputs=[(4, 3, 2, 5)], training=training)
        f.case("BatchNorm2d", 3, affine=False, inputs=[(4, 3, 2, 3)], training=training)
        f.case("BatchNorm2d", 3, track_running_stats=False, inputs=[(4, 3, 2, 3)], training=training)
        f.case("BatchNorm2d", 3, momentum=None, eps=1e-3, inputs=[(4, 3, 2, 3)], training=training)
        f.case("BatchNorm1d", 3, momentum=0.4, inputs=[(1, 3, 5)], training=training)
    f.case("LayerNorm", 5, inputs=[(3, 5)])
    f.case("LayerNorm", 5, inputs=[(2, 3, 5)], eps=1e-2)
    f.case("LayerNorm", [3, 4], inputs=[(2, 5, 3, 4)])
    f.case("LayerNorm", 5, elementwise_affine=False, inputs=[(3, 5)])
    f.case("LayerNorm", 5, bias=False, inputs=[(3, 5)])
    f.case("GroupNorm", 2, 6, inputs=[(3, 6, 4, 2)])
    f.case("GroupNorm", 3, 6, inputs=[(3, 6)])
    f.case("GroupNorm", 6, 6, inputs=[(2, 6, 5)], eps=1e-3)
    f.case("GroupNorm", 1, 6, affine=False, inputs=[(2, 6, 5)])
    f.case("BatchNorm2d", 3, bias=False, inputs=[(4, 3, 2, 3)])
    f.case("GroupNorm", 2, 6, bias=False, inputs=[(2, 6, 5)])
    f.case("InstanceNorm2d", 3, inputs=[(2, 3, 4, 5)])
    f.case("InstanceNorm2d", 3, affine=True, eps=1e-3, inputs=[(2, 3, 4, 5)])
    f.case("InstanceNorm2d", 3, affine=True, training=False, inputs=[(3, 4, 5)])
    f.case("InstanceNorm1d", 3, affine=True, inputs=[(2, 3, 7)])
    f.case("InstanceNorm1d", 3, inputs=[(3, 7)])
    f.case("RMSNorm", 5, inputs=[(3, 5)])
    f.case("RMSNorm", (2, 3), eps=0.1, inputs=[(4, 2, 3)])
    f.case("RMSNorm", [5], eps=1e-3, elementwise_affine=False, inputs=[(2, 3, 5)])
    for training in (True, False):
        f.case("InstanceNorm2d", 3, affine=True, track_running_stats=True, training=training, inputs=[(2, 3, 4, 5)])
        f.case("InstanceNorm1d", 3, 1e-3, 0.4, track_running_stats=True, training=training, inputs=[(3, 7)])
    f.case("InstanceNorm1d", 3, momentum=None, track_running_stats=True, inputs=[(2, 3, 7)])
    f.case("LocalResponseNorm", 3, alpha=0.5, inputs=[(2, 5, 4, 3)])
    f.case("LocalResponseNorm", 4, alpha=0.3, beta=0.5, k=2.0, inputs=[(2, 3, 4)])
    return f


def recurrent() -> Family:
    f = Family("recurrent")
    for layer in ("RNN", "LSTM", "GRU"):
        f.case(layer, 3, 4, inputs=[(5, 2, 3)])
        f.case(layer, 3, 4, num_layers=2, batch_first=True, inputs=[(2, 5, 3)])
        f.case(layer, 3, 4, bidirectional=True, inputs=[(5, 2, 3)])
        f.case(layer, 3, 4, num_layers=2, bidirectional=True, bias=False, inputs=[(4, 2, 3)])
        f.case(layer, 3, 4, num_layers=2, dropout=0.5, training=False, inputs=[(4, 2, 3)])
        f.case(layer, 3, 4, inputs=[(5, 3)])
        states: list[Any] = [(4, 3, 4)] * (2 if layer == "LSTM" else 1)
        f.case(layer, 3, 4, num_layers=2, bidirectional=True, inputs=[(4, 3, 3), *states],
               nested=1 if layer == "LSTM" else None)
    f.case("RNN", 3, 4, num_layers=2, nonlinearity="relu", inputs=[(5, 2, 3)])
    f.case("LSTM", 3, 4, num_layers=2, bidirectional=True, proj_size=2, inputs=[(4, 2, 3)])
    for layer in ("RNNCell", "LSTMCell", "GRUCell"):
        nested = 1 if layer == "LSTMCell" else None
        f.case(layer, 3, 4, inputs=[(2, 3)])
        f.case(layer, 3, 4, inputs=[(2, 3), *[(2, 4)] * (1 + (nested or 0))], nested=nested)
        f.case(layer, 3, 4, bias=False, inputs=[(3,), *[(4,)] * (1 + (nested or 0))], nested=nested)
    f.case("RNNCell", 3, 4, nonlinearity="relu", inputs=[(2, 3), (2, 4)])
    return f


def attention() -> Family:
    f = Family("attention")
    one: list[Any] = [(5, 2, 8)]
    f.case("MultiheadAttention", 8, 2, inputs=[(5, 2, 8), (4, 2, 8), (4, 2, 8)])
    f.case("MultiheadAttention", 8, 2, batch_first=True, inputs=[(2, 5, 8), (2, 4, 8), (2, 4, 8)])
    f.case("MultiheadAttention", 8, 4, bias=False, inputs=[(5, 8), (4, 8), (4, 8)])
    f.case("MultiheadAttention", 8, 2, kdim=3, vdim=5, inputs=[(5, 2, 8), (4, 2, 3), (4, 2, 5)])
    f.case("MultiheadAttention", 8, 2, add_bias_kv=True, inputs=[(5, 2, 8), (4, 2, 8), (4, 2, 8)])
    f.case("MultiheadAttention", 8, 2, add_zero_attn=True, inputs=[(5, 2, 8), (4, 2, 8), (4, 2, 8)])
    f.case("MultiheadAttention", 8, 2, inputs=[(5, 2, 8), (4, 2, 8), (4, 2, 8)], call={"average_attn_weights": False})
    f.case("MultiheadAttention", 8, 2, inputs=[(5, 2, 8), (4, 2, 8), (4, 2, 8)], call={"need_weights": False})
    padding = np.zeros((2, 4), bool)
    padding[0, 3] = padding[1, 1:3] = True
    causal = np.triu(np.ones((4, 4), bool), 1)
    additive = np.random.default_rng(5).normal(size=(4, 4))
    per_head = np.random.default_rng(6).normal(size=(4, 4, 4))
    f.case("MultiheadAttention", 8, 2, inputs=[(4, 2, 8)] * 3, call={"key_padding_mask": padding})
    f.case("MultiheadAttention", 8, 2, inputs=[(4, 2, 8)] * 3, call={"attn_mask": causal})
    f.case("MultiheadAttention", 8, 2, inputs=[(4, 2, 8)] * 3, call={"attn_mask": additive})
    f.case("MultiheadAttention", 8, 2, inputs=[(4, 2, 8)] * 3, call={"attn_mask": per_head, "need_weights": False})
    f.case("MultiheadAttention", 8, 2, batch_first=True, inputs=[(2, 4, 8)] * 3,
           call={"attn_mask": causal, "is_causal": True, "need_weights": False})
    f.case("MultiheadAttention", 8, 2, batch_first=True, inputs=[(2, 4, 8)] * 3,
           call={"attn_mask": causal, "key_padding_mask": padding[::-1].copy()})
    f.case("TransformerEncoderLayer", 8, 2, dim_feedforward=12, dropout=0.0, inputs=one)
    f.case("TransformerEncoderLayer", 8, 2, dim_feedforward=12, dropout=0.0, batch_first=True, norm_first=True,
           activation="gelu", inputs=[(2, 5, 8)])
    f.case("TransformerEncoderLayer", 8, 2, dim_feedforward=12, dropout=0.0, bias=False, layer_norm_eps=1e-3,
           inputs=one)
    f.case("TransformerEncoderLayer", 8, 2, dim_feedforward=12, dropout=0.0, batch_first=True, inputs=[(2, 4, 8)],
           call={"src_mask": causal, "src_key_padding_mask": padding[::-1].copy()})
    f.case("TransformerDecoderLayer", 8, 2, dim_feedforward=12, dropout=0.0, inputs=[(4, 2, 8), (3, 2, 8)])
    f.case("TransformerDecoderLayer", 8, 2, dim_feedforward=12, dropout=0.0, batch_first=True, norm_first=True,
           activation="gelu", inputs=[(2, 4, 8), (2, 4, 8)],
           call={"tgt_mask": causal, "memory_mask": additive, "tgt_key_padding_mask": padding[::-1].copy(),
                 "memory_key_padding_mask": padding})
    f.case("TransformerDecoderLayer", 8, 2, dim_feedforward=12, dropout=0.0, bias=False, inputs=[(4, 8), (3, 8)],
           call={"tgt_mask": causal, "tgt_is_causal": True})
    small = {"num_encoder_layers": 2, "num_decoder_layers": 2, "dim_feedforward": 6, "dropout": 0.0}
    f.case("Transformer", 4, 2, **small, inputs=[(5, 2, 4), (4, 2, 4)], call={"tgt_mask": causal})
    f.case("Transformer", 4, 2, **small, batch_first=True, norm_first=True, inputs=[(2, 4, 4), (2, 4, 4)],
           call={"tgt_mask": causal, "src_key_padding_mask": padding, "memory_key_padding_mask": padding,
                 "tgt_key_padding_mask": padding[::-1].copy()})
    return f


def losses() -> Family:
    f = Family("losses")
    reductions = ("mean", "sum", "none")
    for reduction in reductions:
        f.case("MSELoss", reduction=reduction, inputs=[(3, 4), (3, 4)])
        f.case("L1Loss", reduction=reduction, inputs=[(3, 4), (3, 4)])
        f.case("HuberLoss", reduction=reduction, delta=0.7, inputs=[(3, 4), (3, 4)])
        f.case("BCELoss", reduction=reduction, inputs=[torch.rand(3, 4), torch.rand(3, 4)])
        f.case("BCEWithLogitsLoss", reduction=reduction, inputs=[(3, 4), torch.rand(3, 4)])
        f.case("NLLLoss", reduction=reduction, inputs=[(4, 3), ints(4, high=3)])
        f.case("KLDivLoss", reduction=reduction, inputs=[(3, 4), torch.rand(3, 4)])
        f.case("CrossEntropyLoss", reduction=reduction, inputs=[(6, 4), ints(6, high=4)])
    f.case("KLDivLoss", reduction="batchmean", log_target=True, inputs=[(3, 4), (3, 4)])
    f.case("KLDivLoss", inputs=[(3, 4), torch.tensor([[0.0, 0.5, 0.5, 0.0]] * 3)], frozen=1)
    extremes = torch.tensor([1e4, -1e4, 40.0, -40.0, 0.0, 3.0])
    f.case("BCEWithLogitsLoss", reduction="none", frozen=1,
           inputs=[extremes, torch.tensor([1.0, 0.0, 0.0, 1.0, 0.5, 1.0])])
    f.case("BCEWithLogitsLoss", inputs=[(3, 4), torch.rand(3, 4)],
           tensor_args={"weight": [0.5, 1.0, 2.0, 0.0], "pos_weight": [1.0, 3.0, 0.2, 1.5]})
    f.case("BCELoss", inputs=[torch.rand(3, 4), torch.rand(3, 4)], tensor_args={"weight": [0.5, 1.0, 2.0, 0.0]})
    f.case("BCELoss", reduction="none", frozen=1,
           inputs=[torch.tensor([1e-3, 0.999, 0.5]), torch.tensor([0.0, 1.0, 1.0])])
    weight = [0.5, 2.0, 1.0, 0.1]
    labels = ints(6, high=4, seed=3)
    ignoring = labels.clone()
    ignoring[[0, 3]] = -100
    other = labels.clone()
    other[2] = 1
    soft = torch.softmax(torch.from_numpy(np.random.default_rng(8).normal(size=(6, 4))), 1)
    for reduction in reductions:
        f.case("CrossEntropyLoss", reduction=reduction, inputs=[(6, 4), labels], tensor_args={"weight": weight})
        f.case("CrossEntropyLoss", reduction=reduction, label_smoothing=0.2, inputs=[(6, 4), ignoring])
        f.case("CrossEntropyLoss", reduction=reduction, label_smoothing=0.2, inputs=[(6, 4), ignoring],
               tensor_args={"weight": weight})
        f.case("CrossEntropyLoss", reduction=reduction, ignore_index=1, inputs=[(6, 4), other],
               tensor_args={"weight": weight})
        f.case("CrossEntropyLoss", reduction=reduction, inputs=[(6, 4), soft])
        f.case("CrossEntropyLoss", reduction=reduction, label_smoothing=0.3, inputs=[(6, 4), soft.clone()],
               tensor_args={"weight": weight})
        f.case("CrossEntropyLoss", reduction=reduction, label_smoothing=0.1,
               inputs=[(2, 4, 3, 2), ints(2, 3, 2, high=4)], tensor_args={"weight": weight})
        f.case("NLLLoss", reduction=reduction, ignore_index=1, inputs=[(2, 4, 3), ints(2, 3, high=4, seed=4)],
               tensor_args={"weight": weight})
    f.case("CrossEntropyLoss", inputs=[(2, 4, 3), torch.rand(2, 4, 3)])
    f.case("CrossEntropyLoss", inputs=[(4,), torch.tensor(2)])
    f.case("CrossEntropyLoss", reduction="none",
           inputs=[torch.tensor([[1e4, -1e4, 0.0], [-1e4, 1e4, 1e4], [1e4, 0.0, -1e4]]), torch.tensor([0, 2, 2])])
    for reduction in reductions:
        f.case("SmoothL1Loss", reduction=reduction, beta=0.4, inputs=[(3, 4), (3, 4)])
    f.case("SmoothL1Loss", beta=0.0, inputs=[(3, 4), (3, 4)])
    signs = ints(6, high=2, seed=9) * 2 - 1
    counts = ints(3, 4, high=5, seed=10).double()
    for reduction in reductions:
        f.case("MarginRankingLoss", 0.3, reduction=reduction, inputs=[(6,), (6,), signs])
        f.case("HingeEmbeddingLoss", 0.8, reduction=reduction, inputs=[torch.rand(6), signs])
        f.case("SoftMarginLoss", reduction=reduction, inputs=[(6,), signs])
        f.case("CosineEmbeddingLoss", 0.2, reduction=reduction, inputs=[(6, 4), (6, 4), signs])
        f.case("TripletMarginLoss", reduction=reduction, inputs=[(5, 4), (5, 4), (5, 4)])
        f.case("TripletMarginLoss", 2.0, p=1.0, swap=True, reduction=reduction, inputs=[(5, 4), (5, 4), (5, 4)])
        f.case("GaussianNLLLoss", full=True, reduction=reduction, inputs=[(3, 4), (3, 4), torch.rand(3, 4) + 0.1])
        f.case("PoissonNLLLoss", full=True, reduction=reduction, frozen=1, inputs=[(3, 4), counts])
    f.case("GaussianNLLLoss", eps=1e-3, inputs=[(3, 4), (3, 4), torch.rand(3) + 0.1])
    f.case("GaussianNLLLoss", inputs=[(3, 4), (3, 4), torch.rand(3, 1) + 0.1])
    f.case("PoissonNLLLoss", log_input=False, eps=0.1, frozen=1, inputs=[torch.rand(3, 4), counts.clone()])
    f.case("CosineEmbeddingLoss", inputs=[(4,), (4,), torch.tensor(1)])
    for reduction in reductions:
        f.case("MultiMarginLoss", reduction=reduction, inputs=[(6, 4), ints(6, high=4)])
        f.case("MultiMarginLoss", 2, 0.7, reduction=reduction, inputs=[(6, 4), ints(6, high=4)],
               tensor_args={"weight": weight})
    f.case("MultiMarginLoss", inputs=[(4,), torch.tensor(2)])
    return f


if __name__ == "__main__":
    for family in (basic, activation, convolution, pooling, volumes, normalization, recurrent, attention, losses):
        family().write()
