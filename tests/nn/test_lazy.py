"""Layers that learn the size of their input: the usual ones after the first call, and clear words before it."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import nn
import optim
from autograd import Tensor, grad, manual_seed, no_grad, vmap

rng = np.random.default_rng(0)
PAIRS = [
    (lambda: nn.LazyLinear(5), lambda: nn.Linear(7, 5), (3, 2, 7)),
    (lambda: nn.LazyLinear(5, False, dtype=np.float64), lambda: nn.Linear(7, 5, False, dtype=np.float64), (7,)),
    (lambda: nn.LazyConv1d(6, 3, 2, 1, groups=2), lambda: nn.Conv1d(4, 6, 3, 2, 1, groups=2), (2, 4, 9)),
    (lambda: nn.LazyConv2d(6, (3, 1), padding="same"), lambda: nn.Conv2d(4, 6, (3, 1), padding="same"), (2, 4, 5, 6)),
    (lambda: nn.LazyConv2d(6, 3, padding_mode="reflect", padding=1, bias=False),
     lambda: nn.Conv2d(4, 6, 3, padding_mode="reflect", padding=1, bias=False), (4, 5, 6)),
    (lambda: nn.LazyConv3d(2, 2), lambda: nn.Conv3d(4, 2, 2), (1, 4, 3, 4, 5)),
    (lambda: nn.LazyConvTranspose1d(6, 3, 2, 1, 1), lambda: nn.ConvTranspose1d(4, 6, 3, 2, 1, 1), (2, 4, 9)),
    (lambda: nn.LazyConvTranspose2d(6, 3, 2, groups=2), lambda: nn.ConvTranspose2d(4, 6, 3, 2, groups=2), (2, 4, 5, 6)),
    (lambda: nn.LazyConvTranspose3d(2, 2), lambda: nn.ConvTranspose3d(4, 2, 2), (4, 3, 4, 5)),
    (lambda: nn.LazyBatchNorm1d(), lambda: nn.BatchNorm1d(4), (6, 4)),
    (lambda: nn.LazyBatchNorm1d(1e-3), lambda: nn.BatchNorm1d(4, 1e-3), (6, 4, 3)),
    (lambda: nn.LazyBatchNorm2d(momentum=None), lambda: nn.BatchNorm2d(4, momentum=None), (6, 4, 3, 2)),
    (lambda: nn.LazyBatchNorm3d(affine=False), lambda: nn.BatchNorm3d(4, affine=False), (6, 4, 3, 2, 2)),
]
every = pytest.mark.parametrize(("lazy", "usual", "shape"), PAIRS)


@every
def test_after_the_first_call_it_is_the_usual_layer_to_the_bit(lazy: Any, usual: Any, shape: tuple[int, ...]) -> None:
    x = rng.normal(size=shape)
    manual_seed(3)
    expected, layers = usual(), []
    wanted = expected(x)
    for first in (lambda layer: layer, copy.deepcopy, lambda layer: pickle.loads(pickle.dumps(layer))):
        manual_seed(3)
        layer = first(lazy())
        assert isinstance(layer, type(expected))
        with no_grad():
            np.testing.assert_array_equal(layer(x).data, wanted.data)
        layers.append(layer)
    for layer in layers:
        assert type(layer) is type(expected)
        assert repr(layer) == repr(expected)
        assert vars(layer).keys() == vars(expected).keys()
        state, other = layer.state_dict(), expected.state_dict()
        assert list(state) == list(other)
        for key, value in state.items():
            np.testing.assert_array_equal(value, other[key])
            assert value.dtype == other[key].dtype


def test_a_model_is_called_once_and_then_trained() -> None:
    def model() -> nn.Sequential:
        return nn.Sequential(nn.LazyConv2d(4, 3), nn.LazyBatchNorm2d(), nn.ReLU(), nn.Flatten(), nn.LazyLinear(3))

    x, y = rng.normal(size=(8, 2, 5, 5)), np.arange(8) % 3
    network = model()
    network.eval()
    with no_grad():
        network(x)
    network.train()
    assert [p.name for p in network.parameters()] == [name for name, _ in network.named_parameters()]
    assert network[0].training
    history = nn.fit(network, nn.data.DataLoader((x, y), 4), nn.CrossEntropyLoss(),
                     optim.Adam(network.parameters(), 0.01), epochs=20, progress=False)
    assert history["loss"][-1] < history["loss"][0] / 2
    other = model()
    other(x)
    other.load_state_dict(network.state_dict())
    np.testing.assert_array_equal(other.eval()(x).data, network.eval()(x).data)
    assert nn.summary(model(), (1, 2, 5, 5)).parameters == sum(p.size for p in network.parameters())


def test_the_first_call_may_be_one_that_is_differentiated_or_of_a_batch() -> None:
    layer, x = nn.LazyLinear(2, dtype=np.float64), rng.normal(size=(4, 3))
    slope = grad(lambda x: layer(x).sum())(x)
    np.testing.assert_allclose(slope.data, np.broadcast_to(layer.weight.data.sum(0), x.shape))
    layer(Tensor(x)).sum().backward()
    np.testing.assert_allclose(layer.weight.grad.data, [x.sum(0)] * 2)
    batched = nn.LazyConv1d(2, 3, dtype=np.float64)
    out = vmap(batched)(rng.normal(size=(5, 4, 6)))
    assert (out.shape, batched.in_channels) == ((5, 2, 4), 4)


MODEL: list[Callable[[nn.Module], Any]] = [
    lambda model: optim.Adam(model.parameters()), lambda model: model.state_dict(), lambda model: model.zero_grad(),
    lambda model: model.load_state_dict({}), lambda model: model.astype(np.float64),
    lambda model: list(model.named_parameters()),
]


@pytest.mark.parametrize("ask", MODEL)
def test_who_asks_for_parameters_before_is_told_to_call_the_model(ask: Callable[[nn.Module], Any]) -> None:
    model = nn.Sequential(nn.Linear(2, 3), nn.LazyLinear(4, bias=False))
    words = (r"LazyLinear\(4, bias=False\) learns the size of its input, .* call the model once before "
             r".* as model\(x\) before optim.Adam\(model.parameters\(\)\) \(module 1\)")
    with pytest.raises(RuntimeError, match=words):
        ask(model)
    model(np.ones((1, 2), np.float32))
    if ask is not MODEL[3]:
        ask(model)


def test_a_weight_by_its_name_is_not_there_yet() -> None:
    layer = nn.LazyConv2d(3, 2)
    with pytest.raises(AttributeError, match=r"LazyConv2d\(3, 2\) has no weight before its first call, model\(x\)"):
        layer.weight  # noqa: B018
    assert not hasattr(layer, "bias")
    with pytest.raises(AttributeError, match="no attribute 'wieght'"):
        layer.wieght  # noqa: B018


def test_what_is_wrong_is_said_when_it_is_known() -> None:
    """Of the options at once, of the input at the call, after which the layer still waits."""
    with pytest.raises(ValueError, match="Conv2d: kernel_size must be an integer of at least 1, got 0"):
        nn.LazyConv2d(3, 0)
    with pytest.raises(ValueError, match="Linear: out_features must be"):
        nn.LazyLinear(0)
    with pytest.raises(TypeError, match="LazyLinear has no option 'in_features'"):
        nn.LazyLinear(3, in_features=2)
    layer = nn.LazyConv2d(4, 3, groups=2)
    with pytest.raises(ValueError, match="groups=2 must divide in_channels=3"):
        layer(np.ones((1, 3, 5, 5)))
    with pytest.raises(ValueError, match=r"LazyConv2d\(4, 3, groups=2\) expected at least 3 axes, got \(5, 5\)"):
        layer(np.ones((5, 5)))
    with pytest.raises(ValueError, match=r"LazyBatchNorm1d\(\) expected at least 2 axes, got \(5,\)"):
        nn.LazyBatchNorm1d()(np.ones(5))
    assert layer(np.ones((1, 6, 5, 5))).shape == (1, 4, 3, 3)


def test_a_lazy_layer_draws_nothing_before_its_first_call() -> None:
    manual_seed(0)
    expected = nn.Linear(3, 2).weight.data
    manual_seed(0)
    nn.LazyLinear(4)
    np.testing.assert_array_equal(nn.Linear(3, 2).weight.data, expected)
