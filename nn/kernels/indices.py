"""The check of integer indices that kernels read arrays with."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def first_outside(indices: NDArray[Any], size: int) -> tuple[int, ...] | None:
    """Where the first index outside of `range(size)` is, or None.

    One pass over them in the good case: a negative number, seen as unsigned, is a large one.
    """
    indices = np.asarray(getattr(indices, "_value", indices))  # a reference gets them as tensors
    unsigned = indices.view(f"u{indices.itemsize}") if indices.dtype.kind == "i" else indices
    if not indices.size or unsigned.max() < size:
        return None
    return tuple(int(i) for i in np.argwhere(unsigned >= size)[0])
