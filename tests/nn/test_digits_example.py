"""The main job: it reaches its accuracy, proves its gradients, and leaves the files it names."""

from __future__ import annotations

import re
import runpy
from pathlib import Path
from xml.etree import ElementTree as ET

import nn

EXAMPLE = Path(__file__).parents[2] / "examples" / "digits.py"


def test_the_main_job_keeps_its_promises(tmp_path, capsys):
    runpy.run_path(str(EXAMPLE))["main"](tmp_path)
    printed = capsys.readouterr()
    assert "epoch 30/30: 100%" in printed.err
    assert float(re.search(r"test accuracy (\S+)", printed.out)[1]) >= 0.97
    assert float(re.search(r"largest relative error (\S+)", printed.out)[1]) < 1e-6
    for file in ("graph.svg", "learning-curve.png", "model.safetensors"):
        assert f"{tmp_path / file}: " in printed.out
    drawn = "".join(ET.parse(tmp_path / "graph.svg").getroot().itertext())
    for label in ("hidden.weight", "output.bias", "128, 64", "loss"):
        assert label in drawn
    assert (tmp_path / "learning-curve.png").read_bytes().startswith(b"\x89PNG")
    assert nn.load(tmp_path / "model.safetensors").keys() == {
        "hidden.weight", "hidden.bias", "output.weight", "output.bias",
    }  # fmt: skip
