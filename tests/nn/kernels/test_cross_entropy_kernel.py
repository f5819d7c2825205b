"""Cross-entropy and likelihood: every combination of options against a loop over labels, PyTorch, and the reference."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import log_softmax

from autograd import Tensor, jvp
from nn.functional import cross_entropy as cross_entropy_of
from nn.kernels import cross_entropy as module
from nn.kernels.cross_entropy import cross_entropy
from nn.kernels.log_likelihood import negative_log_likelihood
from tests.examples import examples
from tests.nn.kernels.kernel_checks import assert_close, check, check_golden, golden, random

REDUCTIONS = ("mean", "sum", "none")


def literally(x: Any, target: Any, weight: Any, reduction: str, ignore_index: int, label_smoothing: float) -> Any:
    classes = x.shape[1]
    w = np.ones(classes) if weight is None else weight
    losses = np.zeros((x.shape[0], *x.shape[2:]))
    divisor = 0.0
    for place in itertools.product(*map(range, losses.shape)):
        logits = [x[(place[0], c, *place[1:])] for c in range(classes)]
        top = max(logits)
        log_sum = top + math.log(sum(math.exp(z - top) for z in logits))
        if target.dtype.kind == "f":
            a = [target[(place[0], c, *place[1:])] for c in range(classes)]
            divisor += 1
        elif target[place] == ignore_index:
            continue
        else:
            a = [float(c == target[place]) for c in range(classes)]
            divisor += w[target[place]]
        for c in range(classes):
            smooth = (1 - label_smoothing) * a[c] + label_smoothing / classes
            losses[place] += w[c] * smooth * (log_sum - logits[c])
    return losses if reduction == "none" else losses.sum() / ((divisor or 1) if reduction == "mean" else 1)


def operands(batch: int, classes: int, extra: tuple[int, ...], soft: bool, weighted: bool, ignore_index: int,
             dtype: Any = np.float64) -> list[Any]:
    generator = np.random.default_rng(batch)
    x = 3 * random(generator, batch, classes, *extra, dtype=dtype)
    if soft:
        target = generator.dirichlet(np.ones(classes), (batch, *extra)).astype(dtype)
        target = np.moveaxis(target, -1, 1)
    else:
        target = generator.integers(0, classes, (batch, *extra))
        target[generator.random(target.shape) < 0.3] = ignore_index
    return [x, target, (generator.random(classes) + 0.5).astype(dtype) if weighted else None]


@examples(90)
@given(batch=st.integers(1, 4), classes=st.integers(1, 4), extra=st.lists(st.integers(1, 3), max_size=2).map(tuple),
       soft=st.booleans(), weighted=st.booleans(), ignore_index=st.sampled_from((-100, 0, -1)),
       reduction=st.sampled_from(REDUCTIONS), smoothing=st.sampled_from((0.0, 0.2, 1.0)), single=st.booleans(),
       kernel=st.sampled_from((cross_entropy, negative_log_likelihood)))
def test_the_formula_and_the_reference(batch: int, classes: int, extra: tuple[int, ...], soft: bool, weighted: bool,
                                       ignore_index: int, reduction: str, smoothing: float, single: bool,
                                       kernel: Any) -> None:
    given = operands(batch, classes, extra, soft, weighted, ignore_index, np.float32 if single else np.float64)
    options = {"reduction": reduction, "ignore_index": ignore_index, "label_smoothing": smoothing}
    expected = literally(*given, **options)
    if kernel is negative_log_likelihood:
        given[0] = log_softmax(given[0], axis=1)
    assert_close(kernel(*given, **options).data, expected, 1e-6 if single else 1e-12)
    check(kernel, given, [0, *([1] if soft else []), *([2] if weighted else [])], second=not single, **options)


@pytest.mark.parametrize(("options", "arrays"), [*golden("cross_entropy")])
def test_values_and_gradients_are_pytorchs(options: dict[str, Any], arrays: Any) -> None:
    check_golden(cross_entropy, ("x", "target", "weight"), arrays, ("out",), **options)


@pytest.mark.parametrize("dtype", [np.int64, np.int32, np.uint8, np.int8])
def test_integers_of_any_kind_and_images_in_any_memory_order(dtype: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "block_length", lambda length, elements: 2)
    x, target, _ = operands(5, 3, (2, 4), False, False, 0)
    ordered = np.ascontiguousarray(x.transpose(2, 0, 3, 1)).transpose(1, 3, 0, 2)
    check(cross_entropy, [ordered, target.astype(dtype), None], [0], second=False, ignore_index=0)


@pytest.mark.parametrize("weight", [None, np.ones(4)])
@pytest.mark.parametrize("smoothing", [0.0, 0.1])
@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("kernel", [cross_entropy, negative_log_likelihood])
def test_all_labels_ignored_cost_nothing(weight: Any, smoothing: float, reduction: str, kernel: Any) -> None:
    x = Tensor(random(np.random.default_rng(0), 3, 4), requires_grad=True)
    loss = kernel(x, np.full(3, -100), weight, reduction=reduction, label_smoothing=smoothing)
    loss.sum().backward()
    np.testing.assert_array_equal(loss.data, 0)
    np.testing.assert_array_equal(x.grad.data, 0)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("soft", [False, True])
def test_logits_of_ten_thousand_are_exact(dtype: Any, soft: bool) -> None:
    x = Tensor(np.array([[1e4, -1e4, 0], [-1e4, 1e4, 9999]], dtype), requires_grad=True)
    target = np.eye(3, dtype=dtype)[[1, 1]] if soft else np.array([1, 1])
    losses = cross_entropy(x, target, None, reduction="none")
    losses.sum().backward()
    np.testing.assert_allclose(losses.data, [2e4, math.log1p(math.exp(-1))], rtol=1e-6)
    p = 1 / (1 + math.exp(-1))
    np.testing.assert_allclose(x.grad.data, [[1, -1, 0], [0, p - 1, 1 - p]], atol=1e-6)


@pytest.mark.parametrize("soft", [False, True])
@pytest.mark.parametrize("weighted", [False, True])
def test_a_class_that_is_ruled_out_gets_no_gradient(soft: bool, weighted: bool) -> None:
    x = Tensor(np.array([[0.5, -np.inf, 1.0, -np.inf]]), requires_grad=True)
    target = np.array([[0.3, 0.0, 0.7, 0.0]]) if soft else np.array([2])
    loss = cross_entropy(x, target, np.array([1.0, 2.0, 3.0, 0.0]) if weighted else None)
    loss.backward()
    assert np.isfinite(loss.item())
    assert np.isfinite(x.grad.data).all()
    np.testing.assert_array_equal(x.grad.data[:, [1, 3]], 0)


@pytest.mark.parametrize("weight", [None, np.array([0.0, 1.0])])
def test_rows_of_minus_infinity_cost_infinity_with_a_finite_gradient(weight: Any) -> None:
    x = Tensor(np.full((1, 2), -np.inf), requires_grad=True)
    loss = cross_entropy(x, np.array([0]), weight, reduction="sum")
    loss.backward()
    assert loss.item() == (np.inf if weight is None else 0)  # a label of weight 0 does not count
    np.testing.assert_array_equal(x.grad.data, [[-1, 0]] if weight is None else [[0, 0]])


def test_rows_of_minus_infinity_in_forward_accumulation() -> None:
    """The loss and the slope that the gradient has: -1 in the logit of the label."""
    x, t = np.array([[-np.inf, -np.inf], [0.0, 0.0]]), np.array([[2.0, 3.0], [1.0, 0.0]])
    out, tangent = jvp(lambda x: cross_entropy(x, np.array([0, 0]), None, reduction="none"), (x,), (t,))
    np.testing.assert_allclose(out, [np.inf, np.log(2)])
    np.testing.assert_allclose(tangent, [-2.0, -0.5])


@pytest.mark.parametrize("kernel", [cross_entropy, negative_log_likelihood])
def test_a_class_that_is_ruled_out_counts_in_no_derivative(kernel: Any) -> None:
    """Where it has no share: neither in that of its share nor of its weight, as the reference has it."""
    x = np.array([[-0.9, -np.inf, -0.5], [-np.inf, -2.3, -0.1], [-1.6, -1.2, -0.7]])
    given = x, np.array([[0.3, 0.0, 0.7], [0.0, 0.6, 0.4], [0.5, 0.5, 0.0]]), np.array([1.0, 2.0, 0.5])
    for a, b in zip(gradients(kernel, *given), gradients(kernel.reference, *given), strict=True):
        assert np.isfinite(a).all()
        np.testing.assert_allclose(a, b, rtol=1e-12, atol=1e-15)


def gradients(f: Any, x: Any, target: Any, weight: Any) -> list[Any]:
    """In all that holds floats."""
    leaves = [Tensor(part, requires_grad=part.dtype.kind == "f") for part in (x, target, weight)]
    f(*leaves).backward()
    return [leaf.grad.data for leaf in leaves if leaf.requires_grad]


@pytest.mark.parametrize("kernel", [cross_entropy, negative_log_likelihood])
def test_labels_that_have_no_weight_together_have_no_slope_in_it(kernel: Any) -> None:
    given = np.array([[-0.9, -1.3, -0.5], [-0.4, -2.3, -0.1]]), np.array([0, 1]), np.array([0.0, 0.0, 1.0])
    for g in (*gradients(kernel, *given), *gradients(kernel.reference, *given)):
        np.testing.assert_array_equal(g, 0)


@pytest.mark.parametrize("kernel", [cross_entropy, negative_log_likelihood])
def test_what_is_no_number_costs_nothing_where_it_is_ignored(kernel: Any) -> None:
    x = np.array([[-0.9, -1.3], [np.nan, np.nan]])
    assert kernel(x, np.array([1, -100]), None).item() == kernel(x[:1], np.array([1]), None).item()


@pytest.mark.parametrize(("target", "message"), [
    ([0, 3], "got the label 3 at index 1, but there are 3 classes: 0 to 2"),
    ([-1, 0], "got the label -1 at index 0, but there are 3 classes: 0 to 2"),
    ([[0, -100], [-100, 7]], r"got the label 7 at index \(1, 1\), but there are 3 classes: 0 to 2"),
])
def test_labels_out_of_range_are_named(target: Any, message: str) -> None:
    target = np.array(target)
    with pytest.raises(ValueError, match=message):
        cross_entropy(np.zeros((2, 3, *target.shape[1:])), target, None)
    with pytest.raises(ValueError, match="the label 1 at index 0, but there is one class.* takes BCEWithLogitsLoss"):
        cross_entropy(np.zeros((2, 1)), np.array([1, 0]), None)


@pytest.mark.parametrize("weight", [None, np.array([1.0, 0.0, 2.0])])
def test_log_probabilities_of_nothing_count_where_they_are_meant(weight: Any) -> None:
    x = Tensor(np.array([[-0.7, -np.inf, -0.6], [-0.1, -2.0, -np.inf]]), requires_grad=True)
    for target in (np.array([2, 0]), np.array([[0.4, 0.0, 0.6], [1.0, 0.0, 0.0]])):
        loss = negative_log_likelihood(x, target, weight, reduction="sum")
        loss.backward()
        assert np.isfinite(loss.item())
        assert np.isfinite(x.grad.data).all()
    assert negative_log_likelihood(x, np.array([2, 2]), None).item() == np.inf


def test_the_slope_in_a_share_of_zero() -> None:
    """-w log p, as in any other share."""
    p, weight = np.array([[0.2, 0.3, 0.5], [0.1, 0.8, 0.1]]), np.array([1.0, 2.0, 0.5])
    target = Tensor(np.array([[0.0, 1.0, 0.0], [0.5, 0.0, 0.5]]), requires_grad=True)
    cross_entropy_of(p, target, weight, reduction="sum", from_logits=False).backward()
    np.testing.assert_allclose(target.grad.data, -weight * np.log(p), rtol=1e-12)


def test_a_mean_over_many_half_precision_losses_is_finite() -> None:
    """Their sum is more than the 65,504 that a float16 can hold."""
    x = np.zeros((40_000, 10), np.float16)
    leaf = Tensor(x, requires_grad=True)
    loss = cross_entropy(leaf, np.zeros(40_000, int), None)
    assert loss.dtype == np.float16
    assert loss.item() == pytest.approx(np.log(10), rel=1e-3)
    loss.backward()
    assert leaf.grad.dtype == np.float16
