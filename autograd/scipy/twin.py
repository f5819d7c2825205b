"""What makes a twin: SciPy's own function where there is no tensor, its differentiable definition where there is."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from autograd.primitive import wrap
from autograd.reading import Rule
from autograd.registry import registry
from autograd.tree import tensors_in


def twin(function: Callable[..., Any],
         of_arrays: Callable[..., Any] | None = None) -> Callable[[Rule], Callable[..., Any]]:
    """Register a definition in NumPy calls as the twin of a SciPy function: `@twin(scipy.linalg.expm)`.

    `of_arrays` takes the place of SciPy's function where that makes an object, which must take tensors later.
    """

    def register(definition: Rule) -> Callable[..., Any]:
        @functools.wraps(function)
        def apply(*args: Any, **options: Any) -> Any:
            tracked = next(tensors_in((args, options)), None) is not None
            return wrap(definition(*args, **options)) if tracked else (of_arrays or function)(*args, **options)

        registry[function] = apply
        return apply

    return register
