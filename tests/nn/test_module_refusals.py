"""What a module refuses or warns of, and what it says to write instead."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import nn
import optim
from autograd import GradientLostWarning, Tensor
from nn import foreign_names


class Block(nn.Module):
    def __init__(self) -> None:
        self.scale = nn.Parameter(np.ones(3))


class Net(nn.Module):
    def __init__(self) -> None:
        self.first = Block()
        self.temperature = nn.Parameter(2.0)


@pytest.mark.parametrize(("call", "message"), [
    (lambda: nn.Linear(3, 2, device="cpu"), "Linear has no option 'device'; there is one device, the CPU"),
    (lambda: nn.Linear(3, 2, "relu"), "Linear: bias must be True or False, got 'relu'; .* nn.ReLU"),
    (lambda: nn.LazyLinear(2, "relu"), "Linear: bias must be True or False, got 'relu'; .* nn.ReLU"),
    (lambda: nn.LSTM(3, 2, device="cuda"), "LSTM has no option 'device'"),
    (lambda: nn.Embedding(3, 2, sparse=True), "Embedding has no option 'sparse'; gradients are dense: leave it out"),
    (lambda: nn.data.DataLoader(np.ones(4), 2, generator=None), "DataLoader has no option 'generator'; write seed="),
    (lambda: nn.data.DataLoader(dataset=np.ones(4)), "no option 'dataset'; write the data first, without a name"),
    (lambda: nn.data.DataLoader(np.ones(4), 2, worker_init_fn=len), "one process: leave it out"),
])
def test_options_that_another_library_has(call: Any, message: str) -> None:
    with pytest.raises(TypeError, match=message):
        call()


@pytest.mark.parametrize(("call", "message"), [
    (lambda: nn.Conv2d(3, 4), r"Conv2d needs kernel_size: Conv2d\(in_channels, out_channels, kernel_size\)"),
    (lambda: nn.Linear(out_features=2), r"Linear needs in_features: Linear\(in_features, out_features\)"),
    (lambda: nn.Bilinear(3), r"Bilinear needs in2_features and out_features: Bilinear\(in1_features, in2_fea"),
    (nn.Linear, r"Linear needs in_features and out_features: Linear\(in_features, out_features\)$"),
    (nn.BatchNorm1d, r"BatchNorm1d needs num_features: BatchNorm1d\(num_features\)$"),
    (nn.GRUCell, r"GRUCell needs input_size and hidden_size: GRUCell\("),
    (nn.data.DataLoader, "DataLoader needs data: DataLoader"),
    (optim.SGD, r"SGD needs params and lr: SGD\(params, lr\)$"),
    (optim.schedulers.StepLR, r"StepLR needs optimizer and step_size: StepLR\("),
    (lambda: optim.schedulers.StepLR(optim.SGD(nn.Linear(2, 2).parameters(), lr=0.1)),
     r"StepLR needs step_size: StepLR\(optimizer, step_size\)"),
])
def test_what_is_missing_is_named_with_the_class_that_was_written(call: Any, message: str) -> None:
    with pytest.raises(TypeError, match=f"^{message}"):
        call()


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_copies_and_pickles_are_made_without_the_arguments(protocol: int) -> None:
    layer = nn.Linear(3, 2)
    schedule = optim.schedulers.StepLR(optim.SGD(layer.parameters(), lr=0.1), 5)
    made = layer, schedule, nn.data.DataLoader(np.ones((4, 2)), 2)
    for again in (pickle.loads(pickle.dumps(made, protocol)), copy.deepcopy(made), tuple(map(copy.copy, made))):
        assert list(map(type, again)) == list(map(type, made))
        assert again[0].weight.shape == (2, 3)
        assert again[1].optimizer.param_groups[0]["lr"] == 0.1
        assert len(again[2]) == 2


def test_a_layer_and_a_loader_of_the_users_own_may_have_any_options() -> None:
    class Mine(nn.Linear):
        def __init__(self, device: str) -> None:
            super().__init__(3, 2)
            self.device = device

    class Loader(nn.data.DataLoader):
        def __init__(self, dataset: Any) -> None:
            super().__init__(dataset, 2)

    assert Mine(device="here").device == "here"
    assert len(Loader(dataset=np.ones(4))) == 2


def test_replacing_a_parameter_by_an_array_is_refused() -> None:
    net = Net()
    with pytest.raises(TypeError, match=r"Block.scale is a Parameter, which a ndarray would silently replace"):
        net.first.scale = np.zeros(3)
    with pytest.raises(TypeError, match=r"Net.first is a Module, which a function"):
        net.first = lambda x: x
    net.temperature = None
    assert "temperature" not in net.state_dict()
    net.first.scale = nn.Parameter(np.zeros(3))
    assert net.first.scale.name == "first.scale"


def test_modules_in_a_plain_list_are_refused_when_parameters_are_asked_for() -> None:
    class Hidden(nn.Module):
        def __init__(self) -> None:
            self.layers = []
            for _ in range(2):
                self.layers.append(nn.Linear(2, 2))

    with pytest.raises(TypeError, match=r"Hidden.layers is a plain list that holds a Linear, .* nn.ModuleList"):
        list(Hidden().parameters())
    with pytest.raises(TypeError, match="not be trained"):
        nn.Sequential(Hidden()).state_dict()


def test_parameters_in_a_plain_list_are_refused_too() -> None:
    net = nn.Module()
    net.scales = [nn.Parameter(np.ones(2))]
    with pytest.raises(TypeError, match="list that holds a Parameter, .*trained; give it an attribute of its own"):
        list(net.parameters())


def test_modules_in_lists_of_lists_are_refused_too() -> None:
    net = nn.Module()
    net.stages = {"first": [(nn.Linear(2, 2),)]}
    with pytest.raises(TypeError, match="Linear, which would not be trained"):
        list(net.parameters())


def test_a_plain_list_of_modules_held_elsewhere_is_fine() -> None:
    class Held(nn.Module):
        def __init__(self) -> None:
            self.a = nn.Linear(2, 2)
            self.order = [self.a, self.a]

    assert len(list(Held().parameters())) == 2


def test_a_module_cannot_contain_itself() -> None:
    net = Net()
    with pytest.raises(ValueError, match="cannot contain itself"):
        net.first.parent = net


def test_names_have_no_dots() -> None:
    with pytest.raises(ValueError, match="'a.b' cannot name a Linear"):
        nn.Sequential({"a.b": nn.Linear(1, 1)})


@pytest.mark.parametrize("name", ["train", "eval", "forward"])
def test_a_method_that_was_to_be_called_is_not_replaced(name: str) -> None:
    model = Net()
    with pytest.raises(TypeError, match=rf"Net.{name} is a method, which False would .*; call it: model.{name}\(\)$"):
        setattr(model, name, False)
    model.training = False
    model.forward = lambda x: x  # type: ignore[method-assign]
    assert model(3) == 3


def test_a_layer_that_is_taken_for_its_weight_says_where_that_is() -> None:
    with pytest.raises(AttributeError, match="'Linear' object has no attribute 'ndim'; .*: write .weight$"):
        _ = nn.Linear(2, 3).ndim
    with pytest.raises(TypeError, match=r"another leaf tensor, got Linear; write layer\.weight$"):
        nn.init.xavier_uniform_(nn.Linear(2, 3))  # type: ignore[arg-type]


def test_forward_must_be_defined() -> None:
    class Empty(nn.Module):
        pass

    with pytest.raises(NotImplementedError, match=r"Empty needs a method forward\(self, x\)"):
        Empty()(1)


@pytest.mark.parametrize(("name", "advice"), [
    ("cuda", "arrays live in the computer's memory; leave the call out"),
    ("double", "write .astype(np.float64)"),
    ("to", "write .astype(np.float64), or another dtype; there is one device: leave it out"),
    ("_modules", "write named_children(), and setattr(self, name, module) to add one"),
    ("shape", "its parameters have one: write .weight"),
    ("predict", "write model(x), under autograd.no_grad()"),
    ("foo", "'Net' object has no attribute 'foo'"),
])
def test_what_modules_do_not_have_is_said(name: str, advice: str) -> None:
    with pytest.raises(AttributeError, match="'Net' object has no attribute") as caught:
        getattr(Net(), name)
    assert str(caught.value).endswith(advice)


@pytest.mark.parametrize(("module", "names"), [
    (nn, foreign_names.MODULES), (nn.functional, foreign_names.FUNCTIONS), (nn.data, foreign_names.DATA),
], ids=["nn", "functional", "data"])
def test_names_that_pytorch_has_lead_to_ours(module: Any, names: dict[str, str]) -> None:
    for name, advice in {**names, "nonsense": ""}.items():
        with pytest.raises(AttributeError) as caught:
            getattr(module, name)
        expected = f"module {module.__name__!r} has no attribute {name!r}"
        assert str(caught.value) == expected + (f"; {advice}" if advice else "")


@pytest.mark.parametrize(("call", "message"), [
    (lambda: nn.fit(None, np.ones((2, 1)), np.ones(2), loss=nn.MSELoss(), epochs=1),
     r"fit got 'loss' by name and by position, there ndarray; for data and labels write data=nn.data.Data"),
    (lambda: nn.fit(None, validation_data=()), "fit has no option 'validation_data'; write validation="),
    (lambda: nn.Conv2d(1, 8, 3, activation="relu"), r"Conv2d has no option 'activation'; write it as a layer .* ReLU"),
    (lambda: nn.Conv2d(1, 8, 3, strides=2), r"Conv2d has no option 'strides'; did you mean stride\?"),
    (lambda: nn.Linear(1, 8, momentum=2), "option 'momentum'; only in_features, out_features, bias, dtype"),
    (lambda: nn.fit(nn.ReLU(), None, class_weight=[1, 2]), r"fit has no option 'class_weight'; write loss=nn.Cross"),
    (lambda: nn.summary(nn.ReLU(), input_size=(1, 2)), r"summary has no option 'input_size'; write input_shape="),
    (lambda: nn.MSELoss(size_average=False), r"MSELoss has no option .*; write reduction='mean' or reduction='sum'"),
    (lambda: nn.EarlyStopping(restore_best_weights=True), "EarlyStopping has no option .*; write restore_best="),
    (lambda: nn.export_onnx(nn.ReLU(), "m.onnx", np.ones(2)), "takes an example of the model's input, and then a path"),
    (lambda: nn.export_onnx(None, None, "m.onnx", dynamic_axes={}), "export_onnx has no option .*; the first may have"),
])
def test_options_that_others_have_are_answered(call: Callable[[], object], message: str) -> None:
    with pytest.raises(TypeError, match=message):
        call()


def test_a_leaf_that_no_optimizer_would_train_is_warned_of() -> None:
    class Scaled(nn.Module):
        def __init__(self) -> None:
            self.scale = Tensor([2.0], requires_grad=True)
            self.fixed = Tensor([1.0])
            self.inner = nn.Linear(1, 1)

        def forward(self, x: Any) -> Any:
            self.seen = self.inner(x) * self.scale + self.fixed
            return self.seen

    model = Scaled()
    model(np.ones((1, 1), np.float32))
    message = r"Scaled\.scale is a tensor that .* nn\.Parameter.*test_module_refusals\.py:\d+\)$"
    with pytest.warns(GradientLostWarning, match=message) as seen:
        assert len(list(model.parameters())) == 2
    assert len(seen) == 1  # a constant and a result are no leaves that wait for a gradient
    model.scale = nn.Parameter(model.scale.data)
    assert len(list(model.parameters())) == 3


@pytest.mark.parametrize("value", [Tensor(1.0, requires_grad=True), nn.Parameter(np.ones(2), requires_grad=False)])
def test_a_buffer_is_nothing_that_is_trained_or_may_be(value: Tensor) -> None:
    with pytest.raises(TypeError, match=r"a buffer is not trained; pass .detach\(\)"):
        nn.Linear(2, 2).register_buffer("extra", value)


@pytest.mark.parametrize(("call", "message"), [
    (lambda: nn.Linear(2, 2).train("no"), "train: mode must be True or False, got 'no'"),  # it trained
    (lambda: nn.Linear(2, 2).requires_grad_("no"), "requires_grad must be True or False, got 'no'"),
    (lambda: nn.Linear(2, 2).register_forward_hook(3), r"a hook takes a function, got the value 3 .*f\(module, inputs"),
    (lambda: nn.Linear(2, 2).register_buffer(3, np.ones(2)), "Linear: the name of a buffer is a string, got 3"),
    (lambda: nn.Parameter(None), "a tensor holds numbers, got None; does the function"),  # it was nan
    (lambda: nn.Parameter("a"), "a tensor holds numbers, got an array of dtype <U1"),
    (lambda: nn.save(None, "model"), r"save\(model_or_state, path\) got None to save"),
    (lambda: nn.ModuleList(nn.Linear(2, 2)), r"ModuleList takes a list of modules, got Linear; write \[module\]"),
    (lambda: nn.weight_norm(nn.Linear(2, 2), dim=2), "dim is an axis of the weight, from 0 to 1, or None, got 2"),
    (lambda: nn.summary(nn.Linear, (1, 2)), r"summary takes an nn.Module.*, got the class Linear; make one of it: Lin"),
    (lambda: nn.summary(nn.Linear(2, 2), np.ones((1, 2))), r"shape with the batch axis, such as \(1, 4\).*got array"),
    (lambda: nn.summary(nn.Linear(2, 2), (-1, 2)), "each length of a shape must be an integer of at least 0, got -1"),
    (lambda: nn.export_onnx(np.ones((1, 2)), nn.Linear(2, 2), "model.onnx"), "takes an nn.Module, an example"),
    (lambda: nn.AveragedModel(nn.Linear), "AveragedModel takes an nn.Module, got the class Linear"),
    (lambda: nn.data.BatchSampler([1, 2], 2, "last"), "BatchSampler: drop_last must be True or False, got 'last'"),
    (lambda: nn.data.RandomSampler(3), r"RandomSampler takes a data set, or .*: range\(n\); got 3"),
    (lambda: nn.data.TensorDataset([np.ones(2), np.ones(2)]), r"write TensorDataset\(x, y\)"),  # it was one array
    (lambda: nn.data.ConcatDataset(np.ones((2, 3))), r"a list of data sets, .*, got one array \(2, 3\)"),  # of its rows
    (lambda: nn.functional.dropout(np.ones(2), True), "dropout: p must be between 0 and 1, got True"),  # all were 0
])
def test_what_was_taken_for_something_else_is_refused(call: Callable[[], object], message: str) -> None:
    with pytest.raises((TypeError, ValueError), match=message):
        call()
