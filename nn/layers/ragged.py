"""Sequences of several lengths: one after the other in one array, or side by side, the shorter ones padded."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from autograd import Tensor
from autograd.arguments import as_tensor
from autograd.boundary import as_plain_array
from nn.layers.input import Speaker, mistake, refusal

Integers = np.ndarray[Any, np.dtype[np.integer[Any]]]


def places(lengths: Integers) -> tuple[Integers, np.ndarray[Any, np.dtype[np.bool]]]:
    """The places of the elements of rows of these lengths that are laid end to end, and which of them exist.

    Both are (rows, longest); beyond the end of a row the place is 0.
    """
    along = np.arange(lengths.max(initial=0))
    own = along < lengths[:, np.newaxis]
    return np.where(own, (np.cumsum(lengths) - lengths)[:, np.newaxis] + along, 0), own


def pad_sequence(sequences: Iterable[Any], batch_first: bool = False, padding_value: float = 0.0) -> Tensor:
    """Sequences (L, ...) of several lengths side by side in one Tensor (longest, N, ...), or (N, longest, ...).

    The shorter ones go on with `padding_value`. A `collate_fn` makes batches with it, which recurrent layers take with
    their `lengths`. Raises ValueError for no sequences, and for sequences that differ in other axes.
    """
    given = [as_tensor(sequence) for sequence in sequences]
    if not given or any(x.ndim == 0 or x.shape[1:] != given[0].shape[1:] for x in given):
        raise refusal("pad_sequence", "sequences (L, ...) that differ in L alone", [x.shape for x in given])
    longest = max(map(len, given))
    padded = [np.pad(x, [(0, longest - len(x)), *[(0, 0)] * (x.ndim - 1)], constant_values=padding_value)
              for x in given]
    return np.stack(padded, axis=0 if batch_first else 1)  # type: ignore[return-value]  # NumPy declares an array


def checked_lengths(speaker: Speaker, lengths: Any, steps: int, batch: int) -> Integers:
    """A length for each sequence, as an array. Raises TypeError for others than integers, ValueError out of range."""
    given = as_plain_array(lengths)
    if given.dtype.kind not in "iu":
        raise mistake(speaker, f"expected integer lengths, got {given.dtype} {given.shape}", TypeError)
    if given.shape != (batch,) or given.min(initial=1) < 1 or given.max(initial=1) > steps:
        raise mistake(speaker, f"expected {batch} lengths from 1 to {steps}, got {given.tolist()}")
    return given.astype(np.int64)


def reversed_within(x: Any, lengths: Integers) -> Any:
    """Each sequence of (T, N, ...) backwards within its own length; what is beyond stays."""
    at = np.arange(x.shape[0])[:, np.newaxis]
    places = np.where(at < lengths, lengths - 1 - at, at)
    return np.take_along_axis(x, np.broadcast_to(places[..., np.newaxis], x.shape), axis=0)


def by_length(step: Callable[..., tuple[Any, ...]], x: Any, states: Sequence[Any], lengths: Integers) -> list[Any]:
    """Outputs and final states of `step(x, states)` on sequences (T, N, in), each as if it were alone.

    The longest come first, so that those still going on are always the first ones: `step` takes them from where one
    sequence ends to where the next one does. Beyond its end a sequence has outputs of 0 and keeps its last states.
    """
    order = np.argsort(-lengths, kind="stable")
    x, states = x[:, order], [None if state is None else state[order] for state in states]
    outputs, ended = [], []
    for start, end in pairwise([0, *np.unique(lengths).tolist()]):
        going, on = int((lengths >= end).sum()), int((lengths > end).sum())
        out, *states = step(x[start:end, :going], tuple(None if state is None else state[:going] for state in states))
        outputs.append(np.pad(out, [(0, 0), (0, len(lengths) - going), (0, 0)]))
        ended.append([state[on:] for state in states])
    outputs.append(np.zeros_like(outputs[0], shape=(x.shape[0] - lengths.max(), *outputs[0].shape[1:])))
    back = np.argsort(order)
    finals = [np.concatenate(parts[::-1])[back] for parts in zip(*ended, strict=True)]
    return [np.concatenate(outputs)[:, back], *finals]
