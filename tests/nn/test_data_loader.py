"""DataLoader: every sample once, in an order that follows from the seed, at the cost of indexing."""

from __future__ import annotations

import copy
import inspect
import itertools
import pickle
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd
from autograd import Tensor
from nn.data import DataLoader, Subset, TensorDataset
from tests.counted import calls


def rows(loader):
    return [batch.data.tolist() for batch in loader]


@given(st.integers(1, 40), st.integers(1, 45), st.booleans(), st.integers(0, 2**70))
def test_every_pass_visits_each_sample_once_and_keeps_arrays_in_step(samples, batch_size, shuffle, seed):
    x, y = np.arange(samples * 3).reshape(samples, 3), np.arange(samples) * 10
    loader = DataLoader((x, y), batch_size, shuffle=shuffle, seed=seed)
    for _ in range(3):
        batches = list(loader)
        assert len(batches) == len(loader)
        assert all(isinstance(part, Tensor) for batch in batches for part in batch)
        assert [len(b[1]) for b in batches[:-1]] == [batch_size] * (len(loader) - 1)
        seen = np.concatenate([b[1].data for b in batches])
        np.testing.assert_array_equal(np.sort(seen), y)
        np.testing.assert_array_equal(np.concatenate([b[0].data for b in batches]), x[seen // 10])
        if not shuffle:
            np.testing.assert_array_equal(seen, y)


def test_last_short_batch_is_kept_or_dropped():
    x = np.arange(10.0)
    assert [len(b) for b in DataLoader(x, 4)] == [4, 4, 2]
    assert [len(b) for b in DataLoader(x, 4, drop_last=True)] == [4, 4]
    assert [len(b) for b in DataLoader(x, 5, drop_last=True)] == [5, 5]


def test_same_seed_same_orders_and_every_pass_another():
    x = np.arange(50)
    a, b = DataLoader(x, 7, shuffle=True, seed=3), DataLoader(x, 7, shuffle=True, seed=3)
    passes = [rows(a) for _ in range(4)]
    assert passes == [rows(b) for _ in range(4)]
    assert all(p != q for p, q in itertools.combinations(passes, 2))
    assert rows(DataLoader(x, 7, shuffle=True, seed=4)) != passes[0]


def test_without_a_seed_the_order_follows_manual_seed():
    x = np.arange(50)
    autograd.manual_seed(5)
    first = rows(DataLoader(x, 50, shuffle=True))
    second = rows(DataLoader(x, 50, shuffle=True))
    autograd.manual_seed(5)
    assert rows(DataLoader(x, 50, shuffle=True)) == first != second


def test_global_random_state_is_untouched():
    def draws():
        autograd.manual_seed(5)
        np.random.seed(5)  # noqa: NPY002
        yield
        yield autograd.random.generator().random(), np.random.random()  # noqa: NPY002

    undisturbed, disturbed = draws(), draws()
    _, expected = undisturbed
    next(disturbed)
    rows(DataLoader(np.arange(9), 2, shuffle=True, seed=1))
    assert next(disturbed) == expected


@pytest.mark.parametrize("shuffle", [False, True])
def test_batches_are_copies(shuffle):
    x = np.zeros((6, 2))
    for batch in DataLoader(x, 3, shuffle=shuffle, seed=0):
        batch.data[...] = 1
    assert not x.any()


@given(st.integers(1, 30), st.integers(1, 8), st.booleans(), st.data())
def test_a_restored_loader_gives_the_batches_that_were_left(samples, batch_size, shuffle, data):
    x = np.arange(samples)
    loader = DataLoader(x, batch_size, shuffle=shuffle, seed=1)
    passes = data.draw(st.integers(0, 2))
    for _ in range(passes):
        rows(loader)
    running = iter(loader)
    taken = data.draw(st.integers(0, len(loader)))
    for _ in range(taken):
        next(running)
    resumed = DataLoader(x, batch_size, shuffle=shuffle, seed=99)
    resumed.load_state_dict(loader.state_dict())
    rest = rows(running)
    if rest:
        assert rows(resumed) == rest
    assert rows(resumed) == rows(loader)


def pairs(batch: list[Any]) -> Any:
    return np.stack([np.append(x, y) for x, y in batch])


X, Y = np.arange(12.0).reshape(6, 2), np.arange(6)
LOADERS = {
    "an array": lambda: DataLoader(X, 4), "several": lambda: DataLoader((X, Y), 4, shuffle=True, seed=1),
    "samples": lambda: DataLoader([*zip(X, Y, strict=True)], 4), "made by the user": lambda: DataLoader(
        (X, Y), 4, collate_fn=pairs), "of samples by the user": lambda: DataLoader(
        TensorDataset(X, Y), 4, collate_fn=pairs), "a part": lambda: DataLoader(Subset((X, Y), [1, 2, 5]), 2),
}


@pytest.mark.parametrize("name", LOADERS)
def test_a_copied_or_pickled_loader_goes_on_as_the_first_would(name: str) -> None:
    """A loader could not be pickled: what gathers its batches was a function without a name."""
    loader = LOADERS[name]()
    list(loader)
    twins = [pickle.loads(pickle.dumps(loader)), copy.deepcopy(loader)]
    expected = repr(list(loader))
    assert [repr(list(twin)) for twin in twins] == [expected] * 2


def test_leaving_a_pass_early_begins_a_new_one():
    loader = DataLoader(np.arange(20), 5, shuffle=True, seed=0)
    next(iter(loader))
    second = rows(loader)
    fresh = DataLoader(np.arange(20), 5, shuffle=True, seed=0)
    rows(fresh)
    assert rows(fresh) == second


class Squares:
    def __len__(self):
        return 5

    def __getitem__(self, index):
        assert type(index) is int
        return {"x": np.full(2, index), "y": (float(index * index), index)}


def test_samples_of_a_dataset_are_stacked_whatever_their_structure():
    first, second = DataLoader(Squares(), 3)
    assert first["x"].data.tolist() == [[0, 0], [1, 1], [2, 2]]
    assert second["y"][0].data.tolist() == [9.0, 16.0]
    assert second["y"][1].dtype == np.int64
    shuffled = np.concatenate([b["y"][1].data for b in DataLoader(Squares(), 2, shuffle=True, seed=0)])
    assert sorted(shuffled.tolist()) == list(range(5))
    assert [b.data.tolist() for b in DataLoader([1.0, 2.0, 3.0], 2)] == [[1.0, 2.0], [3.0]]


def test_tensors_are_data_and_keep_their_dtype():
    (x, y), *_ = DataLoader((Tensor(np.ones((4, 2), np.float32)), np.arange(4, dtype=np.uint8)), 2)
    assert x.dtype == np.float32
    assert y.dtype == np.uint8
    assert not x.requires_grad


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (((np.ones(3), np.ones(4)), 2), ValueError, r"one length, got lengths \[3, 4\]"),
        ((np.ones((0, 3)), 2), ValueError, "at least one sample, got data of length 0"),
        (((), 2), ValueError, "empty tuple"),
        ((np.float64(1.0), 2), ValueError, r"the array has shape \(\)"),
        ((np.ones(3), 0), ValueError, "batch_size must be an integer of at least 1, got 0"),
        ((np.ones(3), 2.5), TypeError, "DataLoader: batch_size must be an integer, got 2.5"),
        ((np.ones(3), 2, 7), TypeError, "DataLoader: shuffle must be True or False, got 7"),  # a seed, perhaps
        ((np.ones(3), 2, False, "last"), TypeError, "DataLoader: drop_last must be True or False, got 'last'"),
        ((4, (np.ones((2, 2)), np.ones(2))), TypeError, r"write DataLoader\(\(x, y\), batch_size\)"),
        ((TensorDataset, 2), TypeError, r"got the class TensorDataset; make one of it: TensorDataset\(\.\.\.\)"),
        ((np.ones(3), True), TypeError, "batch_size"),
        ((np.ones(3), 4, False, True), ValueError, "leaves no batch: 3 samples are fewer than batch_size=4"),
        ((np.ones(3), 2, True, False, -1), ValueError, "seed must be an integer of at least 0, got -1"),
        ((np.array(["a", "b"]), 2), TypeError, "expected numbers, the array has dtype <U1"),
        (({"x": np.ones(3)}, 2), TypeError, "got dict"),
        ((iter([1]), 2), TypeError, "got list_iterator"),
        ((Tensor(np.ones(3), requires_grad=True), 2), ValueError, r"data.detach\(\)"),
    ],
)
def test_bad_arguments_are_named(arguments, error, message):
    with pytest.raises(error, match=message):
        DataLoader(*arguments)


def test_a_sample_whose_gradient_would_be_lost_is_refused():
    with pytest.raises(ValueError, match="a sample requires grad, which batches would lose"):
        next(iter(DataLoader([Tensor(np.ones(3), requires_grad=True)], 1)))


def test_text_stays_text():
    samples = [{"image": np.full(2, k), "name": f"{k}.png", "tags": ("a", "b")} for k in range(3)]
    batch, last = DataLoader(samples, 2)
    assert batch["name"] == ["0.png", "1.png"]
    assert batch["tags"] == (["a", "a"], ["b", "b"])
    assert batch["image"].shape == (2, 2)
    assert last["name"] == ["2.png"]


@pytest.mark.parametrize(
    ("data", "error", "message"),
    [
        ([np.ones((3, 2)), np.ones(3)], ValueError, r"sample 1 has \(3,\).*write a tuple: \(x, y\)"),
        ([(1, 2), (1, 2, 3)], ValueError, r"number of parts: \[2, 3\]"),
        ([b"a", b"b"], TypeError, "samples made of numbers, got bytes b'a'"),
    ],
)
def test_bad_samples_are_named(data, error, message):
    with pytest.raises(error, match=message):
        list(DataLoader(data, 2))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"samples": 11}, "samples=11, this one has 10"),
        ({"batch_size": 2}, "batch_size=2, this one has 3"),
        ({"shuffle": False}, "shuffle=False, this one has True"),
        ({"drop_last": True}, "drop_last=True, this one has False"),
        ({"batch": 4}, "at batch 4 of a pass, but a pass has 4 batches"),
        ({"epoch": -1}, "epoch must be an integer of at least 0"),
        ({"extra": 1}, "has the entries"),
    ],
)
def test_a_foreign_state_is_refused_and_changes_nothing(change, message):
    loader = DataLoader(np.arange(10), 3, shuffle=True, seed=2)
    before = loader.state_dict()
    with pytest.raises(ValueError, match=message):
        loader.load_state_dict({**before, "seed": 8, **change})
    assert loader.state_dict() == before
    assert loader.seed == 2


def test_a_shuffled_batch_costs_few_calls_beside_its_indexing():
    loader = DataLoader(np.zeros((6400, 10)), 64, shuffle=True, seed=0)

    def batches():
        for _ in loader:
            pass

    batches()
    assert calls(batches) < 16 * len(loader)


def test_pytorchs_workers_change_nothing():
    x = np.arange(10.0)
    loaders = DataLoader(x, 3, True, seed=1), DataLoader(x, 3, True, seed=1, num_workers=4, pin_memory=True)
    assert all(np.array_equal(a.data, b.data) for a, b in zip(*loaders, strict=True))


def test_repr_tells_what_it_gives():
    assert repr(DataLoader(np.ones(10), 4, shuffle=True, seed=7)) == (
        "DataLoader(10 samples shuffled with seed 7, 3 batches of 4)"
    )


def test_several_arrays_are_one_argument() -> None:
    for batch_size in (np.ones(4), Tensor([0, 1, 0, 1]), [0, 1, 0, 1]):
        with pytest.raises(TypeError, match=r"several arrays as one tuple: write DataLoader\(\(x, y\), batch_size\)"):
            DataLoader(np.ones((4, 2)), batch_size)
        with pytest.raises(TypeError, match=r"several arrays as one tuple: write DataLoader\(\(x, y\), batch_size\)"):
            DataLoader(np.ones((4, 2)), batch_size, batch_size=2)
    assert list(inspect.signature(DataLoader).parameters)[:2] == ["data", "batch_size"]


def test_batches_of_what_differs_in_length_are_made_by_the_user() -> None:
    sentences = [(np.arange(n), n % 2) for n in (3, 1, 2, 4, 2)]

    def padded(samples: list[Any]) -> Any:
        longest = max(len(words) for words, _ in samples)
        return np.stack([np.pad(words, (0, longest - len(words))) for words, _ in samples]), [y for _, y in samples]

    batches = list(DataLoader(sentences, 2, collate_fn=padded))
    assert [words.tolist() for words, _ in batches] == [[[0, 1, 2], [0, 0, 0]], [[0, 1, 0, 0], [0, 1, 2, 3]], [[0, 1]]]
    assert batches[1][1] == [0, 0]
    shuffled = DataLoader(sentences, 2, shuffle=True, seed=1, collate_fn=lambda samples: len(samples))
    assert list(shuffled) == [2, 2, 1]
    x, y = np.arange(6.0).reshape(3, 2), np.array([1, 0, 2])
    (first, last) = DataLoader((x, y), 2, collate_fn=lambda samples: [(a.tolist(), b.item()) for a, b in samples])
    assert (first, last) == ([([0, 1], 1), ([2, 3], 0)], [([4, 5], 2)])
    assert list(DataLoader(x, 3, collate_fn=len)) == [3]
    with pytest.raises(ValueError, match="give collate_fn"):
        list(DataLoader(sentences, 2))
