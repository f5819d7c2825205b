"""`np.f(tensor)`: what happens when NumPy meets a tensor and the registry's entry does not handle the call."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NoReturn

import numpy as np

from autograd.arguments import as_operand, in_dtype_of, in_dtypes_of_loop, into, parameters
from autograd.arrays import in_a_tuple
from autograd.errors import NoDerivativeError
from autograd.primitive import wrap
from autograd.registry import public_name, rule_of
from autograd.tensor import Tensor
from autograd.tensor.box import tracked
from autograd.tensor.nested import holds_tensors, tensors_in, values_of

from .targets import apply_into
from .ufunc_methods import apply_method

_HARMLESS = {"subok": True, "order": "K", "where": True}
_WRITERS = frozenset({np.save, np.savez, np.savez_compressed, np.savetxt})


def apply_ufunc(ufunc: np.ufunc, method: str, inputs: Sequence[Any], options: Mapping[str, Any]) -> Any:
    """Apply a ufunc that was called with options, or by one of its methods, or that has no rule."""
    options = dict(options)
    targets = options.pop("out", ())
    if targets:  # also for y += x with an ndarray y
        return apply_into(targets, apply_ufunc, ufunc, method, inputs, options)
    if method == "__call__" and ufunc.signature and options.get("axes") is not None:
        return along_axes(ufunc, inputs, options.pop("axes"), options)
    if method == "__call__":
        apply = rule_of(ufunc)
        if apply is None:
            return no_derivative(ufunc, inputs, options)
        loop = {key: options[key] for key in ("dtype", "casting") if key in options}
        known = {key: options.pop(key) for key in [*options] if key in parameters(apply)}
        refused = [key for key, value in options.items()
                   if key not in loop and not (key in _HARMLESS and value is _HARMLESS[key])]
        if refused:
            if any(map(tracked, tensors_in((inputs, options)))):
                refuse_options(ufunc, inputs, options, refused)
            return no_derivative(ufunc, inputs, options | known)
        operands = [*map(as_operand, inputs)]
        return apply(*(in_dtypes_of_loop(ufunc, operands, **loop) if loop else operands), **known)
    result = apply_method(ufunc, method, inputs, options)
    if result is not NotImplemented:
        return result
    return no_derivative(getattr(ufunc, method), inputs, options, f"{public_name(ufunc)}.{method}")


def refuse_options(ufunc: np.ufunc, inputs: Sequence[Any], options: Mapping[str, Any], refused: list[str]) -> NoReturn:
    """Raise what NumPy raises for the options of a ufunc, or else that with these it has no derivative."""
    ones = [np.ones(x.shape, x.dtype) if isinstance(x, Tensor) else x for x in map(as_operand, inputs)]
    ufunc(*ones, **{name: given for name, given in options.items() if name != "where"})
    advice = "choose elements with np.where, or say with out= what the others are" if "where" in refused else (
        "leave it out")
    raise NoDerivativeError(f"{ufunc.__name__} with {', '.join(refused)} has no derivative here; {advice}")


def along_axes(ufunc: np.ufunc, inputs: Sequence[Any], axes: Sequence[Any], options: Mapping[str, Any]) -> Any:
    """Apply a ufunc of matrices or vectors along `axes`, which names the axes of each operand and of the result."""
    counts = [len(re.findall(r"\w+", core)) for core in re.findall(r"\((.*?)\)", str(ufunc.signature))]
    may_be_left_out = counts[-1] == 0
    if options.get("keepdims"):  # which NumPy has if no axes are left
        counts[-1] = counts[0]
    last = [tuple(range(-counts[-1], 0))] if may_be_left_out and len(axes) == ufunc.nin else []
    places = [*map(in_a_tuple, axes), *last]
    if list(map(len, places)) != counts:
        raise ValueError(f"{ufunc.__name__} of tensors takes axes={[tuple(range(n)) for n in counts]} or the like, a "
                         f"tuple for each operand and the result, got {axes}")
    moves = [(range(-n, 0), at) for n, at in zip(counts, places, strict=True)]
    moved = [np.moveaxis(as_operand(x), at, core) for x, (core, at) in zip(inputs, moves[:-1], strict=True)]
    return np.moveaxis(ufunc(*moved, **options), *moves[-1])


def apply_function(function: Callable[..., Any], args: Sequence[Any], options: Mapping[str, Any]) -> Any:
    """Apply a NumPy function by its rule, which may have to be loaded first, or without one; also with a target."""
    if (target := options.get("out")) is not None:
        rest = {name: option for name, option in options.items() if name != "out"}
        rest = in_dtype_of(target, parameters(function), rest)
        return into(function.__name__, target, function(*args, **rest))
    apply = rule_of(function)
    return no_derivative(function, args, options) if apply is None else wrap(apply(*args, **options))


def no_derivative(function: Callable[..., Any], args: Sequence[Any], options: Mapping[str, Any],
                  name: str | None = None) -> Any:
    """Apply a function without a rule: computed if nothing is tracked, refused if a gradient would be lost."""
    lost = next(filter(tracked, tensors_in((tuple(args), dict(options)))), None)
    if lost is None:
        value = function(*values_of(tuple(args)), **values_of(dict(options)))
        return value if holds_no_numbers(value) else wrap(value)
    if function in _WRITERS:
        raise NoDerivativeError(f"{public_name(function)} writes numbers, and a file keeps no gradients: give it "
                                "t.numpy(), or save a model with nn.save")
    raise NoDerivativeError(
        f"{name or public_name(function)} has no derivative rule, and the tensor of shape {lost.shape} requires "
        f"grad. {_how_to_add(function, args, options) if name is None else 'Write it in functions that have one,'}\n"
        "or, if no gradient is meant to flow, call it on t.detach(). autograd.supported() lists what has a rule."
    )


def holds_no_numbers(value: Any) -> bool:
    """Whether an array, or one of several, holds objects, text or dates, which tensors cannot."""
    if isinstance(value, tuple):
        return any(map(holds_no_numbers, value))
    return isinstance(value, (np.ndarray, np.generic)) and value.dtype.kind not in "biufc"


def _how_to_add(function: Callable[..., Any], args: Sequence[Any], options: Mapping[str, Any]) -> str:
    """The three lines that give a function a rule, for the way in which it was called."""
    path = public_name(function)
    if not path.replace(".", "").isidentifier():
        path = "ufunc"  # the user's own, in a variable of unknown name
    if isinstance(function, np.ufunc) and function.__name__.startswith("_"):
        path = f"scipy.special._ufuncs.{function.__name__}"  # the ufunc that the public function calls with tensors
    places = [holds_tensors(x) for x in args]
    names = [f"x{i}" for i in range(len(args))] if isinstance(function, np.ufunc) else list(parameters(function))
    given = [*names[: len(args)], *(["**options"] if options else [])]
    first = places.index(True) if True in places else 0
    return (
        "Add one:\n"
        f"    import autograd, {public_name(function).rpartition('.')[0] or 'numpy'}\n"
        f"    def cotangent(g, out, {', '.join(given)}): return g * ...  # d out / d {names[first]}, in NumPy calls\n"
        f"    autograd.rule({path}, vjp=[{'None, ' * first}cotangent])"
    )
