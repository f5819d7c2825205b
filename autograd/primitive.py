"""A primitive: a NumPy function with its derivative, and the one path by which it is applied and recorded.

The author of a rule states a derivative once; reverse and forward accumulation both follow from it:

    kind           the author writes                                  reverse                forward
    elementwise    the partial derivative in each operand             g * partial            partial * t
    linear         the transpose, `g` and the operand's shape in      transpose(g)           the function of t
    multilinear    the transpose in each operand                      transposes             the function, per operand
    general        pullback and pushforward, operand by operand       as written             as written
    (a reduction   the pullback for g and out with their axes kept    as written             its sum for g = 1, times t)
    constant       nothing                                            no gradient            no gradient

Conventions of all rules. `g` is the cotangent of the output and has its shape; `t` is the tangent of one operand; `out`
is the output. A rule names what it reads (`x`, `y`, `z`, `out`, or the names given with `operands=`) and the node keeps
just that. `active` tells, operand by operand, which are differentiated. Options (`axis=`) are keyword-only. A rule is
plain NumPy on arrays *or* tensors: no writes, no Python branches on values. Broadcasting and dtypes are the engine's: a
cotangent is summed back over broadcast axes, made real for a real operand, cast to the operand's dtype. Complex
cotangents are conjugated inside a pass (`dL = Re(sum g dz)`), so that a transpose needs no `conj`, and conjugated back
at its ends. Where `g` or a partial is exactly 0, so is their product, even if the other is infinite or nan there.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import zip_longest
from typing import Any

import numpy as np

from . import errors
from .arguments import FLAT, PLAIN, as_computed, as_operand, between_any, checked_options, in_dtype_of, into, rearranged
from .arrays import FLOAT64, OBJECT, refuse_objects
from .duck_arrays import Array, add_all
from .graph import Leaf, Node, describe
from .modes import local, mode, stand_ins
from .registry import primitives, registry
from .rule_signature import Rule, active_operands, argument_names, option_names
from .runtime.numbers import NUMBERS, WITH_ARRAYS, as_array
from .runtime.reduction import LARGE, nan_or_largest
from .tensor import Tensor
from .tensor.memory import copied_options, lend

_float64, _ndarray, _new = np.float64, np.ndarray, object.__new__
_NO_OPTIONS: dict[str, Any] = {}


class Primitive:
    """A function of arrays, how its derivative is accumulated, and which values the derivative reads."""

    name: str
    evaluate: Callable[..., Any]  # on raw arrays: operands positional, options by keyword
    operands: tuple[str, ...]
    cotangents: tuple[Any, ...] | None = None  # a function of g and the node for each operand, or else `pullback`
    reads: frozenset[str] = frozenset()
    rule_reads: tuple[frozenset[str], ...] = ()  # operand by operand
    kind = "constant"
    options: tuple[str, ...] = ()  # the options that the rules handle
    offset: str | None = None  # the option that adds a constant, such as `initial`
    inert: frozenset[int] = frozenset()  # the operands in which the output is constant
    takes_tensors = False  # the rules are plain NumPy on duck arrays, so cotangents may be tensors
    views = False  # the output may be a view of an operand
    listed = True  # in the table of primitives, under a unique name

    def __init__(self, name: str, evaluate: Callable[..., Any], operands: tuple[str, ...]) -> None:
        if self.listed and primitives.setdefault(name, self) is not self:
            raise ValueError(f"the primitive {name} is registered twice")
        self.name, self.evaluate, self.operands = name, evaluate, operands
        self.apply: Callable[..., Any] = self  # inside boxes; many have a shorter path, see `unary` and `binary`
        self.flat: Callable[[Any, dict[str, Any]], Any] | None = None  # the hot path of one operand and its options

    def take_flat_path(self) -> None:
        """Apply by the hot path of one operand."""
        self.flat = flat = unary(self, self.evaluate)
        self.apply = lambda x, **options: flat(x, options)

    def pullback(self, g: Array, node: Node, needs: Sequence[bool]) -> Sequence[Array | None]:
        """Cotangents of all operands at once, used if `cotangents` is None; those that are not needed may be None."""
        raise NotImplementedError

    def pushforward(self, tangents: Sequence[Array | None], operands: Sequence[Array], out: Array,
                    options: dict[str, Any]) -> Array | None:
        """The tangent of the output; `tangents[i]` is None for an operand that does not vary."""
        raise NotImplementedError

    def __call__(self, *operands: Any, **options: Any) -> Any:
        """Apply to tensors, arrays and numbers; record a node if an operand is tracked."""
        values: list[Any] = []
        parents: list[Node | None] = []
        box: Any = None  # the one of the highest level
        for x in operands:
            if isinstance(x, Tensor):
                if x._boxed and (box is None or x.level > box.level):
                    box = x
                values.append(x._value)
                parents.append(x._node)
            else:
                values.append(x)
                parents.append(None)
        if box is not None:
            return box.applied(self, operands, options)
        try:
            value = self.evaluate(*values, **options)
        except Exception as error:  # noqa: BLE001  # it is raised again, explained
            errors.raise_explained(self.name, values, error)
        value = np.complex128(value) if type(value) is complex else value  # Python's, of 1j times a NumPy float
        recorded = local.recording and any(parents)
        return self.record(value, operands, values, parents, options) if recorded else wrap(value)

    def record(self, value: Any, operands: Sequence[Any], values: Sequence[Any], parents: Sequence[Node | None],
               options: dict[str, Any]) -> Any:
        """Wrap `value` with a node; called if an operand is tracked and recording is on."""
        if self.inert:
            parents = [None if i in self.inert else parent for i, parent in enumerate(parents)]
            if not any(parents):
                return wrap(value)
        if not (reads := self.reads_for(parents)):
            return self.attach(value, operands, tuple(parents), (None,) * (len(operands) + 1), options)
        saved = [*values, value if "out" in reads else None]
        for i, name in enumerate(self.names(len(operands))):
            saved[i] = protected(operands[i], parents[i], values[i]) if name in reads else None
        return self.attach(value, operands, tuple(parents), tuple(saved), options)

    def attach(self, value: Any, operands: Sequence[Any], parents: tuple[Node | None, ...], saved: tuple[Any, ...],
               options: dict[str, Any]) -> Any:
        """The output as a tensor (or several) of a new node."""
        if mode.special and (given := stand_ins(operands)) is not None:
            return self(*given, **options)
        node = Node()
        node.primitive, node.parents, node.saved = self, parents, saved
        node.options, node.hooks, node.scope = copied_options(options) if options else options, None, None
        if None in parents:
            node.untracked = tuple(map(describe, operands, parents))
        if type(value) is tuple or getattr(value, "dtype", OBJECT) is OBJECT:
            if type(value) is not tuple:
                refuse_objects(value)
            node.shape, node.dtype = (len(value),), OBJECT
            results: Any = primitives["select"].split(node, value)  # type: ignore[attr-defined]  # see several_outputs.py
        else:
            node.shape, node.dtype = value.shape, value.dtype
            results = Tensor._of(value, node)
        for watcher in local.watchers:
            watcher(node, value)
        return results

    def reads_for(self, parents: Sequence[Node | None]) -> frozenset[str]:
        """What the rules of the tracked operands read: an operand that only other rules read is not kept."""
        if self.cotangents is None or None not in parents:
            return self.reads
        first, *others = [r for r, parent in zip(self.rule_reads, parents, strict=True) if parent is not None]
        return first.union(*others) if others else first

    def names(self, count: int) -> tuple[str, ...]:
        """The operands' names; a variadic primitive calls all of them by its one name."""
        return self.operands if len(self.operands) == count else self.operands * count

    def __repr__(self) -> str:
        return f"<{self.kind} primitive {self.name}>"


Leaf.primitive = Primitive("leaf", lambda: None, ())  # type: ignore[misc]  # a class attribute over a slot


def wrap(value: Any) -> Any:
    """Results of an operation as tensors, without a graph."""
    if isinstance(value, np.ndarray):
        return Tensor._of(value, None)
    if isinstance(value, np.generic):
        number = Tensor._of(value, None)
        number._scalar = True
        return number
    if isinstance(value, (tuple, list)):
        return type(value)(*map(wrap, value)) if hasattr(value, "_fields") else type(value)(map(wrap, value))
    return value


def protected(operand: Any, parent: Node | None, value: Any) -> Any:
    """An operand's value as a node keeps it: a copy if someone else could write to it (constants, shared arrays)."""
    if not isinstance(value, _ndarray) or (parent is not None and not operand._shared):
        return value
    return value if parent is None and isinstance(operand, Tensor) and lend(operand) else value.copy("K")


class Elementwise(Primitive):
    """A function of corresponding elements; its rule, a partial per operand, multiplies cotangents and tangents."""

    kind = "elementwise"
    takes_tensors = True
    cotangents: tuple[Any, ...]

    def __init__(self, name: str, evaluate: Rule, operands: tuple[str, ...], partials: Sequence[Any],
                 times: Rule | None = None, ufunc: np.ufunc | None = None) -> None:
        super().__init__(name, evaluate, operands)
        self.ufunc, self.partials = ufunc, tuple(partials)  # None unless partials compute with several operands
        self.linear = all(p in (1, -1) for p in partials)  # sums and differences: the tangent is one, too
        self.rule_reads = tuple(frozenset(argument_names(p)) - {"active"} for p in partials)
        self.reads = frozenset().union(*self.rule_reads)
        self.cotangents = tuple(_elementwise_cotangent(p, (*operands, "out"), times) for p in partials)

    def record(self, value: Any, operands: Sequence[Any], values: Sequence[Any], parents: Sequence[Node | None],
               options: dict[str, Any]) -> Any:
        return super().record(value, operands, as_computed(self.ufunc, values, value.dtype), parents, options)

    def pushforward(self, tangents: Sequence[Array | None], operands: Sequence[Array], out: Array,
                    options: dict[str, Any]) -> Array | None:
        if self.linear and all(t is not None for t in tangents):
            return self.apply(*tangents)
        view = Node()  # it has just what a rule reads
        view.saved, view.parents = (*as_computed(self.ufunc, operands, out.dtype), out), tuple(tangents)
        return add_all([times(t, view) for times, t in zip(self.cotangents, tangents, strict=True) if t is not None])


def _elementwise_cotangent(partial: Any, slots: tuple[str, ...], times: Rule | None) -> Rule:
    """`g * partial`, 0 where either is 0, as one flat function; the most common signature gets one without a loop."""
    if isinstance(partial, (int, float)):
        same, opposite = (lambda g, node: g), (lambda g, node: -g)
        return {1.0: same, -1.0: opposite}.get(partial, lambda g, node: g * partial)
    names = argument_names(partial)
    at = [slots.index(name) for name in names if name != "active"]
    if "active" in names:
        return lambda g, node: pole_safe(g, partial(*[node.saved[k] for k in at], active=active_operands(node)))
    if len(at) == 1:
        k, multiply = at[0], times or pole_safe
        if times is not None or type(partial) is str:
            return lambda g, node: multiply(g, node.saved[k])
        return lambda g, node: pole_safe(g, partial(node.saved[k]))
    return lambda g, node: pole_safe(g, partial(*[node.saved[k] for k in at]))


def pole_safe(g: Array, partial: Array) -> Array:
    """`g * partial`, exactly 0 where either is exactly 0, even where the other is infinite or nan."""
    if type(g) is not _ndarray or type(partial) is not _ndarray:
        if isinstance(g, Tensor) or isinstance(partial, Tensor):
            return registry[pole_safe](g, partial)
        if type(partial) in NUMBERS and type(g) is _ndarray:
            partial = as_array(partial, g.dtype)
    product = g * partial  # only a nan needs fixing, and `argmax` takes nan for the largest
    largest = (product if type(product) is not _ndarray
               else product.item(product.argmax()) if 0 < product.size < LARGE else nan_or_largest(product))
    return product if largest == largest else np.where((g == 0) | (partial == 0), 0, product)[()]


def unary(primitive: Primitive, function: Rule) -> Callable[..., Any]:
    """The hot path of a function of one operand: unwrap, call, wrap, record."""
    read_x, read_out = (name in primitive.reads for name in (*primitive.operands, "out"))

    def apply(x: Any, options: dict[str, Any] = _NO_OPTIONS) -> Tensor:
        if type(x) is not Tensor:
            return Primitive.__call__(primitive, x, **options)  # type: ignore[no-any-return]
        value, parent = x._value, x._node
        try:
            result = function(value, **options) if options else function(value)
        except Exception as error:  # noqa: BLE001  # raised again, explained
            errors.raise_explained(primitive.name, (value,), error)
        dtype = FLOAT64 if type(result) is _float64 else getattr(result, "dtype", OBJECT)
        if parent is None or mode.special or dtype is OBJECT:
            recorded = parent is not None and local.recording
            return primitive.record(result, (x,), (value,), (parent,), options) if recorded else wrap(result)  # type: ignore[no-any-return]
        out = _new(Tensor)
        out._value, out._shared = result, False
        out._node = node = Node()
        node.primitive, node.parents, node.hooks, node.scope = primitive, (parent,), None, None
        node.options = copied_options(options) if options else _NO_OPTIONS
        node.saved = (protected(x, parent, value) if read_x else None, result if read_out else None)
        node.shape, node.dtype = result.shape, dtype
        return out

    return apply


def binary(primitive: Elementwise | Structured, function: Rule) -> Callable[..., Any]:  # noqa: C901  # calls cost
    """The hot path of a function of two operands without options; one of them may be a number or an array."""
    of_x, of_y = primitive.rule_reads
    names = (*primitive.operands, "out")
    keep_both = tuple(name in of_x or name in of_y for name in names)
    keep_left, keep_right = (tuple(name in reads for name in names) for reads in (of_x, of_y))
    computes = isinstance(primitive, Elementwise) and primitive.ufunc is not None
    with_arrays = function in WITH_ARRAYS

    def apply(x: Any, y: Any) -> Any:  # noqa: C901  # written out, to save calls
        if type(x) is Tensor:
            a, left = x._value, x._node
        elif type(x) in FLAT:
            a, left = x, None
        else:
            return between_any(primitive, x, y)
        if type(y) is Tensor:
            b, right = y._value, y._node
        elif type(y) in FLAT:
            b, right = y, None
        else:
            return between_any(primitive, x, y)
        try:
            if right is None and with_arrays and type(b) in NUMBERS and type(a) is _ndarray:
                result = function(a, as_array(b, a.dtype))
            elif left is None and with_arrays and type(a) in NUMBERS and type(b) is _ndarray:
                result = function(as_array(a, b.dtype), b)
            else:
                result = function(a, b)
        except Exception as error:  # noqa: BLE001  # raised again, with the operation and the user's line
            errors.raise_explained(primitive.name, (a, b), error)
        if mode.special or (left is None and right is None):
            recorded = (left or right) and local.recording
            return primitive.record(result, (x, y), (a, b), (left, right), {}) if recorded else wrap(result)
        if computes and (type(a) is not _float64 or (type(b) is not _float64 and type(b) is not float)):
            dtype = result.dtype
            if getattr(a, "dtype", dtype) is not dtype or getattr(b, "dtype", dtype) is not dtype:
                return primitive.record(result, (x, y), (a, b), (left, right), {})
        out = _new(Tensor)
        out._value, out._shared = result, False
        out._node = node = Node()
        node.primitive, node.parents, node.options = primitive, (left, right), _NO_OPTIONS
        node.hooks = node.scope = None
        if left is not None and right is not None:
            keep, open_to_others = keep_both, x._shared or y._shared
        elif type(y) in NUMBERS:
            keep, open_to_others, node.untracked = keep_left, x._shared, (None, y)
        elif type(x) in NUMBERS:
            keep, open_to_others, node.untracked = keep_right, y._shared, (x, None)
        else:
            keep, open_to_others = keep_right if left is None else keep_left, True
            node.untracked = (describe(x, left), describe(y, right))
        if open_to_others:
            a, b = keep[0] and protected(x, left, a), keep[1] and protected(y, right, b)
        node.saved = (a if keep[0] else None, b if keep[1] else None, result if keep[2] else None)
        if type(result) is _float64:
            node.shape, node.dtype = (), FLOAT64
        else:
            node.shape, node.dtype = result.shape, result.dtype
        return out

    return apply


class Structured(Primitive):
    """A function whose rule is written operand by operand: pullbacks, and pushforwards where they do not follow."""

    takes_tensors = True

    def __init__(self, kind: str, name: str, evaluate: Rule, operands: tuple[str, ...], pullbacks: Sequence[Any],
                 pushforwards: Sequence[Rule] = ()) -> None:
        super().__init__(name, evaluate, operands)
        self.kind = kind
        self.pushforwards = tuple(pushforwards)
        rules = [rule for rule in (*pullbacks, *pushforwards) if rule is not None]
        self.inert = frozenset(i for i, rule in enumerate(pullbacks) if rule is None)
        self.options = tuple(dict.fromkeys(option for rule in rules for option in option_names(rule)))
        self.rule_reads = tuple(
            frozenset(argument_names(rule) if rule is not None else ())
            - {"g", "" if kind == "general" else own}
            for own, rule in zip_longest(operands, pullbacks)
        )
        self.reads = frozenset().union(*self.rule_reads)
        slots = (*operands, "out")
        self.cotangents = tuple(rule and self._cotangent(rule, i, slots) for i, rule in enumerate(pullbacks))
        if len(operands) == 1 and pullbacks:  # what a differential reads is known later
            self.take_flat_path()

    def _cotangent(self, rule: Rule, own: int, slots: tuple[str, ...]) -> Rule:
        """The pullback with its arguments picked by position; a transpose sees only the shape of its own operand."""
        names = argument_names(rule)[1:]
        at = tuple(slots.index(name) for name in names)
        if self.kind == "general" or own not in at:
            return lambda g, node: rule(g, *[node.saved[k] for k in at], **node.options)
        if at == (own,):
            return lambda g, node: rule(g, node.parents[own], **node.options)
        return lambda g, node: rule(g, *[node.parents[k] if k == own else node.saved[k] for k in at], **node.options)

    def pushforward(self, tangents: Sequence[Array | None], operands: Sequence[Array], out: Array,
                    options: dict[str, Any]) -> Array | None:
        varying = [(i, t) for i, t in enumerate(tangents) if t is not None and i not in self.inert]
        if not self.pushforwards:  # it is linear
            options = {name: option for name, option in options.items() if name != self.offset}
            return add_all([self.apply(*operands[:i], t, *operands[i + 1 :], **options) for i, t in varying])
        values = dict(zip(self.operands, operands, strict=True), out=out)
        rules = [(self.pushforwards[i], t) for i, t in varying]
        return add_all([rule(t, *[values[name] for name in argument_names(rule)[1:]], **options) for rule, t in rules])


def calling_convention(primitive: Primitive, function: Callable[..., Any]) -> Callable[..., Any]:
    """The primitive behind the signature of its NumPy function: operands are separated from options and `out`."""
    count, known = len(primitive.operands), frozenset(primitive.options)
    flat, run = primitive.flat, primitive if primitive.views else primitive.apply
    product = (binary(primitive, primitive.evaluate) if isinstance(primitive, Structured) and count == 2
               and primitive.kind == "multilinear" and not primitive.inert else None)

    def apply(*args: Any, **options: Any) -> Any:
        if product is not None and len(args) == 2 and not options:
            return product(*args)
        if len(args) != count:
            args, options = rearranged(function, primitive.operands, args, options)
        if options and not (known.issuperset(options) and PLAIN.issuperset(map(type, options.values()))):
            if (target := options.pop("out", None)) is not None:
                return into(function.__name__, target, apply(*args, **in_dtype_of(target, known, options)))
            options = checked_options(function, known, options)
        if flat is not None:
            return flat(args[0] if type(args[0]) is Tensor else as_operand(args[0]), options)
        return run(*[x if type(x) is Tensor else as_operand(x) for x in args], **options)

    return apply
