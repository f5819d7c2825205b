"""Numbers between two ends, as NumPy has them for every count, shape and option; and where they meet their ends."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import Tensor, vmap
from autograd.testing import check_gradients

ENDS = [np.array(1.5), np.array([0.5, 2.0]), np.array([[1.0, 3.0], [2.0, 0.25]]), np.array(2.0, np.float32),
        np.array(1 + 2j), np.array([1, 5])]


@given(st.sampled_from(ENDS), st.sampled_from(ENDS), st.integers(0, 4), st.booleans(), st.sampled_from([0, -1, 1]),
       st.sampled_from([None, int, np.float32, complex]), st.booleans())
def test_ranges_are_numpys(start: Any, stop: Any, num: int, endpoint: bool, axis: int, dtype: Any, steps: bool) -> None:
    if axis == 1 and start.ndim == stop.ndim == 0:
        axis = 0
    if dtype in (int, np.float32) and "c" in (start.dtype.kind, stop.dtype.kind):
        dtype = None
    options: dict[str, Any] = {"num": num, "endpoint": endpoint, "axis": axis, "dtype": dtype}
    calls = {np.linspace: {"retstep": steps}, np.geomspace: {}, np.logspace: {"base": 2.5}}
    for function, own in calls.items():
        given_options = options | own
        expected, found = (function(a, b, **given_options) for a, b in ((start, stop), (Tensor(start), Tensor(stop))))
        pairs = zip(found, expected, strict=True) if function is np.linspace and steps else [(found, expected)]
        for a, b in pairs:
            a, b = (np.asarray(x.numpy() if isinstance(x, Tensor) else x) for x in (a, b))
            np.testing.assert_allclose(a, b, rtol=1e-6 if a.dtype.char in "fF" else 1e-12, strict=True)


@pytest.mark.parametrize("function", [np.linspace, np.geomspace, np.logspace])
@pytest.mark.parametrize("endpoint", [True, False])
@pytest.mark.parametrize("num", [1, 2, 5])
def test_every_number_moves_with_both_ends(function: Any, endpoint: bool, num: int) -> None:
    check_gradients(lambda a, b: function(a, b, num, endpoint=endpoint, axis=1), np.array([0.5, 2.0]), np.array(3.0))


def test_the_last_number_is_the_end() -> None:
    """Which start + (stop - start) may miss."""
    for num in (2, 3, 7):
        assert np.linspace(Tensor(-1e16), 1.0, num)[-1].item() == 1.0
        for start, stop in ((0.3, 7.3), (5.7, 0.11), (-0.7, -1234.5)):  # nor is 10 ** log10(x) always x
            between = np.geomspace(Tensor(start), stop, num).numpy()
            assert (between[0], between[-1]) == (start, stop)


@pytest.mark.parametrize("stop", [9, 49, 113, 1000])
def test_integers_between_are_numpys(stop: int) -> None:
    """k / 49 * 49 may stay below k, and 1000 ** (2 / 3) below 100."""
    count = stop + 1
    assert np.linspace(Tensor(0.0), stop, count, dtype=int).numpy().tolist() == list(range(count))
    assert np.geomspace(Tensor(1.0), 1000, 4, dtype=int).numpy().tolist() == [1, 10, 100, 1000]


def test_a_gap_that_vanishes_in_parts() -> None:
    tiny = np.nextafter(0.0, 1.0)
    stops = np.array([tiny, 49.0])
    each = vmap(lambda stop: np.linspace(0.0, stop, 50))(stops)
    assert each.tolist() == [np.linspace(0.0, stop, 50).tolist() for stop in stops]
    assert np.linspace(Tensor(0.0), stops, 50).numpy().tolist() == np.linspace(0.0, stops, 50).tolist()
