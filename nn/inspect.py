"""Looking inside a network: what each layer computes, what its weights look like, and what excites a unit most."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

import autograd
from autograd import Tensor
from autograd.arguments import as_tensor
from autograd.errors import needing
from nn.evaluation_mode import evaluating
from nn.module import Module
from nn.state import free_name
from nn.stateless import functional_call
from nn.watched_calls import watched

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["activations", "exciting_inputs", "feature_maps", "most_exciting", "weights"]


def activations(model: Module, *inputs: Any) -> dict[str, Any]:
    """What every module returned in one call, by its dotted path in the order of completion: a[l] of layer l.

    The model's own output has the path "". A module called several times has entries `path`, `path (2)`, ...
    The model is called as it stands: in training or evaluation mode, recorded or, under `no_grad()`, not.
    """
    found: dict[str, Any] = {}
    paths = {module: path for path, module in model.named_modules()}

    def note(module: Module, inputs: tuple[Any, ...], out: Any) -> None:
        found[free_name(paths[module], found, "{} ({})")] = out

    with watched(paths, note):
        model(*inputs)
    return found


def most_exciting(model: Module, layer: Module | str, unit: int, shape: Sequence[int], *, steps: int = 100,
                  rate: float = 0.2, norm: float | None = None, seed: int = 0) -> NDArray[Any]:
    """The input, of `shape` without the batch axis, that excites a unit of a layer most: by gradient ascent.

    From noise, x <- x + rate norm g / |g|, projected into the ball |x| <= norm (sqrt of the size unless given); g is
    the gradient of the unit's output, averaged over the positions of a feature map. Parameters are not changed.
    Raises ValueError if the layer has no such unit, or if x does not affect it (a ReLU that is off).
    Source: Erhan et al., "Visualizing higher-layer features of a deep network", 2009.
    """
    norm = math.sqrt(math.prod(shape)) if norm is None else norm
    dtype = next((p.dtype for p in model.parameters()), np.dtype(np.float32))
    x = np.random.default_rng(seed).normal(size=tuple(shape)).astype(dtype)
    x *= norm / (2 * np.linalg.norm(x))
    excitement = _excitement(model, layer, unit)
    with evaluating(model):
        for _ in range(steps):
            gradient = autograd.grad(excitement)(Tensor(x)).data
            length = np.linalg.norm(gradient)
            if length == 0:
                raise ValueError(f"unit {unit} of {_path(model, layer)!r} does not respond to the input; look at the "
                                 "layer before its activation, or start from another seed")
            x = x + (rate * norm / length) * gradient
            x *= min(1, norm / np.linalg.norm(x))
    return x


def weights(layer: Module, *, shape: Sequence[int] | None = None, limit: int = 64) -> Figure:
    """The weights of a layer as images, one per unit or filter: blue is negative, white zero, red positive.

    The rows of a Linear layer become images of `shape`: unless given, as near to a square as their length allows.
    Filters of three channels are shown in colour, other ones channel by channel, titled "filter, channel", and those of
    volumes image by image, "filter, channel, depth". At most `limit` images. Needs matplotlib.
    Raises ValueError if the layer has no `weight`, one of a single axis, or rows that do not have `shape`.
    """
    weight = getattr(layer, "weight", None)
    if weight is None:
        raise ValueError(f"{layer!r} has no weight to show; give one of the layers inside it")
    values = np.asarray(weight._value)
    if values.ndim == 1:
        raise ValueError(f"the weight of {layer!r} has shape {values.shape}, one number per unit: it has no image")
    if values.ndim == 2:
        size = values.shape[1]
        shape = _nearly_square(size) if shape is None else shape
        if math.prod(shape) != size:
            raise ValueError(f"the rows of {layer!r} hold {size} weights, not {tuple(shape)}")
        values = values.reshape(len(values), *shape)
    elif values.ndim == 5 or (values.ndim == 4 and values.shape[1] not in (1, 3)):
        names = [", ".join(map(str, at)) for at in np.ndindex(values.shape[:-2])]
        return _grid(values.reshape(-1, *values.shape[-2:]), names, limit, signed=True)
    return _grid(values, [str(j) for j in range(len(values))], limit, signed=True)


def feature_maps(model: Module, layer: Module | str, x: Any, *, limit: int = 64) -> Figure:
    """What a convolutional layer makes of one image `x` (C, H, W): one picture per channel. Needs matplotlib.

    Raises ValueError if the layer's output is not (1, channels, H, W).
    """
    target = _path(model, layer)
    image = as_tensor(x)
    with evaluating(model):
        found = _outputs(model, target, image)
    if not found or found[0].ndim != 4:
        came = found[0].shape if found else "no call of it"
        raise ValueError(f"expected feature maps (1, channels, H, W) from {target!r}, got {came}")
    maps = np.asarray(found[0]._value)[0]
    return _grid(maps, [str(j) for j in range(len(maps))], limit, signed=False)


def exciting_inputs(model: Module, layer: Module | str, units: Sequence[int], shape: Sequence[int],
                    **options: Any) -> Figure:
    """The most exciting inputs of several units as images, `most_exciting` of each. Needs matplotlib.

    `shape` (H, W), (1, H, W) or (3, H, W); for a model on flat rows also (H * W,), drawn nearly square.
    """
    images = np.stack([most_exciting(model, layer, unit, shape, **options) for unit in units])
    if images.ndim == 2:
        images = images.reshape(len(images), *_nearly_square(images.shape[1]))
    return _grid(images, [str(unit) for unit in units], len(images), signed=True)


def _excitement(model: Module, layer: Module | str, unit: int) -> Callable[[Tensor], Tensor]:
    """The mean output of a unit, as a function of one input without the batch axis."""
    target = _path(model, layer)

    def excitement(x: Tensor) -> Tensor:
        found = _outputs(model, target, x)
        if not found:
            raise ValueError(f"a call of the model does not reach {target!r}")
        out = found[-1][0] if isinstance(found[-1], tuple) else found[-1]
        channels = out.ndim >= 4 or getattr(model.get_submodule(target), "axes", 0) == 1  # axes of images, of sequences
        units = out.shape[1 if channels else -1]
        if not -units <= unit < units:
            raise ValueError(f"the layer {target!r} has {units} units, 0 to {units - 1}; there is no unit {unit}")
        return (out[:, unit] if channels else out[..., unit]).mean()  # type: ignore[no-any-return]

    return excitement


def _outputs(model: Module, target: str, x: Tensor) -> list[Any]:
    """What the module at a path returned, call by call, for one input without the batch axis.

    The parameters take part as constants, so that nothing is accumulated into their gradients.
    """
    constants = {path: parameter.detach() for path, parameter in model.named_parameters()}
    found: list[Any] = []
    with watched([model.get_submodule(target)], lambda module, inputs, out: found.append(out)):
        functional_call(model, constants, x.reshape(1, *x.shape))
    return found


def _path(model: Module, layer: Module | str) -> str:
    """The path of a layer, which is given as its path or as the module."""
    if isinstance(layer, str):
        model.get_submodule(layer)
        return layer
    for path, module in model.named_modules():
        if module is layer:
            return path
    raise ValueError(f"{layer!r} is not a part of this {type(model).__name__}")


def _nearly_square(size: int) -> tuple[int, int]:
    """Height and width: the two divisors of `size` that are nearest to each other."""
    height = next(side for side in range(math.isqrt(size), 0, -1) if size % side == 0)
    return height, size // height


def _grid(images: NDArray[Any], titles: Sequence[str], limit: int, *, signed: bool) -> Figure:
    """Images (n, H, W), (n, 1, H, W) or (n, 3, H, W) beside each other, on one scale."""
    with needing("matplotlib", extra="plot"):
        import matplotlib.pyplot as plt
    total, images = len(images), images[:limit]
    columns = math.ceil(math.sqrt(len(images)))
    rows = math.ceil(len(images) / columns)
    figure, axes = plt.subplots(rows, columns, figsize=(1.1 * columns + 0.8, 1.2 * rows + 0.4), squeeze=False,
                                layout="constrained")
    plt.close(figure)  # a notebook would show the open figure as well as the returned one
    reach = float(np.abs(images).max()) or 1.0
    low, high = (-reach, reach) if signed else (float(images.min()), float(images.max()))
    for ax in axes.flat:
        ax.set_axis_off()
    colored = images.ndim == 4 and images.shape[1] == 3
    aspect = "equal" if max(images.shape[-2:]) <= 4 * min(images.shape[-2:]) else "auto"  # not a hairline
    for ax, image, title in zip(axes.flat, images, titles, strict=False):
        if colored:
            ax.imshow((image.transpose(1, 2, 0) - low) / ((high - low) or 1))
        else:
            shown = ax.imshow(image.reshape(image.shape[-2:]), cmap="RdBu_r" if signed else "gray", vmin=low, vmax=high,
                              aspect=aspect)
        ax.set_title(title, fontsize=7, pad=2)
    if not colored:
        figure.colorbar(shown, ax=axes, shrink=min(1.0, 2 / rows), aspect=15).ax.tick_params(labelsize=7)
    if total > len(images):
        figure.supxlabel(f"the first {len(images)} of {total}", fontsize=8)
    return figure
