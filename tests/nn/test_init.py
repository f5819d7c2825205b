"""Initializers: their distributions, against the formulas, and those that layers start from."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from scipy import stats

import autograd
import nn
from autograd import Tensor
from nn import init

SHAPE = (40, 30, 5, 3)  # fan_in 450, fan_out 600


def filled(initializer: Callable[..., Tensor], **options: object) -> np.ndarray:
    autograd.manual_seed(0)
    parameter = nn.Parameter(np.full(SHAPE, np.nan))
    assert initializer(parameter, **options) is parameter
    assert parameter.dtype == np.float32
    return parameter.data


@pytest.mark.parametrize(("initializer", "options", "bound"), [
    (init.uniform_, {"a": -2, "b": 2}, 2),
    (init.xavier_uniform_, {}, math.sqrt(6 / 1050)),
    (init.xavier_uniform_, {"gain": 3}, 3 * math.sqrt(6 / 1050)),
    (init.kaiming_uniform_, {}, math.sqrt(2) * math.sqrt(3 / 450)),
    (init.kaiming_uniform_, {"a": math.sqrt(5)}, math.sqrt(1 / 450)),
    (init.kaiming_uniform_, {"mode": "fan_out", "nonlinearity": "linear"}, math.sqrt(3 / 600)),
])
def test_uniform_ones_fill_their_interval(initializer: Callable[..., Tensor], options: dict, bound: float) -> None:
    values = filled(initializer, **options)
    assert np.abs(values).max() <= bound * (1 + 1e-6)
    assert np.abs(values).max() > 0.999 * bound
    assert abs(values.mean()) < 0.02 * bound
    assert values.std() == pytest.approx(bound / math.sqrt(3), rel=0.02)


@pytest.mark.parametrize(("initializer", "options", "mean", "std"), [
    (init.normal_, {"mean": 3, "std": 2}, 3, 2),
    (init.xavier_normal_, {"gain": 2}, 0, 2 * math.sqrt(2 / 1050)),
    (init.kaiming_normal_, {}, 0, math.sqrt(2 / 450)),
    (init.kaiming_normal_, {"mode": "fan_out", "nonlinearity": "tanh"}, 0, 5 / 3 / math.sqrt(600)),
])
def test_normal_ones_have_their_deviation(initializer: Callable[..., Tensor], options: dict, mean: float,
                                          std: float) -> None:
    values = filled(initializer, **options)
    assert values.mean() == pytest.approx(mean, abs=0.02 * std)
    assert values.std() == pytest.approx(std, rel=0.02)


def test_constants_fill_the_tensor() -> None:
    assert (filled(init.zeros_) == 0).all()
    assert (filled(init.ones_) == 1).all()
    assert (filled(init.constant_, val=0.3) == np.float32(0.3)).all()


@pytest.mark.parametrize("shape", [(5, 5), (3, 8), (8, 3), (4, 2, 3), (2, 3, 2, 2)])
def test_orthogonal_has_orthonormal_rows_or_columns(shape: tuple[int, ...]) -> None:
    parameter = nn.Parameter(np.zeros(shape), dtype=float)
    matrix = init.orthogonal_(parameter, gain=2).data.reshape(shape[0], -1)
    product = matrix @ matrix.T if matrix.shape[0] <= matrix.shape[1] else matrix.T @ matrix
    np.testing.assert_allclose(product, 4 * np.eye(len(product)), atol=1e-12)


def test_gains_are_pytorchs() -> None:
    assert init.calculate_gain("relu") == math.sqrt(2)
    assert init.calculate_gain("conv2d") == 1
    assert init.calculate_gain("leaky_relu", 0.5) == math.sqrt(2 / 1.25)
    assert init.calculate_gain("leaky_relu") == math.sqrt(2 / 1.0001)


def test_the_generator_decides() -> None:
    a, b = nn.Parameter(np.zeros(50)), nn.Parameter(np.zeros(50))
    init.normal_(a, generator=np.random.default_rng(3))
    init.normal_(b, generator=np.random.default_rng(3))
    np.testing.assert_array_equal(a.data, b.data)
    autograd.manual_seed(5)
    first = nn.Linear(4, 4).weight.data.copy()
    autograd.manual_seed(5)
    np.testing.assert_array_equal(nn.Linear(4, 4).weight.data, first)
    assert (nn.Linear(4, 4).weight.data != first).any()


def test_what_cannot_be_initialized_is_refused() -> None:
    with pytest.raises(ValueError, match=r"2 or more axes \(out, in, \*window\), got \(3,\)"):
        init.xavier_uniform_(nn.Parameter(np.zeros(3)))
    with pytest.raises(ValueError, match=r"2 or more axes, got \(3,\)"):
        init.orthogonal_(nn.Parameter(np.zeros(3)))
    with pytest.raises(ValueError, match="mode must be one of 'fan_in', 'fan_out', got 'fan_avg'"):
        init.kaiming_normal_(nn.Parameter(np.zeros((3, 3))), mode="fan_avg")
    with pytest.raises(ValueError, match="nonlinearity must be one of 'linear', .*got 'swish'"):
        init.calculate_gain("swish")
    with pytest.raises(TypeError, match="leaf tensor, got ndarray; write layer.weight, whose .data"):
        init.zeros_(np.zeros(3))
    with pytest.raises(TypeError, match="leaf tensor"):
        init.zeros_(nn.Parameter(np.ones(3)) * 2)
    for initializer in (init.uniform_, init.kaiming_normal_, init.orthogonal_, init.eye_, init.dirac_):
        with pytest.raises(TypeError, match=r"leaf tensor, got Linear; write layer\.weight"):
            initializer(nn.Linear(2, 2))
    with pytest.raises(TypeError, match="leaf tensor, got NoneType"):
        init.xavier_uniform_(None)
    with pytest.raises(TypeError, match=r"int64 cannot hold these initial values; .* x\.astype\(np\.float32\)"):
        init.kaiming_uniform_(autograd.tensor(np.ones((3, 3), int)))  # they were all rounded to 0
    assert init.eye_(autograd.tensor(np.zeros((2, 2), int))).tolist() == [[1, 0], [0, 1]]
    with pytest.raises(TypeError, match="constant_ takes a number, got None"):
        init.constant_(nn.Parameter(np.ones(3)), None)  # it was nan


# --- What layers start from, as in PyTorch ----------------------------------------------------------------------------


@pytest.mark.parametrize(("layer", "bound"), [
    (lambda: nn.Linear(100, 300), 1 / 10),
    (lambda: nn.Conv1d(20, 100, 5), 1 / 10),
    (lambda: nn.Conv2d(8, 100, (5, 5), groups=2), 1 / 10),
    (lambda: nn.ConvTranspose2d(100, 8, 5, groups=2), 1 / 10),
    (lambda: nn.LSTM(30, 100), 1 / 10),
    (lambda: nn.GRU(30, 100, bidirectional=True), 1 / 10),
    (lambda: nn.RNN(300, 100), 1 / 10),
    (lambda: nn.GRUCell(300, 100), 1 / 10),
])
def test_layers_start_uniform(layer: Callable[[], nn.Module], bound: float) -> None:
    autograd.manual_seed(0)
    for name, parameter in layer().named_parameters():
        assert np.abs(parameter.data).max() <= bound * (1 + 1e-6)
        if parameter.size > 1000:
            assert np.abs(parameter.data).max() > 0.99 * bound, name
            assert parameter.data.std() == pytest.approx(bound / math.sqrt(3), rel=0.05), name
        else:
            assert np.abs(parameter.data).max() > 0.5 * bound, name


def test_other_layers_start() -> None:
    autograd.manual_seed(0)
    embedding = nn.Embedding(1000, 20, padding_idx=3).weight.data
    assert embedding.std() == pytest.approx(1, rel=0.02)
    assert (embedding[3] == 0).all()
    for layer in (nn.BatchNorm2d(3), nn.LayerNorm(3), nn.GroupNorm(1, 3)):
        assert (layer.weight.data == 1).all()
        assert (layer.bias.data == 0).all()
    attention = nn.MultiheadAttention(64, 4)
    bound = math.sqrt(6 / (64 + 192))
    assert 0.99 * bound < np.abs(attention.in_proj_weight.data).max() <= bound * (1 + 1e-6)
    assert (attention.in_proj_bias.data == 0).all()
    assert (attention.out_proj.bias.data == 0).all()
    assert 0.99 / 8 < np.abs(attention.out_proj.weight.data).max() <= 1 / 8 * (1 + 1e-6)


@pytest.mark.parametrize(("mean", "std", "a", "b"), [(0, 1, -2, 2), (0, 0.02, -2, 2), (1, 2, 0, 1.5), (0, 1, 2, 4),
                                                     (0, 1, 1.5, math.inf), (0, 1, -math.inf, -1)])
def test_truncated_normals_are_scipys(mean: float, std: float, a: float, b: float) -> None:
    values = filled(init.trunc_normal_, mean=mean, std=std, a=a, b=b).astype(float)
    assert a - 1e-6 <= values.min() <= values.max() <= b + 1e-6
    expected = stats.truncnorm((a - mean) / std, (b - mean) / std, mean, std)
    assert stats.kstest(values.ravel()[:5000], expected.cdf).pvalue > 1e-3
    assert values.mean() == pytest.approx(expected.mean(), abs=0.02 * std)


@pytest.mark.parametrize(("mean", "std"), [(0.0, 1.0), (1.0, 2.0), (-3.0, 0.5)])
@pytest.mark.parametrize(("a", "b", "share"), [
    (3.09, math.inf, 0.0010008), (3.091, math.inf, 0.0009974), (-math.inf, -3.09, 0.0010008),
    (-math.inf, -3.091, 0.0009974), (-0.00126, 0.00126, 0.0010053), (-0.00125, 0.00125, 0.0009973),
])
def test_bounds_may_hold_one_number_in_a_thousand(mean: float, std: float, a: float, b: float, share: float) -> None:
    weight, low, high = nn.Parameter(np.zeros(2), dtype=float), mean + a * std, mean + b * std
    if share < 1e-3:
        with pytest.raises(ValueError, match="fewer than 1 in 1,000 fall between"):
            init.trunc_normal_(weight, mean, std, low, high)
    else:
        values = init.trunc_normal_(weight, mean, std, low, high).data
        assert low <= values.min() <= values.max() <= high


def test_identities_pass_their_input() -> None:
    layer = nn.Linear(4, 3, bias=False)
    init.eye_(layer.weight)
    np.testing.assert_array_equal(layer(np.arange(4.0)).data, [0, 1, 2])
    x = np.random.default_rng(0).normal(size=(2, 4, 5, 6)).astype(np.float32)
    for groups, outputs in ((1, 4), (2, 4), (4, 8), (1, 6)):
        convolution = nn.Conv2d(4, outputs, 3, padding=1, groups=groups, bias=False)
        init.dirac_(convolution.weight, groups)
        out = convolution(x).data.reshape(2, groups, outputs // groups, 5, 6)
        of_groups, each = x.reshape(2, groups, 4 // groups, 5, 6), min(outputs, 4) // groups
        np.testing.assert_array_equal(out[:, :, :each], of_groups[:, :, :each])
        assert not out[:, :, each:].any()
    sequences = nn.Conv1d(2, 2, 5, padding="same", bias=False)
    init.dirac_(sequences.weight)
    np.testing.assert_array_equal(sequences(x[0, :2, 0]).data, x[0, :2, 0])


@pytest.mark.parametrize(("call", "message"), [
    (lambda w: init.uniform_(w, 1, 0), "uniform_ takes numbers from a up to b, got a=1 and b=0"),
    (lambda w: init.normal_(w, 0, -1), "normal_: std must be at least 0, got -1"),
    (lambda w: init.trunc_normal_(w, std=0), "std must be positive, got 0"),
    (lambda w: init.trunc_normal_(w, std=0.1, a=1, b=2), "fewer than 1 in 1,000 fall between 1 and 2; a and b are"),
    (init.eye_, r"eye_ needs a tensor of 2 axes, got \(2, 3, 1\)"),
    (lambda w: init.dirac_(nn.Parameter(np.ones((2, 3)))), r"dirac_ needs a weight .*, got \(2, 3\)"),
    (lambda w: init.dirac_(w, 3), "dirac_: groups=3 must divide the 2 outputs"),
])
def test_wrong_shapes_and_bounds_are_refused(call: Callable[[Tensor], Tensor], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call(nn.Parameter(np.ones((2, 3, 1))))


def test_names_without_their_underscore_lead_to_those_with_it() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'xavier_uniform'; write xavier_uniform_$"):
        nn.init.xavier_uniform  # noqa: B018
    with pytest.raises(AttributeError, match="has no attribute 'nonsense'$"):
        nn.init.nonsense  # noqa: B018
