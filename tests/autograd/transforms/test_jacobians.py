"""Whole matrices of derivatives: by rows, by columns, of complex numbers, of nothing."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import autograd
from autograd import (
    Tensor,
    grad,
    hessian,
    hvp,
    jacfwd,
    jacobian,
    jacrev,
)


def test_jacobians_agree_and_choose_the_cheaper_mode() -> None:
    def f(x: Any) -> Any:
        return np.stack([x[0] * x[1], np.sin(x[2]), x[0] ** 2, x[1] * x[2]])

    x = np.array([1.0, 2.0, 3.0])
    expected = [[2, 1, 0], [0, 0, np.cos(3)], [2, 0, 0], [0, 3, 2]]
    for transform in (jacrev, jacfwd, jacobian):
        np.testing.assert_allclose(transform(f)(x), expected, rtol=1e-14)
    calls = []

    def tall(x: Any) -> Any:
        calls.append(1)
        return np.sin(x @ np.ones((3, 2000)))

    assert jacobian(tall)(x).shape == (2000, 3)
    assert len(calls) == 3
    calls.clear()

    def wide(x: Any) -> Any:
        calls.append(1)
        return np.ones((3, 2000)) @ np.sin(x)

    assert jacobian(wide)(np.ones(2000)).shape == (3, 2000)
    assert len(calls) == 2, "the first column shows that there are fewer rows, which one pass records"


def test_jacobian_of_a_matrix_function_has_output_axes_before_input_axes() -> None:
    a = np.arange(6.0).reshape(2, 3)
    j = jacobian(lambda a: a.T @ a)(a)
    assert j.shape == (3, 3, 2, 3)
    np.testing.assert_allclose(j, jacrev(lambda a: a.T @ a)(a))


def test_holomorphic_jacobian_and_gradient_of_a_real_loss() -> None:
    z = np.array([1 + 2j, 3j])
    for transform in (jacrev, jacfwd):
        np.testing.assert_allclose(transform(lambda z: z**2)(z), np.diag(2 * z))
    np.testing.assert_allclose(grad(lambda z: np.sum(np.abs(z) ** 2))(z), 2 * z)


def test_jacobians_of_complex_numbers_are_the_same_by_rows_and_by_columns() -> None:
    """Of a real argument dz/dx; of a real result dL/dRe z + i dL/dIm z, as `grad`; else holomorphic."""
    x, z, c = np.array([1.0, 2.0]), np.array([1 + 2j, 3 - 1j]), np.array([2 + 1j, -1j])
    cases: list[tuple[Any, Any, Any]] = [
        (lambda x: c * x**2, x, np.diag(2 * c * x)),
        (lambda z: np.abs(z) ** 2, z, np.diag(2 * z)),
        (lambda z: np.real(np.conj(c) * z), z, np.diag(c)),
        (lambda z: c * z**2, z, np.diag(2 * c * z)),
    ]
    for f, at, expected in cases:
        for way in (jacrev, jacfwd, jacobian):
            np.testing.assert_allclose(way(f)(at), expected, atol=1e-12)
    both = jacrev(lambda p: p["x"] * p["z"])({"x": x, "z": z})
    np.testing.assert_allclose(both["x"], np.diag(z))
    np.testing.assert_allclose(both["z"], np.diag(x))


def test_the_hessian_in_real_and_imaginary_parts_is_made_of_products_along_both() -> None:
    """What the refusal of complex arguments says to write, and the other way that it names."""
    def f(z: Any) -> Any:
        return np.sum(np.abs(z**3) + np.real(z * z[::-1]))

    z = np.array([1 + 2j, 0.5 - 1j])
    matrix = hessian(lambda parts: f(parts[0] + 1j * parts[1]))(np.stack([z.real, z.imag]))
    for k, turn in enumerate((1, 1j)):
        for i in range(2):
            column = hvp(f, z, turn * np.eye(2)[i])
            np.testing.assert_allclose(matrix[:, :, k, i], [column.real, column.imag], rtol=1e-12, atol=1e-12)


def test_derivatives_of_nothing_are_empty() -> None:
    nothing = np.zeros((0, 3))
    for way in (jacrev, jacfwd, jacobian):
        assert way(lambda x: np.ones(2) * np.sum(x))(nothing).shape == (2, 0, 3)
        assert way(lambda x: x * 2)(nothing).shape == (0, 3, 0, 3)
    assert hessian(lambda x: np.sum(x * x))(np.zeros(0)).shape == (0, 0)


def test_second_derivatives_of_a_vector_speak_of_themselves() -> None:
    def square(x: Any) -> Any:
        return x * x

    x = np.ones(3)
    with pytest.raises(TypeError, match=r"hessian needs square .* shape \(3,\); .*jacobian\(jacobian\(f\)\)"):
        autograd.hessian(square)(x)
    with pytest.raises(TypeError, match=r"hvp needs square .* shape \(3,\); .*jvp\(jacobian\(f\), \(x,\), \(v,\)\)"):
        autograd.hvp(square, x, x)
    with pytest.raises(TypeError, match="hessian needs <lambda> to return one number, got list$"):
        autograd.hessian(lambda x: [x])(x)
    whole = autograd.jacobian(autograd.jacobian(square))(x)  # what the messages say to write
    assert np.array_equal(whole, 2 * np.einsum("ij,ik->ijk", np.eye(3), np.eye(3)))
    assert np.array_equal(autograd.jvp(autograd.jacobian(square), (x,), (x,))[1], 2 * np.eye(3))


X, V = np.array([0.7, -1.2]), np.array([0.3, 2.0])

ALONG: dict[str, tuple[Any, Any]] = {  # with auxiliary results, and without
    "hessian": (lambda f, x: autograd.hessian(f, has_aux=True)(x), lambda f, x: autograd.hessian(f)(x)),
    "hvp": (lambda f, x: autograd.hvp(f, x, V, has_aux=True), lambda f, x: autograd.hvp(f, x, V)),
    "jvp": (lambda f, x: autograd.jvp(f, (x,), (V,), has_aux=True)[1:], lambda f, x: autograd.jvp(f, (x,), (V,))[1]),
    "linearize": (lambda f, x: (autograd.linearize(f, x, has_aux=True)[1](V),
                                autograd.linearize(f, x, has_aux=True)[2]),
                  lambda f, x: autograd.linearize(f, x)[1](V)),
}


@pytest.mark.parametrize("transform", ALONG)
def test_auxiliary_results_stand_beside_what_needs_one_number(transform: str) -> None:
    with_aux, without = ALONG[transform]
    f = lambda x: (np.sum(np.sin(x) * x), {"twice": 2 * x, "what": "a word"})  # noqa: E731
    found, aux = with_aux(f, X)
    np.testing.assert_array_equal(found, without(lambda x: f(x)[0], X))
    assert type(aux["twice"]) is np.ndarray
    assert aux["what"] == "a word"
    np.testing.assert_array_equal(aux["twice"], 2 * X)
    assert type(with_aux(f, Tensor(X))[1]["twice"]) is Tensor
    # A result that varies is differentiated further, by whatever is around.
    np.testing.assert_allclose(autograd.jacobian(lambda x: with_aux(f, x)[1]["twice"])(X), 2 * np.eye(2))
    with pytest.raises(TypeError, match=r"returns \(output, aux\), got"):
        with_aux(lambda x: np.sum(np.sin(x)), X)


@pytest.mark.parametrize("inputs", [2, 5])
@pytest.mark.parametrize("transform", [jacrev, jacfwd, jacobian])
def test_auxiliary_results_stand_beside_a_jacobian(transform: Any, inputs: int) -> None:
    def f(x: Any, scale: float = 1.0) -> Any:
        return scale * x[:3] ** 2 if inputs > 3 else scale * np.stack([x[0] ** 2, x[1] ** 2, x[0] * x[1]]), {"x": 2 * x}

    x = np.arange(1.0, inputs + 1)
    found, aux = transform(f, has_aux=True)(x, scale=3.0)
    np.testing.assert_allclose(found, transform(lambda x: f(x, 3.0)[0])(x))
    assert type(aux["x"]) is np.ndarray
    np.testing.assert_array_equal(aux["x"], 2 * x)
    assert isinstance(transform(f, has_aux=True)(Tensor(x))[1]["x"], Tensor)
    with pytest.raises(TypeError, match=r"returns \(output, aux\), got"):
        transform(np.sin, has_aux=True)(x)


@pytest.mark.parametrize("transform", [jacrev, jacfwd, jacobian])
@pytest.mark.parametrize("x", [2, np.array([1.0, 2.0]), np.zeros(0), np.zeros((0, 2))])
def test_a_function_is_given_tensors_for_auxiliary_results_and_of_nothing_too(transform: Any, x: Any) -> None:
    found, aux = transform(lambda x: (x.sin(), x.cos()), has_aux=True)(x)
    np.testing.assert_array_equal(found, transform(lambda x: x.sin())(x), strict=True)
    assert np.shape(found) == np.shape(x) * 2
    np.testing.assert_array_equal(aux, np.cos(x))
