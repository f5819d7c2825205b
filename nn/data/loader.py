"""DataLoader: a data set, a batch at a time.

The order of pass `e` over the data is a pure function of `(seed, e)`, so the whole state of a loader is a few numbers,
and a run that is resumed in the middle of a pass sees the batches that are left, in the same order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from autograd.arguments import refuse_foreign_options
from autograd.arrays import integer
from autograd.constructors import CheckedWhenMade, refuse_misfits
from autograd.errors import no_attribute_of, require_function
from nn.data.samplers import BatchSampler, RandomSampler, SequentialSampler, batches_of, length_of
from nn.data.sources import collated, source
from nn.foreign_names import OPTIONS

_FIXED = ("samples", "batch_size", "shuffle", "drop_last")  # what a state must have in common with a loader
_ATTRIBUTES = {"dataset": "write the data that it was given, and for their number .samples",
               "num_batches": "write len(loader)"}


class _Checked(CheckedWhenMade):
    """The check of a loader's arguments, apart from it: editors would show its own `__new__` as its signature."""

    def __new__(cls, *arguments: Any, **options: Any) -> Self:
        """Refuse several arrays, of which the second would be taken for the size of the batches."""
        if len(arguments) > 1 and (isinstance(arguments[1], (tuple, list)) or np.ndim(arguments[1])):
            raise TypeError("DataLoader takes several arrays as one tuple: write DataLoader((x, y), batch_size)")
        if cls is DataLoader:
            refuse_foreign_options(cls, options, OPTIONS)
            refuse_misfits(cls, arguments, options)
        return super().__new__(cls)


class DataLoader(_Checked):
    """Iterate over data in batches of Tensors: `for x, y in DataLoader((images, labels), 32, shuffle=True)`.

    `data` is an array (each batch is a Tensor), a tuple of arrays of equal length (a tuple of Tensors), or any object
    with `__len__` and `__getitem__(int)`, whose samples (arrays, tuples or dicts of them) are stacked, or passed as a
    list to `collate_fn`, which makes a batch from them (from sentences of several lengths, for example). Batches are
    copies. Every pass visits each sample once; with `shuffle`, in an order that follows from `seed` and the number of
    the pass, where `seed=None` draws one from the generator that `autograd.manual_seed` seeds. The last batch may be
    shorter, or with `drop_last` is left out. A `sampler` of indices, or a `batch_sampler` of lists of them, determines
    the samples and their order instead. `num_workers` and `pin_memory` are accepted as in PyTorch; there is one
    process. Raises ValueError for arrays of unequal length, no samples, no batches; TypeError for data of another kind.
    """

    def __init__(self, data: Any, batch_size: int = 1, shuffle: bool = False, drop_last: bool = False,
                 seed: int | None = None, *, sampler: Iterable[int] | None = None,
                 batch_sampler: Iterable[Sequence[int]] | None = None,
                 collate_fn: Callable[[list[Any]], Any] | None = None, num_workers: int = 0,
                 pin_memory: bool = False) -> None:
        if collate_fn is not None:
            require_function(collate_fn, "DataLoader", "collate_fn=f, where f(samples) makes a batch")
        self.samples, self._gather = source(data) if collate_fn is None else collated(data, collate_fn)
        self.batch_size = integer("DataLoader: batch_size", batch_size)
        self.shuffle, self.drop_last = shuffle, drop_last
        if self.samples == 0:
            raise ValueError("DataLoader expected at least one sample, got data of length 0")
        if sampler is not None and (shuffle or seed is not None or batch_sampler is not None):
            raise ValueError("a sampler determines the order: leave out shuffle, seed and batch_sampler")
        if batch_sampler is not None and (batch_size != 1 or shuffle or drop_last or seed is not None):
            raise ValueError("a batch_sampler determines batches: leave out batch_size, shuffle, drop_last and seed")
        if sampler is None:
            everything = range(self.samples)
            sampler = RandomSampler(everything, seed=seed) if shuffle else SequentialSampler(everything)
        self.batch_sampler = BatchSampler(sampler, batch_size, drop_last) if batch_sampler is None else batch_sampler
        if len(self) == 0:
            raise ValueError(f"drop_last=True leaves no batch: {length_of('sampler', sampler)} samples are fewer than "
                             f"batch_size={batch_size}" if drop_last else "the sampler gives no batch")
        self._next = (0, 0)  # the pass, and the batch in it, that the next `iter()` starts with
        self._reached = (0, 0)  # the pass and the batch that come after the last one handed out

    def __len__(self) -> int:
        """The number of batches in one pass."""
        return length_of("batch_sampler", self.batch_sampler)

    @property
    def seed(self) -> int:
        """The seed of the orders of all passes; 0 if they are not random."""
        return getattr(self.batch_sampler, "seed", 0)

    def __iter__(self) -> Iterator[Any]:
        number, first = self._next
        self._next = (number + 1, 0)
        for batch, rows in enumerate(islice(batches_of(self.batch_sampler, number), first, None), start=first):
            self._reached = (number, batch + 1)
            yield self._gather(slice(rows.start, rows.stop) if isinstance(rows, range) else rows)

    if not TYPE_CHECKING:  # otherwise type checkers would accept any attribute

        def __getattr__(self, name: str) -> Any:
            raise no_attribute_of(self, name, _ATTRIBUTES)

    def state_dict(self) -> dict[str, int]:
        """The position of the newest iteration: the pass, how many of its batches were given out, and the seed."""
        number, batch = self._reached
        if batch == len(self):
            number, batch = number + 1, 0
        return {"epoch": number, "batch": batch, "seed": self.seed} | {name: getattr(self, name) for name in _FIXED}

    def load_state_dict(self, state: Mapping[str, int]) -> None:
        """Continue from `state`: the next `iter()` gives the remaining batches of its pass.

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
        if hasattr(self.batch_sampler, "seed"):
            self.batch_sampler.seed = seed
        self._next = self._reached = (number, batch)

    def __repr__(self) -> str:
        if not isinstance(self.batch_sampler, BatchSampler):
            return f"DataLoader({self.samples} samples, {len(self)} batches by a {type(self.batch_sampler).__name__})"
        by = type(self.batch_sampler.sampler).__name__
        order = f"shuffled with seed {self.seed}" if self.shuffle else f"by a {by}"
        order = "in order" if by == "SequentialSampler" else order
        return f"DataLoader({self.samples} samples {order}, {len(self)} batches of {self.batch_size})"
