"""L-BFGS against PyTorch's, against the dense BFGS formula, and on problems whose minimum is known."""

from __future__ import annotations

import copy
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import optim
from autograd import Tensor
from optim.line_search import CURVATURE, DESCENT, Point, Search, between, minimum

GOLDEN = np.load(Path(__file__).parents[1] / "golden" / "lbfgs.npz")
DATA = {name.removeprefix("data/"): GOLDEN[name] for name in GOLDEN.files if name.startswith("data/")}


def rosenbrock(x: Any) -> Any:
    return (1 - x[0]) ** 2 + 100 * (x[1] - x[0] ** 2) ** 2


def quadratic(x: Any) -> Any:
    return 0.5 * np.sum(DATA["curvatures"] * x**2) - np.sum(x)


def logistic(w: Any, b: Any) -> Any:
    z = DATA["inputs"] @ w + b
    return np.mean(np.logaddexp(0, z) - z * DATA["labels"]) + 0.01 * np.sum(w**2)


def network(w1: Any, b1: Any, w2: Any) -> Any:
    return np.mean((np.tanh(DATA["inputs"] @ w1 + b1) @ w2 - DATA["targets"]) ** 2)


PROBLEMS: dict[str, tuple[Callable[..., Any], list[Any], float]] = {
    "rosenbrock": (rosenbrock, [np.array([-1.2, 1.0])], 1e-3), "quadratic": (quadratic, [np.ones(10)], 0.5),
    "logistic": (logistic, [np.zeros(3), np.array(0.0)], 1.0),
    "network": (network, [DATA["w1"], DATA["b1"], DATA["w2"]], 0.3),
}


class Run:
    """A problem with its parameters, and the closure of it, which counts its calls."""

    def __init__(self, name: str, **options: Any) -> None:
        self.f, start, lr = PROBLEMS[name]
        self.parameters = [Tensor(np.array(value), requires_grad=True) for value in start]
        rate = 1.0 if options.get("line_search_fn") else lr
        self.optimizer = optim.LBFGS(self.parameters, **{"lr": rate, "max_iter": 5} | options)
        self.calls = 0

    def closure(self) -> Tensor:
        self.calls += 1
        self.optimizer.zero_grad()
        loss = self.f(*self.parameters)
        loss.backward()
        return loss  # type: ignore[no-any-return]

    def step(self) -> float:
        return self.optimizer.step(self.closure).item()  # type: ignore[no-any-return]

    @property
    def vector(self) -> Any:
        return np.concatenate([p.numpy().ravel() for p in self.parameters])

    @property
    def loss(self) -> float:
        return self.f(*self.parameters).item()  # type: ignore[no-any-return]


@pytest.mark.parametrize("history", [3, 100])
@pytest.mark.parametrize("problem", PROBLEMS)
def test_without_a_search_every_step_is_pytorchs(problem: str, history: int) -> None:
    expected = {key: GOLDEN[f"{problem}/None/{history}/{key}"] for key in ("x", "loss", "calls")}
    run = Run(problem, history_size=history)
    for x, loss in zip(expected["x"], expected["loss"], strict=False):
        assert run.step() == pytest.approx(loss, rel=1e-7, abs=1e-12)
        np.testing.assert_allclose(run.vector, x, rtol=1e-6, atol=1e-8)
    assert run.calls == expected["calls"]


@pytest.mark.parametrize("history", [3, 100])
@pytest.mark.parametrize("problem", PROBLEMS)
def test_with_the_search_it_gets_as_far_as_pytorch(problem: str, history: int) -> None:
    """Searches differ in where they look, so the ways to the minimum may; none of them is much longer."""
    loss, calls = (GOLDEN[f"{problem}/strong_wolfe/{history}/{key}"] for key in ("loss", "calls"))
    run = Run(problem, history_size=history, line_search_fn="strong_wolfe")
    for _ in range(6):
        run.step()
    assert run.loss <= loss[-1] * (1 + 1e-8 * np.sign(loss[-1]))
    assert run.calls <= 1.1 * calls


def test_the_direction_is_that_of_the_dense_formula() -> None:
    """H <- (I - s y^T / s^T y) H (I - y s^T / s^T y) + s s^T / s^T y, equation 7.16, from H = s^T y / y^T y."""
    run = Run("network", lr=0.1, max_iter=1, history_size=4)
    pairs: list[tuple[Any, Any]] = []
    before: tuple[Any, Any] | None = None
    for k in range(9):
        x = run.vector
        run.closure()
        g = np.concatenate([p.grad.numpy().ravel() for p in run.parameters if p.grad is not None])
        if before is not None and (x - before[0]) @ (g - before[1]) > 1e-10:
            pairs = [*pairs, (x - before[0], g - before[1])][-4:]
        h = np.eye(x.size)
        for i, (s, y) in enumerate(pairs):
            h = np.eye(x.size) * (pairs[-1][0] @ pairs[-1][1] / (pairs[-1][1] @ pairs[-1][1])) if i == 0 else h
            v = np.eye(x.size) - np.outer(y, s) / (s @ y)
            h = v.T @ h @ v + np.outer(s, s) / (s @ y)
        run.step()
        rate = 0.1 * (min(1, 1 / np.abs(g).sum()) if k == 0 else 1)
        np.testing.assert_allclose(run.vector, x - rate * h @ g, rtol=1e-9, atol=1e-12)
        before = x, g


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.complex128])
def test_a_minimum_is_found_in_one_step(dtype: Any) -> None:
    """Of parameters of several shapes, one of them frozen; a complex number is two reals."""
    target = np.array([[1 + 2j, -3], [0.5j, 2]]) if dtype is np.complex128 else np.ones((2, 2), dtype)
    a = Tensor(np.zeros((2, 2), dtype), requires_grad=True)
    b = Tensor(np.float32(5.0), requires_grad=True)
    frozen = Tensor(np.ones(3))
    optimizer = optim.LBFGS([a, frozen, b], max_iter=60, line_search_fn="strong_wolfe")

    def closure() -> Tensor:
        optimizer.zero_grad()
        loss = np.sum(np.cosh(np.abs(a - target))) + (b - 2) ** 4 + np.sum(frozen)
        loss.backward()  # type: ignore[attr-defined]
        return loss  # type: ignore[return-value]

    optimizer.step(closure)
    np.testing.assert_allclose(a.numpy(), target, atol=1e-3)
    assert b.item() == pytest.approx(2, abs=0.02)
    assert (a.dtype, b.dtype, frozen.tolist()) == (dtype, np.float32, [1, 1, 1])


def evaluations(loss: Callable[[Any], Any], start: float, **options: Any) -> int:
    """How often one step asks for a loss and its gradient, from an array of one number on."""
    x = Tensor([start], requires_grad=True)
    calls = 0

    def closure() -> Any:
        nonlocal calls
        calls += 1
        x.grad = None
        value = loss(x).sum()
        value.backward()
        return value

    optim.LBFGS([x], **options).step(closure)
    return calls


@pytest.mark.parametrize(("slope", "calls"), [(0.25, 1), (-0.125, 1), (0.375, 10)])
def test_a_step_ends_where_the_gradient_is_within_its_tolerance(slope: float, calls: int) -> None:
    found = evaluations(lambda x: slope * x, 1.0, max_iter=10, tolerance_grad=0.25, tolerance_change=1e-9)
    assert found == calls


def test_a_step_ends_where_the_loss_changes_no_more_though_the_parameters_do() -> None:
    """By 5e-4, however large the loss is, while they move by 5e-3."""
    assert evaluations(lambda x: 5 + 0.1 * x, 1.0, max_iter=10, lr=0.05, tolerance_change=1e-3) == 2


@pytest.mark.parametrize(("slope", "tolerance", "calls"), [(1e3, 1e3, 2), (1e3, 1e-2, 4), (0.5, 0.05, 3)])
def test_a_search_ends_where_the_parameters_no_longer_move(slope: float, tolerance: float, calls: int) -> None:
    """Of a loss that jumps beside its start, so that the search comes ever closer to it."""
    assert evaluations(lambda x: slope * x + (1e6 if x.item() < 1 else 0), 1.0, max_iter=1,
                       tolerance_change=tolerance, line_search_fn="strong_wolfe") == calls


@pytest.mark.parametrize("interrupted_at", [0, 1, 3])
@pytest.mark.parametrize("search", [None, "strong_wolfe"])
def test_a_resumed_run_ends_with_the_same_bits(search: Any, interrupted_at: int) -> None:
    whole, first, second = (Run("network", history_size=3, line_search_fn=search, lr=0.1) for _ in range(3))
    for _ in range(5):
        whole.step()
    for _ in range(interrupted_at):
        first.step()
    saved = first.optimizer.state_dict()
    for mine, other in zip(second.parameters, first.parameters, strict=True):
        mine.data = other.numpy().copy()
    first.step()  # what is saved does not change with it
    second.optimizer.load_state_dict(saved)
    copied = copy.deepcopy(second)
    for run in (second, copied):
        for _ in range(5 - interrupted_at):
            run.step()
        np.testing.assert_array_equal(run.vector, whole.vector)


def test_a_run_of_one_parameter_is_resumed() -> None:
    def closure() -> Tensor:
        x.grad = None
        loss = np.sum(np.cosh(x - np.arange(3)))
        loss.backward()  # type: ignore[attr-defined]
        return loss  # type: ignore[return-value]

    x = Tensor(np.zeros(3), requires_grad=True)
    optimizer = optim.LBFGS([x], max_iter=2)
    optimizer.step(closure)
    saved, start = optimizer.state_dict(), x.numpy().copy()
    assert saved["state"]["0"]["step"] == 1
    optimizer.step(closure)
    end, x.data = x.numpy().copy(), start
    resumed = optim.LBFGS([x], max_iter=2)
    resumed.load_state_dict(saved)
    resumed.step(closure)
    np.testing.assert_array_equal(x.numpy(), end)


def test_a_state_that_does_not_fit_is_refused() -> None:
    run = Run("network")
    run.step()
    saved = run.optimizer.state_dict()
    saved["state"]["1"]["y"] = saved["state"]["1"]["y"][:1]
    with pytest.raises(ValueError, match=r"y of '1' has shape \(1, 4\), expected \(4, 4\)"):
        Run("network").optimizer.load_state_dict(saved)


def test_where_a_parameter_has_no_state_all_begin_anew() -> None:
    run, fresh = Run("network"), Run("network")
    run.step()
    saved = run.optimizer.state_dict()
    del saved["state"]["1"]
    for mine, other in zip(fresh.parameters, run.parameters, strict=True):
        mine.data = other.numpy().copy()
    run.optimizer.load_state_dict(saved)
    run.step()
    fresh.step()
    np.testing.assert_array_equal(run.vector, fresh.vector)


def test_a_frozen_parameter_stays_and_its_gradient_of_earlier_does_not_count() -> None:
    ends = []
    for stale in (None, np.full(4, 7.0)):
        run = Run("network")
        run.step()
        frozen = run.parameters[1].requires_grad_(False)
        before = frozen.numpy().copy()

        def closure(run: Run = run, frozen: Tensor = frozen, stale: Any = stale) -> Tensor:
            loss = run.closure()
            frozen.grad = stale
            return loss

        run.optimizer.step(closure)
        np.testing.assert_array_equal(frozen.numpy(), before)
        ends.append(run.vector)
    np.testing.assert_array_equal(*ends)


def test_a_direction_that_was_not_gone_says_nothing_of_the_curvature() -> None:
    x = Tensor(np.zeros(3), requires_grad=True)
    optimizer = optim.LBFGS([x], lr=0.5, max_iter=1)

    def step(slopes: Any, least: float) -> int:
        def closure() -> Tensor:
            x.grad = None
            loss = np.sum(x * x * slopes - x)
            loss.backward()  # type: ignore[attr-defined]
            return loss  # type: ignore[return-value]

        optimizer.param_groups[0]["tolerance_change"] = least
        optimizer.step(closure)
        return len(optimizer.state_dict()["state"]["0"]["s"])

    assert [step(1.0, 1e-9), step(2.0, 1e9), step(9.0, 1e-9)] == [0, 1, 1]


WRONG: dict[str, tuple[Callable[[], Any], type[Exception], str]] = {
    "no closure": (lambda: Run("network").optimizer.step(), TypeError, r"write step\(closure\), where closure\(\)"),
    "two groups": (lambda: optim.LBFGS([{"params": [Tensor(1.0, requires_grad=True)]} for _ in range(2)]), ValueError,
                   "takes one group"),
    "a search": (lambda: Run("network", line_search_fn="armijo"), ValueError, 'None or "strong_wolfe"'),
    "a history": (lambda: Run("network", history_size=0), ValueError, "history_size must be an integer of at least 1"),
    "a rate": (lambda: Run("network", lr=-1.0), ValueError, "lr must be a number >= 0"),
    "no gradient": (lambda: Run("network").optimizer.step(lambda: 1.0), RuntimeError,
                    "no gradient on any of 3 parameters"),
}


@pytest.mark.parametrize("name", WRONG)
def test_mistakes_are_explained(name: str) -> None:
    call, error, message = WRONG[name]
    with pytest.raises(error, match=message):
        call()


def test_parameters_of_another_size_are_refused() -> None:
    run = Run("network")
    run.step()
    run.parameters[1].data = np.zeros(1)
    with pytest.raises(ValueError, match="24 numbers have become 21; make a new optimizer"):
        run.step()


@pytest.mark.parametrize("step", [1e-3, 0.1, 1.0, 30.0])
@pytest.mark.parametrize("phi", [
    (lambda a: (a - 2) ** 2, lambda a: 2 * (a - 2)), (lambda a: np.cos(a) - 0.1 * a, lambda a: -np.sin(a) - 0.1),
    (lambda a: np.exp(a) - 9 * a, lambda a: np.exp(a) - 9), (lambda a: (a - 1) ** 4, lambda a: 4 * (a - 1) ** 3),
    (lambda a: -a / (a * a + 2), lambda a: (a * a - 2) / (a * a + 2) ** 2),
    (lambda a: -np.sqrt(3 - a) - a, lambda a: 0.5 / np.sqrt(3 - a) - 1),
], ids=["parabola", "wave", "exponential", "quartic", "rational", "with an end"])
@pytest.mark.filterwarnings("ignore:(invalid|overflow|divide)")
def test_what_the_search_finds_satisfies_the_strong_wolfe_conditions(phi: Any, step: float) -> None:
    value, slope = phi
    sign = -np.sign(slope(0.0))

    def evaluate(a: float) -> Point:
        return Point(a, float(value(sign * a)), float(sign * slope(sign * a)), None)

    start = evaluate(0.0)
    found = Search(evaluate, start, 1e-12).run(step)
    assert found.value <= start.value + DESCENT * found.step * start.slope
    assert abs(found.slope) <= CURVATURE * abs(start.slope)


def test_a_search_along_a_line_without_an_end_stops_at_the_lowest_point() -> None:
    steps: list[float] = []
    found = Search(lambda a: steps.append(a) or Point(a, -a, -1.0, None), Point(0.0, 0.0, -1.0, None), 1e-9).run(1.0)  # type: ignore[func-returns-value]
    assert (found.step, len(steps)) == (max(steps), 25)
    assert all(here < longer <= 10 * here for here, longer in pairwise(steps))


@pytest.mark.parametrize("step", [0.5, 1.0, 2.0])
def test_a_search_goes_a_hundredth_further_at_least(step: float) -> None:
    """Where the cubic -t + a t^2 + b t^3 has its minimum at once behind the step."""
    slope, bend = -0.95, 2000.0  # there
    a, b = np.linalg.solve([[2 * step, 3 * step**2], [2, 6 * step]], [slope + 1, bend])
    seen: list[float] = []

    def evaluate(at: float) -> Point:
        seen.append(at)
        return Point(at, -at + a * at**2 + b * at**3, slope, None) if at == step else Point(at, -1e9, 0.0, None)

    Search(evaluate, Point(0.0, 0.0, -1.0, None), 1e-9).run(step)
    assert seen == pytest.approx([step, 1.01 * step], rel=1e-9)


@pytest.mark.parametrize(("end", "step", "steps"), [
    (30.0, 1.0, [1.0, 10.0]),  # at most ten times as far
    (8.0, 0.1, [0.1, 1.0]),
    (3.0, 0.1, [0.1, 1.0]),
    (0.8, 0.1, [0.1]),  # flat enough already
    (30.0, 4.0, [4.0]),
])
def test_a_search_goes_at_most_ten_times_as_far_each_time(end: float, step: float, steps: list[float]) -> None:
    """Of (a - end)^2, whose minimum the cubic finds at once, and which is flat enough a tenth of the way there."""
    seen: list[float] = []

    def evaluate(a: float) -> Point:
        seen.append(a)
        return Point(a, (a - end) ** 2, 2 * (a - end), None)

    Search(evaluate, Point(0.0, end**2, -2 * end, None), 1e-9).run(step)
    assert seen == pytest.approx(steps)


def test_a_search_looks_between_two_steps_of_one_value() -> None:
    """The minimum is between a step and a longer one that is no lower, though it still goes down at both."""
    seen: list[float] = []

    def evaluate(a: float) -> Point:
        seen.append(a)
        return Point(a, -1.0, -5.0, None) if len(seen) < 3 else Point(a, -2.0, 0.0, None)

    found = Search(evaluate, Point(0.0, 0.0, -1.0, None), 1e-9).run(1.0)
    assert seen[0] < found.step == seen[2] < seen[1]


def test_a_first_step_to_a_value_that_is_the_same_to_rounding_is_taken_where_it_is_flat() -> None:
    seen: list[float] = []
    found = Search(lambda a: seen.append(a) or Point(a, 1e17, 0.5, None), Point(0.0, 1e17, -1.0, None), 1e-9).run(1.0)  # type: ignore[func-returns-value]
    assert (found.step, seen) == (1.0, [1.0])


def test_a_search_between_two_steps_takes_none_that_is_higher_than_the_lower_one() -> None:
    """Though it would descend enough, and is flat."""
    first, longer, higher, last = searched((-1.0, -2.0), (-0.5, 1.0), (-0.8, 0.0), rest=(-1.5, 0.0))
    assert first < last < higher < longer


def searched(*points: tuple[float, float], rest: tuple[float, float], shortest: float = 1e-9) -> list[float]:
    """The steps of a search that begins at 1 and meets these values and slopes, and then the rest again and again."""
    seen: list[float] = []

    def evaluate(a: float) -> Point:
        seen.append(a)
        return Point(a, *(points[len(seen) - 1] if len(seen) <= len(points) else rest), None)

    Search(evaluate, Point(0.0, 0.0, -1.0, None), shortest).run(1.0)
    return seen


@pytest.mark.parametrize(("at_one", "then"), [
    ((49.0, 99.0), 0.1),  # the minimum is at 0.01
    ((-10.46, 2.0), 0.9),  # at 0.97
    ((0.25, 1.5), 0.4),  # of -a + 1.25 a^2, in between
])
def test_a_search_between_two_steps_stays_a_tenth_away_from_either(at_one: tuple[float, float], then: float) -> None:
    assert searched(at_one, rest=(-99.0, 0.0)) == pytest.approx([1.0, then], rel=1e-3)


def test_a_search_goes_on_at_the_side_that_a_step_climbs_from() -> None:
    first, second, third, *_ = searched((9.0, 9.0), (-1.0, 0.95), rest=(-2.0, 0.0))
    assert 0 < third < second < first


def test_a_search_ends_where_two_steps_are_as_close_as_is_told() -> None:
    *_, before, last = searched((-10.0, 2.0), rest=(0.0, 1.0), shortest=0.05)
    assert 1 - before > 0.05 >= 1 - last


@pytest.mark.parametrize("share", [-1.0, 0.5, 0.99, 1.01, 2.0])
def test_a_step_that_descends_too_little_is_not_taken(share: float) -> None:
    """By a share of the least descent that is enough; the slope would do."""
    seen: list[float] = []

    def evaluate(a: float) -> Point:
        seen.append(a)
        return Point(a, -share * DESCENT * a, 0.0, None) if a == 1.0 else Point(a, -a, 0.0, None)

    found = Search(evaluate, Point(0.0, 0.0, -1.0, None), 1e-9).run(1.0)
    assert (found.step == 1.0) == (seen == [1.0]) == (share > 1)


@given(st.floats(), st.floats(-1e6, 1e6), st.floats(0, 1e6))
def test_a_step_is_brought_into_bounds_and_what_is_no_number_into_their_middle(step: float, least: float,
                                                                               width: float) -> None:
    most = least + width
    found = between(step, least, most)
    assert least <= found <= most
    assert found == (np.clip(step, least, most) if np.isfinite(step) else (least + most) / 2)


@given(st.floats(-2, 2), st.floats(0.1, 3), st.floats(-3, 3), st.floats(0.5, 3))
def test_a_cubic_through_two_points_has_its_minimum_where_it_has(at: float, bend: float, third: float,
                                                                 apart: float) -> None:
    """Of bend (a - at)^2 + third (a - at)^3, seen from any two points, in either order."""

    def point(a: float) -> Point:
        t = a - at
        return Point(a, bend * t**2 + third * t**3, 2 * bend * t + 3 * third * t**2, None)

    for first, second in ((-apart, 0.7 * apart), (apart, -0.3), (0.1, apart)):
        assert minimum(point(at + first), point(at + second)) == pytest.approx(at, abs=1e-6)
