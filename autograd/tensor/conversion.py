"""Conversion of tensors to numbers and plain arrays: refused, or with a warning, where a gradient would be lost."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable
from opcode import opmap
from pathlib import Path
from types import FrameType, FunctionType
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

from autograd import errors
from autograd.arrays import Array

if TYPE_CHECKING:
    from .tensor import Tensor

Number = TypeVar("Number", float, int, complex)

ASSIGNMENT = "make the target with autograd.zeros(shape), or collect the parts and np.stack them"
ARRAYS = ("NumPy functions take the tensor itself (np.dot(a, t) or a @ t, not a.dot(t)), np.stack or autograd.asarray "
          "a list of tensors")
FILLED = "write np.full(shape, t, like=t), or np.broadcast_to(t, shape)"
EACH = "write for i in np.ndindex(t.shape): t[i]"
POLYNOMIALS = ("polyval(t, c), legval(t, c) and the like take a tensor as x; for coefficients write "
               "np.polyval(c[::-1], x), or legvander(x, degree) @ c")
JOINED = "write np.concatenate, np.stack or np.column_stack: np.r_ and np.c_ make arrays"
VECTORIZED = "np.vectorize makes arrays: write vmap(f)(t), or np.stack([f(x) for x in t]) if f branches on values"
NUMBERS = "NumPy's functions keep it (np.sin, not math.sin)"
FROM_ANOTHER = ("what this adopted library takes from another is not adopted: name the other, too, "
                "autograd.adopt(library, also=other)")
TWINS = "autograd.scipy has twins of SciPy's functions that take tensors"
OR_ITSELF = "some of SciPy's own do so with SCIPY_ARRAY_API=1, and more in a copy, autograd.adopt"
SPARSE = ", for A @ x of a sparse A autograd.scipy.sparse.matmul(A, x)"
WITHIN = {  # NumPy functions that do not dispatch to tensors
    "vectorize._vectorize_call": VECTORIZED, "vectorize._vectorize_call_with_signature": VECTORIZED,
    "full": FILLED, "AxisConcatenator.__getitem__": JOINED, "ndenumerate.__init__": EACH,
}


def is_meant_itself(x: Tensor) -> bool:
    """Whether an adopted library itself calls `x.__array__()`: it is given the tensor, which it takes for an array.

    Raises `TypeError` for any other caller if the tensor would lose its gradient.
    """
    if x._node is None and not x._boxed:
        return False
    frame: FrameType | None = sys._getframe(1)
    while frame and frame.f_code.co_name == "__array__":
        frame = frame.f_back
    if frame and _is_in_a_copy(frame) and _calls(frame, "__array__"):
        return True
    instead = _instead(frame, ASSIGNMENT if _assigns(frame) else ARRAYS)
    if x._value.ndim > x.ndim:
        raise TypeError(f"np.asarray of a tensor inside vmap would lose the other examples; {instead}")
    raise TypeError(f"np.asarray of a tensor that requires grad would lose its gradient; {instead}; "
                    "write .numpy() for the values or .detach() for a tensor outside the graph")


def refuse_as_numbers(given: Any, array: Array) -> NoReturn:
    """Raise for strings, objects and dates, which tensors cannot hold."""
    advice = ""
    if given is None:
        came = "None; does the function that was to give it return its result?"
    else:
        came = f"an array of dtype {array.dtype}"
        if array.dtype.kind in "US":
            advice = "; classes are numbered by np.unique(labels, return_inverse=True)[1]"
        elif hasattr(given, "__next__"):
            came, advice = f"a {type(given).__name__}", "; write [*x], or builtins.sum(x) for Python's own sum"
        elif array.dtype.kind == "O":
            advice = "; if all that it holds are numbers, write x.astype(float)"
    raise TypeError(f"a tensor holds numbers, got {came}{advice}")


def refuse_as_truth(shape: tuple[int, ...]) -> NoReturn:
    """Raise for a tensor with more or less than one element in an `if`, an `and`, a `not`."""
    raise ValueError(f"the truth value of a tensor of shape {shape} is ambiguous: write (x > 0).all() or .any(), "
                     "& and | for `and` and `or`, and np.where(condition, a, b) to choose element by element")


def as_number(x: Tensor, convert: Callable[[Any], Number], depth: int) -> Number:
    """`float(x)`, `int(x)` or `complex(x)`; the code that asked for it is `depth` frames up."""
    frame = sys._getframe(depth)
    if x._node is not None or x._boxed:
        if _assigns(frame):
            raise TypeError("assigning a tensor that requires grad into an ndarray would lose its gradient; "
                            + _instead(frame, ASSIGNMENT))
        if x._value.ndim > x.ndim:
            raise TypeError(f"{convert.__name__}(t) inside vmap differs by example; use NumPy's functions")
    if x.ndim:
        raise TypeError(f"only a 0-d tensor converts to {convert.__name__}, got shape {x.shape}"
                        + "; write .item()" * (x.size == 1))
    if x._node is not None or x._boxed:
        warnings.warn(f"{convert.__name__}(t) of a tensor that requires grad loses its gradient; "
                      f"{_instead(frame, NUMBERS)}; write .item() to say that you mean the number",
                      errors.GradientLostWarning, stacklevel=depth + 1)
    return convert(x._value)


def stays_tensor(x: Tensor) -> bool:
    """Whether an adopted library called a method that gives numbers: it gets tensors, as it means to cut no graph."""
    return (x._node is not None or x._boxed) and x.dtype.kind in "fc" and _is_in_a_copy(sys._getframe(2))


def element(x: Tensor, index: tuple[Any, ...]) -> Tensor:
    """What `x.item(*index)` selects, as a tensor."""
    index = index[0] if len(index) == 1 and isinstance(index[0], tuple) else index
    if not index:
        return x.reshape(())[()]
    return x[index] if len(index) == x.ndim else x.ravel()[index]


def item(value: Any, index: tuple[Any, ...]) -> Any:
    """What `x.item(*index)` gives, where x has this value."""
    if not index and value.size != 1:
        raise ValueError(f"item() takes the one element of a tensor, got shape {value.shape}; write tolist() for all "
                         "of them, or item(i) for one")
    return value.item(*index)


def nested(x: Tensor) -> Any:
    """What `x.tolist()` gives, of tensors."""
    return [nested(part) for part in x] if x.ndim else x[()]


def _assigns(frame: FrameType | None) -> bool:
    """Whether a frame is executing an assignment `x[i] = t`; `x[i:j] = t` has its own instruction since Python 3.12."""
    stores = [opmap[name] for name in ("STORE_SUBSCR", "STORE_SLICE") if name in opmap]
    return frame is not None and frame.f_code.co_code[frame.f_lasti] in stores


def _calls(frame: FrameType, name: str) -> bool:
    """Whether a frame is just calling a method of this name, without arguments."""
    from dis import get_instructions  # slow to load

    before = [step for step in get_instructions(frame.f_code) if step.offset <= frame.f_lasti]
    return any(step.argval == name for step in before[-3:])


def _instead(frame: FrameType | None, otherwise: str) -> str:
    """What to write instead, if it is a library that asks for an array, perhaps through NumPy; else `otherwise`."""
    asked = called = ""
    while frame and (module := frame.f_globals.get("__name__", "")).partition(".")[0] in ("numpy", "scipy"):
        if module.startswith("scipy"):
            asked = module
            called = _public_name(frame) or called  # the outermost is what the user called
        elif module.startswith("numpy.polynomial"):
            otherwise = POLYNOMIALS
        else:
            otherwise = WITHIN.get(frame.f_code.co_qualname, otherwise)
        frame = frame.f_back
    if frame and (library := _library(frame)):
        caller = _caller_in_a_copy(frame)
        named = f"{caller!r}, also={library!r}" if caller else repr(library)
        return f"autograd.adopt({named}) is a copy of the library that keeps it, if its results are to have gradients"
    if frame and otherwise == NUMBERS and _is_in_a_copy(frame):
        return FROM_ANOTHER
    if not asked:
        return otherwise
    twin = f": look for autograd.{called}" if called else SPARSE * ("sparse" in asked)
    return f"{TWINS}{twin}; {OR_ITSELF}({_public(asked)!r})"


def _library(frame: FrameType) -> str:
    """The installed library whose code a frame runs, unless it is a copy by `autograd.adopt`, or this one; else ""."""
    file = frame.f_code.co_filename
    installed = {"site-packages", "dist-packages"} & {*Path(file).parts} and not errors.is_inside(file)
    return _name(frame) if installed and not _is_in_a_copy(frame) else ""


def _name(frame: FrameType) -> str:
    return str(frame.f_globals.get("__name__", "")).partition(".")[0]


def _is_in_a_copy(frame: FrameType) -> bool:
    return frame.f_builtins["float"] is not float


def _caller_in_a_copy(frame: FrameType | None) -> str:
    """The adopted library whose code called that of a frame; else ""."""
    while frame and not _is_in_a_copy(frame):
        frame = frame.f_back
    return _name(frame) if frame else ""


def _public_name(frame: FrameType) -> str:
    """The name of a frame's SciPy function as users write it, such as `scipy.stats.norm.pdf`; or ""."""
    module, name, local = frame.f_globals["__name__"], frame.f_code.co_name, frame.f_locals
    owner = local.get("self")
    if name in ("__init__", "__call__"):
        name = type(owner).__name__
    elif owner is not None:
        found = next((n for n, value in vars(sys.modules[_public(module)]).items() if value is owner), "")
        return f"{_public(module)}.{found}.{name}" if found else ""
    decorated = [local.get(variable) for variable in frame.f_code.co_freevars]
    named = [(module, name), *((f.__module__, f.__name__) for f in decorated if isinstance(f, FunctionType))]
    return next((f"{_public(module)}.{name}" for module, name in named
                 if callable(getattr(sys.modules[_public(module)], name, None)) and "." in _public(module)), "")


def _public(module: str) -> str:
    """`scipy.linalg` for `scipy.linalg._decomp`."""
    return module.partition("._")[0]
