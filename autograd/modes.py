"""What recording is set to: on or off, per thread, and whether anything watches the operations.

The hot path of an operation reads one attribute, `mode.special`: zero while no thread has recording switched off
and nothing watches. Only then does it consult the thread's own setting.
"""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable, Generator, Sequence
from contextlib import ContextDecorator
from itertools import count
from typing import Any

from .errors import require_function
from .parentheses import Called
from .runtime.locks import renewed

CO_GENERATOR, CO_COROUTINE, CO_ASYNC_GENERATOR = 0x20, 0x80, 0x200
"""Flags of code objects, as `inspect` names them, which is slow to load."""


class _Mode:
    __slots__ = ("special",)

    def __init__(self) -> None:
        self.special = 0


class _Local(threading.local):
    recording: bool = True
    entered: list[_Entry]  # the settings that the thread is within
    watchers: tuple[Callable[..., None], ...] = ()
    watchers_of_passes: tuple[Callable[..., None], ...] = ()  # those that also watch recorded backward passes
    check: Callable[..., None] | None = None  # called with each node and cotangent of a backward pass
    check_boxed: Callable[..., None] | None = None  # called with each primitive inside jvp or vmap, operands and output
    backward_pass: object | None = None  # the one that is running; of nested ones the outermost
    level: int = 0  # how many forward and batching transforms surround the call
    batches: tuple[tuple[int, int], ...] = ()  # (level, size) of each surrounding vmap
    recomputing: bool = False  # running again to recompute values: running statistics are already updated
    stand_in: Callable[[Any], Any] | None = None  # maps an operand to its stand-in, or to itself
    of_values: Callable[..., None] | None = None  # called with what is computed from values alone, see `noting_values`

    def __init__(self) -> None:
        self.entered = []


mode = _Mode()
local = _Local()
_levels = count(1)
running: set[int] = set()
"""The levels of the forward and batching transforms that have not ended, of all threads."""
_lock = renewed(globals(), "_lock", threading.Lock)


def _count(change: int) -> None:
    with _lock:
        mode.special += change


class _Entry:
    """One setting that a thread is within, and what was set before."""

    __slots__ = ("before",)

    def __init__(self, before: bool) -> None:
        self.before = before


class _Recording(ContextDecorator, metaclass=Called):
    _enabled: bool

    def __new__(cls, function: Any = None) -> Any:  # given by `@no_grad` without parentheses
        if function is None:
            return super().__new__(cls)
        require_function(function, cls.__name__, f"with {cls.__name__}():")
        return cls()(function)

    def __init__(self) -> None:
        self._entered: list[_Entry] = []

    def _recreate_cm(self) -> _Recording:
        return type(self)()  # a decorated function may recurse or run in several threads

    def __call__(self, function: Any) -> Any:
        flags = getattr(getattr(function, "__code__", None), "co_flags", 0)
        if flags & (CO_GENERATOR | CO_COROUTINE | CO_ASYNC_GENERATOR):
            return stepwise(function, flags, type(self))
        return super().__call__(function)

    def __enter__(self) -> None:
        entry = _Entry(local.recording)
        self._entered.append(entry)
        local.entered.append(entry)
        if not self._enabled:  # switching on costs the hot path nothing: only a thread that is off looks here
            _count(1)
        local.recording = self._enabled

    def __exit__(self, *error: object) -> None:
        entry, entered = self._entered.pop(), local.entered
        if entry in entered:  # one of another thread, whose generator may end here, is not
            at = entered.index(entry)
            del entered[at]
            if at == len(entered):
                local.recording = entry.before
            else:  # generators and tasks that take turns may leave in another order than they entered
                entered[at].before = entry.before
        if not self._enabled:
            _count(-1)


def stepwise(function: Any, flags: int, setting: type[_Recording]) -> Any:
    """A generator or async function that has a setting while it runs, and not while others run between its steps."""
    if flags & CO_ASYNC_GENERATOR:
        raise TypeError(f"{setting.__name__}() does not decorate an async generator; write "
                        f"`with {setting.__name__}():` within it, around what does not wait")
    if flags & CO_GENERATOR:
        return functools.wraps(function)(lambda *args, **options: _Steps(function(*args, **options), setting))

    @functools.wraps(function)
    async def run(*args: Any, **options: Any) -> Any:
        return await _Steps(function(*args, **options).__await__(), setting)

    return run


class _Steps(Generator[Any, Any, Any]):
    """The steps of a generator, each within a setting."""

    def __init__(self, steps: Any, setting: type[_Recording]) -> None:
        self._steps, self._setting = steps, setting

    def send(self, value: Any) -> Any:
        with self._setting():
            return self._steps.send(value)

    def throw(self, *error: Any) -> Any:
        with self._setting():
            return self._steps.throw(*error)

    def __await__(self) -> _Steps:
        return self


class no_grad(_Recording):
    """Context manager and decorator: operations inside record no graph, in this thread only.

    Results have `requires_grad=False` and cost what NumPy costs; in-place writes go straight to memory.

        with no_grad():
            weight -= 0.1 * weight.grad
    """

    _enabled = False


class enable_grad(_Recording):
    """Context manager and decorator: operations inside record again, within a surrounding `no_grad()`.

    Applies to this thread only; the previous mode is restored at the end, also after an exception.
    """

    _enabled = True


class within:
    """Context manager: change settings of the thread, such as `recomputing=True`."""

    def __init__(self, **settings: Any) -> None:
        self._settings = settings

    def __enter__(self) -> None:
        self._before = {name: getattr(local, name) for name in self._settings}
        self._set(self._settings)

    def __exit__(self, *error: object) -> None:
        self._set(self._before)

    def _set(self, settings: dict[str, Any]) -> None:
        for name, value in settings.items():
            setattr(local, name, value)


def is_grad_enabled() -> bool:
    """Whether operations of this thread record a graph now.

    True unless a `no_grad()` surrounds the call, with no `enable_grad()` inside it.
    """
    return local.recording


def next_level() -> int:
    """A new level, above those of all earlier transforms and below those of all later ones."""
    return next(_levels)


class surrounding:
    """Context manager: a new level for a forward or batching transform of the calls inside.

    Levels only grow, so that an inner transform has a higher level than those around it, and a tensor that escaped from
    an earlier transform is not mistaken for one of a later transform.
    """

    def __enter__(self) -> int:
        local.level += 1
        self._level = next_level()
        running.add(self._level)
        return self._level

    def __exit__(self, *error: object) -> None:
        local.level -= 1
        running.discard(self._level)


def among_partials() -> within:
    """Suspend most watchers while partials are computed, which may be infinite where they meet a zero."""
    return within(watchers=local.watchers_of_passes, check_boxed=None)


class _noticed(within):
    """Settings that make operations leave the hot path."""

    def __enter__(self) -> None:
        _count(1)
        super().__enter__()

    def __exit__(self, *error: object) -> None:
        super().__exit__(*error)
        _count(-1)


def watching(watcher: Callable[[Any, Any], None], *, passes: bool = False) -> within:
    """Call `watcher(node, value)` after each recorded operation of this thread: for anomalies, sources, timings.

    With `passes` also after those of a backward pass that is itself recorded.
    """
    of_passes = (*local.watchers_of_passes, watcher) if passes else local.watchers_of_passes
    return _noticed(watchers=(*local.watchers, watcher), watchers_of_passes=of_passes)


def noting_values(note: Callable[[Callable[..., Any], tuple[Any, ...], Any], None]) -> within:
    """Context manager: call `note(function, arguments, result)` after a piecewise constant function without options."""
    return _noticed(of_values=note)


def standing_in(stand_in: Callable[[Any], Any]) -> within:
    """Context manager: operations of this thread use `stand_in(x)` in place of each operand x; see `closures`."""
    return _noticed(stand_in=stand_in)


def stand_ins(operands: Sequence[Any]) -> list[Any] | None:
    """The stand-ins of operands; None if no operand has one."""
    if (stand_in := local.stand_in) is None:
        return None
    given = [stand_in(x) for x in operands]
    return given if any(new is not x for new, x in zip(given, operands, strict=True)) else None


def outside(level: int | None = None) -> within:
    """Context manager: leave the `vmap` of a level, or all of them, to compute on the arrays inside batches."""
    return within(batches=() if level is None else tuple(b for b in local.batches if b[0] != level))
