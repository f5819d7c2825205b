"""`np.add(x, y, out=t)`, of ufuncs: a target that is a tensor is written to, as by `t[...] = np.add(x, y)`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from typing import Any

import numpy as np

from autograd.arguments import in_dtype_of, refuse_ndarray, refuse_shape
from autograd.tensor import Tensor
from autograd.tensor.box import tracked
from autograd.tensor.nested import tensors_in, values_of


def apply_into(targets: Sequence[Any], apply: Callable[..., Any], ufunc: np.ufunc, method: str, inputs: Sequence[Any],
               options: Mapping[str, Any]) -> Any:
    """The result of `apply`, written to the target where `where=` allows; NumPy's own call if nothing can be lost."""
    tensors = any(isinstance(target, Tensor) for target in targets)
    if not tensors and not any(map(tracked, tensors_in((inputs, options)))):
        return getattr(ufunc, method)(*values_of(inputs), out=targets, **values_of(options))
    for target in targets:
        if target is not None:
            refuse_ndarray(f"{ufunc.__name__} in place", target)
    options = dict(options)
    where = options.pop("where", True) if method == "__call__" else True  # else what is reduced
    if method in ("reduce", "accumulate", "reduceat"):
        options = in_dtype_of(targets[0], ("dtype",), options)
    with nullcontext() if where is True else np.errstate(all="ignore"):  # elements that are not read
        found = apply(ufunc, method, inputs, options)
    results = found if ufunc.nout > 1 else (found,)
    for target, result in zip(targets, results, strict=True):
        if target is not None and not (method == "__call__" and _can_be_broadcast(np.shape(result), np.shape(target))):
            refuse_shape(np.shape(target), np.shape(result))
    written = tuple(_written(target, result, where, options.get("casting", "same_kind"))
                    for target, result in zip(targets, results, strict=True))
    return written if ufunc.nout > 1 else written[0]


def _can_be_broadcast(shape: tuple[int, ...], to: tuple[int, ...]) -> bool:
    return np.broadcast_shapes(shape, to) == to


def _written(target: Any, result: Any, where: Any, casting: Any) -> Any:
    if target is None:
        return result
    np.copyto(target, result, casting=casting, where=where)
    return target
