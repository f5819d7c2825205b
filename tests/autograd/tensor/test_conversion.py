"""What is said to those who want an array or a number of a tensor whose gradient would be lost."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import scipy

import autograd
from autograd import GradientLostWarning, Tensor


@pytest.mark.parametrize(("call", "twin"), {
    "a function": (lambda x: scipy.linalg.expm(np.diag(x)), "linalg.expm"),
    "a decorated function": (lambda x: scipy.linalg.cholesky(np.diag(x)), "linalg.cholesky"),
    "a method of a distribution": (lambda x: scipy.stats.gamma.cdf(1.0, x), "stats.gamma.cdf"),
    "a class": (lambda x: scipy.interpolate.CubicSpline([0.0, 1.0], x), "interpolate.CubicSpline"),
    "an assignment of SciPy's": (lambda x: scipy.optimize.least_squares(lambda p: p - x, np.zeros(2)),
                                 "optimize.least_squares"),
    "a sparse matrix": (lambda x: scipy.sparse.eye(2).tocsr() @ x, "sparse.matmul"),
}.values())
@pytest.mark.parametrize("transform", [autograd.jacobian, lambda f: lambda x: autograd.vmap(f)(np.stack([x, x]))])
def test_what_scipy_is_given_names_the_twin_of_what_was_called(
        transform: Callable[..., Any], call: Callable[[Any], Any], twin: str) -> None:
    with pytest.raises(TypeError, match=rf"twins of SciPy's functions .*autograd\.scipy\.{re.escape(twin)}"):
        transform(call)(np.array([1.0, 2.0]))


def test_a_number_that_scipy_asks_for_names_the_twin() -> None:
    x = Tensor(2.0, requires_grad=True)
    with pytest.warns(GradientLostWarning, match=r"look for autograd\.scipy\.integrate\.quad"):
        scipy.integrate.quad(lambda t: t * x, 0, 1)


def test_asarray_inside_vmap_does_not_speak_of_gradients() -> None:
    with pytest.raises(TypeError, match=r"inside vmap would lose the other examples; NumPy functions take"):
        autograd.vmap(lambda x: np.array([x, x]))(np.ones((2, 3)))
