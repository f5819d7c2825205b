"""Locks in a process that is forked while another thread holds them."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable

import pytest

from autograd.runtime.locks import renewed

PROGRAM = """
import os, signal, threading
import numpy as np
import scipy.special as sc
from autograd import Tensor, detect_anomaly, grad, modes, reverse
from autograd.rules import closed
grad(grad(sc.chdtr, 1), 1)(2.0, 1.0)  # everything that is loaded on demand
held, done = threading.Event(), threading.Event()

def hold():
    with reverse._adding, modes._lock, closed._making:
        held.set()
        done.wait(60)

thread = threading.Thread(target=hold)
thread.start()
held.wait(60)
if not (child := os.fork()):
    signal.alarm(20)
    x = Tensor(3.0, requires_grad=True)
    with detect_anomaly():
        (x * x).backward()
    second = grad(grad(lambda x: sc.chdtr(2.0, x)))(1.0)
    os._exit(0 if x.grad.item() == 6 and abs(second + np.exp(-0.5) / 4) < 1e-12 else 1)
status = os.waitpid(child, 0)[1]
done.set()
thread.join()
raise SystemExit(status != 0)
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="Windows has no fork")
def test_a_forked_process_waits_for_no_thread_of_its_parent() -> None:
    unwatched = {name: value for name, value in os.environ.items() if not name.startswith("COV")}  # it has locks, too
    subprocess.run([sys.executable, "-W", "ignore", "-c", PROGRAM], check=True, timeout=120, env=unwatched)


def test_a_fork_makes_another_lock_and_a_system_without_forks_needs_none(monkeypatch: pytest.MonkeyPatch) -> None:
    called: list[Callable[[], None]] = []
    monkeypatch.setattr(os, "register_at_fork", lambda *, after_in_child: called.append(after_in_child), raising=False)
    module = {"lock": renewed({}, "lock")}
    before = module["lock"] = renewed(module, "lock")
    called[-1]()
    assert module["lock"] is not before
    monkeypatch.delattr(os, "register_at_fork")
    with renewed(module, "lock"):
        assert len(called) == 2
