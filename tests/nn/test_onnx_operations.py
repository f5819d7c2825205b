"""What `forward` does between layers, in ONNX: each operation, and what cannot be expressed."""

from __future__ import annotations

import numpy as np
import onnx
import pytest

import autograd
import nn
from autograd import Tensor
from nn import functional as F
from nn.onnx.graph import Graph
from tests.nn.test_onnx import assert_same_elsewhere, images

WEIGHTS = Tensor(images(9, 9))  # tensors of no module, and so constants


def in_place(x):
    y = np.tanh(x)
    kept = y * 1
    y += x
    return y + kept


FUNCTIONS = {
    "reshape": lambda x: x.reshape(len(x), 2, 6),
    "reshape of all steps of all examples": lambda x: np.tanh(x.reshape(-1, 4)).reshape(len(x), 3, 4),
    "reshape behind a new axis": lambda x: np.tile(x, (1, 2, 1)),
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
    "power": lambda x: (x * x + 3) ** 1.5,
    "exp": lambda x: np.exp(-np.abs(x)),
    "log": lambda x: np.log(np.sqrt(x * x + 4)),
    "divide": lambda x: 1 / (2 + np.sin(x) * np.cos(x)),
    "circular functions": lambda x: np.tan(x) + np.arcsin(np.sin(x)) + np.arccos(x / 4) * np.arctan(x),
    "hyperbolic functions": lambda x: np.sinh(x) * np.cosh(x) + np.arcsinh(x) + np.arccosh(x * x + 2) * np.tanh(
        np.arctanh(x / 4)),
    "cumsum": lambda x: np.cumsum(x, axis=1) + np.cumsum(x, -1),
    "matmul": lambda x: x @ x.swapaxes(1, 2),
    "concatenate": lambda x: np.concatenate([x, x * 2], axis=2),
    "stack": lambda x: np.stack([x, np.tanh(x)], axis=-1),
    "get_item": lambda x: x[:, 1, ::2] + x[:, -1, :-2] * x[:, 0, None, 2:][:, 0],
    "get_item backwards": lambda x: x[..., ::-1][:, :0:-1],
    "get_item of the batch": lambda x: x[::-1][1:, None] + x[0],
    "get_item of nothing": lambda x: x[...],
    "pad": lambda x: np.pad(x, [(0, 0), (1, 2), (0, 3)]),
    "pad with a number": lambda x: np.pad(x, ((0, 0), (1, 2), (0, 3)), constant_values=-2) + F.pad(
        x, (3, 0, 1, 2), value=0.5),
    "flip": lambda x: np.flip(x, 1) + np.flip(x, (1, -1)),
    "roll": lambda x: np.roll(x, 2, axis=-1) - np.roll(x, (1, -1), axis=(1, 2)),
    "rollaxis": lambda x: np.rollaxis(x, 2, 1),
    "triangles": lambda x: np.tril(x) - np.triu(x, 2) + np.tril(x, -1),
    "sort": lambda x: np.sort(x) + np.sort(x, axis=1),
    "log1p": lambda x: np.log1p(x * x) + 1e9 * np.log1p(1e-9 * x),
    "logarithms": lambda x: np.log2(x * x + 1) - np.log10(x * x + 2) + np.logaddexp(x, 2 * x),
    "powers": lambda x: np.expm1(x) + 1e9 * np.expm1(1e-9 * x) + np.exp2(x) + np.cbrt(x) + np.hypot(x, x + 1),
    "degrees": lambda x: np.rad2deg(x) + np.degrees(x) - np.deg2rad(x) - np.radians(x),
    "remainders": lambda x: x % 0.7 + np.fmod(x, 0.7) + np.remainder(x, -0.6),
    "parts": lambda x: np.fabs(x) + (+x).real + np.conj(x),
    "det": lambda x: np.linalg.det(x[:, :, :3]),
    "reductions from a number on": lambda x: (
        x.sum(axis=1, initial=3) + np.max(x, axis=1, initial=0.3) + np.min(x, -2, initial=-0.1)
        + np.prod(x, 1, initial=2)),
    "reductions in another dtype": lambda x: np.sum(x, axis=1, dtype=np.float64) + x.mean(-2, dtype=np.float64),
    "norm of matrices": lambda x: np.linalg.norm(x, axis=(1, 2)) + np.linalg.vector_norm(x, axis=(-1, 1)),
    "softshrink": lambda x: F.softshrink(x, 0.3),
    "cast": lambda x: x.astype(np.float64),
    "relu": autograd.relu,
    "gelu": autograd.gelu,
    "leaky_relu": lambda x: autograd.leaky_relu(x, 0.3),
    "elu": lambda x: autograd.elu(x, 1.7),
    "silu": autograd.silu,
    "softplus": autograd.softplus,
    "log_softmax": lambda x: autograd.log_softmax(x, axis=1),
    "logsumexp": lambda x: autograd.logsumexp(x, axis=2),
    "where": lambda x: np.where(np.eye(3, 4) > 0, x, -1.5) + np.where(np.eye(4) > 0, 2.0, x.swapaxes(1, 2) @ x)[:, :3],
    "var": lambda x: x.var(axis=-1, keepdims=True) + x.var(axis=(1, 2), ddof=1)[:, None, None],
    "std": lambda x: x.std(axis=1, ddof=1) + x.std(axis=-2),
    "norm": lambda x: np.linalg.norm(x, axis=2, keepdims=True) + np.linalg.norm(x, 1, axis=-1, keepdims=True),
    "take": lambda x: np.take(x, [2, 0, 0], axis=1) + np.repeat(x[:, :1], 3, axis=1),
    "einsum": lambda x: np.einsum("bij,bkj->bik", x, x),
    "broadcast_to": lambda x: np.broadcast_to(x[:, :1], x.shape),
    "moveaxis": lambda x: np.moveaxis(np.moveaxis(x[..., None], 1, -1), (1, 2), (2, 1)),
    "copy": lambda x: np.copy(x),
    "linear": lambda x: F.linear(F.linear(x, np.ones((5, 4), np.float32) * x.mean()), WEIGHTS[:2, :5], WEIGHTS[0, :2]),
    "convolution": lambda x: F.conv1d(x, WEIGHTS[:6, :9].reshape(6, 3, 3), WEIGHTS[0, :6], padding=1, stride=2),
    "grouped convolution": lambda x: F.conv2d(x[:, :, :, None], WEIGHTS[:3, :2].reshape(3, 1, 2, 1), groups=3),
    "max_pool": lambda x: F.max_pool1d(x, 3, stride=2, padding=1, ceil_mode=True),
    "max_pool of images": lambda x: F.max_pool2d(x[:, None], (2, 1), dilation=(2, 1)),
    "max_pool of windows side by side": lambda x: (
        F.adaptive_max_pool1d(x, 2) + F.adaptive_max_pool2d(x[:, None], (1, 2))[:, 0]),
    "average_pool": lambda x: F.avg_pool1d(x, 3, stride=2, padding=1, count_include_pad=False),
    "average_pool of images": lambda x: F.avg_pool2d(x[:, None], 2, ceil_mode=True),
    "average_pool over all": lambda x: F.adaptive_avg_pool2d(x[:, None], 1),
    "repeat_pixels": lambda x: F.interpolate(x[:, None], scale_factor=(2, 3)) + F.interpolate(x[:, None], size=(6, 12)),
    "average_pool over windows that overlap": lambda x: F.adaptive_avg_pool2d(x[:, None], (2, 3)),
    "transposed_convolution": lambda x: F.conv_transpose1d(
        x, WEIGHTS[:3, :6].reshape(3, 2, 3), WEIGHTS[0, :2], stride=2, padding=1, output_padding=1),
    "transposed_convolution in groups": lambda x: F.conv_transpose2d(
        x[:, :2, :, None], WEIGHTS[:2, :6].reshape(2, 3, 2, 1), WEIGHTS[0, :6], groups=2, dilation=2),
    "unfold": lambda x: F.unfold(x[:, None], (2, 3), padding=(1, 0), dilation=(2, 1), stride=2),
    "fold": lambda x: F.fold(np.concatenate([x, x], 1)[:, :4], (3, 3), 2),
    "fold of strides": lambda x: F.fold(x[:, :2], (3, 2), (2, 1), padding=(1, 0), stride=(2, 1)),
    "group_norm": lambda x: F.group_norm(x[:, :2], 1, *WEIGHTS[:2, :2]) + F.group_norm(x, 3)[:, 1:],
    "instance_norm": lambda x: F.instance_norm(x) + F.instance_norm(x, *WEIGHTS[:2, :3] ** 2, use_input_stats=False),
    "rms_norm": lambda x: F.rms_norm(x, (4,)) + F.rms_norm(x, (3, 4), WEIGHTS[:3, :4], 0.1),
    "read_pixels": lambda x: F.interpolate(x, size=7, mode="linear") + F.interpolate(x, size=7),
    "pad by what is there": lambda x: (
        F.pad(x, (1, 2), "reflect") + F.pad(x, (3, 0), "circular") + F.pad(x, (2, 1), "replicate")),
    "get_item by indices": lambda x: x[:, [2, 0, 0]] + x[..., np.array([[0, 3], [1, -1]]).ravel()],
    "layer_norm": lambda x: F.layer_norm(x, (4,)) + F.layer_norm(x, (3, 4), *WEIGHTS[:6, :4].reshape(2, 3, 4)),
    "batch_norm": lambda x: F.batch_norm(x, *WEIGHTS[:2, :3] ** 2) + F.batch_norm(x, *WEIGHTS[:4, :3] ** 2),
    "attention": lambda x: F.scaled_dot_product_attention(x, x[:, :2], x[:, :2]),
    "attention with a mask": lambda x: F.scaled_dot_product_attention(x, x, x, attn_mask=WEIGHTS[:3, :3], scale=0.3),
    "attention to the past": lambda x: F.scaled_dot_product_attention(x, x, x, is_causal=True),
    "an update in place": in_place,
    "a condition": lambda x: np.where(x > 0, x, 0.1 * x) + np.where((x < 0.3) & (x >= -0.2), np.exp(x), x.mean(0)),
    "shrinking": lambda x: F.hardshrink(x, 0.3) + F.threshold(x, 0.1, -2.0),
    "steps": lambda x: np.sign(x) * x + np.floor(3 * x) * x + np.ceil(x) - x * np.rint(2 * x),
    "steps alone": lambda x: np.floor(3 * x),
    "operands of other dtypes": lambda x: x * np.arange(4) + np.ones(4, np.float32) * x.astype(np.float64) + x,
}


@pytest.mark.parametrize("function", FUNCTIONS.values(), ids=FUNCTIONS)
def test_an_operation_of_forward(function, tmp_path):
    class Model(nn.Module):
        def forward(self, x):
            return function(x)

    assert_same_elsewhere(Model(), images(2, 3, 4), tmp_path / "model.onnx")


@pytest.mark.parametrize("function", FUNCTIONS.values(), ids=FUNCTIONS)
def test_an_operation_of_forward_in_double_precision(function, tmp_path):
    class Model(nn.Module):
        def forward(self, x):
            return function(x)

    assert_same_elsewhere(Model(), images(2, 3, 4).astype(np.float64), tmp_path / "model.onnx")


def test_a_query_that_may_attend_to_nothing_is_0_in_the_file(tmp_path):
    class Model(nn.Module):
        def forward(self, x):
            return F.scaled_dot_product_attention(x, x, x, attn_mask=np.tri(3, k=-1, dtype=bool))

    with np.errstate(invalid="ignore"):  # the evaluator's softmax takes infinity from infinity
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


class Standardized(nn.Module):
    """What is not trained is in the file, too: buffers, and a parameter that is frozen."""

    def __init__(self):
        self.register_buffer("mean", images(3))
        self.register_buffer("places", images(1, 7, 3))
        self.factor = nn.Parameter(images(3), requires_grad=False)
        self.layer = nn.Linear(3, 2)

    def forward(self, x):
        assert {p.dtype for p in self.parameters()} == {x.dtype}  # as who makes a state of zeros looks it up
        return self.layer((x - self.mean) * self.factor + self.places[:, : x.shape[1]])


def test_buffers_and_frozen_parameters_are_part_of_the_file(tmp_path):
    model = Standardized()
    assert_same_elsewhere(model, images(2, 5, 3), tmp_path / "model.onnx")
    assert {"mean", "places", "factor"} <= {x.name for x in onnx.load(tmp_path / "model.onnx").graph.initializer}
    assert not any(x.requires_grad for x in (model.mean, model.places, model.factor))


class Residual(nn.Module):
    def __init__(self):
        self.first, self.second = nn.Linear(3, 3), nn.Linear(3, 3)

    def forward(self, x):
        out = self.second(self.first(x).relu())
        out += x
        return out.relu()


def test_what_is_added_in_place_to_the_output_of_a_layer_is_in_the_file(tmp_path):
    assert_same_elsewhere(Residual(), images(4, 3), tmp_path / "model.onnx")


class Summarized(nn.Module):
    """A token that is learned stands before each sequence, as in a vision transformer."""

    def __init__(self, repeat):
        self.token, self.layer, self.repeat = nn.Parameter(images(1, 1, 3)), nn.Linear(3, 2), repeat

    def forward(self, x):
        return self.layer(np.concatenate([self.repeat(self.token, len(x)), x], axis=1))


REPEATED = {
    "broadcast_to": lambda token, count: np.broadcast_to(token, (count, 1, 3)),
    "a new axis": lambda token, count: np.broadcast_to(token[0], (count, 1, 3)),
    "tile": lambda token, count: np.tile(token, (count, 1, 1)),
}


@pytest.mark.parametrize("batch", [1, 4])
@pytest.mark.parametrize("repeat", REPEATED.values(), ids=REPEATED)
def test_what_is_repeated_for_each_example_is_so_in_any_batch(repeat, batch, tmp_path):
    assert_same_elsewhere(Summarized(repeat), images(batch, 5, 3), tmp_path / "model.onnx")


class Words(nn.Module):
    """Columns of categories that are views of the input, and positions, which are a constant."""

    def __init__(self):
        self.embeddings = nn.ModuleList([nn.Embedding(n, 4) for n in (9, 5)])
        self.place = nn.Embedding(2, 4)

    def forward(self, words):
        first, second = (layer(words[:, i]) for i, layer in enumerate(self.embeddings))
        return np.stack([first, second], 1) + self.place(Tensor(np.arange(2)))


def test_integers_between_layers_are_views_of_the_input_or_constants(tmp_path):
    rng, path = np.random.default_rng(0), tmp_path / "model.onnx"
    words = np.stack([rng.integers(0, 9, 6), rng.integers(0, 5, 6)], 1)

    model = Words()
    assert_same_elsewhere(model, words, path)
    with pytest.raises(ValueError, match="is the same for all inputs cannot be told"):
        nn.export_onnx(model, np.zeros((1, 2), int), path)


def test_a_constant_for_each_example_of_this_batch_is_found(tmp_path):
    class Model(Words):
        def forward(self, words):
            return self.embeddings[0](words) + self.place(Tensor(np.tile([0, 1], (len(words), 1))))

    with pytest.raises(ValueError, match=r"a value of shape \(3, 2\) .* and that is of this batch only"):
        nn.export_onnx(Model(), np.array([[0, 1], [2, 3], [1, 0]]), tmp_path / "model.onnx")
    nn.export_onnx(Model(), np.array([[0, 1]]), tmp_path / "model.onnx")


def test_a_number_that_follows_from_the_length_of_the_batch_is_found(tmp_path):
    class Model(nn.Module):
        def forward(self, x):
            return x - x.sum(axis=0) / len(x)

    with pytest.raises(ValueError, match="for another length of the first axis .* write what depends on the batch as"):
        nn.export_onnx(Model(), images(4, 3), tmp_path / "model.onnx")
    assert not (tmp_path / "model.onnx").exists()


class Tied(nn.Module):
    """One table for the words that go in and those that come out, as in a language model."""

    def __init__(self):
        self.table = nn.Parameter(images(9, 4))

    def forward(self, words):
        found = F.embedding(words, self.table) + F.embedding(Tensor([2, 0]), self.table)
        return F.linear(found, self.table)


def test_a_function_reads_a_table_by_integers_of_the_input(tmp_path):
    model = nn.Sequential(Tied())
    assert_same_elsewhere(model, np.array([[0, 6], [1, 1], [8, 5]]), tmp_path / "model.onnx")
    file = onnx.load(tmp_path / "model.onnx").graph
    assert [x.name for x in file.initializer if x.dims == [9, 4]] == ["0.table"]
    assert file.node[-2].name == "0.matmul"


def test_integers_that_are_computed_from_the_input_are_no_constants(tmp_path):
    class Model(Words):
        def forward(self, words):
            return self.embeddings[0](words[:1, 0] * 0 + words.max())

    with pytest.raises(ValueError, match="does forward depend on values"):
        nn.export_onnx(Model(), np.array([[1, 2], [3, 0]]), tmp_path / "model.onnx")


@pytest.mark.parametrize("key", [slice(None, 2), 3, ([0, 1],), True, (slice(None), [True, False, True]),
                                 (slice(None), [0, 1], None, 0)], ids=str)
def test_what_may_be_of_this_batch_only_or_is_no_slice_is_not_expressed(key, tmp_path):
    class Model(nn.Module):
        def forward(self, x):
            return x[key]

    with pytest.raises(ValueError, match="cannot express 'get_item'"):
        nn.export_onnx(Model(), images(4, 3, 2), tmp_path / "model.onnx")


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
        return Tensor(np.ones(len(x)))


class Ragged(nn.Module):
    def __init__(self):
        self.rnn = nn.RNN(3, 4)

    def forward(self, x):
        return self.rnn(x, lengths=[5, 3])[0]


class Halved(nn.Module):
    def forward(self, x):
        return F.avg_pool1d(x, 2, ceil_mode=True) + F.avg_pool2d(x[:, None], (1, 2), divisor_override=3)[:, 0]


class Dropped(nn.Module):
    def forward(self, x):
        return F.scaled_dot_product_attention(x, x, x, dropout_p=0.5)


class Rows(nn.Module):
    def forward(self, x):
        return np.take(x, [1, 0], axis=0)


class Sorted(nn.Module):
    def forward(self, x):
        return np.sort(x, axis=0)


class Some(nn.Module):
    def forward(self, x):
        return np.sum(x, axis=1, where=np.array([True, False, True]))


class Turned(nn.Module):
    def forward(self, x):
        return np.roll(x, 1)


class Template(nn.Module):
    def __init__(self):
        self.gain = nn.Parameter(np.ones(2))

    def forward(self, x):
        return x + F.group_norm(WEIGHTS[np.newaxis, :2, :5], 1, self.gain)


@pytest.mark.parametrize(
    ("model", "shape", "message"),
    [
        (Shifted(), (2, 3), "an operand of 'add' in Shifted.forward is an array that the graph does not keep"),
        (Foreign(), (2, 3), r"Foreign.forward uses a tensor of shape \(3,\) from elsewhere"),
        (Constant(), (2, 3), r"Constant.forward uses a value of shape \(2,\) that does not depend on the input"),
        (Ragged(), (5, 2, 3), "cannot express rnn = RNN: lengths are not exported"),
        (Halved(), (2, 3, 4), "cannot express 'average_pool', which Halved.forward uses between layers"),
        (Dropped(), (2, 3, 4), "cannot express 'attention', which Dropped.forward uses between layers"),
        (Rows(), (2, 3), "cannot express 'take', which Rows.forward uses between layers"),
        (Sorted(), (2, 3), "cannot express 'sort', which Sorted.forward uses between layers"),
        (Some(), (2, 3), "cannot express 'sum', which Some.forward uses between layers"),
        (Turned(), (2, 3), "cannot express 'roll', which Turned.forward uses between layers"),
        (Template(), (1, 2, 5), "cannot express 'group_norm', which Template.forward uses between layers"),
        (nn.RNN(3, 4), (5, 3), r"cannot express model = RNN: .* one sequence of shape \(5, 3\); give it a batch"),
        (nn.GRUCell(3, 4), (3,), r"cannot express model = GRUCell: .* one example of shape \(3,\); give it a batch"),
        (nn.RNNCell(3, 4, nonlinearity="relu"), (5, 3), "RNNCell: ONNX's reference evaluator has no RNN of relu"),
        (nn.LSTM(3, 4, proj_size=2), (5, 2, 3), "no projection of the output"),
        (nn.RNN(3, 4, nonlinearity="relu"), (5, 2, 3), "no RNN of relu"),
        (nn.AdaptiveMaxPool2d(3), (1, 2, 5, 5), r"no pool from \(5, 5\) to \(3, 3\) pixels"),
        (nn.BatchNorm1d(3, track_running_stats=False), (2, 3), "without running statistics"),
        (nn.AvgPool2d(2, divisor_override=3), (1, 1, 4, 4), "no divisor_override"),
        (nn.MaxPool2d(2, 3, (1, 0), ceil_mode=True), (1, 1, 5, 7), "ONNX rounds up all axes or none; crop the input"),
        (nn.Conv2d(1, 1, 3), (1, 5, 5), "an invalid ONNX model"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, nn.Module) else "",
)
def test_what_cannot_be_expressed_is_named_and_nothing_is_written(model, shape, message, tmp_path):
    with pytest.raises(ValueError, match=message):
        nn.export_onnx(model, images(*shape), tmp_path / "model.onnx")
    assert not list(tmp_path.iterdir())


VALUES_READ = {
    "trunc": lambda x, layer: layer(x, x, x)[0] * np.trunc(x),
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
    with pytest.raises(ValueError, match="does forward depend on values"):
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
