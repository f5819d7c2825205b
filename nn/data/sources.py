"""Sources of data: the number of samples, a single sample, and a batch of samples."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograd import Tensor
from autograd.arrays import plain_array
from autograd.tensor.tensor import owning

Gather = Callable[[Any], Any]  # from a slice or an array of indices to a batch


class InBatches:
    """A base of data sets that gather a whole batch at once. Their subclasses, which may change samples, do not."""

    def gathered(self) -> tuple[int, Gather]:
        """The number of samples, and the function from a slice or an array of indices to a batch."""
        raise NotImplementedError


def source(data: Any) -> tuple[int, Gather]:
    """The number of samples, and the function from a slice or an array of indices to a batch."""
    if InBatches in type(data).__bases__:
        return data.gathered()  # type: ignore[no-any-return]
    if isinstance(data, tuple):
        arrays = [_array(part, f"array {position}") for position, part in enumerate(data)]
        lengths = [len(array) for array in arrays]
        if not arrays:
            raise ValueError("DataLoader expected an array or several, got an empty tuple")
        if len(set(lengths)) > 1:
            raise ValueError(f"DataLoader expected arrays of one length, got lengths {lengths}")
        return lengths[0], partial(_rows_of_each, arrays)
    if isinstance(data, np.ndarray | Tensor) or hasattr(data, "__array__"):
        array = _array(data, "the array")
        return len(array), partial(_rows, array)
    if hasattr(data, "__len__") and hasattr(data, "__getitem__") and not isinstance(data, Mapping | str | bytes | type):
        return len(data), partial(_stack_samples, data)
    if isinstance(data, type):
        raise TypeError(f"DataLoader expected a data set, got the class {data.__name__}; make one of it: "
                        f"{data.__name__}(...)")
    raise TypeError("DataLoader expected an array, a tuple of arrays, or an object with __len__ and __getitem__(int), "
                    f"got {type(data).__name__}")


def collated(data: Any, collate: Callable[[list[Any]], Any]) -> tuple[int, Gather]:
    """The number of samples, and the function that gathers a batch by the user's `collate`."""
    count, gather = source(data)
    if not isinstance(data, tuple | np.ndarray | Tensor) and not hasattr(data, "__array__"):
        gather = partial(_samples, data)
    return count, partial(_collated, collate, gather)


def sample(data: Any, index: int) -> Any:
    """One sample: of a tuple of arrays, a tuple of their rows."""
    return tuple(part[index] for part in data) if isinstance(data, tuple) else data[index]


def default_collate(batch: list[Any]) -> Any:
    """A list of samples (arrays, tuples or dicts of them) as one batch of Tensors, as a `DataLoader` makes it.

    Text, such as the names of files, stays text: a list of strings. Call it from a `collate_fn` of your own that
    prepares samples. Raises ValueError for samples of several shapes.
    """
    return _stack(batch, range(len(batch)))


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
        raise ValueError(f"DataLoader expected arrays with one sample per row, {which} has shape ()")
    return array


# Functions that gather a batch, with the data as first argument, so that a loader can be pickled.


def _rows(array: NDArray[Any], rows: Any) -> Tensor:
    return owning(array[rows].copy() if isinstance(rows, slice) else array.take(rows, axis=0))


def _rows_of_each(arrays: Sequence[NDArray[Any]], rows: Any) -> tuple[Tensor, ...]:
    return tuple([_rows(array, rows) for array in arrays])


def _samples(data: Any, rows: Any) -> list[Any]:
    return [data[index] for index in _indices(rows)]


def _stack_samples(data: Any, rows: Any) -> Any:
    return _stack(_samples(data, rows), _indices(rows))


def _collated(collate: Callable[[list[Any]], Any], gather: Gather, rows: Any) -> Any:
    """A batch by the user's `collate_fn`, from a list of samples."""
    batch = gather(rows)
    return collate([*zip(*batch, strict=True)] if isinstance(batch, tuple) else [*batch])


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
    if isinstance(first, str):
        return samples
    arrays = [_sample(sample) for sample in samples]
    for array, index in zip(arrays, indices, strict=True):
        if array.shape != arrays[0].shape:
            raise ValueError(f"samples of one batch need one shape: sample {indices[0]} has {arrays[0].shape}, sample "
                             f"{index} has {array.shape}. A list is read as one sample per item; for several arrays "
                             "write a tuple: (x, y); to pad the samples of a batch, give collate_fn")
    return owning(np.stack(arrays))


def _sample(value: Any) -> NDArray[Any]:
    array = _plain(value, "a sample")
    if array.dtype.kind not in "biufc":
        raise TypeError(f"DataLoader expected samples made of numbers, got {type(value).__name__} {value!r:.60}")
    return array
