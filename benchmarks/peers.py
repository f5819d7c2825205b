"""The libraries to compare with, and the Python under which each is installed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass

DISTRIBUTIONS = {"torch": "torch", "hips": "autograd"}
"""The peers and their names in pip."""

_ASK = """
import importlib.metadata as metadata, json, sys
versions = {}
for name in sys.argv[1:]:
    try:
        versions[name] = metadata.version(name)
    except metadata.PackageNotFoundError:
        pass
print(json.dumps(versions))
"""


@dataclass(frozen=True)
class Peer:
    """An installed library: its Python, and its version as text."""

    python: str
    version: str


def find() -> dict[str, Peer]:
    """The installed peers, in the environments whose Pythons CLEARGRAD_PEERS lists, or in this one."""
    pythons = [*filter(None, os.environ.get("CLEARGRAD_PEERS", "").split(os.pathsep)), sys.executable]
    found: dict[str, Peer] = {}
    for python in pythons:
        command = [python, "-I", "-c", _ASK, *DISTRIBUTIONS.values(), "numpy"]
        versions = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        for peer, distribution in DISTRIBUTIONS.items():
            if distribution in versions:
                text = f"{versions[distribution]} (NumPy {versions['numpy']}, {python})"
                found.setdefault(peer, Peer(python, text))
    return found
