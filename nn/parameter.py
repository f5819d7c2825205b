"""`Parameter`: a tensor that a module trains."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from autograd import Tensor
from autograd.arguments import refuses_foreign_options
from autograd.arrays import plain_array
from autograd.runtime.lines import at_line
from autograd.tensor.conversion import refuse_as_numbers
from autograd.tensor.memory import mutated, reclaim


class Parameter(Tensor):
    """A leaf tensor that a Module finds when it is assigned to an attribute, and that optimizers step.

    Holds a copy of `data`, so that training never writes into an array of yours; float32 (complex64 for complex data)
    unless `dtype` says otherwise. Without a `name` it takes its dotted path in the model: `layers.0.weight`.
    Raises TypeError for a dtype that has no gradient.
    """

    __slots__ = ()

    @refuses_foreign_options
    def __init__(self, data: ArrayLike | Tensor, *, requires_grad: bool = True, dtype: DTypeLike | None = None,
                 name: str | None = None) -> None:
        array = data._plain if isinstance(data, Tensor) else plain_array(data)
        if array.dtype.kind not in "biufc":
            refuse_as_numbers(data, array)
        if dtype is None:
            dtype = np.complex64 if array.dtype.kind == "c" else np.float32
        if np.dtype(dtype).kind not in "fc":
            raise TypeError("a parameter has a floating dtype, so that it can be trained; got "
                            f"dtype={np.dtype(dtype)}; register_buffer() holds what is not trained")
        super().__init__(at_line(array, dtype), requires_grad=requires_grad, name=name)
        self._shared = False


def overwrite(target: Tensor, values: Any) -> None:
    """Write `values` into the memory of a parameter or buffer, which optimizers may hold views of."""
    reclaim(target)
    if isinstance(target._value, np.ndarray) and target._value.flags.writeable:
        target._value[...] = values
    else:
        target._value = np.array(values, dtype=target.dtype)[()]
    mutated(target)
