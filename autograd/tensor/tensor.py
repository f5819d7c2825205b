"""`Tensor`: an array, the gradient that reached it, and the node of the operation that made it.

A 0-d value is held as a NumPy scalar, which is immutable and far faster than a 0-d array. Operators and methods are not
written here: each *is* the primitive of a NumPy function, bound by the table in `operators.py`.
"""

from __future__ import annotations

import sys
import warnings
import weakref
from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd import errors
from autograd.arrays import flag, plain_array
from autograd.foreign_names import INSTEAD
from autograd.graph import Leaf, is_argument
from autograd.registry import registry

from . import conversion, hooks
from .conversion import Number, as_number, refuse_as_numbers, refuse_as_truth
from .interface import Interface
from .memory import mutated, new_leaf, reclaim, recorded_owner, share, unlink

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, DTypeLike, NDArray

_new = object.__new__


class Tensor(Interface):
    """An n-dimensional array whose operations are recorded, so that gradients can be accumulated through them.

    `data` is what `np.asarray` accepts; an ndarray is shared, not copied (`tensor(...)` copies). dtypes are NumPy's.
    With `requires_grad=True` the tensor is a leaf: `backward()` adds into its `.grad`. `name` is for pictures and
    messages. Raises `TypeError` for `requires_grad` on integers or booleans, or data that is not numeric.
    """

    __slots__ = ("__weakref__", "_grad", "_hooks", "_inner", "_lent", "_name", "_node", "_own", "_scalar", "_shared",
                 "_tangent", "_value", "_view", "_views", "level")

    _boxed = False  # True for the boxes of jvp and vmap, see box.py
    _value: Any
    _node: Any
    _shared: bool  # someone outside the graph may write into this memory
    # Slots below are unset until they are used.
    _grad: Tensor | None
    _hooks: list[Any] | None  # of a leaf, while it requires no gradient
    _own: NDArray[Any] | None  # an unshared array, which the graph may keep as long as it is the value
    _lent: bool  # whether the graph keeps it: then a write goes to other memory
    _name: str | None
    _scalar: bool  # whether a 0-d tensor is a NumPy scalar or an array; if unset, recorded results are scalars
    _view: tuple[Tensor, Any, dict[str, Any]]  # the base, and how this view of it was taken
    _views: list[weakref.ref[Tensor]]  # of this tensor; some may have died
    _inner: Tensor  # of a box: what is inside, its tangent, the level of its transform
    _tangent: Any
    level: int

    def __init__(self, data: ArrayLike | Tensor, *, requires_grad: bool = False, dtype: DTypeLike | None = None,
                 name: str | None = None) -> None:
        if isinstance(data, Tensor):
            if data._node is not None:
                raise TypeError("Tensor(t) of a tensor that requires grad would cut the graph; use t itself, "
                                "t.clone() to copy it within the graph, or t.detach() to leave the graph")
            data = data.data
        array = plain_array(data, dtype)
        if array.dtype.kind not in "biufc":
            refuse_as_numbers(data, array)
        self._value = array if array.ndim else array[()]
        self._shared = array is data or array.base is not None
        self._node, self._name, self._own = None, name, None
        if requires_grad:
            self.requires_grad = requires_grad

    @classmethod
    def _of(cls, value: Any, node: Any) -> Tensor:
        """The result of an operation: a value that is not shared, and its node."""
        self: Tensor = _new(Tensor)
        self._value, self._node, self._shared, self._own = value, node, False, None
        return self

    @property
    def _plain(self) -> Any:
        return self._value  # a box raises: plain values would lose what it carries

    # --- The array ---------------------------------------------------------------------------------------------------

    @property
    def data(self) -> NDArray[Any]:
        """The values as an ndarray: the memory itself of a leaf or constant, a read-only view of a recorded result."""
        if recorded_owner(self) is not None:
            view = np.asarray(self._value).view()
            view.flags.writeable = False
            return view
        share(self)
        if not isinstance(self._value, np.ndarray):
            self._value = np.asarray(self._value)
        return self._value

    @data.setter
    def data(self, value: ArrayLike | Tensor) -> None:
        if isinstance(value, Tensor):
            value = value.data if recorded_owner(value) is None else value.data.copy()
        array = plain_array(value)
        if array is self._value:  # `t.data -= step` wrote in place and now assigns the same array
            mutated(self)
            return
        if self._node is not None and array.dtype.kind not in "fc":
            raise TypeError(f"a tensor that requires grad holds floats, got data of dtype {array.dtype}")
        recorded = self._node is not None
        if self.is_leaf:
            self.requires_grad = False  # keeps its hooks
        unlink(self)
        self._value, self._node, self._shared = array if array.ndim else array[()], None, array.ndim > 0
        self.requires_grad = recorded
        if self.grad is not None and self.grad.shape != array.shape:
            self.zero_grad()  # it belongs to the old values

    def numpy(self) -> NDArray[Any]:
        """The values as an ndarray, as `.data`: without the graph."""
        return self.data

    def __array__(self, dtype: DTypeLike | None = None, copy: bool | None = None) -> NDArray[Any]:
        if conversion.is_meant_itself(self):
            return self  # type: ignore[return-value]
        if copy is False:
            return np.asarray(self.data, dtype=dtype, copy=False)
        return np.array(self._value, dtype=dtype) if copy or dtype is not None else self.data

    def item(self, *index: Any) -> Any:
        """The one element, or that of an index, as a Python number. Raises `ValueError` if there are more."""
        return conversion.element(self, index) if conversion.stays_tensor(self) else conversion.item(self._value, index)

    def tolist(self) -> Any:
        """The values as nested lists of Python numbers."""
        return conversion.nested(self) if conversion.stays_tensor(self) else self._value.tolist()

    def detach(self) -> Tensor:
        """The same values outside the graph; memory is shared until one of the two is written to."""
        out = Tensor._of(self.data[()], None)
        out._shared = True
        return out

    @property
    def shape(self) -> tuple[int, ...]:
        return self._value.shape  # type: ignore[no-any-return]

    @property
    def ndim(self) -> int:
        return self._value.ndim  # type: ignore[no-any-return]

    @property
    def size(self) -> int:
        return self._value.size  # type: ignore[no-any-return]

    @property
    def dtype(self) -> np.dtype[Any]:
        return self._value.dtype  # type: ignore[no-any-return]

    @property
    def nbytes(self) -> int:
        return self._value.nbytes  # type: ignore[no-any-return]

    @property
    def itemsize(self) -> int:
        return self._value.itemsize  # type: ignore[no-any-return]

    @property
    def device(self) -> str:
        """Always `"cpu"`."""
        return "cpu"

    def to_device(self, device: str, /, *, stream: Any = None) -> Tensor:
        """The tensor itself: there is only `"cpu"`."""
        if device != "cpu":
            raise ValueError(f"the only device is 'cpu', got {device!r}")
        return self

    @property
    def name(self) -> str | None:
        """The name of this tensor in pictures and messages."""
        return getattr(self, "_name", None)

    @name.setter
    def name(self, name: str | None) -> None:
        self._name = name
        if type(self._node) is Leaf:
            self._node.name = name

    # --- The graph ---------------------------------------------------------------------------------------------------

    @property
    def requires_grad(self) -> bool:
        """Whether operations on this tensor are recorded."""
        return self._node is not None

    @requires_grad.setter
    def requires_grad(self, value: bool) -> None:
        if flag("requires_grad", value) == (self._node is not None):
            return
        if not value:
            if type(self._node) is not Leaf:
                raise RuntimeError("only a leaf can stop requiring grad; write t.detach() for a result")
            if not self._shared:
                self._node.snapshot = self._value.copy()  # a frozen tensor is written to unnoticed
            self._hooks, self._node = self._node.hooks, None
            return
        if self.dtype.kind not in "fc":
            raise TypeError(f"only floating and complex tensors can require grad, got {self.dtype}; "
                            f"write 1.0 instead of 1, or .astype(float)")
        reclaim(self)
        self._node, self._scalar = new_leaf(self), False
        self._node.hooks = getattr(self, "_hooks", None)

    def requires_grad_(self, requires_grad: bool = True) -> Tensor:
        """Set `requires_grad` and return the tensor."""
        self.requires_grad = requires_grad
        return self

    @property
    def is_leaf(self) -> bool:
        """Whether no recorded operation made this tensor."""
        return self._node is None or type(self._node) is Leaf

    @property
    def grad(self) -> Tensor | None:
        """The gradient accumulated by `backward()`, or None before any; for a result, after `retain_grad()`.

        Warns `GradientLostWarning` for a result whose gradient was not asked for: it is not kept.
        """
        gradient: Tensor | None = getattr(self, "_grad", None)
        if gradient is None and not self.is_leaf and self._node.hooks is None:
            warnings.warn(f"the gradient of a result (made by {self._node.primitive.name}) is not kept; call "
                          "retain_grad() on it before backward(), or, if it is a parameter's update, write it in place "
                          "under no_grad(): `with autograd.no_grad(): w -= lr * w.grad`",
                          errors.GradientLostWarning, stacklevel=2)
        return gradient

    @grad.setter
    def grad(self, value: ArrayLike | Tensor | None) -> None:
        if value is not None and not isinstance(value, Tensor):
            value = Tensor(value)
        if value is not None and value.shape != self.shape:
            raise ValueError(f"the gradient of a tensor of shape {self.shape} has that shape, got {value.shape}")
        self._grad = value

    def zero_grad(self) -> None:
        """Forget the gradient: `.grad` becomes None."""
        self._grad = None

    def retain_grad(self) -> None:
        """Keep the gradient of this result in `.grad` too, as leaves do."""
        if self._node is None:
            raise RuntimeError("retain_grad() needs a tensor that requires grad")
        if type(self._node) is not Leaf:
            hooks.keep_gradient(self, self._node)

    def register_hook(self, hook: Callable[[Tensor], Tensor | None]) -> hooks.Handle:
        """Call `hook(gradient)` when the gradient of this tensor is complete; what it returns replaces the gradient."""
        if self._node is None:
            raise RuntimeError("register_hook() needs a tensor that requires grad")
        if not callable(hook):
            raise TypeError(f"register_hook() takes a function of the gradient, got {type(hook).__name__}")
        if self._node.hooks is None:
            self._node.hooks = []
        return hooks.added(self._node.hooks, hook)

    # --- Python's protocols ------------------------------------------------------------------------------------------

    def __len__(self) -> int:
        if not self.ndim:
            raise TypeError("len() of a 0-d tensor")
        return self.shape[0]

    def __iter__(self) -> Iterator[Tensor]:
        if not self.ndim:
            raise TypeError("iteration over a 0-d tensor")
        return (self[i] for i in range(len(self)))

    def __bool__(self) -> bool:
        return bool(self._value) if self.size == 1 else refuse_as_truth(self.shape)

    def _number(self, convert: Callable[[Any], Number]) -> Number:
        return as_number(self, convert, depth=3)  # the user's frame: above this method and the one that calls it

    def __float__(self) -> float:
        return self._number(float)

    def __int__(self) -> int:
        return self._number(int)

    def __complex__(self) -> complex:
        return self._number(complex)

    def __index__(self) -> int:
        if self.ndim or self.dtype.kind not in "iu":
            raise TypeError(f"only a 0-d tensor of integers is an index, got {self.dtype} of shape {self.shape}")
        return int(self._value)

    def __hash__(self) -> int:
        return id(self)

    def __dir__(self) -> list[str]:
        return [name for name in super().__dir__() if name not in INSTEAD]

    def __repr__(self) -> str:
        text = np.array2string(np.asarray(self._value), separator=", ", prefix="Tensor(")
        facts = "" if self.dtype in (np.dtype(float), np.dtype(bool), np.dtype(int)) else f", dtype={self.dtype}"
        if self.name:
            facts += f", name={self.name!r}"
        if self._node is not None:
            facts += ", requires_grad=True" if self.is_leaf else f", made by {self._node.primitive.name}"
        return f"Tensor({text}{facts})"

    def __format__(self, spec: str) -> str:
        return format(self._value.item(), spec) if spec and not self.ndim else repr(self)

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **options: Any) -> Any:
        if method == "__call__" and not options:
            apply = registry.get(ufunc)
            if apply is not None:
                return apply(*inputs)
        return self._apply_ufunc(ufunc, method, inputs, options)

    def __array_function__(self, function: Callable[..., Any], types: Sequence[type], args: Sequence[Any],
                           options: dict[str, Any]) -> Any:
        apply = registry.get(function)
        if apply is None or "out" in options:
            return self._apply_function(function, args, options)
        result = apply(*args, **options)
        return result if isinstance(result, Tensor) else self._wrap(result)  # also if it depends on no tensor

    def __array_namespace__(self, *, api_version: str | None = None) -> Any:
        return sys.modules["autograd"].array_api.inspection.of_version(api_version)

    def __dlpack__(self, *, stream: Any = None, max_version: tuple[int, int] | None = None,
                   dl_device: tuple[Any, int] | None = None, copy: bool | None = None) -> Any:
        if self._node is not None:
            raise TypeError("exporting a tensor that requires grad would lose its gradient; write t.detach() first")
        return self.data.__dlpack__(stream=stream, max_version=max_version, dl_device=dl_device, copy=copy)

    def __dlpack_device__(self) -> tuple[Any, int]:
        return np.asarray(self._value).__dlpack_device__()

    # Copies of a leaf take the value, the gradient and the name; those of a result or an argument stay in the graph.

    def __reduce__(self) -> tuple[Any, ...]:
        if self._in_a_graph:
            raise TypeError("a result cannot be pickled with its graph; write t.detach() first")
        return _rebuild, (type(self), np.array(self._value), self.requires_grad, self.name, self.grad)

    def __copy__(self) -> Tensor:
        if self._in_a_graph:
            return self.clone()
        share(self)
        twin = _rebuild(type(self), self._value, self.requires_grad, self.name, self.grad)
        twin._shared = True
        return twin

    def __deepcopy__(self, memo: dict[int, Any]) -> Tensor:
        if self._in_a_graph:
            return self.clone()
        return _rebuild(type(self), self._value.copy("K"), self.requires_grad, self.name, deepcopy(self.grad, memo))

    @property
    def _in_a_graph(self) -> bool:
        return not self.is_leaf or is_argument(self._node)


def tensor(data: ArrayLike | Tensor, *, requires_grad: bool = False, dtype: DTypeLike | None = None,
           name: str | None = None) -> Tensor:
    """A tensor with a copy of `data`; `Tensor(data, ...)` shares an array's memory instead.

    The arguments, dtypes and errors are those of `Tensor`. A later write to `data` does not reach the copy.
    """
    value = data._plain if isinstance(data, Tensor) and data._node is None else data
    if not isinstance(value, Tensor):
        value = np.array(plain_array(value, dtype))
    return owning(value, requires_grad=requires_grad, name=name)


def owning(array: Any, *, requires_grad: bool = False, name: str | None = None) -> Tensor:
    """A tensor of an array that is not shared and that no one else will write to."""
    out = Tensor(array, requires_grad=requires_grad, name=name)
    out._shared, out._own, out._lent = False, array, False
    return out


def _rebuild(kind: type[Tensor], value: Any, requires_grad: bool, name: str | None, grad: Tensor | None) -> Tensor:
    twin: Tensor = _new(kind)
    Tensor.__init__(twin, value, requires_grad=requires_grad, name=name)
    twin._shared = False
    if grad is not None:
        twin._grad = grad
    return twin
