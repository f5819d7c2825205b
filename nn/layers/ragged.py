"""Rows of several lengths, one after the other in one array."""

from __future__ import annotations

from typing import Any

import numpy as np

Integers = np.ndarray[Any, np.dtype[np.integer[Any]]]


def places(lengths: Integers) -> tuple[Integers, np.ndarray[Any, np.dtype[np.bool]]]:
    """Where the elements of each row stand, as many a row as the longest has, and which of these are the row's own."""
    along = np.arange(lengths.max(initial=0))
    own = along < lengths[:, np.newaxis]
    return np.where(own, (np.cumsum(lengths) - lengths)[:, np.newaxis] + along, 0), own
