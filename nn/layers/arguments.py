"""Checks of layers' arguments."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from autograd.arrays import integer, one_of
from nn.layers.input import Speaker, described

Size = int | Sequence[int]
"""One number for all axes, or one per axis, as it is given; and what it is made into:"""
Sizes = tuple[int, ...]
Geometry = tuple[Sizes, Sizes, Sizes, Sizes]
"""The kernel, stride, padding and dilation of windows, each along all axes."""


def positive_integers(speaker: Speaker, **numbers: Any) -> None:
    """Raise TypeError for a size that is not an integer, ValueError for one below 1."""
    for name, number in numbers.items():
        _check(speaker, integer, name, number)


def choice(speaker: Speaker, known: Collection[str], **options: str) -> None:
    """Raise ValueError for an unknown option."""
    for name, option in options.items():
        _check(speaker, one_of, name, option, known)


def _check(speaker: Speaker, check: Callable[..., object], name: str, *arguments: Any) -> None:
    """Run a check of an argument; its error begins with the speaker, which is formatted only then."""
    try:
        check(name, *arguments)
    except (TypeError, ValueError) as error:
        raise type(error)(f"{described(speaker)}: {error}") from None


def probability(speaker: Speaker, **values: float) -> None:
    """Raise ValueError for a rate that is not in [0, 1]."""
    _in_range(speaker, lambda value: 0 <= value <= 1, "between 0 and 1", values)


def nonnegative(speaker: Speaker, **values: float) -> None:
    """Raise ValueError for anything but numbers of at least 0."""
    _in_range(speaker, lambda value: value >= 0, "at least 0", values)


def positive(speaker: Speaker, **values: float) -> None:
    """Raise ValueError for anything but numbers above 0."""
    _in_range(speaker, lambda value: value > 0, "positive", values)


def _in_range(speaker: Speaker, fits: Callable[[Any], bool], range_of: str, values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        try:
            inside = not isinstance(value, bool) and fits(value)
        except TypeError:  # no number at all
            inside = False
        if not inside:
            raise ValueError(f"{described(speaker)}: {name} must be {range_of}, got {value!r}")


def nonzero(speaker: Speaker, **values: float | None) -> None:
    """Raise ValueError for a number that is 0."""
    for name, value in values.items():
        if value == 0:
            raise ValueError(f"{described(speaker)}: {name} must not be 0")


def sizes(speaker: str, name: str, value: Size, count: int, least: int = 1) -> Sizes:
    """One number for all axes, or one per axis, as a tuple of `count` integers that are at least `least`."""
    return tuple(integer(f"{speaker}: {name}", number, least) for number in each_axis(speaker, name, value, count))


def geometry(speaker: str, axes: int, kernel_size: Size, stride: Size | None, padding: Size,
             dilation: Size = 1) -> Geometry:
    """The geometry of windows, from one number for all axes or one per axis; the default stride is the kernel size."""
    kernel = sizes(speaker, "kernel_size", kernel_size, axes)
    return (kernel, kernel if stride is None else sizes(speaker, "stride", stride, axes),
            sizes(speaker, "padding", padding, axes, least=0), sizes(speaker, "dilation", dilation, axes))


def each_axis(speaker: str, name: str, value: Any, count: int) -> tuple[Any, ...]:
    """One value for all axes, or one per axis, as a tuple. Raises TypeError for another number of them."""
    values = tuple(value) if isinstance(value, (tuple, list)) else (value,) * count
    if len(values) != count:
        wanted = "an integer" if count == 1 else f"an integer or {count} of them"
        raise TypeError(f"{speaker}: {name} must be {wanted}, got {value!r}")
    return values


def floating(speaker: str, dtype: DTypeLike | None, *, real: bool = False) -> np.dtype[Any]:
    """The dtype of a layer's parameters: float32 unless given. Raises TypeError for one that is not floating."""
    found = np.dtype(np.float32 if dtype is None else dtype)
    if found.kind not in ("f" if real else "fc"):
        raise TypeError(f"{speaker}: dtype must be {'real and ' * real}floating, got {found}")
    return found
