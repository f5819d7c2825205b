"""NumPy as adopted code sees it: functions that would make arrays of tensors keep the tensors.

Arrays of floats that a function makes (`np.zeros`) are tensors from the start, since results may be written into them;
what is made while a module is imported, its constants, are arrays.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextvars import ContextVar
from functools import wraps
from typing import Any

import numpy as np

from autograd import array_api
from autograd.tensor import Tensor
from autograd.tensor.mutation import is_number
from autograd.tensor.nested import holds_tensors, joined, shared_values
from autograd.tensor.tensor import owning

from .jit import elementwise
from .numbers import NUMBERS, stand_in

Function = Callable[..., Any]
importing: ContextVar[bool] = ContextVar("importing", default=False)  # whether the code of a module runs

TAKE_LISTS = {
    "block", "broadcast_arrays", "choose", "column_stack", "concat", "concatenate", "dstack", "einsum", "einsum_path",
    "hstack", "ix_", "lexsort", "meshgrid", "multi_dot", "piecewise", "select", "stack", "unstack", "vstack",
}
"""Functions of NumPy that take sequences of arrays."""


def takes_no_lists(name: str, found: Any) -> bool:
    return callable(found) and not isinstance(found, (type, np.ufunc)) and name not in TAKE_LISTS


def joining(function: Function) -> Function:
    """A function of NumPy, for which a list of tensors is a tensor, as a list of numbers is an array."""

    @wraps(function)
    def call(*args: Any, **options: Any) -> Any:
        return function(*map(joined, args), **{name: joined(option) for name, option in options.items()})

    return call


def _converting(function: Function, copies: bool = False, ndmin: int = 0) -> Function:
    """`asarray` and its like: a tensor stays one, and a list of tensors becomes one; so does what `array` copies."""

    @wraps(function)
    def convert(*args: Any, **options: Any) -> Any:
        if not (args and holds_tensors(args[0])):
            made = function(*args, **options)
            return _writable(made) if copies and options.get("copy", True) is True else made
        dtype = args[1] if len(args) > 1 else options.get("dtype")
        copy = options.get("copy", copies) is True or None
        found = array_api.asarray(args[0], None if dtype is None else np.dtype(dtype), copy=copy)
        if function is np.asarray_chkfinite:
            function(shared_values(found))
        missing = options.get("ndmin", ndmin) - found.ndim
        return found.reshape((1,) * missing + found.shape) if missing > 0 else found

    return convert


def _making(function: Function) -> Function:
    """`zeros` and its like."""

    @wraps(function)
    def make(*args: Any, **options: Any) -> Any:
        return _writable(function(*args, **options))

    return make


@wraps(np.full)
def _full(shape: Any, fill_value: Any, dtype: Any = None, **options: Any) -> Any:
    if holds_tensors(fill_value):
        return array_api.full(shape, joined(fill_value), None if dtype is None else np.dtype(dtype))
    return _writable(np.full(shape, fill_value, dtype, **options))


def _writable(made: Any) -> Any:
    writable = type(made) is np.ndarray and made.dtype.kind in "fc" and not importing.get()
    return owning(made) if writable else made


class _AlongAnAxis:
    """`np.r_` or `np.c_`, which also join tensors."""

    def __init__(self, plain: Any, join: Function) -> None:
        self._plain, self._join = plain, join

    def __getitem__(self, key: Any) -> Any:
        parts = key if isinstance(key, tuple) else (key,)
        if not holds_tensors(parts):
            return self._plain[key]
        return self._join([np.r_[part] if isinstance(part, slice) else np.atleast_1d(joined(part)) for part in parts])


class _Vectorize(np.vectorize):
    """`np.vectorize`, whose functions of numbers are called for each element of tensors, too."""

    def __call__(self, *args: Any, **options: Any) -> Any:
        if options or not holds_tensors(args) or self.signature is not None or self.excluded:
            return super().__call__(*args, **options)
        return elementwise(self.pyfunc)(*args)


@wraps(np.fromiter)
def _fromiter(iter: Iterable[Any], dtype: Any, count: int = -1, **options: Any) -> Any:
    items = [item for item, _ in zip(iter, range(count), strict=False)] if count >= 0 else [*iter]
    return np.stack(items).astype(dtype) if holds_tensors(items) else np.fromiter(items, dtype, count, **options)


def _ndenumerate(arr: Any) -> Iterator[Any]:
    return ((place, arr[place]) for place in np.ndindex(arr.shape)) if holds_tensors(arr) else np.ndenumerate(arr)


NUMPY: dict[str, Any] = {
    "array": _converting(np.array, copies=True),
    **{name: _converting(getattr(np, name)) for name in
       ("asanyarray", "asarray", "asarray_chkfinite", "asfortranarray", "require")},
    "ascontiguousarray": _converting(np.ascontiguousarray, ndmin=1),
    **{name: _making(getattr(np, name)) for name in
       ("empty", "eye", "identity", "ones", "zeros", "empty_like", "full_like", "ones_like", "zeros_like")},
    **{name: NUMBERS[kind] for name, kind in vars(np).items() if isinstance(kind, type) and kind in NUMBERS},
    "full": _full,
    "sctypeDict": {name: NUMBERS.get(kind, kind) for name, kind in np.sctypeDict.items()},
    "isscalar": lambda x: is_number(x) if isinstance(x, Tensor) else np.isscalar(x),
    "r_": _AlongAnAxis(np.r_, np.concatenate), "c_": _AlongAnAxis(np.c_, np.column_stack),
    "vectorize": _Vectorize, "fromiter": _fromiter, "ndenumerate": _ndenumerate,
    "ndarray": stand_in(np.ndarray, (np.ndarray, Tensor), np.ndarray),
}
