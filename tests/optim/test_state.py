"""Saving and resuming: by name, exactly, and all or nothing."""

from __future__ import annotations

import copy
import json

import numpy as np
import pytest

import optim
from autograd import Tensor

rng = np.random.default_rng(0)
SHAPES = [(200, 100), (3,), (), (2, 2)]
GRADIENTS = [[rng.standard_normal(shape).astype(np.float32) for shape in SHAPES] for _ in range(20)]


def start() -> list[Tensor]:
    values = np.random.default_rng(1)
    return [Tensor(values.standard_normal(s).astype(np.float32), requires_grad=True, name=f"w{s}") for s in SHAPES]


def run(optimizer, tensors, steps):
    for k in steps:
        for i, (tensor, gradient) in enumerate(zip(tensors, GRADIENTS[k], strict=True)):
            tensor.grad = None if i == 1 and k % 3 == 0 else gradient
        optimizer.step()


@pytest.mark.parametrize("interrupted_at", [0, 1, 7, 19])
def test_a_resumed_run_ends_with_the_same_bits(make, interrupted_at):
    whole = start()
    run(make(whole), whole, range(20))

    first = start()
    optimizer = make(first)
    run(optimizer, first, range(interrupted_at))
    saved = optimizer.state_dict()
    second = [Tensor(t.numpy().copy(), requires_grad=True, name=t.name) for t in first]
    run(optimizer, first, range(interrupted_at, 20))  # what is saved must not change with it
    resumed = make(second, lr=0.7)
    resumed.load_state_dict(saved)
    run(resumed, second, range(interrupted_at, 20))
    for a, b in zip(whole, second, strict=True):
        np.testing.assert_array_equal(a.numpy(), b.numpy())


def test_a_count_of_steps_may_come_back_from_a_file_as_an_array(make):
    whole, half = start(), start()
    run(make(whole), whole, range(4))
    optimizer = make(half)
    run(optimizer, half, range(2))
    saved = optimizer.state_dict()
    for state in saved["state"].values():
        state["step"] = np.array(state["step"])
    resumed = make(half)
    resumed.load_state_dict(saved)
    run(resumed, half, range(2, 4))
    for a, b in zip(whole, half, strict=True):
        np.testing.assert_array_equal(a.numpy(), b.numpy())
    assert all(type(state["step"]) is int for state in resumed.state_dict()["state"].values())


def test_the_state_is_plain_and_by_name():
    tensors = start()
    optimizer = optim.Adam(tensors)
    run(optimizer, tensors, [1, 2])
    saved = optimizer.state_dict()
    assert set(saved["state"]) == {"w(3,)", "w()", "w(2, 2)", "w(200, 100)"}
    state = saved["state"]["w(2, 2)"]
    assert state["step"] == 2
    assert {name: state[name].shape for name in ("m", "V")} == {"m": (2, 2), "V": (2, 2)}
    np.testing.assert_allclose(state["m"], 0.1 * (0.9 * GRADIENTS[1][3] + GRADIENTS[2][3]), rtol=1e-5)
    (group,) = saved["param_groups"]
    assert group == {
        "params": [t.name for t in tensors],
        "lr": 0.001,
        "betas": (0.9, 0.999),
        "eps": 1e-8,
        "weight_decay": 0.0,
        "decoupled_weight_decay": False,
    }


def test_names_of_pairs_stand_before_those_of_tensors_and_indices_fill_in():
    a, b = Tensor([1.0], requires_grad=True, name="x"), Tensor([1.0], requires_grad=True, name="x")


    def names(params):
        return optim.SGD(params, 0.1).state_dict()["param_groups"][0]["params"]

    assert names([("first", a), ("second", b)]) == ["first", "second"]
    assert names([a, b]) == ["0", "1"]
    assert names([("first", a), b]) == ["first", "x"]


def test_state_follows_the_name_not_the_order(make):
    tensors = start()
    optimizer = make(tensors)
    run(optimizer, tensors, range(3))
    twins = [Tensor(t.numpy().copy(), requires_grad=True, name=t.name) for t in tensors]
    other = make(twins[::-1])
    saved = optimizer.state_dict()
    saved["param_groups"][0]["params"].reverse()
    other.load_state_dict(saved)
    run(optimizer, tensors, range(3, 6))
    run(other, twins, range(3, 6))
    for a, b in zip(tensors, twins, strict=True):
        np.testing.assert_array_equal(a.numpy(), b.numpy())


def test_options_survive_json(make):
    tensors = start()
    optimizer = make(tensors)
    run(optimizer, tensors, range(3))
    saved = optimizer.state_dict()
    saved["param_groups"] = json.loads(json.dumps(saved["param_groups"]))
    resumed = make(start(), lr=0.9)
    resumed.load_state_dict(saved)
    assert resumed.param_groups[0] | {"params": 0} == optimizer.param_groups[0] | {"params": 0}


def test_all_problems_are_listed_and_nothing_changes(adam):
    tensors = start()
    optimizer = adam(tensors)
    run(optimizer, tensors, range(1, 3))
    before = copy.deepcopy(optimizer.state_dict())
    broken = copy.deepcopy(before)
    broken["state"]["w(2, 2)"]["m"] = np.zeros(3)
    broken["state"]["w()"] = {"step": -1.5, "m": np.zeros(())}
    broken["state"]["w(200, 100)"]["step"] = 1.5
    broken["state"]["stranger"] = broken["state"].pop("w(3,)")
    broken["param_groups"][0] |= {"params": ["w()", "w(2, 2)", "w(3,)", "stranger"], "lr": -1.0, "momentum": 0.9}
    del broken["param_groups"][0]["eps"]
    with pytest.raises(ValueError, match="nothing was loaded") as error:
        optimizer.load_state_dict(broken)
    for problem in (
        "group 0 lacks the parameter 'w(200, 100)'",
        "group 0 has an unexpected parameter 'stranger'",
        "group 0 lacks the option 'eps'",
        "there is no option 'momentum'",
        "lr must be a number >= 0, got -1.0",
        "state of an unknown parameter 'stranger'",
        "the state of 'w()' is ['m', 'step'], expected ['V', 'm', 'step']",
        "m of 'w(2, 2)' has shape (3,), expected (2, 2)",
        "the step of 'w()' must be an integer of at least 0, got -1.5",
        "the step of 'w(200, 100)' must be an integer of at least 0, got 1.5",
    ):
        assert problem in str(error.value)
    after = optimizer.state_dict()
    assert after["param_groups"] == before["param_groups"]
    for name, state in before["state"].items():
        for key, value in state.items():
            np.testing.assert_array_equal(after["state"][name][key], value)


def test_a_parameter_that_has_not_stepped_may_have_a_state(adam):
    parameters = start()
    optimizer = adam(parameters)
    saved = optimizer.state_dict()
    saved["state"] = {name: {"step": 0, "m": np.zeros(p.shape), "V": np.zeros(p.shape)}
                      for p, name in optimizer.names().items()}
    optimizer.load_state_dict(saved)
    assert all(steps == 0 for steps, _ in optimizer.states().values())


@pytest.mark.parametrize(
    ("saved", "message"),
    [
        ({}, "there is no 'state'.*\n.*there is no 'param_groups'"),
        (None, "a state is a dict, got NoneType"),
        ({"state": {}, "param_groups": []}, "0 parameter groups, the optimizer 1"),
    ],
)
def test_what_is_no_state_is_an_error(adam, saved, message):
    with pytest.raises(ValueError, match=message):
        adam(start()).load_state_dict(saved)


def test_a_state_of_another_optimizer_is_an_error(adam):
    tensors = start()
    optimizer = optim.SGDM(tensors, lr=0.1)
    run(optimizer, tensors, range(2))
    with pytest.raises(ValueError, match=r"expected \['V', 'm', 'step'\]"):
        adam(start()).load_state_dict(optimizer.state_dict())


def test_moments_come_and_go_with_the_options_that_ask_for_them():
    """Switched on, they begin at 0; the others, and the count of steps, go on; saved is what a step would use."""
    tensors = start()
    optimizer = optim.RMSProp([{"params": tensors[:2]}, {"params": tensors[2:], "momentum": 0.5}], lr=0.05)
    run(optimizer, tensors, range(1, 3))
    plain, running = "w(3,)", "w(2, 2)"
    before = optimizer.state_dict()["state"]
    assert (set(before[plain]), set(before[running])) == ({"step", "V"}, {"step", "V", "m"})
    optimizer.param_groups[0] |= {"momentum": 0.9, "centered": True}
    optimizer.param_groups[1]["momentum"] = 0.0
    saved = optimizer.state_dict()
    after = saved["state"]
    assert (set(after[plain]), set(after[running])) == ({"step", "V", "M", "m"}, {"step", "V"})
    assert (after[plain]["step"], np.abs(after[plain]["m"]).max()) == (2, 0)
    np.testing.assert_array_equal(after[plain]["V"], before[plain]["V"])
    twins = [Tensor(t.numpy().copy(), requires_grad=True, name=t.name) for t in tensors]
    resumed = optim.RMSProp([{"params": twins[:2]}, {"params": twins[2:]}])
    resumed.load_state_dict(saved)
    for pair in ((optimizer, tensors), (resumed, twins)):
        run(*pair, range(3, 6))
    for a, b in zip(tensors, twins, strict=True):
        np.testing.assert_array_equal(a.numpy(), b.numpy())


def test_a_state_without_a_moment_that_its_options_ask_for_is_an_error():
    tensors = start()
    optimizer = optim.RMSProp(tensors, momentum=0.5)
    run(optimizer, tensors, range(1, 3))
    saved = optimizer.state_dict()
    del saved["state"]["w()"]["m"]
    with pytest.raises(ValueError, match=r"the state of 'w\(\)' is \['V', 'step'\], expected \['V', 'm', 'step'\]"):
        optim.RMSProp(start()).load_state_dict(saved)  # what is loaded says which options there are
