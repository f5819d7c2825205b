"""What the tests of optimizers share: each of them, with options whose `eps` shows where it stands."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import optim

Make = Callable[..., optim.Optimizer]


@pytest.fixture(
    params=[
        (optim.SGD, {"lr": 0.05}),
        (optim.SGDM, {"lr": 0.05, "beta": 0.8}),
        (optim.Adagrad, {"lr": 0.05, "eps": 0.1}),
        (optim.RMSProp, {"lr": 0.05, "beta": 0.9, "eps": 0.1}),
        (optim.Adam, {"lr": 0.05, "betas": (0.8, 0.95), "eps": 0.1}),
        (optim.AdamW, {"lr": 0.05, "betas": (0.8, 0.95), "eps": 0.1, "weight_decay": 0.03}),
        (optim.Nesterov, {"lr": 0.05, "beta": 0.8}),
        (optim.Adadelta, {"lr": 0.5, "rho": 0.8, "eps": 0.1}),
        (optim.AMSGrad, {"lr": 0.05, "betas": (0.8, 0.95), "eps": 0.1}),
        (optim.Adamax, {"lr": 0.05, "betas": (0.8, 0.95), "eps": 0.1}),
        (optim.RAdam, {"lr": 0.05, "betas": (0.8, 0.95), "eps": 0.1}),
        (optim.Adagrad, {"lr": 0.05, "eps": 0.1, "lr_decay": 0.01, "initial_accumulator_value": 0.3}),
        (optim.RMSProp, {"lr": 0.05, "beta": 0.9, "eps": 0.1, "momentum": 0.8, "centered": True}),
        (optim.RMSProp, {"lr": 0.05, "beta": 0.9, "eps": 0.1, "momentum": 0.8}),
        (optim.AMSGrad, {"lr": 0.05, "betas": (0.8, 0.95), "eps": 0.1, "weight_decay": 0.03,
                         "decoupled_weight_decay": True}),
        (optim.NAdam, {"lr": 0.05, "betas": (0.8, 0.95), "eps": 0.1, "momentum_decay": 0.02}),
    ],
    ids=lambda row: row[0].__name__,
)
def make(request: pytest.FixtureRequest) -> Make:
    """Makes the optimizer of the row: `make(params, **options)`, where options stand before the row's own."""
    kind, own = request.param
    return lambda params, **options: kind(params, **own | options)


@pytest.fixture
def adam() -> Make:
    """Adam with a large `eps`, for what is the same for all optimizers."""
    return lambda params, **options: optim.Adam(params, **{"lr": 0.05, "eps": 0.1} | options)
