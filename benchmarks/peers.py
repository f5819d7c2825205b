"""Who is there to compare with, and under which Python."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass

DISTRIBUTIONS = {"torch": "torch", "hips": "autograd"}
"""The peers, and the names that pip knows them by."""

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
    """A library that is installed somewhere."""

    python: str
    version: str


def find() -> dict[str, Peer]:
    """The peers that are installed: in the environments that CLEARGRAD_PEERS names by their Python, or in this one."""
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
