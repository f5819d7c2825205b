"""Symbolic differentiation against accumulation, form by form and on random programs."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
import pytest
import scipy.special as sc
import sympy as sp
from hypothesis import assume, given

import autograd
from autograd import NoDerivativeError, Tensor, symbolic
from autograd.registry import primitives
from autograd.rules.error_function import normal_cdf
from autograd.symbolic.forms import ARITHMETIC, elementwise, exact, over_axis, whole
from autograd.testing import strategies
from tests.examples import examples


def agree(f: Any, *arguments: Any, rel: float = 1e-9) -> None:
    """The formula's gradient is the accumulated one, and so is that of its square, which depends on its value."""
    for function in (f, lambda *args: f(*args) ** 2):
        found = symbolic.grad(function)(*arguments)
        np.testing.assert_allclose(found, autograd.grad(function)(*arguments), rtol=rel, atol=1e-12)


# --- Every form ------------------------------------------------------------------------------------------------------

ABOUT: dict[str, list[tuple[float, ...]]] = {
    "arccosh": [(1.5,)], "arcsin": [(0.3,), (-0.7,)], "arccos": [(0.3,), (-0.7,)], "arctanh": [(0.3,), (-0.7,)],
    "erfinv": [(0.3,), (-0.7,)], "zeta": [(2.3, 1.4)], "remainder": [(1.3, 0.6), (-1.3, 0.6)],
    "heaviside": [(0.4, 0.7), (-0.4, 0.7), (0.0, 0.7)], "ldexp": [(0.3, 3)], "psi": [(0.3,), (1.7,)],
    "sinc": [(0.3,), (-0.7,), (0.0,)], "elu": [(0.4, 1.3), (-0.7, 1.3)], "leaky_relu": [(0.4, 0.2), (-0.7, 0.2)],
    **{name: [(0.4,), (-0.7,), (1.7,)] for name in (
        "absolute", "fabs", "sign", "floor", "ceil", "cbrt", "relu", "sigmoid", "expit", "softplus", "erf", "erfc",
        "expm1", "exp2", "ndtr", "normal_cdf", "real", "imag", "conjugate", "negative", "positive", "square",
        "reciprocal")},
    **{name: [(1.3, 0.6), (0.6, 1.3), (0.6, 0.6)] for name in (
        "less", "less_equal", "greater", "greater_equal", "equal", "not_equal")},
    **{name: [(a, b) for a in (0.3, 0.7) for b in (0.3, 0.7)] for name in ("logical_and", "logical_or", "logical_xor")},
}
"""Where a form is held against the function: of one number at 0.3 and 0.7 else, of two at (1.3, 0.6) and (0.6, 1.3)."""

PAIRS = ("arctan2", "power", "float_power", "logaddexp", "logaddexp2", "hypot", "maximum", "minimum", "fmax", "fmin",
         "add", "subtract", "multiply", "divide", "xlogy", "beta")
LOGIC = {"logical_and": np.logical_and, "logical_or": np.logical_or, "logical_xor": np.logical_xor}
OWN = {
    "cast": lambda x: x.astype(float), "normal_cdf": normal_cdf, "where": lambda x: np.where(x > 0.5, x * x, 3 * x),
    "logical_not": lambda x: np.where(np.logical_not(x > 0.5), x * x, 3 * x),
    "angle": lambda x: np.angle(x + 1j * x * x), "sign": lambda x: np.sign(x) * x, "floor": lambda x: np.floor(x) * x,
    "ceil": lambda x: np.ceil(x) * x,
}


def numbers_of(name: str) -> Any:
    """The function of a form, of real numbers and with a real value."""
    if name in OWN:
        return OWN[name]
    if name in LOGIC:
        return lambda x, y: np.where(LOGIC[name](x > 0.5, y > 0.5), x * x * y, x - y)
    function = next(getattr(module, name) for module in (np, autograd, sc) if hasattr(module, name))
    if name in ("less", "less_equal", "greater", "greater_equal", "equal", "not_equal"):
        return lambda x, y: np.where(function(x, y), x * x * y, x - y)
    return function


FORMS = sorted((elementwise().keys() | ARITHMETIC) - {"prod", "cumprod", "var"})


@pytest.mark.parametrize("name", FORMS)
def test_every_form_has_the_value_and_the_slopes_of_its_function(name: str) -> None:
    f = numbers_of(name)
    for arguments in ABOUT.get(name, [(1.3, 0.6), (0.6, 1.3)] if name in PAIRS else [(0.3,), (0.7,)]):
        names = "xy"[: len(arguments)]
        formula = symbolic.expression(f, *names)
        places = {sp.Symbol(symbol, real=True): sp.Float(at, 30) for symbol, at in zip(names, arguments, strict=True)}
        value = f(*[np.asarray(at)[()] for at in arguments])
        assert float(sp.N(formula.subs(places))) == pytest.approx(value, rel=1e-12)
        for argnum in range(len(arguments)) if name != "zeta" else [1]:  # SymPy has no slope in its other operand
            if isinstance(arguments[argnum], float):
                found = symbolic.grad(f, argnums=argnum)(*arguments)
                assert found == pytest.approx(autograd.grad(f, argnums=argnum)(*arguments), rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("f", [autograd.gelu, autograd.silu, autograd.elu, autograd.leaky_relu])
@pytest.mark.parametrize("x", [-0.7, 0.4])
def test_activations(f: Any, x: float) -> None:
    agree(f, x)


@pytest.mark.parametrize("f", [
    np.sum, np.mean, np.prod, np.var, np.std, np.max, np.min, np.linalg.norm, autograd.logsumexp,
    lambda x: np.max(x[:1, :1]), lambda x: np.heaviside(x - 0.5, 1.0).sum() * x[0, 0],
    lambda x: (x * np.max(x, axis=1, keepdims=True)).sum(), lambda x: (x[:, 0] * np.max(x, axis=1)).sum(),
    lambda x: np.max(x, where=True, initial=None), lambda x: (autograd.softmax(x) ** 2).sum(),
    lambda x: (autograd.softmax(x, axis=0) * x).sum(), lambda x: autograd.log_softmax(x)[0, 1],
    lambda x: np.var(x, axis=0).sum(), lambda x: np.std(x, axis=1, keepdims=True).sum(),
    lambda x: (x.T @ x)[0, 1], lambda x: np.einsum("ij,ij->", x, np.cumsum(x, axis=0)), lambda x: x[[0, 0], 1].sum(),
    lambda x: np.einsum("ij->", x), lambda x: np.einsum("ii->", x[:, :2]),
    lambda x: np.einsum("ij,ij,kj->i", x, x, x)[1], lambda x: np.einsum("ij->", x[:, :0]) + x[0, 0],
    lambda x: np.concatenate([x, x**2]).reshape(2, -1).sum(axis=0)[1],
    lambda x: np.stack([x, x]).transpose()[1].prod(),
    lambda x: np.where(x > 0.5, x, x**2).sum(), lambda x: np.clip(x, 0.2, 0.8).sum(),
    lambda x: np.sum(x * (x >= 1)), lambda x: np.cumprod(x)[4], lambda x: np.einsum("ij,kj->ik", x, x)[0, 1],
    lambda x: np.linalg.det(x[:, :2]), lambda x: np.linalg.inv(x[:, :2])[0, 1],
    lambda x: np.linalg.solve(x[:, :2], x[:, 2])[0], lambda x: np.sum(np.floor(x) * x),
    lambda x: np.sum(x.astype(np.float64)), lambda x: x[0, 0][...] * x[1, 1].reshape(1)[0],
])
def test_functions_of_arrays_agree_with_numbers(f: Any) -> None:
    agree(f, np.array([[0.4, 0.9, 1.7], [0.6, 0.25, 1.1]]))


def test_every_elementwise_primitive_has_a_form_or_is_known_to_have_none() -> None:
    without = {"copysign", "fmod", "nextafter", "chain_rule"}
    known = elementwise().keys() | ARITHMETIC | over_axis().keys() | whole().keys()
    missing = {name for name, p in primitives.items() if p.kind == "elementwise" and name not in known}
    special = {name for name in missing if not hasattr(np, name)}  # scipy.special's many
    assert missing - special <= without


@examples(40)
@given(strategies.programs(max_inputs=1, max_steps=3, scalar=True))
def test_random_programs_agree_with_accumulation(program: Any) -> None:
    x = program.inputs[0]
    assume(x.size <= 4)
    assume(symbolic.count_ops(symbolic.expression(program, x)) < 300)
    found = symbolic.grad(program)(x)
    np.testing.assert_allclose(found, autograd.grad(program)(x), rtol=1e-7, atol=1e-9)


# --- Expressions -----------------------------------------------------------------------------------------------------


def f(x: Any, y: Any) -> Any:
    return np.sin(x) * y**2 + np.exp(-x / 2) * 0.1


def test_an_expression_has_symbols_named_as_the_parameters_or_as_told() -> None:
    x, y, a = sp.symbols("x y a", real=True)
    assert symbolic.expression(f) == sp.sin(x) * y**2 + sp.exp(-x / 2) / 10
    assert symbolic.expression(f, "a", y) == sp.sin(a) * y**2 + sp.exp(-a / 2) / 10
    assert symbolic.expression(f, 1.5, 3) == 9 * sp.sin(x) + sp.exp(-x / 2) / 10
    assert symbolic.expression(lambda *p: p[0] * p[1], "a", "y") == a * y
    assert symbolic.expression(lambda x, power=2, *, factor=3: factor * x**power) == 3 * x**2
    assert symbolic.expression(lambda x, power=2, *, factor=3: factor * x**power, "x", 4) == 3 * x**4
    numbered = symbolic.expression(lambda *p: p[0] * p[1], 1.0, 2.0)
    assert numbered == sp.Symbol("p0", real=True) * sp.Symbol("p1", real=True)
    assert symbolic.expression(np.sin) == sp.sin(sp.Symbol("x", real=True))


def test_arrays_and_structures_get_a_symbol_an_element() -> None:
    found = symbolic.expression(lambda x: {"first": x[0] * x[1], "all": x**2, "number": 2.0}, Tensor([1.0, 2.0]))
    x0, x1 = sp.symbols("x_0 x_1", real=True)
    assert found["first"] == x0 * x1
    assert found["all"] == sp.Array([x0**2, x1**2])
    assert found["number"] == 2
    nested = symbolic.expression(lambda p: p["a"] * p["b"][0], {"a": 1.0, "b": np.ones(1)})
    assert nested == sp.Symbol("p_0", real=True) * sp.Symbol("p_1_0", real=True)
    own = sp.Matrix(2, 1, [x0, 2 * x0])
    assert symbolic.expression(np.sum, own) == 3 * x0
    assert symbolic.expression(lambda x, i: x[i].sum(), np.ones(3), np.array([0, 2])).count_ops() == 1


def test_numbers_stay_exact() -> None:
    assert exact(0.1) == sp.Rational(1, 10)
    assert exact(-np.pi) == -sp.pi
    assert [exact(x) for x in (np.e, np.log(2), np.log(10), np.sqrt(2))] == [sp.E, sp.log(2), sp.log(10), sp.sqrt(2)]
    assert exact(np.float32(0.5)) == sp.Rational(1, 2)
    assert exact(1 + 2j) == 1 + 2 * sp.I
    assert exact(float("inf")) == sp.oo
    assert exact(-np.inf) == -sp.oo
    assert exact(np.nan) is sp.nan
    assert exact(True) is sp.true
    assert float(exact(0.123456789123)) == 0.123456789123


def test_numbers_among_symbols_stay_exact() -> None:
    mixed = np.array([sp.Symbol("x", real=True), 0.1, 2], dtype=object)
    assert symbolic.expression(lambda v: v[1] * v[0], mixed) == sp.Symbol("x", real=True) / 10
    assert symbolic.expression(lambda v: v[1], mixed) == sp.Rational(1, 10)
    assert isinstance(symbolic.expression(lambda v: np.sum(v[:0]), np.ones(2)), sp.Integer)


def test_constant_arrays_stay_exact_and_indices_stay_indices() -> None:
    x, y = (symbolic.expression(lambda v, i=i: v[i], np.ones(2)) for i in (0, 1))
    tenth = np.array([0.1, 0.3])
    assert symbolic.expression(lambda v: tenth @ v, np.ones(2)) == x / 10 + 3 * y / 10
    assert symbolic.expression(lambda v: (tenth @ v[np.array([1, 0])]), np.ones(2)) == y / 10 + 3 * x / 10
    assert symbolic.expression(lambda v: np.take(v, [1], None).sum() + v[None, :2].sum(), np.ones(2)) == x + 2 * y
    z = symbolic.expression(lambda v: np.float32(0.5) * np.sum(v, axis=0, keepdims=True)[0], np.ones(2))
    assert z == x / 2 + y / 2


def test_at_a_kink_the_formula_follows_the_table() -> None:
    larger = (lambda x: np.maximum(x, 0), lambda x: np.maximum(0, x), lambda x: np.where(x > 0, x, 0))
    for g in (autograd.relu, np.abs, *larger):
        assert symbolic.grad(g)(0.0) == 0 == autograd.grad(g)(0.0)
    assert symbolic.grad(lambda p: np.maximum(p[0], p[1]))((1.0, 1.0)) == (0.5, 0.5)
    for reduced in (np.max, np.min):
        assert symbolic.grad(reduced)(np.ones(2)).tolist() == [0.5, 0.5]


# --- The gradient as a formula and as a function ---------------------------------------------------------------------


def test_a_gradient_knows_its_formula() -> None:
    g = symbolic.grad(f)
    x, y = sp.symbols("x y", real=True)
    assert g.expression == sp.cos(x) * y**2 - sp.exp(-x / 2) / 20
    assert sp.sympify(g.primal) == symbolic.expression(f)
    assert g.latex == sp.latex(g.expression)
    assert g._repr_latex_() == f"$\\displaystyle {g.latex}$"
    assert repr(g) == f"SymbolicGradient({g.expression})"
    assert g(0.5, 2.0) == pytest.approx(autograd.grad(f)(0.5, 2.0))
    assert g(1, 2) == pytest.approx(autograd.grad(f)(1.0, 2)), "an integer is differentiated as a float"
    assert symbolic.grad(f, argnums=-1)(0.5, 2.0) == pytest.approx(autograd.grad(f, argnums=1)(0.5, 2.0))
    assert symbolic.grad(f, argnums=-2)(0.5, 2.0) == pytest.approx(autograd.grad(f)(0.5, 2.0))


def test_the_result_has_the_structure_and_types_of_the_argument() -> None:
    found = symbolic.grad(lambda p: p["a"] * (p["b"] ** 2).sum() + p["c"][0] ** 2)(
        {"a": 2.0, "b": np.array([1, 3], np.float32), "c": (Tensor(4.0),)})
    assert found["a"] == 10
    assert found["b"].dtype == np.float32
    assert found["b"].tolist() == [4, 12]
    assert found["c"][0].item() == 8
    assert symbolic.grad(np.sum)(np.arange(3)).tolist() == [1, 1, 1]


def test_shapes_are_traced_anew_and_remembered() -> None:
    calls = []
    g = symbolic.grad(lambda x: calls.append(1) or np.sum(x**2))
    assert g(np.ones(2)).tolist() == [2, 2]
    assert g(3 * np.ones(2)).tolist() == [6, 6]
    assert len(calls) == 1
    assert g(2.0) == 4
    assert len(calls) == 2
    assert g.expression == 2 * sp.Symbol("x", real=True)


def test_more_digits_than_a_double_has() -> None:
    (found,) = symbolic.grad(np.exp).precise(1.0, digits=30)
    assert abs(found - np.exp(np.longdouble(1))) < 1e-17


def test_expressions_swell() -> None:
    def counts(n: int) -> tuple[int, int]:
        def chain(x: Any) -> Any:
            for _ in range(n):
                x = np.sin(x) * x
            return x

        g = symbolic.grad(chain)
        return g.count_ops(), symbolic.count_ops(g.primal)

    (small, _), (large, formula) = counts(2), counts(5)
    assert large > 8 * small
    assert large > 3 * formula


# --- What has no formula ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("g", "name"), [
    (np.sort, "sort"), (lambda x: np.fft.fft(x).real.sum(), "fft"), (np.copysign, "copysign"), (np.isnan, "isnan"),
    (lambda x: np.max(x, initial=0.0), "max|initial"), (np.linalg.svdvals, "svdvals"),
    (np.linalg.eigvalsh, "eigvalsh"), (np.linalg.cholesky, "cholesky"),
])
def test_operations_without_a_form_are_named(g: Any, name: str) -> None:
    matrix = getattr(g, "__module__", "") == "numpy.linalg"
    arguments = (np.eye(2),) if matrix else (np.ones(3), np.ones(3)) if g is np.copysign else (np.ones(3),)
    with pytest.raises((NoDerivativeError, TypeError), match=f"({name}).*no SymPy form"):
        symbolic.expression(g, *arguments)


@pytest.mark.parametrize("g", [
    float, lambda x: x.item(), lambda x: x.detach(), lambda x: x.data, lambda x: np.asarray(x) * 1.0, int,
    autograd.grad(np.sin),
])
def test_values_are_refused_with_a_way_out(g: Any) -> None:
    with pytest.raises(TypeError, match="symbol"):
        symbolic.expression(g, "x")


def test_a_derivative_that_sympy_does_not_know_is_refused() -> None:
    with pytest.raises(NoDerivativeError, match="SymPy does not know the derivative Derivative.zeta"):
        symbolic.grad(lambda x: symbolic.trace.write_down("zeta", "elementwise", np.add, (1 + x * x, x), {}))(1.5)


def test_a_formula_prints_its_expressions_and_stays_one() -> None:
    shown = []
    symbolic.expression(lambda x: shown.append(repr(x)) or x * 1.0, "x")
    assert shown == ["Formula(x)"]

    def write(x: Any) -> Any:
        x.data = np.ones(2)
        return x

    with pytest.raises(TypeError, match="a symbol has no value"):
        symbolic.expression(write, np.ones(2))


def test_functions_without_a_signature_have_numbered_parameters() -> None:
    class Opaque:
        __signature__ = "none"

        def __call__(self, x: Any, y: Any, *more: Any) -> Any:
            return x * y * sum(more, 1)

    assert str(symbolic.expression(Opaque(), 1.0, 2.0)) == "x*y"
    assert str(symbolic.expression(Opaque(), *np.ones(7))) == "x*y*(u + v + w + x6 + z + 1)"


def test_formulas_are_evaluated_without_scipy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "scipy.special", None)
    assert symbolic.grad(np.sin)(0.5) == pytest.approx(np.cos(0.5))


def test_a_branch_on_a_value_is_refused() -> None:
    with pytest.raises(TypeError, match="choose with np.where"):
        symbolic.expression(lambda x: x if x > 0 else -x)


def test_wrong_uses_say_what_was_expected() -> None:
    with pytest.raises(ValueError, match="scalar function, got 3 values"):
        symbolic.grad(np.sin)(np.ones(3))
    with pytest.raises(ValueError, match="argnums=2 is out of range for 2 arguments"):
        symbolic.grad(f, argnums=2)(1.0, 2.0)
    with pytest.raises(TypeError, match="one argument number"):
        symbolic.grad(f, argnums=(0, 1))  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="takes 2 positional arguments, got 3"):
        symbolic.expression(f, "x", "y", "z")


def test_without_sympy_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    from autograd.symbolic import forms

    monkeypatch.setitem(sys.modules, "sympy", None)
    with pytest.raises(ImportError, match=r"cleargrad\[symbolic\]"):
        forms.sympy.__wrapped__()
