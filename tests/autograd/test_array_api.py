"""`autograd` as an array API namespace, where the consortium's own suite does not look: gradients and types."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import autograd as xp
from autograd import Tensor, grad


def standardize(x: Any) -> Any:
    """Code written against the standard: it knows no library."""
    ns = x.__array_namespace__()
    centred = x - ns.mean(x, axis=0, keepdims=True)
    return ns.sum(ns.where(centred > 0, centred, ns.zeros_like(centred)) ** 2 / ns.std(x, axis=0))


def test_namespace_code_differentiates() -> None:
    x = np.random.default_rng(0).normal(size=(5, 3))
    h = 1e-6
    direction = np.cos(np.arange(15.0)).reshape(5, 3)
    slope = (standardize(Tensor(x + h * direction)) - standardize(Tensor(x - h * direction))).item() / (2 * h)
    assert np.sum(grad(standardize)(x) * direction) == pytest.approx(slope, rel=1e-7)


def test_a_version_of_the_standard_that_it_does_not_follow_is_refused() -> None:
    x = Tensor([1.0])
    assert xp.__array_api_version__ == "2024.12"
    for version in (None, "2021.12", "2022.12", "2023.12", xp.__array_api_version__):
        assert x.__array_namespace__(api_version=version) is xp
    with pytest.raises(ValueError, match=r"array API standard of 2021.12, .*2024.12, got '1999.1'"):
        x.__array_namespace__(api_version="1999.1")


def test_nested_lists_keep_their_tensors_connected() -> None:
    a = Tensor(2.0, requires_grad=True)
    m = xp.asarray([[a, 1.0], [a * a, Tensor(3.0)]])
    assert m.tolist() == [[2, 1], [4, 3]]
    xp.linalg.det(m).backward()
    assert a.grad is not None
    assert a.grad.item() == 3 - 2 * 2


@pytest.mark.parametrize(
    "make",
    [
        lambda x: xp.unstack(x)[1],
        lambda x: xp.linalg.eigh(x @ x.mT).eigenvalues,
        lambda x: xp.linalg.slogdet(x).logabsdet,
        lambda x: xp.concat([x, np.ones((1, 2))]),
        lambda x: xp.stack([x, x]),
        lambda x: xp.meshgrid(x[0], x[1])[0],
        lambda x: xp.unique_values(x),
        lambda x: xp.diff(x),
        lambda x: xp.cumulative_sum(x, axis=1, include_initial=True),
        lambda x: xp.linalg.qr(x).R,
        lambda x: xp.fft.rfft(x),
        lambda x: xp.take(x, xp.asarray([0, 1]), axis=1),
        lambda x: xp.broadcast_arrays(x, xp.ones((3, 2, 2)))[0],
        lambda x: xp.sort(x, descending=True),
        lambda x: x[0, 0],
        lambda x: xp.clip(x, 0.0, 1.0),
        lambda x: xp.sum(x),
        lambda x: xp.asarray(x, dtype=xp.float32),
        lambda x: xp.full((2, 3), x[0, 0]),
        lambda x: xp.full_like(x, x[0, 0]),
        lambda x: xp.linspace(x[0, 0], x[0, 1], 5),
        lambda x: xp.linalg.pinv(x, rtol=x[0, 0] * 1e-9),
    ],
)
def test_lists_tuples_and_scalars_stay_in_the_graph(make: Any) -> None:
    x = Tensor([[1.0, 2.0], [0.5, 4.0]], requires_grad=True)
    out = make(x)
    assert isinstance(out, Tensor)
    assert out.requires_grad


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_eigenvalues_are_complex_also_where_all_are_real(dtype: Any) -> None:
    x = Tensor(np.array([[1.0, 2.0], [0.0, 3.0]], dtype), requires_grad=True)
    values, vectors = xp.linalg.eig(x)
    assert values.dtype == vectors.dtype == xp.linalg.eigvals(x).dtype == np.result_type(dtype, np.complex64)
    xp.sum(xp.real(xp.linalg.eigvals(x)) ** 2).backward()  # of eigenvalues a and d; b moves neither
    assert x.grad is not None
    np.testing.assert_allclose(x.grad.numpy(), [[2, 0], [4, 6]], atol=1e-5)


def test_asarray_copies_as_told() -> None:
    array = np.zeros(3)
    shared, copied = xp.asarray(array, copy=False), xp.asarray(array, copy=True)
    array[0] = 1
    assert shared.tolist() == [1, 0, 0]
    assert copied.tolist() == [0, 0, 0]
    with pytest.raises(ValueError, match="copy"):
        xp.asarray([1.0, 2.0], copy=False)


@pytest.mark.parametrize(("function", "usual"), [
    (xp.asarray, False), (lambda x, **o: xp.asarray(x, x.dtype, **o), False),
    (lambda x, **o: xp.astype(x, x.dtype, **o), True), (lambda x, **o: xp.reshape(x, (3, 1), **o), False)])
def test_what_is_made_of_a_tensor_is_a_copy_of_it_or_not_as_told(function: Any, usual: bool) -> None:
    for copy in ({}, {"copy": True}, {"copy": False}):
        x = Tensor(np.zeros(3, np.float32))
        made = function(x, **copy)
        x[0] = 1
        assert made.sum().item() == (not copy.get("copy", usual)), copy
        assert made.dtype == np.float32


def test_dlpack_round_trip_and_refusal() -> None:
    array = np.arange(3.0)
    x = xp.from_dlpack(array)
    assert np.from_dlpack(x).tolist() == [0, 1, 2]
    with pytest.raises(TypeError, match="detach"):
        np.from_dlpack(Tensor(array, requires_grad=True))


def test_nans_are_distinct_values() -> None:
    assert xp.unique_values(xp.asarray([np.nan, 1.0, np.nan])).shape == (3,)


def test_a_tensor_is_an_index() -> None:
    x = Tensor(np.arange(4.0), requires_grad=True)
    x[xp.asarray([0, 0, 3])].sum().backward()
    assert x.grad is not None
    assert x.grad.tolist() == [2, 0, 0, 1]


# --- Where the standard says more than NumPy does --------------------------------------------------------------------

INF, NAN = np.inf, np.nan
QUOTIENTS = [(INF, 2.0, INF), (INF, -2.0, -INF), (-INF, 2.0, -INF), (3.0, -INF, -0.0), (-3.0, INF, -0.0),
             (3.0, INF, 0.0), (INF, INF, NAN), (7.0, -2.0, -4.0), (0.0, INF, 0.0)]


@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_floor_division_has_the_limits_of_the_standard(kind: Any) -> None:
    x, y, expected = (np.array(column, kind) for column in zip(*QUOTIENTS, strict=True))
    written, tracked = Tensor(x.copy()), Tensor(x, requires_grad=True) * 1
    written //= y
    tracked //= y
    one_by_one = xp.stack([Tensor(a) // b for a, b in zip(x, y, strict=True)])
    for found in (Tensor(x) // Tensor(y), Tensor(x, requires_grad=True) // y, xp.floor_divide(Tensor(x), y), written,
                  tracked, one_by_one):
        np.testing.assert_array_equal(found.numpy(), expected)
        np.testing.assert_array_equal(np.signbit(found.numpy()[:6]), np.signbit(expected[:6]))
        assert found.dtype == kind


def test_floor_division_of_integers_and_in_place_is_numpys() -> None:
    whole = Tensor([7, -7])
    whole //= 2
    assert whole.tolist() == (Tensor([7, -7]) // 2).tolist() == [3, -4]
    with pytest.raises(TypeError, match="cast"):
        whole //= 2.0


@pytest.mark.parametrize(("x", "expected"), [
    (complex(-0.0, 0), 0), (complex(INF, 0), complex(INF, 0)), (complex(-INF, INF), -1), (complex(-INF, NAN), -1),
    (complex(INF, NAN), complex(INF, NAN)), (complex(NAN, 0), complex(NAN, 0)),
    (1e-10 + 1e-10j, np.expm1(1e-10 + 1e-10j)),
])
def test_expm1_of_complex_infinities(x: complex, expected: complex) -> None:
    for found in (xp.expm1(Tensor(x)), xp.expm1(Tensor([x], requires_grad=True))[0]):
        np.testing.assert_array_equal(found.detach().numpy(), np.complex128(expected))
        assert np.signbit(found.detach().numpy().real) == np.signbit(np.real(expected))


@pytest.mark.parametrize("imaginary", [2.0, -2.0, 0.5])
@pytest.mark.parametrize("real", [INF, -INF])
def test_tanh_of_complex_infinities(real: float, imaginary: float) -> None:
    found = xp.tanh(Tensor(np.array([complex(real, imaginary)], np.complex64))).numpy()[0]
    assert found == np.sign(real)
    assert np.signbit(found.imag) == np.signbit(imaginary)
    assert found.dtype == np.complex64


@pytest.mark.parametrize("f", [xp.expm1, xp.tanh])
def test_complex_functions_of_the_standard_have_derivatives(f: Any) -> None:
    z, direction = 0.4 - 0.7j, 0.6 + 0.8j
    slope = (f(Tensor(z + 1e-6 * direction)).item() - f(Tensor(z - 1e-6 * direction)).item()) / 2e-6
    assert abs(xp.jvp(f, (z,), (direction,))[1] - slope) < 1e-9
    assert abs(np.conj(grad(lambda z: np.real(f(z)))(z)) * direction - slope) < 1e-9
