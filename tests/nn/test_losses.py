"""Losses: a literal loop as oracle, numbers at the extremes, and what they say to bad input."""

from __future__ import annotations

import itertools
import math
import warnings
from functools import partial
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nn
from autograd import Tensor
from autograd.testing import check_gradients
from nn import functional

RNG = np.random.default_rng(0)
UNEVEN = np.linspace(-2.1, 2.3, 12).reshape(4, 3)


# --- Cross-entropy in every combination of options, against a loop ----------------------------------------------------


def literal_cross_entropy(logits: np.ndarray, target: np.ndarray, weight: Any, smoothing: float, ignore: int,
                          reduction: str) -> Any:
    """Example by example, class by class; logits (N, C, d)."""
    n, classes, d = logits.shape
    w = np.ones(classes) if weight is None else weight
    losses, shares = np.zeros((n, d)), np.zeros((n, d))
    for i, j in itertools.product(range(n), range(d)):
        z = logits[i, :, j]
        log_a = [float(v - (max(z) + math.log(sum(math.exp(u - max(z)) for u in z)))) for v in z]
        if target.ndim == 3:
            t = [(1 - smoothing) * target[i, k, j] + smoothing / classes for k in range(classes)]
            losses[i, j] = -sum(w[k] * t[k] * log_a[k] for k in range(classes))
            shares[i, j] = 1
        elif target[i, j] != ignore:
            y = target[i, j]
            losses[i, j] = -(1 - smoothing) * w[y] * log_a[y]
            losses[i, j] -= smoothing / classes * sum(w[k] * log_a[k] for k in range(classes))
            shares[i, j] = w[y]
    if reduction == "none":
        return losses
    if reduction == "sum":
        return losses.sum()
    return losses.sum() / shares.sum() if shares.sum() else 0.0


@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
@pytest.mark.parametrize("soft", [False, True])
@pytest.mark.parametrize("smoothing", [0.0, 0.3])
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("from_logits", [True, False])
def test_cross_entropy_is_its_formula(reduction: str, soft: bool, smoothing: float, weighted: bool,
                                      from_logits: bool) -> None:
    logits = RNG.normal(size=(5, 4, 3))
    target = RNG.dirichlet(np.ones(4), (5, 3)).transpose(0, 2, 1) if soft else RNG.integers(0, 4, (5, 3))
    if not soft:
        target[[0, 2], [1, 2]] = -100
    weight = np.array([0.5, 2.0, 1.0, 0.1]) if weighted else None
    loss = nn.CrossEntropyLoss(weight, label_smoothing=smoothing, reduction=reduction, from_logits=from_logits)
    given = logits if from_logits else np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    expected = literal_cross_entropy(logits, target, weight, smoothing, -100, reduction)
    np.testing.assert_allclose(loss(Tensor(given), target).data, expected, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("reduction", ["mean", "sum"])
@pytest.mark.parametrize("weight", [None, [1.0, 2.0, 0.5]])
@pytest.mark.parametrize("smoothing", [0.0, 0.2])
def test_all_labels_ignored_give_zero_with_zero_gradient(reduction: str, weight: Any, smoothing: float) -> None:
    logits = Tensor(RNG.normal(size=(4, 3)), requires_grad=True)
    loss = nn.CrossEntropyLoss(weight, reduction=reduction, label_smoothing=smoothing)(logits, np.full(4, -100))
    loss.backward()
    assert loss.item() == 0
    np.testing.assert_array_equal(logits.grad.data, 0)
    picked = Tensor(RNG.normal(size=(4, 3)), requires_grad=True)
    nll = nn.NLLLoss(weight, reduction=reduction, ignore_index=2)(picked, np.full(4, 2))
    nll.backward()
    assert nll.item() == 0
    np.testing.assert_array_equal(picked.grad.data, 0)


@given(st.floats(-1e4, 1e4), st.integers(0, 2), st.sampled_from([np.float32, np.float64]))
def test_cross_entropy_is_finite_at_any_logits(size: float, label: int, dtype: type) -> None:
    logits = Tensor(np.array([[size, -size, 0.0]], dtype), requires_grad=True)
    loss = nn.CrossEntropyLoss()(logits, np.array([label]))
    loss.backward()
    assert np.isfinite(loss.data)
    assert np.isfinite(logits.grad.data).all()
    assert loss.dtype == logits.grad.dtype == dtype


@pytest.mark.parametrize("smoothing", [0.0, 0.3])
@pytest.mark.parametrize("from_logits", [True, False])
def test_a_mean_over_no_weight_is_zero(smoothing: float, from_logits: bool) -> None:
    """Not the sum: that of the smoothed targets is no average of anything."""
    weight = Tensor([0.0, 1.0, 2.0], requires_grad=True)
    x = Tensor(np.log([[0.2, 0.3, 0.5]] * 2) if from_logits else [[0.2, 0.3, 0.5]] * 2, requires_grad=True)
    loss = nn.functional.cross_entropy(x, [0, 0], weight, label_smoothing=smoothing, from_logits=from_logits)
    loss.backward(create_graph=True)
    assert loss.item() == 0
    np.testing.assert_array_equal(x.grad.data, 0)
    assert np.isfinite(weight.grad.data).all()


def test_masked_logits_get_no_gradient() -> None:
    logits = Tensor(np.array([[1.0, -np.inf, 2.0], [0.5, 1.0, -np.inf]]), requires_grad=True)
    loss = nn.CrossEntropyLoss()(logits, np.array([0, 1]))
    loss.backward()
    assert np.isfinite(loss.data)
    np.testing.assert_array_equal(logits.grad.data[np.isinf(logits.data)], 0)
    assert np.isfinite(logits.grad.data).all()


def test_the_naive_way_fails_where_from_logits_does_not() -> None:
    logits = np.array([[1000.0, 0.0]])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        powers = np.exp(logits)
        naive = powers / powers.sum()
    assert np.isnan(naive).any()
    probabilities = nn.functional.softmax(logits)
    assert nn.CrossEntropyLoss(from_logits=False)(probabilities, [1]).item() == np.inf  # underflow
    assert nn.CrossEntropyLoss()(logits, [1]).item() == 1000


def test_one_example_without_a_batch() -> None:
    loss = nn.CrossEntropyLoss()(np.array([0.1, 2.0, -1.0]), np.array(1))
    assert loss.item() == pytest.approx(-2 + math.log(math.exp(0.1) + math.exp(2) + math.exp(-1)))


# --- Binary cross-entropy ---------------------------------------------------------------------------------------------


def test_batchmean_of_one_number() -> None:
    loss = nn.KLDivLoss(reduction="batchmean")(np.array(-1.0), np.array(0.5))
    assert loss.item() == pytest.approx(0.5 * (math.log(0.5) + 1))


def test_repr_shows_what_is_not_the_default() -> None:
    assert repr(nn.CrossEntropyLoss(label_smoothing=0.1, ignore_index=0)) == (
        "CrossEntropyLoss(label_smoothing=0.1, ignore_index=0)")
    assert repr(nn.KLDivLoss(reduction="batchmean", log_target=True)) == (
        "KLDivLoss(reduction='batchmean', log_target=True)")
    assert repr(nn.HuberLoss(delta=2.0)) == "HuberLoss(delta=2.0)"
    assert repr(nn.BCELoss(from_logits=True)) == "BCELoss(from_logits=True)"


def test_bce_of_logits_is_bce_of_their_sigmoid() -> None:
    z, t = RNG.normal(size=(4, 3)), RNG.random((4, 3))
    p = 1 / (1 + np.exp(-z))
    expected = -(t * np.log(p) + (1 - t) * np.log(1 - p))
    for reduction, value in (("none", expected), ("sum", expected.sum()), ("mean", expected.mean())):
        for loss in (nn.BCELoss(from_logits=True, reduction=reduction), nn.BCEWithLogitsLoss(reduction=reduction)):
            np.testing.assert_allclose(loss(z, t).data, value, rtol=1e-12)
        np.testing.assert_allclose(nn.BCELoss(reduction=reduction)(p, t).data, value, rtol=1e-12)


@given(st.floats(-1e4, 1e4), st.sampled_from([0.0, 0.5, 1.0]), st.sampled_from([np.float32, np.float64]))
def test_bce_is_stable_at_any_logit(size: float, target: float, dtype: type) -> None:
    z = Tensor(np.array([size], dtype), requires_grad=True)
    loss = nn.BCELoss(from_logits=True)(z, np.array([target]))
    loss.backward()
    exact = max(size, 0) - size * target + math.log1p(math.exp(-abs(size)))
    assert loss.item() == pytest.approx(exact, rel=1e-5, abs=1e-6)
    assert loss.dtype == z.grad.dtype == dtype
    assert np.isfinite(z.grad.data).all()


def test_bce_of_certain_probabilities_is_cut_off() -> None:
    p = Tensor(np.array([0.0, 1.0, 0.0, 1.0]), requires_grad=True)
    losses = nn.BCELoss(reduction="none")(p, np.array([0.0, 1.0, 1.0, 0.0]))
    np.testing.assert_array_equal(losses.data, [0, 0, 100, 100])
    losses.sum().backward()
    assert np.isfinite(p.grad.data).all()
    for k, (certain, target) in enumerate(zip(p.data, [0.0, 1.0, 1.0, 0.0], strict=True)):  # beside one that is not
        alone = nn.BCELoss(reduction="none")(np.array([certain, 0.5]), np.array([target, 1.0]))
        np.testing.assert_allclose(alone.data, [losses.data[k], math.log(2)], rtol=1e-12)


# --- Reductions -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("loss", [nn.MSELoss, nn.L1Loss, nn.HuberLoss, nn.BCEWithLogitsLoss, nn.KLDivLoss])
def test_mean_and_sum_are_those_of_none(loss: type[nn.Module]) -> None:
    x, t = RNG.normal(size=(4, 3)), RNG.random((4, 3))
    each = loss(reduction="none")(x, t)
    assert each.shape == (4, 3)
    assert loss(reduction="sum")(x, t).item() == pytest.approx(each.data.sum())
    assert loss()(x, t).item() == pytest.approx(each.data.mean())


@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
@pytest.mark.parametrize("loss", [nn.MSELoss, nn.L1Loss, nn.HuberLoss, nn.BCELoss, nn.BCEWithLogitsLoss, nn.KLDivLoss])
def test_a_single_prediction_needs_no_axis(loss: type[nn.Module], reduction: str) -> None:
    one, row = Tensor(0.3, requires_grad=True), Tensor([0.3], requires_grad=True)
    alone, among = loss(reduction=reduction)(one, 0.4), loss(reduction=reduction)(row, [0.4])
    alone.backward()
    among.sum().backward()
    assert alone.shape == one.grad.shape == ()
    np.testing.assert_array_equal([alone.item(), one.grad.item()], [among.sum().item(), row.grad.item()])


def test_targets_take_the_dtype_of_predictions() -> None:
    x = Tensor(np.ones((3, 2), np.float32), requires_grad=True)
    for target in (np.zeros((3, 2)), np.zeros((3, 2), int), [[0, 0]] * 3, Tensor(np.zeros((3, 2)))):
        assert nn.MSELoss()(x, target).dtype == np.float32
    assert nn.CrossEntropyLoss()(x, np.full((3, 2), 0.5)).dtype == np.float32
    assert nn.CrossEntropyLoss([1.0, 2.0])(x, [0, 1, 1]).dtype == np.float32


# --- Bad input --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("loss", [nn.MSELoss(), nn.L1Loss(), nn.HuberLoss(), nn.BCELoss(), nn.BCEWithLogitsLoss(),
                                  nn.KLDivLoss()])
def test_shapes_must_agree(loss: nn.Module) -> None:
    name = type(loss).__name__
    with pytest.raises(ValueError, match=rf"{name}\(\) expected predictions and targets of one shape, got "
                                         r"\(4, 1\) and \(4,\); write predictions.squeeze\(-1\)"):
        loss(np.zeros((4, 1)), np.zeros(4))
    with pytest.raises(ValueError, match=r"got \(4,\) and \(4, 1\); write targets.squeeze\(-1\)"):
        loss(np.zeros(4), np.zeros((4, 1)))
    with pytest.raises(ValueError, match=r"got \(4, 2\) and \(3, 2\); the batches differ in size"):
        loss(np.zeros((4, 2)), np.zeros((3, 2)))
    with pytest.raises(ValueError, match=r"got \(4, 6\) and \(4, 2, 3\); reshape one of them"):
        loss(np.zeros((4, 6)), np.zeros((4, 2, 3)))
    with pytest.raises(ValueError, match=r"got an empty batch of predictions, \(0, 2\)"):
        loss(np.zeros((0, 2)), np.zeros((0, 2)))
    with pytest.raises(TypeError, match="expected floating-point input, got int64"):
        loss(np.zeros((4, 2), int), np.zeros((4, 2)))


LOGITS = np.zeros((4, 3))
HALVES, ONES, LABELS = np.full((4, 3), 0.5), np.ones((4, 3)), np.zeros(4, int)
NAMED: list[tuple[nn.Module, tuple[Any, ...]]] = [
    (nn.MSELoss(), (LOGITS, HALVES)), (nn.L1Loss(), (LOGITS, HALVES)), (nn.HuberLoss(), (LOGITS, HALVES)),
    (nn.SmoothL1Loss(), (LOGITS, HALVES)), (nn.SmoothL1Loss(beta=0), (LOGITS, HALVES)),
    (nn.BCELoss(), (HALVES, HALVES)), (nn.BCELoss(from_logits=True), (LOGITS, HALVES)),
    (nn.BCEWithLogitsLoss(), (LOGITS, HALVES)), (nn.MultiLabelSoftMarginLoss(), (LOGITS, HALVES)),
    (nn.CrossEntropyLoss(), (LOGITS, LABELS)), (nn.NLLLoss(), (LOGITS, LABELS)), (nn.KLDivLoss(), (LOGITS, HALVES)),
    (nn.MultiMarginLoss(), (LOGITS, LABELS)), (nn.MarginRankingLoss(), (LOGITS, HALVES, ONES)),
    (nn.HingeEmbeddingLoss(), (LOGITS, ONES)), (nn.SoftMarginLoss(), (LOGITS, ONES)),
    (nn.CosineEmbeddingLoss(), (ONES, HALVES, ONES[:, 0])), (nn.TripletMarginLoss(), (LOGITS, HALVES, ONES)),
    (nn.TripletMarginWithDistanceLoss(), (LOGITS, HALVES, ONES)), (nn.GaussianNLLLoss(), (LOGITS, HALVES, ONES)),
    (nn.PoissonNLLLoss(), (LOGITS, ONES))]


@pytest.mark.parametrize(("loss", "given"), NAMED, ids=repr)
def test_a_loss_says_which_it_is_and_what_predictions_it_takes(loss: nn.Module, given: tuple[Any, ...]) -> None:
    first, *others = given
    assert np.isfinite(loss(*given).data)
    with pytest.raises(TypeError, match=rf"^{type(loss).__name__}\(.*expected .*int64"):
        loss(np.zeros(first.shape, int), *others)
    with pytest.raises(ValueError, match=rf"^{type(loss).__name__}\(.*empty batch of predictions"):
        loss(first[:0], *[x[:0] for x in others])
    if not isinstance(loss, (nn.MSELoss, nn.L1Loss, nn.HuberLoss, nn.SmoothL1Loss)):
        with pytest.raises(TypeError, match=rf"^{type(loss).__name__}\(.*complex128.*pass the real part"):
            loss(first + 0j, *others)


def test_every_loss_is_in_the_table_of_names() -> None:
    every = {x for x in vars(nn).values() if isinstance(x, type) and x.__name__.endswith("Loss")}
    assert {type(loss) for loss, _ in NAMED} == every - {nn.CTCLoss}


@pytest.mark.parametrize(("target", "error", "message"), [
    ([0, 1, 3, 0], ValueError, r"got the label 3 at index 2, but there are 3 classes: 0 to 2"),
    ([0, -1, 2, 0], ValueError, r"got the label -1 at index 1"),
    ([0, 1, 2], ValueError, r"of shape \(4,\) for predictions \(4, 3\), got \(3,\); 4 predictions, 3 labels"),
    ([[0], [1], [2], [0]], ValueError, r"got \(4, 1\); write target.squeeze\(-1\)"),
    (np.zeros((4, 2), int), ValueError, r"for predictions \(4, 3\), got \(4, 2\)$"),
    (np.eye(3, dtype=int)[[0, 1, 2, 0]], ValueError, r"for one-hot rows write target.argmax\(1\)"),
    ([0.0, 1.0, 2.0, 0.0], TypeError, (r"expected class indices, integers of shape \(4,\), or probabilities, "
                                       r"floats of shape \(4, 3\); got float64 \(4,\); write target.astype\(int\)")),
])
def test_labels_are_checked(target: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        nn.CrossEntropyLoss()(LOGITS, target)


@pytest.mark.parametrize("loss", [nn.CrossEntropyLoss(), nn.CrossEntropyLoss(label_smoothing=0.1),
                                  nn.CrossEntropyLoss(weight=np.ones(3)), nn.NLLLoss()], ids=repr)
@pytest.mark.parametrize(("labels", "named"), [
    ([0, 1, 3, 0], "3 at index 2"), ([2, 2, -3, 4], "-3 at index 2"), ([2, 5, -3, 4], "5 at index 1"),
    ([-1, 0, 0, 0], "-1 at index 0"), ([-100, 0, 2, 4], "4 at index 3"),
])
def test_the_first_label_that_is_no_class_is_named(loss: Any, labels: Any, named: str) -> None:
    with pytest.raises(ValueError, match=f"got the label {named}, but there are 3 classes: 0 to 2"):
        loss(LOGITS, labels)


def test_a_divergence_from_logarithms_says_how_to_take_them() -> None:
    log_p = np.log([[0.2, 0.8]])
    with pytest.raises(ValueError, match=r"got -1.609\d* at index \(0, 0\); for their logarithms pass log_target=True"):
        nn.KLDivLoss()(log_p, log_p)
    assert nn.KLDivLoss(log_target=True)(log_p, log_p).item() == 0


def test_log_probabilities_have_indices_for_targets_only() -> None:
    with pytest.raises(TypeError, match=r"expected class indices, integers of shape \(4,\); got float64 \(4, 3\)"):
        nn.NLLLoss()(LOGITS, np.ones((4, 3)))
    with pytest.raises(ValueError, match=r"for one-hot rows write target.argmax\(1\)$"):
        nn.NLLLoss()(LOGITS, np.ones((4, 3), int))


@pytest.mark.parametrize("loss", [nn.CrossEntropyLoss(), nn.NLLLoss()])
def test_classes_on_the_last_axis_are_told_to_move(loss):
    with pytest.raises(ValueError, match=r"classes stand on axis 1: write np.moveaxis\(output, -1, 1\)$"):
        loss(np.ones((2, 5, 3)), np.zeros((2, 5), int))


@pytest.mark.parametrize("loss", [nn.CrossEntropyLoss(), nn.NLLLoss(), nn.BCEWithLogitsLoss(), nn.MSELoss()])
def test_arguments_the_other_way_round(loss: nn.Module) -> None:
    with pytest.raises(TypeError, match=r"predictions, then targets; got int64 \(3,\), then float64 \(3, 2\): write"):
        loss(np.array([0, 1, 1]), np.ones((3, 2)))


def test_labels_of_images_are_checked_with_their_place() -> None:
    labels = np.zeros((2, 4, 5), int)
    labels[1, 3, 2] = 9
    with pytest.raises(ValueError, match=r"label 9 at index \(1, 3, 2\)"):
        nn.CrossEntropyLoss()(np.zeros((2, 3, 4, 5)), labels)
    with pytest.raises(ValueError, match="label 3 at index 0"):
        nn.NLLLoss()(LOGITS, [3, 0, 0, 0])


def test_probabilities_are_checked() -> None:
    with pytest.raises(ValueError, match=r"BCELoss\(\) expected probabilities between 0 and 1, got 1.5 at index 1; "
                                         "for logits pass from_logits=True"):
        nn.BCELoss()(np.array([0.5, 1.5]), np.array([0.0, 1.0]))
    with pytest.raises(ValueError, match="expected targets between 0 and 1, got -1.0 at index 0"):
        nn.BCEWithLogitsLoss()(np.array([0.5, 1.5]), np.array([-1, 1]))
    with pytest.raises(ValueError, match=r"expected probabilities between 0 and 1, got -3.0 at index \(0, 0\)"):
        nn.CrossEntropyLoss(from_logits=False)(LOGITS - 3, [0, 0, 0, 0])


@pytest.mark.parametrize(("build", "error", "message"), [
    (lambda: nn.MSELoss(reduction="avg"), ValueError,
     "MSELoss: reduction must be one of 'mean', 'sum', 'none', got 'avg'"),
    (lambda: nn.KLDivLoss(reduction="avg"), ValueError, "'batchmean'"),
    (lambda: nn.HuberLoss(delta=0), ValueError, "HuberLoss: delta must be positive, got 0"),
    (lambda: nn.functional.huber_loss(LOGITS, LOGITS, delta=-1.0), ValueError,
     "huber_loss: delta must be positive, got -1"),
    (lambda: nn.CrossEntropyLoss(label_smoothing=1.5), ValueError, "label_smoothing must be between 0 and 1, got 1.5"),
    (lambda: nn.CrossEntropyLoss([1.0, 2.0])(LOGITS, [0, 0, 0, 0]), ValueError,
     r"needs a weight with one entry per class, \(3,\), got \(2,\)"),
    (lambda: nn.BCEWithLogitsLoss(pos_weight=[1.0, 2.0])(LOGITS, LOGITS), ValueError,
     r"needs a pos_weight that broadcasts to \(4, 3\), got \(2,\)"),
    (lambda: nn.CrossEntropyLoss()(np.zeros((0, 3)), np.zeros(0, int)), ValueError, "empty batch"),
    (lambda: nn.CrossEntropyLoss()(np.zeros((3, 0)), np.zeros(3, int)), ValueError, r"got \(3, 0\)"),
    (lambda: nn.functional.mse_loss([1.0], [2.0], "avg"), ValueError, "mse_loss: reduction"),
    (lambda: nn.functional.cross_entropy(LOGITS, [0] * 4, label_smoothing=1.5), ValueError,
     "cross_entropy: label_smoothing must be between 0 and 1, got 1.5"),
    (lambda: nn.functional.smooth_l1_loss(LOGITS, LOGITS, beta=-1.0), ValueError, "smooth_l1_loss: beta"),
    (lambda: nn.GaussianNLLLoss()(LOGITS, LOGITS, ONES + 0j), TypeError, "complex128.*pass the real part"),
    (lambda: nn.CrossEntropyLoss()(LOGITS, np.eye(3, dtype=int)[[0, 1, 2, 0]]), ValueError, "or make them floats"),
])
def test_arguments_that_a_loss_does_not_have_are_refused(build: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        build()


@pytest.mark.parametrize(("loss", "targets"), [
    (lambda w: nn.CrossEntropyLoss(weight=w), [0, 1, 2, 0]), (lambda w: nn.NLLLoss(weight=w), [0, 1, 2, 0]),
    (lambda w: nn.MultiMarginLoss(weight=w), [0, 1, 2, 0]), (lambda w: nn.BCELoss(w, from_logits=True), ONES),
    (lambda w: nn.BCEWithLogitsLoss(w, pos_weight=w), ONES), (lambda w: nn.MultiLabelSoftMarginLoss(w), ONES)])
def test_weights_may_be_whole_numbers_or_a_mask(loss: Any, targets: Any) -> None:
    for weight in ([1, 2, 0], np.array([1, 2, 0]), [True, False, True]):
        expected = loss(np.array(weight, float))(LOGITS.astype(np.float32), targets)
        found = loss(weight)(LOGITS.astype(np.float32), targets)
        assert found.item() == expected.item()
        assert found.dtype == np.float32
    with pytest.raises(TypeError, match="weight expected floating-point input, got complex128"):
        loss(np.array([1j, 2, 0]))(LOGITS, targets)


@pytest.mark.parametrize(("function", "error"), [
    (nn.functional.mse_loss, lambda d: d * d), (nn.functional.l1_loss, abs),
    (partial(nn.functional.huber_loss, delta=0.7), lambda d: d * d / 2 if abs(d) <= 0.7 else 0.7 * (abs(d) - 0.35)),
], ids=["mse_loss", "l1_loss", "huber_loss"])
@pytest.mark.parametrize("weight", [UNEVEN + 3, UNEVEN > 0, np.arange(12).reshape(4, 3)])
def test_each_prediction_of_a_number_may_have_a_weight(function: Any, error: Any, weight: Any) -> None:
    targets = UNEVEN[::-1] / 2
    losses = np.array([[w * error(x - t) for x, t, w in zip(*rows, strict=True)]
                       for rows in zip(UNEVEN, targets, weight, strict=True)])
    shares = 12 if isinstance(function, partial) else np.sum(weight)  # PyTorch's mean of Huber's is over all
    for reduction, expected in (("none", losses), ("sum", losses.sum()), ("mean", losses.sum() / shares)):
        found = function(UNEVEN, targets, reduction, weight=weight)
        np.testing.assert_allclose(found.data, expected, rtol=1e-13)
        check_gradients(lambda x, t, r=reduction: function(x, t, r, weight=weight), UNEVEN, targets)
    assert function(UNEVEN.astype(np.float32), targets, weight=weight).dtype == np.float32
    with pytest.raises(ValueError, match=r"expected a weight for each prediction, \(4, 3\), got \(3,\)"):
        function(UNEVEN, targets, weight=weight[0])
    x = Tensor(UNEVEN, requires_grad=True)
    loss = function(x, targets, weight=0 * UNEVEN)
    loss.backward()
    assert loss.item() == 0
    assert not x.grad.data.any()


@pytest.mark.parametrize(("loss", "squash", "advice"), [
    (nn.CrossEntropyLoss(), nn.Softmax(1), "takes logits: leave the softmax out, or pass from_logits=False"),
    (nn.NLLLoss(), nn.Softmax(1), "takes their logarithms: write log_softmax"),
    (nn.KLDivLoss(reduction="batchmean"), nn.Softmax(1), "takes their logarithms: write log_softmax"),
    (nn.BCEWithLogitsLoss(), nn.Sigmoid(), "takes logits: leave the sigmoid out, or write BCELoss"),
    (nn.BCELoss(from_logits=True), nn.Sigmoid(), "takes logits: leave the sigmoid out, or write BCELoss"),
])
def test_what_a_loss_does_is_not_done_before(loss: nn.Module, squash: nn.Module, advice: str) -> None:
    scores = Tensor(np.linspace(-1, 1, 12).reshape(3, 4), requires_grad=True)
    target = np.array([0, 1, 2]) if isinstance(loss, (nn.CrossEntropyLoss, nn.NLLLoss)) else np.full((3, 4), 0.25)
    with pytest.warns(UserWarning, match=rf"got probabilities, made by s\w+; it {advice} \(at .*test_losses.py:\d+\)"):
        loss(squash(scores), target)
    loss(nn.LogSoftmax(1)(scores), target)
    loss(scores, target)


@pytest.mark.parametrize("loss", [nn.NLLLoss(), nn.KLDivLoss(reduction="batchmean")])
def test_logits_are_no_logarithms_of_probabilities(loss: nn.Module) -> None:
    x, target = np.ones((3, 4)), [0, 1, 2] if isinstance(loss, nn.NLLLoss) else np.full((3, 4), 0.25)
    with pytest.warns(UserWarning, match=r"got logits, made by linear; .* write log_softmax \(at .*test_losses.py"):
        loss(nn.Linear(4, 4)(x), target)
    loss(nn.Sequential(nn.Linear(4, 4), nn.LogSoftmax(1))(x), target)


HALF = np.random.default_rng(6).normal(size=(3, 6, 5)) * 20


@pytest.mark.parametrize(("loss", "given"), [
    (functional.gaussian_nll_loss, (HALF[0] * 15, HALF[1], np.abs(HALF[2]))),
    (functional.gaussian_nll_loss, (HALF[0] / 50, HALF[1] / 50, np.full((6, 5), 1e-3))),
    (functional.gaussian_nll_loss, (HALF[0] / 1e5, HALF[1] / 1e5, np.zeros((6, 5)))),
    (functional.poisson_nll_loss, (HALF[0] / 20 + 10, np.full((6, 5), 8.0))),
    (lambda x: functional.multi_margin_loss(x, np.arange(6) % 5, p=2), (HALF[0] * 10,)),
    (lambda x: functional.multi_margin_loss(x, np.arange(6) % 5, p=2, weight=np.full(5, 0.01)), (HALF[0] * 10,)),
    (functional.mse_loss, (HALF[0] * 10, HALF[1])),
    (lambda x, t: functional.mse_loss(x, t, weight=np.full((6, 5), 3.0)), (HALF[0] * 10, HALF[1])),
    (lambda x, t: functional.huber_loss(x, t, weight=np.full((6, 5), 0.5), delta=9.0), (HALF[0] * 300, HALF[1])),
], ids=["gaussian", "of small variances", "of no variance", "poisson", "margins", "weighted margins", "mse",
        "weighted mse", "weighted huber"])
def test_a_mean_that_half_precision_holds_is_found_where_it_does_not_hold_each(loss: Any, given: Any) -> None:
    given, found = [x.astype(np.float16) for x in given], []
    for dtype in (np.float16, np.float64):
        leaves = [Tensor(x.astype(dtype), requires_grad=True) for x in given]
        out = loss(*leaves)
        out.backward()
        found.append([out.data, *(leaf.grad.data for leaf in leaves)])
    for half, exact in zip(*found, strict=True):
        assert half.dtype == np.float16
        np.testing.assert_allclose(half, exact, rtol=2e-3, atol=2e-3 * np.abs(exact).max())
