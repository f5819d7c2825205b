"""Distances, losses with margins, densities, one-hot rows, bags: by loops, SciPy, at corners, and what they refuse."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from scipy import stats

import nn
from autograd import Tensor, grad, jvp, value_and_grad, vmap
from nn import functional

RNG = np.random.default_rng(0)
A, B, C = RNG.normal(size=(3, 5, 4))
SIGNS = np.array([1.0, -1.0, -1.0, 1.0, 1.0])


@given(st.sampled_from([1, 2, 3, 1.5, np.inf]), st.sampled_from([0, 1, -1]))
def test_normalized_vectors_have_length_one(p: float, dim: int) -> None:
    out = functional.normalize(A, p, dim).data
    np.testing.assert_allclose(np.linalg.norm(out, p, dim), 1, rtol=1e-12)
    np.testing.assert_allclose(np.linalg.norm(A, p, dim, keepdims=True) * out, A, rtol=1e-12)


def test_vectors_of_zero_stay_and_have_finite_slopes() -> None:
    x = Tensor(np.zeros((2, 3)), requires_grad=True)
    out = functional.normalize(x)
    (out.sum() + functional.cosine_similarity(x, A[:2, :3]).sum()
     + functional.pairwise_distance(x, np.zeros(3)).sum()).backward()
    assert not out.data.any()
    assert np.isfinite(x.grad.data).all()


@pytest.mark.parametrize("scale", [2e-4, 1e-2, 1.0, 500.0, 2e4])
@pytest.mark.parametrize("function", [
    lambda x: functional.normalize(x), lambda x: functional.normalize(x, 3), lambda x: functional.normalize(x, 1),
    lambda x: functional.cosine_similarity(x[:2], x[2:]), lambda x: functional.pairwise_distance(x[:2], x[2:], 3),
], ids=["normalize", "normalize 3", "normalize 1", "cosine", "distance"])
def test_squares_of_half_precision_neither_overflow_nor_vanish(function: Any, scale: float) -> None:
    """Those of 300 are more than a float16 can hold, and those of 1e-4 less."""
    x = (np.tanh(A[:4]) * scale).astype(np.float16)
    weight, t = C[:4].astype(np.float16), B[:4].astype(np.float16)
    found = []
    for dtype in (np.float16, np.float64):
        def loss(x: Any, dtype: Any = dtype) -> Any:
            out = function(x)
            assert out.dtype == dtype
            return (out * np.resize(weight, out.shape).astype(dtype)).sum()

        out, tangent = jvp(loss, (x.astype(dtype),), (t.astype(dtype),))
        found.append((out, grad(loss)(x.astype(dtype)), tangent))
    slopes = np.abs(found[1][1])
    for half, exact, size in zip(*found, (5.0, slopes.max(), (slopes * np.abs(t)).sum()), strict=True):
        np.testing.assert_allclose(half, exact, rtol=4e-3, atol=4e-3 * size + 6e-8)


def test_cosines_and_distances_by_a_loop() -> None:
    for k in range(5):
        cosine = A[k] @ B[k] / np.linalg.norm(A[k]) / np.linalg.norm(B[k])
        np.testing.assert_allclose(functional.cosine_similarity(A, B).data[k], cosine, rtol=1e-12)
        np.testing.assert_allclose(functional.pairwise_distance(A, B, 3).data[k], np.linalg.norm(A[k] - B[k] + 1e-6, 3))
    every = functional.cosine_similarity(A[:, None], B[None], -1)
    np.testing.assert_allclose(np.diag(every.data), functional.cosine_similarity(A, B).data, rtol=1e-12)


def test_margins_by_a_loop() -> None:
    x, y = A[:, 0], B[:, 0]
    expected = [max(0, -s * (a - b) + 0.3) for a, b, s in zip(x, y, SIGNS, strict=True)]
    np.testing.assert_allclose(functional.margin_ranking_loss(x, y, SIGNS, 0.3, "none").data, expected, rtol=1e-12)
    expected = [a if s == 1 else max(0, 0.5 - a) for a, s in zip(x, SIGNS, strict=True)]
    np.testing.assert_allclose(functional.hinge_embedding_loss(x, SIGNS, 0.5, "none").data, expected, rtol=1e-12)
    near, far = (np.linalg.norm(A - other + 1e-6, axis=1) for other in (B, C))
    between = np.linalg.norm(B - C + 1e-6, axis=1)
    for swap, other in ((False, far), (True, np.minimum(far, between))):
        found = functional.triplet_margin_loss(A, B, C, swap=swap, reduction="none")
        np.testing.assert_allclose(found.data, np.maximum(0, near - other + 1), rtol=1e-12)
    labels, weight = np.array([0, 3, 2, 2, 1]), np.array([0.5, 1.0, 2.0, 3.0])
    for p in (1, 2):
        expected = [weight[k] * sum(max(0, 0.6 - row[k] + row[j]) ** p for j in range(4) if j != k) / 4
                    for row, k in zip(A, labels, strict=True)]
        found = functional.multi_margin_loss(A, labels, p, 0.6, weight, "none")
        np.testing.assert_allclose(found.data, expected, rtol=1e-12)
    np.testing.assert_allclose(nn.SoftMarginLoss()(1e4 * x, SIGNS).item(), np.maximum(0, -1e4 * x * SIGNS).mean())


def test_triplets_of_any_distance_and_labels_by_a_loop() -> None:
    def city_block(x: Any, y: Any) -> Any:
        return abs(x - y).sum(axis=-1)

    near, far, between = city_block(A, B), city_block(A, C), city_block(B, C)
    for swap, other in ((False, far), (True, np.minimum(far, between))):
        loss = nn.TripletMarginWithDistanceLoss(distance_function=city_block, margin=0.7, swap=swap, reduction="sum")
        np.testing.assert_allclose(loss(A, B, C).item(), np.maximum(0, near - other + 0.7).sum(), rtol=1e-12)
    assert nn.TripletMarginWithDistanceLoss()(A, B, C).item() == nn.TripletMarginLoss()(A, B, C).item()
    for p, swap in ((1.0, False), (3.0, True)):
        near, far, other = (np.linalg.norm(x - y + 0.3, p, -1) for x, y in ((A, B), (A, C), (B, C)))
        expected = np.maximum(near - (np.minimum(far, other) if swap else far) + 0.7, 0)
        found = nn.TripletMarginLoss(0.7, p, 0.3, swap, reduction="none")(A, B, C)
        np.testing.assert_allclose(found.data, expected, rtol=1e-12)
    targets, weight = (B > 0).astype(float), np.array([0.5, 1.0, 2.0, 3.0])
    expected = [np.mean([w * (np.log1p(np.exp(z)) - t * z) for z, t, w in zip(row, of_row, weight, strict=True)])
                for row, of_row in zip(A, targets, strict=True)]
    found = functional.multilabel_soft_margin_loss(A, targets, weight, "none")
    np.testing.assert_allclose(found.data, expected, rtol=1e-12)
    np.testing.assert_allclose(nn.MultiLabelSoftMarginLoss(weight)(A[0], targets[0]).item(), expected[0], rtol=1e-12)
    with pytest.raises(ValueError, match=r"expected logits \(N, C\) or \(C,\), got a number"):
        nn.MultiLabelSoftMarginLoss()(A[0, 0], targets[0, 0])


@pytest.mark.parametrize("loss", [
    lambda x, one: functional.margin_ranking_loss(x, one, one),
    lambda x, one: functional.hinge_embedding_loss(x, -one),
    lambda x, one: functional.cosine_embedding_loss(x, one, -one[:, 0]),
    lambda x, one: functional.triplet_margin_loss(x, one, -one),
    lambda x, one: functional.triplet_margin_loss(one, one, x, swap=True),
    lambda x, one: functional.multi_margin_loss(x, np.array([0, 1])),
    lambda x, one: functional.multi_margin_loss(x, np.array([2, 1]))])
def test_a_nan_is_not_within_the_margin(loss: Any) -> None:
    x = np.array([[np.nan, 1.0, 2.0], [1.0, 2.0, 3.0]])
    assert np.isnan(loss(x, np.ones((2, 3))).item())


def test_cosines_of_short_vectors_are_shortened_as_pytorchs() -> None:
    """By 1e-12 in the square of each length: what PyTorch 2.13 gives for (3, 4) times a scale, and (4, 3)."""
    def loss(x: Any) -> Any:
        return functional.cosine_embedding_loss(x, np.array([[4.0, 3.0]]), np.array([-1.0]))

    for scale, expected, slopes in (
        (1e-2, 0.9599999998079808, [4.480000003711911, -3.3599999931839317]),
        (1e-6, 0.9413574487356007, [48274.74094410708, -27154.541812707277]),
        (1e-7, 0.4293250523661503, [612503.7410463322, 399272.2982613523]),
        (0.0, 0.0, [800000.0015983052, 600000.0011987289]),
    ):
        found, slope = value_and_grad(loss)(np.array([[3.0, 4.0]]) * scale)
        np.testing.assert_allclose(found, expected, rtol=1e-8)
        np.testing.assert_allclose(slope[0], slopes, rtol=1e-7)


def test_slopes_at_the_margin_are_those_of_what_costs() -> None:
    zero, one = np.zeros(1), np.ones(1)
    assert grad(lambda x: functional.margin_ranking_loss(x, zero, one))(zero) == -1
    assert grad(lambda x: functional.hinge_embedding_loss(x, -one))(one) == -1


def test_densities_are_scipys() -> None:
    variance, counts = np.exp(C), RNG.integers(0, 9, (5, 4))
    found = functional.gaussian_nll_loss(A, B, variance, full=True, reduction="none").data
    np.testing.assert_allclose(found, -stats.norm.logpdf(B, A, np.sqrt(variance)), rtol=1e-12)
    found = functional.poisson_nll_loss(A, counts, full=True, reduction="none").data
    np.testing.assert_allclose(found, -stats.poisson.logpmf(counts, np.exp(A)), atol=0.09)  # by Stirling's formula
    found = functional.poisson_nll_loss(variance, counts, log_input=False, eps=0, reduction="none").data
    np.testing.assert_allclose(found, functional.poisson_nll_loss(C, counts, reduction="none").data, rtol=1e-12)


def test_a_variance_below_eps_counts_as_eps_and_grows_again() -> None:
    """As in PyTorch: with the slope 0 of what was clipped it would stay there for ever."""
    def loss(v: Any) -> Any:
        return functional.gaussian_nll_loss(A, B, v, eps=1e-3, reduction="none")

    small, eps = np.array([0.0, 1e-9, 1e-4, 9e-4]), np.full(4, 1e-3)
    np.testing.assert_allclose(loss(small).data, loss(eps).data, rtol=1e-12)
    slopes = grad(lambda v: loss(v).sum())(small)
    np.testing.assert_allclose(slopes, grad(lambda v: loss(v).sum())(eps), rtol=1e-12)
    np.testing.assert_allclose(slopes, np.sum(1e3 - 1e6 * (A - B) ** 2, axis=0) / 2, rtol=1e-12)
    np.testing.assert_allclose(jvp(loss, (small,), (np.ones(4),))[1].sum(), slopes.sum(), rtol=1e-12)
    assert loss(np.full(4, np.inf)).data.tolist() == np.full((5, 4), np.inf).tolist()


def test_ones_at_labels() -> None:
    labels = RNG.integers(0, 4, (3, 2))
    np.testing.assert_array_equal(functional.one_hot(labels, 6).data, np.eye(6)[labels])
    np.testing.assert_array_equal(functional.one_hot([0, 2]).data, [[1, 0, 0], [0, 0, 1]])
    np.testing.assert_array_equal(np.asarray(vmap(lambda y: functional.one_hot(y, 4))(labels)), np.eye(4)[labels])
    assert functional.one_hot(labels, 6).dtype == np.int64


@example([], "max")
@given(st.lists(st.lists(st.integers(0, 5), max_size=4), max_size=4), st.sampled_from(["sum", "mean", "max"]))
def test_bags_are_what_loops_say(bags: list[list[int]], mode: str) -> None:
    """Where each begins, in one row; of row 3, which is padding, nothing."""
    table, reduce = RNG.normal(size=(6, 2)), {"sum": np.sum, "mean": np.mean, "max": np.max}[mode]
    ends = np.cumsum([0, *map(len, bags)])
    kept = [[i for i in bag if i != 3] for bag in bags]
    expected = [reduce(table[bag], axis=0) if bag else np.zeros(2) for bag in kept]
    indices = np.array([i for bag in bags for i in bag], int)
    for offsets, to_the_end in ((ends[:-1], False), (ends, True)):
        found = functional.embedding_bag(indices, table, offsets, mode=mode, include_last_offset=to_the_end,
                                         padding_idx=3)
        np.testing.assert_allclose(found.data, np.reshape(expected, (-1, 2)), rtol=1e-12)


@pytest.mark.parametrize("dtype", [np.int8, np.uint8, np.uint64])
def test_offsets_of_any_integers(dtype: Any) -> None:
    """In int8 the end of the last of 300 indices was 44."""
    bags = functional.embedding_bag(np.ones(300, int), np.arange(4.0)[:, None], np.array([0, 10], dtype), mode="sum")
    np.testing.assert_array_equal(bags.data, [[10], [290]])
    with pytest.raises(ValueError, match="offsets that begin with 0 and rise to at most 6"):
        functional.embedding_bag(np.ones(6, int), np.ones((4, 1)), np.array([0, 5, 3], dtype))


def test_a_bag_of_pretrained_vectors() -> None:
    table = RNG.normal(size=(5, 3)).astype(np.float32)
    layer = nn.EmbeddingBag.from_pretrained(table, mode="sum", padding_idx=0)
    assert not layer.weight.requires_grad
    np.testing.assert_array_equal(layer([[0, 2, 4]]).data, table[[2]] + table[[4]])


def test_what_follows_the_table_is_what_follows_its_size() -> None:
    """As in PyTorch: the third is a bag's longest row, and an embedding's padding."""
    bag = nn.EmbeddingBag.from_pretrained(np.ones((5, 4)), True, 1)
    assert (bag.max_norm, bag.padding_idx) == (1, None)
    np.testing.assert_allclose(bag([[1]]).data, np.full((1, 4), 0.5), rtol=1e-6)
    assert repr(nn.Embedding.from_pretrained(np.ones((5, 4)), False, 1)) == "Embedding(5, 4, padding_idx=1)"


@pytest.mark.parametrize(("call", "error", "message"), [
    (lambda: functional.one_hot([0, 3], 3), ValueError, "one_hot expected labels from 0 to 2, got 3 at index 1"),
    (lambda: functional.one_hot([0, 1], 2.5), TypeError, "num_classes must be an integer of at least 1, got 2.5"),
    (lambda: functional.one_hot([[0, -1]]), ValueError, r"labels from 0 to 0, got -1 at index \(0, 1\)"),
    (lambda: functional.one_hot(np.zeros(0, int)), ValueError, r"num_classes, since there are no labels, got \(0,\)"),
    (lambda: functional.one_hot([0.5]), TypeError, r"integer labels, got float64 \(1,\); write x.astype\(int\)"),
    (lambda: functional.embedding_bag([[1, -1]], A, scale_grad_by_freq=True), ValueError,
     r"embedding_bag expected indices from 0 to 4, got -1 at index \(0, 1\)"),
    (lambda: functional.normalize(A, dim=2), ValueError, r"normalize expected input with an axis 2, got \(5, 4\)"),
    (lambda: nn.CosineSimilarity()(A, B[:3]), ValueError,
     r"CosineSimilarity\(\) expected shapes that broadcast, got \(5, 4\) and \(3, 4\)"),
    (lambda: nn.SoftMarginLoss()(A, (B > 0) * 1), ValueError,
     r"SoftMarginLoss\(\) expected targets 1 and -1, got 0.0 at index \(\d, \d\); for 0 and 1 write 2 \* target - 1"),
    (lambda: nn.MarginRankingLoss(0.1)(A, B, SIGNS), ValueError,
     r"MarginRankingLoss\(margin=0.1\) expected input1 and target of one shape, got \(5, 4\) and \(5,\)"),
    (lambda: nn.TripletMarginLoss()(A, B[:3], C), ValueError, r"expected anchor and positive of one shape, got"),
    (lambda: nn.TripletMarginLoss()(A[:, :1], B[:, :1], C[:, 0]), ValueError,
     r"expected anchor and negative of one shape, .*; write anchor.squeeze\(-1\), or negative\[:, None\]: broadcast"),
    (lambda: nn.CosineEmbeddingLoss()(A, B[:3], SIGNS), ValueError, "expected input1 and input2 of one shape"),
    (lambda: nn.CosineEmbeddingLoss()(A, B, SIGNS[:3]), ValueError, "cosines and targets of one shape, got"),
    (lambda: nn.CosineEmbeddingLoss()(A[None], B[None], SIGNS), ValueError, r"expected inputs \(N, D\) or \(D,\), got"),
    (lambda: nn.GaussianNLLLoss()(A, B, -np.ones(1)), ValueError, "variances of at least 0, got -1.0 at index 0; for"),
    (lambda: nn.GaussianNLLLoss()(A, B, np.ones(3)), ValueError, r"variances that broadcast to \(5, 4\), got \(3,\)"),
    (lambda: nn.PoissonNLLLoss()(A, -np.ones_like(B)), ValueError, r"counts of at least 0, got -1.0 at index \(0, 0\)"),
    (lambda: nn.MultiMarginLoss()(A, np.array([0, 1, 4, 2, 1])), ValueError,
     r"MultiMarginLoss\(\) got the label 4 at index 2, but there are 4 classes"),
    (lambda: nn.MultiMarginLoss(p=3)(A, np.zeros(5, int)), ValueError, r"MultiMarginLoss\(p=3\): p is 1 or 2, got 3"),
    (lambda: nn.MultiMarginLoss()(A[None], np.zeros((1, 4), int)), ValueError, r"predictions \(N, C\) or \(C,\)"),
    (lambda: nn.MultiMarginLoss()(A, SIGNS), TypeError, r"expected class indices, integers of shape \(5,\); got"),
    (lambda: nn.TripletMarginLoss(reduction="max")(A, B, C), ValueError, "reduction must be one of"),
])
def test_what_does_not_fit(call: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        call()
