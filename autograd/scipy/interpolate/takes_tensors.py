"""What makes the twin of a class of interpolators: SciPy's own object of arrays, our definition of tensors."""

from __future__ import annotations

from collections.abc import Callable
from inspect import signature
from typing import Any

from autograd.primitive import wrap
from autograd.registry import registry
from autograd.rule_signature import Rule, argument_names
from autograd.tensor.nested import holds_tensors


class TakesTensors:
    """An object of SciPy's that may be called with tensors; where its data are tensors, `of_tensors` makes another."""

    of_tensors: Callable[..., Any]
    ours: Any  # the class in NumPy calls, made of what SciPy's object has under the names of its parameters

    def __new__(cls, *args: Any, **options: Any) -> Any:
        return cls.of_tensors(*args, **options) if holds_tensors((args, options)) else super().__new__(cls)

    def in_numpy_calls(self) -> Any:
        """The same function, as `of_tensors` makes it."""
        return self.ours(*[getattr(self, name) for name in argument_names(self.ours.__init__)[1:]])

    def __call__(self, *args: Any, **options: Any) -> Any:
        if not holds_tensors((args, options)):
            return super().__call__(*args, **options)  # type: ignore[misc]  # SciPy's class comes after this one
        return wrap(self.in_numpy_calls()(*args, **options))


class TakesTensorBounds(TakesTensors):
    """One that has integrals, too."""

    def integrate(self, a: Any, b: Any, extrapolate: Any = None) -> Any:
        if not holds_tensors((a, b)):
            return super().integrate(a, b, extrapolate)  # type: ignore[misc]  # SciPy's class comes after this one
        return self.in_numpy_calls().integrate(a, b, extrapolate)


def twin_class(theirs: Any, ours: Any, kind: type[TakesTensors] = TakesTensorBounds) -> Callable[[Rule], Any]:
    """Register a definition of tensors as the twin of a class: `@twin_class(si.PPoly, PiecewisePolynomial)`."""

    def register(definition: Rule) -> Any:
        registry[theirs] = type(theirs.__name__, (kind, theirs), {
            "of_tensors": staticmethod(definition), "ours": ours, "__doc__": definition.__doc__,
            "__module__": definition.__module__, "__signature__": signature(definition)})
        return registry[theirs]

    return register
