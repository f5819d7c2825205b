"""What optimizers refuse, and how they say it."""

from __future__ import annotations

import numpy as np
import pytest

import nn
import optim
from autograd import Tensor, no_grad


def leaf(size: int = 3) -> Tensor:
    return Tensor(np.ones(size), requires_grad=True)


@pytest.mark.parametrize(
    ("kind", "options", "message"),
    [
        (optim.SGD, {"lr": -0.1}, "SGD: lr must be a number >= 0, got -0.1"),
        (optim.SGD, {"lr": float("nan")}, "lr must be a number >= 0, got nan"),
        (optim.SGD, {"lr": True}, "lr must be a number >= 0, got True"),
        (optim.SGD, {"lr": "0.1"}, "lr must be a number >= 0, got '0.1'"),
        (optim.SGD, {"lr": 0.1, "weight_decay": -1}, "weight_decay must be a number >= 0, got -1"),
        (optim.SGDM, {"lr": 0.1, "beta": 1.0}, r"SGDM: beta must be a number in \[0, 1\), got 1.0"),
        (optim.RMSProp, {"beta": -0.1}, r"RMSProp: beta must be a number in \[0, 1\), got -0.1"),
        (optim.Adagrad, {"eps": -1e-8}, "Adagrad: eps must be a number >= 0, got -1e-08"),
        (optim.Adam, {"betas": (0.9, 1.0)}, r"Adam: betas must be two numbers in \[0, 1\), got \(0.9, 1.0\)"),
        (optim.Adam, {"betas": 0.9}, r"betas must be two numbers in \[0, 1\), got 0.9"),
        (optim.RMSProp, {"momentum": 1}, r"RMSProp: momentum must be a number in \[0, 1\), got 1"),
        (optim.RMSProp, {"centered": 1}, "RMSProp: centered must be True or False, got 1"),
        (optim.Adagrad, {"lr_decay": -1.0}, "Adagrad: lr_decay must be a number >= 0, got -1.0"),
        (optim.RAdam, {"decoupled_weight_decay": None}, "decoupled_weight_decay must be True or False, got None"),
        (optim.AdamW, {"lr": -1, "eps": -2}, "AdamW: lr must be .* got -1; eps must be .* got -2"),
    ],
)
def test_values_out_of_range(kind, options, message):
    with pytest.raises(ValueError, match=message):
        kind([leaf()], **options)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: optim.SGD([leaf()], 0.1, momentum=0.9), r"SGD has no option 'momentum'; write optim.SGDM\("),
        (lambda: optim.RMSProp([leaf()], alpha=0.9), "^RMSProp has no option 'alpha'; write beta=$"),
        (lambda: optim.Adam(lr=0.1), r"^Adam needs params: Adam\(params\)$"),
        (lambda: optim.SGD([leaf()]), r"^SGD needs lr: SGD\(params, lr\)$"),
        (lambda: optim.Adam([leaf()], amsgrad=True), "Adam has no option .amsgrad.; write optim.AMSGrad"),
        (lambda: optim.Adam([leaf()], beta=0.9), r"^Adam has no option 'beta'; did you mean betas\?$"),
        (lambda: optim.SGD([leaf()], 0.1, alpha=0.9), "^SGD has no option 'alpha'; only params, lr, weight_decay$"),
        (lambda: optim.Adam([leaf()], fused=True), "leave it out"),
    ],
)
def test_options_that_another_library_has(make, message):
    with pytest.raises(TypeError, match=message):
        make()


@pytest.mark.parametrize("name", ["minimize", "apply_gradients"])
def test_methods_that_keras_has(adam, name):
    with pytest.raises(AttributeError, match=r"; write loss\.backward\(\), then optimizer\.step\(\)"):
        getattr(adam([leaf()]), name)


def test_a_closure_is_called_with_gradients_and_its_loss_returned(adam):
    x = leaf()
    optimizer = adam([x], lr=0.1)

    def closure():
        optimizer.zero_grad()
        loss = (x * x).sum()
        loss.backward()
        return loss

    with no_grad():
        loss = optimizer.step(closure)
    other = leaf()
    (other * other).sum().backward()
    assert loss.item() == (other.data**2).sum()
    assert adam([other], lr=0.1).step() is None
    np.testing.assert_array_equal(x.data, other.data)


def test_an_optimizer_of_the_users_own_may_take_any_options():
    class Mine(optim.SGD):
        def __init__(self, params, lr, **options):
            super().__init__(params, lr)
            self.given = options

    assert Mine([leaf()], lr=0.1, momentum=0.9).given == {"momentum": 0.9}


@pytest.mark.parametrize(
    ("name", "advice"), [("lr_scheduler", "optim.schedulers"), ("RMSprop", "RMSProp"),
                         ("StepLR", "it is optim.schedulers.StepLR"), ("Nadam", "it is called NAdam"),
                         ("Rprop", "write RMSProp")]
)
def test_names_that_another_library_has(name, advice):
    with pytest.raises(AttributeError, match=f"no attribute '{name}'.*{advice}"):
        getattr(optim, name)
    assert not hasattr(optim, "Nadamax")


def test_schedules_that_another_library_has():
    with pytest.raises(AttributeError, match="'optim.schedulers' has no attribute 'LRScheduler'; write Scheduler"):
        optim.schedulers.LRScheduler  # noqa: B018
    with pytest.raises(AttributeError, match="has no attribute 'StepsLR'; did you mean StepLR"):
        optim.schedulers.StepsLR  # noqa: B018


def test_options_of_a_group_are_checked_too(adam):
    with pytest.raises(ValueError, match="lr must be a number >= 0, got -3"):
        adam([{"params": [leaf()], "lr": -3}])
    with pytest.raises(ValueError, match="no option 'momentum', only betas, .*, eps, lr, weight_decay"):
        adam([{"params": [leaf()], "momentum": 0.9}])
    optimizer = adam([leaf()])
    with pytest.raises(TypeError, match="a group is a dict"):
        optimizer.add_param_group([leaf()])
    assert len(optimizer.param_groups) == 1


def test_what_is_no_parameter(adam):
    with pytest.raises(TypeError, match=r"got Tensor; write \[tensor\]"):
        adam(leaf())
    model = nn.Linear(1, 1)
    with pytest.raises(TypeError, match=r"takes an iterable of parameters, got Linear; write model.parameters\(\)"):
        adam(model)
    with pytest.raises(TypeError, match=r"got method; call it: model.parameters\(\)"):
        adam(model.parameters)
    with pytest.raises(TypeError, match=r"Adam takes .* got method; call it: model.parameters\(\)"):
        adam([{"params": model.parameters}])
    with pytest.raises(TypeError, match=r"got dict; write its values\(\)"):
        adam({"w": leaf()})
    with pytest.raises(TypeError, match="takes an iterable of parameters, got float"):
        adam(0.1)
    with pytest.raises(TypeError, match="parameter 1 is a ndarray, expected a Tensor"):
        adam([leaf(), np.ones(3)])
    with pytest.raises(TypeError, match="parameter bias of shape .3,. holds int64, expected floats"):
        adam([("bias", Tensor([1, 2, 3]))])
    with pytest.raises(ValueError, match=r"parameter 0 of shape \(3,\) is the result of an operation.*detach"):
        adam([leaf() * 2])
    with pytest.raises(ValueError, match="got no parameters.*; .* that its __init__ makes"):
        adam([])


def test_a_parameter_belongs_to_one_group(adam):
    shared = leaf(5)
    with pytest.raises(ValueError, match=r"parameter 1 of shape \(5,\) is in another group already"):
        adam([{"params": [shared]}, {"params": [leaf(), shared]}])


def test_a_step_without_any_gradient(make):
    frozen = Tensor(np.ones(3))
    optimizer = make([leaf(), leaf(), frozen])
    before = optimizer.state_dict()
    with pytest.raises(RuntimeError, match=r"no gradient on any of 3 parameters, of which 1 are frozen.*backward\(\)"):
        optimizer.step()
    assert optimizer.state_dict() == before


def test_a_rate_made_negative_in_a_group_is_refused_at_the_step(adam):
    parameter = leaf()
    optimizer = adam([parameter])
    parameter.grad = np.ones(3)
    for rate in (-0.1, float("nan"), "0.1", None):
        optimizer.param_groups[0]["lr"] = rate
        with pytest.raises(ValueError, match=f"the lr of a parameter group must be a number >= 0, got {rate!r}"):
            optimizer.step()
    assert parameter.data.tolist() == [1, 1, 1]


def test_a_step_is_given_a_closure_or_nothing(adam):
    optimizer = adam([leaf()])
    with pytest.raises(TypeError, match=r"Adam\.step takes a function, got .* write loss\.backward\(\), then"):
        optimizer.step(Tensor(1.0))
    with pytest.raises(TypeError, match=r"LBFGS evaluates the loss several times a step: write step\(closure\)"):
        optim.LBFGS([leaf()]).step(Tensor(1.0))


def test_zero_grad_forgets_every_gradient(adam):
    tensors = [leaf(), leaf(2)]
    optimizer = adam(tensors)
    for t in tensors:
        t.grad = np.ones(t.shape)
    with pytest.raises(ValueError, match=r"sets gradients to None; for zeros write p\.grad = np\.zeros"):
        optimizer.zero_grad(set_to_none=False)
    assert all(t.grad is not None for t in tensors)
    optimizer.zero_grad()
    assert [t.grad for t in tensors] == [None, None]
    optimizer.zero_grad(set_to_none=True)


def test_the_repr_says_what_is_stepped_and_how():
    optimizer = optim.SGDM([leaf(), leaf(4)], lr=0.1)
    assert repr(optimizer) == "SGDM(7 numbers in 2 parameters, lr=0.1, beta=0.9, weight_decay=0.0)"


@pytest.mark.parametrize(("kind", "given", "message"), [
    (optim.SGD, (0.1, 0.9), r"params, lr by position, got 3 values; write optim.SGDM\(params, 10 \* lr, beta=0.9\)"),
    (optim.SGDM, (0.1, 0.9, 0.1), "SGDM takes params, lr, beta by position, got 4 values; write the others with"),
])
def test_weight_decay_is_given_by_name_where_pytorch_has_something_else_in_its_place(kind, given, message):
    """Momentum, and dampening."""
    with pytest.raises(TypeError, match=message):
        kind([leaf()], *given)


def test_an_optimizer_of_the_users_own_may_take_any_values():
    class Mine(optim.SGD):
        def __init__(self, *values):
            super().__init__(values, 0.1)

    assert len(Mine(leaf(), leaf(2), leaf(4)).param_groups[0]["params"]) == 3


def test_an_option_that_no_step_would_read_is_not_set(make):
    x = leaf()
    optimizer = make([x])
    with pytest.raises(AttributeError, match=r"has its options in its groups: .*group\['lr'\] = 0\.5"):
        optimizer.lr = 0.5

    class Mine(type(optimizer)):
        pass

    Mine([x], lr=0.1).lr = 0.5  # may mean something there


def test_a_module_among_parameters_says_what_to_write():
    with pytest.raises(TypeError, match=r"parameter 0 is a Linear, expected a Tensor; write its parameters\(\)"):
        optim.SGD([nn.Linear(2, 1)], lr=0.1)
