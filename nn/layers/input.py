"""The input of layers: floating input is cast to the parameters' dtype, anything else refused in the layer's name."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import repeat
from typing import Any

import numpy as np

from autograd import Tensor
from autograd.arguments import as_tensor
from nn.kernels.indices import first_index
from nn.module import Module

Speaker = Module | str  # what the error is about: a layer, or the name of a function
Shapes = dict[str, tuple[int, ...]]  # weights by their names
AXES = {1: "L", 2: "H, W", 3: "D, H, W"}  # the names of the axes of a sequence, an image and a volume


def admitted(speaker: Speaker, given: Any, dtype: np.dtype[Any] | None = None, *, real: bool = False) -> Tensor:
    """`given` as a tensor of the layer's `dtype` (of any floating dtype where None): the cast is differentiable.

    Raises TypeError for integers and booleans, and for complex input to a real layer: one of a real dtype, or `real`,
    whose function is defined for real numbers only.
    """
    x = given if isinstance(given, Tensor) else _wrapped(speaker, given)
    if dtype is not None and x.dtype == dtype and not real:
        return x
    kind = x.dtype.kind
    if kind not in "fc" or (kind == "c" and (real or (dtype is not None and dtype.kind == "f"))):
        advice = "x.astype(np.float32)" + (" / 255 for images" if x.dtype == np.uint8 else "")
        if kind == "c":
            advice = "the real part" + ("" if real else ", or build the layer with dtype=np.complex64")
        raise mistake(speaker, f"expected floating-point input, got {x.dtype} {x.shape}; pass {advice}", TypeError)
    return x if dtype is None or x.dtype == dtype else x.astype(dtype)


def _wrapped(speaker: Speaker, given: Any) -> Tensor:
    """An array or nested numbers as a tensor. Raises TypeError for None, and for a layer's several outputs."""
    came = ""
    if given is None:
        came = "None; does the layer before it return its output?"
    elif isinstance(given, (tuple, list)) and any(isinstance(part, Tensor) for part in given):
        came = (f"{type(given).__name__} of {len(given)}; take the part that is meant, as out[0] of an RNN, or "
                "make one tensor of all, np.stack(tensors)")
    elif isinstance(given, dict):
        came = f"dict with {', '.join(map(repr, given))}; take the array out of it"
    if came:
        raise mistake(speaker, f"expected a tensor, got {came}", TypeError)
    return Tensor(given)


def refusal(speaker: Speaker, expected: str, came: Any, advice: str = "") -> Exception:
    """`Conv2d(16, 32, 3) expected (N, 16, H, W), got (64, 1, 28, 28)`, as an error to raise."""
    shape = came.shape if hasattr(came, "shape") else came
    return mistake(speaker, f"expected {expected}, got {shape}" + (f"; {advice}" if advice else ""))


def refuse_where(wrong: Any, speaker: Speaker, x: Tensor, expected: str, advice: str = "") -> None:
    """Raise ValueError if any of the values of x is wrong, naming the first."""
    if wrong.any():
        at = first_index(wrong)
        raise refusal(speaker, expected, f"{x._value[at]} at index {at}", advice)


def broadcasts(shape: tuple[int, ...], to: tuple[int, ...]) -> bool:
    """Whether an array of this shape can be broadcast to the other."""
    try:
        return np.broadcast_shapes(shape, to) == to
    except ValueError:
        return False


def batch_of(speaker: Speaker, x: Any, channels: int | str, axes: int) -> tuple[Any, bool]:
    """`x` as a batch, and whether it was one example without a batch axis. Raises ValueError for another shape."""
    wanted = (channels,) if isinstance(channels, int) else x.shape[-axes - 1 : -axes]
    if x.ndim == axes + 2 and x.shape[1:2] == wanted:
        return x, False
    if x.ndim == axes + 1 and x.shape[:1] == wanted:
        return x[np.newaxis], True
    advice = ""
    if x.ndim == axes + 1 and channels == 1:
        advice = "write x[:, None] to give it a channel axis"
    elif x.ndim in (axes + 1, axes + 2) and x.shape[-1] == channels:
        order = (*range(x.ndim - axes - 1), x.ndim - 1, *range(x.ndim - axes - 1, x.ndim - 1))
        advice = f"write x.transpose{order} to put channels first"
    raise refusal(speaker, f"(N, {channels}, {AXES[axes]})", x, advice)


def images(speaker: Speaker, x: Any, axes: int) -> tuple[Any, bool]:
    """The input as a batch, and whether it had no batch axis. Raises ValueError for images without a pixel."""
    x, single = batch_of(speaker, x, "C", axes)
    if 0 in x.shape[2:]:
        raise refusal(speaker, f"(N, C, {AXES[axes]}) with at least one value along {AXES[axes]}", x)
    return x, single


def check_window(speaker: Speaker, x: Tensor, kernel: Sequence[int], padding: Sequence[tuple[int, int]],
                 dilation: Sequence[int], beyond: Iterable[int] = repeat(0)) -> None:
    """Raise ValueError if the kernel, spread by its dilation, is larger than the padded input and what is `beyond`."""
    for size, k, (before, after), d, more in zip(x.shape[2:], kernel, padding, dilation, beyond, strict=False):
        if d * (k - 1) + 1 > size + before + after + more:
            span = " x ".join(str(d * (k - 1) + 1) for k, d in zip(kernel, dilation, strict=True))
            room = " x ".join(str(n + sum(p)) for n, p in zip(x.shape[2:], padding, strict=True))
            raise mistake(speaker, f"has a window of {span}, larger than its padded input of {room}, got {x.shape}")


def with_axis(speaker: Speaker, x: Tensor, dim: int) -> Tensor:
    """The input. Raises ValueError if it has no such axis."""
    if not -x.ndim <= dim < x.ndim:
        raise refusal(speaker, f"input with an axis {dim}", x)
    return x


def fitting(speaker: Speaker, shape: tuple[int, ...], dtype: np.dtype[Any], **weights: Any) -> list[Any]:
    """Weights and statistics as tensors of this dtype, None for what is not there.

    Raises ValueError for another shape, TypeError for complex numbers where `dtype` is real.
    """
    found: list[Any] = []
    for name, given in weights.items():
        value = None if given is None else as_tensor(given)
        if value is not None and value.shape != shape:
            raise refusal(speaker, f"a {name} {shape}", value)
        found.append(value if value is None or value.dtype == dtype else value.astype(dtype))
    return found


def weights_of(layer: Module, shapes: Shapes) -> dict[str, Any]:
    """The weights of a layer by their names, None for those that it goes without; each is read, or computed, once.

    Raises ValueError if one was given `.data` of another shape, which might broadcast, or be read in part.
    """
    found = {name: getattr(layer, name, None) for name in shapes}
    for name, value in found.items():
        if value is not None and value.shape != shapes[name]:
            raise refusal(layer, f"{name} {shapes[name]}", value)
    return found


def mistake(speaker: Speaker, what: str, kind: type[Exception] = ValueError) -> Exception:
    """An error to raise: its message begins with the layer and ends with the layer's place in its model."""
    where = f" (module {speaker._path})" if isinstance(speaker, Module) and speaker._path else ""
    return kind(f"{described(speaker)} {what}{where}")


def described(speaker: Speaker) -> str:
    """A layer, shown as its constructor call."""
    return speaker if isinstance(speaker, str) else f"{type(speaker).__name__}({speaker.extra_repr()})"
