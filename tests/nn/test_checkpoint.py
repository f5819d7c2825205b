"""Checkpoints: a run that is killed at any moment and resumed ends with the same bits."""

from __future__ import annotations

import signal
import subprocess
import sys
import time

import numpy as np
import pytest

import autograd
import nn
import optim
from nn.data import DataLoader
from nn.storage import StorageError, load, save
from nn.training import Callback, EarlyStopping, History, fit, load_checkpoint, save_checkpoint

PROGRAM = """
import sys
import numpy as np
import autograd, nn, optim
from nn.data import DataLoader
from nn.training import EarlyStopping, fit

class Noisy(nn.Module):
    def __init__(self):
        self.random = np.random.default_rng(1)
        self.layer = nn.Linear(16, 3)

    def forward(self, x):
        return self.layer(x + self.random.normal(size=x.shape).astype(x.dtype) * 0.1)

def report(epoch):
    print(epoch, flush=True)
    sys.stdin.readline()

def train(path, *callbacks, epochs=12):
    autograd.manual_seed(0)
    random = np.random.default_rng(0)
    x = random.normal(size=(48, 4)).astype(np.float32)
    y = random.integers(0, 3, 48)
    model = nn.Sequential(nn.Linear(4, 16), nn.BatchNorm1d(16), nn.ReLU(), nn.Dropout(0.3), Noisy())
    optimizer = optim.Adam(model.parameters(), lr=0.01)
    scheduler = optim.schedulers.StepLR(optimizer, step_size=3, gamma=0.5)
    history = fit(
        model, DataLoader((x, y), 16, shuffle=True), loss=nn.CrossEntropyLoss(), optimizer=optimizer, epochs=epochs,
        scheduler=scheduler, validation=DataLoader((x, y), 16, shuffle=True), metrics=["accuracy"], progress=False,
        callbacks=[EarlyStopping(patience=11), *callbacks], checkpoint=path,
    )
    return history, model

if __name__ == "__main__":
    train(sys.argv[1], lambda run: report(run.epoch))
"""


@pytest.fixture(scope="module")
def train():
    space = {"__name__": "program"}
    exec(PROGRAM, space)
    return space["train"]


def test_a_run_that_is_killed_again_and_again_ends_with_the_same_bits(tmp_path, train):
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    history, model = train(whole)
    random = np.random.default_rng(0)
    for life in range(3):
        with subprocess.Popen([sys.executable, "-c", PROGRAM, parts], stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE, bufsize=0) as child:
            for _ in range(2):  # the second epoch ends after the first was saved
                child.stdout.readline()
                child.stdin.write(b"on\n")
            time.sleep(random.uniform(0, 0.05))  # in which it saves the second, and goes on to wait after the third
            child.kill()
        assert child.returncode == -signal.SIGKILL
        assert life < load(parts)["run"]["epoch"] < 12
    resumed, twin = train(parts)
    assert resumed.to_dict() == history.to_dict()
    assert parts.read_bytes() == whole.read_bytes()
    for name, array in model.state_dict().items():
        np.testing.assert_array_equal(twin.state_dict()[name], array)


@pytest.mark.parametrize("stop", range(1, 8, 3))
def test_ten_and_ten_more_is_twenty(tmp_path, train, stop):
    train(tmp_path / "parts", epochs=stop)
    train(tmp_path / "parts")
    train(tmp_path / "whole")
    assert (tmp_path / "parts").read_bytes() == (tmp_path / "whole").read_bytes()


def test_a_finished_run_is_not_trained_again(tmp_path, train):
    history, model = train(tmp_path / "run")
    before = (tmp_path / "run").read_bytes()
    again, twin = train(tmp_path / "run")
    assert again.to_dict() == history.to_dict()
    assert (tmp_path / "run").read_bytes() == before
    for name, array in model.state_dict().items():
        np.testing.assert_array_equal(twin.state_dict()[name], array)


def parts():
    model = nn.Sequential(nn.Linear(2, 3), nn.Dropout(0.5), nn.Linear(3, 1))
    optimizer = optim.Adam(model.parameters())
    loader = DataLoader(np.random.default_rng(0).normal(size=(20, 2)).astype(np.float32), 4, shuffle=True)
    return {"model": model, "optimizer": optimizer, "loader": loader}


def steps(model, optimizer, loader, count):
    """Take steps of the plain loop, `count` of them or to the end of the pass."""
    for _, x in zip(range(count), loader, strict=False):
        optimizer.zero_grad()
        (model(x) ** 2).mean().backward()
        optimizer.step()


def test_the_plain_loop_resumes_in_the_middle_of_a_pass(tmp_path):
    run = parts()
    steps(**run, count=2)
    save_checkpoint(tmp_path / "run", **run, epoch=7, note="half way")
    steps_left = iter(run["loader"])  # the plain loop's own iterator is gone with the process
    del steps_left
    other = parts()
    autograd.random.generator().normal(size=3)
    assert load_checkpoint(tmp_path / "run", **other) == {"epoch": 7, "note": "half way"}
    steps(**other, count=99)
    again = parts()
    load_checkpoint(tmp_path / "run", **again)
    steps(**again, count=99)
    for name, array in other["model"].state_dict().items():
        np.testing.assert_array_equal(again["model"].state_dict()[name], array)
    assert other["loader"].state_dict() == again["loader"].state_dict()
    assert again["loader"].state_dict()["epoch"] == 1


def snapshot(run):
    states = {name: part.state_dict() for name, part in run.items()}
    random = autograd.random.generator().bit_generator.state
    return nn.storage.encode({**states, "random": random})


def test_a_checkpoint_that_does_not_fit_changes_nothing(tmp_path):
    run = parts()
    steps(**run, count=2)
    save_checkpoint(tmp_path / "run", **run)
    state = load(tmp_path / "run")
    state["loader"]["samples"] = 7
    save(state, tmp_path / "bad")
    other = parts()
    before = snapshot(other)
    with pytest.raises(ValueError, match="samples=7"):
        load_checkpoint(tmp_path / "bad", **other)
    assert snapshot(other) == before
    wider = nn.Sequential(nn.Linear(2, 4))
    with pytest.raises(ValueError, match="weight") as caught:
        load_checkpoint(tmp_path / "run", model=wider)
    assert f"checkpoint {str(tmp_path / 'run')!r}" in caught.value.__notes__[0]


def test_a_checkpoint_that_cannot_be_written_is_refused_before_the_first_epoch(tmp_path):
    """An epoch was trained, and lost."""
    model = nn.Linear(2, 1)
    before = model.weight.data.copy()
    with pytest.raises(FileNotFoundError, match=r"the directory '.*none' does not exist"):
        fit(model, [(np.ones((3, 2)), np.ones((3, 1)))], nn.MSELoss(), optim.SGD(model.parameters(), lr=0.1), 1,
            progress=False, checkpoint=tmp_path / "none" / "run")
    np.testing.assert_array_equal(model.weight.data, before)


def test_a_damaged_checkpoint_is_one_clear_error_before_anything_changes(tmp_path):
    run = parts()
    save_checkpoint(tmp_path / "run", **run)
    content = (tmp_path / "run").read_bytes()
    before = snapshot(run)
    random = np.random.default_rng(0)
    for _ in range(100):
        damaged = bytearray(content)
        damaged[random.integers(len(content))] ^= 1 << random.integers(8)
        (tmp_path / "run").write_bytes(damaged)
        with pytest.raises(StorageError, match="run is damaged or not a safetensors file: "):
            load_checkpoint(tmp_path / "run", **run)
    assert snapshot(run) == before


def test_what_is_missing_is_named(tmp_path):
    run = parts()
    save_checkpoint(tmp_path / "run", model=run["model"])
    with pytest.raises(StorageError, match="run has no loader, optimizer; it holds model"):
        load_checkpoint(tmp_path / "run", **run)
    with pytest.raises(ValueError, match="'random' is taken"):
        save_checkpoint(tmp_path / "run", random=3)
    save(run["model"], tmp_path / "model")
    with pytest.raises(StorageError, match=r"model is not a checkpoint; read it with nn\.load"):
        load_checkpoint(tmp_path / "model", model=run["model"])


@pytest.mark.parametrize("method", ["state_dict", "load_state_dict"])
def test_a_part_that_could_not_be_loaded_again_is_refused_before_anything_is_written(tmp_path, method):
    half = type("Half", (), {method: lambda self, *state: {"epoch": 3}})()
    with pytest.raises(TypeError, match="half is of type Half"):
        save_checkpoint(tmp_path / "run", model=parts()["model"], half=half)
    assert not list(tmp_path.iterdir())


def test_random_states_of_other_modules_are_refused(tmp_path):
    model = nn.Sequential(nn.Linear(2, 2))
    save_checkpoint(tmp_path / "run", model=model)
    model[0].random = np.random.default_rng(0)
    with pytest.raises(StorageError, match=r"of \['autograd'\], the run has \['autograd', 'model.0.random'\]"):
        load_checkpoint(tmp_path / "run", model=model)


def test_callbacks_are_part_of_a_checkpoint(tmp_path):
    class Count(Callback):
        def __init__(self):
            self.seen = 0

        def on_epoch_end(self, run):
            self.seen += 1

        def state_dict(self):
            return {"seen": self.seen}

        def load_state_dict(self, state):
            self.seen = state["seen"]

    def train(epochs):
        model, count = nn.Linear(2, 1), Count()
        x = np.ones((4, 2), np.float32)
        data, optimizer = DataLoader((x, x[:, :1]), 2), optim.SGD(model.parameters(), lr=0.1)
        watchers = [count, EarlyStopping(monitor="loss"), Callback()]  # the last has no state
        fit(model, data, loss=nn.MSELoss(), optimizer=optimizer, epochs=epochs, callbacks=watchers, progress=False,
            checkpoint=tmp_path / "run")
        return count.seen

    assert train(2) == 2
    assert train(5) == 5


def test_history_is_a_state():
    history = History()
    history.append({"loss": 1.0})
    other = History()
    other.load_state_dict(history.state_dict())
    other.append({"loss": 0.5})
    assert history["loss"] == [1.0]
    assert other["loss"] == [1.0, 0.5]
