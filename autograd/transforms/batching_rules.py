"""How each primitive is applied to a batch at once: the batch is axis 0, the options are those of one example.

A rule is a function of the `Call`; its result has the batch as axis 0 too, or is None if it cannot handle the call.
A primitive without a rule is applied example by example, and the results stacked.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import prod
from types import EllipsisType
from typing import Any, NamedTuple

import numpy as np
from numpy.lib.array_utils import normalize_axis_tuple

from autograd import tree
from autograd.arrays import in_a_tuple
from autograd.registry import known_name
from autograd.tensor import Tensor
from autograd.tensor.index import parts_of, places


class Call(NamedTuple):
    """A primitive on operands of which some are batched: those have the examples along an extra first axis."""

    apply: Any
    size: int
    operands: Sequence[Any]
    batched: Sequence[bool]
    options: dict[str, Any]

    @property
    def x(self) -> Any:
        """The first operand."""
        return self.operands[0]

    @property
    def ndim(self) -> int:
        """The number of axes of one example of an operand."""
        return rank(self.operands[0], self.batched[0])

    def of(self, *operands: Any, **changed: Any) -> Any:
        """The primitive applied to other operands, with some options changed."""
        return self.apply(*operands, **self.options | changed)


BatchingRule = Callable[[Call], Any]


def rank(x: Any, batched: bool) -> int:
    """The number of axes of one example."""
    return (x.ndim if isinstance(x, Tensor) else np.ndim(x)) - batched


def aligned(operands: Sequence[Any], batched: Sequence[bool]) -> list[Any]:
    """Batched operands with axes of length 1 after the batch, so that examples broadcast as they would alone."""
    widest = max(rank(x, b) for x, b in zip(operands, batched, strict=True))
    return [np.reshape(x, (x.shape[0], *[1] * (widest - rank(x, b)), *x.shape[1:])) if b and rank(x, b) < widest else x
            for x, b in zip(operands, batched, strict=True)]


def spread_all(call: Call) -> list[Any]:
    """Every operand batched: the others are repeated by broadcasting."""
    return [x if b else np.broadcast_to(x, (call.size, *np.shape(x)))
            for x, b in zip(call.operands, call.batched, strict=True)]


def broadcasting(call: Call) -> Any:
    return call.of(*aligned(call.operands, call.batched))


def shifted(axis: Any, ndim: int, repeated: bool = False) -> Any:
    """One or several axes of an example, as axes of the batch. Raises what NumPy raises for an axis out of bounds."""
    if axis is None:
        return tuple(range(1, ndim + 1))
    axes = tuple(a + 1 for a in normalize_axis_tuple(axis, ndim, allow_duplicate=repeated))
    return axes if np.iterable(axis) else axes[0]


def shifting_axes(*names: str) -> BatchingRule:
    """For functions of one operand whose options `names` are axes; each says whether one may be there twice."""

    def rule(call: Call) -> Any:
        axes = {name: call.options.get(name, DEFAULT_AXES.get(name)) for name in names}
        return call.of(call.x, **{name: shifted(axis, call.ndim, repeated=True) for name, axis in axes.items()})

    return rule


DEFAULT_AXES: dict[str, Any] = {"axis1": 0, "axis2": 1}


def reduction(call: Call) -> Any:
    if not call.ndim:  # a number has no axis to keep
        shifted(call.options.get("axis"), 1)
        return call.of(call.x[:, None], axis=1, **({"keepdims": False} if "keepdims" in call.options else {}))
    return call.of(call.x, axis=shifted(call.options.get("axis"), call.ndim))


def running(call: Call) -> Any:
    x, axis = call.x, call.options.get("axis")
    if axis is None:
        x, axis = np.reshape(x, (call.size, -1)), 0
    elif not call.ndim:
        x = x[:, None]
    return call.of(x, axis=shifted(axis, rank(x, True)))


def sorting(call: Call) -> Any:
    options = {"axis": -1} | call.options
    shifted(options["axis"], call.ndim)  # a number has no axis
    return running(call._replace(options=options))


def normalizing(call: Call) -> Any:
    axis = call.options["axis"]
    along = shifted(axis, call.ndim or 1)
    if axis is None or not call.ndim:
        return np.reshape(call.of(np.reshape(call.x, (call.size, -1)), axis=1), call.x.shape)
    return call.of(call.x, axis=along)


def reshape(call: Call) -> Any:
    if call.options.get("order", "C") != "C":
        return None
    example = np.empty(call.x.shape[1:], bool).reshape(call.options.get("shape", -1))
    return np.reshape(call.x, (call.size, *example.shape))


def transpose(call: Call) -> Any:
    axes = call.options.get("axes")
    axes = range(call.ndim)[::-1] if axes is None else np.atleast_1d(axes)
    return np.transpose(call.x, (0, *shifted(axes, call.ndim)))


def expand_dims(call: Call) -> Any:
    axes = in_a_tuple(call.options["axis"])
    return call.of(call.x, axis=shifted(axes, call.ndim + len(axes)))


def squeeze(call: Call) -> Any:
    axis = call.options.get("axis")
    axes = tuple(i for i in range(call.ndim) if call.x.shape[i + 1] == 1) if axis is None else axis
    return call.of(call.x, axis=shifted(axes, call.ndim)) if call.ndim else call.x


def broadcast_to(call: Call) -> Any:
    shape = in_a_tuple(call.options["shape"])
    x = np.reshape(call.x, (call.size, *[1] * (len(shape) - call.ndim), *call.x.shape[1:]))
    return call.of(x, shape=(call.size, *shape))


def of_each(key: Any) -> tuple[Any, ...] | None:
    """An index into an example as one into the batch; None where its axes would go elsewhere."""
    keys = parts_of(key)
    in_place = (np.ndarray, slice, EllipsisType)
    if any(isinstance(k, (np.ndarray, list)) for k in keys) and not all(isinstance(k, in_place) for k in keys):
        return None  # where the axes of an advanced index go depends on its neighbours
    arrays = [i for i, k in enumerate(keys) if isinstance(k, np.ndarray)]
    if any(isinstance(k, (bool, np.bool_)) for k in keys) or (arrays and arrays[-1] - arrays[0] >= len(arrays)):
        return None
    return (slice(None), *keys)


def get_item(call: Call) -> Any:
    key = of_each(call.options["key"])
    return None if key is None else call.of(call.x, key=key)


def add_into_zeros(call: Call) -> Any:
    key = parts_of(call.options["key"])
    if any(isinstance(k, (np.ndarray, list, bool, np.bool_)) for k in key):
        return None
    return call.of(call.x, key=(slice(None), *key), shape=(call.size, *call.options["shape"]))


class OfEach:
    """A primitive that takes a view of an example, in the form of one that takes it of each example of a batch."""

    def __init__(self, primitive: Any) -> None:
        nested = isinstance(primitive, OfEach)  # of each example of a batch of batches
        self.primitive: Any = primitive.primitive if nested else primitive
        self.axes: int = primitive.axes + 1 if nested else 1
        self.name = primitive.name

    def evaluate(self, examples: Any, **options: Any) -> Any:
        batch, shape = examples.shape[: self.axes], examples.shape[self.axes :]
        size = prod(batch)
        call = Call(self.primitive.evaluate, size, (examples.reshape(size, *shape),), (True,), options)
        found = rule_of(self.primitive)(call)
        found = one_by_one(call) if found is None else found
        return found.reshape(*batch, *found.shape[1:])


def set_item(call: Call) -> Any:
    (x, value), (bx, bv), key = call.operands, call.batched, call.options["key"]
    x = x if bx else np.stack([x] * call.size)
    seen = np.broadcast_to(np.False_, x.shape[1:])  # what is written to of an example
    for view, options in (steps := call.options.get("steps", ())):
        seen = view.evaluate(seen, **options)
    extra = rank(value, bv) - seen[key].ndim
    if extra > 0:  # NumPy drops leading axes of length 1, and refuses others
        value = np.squeeze(value, tuple(range(bv, bv + extra)))
    elif bv and extra < 0:
        value = np.reshape(value, (call.size, *[1] * -extra, *value.shape[1:]))
    return call.of(x, value, key=of_each(key) or (slice(None), *np.unravel_index(places(key, seen.shape), seen.shape)),
                   steps=tuple((OfEach(view), options) for view, options in steps))


def joining(call: Call) -> Any:
    return call.of(*spread_all(call), axis=call.options["axis"] + 1)


def pad(call: Call) -> Any:
    return call.of(call.x, **{**call.options, "widths": ((0, 0), *call.options["widths"])})


def tile(call: Call) -> Any:
    return call.of(call.x, reps=(1, *call.options["reps"]))


def take_along_axis(call: Call) -> Any:
    shape = {"shape": (call.size, *call.options["shape"])} if "shape" in call.options else {}
    return call.of(*spread_all(call), axis=call.options["axis"] + 1, **shape)


def matmul(call: Call) -> Any:
    (x, y), (bx, by) = call.operands, call.batched
    row, column = rank(x, bx) == 1, rank(y, by) == 1
    x = x[..., None, :] if row else x
    y = y[..., :, None] if column else y
    out = np.matmul(*aligned((x, y), call.batched))
    out = out[..., 0, :] if row else out
    return out[..., 0] if column else out


def einsum(call: Call) -> Any:
    subscripts = call.options["subscripts"]
    inputs, output = subscripts.split("->")
    letter = next(c for c in "zyxwvutsrqponmlkjihgfedcbaABCDEFGHIJKLMNOPQRSTUVWXYZ" if c not in subscripts)
    terms = [letter + term if b else term for term, b in zip(inputs.split(","), call.batched, strict=True)]
    return call.of(*call.operands, subscripts=",".join(terms) + "->" + letter + output)


def sums_of_windows(call: Call) -> Any:
    return None if call.batched[1] else call.of(call.operands[0], call.operands[1][None])


RULES: dict[str, BatchingRule] = {
    **dict.fromkeys(("where", "conjugate", "real", "imag", "absolute", "angle", "cast", "input", "copy"), broadcasting),
    **dict.fromkeys(("sum", "mean", "mean_of_some", "max", "min", "prod", "var", "std", "logsumexp", "vector_norm"),
                    reduction),
    **dict.fromkeys(("softmax", "log_softmax"), normalizing), "sort": sorting,
    **dict.fromkeys(("cumsum", "cumprod"), running),
    **dict.fromkeys(("reshape", "ravel"), reshape),
    "transpose": transpose, "swapaxes": shifting_axes("axis1", "axis2"), "diagonal": shifting_axes("axis1", "axis2"),
    "sliding_window_view": shifting_axes("axis"), "moveaxis": shifting_axes("source", "destination"),
    **dict.fromkeys(("flip", "take", "repeat", "read_pixels"), shifting_axes("axis")),
    "expand_dims": expand_dims, "squeeze": squeeze, "broadcast_to": broadcast_to, "get_item": get_item,
    "set_item": set_item,
    "add_into_zeros": add_into_zeros, **dict.fromkeys(("concatenate", "stack"), joining), "pad": pad, "tile": tile,
    "take_along_axis": take_along_axis,
    "add_along_axis": take_along_axis, "matmul": matmul, "einsum": einsum, "sums_of_windows": sums_of_windows,
    "coefficients_of": shifting_axes("axis"),
    # Functions of matrices take stacks; functions along the last axis leave the others alone.
    **dict.fromkeys(("inv", "solve", "pinv", "det", "cofactors", "slogdet", "cholesky", "eigh", "eigvalsh", "eig",
                     "eigvals", "svd", "svdvals", "qr", "tril", "triu", "mirrored", "cross", "sinc", "i0", "exprel",
                     "log1prel", "recurrence"),
                    broadcasting),
    **dict.fromkeys(("fft", "ifft", "rfft", "irfft"), sorting),
}


def rule_of(primitive: Any) -> BatchingRule:
    """How a primitive is applied to all examples at once."""
    return broadcasting if primitive.kind == "elementwise" else RULES.get(known_name(primitive), lambda call: None)


def all_at_once(call: Call) -> Any:
    """The primitive applied to each example, with the batch as axis 0; None if there is no rule for it."""
    return rule_of(call.apply)(call)


def one_by_one(call: Call) -> Any:
    """The fallback: a loop over the examples; for an empty batch, over one made-up example, for the results' shapes."""
    operands = call.operands if call.size else [
        np.ones((1, *x.shape[1:]), x.dtype) if b else x for x, b in zip(call.operands, call.batched, strict=True)]
    results = [call.of(*[x[i] if b else x for x, b in zip(operands, call.batched, strict=True)])
               for i in range(call.size or 1)]
    structure = tree.flatten(results[0])[1]
    columns = list(zip(*[tree.flatten(result)[0] for result in results], strict=True))
    if any(len(set(map(np.shape, column))) > 1 for column in columns):
        raise TypeError("inside vmap the shape of this result would differ from example to example; choose with "
                        "np.where, or loop over the examples instead")
    return structure.unflatten([np.stack(column)[: call.size] for column in columns])
