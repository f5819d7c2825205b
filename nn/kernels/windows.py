"""Windows that slide along one axis: the geometry of convolution and pooling."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple


class Residue(NamedTuple):
    """The inputs r, r + stride, r + 2 stride, ..., the taps that see them, and their windows over the outputs."""

    inputs: slice
    taps: slice
    windows: slice


class Axis(NamedTuple):
    """`outputs` windows of `kernel` taps over `size` inputs.

    Tap j of window o sees the input at `o * stride + j * dilation - before`; places outside of the input are padding.
    """

    size: int
    kernel: int
    stride: int
    dilation: int
    before: int
    outputs: int

    @lru_cache(4096)  # noqa: B019  # of values: equal axes share an entry, and none is kept alive
    def tap(self, j: int) -> tuple[slice, slice]:
        """The windows whose tap j sees an input, not padding, and the inputs that it sees."""
        offset = j * self.dilation - self.before
        low = min(self.outputs, max(0, -(offset // self.stride)))
        high = max(low, min(self.outputs, (self.size - 1 - offset) // self.stride + 1))
        if low == high:
            return slice(low, low), slice(0, 0)
        start = low * self.stride + offset
        return slice(low, high), slice(start, start + (high - low - 1) * self.stride + 1, self.stride)

    def part(self, some: slice) -> Axis:
        """The axis with only these windows."""
        return self._replace(before=self.before - some.start * self.stride, outputs=some.stop - some.start)

    @property
    def identity(self) -> bool:
        """Whether each window sees exactly the input at its own place."""
        return self.partition and self.kernel == 1

    @property
    def disjoint(self) -> bool:
        """Whether no input is seen twice."""
        return self.stride > (self.kernel - 1) * self.dilation

    @property
    def partition(self) -> bool:
        """Whether every input is seen exactly once."""
        return (self.dilation == 1 and self.before == 0 and self.kernel == self.stride
                and self.outputs * self.stride == self.size)

    @lru_cache(1024)  # noqa: B019  # as above
    def phases(self) -> tuple[tuple[slice, int, Axis], ...]:
        """The phases: the inputs that the same taps see, side by side, so that windows over them have stride 1.

        For each phase its taps, their dilation within it, and its inputs as an axis with one tap per place.
        """
        common = math.gcd(self.stride, self.dilation)
        step, dilation = self.stride // common, self.dilation // common
        reach = [(len(range(j, self.kernel, step)) - 1) * dilation for j in range(min(step, self.kernel))]
        return tuple([(slice(j, None, step), dilation,
                       Axis(self.size, 1, self.stride, 1, self.before - j * self.dilation, self.outputs + beyond))
                      for j, beyond in enumerate(reach)])

    @lru_cache(1024)  # noqa: B019  # as above
    def adjoint(self, together: bool) -> tuple[tuple[Axis, tuple[Residue, ...]], ...]:
        """Windows over the outputs that gather, for every input, the outputs it contributed to.

        The inputs of one residue of the stride are seen by the same taps, so they have windows of stride 1: those of an
        axis of their own or, `together`, of the axis of all residues that as many taps see. On the axes the taps are in
        *reverse* order.
        """
        groups: dict[int, list[tuple[slice, slice, Axis]]] = {}
        for r in range(min(self.stride, self.size)):
            found = self._gathering(r)
            groups.setdefault(found[2].kernel if together else r, []).append(found)
        return tuple(map(_on_one_axis, groups.values()))

    def _gathering(self, r: int) -> tuple[slice, slice, Axis]:
        common = math.gcd(self.stride, self.dilation)
        step, dilation = self.stride // common, self.dilation // common
        met = [j for j in range(min(step, self.kernel)) if (r + self.before - j * self.dilation) % self.stride == 0]
        taps = range(met[0], self.kernel, step) if met else range(0)
        reach = (r + self.before - taps[0] * self.dilation) // self.stride if met else 0
        before = (len(taps) - 1) * dilation - reach
        inputs = len(range(r, self.size, self.stride))
        return (slice(r, None, self.stride), slice(taps.start, taps.stop, step),
                Axis(self.outputs, len(taps), 1, dilation, before, inputs))


def _on_one_axis(gatherings: Sequence[tuple[slice, slice, Axis]]) -> tuple[Axis, tuple[Residue, ...]]:
    """Axes that differ only in where they begin and end, as parts of one."""
    before = max(over.before for _, _, over in gatherings)
    residues = tuple(Residue(inputs, taps, slice(before - over.before, before - over.before + over.outputs))
                     for inputs, taps, over in gatherings)
    return gatherings[0][2]._replace(before=before, outputs=max(r.windows.stop for r in residues)), residues


Windows = tuple[Axis, ...]  # along L, along H and W, or along D, H and W
ALONE = Axis(1, 1, 1, 1, 0, 1)  # for an axis that the input lacks: one window over one place


def axis(size: int, kernel: int, stride: int = 1, dilation: int = 1, padding: tuple[int, int] = (0, 0),
         ceil_mode: bool = False) -> Axis:
    """The windows that fit: `(size + padding - dilation * (kernel - 1) - 1) / stride + 1`, rounded down or up.

    With `ceil_mode` it is rounded up: windows may reach beyond the padding, but begin within the input or the padding
    before it, as in PyTorch. Raises ValueError if no window fits.
    """
    before, after = padding
    extent = dilation * (kernel - 1) + 1
    room = size + before + after - extent
    outputs = (-(-room // stride) if ceil_mode else room // stride) + 1
    if ceil_mode and (outputs - 1) * stride >= size + before:
        outputs -= 1
    if outputs < 1:
        raise ValueError(f"a window of {extent} (kernel {kernel}, dilation {dilation}) is larger than the input of "
                         f"{size} with padding {before} + {after}; use a smaller kernel or more padding")
    return Axis(size, kernel, stride, dilation, before, outputs)


def transposed_size(size: int, kernel: int, stride: int = 1, dilation: int = 1, padding: tuple[int, int] = (0, 0),
                    extra: int = 0) -> int:
    """The outputs of a transposed convolution of `size` inputs: so many a convolution takes to `size`.

    `(size - 1) * stride - padding + dilation * (kernel - 1) + 1`, and `extra`, which a stride leaves open.
    """
    return (size - 1) * stride - sum(padding) + dilation * (kernel - 1) + 1 + extra


def adaptive_windows(size: int, count: int) -> tuple[tuple[int, int], ...]:
    """The first and the end index of each of `count` windows that share `size` inputs: neighbours, or overlapping.

    Window i of m over n inputs goes from `floor(i n / m)` to `ceil((i + 1) n / m)`.
    """
    return tuple((i * size // count, -(-(i + 1) * size // count)) for i in range(count))


def pool_windows(sizes: Sequence[int], kernel: Sequence[int], stride: Sequence[int], padding: Sequence[int],
                 dilation: Sequence[int], ceil_mode: bool) -> Windows:
    """The windows of a pooling along each axis, padded equally on both sides."""
    return tuple(axis(n, k, s, d, (p, p), ceil_mode)
                 for n, k, s, p, d in zip(sizes, kernel, stride, padding, dilation, strict=True))
