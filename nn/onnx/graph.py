"""`Graph`: an ONNX graph while it is being written."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nn.state import free_name


def pads(around: Iterable[tuple[int, int]]) -> list[int]:
    """Padding (before, after) along each axis, as ONNX has it: all that is before, then all that is after."""
    befores, afters = zip(*around, strict=True)
    return [*befores, *afters]


class Graph:
    """Nodes and initializers with unique names; `add` appends a node and returns the name of its output."""

    def __init__(self) -> None:
        self.nodes: list[Any] = []
        self.initializers: dict[str, NDArray[Any]] = {}
        self.batch = "", 0  # the input whose first axis may vary at run time, and the length it has now
        self.scope = ""  # the path of the layer being written, for the names of its nodes
        self._used: set[str] = set()

    def name(self, wish: str) -> str:
        """`wish` as a unique name: with a number if it is taken."""
        name = free_name(wish, self._used, "{}_{}")
        self._used.add(name)
        return name

    def add(self, operator: str, inputs: Iterable[str], **attributes: Any) -> str:
        """Append a node of one output."""
        return self.add_many(operator, inputs, 1, **attributes)[0]

    def add_many(self, operator: str, inputs: Iterable[str], outputs: int, **attributes: Any) -> list[str]:
        """Append a node of several outputs. An input `""` is one that is left out."""
        from onnx import defs, helper

        kinds = defs.get_schema(operator).attributes
        attributes = {name: float(value) if kinds[name].type == defs.OpSchema.AttrType.FLOAT else value
                      for name, value in attributes.items()}  # an option of a layer may be a whole number
        wish = ".".join(filter(None, [self.scope, operator.lower()]))
        names = [self.name(wish) for _ in range(outputs)]
        self.nodes.append(helper.make_node(operator, list(inputs), names, name=names[0], **attributes))
        return names

    def constant(self, value: Any, wish: str = "constant") -> str:
        """The name of an initializer with this value: one already there, if it has the same name and numbers."""
        array = np.asarray(value)
        known = self.initializers.get(wish)
        if known is not None and known.dtype == array.dtype and np.array_equal(known, array):
            return wish
        name = self.name(wish)
        self.initializers[name] = array
        return name

    def integers(self, values: Sequence[int]) -> str:
        """The name of an int64 vector, as shapes and axes are given."""
        return self.constant(np.array(values, dtype=np.int64), "axes_" + "_".join(map(str, values)).replace("-", "m"))

    def reshape(self, name: str, shape: Sequence[int]) -> str:
        """Reshape; 0 keeps an axis as it is, whatever its length at run time."""
        return self.add("Reshape", [name, self.integers(shape)])

    def transpose(self, name: str, axes: Sequence[int]) -> str:
        """Permute the axes."""
        return self.add("Transpose", [name], perm=list(axes))

    def cast(self, name: str, dtype: Any) -> str:
        """The same numbers in another dtype."""
        from onnx import helper

        return self.add("Cast", [name], to=helper.np_dtype_to_tensor_dtype(np.dtype(dtype)))
