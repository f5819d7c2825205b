"""Tensors that outlive the transform that they belong to: kept by its function, or written to by it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from autograd import grad, hvp, jacfwd, jvp, tensor, tree, vmap

ENDED = "belongs to a jvp, hvp or vmap that has ended"


def test_what_escaped_from_a_transform_is_refused() -> None:
    """Its tangent was once added to those of a later jvp."""
    escaped: list[Any] = []

    def f(x: Any) -> Any:
        escaped.append(x * 2)
        return np.sum(x)

    x, t = np.array([1.0, 2.0]), np.ones(2)
    jvp(f, (x,), (t,))
    for use in (lambda: jvp(lambda y: np.sum(y * escaped[0]), (x,), (t,)), lambda: np.floor(escaped[0]),
                lambda: escaped[0].tolist(), lambda: escaped[0].data):
        with pytest.raises(RuntimeError, match=ENDED):
            use()
    np.testing.assert_array_equal(escaped[0].detach().data, [2, 4])


@pytest.mark.parametrize("transform", [
    lambda f: vmap(f)(np.arange(4.0)), lambda f: jvp(f, (2.0,), (1.0,)), lambda f: jacfwd(f)(2.0),
    lambda f: hvp(f, 2.0, 1.0), lambda f: vmap(grad(f))(np.arange(4.0)),
], ids=["vmap", "jvp", "jacfwd", "hvp", "vmap of grad"])
def test_a_tensor_from_outside_that_a_transform_wrote_to_is_refused_later(transform: Any) -> None:
    kept = tensor(np.zeros(3))

    def f(x: Any) -> Any:
        kept[0] = x * x
        return kept.sum()

    def inside(x: Any) -> Any:
        own = tensor(np.zeros(3))
        own[0] = x * x
        return own.sum()

    for found, expected in zip(tree.leaves(transform(f)), tree.leaves(transform(inside)), strict=True):
        np.testing.assert_array_equal(found, expected)
    for use in (lambda: kept + 1, lambda: transform(f), lambda: kept.sum().backward(), lambda: kept > 0):
        with pytest.raises(RuntimeError, match=ENDED):
            use()
    assert repr(kept)  # which a debugger still shows
