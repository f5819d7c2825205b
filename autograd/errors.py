"""Every exception and warning of the library, and the parts of messages that they share."""

from __future__ import annotations

import contextlib
import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any, NoReturn

import numpy as np

_INSIDE = (*[f"{Path(__file__).parent.parent / name}{os.sep}" for name in ("autograd", "nn", "optim")],
           f"{Path(np.__file__).parent}{os.sep}", contextlib.__file__)


class NoDerivativeError(TypeError):
    """A function of a tracked tensor has no rule, so its gradient would be lost.

    Write one with `autograd.rule` (the message shows how), or call the function on `t.detach()`. A TypeError.
    """


class MutationError(RuntimeError):
    """A value that the backward pass needs was changed after it was recorded.

    By a write to `t.data`, or in place under `no_grad()`, between the forward and the backward pass. A RuntimeError.
    """


class AnomalyError(ArithmeticError):
    """Under `detect_anomaly()`, an operation made the first nan or infinity.

    In the forward pass or in the backward pass; the message names the operation and the line that called it. `nn.fit`
    raises it for a loss that is not finite.
    """


class GradientMismatch(AssertionError):
    """A gradient disagrees with its independent reference; raised by `testing.check_gradients`.

    The message names the argument, the index, both numbers, the tolerance and the mode. An AssertionError.
    """


class GradientLostWarning(UserWarning):
    """A gradient that was probably wanted is lost: a tensor became a plain number, or a result's gradient was not kept.

    Instead of `float(t)` use NumPy's functions, or `t.item()` if you only want the number; for the `.grad` of a result
    call `retain_grad()` before `backward()`.
    """


class DisconnectedWarning(UserWarning):
    """An output does not depend on an input that it is differentiated by: the gradient is 0, which may be a mistake.

    The message says which function, and what may have cut the graph: a `.detach()`, an `.item()`, a plain array.
    """


@contextlib.contextmanager
def needing(package: str, *, extra: str = "") -> Iterator[None]:
    """Import a package inside this context: if it is not installed, the error gives the command that installs it.

    A package without an extra is a dependency of the library, which somebody may have left out. A package that is
    installed but fails to load raises its own error.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        wanted = f"'cleargrad[{extra}]'" if extra else package
        raise ImportError(f"this needs {package}, which is not installed; run: pip install {wanted}",
                          name=error.name) from error


def name_of(function: object) -> str:
    """What a message calls a function: its name, or that of its class."""
    return str(getattr(function, "__name__", type(function).__name__))


def require_function(f: object, taker: str, instead: str = "") -> None:
    """Raise `TypeError` for a value in the place of a function, such as the `f(x)` of `vjp(f(x), x)`."""
    if not callable(f):
        raise TypeError(f"{taker} takes a function, got the value {f!r:.60} of type {type(f).__name__}; write "
                        + (instead or f"{taker}(f, ...), not {taker}(f(x), ...)"))


def require_instance(given: object, kind: type, taker: str, known_as: str) -> None:
    """Raise `TypeError` for what is of another kind, perhaps a class of which no instance was made."""
    if not isinstance(given, kind):
        came = (f"the class {given.__name__}; make one of it: {given.__name__}(...)" if isinstance(given, type)
                else f"{given!r:.60} of type {type(given).__name__}")
        raise TypeError(f"{taker} takes {known_as}, got {came}")


def require_directory(path: str | os.PathLike[str]) -> None:
    """Raise `FileNotFoundError` where the directory of a file that is to be written does not exist."""
    parent = Path(path).parent
    if not parent.is_dir():
        raise FileNotFoundError(f"the directory {str(parent)!r} does not exist; make it first, e.g. "
                                f"Path({str(parent)!r}).mkdir(parents=True)")


def is_inside(file: str) -> bool:
    """Whether a file is this library's or NumPy's."""
    return file.startswith(_INSIDE)


def user_line() -> str:
    """`file:line` of the innermost frame outside this library and NumPy: where the user called it."""
    frame: Any = sys._getframe(1)
    while is_inside(frame.f_code.co_filename):
        frame = frame.f_back
    return f"{frame.f_code.co_filename}:{frame.f_lineno}"


_OF_MATRICES = "the last axis of the first must equal the second to last of the second: transpose one with .mT"
HINTS = {
    "remapped shapes": "a letter stands for one size in all operands",  # einsum's wording
    "broadcast": "shapes must agree from the right or be 1: reshape one of them, e.g. with x[:, None]",
    "'list' object cannot be interpreted as an integer": "several axes are a tuple: axis=(0, 1)",
    "'True' as a data type": "to keep the axis write keepdims=True",  # PyTorch's x.sum(1, True)
    "axes don't match": "transpose takes all axes in their new order: two of them change places by swapaxes(1, 2)",
    "mismatch in its core dimension": _OF_MATRICES,  # matmul's
    "not aligned": _OF_MATRICES,  # dot's
}
"""What to do about an error of NumPy's, by words in its message, of which the first that occur decide."""


def raise_explained(name: str, values: Sequence[Any], error: Exception) -> NoReturn:
    """Raise NumPy's error again, with the operation, what it was given, and the user's line."""
    if not isinstance(error, (ValueError, TypeError, IndexError, np.linalg.LinAlgError)) or hasattr(error, "explained"):
        raise error
    came = ", ".join(
        f"{v.dtype} {v.shape}" if isinstance(v, (np.ndarray, np.generic)) else type(v).__name__ for v in values
    )
    hint = next((f"; {hint}" for wording, hint in HINTS.items() if wording in str(error)), "")
    message = f"{name} of {came}: {str(error).strip()}{hint} (at {user_line()})"
    try:
        explained = type(error)(message)
    except TypeError:  # an exception type with a custom constructor
        raise error from None
    setattr(explained, "explained", True)  # noqa: B010  # an exception may carry what we like
    raise explained from error


class UnknownName(AttributeError):
    """A name that an owner does not have: the message ends with what to write, or with the name that may be meant.

    It is looked for only when the message is read, so `hasattr` costs nothing. Without `obj=` Python adds no suggestion
    of its own, which would repeat this one, and which notebooks and imports do not show.
    """

    def __init__(self, words: str, name: str, known: Callable[[], Iterable[str]],
                 advice: Mapping[str, str] = MappingProxyType({})) -> None:
        super().__init__(words, name=name)
        self.words, self.asked, self.known, self.advice = words, name, known, advice

    def __str__(self) -> str:
        exact = self.asked if self.asked in self.advice else ""
        meant = exact or nearest(self.asked, self.known()) or nearest(self.asked, self.advice)
        return self.words + (f"; {self.advice.get(meant, f'did you mean {meant}?')}" if meant else "")

    def __reduce__(self) -> tuple[type[AttributeError], tuple[str]]:
        return AttributeError, (str(self),)


def nearest(name: str, known: Iterable[str]) -> str:
    """The public name that begins with this one (case and underscores aside), or that it misspells; "" for none."""
    from difflib import get_close_matches  # needed for misspelled names only

    plain = {_plain(other): other for other in sorted(known, reverse=True) if other[:1] != "_"}
    sought = _plain(name)
    longer = sorted((len(other), other) for other in plain if len(sought) > 2 and other.startswith(sought))
    found = [other for _, other in longer] or get_close_matches(sought, plain, 1, 0.75)
    return plain[found[0]] if found and name[:1] != "_" else ""


def instead_of(option: str, known: Iterable[str], advice: Mapping[str, str]) -> str:
    """What to write for an option that there is not: what `advice` says, the name that may be meant, or all there are.

    Advice to write another name, "write axis=", is for those that have one.
    """
    known, said = [*known], advice.get(option, "")
    named = re.match(r"write (\w+)=", said)
    if said and (named is None or named[1] in known):
        return said
    meant = nearest(option, known)
    return f"did you mean {meant}?" if meant else f"only {', '.join(known)}"


def _plain(name: str) -> str:
    return name.casefold().replace("_", "")


def no_attribute(module: str, name: str, advice: Mapping[str, str] = MappingProxyType({})) -> UnknownName:
    """The error for a name that a module does not have: it says what to write instead, or which name may be meant."""
    return UnknownName(f"module {module!r} has no attribute {name!r}", name, lambda: dir(sys.modules[module]), advice)


def no_attribute_of(instance: Any, name: str, advice: Mapping[str, str]) -> UnknownName:
    """`no_attribute` of an object, for its class's `__getattr__`."""
    return UnknownName(f"{type(instance).__name__!r} object has no attribute {name!r}", name, lambda: dir(instance),
                       advice)
