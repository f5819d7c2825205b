"""Attention: every position looks at all others and takes the mean of what it finds, weighted by how well they match.

    attention(q, k, v) = softmax(q k^T / sqrt(d) + mask) v                         (Vaswani et al., arXiv:1706.03762)

In the masks of the two layers True forbids; in that of `scaled_dot_product_attention` True allows. Both as in PyTorch.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import reduce
from operator import add, or_
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from autograd import Tensor
from autograd.arguments import array_of
from autograd.arrays import Array, consecutive
from nn import init
from nn.kernels import attention as kernels
from nn.kernels.linear import linear
from nn.kernels.self_attention import self_attention
from nn.layers.arguments import floating, positive_integers, probability
from nn.layers.dropout import dropout, keep_and_scale
from nn.layers.initial_weights import hold
from nn.layers.input import Shapes, Speaker, admitted, broadcasts, described, mistake, refusal, weights_of
from nn.layers.layer import Layer
from nn.layers.linear import Linear
from nn.parameter import Parameter


class MultiheadAttention(Layer):
    """Attention in `num_heads` subspaces side by side: query, key and value are projected, split, attended and joined.

    Query (L, N, embed_dim), key (S, N, kdim), value (S, N, vdim); N first if `batch_first`, or without N.
    Returns the output, shaped like the query, and the weights (N, L, S), averaged over heads unless
    `average_attn_weights=False`, or None with `need_weights=False`. `in_proj_weight` (3 embed_dim, embed_dim) holds the
    projections of query, key and value. A query that may attend to nothing gets 0 before the last projection.
    Raises ValueError for other shapes, of masks too, TypeError for a mask of integers.
    """

    follows = MappingProxyType({"kdim": "embed_dim", "vdim": "embed_dim"})
    held_as = MappingProxyType({"bias": "in_proj_bias", "add_bias_kv": "bias_k"})
    in_proj_weight: Parameter  # or three of its own for query, key and value
    q_proj_weight: Parameter
    k_proj_weight: Parameter
    v_proj_weight: Parameter
    in_proj_bias: Parameter | None
    bias_k: Parameter | None
    bias_v: Parameter | None
    __call__: Callable[..., Any]  # the output, and weights or None

    def __init__(self, embed_dim: int, num_heads: int, dropout: float = 0.0, bias: bool = True,
                 add_bias_kv: bool = False, add_zero_attn: bool = False, kdim: int | None = None,
                 vdim: int | None = None, batch_first: bool = False, *, dtype: DTypeLike | None = None) -> None:
        kdim, vdim = embed_dim if kdim is None else kdim, embed_dim if vdim is None else vdim
        positive_integers("MultiheadAttention", embed_dim=embed_dim, num_heads=num_heads, kdim=kdim, vdim=vdim)
        probability("MultiheadAttention", dropout=dropout)
        if embed_dim % num_heads:
            raise ValueError(f"MultiheadAttention: num_heads={num_heads} must divide embed_dim={embed_dim}")
        dtype = floating("MultiheadAttention", dtype, real=True)
        self.embed_dim, self.num_heads, self.kdim, self.vdim = embed_dim, num_heads, kdim, vdim
        self.dropout, self.add_zero_attn, self.batch_first = dropout, add_zero_attn, batch_first
        biases = {"in_proj_bias": bias, "bias_k": add_bias_kv, "bias_v": add_bias_kv}
        hold(self, self._shapes(), dtype, without=[name for name, wanted in biases.items() if not wanted])
        self.out_proj = Linear(embed_dim, embed_dim, bias, dtype=dtype)
        self.reset_parameters()

    def _shapes(self) -> Shapes:
        size = self.embed_dim
        matrices: Shapes = {"in_proj_weight": (3 * size, size)}
        if (self.kdim, self.vdim) != (size, size):
            matrices = {"q_proj_weight": (size, size), "k_proj_weight": (size, self.kdim),
                        "v_proj_weight": (size, self.vdim)}
        return matrices | {"in_proj_bias": (3 * size,), "bias_k": (1, 1, size), "bias_v": (1, 1, size)}

    def reset_parameters(self) -> None:
        """Draw the initial weights again: Xavier's for the projections, zero biases."""
        for name, parameter in self.named_parameters(recurse=False):
            if name.endswith("weight"):
                init.xavier_uniform_(parameter)
            elif name == "in_proj_bias":
                init.zeros_(parameter)
            else:
                init.xavier_normal_(parameter)
        self.out_proj.reset_parameters()
        if self.out_proj.bias is not None:
            init.zeros_(self.out_proj.bias)

    @np.errstate(under="ignore")  # of weights that fade to 0
    def forward(self, query: ArrayLike, key: ArrayLike, value: ArrayLike, key_padding_mask: ArrayLike | None = None,
                need_weights: bool = True, attn_mask: ArrayLike | None = None, average_attn_weights: bool = True,
                is_causal: bool = False) -> tuple[Tensor, Tensor | None]:
        given = weights_of(self, self._shapes())
        itself = query is key is value and "in_proj_weight" in given
        query, single = self._batch(query, self.embed_dim, "query")
        key, _ = (query, single) if itself else self._batch(key, self.kdim, "key")
        value, _ = (query, single) if itself else self._batch(value, self.vdim, "value")
        if key.shape[0] != query.shape[0] or key.shape[:2] != value.shape[:2]:
            raise mistake(self, "expected one batch size, and key and value of one length, got query, key and value "
                                f"(N, L, E) = {query.shape}, {key.shape} and {value.shape}")
        mask = self._mask(key_padding_mask, attn_mask, is_causal, query.shape[0], query.shape[1], key.shape[1])
        if itself and not (need_weights or self.add_zero_attn or given["bias_k"] is not None):
            out, weights = self._attend_to_itself(query, mask, given), None
        else:
            out, weights = self._attend(query, key, value, mask, given, need_weights)
        out = self.out_proj(out)
        if weights is not None and average_attn_weights:
            weights = weights.mean(axis=1)
        if single:
            return out[0], None if weights is None else weights[0]
        return out if self.batch_first else out.swapaxes(0, 1), weights

    def _batch(self, x: Any, width: int, name: str) -> tuple[Tensor, bool]:
        """(N, L, width), and whether the input had no batch axis."""
        x = admitted(self, x, self.out_proj.weight.dtype, real=True)
        if x.ndim not in (2, 3) or x.shape[-1] != width:
            raise refusal(self, f"{name} ({'N, L' if self.batch_first else 'L, N'}, {width})", x)
        if x.ndim == 2:
            return x[np.newaxis], True
        return (x if self.batch_first else x.swapaxes(0, 1)), False

    def _attend_to_itself(self, x: Any, mask: Any, given: Mapping[str, Any]) -> Any:
        """Self-attention: the heads' results side by side, (N, L, embed_dim)."""
        rate = self.dropout if self.training else 0.0
        keep, scale = keep_and_scale((len(x), self.num_heads, x.shape[1], x.shape[1]), rate)
        projection = linear(x, given["in_proj_weight"], given["in_proj_bias"])
        return self_attention(projection, mask, keep, heads=self.num_heads, keep_scale=scale)

    def _attend(self, query: Any, key: Any, value: Any, mask: Any, given: Mapping[str, Any],
                need_weights: bool) -> tuple[Any, Any]:
        """The same for any query, key and value; and the weights of each head (N, heads, L, S), or None."""
        q, k, v, mask = self._heads(self._projected(query, key, value, given), mask, given)
        rate = self.dropout if self.training else 0.0
        weights = None
        if need_weights:
            weights = dropout(kernels.attention_weights(q, k, mask), rate)
            out = weights @ v
        else:
            keep, scale = keep_and_scale((*q.shape[:-1], k.shape[-2]), rate)
            out = kernels.scaled_dot_product_attention(q, k, v, mask, keep, keep_scale=scale)
        return out.swapaxes(1, 2).reshape(len(out), q.shape[2], self.embed_dim), weights

    def _projected(self, query: Any, key: Any, value: Any, given: Mapping[str, Any]) -> list[Any]:
        joint, bias = given.get("in_proj_weight"), given["in_proj_bias"]
        thirds = consecutive([self.embed_dim] * 3)
        if joint is not None and query is key is value:
            projection = linear(query, joint, bias)
            return [projection[..., third] for third in thirds]
        if joint is not None:
            matrices = [joint[third] for third in thirds]
        else:
            matrices = [given[f"{name}_proj_weight"] for name in "qkv"]
        biases = [None if bias is None else bias[third] for third in thirds]
        return [linear(x, matrix, b) for x, matrix, b in zip((query, key, value), matrices, biases, strict=True)]

    def _heads(self, projected: list[Any], mask: Any, given: Mapping[str, Any]) -> tuple[Any, Any, Any, Any]:
        """Split into heads, (N, heads, length, head width), after appending what is added to keys and values."""
        q, k, v = projected
        batch = len(q)
        bias_k, bias_v = given["bias_k"], given["bias_v"]
        if bias_k is not None and bias_v is not None:
            k, v = (np.concatenate([x, np.broadcast_to(b, (batch, 1, self.embed_dim))], axis=1)
                    for x, b in ((k, bias_k), (v, bias_v)))
        if self.add_zero_attn:
            k, v = (np.concatenate([x, np.zeros((batch, 1, self.embed_dim), x.dtype)], axis=1) for x in (k, v))
        added = (bias_k is not None) + self.add_zero_attn
        if mask is not None and added:
            widths = [(0, 0)] * (mask.ndim - 1) + [(0, added)]
            mask = np.pad(mask, widths, constant_values=True if mask.dtype == bool else 0)
        heads = self.num_heads, self.embed_dim // self.num_heads
        q, k, v = (x.reshape(batch, x.shape[1], *heads).swapaxes(1, 2) for x in (q, k, v))
        return q, k, v, mask

    def _mask(self, key_padding_mask: Any, attn_mask: Any, is_causal: bool, batch: int, queries: int,
              keys: int) -> Tensor | Array | None:
        """Both masks as one that the kernel takes: boolean, True where attending is allowed, or numbers to add."""
        parts = []
        if key_padding_mask is not None:
            mask = self._checked(key_padding_mask, "key_padding_mask", [(batch, keys)] + [(keys,)] * (batch == 1))
            parts.append(mask.reshape(batch, 1, 1, keys))
        if attn_mask is not None:
            each = (batch * self.num_heads, queries, keys)
            mask = self._checked(attn_mask, "attn_mask", [(queries, keys), each])
            parts.append(mask if mask.ndim == 2 else mask.reshape(batch, self.num_heads, queries, keys))
        elif is_causal:
            parts.append(np.triu(np.ones((queries, keys), bool), 1))
        if not parts:
            return None
        if all(part.dtype == bool for part in parts):
            forbidden: Array = reduce(or_, parts)
            return ~forbidden
        dtype = self.out_proj.weight.dtype
        return reduce(add, (np.where(p, -np.inf, 0).astype(dtype) if p.dtype == bool else p.astype(dtype)
                            for p in parts))

    def _checked(self, mask: Any, name: str, shapes: list[tuple[int, ...]]) -> Any:
        array = _as_mask(self, mask, name, "True forbids")
        if array.shape not in shapes:
            raise refusal(self, f"{name} {' or '.join(map(str, shapes))}", array)
        return array


def scaled_dot_product_attention(query: ArrayLike, key: ArrayLike, value: ArrayLike, attn_mask: ArrayLike | None = None,
                                 dropout_p: float = 0.0, is_causal: bool = False, scale: float | None = None, *,
                                 speaker: Speaker = "scaled_dot_product_attention") -> Tensor:
    """softmax(scale q k^T + mask) v, with scale 1 / sqrt(d) unless given.

    query (..., L, d), key (..., S, d), value (..., S, e). `attn_mask` broadcasts to (..., L, S): boolean, True where
    attending is allowed, or floating, added. Raises ValueError for shapes that do not fit, or a mask with `is_causal`.
    """
    probability(speaker, dropout_p=dropout_p)
    q = admitted(speaker, query, real=True)
    k, v = (admitted(speaker, x, q.dtype, real=True) for x in (key, value))
    if min(q.ndim, k.ndim, v.ndim) < 2 or q.shape[-1] != k.shape[-1] or k.shape[-2] != v.shape[-2]:
        raise refusal(speaker, "query (..., L, d), key (..., S, d) and value (..., S, e)", (q.shape, k.shape, v.shape))
    mask: Any = attn_mask
    if is_causal:
        if mask is not None:
            raise ValueError(f"{described(speaker)}: give attn_mask or is_causal, not both")
        mask = np.tril(np.ones((q.shape[-2], k.shape[-2]), bool))
    try:
        scores = (*np.broadcast_shapes(q.shape[:-2], k.shape[:-2], v.shape[:-2]), q.shape[-2], k.shape[-2])
    except ValueError:
        shapes = q.shape, k.shape, v.shape
        raise refusal(speaker, "query, key and value with leading axes that broadcast", shapes) from None
    if mask is not None:
        mask = _as_mask(speaker, mask, "attn_mask", "True allows")
        if not broadcasts(mask.shape, scores):
            raise refusal(speaker, f"an attn_mask that broadcasts to {scores}", mask)
    keep, keep_scale = keep_and_scale(scores, dropout_p)
    return kernels.scaled_dot_product_attention(q, k, v, mask, keep, scale=scale, keep_scale=keep_scale)


def _as_mask(speaker: Speaker, given: Any, name: str, meaning: str) -> Any:
    """A mask as an array or tensor. Raises TypeError for integers, whose 0 and 1 would be added to the scores."""
    mask = array_of(given)
    if mask.dtype != bool and mask.dtype.kind != "f":
        raise mistake(speaker, f"expected {name} to be boolean ({meaning}) or floating (added to the scores), got "
                               f"{mask.dtype}; write mask.astype(bool)", TypeError)
    return mask
