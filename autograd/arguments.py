"""How the arguments of a NumPy call become operands and options, for calls that the hot path does not handle."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from functools import cache, wraps
from typing import Any, ParamSpec, TypeVar

import numpy as np

from .arrays import plain_array, refuse_objects
from .errors import NoDerivativeError, instead_of
from .foreign_names import OPTIONS
from .tensor import Tensor
from .tensor.box import shared_value, varies
from .tensor.nested import joined, tensors_in, values_of

P = ParamSpec("P")
R = TypeVar("R")

PLAIN = frozenset({type(None), bool, int, float, str, slice, tuple, list, np.ndarray})
"""Types of options that need no look: a tensor is none of them."""

FLAT = frozenset({float, int, np.ndarray, np.float64, np.float32})
"""Types of operands that go to NumPy as they are."""


def array_of(x: Any) -> Any:
    """An argument that may be a list or a number, as an array unless it is a tensor or contains one."""
    x = x if isinstance(x, Tensor) else joined(x)
    return x if isinstance(x, Tensor) else plain_array(x)


def as_operand(x: Any) -> Any:
    """`x` as it can go to NumPy: a list or a subclass of arrays cannot; boxes and parameters stay as they are."""
    if type(x) in FLAT or x is None or isinstance(x, (Tensor, np.generic)):
        return x
    kind: Any
    for kind in (bool, int, float, complex):
        if isinstance(x, kind):  # a subclass would make Python numbers of NumPy's scalars
            return kind(x)
    array = array_of(x)
    refuse_objects(array)  # a fraction, for one
    return array


def as_tensor(x: Any) -> Tensor:
    """`x` itself, or an array or number as a tensor."""
    return x if isinstance(x, Tensor) else Tensor(x)


def between_any(primitive: Callable[..., Any], x: Any, y: Any) -> Any:
    """An operator on operands of any kind; NotImplemented if the right operand's class wants to answer itself."""
    if isinstance(y, Tensor) or not answers_itself(type(y)):
        return primitive(as_operand(x), as_operand(y))
    return NotImplemented


def answers_itself(kind: type) -> bool:
    """Whether an operation of a tensor with an object of this class is left to that: one with units, a sparse matrix.

    It is if the class says so, by `__array_ufunc__ = None` (NEP 13); if it is an array of its own kind (NEP 18); or if
    it answers ufuncs but does not convert to an array. Other tables of numbers, such as those of pandas, become arrays.
    """
    answer = getattr(kind, "__array_ufunc__", kind)
    if answer is kind or issubclass(kind, (np.ndarray, np.generic, Tensor)):
        return False
    return answer is None or hasattr(kind, "__array_function__") or not hasattr(kind, "__array__")


def arrays_of(arrays: Sequence[Any]) -> list[Any]:
    """`array_of` each."""
    return [array_of(x) for x in arrays]


def in_common(arrays: Sequence[Any]) -> list[Any]:
    """Arguments as arrays; Python numbers among them are weak, and take the dtype of the others."""
    parts = arrays_of(arrays)
    numbers = [type(x) in (int, float, complex) for x in arrays]
    if True in numbers:
        dtype = np.result_type(*[x if n else part.dtype for x, part, n in zip(arrays, parts, numbers, strict=True)])
        parts = [plain_array(x, dtype) if n else part for x, part, n in zip(arrays, parts, numbers, strict=True)]
    return parts


def replaced(arguments: Iterable[Any], places: Iterable[int], values: Iterable[Any]) -> list[Any]:
    """The arguments as a list, with some of them replaced."""
    full = list(arguments)
    for i, value in zip(places, values, strict=True):
        full[i] = value
    return full


def into(name: str, target: Any, found: Any) -> Any:
    """What `np.name(..., out=target)` does, given the result: `target[...] = found`, differentiably; the target.

    Raises `ValueError` unless the shapes are the same, `TypeError` if a gradient would be lost in an ndarray, and for
    True or False, which PyTorch's `x.max(1, True)` has in this place.
    """
    if isinstance(target, bool):
        raise TypeError(f"{name} has its target out= in this place, got {target}; write keepdims={target}")
    if not isinstance(target, Tensor) and any(map(varies, tensors_in(found))):
        refuse_ndarray(f"{name}(out=...)", target)
    refuse_shape(np.shape(target), np.shape(found))
    np.copyto(target, found if isinstance(target, Tensor) else values_of(found), casting="same_kind")
    return target


def in_dtype_of(target: Any, known: Container[str], options: dict[str, Any]) -> dict[str, Any]:
    """The options of a call with a target: a function with an option `dtype`, such as a sum, computes in the target's.

    A sum of many numbers in half precision may only fit into a target in double precision.
    """
    if "dtype" not in known or options.get("dtype") is not None or target.dtype.kind not in "fc":
        return options
    return {**options, "dtype": target.dtype}


def refuse_shape(target: tuple[int, ...], result: tuple[int, ...]) -> None:
    """Raise unless the target of a function's `out=` has the shape of the result."""
    if target != result:
        raise ValueError(f"out= takes a result of shape {result}, got a target of shape {target}")


def refuse_out(name: str, *targets: Any) -> None:
    """Raise unless every target of a function's `out=` is None."""
    if any(target is not None for target in targets):
        raise TypeError(f"{name} takes no target in this place: give it by its name, or assign the result, "
                        f"y[...] = {name}(...)")


def refuse_foreign_options(function: Callable[..., Any], options: Mapping[str, Any],
                           advice: Mapping[str, str] = OPTIONS) -> None:
    """Raise for an option that a function or a class does not have, if its own are known, with what to write here."""
    known = parameters(function)
    unknown = options.keys() - known.keys() if known else ()
    if unknown and not any(taken.kind is taken.VAR_KEYWORD for taken in known.values()):
        name = min(unknown)
        shown = [name for name, taken in known.items() if taken.kind is not taken.VAR_POSITIONAL and name != "self"]
        raise TypeError(f"{called(function)} has no option {name!r}; {instead_of(name, shown, advice)}") from None


def _refuse_positions(function: Callable[..., Any], args: Sequence[Any], options: Mapping[str, Any],
                      advice: Mapping[str, str]) -> None:
    """Raise for more values than a function takes by position, and for one that is also given by name."""
    known = parameters(function)
    by_position = [name for name, taken in known.items() if taken.kind is not taken.KEYWORD_ONLY]
    if len(args) > len(by_position) and not any(taken.kind is taken.VAR_POSITIONAL for taken in known.values()):
        names = [name for name in by_position if name != "self"]
        others = "".join(f", {name}=..." for name in known if name not in by_position)
        count = len(args) - len(by_position) + len(names)
        name = called(function)
        said = advice.get(name, f"write {name}({', '.join(names)}{others})")
        raise TypeError(f"{name} takes {' and '.join(names)} by position, got {count} values; {said}") from None
    for name, value in zip(by_position, args, strict=False):
        if name in options:
            raise TypeError(f"{called(function)} got {name!r} by name and by position, there {type(value).__name__}"
                            + (f"; {advice[name]}" if name in advice else "")) from None


def called(function: Callable[..., Any]) -> str:
    """The name that a function is called by: a constructor's is the class's."""
    return function.__qualname__.partition(".")[0] if function.__name__ == "__init__" else function.__name__


def refuses_foreign_options(function: Callable[P, R], advice: Mapping[str, str] = OPTIONS) -> Callable[P, R]:
    """The function, with errors that explain options of other libraries, misspelled ones and those without names.

    `advice` says by name what to write instead of an option, of one that is given twice, and of too many values.
    """

    @wraps(function)
    def apply(*args: P.args, **options: P.kwargs) -> R:
        try:
            return function(*args, **options)
        except TypeError:  # as Python says of such calls, too: those that fit, such as tensor(x, name="x"), pay nothing
            refuse_foreign_options(function, options, advice)
            _refuse_positions(function, args, options, advice)
            raise

    return apply


def refuse_ndarray(name: str, target: Any) -> None:
    """Raise unless a tensor is what a function writes tensors into: an ndarray cannot hold a gradient."""
    if not isinstance(target, Tensor):
        raise TypeError(f"{name} would write a tensor into a plain ndarray, which loses its gradient; make the target "
                        "a tensor, as autograd.asarray(target)")


def in_dtypes_of_loop(ufunc: np.ufunc, operands: Sequence[Any], dtype: Any = None,
                      casting: Any = "same_kind") -> list[Any]:
    """Tensors, arrays and numbers in the dtypes of a ufunc's loop for them; `dtype` is that of its results.

    Raises what NumPy raises where there is no such loop, or `casting` does not allow it.
    """
    kinds = [np.dtype(bool) if isinstance(x, bool) else getattr(x, "dtype", type(x)) for x in operands]
    signature = (None,) * ufunc.nin + (dtype if dtype is None else np.dtype(dtype),) * ufunc.nout
    found = ufunc.resolve_dtypes((*kinds, *[None] * ufunc.nout), signature=signature, casting=casting)
    return [plain_array(x, loop) if not hasattr(x, "dtype") else x if x.dtype == loop else x.astype(loop)
            for x, loop in zip(operands, found, strict=False)]


def as_computed(ufunc: np.ufunc | None, operands: Sequence[Any], dtype: Any) -> Sequence[Any]:
    """What a rule reads, in the dtypes that the ufunc computed with: an int8 cannot hold the square of an int8."""
    if ufunc is None or all(getattr(x, "dtype", dtype) is dtype for x in operands):
        return operands
    return [y if hasattr(x, "dtype") else x for x, y in zip(operands, in_dtypes_of_loop(ufunc, operands), strict=True)]


def rearranged(function: Callable[..., Any], operands: Sequence[str], args: Sequence[Any],
               options: Mapping[str, Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """`args` and `options` with exactly the operands in `args`: `np.sum(x, 0)` is `np.sum(x, axis=0)`.

    NumPy has already checked that they fit the function's signature.
    """
    count = len(operands)
    names = names_of(function) or operands
    if len(args) >= count:
        named = dict(zip(names[count:], args[count:], strict=False))
        return tuple(args[:count]), {**named, **options} if options else named
    named = dict(options)
    by_name = [named.pop(name) for name in names[len(args) : count]]
    return (*args, *by_name), named


def by_name(function: Callable[..., Any], args: Sequence[Any], options: Mapping[str, Any]) -> dict[str, Any]:
    """All options by name, also those that were given by position after the first argument."""
    return {**options, **dict(zip(names_of(function)[1:], args, strict=False))}


def checked_options(function: Callable[..., Any], known: frozenset[str], options: Mapping[str, Any]) -> dict[str, Any]:
    """The options that the rule knows. Others are accepted at their default; other values are refused with a reason."""
    kept = {}
    for name, value in options.items():
        if name in known:
            kept[name] = _value_of_option(function, name, value) if isinstance(value, Tensor) else value
        elif not _is_default(function, name, value):
            raise NoDerivativeError(f"{function.__name__} with {name}={value!r} has no derivative here; it is "
                                    f"differentiated with the options {', '.join(sorted(known)) or '(none)'}"
                                    + (f"; {OPTIONS[name]}" if name in OPTIONS else ""))
    return kept


def _value_of_option(function: Callable[..., Any], name: str, option: Tensor) -> Any:
    if varies(option):
        raise NoDerivativeError(f"{function.__name__}({name}=tensor) has no derivative in {name}; pass {name}.detach()")
    return shared_value(option)


def _is_default(function: Callable[..., Any], name: str, value: Any) -> bool:
    known = parameters(function)
    if name not in known:
        return False
    default = known[name].default
    return value is default or (type(value) is type(default) and not isinstance(value, np.ndarray) and value == default)


@cache
def names_of(function: Callable[..., Any]) -> tuple[str, ...]:
    """The names of `parameters`."""
    return tuple(parameters(function))


@cache
def parameters(function: Callable[..., Any]) -> Mapping[str, Any]:
    """The parameters of a function by name, or of a class's constructor; empty where NumPy exposes no signature."""
    import inspect  # slow to load, and seldom needed

    if isinstance(function, type):
        return dict([*parameters(function.__init__).items()][1:])  # type: ignore[misc]  # of this class, whichever
    try:
        return inspect.signature(function).parameters
    except ValueError:
        return {}
