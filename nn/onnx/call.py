"""`Call`: one call of a layer, as export sees it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from inspect import signature
from typing import Any, Self

import numpy as np

from autograd import Tensor
from autograd.tensor.box import another
from autograd.tensor.nested import tensors_in
from nn.onnx.graph import Graph


@dataclass
class Call:
    """One call of a layer: its path, its arguments by name, and the Tensors that went in and came out."""

    path: str
    module: Any
    arguments: Mapping[str, Any]
    inputs: Sequence[Tensor]
    outputs: Sequence[Tensor]

    @classmethod
    def of(cls, path: str, module: Any, inputs: Sequence[Any], output: Any) -> Self:
        """The call as it is now: what is written in place later, `out += x`, changes none of its Tensors."""
        given = (Tensor(x) if isinstance(x, np.ndarray) else x for x in inputs)
        arguments = dict(zip(signature(module.forward).parameters, given, strict=False))
        ins, outs = ([_as_it_is(x) for x in tensors_in(value)] for value in ([*arguments.values()], output))
        return cls(path, module, arguments, ins, outs)

    def named(self, inputs: Sequence[str]) -> dict[str, str]:
        """The names in the graph of those inputs that are arguments by themselves."""
        return dict(zip([name for name, x in self.arguments.items() if isinstance(x, Tensor)], inputs, strict=True))

    def error(self, reason: str) -> ValueError:
        """The error that this call cannot be exported."""
        return ValueError(f"export_onnx cannot express {self.path} = {type(self.module).__name__}: {reason}")

    def require_batch(self, axes: int) -> None:
        """Raise unless the first input has this number of axes, including the batch axis."""
        if self.inputs[0].ndim != axes:
            what = "sequence" if axes == 3 else "example"
            raise self.error(f"it was called on one {what} of shape {self.inputs[0].shape}; give it a batch")

    def weight(self, graph: Graph, name: str) -> str:
        """The name of the initializer for a parameter or buffer; "" if the layer has none."""
        value = getattr(self.module, name)
        return "" if value is None else graph.constant(value.data, f"{self.path}.{name}")

    def weights(self, graph: Graph) -> list[str]:
        """The names of `weight` and `bias`, without those that the layer lacks."""
        return [name for name in (self.weight(graph, "weight"), self.weight(graph, "bias")) if name]

    def affine(self, graph: Graph, size: int) -> list[str]:
        """The names of `weight` and `bias`, with vectors of 1 and 0 in place of those that the layer lacks."""
        return [self.weight(graph, name) or self.number(graph, name, np.full(size, default))
                for name, default in (("weight", 1), ("bias", 0))]

    def number(self, graph: Graph, name: str, value: Any = None) -> str:
        """The name of a constant in the dtype of the first input: an attribute of the layer, unless given."""
        found = getattr(self.module, name) if value is None else value
        return graph.constant(np.array(found, self.inputs[0].dtype), f"{self.path}.{name}")


ConvertLayer = Callable[[Graph, Call, Sequence[str]], list[str]]
"""What writes a layer: from the graph, its call and the names of its inputs to the names of its outputs."""


def _as_it_is(x: Tensor) -> Tensor:
    """A recorded tensor as another object, which later in-place operations do not change; other tensors themselves."""
    return x if x._node is None else another(x)
