"""Data sets made of others: arrays side by side, some samples of a set, several sets one after the other."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import accumulate
from math import floor, isclose
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from autograd import Tensor
from autograd.arrays import integer
from nn.data.samplers import RandomSampler, as_indices
from nn.data.sources import Gather, InBatches, sample, source


class Dataset:
    """A base for data sets of your own, which define `__len__` and `__getitem__(index)`; `a + b` is b after a.

    A `DataLoader` takes anything that has these two, with this base or without it.
    """

    def __getitem__(self, index: int) -> Any:
        raise NotImplementedError(f"{type(self).__name__} needs a method __getitem__(self, index)")

    def __add__(self, other: Any) -> ConcatDataset:
        return ConcatDataset([self, other])


class TensorDataset(Dataset, InBatches):
    """Arrays of equal length side by side: sample i is a tuple of the i-th row of each.

    A `DataLoader` makes the same batches from a tuple of arrays. Raises ValueError for arrays of unequal length.
    """

    def __init__(self, *tensors: Any) -> None:
        if len(tensors) == 1 and isinstance(tensors[0], (list, tuple)) and any(np.ndim(part) for part in tensors[0]):
            raise TypeError("TensorDataset takes its arrays one by one: write TensorDataset(x, y), or *arrays")
        self.tensors = tensors
        self._samples, self._gather = source(tensors)

    def __len__(self) -> int:
        return self._samples

    def __getitem__(self, index: Any) -> tuple[Any, ...]:
        return tuple(part[index] for part in self.tensors)

    def gathered(self) -> tuple[int, Gather]:
        return self._samples, self._gather


class Subset(Dataset, InBatches):
    """The samples of `dataset` at `indices`: of a data set, of an array, or of a tuple of arrays.

    Raises TypeError for indices that are not integers, ValueError for one out of range.
    """

    def __init__(self, dataset: Any, indices: ArrayLike) -> None:
        self.dataset, self.indices = dataset, as_indices("Subset", indices)
        count, self._gather = source(dataset)
        outside = self.indices[(self.indices < -count) | (self.indices >= count)]
        if outside.size:
            raise ValueError(f"Subset expected indices below {count}, got {outside[0]}")

    def __len__(self) -> int:
        return len(self.indices)

    def __getitem__(self, index: int) -> Any:
        return sample(self.dataset, int(self.indices[index]))

    def gathered(self) -> tuple[int, Gather]:
        return len(self), self._at

    def _at(self, rows: Any) -> Any:
        return self._gather(self.indices[rows])


class ConcatDataset(Dataset):
    """Several data sets, one after the other. Raises ValueError for none, IndexError for a sample beyond the last."""

    def __init__(self, datasets: Iterable[Any]) -> None:
        if isinstance(datasets, (np.ndarray, Tensor)):
            raise TypeError(f"ConcatDataset takes a list of data sets, [first, second], got one array {datasets.shape}")
        self.datasets = list(datasets)
        self.cumulative_sizes = [*accumulate(source(part)[0] for part in self.datasets)]
        if not self.datasets:
            raise ValueError("ConcatDataset expected at least one data set, got none")

    def __len__(self) -> int:
        return self.cumulative_sizes[-1]

    def __getitem__(self, index: int) -> Any:
        at = index + len(self) if index < 0 else index
        if not 0 <= at < len(self):
            raise IndexError(f"ConcatDataset has {len(self)} samples, got index {index}")
        part = bisect_right(self.cumulative_sizes, at)
        return sample(self.datasets[part], at - (self.cumulative_sizes[part - 1] if part else 0))


def random_split(dataset: Any, lengths: Sequence[float], *, seed: int | None = None) -> list[Subset]:
    """Split the samples at random: `lengths` are numbers of samples, or shares that add up to 1.

    `dataset` is a data set, an array, or a tuple of arrays. Samples left over by rounding shares down go to the first
    parts, one each. With a `seed` the split is always the same; without, it is drawn from the library's generator.
    Raises ValueError unless the lengths add up to all samples, or to 1.
    """
    count = source(dataset)[0]
    if not isinstance(lengths, (Sequence, np.ndarray)):
        raise TypeError(f"random_split takes the lengths of all parts, as [0.8, 0.2], got {lengths!r}")
    if any(isinstance(length, float) for length in lengths):
        if not isclose(sum(lengths), 1) or min(lengths) < 0:
            raise ValueError(f"random_split expected shares that add up to 1, got {list(lengths)}")
        sizes = [floor(count * share) for share in lengths]
        for i in range(count - sum(sizes)):
            sizes[i % len(sizes)] += 1
    else:
        sizes = [integer("random_split: a length", length, least=0) for length in lengths]
        if sum(sizes) != count:
            raise ValueError(f"random_split expected lengths that add up to the {count} samples, got {sizes}")
    order = RandomSampler(range(count), seed=seed).order(0) if count else np.arange(0)
    return [Subset(dataset, part) for part in np.split(order, np.cumsum(sizes)[:-1])]
