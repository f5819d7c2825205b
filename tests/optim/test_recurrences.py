"""Every optimizer against a literal transcription of its recurrence, number by number."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import sqrt
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import optim
from autograd import Tensor, arguments
from tests.examples import examples

# --- The recurrences, of one number ----------------------------------------------------------------------------------


def sgd(w: float, gradients: Sequence[float], *, lr: float, weight_decay: float) -> float:
    for gradient in gradients:
        g = gradient + weight_decay * w
        w = w - lr * g
    return w


def sgdm(w: float, gradients: Sequence[float], *, lr: float, beta: float, weight_decay: float) -> float:
    m = 0.0
    for gradient in gradients:
        g = gradient + weight_decay * w
        m = beta * m + (1 - beta) * g
        w = w - lr * m
    return w


def adagrad(
    w: float, gradients: Sequence[float], *, lr: float, eps: float, weight_decay: float, lr_decay: float,
    initial_accumulator_value: float
) -> float:
    V = initial_accumulator_value
    for t, gradient in enumerate(gradients, start=1):
        g = gradient + weight_decay * w
        V = V + g**2
        w = w - lr / (1 + (t - 1) * lr_decay) * g / (sqrt(V) + eps)
    return w


def rmsprop(
    w: float, gradients: Sequence[float], *, lr: float, beta: float, eps: float, weight_decay: float, momentum: float,
    centered: bool
) -> float:
    m = 0.0
    seen: list[float] = []
    for t, gradient in enumerate(gradients, start=1):
        g = gradient + weight_decay * w
        seen.append(g)
        weights = [(1 - beta) * beta ** (t - k) for k in range(1, t + 1)]
        mean = sum(c * x for c, x in zip(weights, seen, strict=True)) if centered else 0.0
        # the start, 0, has what is left of the weight
        V = sum(c * (x - mean) ** 2 for c, x in zip(weights, seen, strict=True)) + beta**t * mean**2
        m = momentum * m + g / (sqrt(V) + eps)
        w = w - lr * m
    return w


def decayed(gradient: float, w: float, lr: float, weight_decay: float, decoupled: bool) -> tuple[float, float]:
    """The gradient that a step goes by, and the weight that it starts from: one of the two has the decay in it."""
    return (gradient, w - lr * weight_decay * w) if decoupled else (gradient + weight_decay * w, w)


def adam(
    w: float, gradients: Sequence[float], *, lr: float, betas: tuple[float, float], eps: float, weight_decay: float,
    decoupled_weight_decay: bool
) -> float:
    m = V = 0.0
    for t, gradient in enumerate(gradients, start=1):
        g, w = decayed(gradient, w, lr, weight_decay, decoupled_weight_decay)
        m = betas[0] * m + (1 - betas[0]) * g
        V = betas[1] * V + (1 - betas[1]) * g**2
        w = w - lr * (m / (1 - betas[0] ** t)) / (sqrt(V / (1 - betas[1] ** t)) + eps)
    return w


def adamw(
    w: float, gradients: Sequence[float], *, lr: float, betas: tuple[float, float], eps: float, weight_decay: float,
    decoupled_weight_decay: bool
) -> float:
    assert decoupled_weight_decay
    m = V = 0.0
    for t, g in enumerate(gradients, start=1):
        m = betas[0] * m + (1 - betas[0]) * g
        V = betas[1] * V + (1 - betas[1]) * g**2
        eta = lr * (m / (1 - betas[0] ** t)) / (sqrt(V / (1 - betas[1] ** t)) + eps)
        w = w - eta - lr * weight_decay * w
    return w


def nesterov(w: float, gradients: Sequence[float], *, lr: float, beta: float, weight_decay: float) -> float:
    m = 0.0
    for gradient in gradients:
        g = gradient + weight_decay * w
        m = beta * m + (1 - beta) * g
        w = w - lr * (beta * m + (1 - beta) * g)
    return w


def adadelta(w: float, gradients: Sequence[float], *, lr: float, rho: float, eps: float, weight_decay: float) -> float:
    V = D = 0.0
    for gradient in gradients:
        g = gradient + weight_decay * w
        V = rho * V + (1 - rho) * g**2
        d = sqrt(D + eps) / sqrt(V + eps) * g
        D = rho * D + (1 - rho) * d**2
        w = w - lr * d
    return w


def amsgrad(
    w: float, gradients: Sequence[float], *, lr: float, betas: tuple[float, float], eps: float, weight_decay: float,
    decoupled_weight_decay: bool
) -> float:
    m = V = largest = 0.0
    for t, gradient in enumerate(gradients, start=1):
        g, w = decayed(gradient, w, lr, weight_decay, decoupled_weight_decay)
        m = betas[0] * m + (1 - betas[0]) * g
        V = betas[1] * V + (1 - betas[1]) * g**2
        largest = max(largest, V)
        w = w - lr * (m / (1 - betas[0] ** t)) / (sqrt(largest / (1 - betas[1] ** t)) + eps)
    return w


def adamax(
    w: float, gradients: Sequence[float], *, lr: float, betas: tuple[float, float], eps: float, weight_decay: float,
    decoupled_weight_decay: bool
) -> float:
    m = V = 0.0
    for t, gradient in enumerate(gradients, start=1):
        g, w = decayed(gradient, w, lr, weight_decay, decoupled_weight_decay)
        m = betas[0] * m + (1 - betas[0]) * g
        V = max(betas[1] * V, abs(g) + eps)
        w = w - lr * (m / (1 - betas[0] ** t)) / V
    return w


def radam(
    w: float, gradients: Sequence[float], *, lr: float, betas: tuple[float, float], eps: float, weight_decay: float,
    decoupled_weight_decay: bool
) -> float:
    m = V = 0.0
    rho = 2 / (1 - betas[1]) - 1
    for t, gradient in enumerate(gradients, start=1):
        g, w = decayed(gradient, w, lr, weight_decay, decoupled_weight_decay)
        m = betas[0] * m + (1 - betas[0]) * g
        V = betas[1] * V + (1 - betas[1]) * g**2
        now = rho - 2 * t * betas[1] ** t / (1 - betas[1] ** t)
        step = m / (1 - betas[0] ** t)
        if now > 5:
            trust = sqrt((now - 4) * (now - 2) * rho / ((rho - 4) * (rho - 2) * now))
            step = step * trust * sqrt(1 - betas[1] ** t) / (sqrt(V) + eps)
        w = w - lr * step
    return w


def nadam(
    w: float, gradients: Sequence[float], *, lr: float, betas: tuple[float, float], eps: float, weight_decay: float,
    momentum_decay: float, decoupled_weight_decay: bool
) -> float:
    m = V = 0.0
    product = 1.0
    for t, gradient in enumerate(gradients, start=1):
        g, w = decayed(gradient, w, lr, weight_decay, decoupled_weight_decay)
        now, ahead = (betas[0] * (1 - 0.5 * 0.96 ** (at * momentum_decay)) for at in (t, t + 1))
        product *= now
        m = betas[0] * m + (1 - betas[0]) * g
        V = betas[1] * V + (1 - betas[1]) * g**2
        denominator = sqrt(V / (1 - betas[1] ** t)) + eps
        w = w - lr * (1 - now) / (1 - product) * g / denominator - lr * ahead / (1 - product * ahead) * m / denominator
    return w


RECURRENCES: dict[type[optim.Optimizer], Callable[..., float]] = {
    optim.SGD: sgd,
    optim.SGDM: sgdm,
    optim.Adagrad: adagrad,
    optim.RMSProp: rmsprop,
    optim.Adam: adam,
    optim.AdamW: adamw,
    optim.Nesterov: nesterov,
    optim.Adadelta: adadelta,
    optim.AMSGrad: amsgrad,
    optim.Adamax: adamax,
    optim.RAdam: radam,
    optim.NAdam: nadam,
}


def ends(kind: type[optim.Optimizer], start: np.ndarray, gradients: list[np.ndarray], options: Any) -> np.ndarray:
    """Where the recurrence takes each number of an array."""
    columns = np.stack([np.ravel(g) for g in gradients], axis=1).tolist()
    numbers = np.ravel(start).tolist()
    moved = [RECURRENCES[kind](w, column, **options) for w, column in zip(numbers, columns, strict=True)]
    return np.array(moved).reshape(start.shape)


# --- The optimizers --------------------------------------------------------------------------------------------------

SHAPES = [(), (3,), (0, 2), (2, 3), (1,)]


@pytest.mark.parametrize("weight_decay", [0.0, 0.03])
@pytest.mark.parametrize(("dtype", "tolerance"), [(np.float64, 1e-13), (np.float32, 2e-5)])
def test_fifty_steps_follow_the_recurrence(make, dtype, tolerance, weight_decay):
    rng = np.random.default_rng(0)
    start = [rng.standard_normal(shape).astype(dtype) for shape in SHAPES]
    gradients = [[rng.standard_normal(shape).astype(dtype) for shape in SHAPES] for _ in range(50)]
    tensors = [Tensor(a.copy(), requires_grad=True) for a in start]
    optimizer = make(tensors, weight_decay=weight_decay)
    for step in gradients:
        for tensor, g in zip(tensors, step, strict=True):
            tensor.grad = g
        optimizer.step()
    for k, tensor in enumerate(tensors):
        expected = ends(type(optimizer), start[k], [step[k] for step in gradients], optimizer.defaults)
        np.testing.assert_allclose(tensor.numpy(), expected, rtol=tolerance, atol=tolerance)
        assert tensor.dtype == dtype


rates = st.floats(0, 0.999)
numbers = st.floats(-10, 10)


@examples(50)
@given(
    gradients=st.lists(numbers, min_size=1, max_size=10),
    start=numbers,
    lr=st.floats(0, 1),
    betas=st.tuples(rates, rates),
    eps=st.floats(1e-6, 1),
    weight_decay=st.floats(0, 0.5),
    further=st.fixed_dictionaries({"centered": st.booleans(), "decoupled_weight_decay": st.booleans()}),
)
@pytest.mark.parametrize("kind", RECURRENCES)
def test_any_options_follow_the_recurrence(kind, gradients, start, lr, betas, eps, weight_decay, further):
    every = {"lr": lr, "beta": betas[0], "rho": betas[1], "betas": betas, "eps": eps, "weight_decay": weight_decay,
             "momentum_decay": eps, "momentum": betas[1], "lr_decay": eps, "initial_accumulator_value": lr, **further}
    own = arguments.parameters(kind)
    options = {name: value for name, value in every.items() if name in own}
    tensor = Tensor([start], requires_grad=True)
    optimizer = kind([tensor], **options)
    for g in gradients:
        tensor.grad = [g]
        optimizer.step()
    expected = RECURRENCES[kind](start, gradients, **optimizer.defaults)
    np.testing.assert_allclose(tensor.item(), expected, rtol=1e-8, atol=1e-8)


def test_the_defaults_are_those_of_the_contract():
    def options(kind: type[optim.Optimizer], *given: float) -> dict[str, Any]:
        return kind([Tensor(1.0)], *given).defaults

    assert options(optim.SGD, 0.1) == {"lr": 0.1, "weight_decay": 0}
    assert options(optim.SGDM, 0.1) == {"lr": 0.1, "beta": 0.9, "weight_decay": 0}
    assert options(optim.Adagrad) == {
        "lr": 0.01, "eps": 1e-10, "weight_decay": 0, "lr_decay": 0, "initial_accumulator_value": 0}
    assert options(optim.RMSProp) == {
        "lr": 0.01, "beta": 0.99, "eps": 1e-8, "weight_decay": 0, "momentum": 0, "centered": False}
    assert options(optim.Adam) == {
        "lr": 0.001, "betas": (0.9, 0.999), "eps": 1e-8, "weight_decay": 0, "decoupled_weight_decay": False}
    assert options(optim.Nesterov, 0.1) == {"lr": 0.1, "beta": 0.9, "weight_decay": 0}
    assert options(optim.Adadelta) == {"lr": 1.0, "rho": 0.9, "eps": 1e-6, "weight_decay": 0}
    assert options(optim.AMSGrad) == options(optim.Adam)
    assert options(optim.Adamax) == options(optim.Adam) | {"lr": 0.002}
    assert options(optim.RAdam) == options(optim.Adam)
    assert options(optim.NAdam) == options(optim.RAdam) | {"lr": 0.002, "momentum_decay": 0.004}
    assert options(optim.AdamW) == options(optim.Adam) | {"weight_decay": 0.01, "decoupled_weight_decay": True}


def test_a_variance_stays_one_where_the_gradient_does_not_change():
    """The mean square less the squared mean is negative there by rounding, and its root would be nan."""
    w = Tensor(np.float32([1.0]), requires_grad=True)
    optimizer = optim.RMSProp([w], lr=1e-6, beta=0.5, eps=1e-3, centered=True)
    for _ in range(60):
        w.grad = np.float32([0.1])
        before = w.item()
        optimizer.step()
    (_, moments), = optimizer.states().values()
    assert 0 <= moments["V"][0] < 1e-16
    np.testing.assert_allclose(before - w.item(), 1e-6 * 0.1 / 1e-3, rtol=2e-3)


def test_gradient_descent_crawls_or_oscillates_where_adam_arrives():
    """On f(x) = x0^2 / 2 + 50 x1^2 a rate that suits one axis does not suit the other; Adam adapts to each."""

    def run(optimizer: optim.Optimizer, x: Tensor, steps: int) -> np.ndarray:
        path = [x.numpy().copy()]
        for _ in range(steps):
            optimizer.zero_grad()
            (x * x * np.array([0.5, 50.0])).sum().backward()
            optimizer.step()
            path.append(x.numpy().copy())
        return np.array(path)

    def start() -> Tensor:
        return Tensor([1.0, 1.0], requires_grad=True)

    slow, fast, adaptive = start(), start(), start()
    crawl = run(optim.SGD([slow], lr=0.0005), slow, 200)
    oscillation = run(optim.SGD([fast], lr=0.0199), fast, 200)
    arrival = run(optim.Adam([adaptive], lr=0.05), adaptive, 200)
    assert crawl[-1, 0] > 0.9
    assert (oscillation[1:50, 1] * oscillation[:49, 1] < 0).all()
    assert np.abs(arrival[-1]).max() < 0.05
