"""SciPy's own functions take tensors where SciPy speaks the array API standard; it decides when it loads."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_values_gradients_and_tangents_through_scipys_own_functions() -> None:
    program = subprocess.run([sys.executable, "-m", "tests.autograd.scipy_itself"], cwd=ROOT, check=True, text=True,
                             capture_output=True, env=os.environ | {"SCIPY_ARRAY_API": "1"})
    faults = json.loads(program.stdout)
    assert len(faults) > 80
    assert {name: fault for name, fault in faults.items() if fault} == {}
    page = (ROOT / "docs/how-to/scipy.md").read_text(encoding="utf-8")
    section = page.split("## The functions themselves")[1].split("\n## ")[0]
    promised = set(re.findall(r"`((?:fft|signal|integrate|optimize|cluster|stats|spatial)[.]\S+?)`", section))
    assert promised
    assert promised <= faults.keys()
