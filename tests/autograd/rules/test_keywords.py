"""Keywords of NumPy's functions in any combination: NumPy's value, dtype, shape and memory, and the right derivative.

What NumPy refuses is refused.
"""

from __future__ import annotations

import contextlib
import inspect
import operator
import pkgutil
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import Tensor, grad, jvp
from autograd.arguments import parameters
from autograd.arrays import Array
from autograd.primitive import Primitive
from autograd.registry import public_name, registry
from autograd.scipy.takes_tensors import TakesTensors
from autograd.testing.strategies import axes, shapes
from autograd.tree import flatten
from tests.autograd.rules.domains import ROWS, Operand
from tests.examples import examples

Shape = tuple[int, ...]
Options = st.SearchStrategy[dict[str, Any]]

NORMS = st.sampled_from([None, "backward", "ortho", "forward"])
MODES = st.sampled_from(["raise", "wrap", "clip"])
ENDING = st.sampled_from(["raise", "clip"])  # to wrap around an empty axis takes NumPy for ever
ORDERS = st.sampled_from("CFA")
METHODS = [
    "inverted_cdf", "averaged_inverted_cdf", "closest_observation", "interpolated_inverted_cdf", "hazen", "weibull",
    "linear", "median_unbiased", "normal_unbiased", "lower", "higher", "midpoint", "nearest",
]
PADS = ["constant", "edge", "linear_ramp", "maximum", "mean", "median", "minimum", "reflect", "symmetric", "wrap"]


def masks(shape: Shape) -> st.SearchStrategy[Any]:
    """Masks that choose more than half, and broadcast."""
    small = st.tuples(*[st.sampled_from([1, n]) for n in shape])
    return st.tuples(small, st.integers(0, 99)).map(lambda d: np.random.default_rng(d[1]).random(d[0]) < 0.8)


def options(**kinds: Any) -> Callable[[Shape], Options]:
    """Any of these keywords, each a strategy or a function of the shape that makes one."""
    return lambda shape: st.fixed_dictionaries({}, optional={
        name: kind(shape) if callable(kind) else kind for name, kind in kinds.items()})


def any_axis(shape: Shape) -> st.SearchStrategy[Any]:
    return axes(len(shape))


def one_axis(shape: Shape) -> st.SearchStrategy[Any]:
    return axes(len(shape), single=True) if shape else st.just(0)


def flat_or_axis(shape: Shape) -> st.SearchStrategy[Any]:
    return st.none() | one_axis(shape)


DTYPES = st.sampled_from([None, np.float64, np.complex128])
REDUCED: dict[str, Any] = {"axis": any_axis, "keepdims": st.booleans()}
SPREAD: dict[str, Any] = {**REDUCED, "where": masks, "dtype": DTYPES, "ddof": st.sampled_from([0, 1, 0.5])}
SUMMED: dict[str, Any] = {**REDUCED, "where": masks, "dtype": DTYPES}
STARTED: dict[str, Any] = {**SUMMED, "initial": st.sampled_from([0.5, 2.0])}
EXTREME: dict[str, Any] = {**REDUCED, "where": masks, "initial": st.sampled_from([-9.0, 0.33, 9.0])}
RUNNING: dict[str, Any] = {"axis": flat_or_axis, "dtype": DTYPES}

FUNCTIONS: dict[str, Callable[[Shape], Options]] = {
    **{name: options(**STARTED) for name in ("sum", "prod", "nansum", "nanprod")},
    **{name: options(**SUMMED) for name in ("mean", "nanmean")},
    **{name: options(**SPREAD) for name in ("var", "std", "nanvar", "nanstd")},
    **{name: options(**EXTREME) for name in ("max", "min", "nanmax", "nanmin")},
    **{name: options(**REDUCED) for name in ("median", "nanmedian", "ptp", "average")},
    **{name: options(**RUNNING) for name in ("cumsum", "cumprod", "nancumsum", "nancumprod")},
    **{name: options(axis=one_axis, include_initial=st.booleans()) for name in ("cumulative_sum", "cumulative_prod")},
    **{name: lambda shape: st.fixed_dictionaries({"q": st.sampled_from([0.37, [0.1, 0.93]])}, optional={
        "axis": any_axis(shape), "keepdims": st.booleans(), "method": st.sampled_from(METHODS)})
       for name in ("quantile", "nanquantile")},
    **{f"fft.{name}": options(n=st.integers(1, 6), axis=one_axis, norm=NORMS)
       for name in ("fft", "ifft", "rfft", "irfft", "hfft", "ihfft")},
    **{f"fft.{name}": lambda shape: st.fixed_dictionaries({}, optional={
        "axes": st.permutations(range(-len(shape), 0)).map(tuple), "norm": NORMS,
        "s": st.tuples(*[st.integers(1, 5) | st.just(-1) for _ in shape])})
       for name in ("fftn", "ifftn", "rfftn", "irfftn")},
    "linalg.norm": options(axis=lambda shape: flat_or_axis(shape) if shape else st.none(), keepdims=st.booleans(),
                           ord=st.sampled_from([None, 0, 1, 2, 3, 0.5, -1, -2, np.inf, "fro", "nuc"])),
    "linalg.vector_norm": options(axis=any_axis, keepdims=st.booleans(), ord=st.sampled_from(
        [0, 1, 2, 3, 0.5, -1, -2, np.inf, -np.inf])),
    "pad": lambda shape: st.fixed_dictionaries({
        "pad_width": st.integers(0, 4) | st.tuples(st.integers(0, 4), st.integers(0, 4)) | st.tuples(
            *[st.tuples(st.integers(0, 9), st.integers(0, 9)) for _ in shape])},
        optional={"mode": st.sampled_from(PADS)}),
    "pad in odd reflection": lambda shape: st.fixed_dictionaries({
        "pad_width": st.tuples(st.integers(0, 12), st.integers(0, 12)),
        "reflect_type": st.sampled_from(["odd", "even"]),
        "mode": st.sampled_from(["reflect", "symmetric"])}),
    "pad of statistics": lambda shape: st.fixed_dictionaries({
        "pad_width": st.integers(0, 4), "mode": st.sampled_from(["mean", "maximum", "minimum", "median", "edge"]),
        "stat_length": st.integers(1, 5) | st.tuples(st.integers(1, 4), st.integers(1, 4))}),
    "diff": options(n=st.integers(0, 3), axis=one_axis, prepend=st.just(0.5), append=st.just(2)),
    "gradient": options(axis=flat_or_axis, edge_order=st.sampled_from([1, 2])),
    "trapezoid": options(axis=one_axis, dx=st.sampled_from([0.5, 2.0])),
    "unwrap": options(axis=one_axis, discont=st.sampled_from([1.0, 4.0]), period=st.sampled_from([1.5, 6.0])),
    "take": lambda shape: st.fixed_dictionaries({"indices": st.lists(st.integers(-2, 3), max_size=4).map(np.intp)},
                                                optional={"axis": flat_or_axis(shape),
                                                          "mode": MODES if all(shape) else ENDING}),
    "repeat": lambda shape: st.fixed_dictionaries({"repeats": st.integers(0, 3)},
                                                  optional={"axis": flat_or_axis(shape)}),
    "tile": lambda shape: st.fixed_dictionaries({"reps": st.lists(st.integers(0, 2), max_size=4).map(tuple)}),
    "roll": lambda shape: st.fixed_dictionaries({"shift": st.integers(-3, 3) | st.lists(st.integers(-3, 3), min_size=2,
                                                                                        max_size=2)},
                                                optional={"axis": flat_or_axis(shape)}),
    "flip": options(axis=any_axis), "squeeze": options(axis=any_axis), "sort": options(axis=flat_or_axis),
    "expand_dims": lambda shape: st.fixed_dictionaries({"axis": st.integers(-len(shape) - 1, len(shape))}),
    "ravel": options(order=st.sampled_from("CFAK")), "copy": options(order=st.sampled_from("CFAK")),
    "reshape": lambda shape: st.fixed_dictionaries({"shape": st.just(-1) | st.permutations(shape).map(tuple)},
                                                   optional={"order": ORDERS}),
    "transpose": lambda shape: st.fixed_dictionaries({}, optional={"axes": st.permutations(range(len(shape)))}),
    "diagonal": options(offset=st.integers(-3, 3)), "trace": options(offset=st.integers(-3, 3), dtype=DTYPES),
    "tril": options(k=st.integers(-3, 3)), "triu": options(k=st.integers(-3, 3)),
    "rot90": options(k=st.integers(-5, 5)),
    "nan_to_num": options(nan=st.just(3.0)), "clip": options(min=st.just(-0.33), max=st.just(0.71)),
    "insert": lambda shape: st.fixed_dictionaries({"obj": st.integers(-2, 2) | st.lists(st.integers(0, 1), min_size=1),
                                                   "values": st.just(0.5)}, optional={"axis": flat_or_axis(shape)}),
    "delete": lambda shape: st.fixed_dictionaries({"obj": st.integers(-2, 2) | st.lists(st.integers(-1, 1))},
                                                  optional={"axis": flat_or_axis(shape)}),
}


def elements(shape: Shape) -> st.SearchStrategy[Array]:
    """No two are near each other, or near 0."""
    return st.tuples(st.sampled_from([(0.2, 2.0), (-2.0, -0.2)]), st.integers(0, 99)).map(
        lambda drawn: Operand(shape, drawn[0], "distinct").sample(np.random.default_rng(drawn[1])))


LAYOUTS: dict[str, Callable[[Array], Array]] = {
    "C": lambda x: x, "Fortran": lambda x: np.array(x, order="F"), "reversed": lambda x: np.flip(np.array(np.flip(x))),
    "gaps": lambda x: np.repeat(x, 2, axis=-1)[..., ::2] if x.ndim else x,
    "permuted": lambda x: np.moveaxis(np.array(np.moveaxis(x, 0, -1), order="C"), -1, 0) if x.ndim else x,
}


def arrays_in(found: Any) -> list[Any]:
    return [x for x in flatten(found)[0] if isinstance(x, (Tensor, np.ndarray, np.generic))]


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def loss(found: Any) -> Any:
    """Depends on every element, on its place and its phase."""
    return sum(np.sum(np.real(x * (np.cos(np.arange(x.size)) + 0.5j).reshape(x.shape))) for x in arrays_in(found))


@examples(40)
@given(st.data())
@pytest.mark.parametrize("name", FUNCTIONS)
def test_any_combination_of_keywords(name: str, data: st.DataObject) -> None:
    function = operator.attrgetter(name.partition(" ")[0])(np)
    shape = data.draw(shapes(max_dims=3, max_side=3) | shapes(max_dims=2, min_side=0, max_side=2))
    drawn, layout = data.draw(elements(shape)), LAYOUTS[data.draw(st.sampled_from(list(LAYOUTS)))]
    x = np.asarray(layout(drawn))
    chosen = data.draw(FUNCTIONS[name](shape))

    def call(x: Any) -> Any:
        return function(x, **chosen)

    leaf = Tensor(x, requires_grad=True)
    with quiet():
        try:
            expected = arrays_in(call(x))
        except Exception as error:  # noqa: BLE001  # whatever NumPy says, we say too
            if x.size == 0 and chosen.get("ord") in (1, 2, np.inf):
                return  # a norm of nothing, which is 0 in later versions of NumPy, and here with each
            with pytest.raises((type(error), ValueError, TypeError)):
                call(leaf)
            return
        found = arrays_in(call(leaf))
        plain = arrays_in(call(Tensor(x)))
    for known, tracked, untracked in zip(expected, found, plain, strict=True):
        value = tracked.detach().numpy()
        assert (value.dtype, value.shape) == (known.dtype, known.shape)
        np.testing.assert_allclose(value, known, rtol=1e-12, atol=1e-14)
        if x.ndim and known.size:  # 0-d tensors hold numbers, of which there are no views
            assert np.shares_memory(untracked.numpy(), x) == np.shares_memory(known, x), "a view or a copy"
    if not any(known.size and np.isfinite(known).all() for known in expected):
        return
    direction = np.sin(np.arange(x.size, dtype=float)).reshape(shape)
    with quiet():
        up, down = (np.asarray(layout(drawn + h * direction)) for h in (1e-6, -1e-6))
        slope = (loss(call(up)) - loss(call(down))) / 2e-6
        gradient = grad(lambda x: loss(call(x)))(x)
        tangent = float(jvp(lambda x: loss(call(x)), (x,), (direction,))[1])
    if np.isfinite(slope):
        assert np.sum(gradient * direction) == pytest.approx(slope, rel=1e-5, abs=1e-5)
        assert tangent == pytest.approx(float(np.sum(gradient * direction)), rel=1e-9, abs=1e-9)


# --- What is left out ------------------------------------------------------------------------------------------------

LEFT_OUT = {"axis": -1, "keepdims": False, "where": True, "initial": 0}
"""What NumPy takes for an option that it calls `<no value>`."""


def texts(apply: Any, seen: set[int]) -> Iterator[Any]:
    """Functions of ours with defaults that say what `apply` does: the definition, or the rules of a primitive."""
    apply = getattr(apply, "__func__", apply)
    if id(apply) in seen:
        return
    seen.add(id(apply))
    if isinstance(apply, Primitive):
        for rule in (*(apply.cotangents or ()), *getattr(apply, "pushforwards", ()), apply.evaluate):
            yield from texts(rule, seen)
    elif inspect.isfunction(apply) and "/autograd/" in apply.__code__.co_filename:
        if apply.__defaults__ or apply.__kwdefaults__:
            yield apply
        for cell in apply.__closure__ or ():
            yield from texts(cell.cell_contents, seen)
    elif inspect.isclass(apply) and issubclass(apply, TakesTensors):
        yield from texts(apply.of_tensors, seen)


@pytest.mark.parametrize("function", [f for f in ROWS if public_name(f).startswith(("numpy.", "scipy."))],
                         ids=public_name)
def test_what_is_left_out_is_what_numpy_or_scipy_takes_then(function: Any) -> None:
    """Every default in the text of a rule."""
    theirs = parameters(pkgutil.resolve_name(public_name(function)))  # older NumPys do not tell those of a ufunc
    if function is np.take_along_axis:  # its axis may be left out since NumPy 2.3, and here with each
        theirs = {name: parameter for name, parameter in theirs.items() if parameter.default is not parameter.empty}
    for text in texts(registry[function], set()):
        assert_left_out_alike(text, theirs)


METHODS_OF_TWINS = [(theirs, name) for theirs, twin in registry.items() if inspect.isclass(twin) and issubclass(
    twin, TakesTensors) for name in vars(twin) if inspect.isfunction(getattr(twin.ours, name, None))]


@pytest.mark.parametrize(("theirs", "name"), METHODS_OF_TWINS)
def test_what_is_left_out_of_a_method_is_what_scipy_takes_then(theirs: Any, name: str) -> None:
    assert_left_out_alike(getattr(registry[theirs].ours, name), parameters(getattr(theirs, name)))


def assert_left_out_alike(text: Any, theirs: Any) -> None:
    for parameter in inspect.signature(text, follow_wrapped=False).parameters.values():
        if parameter.default not in (None, parameter.empty) and parameter.name in theirs:
            expected = theirs[parameter.name].default
            if type(expected) is np._globals._NoValueType:
                expected = LEFT_OUT[parameter.name]
            expected = tuple(expected) if isinstance(expected, list) else expected
            assert (type(parameter.default), parameter.default) == (type(expected), expected), parameter.name
