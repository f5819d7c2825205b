"""The examples keep their promises: accuracies, proven gradients, and the files they name."""

from __future__ import annotations

import re
import runpy
from pathlib import Path
from xml.etree import ElementTree as ET

import nn

EXAMPLES = Path(__file__).parents[2] / "examples"


def test_the_main_job_keeps_its_promises(tmp_path, capsys):
    runpy.run_path(str(EXAMPLES / "digits.py"))["main"](tmp_path)
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
    }


def test_small_networks_reach_their_accuracy(capsys):
    runpy.run_path(str(EXAMPLES / "accuracy.py"))["main"](1)
    printed = capsys.readouterr().out
    reached = re.findall(r"^(.+?) +goal (\S+) +accuracy (\S+)", printed, re.MULTILINE)
    assert [name for name, _, _ in reached] == ["digits, dense", "digits, convolutional", "faces, convolutional"]
    assert [goal for _, goal, _ in reached] == ["0.97", "0.985", "0.9"]
    assert all(float(accuracy) >= float(goal) for _, goal, accuracy in reached)
