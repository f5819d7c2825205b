"""The `args` of a function that SciPy integrates: its floating numbers are operands, wherever they are nested."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograd import tree
from autograd.arguments import arrays_of, replaced
from autograd.duck_arrays import Array
from autograd.tensor import Tensor


def taken_apart(args: Any) -> tuple[list[Array], Callable[[Sequence[Array]], Any]]:
    """The floating numbers in `args`, and a function that puts them back; everything else stays as it is.

    The function refers to none of the numbers: SciPy's solvers are reference cycles, which keep it alive until they are
    collected.
    """
    leaves, structure = tree.flatten(tuple(args))
    kinds = float, complex, np.ndarray, np.generic, Tensor
    places = [i for i, x in enumerate(leaves) if isinstance(x, kinds)]
    others = [None if isinstance(x, kinds) else x for x in leaves]

    def filled(values: Sequence[Array]) -> Any:
        return structure.unflatten(replaced(others, places, values))

    return arrays_of([leaves[i] for i in places]), filled
