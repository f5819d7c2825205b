"""Schedules against their closed forms, against what PyTorch's recursions do, and across interruptions."""

from __future__ import annotations

import copy
import json
import pickle
from itertools import pairwise
from math import cos, pi

import numpy as np
import pytest

import optim
from autograd import Tensor
from optim import schedulers


@pytest.fixture
def optimizer() -> optim.Optimizer:
    def leaf() -> Tensor:
        return Tensor([1.0], requires_grad=True)

    return optim.SGD([{"params": [leaf()]}, {"params": [leaf()], "lr": 0.01}], lr=0.5)


def rates(scheduler, steps=30):
    out = [scheduler.get_last_lr()]
    for _ in range(steps):
        scheduler.step()
        out.append(scheduler.get_last_lr())
    return np.array(out).T


CLOSED_FORMS = {
    "step": (lambda o: schedulers.StepLR(o, 7, gamma=0.5), lambda t: 0.5 ** (t // 7)),
    "milestones": (lambda o: schedulers.MultiStepLR(o, [9, 3, 3], 0.5), lambda t: 0.5 ** (2 * (t >= 3) + (t >= 9))),
    "milestone at once": (lambda o: schedulers.MultiStepLR(o, [0, 2], 0.5), lambda t: 0.5 ** (1 + (t >= 2))),
    "line": (lambda o: schedulers.LinearLR(o, 0.2, 0.8, 6), lambda t: 0.2 + 0.6 * min(t, 6) / 6),
    "constant": (lambda o: schedulers.ConstantLR(o, 0.3, 4), lambda t: 0.3 if t < 4 else 1),
    "polynomial": (lambda o: schedulers.PolynomialLR(o, 20, 2), lambda t: max(0, 1 - t / 20) ** 2),
    "restarts": (lambda o: schedulers.CosineAnnealingWarmRestarts(o, 4), lambda t: (1 + cos(pi * (t % 4) / 4)) / 2),
    "longer restarts": (
        lambda o: schedulers.CosineAnnealingWarmRestarts(o, 3, 2),
        lambda t: (1 + cos(pi * next((t - a) / (a + 3) for a in (21, 9, 3, 0) if t >= a))) / 2,
    ),
    "exponential": (lambda o: schedulers.ExponentialLR(o, 0.9), lambda t: 0.9**t),
    "cosine": (lambda o: schedulers.CosineAnnealingLR(o, 10), lambda t: (1 + cos(pi * t / 10)) / 2),
    "warmup": (lambda o: schedulers.LinearWarmup(o, 8), lambda t: min(1, (t + 1) / 8)),
    "lambda": (lambda o: schedulers.LambdaLR(o, lambda t: 1 / (1 + t)), lambda t: 1 / (1 + t)),
    "multiplicative": (
        lambda o: schedulers.MultiplicativeLR(o, lambda t: 1 - t / 40),
        lambda t: np.prod([1 - s / 40 for s in range(1, t + 1)]),
    ),
    "chain": (
        lambda o: schedulers.ChainedScheduler([schedulers.ConstantLR(o, 0.1, 4), schedulers.ExponentialLR(o, 0.9)]),
        lambda t: (0.1 if t < 4 else 1) * 0.9**t,
    ),
    "chain up": (
        lambda o: schedulers.ChainedScheduler([schedulers.StepLR(o, 3, 0.5), schedulers.LambdaLR(o, lambda t: 1 + t)]),
        lambda t: 0.5 ** (t // 3) * (1 + t),
    ),
    "chain of what PyTorch's lets overwrite": (
        lambda o: schedulers.ChainedScheduler([schedulers.StepLR(o, 3, 0.5), schedulers.LambdaLR(o, lambda t: 0.9**t),
                                               schedulers.CosineAnnealingLR(o, 10)]),
        lambda t: 0.5 ** (t // 3) * 0.9**t * (1 + cos(pi * t / 10)) / 2,
    ),
    "chain in a sequence": (
        lambda o: schedulers.SequentialLR(
            o, [schedulers.LinearWarmup(o, 5), CLOSED_FORMS["chain"][0](o)], milestones=[5]),
        lambda t: (t + 1) / 5 if t < 5 else CLOSED_FORMS["chain"][1](t - 5),
    ),
    "sequence": (
        lambda o: schedulers.SequentialLR(
            o,
            [schedulers.LinearWarmup(o, 5), schedulers.CosineAnnealingLR(o, 10), schedulers.ExponentialLR(o, 0.5)],
            milestones=[5, 15],
        ),
        lambda t: (t + 1) / 5 if t < 5 else (1 + cos(pi * (t - 5) / 10)) / 2 if t < 15 else 0.5 ** (t - 15),
    ),
}


@pytest.mark.parametrize("name", CLOSED_FORMS)
def test_the_rate_is_a_function_of_the_step(optimizer, name):
    make, factor = CLOSED_FORMS[name]
    scheduler = make(optimizer)
    factors = np.array([factor(t) for t in range(31)])
    np.testing.assert_allclose(rates(scheduler), [0.5 * factors, 0.01 * factors], rtol=1e-12, atol=1e-15)
    assert scheduler.rate(3, 2.0) == pytest.approx(2 * factor(3))
    assert [g["initial_lr"] for g in optimizer.param_groups] == [0.5, 0.01]


def test_options_may_be_as_far_out_as_they_make_sense(optimizer):
    """No power is no change until the end, a division by 1 no way up, and one by less than 1 an end above the start."""
    flat = rates(schedulers.PolynomialLR(optimizer, 4, power=0), 6)
    np.testing.assert_allclose(flat, [[0.5] * 7, [0.01] * 7])
    level = schedulers.OneCycleLR(optimizer, 2.0, 10, div_factor=1, final_div_factor=0.5, cycle_momentum=False)
    np.testing.assert_allclose(rates(level, 9)[0, [0, 2, 9]], [2.0, 2.0, 4.0])


@pytest.mark.parametrize("factor", ["div_factor", "final_div_factor"])
def test_a_rate_is_not_divided_by_0(factor):
    optimizer = optim.SGD([Tensor(1.0, requires_grad=True)], lr=0.1)
    with pytest.raises(ValueError, match="div_factor and final_div_factor must be positive"):
        schedulers.OneCycleLR(optimizer, 1.0, 10, cycle_momentum=False, **{factor: 0})


class Halving(schedulers.Scheduler):
    def __init__(self, optimizer: optim.Optimizer, half_life: float = 2.0) -> None:
        self.half_life = half_life
        super().__init__(optimizer)

    def rate(self, t: int, initial: float) -> float:
        return initial * 0.5 ** (t / self.half_life)


def test_a_schedule_of_ones_own_is_a_function_of_the_step(optimizer):
    own = Halving(optimizer, half_life=3.0)
    np.testing.assert_allclose(rates(own, 6)[0], 0.5 * 0.5 ** (np.arange(7) / 3))
    assert repr(own) == "Halving(half_life=3.0, last_step=6)"
    resumed = Halving(optimizer, 3.0)
    resumed.load_state_dict(json.loads(json.dumps(own.state_dict())))
    assert resumed.get_last_lr() == [0.125, 0.0025]
    for given, message in [((), r"missing 1 required positional argument: 'optimizer'"), ((5,), "optimizer")]:
        with pytest.raises(TypeError, match=message):
            Halving(*given)
    with pytest.raises(TypeError, match="Halving has no option 'halflife'; did you mean half_life"):
        Halving(optimizer, halflife=1.0)


def test_restarts_go_down_to_their_minimum(optimizer):
    first, second = rates(schedulers.CosineAnnealingWarmRestarts(optimizer, 4, eta_min=0.001), 6)
    np.testing.assert_allclose(first[[0, 2, 4, 6]], [0.5, 0.2505, 0.5, 0.2505])
    np.testing.assert_allclose(second[[0, 2, 4, 6]], [0.01, 0.0055, 0.01, 0.0055])


def test_cosine_annealing_ends_at_its_minimum(optimizer):
    first, second = rates(schedulers.CosineAnnealingLR(optimizer, 30, eta_min=0.001))
    assert first[-1] == second[-1] == pytest.approx(0.001)


@pytest.mark.parametrize("name", CLOSED_FORMS)
@pytest.mark.parametrize("at", [0, 4, 17])
def test_a_resumed_schedule_goes_on_with_the_same_bits(name, at):
    def fresh():
        return optim.SGD([Tensor([1.0], requires_grad=True)], lr=0.3)

    make, _ = CLOSED_FORMS[name]
    whole = rates(make(fresh()))[0]
    first = make(fresh())
    rates(first, at)
    saved, state = json.loads(json.dumps(first.state_dict())), first.optimizer.state_dict()
    resumed_optimizer = fresh()
    second = make(resumed_optimizer)
    resumed_optimizer.load_state_dict(state)
    second.load_state_dict(saved)
    np.testing.assert_array_equal(rates(second, 30 - at)[0], whole[at:])


# --- One cycle -------------------------------------------------------------------------------------------------------


def one_cycle(optimizer, **options):
    return schedulers.OneCycleLR(optimizer, [1.0, 0.5], total_steps=21, pct_start=0.5, div_factor=10, **options)


@pytest.mark.parametrize("strategy", ["cos", "linear"])
def test_one_cycle_goes_up_and_down(optimizer, strategy):
    """Halves of a cosine, or lines, through the start, the largest rate and the end; the momentum the other way."""
    optimizer = optim.Adam(optimizer.param_groups)
    scheduler = one_cycle(optimizer, anneal_strategy=strategy, final_div_factor=100)
    turn, seen = 9.5, []

    def between(low, high, share):
        return low + (high - low) * (share if strategy == "linear" else (1 - cos(pi * share)) / 2)

    for t in range(25):
        for group, largest in zip(optimizer.param_groups, (1.0, 0.5), strict=True):
            low, end = largest / 10, largest / 1000
            down = min(1, (t - turn) / (20 - turn))
            rate, beta = between(largest, end, down), between(0.85, 0.95, down)
            if t <= turn:
                rate, beta = between(low, largest, t / turn), between(0.95, 0.85, t / turn)
            assert group["lr"] == pytest.approx(rate)
            assert group["betas"] == (pytest.approx(beta), 0.999)
        seen.append(optimizer.param_groups[0]["lr"])
        scheduler.step()
    assert seen.index(max(seen)) in (9, 10)
    assert seen[20] == seen[24] == pytest.approx(0.001)


def test_one_cycle_may_be_all_up_or_all_down():
    optimizer = optim.Adam([Tensor([1.0], requires_grad=True)])
    options = {"total_steps": 5, "anneal_strategy": "linear", "div_factor": 10, "final_div_factor": 2}
    up = rates(schedulers.OneCycleLR(optimizer, 1.0, pct_start=1, **options), 6)
    np.testing.assert_allclose(up[0, :5], [0.1 + 0.9 * t / 4 for t in range(5)])
    np.testing.assert_allclose(up[0, 5:], 0.05)
    down = rates(schedulers.OneCycleLR(optimizer, 1.0, pct_start=0, **options), 4)
    np.testing.assert_allclose(down[0], [1 - 0.95 * (t + 1) / 5 for t in range(5)])


@pytest.mark.parametrize("strategy", ["cos", "linear"])
def test_one_cycle_in_three_phases_comes_back_to_its_start_first(strategy):
    optimizer = optim.Adam([Tensor(1.0, requires_grad=True)])
    scheduler = schedulers.OneCycleLR(optimizer, 1.0, 21, pct_start=0.25, anneal_strategy=strategy, div_factor=10,
                                      final_div_factor=100, three_phase=True)
    turns = [0, 4.25, 8.5, 20]
    for t in range(24):
        rate, beta = 0.001, 0.95
        for k, (first, last) in enumerate(pairwise(turns)):
            if first <= t <= last:
                share = (t - first) / (last - first)
                share = share if strategy == "linear" else (1 - cos(pi * share)) / 2
                rates, betas = [0.1, 1, 0.1, 0.001], [0.95, 0.85, 0.95, 0.95]
                rate, beta = (h[k] + (h[k + 1] - h[k]) * share for h in (rates, betas))
        assert optimizer.param_groups[0]["lr"] == pytest.approx(rate)
        assert optimizer.param_groups[0]["betas"] == (pytest.approx(beta), 0.999)
        scheduler.step()


def test_one_cycle_resumes():
    def fresh():
        return optim.SGDM([{"params": [Tensor([1.0], requires_grad=True)], "lr": lr} for lr in (0.3, 0.1)], lr=0.3)

    first = one_cycle(fresh())
    whole = [(g["lr"], g["beta"]) for _ in range(21) if first.step() is None for g in first.optimizer.param_groups]
    first = one_cycle(fresh())
    rates(first, 8)
    second = one_cycle(fresh())
    second.optimizer.load_state_dict(first.optimizer.state_dict())
    second.load_state_dict(first.state_dict())
    assert [(g["lr"], g["beta"]) for _ in range(13) if second.step() is None
            for g in second.optimizer.param_groups] == whole[16:]


def test_one_cycle_takes_epochs_and_refuses_what_has_no_momentum():
    optimizer = optim.Adam([Tensor(1.0, requires_grad=True)])
    by_epochs = schedulers.OneCycleLR(optimizer, 1.0, epochs=3, steps_per_epoch=7)
    assert by_epochs.total_steps == 21
    with pytest.raises(ValueError, match="needs total_steps, or epochs and steps_per_epoch"):
        schedulers.OneCycleLR(optimizer, 1.0, epochs=3)
    with pytest.raises(ValueError, match="anneal_strategy must be one of 'cos', 'linear', got 'exp'"):
        schedulers.OneCycleLR(optimizer, 1.0, 5, anneal_strategy="exp")
    for share in (30, 1.01, -0.01):
        with pytest.raises(ValueError, match=rf"pct_start must be in \[0, 1\], got {share}"):
            schedulers.OneCycleLR(optimizer, 1.0, 5, pct_start=share)
    with pytest.raises(ValueError, match="OneCycleLR: max_lr must be one for all .* each of the 1 groups, got 2"):
        schedulers.OneCycleLR(optimizer, [1.0, 0.1], 5)
    with pytest.raises(TypeError, match="step a OneCycleLR by itself"):
        schedulers.SequentialLR(optimizer, [by_epochs], [])
    for plain in (optim.SGD, optim.RMSProp):
        with pytest.raises(ValueError, match=f"{plain.__name__} has no momentum; write cycle_momentum=False"):
            schedulers.OneCycleLR(plain([Tensor(1.0)], 0.1), 1.0, 5)
        schedulers.OneCycleLR(plain([Tensor(1.0)], 0.1), 1.0, 5, cycle_momentum=False)


def test_one_cycle_of_rmsprop_takes_its_momentum_and_leaves_the_beta_of_its_squares():
    parameter = Tensor(1.0, requires_grad=True)
    optimizer = optim.RMSProp([parameter], 0.1, momentum=0.5)
    adam = optim.Adam([Tensor(1.0)])
    cycles = [schedulers.OneCycleLR(o, 1.0, 5) for o in (optimizer, adam)]
    for _ in range(5):
        group = optimizer.param_groups[0]
        assert (group["momentum"], group["beta"]) == (adam.param_groups[0]["betas"][0], 0.99)
        parameter.grad = np.array(1.0)
        optimizer.step()
        for cycle in cycles:
            cycle.step()


# --- Cycles ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("options", "scale"), [
    ({}, lambda t, cycle: 1),
    ({"mode": "triangular2"}, lambda t, cycle: 1 / 2 ** (cycle - 1)),
    ({"mode": "exp_range", "gamma": 0.95}, lambda t, cycle: 0.95**t),
    ({"scale_fn": lambda cycle: 1 / cycle}, lambda t, cycle: 1 / cycle),
    ({"scale_fn": lambda t: 1 / (1 + t), "scale_mode": "iterations"}, lambda t, cycle: 1 / (1 + t)),
])
@pytest.mark.parametrize(("up", "down"), [(4, 3), (4, None), (1, 5)])
def test_cycles_are_lines_up_and_down_between_two_rates(optimizer, options, scale, up, down):
    """The paper's way of writing them, by the cycle and the place in it as real numbers."""
    optimizer = optim.Adam(optimizer.param_groups)
    scheduler = schedulers.CyclicLR(optimizer, 0.1, 0.7, up, down, **options)
    length = up + (down or up)
    for t in range(25):
        cycle = np.floor(1 + t / length)
        x = t / length - cycle + 1
        height = np.interp(x, [0, up / length, 1], [0, 1, 0]) * scale(t, cycle)
        for group in optimizer.param_groups:
            assert group["lr"] == pytest.approx(0.1 + 0.6 * height)
            assert group["betas"] == (pytest.approx(0.9 - 0.1 * height), 0.999)
        scheduler.step()


def test_cycles_resume_and_leave_the_momentum_alone_where_they_are_told_to():
    def fresh():
        return optim.SGDM([Tensor([1.0], requires_grad=True)], lr=0.3, beta=0.77)

    def cycles(optimizer):
        return schedulers.CyclicLR(optimizer, 0.1, 0.7, 4, 3, "triangular2", cycle_momentum=False)

    whole = rates(cycles(fresh()))
    first, second = cycles(fresh()), cycles(fresh())
    rates(first, 9)
    second.optimizer.load_state_dict(first.optimizer.state_dict())
    second.load_state_dict(first.state_dict())
    np.testing.assert_array_equal(rates(second, 21), whole[:, 9:])
    assert second.optimizer.param_groups[0]["beta"] == 0.77


def test_cycles_refuse_what_they_cannot_do(optimizer):
    with pytest.raises(ValueError, match="CyclicLR: SGD has no momentum; write cycle_momentum=False"):
        schedulers.CyclicLR(optimizer, 0.1, 0.7)
    with pytest.raises(ValueError, match="mode must be one of 'triangular', 'triangular2', 'exp_range', got 'sine'"):
        schedulers.CyclicLR(optimizer, 0.1, 0.7, mode="sine")
    for rates in ((0.1, [0.7, 0.5]), ([0.1, 0.2], 0.7)):
        with pytest.raises(TypeError, match=r"CyclicLR: \w+_lr must be a number, got \[0"):
            schedulers.CyclicLR(optimizer, *rates, cycle_momentum=False)
    with pytest.raises(TypeError, match="CyclicLR takes an optimizer, .* got list"):
        schedulers.CyclicLR([], 0.1, 0.7)
    cyclic = schedulers.CyclicLR(optimizer, 0.1, 0.7, cycle_momentum=False)
    with pytest.raises(TypeError, match="ChainedScheduler takes functions of the step; step a CyclicLR by itself"):
        schedulers.ChainedScheduler([cyclic])


def test_a_chain_refuses_what_is_no_schedule_of_its_optimizer(optimizer):
    exponential = schedulers.ExponentialLR(optimizer, 0.9)
    with pytest.raises(ValueError, match="ChainedScheduler takes a list of schedules, got"):
        schedulers.ChainedScheduler([])
    with pytest.raises(ValueError, match="takes a list of schedules, got ExponentialLR"):
        schedulers.ChainedScheduler(exponential)
    with pytest.raises(ValueError, match="ChainedScheduler: every schedule must be of the same optimizer"):
        schedulers.ChainedScheduler([exponential], optim.SGD([Tensor(1.0)], 0.1))
    with pytest.raises(TypeError, match="MultiplicativeLR: lr_lambda must be a function of the step, or .*, got float"):
        schedulers.MultiplicativeLR(optimizer, 0.9)


def test_the_steps_use_the_rate(optimizer):
    scheduler = schedulers.ExponentialLR(optimizer, 0.5)
    weight = optimizer.param_groups[0]["params"][0]
    for _ in range(3):
        weight.grad = [1.0]
        optimizer.step()
        scheduler.step()
    assert weight.item() == 1 - 0.5 - 0.25 - 0.125


# --- Reduction on a plateau ------------------------------------------------------------------------------------------


def recursion(metrics, *, lr, mode, factor, patience, threshold, threshold_mode, cooldown, min_lr):
    """As `torch.optim.lr_scheduler.ReduceLROnPlateau` multiplies the rate down, for positive metrics."""
    best, bad, cooling, out = (float("inf") if mode == "min" else -float("inf")), 0, 0, [lr]
    for metric in metrics:
        if threshold_mode == "rel":
            bound = best * (1 - threshold) if mode == "min" else best * (1 + threshold)
        else:
            bound = best - threshold if mode == "min" else best + threshold
        if metric < bound if mode == "min" else metric > bound:
            best, bad = metric, 0
        else:
            bad += 1
        if cooling > 0:
            cooling, bad = cooling - 1, 0
        if bad > patience:
            lr, cooling, bad = max(lr * factor, min_lr), cooldown, 0
        out.append(lr)
    return out


@pytest.mark.parametrize("mode", ["min", "max"])
@pytest.mark.parametrize("threshold_mode", ["rel", "abs"])
@pytest.mark.parametrize(("patience", "cooldown", "min_lr"), [(0, 0, 0.0), (2, 3, 0.01), (1, 0, 0.1), (3, 1, 0.0)])
def test_plateaus_are_those_of_the_recursion(optimizer, mode, threshold_mode, patience, cooldown, min_lr):
    rng = np.random.default_rng(0)
    metrics = [5 / (1 + t / 9) + 0.3 * rng.random() for t in range(80)]
    metrics = [6 - metric for metric in metrics] if mode == "max" else metrics
    options = {"mode": mode, "factor": 0.5, "patience": patience, "threshold": 0.05, "threshold_mode": threshold_mode}
    options |= {"cooldown": cooldown, "min_lr": min_lr}
    scheduler = schedulers.ReduceLROnPlateau(optimizer, **options)
    out = scheduler.get_last_lr()[:1]
    for metric in metrics:
        scheduler.step(metric)
        out.append(scheduler.get_last_lr()[0])
    np.testing.assert_allclose(out, recursion(metrics, lr=0.5, **options), rtol=1e-12)
    assert len(set(out)) > 2


def test_a_rate_below_the_least_one_stays(optimizer):
    scheduler = schedulers.ReduceLROnPlateau(optimizer, patience=0, min_lr=0.1)
    for _ in range(3):
        scheduler.step(1.0)
    assert scheduler.get_last_lr() == [0.1, 0.01]


def test_a_metric_that_is_nan_is_bad(optimizer):
    scheduler = schedulers.ReduceLROnPlateau(optimizer, patience=1)
    for metric in (1.0, float("nan"), float("nan")):
        scheduler.step(metric)
    assert scheduler.get_last_lr() == pytest.approx([0.05, 0.001])


@pytest.mark.parametrize("metric", [np.float32(2), np.array(2), Tensor(2.0, requires_grad=True) * 1])
def test_a_metric_is_kept_as_a_number(optimizer, metric):
    """The best loss so far is part of the state, and must not keep its graph."""
    scheduler = schedulers.ReduceLROnPlateau(optimizer)
    scheduler.step(metric)
    scheduler.step(metric)
    assert type(scheduler.best) is float
    assert scheduler.state_dict() == {"last_step": 2, "best": 2.0, "bad_steps": 1, "cooling": 0, "reductions": 0}


@pytest.mark.parametrize("mode", ["min", "max"])
@pytest.mark.parametrize("threshold_mode", ["rel", "abs"])
def test_a_metric_that_stays_is_no_improvement_without_a_threshold_either(optimizer, mode, threshold_mode):
    scheduler = schedulers.ReduceLROnPlateau(optimizer, mode, patience=1, threshold=0, threshold_mode=threshold_mode)
    for _ in range(3):
        scheduler.step(0.5)
    assert (scheduler.bad_steps, scheduler.reductions) == (0, 1)


def test_a_negative_metric_improves_downwards(optimizer):
    scheduler = schedulers.ReduceLROnPlateau(optimizer, patience=0, threshold=0.1)
    scheduler.step(-1.0)
    scheduler.step(-1.2)
    assert scheduler.reductions == 0
    scheduler.step(-1.25)
    assert scheduler.reductions == 1


def test_a_plateau_resumes(optimizer):
    metrics = [1, 0.9, 0.95, 0.95, 0.8, 0.85, 0.85, 0.9]

    def run(scheduler, values):
        for value in values:
            scheduler.step(value)
        return scheduler.get_last_lr()

    whole = run(schedulers.ReduceLROnPlateau(optimizer, patience=1, factor=0.5), metrics)
    for group in optimizer.param_groups:
        group["lr"] = group["initial_lr"]
    first = schedulers.ReduceLROnPlateau(optimizer, patience=1, factor=0.5)
    run(first, metrics[:3])
    second = schedulers.ReduceLROnPlateau(optimizer, patience=1, factor=0.5)
    second.load_state_dict(json.loads(json.dumps(first.state_dict())))
    assert run(second, metrics[3:]) == whole


# --- What is refused -------------------------------------------------------------------------------------------------


def test_wrong_arguments_are_refused(optimizer):
    exponential = schedulers.ExponentialLR(optimizer, 0.9)
    with pytest.raises(TypeError, match="StepLR takes an optimizer, .* got list"):
        schedulers.StepLR([], 3)
    with pytest.raises(ValueError, match="step_size must be an integer of at least 1, got 0"):
        schedulers.StepLR(optimizer, 0)
    with pytest.raises(TypeError, match="StepLR: step_size must be an integer, got 1.5"):
        schedulers.StepLR(optimizer, 1.5)
    with pytest.raises(ValueError, match="patience must be an integer of at least 0, got -1"):
        schedulers.ReduceLROnPlateau(optimizer, patience=-1)
    with pytest.raises(ValueError, match="LambdaLR: lr_lambda must be one for .* each of the 2 groups, got 1"):
        schedulers.LambdaLR(optimizer, [lambda t: 1.0])
    with pytest.raises(TypeError, match="or a list of one for each group, got str"):
        schedulers.LambdaLR(optimizer, [lambda t: 1.0, "half"])
    with pytest.raises(ValueError, match="T_max must be an integer of at least 1, got -5"):
        schedulers.CosineAnnealingLR(optimizer, -5)
    with pytest.raises(ValueError, match="of 2 schedules needs 1 milestones in rising order, from 1 on, got .3, 4."):
        schedulers.SequentialLR(optimizer, [exponential, exponential], [3, 4])
    with pytest.raises(ValueError, match="needs 1 milestones in rising order, from 1 on, got .-3."):
        schedulers.SequentialLR(optimizer, [exponential, exponential], [-3])  # the first schedule was never used
    with pytest.raises(TypeError, match=r"SequentialLR takes schedules, such as StepLR\(optimizer, 10\), got <class"):
        schedulers.SequentialLR(optimizer, [schedulers.StepLR], [])
    with pytest.raises(TypeError, match="StepLR: gamma must be a number, got None"):
        schedulers.StepLR(optimizer, 3, None)
    with pytest.raises(TypeError, match="ReduceLROnPlateau: threshold must be a number, got nan"):
        schedulers.ReduceLROnPlateau(optimizer, threshold=np.nan)
    with pytest.raises(ValueError, match="power must be at least 0, got -1"):
        schedulers.PolynomialLR(optimizer, power=-1.0)
    with pytest.raises(ValueError, match="div_factor and final_div_factor must be positive, got 0"):
        schedulers.OneCycleLR(optimizer, 0.1, 5, div_factor=0.0)
    with pytest.raises(TypeError, match="OneCycleLR: three_phase must be True or False, got 25.0"):
        schedulers.OneCycleLR(optimizer, 0.1, 5, three_phase=25.0)
    with pytest.raises(TypeError, match="functions of the step"):
        schedulers.SequentialLR(optimizer, [schedulers.ReduceLROnPlateau(optimizer)], [])
    with pytest.raises(ValueError, match="same optimizer"):
        schedulers.SequentialLR(optim.SGD([Tensor(1.0)], 0.1), [exponential], [])
    with pytest.raises(ValueError, match=r"factor must be in \(0, 1\), got 1.5"):
        schedulers.ReduceLROnPlateau(optimizer, factor=1.5)
    with pytest.raises(ValueError, match=r"min_lr must be one for all groups, or one for each of the 2 groups, got 3"):
        schedulers.ReduceLROnPlateau(optimizer, min_lr=[0.1, 0.2, 0.3])
    with pytest.raises(TypeError, match="StepLR has no option 'last_epoch'; leave it out; load_state"):
        schedulers.StepLR(optimizer, 3, last_epoch=-1)
    with pytest.raises(TypeError, match="LinearLR has no option 'verbose'; leave it out, and print"):
        schedulers.LinearLR(optimizer, verbose=True)
    with pytest.raises(AttributeError, match="object has no attribute 'get_lr'; write get_last_lr"):
        exponential.get_lr()
    with pytest.raises(ValueError, match="mode must be one of 'min', 'max', got 'least'"):
        schedulers.ReduceLROnPlateau(optimizer, mode="least")
    with pytest.raises(ValueError, match=r"ExponentialLR.load_state_dict expected \['last_step'\], got \['step'\]"):
        exponential.load_state_dict({"step": 3})


PRODUCTS = np.cumprod([1, *(1 - np.arange(1, 12) / 40)])
OF_GROUPS = {
    "lambda": (lambda o: schedulers.LambdaLR(o, [lambda t: 0.9**t, lambda t: 1 / (1 + t)]),
               lambda t: (0.9**t, 1 / (1 + t))),
    "multiplicative": (lambda o: schedulers.MultiplicativeLR(o, [lambda t: 1 - t / 40, lambda t: 0.5]),
                       lambda t: (PRODUCTS[t], 0.5**t)),
    "one after another": (
        lambda o: schedulers.SequentialLR(o, [schedulers.ConstantLR(o, 0.5, 9), schedulers.LambdaLR(
            o, [lambda t: 0.9**t, lambda t: 1 / (1 + t)])], [4]),
        lambda t: (0.5, 0.5) if t < 4 else (0.9 ** (t - 4), 1 / (t - 3))),
    "one upon another": (
        lambda o: schedulers.ChainedScheduler([schedulers.ExponentialLR(o, 0.8), schedulers.LambdaLR(
            o, [lambda t: 0.9**t, lambda t: 1 / (1 + t)])]),
        lambda t: (0.72**t, 0.8**t / (1 + t))),
}


@pytest.mark.parametrize(("make", "factors"), OF_GROUPS.values(), ids=OF_GROUPS)
def test_each_group_may_have_a_function_of_its_own(make, factors, optimizer):
    initial = np.array([group["lr"] for group in optimizer.param_groups])
    scheduler = make(optimizer)
    for t in range(10):
        np.testing.assert_allclose(scheduler.get_last_lr(), initial * factors(t), rtol=1e-12)
        scheduler.step()


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))])
def test_a_copy_goes_on_with_the_functions_of_its_groups(copied, optimizer):
    scheduler = schedulers.MultiplicativeLR(optimizer, [np.exp2, np.sqrt])
    scheduler.step()
    other = copied(scheduler)
    for _ in range(3):
        scheduler.step()
        other.step()
    assert other.get_last_lr() == scheduler.get_last_lr()
    assert other.optimizer is not scheduler.optimizer


def test_each_group_may_have_a_least_rate_of_its_own(optimizer):
    least = [group["lr"] / divisor for group, divisor in zip(optimizer.param_groups, (2.5, 50), strict=True)]
    initial = [group["lr"] for group in optimizer.param_groups]
    scheduler = schedulers.ReduceLROnPlateau(optimizer, patience=0, min_lr=least)
    for _ in range(3):
        scheduler.step(1.0)
    assert scheduler.get_last_lr() == [least[0], max(least[1], initial[1] * 0.1**2)]


def test_a_group_that_comes_later_needs_a_function_where_each_has_its_own(optimizer):
    scheduler = schedulers.LambdaLR(optimizer, [lambda t: 1.0, lambda t: 1.0])
    optimizer.add_param_group({"params": [Tensor(1.0, requires_grad=True)]})
    with pytest.raises(ValueError, match="one for each of the 3 groups, got 2"):
        scheduler.step()


def test_a_rate_that_goes_uphill_is_refused_and_leaves_the_groups_as_they_are(optimizer):
    rates = [group["lr"] for group in optimizer.param_groups]
    scheduler = schedulers.LambdaLR(optimizer, lambda t: 1 - t)
    scheduler.step()
    with pytest.raises(ValueError, match=r"LambdaLR\(.*last_step=2\) gives the rate -.* at step 2; it must be"):
        scheduler.step()
    assert [group["lr"] for group in optimizer.param_groups] == [0.0] * len(rates)


@pytest.mark.parametrize("rate", [float("inf"), float("nan")])
def test_a_rate_that_is_no_number_is_refused(optimizer, rate):
    with pytest.raises(ValueError, match=f"gives the rate {rate} at step 0; it must be a number >= 0"):
        schedulers.LambdaLR(optimizer, lambda t: rate)


def test_the_repr_says_the_rule_and_the_step(optimizer):
    scheduler = schedulers.StepLR(optimizer, 5)
    scheduler.step()
    assert repr(scheduler) == "StepLR(step_size=5, gamma=0.1, last_step=1)"
    growing = schedulers.MultiplicativeLR(optimizer, float)
    assert repr(growing) == "MultiplicativeLR(lr_lambda=<class 'float'>, last_step=0)"


@pytest.mark.parametrize(("make", "message"), [
    *[(lambda o, factor=factor: schedulers.ReduceLROnPlateau(o, factor=factor), r"factor must be in \(0, 1\), got")
      for factor in (0, 1, 1.5)],
    (lambda o: schedulers.ReduceLROnPlateau(o, threshold_mode="ratio"), "threshold_mode must be one of 'rel', 'abs'"),
    (lambda o: schedulers.CyclicLR(o, 0.1, 1.0, scale_mode="step"), "scale_mode must be one of 'cycle', 'iterations'"),
    (lambda o: schedulers.SequentialLR(o, [schedulers.StepLR(o, 3)] * 2, [0]), "rising order, from 1 on, got .0."),
    (lambda o: schedulers.OneCycleLR(o, 1.0, epochs=3, cycle_momentum=False), "or epochs and steps_per_epoch")])
def test_bounds_and_modes_are_checked(optimizer, make, message):
    with pytest.raises(ValueError, match=message):
        make(optimizer)
