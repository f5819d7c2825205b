"""Boxes: tensors that carry a forward or batching transform."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from math import prod
from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np

from autograd.modes import local, mode, running, stand_ins

from .conversion import element, item, nested, refuse_as_truth, stays_tensor
from .tensor import Tensor

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Box(Tensor):
    """A tensor that carries a transform: a dual number, or a batch seen as one example. See `forward` and `vmap`.

    `_inner` is what is inside: a box of a lower level, or at the bottom a tensor with its graph. The nesting of boxes
    is the nesting of transforms, which is why their derivatives cannot be confused.
    """

    __slots__ = ()
    _boxed = True
    layers: tuple[str, ...] = ("_inner",)  # where the tensors are that it consists of

    @property
    def shape(self) -> tuple[int, ...]:
        return self._inner.shape

    @property
    def ndim(self) -> int:
        return len(self.shape)

    @property
    def size(self) -> int:
        return prod(self.shape)

    @property
    def dtype(self) -> np.dtype[Any]:
        return self._inner.dtype

    @property
    def nbytes(self) -> int:
        return self.size * self.itemsize

    # --- Its values --------------------------------------------------------------------------------------------------

    @property  # type: ignore[misc]  # the tensor inside cannot be replaced either
    def data(self) -> NDArray[Any]:
        """Raises: inside `jvp` and `vmap` a plain array would lose what they track."""
        self._one_for_all()
        raise TypeError("a plain array of a tensor inside jvp would lose its tangent; use NumPy's functions on the "
                        "tensor itself, or write .detach().numpy() for its values")

    @property
    def _plain(self) -> Any:
        return self.data  # raises

    def require_running(self) -> None:
        """Raise RuntimeError if the transform has ended, where its batch or tangent means nothing any more."""
        if self.level not in running:
            raise RuntimeError(f"a tensor of shape {self.shape} is used that belongs to a jvp, hvp or vmap that has "
                               "ended: its function kept it in an attribute or a list, or wrote into a tensor from "
                               "outside, t[0] = x; let the function return it, and write into what it makes itself")

    def _one_for_all(self) -> Any:
        """The values, if they are the same for every example. Raises `TypeError` inside a `vmap` where they differ."""
        self.require_running()
        if self._value.ndim > self.ndim:
            raise TypeError("inside vmap the values of a tensor differ from example to example: there is no array "
                            "or number of one; use NumPy's functions on the tensor itself, and np.where to choose")
        return self._value

    def item(self, *index: Any) -> Any:
        return element(self, index) if stays_tensor(self) else item(self._one_for_all(), index)

    def tolist(self) -> Any:
        return nested(self) if stays_tensor(self) else self._one_for_all().tolist()

    def __bool__(self) -> bool:
        return bool(self._one_for_all()) if self.size == 1 else refuse_as_truth(self.shape)

    def __format__(self, spec: str) -> str:
        return format(self.item(), spec) if spec and not self.ndim else repr(self)

    # --- The graph, which lies beneath the transforms ----------------------------------------------------------------

    @property
    def requires_grad(self) -> bool:
        """Whether operations on this tensor are recorded beneath the surrounding transforms."""
        return bottom(self)._node is not None

    @requires_grad.setter
    def requires_grad(self, value: bool) -> None:
        if value != self.requires_grad:
            _refuse_here("requires_grad cannot be set")

    def retain_grad(self) -> None:
        _refuse_here("retain_grad() has no effect")

    def register_hook(self, hook: Any) -> NoReturn:
        _refuse_here("register_hook() has no effect")

    def __copy__(self) -> Tensor:
        return self.clone()

    def __deepcopy__(self, memo: dict[int, Any]) -> Tensor:
        return self.clone()

    def __reduce__(self) -> Any:
        return self._plain

    def detach(self) -> Tensor:
        """The same values, held constant by every surrounding transform; in memory of their own."""
        return another(self._inner.detach())

    def applied(self, primitive: Any, operands: Sequence[Any], options: dict[str, Any]) -> Any:
        """Apply a primitive to operands, among which this box has the highest level, or to their stand-ins."""
        if mode.special and (given := stand_ins(operands)) is not None:
            return primitive(*given, **options)
        self.require_running()
        out = self.process(primitive, operands, options)
        if mode.special and local.check_boxed is not None:
            local.check_boxed(primitive, operands, out)
        return out

    def process(self, primitive: Any, operands: Sequence[Any], options: dict[str, Any]) -> Any:
        """Apply a primitive to operands, among which this box has the highest level."""
        raise NotImplementedError

    def hand_over(self, other: Box) -> None:
        """Copy what this box carries to another box of its kind, which was written to and now stands for this value."""
        other._inner, other.level = self._inner, self.level
        other._tangent = getattr(self, "_tangent", None)

    def with_inner(self, inner: Tensor) -> Tensor:
        """The same box around another tensor."""
        raise NotImplementedError

    def pull(self, pairs: Sequence[tuple[Tensor, Tensor]], stop: frozenset[Any]) -> dict[Any, Tensor]:
        """The gradients of outputs where these, or their cotangents, are boxes of this level."""
        raise NotImplementedError

    def process_constant(self, apply: Callable[..., Any], args: Any, options: dict[str, Any]) -> Any:
        """Apply a piecewise constant function, however its arguments are nested."""
        raise NotImplementedError


def _refuse_here(what: str) -> NoReturn:
    raise TypeError(f"{what} inside jvp or vmap, where gradients are taken by autograd.grad; to change a gradient on "
                    "its way, write an operation of your own with autograd.custom")


def another(x: Tensor) -> Tensor:
    """Another object for the same value: writing through one does not change the other."""
    if isinstance(x, Box):
        return x.with_inner(x._inner)
    found = Tensor._of(x._value.copy(order="K") if x._node is None else x._value, x._node)
    found._shared = x._shared and x._node is not None
    return found


def boxes(x: Tensor) -> list[Box]:
    """The boxes around `x`, from the outermost inwards; none for a plain tensor."""
    found = []
    while isinstance(x, Box):
        found.append(x)
        x = x._inner
    return found


def tangents(x: Tensor) -> list[Tensor]:
    """The tangent of `x` for every surrounding `jvp`, the tangents of that tangent, and so on."""
    own = [t for box in boxes(x) if (t := getattr(box, "_tangent", None)) is not None]
    return [*own, *(inner for t in own for inner in tangents(t))]


def highest(operands: Iterable[Any]) -> Box | None:
    """The box of the innermost transform among operands."""
    return max((x for x in operands if isinstance(x, Box)), key=lambda box: box.level, default=None)


def tracked(x: Any) -> bool:
    """Whether `x` carries a graph or a transform, which its plain values would lose."""
    return isinstance(x, Tensor) and (x._node is not None or x._boxed)


def bottom(x: Tensor) -> Tensor:
    """The tensor inside all boxes, which carries the graph."""
    while isinstance(x, Box):
        x = x._inner
    return x


def varies(x: Tensor) -> bool:
    """Whether `x` carries a graph or a tangent, which its plain values would lose; a batch does not count."""
    return bottom(x)._node is not None or len(boxes(x.detach())) < len(boxes(x))


def constant_like(x: Tensor, values: Any) -> Tensor:
    """`values`, with one array for each example of the batches in `x`, as a constant batched like `x`."""
    out = Tensor(values)
    for box in reversed(boxes(x.detach())):
        out = box.with_inner(out)
    return out


def shared_value(x: Tensor) -> Any:
    """The values of a tensor, which all examples of a `vmap` must share. Raises `TypeError` where they differ."""
    if not isinstance(x, Box) or x._value.shape == x.shape:
        return x._value
    examples = x._value.reshape(prod(x._value.shape[: x._value.ndim - x.ndim]), *x.shape)
    if not len(examples) or np.any(examples != examples[0]):
        raise TypeError("inside vmap the shape of this result, or the way to it, would differ from example to example; "
                        "loop over the examples instead")
    return examples[0]
