"""Operations of the user's own: `@custom` on a function of arrays, `rule(...)` for a NumPy or SciPy function.

State a pullback, or a pushforward, or both. Where one is missing it is the transpose of the other, taken by
differentiating the one that is there (both are linear in `g` and in `t`).
"""

from __future__ import annotations

import contextlib
import functools
import inspect
from collections.abc import Callable, Sequence
from typing import Any, overload

import numpy as np

from . import errors
from .arguments import as_tensor
from .boundary import fresh
from .declare import piecewise_constant
from .duck_arrays import Array, add_all
from .graph import Node
from .modes import enable_grad, outside
from .primitive import Primitive
from .registry import registry, rule_of, ufunc_within
from .reverse import pull
from .tensor import Tensor
from .tensor.box import bottom, varies
from .tensor.nested import tensors_in
from .transforms.vmap import in_every_batch

Rules = Sequence[Callable[..., Any] | None]
"""One for each argument, None where it has no derivative."""


def as_arrays(found: Any) -> Any:
    """The result of a user's function, which may be a number or a list, as an array; a tuple is several outputs.

    It is copied: the function may return its operand, or reuse one buffer for all calls.
    """
    return tuple(map(as_arrays, found)) if isinstance(found, tuple) else np.array(found)[()]


class Custom(Primitive):
    """A primitive whose rules come from the user, and are checked where they are used.

    It is not in the table of primitives: its name is the user's choice and need not be unique.
    """

    kind = "custom"
    listed = False

    def __init__(self, name: str, evaluate: Callable[..., Any], numeric: bool) -> None:
        def on_arrays(*operands: Array, **options: Any) -> Any:
            with outside():  # outside batches: plain arrays are not their examples
                return as_arrays(evaluate(*operands, **options))

        super().__init__(name, on_arrays, ("operands",))
        self.numeric = numeric
        self.reads = frozenset({"operands", "out"})
        self.vjps: Rules = ()
        self.jvps: Rules = ()

    def pullback(self, g: Array, node: Node, needs: Sequence[bool]) -> Sequence[Array | None]:
        count = len(node.parents)
        operands, out = node.saved[:count], node.saved[count]
        if isinstance(g, list):  # several outputs, some of which may not have been used
            g = tuple(np.zeros_like(o) if c is None else c for c, o in zip(g, out, strict=True))
        return [self._checked(self._cotangent(i, g, out, operands, node.options), i, parent)
                if needed and parent is not None
                else None
                for i, (parent, needed) in enumerate(zip(node.parents, needs, strict=True))]

    def pushforward(self, tangents: Sequence[Array | None], operands: Sequence[Array], out: Array,
                    options: dict[str, Any]) -> Array | None:
        return add_all([self._tangent(i, t, out, operands, options) for i, t in enumerate(tangents) if t is not None])

    def _cotangent(self, i: int, g: Array, out: Array, operands: Sequence[Array], options: dict[str, Any]) -> Array:
        vjp, jvp = (self._rule(mode, i, (out, *operands), options) for mode in ("vjp", "jvp"))
        if vjp is not None:
            c = vjp(g)
            return c.copy() if isinstance(c, np.ndarray) else c
        if jvp is not None:
            return self._transposed(jvp, operands[i], g, self._cut("jvp", i))
        if self.numeric:
            return self._on_values(lambda operands, g: self._numeric(operands, options, i, g), tuple(operands), g)
        raise self._missing(i)

    def _tangent(self, i: int, t: Array, out: Array, operands: Sequence[Array], options: dict[str, Any]) -> Array:
        vjp, jvp = (self._rule(mode, i, (out, *operands), options) for mode in ("vjp", "jvp"))
        if jvp is not None:
            slope = jvp(t)
            if len(_parts(slope)) != len(_parts(out)):
                raise TypeError(f"the jvp of {self.name} for argument {i} must return a tuple with a tangent of each "
                                f"of its {len(_parts(out))} outputs, got {slope!r:.60}")
            return slope
        if vjp is not None:
            return self._transposed(vjp, out, t, self._cut("vjp", i))
        if self.numeric:
            return self._on_values(lambda operands, t: self._directional(operands, options, i, t), tuple(operands), t)
        raise self._missing(i)

    def _rule(self, mode: str, i: int, values: Sequence[Array],
              options: dict[str, Any]) -> Callable[[Array], Array] | None:
        """The rule of an operand as a function of `g` or `t`. It raises `TypeError` where it cuts a graph."""
        rules = self.vjps if mode == "vjp" else self.jvps
        rule = rules[i] if i < len(rules) else None
        if rule is None:
            return None

        def apply(change: Array) -> Array:
            c = rule(change, *values, **options)
            given = [x for part in (change, *values) for x in _parts(part)]
            parts = [part for part in _parts(c) if not isinstance(part, Tensor)]
            if parts and any(isinstance(x, Tensor) and varies(x) for x in given) and any(map(np.any, parts)):
                raise self._cut(mode, i)
            return c

        return apply

    def _cut(self, mode: str, i: int) -> TypeError:
        return TypeError(f"the {mode} of {self.name} for argument {i} returned an array that is cut off from the "
                         "tensors it was given, so its derivatives would be lost; compute it from them in NumPy calls, "
                         "without .numpy(), .data, .item() or float()")

    def _transposed(self, linear: Callable[[Any], Any], like: Array, cotangent: Array, cut: TypeError) -> Array:
        """The transpose of a linear function, whose variable is of the shape of `like`, by recording it at 0.

        Raises `cut` if an image was not recorded as depending on the variable although it is not 0.
        """
        zeros = [np.zeros(x.shape, x.dtype) for x in _parts(like)]
        variables = [fresh(in_every_batch(Tensor(zero))) for zero in zeros]
        nodes = [bottom(variable)._node for variable in variables]
        with enable_grad():
            images = _parts(linear(_formed(variables, like)))
        if not all(isinstance(image, Tensor) for image in images):
            ones = _formed([in_every_batch(Tensor(np.ones_like(zero))) for zero in zeros], like)
            if any(np.any(c) for image, c in zip(images, _parts(linear(ones)), strict=True)
                   if not isinstance(image, Tensor)):
                raise cut
        found = pull([(image, as_tensor(g).conj()) for image, g in zip(images, _parts(cotangent), strict=True)
                      if isinstance(image, Tensor)], frozenset(nodes))
        # `pull` gives the adjoint, J^H g, and a rule the transpose
        return _formed([np.conj(found.get(node, zero)) for node, zero in zip(nodes, zeros, strict=True)], like)

    def _on_values(self, compute: Callable[..., Any], *given: Any) -> Any:
        """A numerical derivative, within `vmap` example by example. Raises if a higher order is requested."""
        tensors = [*tensors_in(given)]
        if any(map(varies, tensors)):
            raise errors.NoDerivativeError(f"{self.name} is differentiated numerically, to first order only; give it "
                                           ".defvjp or .defjvp for higher orders")
        return piecewise_constant(compute)(*given) if tensors else compute(*given)

    def _numeric(self, operands: Sequence[Array], options: dict[str, Any], i: int, g: Array) -> Array:
        x = np.asarray(operands[i])
        c = np.zeros_like(x)
        for index in np.ndindex(x.shape):
            direction = np.zeros_like(x)
            direction[index] = 1
            slope = self._directional(operands, options, i, direction)
            c[index] = sum(np.sum(part * s) for part, s in zip(_parts(g), _parts(slope), strict=True))
        return c[()]

    def _directional(self, operands: Sequence[Array], options: dict[str, Any], i: int, t: Array) -> Array:
        """Central difference along `t`; the step balances truncation h^2 against rounding eps/h."""
        x = np.asarray(operands[i])
        scale = float(np.max(np.abs(t), initial=0)) or 1.0
        step = float(np.finfo(x.dtype).eps) ** (1 / 3) * float(np.max(np.abs(x), initial=1)) / scale
        high, low = (self.evaluate(*operands[:i], x + sign * step * t, *operands[i + 1 :], **options)
                     for sign in (1, -1))
        return _formed([(np.asarray(a) - np.asarray(b)) / (2 * step)
                        for a, b in zip(_parts(high), _parts(low), strict=True)], high)

    def _checked(self, c: Array, i: int, parent: Node) -> Array:
        """A cotangent, checked: it has its argument's shape, up to broadcasting, and a dtype that can be cast."""
        must = f"the vjp of {self.name} for argument {i} must return"
        if not isinstance(c, (Tensor, np.ndarray, np.generic, float, int)):
            raise TypeError(f"{must} an array, got {type(c).__name__}"
                            + ("; defvjp takes one function for each argument" if isinstance(c, tuple) else ""))
        c = c if isinstance(c, Tensor) else np.asarray(c)
        if c.shape != parent.shape and c.shape[c.ndim - parent.ndim :] != parent.shape:
            raise ValueError(f"{must} the shape {parent.shape} of that argument, got {c.shape}")
        if c.dtype.kind not in ("fc" if parent.dtype.kind == "c" else "f"):
            raise TypeError(f"{must} {parent.dtype}, got {c.dtype}")
        return c

    def _missing(self, i: int) -> errors.NoDerivativeError:
        return errors.NoDerivativeError(
            f"{self.name} has no derivative in argument {i}: write {self.name}.defvjp(lambda g, out, *args: ...) or "
            f"{self.name}.defjvp(lambda t, out, *args: ...), or @autograd.custom(numeric=True) for finite differences"
        )


def _parts(x: Any) -> tuple[Any, ...]:
    """One item per output: an operation with several outputs gives a tuple."""
    return x if isinstance(x, tuple) else (x,)


def _formed(parts: Sequence[Any], like: Any) -> Any:
    """The parts in the form of `like`: a tuple, or the single part."""
    return tuple(parts) if isinstance(like, tuple) else parts[0]


def _rules_of(function: Callable[..., Any], arguments: str, rules: Rules) -> Rules:
    """The rules. Raises `TypeError` if there are more of them than the function has arguments, or if one cannot be
    called with a cotangent or tangent, the output, and an operand.
    """
    if _misfit(function, *rules):
        raise TypeError(f"a rule belongs to an argument, and {errors.name_of(function)} has "
                        f"fewer than the {len(rules)} given; each is a function of {arguments}")
    for rule in rules:
        if rule is not None and (misfit := _misfit(rule, None, None, None)):
            raise TypeError(f"a rule is a function of {arguments}, got {rule!r:.60}: {misfit}")
    return rules


def _misfit(function: Callable[..., Any], *first: Any) -> str:
    """Why a function cannot be called with these as its first arguments; "" if it can, or has no signature to tell."""
    try:
        inspect.signature(function).bind_partial(*first)
    except TypeError as error:
        return str(error)
    except ValueError:  # as some built-in functions
        pass
    return ""


class CustomFunction:
    """What `@custom` returns: a function of arrays and tensors, to which `.defvjp` or `.defjvp` gives a derivative."""

    kind = "custom"

    def __init__(self, function: Callable[..., Any], numeric: bool) -> None:
        functools.update_wrapper(self, function)
        self.numeric = numeric
        self.primitive = Custom(getattr(function, "__name__", "custom"), function, numeric)

    def __reduce__(self) -> str:
        """Pickled by its name, as functions are: another process imports it with its derivative."""
        return str(getattr(self, "__qualname__", self.primitive.name))

    def __repr__(self) -> str:
        return f"<differentiable function {self.primitive.name}>"

    def __call__(self, *args: Any, **options: Any) -> Any:
        """The function of `args`; keyword arguments pass through undifferentiated."""
        return self.primitive(*args, **options)

    def defvjp(self, *vjps: Callable[..., Any] | None) -> CustomFunction:
        """Give the pullback in each argument: `vjp(g, out, *args, **options)` returns the cotangent of that argument.

        `g` has the shape of `out`; with several outputs both are tuples. Written in NumPy calls, it also serves forward
        mode and higher orders. For complex numbers it is `g * f'(z)`, without a conjugate: gradients are conjugated
        at both ends of a pass.
        """
        self.primitive.vjps = _rules_of(self, "(g, out, *args)", vjps)
        return self

    def defjvp(self, *jvps: Callable[..., Any] | None) -> CustomFunction:
        """Give the pushforward of each argument: `jvp(t, out, *args, **options)` returns the tangent of the output.

        With several outputs it is a tuple.
        """
        self.primitive.jvps = _rules_of(self, "(t, out, *args)", jvps)
        return self


def _of_arrays(asker: str, function: Any) -> Any:
    """The function. Raises `TypeError` for anything else, and for a method, whose `self` is not an array."""
    if not callable(function):
        raise TypeError(f"{asker} takes a function of arrays, got {function!r:.60}")
    with contextlib.suppress(ValueError):  # some built-in functions have no signature
        if next(iter(inspect.signature(function).parameters), None) == "self":
            raise TypeError(f"{asker} takes a function of arrays, and {function.__name__} is a method: write it "
                            "outside the class, and give it as arguments what it reads from self")
    return function


@overload
def custom(function: Callable[..., Any], *, numeric: bool = False) -> CustomFunction: ...
@overload
def custom(*, numeric: bool = False) -> Callable[[Callable[..., Any]], CustomFunction]: ...
def custom(function: Callable[..., Any] | None = None, *, numeric: bool = False) -> Any:
    """An operation of your own, from a function of arrays, to be given a derivative with `.defvjp` or `.defjvp`.

        @autograd.custom
        def cube(x):
            return x**3
        cube.defvjp(lambda g, out, x: 3 * g * x**2)

    `numeric=True` differentiates a black box by central differences, in both modes, to first order.
    """
    if function is None:
        return functools.partial(custom, numeric=numeric)
    return CustomFunction(_of_arrays("custom", function), numeric)


def rule(function: Callable[..., Any], *, vjp: Callable[..., Any] | Rules | None = None,
         jvp: Callable[..., Any] | Rules | None = None, numeric: bool = False) -> CustomFunction:
    """Give a NumPy or SciPy function a derivative; calls of it on tensors are recorded from now on.

    `vjp` and `jvp` are functions as `custom` takes them, or sequences with one per argument. Returns the function for
    tensors: call that one if a SciPy function offers no protocol. Raises `ValueError` if there already is a rule.
    """
    function = ufunc_within(_of_arrays("rule", function))
    if rule_of(function) is not None:
        raise ValueError(f"{errors.name_of(function)} has a rule already; see autograd.supported()")
    made = CustomFunction(function, numeric)
    made.defvjp(*(vjp if isinstance(vjp, Sequence) else (vjp,)))
    made.defjvp(*(jvp if isinstance(jvp, Sequence) else (jvp,)))
    registry[function] = made
    return made
