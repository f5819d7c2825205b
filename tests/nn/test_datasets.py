"""Data sets made of others, and samplers: which samples come, in which order, and the same after a resumption."""

from __future__ import annotations

import re
from collections import Counter
from itertools import islice
from typing import Any

import numpy as np
import pytest

import nn
from autograd import Tensor, manual_seed
from nn.data import (
    BatchSampler,
    ConcatDataset,
    DataLoader,
    Dataset,
    RandomSampler,
    SequentialSampler,
    Subset,
    SubsetRandomSampler,
    TensorDataset,
    WeightedRandomSampler,
    default_collate,
    random_split,
)

X, Y = np.arange(20.0).reshape(10, 2), np.arange(10)


class Squares(Dataset):
    def __len__(self) -> int:
        return 6

    def __getitem__(self, index: int) -> Any:
        return float(index * index), index


def values(batches: Any) -> Any:
    return [tuple(part.data.tolist() for part in batch) if isinstance(batch, tuple) else batch.data.tolist()
            for batch in batches]


# --- Sets of sets -----------------------------------------------------------------------------------------------------


def test_arrays_side_by_side_are_a_tuple_of_arrays() -> None:
    data = TensorDataset(X, Tensor(Y))
    assert len(data) == 10
    x, y = data[3]
    np.testing.assert_array_equal(x, X[3])
    assert y.item() == 3
    assert values(DataLoader(data, 4)) == values(DataLoader((X, Y), 4))
    assert values(DataLoader(TensorDataset(Y), 5)) == [([0, 1, 2, 3, 4],), ([5, 6, 7, 8, 9],)]
    with pytest.raises(ValueError, match=r"arrays of one length, got lengths \[10, 3\]"):
        TensorDataset(X, Y[:3])


@pytest.mark.parametrize("data", [TensorDataset(X, Y), (X, Y)])
def test_a_subset_is_the_samples_at_its_indices(data: Any) -> None:
    some = Subset(data, [7, 2, -1, 2])
    assert len(some) == 4
    assert [y for _, y in some] == [7, 2, 9, 2]
    assert values(DataLoader(some, 3)) == [(X[[7, 2, 9]].tolist(), [7, 2, 9]), (X[[2]].tolist(), [2])]
    assert values(DataLoader(Subset(some, [1, 3]), 2)) == [(X[[2, 2]].tolist(), [2, 2])]


def test_a_subset_of_an_array_and_of_samples() -> None:
    assert values(DataLoader(Subset(Y, [3, 1]), 2)) == [[3, 1]]
    assert values(DataLoader(Subset(Squares(), [3, 1]), 2)) == [([9, 1], [3, 1])]
    assert list(DataLoader(Subset(Squares(), [3, 1]), 2, collate_fn=list)) == [[(9.0, 3), (1.0, 1)]]
    assert type(Subset(Squares(), [3, 1])[0][1]) is int
    assert list(DataLoader(TensorDataset(Y), 4, collate_fn=len)) == [4, 4, 2]


def test_what_a_subclass_says_of_a_sample_holds_in_batches() -> None:
    class Doubled(TensorDataset):
        def __getitem__(self, index: Any) -> Any:
            return tuple(2 * part for part in super().__getitem__(index))

    assert values(DataLoader(Doubled(Y), 3))[0] == ([0, 2, 4],)
    assert values(DataLoader(Subset(Doubled(Y), [4]), 3)) == [([8],)]


def test_sets_one_after_the_other() -> None:
    both = Squares() + Subset(Squares(), [1]) + (X[:2, 0], Y[:2])
    assert isinstance(both, ConcatDataset)
    assert len(both) == 9
    assert [both[i][1] for i in (0, 5, 6, 7, 8, -1, -9)] == [0, 5, 1, 0, 1, 1, 0]
    assert values(DataLoader(both, 9)) == [([0, 1, 4, 9, 16, 25, 1, 0, 2], [0, 1, 2, 3, 4, 5, 1, 0, 1])]
    for index in (9, -10):
        with pytest.raises(IndexError, match=f"ConcatDataset has 9 samples, got index {index}"):
            both[index]
    with pytest.raises(ValueError, match="at least one data set, got none"):
        ConcatDataset([])


def test_samples_of_three_sets_are_found_behind_one_another() -> None:
    whole = ConcatDataset([Y[:2], Squares(), Y[7:]])
    expected = [0, 1, *((float(i * i), i) for i in range(6)), 7, 8, 9]
    assert [whole[i] for i in range(len(whole))] == expected
    assert [whole[-i] for i in range(1, 12)] == expected[::-1]


def test_arrays_in_a_list_are_not_one_array_and_a_list_of_numbers_is() -> None:
    with pytest.raises(TypeError, match=r"write TensorDataset\(x, y\), or \*arrays"):
        TensorDataset((X, Y))
    with pytest.raises(TypeError, match="takes its arrays one by one"):
        TensorDataset([1, Y])
    assert len(TensorDataset([4, 5, 6])) == 3
    assert len(TensorDataset([[1], [2]], [[3], [4]])) == 2


def test_each_pass_of_a_sampler_has_the_order_of_its_number() -> None:
    sampler = RandomSampler(Y, seed=3)
    passes = [sampler.order(number).tolist() for number in range(3)]
    assert [list(sampler) for _ in range(3)] == passes
    batches = BatchSampler(RandomSampler(Y, seed=3), 5, drop_last=False)
    assert [[i for batch in batches for i in batch] for _ in range(3)] == passes


@pytest.mark.parametrize(("lengths", "sizes"), [
    ([6, 4], [6, 4]), ([0.6, 0.4], [6, 4]), ([1 / 3, 1 / 3, 1 / 3], [4, 3, 3]), ([0.25, 0.75], [3, 7]),
    ([10, 0], [10, 0]), ([0.28, 0.28, 0.44], [3, 3, 4]),
])
def test_a_split_deals_out_every_sample_once(lengths: list[float], sizes: list[int]) -> None:
    parts = random_split((X, Y), lengths, seed=3)
    assert [len(part) for part in parts] == sizes
    assert sorted(int(y) for part in parts for _, y in part) == list(range(10))
    again = random_split((X, Y), lengths, seed=3)
    assert all(np.array_equal(a.indices, b.indices) for a, b in zip(parts, again, strict=True))
    manual_seed(0)
    first, second = (random_split(Y, lengths)[0].indices for _ in range(2))
    assert not np.array_equal(first, second)


@pytest.mark.parametrize(("call", "error", "message"), [
    (lambda: random_split(Y, [0.5, 0.4]), ValueError, "shares that add up to 1, got [0.5, 0.4]"),
    (lambda: random_split(Y, [5, 4]), ValueError, "lengths that add up to the 10 samples, got [5, 4]"),
    (lambda: random_split(Y, 0.8), TypeError, "takes the lengths of all parts, as [0.8, 0.2], got 0.8"),
    (lambda: random_split(Y, [-1, 11]), ValueError, "a length must be an integer of at least 0, got -1"),
    (lambda: Subset(Y, [3, 10]), ValueError, "Subset expected indices below 10, got 10"),
    (lambda: Subset(Y, [0.5]), TypeError, "Subset expected a list of integers, got float64 (1,)"),
    (lambda: Dataset()[0], NotImplementedError, "Dataset needs a method __getitem__(self, index)"),
])
def test_what_is_refused(call: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=re.escape(message)):
        call()


def test_samples_that_were_prepared_are_collated_as_they_would_be() -> None:
    def known(samples: list[Any]) -> Any:
        return default_collate([sample for sample in samples if sample[1] != 2])

    assert values(DataLoader(Squares(), 3, collate_fn=known)) == [([0, 1], [0, 1]), ([9, 16, 25], [3, 4, 5])]


# --- Samplers ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("sampler", "length", "members"), [
    (SequentialSampler(Y), 10, [1] * 10), (RandomSampler(Y, seed=1), 10, [1] * 10),
    (RandomSampler(Y, num_samples=30, seed=1), 30, [3] * 10), (RandomSampler(Y, num_samples=4, seed=1), 4, None),
    (RandomSampler(Y, True, 50, seed=1), 50, None),
    (SubsetRandomSampler([2, 3, 7], seed=1), 3, [0, 0, 1, 1, 0, 0, 0, 1, 0, 0]),
    (WeightedRandomSampler([0, 1, 2, 0], 3000, seed=1), 3000, [0, 1000, 2000, 0]),
    (WeightedRandomSampler(Tensor([0.0, 1.0, 2.0, 5.0]), 3, replacement=False, seed=1), 3, [0, 1, 1, 1]),
])
def test_what_a_sampler_gives(sampler: Any, length: int, members: list[int] | None) -> None:
    first, second = list(sampler), list(sampler)
    assert len(sampler) == len(first) == len(second) == length
    assert all(type(index) is int for index in first)
    assert (first == second) == isinstance(sampler, SequentialSampler) or length == 3
    counts = Counter(first)
    if members is not None:
        np.testing.assert_allclose([counts[i] for i in range(len(members))], members, atol=100 if length > 100 else 0)
    else:
        assert counts.keys() <= set(range(10))
        assert max(counts.values()) == (1 if length == 4 else max(counts.values()))


def test_shuffling_is_a_random_sampler() -> None:
    assert values(DataLoader(Y, 3, sampler=RandomSampler(Y, seed=5))) == values(DataLoader(Y, 3, True, seed=5))


def test_samplers_are_drawn_anew_in_each_pass_and_resume_in_its_middle() -> None:
    def fresh(seed: int) -> DataLoader:
        return DataLoader((X, Y), 3, sampler=WeightedRandomSampler(np.arange(10), 12, seed=seed))

    loader = fresh(4)
    whole = [values(loader) for _ in range(3)]
    assert whole[0] != whole[1]
    assert len(loader) == len(whole[0]) == 4
    other = fresh(4)
    list(other)
    batches = iter(other)
    for _ in range(2):
        next(batches)
    resumed = fresh(99)
    resumed.load_state_dict(other.state_dict())
    assert values(resumed) == whole[1][2:]
    assert values(resumed) == whole[2]


def test_batches_of_a_sampler() -> None:
    batches = BatchSampler(SequentialSampler(range(7)), 3, drop_last=False)
    assert (list(batches), len(batches)) == ([[0, 1, 2], [3, 4, 5], [6]], 3)
    assert list(BatchSampler([5, 1, 2, 0], 3, drop_last=True)) == [[5, 1, 2]]
    drawn = BatchSampler(RandomSampler(range(7), seed=0), 3, True)
    assert len(drawn) == 2
    assert list(drawn) != list(drawn)
    loader = DataLoader(Y, batch_sampler=BatchSampler(RandomSampler(Y, seed=2), 4, True))
    assert values(loader) == values(DataLoader(Y, 4, True, True, seed=2))
    assert len(loader) == 2


def test_batches_of_the_users_own() -> None:
    """Such as sentences of one length: in each pass the loader asks anew, and it resumes within one."""

    class Buckets:
        passes = 0

        def __len__(self) -> int:
            return 3

        def __iter__(self) -> Any:
            self.passes += 1
            return iter([[self.passes], [4, 5], np.array([9, 0])])

    loader = DataLoader(Y, batch_sampler=Buckets())
    assert [values(loader), values(loader)] == [[[1], [4, 5], [9, 0]], [[2], [4, 5], [9, 0]]]
    list(islice(loader, 1))
    resumed = DataLoader(Y, batch_sampler=Buckets())
    resumed.load_state_dict(loader.state_dict())
    assert values(resumed) == [[4, 5], [9, 0]]
    assert repr(loader) == "DataLoader(10 samples, 3 batches by a Buckets)"


@pytest.mark.parametrize("options", [{"batch_size": 2, "sampler": [3, 1, 2]}, {"batch_sampler": [[3, 1], [2]]}])
def test_a_list_as_a_sampler_goes_on_where_it_was(options: Any) -> None:
    first, second = (DataLoader(Y, **options) for _ in range(2))
    next(iter(first))
    second.load_state_dict(first.state_dict())
    assert values(second) == [[2]]


def test_a_list_is_a_sampler() -> None:
    loader = DataLoader(Squares(), 2, sampler=[5, 0, 3])
    assert values(loader) == values(loader) == [([25, 0], [5, 0]), ([9], [3])]
    assert repr(loader) == "DataLoader(6 samples by a list, 2 batches of 2)"
    assert values(DataLoader(Y))[3] == [3]


@pytest.mark.parametrize(("options", "error", "message"), [
    ({"sampler": [1], "shuffle": True}, ValueError, "a sampler determines the order: leave out shuffle, seed"),
    ({"sampler": [1], "seed": 1}, ValueError, "a sampler determines the order"),
    ({"sampler": [1], "batch_sampler": [[1]]}, ValueError, "a sampler determines the order"),
    ({"batch_sampler": [[1]], "batch_size": 4}, ValueError, "a batch_sampler determines batches: leave"),
    ({"batch_sampler": [[1]], "drop_last": True}, ValueError, "a batch_sampler determines batches"),
    ({"sampler": iter([1])}, TypeError, "a sampler is an iterable with a length, .* got list_iterator"),
    ({"batch_sampler": iter([[1]])}, TypeError, "a batch_sampler is an iterable with a length"),
    ({"sampler": []}, ValueError, "the sampler gives no batch"),
    ({"sampler": [1, 2], "batch_size": 3, "drop_last": True}, ValueError, "leaves no batch: 2 samples are fewer"),
])
def test_samplers_that_do_not_fit(options: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        DataLoader(Y, **options)


def test_indices_that_are_none_are_refused() -> None:
    for options in ({"sampler": [0.5]}, {"batch_sampler": [["a"]]}):
        with pytest.raises(TypeError, match="expected a list of integers, got"):
            list(DataLoader(Y, **options))


@pytest.mark.parametrize(("call", "message"), [
    (lambda: WeightedRandomSampler([1, -1], 2), "expected a weight >= 0 for each sample, got (2,)"),
    (lambda: WeightedRandomSampler([1, np.nan], 2), "expected a weight >= 0 for each sample"),
    (lambda: WeightedRandomSampler([[1]], 2), "expected a weight >= 0 for each sample, got (1, 1)"),
    (lambda: WeightedRandomSampler([0, 0], 1), "cannot draw 1 samples: 0 weights are not 0"),
    (lambda: WeightedRandomSampler([0, 1], 2, False), "cannot draw 2 samples: 1 weights are not 0; to draw some"),
    (lambda: RandomSampler([]), "len(data_source) must be an integer of at least 1, got 0"),
    (lambda: BatchSampler([1], 0, False), "batch_size must be an integer of at least 1, got 0"),
])
def test_samplers_that_are_refused(call: Any, message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        call()


def test_a_network_is_fitted_to_a_part_of_the_data() -> None:
    import optim

    train, held_back = random_split((X.astype(np.float32), X.sum(1, keepdims=True).astype(np.float32)), [8, 2], seed=0)
    model = nn.Linear(2, 1)
    history = nn.fit(model, DataLoader(train, 4, shuffle=True, seed=0), loss=nn.MSELoss(), epochs=2, progress=False,
                     optimizer=optim.Adam(model.parameters()), validation=DataLoader(held_back, 2))
    assert history.to_dict().keys() >= {"loss", "validation_loss"}
