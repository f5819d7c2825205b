"""Optimizers: one per file, each reading like its formula; gradient clipping; learning-rate schedules.

    optimizer = optim.Adam(model.parameters(), lr=0.001)
    for x, y in batches:
        optimizer.zero_grad()
        loss(model(x), y).backward()
        optimizer.step()

All but L-BFGS and Adadelta vary one scheme: a first moment `m_t` and a second moment `V_t` of the gradients `g_t`,
a step `eta_t = lr * m_t / (sqrt(V_t) + eps)`, and `w_{t+1} = w_t - eta_t`. Each says what its moments are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from autograd.lazy import on_first_use

from .adagrad import Adagrad
from .adam import Adam
from .adamw import AdamW
from .clipping import clip_grad_norm_, clip_grad_value_
from .optimizer import Optimizer
from .rmsprop import RMSProp
from .sgd import SGD
from .sgdm import SGDM

__all__ = [
    "LBFGS", "SGD", "SGDM", "AMSGrad", "Adadelta", "Adagrad", "Adam", "AdamW", "Adamax", "NAdam", "Nesterov",
    "Optimizer", "RAdam", "RMSProp", "clip_grad_norm_", "clip_grad_value_", "schedulers",
]

if TYPE_CHECKING:
    from . import schedulers
    from .adadelta import Adadelta
    from .adamax import Adamax
    from .amsgrad import AMSGrad
    from .lbfgs import LBFGS
    from .nadam import NAdam
    from .nesterov import Nesterov
    from .radam import RAdam
else:  # otherwise type checkers would accept any name
    _ADVICE = {
        "lr_scheduler": "the schedules are in optim.schedulers",
        **{name: f"it is optim.schedulers.{name}" for name in (
            "ConstantLR", "CosineAnnealingLR", "CosineAnnealingWarmRestarts", "CyclicLR", "ExponentialLR", "LambdaLR",
            "LinearLR", "MultiStepLR", "OneCycleLR", "PolynomialLR", "ReduceLROnPlateau", "SequentialLR", "StepLR")},
        "RMSprop": "it is called RMSProp", "Nadam": "it is called NAdam",
        "Adafactor": "write Adam", "Muon": "write SGDM or AdamW", "Rprop": "write RMSProp",
        "ASGD": "write SGD", "SparseAdam": "write Adam",
        "swa_utils": "averages of weights are nn.AveragedModel, nn.WeightAveraging and nn.update_bn",
    }
    _LATER = ("AMSGrad", "Adadelta", "Adamax", "LBFGS", "NAdam", "Nesterov", "RAdam", "schedulers")
    _PLACES = {name: name.lower() for name in _LATER}  # loaded on first use, so that `import optim` stays fast
    __getattr__, __dir__ = on_first_use(__name__, _PLACES, _ADVICE)
