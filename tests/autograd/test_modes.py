"""Settings and sums of several threads, generators and tasks that take turns."""

from __future__ import annotations

import asyncio
import pickle
import sys
import threading
from collections.abc import AsyncIterator, Generator, Iterator
from typing import Any

import numpy as np
import pytest

import autograd
from autograd import Tensor, enable_grad, is_grad_enabled, no_grad, tensor


def holding() -> Iterator[bool]:
    with no_grad():
        yield is_grad_enabled()


def test_settings_that_end_in_another_order_than_they_began_leave_none_behind() -> None:
    first, second = holding(), holding()
    assert [next(first), next(second)] == [False, False]
    assert list(first) == []
    assert not is_grad_enabled()  # the second one holds still
    assert list(second) == []
    assert is_grad_enabled()
    assert np.sum(tensor([1.0], requires_grad=True)).requires_grad


def test_an_enabling_within_that_outlives_what_was_around_ends_as_all_began() -> None:
    outer, inner = no_grad(), enable_grad()
    outer.__enter__()
    inner.__enter__()
    outer.__exit__()
    assert is_grad_enabled()
    inner.__exit__()
    assert is_grad_enabled()


def test_tasks_that_take_turns_leave_no_setting_behind() -> None:
    async def task(turns: int) -> bool:
        with no_grad():
            for _ in range(turns):
                await asyncio.sleep(0)
            return is_grad_enabled()

    async def all_of_them() -> list[bool]:
        return await asyncio.gather(task(1), task(3), task(2))

    assert asyncio.run(all_of_them()) == [False] * 3
    assert is_grad_enabled()


def test_a_generator_has_its_decorators_setting_at_each_step_and_lets_go_between() -> None:
    seen = []

    @no_grad()
    def steps(start: int) -> Generator[int, int, str]:
        """Counts."""
        try:
            while start < 10:
                seen.append(is_grad_enabled())
                start += yield start
        except KeyError:
            seen.append(is_grad_enabled())
            yield -1
        return "end"

    assert steps.__doc__ == "Counts."
    generator = steps(1)
    assert [next(generator), generator.send(5)] == [1, 6]
    assert is_grad_enabled()
    assert generator.throw(KeyError()) == -1
    with pytest.raises(StopIteration) as end:
        next(generator)
    assert end.value.value == "end"
    assert seen == [False] * 3
    assert is_grad_enabled()


def test_an_async_function_has_its_decorators_setting_while_it_runs() -> None:
    @no_grad()
    async def silent() -> list[bool]:
        before = is_grad_enabled()
        await asyncio.sleep(0)
        return [before, is_grad_enabled()]

    async def both() -> tuple[Any, bool]:
        task = asyncio.create_task(silent())
        await asyncio.sleep(0)
        meanwhile = is_grad_enabled()
        return await task, meanwhile

    assert asyncio.run(both()) == ([False, False], True)
    with pytest.raises(TypeError, match=r"async generator; write `with enable_grad\(\):`"):

        @enable_grad()
        async def steps() -> AsyncIterator[int]:
            yield 1


def test_a_generator_that_another_thread_closes_leaves_that_threads_setting_alone() -> None:
    def steps() -> Generator[None]:
        with no_grad():
            yield

    generator, seen = steps(), []

    def begin() -> None:
        next(generator)
        seen.append(is_grad_enabled())

    thread = threading.Thread(target=begin)
    thread.start()
    thread.join()
    assert is_grad_enabled()
    generator.close()
    assert seen == [False]
    assert is_grad_enabled()
    x = tensor(1.0, requires_grad=True)
    assert (x * 2).requires_grad


def test_threads_whose_passes_end_in_the_same_leaf_lose_no_gradient() -> None:
    x = tensor(np.zeros(3), requires_grad=True)

    def work() -> None:
        for _ in range(400):
            np.sum(x * 2).backward()

    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(before)
    assert x.grad is not None
    assert x.grad.tolist() == [3200, 3200, 3200]


@pytest.mark.parametrize(("setting", "recorded"), [(no_grad, False), (enable_grad, True)])
def test_a_setting_decorates_without_parentheses_too(setting: Any, recorded: bool) -> None:
    @setting
    def double(t: Tensor) -> Tensor:
        """Twice as much."""
        return 2 * t

    with no_grad():
        assert double(Tensor(1.0, requires_grad=True)).requires_grad is recorded
    assert double(Tensor(1.0, requires_grad=True)).requires_grad is recorded
    assert double.__doc__ == "Twice as much."


@pytest.mark.parametrize("name", ["no_grad", "enable_grad", "detect_anomaly", "draw_on_error", "trace_source"])
def test_a_context_without_its_parentheses_says_what_to_write(name: str) -> None:
    context = getattr(autograd, name)
    with pytest.raises(TypeError, match=rf"write `with {name}\(\):`"), context:
        pass
    with context():
        pass
    assert pickle.loads(pickle.dumps(context)) is context
    assert name in repr(context)


@pytest.mark.parametrize("setting", [no_grad, enable_grad])
def test_a_setting_takes_no_value(setting: Any) -> None:
    """It decorated the value, and nothing was switched."""
    with pytest.raises(TypeError, match=r"_grad takes a function, got the value False .*; write with \w+_grad\(\):"):
        setting(False)
