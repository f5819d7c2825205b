"""What OpenBLAS, which NumPy brings along, computes in the calling thread."""

from __future__ import annotations

import os
from functools import cache
from typing import Any

import numpy as np

SHARED = 2 * 65536 * 4  # multiplications of a product from which on its threads share it
LIGHT = 9 * 1024 - 1  # elements of a matrix that it multiplies with a vector without them
UNPACKED = 1_000_000  # multiplications that its code for small products does, if the right matrix lies in rows


@cache
def reads_small_operands() -> bool:
    """Whether NumPy's BLAS has kernels for small products, and this processor or the environment chooses them."""
    chosen = os.environ.get("OPENBLAS_CORETYPE", "").upper()
    facts: Any = np.show_config(mode="dicts")
    wide = chosen in ("SKYLAKEX", "COOPERLAKE", "SAPPHIRERAPIDS") if chosen else any(
        name == "X86_V4" or name.startswith("AVX512")  # the first in NumPy 2.4, the other before
        for name in facts["SIMD Extensions"]["found"]
    )
    return wide and "openblas" in facts["Build Dependencies"]["blas"]["name"]
