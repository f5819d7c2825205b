"""fit: it learns, reports, validates, stops, and says what is wrong."""

from __future__ import annotations

import copy
import io
import json
import math
import re
import sys
import time
from functools import partial
from types import SimpleNamespace

import numpy as np
import pytest

import autograd
import nn
import optim
from autograd import Tensor
from autograd.errors import AnomalyError
from nn.data import DataLoader
from nn.training import Callback, EarlyStopping, History, evaluate, fit


@pytest.fixture(autouse=True)
def seed():
    autograd.manual_seed(0)


def points(samples=64):
    random = np.random.default_rng(0)
    x = random.normal(size=(samples, 2)).astype(np.float32)
    return x, (x[:, 0] * x[:, 1] > 0).astype(np.int64)


def net(outputs=2):
    return nn.Sequential(nn.Linear(2, 16), nn.Tanh(), nn.Linear(16, outputs))


def run(model=None, data=None, *, loss=None, optimizer=None, epochs=2, progress=False, **options):
    model = net() if model is None else model
    data = DataLoader(points(), 16, shuffle=True, seed=0) if data is None else data
    loss = nn.CrossEntropyLoss() if loss is None else loss
    optimizer = optim.Adam(model.parameters(), lr=0.01) if optimizer is None else optimizer
    return fit(model, data, loss=loss, optimizer=optimizer, epochs=epochs, progress=progress, **options)


def test_loss_optimizer_and_epochs_may_be_given_by_their_places():
    models = [net() for _ in range(2)]
    models[1].load_state_dict(models[0].state_dict())
    by_name, optimizer = run(models[0]), optim.Adam(models[1].parameters(), lr=0.01)
    by_place = fit(models[1], DataLoader(points(), 16, shuffle=True, seed=0), nn.CrossEntropyLoss(), optimizer, 2,
                   progress=False)
    assert by_place.to_dict() == by_name.to_dict()
    loss = nn.CrossEntropyLoss()
    assert evaluate(models[0], points(), loss) == evaluate(models[1], points(), loss=loss)
    with pytest.raises(TypeError, match="loss must be a function of outputs and targets .* got Adam"):
        fit(models[1], DataLoader(points(), 16), optimizer, nn.CrossEntropyLoss(), 2)


@pytest.mark.parametrize("of", [lambda model: optim.schedulers.StepLR(optim.SGD(model.parameters(), lr=0.1), 2),
                                lambda model: SimpleNamespace(param_groups=[{"params": [*model.parameters()]}])],
                         ids=["a schedule", "parameters"])
def test_what_only_steps_or_only_has_parameters_is_no_optimizer(of):
    model = net()
    with pytest.raises(TypeError, match=r"optimizer must be an optimizer such as optim\.Adam\(model\.parameters\(\)\)"):
        run(model, optimizer=of(model))


def test_it_is_the_plain_loop():
    model, twin = net(), net()
    twin.load_state_dict(model.state_dict())
    history = run(model, epochs=np.int64(3))
    optimizer, loss, means = optim.Adam(twin.parameters(), lr=0.01), nn.CrossEntropyLoss(), []
    loader = DataLoader(points(), 16, shuffle=True, seed=0)
    for _ in range(3):
        losses = []
        for x, y in loader:
            optimizer.zero_grad()
            value = loss(twin(x), y)
            value.backward()
            optimizer.step()
            losses.append(value.item())
        means.append(np.mean(losses))
    for name, array in twin.state_dict().items():
        np.testing.assert_array_equal(model.state_dict()[name], array)
    np.testing.assert_allclose(history["loss"], means)


def test_it_learns_what_is_not_linearly_separable():
    history = run(epochs=120, optimizer=None, metrics=["accuracy"], validation=points(), data=None)
    assert history["loss"][-1] < 0.2 < history["loss"][0]
    assert history["validation_accuracy"][-1] > 0.95


def test_metrics_and_loss_are_over_the_whole_epoch_whatever_the_batches():
    x, y = points(50)
    model = net()
    scores = model(Tensor(x)).data
    once = evaluate(model, (x, y), loss=nn.CrossEntropyLoss(), metrics=["accuracy", "f1", "confusion_matrix"])
    for batch_size in (7, 50):
        again = evaluate(
            model, (x, y), loss=nn.CrossEntropyLoss(), metrics={"f1": nn.metrics.f1}, batch_size=batch_size
        )
        assert again["loss"] == pytest.approx(once["loss"], rel=1e-5)
        assert again["f1"] == once["f1"] == nn.metrics.f1(scores, y)
    assert once["confusion_matrix"] == nn.metrics.confusion_matrix(scores, y).tolist()
    assert once["loss"] == pytest.approx(nn.CrossEntropyLoss()(Tensor(scores), Tensor(y)).item(), rel=1e-5)


def test_evaluation_records_nothing_and_restores_every_mode():
    model = nn.Sequential(nn.Linear(2, 4), nn.Dropout(0.5), nn.Linear(4, 2))
    model[1].eval()
    seen = []
    model.register_forward_hook(lambda module, inputs, output: seen.append((module.training, output.requires_grad)))
    evaluate(model, points(), loss=nn.CrossEntropyLoss())
    assert set(seen) == {(False, False)}
    assert [module.training for module in model.modules()] == [True, True, False, True]


def test_names_of_metrics_know_that_the_loss_takes_logits():
    x, y = points()
    data = DataLoader((x, y[:, None].astype(np.float32)), 16)
    model = net(outputs=1)
    history = run(model, data, loss=nn.BCEWithLogitsLoss(), metrics=["accuracy", "mae"], epochs=1)
    assert 0 < history["accuracy"][0] < 1
    measured = evaluate(model, data, loss=nn.BCEWithLogitsLoss(), metrics=["accuracy"])
    assert measured["accuracy"] == np.mean((model(Tensor(x)).data[:, 0] >= 0) == y)


def test_functions_are_metrics_under_their_names():
    def largest(outputs, targets):
        assert isinstance(outputs, np.ndarray)
        assert len(outputs) == len(targets) == 64
        return outputs.max()

    top = partial(nn.metrics.top_k, k=2)
    history = run(metrics=[largest], validation=points())
    assert {"largest", "validation_largest"} <= history.columns.keys()
    assert run(metrics={"top2": top})["top2"] == [1.0, 1.0]


def test_batches_of_several_inputs_and_of_none_but_the_input():
    class Sum(nn.Module):
        def __init__(self):
            self.layer = nn.Linear(2, 2)

        def forward(self, x, y=None):
            return self.layer(x if y is None else x + y)

    x, y = points()
    assert len(run(Sum(), DataLoader((x, x, y), 16))) == 2
    assert len(run(Sum(), DataLoader(x, 16), loss=nn.MSELoss())) == 2


def test_schedulers_step_every_epoch_or_every_batch():
    def rates(**options):
        optimizer = optim.SGD(model.parameters(), lr=1.0)
        scheduler = optim.schedulers.ExponentialLR(optimizer, gamma=0.5)
        return run(model, optimizer=optimizer, scheduler=scheduler, epochs=3, **options)["lr"]

    model = net()
    assert rates() == [1.0, 0.5, 0.25]
    assert rates(schedule_every="batch") == [1.0, 0.5**4, 0.5**8]


def test_a_scheduler_that_watches_a_value_is_given_the_validation_loss():
    model = net()
    optimizer = optim.SGD(model.parameters(), lr=1e-30)
    scheduler = optim.schedulers.ReduceLROnPlateau(optimizer, factor=0.5, patience=0)
    history = run(model, optimizer=optimizer, scheduler=scheduler, epochs=3, validation=points())
    assert history["lr"][-1] < 1e-30


def test_a_scheduler_whose_step_may_be_given_something_is_given_nothing():
    class Counted:
        def step(self, epoch=None, *more):
            given.append((epoch, *more))

    given = []
    run(scheduler=Counted(), epochs=2)
    assert given == [(None,)] * 2


def test_gradients_are_clipped_before_the_step():
    class Norms(Callback):
        def on_backward_end(self, run):
            now = max(np.abs(p.grad.data).max() for p in run.model.parameters())
            self.largest = max(getattr(self, "largest", 0), now)

    clipped, free = Norms(), Norms()
    run(callbacks=[free])
    run(callbacks=[clipped], clip_gradients=partial(optim.clip_grad_norm_, max_norm=1e-3))
    assert clipped.largest <= 1e-3 < free.largest


def test_callbacks_are_called_in_order_and_may_stop():
    calls = []

    class Watch(Callback):
        def on_fit_start(self, run):
            calls.append("start")

        def on_batch_end(self, run):
            calls.append(("batch", run.step, math.isfinite(run.loss)))

        def on_epoch_end(self, run):
            calls.append(("epoch", run.epoch, len(run.history)))
            run.stop = run.epoch == 2

        def on_fit_end(self, run):
            calls.append("end")

    history = run(data=DataLoader(points(), 32), callbacks=[Watch(), lambda run: calls.append("function")], epochs=9)
    epochs = [
        [("batch", 2 * n - 1, True), ("batch", 2 * n, True), ("epoch", n, n), "function"] for n in (1, 2)
    ]
    assert calls == ["start", *epochs[0], *epochs[1], "end"]
    assert len(history) == 2


def scripted(values, **options):
    """Run EarlyStopping on a validation loss that takes these values."""
    model = net()
    weights = []

    class Script(Callback):
        def on_epoch_end(self, run):
            run.history.columns["validation_loss"][-1] = values[run.epoch - 1]
            weights.append(model.state_dict())

    stopping = EarlyStopping(**options)
    history = run(model, callbacks=[Script(), stopping], epochs=len(values), validation=points())
    return len(history), stopping, weights, model.state_dict()


@pytest.mark.parametrize("restore_best", [True, False])
def test_early_stopping_waits_and_keeps_the_best_weights(restore_best):
    epochs, stopping, weights, final = scripted([3.0, 1.0, 2.0, 2.0, 0.5], patience=2, restore_best=restore_best)
    assert epochs == 4
    assert (stopping.best, stopping.best_epoch) == (1.0, 2)
    for name, array in weights[1 if restore_best else 3].items():
        np.testing.assert_array_equal(final[name], array)


def test_early_stopping_asks_for_more_than_min_delta_in_the_right_direction():
    assert scripted([3.0, 2.9, 2.8, 2.7], patience=2, min_delta=0.15)[0] == 4
    assert scripted([3.0, 2.9, 2.8, 2.7], patience=2, min_delta=0.35)[0] == 3
    assert scripted([1.0, 2.0, 3.0, 4.0], patience=1, mode="max")[0] == 4
    assert scripted([1.0, 2.0, 1.5, 4.0], patience=1, mode="max")[0] == 3
    assert scripted([1.0, 2.0, 2.4, 4.0], patience=1, mode="max", min_delta=0.5)[0] == 3
    assert EarlyStopping(monitor="validation_accuracy").mode == "max"


def test_early_stopping_of_one_model_knows_nothing_of_the_next():
    stopping = EarlyStopping(patience=1, monitor="loss", mode="min")
    run(epochs=4, callbacks=[stopping])
    worse = net()
    start = {name: 0 * array for name, array in worse.state_dict().items()}
    worse.load_state_dict(start)
    idle = optim.SGD(worse.parameters(), lr=0.0)
    assert len(run(worse, optimizer=idle, epochs=4, callbacks=[stopping])) == 2
    for name, array in worse.state_dict().items():
        np.testing.assert_array_equal(array, start[name])


def test_for_early_stopping_any_number_is_better_than_none():
    epochs, stopping, _, _ = scripted([math.nan, 3.0, 2.0, math.nan, 1.0], patience=2)
    assert (epochs, stopping.best, stopping.best_epoch) == (5, 1.0, 5)


def test_a_rate_of_numpys_is_a_number_in_the_history():
    model = net()
    history = run(model, optimizer=optim.SGD(model.parameters(), lr=np.float32(0.25)))
    assert json.loads(json.dumps(history.to_dict()))["lr"] == [0.25, 0.25]


def test_history_is_a_table():
    started = time.monotonic()
    history = run(epochs=3, metrics=["accuracy"], validation=points())
    assert 0 < history.seconds <= time.monotonic() - started
    assert list(history.to_dict()) == ["epoch", "loss", "accuracy", "lr", "validation_loss", "validation_accuracy"]
    assert history["epoch"] == history.to_dict()["epoch"] == [1, 2, 3]
    assert history.last == {name: history[name][-1] for name in history.to_dict()}
    assert History().last == {}
    with pytest.raises(AttributeError, match=r"'History' object has no attribute 'history'; write .*to_dict\(\)"):
        history.history  # noqa: B018
    with pytest.raises(ValueError, match="cannot know what is better; write monitor='validation_loss'"):
        EarlyStopping(monitor="val_loss")
    assert re.match(r"History\(3 epochs: loss 0\.\d+ -> 0\.\d+, accuracy", repr(history))
    with pytest.raises(KeyError, match="no column 'loss_'; there are"):
        history["loss_"]
    with pytest.raises(ValueError, match="has the columns"):
        history.append({"loss": 1.0})


def test_history_draws_its_curves():
    history = run(epochs=2, metrics=["accuracy", "confusion_matrix"], validation=points())
    figure = history.plot()
    labels = [line.get_label() for axes in figure.axes for line in axes.get_lines()]
    assert labels == ["loss", "validation loss", "accuracy", "validation accuracy"]
    assert [axes.get_ylabel() for axes in figure.axes] == ["loss", "metric"]
    styles = [[(line.get_color(), line.get_linestyle()) for line in axes.get_lines()] for axes in figure.axes]
    assert styles == [[("C0", "-"), ("C0", "--")]] * 2, "what is measured of the same has one colour"
    file = io.BytesIO()
    figure.savefig(file, format="svg")
    assert b"</svg>" in file.getvalue()
    assert len(run(epochs=1).plot().axes) == 1
    with pytest.raises(ValueError, match="nothing to plot"):
        History().plot()


def test_plotting_without_matplotlib_names_the_extra(monkeypatch):
    history = run(epochs=1)
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(ImportError, match=r"cleargrad\[plot\]"):
        history.plot()


def test_the_progress_bar_shows_loss_metrics_rate_and_remaining_time(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")  # tqdm cuts its line to what a narrow terminal shows
    run(epochs=2, metrics=["accuracy"], validation=points(), progress=True)
    shown = capsys.readouterr().err
    last = shown.strip().splitlines()[-1].split("\r")[-1]
    assert re.search(r"epoch 2/2: 100%.* 8/8 \[00:\d\d<00:00, .*batch/s", last)
    for name in ("loss=", "accuracy=", "validation_loss=", "validation_accuracy="):
        assert name in last
    run(epochs=1, progress=False)
    assert capsys.readouterr().err == ""
    model = net()
    fit(model, DataLoader(points(), 16), loss=nn.CrossEntropyLoss(), epochs=1,
        optimizer=optim.SGD(model.parameters(), 0.1))
    assert "epoch 1/1" in capsys.readouterr().err, "unless it is told not to"


def test_the_bar_of_a_run_that_goes_on_begins_where_the_run_was_left(capsys, tmp_path):
    model, batches = net(), DataLoader(points(), 16)
    optimizer = optim.Adam(model.parameters(), lr=0.01)
    for epochs in (1, 3):
        assert capsys.readouterr().err == ""
        run(model, batches, optimizer=optimizer, epochs=epochs, checkpoint=tmp_path / "run", progress=epochs == 3)
    lines = capsys.readouterr().err.strip().split("\r")
    assert " 4/12 " in lines[0]
    assert "epoch 3/3: 100%" in lines[-1]
    assert " 12/12 " in lines[-1]


def test_the_bar_shows_what_is_a_number_and_was_measured(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    run(metrics={"counts": lambda outputs, targets: np.bincount(targets), "half": lambda outputs, targets: 0.5},
        progress=True)
    shown = capsys.readouterr().err
    assert "half=0.5" in shown
    assert "counts=" not in shown
    assert "lr=" not in shown


def test_a_bar_without_a_known_length(capsys):
    x, y = points()

    class Endless:
        def __iter__(self):
            return iter([(Tensor(x), Tensor(y))] * 3)

    run(data=Endless(), epochs=2, progress=True)
    assert "6batch" in capsys.readouterr().err


def test_a_layer_that_was_replaced_after_the_optimizer_was_made_is_noticed():
    model, extra = net(), Tensor(1.0, requires_grad=True)
    optimizer = optim.SGD([*model.parameters(), extra], 0.1)
    batches = DataLoader(points(), 16)
    fit(model, batches, lambda *both: nn.CrossEntropyLoss()(*both) * extra, optimizer, epochs=1, progress=False)
    model[0] = copy.deepcopy(model[0])
    before = copy.deepcopy(model.state_dict())
    with pytest.raises(ValueError, match="has 3 parameters that are not the model's, .*the last layer was replaced"):
        fit(model, batches, nn.CrossEntropyLoss(), optimizer, epochs=1, progress=False)
    for name, value in model.state_dict().items():
        np.testing.assert_array_equal(value, before[name], err_msg="it was trained in vain")


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"data": points()}, TypeError, r"write nn.data.DataLoader\(\(x, y\), batch_size=32, shuffle=True\)"),
        ({"data": 3}, TypeError, r"fit: data must be batches such as nn.data.DataLoader\(.*\), got 3"),
        ({"data": DataLoader}, TypeError, r"data must be .*got the class DataLoader; make one: DataLoader\("),
        ({"validation": 0.2}, TypeError, r"validation must be \(x, y\), or batches such as nn.data.*, got 0.2"),
        ({"epochs": 2.0}, TypeError, "fit: epochs must be an integer of at least 0, got 2.0"),
        ({"epochs": -1}, ValueError, "epochs must be an integer of at least 0, got -1"),
        ({"schedule_every": "step"}, ValueError, "schedule_every must be one of 'epoch', 'batch', got 'step'"),
        ({"metrics": ["acuracy"]}, ValueError, "no metric is called 'acuracy'; there are accuracy"),
        ({"metrics": "accuracy"}, TypeError, r"write \['accuracy'\]"),
        ({"callbacks": [3]}, TypeError, "a callback must be an nn.Callback or a function of the run, got 3"),
        ({"callbacks": [EarlyStopping]}, TypeError, r"got the class EarlyStopping; make one: EarlyStopping\(...\)"),
        ({"callbacks": EarlyStopping()}, TypeError, r"callbacks must be a list, \[callback, ...\], got EarlyStopping"),
        ({"model": nn.Linear, "optimizer": 1}, TypeError, r"an nn.Module, got the class Linear; make one: Linear\("),
        ({"model": np.tanh, "optimizer": 1}, TypeError, "model must be an nn.Module, got ufunc"),
        ({"loss": "mse"}, TypeError, r"loss must be a function .* such as nn.CrossEntropyLoss\(\), got 'mse'"),
        ({"loss": nn.MSELoss}, TypeError, r"got the class MSELoss; make one: MSELoss\(...\)"),
        ({"optimizer": "adam"}, TypeError, r"optimizer must be .* optim.Adam\(model.parameters\(\)\), got 'adam'"),
        ({"scheduler": optim.schedulers.StepLR}, TypeError, "scheduler must be a schedule .* got the class StepLR"),
        ({"scheduler": optim.schedulers.StepLR(optim.SGD([Tensor(1.0, requires_grad=True)], 0.1), 1)}, ValueError,
         r"a scheduler of the optimizer that it steps, got StepLR\(.*\) of another; write StepLR\(optimizer, ...\)"),
        ({"checkpoint": True}, TypeError, "checkpoint must be the path of a file, got True"),
        ({"metrics": [nn.metrics]}, TypeError, r"metrics takes a function, got .* write metrics=\['accuracy'\]"),
        ({"clip_gradients": 1.0}, TypeError, r"partial\(optim.clip_grad_norm_, max_norm=1.0\), got 1.0"),
        ({"data": [np.ones((2, 2))]}, TypeError, r"got ndarray; for arrays write a tuple of them, \(x, y\)"),
        ({"validation": list(points())}, TypeError, "a batch is .* got ndarray; for arrays write a tuple of them"),
        ({"data": iter([])}, ValueError, "the data gave no batches; a generator gives its batches once"),
        ({"data": [(Tensor(np.ones((2, 2))),)]}, ValueError, "got tuple of length 1"),
        ({"loss": nn.CrossEntropyLoss(reduction="none")}, ValueError, r"got shape \(16,\); give the loss reduction="),
        ({"loss": lambda outputs, targets: 1.0}, TypeError, "the loss must return a Tensor, got float"),
        ({"callbacks": [EarlyStopping()]}, ValueError, "monitors 'validation_loss', .*pass validation="),
    ],
)
def test_mistakes_are_named(options, error, message):
    with pytest.raises(error, match=message):
        run(**options)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"patience": 0}, "patience must be an integer of at least 1, got 0"),
        ({"patience": 2.5}, "patience must be an integer of at least 1, got 2.5"),
        ({"mode": "low"}, "mode must be one of None, 'min', 'max', got 'low'"),
        ({"min_delta": -1.0}, "EarlyStopping: min_delta must be at least 0, got -1.0"),
        ({"monitor": "validation_rmse"}, "write mode='min' or mode='max'"),
    ],
)
def test_mistakes_of_early_stopping_are_named(options, message):
    with pytest.raises((ValueError, TypeError), match=message):
        EarlyStopping(**options)


def test_a_model_that_cannot_learn_is_told_why():
    with pytest.raises(ValueError, match="does not depend on any parameter that requires grad: are all of them frozen"):
        run(net().requires_grad_(False))


def test_a_loss_that_is_not_finite_stops_the_run_before_it_harms():
    model = net()
    before = model.state_dict()
    x, y = points()
    x[3, 0] = np.nan
    with pytest.raises(AnomalyError, match=r"nan in epoch 1, step 1, at learning rate 0\.01; part 0 of the batch holds "
                                           r"nan at index \(3, 0\) already: look at the data"):
        run(model, DataLoader((x, y), 64))
    for name, array in model.state_dict().items():
        np.testing.assert_array_equal(array, before[name])
    with pytest.raises(AnomalyError, match="at learning rate 0.01; lower the rate, pass clip_gradients="):
        run(model, loss=lambda outputs, targets: outputs.sum() * np.inf)
