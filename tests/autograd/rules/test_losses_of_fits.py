"""Fits by a loss of the user's, which may read tensors from elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from autograd import Tensor, vmap
from autograd.scipy import optimize
from autograd.testing import check_gradients

X = np.linspace(0, 1, 6)
Y = np.sin(3 * X)
START = Tensor(np.zeros(2))  # numbers, too, take the way of tensors, to the last digits


def cauchy(s: Any) -> Callable[[Any], Any]:
    """s log(1 + z / s), with its first and second derivative."""
    return lambda z: np.stack([s * np.log1p(z / s), 1 / (1 + z / s), -1 / (s * (1 + z / s) ** 2)])


def line(x: Any, a: Any, b: Any) -> Any:
    return a * x + b


FITS: dict[str, Callable[..., Any]] = {
    "a loss": lambda s, x0: optimize.least_squares(
        lambda p: 3 * (line(X, *p) - Y), x0, loss=cauchy(s)).x,
    "a loss and a scale": lambda s, x0: optimize.least_squares(
        lambda p: 3 * (line(X, *p) - s * Y), x0, loss=cauchy(s), f_scale=2.0).x,
    "a loss of residuals with args": lambda s, x0: optimize.least_squares(
        lambda p, c: 3 * (line(X, *p) - c * Y), x0, args=(s,), loss=cauchy(s)).x,
    "residuals": lambda s, x0: optimize.least_squares(
        lambda p: 3 * (line(X, *p) - s * Y), x0, loss=cauchy(0.3)).x,
    "the loss of a curve": lambda s, x0: optimize.curve_fit(line, X, 3 * Y, x0, loss=cauchy(s), method="trf")[0],
    "a curve and its loss": lambda s, x0: optimize.curve_fit(
        lambda x, a, b: line(x, s * a, b), X, 3 * Y, x0, loss=cauchy(s), method="trf")[0],
    "a curve with slopes by differences": lambda s, x0: optimize.curve_fit(
        lambda x, a, b: line(x, s * a, b), X, 3 * Y, x0, jac="3-point", method="trf")[0],
    "data": lambda s, x0: optimize.curve_fit(line, X, 3 * s * Y, x0, loss=cauchy(0.3), method="trf")[0],
}


@pytest.mark.parametrize("fit", FITS.values(), ids=list(FITS))
def test_what_a_loss_captures_moves_the_fit(fit: Callable[..., Any]) -> None:
    s = np.array(0.3)
    check_gradients(lambda s: fit(s, START), s)
    np.testing.assert_allclose(fit(s, START), fit(s, np.zeros(2)), atol=1e-3)  # which is SciPy's, to its tolerance
    np.testing.assert_allclose(vmap(lambda s: fit(s, START))(np.array([0.3, 0.4])),
                               [fit(s, START), fit(s + 0.1, START)], rtol=1e-9)
