"""Attention: masks, heads and its formula."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import autograd
import nn
from autograd import Tensor
from nn import functional

RNG = np.random.default_rng(0)


def test_is_causal_hides_the_future() -> None:
    layer = nn.MultiheadAttention(4, 2, batch_first=True)
    x = RNG.normal(size=(1, 5, 4)).astype(np.float32)
    changed = x.copy()
    changed[:, 3:] += 1
    for weights in (True, False):
        before = layer(x, x, x, is_causal=True, need_weights=weights)[0].data
        after = layer(changed, changed, changed, is_causal=True, need_weights=weights)[0].data
        np.testing.assert_allclose(before[:, :3], after[:, :3], rtol=1e-5, atol=1e-6)
        assert np.abs(before[:, 3:] - after[:, 3:]).max() > 1e-3
    mask = np.triu(np.ones((5, 5), bool), 1)
    masked = layer(x, x, x, attn_mask=mask)
    np.testing.assert_array_equal(masked[0].data, layer(x, x, x, is_causal=True)[0].data)
    np.testing.assert_array_equal(masked[1].data[0][mask], 0)
    np.testing.assert_allclose(masked[1].data.sum(-1), 1, rtol=1e-5)


@pytest.mark.parametrize("extra", [{}, {"add_zero_attn": True}, {"add_bias_kv": True}])
@pytest.mark.parametrize("shape", [(3, 3), (4, 3, 3)])
def test_a_learned_mask_has_its_gradient(extra: dict[str, Any], shape: tuple[int, ...]) -> None:
    """On the way of self-attention and on that with weights, beside a mask that only forbids."""
    layer = nn.MultiheadAttention(4, 2, batch_first=True, dtype=np.float64, **extra)
    x, along = RNG.normal(size=(2, 3, 4)), RNG.normal(size=shape)
    forbidden = Tensor(np.array([[False, True, False], [False, False, False]]))
    mask = Tensor(RNG.normal(size=shape), requires_grad=True)

    def loss(mask: Any, *, weights: bool) -> Any:
        out, _ = layer(x, x, x, attn_mask=mask, key_padding_mask=forbidden, need_weights=weights)
        return (out * out).sum()

    for weights in (True, False):
        mask.grad = None
        loss(mask, weights=weights).backward()
        up, down = (loss(mask.data + h * along, weights=weights).item() for h in (1e-6, -1e-6))
        assert (up - down) / 2e-6 == pytest.approx((mask.grad.data * along).sum(), rel=1e-6, abs=1e-8)


@pytest.mark.parametrize("batch_first", [True, False])
def test_attention_to_itself_equals_attention_to_an_equal_sequence(batch_first: bool) -> None:
    """`layer(x, x, x)` has a kernel of its own; `layer(x, y, y)` with y equal to x takes the general way."""
    layer = nn.MultiheadAttention(6, 3, batch_first=batch_first, dtype=np.float64)
    x, g = RNG.normal(size=(2, 2, 5, 6))
    mask = RNG.normal(size=(5, 5) if batch_first else (2, 2))
    results = []
    for other in (lambda q: q, lambda q: q * 1):
        query = Tensor(x, requires_grad=True)
        layer.zero_grad()
        key = other(query)
        out, weights = layer(query, key, key, need_weights=False, attn_mask=mask)
        assert weights is None
        (out * g).sum().backward()
        results.append([out.data, query.grad.data, *(p.grad.data for p in layer.parameters())])
    for one, two in zip(*results, strict=True):
        np.testing.assert_allclose(one, two, rtol=1e-10, atol=1e-12)


def test_a_query_that_may_attend_to_nothing_gets_finite_numbers() -> None:
    layer = nn.MultiheadAttention(4, 2)
    x = Tensor(RNG.normal(size=(3, 2, 4)), requires_grad=True)
    for weights in (True, False):
        out, _ = layer(x, x, x, key_padding_mask=np.array([[True] * 3, [False] * 3]), need_weights=weights)
        np.testing.assert_allclose(out.data[:, 0], np.broadcast_to(layer.out_proj.bias.data, (3, 4)), atol=1e-7)
        out.sum().backward()
        assert np.isfinite(x.grad.data).all()
        assert all(np.isfinite(p.grad.data).all() for p in layer.parameters())


def test_scaled_dot_product_attention_is_its_formula() -> None:
    q, k, v = (RNG.normal(size=shape) for shape in ((2, 3, 4), (2, 5, 4), (2, 5, 6)))
    allowed = RNG.random((3, 5)) < 0.7
    allowed[:, 0] = True

    def formula(mask: Any, scale: float) -> np.ndarray:
        scores = q @ k.swapaxes(1, 2) * scale + mask
        powers = np.exp(scores - scores.max(-1, keepdims=True))
        return powers / powers.sum(-1, keepdims=True) @ v

    attend = functional.scaled_dot_product_attention
    with np.errstate(divide="ignore"):
        np.testing.assert_allclose(attend(q, k, v).data, formula(0, 0.5))
        np.testing.assert_allclose(attend(q, k, v, allowed).data, formula(np.log(allowed), 0.5))
        np.testing.assert_allclose(attend(q, k, v, scale=0.1).data, formula(0, 0.1))
        np.testing.assert_allclose(attend(q, k, v, is_causal=True).data, formula(np.log(np.tril(np.ones((3, 5)))), 0.5))
    autograd.manual_seed(0)
    mean = np.mean([attend(q, k, v, dropout_p=0.3).data for _ in range(2000)], axis=0)
    np.testing.assert_allclose(mean, formula(0, 0.5), atol=0.1)


@pytest.mark.parametrize("largest", range(3))
def test_a_mask_may_have_the_leading_axes_of_any_operand(largest: int) -> None:
    operands = [RNG.normal(size=(2 if i == largest else 1, 3, 4)) for i in range(3)]
    allowed = np.stack([np.tri(3), np.ones((3, 3))]).astype(bool)
    attend = functional.scaled_dot_product_attention
    alone = [attend(*[x[i % len(x)] for x in operands], allowed[i]).data for i in (0, 1)]
    np.testing.assert_allclose(attend(*operands, allowed).data, alone)


def test_the_output_of_attention_is_a_dense_layer_and_its_projections_are_xaviers() -> None:
    layer = nn.MultiheadAttention(64, 2)
    layer.reset_parameters()
    for weight, bound in ((layer.in_proj_weight, (6 / (64 + 3 * 64)) ** 0.5), (layer.out_proj.weight, 1 / 8)):
        assert 0.95 * bound < np.abs(weight.data).max() <= bound


def test_a_transformer_layer_takes_any_activation() -> None:
    x = RNG.normal(size=(3, 2, 4))
    for activation in ("relu", "gelu", functional.silu, nn.Tanh()):
        assert nn.TransformerEncoderLayer(4, 2, 8, activation=activation)(x).shape == (3, 2, 4)


def test_a_mask_is_no_anomaly_of_any_transform() -> None:
    """Inside `jvp` and `vmap` the infinities that a kernel's reference writes for a mask were taken for one."""
    layer = nn.MultiheadAttention(4, 2, batch_first=True, dtype=float).requires_grad_(False)
    x = RNG.normal(size=(2, 3, 4))

    def loss(x: Any) -> Any:
        return np.sum(layer(x, x, x, is_causal=True, need_weights=False)[0] ** 2)

    with autograd.detect_anomaly():
        slope = autograd.numerical.grad(lambda t: loss(t * x).item(), 1.0)
        for derivative in (autograd.jvp(loss, (x,), (x,))[1], np.sum(autograd.grad(loss)(x) * x)):
            np.testing.assert_allclose(derivative, slope, rtol=1e-6)
        assert np.all(np.isfinite(autograd.hvp(loss, x, x)))
        assert np.all(np.isfinite(autograd.vmap(lambda x: loss(x[None]))(x)))


@pytest.mark.parametrize("layer", [False, True])
def test_scores_of_half_precision_do_not_overflow(layer: bool) -> None:
    """That of the only key counted as none when it was -inf: the output was 0."""
    q, k, v = (np.array([[[x]]], np.float16) for x in (-12000, 2000, 7))
    if not layer:
        assert functional.scaled_dot_product_attention(q, k, v).data.item() == 7
        return
    heads = nn.MultiheadAttention(1, 1, bias=False, batch_first=True, dtype=np.float16)
    nn.init.ones_(heads.out_proj.weight)
    heads.in_proj_weight.data[...] = [[-1], [1], [1]]
    for need_weights in (False, True):
        out, weights = heads(k, k, k, need_weights=need_weights)
        assert out.data.item() == 2000
        assert weights is None or weights.data.item() == 1
