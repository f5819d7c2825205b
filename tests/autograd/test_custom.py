"""Operations of the user's own: `custom` and `rule`."""

from __future__ import annotations

import copy
import gc
import inspect
import math
import pickle
import subprocess
import sys
import weakref
from typing import Any

import numpy as np
import pytest
import scipy.linalg

from autograd import NoDerivativeError, Tensor, custom, grad, jacrev, jvp, rule, support, vjp, vmap
from autograd.arguments import checked_options, parameters
from autograd.registry import registry
from autograd.testing import check_gradients


def make_cube(**rules: Any) -> Any:
    @custom
    def cube(x: Any) -> Any:
        return x**3

    for kind, function in rules.items():
        getattr(cube, kind)(function)
    return cube


def vjp_of_cube(g: Any, out: Any, x: Any) -> Any:
    return 3 * g * x**2


RULES = [{"defvjp": vjp_of_cube}, {"defjvp": vjp_of_cube}, {"defvjp": vjp_of_cube, "defjvp": vjp_of_cube}]


@pytest.mark.parametrize("rules", RULES, ids=["vjp", "jvp", "both"])
def test_either_rule_serves_both_modes_and_higher_orders(rules: dict[str, Any]) -> None:
    cube = make_cube(**rules)
    assert grad(cube)(2.0) == 12
    assert jvp(cube, (2.0,), (1.0,)) == (8, 12)
    assert grad(grad(cube))(2.0) == 12
    assert grad(grad(grad(cube)))(2.0) == 6
    assert grad(lambda x: jvp(cube, (x,), (1.0,))[1])(2.0) == 12
    assert jvp(grad(cube), (2.0,), (1.0,))[1] == 12


@pytest.mark.parametrize("kind", ["defvjp", "defjvp"])
def test_either_rule_serves_both_modes_of_complex_functions(kind: str) -> None:
    def square(z: Any) -> Any:
        return z * z * (1 + 2j)

    def derivative(c: Any, out: Any, z: Any) -> Any:
        return c * 2 * z * (1 + 2j)

    def loss(f: Any) -> Any:
        return lambda z: np.sum(np.abs(f(z)) ** 2) + np.sum(np.real(f(z)))

    own = custom(square)
    getattr(own, kind)(derivative)
    z, t = np.array([1 + 2j, 0.5 - 1j]), np.array([0.3 - 1j, 2j])
    np.testing.assert_allclose(grad(loss(own))(z), grad(loss(square))(z), rtol=1e-12)
    np.testing.assert_allclose(jvp(own, (z,), (t,))[1], jvp(square, (z,), (t,))[1], rtol=1e-12)
    np.testing.assert_allclose(jvp(grad(loss(own)), (z,), (t,))[1], jvp(grad(loss(square)), (z,), (t,))[1], rtol=1e-12)


def test_arguments_that_are_no_arrays_pass_through() -> None:
    @custom
    def scaled(x: Any, how: str, *, by: float = 1.0) -> Any:
        return x * by if how == "times" else x / by

    scaled.defvjp(lambda g, out, x, how, *, by=1.0: g * by if how == "times" else g / by)
    assert grad(lambda x: scaled(x, "times", by=5.0))(2.0) == 5
    assert grad(lambda x: scaled(x, "over", by=5.0))(2.0) == 0.2


def test_a_black_box_is_differentiated_numerically() -> None:
    @custom(numeric=True)
    def box(a: Any) -> Any:
        return scipy.linalg.expm(a)

    a = np.random.default_rng(0).normal(size=(2, 2))
    t = np.array([[0.3, -1.0], [0.5, 2.0]])
    exact = scipy.linalg.expm_frechet(a, t)[1]
    np.testing.assert_allclose(jvp(box, (a,), (t,))[1], exact, rtol=1e-7)
    assert np.sum(grad(lambda a: np.sum(box(a)))(a) * t) == pytest.approx(exact.sum(), rel=1e-7)
    with pytest.raises(NoDerivativeError, match="first order only"):
        grad(lambda a: np.sum(grad(lambda a: np.sum(box(a)))(a)))(a)
    with pytest.raises(NoDerivativeError, match="first order only"):
        jvp(lambda a: jvp(box, (a,), (t,))[1], (a,), (t,))  # was 0
    points = np.stack([a, 2 * a, t])
    slopes = vmap(lambda a: jvp(box, (a,), (t,))[1])(points)
    np.testing.assert_allclose(slopes, [jvp(box, (a,), (t,))[1] for a in points])


def rotated(x: Any, angle: Any) -> Any:
    """Two outputs, of different shapes."""
    return x * np.cos(angle), np.sum(x**2 * np.sin(angle))


VJPS = (lambda g, out, x, angle: g[0] * np.cos(angle) + 2 * g[1] * x * np.sin(angle),
        lambda g, out, x, angle: np.sum(g[0] * -x * np.sin(angle)) + g[1] * np.sum(x**2) * np.cos(angle))


JVPS = (lambda t, out, x, angle: (t * np.cos(angle), np.sum(2 * x * t * np.sin(angle))),
        lambda t, out, x, angle: (-t * x * np.sin(angle), t * np.sum(x**2) * np.cos(angle)))


@pytest.mark.parametrize("ways", ["vjp", "jvp", "vjp jvp", "numeric"])
@pytest.mark.parametrize("used", [(1, 0), (0, 1), (1, 1)])
def test_several_outputs(ways: str, used: tuple[int, int]) -> None:
    """Also where some are not used, whose cotangents were None, and where one mode is the transpose of the other."""
    operation = custom(rotated, numeric=ways == "numeric")
    if "vjp" in ways:
        operation.defvjp(*VJPS)
    if "jvp" in ways:
        operation.defjvp(*JVPS)

    def f(x: Any, angle: Any) -> Any:
        first, second = operation(x, angle)
        return first**2 * second**3 if all(used) else first**2 if used[0] else second**3

    x, angle = np.array([0.5, -1.5, 2.0]), 0.7
    check_gradients(f, x, angle, order=1 if ways == "numeric" else 2)
    points = np.stack([x, -x, 2 * x])
    np.testing.assert_allclose(vmap(lambda x: jvp(f, (x, angle), (x, 1.0))[1])(points),
                               [jvp(f, (x, angle), (x, 1.0))[1] for x in points])
    slopes = vmap(grad(lambda x: np.sum(f(x, angle))))(points)
    np.testing.assert_allclose(slopes, [grad(lambda x: np.sum(f(x, angle)))(x) for x in points])


def test_an_index_among_several_outputs_is_a_constant() -> None:
    """A tensor of integers has no gradient, and what is computed with it reads its values alone."""
    largest = custom(lambda x: (np.max(x), np.argmax(x)))
    largest.defvjp(lambda g, out, x: g[0] * (np.arange(x.size) == out[1]))
    value, place = largest(Tensor([1.0, 5.0, 3.0], requires_grad=True))
    assert value.requires_grad
    assert not place.requires_grad
    assert (place.dtype.kind, place.item()) == ("i", 1)
    table = np.array([10.0, 20.0, 30.0])
    np.testing.assert_array_equal(grad(lambda x: table[int(largest(x)[1])] * largest(x)[0])(np.array([1.0, 5.0, 3.0])),
                                  [0, 20, 0])


def test_a_tangent_of_each_output_is_asked_for() -> None:
    pair = custom(lambda x: (x, 2 * x)).defjvp(lambda t, out, x: t)
    with pytest.raises(TypeError, match="a tuple with a tangent of each of its 2 outputs"):
        jvp(pair, (1.0,), (1.0,))
    cut = custom(lambda x: (x, 2 * x)).defjvp(lambda t, out, x: (t, 2 * np.sum(t).item()))
    with pytest.raises(TypeError, match="cut off"):
        grad(lambda x: cut(x)[1])(1.0)


@pytest.mark.parametrize("size", [1e-6, 1.0, 1e5])
@pytest.mark.parametrize("length", [1e-9, 1.0, 1e9])
def test_the_numeric_derivative_keeps_two_thirds_of_the_digits(size: float, length: float) -> None:
    """Whatever the size of the point and of the direction; 1e-6 is small beside the step, which is one of the unit."""
    quartic = custom(numeric=True)(lambda a: np.asarray(a) ** 4 + np.asarray(a) / 3)
    a, t = size * np.array([1.0, -0.3, 0.7]), length * np.array([0.2, 1.0, -0.5])
    slopes = 4 * a**3 + 1 / 3
    np.testing.assert_allclose(jvp(quartic, (a,), (t,))[1], slopes * t, rtol=2e-9)
    np.testing.assert_allclose(grad(lambda a: np.sum(quartic(a)))(a), slopes, rtol=2e-9)
    assert jvp(quartic, (a,), (0 * t,))[1].tolist() == [0, 0, 0]


def test_missing_rules_name_the_operation_and_what_to_write() -> None:
    cube = make_cube()
    with pytest.raises(NoDerivativeError, match=r"cube.* in argument 0: write .*defvjp.*defjvp.*numeric=True"):
        grad(cube)(2.0)
    with pytest.raises(NoDerivativeError, match="argument 0"):
        jvp(cube, (2.0,), (1.0,))


def test_a_rule_is_missed_only_where_its_derivative_is_asked_for() -> None:
    product = custom(lambda x, w: x * w).defvjp(lambda g, out, x, w: g * w)
    w = Tensor(3.0, requires_grad=True)
    assert grad(lambda x: product(x, w))(2.0) == 3
    with pytest.raises(NoDerivativeError, match="argument 1"):
        product(2.0, w).backward()


@pytest.mark.parametrize(("wrong", "error"), [
    (lambda g, out, x: np.ones(5), r"cube.* argument 0 must return the shape \(3,\).*got \(5,\)"),
    (lambda g, out, x: g * 1j, "cube.* argument 0 must return float64.*got complex128"),
    (lambda g, out, x: np.ones(3, int), "cube.* must return float64.*got int64"),
    (lambda g, out, x: None, "cube.* must return an array, got NoneType"),
])
def test_what_a_rule_returns_is_checked(wrong: Any, error: str) -> None:
    cube = make_cube(defvjp=wrong)
    with pytest.raises((TypeError, ValueError), match=error):
        grad(lambda x: np.sum(cube(x)))(np.ones(3))


@pytest.mark.parametrize(("first", "second"), [((2, 3), (3,)), ((2, 3), ()), ((4, 2, 3), (2, 3)), ((3,), (2, 3))])
def test_operands_that_broadcast_get_the_sum_of_what_a_rule_returns(first: Any, second: Any) -> None:
    """As NumPy's rules, one of the user's need not know that an operand was stretched at the front."""
    product = custom(lambda x, y: x * y).defvjp(lambda g, out, x, y: g * y, lambda g, out, x, y: g * x)
    x, y = np.arange(1.0, 1 + np.prod(first)).reshape(first), np.arange(2.0, 2 + np.prod(second)).reshape(second)
    check_gradients(product, x, y)


def test_a_rule_may_itself_take_gradients_within_the_rows_of_a_jacobian() -> None:
    """They go one after the other, and within one of them nothing is a batch."""
    def slope(g: Any, out: Any, x: Any) -> Any:
        found = grad(lambda y: np.sum(y**3))(x)
        assert type(found) is np.ndarray
        return g * found

    cube = make_cube(defvjp=slope)
    x = np.linspace(1.0, 2.0, 6)
    np.testing.assert_allclose(jacrev(cube)(x), np.diag(3 * x**2))


def test_a_black_box_of_several_operands_and_a_rule_that_says_nothing() -> None:
    box = custom(numeric=True)(lambda x, y, z, *, scale: np.sin(x) * y + scale * z**2)
    x, y, z = np.array([0.3, -2.0]), np.array([1.5]), np.array([0.7, 40.0])
    check_gradients(lambda x, y, z: box(x, y, z, scale=2.0), x, y, z, order=1)
    with pytest.raises(NoDerivativeError, match="has no derivative in argument 0"):
        grad(rule(lambda x: x**3))(2.0)


def test_a_rule_is_given_cotangents_of_the_precision_of_its_result() -> None:
    seen = []
    cube = make_cube(defvjp=lambda g, out, x: seen.append((g.dtype, out.dtype)) or 3 * g * x**2)
    pullback = vjp(cube, np.ones(2, np.float32))[1]
    for given in (np.ones(2), np.ones(2, np.float32), np.ones(2, int)):
        assert pullback(given)[0].dtype == np.float32
    assert seen == [(np.float32, np.float32)] * 3


def test_what_a_rule_returns_is_not_aliased() -> None:
    kept = np.ones(2)
    cube = make_cube(defvjp=lambda g, out, x: kept)
    x = Tensor([1.0, 2.0], requires_grad=True)
    np.sum(cube(x)).backward()
    assert x.grad is not None
    x.grad.data[:] = 9
    assert kept.tolist() == [1, 1]


def test_rule_makes_a_numpy_function_differentiable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(registry, np.hypot)
    x, y = np.array([3.0]), np.array([4.0])
    rule(np.hypot, vjp=(lambda g, out, x, y: g * x / out, lambda g, out, x, y: g * y / out))
    assert grad(lambda x: np.sum(np.hypot(x, y)))(x).tolist() == [0.6]
    assert grad(lambda y: np.sum(np.hypot(x, y)))(y).tolist() == [0.8]
    with pytest.raises(ValueError, match=r"hypot has a rule already.*supported\(\)"):
        rule(np.hypot, vjp=lambda g, out, x, y: g)


def test_a_function_without_a_rule_says_how_to_add_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(registry, np.histogramdd)
    with pytest.raises(
        NoDerivativeError, match=r"numpy\.histogramdd has no derivative(.|\n)*autograd\.rule\(numpy\.histogramdd, vjp="
    ):
        np.histogramdd(Tensor([1.0, 2.0, 1.0], requires_grad=True))
    assert isinstance(np.histogramdd(Tensor([1.0, 2.0, 1.0]))[0], Tensor)


def test_a_function_may_return_a_number_or_a_list() -> None:
    total = custom(lambda x: float(np.sum(x))).defvjp(lambda g, out, x: g * np.ones_like(x))
    assert grad(total)(np.array([1.0, 2.0])).tolist() == [1, 1]
    doubled = custom(lambda x: [2 * float(v) for v in x]).defvjp(lambda g, out, x: 2 * g)
    assert doubled(Tensor([1.0, 2.0])).tolist() == [2, 4]
    assert grad(lambda x: np.sum(doubled(x)))(np.array([1.0, 2.0])).tolist() == [2, 2]


def test_a_rule_may_be_a_constant() -> None:
    two = custom(lambda x: x * 0 + 2.0).defjvp(lambda t, out, x: 0.0)
    assert grad(two)(1.0) == 0
    two = custom(lambda x: x * 0 + 2.0).defvjp(lambda g, out, x: 0.0)
    assert jvp(two, (1.0,), (1.0,)) == (2, 0)
    assert grad(two)(1.0) == 0


def test_whole_numbers_do_not_vary_whatever_a_rule_says() -> None:
    rounded = custom(lambda x: np.floor(x).astype(int)).defjvp(lambda t, out, x: t)
    value, slope = jvp(lambda x: rounded(x) * x, (2.5,), (1.0,))
    assert (value, slope) == (5, 2)


def test_a_ufunc_of_the_users_own_is_named_as_far_as_it_can_be() -> None:
    ufunc = np.frompyfunc(lambda x: x + 1, 1, 1)
    with pytest.raises(NoDerivativeError, match=r"autograd\.rule\(ufunc, vjp=\[cotangent\]\)"):
        ufunc(Tensor([1.0], requires_grad=True))


@pytest.mark.parametrize("x", [2.0, [1.0, 2.0]])
def test_what_no_tensor_can_hold_comes_back_as_numpys(x: Any) -> None:
    ufunc = np.frompyfunc(lambda x: (x + 1, x * 2), 1, 2)
    for found, expected in zip(ufunc(Tensor(x)), ufunc(np.array(x)), strict=True):
        assert type(found) is type(expected)
        assert np.array_equal(found, expected)
        assert np.asarray(found).dtype == np.asarray(expected).dtype
    for dtype in (object, str):
        with pytest.raises(TypeError, match=f"holds numbers, and cannot be cast to {dtype.__name__}; write x.numpy"):
            Tensor(x).astype(dtype)


def test_options_without_a_derivative_work_where_nothing_is_tracked() -> None:
    total = np.add(Tensor([1.0, 2.0]), [10.0, 20.0], subok=False)
    assert isinstance(total, Tensor)
    assert total.tolist() == [11, 22]


@pytest.mark.parametrize("call", [lambda: -Tensor([True]), lambda: np.negative(Tensor(True, dtype=bool))])
def test_complaints_of_the_fast_path_are_explained_too(call: Any) -> None:
    with pytest.raises(TypeError, match=r"^negative of bool .*test_custom\.py:\d+"):
        call()


class Peculiar(ValueError):
    def __init__(self, one: str, two: str) -> None:
        super().__init__(one, two)


@pytest.mark.parametrize("error", [Peculiar("a", "b"), KeyError("k"), MemoryError()])
def test_errors_that_cannot_be_said_again_in_other_words_pass_as_they_are(error: Exception) -> None:
    def fails(x: Any) -> Any:
        raise error

    with pytest.raises(type(error)) as caught:
        custom(fails)(Tensor(1.0, requires_grad=True))
    assert caught.value is error


def test_rules_on_demand_wait_for_their_package(monkeypatch: pytest.MonkeyPatch) -> None:
    """A ufunc that nobody knows does not bring SciPy in; nor does the table of what is supported, where it is not."""
    monkeypatch.delitem(sys.modules, "scipy.special", raising=False)
    with pytest.raises(NoDerivativeError):
        np.frompyfunc(abs, 1, 1)(Tensor([1.0], requires_grad=True))
    assert "scipy.special" not in sys.modules
    monkeypatch.setattr(support.importlib.util, "find_spec", lambda name: None)
    monkeypatch.setattr(support.importlib, "import_module", pytest.fail)
    support._load_all()


def test_functions_that_hide_their_parameters_have_none() -> None:
    assert parameters(np.fromstring) == {} or "string" in parameters(np.fromstring)
    assert parameters(dict.fromkeys) == {} or "iterable" in parameters(dict.fromkeys)
    assert parameters(getattr) == {}  # as many of NumPy's, of older versions

    def options(x: Any, share: float = 1.5, pair: Any = (1, 2), flag: Any = None) -> None: ...

    for given in ({"share": float("1.5")}, {"pair": tuple(range(1, 3))}, {"flag": None}):  # other objects, but equal
        assert checked_options(options, frozenset(), given) == {}
    for given in ({"share": 1}, {"share": 2.5}, {"pair": [1, 2]}, {"flag": False}, {"other": 0},
                  {"pair": np.array([1, 2])}):
        with pytest.raises(NoDerivativeError, match="options with .* has no derivative here"):
            checked_options(options, frozenset(), given)
    with pytest.raises(NoDerivativeError, match="type with casting='safe' has no derivative here.*options axis"):
        checked_options(type, frozenset({"axis"}), {"axis": 0, "casting": "safe"})


def test_operations_of_one_name_keep_it_and_those_of_a_loop_are_let_go() -> None:
    _, second = make_cube(defvjp=vjp_of_cube), make_cube()
    with pytest.raises(NoDerivativeError, match=r"^cube has no derivative in argument 0: write cube\.defvjp"):
        grad(second)(2.0)
    alive = []
    for _ in range(100):
        x = Tensor(2.0, requires_grad=True)
        operation = make_cube(defvjp=vjp_of_cube)
        alive.append(weakref.ref(operation.primitive))
        y = operation(x)
        del operation  # it is gone before its derivative is asked for
        gc.collect(0)
        y.backward()
        assert x.grad is not None
        assert x.grad.item() == 12
    gc.collect()
    assert sum(reference() is not None for reference in alive) <= 1  # the last, which y has


def test_an_operation_called_as_one_of_the_library_is_neither_taken_for_it_nor_in_its_way() -> None:
    program = """
import pickle, numpy as np, autograd

def doubled(name):
    def apply(x):
        return 2 * x
    apply.__name__ = name
    operation = autograd.custom(apply)
    operation.defvjp(lambda g, out, x: 2 * g)
    return operation

x, wide = np.arange(3.0), np.arange(6.0).reshape(2, 3)
for name in ("linear", "odeint", "sums_of_windows"):  # of what is loaded later
    assert autograd.grad(lambda x: np.sum(doubled(name)(x)))(x).tolist() == [2, 2, 2]
import nn, autograd.scipy.integrate, autograd.scipy.ndimage
for name in ("sum", "tanh", "einsum", "select"):
    operation = doubled(name)
    assert np.array_equal(autograd.vmap(operation)(wide), 2 * wide), name
    text = autograd.draw(np.sum(operation(autograd.Tensor(x, requires_grad=True))), color_by="flops").to_text()
    assert f"Not counted: {name}." in text, text
    try:
        autograd.symbolic.expression(lambda x: operation(x), "x")
    except autograd.NoDerivativeError as error:
        assert f"{name} has no SymPy form" in str(error)
    else:
        raise AssertionError(name)
result = doubled("input")(autograd.Tensor(x, requires_grad=True))
try:
    pickle.dumps(result)  # which a leaf can be, and a result cannot
except TypeError as error:
    assert "cannot be pickled with its graph" in str(error)
else:
    raise AssertionError("input")
"""
    subprocess.run([sys.executable, "-c", program], check=True)


@pytest.mark.parametrize("give", ["defvjp", "defjvp"])
def test_more_rules_than_arguments_are_refused(give: str) -> None:
    operation = custom(lambda x, *, scale=1.0: x * scale)
    with pytest.raises(TypeError, match="fewer than the 2 given; each is a function of "):
        getattr(operation, give)(lambda g, out, x, **_: g, lambda g, out, x, **_: g)
    getattr(custom(lambda *xs: sum(xs)), give)(*[lambda g, out, *_: g] * 4)  # as many as there will be


def test_a_built_in_function_that_hides_its_parameters_takes_rules() -> None:
    with pytest.raises(ValueError, match="no signature"):
        inspect.signature(math.log)
    log = custom(math.log)
    log.defvjp(lambda g, out, x: g / x)
    assert grad(log)(4.0) == 0.25


@custom
def at_module_level(x: Any) -> Any:
    return x**3


at_module_level.defvjp(lambda g, out, x: 3 * g * x**2)


def test_a_function_of_a_module_is_pickled_by_its_name_with_its_derivative() -> None:
    """As another process gets it; what stands under no name is refused, as functions are."""
    again = pickle.loads(pickle.dumps({"f": at_module_level}))["f"]
    assert again is at_module_level
    assert copy.deepcopy(at_module_level) is at_module_level
    assert grad(again)(2.0) == 12
    with pytest.raises((pickle.PicklingError, AttributeError)):
        pickle.dumps(custom(lambda x: x))


@pytest.mark.parametrize("declare", [custom, custom(numeric=True), rule])
@pytest.mark.parametrize(("given", "error"), [
    (3, "takes a function of arrays, got 3$"),
    ("tanh", "takes a function of arrays, got 'tanh'$"),
    (np.ones(2), r"takes a function of arrays, got array\(\[1., 1.\]\)$"),
])
def test_what_is_no_function_is_refused(declare: Any, given: Any, error: str) -> None:
    with pytest.raises(TypeError, match=error):
        declare(given)


def test_a_method_is_refused_where_it_is_declared() -> None:
    with pytest.raises(TypeError, match="^custom takes a function of arrays, and scaled is a method: write it outside"):
        class Layer:
            @custom
            def scaled(self, x: Any) -> Any:
                return 2 * x


def test_a_bound_method_and_a_static_one_are_functions_of_arrays() -> None:
    class Layer:
        def scaled(self, x: Any) -> Any:
            return 2 * x

        @staticmethod
        @custom
        def halved(x: Any) -> Any:
            return x / 2

    Layer.halved.defvjp(lambda g, out, x: g / 2)
    scaled = custom(Layer().scaled).defvjp(lambda g, out, x: 2 * g)
    assert grad(scaled)(3.0) == 2
    assert grad(Layer().halved)(3.0) == 0.5


def test_a_custom_operation_is_shown_by_its_name() -> None:
    assert repr(custom(np.sinc)) == "<differentiable function sinc>"
