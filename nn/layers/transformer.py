"""The transformer: attention across positions, then a small network at each of them, layer upon layer."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from autograd import Tensor, gelu, relu
from nn import init
from nn.containers import ModuleList
from nn.layers.arguments import positive_integers
from nn.layers.attention import MultiheadAttention
from nn.layers.dropout import Dropout
from nn.layers.input import admitted
from nn.layers.layer import Layer
from nn.layers.linear import Linear
from nn.layers.normalization import LayerNorm
from nn.module import Module

_ACTIVATIONS: dict[str, Callable[[Any], Any]] = {"relu": relu, "gelu": gelu}


class _Layer(Layer):
    """What both layers share: a norm and a dropout around each sublayer, the last of which is a small network."""

    attentions: tuple[str, ...] = ("self_attn",)
    self_attn: MultiheadAttention
    multihead_attn: MultiheadAttention

    def __init__(self, d_model: int, nhead: int, dim_feedforward: int = 2048, dropout: float = 0.1,
                 activation: str | Callable[[Any], Any] = "relu", layer_norm_eps: float = 1e-5,
                 batch_first: bool = False, norm_first: bool = False, bias: bool = True, *,
                 dtype: DTypeLike | None = None) -> None:
        kind, parts = type(self).__name__, range(1, len(self.attentions) + 2)
        positive_integers(kind, d_model=d_model, nhead=nhead, dim_feedforward=dim_feedforward)
        if isinstance(activation, str) and activation not in _ACTIVATIONS:
            raise ValueError(f"{kind}: activation is 'relu', 'gelu' or a function, got {activation!r}")
        self.norm_first = norm_first
        for name in self.attentions:
            setattr(self, name, MultiheadAttention(d_model, nhead, dropout, bias, batch_first=batch_first, dtype=dtype))
        self.linear1 = Linear(d_model, dim_feedforward, bias, dtype=dtype)
        self.dropout = Dropout(dropout)
        self.linear2 = Linear(dim_feedforward, d_model, bias, dtype=dtype)
        for i in parts:
            setattr(self, f"norm{i}", LayerNorm(d_model, layer_norm_eps, bias=bias, dtype=dtype))
        for i in parts:
            setattr(self, f"dropout{i}", Dropout(dropout))
        self.activation = _ACTIVATIONS[activation] if isinstance(activation, str) else activation

    def _add(self, x: Tensor, i: int, part: Callable[[Tensor], Tensor]) -> Tensor:
        """x plus sublayer i of it, with the norm after the sum, or before the sublayer."""
        norm: Layer = getattr(self, f"norm{i}")
        drop: Layer = getattr(self, f"dropout{i}")
        return x + drop(part(norm(x))) if self.norm_first else norm(x + drop(part(x)))

    def _attend(self, mask: Any, padding: Any, is_causal: bool) -> Callable[[Any], Any]:
        """A function of x: self-attention with these masks."""
        masks = {"attn_mask": mask, "key_padding_mask": padding, "is_causal": is_causal}
        return lambda x: self.self_attn(x, x, x, need_weights=False, **masks)[0]

    def _feed(self, x: Tensor) -> Tensor:
        return self.linear2(self.dropout(self.activation(self.linear1(x))))

    def extra_repr(self) -> str:
        attention = self.self_attn
        flags = {"batch_first": attention.batch_first, "norm_first": self.norm_first}
        sizes = f"{attention.embed_dim}, {attention.num_heads}, {self.linear1.out_features}"
        return ", ".join([sizes, *[f"{name}=True" for name, set_ in flags.items() if set_]])


class TransformerEncoderLayer(_Layer):
    """x <- norm1(x + attention(x)), x <- norm2(x + linear2(activation(linear1(x)))); with `norm_first` norms go inside.

    Input and output (L, N, d_model), (N, L, d_model) if `batch_first`, or (L, d_model). `activation` is "relu", "gelu"
    or a function. In `src_mask` (L, L) and `src_key_padding_mask` (N, L) True forbids. Raises as MultiheadAttention.
    Source: Vaswani et al., arXiv:1706.03762; norm_first: Xiong et al., arXiv:2002.04745.
    """

    def forward(self, src: ArrayLike, src_mask: ArrayLike | None = None, src_key_padding_mask: ArrayLike | None = None,
                is_causal: bool = False) -> Tensor:
        x = admitted(self, src, self.linear1.weight.dtype)
        x = self._add(x, 1, self._attend(src_mask, src_key_padding_mask, is_causal))
        return self._add(x, 2, self._feed)


class TransformerDecoderLayer(_Layer):
    """As TransformerEncoderLayer, and between its two parts attention to `memory`, the output of an encoder.

    Input `tgt` (T, N, d_model) and `memory` (S, N, d_model), N first if `batch_first`. `tgt_mask` (T, T), `memory_mask`
    (T, S) and the padding masks (N, T) and (N, S) forbid where they are True; `tgt_is_causal` stands for the usual
    `tgt_mask`. Source: Vaswani et al., arXiv:1706.03762.
    """

    attentions = ("self_attn", "multihead_attn")

    def forward(self, tgt: ArrayLike, memory: ArrayLike, tgt_mask: ArrayLike | None = None,
                memory_mask: ArrayLike | None = None, tgt_key_padding_mask: ArrayLike | None = None,
                memory_key_padding_mask: ArrayLike | None = None, tgt_is_causal: bool = False,
                memory_is_causal: bool = False) -> Tensor:
        masks = {"attn_mask": memory_mask, "key_padding_mask": memory_key_padding_mask, "is_causal": memory_is_causal}
        x = admitted(self, tgt, self.linear1.weight.dtype)
        x = self._add(x, 1, self._attend(tgt_mask, tgt_key_padding_mask, tgt_is_causal))
        x = self._add(x, 2, lambda x: self.multihead_attn(x, memory, memory, need_weights=False, **masks)[0])
        return self._add(x, 3, self._feed)


class _Stack(Layer):
    """Copies of a layer one after the other, and a norm, or None, at the end."""

    extra_repr = Module.extra_repr
    norm: Module | None

    def __init__(self, layer: Module, num_layers: int, norm: Module | None) -> None:
        positive_integers(type(self).__name__, num_layers=num_layers)
        self.layers = ModuleList([deepcopy(layer) for _ in range(num_layers)])
        self.num_layers = num_layers
        self.norm = norm

    def _run(self, x: Any, *inputs: Any) -> Tensor:
        for layer in self.layers:
            x = layer(x, *inputs)
        return x if self.norm is None else self.norm(x)  # type: ignore[no-any-return]


class TransformerEncoder(_Stack):
    """`num_layers` copies of a TransformerEncoderLayer, which begin with the same weights, and a `norm` at the end.

    Input, output and masks are those of the layer. `enable_nested_tensor` and `mask_check` are accepted as in PyTorch,
    where they make inference faster; here they change nothing.
    """

    def __init__(self, encoder_layer: Module, num_layers: int, norm: Module | None = None,
                 enable_nested_tensor: bool = True, mask_check: bool = True) -> None:
        super().__init__(encoder_layer, num_layers, norm)

    def forward(self, src: ArrayLike, mask: ArrayLike | None = None, src_key_padding_mask: ArrayLike | None = None,
                is_causal: bool | None = None) -> Tensor:
        return self._run(src, mask, src_key_padding_mask, bool(is_causal))


class TransformerDecoder(_Stack):
    """`num_layers` copies of a TransformerDecoderLayer, which begin with the same weights, and a `norm` at the end.

    Inputs, output and masks are those of the layer.
    """

    def __init__(self, decoder_layer: Module, num_layers: int, norm: Module | None = None) -> None:
        super().__init__(decoder_layer, num_layers, norm)

    def forward(self, tgt: ArrayLike, memory: ArrayLike, tgt_mask: ArrayLike | None = None,
                memory_mask: ArrayLike | None = None, tgt_key_padding_mask: ArrayLike | None = None,
                memory_key_padding_mask: ArrayLike | None = None, tgt_is_causal: bool | None = None,
                memory_is_causal: bool = False) -> Tensor:
        return self._run(tgt, memory, tgt_mask, memory_mask, tgt_key_padding_mask, memory_key_padding_mask,
                         bool(tgt_is_causal), memory_is_causal)


class Transformer(Layer):
    """Encoder and decoder, each with a LayerNorm at its end: from one sequence to the next element of another.

    Input `src` (S, N, d_model) and `tgt` (T, N, d_model), N first if `batch_first`; output shaped like `tgt`. Masks are
    those of the layers, and `generate_square_subsequent_mask` makes the one for a `tgt` that must not look ahead.
    Matrices start as Xavier's. Source: Vaswani et al., arXiv:1706.03762.
    """

    extra_repr = Module.extra_repr

    def __init__(self, d_model: int = 512, nhead: int = 8, num_encoder_layers: int = 6, num_decoder_layers: int = 6,
                 dim_feedforward: int = 2048, dropout: float = 0.1,
                 activation: str | Callable[[Any], Any] = "relu", *, layer_norm_eps: float = 1e-5,
                 batch_first: bool = False, norm_first: bool = False, bias: bool = True,
                 dtype: DTypeLike | None = None) -> None:
        def layer(kind: type[_Layer]) -> _Layer:
            return kind(d_model, nhead, dim_feedforward, dropout, activation, layer_norm_eps, batch_first, norm_first,
                        bias, dtype=dtype)

        def norm() -> LayerNorm:
            return LayerNorm(d_model, layer_norm_eps, bias=bias, dtype=dtype)

        self.encoder = TransformerEncoder(layer(TransformerEncoderLayer), num_encoder_layers, norm())
        self.decoder = TransformerDecoder(layer(TransformerDecoderLayer), num_decoder_layers, norm())
        self.d_model, self.nhead, self.batch_first = d_model, nhead, batch_first
        for parameter in self.parameters():
            if parameter.ndim > 1:
                init.xavier_uniform_(parameter)

    def forward(self, src: ArrayLike, tgt: ArrayLike, src_mask: ArrayLike | None = None,
                tgt_mask: ArrayLike | None = None, memory_mask: ArrayLike | None = None,
                src_key_padding_mask: ArrayLike | None = None, tgt_key_padding_mask: ArrayLike | None = None,
                memory_key_padding_mask: ArrayLike | None = None, src_is_causal: bool | None = None,
                tgt_is_causal: bool | None = None, memory_is_causal: bool = False) -> Tensor:
        memory = self.encoder(src, src_mask, src_key_padding_mask, src_is_causal)
        return self.decoder(tgt, memory, tgt_mask, memory_mask, tgt_key_padding_mask,
                            memory_key_padding_mask, tgt_is_causal, memory_is_causal)

    @staticmethod
    def generate_square_subsequent_mask(sz: int, *, dtype: DTypeLike | None = None) -> Tensor:
        """(sz, sz) to be added to scores: -inf where a position would look ahead, else 0."""
        return Tensor(np.triu(np.full((sz, sz), -np.inf, np.float32 if dtype is None else dtype), 1))
