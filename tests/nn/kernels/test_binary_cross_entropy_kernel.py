"""Binary cross-entropy of logits and of probabilities: against long arithmetic, PyTorch, and the references."""

from __future__ import annotations

from typing import Any

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import Tensor
from nn.kernels.binary_cross_entropy import SMALLEST, binary_cross_entropy, binary_cross_entropy_with_logits
from tests.examples import examples
from tests.nn.kernels.kernel_checks import check, check_golden, golden, random

REDUCTIONS = ("mean", "sum", "none")


@examples(30)
@given(shape=st.lists(st.integers(1, 3), min_size=1, max_size=3).map(tuple), weighted=st.booleans(),
       positive=st.booleans(), reduction=st.sampled_from(REDUCTIONS), single=st.booleans())
def test_values_and_derivatives_are_those_of_the_reference(shape: tuple[int, ...], weighted: bool, positive: bool,
                                                           reduction: str, single: bool) -> None:
    dtype = np.float32 if single else np.float64
    generator = np.random.default_rng(0)
    given = [4 * random(generator, *shape, dtype=dtype), generator.random(shape).astype(dtype),
             generator.random(shape[-1:]).astype(dtype) if weighted else None,
             generator.random(shape[-1:]).astype(dtype) if positive else None]
    active = [i for i, x in enumerate(given) if x is not None]
    check(binary_cross_entropy_with_logits, given, active, reduction=reduction)


def test_a_logit_of_zero_is_no_kink() -> None:
    check(binary_cross_entropy_with_logits, [np.zeros(3), np.array([0.0, 0.5, 1.0]), None, np.ones(3)], [0, 1, 3])


@pytest.mark.parametrize(("options", "arrays"), [*golden("binary")])
def test_values_and_gradients_are_pytorchs(options: dict[str, Any], arrays: Any) -> None:
    check_golden(binary_cross_entropy_with_logits, ("z", "t", "weight", "pos_weight"), arrays, ("out",), **options)


@pytest.mark.parametrize("positive", [None, 2.0])
@pytest.mark.parametrize("t", [0.0, 0.25, 1.0])
@pytest.mark.parametrize("z", [-1e4, -700.0, -30.0, -1e-3, 0.0, 2.0, 30.0, 1e4])
def test_every_digit_is_right(z: float, t: float, positive: float | None) -> None:
    with mpmath.workdps(50):
        probability = 1 / (1 + mpmath.exp(-mpmath.mpf(z)))
        factor = 1 if positive is None else positive
        loss = -(factor * t * mpmath.log(probability) + (1 - t) * mpmath.log(1 / (1 + mpmath.exp(mpmath.mpf(z)))))
        slope = (1 - t) * probability - factor * t / (1 + mpmath.exp(mpmath.mpf(z)))
    x = Tensor(np.array([z]), requires_grad=True)
    out = binary_cross_entropy_with_logits(x, np.array([t]), None, None if positive is None else np.array([positive]))
    out.backward()
    assert out.item() == pytest.approx(float(loss), rel=1e-13, abs=1e-300)
    assert x.grad.item() == pytest.approx(float(slope), rel=1e-13, abs=1e-16 if 0 < t < 1 or t == 1 else 1e-300)


# --- Of probabilities ------------------------------------------------------------------------------------------------


@examples(30)
@given(shape=st.lists(st.integers(1, 3), min_size=1, max_size=3).map(tuple), weighted=st.booleans(),
       reduction=st.sampled_from(REDUCTIONS), single=st.booleans())
def test_reference_of_probabilities(shape: tuple[int, ...], weighted: bool, reduction: str, single: bool) -> None:
    dtype = np.float32 if single else np.float64
    generator = np.random.default_rng(0)
    given = [generator.uniform(0.1, 0.9, shape).astype(dtype), generator.random(shape).astype(dtype),
             generator.random(shape[-1:]).astype(dtype) if weighted else None]
    check(binary_cross_entropy, given, [0, 1, 2] if weighted else [0, 1], reduction=reduction)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("t", [0.0, 0.25, 1.0])
@pytest.mark.parametrize("p", [0.0, 1e-44, 1e-30, 0.5, 1.0])
def test_extreme_probabilities(p: float, t: float, dtype: Any) -> None:
    gradients = []
    for function in (binary_cross_entropy, binary_cross_entropy.reference):
        x = Tensor(np.array([p], dtype), requires_grad=True)
        out = function(x, np.array([t], dtype), None)
        assert 0 <= out.item() <= 100
        out.backward()
        gradients.append(x.grad.item())
    assert gradients[0] == pytest.approx(gradients[1], rel=1e-6)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_probabilities_that_are_said_to_be_inside_have_the_same_losses_and_slopes(dtype: Any) -> None:
    p = np.array([np.nextafter(dtype(SMALLEST), dtype(1)), 1e-30, 0.5, 1 - np.finfo(dtype).epsneg], dtype)
    for t in (0.0, 0.25, 1.0):
        found = []
        for inside in (False, True):
            x = Tensor(p.copy(), requires_grad=True)
            out = binary_cross_entropy(x, np.full(4, t, dtype), None, reduction="none", inside=inside)
            out.backward(np.ones(4, dtype))
            found.append((out.data, x.grad.data))
        np.testing.assert_array_equal(found[0], found[1])
        np.testing.assert_allclose(found[0][1][1:3], (1 - t) / (1 - p[1:3]) - t / p[1:3], rtol=1e-6)
