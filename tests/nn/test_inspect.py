"""Looking inside: activations by name, most exciting inputs, and the pictures."""

from __future__ import annotations

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.figure import Figure

import nn
from autograd import Tensor, grad, no_grad
from nn import inspect

mpl.use("agg")


def convolutional() -> nn.Sequential:
    layers = {"conv": nn.Conv2d(1, 4, 3), "relu": nn.ReLU(), "flat": nn.Flatten(), "out": nn.Linear(144, 3)}
    return nn.Sequential(layers)


IMAGE = np.random.default_rng(0).normal(size=(1, 8, 8)).astype(np.float32)


def images_of(figure: Figure) -> list[np.ndarray]:
    return [np.asarray(ax.images[0].get_array()) for ax in figure.axes if ax.images]


# --- Activations ------------------------------------------------------------------------------------------------------


def test_activations_are_what_each_layer_returned() -> None:
    model = convolutional()
    found = inspect.activations(model, IMAGE[None])
    assert list(found) == ["conv", "relu", "flat", "out", ""]
    np.testing.assert_array_equal(found["conv"].data, model.conv(IMAGE[None]).data)
    np.testing.assert_array_equal(found["relu"].data, np.maximum(found["conv"].data, 0))
    assert found[""] is found["out"]
    assert found["out"].requires_grad
    with no_grad():
        assert not inspect.activations(model, IMAGE[None])["out"].requires_grad
    assert not any(module._hooks for module in model.modules())


def test_a_layer_called_twice_has_two_entries() -> None:
    class Twice(nn.Module):
        def __init__(self) -> None:
            self.step = nn.Linear(2, 2)

        def forward(self, x: Tensor) -> Tensor:
            return self.step(self.step(x))

    assert list(inspect.activations(Twice(), np.ones((1, 2)))) == ["step", "step (2)", ""]


def test_hooks_are_removed_after_an_error() -> None:
    model = convolutional()
    with pytest.raises(ValueError, match="expected"):
        inspect.activations(model, np.ones((1, 2)))
    assert not any(module._hooks for module in model.modules())


# --- Most exciting inputs ---------------------------------------------------------------------------------------------


def test_a_linear_unit_is_most_excited_by_its_own_weights() -> None:
    """The largest w . x + b with |x| <= r is at x = r w / |w|."""
    model = nn.Sequential(nn.Linear(6, 4), nn.ReLU(), nn.Linear(4, 2))
    x = inspect.most_exciting(model, "0", 2, (6,), norm=3)
    w = model[0].weight.data[2]
    np.testing.assert_allclose(x, 3 * w / np.linalg.norm(w), atol=1e-3)
    assert x.dtype == np.float32
    assert model[0].weight.grad is None
    assert model.training


def test_of_a_layer_with_several_outputs_the_first_is_excited() -> None:
    model = nn.GRU(3, 2, batch_first=True).requires_grad_(False)
    start, x = (inspect.most_exciting(model, "", 1, (4, 3), steps=steps, rate=0.1) for steps in (0, 1))
    gradient = grad(lambda x: model(x[np.newaxis])[0][..., 1].mean())(start)
    np.testing.assert_allclose(x - start, 0.1 * np.sqrt(12) * gradient / np.linalg.norm(gradient), atol=1e-5)


@pytest.mark.parametrize("rate", [0.1, 2.0])
def test_the_ascent_goes_by_steps_within_the_ball(rate: float) -> None:
    """From noise of half its radius, of the seed 0."""
    model = nn.Sequential(nn.Linear(6, 4))
    w = model[0].weight.data[2]
    x = np.random.default_rng(0).normal(size=6)
    x *= 1.5 / np.linalg.norm(x)
    for steps in (0, 1, 2):
        found = inspect.most_exciting(model, "0", 2, (6,), steps=steps, rate=rate, norm=3)
        np.testing.assert_allclose(found, x, rtol=1e-5)
        x = x + rate * 3 * w / np.linalg.norm(w)
        x *= min(1, 3 / np.linalg.norm(x))


def test_a_layer_is_given_as_a_path_or_itself() -> None:
    model = convolutional()
    a = inspect.most_exciting(model, "conv", 1, (1, 8, 8), steps=5)
    np.testing.assert_array_equal(a, inspect.most_exciting(model, model.conv, 1, (1, 8, 8), steps=5))
    assert np.linalg.norm(a) <= 8 * (1 + 1e-5)
    before = model.conv(IMAGE[None] * 8 / np.linalg.norm(IMAGE))[0, 1].mean().item()
    assert model.conv(a[None])[0, 1].mean().item() > before


def test_a_channel_of_volumes_is_excited() -> None:
    model = nn.Sequential(nn.Conv3d(1, 2, 2))
    x = inspect.most_exciting(model, "0", 1, (1, 2, 2, 2))
    w = model[0].weight.data[1]
    np.testing.assert_allclose(x, np.sqrt(8) * w / np.linalg.norm(w), atol=1e-3)


def test_a_shared_layer_is_found_under_each_of_its_paths() -> None:
    layer = nn.Linear(3, 3)
    model = nn.Sequential(layer, layer)
    first, second = (inspect.most_exciting(model, path, 1, (3,), steps=5) for path in ("0", "1"))
    np.testing.assert_array_equal(first, second)


def test_the_units_of_a_convolution_over_time_are_its_channels() -> None:
    model = nn.Conv1d(1, 2, 3)
    x = inspect.most_exciting(model, "", 1, (1, 3), norm=1)
    w = model.weight.data[1]
    np.testing.assert_allclose(x, w / np.linalg.norm(w), atol=1e-3)
    with pytest.raises(ValueError, match="has 2 units, 0 to 1; there is no unit 4"):
        inspect.most_exciting(model, "", 4, (1, 8))


def test_what_cannot_be_excited() -> None:
    model = nn.Sequential(nn.Linear(3, 2), nn.ReLU())
    model[0].bias.data[...] = -100
    with pytest.raises(ValueError, match=r"unit 1 of '1' does not respond to the input; look at the layer before"):
        inspect.most_exciting(model, "1", 1, (3,))
    with pytest.raises(ValueError, match="'0' has 2 units, 0 to 1; there is no unit 2"):
        inspect.most_exciting(model, "0", 2, (3,))
    with pytest.raises(KeyError, match="no module '7'"):
        inspect.most_exciting(model, "7", 0, (3,))
    with pytest.raises(ValueError, match="is not a part of this Sequential"):
        inspect.most_exciting(model, nn.ReLU(), 0, (3,))
    model.append(nn.Linear(2, 2))
    model.forward = model[0]
    with pytest.raises(ValueError, match="a call of the model does not reach '2'"):
        inspect.most_exciting(model, "2", 0, (3,))


# --- Pictures ---------------------------------------------------------------------------------------------------------


def test_weights_of_a_dense_layer_are_images_of_its_rows() -> None:
    layer = nn.Linear(16, 5)
    shown = images_of(inspect.weights(layer))
    assert len(shown) == 5
    np.testing.assert_array_equal(shown[3], layer.weight.data[3].reshape(4, 4))
    assert images_of(inspect.weights(layer, shape=(2, 8)))[0].shape == (2, 8)
    assert images_of(inspect.weights(nn.Linear(5, 2)))[0].shape == (1, 5)
    assert images_of(inspect.weights(nn.Linear(128, 2)))[0].shape == (8, 16)
    assert inspect.weights(nn.Linear(97, 2)).axes[0].get_aspect() == "auto"  # prime: a row that is not a hairline
    some = inspect.weights(layer, limit=3)
    assert len(images_of(some)) == 3
    assert some.get_supxlabel() == "the first 3 of 5"
    assert inspect.weights(layer).get_supxlabel() == ""
    volumes = inspect.weights(nn.Conv3d(1, 2, (2, 3, 4)))
    assert [ax.get_title() for ax in volumes.axes[:4]] == ["0, 0, 0", "0, 0, 1", "1, 0, 0", "1, 0, 1"]
    assert images_of(volumes)[0].shape == (3, 4)
    with pytest.raises(ValueError, match=r"the rows of Linear\(16, 5\) hold 16 weights, not \(3, 3\)"):
        inspect.weights(layer, shape=(3, 3))
    with pytest.raises(ValueError, match=r"ReLU\(\) has no weight to show"):
        inspect.weights(nn.ReLU())
    with pytest.raises(ValueError, match=r"the weight of BatchNorm2d\(3\) has shape \(3,\), one number per unit"):
        inspect.weights(nn.BatchNorm2d(3))


@pytest.mark.parametrize(("channels", "count", "shape"), [(1, 4, (3, 3)), (3, 4, (3, 3, 3)), (2, 8, (3, 3))])
def test_weights_of_a_convolution_are_its_filters(channels: int, count: int, shape: tuple[int, ...]) -> None:
    shown = images_of(inspect.weights(nn.Conv2d(channels, 4, 3)))
    assert len(shown) == count
    assert shown[0].shape == shape


def test_the_numbers_of_the_colours_are_shown() -> None:
    layer = nn.Linear(4, 3)
    reach = np.abs(layer.weight.data).max()
    bar = inspect.weights(layer).axes[-1]
    np.testing.assert_allclose(bar.get_ylim(), (-reach, reach), rtol=1e-6)


def test_feature_maps_are_the_channels_of_a_layers_output() -> None:
    model = convolutional()
    shown = images_of(inspect.feature_maps(model, "relu", IMAGE))
    expected = np.maximum(model.conv(IMAGE[None]).data[0], 0)
    assert len(shown) == 4
    np.testing.assert_allclose(np.stack(shown), expected)
    with pytest.raises(ValueError, match=r"expected feature maps \(1, channels, H, W\) from 'out', got \(1, 3\)"):
        inspect.feature_maps(model, "out", IMAGE)


def test_exciting_inputs_are_shown_side_by_side() -> None:
    assert len(images_of(inspect.exciting_inputs(convolutional(), "out", [0, 2], (1, 8, 8), steps=3))) == 2
    dense = nn.Sequential(nn.Linear(16, 3))
    assert images_of(inspect.exciting_inputs(dense, "0", [0], (16,), steps=3))[0].shape == (4, 4)


def test_figures_are_not_left_open() -> None:
    import matplotlib.pyplot as plt

    before = plt.get_fignums()
    inspect.weights(nn.Linear(4, 2))
    assert plt.get_fignums() == before
