"""A transform differentiates in values: what happens to the tensor that was its argument, or its memory, is apart."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from autograd import MutationError, Tensor, grad, hvp, jvp, tensor, value_and_grad, vmap

X = np.array([1.0, 2.0, 3.0])
ONES = np.ones(3)
VIEWS: dict[str, Callable[[Any], Any]] = {
    "slice": lambda x: x[1:], "reshape": lambda x: x.reshape(3, 1)[1:, 0], "transpose": lambda x: x.T[1:],
    "einsum": lambda x: np.einsum("i->i", x)[1:], "view of a view": lambda x: x[:][1:], "flip": lambda x: x[::-1][:2],
}


@pytest.mark.parametrize("recorded", [False, True])
@pytest.mark.parametrize("view", VIEWS.values(), ids=VIEWS)
def test_a_write_to_the_argument_from_outside_does_not_reach_it(view: Any, recorded: bool) -> None:
    x = tensor(X, requires_grad=recorded)
    x = x * 1.0 if recorded else x

    def f(z: Tensor) -> Any:
        part = view(z)
        x[1] = 50.0
        return np.sum(part**3) + np.sum(view(z) ** 2)

    y, slope = jvp(f, (x,), (ONES,))
    assert y.item() == 8 + 27 + 4 + 9
    assert slope.item() == 12 + 27 + 4 + 6
    assert x.tolist() == [1, 50, 3]


@pytest.mark.parametrize("view", VIEWS.values(), ids=VIEWS)
@pytest.mark.parametrize("differentiated", [
    lambda f: hvp(f, X, ONES),
    lambda f: grad(lambda x: jvp(f, (x,), (ONES,))[1])(X),
    lambda f: jvp(grad(f), (X,), (ONES,))[1],
    lambda f: np.array([jvp(jvp_along(f, ONES), (X,), (t,))[1] for t in np.eye(3)]),
    lambda f: vmap(lambda t: jvp(grad(f), (X,), (t,))[1])(np.stack([ONES, ONES]))[1],
], ids=["hvp", "grad of jvp", "jvp of grad", "jvp of jvp", "vmap of jvp of grad"])
def test_the_memory_of_a_detached_view_is_its_own(differentiated: Any, view: Any) -> None:
    def f(x: Tensor) -> Any:
        part = view(x)
        y = np.sum(part**3)
        taken = part.detach()
        taken += 7.0
        taken[:] = 100.0
        return y + np.sum(view(x) ** 3)

    np.testing.assert_array_equal(differentiated(f), [0, 24, 36])


def jvp_along(f: Any, t: Any) -> Any:
    return lambda x: jvp(f, (x,), (t,))[1]


@pytest.mark.parametrize("order", ["write, then use", "use, then write"])
@pytest.mark.parametrize("view", VIEWS.values(), ids=VIEWS)
def test_views_inside_a_transform_are_written_through(view: Any, order: str) -> None:
    def f(x: Tensor) -> Any:
        y = x * 1.0
        part = view(y)
        before = np.sum(y**3) if order.startswith("use") else 0.0
        part *= x[0]
        return np.sum(y**3) + before

    def plain(x: Any) -> Any:  # without views
        return x[0] ** 3 + (x[1] * x[0]) ** 3 + (x[2] * x[0]) ** 3 + (np.sum(x**3) if order.startswith("use") else 0.0)

    np.testing.assert_allclose(hvp(f, X, ONES), hvp(plain, X, ONES), rtol=1e-14)
    np.testing.assert_allclose(jvp(f, (X,), (ONES,))[1], jvp(plain, (X,), (ONES,))[1], rtol=1e-14)


@pytest.mark.parametrize("view", [lambda x: x, *VIEWS.values()], ids=["itself", *VIEWS])
@pytest.mark.parametrize("through", [
    lambda f, x: jvp(f, (x,), (ONES,))[1],
    lambda f, x: np.sum(hvp(f, x, ONES)) / 3,
    lambda f, x: np.sum(grad(f)(x)),
    lambda f, x: value_and_grad(lambda z: f(z) + np.sum(f(x)))(X)[0] - f(X),
    lambda f, x: f(value_and_grad(lambda z: (np.sum(z), x), has_aux=True)(X)[0][1]),
], ids=["jvp", "hvp", "grad", "value", "auxiliary result"])
def test_a_change_of_a_leafs_array_is_noticed_or_harmless(through: Any, view: Any) -> None:
    def slope(change: bool) -> Any:
        array = X.copy()
        x = Tensor(array, requires_grad=True)
        y = through(lambda z: np.sum(view(z) ** 3), x)
        if change:
            array[:] = 50.0
        y.backward()
        return x.grad

    expected = slope(change=False)
    try:
        found = slope(change=True)
    except MutationError:
        return
    np.testing.assert_array_equal(found, expected)
