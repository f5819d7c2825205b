"""Functions that are defined by others, as one elementwise operation: a ufunc, or a formula that is `closed`.

Values are the function's own, and the graph has one node for it. Its partials, which are closed in the same way, are
derived from the definition by forward accumulation, unless they are known better. So a density is one `norm.logpdf`,
not ten operations.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from autograd import declare
from autograd.declare import in_dtypes_of
from autograd.forward import jvp
from autograd.primitive import Elementwise
from autograd.registry import primitives
from autograd.rule_signature import Rule, argument_names
from autograd.runtime.locks import renewed
from autograd.tensor import Tensor

_making = renewed(globals(), "_making")  # two threads must not create the same operation twice


def elementwise(function: Callable[..., Any], *partials: Any, name: str | None = None, **options: Any) -> Rule:
    """`declare.elementwise` for SciPy's functions, some of which share a name with NumPy's."""
    label = name or function.__name__
    label = f"scipy.{label}" if label in primitives else label  # NumPy has a function of the same name
    return declare.elementwise(function, *partials, name=label, **options)


def by_definition(ufunc: np.ufunc) -> Callable[[Rule], Rule]:
    """Register a ufunc by a definition in terms of others: values are the ufunc's, partials the definition's."""

    def register(definition: Rule) -> Rule:
        cast = in_dtypes_of(ufunc, definition)
        names = argument_names(definition)
        elementwise(ufunc, *[slope(cast, i) for i in range(len(names))], operands=names)
        return definition

    return register


def closed(rule: Rule, name: str, *partials: Rule) -> Rule:
    """The rule as a single operation when it meets tensors, that is, when it is differentiated itself.

    `partials`, one an operand, may also read `out`; given for a rule that is not in NumPy calls.
    """

    @functools.cache
    def operation() -> Elementwise:
        operands = argument_names(rule)
        slopes = partials or [closed(slope(rule, i), f"partial {i} of {name}") for i in range(len(operands))]
        return Elementwise(name, lambda *values: np.asarray(rule(*values))[()], operands, slopes)

    @functools.wraps(rule)
    def apply(*values: Any) -> Any:
        if not any(isinstance(x, Tensor) for x in values):
            return rule(*values)
        with _making:
            known = operation()
        return known(*values)

    return apply


def computed_in_double(rule: Rule) -> Rule:
    """A rule in double precision, in which SciPy computes too: in float32 n - 1 forgets a small n."""

    @functools.wraps(rule)
    def apply(*values: Any) -> Any:
        return rule(*[x.astype(np.float64) if getattr(x, "dtype", None) in (np.float16, np.float32) else x
                      for x in values])

    vars(apply)["stated"] = rule  # what pictures show of it
    return apply


def slope(rule: Rule, place: int) -> Rule:
    """The partial derivative of an elementwise rule in one of its operands."""

    @functools.wraps(rule)
    def apply(*values: Any) -> Any:
        def along(x: Any) -> Any:
            return rule(*values[:place], x, *values[place + 1 :])

        return jvp(along, (values[place],), (np.ones_like(values[place]),))[1]

    apply.__doc__ = f"`∂out/∂{argument_names(rule)[place]}`: the slope along one operand."
    return apply
