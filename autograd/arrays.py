"""Arrays, numbers and axes as given, converted to what we compute with; refused if that would change their meaning."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import DTypeLike

_T = TypeVar("_T")

FLOAT64 = np.dtype(np.float64)
OBJECT = np.dtype(object)

Array = np.ndarray[Any, Any]
"""A NumPy array of any shape and dtype; what rules compute with is in `duck_arrays.py`."""

Axes = int | tuple[int, ...] | None
"""The axes that a function works along; None means all."""


def plain_array(given: Any, dtype: DTypeLike | None = None) -> Array:
    """`np.asarray` of an array, a number or nested lists. Raises as `elements`."""
    try:
        return np.asarray(elements(given), dtype=dtype)
    except ValueError as error:
        if "inhomogeneous" not in str(error):
            raise
        raise ValueError(f"an array has rows of one length, got a {type(given).__name__} of parts that differ in "
                         "theirs; keep them apart, or pad them: nn.functional.pad_sequence") from error


def elements(given: Any) -> Any:
    """The argument, unchanged.

    Raises `TypeError` for arrays that mean more than their elements: masked arrays, matrices, arrays with units, sparse
    arrays. A subclass that only stores its elements elsewhere, such as `np.memmap`, is accepted.
    """
    kind = type(given)
    if not isinstance(given, np.ndarray):
        if hasattr(given, "toarray"):
            raise TypeError(f"{kind.__name__} is not an array of numbers: give x.toarray(), or for a product "
                            "autograd.scipy.sparse.matmul(A, x), for a multiple sparse.coo_array("
                            "(t * A.data, A.coords), A.shape)")
    elif kind is not np.ndarray:
        if isinstance(given, np.ma.MaskedArray):
            raise TypeError("the mask of a masked array would be lost, and masked elements counted: give m.filled(0), "
                            "or choose elements with np.where(m.mask, 0, x)")
        if isinstance(given, np.matrix):
            raise TypeError("* is a product of matrices for np.matrix, and elementwise for a tensor: give "
                            "np.asarray(m)")
        if kind.__array_ufunc__ is not np.ndarray.__array_ufunc__:
            raise TypeError(f"{kind.__name__} has an arithmetic of its own, which would be lost: give its plain "
                            "numbers, np.asarray(x)")
    return given


def refuse_objects(value: Any) -> None:
    """Raise for an array of strings or Python objects, or for an element that NumPy took out of one.

    NumPy would turn the tensors in the same call into objects or strings, without a gradient.
    """
    if (kind := getattr(value, "dtype", OBJECT).kind) in "OUS":
        first = next(iter(value.flat), None) if isinstance(value, np.ndarray) else value
        raise TypeError(f"an array of {'objects' if kind == 'O' else 'strings'}, such as {first!r:.40}, has no "
                        "derivative: beside tensors give arrays of numbers, x.astype(float), and no dtype=object")


def is_floating(x: Any) -> bool:
    """Whether a number, an array or a tensor is of real or complex floats, in which one can differentiate."""
    kind = getattr(getattr(x, "dtype", None), "kind", "")
    return kind in ("f", "c") if kind else isinstance(x, (float, complex))


def is_integer(x: Any) -> bool:
    """Whether a value is one integer, Python's or NumPy's; a bool is not."""
    return isinstance(x, (int, np.integer)) and not isinstance(x, bool)


def integer(name: str, given: Any, least: int = 1) -> int:
    """An integer of at least `least`. Raises TypeError for another type, ValueError for less, naming the argument."""
    if not is_integer(given) or given < least:
        kind = ValueError if is_integer(given) else TypeError
        raise kind(f"{name} must be an integer of at least {least}, got {given!r}")
    return int(given)


def flag(name: str, given: Any, advice: str = "") -> bool:
    """The value of an option that is True or False, Python's or NumPy's. Raises TypeError for anything else."""
    if not isinstance(given, (bool, np.bool_)):
        raise TypeError(f"{name} must be True or False, got {given!r:.60}{advice}")
    return bool(given)


def tolerance(name: str, given: Any) -> float:
    """A tolerance, a number of at least 0. Raises ValueError for any other, and for nan, which nothing exceeds."""
    if not isinstance(given, (int, float, np.number)) or not given >= 0:
        raise ValueError(f"{name} must be a number of at least 0, got {given!r}")
    return float(given)


def one_of(name: str, given: Any, known: Collection[Any]) -> None:
    """Raise ValueError for an option that is not among those known; `name` is in the message."""
    if given not in [*known]:  # a list, since `given` may have no hash
        raise ValueError(f"{name} must be one of {', '.join(map(repr, known))}, got {given!r}")


def check_device(device: str | None) -> None:
    """Raise unless `device` is "cpu", which is the only one there is, or None."""
    if device not in (None, "cpu"):
        raise ValueError(f"the only device is 'cpu', got {device!r}")


def floating(x: Any) -> Any:
    """An array or tensor of floats: itself, or integers and booleans as float64."""
    return x if x.dtype.kind in "fc" else x.astype(float)


def in_dtype(x: Any, dtype: DTypeLike | None) -> Any:
    """An array or tensor in a dtype; if that is None, in its own."""
    return x if dtype is None else x.astype(dtype)


def in_a_tuple(given: Any) -> tuple[Any, ...]:
    """Axes, lengths or the like as a tuple; a single one may be given without a tuple around it."""
    return tuple(given) if isinstance(given, (tuple, list)) else (given,)


def consecutive(sizes: Iterable[int]) -> list[slice]:
    """The slices at which parts of these sizes lie in one vector, one after the other."""
    return [slice(start, stop) for start, stop in pairwise(accumulate(sizes, initial=0))]


def weak(option: _T) -> _T:
    """A NumPy number as Python's, which leaves the dtype of an array alone: `np.float64(0.1) * x` would widen it."""
    return option.item() if isinstance(option, np.generic) else option
