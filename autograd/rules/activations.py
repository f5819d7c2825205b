"""Functions that deep learning adds to NumPy's vocabulary. They take and return tensors, in any order of derivative."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from autograd.arguments import as_tensor, refuses_foreign_options
from autograd.arrays import Axes, one_of, weak
from autograd.declare import elementwise, general, reduction
from autograd.declare.poles import quotient
from autograd.duck_arrays import HALF, Array
from autograd.primitive import pole_safe
from autograd.registry import Operation
from autograd.runtime.blocks import BLOCK, LONG, in_blocks
from autograd.runtime.reduction import harmless_to_exp, nan_or_largest, reduce
from autograd.runtime.selection import keep_into, maximum, minimum
from autograd.tensor import Tensor

from .error_function import erf_of, normal_cdf
from .gelu import gelu_in_single
from .logistic import logistic, sigmoid_of, silu_of
from .ufuncs import select

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

MANY = 2**12  # from this size on, scanning all elements is cheaper than taking the maximum of each row


def _where_positive(g: Array, out: Array) -> Array:
    """g (out > 0), exactly 0 elsewhere even if g is nan; large arrays go in blocks, without a full-size mask."""
    if type(g) is np.ndarray and g.size > BLOCK and g.dtype == out.dtype and g.dtype.char in "fd":
        product = np.empty_like(g)
        if in_blocks(lambda product, g, out: keep_into(product, out > 0, g), product, g, out, block=LONG, least=2):
            return product
    return pole_safe(g, out > 0)


def _refuse_complex(x: Array, name: str, instead: str) -> None:
    """Raise TypeError for complex numbers, which NumPy would compare by their real parts first."""
    if x.dtype.kind == "c":
        raise TypeError(f"{name} is for real numbers; write {instead}")


@np.errstate(under="ignore")
def _softplus(x: Array) -> Array:
    """max(x, 0) + log1p(exp(-|x|)), in a fifteenth of the time of `np.logaddexp`."""
    _refuse_complex(x, "softplus", "np.log1p(np.exp(z))")
    return maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))


def _relu(x: Array) -> Array:
    _refuse_complex(x, "relu", "np.where(z.real > 0, z, 0)")
    return maximum(x, 0)


def _leaky_relu(x: Array, negative_slope: Array) -> Array:
    _refuse_complex(x, "leaky_relu", "np.where(z.real > 0, z, negative_slope * z)")
    if type(negative_slope) is float and 0 < negative_slope <= 1:
        return np.maximum(x, negative_slope * x)  # in two passes in place of five
    return select(x > 0, x, negative_slope * x)


def _elu(x: Array, alpha: Array) -> Array:
    _refuse_complex(x, "elu", "np.where(z.real > 0, z, alpha * np.expm1(z))")
    return select(x > 0, x, alpha * np.expm1(minimum(x, 0)))


def _floating(x: Any) -> Tensor:
    """Numbers as a tensor, integers cast as NumPy's exp casts them, since integers have no infinity."""
    x = as_tensor(x)
    return x if x.dtype.kind in "fc" else x.astype(np.result_type(x.dtype, np.float16))  # type: ignore[no-any-return]


relu_of = elementwise(_relu, lambda out: out > 0, name="relu", times=_where_positive)
softplus_of = elementwise(_softplus, lambda x: logistic(x), name="softplus")
leaky_relu_of = elementwise(
    _leaky_relu, lambda x, y: select(x > 0, np.ones((), x.dtype), y), lambda x: np.minimum(x, 0), name="leaky_relu")
elu_of = elementwise(
    _elu, lambda x, y: select(x > 0, np.ones((), x.dtype), y * np.exp(select(x > 0, 0, x))),
    lambda x: np.expm1(select(x > 0, 0, x)), name="elu")


def relu(x: ArrayLike) -> Tensor:
    """max(0, x), elementwise.

    The derivative is 1 where x > 0, else 0, at 0 too. Any shape; the dtype stays.
    Source: Nair and Hinton, "Rectified linear units improve restricted Boltzmann machines", 2010.
    """
    return relu_of(as_tensor(x))


def sigmoid(x: ArrayLike) -> Tensor:
    """1 / (1 + exp(-x)), elementwise, without overflow.

    The derivative is s (1 - s), at most 1/4. Any shape; the dtype stays. `scipy.special.expit` is the same function.
    """
    return sigmoid_of(_floating(x))


def softplus(x: ArrayLike) -> Tensor:
    """log(1 + exp(x)) = max(x, 0) + log1p(exp(-|x|)), elementwise, without overflow.

    A smooth relu; the derivative is sigmoid(x). Any shape; the dtype stays.
    Source: Dugas et al., "Incorporating second-order functional knowledge for better option pricing", 2000.
    """
    return softplus_of(_floating(x))


def erf(x: ArrayLike) -> Tensor:
    """The error function 2/sqrt(pi) int_0^x exp(-t^2) dt, elementwise, without SciPy.

    The derivative is 2/sqrt(pi) exp(-x^2). Any shape; the dtype stays. `scipy.special.erf` differentiates too.
    """
    return erf_of(_floating(x))


def silu(x: ArrayLike) -> Tensor:
    """x sigmoid(x), elementwise; also called swish.

    The derivative is s + x s (1 - s), where s is the sigmoid. Any shape; the dtype stays.
    Source: Elfwing et al., "Sigmoid-weighted linear units for neural network function approximation", arXiv:1702.03118.
    """
    x = _floating(x)
    if x.dtype.char == HALF:  # rounded once: a sigmoid of -16 has one digit in it
        return silu(x.astype(np.float32)).astype(x.dtype)
    return silu_of(x)


def gelu(x: ArrayLike, approximate: str = "none") -> Tensor:
    """Return x Phi(x), Phi the normal distribution's (Hendrycks and Gimpel 2016, arXiv:1606.08415).

    `approximate="tanh"` takes 0.5 x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) instead, as PyTorch does: x times a
    sigmoid, which keeps the digits of the negative side.
    """
    x = _floating(x)
    if x.dtype.char == HALF:
        return gelu(x.astype(np.float32), approximate).astype(x.dtype)
    if approximate == "tanh":
        return x * sigmoid(1.5957691216057308 * (x + 0.044715 * x * x * x))
    one_of("gelu: approximate", approximate, ("none", "tanh"))
    return gelu_in_single(x) if x.dtype == np.float32 else x * normal_cdf(x)


def leaky_relu(x: ArrayLike, negative_slope: float | Tensor = 0.01) -> Tensor:
    """x where x > 0, else negative_slope x, elementwise: a unit that is off still learns.

    The derivative is 1 where x > 0, else negative_slope. Any shape; the dtype stays.
    Source: Maas et al., "Rectifier nonlinearities improve neural network acoustic models", 2013.
    """
    return leaky_relu_of(as_tensor(x), _given("leaky_relu: negative_slope", negative_slope))


def elu(x: ArrayLike, alpha: float | Tensor = 1.0) -> Tensor:
    """x where x > 0, else alpha (exp(x) - 1), elementwise.

    The derivative is 1 where x > 0, else alpha exp(x). Any shape; the dtype stays.
    Source: Clevert et al., "Fast and accurate deep network learning by exponential linear units", arXiv:1511.07289.
    """
    return elu_of(as_tensor(x), _given("elu: alpha", alpha))


def _given(name: str, value: Any) -> Any:
    """A number, array or tensor. Raises TypeError for None, for which an operation would return `NotImplemented`."""
    if value is None:
        raise TypeError(f"{name} must be a number, an array or a tensor, got None")
    return weak(value)


def _total(powers: Array, axis: Any) -> Array:
    """The sum over an axis; that of float16 in float32, since float16 cannot count to 70,000 classes."""
    wide = {"dtype": np.float32} if powers.dtype.char == "e" else {}
    return reduce(np.add, powers, axis=axis, keepdims=True, **wide)


def _top(x: Array, axis: Any) -> Array:
    """The maximum over an axis, of complex numbers that of their real parts; -inf if there is nothing."""
    real = x.real if x.dtype.kind == "c" else x
    return reduce(np.maximum, real, axis=axis, keepdims=True, **({} if x.size else {"initial": -np.inf}))


@np.errstate(under="ignore")
def _softmax(x: Array, *, axis: Any) -> Array:
    if type(x) is np.ndarray and x.size > MANY and x.dtype.char in "fd" and harmless_to_exp(x):
        powers = np.exp(x)
        return np.multiply(powers, 1 / _total(powers, axis), out=powers)
    powers = np.exp(x - _top(x, axis))
    return (powers / _total(powers, axis)).astype(x.dtype, copy=False)


def _log_softmax(x: Array, *, axis: Any) -> Array:
    shifted = x - _top(x, axis)
    with np.errstate(divide="ignore", under="ignore"):  # log 0 of no classes
        return (shifted - np.log(_total(np.exp(shifted), axis))).astype(x.dtype, copy=False)


def _logsumexp(x: Array, *, axis: Any, keepdims: bool) -> Array:
    top = _top(x, axis)
    top = np.where(np.isfinite(top), top, 0)
    with np.errstate(divide="ignore", under="ignore"):  # log 0 where all are -inf
        out = (np.log(_total(np.exp(x - top), axis)) + top).astype(x.dtype, copy=False)
    return out if keepdims else np.squeeze(out, axis=axis)[()]


def weights(x: Array, axis: Any) -> Array:
    """exp(x) / sum exp(x), and 0 for a slice that is all -inf."""
    top = _top(x, axis)
    powers = np.exp(x - np.where(np.isfinite(top), top, 0))
    total = _total(powers, axis)
    return quotient(powers, total)


def _among(g: Array, out: Array, *, axis: Any) -> Array:
    """`out * (g - np.sum(g * out, axis))`: the Jacobian of softmax, which is symmetric, times g."""
    if type(g) is type(out) is np.ndarray and axis in (-1, out.ndim - 1) and out.dtype.char in "fd":
        along_rows = (g - np.vecdot(g, out)[..., np.newaxis]) * out  # right where nothing is infinite
        if not np.isnan(nan_or_largest(along_rows)):
            return along_rows
    return pole_safe(g - reduce(np.add, pole_safe(g, out), axis=axis, keepdims=True), out)


softmax_of: Operation = general(_softmax, _among, lambda t, out, *, axis: _among(t, out, axis=axis), name="softmax")
log_softmax_of: Operation = general(
    _log_softmax,
    lambda g, out, *, axis: g - pole_safe(np.sum(g, axis=axis, keepdims=True), np.exp(out)),
    lambda t, out, *, axis: t - np.sum(pole_safe(t, np.exp(out)), axis=axis, keepdims=True),
    name="log_softmax")
logsumexp_of = reduction(_logsumexp, lambda g, x, *, axis=None: g * weights(x, axis), name="logsumexp")


@refuses_foreign_options
def softmax(x: ArrayLike, axis: Axes = -1) -> Tensor:
    """exp(x_j) / sum_k exp(x_k) over `axis`, an integer or a tuple, without overflow.

    Positive numbers a that sum to 1; x receives a (g - sum_k g_k a_k). The shape and the dtype stay; a slice that is
    all -inf gives nan. To take a loss of it, pass logits to `nn.CrossEntropyLoss` instead.
    """
    return softmax_of(_floating(x), axis=axis)


@refuses_foreign_options
def log_softmax(x: ArrayLike, axis: Axes = -1) -> Tensor:
    """x_j - log sum_k exp(x_k) over `axis`, an integer or a tuple, without overflow.

    The logarithm of softmax, right also where softmax itself underflows to 0. With the cotangent g, x receives
    g - softmax(x) sum_k g_k. The shape and the dtype stay.
    """
    return log_softmax_of(_floating(x), axis=axis)


@refuses_foreign_options
def logsumexp(x: ArrayLike, axis: Axes = None, keepdims: bool = False) -> Tensor:
    """log sum_k exp(x_k) over `axis` (None: over all), as m + log sum_k exp(x_k - m) with the maximum m: no overflow.

    The gradient is softmax(x). Where every element is -inf the result is -inf, and the gradient 0. `keepdims` keeps the
    axis with length 1; the dtype stays.
    """
    return logsumexp_of(_floating(x), axis=axis, keepdims=keepdims)
