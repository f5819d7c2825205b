"""How each primitive is applied to a batch at once: the batch is axis 0, the options are those of one example.

A rule has the signature `(apply, size, operands, batched, options)`: operands that are batched have the extra first
axis, and so has the result. A primitive without a rule is applied example by example, and the results stacked.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import EllipsisType
from typing import Any

import numpy as np

from autograd import tree
from autograd.tensor import Tensor

Array = Any
BatchingRule = Callable[[Any, int, Sequence[Any], Sequence[bool], dict[str, Any]], Any]


def rank(x: Any, batched: bool) -> int:
    """The number of axes of one example."""
    return x.ndim - batched if isinstance(x, Tensor) else np.ndim(x)  # a batch is a tensor


def aligned(operands: Sequence[Any], batched: Sequence[bool]) -> list[Any]:
    """Batched operands with axes of length 1 after the batch, so that examples broadcast as they do alone."""
    widest = max(rank(x, b) for x, b in zip(operands, batched, strict=True))
    return [
        np.reshape(x, (x.shape[0], *[1] * (widest - rank(x, b)), *x.shape[1:])) if b and rank(x, b) < widest else x
        for x, b in zip(operands, batched, strict=True)
    ]


def spread_all(size: int, operands: Sequence[Any], batched: Sequence[bool]) -> list[Any]:
    """Every operand batched: those that are not are repeated by broadcasting."""
    return [
        x if b else np.broadcast_to(x, (size, *np.shape(x))) for x, b in zip(operands, batched, strict=True)
    ]


def broadcasting(
    apply: Any, size: int, operands: Sequence[Any], batched: Sequence[bool], options: dict[str, Any]
) -> Any:
    return apply(*aligned(operands, batched), **options)


def shifted(axis: Any, ndim: int) -> Any:
    """An axis, or several, of an example, as axes of the batch."""
    if axis is None:
        return tuple(range(1, ndim + 1))
    return axis % ndim + 1 if isinstance(axis, (int, np.integer)) else tuple(a % ndim + 1 for a in axis)


def along(*names: str) -> BatchingRule:
    """For functions of one operand whose options `names` are axes."""

    def rule(apply: Any, size: int, operands: Sequence[Any], batched: Sequence[bool], options: dict[str, Any]) -> Any:
        (x,), ndim = operands, rank(operands[0], True)
        return apply(x, **options | {name: shifted(options.get(name, DEFAULT_AXES.get(name)), ndim) for name in names})

    return rule


DEFAULT_AXES: dict[str, Any] = {"axis1": 0, "axis2": 1}


def reduction(apply: Any, size: int, operands: Sequence[Any], batched: Sequence[bool], options: dict[str, Any]) -> Any:
    (x,) = operands
    ndim = rank(x, True)
    if not ndim:  # of a number, which has no axis to keep
        return apply(x[:, None], **options | {"axis": 1} | ({"keepdims": False} if "keepdims" in options else {}))
    return apply(x, **options | {"axis": shifted(options.get("axis"), ndim)})


def running(apply: Any, size: int, operands: Sequence[Any], batched: Sequence[bool], options: dict[str, Any]) -> Any:
    (x,) = operands
    if options.get("axis") is None:
        x, options = np.reshape(x, (size, -1)), options | {"axis": 0}
    return apply(x, **options | {"axis": shifted(options["axis"], rank(x, True))})


def sorting(apply: Any, size: int, operands: Sequence[Any], batched: Sequence[bool], options: dict[str, Any]) -> Any:
    return running(apply, size, operands, batched, {"axis": -1} | options)


def reshape(apply: Any, size: int, operands: Sequence[Any], batched: Sequence[bool], options: dict[str, Any]) -> Any:
    (x,) = operands
    shape = options.get("shape", -1)
    shape = tuple(shape) if isinstance(shape, (tuple, list)) else (shape,)
    if options.get("order", "C") != "C":
        return None
    known = int(np.prod([n for n in shape if n != -1], dtype=int))
    each = int(np.prod(x.shape[1:], dtype=int))
    shape = tuple(each // max(known, 1) if n == -1 else n for n in shape)
    return np.reshape(x, (size, *shape))


def transpose(apply: Any, size: int, operands: Sequence[Any], batched: Sequence[bool], options: dict[str, Any]) -> Any:
    (x,), ndim = operands, rank(operands[0], True)
    axes = options.get("axes")
    axes = range(ndim)[::-1] if axes is None else np.atleast_1d(axes) % ndim
    return np.transpose(x, (0, *(a + 1 for a in axes)))


def expand_dims(
    apply: Any, size: int, operands: Sequence[Any], batched: Sequence[bool], options: dict[str, Any]
) -> Any:
    axis = options["axis"]
    axes = axis if isinstance(axis, (tuple, list)) else (axis,)
    ndim = rank(operands[0], True) + len(axes)
    return apply(operands[0], axis=tuple(a % ndim + 1 for a in axes))


def squeeze(apply: Any, size: int, operands: Sequence[Any], batched: Sequence[bool], options: dict[str, Any]) -> Any:
    (x,), ndim = operands, rank(operands[0], True)
    axis = options.get("axis")
    axes = tuple(i for i in range(ndim) if x.shape[i + 1] == 1) if axis is None else axis
    return apply(x, axis=shifted(axes, ndim))


def broadcast_to(
    apply: Any, size: int, operands: Sequence[Any], batched: Sequence[bool], options: dict[str, Any]
) -> Any:
    (x,), shape = operands, options["shape"]
    shape = tuple(shape) if isinstance(shape, (tuple, list)) else (shape,)
    x = np.reshape(x, (size, *[1] * (len(shape) - rank(x, True)), *x.shape[1:]))
    return apply(x, shape=(size, *shape))


def get_item(apply: Any, size: int, operands: Sequence[Any], batched: Sequence[bool], options: dict[str, Any]) -> Any:
    key = options["key"] if isinstance(options["key"], tuple) else (options["key"],)
    in_place = (np.ndarray, slice, EllipsisType)
    if any(isinstance(k, (np.ndarray, list)) for k in key) and not all(isinstance(k, in_place) for k in key):
        return None  # where the axes of an advanced index go depends on its neighbours
    if any(isinstance(k, (bool, np.bool_)) for k in key):
        return None
    arrays = [i for i, k in enumerate(key) if isinstance(k, np.ndarray)]
    if arrays and arrays != list(range(arrays[0], arrays[-1] + 1)):
        return None
    return apply(operands[0], key=(slice(None), *key))


def add_into_zeros(
    apply: Any, size: int, operands: Sequence[Any], batched: Sequence[bool], options: dict[str, Any]
) -> Any:
    key = options["key"] if isinstance(options["key"], tuple) else (options["key"],)
    if any(isinstance(k, (np.ndarray, list, bool, np.bool_)) for k in key):
        return None
    return apply(operands[0], key=(slice(None), *key), shape=(size, *options["shape"]))


def concatenate(
    apply: Any, size: int, operands: Sequence[Any], batched: Sequence[bool], options: dict[str, Any]
) -> Any:
    return apply(*spread_all(size, operands, batched), **options | {"axis": options["axis"] + 1})


def take_along_axis(
    apply: Any, size: int, operands: Sequence[Any], batched: Sequence[bool], options: dict[str, Any]
) -> Any:
    shape = {"shape": (size, *options["shape"])} if "shape" in options else {}
    return apply(*spread_all(size, operands, batched), **options | {"axis": options["axis"] + 1} | shape)


def matmul(apply: Any, size: int, operands: Sequence[Any], batched: Sequence[bool], options: dict[str, Any]) -> Any:
    (x, y), (bx, by) = operands, batched
    row, column = rank(x, bx) == 1, rank(y, by) == 1
    x = x[..., None, :] if row else x
    y = y[..., :, None] if column else y
    out = np.matmul(*aligned((x, y), batched))
    out = out[..., 0, :] if row else out
    return out[..., 0] if column else out


def einsum(apply: Any, size: int, operands: Sequence[Any], batched: Sequence[bool], options: dict[str, Any]) -> Any:
    inputs, output = options["subscripts"].split("->")
    letter = next(c for c in "zyxwvutsrqponmlkjihgfedcbaABCDEFGHIJKLMNOPQRSTUVWXYZ" if c not in options["subscripts"])
    terms = [letter + term if b else term for term, b in zip(inputs.split(","), batched, strict=True)]
    return apply(*operands, subscripts=",".join(terms) + "->" + letter + output)


def sums_of_windows(
    apply: Any, size: int, operands: Sequence[Any], batched: Sequence[bool], options: dict[str, Any]
) -> Any:
    return None if batched[1] else apply(operands[0], operands[1][None])


RULES: dict[str, BatchingRule] = {
    "where": broadcasting,
    "conjugate": broadcasting,
    "real": broadcasting,
    "imag": broadcasting,
    "absolute": broadcasting,
    "angle": broadcasting,
    "cast": broadcasting,
    "input": broadcasting,
    "copy": broadcasting,
    "sum": reduction,
    "mean": reduction,
    "max": reduction,
    "min": reduction,
    "prod": reduction,
    "var": reduction,
    "std": reduction,
    "logsumexp": reduction,
    "softmax": sorting,
    "log_softmax": sorting,
    "cumsum": running,
    "cumprod": running,
    "sort": sorting,
    "reshape": reshape,
    "ravel": reshape,
    "transpose": transpose,
    "swapaxes": along("axis1", "axis2"),
    "diagonal": along("axis1", "axis2"),
    "sliding_window_view": along("axis"),
    "moveaxis": along("source", "destination"),
    "flip": along("axis"),
    "expand_dims": expand_dims,
    "squeeze": squeeze,
    "broadcast_to": broadcast_to,
    "get_item": get_item,
    "add_into_zeros": add_into_zeros,
    "concatenate": concatenate,
    "take_along_axis": take_along_axis,
    "add_along_axis": take_along_axis,
    "matmul": matmul,
    "einsum": einsum,
    "sums_of_windows": sums_of_windows,
    "coefficients_of": along("axis"),
    # Functions of matrices take stacks of them, and transforms along an axis leave the others alone.
    **dict.fromkeys(
        (
            "inv",
            "solve",
            "pinv",
            "det",
            "cofactors",
            "slogdet",
            "cholesky",
            "eigh",
            "eigvalsh",
            "eig",
            "eigvals",
            "svd",
            "svdvals",
            "qr",
            "tril",
            "triu",
            "sinc",
            "i0",
            "exprel",
            "log1prel",
        ),
        broadcasting,
    ),
    **dict.fromkeys(("fft", "ifft", "rfft", "irfft"), sorting),
    "vector_norm": reduction,
}


def all_at_once(primitive: Any, size: int, operands: Sequence[Any], batched: Sequence[bool],
                options: dict[str, Any]) -> Any:
    """The primitive applied to each example, with the batch as axis 0; None where no rule says how."""
    rule = broadcasting if primitive.kind == "elementwise" else RULES.get(primitive.name)
    return None if rule is None else rule(primitive, size, operands, batched, options)


def one_by_one(apply: Any, size: int, operands: Sequence[Any], batched: Sequence[bool], options: dict[str, Any]) -> Any:
    """The fallback: a loop over the examples."""
    results = [
        apply(*[x[i] if b else x for x, b in zip(operands, batched, strict=True)], **options) for i in range(size)
    ]
    structure = tree.flatten(results[0])[1]
    columns = list(zip(*[tree.flatten(result)[0] for result in results], strict=True))
    if any(len(set(map(np.shape, column))) > 1 for column in columns):
        raise TypeError("inside vmap the shape of this result would differ from example to example; choose with "
                        "np.where, or loop over the examples instead")
    return structure.unflatten([np.stack(column) for column in columns])
