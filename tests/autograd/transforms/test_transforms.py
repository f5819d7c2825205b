"""Function transforms: values, structures, nesting in every order, costs, and the errors of misuse."""

from __future__ import annotations

import copy
import inspect
import itertools
import math
import pickle
import re
import tracemalloc
import warnings
from collections import namedtuple
from collections.abc import Callable
from functools import partial
from typing import Any

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import rosen_der, rosen_hess, rosen_hess_prod

from autograd import (
    DisconnectedWarning,
    Tensor,
    checkpoint,
    grad,
    hessian,
    hvp,
    jacfwd,
    jacobian,
    jacrev,
    jvp,
    linearize,
    tensor,
    value_and_grad,
    vjp,
    vmap,
)
from autograd.tree import flatten
from tests.counted import calls

Pair = namedtuple("Pair", "left right")


def rosenbrock(x: Any) -> Any:
    return np.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)


def forward_derivative(f: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda x: jvp(f, (x,), (np.ones_like(x) if isinstance(x, Tensor) else 1.0,))[1]


MODES = {"reverse": grad, "forward": forward_derivative}


# --- Values ----------------------------------------------------------------------------------------------------------


def test_gradient_hessian_and_products_of_rosenbrock() -> None:
    x = np.linspace(-1, 1.5, 7)
    v = np.cos(np.arange(7.0))
    np.testing.assert_allclose(grad(rosenbrock)(x), rosen_der(x), rtol=1e-12)
    np.testing.assert_allclose(hessian(rosenbrock)(x), rosen_hess(x), rtol=1e-12)
    np.testing.assert_allclose(hvp(rosenbrock, x, v), rosen_hess_prod(x, v), rtol=1e-12)


def test_eight_derivatives_of_tanh() -> None:
    f: Callable[[Any], Any] = np.tanh
    for _ in range(7):
        f = grad(f)
    assert f(0.3) == pytest.approx(float(mpmath.diff(mpmath.tanh, 0.3, 7)), rel=1e-8)
    assert grad(f)(0.3) == pytest.approx(float(mpmath.diff(mpmath.tanh, 0.3, 8)), rel=1e-8)
    assert calls(lambda: grad(f)(0.3)) < 4 * calls(lambda: f(0.3))


@pytest.mark.parametrize("modes", list(itertools.product(MODES, repeat=2)), ids="-".join)
def test_no_perturbation_confusion(modes: tuple[str, str]) -> None:
    outer, inner = (MODES[m] for m in modes)
    assert float(outer(lambda x: x * inner(lambda y: x + y)(1.0))(1.0)) == 1
    assert float(outer(lambda x: x * inner(lambda y: x * x * y**2)(1.5))(1.3)) == pytest.approx(9 * 1.3**2)


@pytest.mark.parametrize("modes", list(itertools.product(MODES, repeat=3)), ids="-".join)
def test_three_levels_in_every_order(modes: tuple[str, ...]) -> None:
    a, b, c = (MODES[m] for m in modes)
    value = a(lambda x: b(lambda y: c(lambda z: x**2 * y**3 * z**3)(y))(x))(1.3)
    assert float(value) == pytest.approx(90 * 1.3**5, rel=1e-12)


@pytest.mark.parametrize("modes", list(itertools.product(MODES, repeat=2)), ids="-".join)
def test_batches_nest_inside_and_outside_of_derivatives(modes: tuple[str, str]) -> None:
    outer, inner = (MODES[m] for m in modes)
    points = np.array([0.3, -0.7, 1.1])
    expected = [6 * x * np.sin(x) + 6 * x**2 * np.cos(x) - x**3 * np.sin(x) for x in points]
    batched = vmap(outer(inner(lambda x: x**3 * np.sin(x))))(points)
    np.testing.assert_allclose(batched, expected, rtol=1e-12)


def test_vjp_and_linearize_are_transposes() -> None:
    rng = np.random.default_rng(0)
    x, t, g = rng.normal(size=3), rng.normal(size=3), rng.normal(size=4)
    w = rng.normal(size=(3, 4))

    def f(x: Any) -> Any:
        return np.tanh(x @ w) * np.sum(x)

    out, pullback = vjp(f, x)
    value, push = linearize(f, x)
    np.testing.assert_allclose(out, value)
    np.testing.assert_allclose(out, jvp(f, (x,), (t,))[0])
    np.testing.assert_allclose(push(t), jvp(f, (x,), (t,))[1], rtol=1e-12)
    assert g @ push(t) == pytest.approx(pullback(g)[0] @ t, rel=1e-12)
    assert isinstance(push(t), np.ndarray)
    assert isinstance(pullback(g)[0], np.ndarray)


def test_cotangents_of_outputs_that_do_not_vary_add_nothing() -> None:
    x, g = np.array([0.3, 2.0, -1.0]), np.array([1.0, 10.0, 100.0])
    (_, number, place), pullback = vjp(lambda x: (np.sin(x), 2.5, np.argmax(x)), x)
    assert (number, place) == (2.5, 1)
    assert place.dtype == np.intp
    np.testing.assert_array_equal(pullback((g, 7.0, 7))[0], g * np.cos(x))


def test_tangents_of_outputs_that_do_not_vary_are_zeros() -> None:
    x, t = np.array([0.3, 2.0, -1.0]), np.array([1.0, 10.0, 100.0])
    (_, number, place), slopes = jvp(lambda x: (np.sin(x), 2.5, np.argmax(x)), (x,), (t,))
    assert (number, place, place.dtype) == (2.5, 1, np.intp)
    np.testing.assert_array_equal(slopes[0], t * np.cos(x))
    assert slopes[1:] == (0, 0)


def test_a_tangent_has_the_shape_and_the_dtype_of_its_value() -> None:
    x = np.ones(3, np.float32)
    value, tangent = jvp(lambda x: x + np.ones((2, 3)), (x,), (x,))
    assert (tangent.shape, tangent.dtype) == (value.shape, value.dtype) == ((2, 3), np.float64)
    np.testing.assert_array_equal(tangent, np.ones((2, 3)))
    for slope in (jvp(np.sin, (x,), (np.ones(3),))[1], linearize(np.sin, x)[1](np.ones(3)),
                  vjp(np.sin, x)[1](np.ones(3))[0]):
        assert slope.dtype == np.float32


def test_each_of_several_outputs_has_its_tangent() -> None:
    x = np.diag([1.0, 2.0])
    for one, other in zip(*jvp(lambda x: tuple(np.linalg.eigh(3 * x)), (x,), (x,)), strict=True):
        np.testing.assert_array_equal(other, one if one.ndim == 1 else 0 * one)


@pytest.mark.parametrize("f", [lambda x: (x, x), lambda x: (y := np.sin(x), [y]), lambda x: (y := x[:1], y * 2, y)],
                         ids=["the argument", "a result", "three"])
def test_an_output_that_is_given_out_twice_has_two_cotangents(f: Any) -> None:
    x = np.array([0.3, 2.0])
    tangents = flatten(jvp(f, (x,), (np.array([1.0, -2.0]),))[1])[0]
    out, pullback = vjp(f, x)
    structure = flatten(out)[1]
    for k, slope in enumerate(tangents):
        cotangents = [np.full(t.shape, j + 1.0) for j, t in enumerate(tangents)]
        (both,) = pullback(structure.unflatten(cotangents))
        (others,) = pullback(structure.unflatten([0 * c if j == k else c for j, c in enumerate(cotangents)]))
        np.testing.assert_allclose((both - others) @ [1.0, -2.0], np.sum(slope) * (k + 1))
    for found, slope in zip(flatten(linearize(f, x)[1](np.array([1.0, -2.0])))[0], tangents, strict=True):
        np.testing.assert_allclose(found, slope)


def test_a_tangent_of_what_a_function_does_not_read_moves_nothing() -> None:
    _, push = linearize(lambda x, y: 3 * x, np.ones(2), np.ones(3))
    assert push(np.array([1.0, 2.0]), np.ones(3)).tolist() == [3, 6]
    with pytest.raises(ValueError, match=r"shape of its primal, \(3,\)"):
        push(np.ones(2), np.ones(2))


# --- Structures ------------------------------------------------------------------------------------------------------


def test_structures_and_types_come_back_as_they_went_in() -> None:
    parameters = {"pair": Pair(np.ones(2), [2.0, np.float32(3)]), "tensor": Tensor([1.0, 2.0]), "none": None}

    def loss(p: Any) -> Any:
        return np.sum(p["pair"].left ** 2) + p["pair"].right[0] ** 3 * p["pair"].right[1] + np.sum(p["tensor"] ** 2)

    value, gradient = value_and_grad(loss)(parameters)
    assert float(value) == 2 + 24 + 5
    assert isinstance(gradient["pair"], Pair)
    assert gradient["pair"].left.tolist() == [2, 2]
    assert isinstance(gradient["tensor"], Tensor)
    assert gradient["none"] is None


def test_argnums_auxiliary_results_and_keywords() -> None:
    def f(x: Any, y: Any, *, scale: float = 1.0) -> Any:
        return x * x * y * scale, {"product": x * y}

    assert grad(lambda x, y: x * x * y, argnums=1)(3.0, 2.0) == 9
    assert grad(lambda x, y: x * x * y, argnums=(-2, -1))(3.0, 2.0) == (12, 9)
    gradient, aux = grad(f, has_aux=True)(3.0, 2.0, scale=10.0)
    assert gradient == 120
    assert aux["product"] == 6
    (value, aux), gradient = value_and_grad(f, argnums=(1,), has_aux=True)(3.0, 2.0)
    assert (value, aux["product"], gradient) == (18, 6, (9,))


Named = Callable[[Callable[..., Any], Any], Callable[..., Any]]
FIRST, SECOND = 300, 120  # the derivatives of x**2 y**3 in y, at x = 2 and y = 5
BY_NAME: dict[str, tuple[Named, float]] = {
    "grad": (grad, FIRST),
    "value_and_grad": (lambda f, n: lambda *a, **o: value_and_grad(f, n)(*a, **o)[1], FIRST),
    "jacrev": (jacrev, FIRST),
    "jacfwd": (jacfwd, FIRST),
    "jacobian": (jacobian, FIRST),
    "hessian": (hessian, SECOND),
    "grad of grad": (lambda f, n: grad(grad(f, n), n), SECOND),
}


@pytest.mark.parametrize("name", BY_NAME)
def test_an_argument_is_differentiated_by_its_name(name: str) -> None:
    transform, want = BY_NAME[name]

    def f(x: Any, y: Any) -> Any:
        return x**2 * y**3

    assert np.isclose(transform(f, "y")(2.0, 5.0), want)
    assert np.isclose(transform(f, "y")(2.0, y=5.0), want)
    assert np.isclose(transform(f, "y")(y=5.0, x=2.0), want)
    assert np.isclose(transform(lambda *, y, x: f(x, y), "y")(y=5.0, x=2.0), want)
    assert np.isclose(transform(partial(f, 2.0), "y")(5.0), want)


def test_numbers_and_names_of_arguments_give_a_tuple_in_their_order() -> None:
    def f(x: Any, y: Any, *more: Any, scale: Any = 1.0) -> Any:
        return x * y * scale * math.prod(more)

    assert grad(f, ["scale", 0])(2.0, 3.0, scale=4.0) == (6, 12)
    assert grad(f, ("y", "x"))(2.0, 3.0, 5.0) == (10, 15)
    assert grad(f, ("y", 2))(2.0, 3.0, 5.0) == (10, 6)
    assert hessian(f, ("x", "y"))(2.0, 3.0) == ((0, 1), (1, 0))
    assert pickle.loads(pickle.dumps(grad(np.dot, "b")))(2.0, b=3.0) == 2
    for unknown in ("z", "more", "scale", ""):
        with pytest.raises(ValueError, match=r"names an argument of the call, one of \['x', 'y'\], got '.*'"):
            grad(f, unknown)(2.0, 3.0)
    with pytest.raises(ValueError, match=r"one of \['x', 'y'\], got 'more'"):
        grad(f, "more")(2.0, 3.0, 5.0)
    for nameless in (max, lambda *numbers: sum(numbers)):  # the first hides what its parameters are called
        with pytest.raises(ValueError, match=r"those of (max|<lambda>) have no names, got 'x'; number it: argnums=0"):
            grad(nameless, "x")(2.0, 3.0)
    with pytest.raises(ValueError, match="names each argument once"):
        grad(f, (0, "x"))(2.0, 3.0)


Way = Callable[[Callable[[Any], Any], Any, Any], Any]
GIVEN_OUT: dict[str, Way] = {
    "jvp": lambda f, x, v: jvp(f, (x,), (v,)),
    "linearize": lambda f, x, v: (linearize(f, x)[0], linearize(f, x)[1](v)),
    "vjp": lambda f, x, v: (vjp(f, x)[0], vjp(f, x)[1](v)),
    "vmap": lambda f, x, v: vmap(f)(x),
    "grad": lambda f, x, v: grad(beside(f), has_aux=True)(x)[1],
    "value_and_grad": lambda f, x, v: value_and_grad(beside(f), has_aux=True)(x)[0][1],
    "hvp": lambda f, x, v: hvp(beside(f), x, v, has_aux=True)[1],
    "hessian": lambda f, x, v: hessian(beside(f), has_aux=True)(x)[1],
    "jacrev": lambda f, x, v: jacrev(beside(f), has_aux=True)(x)[1],
    "jacfwd": lambda f, x, v: jacfwd(beside(f), has_aux=True)(x)[1],
    "jvp with auxiliary results": lambda f, x, v: jvp(beside(f), (x,), (v,), has_aux=True)[2],
    "vjp with auxiliary results": lambda f, x, v: vjp(beside(f), x, has_aux=True)[2],
    "linearize with auxiliary results": lambda f, x, v: linearize(beside(f), x, has_aux=True)[2],
}
AROUND, LEAF = tensor(np.ones((2, 2))), tensor(np.ones((2, 2)), requires_grad=True)


def beside(f: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda x: (np.sum(x * x), f(x))


@pytest.mark.parametrize("make", [np.array, tensor, lambda x: tensor(x, requires_grad=True)],
                         ids=["array", "tensor", "leaf"])
@pytest.mark.parametrize("f", [lambda x: x, lambda x: x[:], lambda x: AROUND, lambda x: LEAF],
                         ids=["itself", "a view", "a constant around", "a leaf around"])
@pytest.mark.parametrize("transform", GIVEN_OUT)
def test_what_a_transform_gives_out_is_nobody_elses_to_write_to(transform: str, f: Any, make: Any) -> None:
    x, v = make(np.arange(4.0).reshape(2, 2)), make(np.full((2, 2), 3.0))
    for found in flatten(GIVEN_OUT[transform](f, x, v))[0]:
        found[...] = 9.0
    for before, value in ((x, [[0, 1], [2, 3]]), (v, 3), (AROUND, 1), (LEAF, 1)):
        np.testing.assert_array_equal(before.detach() if isinstance(before, Tensor) else before, value)


def test_what_is_written_to_values_given_out_leaves_the_derivative_as_it_is() -> None:
    x = np.array([1.0, 2.0])
    for make in (np.array, tensor):
        for transform in (vjp, linearize):
            value, linear = transform(lambda x: (y := np.exp(x), y * y)[1], make(x))
            value -= 100.0
            np.testing.assert_allclose(flatten(linear(np.ones(2)))[0][0], 2 * np.exp(2 * x))


def test_tensors_in_tensors_out_of_every_transform() -> None:
    """And plain arrays of what was plain: also where a linear map is given the other kind than it was made of."""
    x, t = np.array([0.3, -0.8]), np.array([1.0, 2.0])

    def f(x: Any) -> Any:
        return np.sin(x) * x

    for transform in (jacrev, jacfwd, lambda f: jacobian(lambda x: f(x))):
        assert type(transform(f)(x)) is np.ndarray
        assert type(transform(f)(Tensor(x))) is Tensor
    for primal, kind in ((x, np.ndarray), (Tensor(x), Tensor)):
        out, along = linearize(f, primal)
        assert type(out) is type(along(t)) is kind
        assert type(along(Tensor(t))) is Tensor
        out, back = vjp(f, primal)
        assert type(out) is kind
        assert type(back(t)[0]) is kind
    assert type(jacrev(lambda x: x[:0])(x)) is np.ndarray
    assert type(hessian(lambda x: np.sum(f(x)))(Tensor(x))) is Tensor


def test_plain_in_plain_out_and_integers_are_promoted() -> None:
    assert grad(lambda x: x**2)(2) == 4.0
    assert type(grad(lambda x: x**2)(2)) is float
    assert type(grad(np.sum)(np.ones(2))) is np.ndarray
    assert type(value_and_grad(np.sum)(np.ones(2))[0]) is np.float64
    assert type(grad(np.sum)(Tensor([1.0]))) is Tensor
    assert grad(np.sum)(np.ones(2, np.float32)).dtype == np.float32


def test_gradients_by_arguments_leave_closed_over_leaves_alone() -> None:
    w = Tensor([2.0, 3.0], requires_grad=True)
    gradient = grad(lambda x: np.sum(x * x * w))(np.array([1.0, 1.0]))
    assert w.grad is None
    assert isinstance(gradient, Tensor)  # it depends on w, so it stays in the graph
    gradient.sum().backward()
    assert w.grad is not None
    assert w.grad.tolist() == [2, 2]  # type: ignore[unreachable]


def test_results_beside_the_gradient_are_constants_or_stay_in_the_graph_of_what_is_closed_over() -> None:
    w, x = Tensor(3.0, requires_grad=True), np.array([1.0, 2.0])
    (value, aux), _ = value_and_grad(lambda x: (np.sum(x * w), {"own": x * 2, "words": "kept", "both": x * w}),
                                     has_aux=True)(x)
    assert type(aux["own"]) is np.ndarray
    assert aux["words"] == "kept"
    (value + np.sum(aux["both"] ** 2)).backward()
    assert w.grad is not None
    assert w.grad.item() == 3 + 2 * 3 * 5


def test_one_shaped_losses_count_as_scalars() -> None:
    assert grad(lambda x: (x * x).reshape(1))(3.0) == 6


# --- Costs -----------------------------------------------------------------------------------------------------------


def test_forward_memory_is_flat_and_reverse_memory_grows() -> None:
    def chain(n: int) -> Callable[[Any], Any]:
        def f(x: Any) -> Any:
            for _ in range(n):
                x = np.sin(x)
            return np.sum(x)

        return f

    def peak(run: Callable[[], Any]) -> int:
        """The smallest of three: a collection that falls into a run, or another thread, allocates too."""
        run()
        highs = []
        for _ in range(3):
            tracemalloc.start()
            run()
            highs.append(tracemalloc.get_traced_memory()[1])
            tracemalloc.stop()
        return min(highs)

    x = np.ones(100)
    forward = [peak(lambda n=n: jvp(chain(n), (x,), (x,))) for n in (200, 2000)]  # type: ignore[misc]
    reverse = [peak(lambda n=n: grad(chain(n))(x)) for n in (200, 2000)]  # type: ignore[misc]
    assert forward[1] < 1.2 * forward[0]
    assert reverse[1] > 8 * reverse[0]


# --- Misuse ----------------------------------------------------------------------------------------------------------


def test_a_vector_output_names_the_other_transforms() -> None:
    def square(x: Any) -> Any:
        return x * x

    with pytest.raises(TypeError, match=r"square to return one number, got shape \(3,\).*vjp or jacobian"):
        grad(square)(np.ones(3))
    with pytest.raises(TypeError, match="has_aux=True"):
        grad(lambda x: (x, x))(1.0)
    with pytest.raises(TypeError, match=r"real number.*np\.abs"):
        grad(lambda x: x * 1j)(1.0)


def test_a_disconnected_output_warns_and_a_true_zero_does_not() -> None:
    with pytest.warns(DisconnectedWarning, match="nothing connects them"):
        assert grad(lambda x: 3.0)(1.0) == 0
    with pytest.warns(DisconnectedWarning):
        assert grad(lambda x: x.detach() ** 2)(2.0) == 0
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert grad(lambda x: 0 * x)(1.0) == 0


@pytest.mark.parametrize("argnums", [np.int64(1), np.array([1])[0], -1])
def test_the_number_of_an_argument_may_be_one_of_numpys(argnums: Any) -> None:
    assert grad(lambda x, y: x * y**2, argnums)(2.0, 3.0) == 12.0
    assert grad(lambda x, y: x * y**2, (argnums,))(2.0, 3.0) == (12.0,)


@pytest.mark.parametrize("argnums", [2, -3, (0, 5)])
def test_argnums_out_of_range(argnums: Any) -> None:
    with pytest.raises(ValueError, match="given by position, of which there are 2, got"):
        grad(lambda x, y: x * y, argnums=argnums)(1.0, 2.0)


def test_tangents_and_cotangents_of_the_wrong_shape() -> None:
    with pytest.raises(ValueError, match=r"\(3,\), got \(2,\)"):
        jvp(np.sin, (np.ones(3),), (np.ones(2),))
    with pytest.raises(TypeError, match=r"jvp\(f, \(x,\), \(t,\)\)"):
        jvp(np.sin, np.ones(3), np.ones(3))  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=r"\(3,\), got \(2,\)"):
        vjp(np.sin, np.ones(3))[1](np.ones(2))
    with pytest.raises(ValueError, match="structure"):
        hvp(rosenbrock, np.ones(3), {"x": np.ones(3)})


@pytest.mark.parametrize("f", [lambda x: x, lambda x: x * x, np.cumsum, lambda x: x.reshape(-1)],
                         ids=["identity", "square", "cumsum", "view"])
@pytest.mark.parametrize(("argument", "cotangent"), [("f", "d"), ("d", "f"), ("f", "l"), ("e", "d"), ("D", "d")])
def test_a_gradient_is_of_the_arguments_dtype_whatever_the_cotangents(f: Any, argument: str, cotangent: str) -> None:
    x, g = np.arange(1.0, 4.0).astype(argument), np.arange(3.0).astype(cotangent)
    (found,), (expected,) = (vjp(f, x)[1](c) for c in (g, g.astype(argument)))
    assert found.dtype == x.dtype
    np.testing.assert_array_equal(found, expected)


def test_a_complex_cotangent_of_a_real_output_is_refused() -> None:
    """Its imaginary part would get lost."""
    for f in (np.sin, np.cumsum, np.copy):
        with pytest.raises(TypeError, match="complex128 to float64.*imaginary part"):
            vjp(f, np.ones(3))[1](np.full(3, 1j))


@given(st.lists(st.floats(-2, 2), min_size=2, max_size=5))
def test_reverse_over_forward_equals_forward_over_reverse(values: list[float]) -> None:
    x = np.array(values)
    v = np.linspace(1, 2, len(values))
    f = rosenbrock
    over_forward = hvp(f, x, v)
    over_reverse = jvp(grad(f), (x,), (v,))[1]
    np.testing.assert_allclose(over_forward, over_reverse, rtol=1e-10, atol=1e-9)


LINES: dict[str, Callable[[Any], Any]] = {
    "grad": grad(lambda x: 3.0 * x), "vjp": lambda x: vjp(lambda x: 3.0 * x, x)[1](1.0)[0],
    "jvp": lambda x: jvp(lambda x: 3.0 * x, (x,), (1.0,))[1], "jacrev": jacrev(lambda x: 3.0 * x),
    "linearize": lambda x: linearize(lambda x: 3.0 * x, x)[1](1.0), "jacfwd": jacfwd(lambda x: 3.0 * x),
    "hvp": lambda x: hvp(lambda x: 1.5 * x * x, x, 1.0), "hessian": hessian(lambda x: 1.5 * x * x),
}


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("name", LINES)
def test_the_slope_of_a_line_is_connected_with_its_place_and_its_own_slope_0(name: str) -> None:
    """Nothing is missing there: no `DisconnectedWarning`."""
    for slope in (LINES[name], lambda x: LINES[name](x * x)):
        assert slope(2.0) == 3
        for derivative in (grad, jacfwd, hessian, forward_derivative):
            assert derivative(slope)(2.0) == 0


def test_a_condition_is_constant_in_its_values() -> None:
    """It raised an AssertionError of the engine's own."""
    c = np.array([0.0, 2.0])
    np.testing.assert_array_equal(jacobian(lambda c: np.where(c, 1.0, c))(c), [[1, 0], [0, 0]])
    _, slope = jvp(lambda c, x: np.where(c, x, c), (c, np.ones(2)), (np.ones(2), np.ones(2)))
    np.testing.assert_array_equal(slope, [1, 1])


def test_detached_values_are_constant_to_every_transform() -> None:
    assert jvp(lambda x: x * x.detach(), (3.0,), (1.0,)) == (9, 3)
    assert vmap(grad(lambda x: x * x.detach()))(np.array([3.0, 4.0])).tolist() == [3, 4]
    assert vmap(lambda x: x.detach() * 2)(np.array([3.0, 4.0])).tolist() == [6, 8]


def test_a_number_as_a_condition_has_derivative_zero() -> None:
    assert grad(lambda x: np.where(x, x, 2.0))(3.0) == 1
    assert jvp(lambda x: np.where(x, 5.0, 2.0), (3.0,), (1.0,)) == (5, 0)


def test_tensors_inside_say_what_they_are() -> None:
    shown: list[str] = []
    jvp(lambda x: shown.append(repr(x)) or x, (1.0,), (2.0,))
    vmap(lambda x: shown.append(repr(x)) or x)(np.ones(2))
    assert re.fullmatch(r"Dual\(Tensor\(1\.\), tangent=Tensor\(2\.\), level=\d+\)", shown[0])
    assert re.fullmatch(r"Batch\(Tensor\(\[1\., 1\.\]\), level=\d+\)", shown[1])
    assert vmap(lambda x: x * len(x))(np.ones((2, 3))).tolist() == [[3, 3, 3]] * 2
    with pytest.raises(TypeError, match="0-d"):
        jvp(len, (1.0,), (1.0,))


@pytest.mark.parametrize("transform", [grad, value_and_grad, jacrev, jacfwd, jacobian, hessian])
@pytest.mark.parametrize("argnums", [(0, 0), (1, -1), [0, 1, -2]])
def test_an_argument_is_named_once(transform: Any, argnums: Any) -> None:
    """Only the last of its names had a gradient, and the others 0."""
    with pytest.raises(ValueError, match="argnums names each argument once, got .* of 2 arguments"):
        transform(lambda x, y: x * y, argnums)(1.0, 2.0)


@pytest.mark.parametrize(("call", "error", "words"), [
    (lambda: jvp(lambda p: p, ({"a": 1.0},), ([1.0],)), ValueError, r"structure of its primal, \(\{'a': \*\},\), got"),
    (lambda: jvp(lambda x: x, (1.0,), (1j,)), TypeError, "imaginary part"),
    (lambda: vjp(lambda x: (x, x), 1.0)[1](1.0), ValueError, r"structure of its output, \(\*, \*\), got \*"),
    (lambda: hvp(lambda x: np.sum(x * x), np.ones(2), np.ones(3)), ValueError, r"shape of x, \(2,\), got \(3,\)"),
    (lambda: linearize(np.sin, 1.0)[1](1.0, 2.0), ValueError, r"structure of its primal, \(\*,\), got \(\*, \*\)"),
    (lambda: linearize(np.sin, np.ones(3))[1](np.ones((2, 3))), ValueError, r"shape of its primal, .* got \(2, 3\)"),
    (lambda: grad(np.sin, has_aux=True)(1.0), TypeError, r"returns \(output, aux\), got Tensor"),
    (lambda: grad(np.sin)("one"), TypeError, "namedtuples of them, got str: 'one'"),
    (lambda: hessian(lambda z: np.sum(np.abs(z) ** 2))(np.array([1 + 2j, 3])), TypeError, "real.*got complex128.*hvp"),
    (lambda: hessian(lambda x, p: np.abs(p["z"] * x), (0, 1))(1.0, {"z": 1j}), TypeError, "real arguments.*re .* im"),
])
def test_what_a_transform_cannot_take_is_named(call: Any, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        call()


def test_a_cotangent_alone_may_vary() -> None:
    """The pullback is linear: its derivative along a cotangent is the pullback of that."""
    _, pullback = vjp(np.sin, 2.0)
    assert jvp(lambda g: pullback(g)[0], (3.0,), (1.0,)) == pytest.approx((3 * np.cos(2.0), np.cos(2.0)))


# --- What a transform makes of a function is such a function itself ---------------------------------------------------


def curve(x: Any, *, power: float = 3.0) -> Any:
    """A curve."""
    return np.sum(np.sin(x) ** power)


class Spring:
    def __init__(self, stiffness: float) -> None:
        self.stiffness = stiffness

    def energy(self, x: Any) -> Any:
        return self.stiffness * np.sum(x**2) / 2

    def __call__(self, x: Any) -> Any:
        return self.energy(x)

    force = grad(energy, 1)


class WithAux:
    """`f` with what is beside it, as an object that can be pickled."""

    def __init__(self, f: Any) -> None:
        self.f = f

    def __call__(self, x: Any) -> Any:
        return self.f(x), {"twice": 2 * x}


TRANSFORMS: list[Callable[..., Any]] = [
    grad, value_and_grad, jacrev, jacfwd, jacobian, hessian, vmap, checkpoint, lambda f: vmap(grad(f), in_axes=1),
    lambda f: value_and_grad(f, argnums=(0,)), lambda f: grad(WithAux(f), has_aux=True),
]


@pytest.mark.parametrize("f", [curve, Spring(3.0), Spring(2.0).energy, np.linalg.norm])
@pytest.mark.parametrize("transform", TRANSFORMS)
@pytest.mark.parametrize("duplicate", [lambda g: pickle.loads(pickle.dumps(g)), copy.copy, copy.deepcopy])
def test_what_a_transform_makes_is_pickled_where_the_function_is(transform: Any, f: Any, duplicate: Any) -> None:
    """`multiprocessing` and joblib send functions so."""
    made = transform(f)
    x = np.arange(1.0, 7.0).reshape(2, 3)
    for ours, theirs in zip(leaves(made(x)), leaves(duplicate(made)(x)), strict=True):
        np.testing.assert_array_equal(ours, theirs)


def leaves(result: Any) -> list[Any]:
    if isinstance(result, dict):
        return list(result.values())
    return [x for part in result for x in leaves(part)] if isinstance(result, tuple) else [result]


def test_a_lambda_is_not_pickled_nor_what_is_made_of_it() -> None:
    with pytest.raises((pickle.PicklingError, AttributeError), match="lambda"):
        pickle.dumps(grad(lambda x: x * x))


def test_what_a_transform_makes_looks_like_the_function() -> None:
    made = grad(curve)
    assert (made.__name__, made.__doc__, inspect.signature(made)) == ("curve", "A curve.", inspect.signature(curve))
    assert made(0.5, power=2.0) == pytest.approx(np.sin(1.0))


def test_a_gradient_in_a_class_is_a_method() -> None:
    spring = Spring(3.0)
    np.testing.assert_array_equal(spring.force(np.array([1.0, 2.0])), [3.0, 6.0])
    np.testing.assert_array_equal(Spring.force(spring, np.array([1.0, 2.0])), [3.0, 6.0])


def test_names_of_arguments_are_all_the_functions_own() -> None:
    """A transform has arguments of its own, which must not stand in the way."""
    assert grad(lambda x, f, argnums, has_aux: x * f * argnums * has_aux)(1.0, f=2.0, argnums=3.0, has_aux=4.0) == 24
    assert vmap(lambda x, f: x * f)(np.ones(2), f=np.array([2.0, 3.0])).tolist() == [2, 3]
