"""Layers and losses inside `vmap` do to each example what a loop over the examples does, gradients of each included."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd
import nn
from autograd import Tensor, grad, manual_seed, vmap

rng = np.random.default_rng(2)
Function = Callable[..., Any]
N, CLASSES = 4, 3
SCORES, LABELS = rng.normal(size=(N, 5, CLASSES)), rng.integers(0, CLASSES, (N, 5))
SHARES, ROWS = rng.dirichlet(np.ones(CLASSES), (N, 5)), rng.normal(size=(N, 5))
PROBABILITIES = rng.random((N, 5))
WEIGHT = np.array([0.2, 0.3, 0.5])
IMAGES = rng.normal(size=(N, 2, 3, 6, 6))

LOSSES: dict[str, tuple[Function, tuple[Any, ...]]] = {
    f"{name}, {reduction}": (loss(reduction=reduction), arrays)
    for reduction in ("mean", "sum", "none")
    for name, loss, arrays in (
        ("squared error", nn.MSELoss, (ROWS, ROWS[::-1])), ("absolute error", nn.L1Loss, (ROWS, ROWS[::-1])),
        ("binary", nn.BCELoss, (PROBABILITIES, PROBABILITIES[::-1])),
        ("binary of logits", lambda **o: nn.BCELoss(from_logits=True, **o), (ROWS, PROBABILITIES)),
        ("labels", nn.CrossEntropyLoss, (SCORES, LABELS)),
        ("one label", nn.CrossEntropyLoss, (SCORES[:, 0], LABELS[:, 0])),
        ("class probabilities", nn.CrossEntropyLoss, (SCORES, SHARES)),
        ("labels, some ignored", lambda **o: nn.CrossEntropyLoss(ignore_index=1, **o), (SCORES, LABELS)),
        ("all ignored", lambda **o: nn.CrossEntropyLoss(ignore_index=0, **o), (SCORES, 0 * LABELS)),
        ("labels, weighted", lambda **o: nn.CrossEntropyLoss(weight=WEIGHT, **o), (SCORES, LABELS)),
        ("labels, weighted, some ignored", lambda **o: nn.CrossEntropyLoss(weight=WEIGHT, ignore_index=2, **o),
         (SCORES, LABELS)),
        ("labels, smoothed", lambda **o: nn.CrossEntropyLoss(label_smoothing=0.1, **o), (SCORES, LABELS)),
        ("labels of probabilities", lambda **o: nn.CrossEntropyLoss(from_logits=False, weight=WEIGHT, **o),
         (SHARES, LABELS)),
        ("log-likelihood", lambda **o: nn.NLLLoss(weight=WEIGHT, ignore_index=0, **o), (np.log(SHARES), LABELS)),
        ("divergence", nn.KLDivLoss, (np.log(SHARES), SHARES[::-1])),
    )
}

table, padded = nn.Embedding(7, 3, dtype=float), nn.Embedding(7, 3, padding_idx=1, dtype=float)
pool = nn.MaxPool2d(2, padding=1, return_indices=True)
attention = nn.MultiheadAttention(3, 1, batch_first=True, dtype=float)
INDICES = rng.integers(0, 7, (N, 5))
LAYERS: dict[str, tuple[Function, tuple[Any, ...]]] = {
    "embedding": (table, (INDICES,)), "embedding with padding": (padded, (INDICES,)),
    "max pooling": (lambda x: pool(x)[0], (IMAGES,)), "places of max pooling": (lambda x: pool(x)[1], (IMAGES,)),
    "average pooling": (nn.AvgPool2d(2), (IMAGES,)), "convolution": (nn.Conv2d(3, 2, 3, dtype=float), (IMAGES,)),
    "transposed convolution": (nn.ConvTranspose2d(3, 2, 3, dtype=float), (IMAGES,)),
    "batch normalization, evaluated": (nn.BatchNorm2d(3, dtype=float).eval(), (IMAGES,)),
    "batch normalization without statistics":
        (nn.BatchNorm2d(3, track_running_stats=False, dtype=float), (IMAGES,)),
    "group normalization": (nn.GroupNorm(1, 3, dtype=float), (IMAGES,)),
    "layer normalization": (nn.LayerNorm(3, dtype=float), (SCORES,)),
    "root mean square normalization": (nn.RMSNorm(3, dtype=float), (SCORES,)),
    "instance normalization": (nn.InstanceNorm2d(3, affine=True, dtype=float), (IMAGES,)),
    "learned slopes": (nn.PReLU(3, dtype=float), (SCORES,)), "one step": (nn.GRUCell(3, 4, dtype=float), (SCORES,)),
    "upsampling": (nn.Upsample(scale_factor=2), (IMAGES,)), "shuffled pixels": (nn.PixelShuffle(1), (IMAGES,)),
    "upsampling between pixels": (nn.Upsample(size=5, mode="bilinear"), (IMAGES,)),
    "reflections": (nn.ReflectionPad2d(1), (IMAGES,)), "zeros around": (nn.ZeroPad2d((1, 2, -1, 0)), (IMAGES,)),
    "attention": (lambda x: attention(x, x, x)[0], (SCORES[:, None],)),
    "weights of attention": (lambda x: attention(x, x, x)[1], (SCORES[:, None],)),
    **{name: (lambda x, layer=layer: layer(x)[0], (SCORES[:, None],)) for name, layer in (
        ("recurrent", nn.RNN(3, 4, batch_first=True, dtype=float)),
        ("LSTM", nn.LSTM(3, 4, batch_first=True, dtype=float)),
        ("GRU", nn.GRU(3, 4, batch_first=True, dtype=float)))},
}


def by_loop(f: Function, arrays: tuple[Any, ...]) -> Any:
    return np.stack([np.asarray(f(*[Tensor(a[k]) for a in arrays]).detach().numpy()) for k in range(N)])


@pytest.mark.parametrize("name", [*LOSSES, *LAYERS])
def test_a_batch_of_batches_is_a_loop(name: str) -> None:
    f, arrays = (LOSSES | LAYERS)[name]
    found = vmap(lambda *given: f(*[x if isinstance(x, Tensor) else Tensor(x) for x in given]))(*arrays)
    np.testing.assert_allclose(np.asarray(found.detach() if isinstance(found, Tensor) else found), by_loop(f, arrays),
                               rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("name", [name for name in LOSSES if "none" not in name])
def test_the_gradient_of_each_example_by_itself(name: str) -> None:
    f, (x, *rest) = LOSSES[name]
    expected = np.stack([grad(f)(x[k], *[Tensor(r[k]) for r in rest]) for k in range(N)])
    np.testing.assert_allclose(vmap(grad(f))(x, *rest), expected, rtol=1e-9, atol=1e-12)


def test_gradients_of_parameters_by_example() -> None:
    """What differential privacy asks for: words to classes, one gradient of the table and the matrix an example."""
    words, labels = rng.integers(0, 7, (N, 5)), LABELS[:, 0]

    def loss(table: Any, matrix: Any, words: Any, label: Any) -> Any:
        return nn.functional.cross_entropy(nn.functional.embedding(words, table).mean(axis=0) @ matrix, label)

    parameters = rng.normal(size=(7, 3)), rng.normal(size=(3, CLASSES))
    found = vmap(grad(loss, (0, 1)), in_axes=(None, None, 0, 0))(*parameters, words, labels)
    for k in range(N):
        expected = grad(loss, (0, 1))(*parameters, Tensor(words[k]), Tensor(labels[k]))
        for ours, one in zip(found, expected, strict=True):
            np.testing.assert_allclose(ours[k], one, rtol=1e-10, atol=1e-12)


def test_dropout_chooses_for_each_example() -> None:
    drop, x = nn.Dropout(0.5), np.ones((3, 4, 100))
    for f in (drop, vmap(drop), lambda x: 2 * drop(x) / 2):
        manual_seed(0)
        found = np.asarray(vmap(f)(x))
        assert found.shape == x.shape
        assert set(np.unique(found)) == {0, 2}
        assert not np.array_equal(found[0], found[1])
    manual_seed(0)
    _, tangent = autograd.jvp(vmap(drop), (x,), (3 * x,))
    assert np.array_equal(np.asarray(tangent), 3 * found)


def test_channels_are_dropped_for_each_example() -> None:
    manual_seed(0)
    found = np.asarray(vmap(nn.Dropout2d(0.5))(np.ones((30, 1, 8, 2, 2))))
    assert np.array_equal(found, np.broadcast_to(found[..., :1, :1], found.shape))
    assert set(np.unique(found)) == {0, 2}
    assert not np.array_equal(found[0], found[1])


def test_statistics_that_would_move_differently_are_refused() -> None:
    layer = nn.BatchNorm2d(3, dtype=float)
    with pytest.raises(ValueError, match=r"BatchNorm2d\(3\) inside vmap.*\.eval\(\), or .*track_running_stats=False"):
        vmap(layer)(IMAGES)
    assert layer.num_batches_tracked is not None
    assert layer.num_batches_tracked.item() == 0


def test_batches_of_batches_nest() -> None:
    drop, x = nn.Dropout(0.5), np.ones((3, 4, 50))
    for f in (vmap(vmap(drop)), vmap(lambda x: autograd.jvp(vmap(drop), (x,), (x,))[1]),
              lambda x: autograd.jvp(vmap(vmap(drop)), (x,), (x,))[1]):
        found = np.asarray(f(x))
        assert found.shape == x.shape
        assert len(np.unique(found.reshape(12, 50), axis=0)) == 12
    np.testing.assert_array_equal(np.asarray(vmap(vmap(table))(INDICES).detach()), table(INDICES).detach().numpy())
    found = vmap(vmap(nn.CrossEntropyLoss()))(SCORES, LABELS)
    expected = nn.CrossEntropyLoss(reduction="none")(SCORES.reshape(-1, CLASSES), LABELS.ravel())
    np.testing.assert_allclose(np.asarray(found).ravel(), expected.numpy(), rtol=1e-12)
