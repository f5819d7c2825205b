"""What users of other libraries write first, and the mistakes of a first day: each error says what to write instead."""

from __future__ import annotations

import importlib.util
import pickle
import re
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd
import nn
import optim
from autograd import (
    Tensor,
    checkpoint,
    custom,
    grad,
    hessian,
    jacfwd,
    jacobian,
    jacrev,
    jvp,
    tensor,
    value_and_grad,
    vjp,
    vmap,
)
from autograd.arguments import parameters, refuse_foreign_options
from autograd.foreign_names import functions


def leaf() -> Tensor:
    return Tensor([1.0, 2.0], requires_grad=True)


@pytest.mark.parametrize("name", sorted(functions().keys() - {*autograd.__all__, "random"}))
def test_functions_of_other_libraries_lead_to_ours(name: str) -> None:
    with pytest.raises(AttributeError, match=re.escape(f"has no attribute '{name}'; {functions()[name]}")):
        getattr(autograd, name)
    assert name not in dir(autograd)


@pytest.mark.parametrize(("line", "advice"), [
    ("from autograd import Variable", r"'Variable'; write Tensor\(x, requires_grad=True\)$"),
    ("from autograd import hessian_vector_product as hvp", "'hessian_vector_product'; write autograd.hvp$"),
    ("from nn.functional import relu_", "'relu_'; write relu: nothing is overwritten$"),
    ("from nn.data import IterableDataset", "'IterableDataset'; nn.fit takes any iterable of batches$"),
    ("from optim import Adam, RMSprop", "'RMSprop'; it is called RMSProp$"),
    ("from autograd import nonsense", "module 'autograd' has no attribute 'nonsense'$"),
    ("from autograd import jacobain", r"'jacobain'; did you mean jacobian\?$"),
    ("from nn import Relu", r"'Relu'; did you mean ReLU\?$"),
    ("from nn import relu", r"'relu'; it is nn\.functional\.relu$"),
    ("import autograd.numpy as np", "^No module named 'autograd.numpy'; write import numpy as np: tensors go through"),
    ("import autograd.numpy.random as npr", "^No module named 'autograd.numpy'; write import numpy as np"),
    ("from autograd.misc.optimizers import adam", "'autograd.misc'; .* optimizers are in optim$"),
    ("from autograd.extend import primitive, defvjp", "'autograd.extend'; write autograd.custom on a function"),
    ("from autograd.test_util import check_grads", "'autograd.test_util'; write autograd.testing.check_gradients"),
    ("import autograd.scipy.stats.norm as norm", "'autograd.scipy.stats.norm'; write from autograd.scipy.stats im"),
    ("from autograd.scipy.misc import logsumexp", "'autograd.scipy.misc'; logsumexp is in autograd.scipy.special$"),
    ("from nn.utils import clip_grad_norm_", "'nn.utils'; clip_grad_norm_ and clip_grad_value_ are in optim"),
    ("from optim.lr_scheduler import StepLR", "'optim.lr_scheduler'; .*schedulers"),
    ("import autograd.nonsense", "^No module named 'autograd.nonsense'$"),
    ("import nn.functionl", r"'nn.functionl'; did you mean functional\?$"),
])
def test_an_import_of_another_librarys_name_leads_to_ours(line: str, advice: str) -> None:
    with pytest.raises(ImportError, match=advice):
        exec(line)


@pytest.mark.parametrize("name", ["autograd.numpy", "autograd.nonsense", "nn.utils", "optim.lr_scheduler"])
def test_who_asks_whether_there_is_a_module_is_told_that_there_is_none(name: str) -> None:
    assert importlib.util.find_spec(name) is None
    with pytest.raises(ModuleNotFoundError, match=f"^No module named '{name}'") as caught:
        importlib.import_module(name)
    assert caught.value.name == name


def test_a_function_of_numpys_is_found_there() -> None:
    for name in ("allclose", "cumsum", "diag", "kron", "median"):
        assert functions()[name].startswith(f"write np.{name}")
    with pytest.raises(AttributeError, match="has no attribute 'norm'; write np.linalg.norm$"):
        autograd.linalg.norm  # noqa: B018
    with pytest.raises(AttributeError, match=r"'normal'; write np.random.default_rng\(seed\).normal\(size=shape\)$"):
        autograd.random.normal  # type: ignore[attr-defined]  # noqa: B018
    with pytest.raises(AttributeError, match="'PRNGKey'; write autograd.manual_seed"):
        autograd.random.PRNGKey  # type: ignore[attr-defined]  # noqa: B018
    with pytest.raises(AttributeError, match=r"'structure'; write tree.flatten\(t\)\[1\]$"):
        autograd.tree.structure  # type: ignore[attr-defined]  # noqa: B018
    assert not set(autograd.__all__) & functions().keys() - set(dir(np))


def test_a_name_that_is_nowhere_is_no_more_than_that() -> None:
    with pytest.raises(AttributeError, match="module 'autograd' has no attribute 'nonsense'$"):
        autograd.nonsense  # noqa: B018


@pytest.mark.parametrize(("slip", "meant"), [
    (lambda: autograd.hesian, "hessian"), (lambda: autograd.nograd, "no_grad"), (lambda: nn.BatchNorm, "BatchNorm1d"),
    (lambda: nn.crossentropyloss, "CrossEntropyLoss"), (lambda: nn.MSE, "MSELoss"),
    (lambda: nn.functional.crossentropy, "cross_entropy"), (lambda: nn.Linear(2, 1).weigth, "weight"),
    (lambda: nn.Linear(2, 1).paramters(), "parameters"), (lambda: optim.Adagard, "Adagrad"),
    (lambda: optim.SGD([leaf()], lr=0.1).zero_gard(), "zero_grad"), (lambda: autograd.scipy.integrate.odint, "odeint"),
])
def test_the_name_that_may_be_meant_is_said(slip: Any, meant: str) -> None:
    with pytest.raises(AttributeError, match=rf"; did you mean {meant}\?$"):
        slip()


@pytest.mark.parametrize(("slip", "advice"), [
    (lambda: nn.dense, "write Linear(in_features, out_features)"), (lambda: autograd.Jit, "functions run as they are"),
    (lambda: nn.data.mnist, "write idx(path)"), (lambda: optim.SGD([leaf()], lr=0.1).lr, "param_groups[0]['lr']"),
    (lambda: optim.SGD([leaf()], lr=0.1).learning_rate, "param_groups[0]['lr']"),
    (lambda: autograd.testing.gradcheck, "write check_gradients(f, *args)"),
    (lambda: autograd.make_dot, "write autograd.draw(loss)"),
    (lambda: autograd.draw(leaf()).show(), "a notebook shows it; elsewhere write .save('graph.html')"),
    (lambda: autograd.draw(leaf()).render("graph"), "write .save('graph.svg')"),
    (lambda: nn.data.train_test_split, "write random_split(data, [0.8, 0.2])"),
    (lambda: nn.data.DataLoader(np.ones(3)).dataset, "their number .samples"),
    (lambda: nn.Sequential().layers, "write list(model.children())"),
])
def test_what_stands_for_another_librarys_name_stands_for_its_slips_too(slip: Any, advice: str) -> None:
    with pytest.raises(AttributeError, match=f"; .*{re.escape(advice)}"):
        slip()


@pytest.mark.parametrize("make", [tensor, nn.Parameter])
def test_a_dtype_by_position_is_told_its_name(make: Any) -> None:
    name = make.__name__
    with pytest.raises(TypeError, match=rf"^{name} takes data by position, got 2 values; write {name}\(data, requ"):
        make([1.0], np.float32)
    with pytest.raises(TypeError, match=r"^checkpoint takes f by position, got 2 values; write checkpoint\(f\)\(x\)$"):
        checkpoint(np.sum, 1.0)  # type: ignore[call-arg]


def test_an_error_of_the_function_itself_is_left_alone() -> None:
    with pytest.raises(TypeError, match="^a parameter has a floating dtype"):
        nn.Parameter([1], dtype=int)


def test_an_attribute_that_a_tensor_has_not_is_not_set_either() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'require_grad'; write t.requires_grad$"):
        leaf().require_grad = True  # type: ignore[attr-defined]


def test_python_does_not_say_again_which_name_is_meant() -> None:
    program = "import nn\nnn.Relu"
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False).stderr
    assert said.lower().count("did you mean") == 1


def test_an_error_about_a_name_crosses_processes_with_its_words() -> None:
    with pytest.raises(AttributeError) as caught:
        nn.Relu  # noqa: B018
    again = pickle.loads(pickle.dumps(caught.value))
    assert isinstance(again, AttributeError)
    assert str(again) == str(caught.value)


@pytest.mark.parametrize(("make", "kind", "message"), [
    (lambda: Tensor(np.array(["cat", "dog"])), TypeError, r"dtype <U3; classes are numbered by np.unique\(labels"),
    (lambda: Tensor(np.array([1.0, 2], object)), TypeError, r"dtype object; if all .* numbers, write x.astype\(f"),
    (lambda: autograd.sum(x for x in (1.0, 2.0)), TypeError, r"got a generator; write \[\*x\], or builtins.sum\(x\)"),
    (lambda: Tensor(None), TypeError, "got None; does the function that was to give it return"),  # type: ignore[arg-type]
    (lambda: Tensor([[1.0, 2.0], [3.0]]), ValueError, "rows of one length, got a list of parts .*pad_sequence$"),
])
def test_what_is_no_array_of_numbers_is_told_from_one(make: Any, kind: type[Exception], message: str) -> None:
    with pytest.raises(kind, match=message):
        make()


@pytest.mark.parametrize("choose", [
    lambda w: "yes" if w > 1 else "no", lambda w: w > 0 and w < 3, lambda w: not w, lambda w: w in [w + 1, w],
])
def test_several_numbers_have_no_truth_of_their_own(choose: Any) -> None:
    with pytest.raises(ValueError, match=r"truth value of a tensor of shape \(2,\) .* \.any\(\), & and \|.* np\.wh"):
        choose(leaf())
    choose(Tensor([2.0]))
    with pytest.raises(ValueError, match=r"truth value of a tensor of shape \(0,\)"):
        bool(Tensor([]))


def test_elementwise_grad_is_what_the_advice_says() -> None:
    x = np.array([0.5, 1.0])
    np.testing.assert_allclose(vjp(np.sin, x)[1](np.ones(2))[0], np.cos(x))


@pytest.mark.parametrize(("call", "advice"), [
    (lambda x: x.sum(dim=0), "dim=0 .* write axis="),
    (lambda x: x.mean(axis=0, keepdim=True), "keepdim=True .* write keepdims="),
    (lambda x: x.std(unbiased=True), "unbiased=True .* write ddof=1"),
    (lambda x: x.argmax(dim=0), "argmax has no option 'dim'; write axis="),
    (lambda x: x.sort(dim=0, descending=True), r"^sort has no option 'dim', 'descending': .* np.sort\(t, axis\)"),
    (lambda x: x.argsort(0, descending=True), r"^argsort has no option 'descending'; write np.flip\(t.argsort\("),
    (lambda x: x.nonzero(as_tuple=False), r"^nonzero has no option 'as_tuple'; .* write np.argwhere\(t\)$"),
    (lambda x: x.sum(0, True), "data type; to keep the axis write keepdims=True"),
    (lambda x: x.max(0, True), "^max has its target out= in this place, got True; write keepdims=True$"),
    (lambda x: x.argmax(0, False), "^argmax has its target out= in this place, got False; write keepdims=False$"),
    (lambda x: nn.functional.softmax(x, 0, dtype=np.float32), r"has no option 'dtype'; write input.astype\(dtype\)$"),
    (lambda x: x.softmax(dim=0), "^softmax has no option 'dim'; write axis="),
    (lambda x: x.log_softmax(dim=0), "^log_softmax has no option 'dim'; write axis="),
    (lambda x: autograd.logsumexp(x, dim=0), "^logsumexp has no option 'dim'; write axis="),
    (lambda x: autograd.logsumexp(x, 0, keepdim=True), "^logsumexp has no option 'keepdim'; write keepdims="),
    (lambda x: autograd.softmax(x, axes=0), r"^softmax has no option 'axes'; did you mean axis\?$"),
    (lambda x: tensor(x, device="cuda"), "^tensor has no option 'device'; there is one device, the CPU: leave it out$"),
    (lambda x: autograd.softmax(x, 0, axis=0), "^softmax got 'axis' by name and by position, there int$"),
    (lambda x: nn.functional.softmax(x, 0, None, 3), r"^softmax takes input and dim by position, got 4 values"),
    (lambda x: nn.Parameter([1.0], device="cpu"), "^Parameter has no option 'device'; there is one device"),
    (lambda x: tensor(x, require_grad=True), r"^tensor has no option 'require_grad'; did you mean requires_grad\?$"),
    (lambda x: tensor([1.0], ndmin=2), "^tensor has no option 'ndmin'; only data, requires_grad, dtype, name$"),
    (lambda x: autograd.ones(3, out=x), "^ones has no option 'out'; only shape, dtype, device$"),
    (lambda x: autograd.linspace(0, 1, steps=5), "^linspace has no option 'steps'; write num=$"),
    (lambda x: x.flatten(start_dim=1), r"^flatten has no option 'start_dim'; write nn.functional.flatten\(t, start"),
    (lambda x: autograd.numerical.grad(np.sum, x, eps=1e-3), "^grad has no option 'eps'; write step=$"),
    (lambda x: autograd.testing.check_gradients(np.sum, x, eps=1e-3), "^check_gradients has no .* steps are found"),
    (lambda x: checkpoint(np.sum, use_reentrant=False), "^checkpoint has no option 'use_reentrant'; leave it out$"),
    (lambda x: autograd.minimize(np.sum, 1.0, jac=True), "^minimize has no option 'jac'; the gradient is known"),
    (lambda x: nn.load("w.safetensors", map_location="cpu"), "^load has no option 'map_location'; there is one device"),
    (lambda x: nn.summary(nn.ReLU(), (1,), device="cpu"), "^summary has no option 'device'; there is one device"),
    (lambda x: nn.Linear(3, 2, key=1), r"^Linear has no option 'key'; write autograd.manual_seed\(n\) before it$"),
    (lambda x: nn.LSTM(input_dim=3), "^LSTM has no option 'input_dim'; only input_size, hidden_size, "),
    (lambda x: optim.Adam([leaf()], b1=0.9), r"^Adam has no option 'b1'; write betas=\(0.9, 0.999\)$"),
    (lambda x: x.any(axis=0, keepdim=True), "any has no option 'keepdim'; write keepdims="),
    (lambda x: autograd.zeros(3, requires_grad=True), r"^zeros has no option 'requires_grad'; .* \.requires_grad_\(\)"),
    (lambda x: autograd.arange(4.0, requires_grad=True), r"^arange has no option 'requires_grad'; .* \.requires_grad_"),
    (lambda x: autograd.concat((x, x), dim=0), "^concat has no option 'dim'; write axis="),
    (lambda x: autograd.argmax(x, dim=0), "^argmax has no option 'dim'; write axis="),
    (lambda x: grad(np.sum(x), x, create_graph=True), r"^grad has no option 'create_graph'; write grad\(f\)\(x\)"),
    (lambda x: grad(outputs=np.sum(x), inputs=x), r"^grad has no option '(in|out)puts'; write grad\(f\)\(x\)"),
    (lambda x: grad(np.sum, argnum=0), "^grad has no option 'argnum'; write argnums="),
    (lambda x: vmap(np.sum, in_dims=0), "^vmap has no option 'in_dims'; write in_axes="),
    (lambda x: jacobian(np.sin, holomorphic=True), "^jacobian has no option 'holomorphic'; jacobian takes"),
    (lambda x: hessian(np.sum, strict=True), "hessian has no option 'strict'; only f, argnums, has_aux$"),
])
def test_options_of_other_libraries_lead_to_ours(call: Any, advice: str) -> None:
    with pytest.raises(TypeError, match=advice):
        call(leaf())


@pytest.mark.parametrize("name", ["zeros", "ones", "empty"])
def test_a_shape_is_one_argument(name: str) -> None:
    with pytest.raises(TypeError, match=rf"{name} takes a shape; write {name}\(\(2, 3\)\)"):
        getattr(autograd, name)(2, 3)


def test_methods_that_take_axes_elsewhere() -> None:
    """What PyTorch calls flatten(1), transpose(1, 2), repeat(2, 1, 1) and sum(axis=[0, 1])."""
    x = Tensor(np.ones((2, 3, 4)))
    with pytest.raises(TypeError, match=r"several axes are a tuple: axis=\(0, 1\)"):
        x.sum(axis=[0, 1])
    with pytest.raises(TypeError, match=r"for axes from 1 on write nn.functional.flatten\(t, 1\)"):
        x.flatten(1)
    with pytest.raises(TypeError, match=r"how often each element comes, .* write np.tile\(t, \(2, 1, 1\)\)"):
        x.repeat(2, 1, 1)
    with pytest.raises(ValueError, match=r"axes don't match array; .* two of them change places by swapaxes\(1, 2\)"):
        x.transpose(1, 2)


@pytest.mark.parametrize("transform", [grad, value_and_grad, jacrev, jacfwd, jacobian, hessian, vmap, checkpoint])
def test_a_transform_takes_the_function_and_not_its_value(transform: Any) -> None:
    with pytest.raises(TypeError, match=r"got the value array.* write grad\(f\)\(x\), not grad\(f\(x\)\)"):
        transform(np.ones(2))


def test_vmap_needs_an_axis_with_the_examples() -> None:
    with pytest.raises(ValueError, match=r"an argument of shape \(\) has no axis 0 .* in_axes=None"):
        vmap(lambda x, y: x * y)(np.ones(3), 2.0)
    with pytest.raises(ValueError, match=r"shape \(3,\) has no axis 1"):
        vmap(np.sin, in_axes=1)(np.ones(3))
    np.testing.assert_array_equal(vmap(np.sin, in_axes=-1)(np.ones((2, 3))), np.sin(np.ones((3, 2))))


def test_a_hook_is_a_function() -> None:
    with pytest.raises(TypeError, match="takes a function of the gradient, got int"):
        leaf().register_hook(3)  # type: ignore[arg-type]


# --- Rules of one's own ----------------------------------------------------------------------------------------------


def cut(g: Any, out: Any, x: Any) -> Any:
    slope = g * np.cos(x)
    return slope.numpy() if isinstance(slope, Tensor) else slope


@pytest.mark.parametrize("kind", ["defvjp", "defjvp"])
@pytest.mark.parametrize("derivative", [
    lambda f: grad(grad(f))(1.0), lambda f: jvp(grad(f), (1.0,), (1.0,)),
    lambda f: grad(lambda x: jvp(f, (x,), (1.0,))[1])(1.0),
])
def test_a_rule_that_leaves_the_graph_is_refused_where_a_derivative_would_be_lost(kind: str, derivative: Any) -> None:
    f = custom(np.sin)
    getattr(f, kind)(cut)
    with pytest.raises(TypeError, match=f"the {kind[3:]} of .* cut off from the tensors it was given.* NumPy calls"):
        derivative(f)


def test_where_nothing_is_lost_a_rule_may_return_plain_arrays() -> None:
    assert np.isclose(grad(custom(np.sin).defvjp(cut))(1.0), np.cos(1.0))
    assert np.isclose(jvp(custom(np.sin).defjvp(cut), (1.0,), (1.0,))[1], np.cos(1.0))
    with pytest.raises(TypeError, match="the vjp of .* cut off"):  # which the other mode transposes
        jvp(custom(np.sin).defvjp(cut), (1.0,), (1.0,))
    with pytest.raises(TypeError, match="the jvp of .* cut off"):
        grad(custom(np.sin).defjvp(cut))(1.0)


def test_a_rule_may_return_zeros_that_depend_on_nothing() -> None:
    f = custom(lambda x, y: np.floor(x) * y)
    f.defvjp(lambda g, out, x, y: np.zeros(3), lambda g, out, x, y: g * np.floor(x))
    x, y = np.array([0.5, 1.5, 2.5]), np.ones(3)
    assert np.array_equal(hessian(lambda x, y: np.sum(f(x, y)))(x, y), np.zeros((3, 3)))
    assert np.array_equal(jvp(f, (x, y), (y, 0 * y))[1], np.zeros(3))


@pytest.mark.parametrize("define", [lambda f, rule: f.defvjp(rule), lambda f, rule: f.defjvp(rule)])
def test_what_a_rule_is_called_with_is_said_where_it_is_given(define: Any) -> None:
    with pytest.raises(TypeError, match=r"a rule is a function of \([gt], out, \*args\), got .*too many positional"):
        define(custom(np.sin), lambda g: 2 * g)
    define(custom(np.sin), lambda g, *rest, by=1: g)  # any that can be called so


def test_a_rule_for_all_arguments_at_once_is_refused() -> None:
    f = custom(lambda x, y: x * y).defvjp(lambda g, out, x, y: (g * y, g * x))
    with pytest.raises(TypeError, match="got tuple; defvjp takes one function for each argument"):
        grad(f)(1.0, 2.0)


def test_an_option_of_numpys_that_another_library_calls_so_too_is_taken() -> None:
    assert np.ravel_multi_index((autograd.tensor([1, 2]), 1), dims=(3, 4)).tolist() == [5, 9]


def test_a_function_that_does_not_tell_its_parameters_has_none_that_are_known() -> None:
    assert parameters(max) == {}  # NumPy's of C did not before 2.4
    refuse_foreign_options(max, {"dim": 0})  # which may be its own


@pytest.mark.parametrize("transform", [grad, value_and_grad, jacobian, jacrev, jacfwd, hessian])
def test_arguments_in_the_place_of_their_numbers_are_refused_at_once(transform: Any) -> None:
    for given in (leaf(), np.ones(2), 2.0, [leaf()]):
        with pytest.raises(TypeError, match=r"argnums are the numbers or names of .*; write grad\(f\)\(x\), not"):
            transform(np.sum, given)
    assert all(g.shape == (2,) for g in grad(lambda x, y: np.sum(x * y), range(2))(np.ones(2), np.ones(2)))


TAKERS: dict[str, Callable[[Any], Any]] = {
    "vjp": lambda f: autograd.vjp(f, 1.0), "jvp": lambda f: autograd.jvp(f, (1.0,), (1.0,)),
    "linearize": lambda f: autograd.linearize(f, 1.0), "hvp": lambda f: autograd.hvp(f, 1.0, 1.0),
    "compare": lambda f: autograd.compare(f, 1.0),
    "check_gradients": lambda f: autograd.testing.check_gradients(f, 1.0),
    "numerical.grad": lambda f: autograd.numerical.grad(f, 1.0),
    "numerical.jacobian": lambda f: autograd.numerical.jacobian(f, 1.0),
    "numerical.hessian": lambda f: autograd.numerical.hessian(f, 1.0),
    "symbolic.expression": lambda f: autograd.symbolic.expression(f, "x"), "symbolic.grad": autograd.symbolic.grad,
    "implicit.root": lambda f: autograd.implicit.root(f, 1.0),
    "implicit.fixed_point": lambda f: autograd.implicit.fixed_point(f, 1.0),
}


@pytest.mark.parametrize("name", TAKERS)
def test_a_value_in_the_place_of_a_function_is_refused(name: str) -> None:
    with pytest.raises(TypeError, match=rf"^{name} takes a function, got the value 0.5 of type float; write {name}\(f"):
        TAKERS[name](0.5)


@pytest.mark.parametrize("transform", [grad, value_and_grad, jacobian, jacrev, jacfwd, hessian])
def test_arguments_given_by_name_alone_are_none_to_differentiate_by(transform: Any) -> None:
    with pytest.raises(ValueError, match="arguments given by position, of which there are 0, got 0; .* argnums='x'"):
        transform(lambda x: x**2)(x=2.0)


def test_no_attribute_of_an_array_is_missing_without_a_word() -> None:
    array = np.eye(2)
    matrix = Tensor(array, requires_grad=True)
    for name in dir(array):
        if name[0] != "_" and hasattr(array, name) and not hasattr(matrix, name):  # NumPy 2.2 lists what it lost
            with pytest.raises(AttributeError, match=f"no attribute '{name}'; (write|leave it out)"):
                getattr(matrix, name)
    with pytest.raises(AttributeError, match=r"'view'; write t\.reshape\(shape\); its bytes .* t\.numpy\(\)\.view"):
        matrix.view(np.int64)


@pytest.mark.parametrize("name", ["softmax", "log_softmax", "softmin", "glu", "normalize", "gumbel_softmax"])
def test_axes_of_functions_of_pytorchs_are_called_dim(name: str) -> None:
    function = getattr(nn.functional, name)
    with pytest.raises(TypeError, match=f"^{name} has no option 'axis'; write dim=$"):
        function(np.ones((2, 2)), axis=1)
    assert function(np.ones((2, 2)), dim=1).ndim == 2
