"""Averages of weights: against sums of the weights themselves, and the statistics that belong to them."""

from __future__ import annotations

import numpy as np
import pytest

import autograd
import nn
import optim
from nn.data import DataLoader

RANDOM = np.random.default_rng(0)
X = RANDOM.normal(1, 2, size=(24, 3)).astype(np.float32)
Y = (X.sum(axis=1) > 3).astype(int)


def network():
    autograd.manual_seed(1)
    return nn.Sequential(nn.Linear(3, 5), nn.BatchNorm1d(5), nn.ReLU(), nn.Linear(5, 2))


def weights(model):
    return np.concatenate([p.data.ravel() for p in model.parameters()]).astype(float)


def trained(model, watch, epochs=3, **options):
    batches = DataLoader((X, Y), 8, shuffle=True, seed=0)
    nn.fit(model, batches, nn.CrossEntropyLoss(), optim.Adam(model.parameters(), 0.05), epochs, callbacks=watch,
           progress=False, **options)
    return batches


class Kept(nn.Callback):
    """All weights that a model had, step by step."""

    def __init__(self):
        self.steps = []

    def on_batch_end(self, run):
        self.steps.append(weights(run.model))


def test_a_plain_average_is_the_mean_of_all_weights():
    model, kept = network(), Kept()
    averaged = nn.AveragedModel(model)
    trained(model, [kept, nn.WeightAveraging(averaged)])
    np.testing.assert_allclose(weights(averaged), np.mean(kept.steps, axis=0), rtol=1e-5, atol=1e-6)
    assert averaged.n_averaged.item() == len(kept.steps) == 9


@pytest.mark.parametrize("decay", [None, 0.9])
def test_the_first_weights_are_taken_as_they_are(decay):
    model, far = network(), network()
    for parameter in far.parameters():
        parameter.data[...] += 1e9  # whose difference to others has none of their digits
    averaged = nn.AveragedModel(far, decay)
    averaged.update_parameters(model)
    np.testing.assert_array_equal(weights(averaged), weights(model))


@pytest.mark.parametrize("decay", [0.0, 0.9, 1.0])
def test_a_fading_average_weights_each_step_less_than_the_next(decay):
    model, kept = network(), Kept()
    averaged = nn.AveragedModel(model, decay)
    trained(model, [kept, nn.WeightAveraging(averaged)])
    shares = (1 - decay) * decay ** np.arange(9.0)[::-1]
    shares[0] = decay**8
    assert np.isclose(shares.sum(), 1)
    np.testing.assert_allclose(weights(averaged), shares @ kept.steps, rtol=1e-5, atol=1e-6)


def test_epochs_after_the_first_ones_are_averaged():
    model, kept = network(), Kept()
    of_epochs, of_batches = nn.AveragedModel(model), nn.AveragedModel(model)
    trained(model, [kept, nn.WeightAveraging(of_epochs, every="epoch", skip=1), nn.WeightAveraging(of_batches, skip=2)])
    np.testing.assert_allclose(weights(of_epochs), np.mean(kept.steps[5::3], axis=0), rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(weights(of_batches), np.mean(kept.steps[6:], axis=0), rtol=1e-5, atol=1e-6)


def test_it_is_a_model_of_its_own_that_is_not_trained():
    model = network()
    model(X).sum().backward()
    averaged = nn.AveragedModel(model, 0.5)
    assert not any(p.requires_grad or p.grad is not None for p in averaged.parameters())
    assert model[0].weight.requires_grad
    assert model[0].weight.grad is not None
    assert list(averaged.state_dict()) == ["n_averaged", *[f"module.{key}" for key in model.state_dict()]]
    averaged.eval()
    assert np.array_equal(averaged(X).data, model.eval()(X).data)
    assert not averaged(X).requires_grad
    averaged.update_parameters(model)
    model[0].weight.data += 1
    assert not np.array_equal(averaged.module[0].weight.data, model[0].weight.data)


def test_the_dtype_stays():
    model = network().astype(np.float16)
    averaged = nn.AveragedModel(model)
    for _ in range(3):
        averaged.update_parameters(model)
    assert {p.dtype for p in averaged.parameters()} == {np.dtype(np.float16)}


def test_buffers_are_the_newest_or_averages_but_for_counts():
    model = network()
    newest, averaged, means = nn.AveragedModel(model), nn.AveragedModel(model, use_buffers=True), []
    for k in range(3):
        model(X[8 * k : 8 * k + 8])
        newest.update_parameters(model)
        averaged.update_parameters(model)
        means.append(model[1].running_mean.data.copy())
    assert np.array_equal(newest.module[1].running_mean.data, means[-1])
    np.testing.assert_allclose(averaged.module[1].running_mean.data, np.mean(means, axis=0), rtol=1e-6)
    assert newest.module[1].num_batches_tracked.item() == averaged.module[1].num_batches_tracked.item() == 3


def test_statistics_are_computed_anew_as_plain_averages_over_batches():
    model = network()
    averaged = nn.AveragedModel(model)
    batches = list(trained(model, [nn.WeightAveraging(averaged)]))  # the same each time
    averaged.eval()
    averaged.module[2].train()
    nn.update_bn(batches, averaged)
    layer = averaged.module[1]
    seen = [averaged.module[0](x).data for x, _ in batches]
    np.testing.assert_allclose(layer.running_mean.data, np.mean([x.mean(axis=0) for x in seen], axis=0), rtol=1e-5)
    np.testing.assert_allclose(layer.running_var.data, np.mean([x.var(axis=0, ddof=1) for x in seen], axis=0),
                               rtol=1e-5)
    assert layer.momentum == 0.1
    assert layer.num_batches_tracked.item() == 3
    assert not averaged.training
    assert not layer.training
    assert averaged.module[2].training


def test_statistics_of_a_model_without_any_need_no_data():
    nn.update_bn(iter(lambda: pytest.fail("no batch is needed"), None), nn.Linear(3, 2))


def test_momenta_and_modes_come_back_after_an_error():
    model = network().eval()
    with pytest.raises(ValueError, match="expected"):
        nn.update_bn([(X[:, :2], Y)], model)
    assert model[1].momentum == 0.1
    assert not model[1].training


def test_a_run_that_is_resumed_goes_on_with_its_average(tmp_path):
    def run(epochs, checkpoint=None):
        model = network()
        averaged = nn.AveragedModel(model, 0.9)
        trained(model, [nn.WeightAveraging(averaged)], epochs, checkpoint=checkpoint)
        return averaged

    run(2, tmp_path / "run.safetensors")
    resumed, whole = run(4, tmp_path / "run.safetensors"), run(4)
    assert resumed.n_averaged.item() == 12
    assert np.array_equal(weights(resumed), weights(whole))


def test_mistakes_are_named():
    model = network()
    averaged = nn.AveragedModel(model)
    before = weights(averaged)
    with pytest.raises(ValueError, match=r"this Linear has other parameters or buffers: 0.bias, .* bias, weight"):
        averaged.update_parameters(nn.Linear(3, 5))
    with pytest.raises(ValueError, match="this Sequential has other parameters or buffers: 0.weight"):
        averaged.update_parameters(nn.Sequential(nn.Linear(4, 5), *network()[1:]))
    assert np.array_equal(weights(averaged), before)
    assert averaged.n_averaged.item() == 0
    with pytest.raises(ValueError, match="AveragedModel: decay must be between 0 and 1, got 1.5"):
        nn.AveragedModel(model, 1.5)
    with pytest.raises(TypeError, match=r"no option 'multi_avg_fn'; write decay=0.999"):
        nn.AveragedModel(model, multi_avg_fn=max)
    with pytest.raises(TypeError, match=r"expected an AveragedModel, got Sequential; write nn.AveragedModel\(model\)"):
        nn.WeightAveraging(model)
    with pytest.raises(ValueError, match="every"):
        nn.WeightAveraging(averaged, every="step")
    assert repr(nn.AveragedModel(nn.Linear(1, 1), 0.9)).startswith("AveragedModel(\n  decay=0.9\n")
