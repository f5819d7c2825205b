"""Trees: taking apart and putting together, structures as values, and `ravel` to the last bit."""

from __future__ import annotations

from collections import OrderedDict, defaultdict
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd
from autograd import Tensor, ravel, tree


class Pair(NamedTuple):
    mean: Any
    std: Any


LEAVES = st.one_of(
    st.floats(allow_nan=False), st.integers(-5, 5), st.booleans(), st.complex_numbers(allow_nan=False),
    st.floats(width=32, allow_nan=False).map(np.float32),
    st.sampled_from([(), (0,), (2,), (2, 3), (1, 0, 2)]).flatmap(
        lambda shape: st.sampled_from([np.float32, np.float64, np.int8, np.complex64]).map(
            lambda dtype: np.arange(np.prod(shape, dtype=int)).reshape(shape).astype(dtype))),
)
TREES = st.recursive(
    LEAVES | st.none(),
    lambda children: st.one_of(
        st.lists(children, max_size=3),
        st.lists(children, max_size=3).map(tuple),
        st.dictionaries(st.sampled_from("abcd"), children, max_size=3),
        st.dictionaries(st.sampled_from("abcd"), children, max_size=3).map(OrderedDict),
        st.builds(Pair, children, children),
    ),
    max_leaves=8,
)


def same(a: Any, b: Any) -> bool:
    """Equal in type, dtype, shape and every bit."""
    if type(a) is not type(b):
        return False
    if isinstance(a, dict):
        return list(a) == list(b) and all(same(a[k], b[k]) for k in a)
    if isinstance(a, (list, tuple)):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, (np.ndarray, np.generic)):
        return a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()
    return a == b


@given(TREES)
def test_unflatten_undoes_flatten(original: Any) -> None:
    leaves, structure = tree.flatten(original)
    assert same(structure.unflatten(leaves), original)
    assert structure.size == len(leaves) == len(tree.paths(structure))
    assert tree.flatten(structure.unflatten(leaves))[1] == structure
    assert hash(tree.flatten(original)[1]) == hash(structure)


@given(TREES)
def test_paths_lead_to_their_leaves(original: Any) -> None:
    leaves, structure = tree.flatten(original)
    for leaf, path in zip(leaves, tree.paths(structure), strict=True):
        assert eval(f"root{path}", {"root": original}) is leaf


@given(TREES)
def test_ravel_round_trips_exactly(original: Any) -> None:
    vector, unravel = ravel(original)
    assert vector.ndim == 1
    assert same(unravel(vector), original)


def test_equality_sees_kinds_and_keys_but_not_the_order_of_insertion() -> None:
    def structure(t: Any) -> tree.Structure:
        return tree.flatten(t)[1]

    assert structure({"a": 1, "b": 2}) == structure({"b": 3, "a": 4})
    assert structure({"a": 1}) != structure({"b": 1})
    assert structure([1]) != structure((1,))
    assert structure(Pair(1, 2)) != structure((1, 2))
    assert structure([1, None]) != structure([1])
    assert structure(1) != "leaf"


def test_leaves_follow_sorted_keys_and_the_dict_keeps_its_own_order() -> None:
    leaves, structure = tree.flatten({"w": 1, "b": 2})
    assert leaves == [2, 1]
    assert list(structure.unflatten(leaves)) == ["w", "b"]
    mixed, structure = tree.flatten({2: "two", "x": "ex", 1: "one"})  # keys that have no order of their own
    assert structure.unflatten(mixed) == {2: "two", "x": "ex", 1: "one"}


def test_none_has_no_leaf_and_anything_else_is_one() -> None:
    for nothing, leaves in ((None, 0), ([None], 0), ([], 0), (1.0, 1), ("text", 1), (np.ones(2), 1)):
        found, structure = tree.flatten(nothing)
        assert len(found) == structure.size == leaves
        assert structure.unflatten(found) is nothing or structure.unflatten(found) == nothing


def test_a_structure_prints_like_the_tree() -> None:
    structure = tree.flatten({"w": [1.0, None], "b": (2,), "p": Pair(1, ()), "q": (1, 2)})[1]
    assert repr(structure) == "{'b': (*,), 'p': Pair(mean=*, std=()), 'q': (*, *), 'w': [*, None]}"
    assert repr(tree.flatten(3.0)[1]) == "*"


def test_wrong_uses_say_what_was_expected() -> None:
    structure = tree.flatten([1, 2])[1]
    with pytest.raises(ValueError, match=r"\[\*, \*\] holds 2 leaves, but 3 were given"):
        structure.unflatten([1, 2, 3])
    with pytest.raises(TypeError, match="got defaultdict; write dict"):
        tree.flatten([defaultdict(int)])
    with pytest.raises(ValueError, match=r"trees of one structure, got \[\*\] and \(\*,\)"):
        tree.map(max, [1], (1,))


def test_map_goes_through_trees_together() -> None:
    summed = tree.map(lambda a, b: a + b, {"x": [1, 2], "y": None}, {"x": [10, 20], "y": None})
    assert summed == {"x": [11, 22], "y": None}
    assert tree.leaves((1, [2, 3])) == [1, 2, 3]


def test_the_vector_has_the_common_dtype_and_none_makes_an_empty_one() -> None:
    assert ravel({"a": np.ones(2, np.float32)})[0].dtype == np.float32
    assert ravel([np.ones(2, np.float32), np.ones(1)])[0].dtype == np.float64
    assert ravel([0.1, np.ones(2, np.float32)])[0].dtype == np.float64, "0.1 must come back as it was"
    vector, unravel = ravel({"nothing": None, "at": []})
    assert vector.shape == (0,)
    assert unravel(vector) == {"nothing": None, "at": []}


def test_unravel_refuses_what_it_cannot_represent() -> None:
    vector, unravel = ravel({"n": 3, "x": 1.5})
    assert unravel(vector + np.array([1, 0.25])) == {"n": 4, "x": 1.75}
    with pytest.raises(ValueError, match=r"tree\['n'\] is int64 and cannot hold \[3.5\]; make it a float"):
        unravel(vector + 0.5)
    with pytest.raises(ValueError, match=r"shape \(2,\), got shape \(3,\)"):
        unravel(np.zeros(3))
    with pytest.raises(TypeError, match=r"got str at tree\[1\]"):
        ravel([1.0, "text"])
    with pytest.raises(TypeError, match="cannot hold the integers"):
        ravel([2**60 + 1, 0.5])


def test_unravelled_arrays_are_the_users_own() -> None:
    vector, unravel = ravel([np.zeros(2), Tensor(np.zeros(2))])
    array, tensor = unravel(vector.numpy())
    array += 1
    assert vector.tolist() == [0, 0, 0, 0]
    assert isinstance(tensor, Tensor)


def test_gradients_flow_through_ravel_and_unravel() -> None:
    params = {"w": Tensor([1.0, 2.0], requires_grad=True), "b": Tensor(3.0, requires_grad=True)}
    vector, unravel = ravel(params)
    (vector * np.array([1.0, 10.0, 100.0])).sum().backward()
    assert params["b"].grad.item() == 1
    assert params["w"].grad.tolist() == [10, 100]
    back = autograd.grad(lambda v: (unravel(v)["w"] ** 2).sum() * unravel(v)["b"])(np.array([3.0, 1.0, 2.0]))
    assert back.tolist() == [5, 6, 12]
    half = ravel([Tensor(np.ones(2, np.float32)), 2.0])
    assert half[1](half[0])[0].dtype == np.float32
