"""Twins of `scipy.interpolate`: SciPy's values in every form of a call, and derivatives in values, knots and points."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import scipy.interpolate as si

from autograd import Tensor, grad, jvp, vmap
from autograd.duck_arrays import Array
from autograd.scipy import interpolate
from autograd.testing import check_gradients

rng = np.random.default_rng(4)
POINTS = np.array([[0.1, 0.9, -0.5], [2.2, 7.0, np.nan]])


def same(found: Any, expected: Any, tolerance: float = 1e-11) -> None:
    """A tensor of SciPy's values, shape and dtype."""
    assert isinstance(found, Tensor)
    value = found.detach().numpy()
    assert (value.shape, value.dtype) == (np.shape(expected), np.asarray(expected).dtype)
    np.testing.assert_allclose(value, expected, rtol=tolerance, atol=tolerance)


def tensors(*given: Any) -> list[Any]:
    return [Tensor(x) if isinstance(x, np.ndarray) else x for x in given]


# --- Curves through data ---------------------------------------------------------------------------------------------

Build = Callable[..., Any]


def hermite(module: Any, x: Array, y: Array, **options: Any) -> Any:
    return module.CubicHermiteSpline(x, y, np.sin(y), **options)


def closed(name: str, **given: Any) -> Build:
    """A periodic spline, through values that end as they began."""
    def build(module: Any, x: Array, y: Array, axis: int = 0, **options: Any) -> Any:
        rest = [y] if y.shape[axis] == len(x) - 1 else [np.moveaxis(np.moveaxis(y, axis, 0)[:-1], 0, axis)]
        first = np.moveaxis(np.moveaxis(y, axis, 0)[:1], 0, axis)
        values = np.concatenate([*rest, first], axis=axis)
        return getattr(module, name)(x, values, bc_type="periodic", axis=axis, **given, **options)

    return build


def of(name: str, **given: Any) -> Build:
    return lambda module, x, y, **options: getattr(module, name)(x, y, **given | options)


def ends(name: str, conditions: Callable[[Any], Any], **given: Any) -> Build:
    """With a condition of the shape that one value has."""
    def build(module: Any, x: Array, y: Array, axis: int = 0, **options: Any) -> Any:
        at = np.moveaxis(y, axis, 0)[0] * 0.5
        return getattr(module, name)(x, y, bc_type=conditions(at), axis=axis, **given, **options)

    return build


CURVES: dict[str, tuple[int, Build]] = {
    "hermite": (2, hermite), "pchip": (2, of("PchipInterpolator")), "akima": (2, of("Akima1DInterpolator")),
    "makima": (2, of("Akima1DInterpolator", method="makima")), "not-a-knot": (2, of("CubicSpline")),
    "clamped": (2, of("CubicSpline", bc_type="clamped")), "natural": (2, of("CubicSpline", bc_type="natural")),
    "mixed": (2, of("CubicSpline", bc_type=("natural", "not-a-knot"))),
    "slopes": (2, ends("CubicSpline", lambda at: ((1, at), (1, at)))),
    "curvatures": (2, ends("CubicSpline", lambda at: ((2, at), (2, at)))), "periodic": (2, closed("CubicSpline"))}
SPLINES: dict[str, tuple[int, Build]] = {
    **{f"degree {k}": (k + 1, of("make_interp_spline", k=k)) for k in range(6)},
    **{f"periodic, degree {k}": (3, closed("make_interp_spline", k=k)) for k in range(1, 6)},
    "said": (4, of("make_interp_spline", bc_type="not-a-knot")), "flat": (4, of("make_interp_spline",
                                                                                bc_type="clamped")),
    "straight": (4, of("make_interp_spline", bc_type="natural")),
    "one-sided": (4, ends("make_interp_spline", lambda at: (None, [(1, at)]), k=2)),
    "two-sided": (4, ends("make_interp_spline", lambda at: ([(1, at)], [(2, at)]), k=3)),
    "two a side": (6, ends("make_interp_spline", lambda at: ([(1, at), (2, at)],) * 2, k=5))}
EVERY = CURVES | SPLINES


def of_sizes(*sizes: int) -> Any:
    """Every curve through so many knots, where it takes so few."""
    return pytest.mark.parametrize(("name", "size"), [(name, size) for name, (least, _) in EVERY.items()
                                                      for size in sizes if size >= least])


def knots(size: int) -> Array:
    return np.cumsum(np.random.default_rng(size).uniform(0.3, 1, size)) - 0.5


@of_sizes(2, 3, 4, 5, 8)
def test_curves_are_scipys(name: str, size: int) -> None:
    """With tensors as data, as points, or as both; at knots, outside of them and at nan, to the fourth derivative."""
    build = EVERY[name][1]
    x = knots(size)
    for shape, axis in (((size,), 0), ((size, 2), 0), ((2, size, 3), -2)):
        y = rng.normal(size=shape)
        for extrapolate in (None, True, False, "periodic") if name in CURVES else (None,):
            options = {} if name in SPLINES else {"extrapolate": extrapolate}
            theirs = build(si, x, y, axis=axis, **options)
            ours, plain = build(interpolate, *tensors(x, y), axis=axis, **options), build(interpolate, x, y, axis=axis,
                                                                                         **options)
            for at in (POINTS, x, np.array(0.7), np.zeros(0)):
                same(ours(at), theirs(at))
                same(plain(Tensor(at)), theirs(at))
                np.testing.assert_array_equal(plain(at), theirs(at))
                for nu in (1, 2, 3, 4):
                    same(ours(Tensor(at[np.isfinite(at)]), nu), theirs(at[np.isfinite(at)], nu))
                same(plain(Tensor(at), nu=1, extrapolate=True), theirs(at, nu=1, extrapolate=True))


@of_sizes(2, 3, 5)
def test_curves_are_differentiated_in_knots_values_and_points(name: str, size: int) -> None:
    build = EVERY[name][1]
    x, y = knots(size), rng.normal(size=size - (name == "periodic" and size > 2))
    at = np.array([x[0] + 0.1, x[-1] - 0.13, x[0] - 0.2])
    report = check_gradients(lambda x, y, at: build(interpolate, x, y, extrapolate=True)(at)
                             if name in CURVES else build(interpolate, x, y)(at), x, y, at, order=1 + (size > 3))
    assert not report.not_differentiable


@pytest.mark.parametrize("name", ["periodic", "pchip", "degree 3", "degree 4"])
def test_integrals_and_derivatives_are_curves_too(name: str) -> None:
    x, y = knots(6), rng.normal(size=(6, 2))
    ours, theirs, plain = (EVERY[name][1](module, *given) for module, given in (
        (interpolate, tensors(x, y)), (si, (x, y)), (interpolate, (x, y))))
    for nu in (-2, -1, 1, 2):
        at = POINTS[:, :2]
        same(ours.derivative(nu)(at, extrapolate=True), theirs.derivative(nu)(at, extrapolate=True))
        same(ours.antiderivative(nu)(at), theirs.antiderivative(nu)(at))
        same(plain.derivative(nu)(Tensor(at), extrapolate=True), theirs.derivative(nu)(at, extrapolate=True))
    for extrapolate in (None, True, False, "periodic"):
        for a, b in ((0.1, 0.7), (0.7, 0.1), (-3.0, 9.0), (9.0, -2.0)):
            expected = theirs.integrate(a, b, extrapolate)
            same(ours.integrate(a, b, extrapolate), expected)
            same(plain.integrate(Tensor(a), b, extrapolate), expected)
            np.testing.assert_array_equal(plain.integrate(a, b, extrapolate), expected)
            if np.all(np.isfinite(expected)) and abs(a) < 1:
                check_gradients(lambda a, b, to=extrapolate: plain.integrate(a, b, to), a, b, order=1)


@pytest.mark.parametrize("name", CURVES)
def test_at_a_knot_the_derivative_is_that_of_the_piece_on_its_right(name: str) -> None:
    """Which is SciPy's convention; at the last knot that of the last piece."""
    x, y = knots(5), rng.normal(size=5)
    curve, theirs = (CURVES[name][1](module, x, y, extrapolate=True) for module in (interpolate, si))
    second = grad(lambda at: np.sum(grad(lambda at: np.sum(curve(at)))(at)))
    np.testing.assert_allclose(second(x), theirs(x, 2), rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(jvp(curve, (x,), (np.ones(5),))[1], theirs(x, 1), rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("name", EVERY)
def test_batches_are_a_loop(name: str) -> None:
    x, y, at = np.stack([knots(6), knots(7)[1:]]), rng.normal(size=(2, 6)), rng.uniform(0, 2, (2, 3))
    build = EVERY[name][1]

    def slope(x: Any, y: Any, at: Any) -> Any:
        return grad(lambda *given: np.sum(build(interpolate, *given[:2])(given[2]) ** 2), (0, 1, 2))(x, y, at)

    for found, *alone in zip(vmap(slope)(x, y, at), *map(slope, x, y, at), strict=True):
        np.testing.assert_allclose(found, np.stack(alone), rtol=1e-9, atol=1e-12)


def test_complex_values_are_interpolated() -> None:
    x, y = knots(6), rng.normal(size=6) + 1j * rng.normal(size=6)
    for name in ("not-a-knot", "periodic", "hermite", "degree 3"):
        same(EVERY[name][1](interpolate, Tensor(x), Tensor(y))(0.7), EVERY[name][1](si, x, y)(0.7))
        check_gradients(lambda y, name=name: EVERY[name][1](interpolate, x, y)(np.array([0.3, 0.7])), y)


def test_single_precision_is_interpolated_in_double_and_has_gradients_of_its_own() -> None:
    x, y = knots(6).astype(np.float32), rng.normal(size=6).astype(np.float32)
    for _, build in EVERY.values():
        same(build(interpolate, Tensor(x), Tensor(y))(0.7), build(si, x, y)(0.7), 1e-6)
        gradients = grad(lambda x, y, build=build: build(interpolate, x, y)(0.7), (0, 1))(x, y)
        assert [g.dtype for g in gradients] == [np.float32] * 2


def test_flat_and_straight_data_have_no_nan_in_their_gradients() -> None:
    x = np.arange(6.0)
    for y in (np.zeros(6), np.ones(6), x, 1e-200 * x**2, np.array([0.0, 0.0, 1.0, 1.0, 0.0, 0.0])):
        for name in ("pchip", "akima", "makima"):
            curve = CURVES[name][1]
            expected = curve(si, x, y)(1.3)
            assert curve(interpolate, Tensor(x), Tensor(y))(1.3).item() == pytest.approx(expected, rel=1e-12, abs=0)
            for gradient in grad(lambda x, y, curve=curve: curve(interpolate, x, y)(1.3), (0, 1))(x, y):
                assert np.all(np.isfinite(gradient))


def test_points_that_are_no_numbers_leave_the_gradients_of_the_data_alone() -> None:
    x, y, at = knots(6), rng.normal(size=6), np.array([0.7, np.nan, 1.1])
    grids = {"interp1d": lambda m, x, y: m.interp1d(x, y, "cubic"), "linear": lambda m, x, y: m.interp1d(x, y),
             "grid": lambda m, x, y: lambda at: m.RegularGridInterpolator((x,), y, bounds_error=False)(at[:, None])}
    for name, build in {**{name: build for name, (_, build) in EVERY.items()}, **grids}.items():
        def known(x: Any, y: Any, at: Any, build: Any = build) -> Any:
            return np.sum(build(interpolate, x, y)(at)[np.array([0, -1])])

        found = grad(known, (0, 1, 2))(x, y, at)
        for gradient, expected in zip(found[:2], grad(known, (0, 1))(x, y, at[::2]), strict=True):
            np.testing.assert_allclose(gradient, expected, rtol=1e-12, atol=1e-14, err_msg=name)
        assert found[2][1] == 0


# --- Curves of coefficients ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("falling", [False, True])
@pytest.mark.parametrize(("shape", "axis"), [((3, 4), 0), ((3, 4, 2), 0), ((2, 3, 4), 1)])
@pytest.mark.parametrize("extrapolate", [None, False, "periodic"])
def test_polynomials_of_given_coefficients(falling: bool, shape: tuple[int, ...], axis: int, extrapolate: Any) -> None:
    """Whose breakpoints may decrease, and which may jump."""
    x, c = knots(5), rng.normal(size=shape)
    x = x[::-1].copy() if falling else x
    theirs = si.PPoly(c, x, extrapolate, axis)
    ours, plain = interpolate.PPoly(Tensor(c), x, extrapolate, axis), interpolate.PPoly(c, x, extrapolate, axis)
    for at in (POINTS, x):
        same(ours(at), theirs(at))
        same(plain(Tensor(at), 1), theirs(at, 1))
    np.testing.assert_array_equal(ours.x.numpy(), x)
    check_gradients(lambda c, x, at: interpolate.PPoly(c, x, axis=axis)(at), c, x, POINTS[:, :2])


@pytest.mark.parametrize("k", range(5))
@pytest.mark.parametrize("extrapolate", [True, False, "periodic"])
def test_splines_of_given_coefficients(k: int, extrapolate: Any) -> None:
    """With a double knot inside, where the piece between is empty."""
    t = np.concatenate([[0.0] * (k + 1), [0.3, 0.3, 0.7][k < 2 :], [1.0] * (k + 1)])[: None if k else -1]
    for shape, axis in (((), 0), ((2,), 0), ((2,), 1)):
        count = len(t) - k - 1
        c = np.moveaxis(rng.normal(size=(count, *shape)), 0, axis)
        theirs = si.BSpline(t, c, k, extrapolate, axis)
        ours, plain = interpolate.BSpline(t, Tensor(c), k, extrapolate, axis), interpolate.BSpline(t, c, k, extrapolate,
                                                                                                  axis)
        for at in (POINTS, np.unique(t)):
            for nu in range(k + 1):
                same(ours(at, nu), theirs(at, nu))
                same(plain(Tensor(at), nu), theirs(at, nu))
        same(ours(0.4, k + 1), theirs(0.4, k + 1))
        for a, b in ((0.1, 0.9), (-3.0, 9.0), (9.0, -2.0)):
            same(ours.integrate(a, b), theirs.integrate(a, b))
        same(ours.antiderivative(2)(POINTS), theirs.antiderivative(2)(POINTS))
        np.testing.assert_array_equal(ours.t.numpy(), t)
        assert ours.tck[2] == k
        check_gradients(lambda t, c, axis=axis: interpolate.BSpline(t, c, k, axis=axis)(np.array([0.15, 0.55, 0.8])),
                        t + np.arange(len(t)) * 1e-2, c)


def test_a_spline_is_0_beyond_knots_without_a_piece_between_them() -> None:
    t, c = np.array([-1, -1, 0, 1, 1, 3, 4, 6, 6, 6, 7, 7.0]), np.arange(1.0, 10)
    points = np.array([-3, -0.5, 0, 5.9, 6, 6.5, 7, 8])
    same(interpolate.BSpline(Tensor(t), Tensor(c), 2)(points), si.BSpline(t, c, 2)(points))
    assert np.all(np.isfinite(grad(lambda c: np.sum(interpolate.BSpline(t, c, 2)(Tensor(points))))(c)))


def test_interpolating_splines_on_given_knots() -> None:
    x, y, t = knots(7), rng.normal(size=7), np.concatenate([[-0.5] * 4, [0.6, 1.2, 2.2], [6.0] * 4])
    same(interpolate.make_interp_spline(x, Tensor(y), t=t)(POINTS), si.make_interp_spline(x, y, t=t)(POINTS))
    check_gradients(lambda x, y, t: interpolate.make_interp_spline(x, y, t=t)(np.array([0.3, 1.0])), x, y, t)


# --- Calls, objects, and what is refused -----------------------------------------------------------------------------


def test_calls_without_options_are_scipys() -> None:
    """Of square data, in which either axis could be meant."""
    x, y, at = knots(6), rng.normal(size=(6, 6)), np.array([[0.7], [2.0]])
    for name, given in {
            "CubicSpline": [x, y], "PchipInterpolator": [x, y], "Akima1DInterpolator": [x, y], "interp1d": [x, y],
            "CubicHermiteSpline": [x, y, y**2], "make_interp_spline": [x, y], "PPoly": [y[:5, :5], x],
            "BSpline": [np.arange(10.0) - 4, y, 3], "RegularGridInterpolator": [(x, x), y]}.items():
        points = np.concatenate([at, at], 1) if name.startswith("Regular") else at
        same(getattr(interpolate, name)(*tensors(*given[:1]), *given[1:])(Tensor(points)),
             getattr(si, name)(*given)(points))
    for outside in (knots(6)[0] - 1, knots(6)[-1] + 1):
        for name in ("CubicSpline", "PchipInterpolator", "Akima1DInterpolator", "make_interp_spline"):
            same(getattr(interpolate, name)(x, Tensor(y))(outside), getattr(si, name)(x, y)(outside))


def test_plain_data_make_scipys_own_objects() -> None:
    """With all that these can do, in files too; also those that they make themselves."""
    x, y = knots(5), rng.normal(size=5)
    spline = interpolate.CubicSpline(x, y)
    assert isinstance(spline, si.CubicSpline)
    np.testing.assert_array_equal(spline.roots(), si.CubicSpline(x, y).roots())
    for plain in (spline, interpolate.BSpline(np.arange(8.0), np.ones(4), 3), interpolate.interp1d(x, y, "cubic"),
                  interpolate.RegularGridInterpolator((x,), y)):
        same(pickle.loads(pickle.dumps(plain))(Tensor([2.0])), plain(np.array([2.0])), 1e-12)
    check_gradients(interpolate.interp1d(x, y, "cubic"), np.array([0.7, 0.9]))


X, Y = np.arange(5.0), Tensor(np.ones(5), requires_grad=True)
GRADED = Tensor(np.ones((3, 3)), requires_grad=True)


@pytest.mark.parametrize(("call", "words"), [
    (lambda: interpolate.CubicSpline(X + 1j, Y), "real knots x, got complex128"),
    (lambda: interpolate.CubicSpline(X[:1], Y[:1]), r"two or more real knots x, got float64 of shape \(1,\)"),
    (lambda: interpolate.CubicSpline(np.eye(5), Y), r"a vector of two or more.*\(5, 5\)"),
    (lambda: interpolate.CubicSpline(X[::-1], Y), "increase strictly; sort x"),
    (lambda: interpolate.CubicSpline([*X[:4], np.inf], Y), "finite knots x"),
    (lambda: interpolate.CubicSpline(X[:4], Y), r"along axis 0 as knots, 4, got shapes \(5,\)"),
    (lambda: interpolate.CubicHermiteSpline(X, Y, Y[:, None]), r"got shapes \(5,\), \(5, 1\)"),
    (lambda: interpolate.CubicSpline(X, Y * np.nan), "finite values; leave out"),
    (lambda: interpolate.PchipInterpolator(X, Y * 1j), r"real values, got complex128; interpolate np.real\(y\)"),
    (lambda: interpolate.Akima1DInterpolator(X, Y * 1j), "Akima1DInterpolator takes real values"),
    (lambda: interpolate.CubicSpline(X, Y + 1e-9 * X, bc_type="periodic"), "begin and end alike along axis 0"),
    (lambda: interpolate.CubicSpline(X, Y, bc_type="free"), "for each end one of.*got 'free'|got \\('free', 'free'\\)"),
    (lambda: interpolate.CubicSpline(X, Y, bc_type=("natural", "periodic")), "'natural', 'periodic'"),
    (lambda: interpolate.CubicSpline(X, Y, bc_type=((3, 0.0), "natural")), r"\(order 1 or 2, derivative\)"),
    (lambda: interpolate.CubicSpline(X, Y, bc_type=("natural",)), "for each end"),
    (lambda: interpolate.CubicSpline(X, Y, bc_type=((1, [0.0]), "natural")), r"of shape \(\) at an end, got \(1,\)"),
    (lambda: interpolate.PPoly(Y[:, None], X), r"\(5,\), \(5, 1\) and axis=0"),
    (lambda: interpolate.PPoly(GRADED, X), "two or more breakpoints"),
    (lambda: interpolate.PPoly(GRADED, np.eye(4)), "two or more breakpoints"),
    (lambda: interpolate.PPoly(GRADED, X[:4], axis=1), "axis=1"),
    (lambda: interpolate.PPoly(GRADED[:, :0], X[:1]), "two or more breakpoints"),
    (lambda: interpolate.PPoly(GRADED, [0, 2, 1, 3]), "in increasing or in decreasing order"),
    (lambda: interpolate.BSpline(X, Y, 3), "got k=3, 5 knots and 5 coefficients"),
    (lambda: interpolate.BSpline(X, Y, -1), "a degree k >= 0"),
    (lambda: interpolate.BSpline(np.eye(5), Y, 0), "a degree k >= 0"),
    (lambda: interpolate.BSpline(np.arange(9.0), Y, 2), "9 knots and 5 coefficients"),
    (lambda: interpolate.BSpline(X[::-1], Y, 1), "knots that do not decrease"),
    (lambda: interpolate.BSpline(X * 0, Y, 1), "at least different"),
    (lambda: interpolate.BSpline([*X[:4], np.inf], Y, 1), "finite knots"),
    (lambda: interpolate.make_interp_spline(X, Y * X, bc_type="periodic"), "make_interp_spline.*begin and end alike"),
    (lambda: interpolate.make_interp_spline(X, Y, t=X, bc_type="periodic"), "takes no knots t"),
    (lambda: interpolate.make_interp_spline(X, Y, bc_type="free"), "pairs of an order.*got 'free'"),
    (lambda: interpolate.make_interp_spline(X, Y, 1, bc_type="natural"), "degree 1 takes no bc_type"),
    (lambda: interpolate.make_interp_spline(X, Y, 3, bc_type=([(1, 0.0)], None)), r"takes 2 derivatives.*got 1 \+ 0"),
    *[(lambda order=order: interpolate.make_interp_spline(X, Y, 3, bc_type=([(1, 0.0)], [(order, 0.0)])),
       rf"orders 0 to 3 in bc_type, got \[1, {order}\]") for order in (-1, 4)],
    (lambda: interpolate.interp1d(X, Y)(5.0), "between 0.0 and 4.0, got some outside; give fill_value='extrapolate'"),
    (lambda: interpolate.interp1d(X, Y)(-0.5), "got some outside"),
    (lambda: interpolate.interp1d(X[:4], Y), r"got shapes \(4,\) and \(5,\)"),
    (lambda: interpolate.interp1d(X, Y, bounds_error=True, fill_value="extrapolate"), "not both"),
    (lambda: interpolate.RegularGridInterpolator((X, X), GRADED), r"got \(5,\), \(5,\) for values of shape \(3, 3\)"),
    (lambda: interpolate.RegularGridInterpolator((GRADED,), Y[:3]), "a vector of points"),
    (lambda: interpolate.RegularGridInterpolator(([0, 2, 1],), Y[:3]), "strictly, not so in dimension 0"),
    (lambda: interpolate.RegularGridInterpolator((X,), Y, "akima"), r"method must be one of .*'quintic'.*got 'akima'"),
    (lambda: interpolate.RegularGridInterpolator((X,), Y, "linear")([1.0], nu=[1]),
     r"as nu an order for each axis.*\[1\] with 'linear'"),
    (lambda: interpolate.RegularGridInterpolator((X,), Y, "cubic")([1.0], nu=[-1]), r"as nu an order.*got \[-1\]"),
    (lambda: interpolate.RegularGridInterpolator((X,), Y, "quintic"), "6 or more points along each axis, got 5"),
    (lambda: interpolate.interpn((X[:2],), Y[:2], [0.5], "pchip"), "4 or more points along each axis, got 2"),
    (lambda: interpolate.RegularGridInterpolator((X,), Y, solver="exact"), "no solver, got 'exact'"),
    (lambda: interpolate.RegularGridInterpolator((X,), Y, solver_args={"tol": 1}), "no solver"),
    (lambda: interpolate.RegularGridInterpolator((X,), Y)([9.0]), "fill_value=None to extrapolate"),
    (lambda: interpolate.RegularGridInterpolator((X,), Y)([-9.0]), "got some outside"),
    (lambda: interpolate.RegularGridInterpolator((X[:3],) * 2, GRADED)([[9.0]]), r"2 coordinates.*got shape \(1, 1\)"),
    (lambda: interpolate.RegularGridInterpolator((X,), Y)(Tensor(0.0)), r"1 coordinates in.*got shape \(\)"),
])
def test_what_does_not_fit_is_refused(call: Any, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        call()


@pytest.mark.parametrize(("call", "words"), [
    (lambda: interpolate.Akima1DInterpolator(X, Y, method="other"), "akima and makima, got 'other'"),
    (lambda: interpolate.interp1d(X, Y, kind="smooth"), "the kinds linear, cubic, .* and degrees, got 'smooth'"),
])
def test_what_scipy_knows_nothing_of_is_refused_as_scipy_does(call: Any, words: str) -> None:
    with pytest.raises(NotImplementedError, match=words):
        call()


def test_every_example_of_a_batch_is_looked_at() -> None:
    with pytest.raises(ValueError, match="increase strictly"):
        vmap(lambda x: interpolate.CubicSpline(x, np.ones(3))(0.5))(np.array([[0.0, 1.0, 2.0], [0.0, 1.0, 0.5]]))
    with pytest.raises(ValueError, match="got some outside"):
        vmap(interpolate.interp1d(X, np.ones(5)))(np.array([1.0, 7.0]))
