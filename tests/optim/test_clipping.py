"""Gradient clipping against its definition."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import nn
from autograd import Tensor
from optim import clip_grad_norm_, clip_grad_value_

shapes = hnp.array_shapes(min_dims=0, max_dims=3, min_side=0)
arrays = st.lists(hnp.arrays(np.float64, shapes, elements=st.floats(-1e3, 1e3)), min_size=1)


def with_gradients(gradients):
    tensors = [Tensor(np.zeros(np.shape(g)), requires_grad=True) for g in gradients]
    for tensor, gradient in zip(tensors, gradients, strict=True):
        tensor.grad = np.array(gradient)
    return tensors


def test_an_iterator_that_was_used_up_is_not_taken_for_a_model_without_gradients():
    parameters = nn.Linear(2, 1).parameters()
    list(parameters)
    for clip in (clip_grad_norm_, clip_grad_value_):
        with pytest.raises(ValueError, match=rf"{clip.__name__} got no parameters; .* used up before\? list\(model"):
            clip(parameters, 1.0)


@given(arrays, st.floats(0, 1e4), st.sampled_from([1.0, 2.0, 3.0, np.inf]))
def test_the_joint_norm_is_what_it_may_be(gradients, max_norm, norm_type):
    everything = np.abs(np.concatenate([g.ravel() for g in gradients]))
    norm = everything.max(initial=0) if norm_type == np.inf else (everything**norm_type).sum() ** (1 / norm_type)
    tensors = with_gradients(gradients)
    assert clip_grad_norm_(tensors, max_norm, norm_type) == pytest.approx(norm, rel=1e-6, abs=0)
    factor = min(1, max_norm / (norm + 1e-6))
    for tensor, gradient in zip(tensors, gradients, strict=True):
        np.testing.assert_allclose(tensor.grad.numpy(), gradient * factor, rtol=1e-10, atol=1e-12)


@given(arrays, st.floats(0, 1e3))
def test_values_are_clipped_one_by_one(gradients, bound):
    tensors = with_gradients(gradients)
    clip_grad_value_(tensors, bound)
    for tensor, gradient in zip(tensors, gradients, strict=True):
        np.testing.assert_array_equal(tensor.grad.numpy(), np.clip(gradient, -bound, bound))


def test_one_tensor_shared_tensors_and_missing_gradients():
    (tensor,) = with_gradients([[3.0, 4.0]])
    without = Tensor([1.0], requires_grad=True)
    assert clip_grad_norm_(tensor, 10) == 5
    assert clip_grad_norm_([tensor, tensor, without], 1) == 5
    np.testing.assert_allclose(tensor.grad.numpy(), [0.6, 0.8], rtol=1e-6)
    assert without.grad is None
    assert clip_grad_norm_([without], 1) == 0
    clip_grad_value_(tensor, 0.7)
    np.testing.assert_allclose(tensor.grad.numpy(), [0.6, 0.7], rtol=1e-6)


def test_float16_does_not_overflow_and_stays():
    tensor = Tensor(np.zeros(4, np.float16), requires_grad=True)
    tensor.grad = np.full(4, 300, np.float16)  # the sum of squares is above 65504
    assert clip_grad_norm_([tensor], 2) == 600
    assert tensor.grad.dtype == np.float16
    np.testing.assert_allclose(tensor.grad.numpy(), 1, rtol=1e-3)


def test_a_numpy_number_as_bound_does_not_widen():
    tensor = Tensor(np.zeros(2, np.float32), requires_grad=True)
    tensor.grad = np.array([3, 4], np.float32)
    clip_grad_value_([tensor], np.float64(3.5))
    assert tensor.grad.dtype == np.float32
    clip_grad_norm_([tensor], np.float64(1))
    assert tensor.grad.dtype == np.float32


def test_a_norm_that_is_not_finite():
    (tensor,) = with_gradients([[np.nan, 1.0]])
    with pytest.raises(RuntimeError, match="the norm of the gradients is nan"):
        clip_grad_norm_([tensor], 1, error_if_nonfinite=True)
    clip_grad_norm_([tensor], 1)
    assert np.isnan(tensor.grad.numpy()).all()


def test_a_model_is_not_its_parameters():
    with pytest.raises(TypeError, match=r"clip_grad_norm_ takes .* got Linear; write model.parameters\(\)"):
        clip_grad_norm_(nn.Linear(1, 1), 1.0)
    with pytest.raises(TypeError, match="clip_grad_value_ takes an iterable of parameters, got float"):
        clip_grad_value_(1.0, 1.0)


def test_negative_bounds_are_refused():
    with pytest.raises(ValueError, match="max_norm must be a number >= 0 .* got -1"):
        clip_grad_norm_([Tensor(1.0)], -1)
    for norm, kind in (("1", 2.0), ([Tensor(1.0)], 2.0), (1.0, "l2")):
        with pytest.raises(ValueError, match="max_norm must be a number >= 0 and norm_type one > 0, got "):
            clip_grad_norm_([Tensor(1.0)], norm, kind)
    with pytest.raises(ValueError, match=r"clip_value must be a number >= 0, got \(-1, 1\)"):
        clip_grad_value_([Tensor(1.0)], (-1, 1))
    with pytest.raises(ValueError, match="clip_value must be a number >= 0, got -2"):
        clip_grad_value_([Tensor(1.0)], -2)


def test_recorded_gradients_stay_differentiable():
    x = Tensor([3.0], requires_grad=True)
    (x**3).sum().backward(create_graph=True)
    clip_grad_value_([x], 100)
    (second,) = (x.grad * 1.0,)
    x.grad = None
    second.sum().backward()
    np.testing.assert_allclose(x.grad.numpy(), [18.0])
