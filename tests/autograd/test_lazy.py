"""What waits for its first use is there when it comes: each case in a process that has loaded nothing else."""

from __future__ import annotations

import subprocess
import sys

import pytest

import autograd


def run(program: str) -> str:
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.strip()


WAITING = ("autograd.array_api", "autograd.drawing", "autograd.scipy", "autograd.symbolic", "autograd.testing",
           "numpy.fft", "optim.schedulers", "scipy", "traceback")


def test_an_import_loads_what_most_programs_need() -> None:
    program = "import sys, numpy\nbefore = {*sys.modules}\nimport autograd, nn, optim\nprint(*{*sys.modules} - before)"
    assert not {*WAITING} & {*run(program).split()}
    assert {*WAITING} <= {*run(f"import {', '.join(WAITING)}, sys\nprint(*sys.modules)").split()}  # they exist


@pytest.mark.parametrize("program", [
    "import numpy as np; y = np.sum(np.real(np.fft.fft(x)))", "y = autograd.sum(autograd.real(autograd.fft.fft(x)))",
])
def test_rules_of_fourier_transforms_come_with_the_first(program: str) -> None:
    x = "import autograd; x = autograd.Tensor([1.0, 2.0], requires_grad=True)"
    gradient = run(f"{x}\n{program}\ny.backward(); print(x.grad.numpy())")
    assert gradient == "[2. 0.]"  # the sum of all coefficients is n times the first number


@pytest.mark.parametrize("name", ["numpy.fft.rfft", "scipy.special.erf"])
def test_a_rule_that_has_not_been_loaded_is_there_for_users_who_write_one(name: str) -> None:
    assert "has a rule already" in run(
        f"import {name.rpartition('.')[0]}, autograd\ntry: autograd.rule({name}, vjp=lambda g, out, x: g)\n"
        "except ValueError as error: print(error)")


@pytest.mark.parametrize("line", [
    "from autograd import *", "from autograd import concat, grad, fft",
    "import autograd.array_api; from autograd import *",
    "import autograd; concat = autograd.concat; from autograd import fft, grad",
])
def test_names_of_the_array_api_come_with_the_first(line: str) -> None:
    modules = run(f"{line}\nprint(concat.__module__, grad.__module__, fft.__name__)")
    assert modules == "autograd.array_api.manipulation autograd.transforms.gradients autograd.array_api.fft"


def test_a_package_lists_what_waits() -> None:
    assert run("import autograd\nprint(*dir(autograd))").split() == sorted(autograd.__all__)
    assert len({*autograd.__all__}) == len(autograd.__all__)
    assert {*autograd.array_api.__all__} < {*autograd.__all__}
