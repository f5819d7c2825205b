"""DataLoader: a data set, a batch at a time.

The order of pass `e` over the data is a pure function of `(seed, e)`, so the whole state of a loader is a few numbers,
and a run that is resumed in the middle of a pass sees the batches that are left, in the same order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

import autograd.random
from autograd import Tensor
from autograd.arrays import integer, plain_array
from autograd.tensor.tensor import owning

Gather = Callable[[Any], Any]
_FIXED = ("samples", "batch_size", "shuffle", "drop_last")  # what a state must have in common with a loader


class _OfOneDataSet:
    """Apart from the loader, whose own `__new__` would be the signature that editors show."""

    def __new__(cls, *arguments: Any, **_: Any) -> Self:
        """Refuse several arrays, before Python takes the second one for the size of the batches and says so."""
        if len(arguments) > 1 and np.ndim(arguments[1]):
            raise TypeError("DataLoader takes several arrays as one tuple: write DataLoader((x, y), batch_size)")
        return super().__new__(cls)


class DataLoader(_OfOneDataSet):
    """Iterate over data in batches of Tensors: `for x, y in DataLoader((images, labels), 32, shuffle=True)`.

    `data` is an array (each batch is a Tensor), a tuple of arrays of equal length (a tuple of Tensors), or any object
    with `__len__` and `__getitem__(int)`, whose samples (arrays, tuples or dicts of them) are stacked, or given to
    `collate_fn` as a list, which makes a batch of them: of sentences of several lengths, for example. Batches are
    copies. Every pass visits each sample once; with `shuffle`, in an order that follows from `seed` and the number of
    the pass, and `seed=None` draws one from the generator that `autograd.manual_seed` sets. The last batch is shorter,
    or with `drop_last` left out. `num_workers` and `pin_memory` are accepted as in PyTorch; there is one process.
    Raises ValueError for arrays of unequal length, no samples, no batches; TypeError for data of another kind.
    """

    def __init__(self, data: Any, batch_size: int, shuffle: bool = False, drop_last: bool = False,
                 seed: int | None = None, *, collate_fn: Callable[[list[Any]], Any] | None = None,
                 num_workers: int = 0, pin_memory: bool = False) -> None:
        self.samples, self._gather = _source(data) if collate_fn is None else _collated(data, collate_fn)
        self.batch_size = integer("batch_size", batch_size)
        self.shuffle = shuffle
        self.drop_last = drop_last
        if seed is None:
            seed = int(autograd.random.generator().integers(2**63)) if shuffle else 0
        self.seed = integer("seed", seed, least=0)
        if self.samples == 0:
            raise ValueError("DataLoader expected at least one sample, got data of length 0")
        if len(self) == 0:
            raise ValueError(
                f"drop_last=True leaves no batch: {self.samples} samples are fewer than batch_size={batch_size}"
            )
        self._next = (0, 0)  # the pass and the batch in it that the next `iter()` begins with
        self._reached = (0, 0)  # the pass and the batch that come after the last one handed out

    def __len__(self) -> int:
        """The number of batches in one pass."""
        whole, rest = divmod(self.samples, self.batch_size)
        return whole + (rest > 0 and not self.drop_last)

    def __iter__(self) -> Iterator[Any]:
        number, first = self._next
        self._next = (number + 1, 0)
        order = self._order(number)
        for batch in range(first, len(self)):
            self._reached = (number, batch + 1)
            start = batch * self.batch_size
            stop = min(start + self.batch_size, self.samples)
            yield self._gather(slice(start, stop) if order is None else order[start:stop])

    def _order(self, number: int) -> NDArray[np.int64] | None:
        return np.random.default_rng([self.seed, number]).permutation(self.samples) if self.shuffle else None

    def state_dict(self) -> dict[str, int]:
        """Where the newest iteration stands: the pass, how many of its batches are out, and what fixes the order."""
        number, batch = self._reached
        if batch == len(self):
            number, batch = number + 1, 0
        return {"epoch": number, "batch": batch, "seed": self.seed} | {name: getattr(self, name) for name in _FIXED}

    def load_state_dict(self, state: Mapping[str, int]) -> None:
        """Continue where `state` stands: the next `iter()` gives the batches that were left of its pass.

        Raises ValueError, and changes nothing, if the state belongs to other data or batches.
        """
        expected = self.state_dict()
        if state.keys() != expected.keys():
            raise ValueError(f"a loader's state has the entries {sorted(expected)}, got {sorted(state)}")
        for name in _FIXED:
            if state[name] != expected[name]:
                raise ValueError(f"the state is of a loader with {name}={state[name]}, this one has {expected[name]}")
        seed, number, batch = (integer(name, state[name], least=0) for name in ("seed", "epoch", "batch"))
        if batch >= len(self):
            raise ValueError(f"the state is at batch {batch} of a pass, but a pass has {len(self)} batches")
        self.seed = seed
        self._next = self._reached = (number, batch)

    def __repr__(self) -> str:
        order = f"shuffled with seed {self.seed}" if self.shuffle else "in order"
        return f"DataLoader({self.samples} samples {order}, {len(self)} batches of {self.batch_size})"


def _source(data: Any) -> tuple[int, Gather]:
    """The number of samples, and the function from a slice or an array of indices to a batch."""
    if isinstance(data, tuple):
        arrays = [_array(part, f"array {position}") for position, part in enumerate(data)]
        lengths = [len(array) for array in arrays]
        if not arrays:
            raise ValueError("DataLoader expected an array or several, got an empty tuple")
        if len(set(lengths)) > 1:
            raise ValueError(f"DataLoader expected arrays of one length, got lengths {lengths}")
        return lengths[0], lambda rows: tuple([owning(_rows(array, rows)) for array in arrays])
    if isinstance(data, np.ndarray | Tensor) or hasattr(data, "__array__"):
        array = _array(data, "the array")
        return len(array), lambda rows: owning(_rows(array, rows))
    if hasattr(data, "__len__") and hasattr(data, "__getitem__") and not isinstance(data, Mapping | str | bytes):
        return len(data), lambda rows: _stack_samples(data, rows)
    raise TypeError(
        "DataLoader expected an array, a tuple of arrays, or an object with __len__ and __getitem__(int), "
        f"got {type(data).__name__}"
    )


def _collated(data: Any, collate: Callable[[list[Any]], Any]) -> tuple[int, Gather]:
    """The number of samples, and the function to a batch that the user makes of a list of them."""
    count, gather = _source(data)
    if isinstance(data, tuple):
        return count, lambda rows: collate([*zip(*gather(rows), strict=True)])
    if isinstance(data, np.ndarray | Tensor) or hasattr(data, "__array__"):
        return count, lambda rows: collate([*gather(rows)])
    return count, lambda rows: collate([data[index] for index in _indices(rows)])


def _plain(data: Any, which: str) -> NDArray[Any]:
    if not isinstance(data, Tensor):
        return plain_array(data)
    if data.requires_grad:
        raise ValueError(f"DataLoader: {which} requires grad, which batches would lose; write data.detach()")
    return data.data


def _array(data: Any, which: str) -> NDArray[Any]:
    array = _plain(data, which)
    if array.dtype.kind not in "biufc":
        raise TypeError(f"DataLoader expected numbers, {which} has dtype {array.dtype}")
    if array.ndim == 0:
        raise ValueError(f"DataLoader expected arrays with one sample a row, {which} has shape ()")
    return array


def _rows(array: NDArray[Any], rows: Any) -> NDArray[Any]:
    return array[rows].copy() if isinstance(rows, slice) else array.take(rows, axis=0)


def _stack_samples(data: Any, rows: Any) -> Any:
    indices = _indices(rows)
    return _stack([data[index] for index in indices], indices)


def _indices(rows: Any) -> Sequence[int]:
    return range(rows.start, rows.stop) if isinstance(rows, slice) else rows.tolist()


def _stack(samples: list[Any], indices: Any) -> Any:
    first = samples[0]
    if isinstance(first, Mapping):
        return {key: _stack([sample[key] for sample in samples], indices) for key in first}
    if isinstance(first, tuple | list):
        if len({len(sample) for sample in samples}) > 1:
            raise ValueError(f"samples of one batch differ in their number of parts: {list(map(len, samples))}")
        return tuple([_stack(list(parts), indices) for parts in zip(*samples, strict=True)])
    arrays = [_sample(sample) for sample in samples]
    for array, index in zip(arrays, indices, strict=True):
        if array.shape != arrays[0].shape:
            raise ValueError(
                f"samples of one batch need one shape: sample {indices[0]} has {arrays[0].shape}, sample {index} has "
                f"{array.shape}. A list is read as one sample an item; for several arrays write a tuple: (x, y); to "
                "pad the samples of a batch, give collate_fn"
            )
    return owning(np.stack(arrays))


def _sample(value: Any) -> NDArray[Any]:
    array = _plain(value, "a sample")
    if array.dtype.kind not in "biufc":
        raise TypeError(f"DataLoader expected samples made of numbers, got {type(value).__name__} {value!r:.60}")
    return array
