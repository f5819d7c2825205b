"""The encoder block of the transformer: attention across positions, then a small network at each of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from autograd import Tensor, gelu, relu
from nn.layers.arguments import arguments, positive
from nn.layers.attention import MultiheadAttention
from nn.layers.dropout import Dropout
from nn.layers.input import admitted
from nn.layers.linear import Linear
from nn.layers.normalization import LayerNorm
from nn.module import Module

if TYPE_CHECKING:
    from numpy.typing import DTypeLike

_ACTIVATIONS: dict[str, Callable[[Any], Any]] = {"relu": relu, "gelu": gelu}


class TransformerEncoderLayer(Module):
    """x <- norm1(x + attention(x)), x <- norm2(x + linear2(activation(linear1(x)))); with `norm_first` norms go inside.

    Input (L, N, d_model), (N, L, d_model) if `batch_first`, or (L, d_model), and so the output. `activation` is "relu",
    "gelu" or a function. In `src_mask` (L, L) and `src_key_padding_mask` (N, L) True forbids.
    Source: Vaswani et al., arXiv:1706.03762; norm_first: Xiong et al., arXiv:2002.04745.
    """

    def __init__(self, d_model: int, nhead: int, dim_feedforward: int = 2048, dropout: float = 0.1,
                 activation: str | Callable[[Any], Any] = "relu", layer_norm_eps: float = 1e-5,
                 batch_first: bool = False, norm_first: bool = False, bias: bool = True, *,
                 dtype: DTypeLike | None = None) -> None:
        positive("TransformerEncoderLayer", d_model=d_model, nhead=nhead, dim_feedforward=dim_feedforward)
        if isinstance(activation, str) and activation not in _ACTIVATIONS:
            raise ValueError(f"TransformerEncoderLayer: activation is 'relu', 'gelu' or a function, got {activation!r}")
        self.norm_first = norm_first
        self.self_attn = MultiheadAttention(d_model, nhead, dropout, bias, batch_first=batch_first, dtype=dtype)
        self.linear1 = Linear(d_model, dim_feedforward, bias, dtype=dtype)
        self.dropout = Dropout(dropout)
        self.linear2 = Linear(dim_feedforward, d_model, bias, dtype=dtype)
        self.norm1 = LayerNorm(d_model, layer_norm_eps, bias=bias, dtype=dtype)
        self.norm2 = LayerNorm(d_model, layer_norm_eps, bias=bias, dtype=dtype)
        self.dropout1 = Dropout(dropout)
        self.dropout2 = Dropout(dropout)
        self.activation = _ACTIVATIONS[activation] if isinstance(activation, str) else activation

    def forward(self, src: Any, src_mask: Any = None, src_key_padding_mask: Any = None,
                is_causal: bool = False) -> Tensor:
        masks = {"attn_mask": src_mask, "key_padding_mask": src_key_padding_mask, "is_causal": is_causal}
        src = admitted(self, src, self.linear1.weight.dtype)
        if self.norm_first:
            x = src + self._attend(self.norm1(src), masks)
            return x + self._feed(self.norm2(x))  # type: ignore[no-any-return]
        x = self.norm1(src + self._attend(src, masks))
        return self.norm2(x + self._feed(x))  # type: ignore[no-any-return]

    def _attend(self, x: Any, masks: dict[str, Any]) -> Any:
        return self.dropout1(self.self_attn(x, x, x, need_weights=False, **masks)[0])

    def _feed(self, x: Any) -> Any:
        return self.dropout2(self.linear2(self.dropout(self.activation(self.linear1(x)))))

    def extra_repr(self) -> str:
        attention = self.self_attn
        return arguments(attention.embed_dim, attention.num_heads, self.linear1.out_features,
                         batch_first=(attention.batch_first, False), norm_first=(self.norm_first, False))
