"""Transforms inside each other, of functions that take derivatives, solve and write themselves: against loops."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import scipy.sparse

import autograd
from autograd import Tensor, checkpoint, custom, grad, hessian, hvp, implicit, jacfwd, jacrev, jvp, linearize, vjp, vmap
from autograd.scipy import integrate, interpolate, optimize, signal, sparse

rng = np.random.default_rng(0)
A = 0.3 * rng.standard_normal((3, 3))
WEIGHTS = np.arange(1.0, 4.0)
X, V = rng.standard_normal((2, 3)), rng.standard_normal((2, 3))
Function = Callable[[Any], Any]


@custom
def by_its_vjp(x: Any) -> Any:
    return grad(lambda y: np.sum(y**3))(x)


by_its_vjp.defvjp(lambda g, out, x: g * grad(lambda y: np.sum(grad(lambda z: np.sum(z**3))(y)))(x))


@custom
def by_its_jvp(x: Any) -> Any:
    return np.tanh(x) * x


by_its_jvp.defjvp(lambda t, out, x: jvp(lambda y: np.tanh(y) * y, (x,), (t,))[1])


def written(x: Any) -> Any:
    b = autograd.zeros(3)
    b[:2] = 2 * x[:2]
    b[2] = x[0] * x[2]
    return b


FUNCTIONS: dict[str, Function] = {
    "gradient": lambda x: grad(lambda y: np.sum(np.sin(y) * y**2))(x),
    "hessian": lambda x: hessian(lambda y: np.sum(np.sin(y) * y[0]))(x) @ x,
    "jvp": lambda x: jvp(np.sin, (x,), (x,))[1],
    "vjp": lambda x: vjp(np.sin, x)[1](x)[0],
    "hvp": lambda x: hvp(lambda y: np.sum(np.sin(y) * y[::-1]), x, x),
    "linearize": lambda x: linearize(lambda y: np.sin(y) * y[::-1], x)[1](x),
    "custom by vjp": by_its_vjp,
    "custom by jvp": by_its_jvp,
    "checkpoint": lambda x: checkpoint(lambda y: np.tanh(A @ y))(x) * x,
    "root": lambda x: implicit.root(lambda z, p: z**3 + z - p, np.zeros(3), x),
    "root of a gradient": lambda x: implicit.root(
        lambda z, p: grad(lambda u: np.sum(u**4 / 4 + u**2 / 2 - u * p))(z), np.zeros(3), x),
    "fixed point": lambda x: implicit.fixed_point(lambda z, p: np.tanh(A @ z + p), np.zeros(3), x),
    "newton": lambda x: optimize.newton(lambda z, p: z**3 + z - p, np.ones(3), args=(x,)),
    "minimum, at a bound or not": lambda x: optimize.minimize(
        lambda z, p: np.sum(z**4 / 4 + z**2 / 2 - z * p), Tensor(np.zeros(3)), args=(x,), bounds=[(None, 0.1)] * 3).x,
    "odeint": lambda x: integrate.odeint(lambda y, t, p: -y * p, np.ones(3), np.array([0.0, 0.5]), args=(x,),
                                         rtol=1e-10, atol=1e-10)[-1],
    "quad": lambda x: np.stack([integrate.quad(lambda z, p: np.sin(z * p), 0.0, 1.0, args=(x[i],))[0]
                                for i in range(3)]),
    "spline": lambda x: interpolate.CubicSpline(np.arange(3.0), x)(np.array([0.5, 1.5, 1.7])),
    "filter": lambda x: signal.lfilter(x, [1.0, 0.3, 0.1], np.arange(3.0)),
    "sparse system": lambda x: sparse.linalg.spsolve(scipy.sparse.csc_array(A + 3 * np.eye(3)), x**2),
    "writes": written,
    "sort": lambda x: np.sort(x) * WEIGHTS,
    "eigenvalues": lambda x: np.linalg.eigvalsh(np.outer(x, x) + np.diag(WEIGHTS)),
}


def weighed(f: Function) -> Function:
    return lambda x: np.sum(f(x) * WEIGHTS)


def each(f: Callable[..., Any], *batches: Any) -> Any:
    return np.stack([np.asarray(f(*examples)) for examples in zip(*batches, strict=True)])


def along(f: Function) -> Callable[[Any, Any], Any]:
    return lambda x, v: jvp(f, (x,), (v,))[1]


def product(f: Function) -> Callable[[Any, Any], Any]:
    """The Hessian times a vector, from the whole Hessian."""
    return lambda x, v: hessian(weighed(f))(x) @ v


def pulled(f: Function) -> Callable[[Any, Any], Any]:
    return lambda x, v: vjp(f, x)[1](v)[0]


def matrix(f: Function, x: Any) -> Any:
    return np.asarray(jacfwd(f)(x))


def scaled(f: Function, a: Any) -> Function:
    return grad(lambda x: weighed(f)(x * a))


SCALES = np.array([1.0, 0.5])
NESTINGS: dict[str, tuple[Callable[[Function], Any], Callable[[Function], Any]]] = {
    "vmap": (lambda f: vmap(f)(X), lambda f: each(f, X)),
    "vmap grad": (lambda f: vmap(grad(weighed(f)))(X), lambda f: each(grad(weighed(f)), X)),
    "vmap jvp": (lambda f: vmap(along(f))(X, V), lambda f: each(along(f), X, V)),
    "vmap hessian": (lambda f: vmap(hessian(weighed(f)))(X), lambda f: each(hessian(weighed(f)), X)),
    "vmap jacfwd": (lambda f: vmap(jacfwd(f))(X), lambda f: each(jacfwd(f), X)),
    "vmap jacrev": (lambda f: vmap(jacrev(f))(X), lambda f: each(jacrev(f), X)),
    "grad vmap": (lambda f: grad(lambda x: np.sum(vmap(weighed(f))(x)))(X), lambda f: each(grad(weighed(f)), X)),
    "jvp vmap": (lambda f: along(vmap(f))(X, V), lambda f: each(along(f), X, V)),
    "vmap vmap": (lambda f: vmap(vmap(f))(np.stack([X, V])), lambda f: np.stack([each(f, X), each(f, V)])),
    "vmap over a scale of vmap grad": (
        lambda f: vmap(lambda a: vmap(scaled(f, a))(X))(SCALES),
        lambda f: np.stack([each(scaled(f, a), X) for a in SCALES])),
    "grad vmap grad": (
        lambda f: grad(lambda x: np.sum(np.sin(vmap(grad(weighed(f)))(x))))(X),
        lambda f: each(grad(lambda x: np.sum(np.sin(grad(weighed(f))(x)))), X)),
    "vmap over three": (
        lambda f: vmap(lambda a: vmap(lambda b: vmap(grad(lambda x: weighed(f)(x * a + b)))(X))(SCALES))(SCALES),
        lambda f: np.stack([np.stack([each(grad(lambda x, a=a, b=b: weighed(f)(x * a + b)), X) for b in SCALES])
                            for a in SCALES])),
    "vmap hvp": (lambda f: vmap(lambda x, v: hvp(weighed(f), x, v))(X, V), lambda f: each(product(f), X, V)),
    "vmap of cotangents at one point": (lambda f: vmap(lambda v: pulled(f)(X[0], v))(V),
                                        lambda f: each(lambda v: pulled(f)(X[0], v), V)),
    "vmap of tangents at one point": (lambda f: vmap(lambda v: along(f)(X[0], v))(V),
                                      lambda f: each(lambda v: along(f)(X[0], v), V)),
    "grad in the cotangent": (
        lambda f: each(lambda x, v: grad(lambda v: np.sum(np.sin(pulled(f)(x, v))))(v), X, V),
        lambda f: each(lambda x, v: matrix(f, x) @ np.cos(matrix(f, x).T @ v), X, V)),
    "vmap grad in the tangent": (
        lambda f: vmap(lambda x, v: grad(lambda v: np.sum(np.sin(along(f)(x, v))))(v))(X, V),
        lambda f: each(lambda x, v: matrix(f, x).T @ np.cos(matrix(f, x) @ v), X, V)),
    "jvp grad": (lambda f: each(along(grad(weighed(f))), X, V), lambda f: each(product(f), X, V)),
    "grad jvp": (
        lambda f: each(lambda x, v: grad(lambda x: along(weighed(f))(x, v))(x), X, V),
        lambda f: each(product(f), X, V)),
}


@pytest.mark.parametrize("nesting", NESTINGS)
@pytest.mark.parametrize("function", FUNCTIONS)
def test_nested_transforms_are_what_loops_give(function: str, nesting: str) -> None:
    nested, loop = NESTINGS[nesting]
    found = nested(FUNCTIONS[function])
    assert type(found) is np.ndarray
    np.testing.assert_allclose(found, loop(FUNCTIONS[function]), rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_what_the_loops_give_are_differences(function: str) -> None:
    f = FUNCTIONS[function]
    for derivative, differentiated in ((jacrev(f), f), (hessian(weighed(f)), grad(weighed(f)))):
        for x in X:
            columns = [(np.asarray(differentiated(x + 1e-5 * e)) - np.asarray(differentiated(x - 1e-5 * e))) / 2e-5
                       for e in np.eye(3)]
            np.testing.assert_allclose(derivative(x), np.stack(columns, axis=-1), rtol=1e-4, atol=1e-5)


def cubes(x: Any) -> Any:
    return np.sum(x**3 * WEIGHTS)


UNRECORDED: dict[str, Function] = {
    "grad": grad(cubes), "vjp": lambda x: vjp(np.sin, x)[1](np.ones(3))[0], "hvp": lambda x: hvp(cubes, x, WEIGHTS),
    "hessian": hessian(cubes), "jacrev": jacrev(np.sin), "jacfwd": jacfwd(np.sin),
    "linearize": lambda x: linearize(np.sin, x)[1](np.ones(3)), "third order": jacrev(lambda x: hvp(cubes, x, WEIGHTS)),
    "jvp of grad": lambda x: jvp(grad(cubes), (x,), (WEIGHTS,))[1], "vmap of grad": vmap(grad(lambda x: x**3)),
    "value": lambda x: vjp(lambda y: y, x)[0],
}


@pytest.mark.parametrize("name", UNRECORDED)
def test_a_derivative_at_a_parameter_within_no_grad_is_right_and_a_constant(name: str) -> None:
    """As an optimizer takes it: `with no_grad(): step = hvp(loss, parameter, direction)`."""
    x = autograd.tensor(WEIGHTS, requires_grad=True)
    with autograd.no_grad():
        found = UNRECORDED[name](x)
        assert not found.requires_grad
        found[...] += 1.0  # is no memory of the parameter's
    np.testing.assert_allclose(found.data - 1, UNRECORDED[name](WEIGHTS), rtol=1e-13)
    assert x.tolist() == WEIGHTS.tolist()


WITHIN: dict[str, Callable[[Function], Any]] = {
    "vmap": lambda f: vmap(f)(X), "vmap of one": lambda f: vmap(f)(X[:1]), "vmap of grad": lambda f: vmap(grad(f))(X),
    "vmap of jvp": lambda f: vmap(lambda x: jvp(f, (x,), (x,))[1])(X),
    "jvp of vmap": lambda f: jvp(vmap(f), (X,), (X,)), "vmap of vmap": lambda f: vmap(vmap(lambda x: f(x[None])))(X),
}
VALUES: dict[str, Callable[[Any], Any]] = {
    "item": lambda x: np.sum(x).item(), "item of an index": lambda x: x.item(0), "tolist": lambda x: x.tolist()[0],
    "format": lambda x: float(f"{x[0]:.3f}"), "truth": lambda x: 1.0 if x[0] else 2.0, "data": lambda x: x.data[0],
    "detached": lambda x: x.detach().numpy()[0],
}


@pytest.mark.parametrize("values", VALUES)
@pytest.mark.parametrize("transforms", WITHIN)
def test_there_is_no_number_of_one_example_inside_vmap(transforms: str, values: str) -> None:
    """With `jvp` within `vmap`, `item(0)` and `tolist()` gave all examples those of the first."""
    with pytest.raises(TypeError, match="inside vmap the values of a tensor differ from example to example"):
        WITHIN[transforms](lambda x: np.sum(x * VALUES[values](x)))


@pytest.mark.parametrize("transforms", WITHIN)
def test_an_example_has_the_size_of_one_inside_vmap(transforms: str) -> None:
    def f(x: Any) -> Any:
        assert (x.size * x.itemsize, x.itemsize) == (x.nbytes, 8)
        return np.sum(x)

    WITHIN[transforms](f)


@pytest.mark.parametrize("transforms", ["vmap of grad", "hvp", "grad of vmap"])
def test_what_is_recorded_inside_jvp_and_vmap_says_so(transforms: str) -> None:
    def f(x: Any) -> Any:
        assert x.requires_grad
        x.requires_grad = True  # as it is
        assert not x.detach().requires_grad
        return np.sum(x**2)

    {"vmap of grad": lambda: vmap(grad(f))(X), "hvp": lambda: hvp(f, X, V),
     "grad of vmap": lambda: grad(lambda x: np.sum(vmap(f)(x)))(X)}[transforms]()


@pytest.mark.parametrize("transforms", [*WITHIN, "hvp"])
def test_hooks_are_refused_where_no_pass_would_call_them(transforms: str) -> None:
    """A tensor that was made to require grad inside `vmap` took hooks, and never called them."""
    within = WITHIN.get(transforms, lambda f: hvp(f, X, V))
    uses: list[Callable[[Any], Any]] = [
        lambda x: x.detach().requires_grad_(), lambda x: x.register_hook(abs), lambda x: (x * 2).retain_grad(),
    ]
    for use in uses if "jvp" not in transforms and transforms != "hvp" else uses[1:]:
        with pytest.raises(TypeError, match=r"inside jvp or vmap, where gradients are taken by autograd\.grad"):
            within(lambda x, use=use: np.sum(x * (use(x) or 1)))
