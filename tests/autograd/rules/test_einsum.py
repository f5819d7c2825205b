"""einsum of any number of operands: NumPy's numbers, and the transposes of what is linear in each operand."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

import autograd

SIZES = {"i": 2, "j": 3, "k": 4, "l": 2, "m": 1}
terms = st.text("ijklm", max_size=3)


@st.composite
def contractions(draw: Any) -> tuple[str, list[np.ndarray]]:
    """Subscripts and whole numbers; an axis may have the length 1 and be broadcast, unless its label comes twice."""
    inputs = draw(st.lists(terms, min_size=1, max_size=4))
    output = "".join(draw(st.permutations(sorted(set("".join(inputs))))))[: draw(st.integers(0, 3))]
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    arrays = []
    for term in inputs:
        shape = [1 if term.count(x) == 1 and draw(st.integers(0, 9)) == 0 else SIZES[x] for x in term]
        arrays.append(rng.integers(-3, 4, shape).astype(float))
    return ",".join(inputs) + "->" + output, arrays


@given(contractions())
def test_values_are_numpys_and_gradients_the_transposes(case: tuple[str, list[np.ndarray]]) -> None:
    subscripts, arrays = case
    expected = np.einsum(subscripts, *arrays)
    out, pullback = autograd.vjp(lambda *operands: np.einsum(subscripts, *operands), *arrays)
    np.testing.assert_array_equal(out, expected)
    g = np.arange(1.0, expected.size + 1).reshape(expected.shape)
    for i, found in enumerate(pullback(g)):
        assert found.shape == arrays[i].shape
        tangent = np.arange(2.0, arrays[i].size + 2).reshape(arrays[i].shape)
        moved = np.einsum(subscripts, *arrays[:i], tangent, *arrays[i + 1 :])  # it is linear in each
        np.testing.assert_array_equal(np.sum(found * tangent), np.sum(g * moved))
