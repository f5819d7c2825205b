"""A tensor where a number or a plain array is wanted: what would lose its gradient there is refused, or warned of."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable
from opcode import opmap
from typing import TYPE_CHECKING, Any

from autograd import errors

if TYPE_CHECKING:
    from .tensor import Tensor


def refuse_as_array(x: Tensor) -> None:
    """Raise for a tensor that `np.asarray` would take the gradient from."""
    if x._node is not None or x._boxed:
        raise TypeError("np.asarray of a tensor that requires grad would lose its gradient; NumPy functions take "
                        "the tensor itself, np.stack or autograd.asarray a list of tensors; SciPy functions that are "
                        "no ufuncs have twins in autograd.scipy (optimize.minimize: autograd.minimize), or take "
                        "tensors with SCIPY_ARRAY_API=1; to write into an array, make it with autograd.zeros(shape); "
                        "write .numpy() for the values or .detach() for a tensor outside the graph")


def as_number(x: Tensor, convert: Callable[[Any], Any], depth: int) -> Any:
    """`float(x)`, `int(x)` or `complex(x)`, asked for by the caller so many frames above."""
    if x._node is not None or x._boxed:
        frame = sys._getframe(depth)
        if frame.f_code.co_code[frame.f_lasti] == opmap["STORE_SUBSCR"]:
            raise TypeError("assigning a tensor that requires grad into an ndarray would lose its gradient; make "
                            "the target with autograd.zeros(shape), or collect the parts and np.stack them")
        if x._value.ndim > x.ndim:
            raise TypeError(f"{convert.__name__}(t) inside vmap differs by example; use NumPy's functions")
        warnings.warn(f"{convert.__name__}(t) of a tensor that requires grad loses its gradient; use NumPy's "
                      f"functions (np.sin, not math.sin) to keep it, or .item() to say that you mean the number",
                      errors.GradientLostWarning, stacklevel=depth + 1)
    if x.ndim:
        raise TypeError(f"only a 0-d tensor converts to {convert.__name__}, got shape {x.shape}"
                        + "; write .item()" * (x.size == 1))
    return convert(x._value)
