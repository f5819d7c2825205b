"""A tensor where a number or a plain array is wanted: what would lose its gradient there is refused, or warned of."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable
from opcode import opmap
from types import FrameType
from typing import TYPE_CHECKING, Any

from autograd import errors

if TYPE_CHECKING:
    from .tensor import Tensor


ASSIGNMENT = "make the target with autograd.zeros(shape), or collect the parts and np.stack them"
ARRAYS = ("NumPy functions take the tensor itself (for np.vectorize write vmap), np.stack or autograd.asarray a list "
          "of tensors")
NUMBERS = "NumPy's functions keep it (np.sin, not math.sin)"
TWINS = ("SciPy functions that are no ufuncs have twins in autograd.scipy (optimize.minimize: autograd.minimize), or "
         "take tensors with SCIPY_ARRAY_API=1")


def refuse_as_array(x: Tensor) -> None:
    """Raise for a tensor that `np.asarray` would take the gradient from."""
    if x._node is not None or x._boxed:
        frame = sys._getframe(2)  # above `__array__`
        instead = ASSIGNMENT if _assigns(frame) else _instead(frame, ARRAYS)
        raise TypeError(f"np.asarray of a tensor that requires grad would lose its gradient; {instead}; "
                        "write .numpy() for the values or .detach() for a tensor outside the graph")


def as_number(x: Tensor, convert: Callable[[Any], Any], depth: int) -> Any:
    """`float(x)`, `int(x)` or `complex(x)`, asked for by the caller so many frames above."""
    if x._node is not None or x._boxed:
        frame = sys._getframe(depth)
        if _assigns(frame):
            raise TypeError("assigning a tensor that requires grad into an ndarray would lose its gradient; "
                            + ASSIGNMENT)
        if x._value.ndim > x.ndim:
            raise TypeError(f"{convert.__name__}(t) inside vmap differs by example; use NumPy's functions")
        warnings.warn(f"{convert.__name__}(t) of a tensor that requires grad loses its gradient; "
                      f"{_instead(frame, NUMBERS)}; write .item() to say that you mean the number",
                      errors.GradientLostWarning, stacklevel=depth + 1)
    if x.ndim:
        raise TypeError(f"only a 0-d tensor converts to {convert.__name__}, got shape {x.shape}"
                        + "; write .item()" * (x.size == 1))
    return convert(x._value)


def _assigns(frame: FrameType) -> bool:
    """Whether `x[i] = t` is what a frame is about."""
    return frame.f_code.co_code[frame.f_lasti] == opmap["STORE_SUBSCR"]


def _instead(frame: FrameType | None, otherwise: str) -> str:
    """What to write where SciPy asks, perhaps through NumPy; or else `otherwise`."""
    while frame and (package := frame.f_globals.get("__name__", "").partition(".")[0]) in ("numpy", "scipy"):
        if package == "scipy":
            return TWINS
        frame = frame.f_back
    return otherwise
