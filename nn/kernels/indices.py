"""The check of integer indices that kernels read arrays with."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def first_outside(indices: NDArray[Any], size: int) -> tuple[int, ...] | None:
    """Where the first index is that is not in `range(size)`, or None: one pass, as a negative number seen unsigned is large."""
    indices = np.asarray(getattr(indices, "_value", indices))  # a reference gets them as tensors
    unsigned = indices.view(f"u{indices.itemsize}") if indices.dtype.kind == "i" else indices
    if not indices.size or unsigned.max() < size:
        return None
    return tuple(int(i) for i in np.argwhere(unsigned >= size)[0])
