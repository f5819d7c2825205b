"""Every function of the registry, by its row of the table in `domains`: one test for each property that must hold.

A function without a row fails. A function that is differentiated is so in both modes, to second order, everywhere.
"""

from __future__ import annotations

import gc
import pkgutil
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from itertools import combinations
from typing import Any

import numpy as np
import pytest
import scipy.linalg

from autograd import NoDerivativeError, Tensor, grad, jvp, vjp
from autograd.arrays import Array
from autograd.graph import Node
from autograd.registry import public_name
from autograd.testing import check_gradients
from autograd.tree import flatten
from tests.autograd.rules.domains import ROWS, Row, without_row
from tests.autograd.rules.domains.rows import caller

Call = Callable[..., Any]


def samples(row: Row, dtype: Any = np.float64, shapes: Sequence[tuple[int, ...]] | None = None) -> list[Any]:
    """Operands from the row's domain, in its shapes or in others."""
    rng = np.random.default_rng(len(row.operands))
    given = shapes or [operand.shape for operand in row.operands]
    return [replace(x, shape=shape).sample(rng, dtype) for x, shape in zip(row.operands, given, strict=True)]


def cases() -> Iterator[Any]:
    for function, row in ROWS.items():
        for label, call in row.calls.items():
            name = f"{getattr(function, '__module__', None) or 'numpy'}.{getattr(function, '__name__', function)}"
            yield pytest.param(row, call, id=f"{name}({label})" if label else name)


def arrays(found: Any) -> list[Array]:
    """The arrays in a result, plain."""
    leaves = [x.detach() if isinstance(x, Tensor) else x for x in flatten(found)[0]]
    return [np.asarray(x) for x in leaves if isinstance(x, (Tensor, np.ndarray, np.generic, float, complex))]


def floating(found: Any) -> list[Any]:
    """What of a result has derivatives."""
    return [o for o in flatten(found)[0] if getattr(o, "dtype", np.dtype(int)).kind in "fc"]


class Derivatives:
    """A function at its floating operands: value, tangent along a direction, gradients of a cotangent."""

    def __init__(self, call: Call, values: Sequence[Any]) -> None:
        self.values, self.places = list(values), [i for i, x in enumerate(values) if x.dtype.kind in "fc"]
        self.active = tuple(values[i] for i in self.places)
        self.call = call
        with quiet():
            self.out, self.pullback = vjp(self.apply, *self.active)
        self.value = arrays(self.out)

    def apply(self, *leaves: Any) -> list[Any]:
        filled = list(self.values)
        for place, leaf in zip(self.places, leaves, strict=True):
            filled[place] = leaf
        return floating(self.call(*filled))

    def tangent(self, directions: Sequence[Array]) -> list[Array]:
        with quiet():
            return arrays(jvp(self.apply, self.active, tuple(directions))[1])

    def gradients(self, cotangents: Sequence[Array]) -> list[Array]:
        with quiet():
            return arrays(self.pullback(list(cotangents)))


def quiet() -> Any:
    """Without the warnings that NumPy gives on plain arrays too."""
    return warnings.catch_warnings(action="ignore")


def draw(like: Sequence[Array], seed: int = 0) -> list[Array]:
    rng = np.random.default_rng(seed)
    return [(rng.normal(size=x.shape) + (1j * rng.normal(size=x.shape) if x.dtype.kind == "c" else 0)).astype(x.dtype)
            for x in like]


def inner(a: Sequence[Array], b: Sequence[Array]) -> float:
    return float(sum(np.sum(np.real(np.conj(x) * y)) for x, y in zip(a, b, strict=True)))


def near(found: Sequence[Array], expected: Sequence[Array], tolerance: float) -> None:
    """Within `tolerance` of the largest element."""
    for a, b in zip(found, expected, strict=True):
        scale = float(np.max(np.abs(b), initial=0, where=np.isfinite(b)))
        np.testing.assert_allclose(a, b, rtol=tolerance, atol=tolerance * scale + 1e-300)


DIFFERENTIABLE = [c for c in cases() if not c.values[0].constant]
ELEMENTWISE = [c for c in DIFFERENTIABLE if c.values[0].elementwise]
every_rule = pytest.mark.parametrize(("row", "call"), DIFFERENTIABLE)
every_elementwise_rule = pytest.mark.parametrize(("row", "call"), ELEMENTWISE)
real_and_complex = pytest.mark.parametrize(("row", "call", "dtype"), [
    pytest.param(*c.values, dtype, id=f"{c.id}-{dtype.__name__}") for dtype in (float, complex) for c in DIFFERENTIABLE
    if dtype is float or c.values[0].complex])


def test_no_function_is_without_a_row() -> None:
    assert without_row() == []


@real_and_complex
def test_the_value_is_that_of_plain_arrays(row: Row, call: Call, dtype: Any) -> None:
    values = samples(row, dtype)
    with quiet():
        given = call(*[Tensor(x, requires_grad=x.dtype.kind in "fc") for x in values])
        try:
            wanted = call(*values)
        except NotImplementedError:  # scipy.linalg.solve(transposed=True) of complex matrices
            return
    assert not any(isinstance(x, (np.ndarray, np.generic)) for x in flatten(given)[0]), "all arrays are tensors"
    found, expected = arrays(given), arrays(wanted)
    for a, b in zip(found, expected, strict=True):
        if row.function in (np.linalg.cond, scipy.linalg.lstsq) and a.dtype.kind == "f":
            b = np.real(b)  # NumPy 2.2 gives condition numbers as complex numbers, SciPy 1.18 residues
        assert (a.shape, a.dtype) == (b.shape, b.dtype)
    near(found, expected, 1e-13)
    for a, b in zip(flatten(given)[0], flatten(wanted)[0], strict=True):
        if isinstance(a, Tensor) and a.dtype.kind in "fc" and isinstance(b, np.generic):
            number = a
            number += 1
            assert number is not a, "a number of NumPy's is another one then"


def is_twin(row: Row, call: Call) -> bool:
    """Whether the row calls our own function of the name of one of SciPy's, with options or without."""
    named = public_name(row.function).startswith("scipy.") and not isinstance(row.function, np.ufunc)
    return named and getattr(call, "func", call) is caller(row.function)


@pytest.mark.parametrize(("row", "call"), [c for c in DIFFERENTIABLE if is_twin(*c.values)])
def test_a_twin_gives_the_values_of_scipy(row: Row, call: Call) -> None:
    values = samples(row)
    given, options = getattr(call, "args", ()), getattr(call, "keywords", {})
    with quiet():
        theirs = pkgutil.resolve_name(public_name(row.function))(*given, *values, **options)
    near(arrays(call(*[Tensor(x, requires_grad=True) for x in values])), arrays(theirs), 1e-9)


@real_and_complex
def test_both_modes_equal_differences_to_second_order(row: Row, call: Call, dtype: Any) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", np.exceptions.ComplexWarning)
        # Values that are known less well than to rounding leave differences that ought to vanish uncertain too.
        atol = None if row.rtol is None else 1e-4 * row.rtol
        report = check_gradients(call, *samples(row, dtype), order=2, rtol=row.rtol, atol=atol)
    assert not report.not_differentiable


@real_and_complex
def test_the_modes_are_each_others_adjoint(row: Row, call: Call, dtype: Any) -> None:
    """<u, J v> = <J^T u, v>, which needs no differences and knows both sides to rounding."""
    f = Derivatives(call, samples(row, dtype))
    u, v = draw(f.value), draw(f.active, 1)
    tangent, gradients = f.tangent(v), f.gradients(u)
    size = sum(float(np.sum(np.abs(a * b))) for a, b in zip([*u, *v], [*tangent, *gradients], strict=True))
    assert abs(inner(u, tangent) - inner(gradients, v)) <= (row.rtol or 1e-9) * size + 1e-300


EDGES = (0.0, 1.0, -1.0, 0.5, 2.0, -2.0, 1e3, -1e3)
"""Points at and beyond the ends of domains, poles, and where exponentials overflow."""

NOT_CLOSED = {"fresnel", "airy", "pbdv", "pbvv", "pbwa", "logn"}
"""Whose second derivative is nan in a dead branch: functions of several outputs that overflow; the base 0."""


def on_the_edge(row: Row) -> list[Any]:
    """Operands of which one is at an edge and the others in their domains, or all are."""
    inside = samples(row, float, [()] * len(row.operands))
    points = [[edge if i == j else x for j, x in enumerate(inside)] for i in range(len(inside)) for edge in EDGES]
    points += [[edge] * len(inside) for edge in EDGES]
    return [np.array(x).astype(like.dtype) if like.dtype.kind == "f" else np.full(len(points), like)
            for x, like in zip(zip(*points, strict=True), inside, strict=True)]


@every_elementwise_rule
def test_a_zero_contributes_zero_outside_of_the_domain_too(row: Row, call: Call) -> None:
    """In both modes, and to second order in a dead branch: exactly 0, where a partial is infinite or nan."""
    f = Derivatives(call, on_the_edge(row))
    for found in (*f.gradients([np.zeros_like(x) for x in f.value]), *f.tangent([np.zeros_like(x) for x in f.active])):
        assert not found.any()

    def dead(*leaves: Any) -> Any:
        return sum(np.sum(np.where(x.shape == (), np.real(x), 0.0)) for x in f.apply(*leaves))

    if public_name(row.function).split(".")[-1] not in NOT_CLOSED:
        with warnings.catch_warnings(action="ignore"):
            gradient = grad(lambda leaves: dead(*leaves))
            ones = tuple(np.ones_like(x) for x in f.active)
            second = [jvp(gradient, (f.active,), (ones,))[1],
                      grad(lambda leaves: sum(np.sum(x) for x in gradient(leaves)))(f.active)]
        for found in arrays(second):
            assert not found.any()


SHAPES = {1: [((),), ((3, 1, 2),)], 2: [((), (3,)), ((2, 1), (3,)), ((2, 1, 1), (1, 3))],
          3: [((), (3,), (2, 1)), ((3, 1), (1, 2), ())], 4: [((), (3,), (2, 1), (1, 3))],
          5: [((), (3,), (2, 1), (1, 3), ())], 6: [((), (3,), (2, 1), (1, 3), (), (3,))]}
"""Shapes that broadcast, by the number of operands."""


@every_elementwise_rule
def test_operands_broadcast(row: Row, call: Call) -> None:
    """The gradient of a small operand is the sum of those of its copies."""
    for shapes in SHAPES[len(row.operands)]:
        values = samples(row, float, shapes)
        whole = np.broadcast_shapes(*shapes)
        f = Derivatives(call, values)
        copies = Derivatives(call, [np.broadcast_to(x, whole).copy() for x in values])
        near(f.value, copies.value, 1e-12)
        u = draw(f.value)
        assert len(row.operands) == 1 or all(x.shape == whole for x in f.value)
        near(f.gradients(u), [reduced(e, x.shape) for e, x in zip(copies.gradients(u), f.active, strict=True)], 1e-9)


def reduced(x: Array, shape: tuple[int, ...]) -> Array:
    """The sum over the axes along which `shape` broadcasts."""
    x = x.sum(axis=tuple(range(x.ndim - len(shape))))
    return x.sum(axis=tuple(i for i, n in enumerate(shape) if n == 1), keepdims=True)


REFUSE_EMPTY = {"convolve", "fftconvolve", "oaconvolve", "correlate", "convolve2d", "correlate2d", "toeplitz",
                "circulant", "polymul", "cov", "expm", "einsum", "put", "apply_over_axes", "histogram", "lfilter",
                "filtfilt", "sosfilt", "csd", "welch", "coherence", "periodogram", "spectrogram", "map_coordinates",
                "splev", "stft", "sosfilt_zi", "upfirdn", "decimate", "wiener", "solve_toeplitz", "matmul_toeplitz",
                "grey_erosion", "grey_dilation"}
"""Say so, where NumPy or SciPy return an empty array or nan; `expm`, `apply_over_axes` of a number, `put` into one."""


@every_rule
def test_small_shapes_are_taken_as_numpy_takes_them(row: Row, call: Call) -> None:
    """0-d and zero-size operands, in place of each side of the shapes of the row."""
    shapes = [operand.shape for operand in row.operands]
    sides = {side for shape in shapes for side in shape}
    tried = [[tuple(0 if n == side else n for n in shape) for shape in shapes] for side in sides]
    for small in (*tried, [()] * len(shapes)):
        try:
            with quiet():
                values = samples(row, float, small)
                expected = floating(call(*values))
        except Exception:  # noqa: BLE001  # NumPy refuses, in its many ways
            continue
        try:
            f = Derivatives(call, values)
            gradients, tangent = f.gradients(draw(f.value)), f.tangent(draw(f.active))
        except (ValueError, IndexError):
            assert row.function.__name__ in REFUSE_EMPTY
            continue
        near(f.value, expected, 1e-12)
        assert [x.shape for x in f.value] == [np.shape(x) for x in expected]
        assert [x.shape for x in gradients] == [x.shape for x in f.active]
        assert [x.shape for x in tangent] == [x.shape for x in f.value]


PLAIN_TARGETS = {"full_like", "put_along_axis", "put", "place", "putmask", "copyto", "fill_diagonal"}
"""Whose result a plain array would have to hold, which cannot hold a gradient: they say so."""


@pytest.mark.parametrize(("row", "call"), [c for c in DIFFERENTIABLE if len(c.values[0].operands) > 1])
def test_plain_arrays_and_constants_stand_beside_what_is_differentiated(row: Row, call: Call) -> None:
    """In each place, an operand has the gradient and the tangent that it has among others that are differentiated."""
    values = samples(row)
    whole = Derivatives(call, values)
    u, directions = draw(whole.value), draw(whole.active, 1)
    for k, (place, expected) in enumerate(zip(whole.places, whole.gradients(u), strict=True)):
        v = [d if i == k else np.zeros_like(d) for i, d in enumerate(directions)]
        for kind in (np.asarray, Tensor):
            beside = [x if i == place else kind(x) for i, x in enumerate(values)]
            at = partial(lambda x, b, i: call(*b[:i], x, *b[i + 1 :]), b=beside, i=place)
            if place and kind is np.asarray and row.function.__name__ in PLAIN_TARGETS:
                with pytest.raises((TypeError, NoDerivativeError)):
                    at(Tensor(values[place], requires_grad=True))
                continue
            alone = Derivatives(at, values[place : place + 1])
            near(alone.value, whole.value, 1e-13)
            near(alone.gradients(u), [expected], row.rtol or 1e-9)
            near(alone.tangent(directions[k : k + 1]), whole.tangent(v), row.rtol or 1e-9)


LAYOUTS: dict[str, Callable[[Array], Array]] = {
    "Fortran": lambda x: np.array(x, order="F"), "reversed": lambda x: np.flip(np.flip(x).copy()),
    "strided": lambda x: np.repeat(x, 2, axis=-1)[..., ::2],
}


@every_rule
def test_the_layout_of_memory_changes_nothing(row: Row, call: Call) -> None:
    """Nor does memory that may not be written to."""
    values = samples(row)
    f = Derivatives(call, values)
    u, v = draw(f.value), draw(f.active, 1)
    expected, slopes = f.gradients(u), f.tangent(v)
    for layout in LAYOUTS.values():
        moved = [[layout(x) if x.ndim else x for x in given] for given in (values, u, v)]
        for x in moved[0]:
            x.setflags(write=False)
        g = Derivatives(call, moved[0])
        near(g.gradients(moved[1]), expected, row.rtol or 1e-9)
        near(g.tangent(moved[2]), slopes, row.rtol or 1e-9)


@pytest.mark.parametrize("dtype", [np.float32, np.float16])
@every_rule
def test_precision_is_kept(row: Row, call: Call, dtype: Any) -> None:
    """Results have the dtype that NumPy and SciPy give them; derivatives that of what they belong to."""
    values = samples(row, dtype)
    try:
        with quiet():
            expected = floating(call(*values))
    except (TypeError, ValueError, RuntimeError):  # np.linalg takes no float16, nor do scipy.signal and scipy.ndimage
        assert dtype is np.float16
        return
    f = Derivatives(call, values)
    u, v = draw(f.value), draw(f.active, 1)
    gradients, tangent = f.gradients(u), f.tangent(v)
    for x, plain in zip(f.value, expected, strict=True):
        assert x.dtype == plain.dtype
    assert [x.dtype for x in tangent] == [x.dtype for x in f.value]
    assert [x.dtype for x in gradients] == [x.dtype for x in f.active]
    if row.rtol is not None:
        return  # the function takes small steps
    exact = Derivatives(call, [x.astype(float) if x.dtype.kind == "f" else x for x in values])
    tolerance = {np.float32: 1e-4, np.float16: 0.02}[dtype]
    near(gradients, exact.gradients([x.astype(o.dtype) for x, o in zip(u, exact.value, strict=True)]), tolerance)
    near(tangent, exact.tangent([x.astype(float) for x in v]), tolerance)


@every_rule
def test_nothing_is_written_to_and_nothing_shared(row: Row, call: Call) -> None:
    """Operands and cotangents stay as they were; a gradient shares memory with nothing that others hold."""
    values = samples(row)
    f = Derivatives(call, values)
    u = draw(f.value)
    copies = [x.copy() for x in (*values, *u)]
    gradients = f.gradients(u)
    for x, copy in zip((*values, *u), copies, strict=True):
        np.testing.assert_array_equal(x, copy)
    again = f.gradients(u)
    near(again, gradients, 1e-13)
    for a, b in combinations([*gradients, *u, *values], 2):
        assert not np.shares_memory(a, b)
    for a in gradients:
        a[...] = np.nan
    near(f.gradients(u), again, 1e-13)


@every_rule
def test_the_graph_is_freed(row: Row, call: Call) -> None:
    """A backward pass drops what the nodes kept; when the result goes, so does the graph, without the collector."""
    values = samples(row)
    leaves = [Tensor(x, requires_grad=x.dtype.kind == "f") for x in values]
    gc.freeze()  # what is there already is not looked through
    gc.disable()
    try:
        with quiet():
            total = sum(np.sum(np.abs(o)) for o in flatten(call(*leaves))[0]
                        if isinstance(o, Tensor) and o.requires_grad)
            total.backward()
            if total.size:
                with pytest.raises(RuntimeError, match="retain_graph=True"):
                    total.backward()
        del total
        assert [x for x in gc.get_objects() if type(x) is Node] == []
    finally:
        gc.enable()
        gc.unfreeze()


@pytest.mark.parametrize(("row", "call"), [c for c in cases() if c.values[0].constant])
def test_piecewise_constants_are_numpys_and_have_no_gradient(row: Row, call: Call) -> None:
    values = samples(row)
    tracked = [Tensor(x, requires_grad=x.dtype.kind == "f") for x in values]
    with quiet():
        found, expected = flatten(call(*tracked))[0], flatten(call(*values))[0]
    for x, known in zip(found, expected, strict=True):
        if isinstance(x, Tensor):
            assert not x.requires_grad
            x, known = x.numpy(), np.asarray(known)
            assert (x.dtype, x.shape) == (known.dtype, known.shape)
            np.testing.assert_array_equal(x, known)
        else:
            assert (type(x), x) == (type(known), known)
