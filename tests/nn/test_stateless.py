"""functional_call: a model as a function of its parameters, for the transforms."""

from __future__ import annotations

import numpy as np
import pytest

import autograd
import nn
from autograd.testing import check_gradients


def batch():
    random = np.random.default_rng(0)
    return random.normal(size=(5, 3)), random.integers(0, 2, 5)


def net():
    autograd.manual_seed(0)
    return nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 2))


def test_its_gradient_is_that_of_backward():
    model, (x, y) = net(), batch()
    loss = nn.CrossEntropyLoss()
    loss(model(x), y).backward()
    weights = {name: parameter.detach() for name, parameter in model.named_parameters()}
    found = autograd.grad(lambda weights: loss(nn.functional_call(model, weights, x), y))(weights)
    for name, parameter in model.named_parameters():
        np.testing.assert_allclose(found[name].numpy(), parameter.grad.numpy(), rtol=1e-5, atol=1e-7)


def test_every_mode_and_order_goes_through_a_model():
    model, (x, y) = net(), batch()
    weights = {name: parameter.data.astype(np.float64) for name, parameter in model.named_parameters()}
    loss = nn.CrossEntropyLoss()
    report = check_gradients(lambda weights: loss(nn.functional_call(model, weights, x), y), weights)
    assert report.largest_error < 1e-6


def test_an_ensemble_is_one_model_of_stacked_states():
    models = [nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Linear(4, 2)) for _ in range(3)]
    x, _ = batch()
    for model in models:
        model(x)  # so that the statistics differ
        model.eval()
    states = {key: np.stack([model.state_dict()[key] for model in models]) for key in models[0].state_dict()}
    out = autograd.vmap(lambda state: nn.functional_call(models[0], state, x))(states)
    np.testing.assert_allclose(out, np.stack([model(x).data for model in models]), rtol=1e-5, atol=1e-6)


def test_the_model_is_as_before_even_after_an_error():
    model, (x, _) = net(), batch()
    before = list(model.parameters())
    assert not nn.functional_call(model, {"2.weight": np.zeros((2, 4)), "2.bias": np.zeros(2)}, x).data.any()
    with pytest.raises(ValueError, match="expected"):
        nn.functional_call(model, {"2.bias": np.zeros(2)}, x[:, :2])
    assert all(now is then for now, then in zip(model.parameters(), before, strict=True))


def test_what_a_layer_writes_to_its_buffers_reaches_given_tensors_only():
    model, (x, _) = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4)), batch()
    before, weights = model.state_dict(), {"0.bias": np.ones(4)}
    arrays = {path: buffer.data for path, buffer in model.named_buffers()}  # the model's own memory
    tensors = {path: autograd.tensor(array) for path, array in arrays.items()}
    for given in ({}, arrays, tensors):
        nn.functional_call(model, weights | given, x)
        for path, array in model.state_dict().items():
            np.testing.assert_array_equal(array, before[path])
    model[0].bias.data = weights["0.bias"]
    model(x)
    for path, updated in model.named_buffers():
        np.testing.assert_allclose(tensors[path].data, updated.data, rtol=1e-6)


def test_tied_parameters_and_buffers_are_replaced_everywhere():
    class Tied(nn.Module):
        def __init__(self):
            self.first, self.second = nn.Linear(2, 2, bias=False), nn.Linear(2, 2, bias=False)
            self.second.weight = self.first.weight
            self.register_buffer("shift", np.zeros(2))

        def forward(self, x):
            return self.second(self.first(x)) + self.shift

    out = nn.functional_call(Tied(), {"first.weight": 3 * np.eye(2), "shift": np.ones(2)}, np.ones((1, 2)))
    assert out.tolist() == [[10.0, 10.0]]


def test_what_has_several_paths_is_given_under_any_of_them_with_one_value():
    net = nn.Sequential(nn.Linear(3, 3), nn.BatchNorm1d(3), nn.Linear(3, 3))
    net[2].weight, net.again = net[0].weight, net[1]
    x, weight, mean = np.random.default_rng(0).normal(size=(4, 3)), autograd.Tensor(np.eye(3)), np.ones(3)
    net.eval()
    expected = nn.functional_call(net, {"0.weight": weight, "1.running_mean": mean}, x)
    for given in ({"2.weight": weight, "again.running_mean": mean},
                  {"0.weight": weight, "2.weight": weight, "1.running_mean": mean, "again.running_mean": mean * 1}):
        np.testing.assert_array_equal(nn.functional_call(net, given, x).data, expected.data)
    np.testing.assert_array_equal(nn.functional_call(net, net.state_dict(), x).data, net(x).data)
    for other in (np.eye(3) * 2, np.eye(3), autograd.Tensor(np.eye(3))):  # equal values, too: one has a gradient
        for first, second in ((weight, other), (other, weight)):
            with pytest.raises(ValueError, match="'0.weight' and '2.weight' are one and the same, got two values"):
                nn.functional_call(net, {"0.weight": first, "2.weight": second}, x)


def test_unknown_paths_and_wrong_shapes_are_all_listed():
    with pytest.raises(ValueError, match=r"there is no 'w'; '0.bias' has shape \(4,\), got \(3,\)"):
        nn.functional_call(net(), {"w": 0.0, "0.bias": np.ones(3)}, np.ones((1, 3)))
    with pytest.raises(ValueError, match=r"there is no '0.wieght', did you mean '0.weight'\?"):
        nn.functional_call(net(), {"0.wieght": 0.0}, np.ones((1, 3)))


def test_pytorchs_way_of_calling_it_with_tuples():
    model, (x, _) = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4)).eval(), batch()
    parameters, buffers = dict(model.named_parameters()), dict(model.named_buffers())
    np.testing.assert_array_equal(nn.functional_call(model, (parameters, buffers), (x,)).data, model(x).data)
    lstm = nn.LSTM(3, 2)
    state = np.ones((2, 1, 2))
    given = (np.ones((4, 3)), (state[0], state[1]))
    for found in (nn.functional_call(lstm, {}, given), nn.functional_call(lstm, {}, *given)):
        np.testing.assert_array_equal(found[0].data, lstm(*given)[0].data)
    with pytest.raises(ValueError, match="two of the dicts have 0.bias, 0.weight"):
        nn.functional_call(net(), ({}, {"0.weight": 1, "0.bias": 2}, {"0.weight": 1, "0.bias": 2}), x)
    for given in (model.parameters(), [model[0].weight], None):
        with pytest.raises(TypeError, match="expected parameters by their paths, dict"):
            nn.functional_call(model, given, x)
