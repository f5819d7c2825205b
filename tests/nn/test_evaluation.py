"""Metrics of a run: they see what the loss saw, under names that say which is which."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest

import nn
import optim
from autograd import Tensor
from nn.training import evaluate, fit

RANDOM = np.random.default_rng(0)
SCORES = RANDOM.normal(size=(20, 4))
LABELS = RANDOM.integers(0, 4, 20)


@pytest.mark.parametrize("loss", [nn.CrossEntropyLoss(), nn.functional.cross_entropy])
def test_of_one_hot_targets_the_class_is_compared_not_every_entry(loss):
    names = ["accuracy", "f1", "confusion_matrix"]
    for targets in (np.eye(4)[LABELS], 0.9 * np.eye(4)[LABELS] + 0.025):
        found = evaluate(nn.Identity(), (SCORES, targets), loss=loss, metrics=names)
        expected = evaluate(nn.Identity(), (SCORES, LABELS), loss=loss, metrics=names)
        assert {name: found[name] for name in names} == {name: expected[name] for name in names}


def test_classes_of_every_place_are_taken_as_they_are():
    scores = np.moveaxis(SCORES.reshape(4, 5, 4), -1, 1)
    found = evaluate(nn.Identity(), (scores, LABELS.reshape(4, 5)), loss=nn.CrossEntropyLoss(), metrics=["accuracy"])
    assert found["accuracy"] == np.mean(SCORES.argmax(1) == LABELS)


@pytest.mark.parametrize("loss", [nn.BCEWithLogitsLoss(), nn.functional.binary_cross_entropy_with_logits])
def test_logits_between_0_and_1_are_logits_all_the_same(loss):
    logits, true = np.array([0.2, 0.3, 0.9, 0.4]), np.array([1.0, 1.0, 1.0, 0.0])
    assert evaluate(nn.Identity(), (logits, true), loss=loss, metrics=["accuracy"])["accuracy"] == 0.75


@pytest.mark.parametrize("loss", [nn.MSELoss(), nn.BCELoss(), nn.functional.binary_cross_entropy])
def test_outputs_of_other_losses_are_probabilities_for_a_metric_of_classes(loss):
    outputs, true = np.array([0.2, 0.3, 0.9, 0.4]), np.array([1.0, 1.0, 1.0, 0.0])
    assert evaluate(nn.Identity(), (outputs, true), loss=loss, metrics=["accuracy"])["accuracy"] == 0.5


def test_a_source_may_use_its_memory_again_for_the_next_batch():
    def batches():
        x, y = np.empty((5, 4)), np.empty(5, int)
        for start in range(0, 20, 5):
            x[...], y[...] = SCORES[start : start + 5], LABELS[start : start + 5]
            yield Tensor(x), Tensor(y)

    found = evaluate(nn.Identity(), batches(), loss=nn.CrossEntropyLoss(), metrics=["accuracy"])
    assert found["accuracy"] == np.mean(SCORES.argmax(axis=1) == LABELS)


@pytest.mark.parametrize(
    ("metrics", "message"),
    [
        ([partial(nn.metrics.top_k, k=1), partial(nn.metrics.top_k, k=2)], "two metrics are called 'partial'; .* dict"),
        (["f1", nn.metrics.f1], "two metrics are called 'f1'"),
        ({"loss": nn.metrics.mae}, "the history has a column 'loss'"),
        ({"lr": nn.metrics.mae}, "the history has a column 'lr'"),
    ],
)
def test_no_metric_is_written_over_another(metrics, message):
    with pytest.raises(ValueError, match=message):
        evaluate(nn.Identity(), (SCORES, LABELS), loss=nn.CrossEntropyLoss(), metrics=metrics)


def test_only_what_the_optimizer_steps_is_clipped():
    """Gradients of others are never zeroed: they add up, and would make the norm of all larger with every step."""
    model = nn.Sequential(nn.Linear(4, 4, dtype=np.float64), nn.Linear(4, 4, dtype=np.float64))
    norms = []

    def clip(parameters):
        norms.append(optim.clip_grad_norm_(parameters, 1e9))

    head = optim.SGD(model[1].parameters(), lr=0.0)
    batch = (Tensor(SCORES), Tensor(LABELS))
    fit(model, [batch], loss=nn.CrossEntropyLoss(), optimizer=head, epochs=3, clip_gradients=clip, progress=False)
    assert norms == pytest.approx([norms[0]] * 3, rel=1e-12)


def test_a_loss_with_parameters_is_in_the_checkpoint(tmp_path):
    class Weighted(nn.Module):
        def __init__(self):
            self.share = nn.Parameter(np.ones(4), dtype=np.float64)

        def forward(self, outputs, targets):
            return nn.functional.cross_entropy(outputs * self.share, targets)

    def trained(epochs, path=None):
        model, loss = nn.Linear(4, 4, dtype=np.float64), Weighted()
        model.weight.data, model.bias.data = np.eye(4), np.zeros(4)
        optimizer = optim.Adam([*model.parameters(), *loss.parameters()], lr=0.1)
        batches = [(Tensor(SCORES), Tensor(LABELS))]
        fit(model, batches, loss=loss, optimizer=optimizer, epochs=epochs, checkpoint=path, progress=False)
        return model.weight.data, loss.share.data

    trained(3, tmp_path / "run")
    for resumed, straight in zip(trained(6, tmp_path / "run"), trained(6), strict=True):
        np.testing.assert_array_equal(resumed, straight)
