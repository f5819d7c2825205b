"""Finding a layout engine, and running it in a process of its own that ends in time.

The order: `$CLEARGRAD_DOT`, `dot` on the path, the Graphviz libraries inside the `pygraphviz` wheel, and
`graphviz-pure`. `CLEARGRAD_DOT=none` says that there is none. Without an engine the drawing lays itself out.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import sysconfig
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

TIMEOUT = 10.0
"""Seconds that an engine gets."""

# The child ends without freeing the graph or shutting the interpreter down: for a large graph that takes as long again.
_PYGRAPHVIZ = """
import os, sys, warnings
warnings.simplefilter("ignore")
import pygraphviz
program, form = sys.argv[1:3]
graph = pygraphviz.AGraph(string=sys.stdin.buffer.read().decode())
answer = graph.draw(format=form, prog=program)
sys.stdout.buffer.write(answer if isinstance(answer, bytes) else answer.encode())
sys.stdout.flush()
os._exit(0)
"""


class EngineError(RuntimeError):
    """The layout engine failed, was not there, or did not end in time."""


@dataclass(frozen=True, slots=True)
class Engine:
    """A way to run Graphviz: a command that reads DOT and writes the format asked for."""

    name: str
    command: tuple[str, ...]
    in_process: bool = False  # the command is Python with the libraries of pygraphviz

    def run(self, text: str, form: str, *, placed: bool = False, timeout: float = TIMEOUT) -> bytes:
        """What the engine writes for this DOT text; `placed` keeps the positions that the text gives.

        Raises `EngineError` if the engine is missing, fails, or takes longer than `timeout` seconds.
        """
        program = "nop2" if placed else "dot"
        command = [*self.command, program, form] if self.in_process else [*self.command, f"-K{program}", f"-T{form}"]
        try:
            output, complaint, code = _run(command, text.encode(), timeout)
        except subprocess.TimeoutExpired:
            raise EngineError(f"{self.name} took longer than {timeout:g} s") from None
        except OSError as error:
            raise EngineError(f"{self.name} could not be started: {error}") from None
        if code or not output:
            said = complaint.decode(errors="replace").strip().splitlines()
            raise EngineError(f"{self.name} failed: {said[-1] if said else f'exit code {code}'}")
        return output


def _run(command: list[str], given: bytes, timeout: float) -> tuple[bytes, bytes, int]:
    """Run until the end or the timeout; then the whole process group is killed, with all descendants."""
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, start_new_session=True) as process:
        try:
            output, complaint = process.communicate(given, timeout=timeout)
        except BaseException:
            if hasattr(os, "killpg"):
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
            process.kill()
            raise
        return output, complaint, process.returncode


def find() -> Engine | None:
    """The first engine there is, or None."""
    chosen = os.environ.get("CLEARGRAD_DOT")
    if chosen:
        return None if chosen == "none" else Engine(chosen, (chosen,))
    on_path = shutil.which("dot")
    if on_path:
        return Engine("dot", (on_path,))
    if sys.executable and find_spec("pygraphviz") is not None:
        return Engine("pygraphviz", (sys.executable, "-c", _PYGRAPHVIZ), in_process=True)
    pure = shutil.which("graphviz-pure") or shutil.which("graphviz-pure", path=str(Path(sysconfig.get_path("scripts"))))
    return Engine("graphviz-pure", (pure,)) if pure else None
