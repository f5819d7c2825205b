"""Parameters that are computed from others: what is trained, saved and read, and the norms of weights."""

from __future__ import annotations

import copy
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from onnx.reference import ReferenceEvaluator

import autograd
import nn
import optim
from autograd import Tensor, checkpoint, hvp, vmap
from autograd.testing import check_gradients

rng = np.random.default_rng(0)
X = rng.normal(size=(5, 3))
ROW = "parametrizations.weight"


class Symmetric(nn.Module):
    def forward(self, x: Any) -> Any:
        return (x + x.T) / 2


class Positive(nn.Module):
    def forward(self, x: Any) -> Any:
        return np.exp(x)

    def right_inverse(self, x: Any) -> Any:
        return np.log(np.abs(x) + 0.1)


def test_a_layer_computes_with_what_is_made_of_the_original() -> None:
    layer = nn.Linear(3, 3, dtype=float)
    weight = layer.weight
    assert nn.parametrize(layer, "weight", Symmetric()) is layer
    original = layer.get_parameter(f"{ROW}.original")
    assert original is weight
    assert original.name == f"{ROW}.original"
    np.testing.assert_array_equal(layer.weight.data, (original.data + original.data.T) / 2)
    np.testing.assert_allclose(layer(X).data, X @ layer.weight.data.T + layer.bias.data)
    assert [name for name, _ in layer.named_parameters()] == ["bias", f"{ROW}.original"] == [*layer.state_dict()]
    np.sum(layer(X) ** 2).backward()
    assert original.grad is not None
    np.testing.assert_allclose(original.grad.data, original.grad.data.T)
    before = layer.weight.data.copy()
    optim.SGD(layer.parameters(), lr=0.1).step()
    assert np.all(layer.weight.data != before)
    assert nn.remove_parametrization(layer, "weight") is layer
    assert [*layer.state_dict()] == ["bias", "weight"]
    np.testing.assert_array_equal(layer.weight.data, (original.data + original.data.T) / 2)


def test_what_else_is_computed_stays_so_when_one_is_no_more() -> None:
    layer = nn.parametrize(nn.parametrize(nn.Linear(3, 3), "weight", Symmetric()), "bias", nn.Tanh())
    bias = layer.bias.data
    nn.remove_parametrization(layer, "weight")
    assert [*layer.state_dict()] == ["weight", "parametrizations.bias.original"]
    np.testing.assert_array_equal(layer.bias.data, bias)


def test_the_right_inverse_gives_the_originals() -> None:
    layer = nn.Linear(2, 2).requires_grad_(False)
    expected = np.abs(layer.weight.data) + 0.1
    nn.parametrize(layer, "weight", Positive())
    np.testing.assert_allclose(layer.weight.data, expected, rtol=1e-6)
    assert not layer.get_parameter(f"{ROW}.original").requires_grad
    assert layer.weight.dtype == np.float32
    assert not nn.remove_parametrization(layer, "weight").weight.requires_grad


def test_a_name_that_the_user_gave_stays() -> None:
    layer = nn.Linear(3, 3)
    layer.weight.name = "mine"
    nn.parametrize(layer, "weight", Symmetric())
    assert {path: p.name for path, p in layer.named_parameters()} == {"bias": "bias", f"{ROW}.original": "mine"}


def test_a_vector_is_divided_by_its_length_whatever_it_becomes() -> None:
    net = nn.Module()
    net.gain = nn.Parameter(np.array([3.0, 4.0]))
    nn.spectral_norm(net, "gain")
    for given in ([3.0, 4.0], [0.0, -2.0]):
        net.parametrizations.gain.original.data[...] = given
        np.testing.assert_allclose(net.gain.numpy(), np.array(given) / np.linalg.norm(given))


def test_what_is_computed_is_not_assigned_and_not_parametrized_twice() -> None:
    layer = nn.parametrize(nn.Linear(3, 3), "weight", nn.Sequential(Symmetric(), Positive()))
    with pytest.raises(TypeError, match=r"Linear.weight is computed by .parametrizations.weight: .*remove_param"):
        layer.weight = nn.Parameter(np.zeros((3, 3)))
    with pytest.raises(TypeError, match="parametrized already.*nn.Sequential"):
        nn.weight_norm(layer)
    with pytest.raises(TypeError, match=r"Linear has no parameter 'gain' to parametrize; it holds bias"):
        nn.spectral_norm(layer, "gain")
    with pytest.raises(TypeError, match="Linear.bias has no parametrization"):
        nn.remove_parametrization(layer, "bias")
    with pytest.raises(ValueError, match=r"the shape of weight from \(2, 3\) to \(3, 2\)"):
        nn.parametrize(nn.Linear(3, 2), "weight", type("Turned", (nn.Module,), {"forward": lambda self, x: x.T})())
    with pytest.raises(AttributeError, match="has no attribute 'heft'"):
        layer.heft  # noqa: B018  # reading it is the test
    with pytest.raises(AttributeError, match="weight_norm, spectral_norm and parametrize"):
        nn.utils  # noqa: B018


def model() -> nn.Sequential:
    return nn.Sequential(nn.weight_norm(nn.Linear(3, 4)), nn.Tanh(), nn.spectral_norm(nn.Linear(4, 2)))


def test_copies_files_and_other_runtimes_have_it_too(tmp_path: Path) -> None:
    net = model().eval()
    net.get_parameter("2.parametrizations.weight.original").data = rng.normal(size=(2, 4)).astype(np.float32)
    x = X.astype(np.float32)
    expected = net(x).data
    for other in (copy.deepcopy(net), pickle.loads(pickle.dumps(net))):
        np.testing.assert_array_equal(other(x).data, expected)
        u = "2.parametrizations.weight.0._u"
        before = net.get_buffer(u).data.copy()
        other.train()(x)
        assert np.any(other.get_buffer(u).data != before)
        np.testing.assert_array_equal(net.get_buffer(u).data, before)
    nn.save(net, tmp_path / "net.safetensors")
    again = model().eval()
    again.load_state_dict(nn.load(tmp_path / "net.safetensors"))
    np.testing.assert_array_equal(again(x).data, expected)
    nn.export_onnx(net, x, tmp_path / "net.onnx")
    (found,) = ReferenceEvaluator(str(tmp_path / "net.onnx")).run(None, {"input": x})
    np.testing.assert_allclose(found, expected, rtol=1e-5)


def test_transforms_go_through_to_the_originals() -> None:
    net = model().astype(float).eval()
    parameters = {name: p.data for name, p in net.named_parameters()}

    def loss(parameters: Any) -> Any:
        return np.sum(nn.functional_call(net, parameters, X) ** 2)

    check_gradients(loss, parameters, order=2)
    assert hvp(loss, parameters, parameters).keys() == parameters.keys()
    path = "0.parametrizations.weight.original1"
    several = np.stack([parameters[path], 2 * parameters[path], -parameters[path]])
    net.requires_grad_(False)
    losses = vmap(lambda v: loss({path: v}))(several)
    np.testing.assert_allclose(losses[1], losses[0])  # the length is another parameter's
    np.testing.assert_allclose(losses, [loss({path: v}).item() for v in several])


@pytest.mark.parametrize(("layer", "dim", "axes"), [
    (lambda: nn.Linear(3, 4), 0, (1,)), (lambda: nn.Linear(3, 4), 1, (0,)), (lambda: nn.Linear(3, 4), None, None),
    (lambda: nn.Conv2d(2, 3, 3), 0, (1, 2, 3)), (lambda: nn.ConvTranspose1d(2, 3, 3), 1, (0, 2)),
    (lambda: nn.Linear(3, 4), -1, None),  # PyTorch's word for None
])
def test_a_weight_is_a_length_times_a_direction(layer: Any, dim: Any, axes: Any) -> None:
    net = layer().astype(float)
    before = net.weight.data.copy()
    nn.weight_norm(net, dim=dim)
    np.testing.assert_allclose(net.weight.data, before)
    g, v = (net.get_parameter(f"{ROW}.original{i}") for i in range(2))
    np.testing.assert_array_equal(v.data, before)
    norm = np.sqrt(np.sum(before**2, axis=axes, keepdims=axes is not None))
    np.testing.assert_allclose(g.data, norm)
    outer = rng.normal(size=before.shape)
    np.sum(outer * net.weight).backward()
    assert g.grad is not None
    assert v.grad is not None
    np.testing.assert_allclose(g.grad.data, np.sum(outer * before / norm, axis=axes, keepdims=axes is not None))
    np.testing.assert_allclose(np.sum(v.grad.data * before, axis=axes), 0, atol=1e-12)  # lengths change none of it


def test_a_length_of_half_precision_is_a_sum_of_single() -> None:
    """Squares of 1e-4 no longer change a float16 of 0.25."""
    layer = nn.Linear(3, 6000, dtype=np.float16)
    nn.init.constant_(layer.weight, 0.01)
    nn.weight_norm(layer, dim=1)
    np.testing.assert_allclose(layer.state_dict()[f"{ROW}.original0"], np.full((1, 3), 0.01 * np.sqrt(6000)), rtol=1e-3)



@pytest.mark.parametrize(("layer", "dim", "x"), [
    (lambda: nn.Linear(3, 4), 0, X), (lambda: nn.Conv2d(2, 3, 3), 0, rng.normal(size=(1, 2, 4, 4))),
    (lambda: nn.ConvTranspose2d(2, 3, 2), 1, rng.normal(size=(1, 2, 4, 4))),
])
def test_the_largest_singular_value_is_one(layer: Any, dim: int, x: Any) -> None:
    autograd.manual_seed(1)
    net = layer().astype(float)
    before = net.weight.data.copy()
    nn.spectral_norm(net, n_power_iterations=3)
    for _ in range(60):
        net(x)
    matrix = np.moveaxis(before, dim, 0).reshape(before.shape[dim], -1)
    np.testing.assert_allclose(net.weight.data, before / np.linalg.norm(matrix, 2), rtol=1e-6)
    outer = rng.normal(size=before.shape)

    def exact(weight: Any) -> Any:
        return np.sum(outer * weight / np.linalg.norm(np.moveaxis(weight, dim, 0).reshape(matrix.shape), 2))

    np.sum(outer * net.weight).backward()
    np.testing.assert_allclose(net.get_parameter(f"{ROW}.original").grad.data, autograd.grad(exact)(before), rtol=1e-4,
                               atol=1e-6)


def test_the_power_method_steps_once_a_call_in_training_and_never_as_one_reads() -> None:
    net = nn.spectral_norm(nn.Linear(3, 4)).astype(float)
    u, v = (net.get_buffer(f"{ROW}.0.{side}") for side in ("_u", "_v"))
    net.get_parameter(f"{ROW}.original").data = rng.normal(size=(4, 3))  # so that they have far to go
    weight = net.get_parameter(f"{ROW}.original").data

    def step() -> tuple[Any, Any]:
        left = weight @ v.data / np.linalg.norm(weight @ v.data)
        return left, weight.T @ left / np.linalg.norm(weight.T @ left)

    for act in (lambda: net(X), lambda: np.sum(checkpoint(net)(Tensor(X))).backward()):
        expected = step()
        act()
        np.testing.assert_allclose(u.data, expected[0])
        np.testing.assert_allclose(v.data, expected[1])
    before = u.data.copy()
    np.sum(net.weight**2).backward()
    net.eval()(X)
    np.testing.assert_array_equal(u.data, before)
    nn.remove_parametrization(net.train(), "weight")(X)
    with pytest.raises(ValueError, match="n_power_iterations must be an integer of at least 1, got 0"):
        nn.spectral_norm(nn.Linear(2, 2), n_power_iterations=0)


def test_a_vector_is_divided_by_its_length() -> None:
    layer = nn.spectral_norm(nn.LayerNorm(4))
    np.testing.assert_allclose(layer.weight.data, 0.5)
    x = rng.normal(size=(3, 4)).astype(np.float32)
    np.testing.assert_allclose(layer(x).data, 0.5 * nn.LayerNorm(4)(x).data)  # in training: no singular vectors to turn


def test_attention_reads_what_is_computed() -> None:
    x = Tensor(rng.normal(size=(2, 3, 4)))
    net = nn.MultiheadAttention(4, 2).astype(float)
    expected = net(x, x, 2 * x)[0].data, net(x, x, x)[0].data
    nn.weight_norm(net, "in_proj_weight")
    np.testing.assert_allclose(net(x, x, 2 * x)[0].data, expected[0])
    np.testing.assert_allclose(net(x, x, x)[0].data, expected[1])


class Counted(nn.Module):
    """The original, and how often it was asked for."""

    calls = 0

    def forward(self, x: Any) -> Any:
        self.calls += 1
        return x


@pytest.mark.parametrize("others", [False, True])
def test_attention_computes_its_matrix_once_a_call(others: bool) -> None:
    x, counted = Tensor(rng.normal(size=(2, 3, 4)).astype(np.float32)), Counted()
    net = nn.parametrize(nn.MultiheadAttention(4, 2), "in_proj_weight", counted)
    before = counted.calls
    net(x, x, 2 * x if others else x)
    assert counted.calls == before + 1
