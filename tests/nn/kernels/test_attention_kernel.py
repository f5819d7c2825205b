"""Scaled dot-product attention: against sums over single keys, PyTorch, and its reference; masks, dropped weights."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import Tensor
from nn.kernels import attention
from nn.kernels.attention import attention_weights, scaled_dot_product_attention
from nn.kernels.memory_order import memory_order
from nn.kernels.self_attention import self_attention
from tests.examples import examples
from tests.nn.kernels.kernel_checks import assert_close, check, check_golden, golden, random

MASKS = ("none", "bool", "float", "both")


def operands(leading: tuple[int, ...], queries: int, keys: int, width: int, mask: str, *, keep: bool = False,
             dtype: Any = np.float64) -> list[Any]:
    generator = np.random.default_rng(queries)
    q, k, v = (random(generator, *leading, *shape, dtype=dtype) for shape in ((queries, 3), (keys, 3), (keys, width)))
    allowed = generator.random((queries, keys)) > 0.4
    allowed[0] = False  # this query may attend to nothing
    additive = random(generator, *leading, queries, keys, dtype=dtype)
    both = np.where(allowed, additive, -np.inf).astype(dtype)
    held = {"none": None, "bool": allowed, "float": additive, "both": both}
    return [q, k, v, held[mask], generator.random((*leading, queries, keys)) > 0.3 if keep else None]


@pytest.mark.parametrize("mask", MASKS)
def test_each_number_is_that_of_loops(mask: str) -> None:
    q, k, v, m, _ = operands((), 4, 5, 2, mask)
    out = scaled_dot_product_attention(q, k, v, m, None).data
    for t in range(4):
        weights = []
        for s in range(5):
            score = sum(q[t, i] * k[s, i] for i in range(3)) / math.sqrt(3)
            if m is not None:
                score = score + m[t, s] if m.dtype != bool else score if m[t, s] else -math.inf
            weights.append(math.exp(score))
        for e in range(2):
            total = sum(weights)
            expected = sum(w * v[s, e] for s, w in enumerate(weights)) / total if total else 0
            assert out[t, e] == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("mask", MASKS)
@examples(12)
@given(leading=st.lists(st.integers(1, 3), max_size=2).map(tuple), queries=st.integers(1, 4), keys=st.integers(1, 4),
       width=st.integers(1, 3), keep=st.booleans(), single=st.booleans(), scaled=st.booleans())
def test_values_and_derivatives_are_those_of_the_reference(mask: str, leading: tuple[int, ...], queries: int, keys: int,
                                                           width: int, keep: bool, single: bool, scaled: bool) -> None:
    given = operands(leading, queries, keys, width, mask, keep=keep, dtype=np.float32 if single else np.float64)
    check(scaled_dot_product_attention, given, [0, 1, 2, 3] if mask == "float" else [0, 1, 2],
          scale=0.7 if scaled else None, keep_scale=1.4 if keep else 1.0)


@pytest.mark.parametrize("shapes", [
    ((2, 3, 4, 3), (4, 3), (1, 3, 4, 2), (4, 4)),
    ((4, 3), (2, 5, 3), (2, 5, 2), (2, 1, 5)),
    ((3, 1, 4, 3), (2, 5, 3), (5, 2), (1, 2, 4, 1)),
])
def test_leading_axes_broadcast(shapes: tuple[tuple[int, ...], ...]) -> None:
    generator = np.random.default_rng(0)
    check(scaled_dot_product_attention, [*(random(generator, *shape) for shape in shapes), None], [0, 1, 2, 3])


def test_heads_that_are_views_of_one_projection(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attention, "BLOCK", 2 * 2 * 4 * 4)  # two of five, which have two heads of four by four scores
    projection = random(np.random.default_rng(0), 5, 4, 3, 2, 3)  # (N, T, q k v, heads, d)
    q, k, v = projection.transpose(2, 0, 3, 1, 4)
    check(scaled_dot_product_attention, [q, k, v, None, None], [0, 1, 2], second=False)
    out = scaled_dot_product_attention(q, k, v, None, None).data
    assert memory_order(out) == memory_order(q)
    contiguous = (np.ascontiguousarray(x) for x in (q, k, v))
    assert_close(out, scaled_dot_product_attention(*contiguous, None, None).data, 1e-14)


def test_products_of_some_size() -> None:
    check(scaled_dot_product_attention, operands((2, 2), 70, 50, 20, "bool", keep=True), [0, 1, 2], second=False)


@pytest.mark.parametrize("masked", [False, True])
@examples(10)
@given(batch=st.integers(1, 3), heads=st.integers(1, 3), steps=st.integers(1, 4), width=st.integers(1, 3),
       keep=st.booleans(), single=st.booleans())
def test_self_attention_is_attention_of_its_three_parts(masked: bool, batch: int, heads: int, steps: int, width: int,
                                                        keep: bool, single: bool) -> None:
    generator = np.random.default_rng(batch)
    dtype = np.float32 if single else np.float64
    projection = random(generator, batch, steps, 3 * heads * width, dtype=dtype)
    mask = random(generator, batch, 1, steps, steps, dtype=dtype) if masked else None
    kept = generator.random((batch, heads, steps, steps)) > 0.3 if keep else None
    check(self_attention, [projection, mask, kept], [0, 1] if masked else [0], heads=heads, keep_scale=1.3)
    q, k, v = (third.reshape(batch, steps, heads, width).swapaxes(1, 2) for third in np.split(projection, 3, axis=2))
    apart = scaled_dot_product_attention(q, k, v, mask, kept, keep_scale=1.3).data
    together = self_attention(projection, mask, kept, heads=heads, keep_scale=1.3).data
    assert_close(together, np.concatenate([apart[:, h] for h in range(heads)], axis=-1), 1e-6 if single else 1e-13)


@pytest.mark.parametrize("value", [False, -np.inf])
def test_a_query_without_keys_gives_zero_and_zero_gradients(value: Any) -> None:
    q, k, v = (Tensor(random(np.random.default_rng(i), 2, 3, 4, dtype=np.float32), requires_grad=True)
               for i in range(3))
    mask = np.full((3, 3), value)
    mask = mask if mask.dtype == bool else Tensor(mask.astype(np.float32), requires_grad=True)
    out = scaled_dot_product_attention(q, k, v, mask, None)
    (out * 2).sum().backward()
    np.testing.assert_array_equal(out.data, 0)
    for leaf in (q, k, v, *([mask] if isinstance(mask, Tensor) else [])):
        np.testing.assert_array_equal(leaf.grad.data, 0)


@pytest.mark.parametrize("score", [-200.0, -45.0, -35.0, 35.0, 45.0, 200.0])
@pytest.mark.parametrize("masked", [False, True])
def test_scores_of_any_size_give_the_weights_of_their_differences(score: float, masked: bool) -> None:
    q, k, v = (random(np.random.default_rng(i), 2, 3, 4, dtype=np.float32) for i in range(3))
    q[..., 0], k[..., 0] = score, 2  # with the scale 1 / 2 added to all scores, which changes no weight
    mask = np.array([[True, False, True], [True, True, True], [False, False, False]]) if masked else None
    leaves = [Tensor(x, requires_grad=True) for x in (q, k, v)]
    out = scaled_dot_product_attention(*leaves, mask, None)
    (out * out).sum().backward()
    exact = [Tensor(x.astype(np.float64), requires_grad=True) for x in (q, k, v)]
    expected = attention.reference(*exact, mask, None)
    (expected * expected).sum().backward()
    assert_close(out.data, expected.data, 1e-4)
    for got, true in zip(leaves, exact, strict=True):
        assert_close(got.grad.data, true.grad.data, 1e-4)


def test_many_keys_of_half_precision_do_not_overflow() -> None:
    q, k, v = np.full((1, 1, 1), 6, np.float16), np.full((1, 400, 1), 1, np.float16), np.ones((1, 400, 1), np.float16)
    np.testing.assert_array_equal(scaled_dot_product_attention(q, k, v, None, None).data, 1)


def test_large_scores_stay_finite() -> None:
    q, k, v = (Tensor(1e3 * random(np.random.default_rng(i), 2, 3, 4, dtype=np.float32), requires_grad=True)
               for i in range(3))
    out = scaled_dot_product_attention(q, k, v, None, None)
    out.sum().backward()
    assert all(np.isfinite(x).all() for x in (out.data, q.grad.data, k.grad.data, v.grad.data))


def test_weights_of_a_query_sum_to_one() -> None:
    q, k, _, mask, _ = operands((2,), 4, 5, 2, "bool")
    sums = attention_weights(q, k, mask).sum(axis=-1)
    np.testing.assert_allclose(sums, np.broadcast_to(mask.any(axis=-1), (2, 4)), rtol=1e-14)


@pytest.mark.parametrize(("options", "arrays"), [*golden("attention")])
def test_values_and_gradients_are_pytorchs(options: dict[str, Any], arrays: Any) -> None:
    check_golden(scaled_dot_product_attention, ("q", "k", "v", "mask", "keep"), arrays, ("out",), **options)
