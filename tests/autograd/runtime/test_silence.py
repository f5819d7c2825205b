"""Floating-point errors are ignored as under `np.errstate`, and nothing of it remains."""

from __future__ import annotations

import contextvars
import threading
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from autograd.runtime import silence

Ways = tuple[Callable[[], Any], Callable[[Any], object]]


@pytest.fixture(params=["by the variable", "by seterr"])
def ways(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ways]:
    if request.param == "by seterr":  # as with a NumPy that keeps the setting elsewhere

        class Empty(dict[Any, Any]):
            def run(self, f: Callable[..., Any], **options: Any) -> None:
                pass

        monkeypatch.setattr(silence, "Context", Empty)
    return silence._ways()


@pytest.mark.parametrize("setting", ["warn", "raise", "ignore", "print"])
def test_all_errors_are_ignored_and_then_treated_as_before(ways: Ways, setting: Any) -> None:
    ignore, restore = ways
    with np.errstate(all=setting):
        before = ignore()
        assert set(np.geterr().values()) == {"ignore"}
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            np.log(np.array([0.0, -1.0])), np.exp(np.array([1e3, -1e3]))
        restore(before)
        assert set(np.geterr().values()) == {setting}


def test_calls_nest_also_within_errstate(ways: Ways) -> None:
    ignore, restore = ways
    usual = np.geterr()
    outer = ignore()
    with np.errstate(all="raise"):
        inner = ignore()
        assert set(np.geterr().values()) == {"ignore"}
        restore(inner)
        with pytest.raises(FloatingPointError):
            np.log(np.zeros(1))
    assert set(np.geterr().values()) == {"ignore"}
    restore(outer)
    assert np.geterr() == usual


def test_a_silent_function_sees_the_callers_context_and_restores_it_after_an_error() -> None:
    name = contextvars.ContextVar("name", default="nobody")
    name.set("caller")

    @silence.silent
    def fails(x: float, *, y: float) -> None:
        assert name.get() == "caller"
        assert np.geterr()["invalid"] == "ignore"
        raise KeyError(x + y)

    with np.errstate(all="raise"):
        with pytest.raises(KeyError, match="3"):
            fails(1, y=2)
        assert set(np.geterr().values()) == {"raise"}


def test_other_threads_keep_their_own_setting() -> None:
    before = silence.ignore_errors()
    try:
        found: list[Any] = []
        thread = threading.Thread(target=contextvars.Context().run, args=(lambda: found.append(np.geterr()["over"]),))
        thread.start()
        thread.join()
        assert found == ["warn"]
    finally:
        silence.restore_errors(before)
