"""Context managers that say what to write where their parentheses are forgotten: `with no_grad:`."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any, Generic, NoReturn, ParamSpec, TypeVar

_P = ParamSpec("_P")
_T = TypeVar("_T")


class _Uncalled:
    """Something that makes a context manager when it is called, but is not one itself."""

    __name__: str

    def __enter__(self) -> NoReturn:
        name = self.__name__
        raise TypeError(f"{name} makes a context manager when it is called: write `with {name}():`")

    def __exit__(self, *error: object) -> None:
        """Never reached, but `with` looks for it first."""


class Called(_Uncalled, type):
    """The metaclass of a context manager: `with no_grad:` looks up `__enter__` here, in the class of the class."""


class context_manager(_Uncalled, Generic[_P, _T]):
    """`contextlib.contextmanager` of a public function."""

    def __init__(self, function: Callable[_P, Iterator[_T]]) -> None:
        self._make = contextmanager(function)
        functools.update_wrapper(self, function)

    def __call__(self, *args: _P.args, **options: _P.kwargs) -> AbstractContextManager[_T]:
        return self._make(*args, **options)

    def __repr__(self) -> str:
        return f"<function {self.__module__}.{self.__name__}>"

    def __reduce__(self) -> Any:
        return self.__name__  # pickle looks for it by its name
