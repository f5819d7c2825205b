"""Functions of operands of different dtypes: a rule computes with them as the function itself does.

It read them as they were given, so that squares of small integers overflowed, a logarithm of one had three digits, and
a negative number to a complex power was nan.
"""

from __future__ import annotations

import operator
from typing import Any

import numpy as np
import pytest
import scipy.signal
import scipy.special

from autograd import Tensor, grad, jvp
from autograd.scipy import signal, special  # noqa: F401  # gives the ufuncs of scipy.special their rules
from autograd.testing import check_gradients

rng = np.random.default_rng(5)
NUMPY = [np.divide, np.power, np.float_power, np.remainder, np.fmod, np.logaddexp, np.logaddexp2, np.maximum, np.fmin,
         np.hypot, np.arctan2, np.copysign, np.ldexp, np.multiply, np.subtract, np.heaviside]
SCIPY = [getattr(scipy.special, name) for name in (
    "xlogy", "xlog1py", "rel_entr", "kl_div", "gammainc", "betainc", "stdtr", "boxcox", "inv_boxcox", "huber", "jv",
    "eval_legendre", "eval_jacobi", "hyp1f1", "voigt_profile", "powm1", "ellipkinc")]
ORDERS = {"jv": 1, "eval_legendre": 1, "eval_jacobi": 3, "hyp1f1": 2}  # operands before this one have no derivative


def derivatives(f: np.ufunc, place: int, operands: list[Any]) -> list[Any]:
    """Value, slopes in both modes, and the second derivative in one operand."""
    def alone(x: Any) -> Any:
        return f(*operands[:place], x, *operands[place + 1 :])

    def total(x: Any) -> Any:
        return np.sum(alone(x))

    x = operands[place]
    value, slope = jvp(alone, (x,), (np.ones_like(x),))
    return [value, slope, grad(total)(x), jvp(grad(total), (x,), (np.ones_like(x),))[1]]


@pytest.mark.parametrize("shape", [(4,), ()], ids=["arrays", "a number"])
@pytest.mark.parametrize("dtype", ["?", "i1", "u1", "i2", "i8", "f2", "f4"])
@pytest.mark.parametrize("f", NUMPY + SCIPY, ids=lambda f: f.__name__)
def test_slopes_are_those_beside_wide_operands(f: np.ufunc, dtype: str, shape: Any) -> None:
    for place in range(ORDERS.get(f.__name__, 0), 1 if f is np.ldexp else f.nin):
        high = 6 if f in SCIPY or dtype[0] in "?f" else 20 if f is np.ldexp else 11 if "power" in f.__name__ else 120
        given: list[Any] = [rng.integers(1, high, 4).astype(dtype) for _ in range(f.nin)]
        given[place] = np.asarray(rng.uniform(0.2, 0.9, shape))
        if f is np.ldexp and dtype[0] == "f":
            continue
        wide = [x.astype(int) if f is np.ldexp and k else x.astype(float) for k, x in enumerate(given)]
        for found, wanted in zip(derivatives(f, place, given), derivatives(f, place, wide), strict=True):
            assert found.dtype == float
            np.testing.assert_allclose(found, wanted, rtol=1e-12 if f in NUMPY else 1e-7, atol=1e-300)


def test_where_no_operand_has_the_dtype_of_the_result_its_slope_has_that_precision() -> None:
    """A float_power is a float64 whatever its operands are; the logarithm of an int8 is a float16."""
    base, power = np.array([7, 9], np.int8), np.array([0.3, 1.25], np.float32)
    found = grad(lambda power: np.sum(np.float_power(base, power)))(power)
    np.testing.assert_allclose(found, np.log([7.0, 9.0]) * np.float_power(base, power), rtol=2e-7)


@pytest.mark.parametrize("base", [np.array([-0.5, 2.0]), np.array([-3, 2], np.int8), np.array([-0.5, 2.0], np.float16)])
@pytest.mark.parametrize("f", [np.power, np.float_power])
def test_negative_numbers_to_complex_powers(f: np.ufunc, base: Any) -> None:
    power = np.array([0.3 + 0.4j, 1 - 2j])
    wanted = np.log(base.astype(complex)) * f(base.astype(complex), power)
    np.testing.assert_allclose(jvp(lambda p: f(base, p), (power,), (np.ones(2),))[1], wanted, rtol=1e-12)
    p = Tensor(power, requires_grad=True)
    np.sum(np.real(f(base, p))).backward()
    assert p.grad is not None
    np.testing.assert_allclose(p.grad.numpy(), np.conj(wanted), rtol=1e-12)


@pytest.mark.parametrize("dtype", ["?", "i1", "f2", "f4", "F", "f8"])
def test_convolutions_by_fft_have_scipys_dtype_and_the_digits_of_both(dtype: str) -> None:
    x, y = rng.normal(size=6), rng.integers(1, 9, 4).astype(dtype)
    for a, b in ((x, y), (y, y), (x.astype(np.float32), y)):
        found, wanted = signal.fftconvolve(Tensor(a), b), scipy.signal.fftconvolve(a, b)
        assert found.dtype == wanted.dtype
        np.testing.assert_allclose(found.numpy(), wanted, rtol=1e-5, atol=1e-5)
    found = grad(lambda x: np.sum(np.real(signal.fftconvolve(x, y)) ** 2))(x)
    wide = grad(lambda x: np.sum(np.real(signal.fftconvolve(x, np.real(y).astype(float))) ** 2))(x)
    np.testing.assert_allclose(found, wide, rtol=1e-12)


def test_samples_in_single_precision_are_interpolated_in_double_as_numpy_does() -> None:
    x, places = np.linspace(-0.5, 3.5, 40), np.arange(4.0)
    samples = np.random.default_rng(3).normal(size=(2, 4)).astype(np.float32)
    z = samples[0] + 1j * samples[1]
    assert z.dtype == np.complex64
    for period in (None, 3.6):
        found = np.interp(Tensor(x), places, z, period=period)
        assert found.dtype == np.complex128
        np.testing.assert_allclose(found, np.interp(x, places, z, period=period), rtol=1e-14)


def test_least_squares_of_two_precisions() -> None:
    """The inverse of the matrix alone had its seven digits, and its rank was decided by them."""
    a, b = rng.normal(size=(4, 2)).astype(np.float32), rng.normal(size=4)
    found = grad(lambda b: np.sum(np.linalg.lstsq(a, b)[0]))(b)
    np.testing.assert_allclose(found, np.linalg.pinv(a.astype(float)).sum(0), rtol=1e-12)
    nearly = np.array([[1, 1], [1, 1 + 1e-6], [1, 1]], np.float32)
    assert np.linalg.lstsq(Tensor(nearly), np.ones(3))[2] == np.linalg.lstsq(nearly, np.ones(3))[2]


@pytest.mark.parametrize("f", [
    lambda x: x * 1j, lambda x: np.choose([1, 0], [2, x]), lambda x: np.stack([x, 2]), lambda x: np.hstack([x, 2]),
    lambda x: np.concatenate([x, 2], axis=None),
], ids=["product", "choose", "stack", "hstack", "concatenate"])
@pytest.mark.parametrize("dtype", [np.float32, np.int8])
def test_a_python_number_beside_an_array_gives_the_dtype_that_it_gives_in_numpy(f: Any, dtype: Any) -> None:
    x = np.ones((), dtype)
    assert f(Tensor(x)).dtype == f(x).dtype


@pytest.mark.parametrize("operation", [operator.add, operator.sub, operator.mul, operator.truediv, operator.pow])
@pytest.mark.parametrize("places", [(0, 1), (1, 0)], ids=["left", "right"])
def test_a_complex_number_of_pythons_beside_a_number_gives_one_of_numpys(operation: Any, places: Any) -> None:
    """`1j * np.float64(2)` is Python's own, which has no dtype."""

    def f(x: Any) -> Any:
        return operation(*[(1 + 2j, x)[k] for k in places])

    x = Tensor(2.0, requires_grad=True)
    for out in (f(x), f(x.detach())):
        assert isinstance(out, Tensor)
        assert out.dtype == np.complex128
        np.testing.assert_allclose(out.item(), f(2.0))
    check_gradients(f, 2.0)


def test_a_tracked_narrow_operand_and_its_gradient_keep_their_dtype() -> None:
    """300 squared is more than float16 holds; and the power 0 less one is 255 in uint8."""
    x, y = Tensor(np.full(2, 300, np.float16), requires_grad=True), Tensor(np.full(2, 400.0), requires_grad=True)
    np.sum(np.arctan2(x, y)).backward()
    assert x.grad is not None
    assert y.grad is not None
    assert (x.grad.dtype, y.grad.dtype) == (np.float16, np.float64)
    np.testing.assert_allclose(x.grad.numpy(), 400 / 500**2, rtol=1e-3)
    np.testing.assert_allclose(y.grad.numpy(), -300 / 500**2, rtol=1e-12)
    np.testing.assert_array_equal(grad(lambda x: np.sum(x ** np.array([0, 1], np.uint8)))(np.full(2, 1e9)), [0, 1])


@pytest.mark.parametrize("gather", [
    lambda x: x[np.zeros(5000, int)], lambda x: np.take(x, np.zeros(5000, int)),
    lambda x: np.take_along_axis(x, np.zeros(5000, int), 0), lambda x: np.repeat(x[:1], 5000),
    lambda x: np.lib.stride_tricks.sliding_window_view(np.pad(x, 2200), 2200),
], ids=["index", "take", "take_along_axis", "repeat", "windows"])
def test_what_is_read_many_times_in_half_precision_receives_all(gather: Any) -> None:
    """The sum of 5000 ones stopped at 2048."""
    x = np.ones(3, np.float16)
    wanted = grad(lambda x: np.sum(gather(x) * 1.0))(x.astype(float))
    np.testing.assert_allclose(grad(lambda x: np.sum(gather(x) * np.float32(1)))(x), wanted, rtol=1e-3)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("f", [np.var, np.std, np.nanvar, np.nanstd])
def test_spread_of_half_precision_is_differentiated_in_the_dtype_it_is_computed_in(f: Any, dtype: Any) -> None:
    """The sum of 4000 numbers around 1000 is infinite in float16, and so was the gradient."""
    x = (rng.normal(size=4000) * 300 + 1000).astype(np.float16)
    found = grad(lambda x: np.sum(f(x, dtype=dtype)) * 100)(x)
    wanted = grad(lambda x: np.sum(f(x)) * 100)(x.astype(float))
    assert found.dtype == np.float16
    np.testing.assert_allclose(found, wanted, rtol=2e-3, atol=1e-3 * np.abs(wanted).max())
