"""summary: what a table of a model says, against counting by hand and against loops."""

from __future__ import annotations

import json

import numpy as np
import pytest

import nn
from autograd import Tensor


def rows(model, shape, **options):
    return {row.name: row for row in nn.summary(model, shape, **options).rows}


TABLE = """
layer  kind     output        parameters   bytes  multiply-adds
---------------------------------------------------------------
0      Conv2d   (2, 4, 8, 8)          40     160          4,608
1      ReLU     (2, 4, 8, 8)           0       0              0
2      Flatten  (2, 256)               0       0              0
3      Linear   (2, 10)            2,570  10,280          5,120
---------------------------------------------------------------
total                              2,610  10,440          9,728
"""


def test_a_table_names_shapes_parameters_bytes_and_multiply_adds():
    model = nn.Sequential(nn.Conv2d(1, 4, 3, padding=1), nn.ReLU(), nn.Flatten(), nn.Linear(4 * 64, 10))
    table = nn.summary(model, (2, 1, 8, 8))
    assert f"\n{table}\n" == TABLE
    assert (table.parameters, table.bytes, table.multiply_adds, table.trainable) == (2610, 10440, 9728, 2610)
    assert json.loads(json.dumps(table.to_dict()))["rows"][3]["output"] == [2, 10]
    assert table._repr_html_().count("<tr>") == 6


@pytest.mark.parametrize(
    ("layer", "shape", "expected"),
    [
        (nn.Linear(5, 3), (2, 7, 5), 2 * 7 * 5 * 3),
        (nn.Conv1d(4, 6, 3, stride=2), (2, 4, 9), 2 * 6 * 4 * (4 * 3)),
        (nn.Conv2d(4, 6, (3, 1), groups=2), (1, 4, 5, 5), 6 * 15 * (2 * 3)),
        (nn.ConvTranspose2d(4, 6, 3, groups=2), (1, 4, 5, 5), 4 * 25 * (3 * 9)),
        (nn.Conv3d(4, 6, (2, 3, 1), groups=2), (1, 4, 3, 5, 5), 6 * (2 * 3 * 5) * (2 * 6)),
        (nn.ConvTranspose3d(4, 6, 2), (1, 4, 2, 3, 2), 4 * 12 * (6 * 8)),
        (nn.LSTM(3, 5), (7, 2, 3), 7 * 2 * 4 * 5 * (3 + 5)),
        (nn.GRU(3, 5, bidirectional=True, batch_first=True), (2, 7, 3), 2 * 7 * 2 * 3 * 5 * (3 + 5)),
        (nn.RNN(3, 5, num_layers=2), (7, 2, 3), 7 * 2 * 5 * (3 + 5 + 5 + 5)),
        (nn.LSTMCell(3, 5), (2, 3), 2 * 4 * 5 * (3 + 5)),
        (nn.Bilinear(4, 5, 3), [(2, 7, 4), (2, 7, 5)], 2 * 7 * 3 * 4 * 5),
        (nn.MultiheadAttention(8, 2, add_bias_kv=True), [(4, 3, 8), (5, 3, 8), (5, 3, 8)],
         8 * 8 * 3 * (4 + 5 + 5 + 4) + 2 * 8 * 3 * 4 * 6),
        (nn.MultiheadAttention(8, 2, kdim=3, vdim=5, add_bias_kv=True, add_zero_attn=True),
         [(4, 2, 8), (6, 2, 3), (6, 2, 5)], 2 * 8 * (4 * 8 + 6 * 3 + 6 * 5 + 4 * 8) + 2 * 8 * 2 * 4 * 8),
        (nn.weight_norm(nn.Linear(5, 3)), (2, 7, 5), 2 * 7 * 5 * 3),
        (nn.spectral_norm(nn.Conv2d(4, 6, 3)), (2, 4, 5, 5), 2 * 6 * 9 * (4 * 9)),
        (nn.weight_norm(nn.LSTM(3, 5), "weight_hh_l0"), (7, 2, 3), 7 * 2 * 4 * 5 * (3 + 5)),
        (nn.LayerNorm(3), (7, 3), 0),
        (nn.MaxPool2d(2), (1, 1, 4, 4), 0),
    ],
)
def test_multiply_adds_of_a_layer(layer, shape, expected):
    assert nn.summary(layer, shape).multiply_adds == expected


def test_attention_counts_its_projections_and_its_products():
    class Self(nn.Module):
        def __init__(self):
            self.attention = nn.MultiheadAttention(8, 2, batch_first=True)

        def forward(self, x):
            return self.attention(x, x, x)[0]

    class ByName(Self):
        def forward(self, x):
            return self.attention(value=x, key=x, query=x, need_weights=False)[0]

    projections, products = 4 * 8 * 8 * 3 * 5, 2 * 8 * 5 * 5 * 3
    for model in (Self(), ByName()):
        assert nn.summary(model, (3, 5, 8)).multiply_adds == projections + products


def test_a_shared_layer_is_counted_once_in_bytes_and_twice_in_work():
    class Twice(nn.Module):
        def __init__(self):
            self.layer = nn.Linear(3, 3)
            self.again = nn.Linear(3, 3)
            self.again.weight = self.layer.weight
            self.unused = nn.Linear(2, 2)

        def forward(self, x):
            return self.again(self.layer(self.layer(x)))

    found = rows(Twice(), (1, 3))
    assert found["layer"].multiply_adds == 18
    assert found["again"].parameters == 3
    assert found["unused"].output is None
    assert "not called" in str(nn.summary(Twice(), (1, 3)))


def test_parameters_of_a_model_itself_and_frozen_ones():
    class Scaled(nn.Module):
        def __init__(self):
            self.scale = nn.Parameter(np.ones(3))
            self.layer = nn.Linear(3, 2).requires_grad_(False)

        def forward(self, x):
            return self.layer(x * self.scale)

    table = nn.summary(Scaled(), (1, 3))
    assert [row.name for row in table.rows] == ["Scaled", "layer"]
    assert (table.parameters, table.trainable) == (11, 3)
    assert "8 frozen" in str(table)


def test_several_inputs_and_indices():
    class Two(nn.Module):
        def forward(self, x, y):
            return x + y

    assert rows(Two(), [(2, 3), (2, 1)])["Two"].output == (2, 3)
    assert rows(nn.Embedding(5, 4), (2, 6), dtype=np.int64)["Embedding"].output == (2, 6, 4)


def test_nothing_in_the_model_changes():
    model = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Dropout(0.5))
    model[2].eval()
    before = model.state_dict()
    nn.summary(model, (5, 3))
    for name, array in model.state_dict().items():
        np.testing.assert_array_equal(array, before[name])
    assert [module.training for module in model.modules()] == [True, True, True, False]
    assert not any(module._hooks for module in model.modules())


def test_a_wrong_shape_is_the_models_own_error_and_leaves_no_hooks():
    model = nn.Sequential(nn.Linear(3, 4))
    with pytest.raises(ValueError, match="3"):
        nn.summary(model, (1, 5))
    assert not any(module._hooks for module in model.modules())
    model(Tensor(np.ones((1, 3))))


@pytest.mark.parametrize("shape", [4, (), "4", [], [1, 4]])
def test_what_is_no_shape(shape):
    with pytest.raises(TypeError, match=r"summary expected a shape with the batch axis, such as \(1, 4\)"):
        nn.summary(nn.Linear(4, 2), shape)


@pytest.mark.parametrize("output", [lambda x: {"x": x}, lambda x: [[x], x.sum()], lambda x: {"unused": 1, "x": x}])
def test_of_nested_outputs_the_first_tensor_is_shown(output):
    class Named(nn.Module):
        def forward(self, x):
            return output(x)

    class Net(nn.Module):
        def __init__(self):
            self.named, self.linear = Named(), nn.Linear(2, 3)

        def forward(self, x):
            return self.linear(self.named(x) and x)

    assert [(row.name, row.output) for row in nn.summary(Net(), (1, 2)).rows] == [("named", (1, 2)), ("linear", (1, 3))]
