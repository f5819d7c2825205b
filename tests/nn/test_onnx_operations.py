"""What `forward` does between layers, in ONNX: each operation, and what cannot be expressed."""

from __future__ import annotations

import re

import numpy as np
import pytest

import autograd
import nn
from autograd import Tensor
from nn.onnx.graph import Graph
from tests.nn.test_onnx import assert_same_elsewhere, images

FUNCTIONS = {
    "reshape": lambda x: x.reshape(len(x), 2, 6),
    "transpose": lambda x: np.transpose(x, (0, 2, 1)),
    "transpose all": lambda x: x.reshape(len(x), 12).T.T,
    "swapaxes": lambda x: x.swapaxes(1, -1),
    "squeeze": lambda x: x.reshape(len(x), 12, 1).squeeze(2),
    "expand_dims": lambda x: np.expand_dims(x, 1),
    "sum": lambda x: x.sum(axis=(1, 2)),
    "mean": lambda x: x.mean(axis=1, keepdims=True),
    "max": lambda x: x.max(axis=-1),
    "clip": lambda x: x.clip(-0.5, 0.5),
    "square": np.square,
    "power": lambda x: (x + 3) ** 1.5,
    "exp": lambda x: np.exp(-np.abs(x)),
    "log": lambda x: np.log(np.sqrt(x + 4)),
    "divide": lambda x: 1 / (2 + np.sin(x) * np.cos(x)),
    "matmul": lambda x: x @ x.swapaxes(1, 2),
    "concatenate": lambda x: np.concatenate([x, x * 2], axis=2),
    "stack": lambda x: np.stack([x, np.tanh(x)], axis=-1),
    "get_item": lambda x: x[:, 1, ::2] + x[:, -1, :-2] * x[:, 0, None, 2:][:, 0],
    "get_item backwards": lambda x: x[..., ::-1][:, :0:-1],
    "get_item of the batch": lambda x: x[::-1][1:, None] + x[0],
    "get_item of nothing": lambda x: x[...],
    "pad": lambda x: np.pad(x, [(0, 0), (1, 2), (0, 3)]),
    "cast": lambda x: x.astype(np.float64),
    "relu": autograd.relu,
    "gelu": autograd.gelu,
    "leaky_relu": lambda x: autograd.leaky_relu(x, 0.3),
    "elu": lambda x: autograd.elu(x, 1.7),
    "silu": autograd.silu,
    "softplus": autograd.softplus,
    "log_softmax": lambda x: autograd.log_softmax(x, axis=1),
}


@pytest.mark.parametrize("function", FUNCTIONS.values(), ids=FUNCTIONS)
def test_an_operation_of_forward(function, tmp_path):
    class Model(nn.Module):
        def forward(self, x):
            return function(x)

    assert_same_elsewhere(Model(), images(2, 3, 4), tmp_path / "model.onnx")


class Placed(nn.Module):
    """Positions are learned for sequences of up to 7, and the last output is what counts."""

    def __init__(self):
        self.places = nn.Parameter(images(7, 3))
        self.layer = nn.LSTM(3, 4, batch_first=True)

    def forward(self, x):
        return self.layer(x + self.places[1 : x.shape[1] + 1])[0][:, -1]


def test_positions_are_cut_to_length_and_the_last_output_taken(tmp_path):
    assert_same_elsewhere(Placed(), images(2, 5, 3), tmp_path / "model.onnx")


@pytest.mark.parametrize("key", [slice(None, 2), 3, (slice(None), [0, 1]), True], ids=str)
def test_what_may_be_of_this_batch_only_or_is_no_slice_is_not_expressed(key, tmp_path):
    class Model(nn.Module):
        def forward(self, x):
            return x[key]

    with pytest.raises(ValueError, match="cannot express 'get_item'"):
        nn.export_onnx(Model(), images(4, 3), tmp_path / "model.onnx")


def test_what_is_no_number_elsewhere_is_none_in_the_file(tmp_path):
    """The file is compared on negative numbers too."""

    class Root(nn.Module):
        def forward(self, x):
            return np.sqrt(x)

    assert_same_elsewhere(Root(), 4 + abs(images(2, 3)), tmp_path / "model.onnx")


class Shifted(nn.Module):
    def __init__(self):
        self.layer = nn.Linear(3, 3)

    def forward(self, x):
        return self.layer(x) + np.arange(3.0)


class Foreign(nn.Module):
    weight = Tensor(np.ones(3, np.float32), requires_grad=True)

    def forward(self, x):
        return x * self.weight


class Constant(nn.Module):
    def forward(self, x):
        return Tensor(np.ones(3))


class Masked(nn.Module):
    def __init__(self):
        self.attention = nn.MultiheadAttention(4, 2, batch_first=True)

    def forward(self, x):
        return self.attention(x, x, x, is_causal=True)[0]


class Initial(nn.Module):
    def __init__(self):
        self.rnn = nn.RNN(3, 4)

    def forward(self, x):
        return self.rnn(x, self.rnn(x)[1])[0]


@pytest.mark.parametrize(
    ("model", "shape", "message"),
    [
        (Shifted(), (2, 3), "an operand of 'add' in Shifted.forward is an array that the graph does not keep"),
        (Foreign(), (2, 3), r"Foreign.forward uses a tensor of shape \(3,\) from elsewhere"),
        (Constant(), (2, 3), r"Constant.forward uses a value of shape \(3,\) that does not depend on the input"),
        (Masked(), (2, 5, 4), "the file's output 0 is not the model's"),
        (Initial(), (5, 2, 3), "cannot express rnn = RNN: an initial state is not exported"),
        (nn.RNN(3, 4), (5, 3), r"cannot express model = RNN: .* one sequence of shape \(5, 3\); give it a batch"),
        (nn.GRUCell(3, 4), (3,), r"cannot express model = GRUCell: .* one example of shape \(3,\); give it a batch"),
        (nn.RNNCell(3, 4, nonlinearity="relu"), (5, 3), "RNNCell: ONNX's reference evaluator has no RNN of relu"),
        (nn.LSTM(3, 4, proj_size=2), (5, 2, 3), "no projection of the output"),
        (nn.RNN(3, 4, nonlinearity="relu"), (5, 2, 3), "no RNN of relu"),
        (nn.AdaptiveAvgPool2d(3), (1, 2, 5, 5), r"no pool from \(5, 5\) to \(3, 3\) pixels"),
        (nn.BatchNorm1d(3, track_running_stats=False), (2, 3), "without running statistics"),
        (nn.AvgPool2d(2, divisor_override=3), (1, 1, 4, 4), "no divisor_override"),
        (nn.Conv2d(1, 1, 3), (1, 5, 5), "not a valid ONNX model"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, nn.Module) else "",
)
def test_what_cannot_be_expressed_is_named_and_nothing_is_written(model, shape, message, tmp_path):
    with pytest.raises(ValueError, match=message):
        nn.export_onnx(model, images(*shape), tmp_path / "model.onnx")
    assert not list(tmp_path.iterdir())


VALUES_READ = {
    "sign": lambda x, layer: layer(x, x, x)[0] * np.sign(x),
    "a number": lambda x, layer: layer(x, x, x)[0] / np.abs(x.data).max().item(),
    "a mask, as a keyword": lambda x, layer: layer(x, x, x, key_padding_mask=(x < -2).all(axis=-1))[0],
    "a branch": lambda x, layer: layer(x, x, x)[0] if (x > -2).all() else x,
}


@pytest.mark.parametrize("read", VALUES_READ)
def test_what_forward_reads_from_the_example_is_no_constant(read, tmp_path):
    class Model(nn.Module):
        def __init__(self):
            self.layer = nn.MultiheadAttention(2, 1, batch_first=True, dtype=np.float64)

        def forward(self, x):
            return VALUES_READ[read](x, self.layer)

    example = np.linspace(-1.5, 1.5, 2 * 8 * 2).reshape(2, 8, 2)
    example[0, 0] = -1.9
    message = ("uses a value of shape (2, 8) that does not depend on the input" if "keyword" in read else
               "does forward depend on values")
    with pytest.raises(ValueError, match=re.escape(message)):
        nn.export_onnx(Model(), example, tmp_path / "model.onnx")


@pytest.mark.parametrize("decide", [lambda x: x.sum() > 0, lambda x: np.any(x > 0), lambda x: (x.data > 0).all()])
def test_a_branch_on_signs_is_found(decide, tmp_path):
    class Model(nn.Module):
        def forward(self, x):
            return 2 * x if decide(x) else x

    with pytest.raises(ValueError, match="does forward depend on values"):
        nn.export_onnx(Model(), np.ones((1, 2)), tmp_path / "model.onnx")


def test_an_operation_of_the_users_is_not_taken_for_one_of_its_name(tmp_path):
    @autograd.custom
    def tanh(x):
        return 2 * x

    tanh.defvjp(lambda g, out, x: 2 * g)

    class Model(nn.Module):
        def forward(self, x):
            return tanh(x)

    with pytest.raises(ValueError, match="cannot express 'tanh'"):
        nn.export_onnx(Model(), np.ones((2, 3), np.float32), tmp_path / "model.onnx")


def test_a_model_may_refuse_other_values_than_the_example(tmp_path):
    class Probable(nn.Module):
        def forward(self, x):
            if x.max().item() > 1:
                raise ValueError("probabilities, please")
            return np.log(x)

    assert_same_elsewhere(Probable(), images(9, 9) ** 2 % 1, tmp_path / "model.onnx")


def test_a_constant_is_shared_by_those_of_its_name_type_and_numbers():
    graph = Graph()
    first = graph.constant(np.ones(2, np.float32), "one")
    assert graph.constant(np.ones(2, np.float32), "one") == first
    others = [graph.constant(value, "one") for value in (np.ones(2, np.int64), np.zeros(2, np.float32), np.ones(3))]
    assert len({first, *others}) == 4
    assert [graph.initializers[name].dtype for name in (first, *others)] == ["f4", "i8", "f4", "f8"]
