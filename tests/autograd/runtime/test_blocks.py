"""Work in blocks: each within its bound, all about equally long, and together everything once."""

from __future__ import annotations

import threading
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd.runtime.blocks import BUFFER, block_length, for_blocks


@given(st.integers(0, 300), st.integers(0, 50), st.integers(1, 400))
def test_blocks_are_as_few_as_their_bound_allows_and_equally_long(length: int, elements: int, size: int) -> None:
    """At most `size` elements, unless one slice alone has more; no block could be shorter without one more of them."""
    block = block_length(length, elements, size)
    elements = max(elements, 1)  # empty slices take their time too
    count = -(-length // block)
    assert block == 1 or block * elements <= size
    for fewer in range(1, count):
        assert -(-length // fewer) * elements > size, "fewer blocks would be too long"
    assert (block - 1) * count < max(length, 1), "shorter blocks would not cover everything"


@pytest.mark.usefixtures("three_threads")
@given(st.integers(0, 40), st.integers(1, 9), st.sampled_from([0, BUFFER, 10_000]))
def test_every_element_is_in_one_block(length: int, block: int, row: int) -> None:
    seen: list[slice] = []
    for_blocks(seen.append, length, block, row=row)
    seen.sort(key=lambda some: some.start)
    assert [i for some in seen for i in range(some.start, some.stop)] == list(range(length))
    assert all(some.stop - some.start == block for some, _ in pairwise(seen)), "all but the last are whole"


@pytest.mark.usefixtures("three_threads")
def test_blocks_are_shared_out_and_worked_on_at_once() -> None:
    barrier = threading.Barrier(3, timeout=30)
    for_blocks(lambda some: barrier.wait(), 12, 2)  # two blocks each, as few as a thread is given


@pytest.mark.parametrize(("row", "buffer"), [(0, None), (511, None), (512, 512), (10_000, 512)])
def test_long_rows_are_taken_as_they_lie(row: int, buffer: int | None) -> None:
    """With NumPy's buffer as short as they are at least; afterwards it has the length it had, as have error states."""
    before, found = np.getbufsize(), []
    for_blocks(lambda some: found.append(np.getbufsize()), 5, 2, row=row)
    assert set(found) == {buffer or before}
    assert np.getbufsize() == before


def test_four_blocks_of_numbers_fill_a_cache() -> None:
    """One of a core's own, from 256 kB to 4 MB."""
    assert 2**18 <= 4 * 8 * block_length(10**9, 1) <= 2**22
