"""Samplers: which samples a pass over the data takes, and in which order.

The order of pass `e` is a pure function of `(seed, e)`, so that a run can resume in the middle of a pass. A
`DataLoader` also takes any other iterable of indices, and iterates over it again in each pass.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Iterator, Sequence, Sized
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

import autograd.random
from autograd.arrays import flag, integer
from autograd.boundary import as_plain_array

Indices = NDArray[np.int64] | range


class _Sampler:
    """An order for every pass, drawn from `seed` and the pass; `seed=None` draws one from the library's generator."""

    def __init__(self, seed: int | None) -> None:
        if seed is None:
            seed = int(autograd.random.generator().integers(2**63))
        self.seed = integer("seed", seed, least=0)
        self._next = 0

    @abstractmethod
    def order(self, number: int) -> Indices:
        """The indices of pass `number`."""

    def __iter__(self) -> Iterator[int]:
        number, self._next = self._next, self._next + 1
        return iter(np.asarray(self.order(number)).tolist())

    def _generator(self, number: int) -> np.random.Generator:
        return np.random.default_rng([self.seed, number])


class SequentialSampler(_Sampler):
    """All samples of `data_source` in their order: 0, 1, 2, ..., len(data_source) - 1.

    The same in every pass. Raises TypeError for a source without a length.
    """

    def __init__(self, data_source: Sized) -> None:
        super().__init__(seed=0)
        self.samples = len(data_source)

    def __len__(self) -> int:
        return self.samples

    def order(self, number: int) -> range:
        return range(self.samples)


class RandomSampler(_Sampler):
    """All samples of `data_source` in a new random order for every pass, or `num_samples` of them.

    If that is more than there are, several such orders follow each other; with `replacement` each is drawn from all.
    Raises ValueError for no samples.
    """

    def __init__(self, data_source: Sized, replacement: bool = False, num_samples: int | None = None, *,
                 seed: int | None = None) -> None:
        super().__init__(seed)
        if not hasattr(data_source, "__len__"):
            raise TypeError(f"RandomSampler takes a data set, or as many numbers as there are samples: range(n); got "
                            f"{data_source!r:.60}")
        self.samples, self.replacement = integer("len(data_source)", len(data_source)), replacement
        self.num_samples = self.samples if num_samples is None else integer("num_samples", num_samples)

    def __len__(self) -> int:
        return self.num_samples

    def order(self, number: int) -> NDArray[np.int64]:
        generator, wanted = self._generator(number), self.num_samples
        if self.replacement:
            return generator.integers(self.samples, size=wanted)
        orders = [generator.permutation(self.samples) for _ in range(-(-wanted // self.samples))]
        return (orders[0] if len(orders) == 1 else np.concatenate(orders))[:wanted]


class SubsetRandomSampler(_Sampler):
    """The samples at `indices`, in a new random order for every pass.

    Each index comes once a pass, all orders being equally likely. Raises TypeError for indices that are not integers.
    """

    def __init__(self, indices: ArrayLike, *, seed: int | None = None) -> None:
        super().__init__(seed)
        self.indices = as_indices("SubsetRandomSampler", indices)

    def __len__(self) -> int:
        return len(self.indices)

    def order(self, number: int) -> NDArray[np.int64]:
        return self._generator(number).permutation(self.indices)


class WeightedRandomSampler(_Sampler):
    """`num_samples` samples, drawn with probabilities proportional to `weights`: to balance rare classes, for example.

    Without `replacement` each is taken at most once. Raises ValueError for weights that are negative or not finite, and
    without replacement if fewer than `num_samples` weights are not 0.
    """

    def __init__(self, weights: ArrayLike, num_samples: int, replacement: bool = True, *,
                 seed: int | None = None) -> None:
        super().__init__(seed)
        self.weights = as_plain_array(weights).astype(float)
        self.num_samples, self.replacement = integer("num_samples", num_samples), replacement
        if self.weights.ndim != 1 or not np.isfinite(self.weights).all() or (self.weights < 0).any():
            raise ValueError("WeightedRandomSampler expected a weight >= 0 for each sample, got "
                             f"{self.weights.shape} {self.weights}")
        possible = np.count_nonzero(self.weights)
        if possible < (1 if replacement else self.num_samples):
            raise ValueError(f"WeightedRandomSampler cannot draw {num_samples} samples: {possible} weights are not 0"
                             + ("; to draw some more than once, write replacement=True" if possible else ""))

    def __len__(self) -> int:
        return self.num_samples

    def order(self, number: int) -> NDArray[np.int64]:
        chances = self.weights / self.weights.sum()
        return self._generator(number).choice(len(chances), self.num_samples, self.replacement, chances)


class BatchSampler:
    """The indices of a `sampler` in batches: lists of `batch_size` of them; a short last one unless `drop_last`.

    Of n samples ceil(n / batch_size) batches, or floor with `drop_last`. Raises ValueError for a `batch_size` below 1;
    its `len` raises TypeError where the sampler has none.
    """

    def __init__(self, sampler: Iterable[int], batch_size: int, drop_last: bool) -> None:
        self.sampler, self.batch_size = sampler, integer("BatchSampler: batch_size", batch_size)
        self.drop_last = flag("BatchSampler: drop_last", drop_last)
        self._next = 0

    def __len__(self) -> int:
        whole, rest = divmod(length_of("sampler", self.sampler), self.batch_size)
        return whole + (rest > 0 and not self.drop_last)

    def __iter__(self) -> Iterator[list[int]]:
        number, self._next = self._next, self._next + 1
        return (np.asarray(batch).tolist() for batch in self.batches(number))

    def batches(self, number: int) -> Iterator[Indices]:
        """The batches of pass `number`."""
        given = self.sampler
        order = given.order(number) if isinstance(given, _Sampler) else as_indices("a sampler", list(given))
        end = len(order) - len(order) % self.batch_size if self.drop_last else len(order)
        return (order[start : start + self.batch_size] for start in range(0, end, self.batch_size))

    @property
    def seed(self) -> int:
        """The seed of the sampler's orders; 0 for a sampler without one."""
        return self.sampler.seed if isinstance(self.sampler, _Sampler) else 0

    @seed.setter
    def seed(self, seed: int) -> None:
        if isinstance(self.sampler, _Sampler):
            self.sampler.seed = seed


def batches_of(batch_sampler: Iterable[Sequence[int]], number: int) -> Iterable[Indices]:
    """The batches of pass `number`, of a BatchSampler or of any other iterable of lists."""
    if isinstance(batch_sampler, BatchSampler):
        return batch_sampler.batches(number)
    return (as_indices("a batch_sampler", batch) for batch in batch_sampler)


def length_of(name: str, sampler: Any) -> int:
    """The length of a sampler's pass. Raises TypeError for a sampler without a length, such as a generator."""
    if not (hasattr(sampler, "__len__") and hasattr(sampler, "__iter__")):
        raise TypeError(f"a {name} is an iterable with a length, such as a list or an object with __iter__ and "
                        f"__len__, got {type(sampler).__name__}")
    return len(sampler)


def as_indices(speaker: str, given: ArrayLike) -> NDArray[np.int64]:
    """Integers as an array. Raises TypeError for others."""
    indices = as_plain_array(given)
    if indices.dtype.kind not in "iu" or indices.ndim != 1:
        raise TypeError(f"{speaker} expected a list of integers, got {indices.dtype} {indices.shape}")
    return indices.astype(np.int64, copy=False)
