"""The decorator that makes the twin of a class: SciPy's own object for arrays, our definition for tensors."""

from __future__ import annotations

import functools
from collections.abc import Callable
from inspect import signature
from typing import Any

from autograd.primitive import wrap
from autograd.rule_signature import Rule, argument_names
from autograd.tensor.nested import holds_tensors

from .twin import in_registry


class TakesTensors:
    """An object of SciPy's that may be called with tensors; if its data are tensors, `of_tensors` makes one of ours."""

    of_tensors: Callable[..., Any]
    ours: Any  # the class in NumPy calls; SciPy's object has its parameters as attributes

    def __new__(cls, *args: Any, **options: Any) -> Any:
        return cls.of_tensors(*args, **options) if holds_tensors((args, options)) else super().__new__(cls)

    def in_numpy_calls(self) -> Any:
        """The same function in NumPy calls: an object of `ours`."""
        return self.ours(*[getattr(self, name) for name in argument_names(self.ours.__init__)[1:]])


def twin_class(theirs: Any, ours: Any, kind: type[TakesTensors] = TakesTensors, *,
               real: bool = False) -> Callable[[Rule], Any]:
    """Register a definition of tensors as the twin of a class: `@twin_class(si.PPoly, PiecewisePolynomial)`.

    The methods that both classes have take tensors; `real` is as in `twin`.
    """
    shared = [name for name in dir(ours) if name == "__call__" or (not name.startswith("_") and hasattr(theirs, name)
                                                                  and callable(getattr(ours, name)))]

    def register(definition: Rule) -> Any:
        return in_registry(theirs, type(theirs.__name__, (kind, theirs), {
            **{name: taking_tensors(kind, theirs, name) for name in shared},
            "of_tensors": staticmethod(definition), "ours": ours, "__doc__": definition.__doc__,
            "__module__": definition.__module__, "__signature__": signature(definition)}), real)

    return register


def taking_tensors(kind: type[TakesTensors], theirs: Any, name: str) -> Callable[..., Any]:
    """SciPy's method, or ours if it is given tensors."""
    original = vars(kind).get(name) or getattr(theirs, name)

    @functools.wraps(original)
    def method(self: TakesTensors, *args: Any, **options: Any) -> Any:
        if holds_tensors((args, options)):
            return wrap(getattr(self.in_numpy_calls(), name)(*args, **options))
        return original(self, *args, **options)

    return method
