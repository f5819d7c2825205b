"""Fourier transforms: the transpose as an identity of inner products, for every length, axis and normalization."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import Tensor, grad, jvp, vjp
from autograd.arrays import Array

REAL_IN, COMPLEX_OUT = {"rfft", "ihfft"}, {"fft", "ifft", "rfft", "ihfft"}
NORMS = st.sampled_from([None, "backward", "ortho", "forward"])


def random(shape: tuple[int, ...], seed: int, is_complex: bool) -> Array:
    rng = np.random.default_rng(seed)
    x = rng.standard_normal(shape)
    return x + 1j * rng.standard_normal(shape) if is_complex else x


def paired(a: Array, b: Array) -> float:
    """Re sum conj(a) b: the inner product of the public convention."""
    return float(np.sum(np.real(np.conj(a) * b)))


@given(
    st.sampled_from(["fft", "ifft", "rfft", "irfft", "hfft", "ihfft"]),
    st.tuples(st.integers(2, 6), st.integers(2, 6)),
    st.sampled_from([0, 1, -1]),
    st.none() | st.integers(1, 9),
    NORMS,
    st.integers(0, 99),
)
def test_pullback_is_the_transpose_and_the_pushforward_the_transform(
        name: str, shape: tuple[int, int], axis: int, n: int | None, norm: Any, seed: int) -> None:
    transform = getattr(np.fft, name)
    if name in ("irfft", "hfft") and n is None and shape[axis] < 2:
        n = 2
    x, t = (random(shape, seed + i, name not in REAL_IN) for i in (0, 1))

    def f(x: Any) -> Any:
        return transform(x, n, axis, norm)

    out, pullback = vjp(f, x)
    np.testing.assert_allclose(out, f(x))
    np.testing.assert_allclose(jvp(f, (x,), (t,))[1], f(t))
    u = random(out.shape, seed + 2, name in COMPLEX_OUT)
    assert paired(u, f(t)) == pytest.approx(paired(pullback(u)[0], t), abs=1e-9)


@given(
    st.sampled_from(["fftn", "ifftn", "rfftn", "irfftn", "fft2", "ifft2", "rfft2", "irfft2"]),
    st.integers(0, 99),
    NORMS,
    st.sampled_from([(None, (0, 2)), ((3, 5), (0, 1)), ((4, -1), (-1, 0)), (None, (1, 2))]),
)
def test_transforms_over_several_axes(name: str, seed: int, norm: Any, chosen: tuple[Any, Any]) -> None:
    s, axes = chosen
    transform = getattr(np.fft, name)
    x, t = (random((3, 4, 5), seed + i, not name.startswith("rfft")) for i in (0, 1))

    def f(x: Any) -> Any:
        return transform(x, s, axes, norm)

    out, pullback = vjp(f, x)
    np.testing.assert_allclose(out, f(x), atol=1e-13)
    u = random(out.shape, seed + 2, out.dtype.kind == "c")
    assert paired(u, f(t)) == pytest.approx(paired(pullback(u)[0], t), abs=1e-9)


def test_parseval_gives_the_gradient_of_the_energy() -> None:
    x = random((6,), 0, False)
    np.testing.assert_allclose(grad(lambda x: np.sum(np.abs(np.fft.fft(x)) ** 2))(x), 12 * x)


@pytest.mark.parametrize(("dtype", "expected"), [(np.float32, np.complex64), (np.float64, np.complex128)])
def test_single_precision_stays_single(dtype: Any, expected: Any) -> None:
    t = Tensor(random((8,), 0, False).astype(dtype), requires_grad=True)
    out = np.fft.fft(t)
    assert out.dtype == expected
    np.sum(np.abs(out)).backward()
    assert t.grad is not None
    assert t.grad.dtype == dtype


@pytest.mark.parametrize("name", ["fft", "ifft", "rfft", "irfft", "hfft", "ihfft", "fftn", "irfft2"])
def test_a_normalization_that_there_is_not_is_refused(name: str) -> None:
    for x in (np.ones((3, 4)), Tensor(np.ones((3, 4)))):
        with pytest.raises(ValueError, match="(?i)norm.*half"):
            getattr(np.fft, name)(x, norm="half")
