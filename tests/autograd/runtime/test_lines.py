"""Copies that begin with a cache line are those that NumPy makes, elsewhere in memory."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from autograd.runtime.lines import at_line


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.complex128, ">f4"])
@pytest.mark.parametrize("array", [
    np.arange(6.0).reshape(2, 3), np.asfortranarray(np.arange(24.0).reshape(2, 3, 4)), np.arange(9)[::2], np.float64(3),
    np.zeros((0, 4)), np.arange(24.0).reshape(2, 3, 4).transpose(1, 2, 0), np.arange(40, dtype=np.int8),
    np.broadcast_to(np.arange(3.0), (4, 3)), np.arange(33.0).astype(">f8"),
])
def test_a_copy_at_a_line_is_numpys_copy(array: Any, dtype: Any) -> None:
    expected, kept = np.array(array, dtype=dtype), np.array(array)
    for _ in range(5):  # not by chance
        found = at_line(np.asarray(array), dtype)
        assert found.ctypes.data % 64 == 0
        assert (found.dtype, found.shape, found.strides) == (expected.dtype, expected.shape, expected.strides)
        np.testing.assert_array_equal(found, expected)
        assert found.flags.writeable
        found[...] = 7
        np.testing.assert_array_equal(array, kept)
