"""Twins of `scipy.fft`: values are SciPy's for every type, norm, length, axis and dtype, and transposes their own."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np
import pytest
import scipy.fft as sf
from hypothesis import example, given
from hypothesis import strategies as st

from autograd import Tensor, vjp
from autograd.scipy import fft

TRIGONOMETRIC = ["dct", "idct", "dst", "idst"]
NORMS = st.sampled_from([None, "backward", "ortho", "forward"])
DTYPES = st.sampled_from([np.float64, np.float32, np.float16, np.complex128, np.complex64, np.int64])


def numbers(shape: tuple[int, ...], dtype: Any, seed: int) -> Any:
    rng = np.random.default_rng(seed)
    x = 3 * rng.standard_normal(shape)
    return (x + 1j * rng.standard_normal(shape) if np.dtype(dtype).kind == "c" else x).astype(dtype)


def same(found: Tensor, expected: Any) -> None:
    assert found.dtype == expected.dtype
    tolerance = 1e-12 if expected.dtype.itemsize // (1 + (expected.dtype.kind == "c")) == 8 else 1e-5
    np.testing.assert_allclose(found.numpy(), expected, rtol=tolerance, atol=10 * tolerance)


@given(st.sampled_from([*TRIGONOMETRIC, "fft", "ifft", "irfft", "hfft", "rfft", "ihfft"]), st.integers(1, 4),
       st.none() | st.integers(2, 9), st.sampled_from([0, 1, -1]), NORMS, DTYPES, st.integers(0, 99))
def test_values_and_dtypes_are_scipys(name: str, kind: int, n: Any, axis: int, norm: Any, dtype: Any,
                                      seed: int) -> None:
    if name in ("rfft", "ihfft") and np.dtype(dtype).kind == "c":
        dtype = np.float64
    x, first = numbers((4, 5), dtype, seed), [kind] if name in TRIGONOMETRIC else []
    same(getattr(fft, name)(Tensor(x), *first, n, axis, norm), getattr(sf, name)(x, *first, n, axis, norm))


@given(st.sampled_from(TRIGONOMETRIC), st.integers(1, 4), st.none() | st.integers(2, 9), NORMS, st.integers(2, 7),
       st.sampled_from([None, False, True]), st.sampled_from([np.float64, np.complex128]))
@example("dct", 2, None, None, 5, True, np.complex128)
@example("idst", 3, None, "ortho", 4, False, np.complex128)
def test_pullbacks_multiply_by_the_transposed_matrix(name: str, kind: int, n: Any, norm: Any, size: int,
                                                     orthogonalize: bool | None, dtype: Any) -> None:
    """SciPy leaves `orthogonalize` out for complex numbers, and so must the transpose."""
    theirs, ours = (functools.partial(getattr(module, name), type=kind, n=n, norm=norm, orthogonalize=orthogonalize)
                    for module in (sf, fft))
    matrix, x = theirs(np.eye(size, dtype=dtype), axis=0), np.arange(1.0, size + 1).astype(dtype)
    out, pullback = vjp(ours, x)
    np.testing.assert_allclose(out, theirs(x), atol=1e-12 * np.max(np.abs(matrix)) * size)
    g = numbers(out.shape, dtype, size)
    np.testing.assert_allclose(pullback(g)[0], matrix.T @ g, atol=1e-12 * np.max(np.abs(matrix)) * size)


SEVERAL = ["fftn", "ifftn", "rfftn", "irfftn", "fft2", "ifft2", "rfft2", "irfft2", "dctn", "idctn", "dstn", "idstn"]


@pytest.mark.parametrize("name", SEVERAL)
@pytest.mark.parametrize(("s", "axes"), [((3, 4), (0, 2)), (None, (1,)), (None, (0, -1)), ((-1, 2), (0, 1))])
def test_several_axes_at_once(name: str, s: Any, axes: Any) -> None:
    x = numbers((4, 5, 6), np.float64, 1)
    for options in ({"s": s, "axes": axes}, {}, {"axes": axes[0]}, {"s": np.int64(3), "axes": axes[0]}):
        same(getattr(fft, name)(Tensor(x), **options), getattr(sf, name)(x, **options))


@pytest.mark.parametrize("name", ["fftn", "ifft2", "rfftn", "irfftn", "dctn", "idstn"])
def test_transforms_go_along_each_axis_once(name: str) -> None:
    """NumPy's go twice along one that is named twice, SciPy's refuse it."""
    x = np.random.default_rng(0).normal(size=(3, 4))
    for module, image in ((sf, x), (fft, Tensor(x))):
        with pytest.raises(ValueError, match="unique|once"):
            getattr(module, name)(image, axes=(0, -2))


@pytest.mark.parametrize("wrong", [{"norm": "half"}, {"type": 5}, {"type": 0}])
@pytest.mark.parametrize("name", [*TRIGONOMETRIC, "dctn", "idctn", "dstn", "idstn"])
def test_a_normalization_or_type_that_there_is_not_is_refused(name: str, wrong: dict[str, Any]) -> None:
    """An inverse took any normalization that it did not know for the usual one."""
    for module, x in ((sf, np.ones((3, 4))), (fft, Tensor(np.ones((3, 4))))):
        with pytest.raises(ValueError, match="norm|type"):
            getattr(module, name)(x, **wrong)
