"""Every layer, every loss and every function of `nn`, one table through all modes of differentiation.

Forward against central differences, reverse against forward, second order all ways, batches against loops, and the same
numbers from any memory. PyTorch's numbers are in `test_golden_layers.py`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import pytest

import autograd
import nn
from autograd import Tensor, grad, hvp, jvp, manual_seed, vmap
from tests.nn.every_layer import CASES, FUNCTIONS, IMAGES, ROWS, SEQUENCES, VOLUMES, Array, Case, N, flat
from tests.nn.kernels.kernel_checks import SPURIOUS

H = 1e-6
every = pytest.mark.parametrize("case", [pytest.param(case, id=name) for name, case in CASES.items()])
alone = pytest.mark.parametrize("case", [pytest.param(case, id=name) for name, case in CASES.items()
                                         if case.alone and "Loss" not in name])


def values(x: Any) -> Array:
    return np.asarray(x.detach() if isinstance(x, Tensor) else x)


def assert_close(found: Any, expected: Any, tolerance: float, what: str = "") -> None:
    found, expected = values(found), values(expected)
    assert found.shape == expected.shape, what
    np.testing.assert_allclose(found, expected, rtol=tolerance, err_msg=what,
                               atol=tolerance * max(1.0, np.abs(expected).max(initial=0)))


def directions(case: Case) -> tuple[list[Array], Array]:
    """A tangent for each operand of floats, and a cotangent of the result."""
    rng = np.random.default_rng(3)
    tangents = [rng.normal(size=x.shape) for x in case.floats()]
    return tangents, rng.normal(size=case.at(case.operands)(*case.floats()).shape)


def difference(f: Callable[..., Any], floats: list[Any], tangents: list[Array]) -> list[Array]:
    """The derivative of each result of `f` along the tangents, by a central difference."""
    ahead, behind = (f(*[x + h * t for x, t in zip(floats, tangents, strict=True)]) for h in (H, -H))
    return [(values(a) - values(b)) / (2 * H) for a, b in zip(ahead, behind, strict=True)]


def gradients(f: Callable[..., Any], floats: Sequence[Any], cotangent: Array) -> Any:
    """Of the results' sum, each times its cotangent, in each of the operands."""
    return grad(lambda *x: (f(*x) * cotangent).sum(), tuple(range(len(floats))))(*floats)


def test_nothing_is_left_out() -> None:
    held = {name: getattr(nn, name) for name in nn.__all__}
    kinds = {name for name, kind in held.items() if isinstance(kind, type) and issubclass(kind, nn.Module)}
    tested = {re.split(r",| of | with ", name)[0] for name in CASES}
    holders = {"Module", "ModuleDict", "ModuleList", "ParameterDict", "ParameterList", "Sequential"}
    lazy = {name for name in kinds if name.startswith("Lazy")}  # which are the others after a call
    assert kinds - tested - lazy == holders | {"AveragedModel"}
    others = {"one_hot", "gumbel_softmax"}  # integers, which have no derivative, and what is drawn anew in each example
    assert set(nn.functional.__all__) - tested == others


@every
def test_forward_is_the_limit_of_differences_and_reverse_its_transpose(case: Case) -> None:
    f, floats = case.at(case.operands), case.floats()
    tangents, cotangent = directions(case)
    out, along = jvp(f, floats, tangents)
    assert values(out).dtype == np.float64
    assert_close(out, f(*floats), 1e-12)
    assert_close(along, difference(lambda *x: [f(*x)], floats, tangents)[0], 1e-6)
    total = sum((values(g) * t).sum() for g, t in zip(gradients(f, floats, cotangent), tangents, strict=True))
    assert_close(total, (values(along) * cotangent).sum(), 1e-9)


@every
def test_second_order_all_ways(case: Case) -> None:
    f, floats, (tangents, cotangent) = case.at(case.operands), case.floats(), directions(case)

    def scalar(*x: Any) -> Any:
        return (f(*x) * cotangent).sum()

    def gradient(*x: Any) -> Any:
        return gradients(f, x, cotangent)

    def along(*x: Any) -> Any:
        return sum((g * t).sum() for g, t in zip(gradient(*x), tangents, strict=True))

    expected = difference(gradient, floats, tangents)
    ways = {
        "reverse over forward": hvp(lambda x: scalar(*x), tuple(floats), tuple(tangents)),
        "forward over reverse": jvp(gradient, floats, tangents)[1],
        "reverse over reverse": grad(along, tuple(range(len(floats))))(*floats),
    }
    for way, found in ways.items():
        for one, other in zip(found, expected, strict=True):
            assert_close(one, other, 1e-5, way)
    twice = jvp(lambda *x: jvp(scalar, x, tangents)[1], floats, tangents)[1]
    slope = sum((e * t).sum() for e, t in zip(expected, tangents, strict=True))
    assert_close(twice, slope, 1e-5, "forward over forward")


def batched(case: Case) -> list[Array]:
    """Three of each operand: the same inputs in another order, and other parameters."""
    inputs = [np.stack([np.roll(x, k * (i + 1), 0) for k in range(3)]) for i, x in enumerate(case.inputs)]
    return inputs + [np.stack([x, 0.9 * x, 0.7 * x]) for x in case.parameters]


@every
def test_a_batch_of_operands_is_a_loop(case: Case) -> None:
    """Of all operands, of the inputs, of the parameters, and of each alone; and so are its gradients, and theirs."""
    count, inputs = len(case.operands), len(case.inputs)
    _, cotangent = directions(case)
    several = batched(case)

    def pulled(*operands: Any) -> Any:
        return gradients(case.at(operands), case.floats(operands), cotangent)

    choices = {(*range(count),), (*range(inputs),), (*range(inputs, count),), *((i,) for i in range(count))} - {()}
    for chosen in sorted(choices):
        axes = tuple(0 if i in chosen else None for i in range(count))
        given = [several[i] if i in chosen else x for i, x in enumerate(case.operands)]
        each = [[x[k] if i in chosen else x for i, x in enumerate(given)] for k in range(3)]
        found = vmap(lambda *x: flat(case.function(*x)), axes)(*given)
        assert_close(found, np.stack([values(flat(case.function(*x))) for x in each]), 1e-10, str(chosen))
        of_each = zip(*(pulled(*x) for x in each), strict=True)
        for one, expected in zip(vmap(pulled, axes)(*given), of_each, strict=True):
            assert_close(one, np.stack(list(map(values, expected))), 1e-9, f"gradients, {chosen}")


@SPURIOUS
@pytest.mark.parametrize(("dtype", "tolerance"), [(np.float32, 1e-4), (np.float16, 3e-2)])
@every
def test_low_precision_stays(case: Case, dtype: type, tolerance: float) -> None:
    operands = [x.astype(dtype) if x.dtype.kind == "f" else x for x in case.operands]
    f, floats = case.at(operands), case.floats(operands)
    tangents, cotangent = directions(case)
    tangents, cotangent = [t.astype(dtype) for t in tangents], cotangent.astype(dtype)

    def scalar(*x: Any) -> Any:
        return (f(*x) * cotangent).sum()

    found = [f(*floats), *jvp(f, floats, tangents), *hvp(lambda x: scalar(*x), tuple(floats), tuple(tangents)),
             *gradients(f, floats, cotangent), vmap(f)(*[x[None] for x in floats])]
    assert {values(x).dtype for x in found} == {np.dtype(dtype)}
    assert_close(found[0], case.at(case.operands)(*case.floats()), tolerance)


@pytest.mark.parametrize("name", [
    "GELU", "LogSigmoid", "LogSoftmax", "Mish", "Sigmoid", "SiLU", "Softmax", "Softmin", "Softplus",
    "TransformerEncoderLayer", "scaled_dot_product_attention", "CrossEntropyLoss, mean",
    "CrossEntropyLoss of probabilities, mean", "BCEWithLogitsLoss, mean", "SoftMarginLoss, mean",
])
def test_exponentials_that_fade_are_no_error(name: str) -> None:
    """Not even to someone who looks for the origin of a nan by `np.seterr(all="raise")`."""
    case = CASES[name]
    operands = 150 * case.inputs[0].astype(np.float32), *case.inputs[1:], *case.parameters
    expected = flat(case.function(*operands))
    with np.errstate(all="raise"):
        np.testing.assert_array_equal(flat(case.function(*operands)), expected)


def test_weights_that_fade_are_no_error() -> None:
    """Nor are their products with values and their mean over heads, or those of an activation with its input."""
    x = 30 * np.random.default_rng(0).normal(size=(3, 40, 6)).astype(np.float32)
    attention, line = nn.MultiheadAttention(6, 2), np.linspace(-120, 0, 500, dtype=np.float32)
    with np.errstate(all="raise"):
        attention(x, x, x)
        attention(x, x, x, need_weights=False)
        for activation in (nn.Mish(), nn.SiLU(), nn.GELU()):
            activation(line)


def test_probabilities_that_fade_are_no_error() -> None:
    with np.errstate(all="raise"):
        assert autograd.logsumexp([0.0, -1000.0]).item() == 0
        assert nn.functional.kl_div([0.0, -1.0], [0.0, -1000.0], "sum", log_target=True).item() == 0


@pytest.mark.parametrize("name", FUNCTIONS)
def test_operands_of_two_precisions_have_results_of_one(name: str) -> None:
    """Whatever the mode: a kernel writes what its reference does."""
    case = FUNCTIONS[name]
    for i in case.operands_of_floats:
        operands = [x.astype(np.float32) if k == i else x for k, x in enumerate(case.operands)]
        f, floats = case.at(operands), case.floats(operands)
        found = [f(*floats), *jvp(f, floats, floats), vmap(f)(*[x[None] for x in floats])]
        assert len({values(x).dtype for x in found}) == 1
        assert_close(found[0], case.at(case.operands)(*case.floats()), 1e-4)


def laid_out(x: Array) -> Iterator[tuple[str, Array]]:
    """The same numbers in other memory."""
    yield "columns first", np.asfortranarray(x)
    spread = np.zeros([2 * n for n in x.shape], x.dtype)
    spread[(slice(None, None, 2),) * x.ndim] = x
    yield "with gaps", spread[(slice(None, None, 2),) * x.ndim]
    backwards = (slice(None, None, -1),) * x.ndim
    yield "backwards", x[backwards].copy()[backwards]
    yield "channels last", np.moveaxis(np.moveaxis(x, min(1, x.ndim - 1), -1).copy(), -1, min(1, x.ndim - 1))
    frozen = x.copy()
    frozen.flags.writeable = False
    yield "read-only", frozen
    yield "in the other byte order", x.astype(x.dtype.newbyteorder())


@every
def test_memory_makes_no_difference(case: Case) -> None:
    _, cotangent = directions(case)

    def both(operands: list[Array]) -> tuple[Any, ...]:
        f, floats = case.at(operands), case.floats(operands)
        return f(*floats), *gradients(f, floats, cotangent)

    expected = both([x.copy() for x in case.operands])
    for layouts in zip(*map(laid_out, case.operands), strict=True):
        operands = [x for _, x in layouts]
        for one, other in zip(both(operands), expected, strict=True):
            assert_close(one, other, 1e-12, layouts[0][0])
        assert all(np.array_equal(x, y) for x, y in zip(operands, case.operands, strict=True))


@pytest.mark.parametrize("size", [1, 0])
@alone
def test_batches_of_one_and_of_none(case: Case, size: int) -> None:
    whole = case.function(*case.operands)
    operands = [x[:size] for x in case.inputs] + list(case.parameters)
    f, floats, count = case.at(operands), case.floats(operands), flat(whole).size * size // N
    if isinstance(whole, Tensor):
        assert_close(case.function(*operands), whole[:size], 1e-12)
    ones = [np.ones_like(x) for x in floats]
    assert jvp(f, floats, ones)[1].shape == (count,)
    assert vmap(f)(*[x[None] for x in floats]).shape == (1, count)
    first = gradients(f, floats, np.ones(count))
    second = hvp(lambda x: (f(*x) ** 2).sum(), tuple(floats), tuple(ones))
    for x, *found in zip(floats, first, second, strict=True):
        assert all(values(g).shape == x.shape and np.isfinite(values(g)).all() for g in found)
        assert size or not any(values(g).any() for g in found)


@every
def test_shapes_that_do_not_fit_are_refused_in_words(case: Case) -> None:
    """What was expected and what came; or else they fit, as another number of rows does a dense layer."""
    for i, x in enumerate(case.operands[: len(case.inputs)]):
        others = x[..., 0], x.reshape(-1)[0], x[..., None], x[None], np.concatenate([x, x[..., :1]], -1), x[..., :0]
        for other in others:
            operands = [other if i == k else y for k, y in enumerate(case.operands)]
            try:
                case.function(*operands)
            except (ValueError, TypeError) as error:
                said = str(error)
                assert re.search("expected|needs|larger than|would make|empty|zero-size", said)
                assert str(other.shape) in said or " got " in said, said


# --- What differs between training and evaluation ---------------------------------------------------------------------

RANDOM: dict[str, tuple[Callable[[float], nn.Module], tuple[int, ...]]] = {
    "Dropout": (nn.Dropout, ROWS), "Dropout1d": (nn.Dropout1d, SEQUENCES), "Dropout2d": (nn.Dropout2d, IMAGES),
    "Dropout3d": (nn.Dropout3d, VOLUMES),
    "AlphaDropout": (nn.AlphaDropout, SEQUENCES),
    "LSTM": (lambda p: nn.LSTM(5, 3, 2, dropout=p, batch_first=True, dtype=float), SEQUENCES),
    "GRU": (lambda p: nn.GRU(5, 3, 2, dropout=p, bidirectional=True, dtype=float), SEQUENCES),
    "RNN": (lambda p: nn.RNN(5, 3, 3, dropout=p, dtype=float), SEQUENCES),
    "MultiheadAttention": (lambda p: Itself(nn.MultiheadAttention(5, 1, p, dtype=float)), SEQUENCES),
    "TransformerEncoderLayer": (lambda p: nn.TransformerEncoderLayer(4, 2, 5, p, dtype=float), (5, 3, 4)),
    "Transformer": (lambda p: Itself(nn.Transformer(4, 2, 1, 1, 5, p, dtype=float), 2), (5, 3, 4)),
}


class Itself(nn.Module):
    """A layer of several inputs, all of which are the same."""

    def __init__(self, layer: nn.Module, inputs: int = 3) -> None:
        self.layer, self.inputs = layer, inputs

    def forward(self, x: Any) -> Any:
        return self.layer(*[x] * self.inputs)


@pytest.mark.parametrize("name", RANDOM)
def test_what_was_drawn_is_differentiated(name: str) -> None:
    build, shape = RANDOM[name]
    layer, (x, tangent) = build(0.3), np.random.default_rng(5).normal(size=(2, *shape))

    def f(x: Any) -> Any:
        manual_seed(3)
        return flat(layer(x))

    out, along = jvp(f, (x,), (tangent,))
    assert_close(out, f(x), 1e-12)
    assert_close(along, difference(lambda x: [f(x)], [x], [tangent])[0], 1e-6)
    cotangent = np.random.default_rng(6).normal(size=out.shape)
    (gradient,) = gradients(f, [x], cotangent)
    assert_close((values(gradient) * tangent).sum(), (values(along) * cotangent).sum(), 1e-9)
    assert_close(hvp(lambda x: (f(x) * cotangent).sum(), x, tangent),
          difference(lambda x: gradients(f, [x], cotangent), [x], [tangent])[0], 1e-5)


@pytest.mark.parametrize("name", RANDOM)
def test_nothing_is_drawn_in_evaluation(name: str) -> None:
    build, shape = RANDOM[name]
    layer, calm, x = build(0.3), build(0.0), np.random.default_rng(5).normal(size=shape)
    calm.load_state_dict(layer.state_dict())
    manual_seed(1)
    before = str(autograd.random.state())
    np.testing.assert_array_equal(values(flat(layer.eval()(x))), values(flat(calm(x))))
    assert str(autograd.random.state()) == before
    assert "Dropout" in name or not np.array_equal(values(flat(layer.train()(x))), values(flat(calm(x))))


@pytest.mark.parametrize("transform", [
    lambda f, x, t: f(Tensor(x)), lambda f, x, t: jvp(f, (x,), (t,)),
    lambda f, x, t: hvp(lambda x: (f(x) ** 3).sum(), x, t),
    lambda f, x, t: jvp(grad(lambda x: (f(x) ** 3).sum()), (x,), (t,)), lambda f, x, t: autograd.jacrev(f)(x),
    lambda f, x, t: autograd.checkpoint(f)(Tensor(x, requires_grad=True)).sum().backward(),
    lambda f, x, t: vmap(lambda w: f(Tensor(x)) * w)(np.ones(3)),
], ids=["call", "forward", "reverse over forward", "forward over reverse", "Jacobian", "checkpoint", "vmap of others"])
@pytest.mark.parametrize("instances", [False, True])
def test_running_statistics_move_once(transform: Callable[..., Any], instances: bool) -> None:
    x, tangent = np.random.default_rng(5).normal(size=(2, 6, 4, 3))
    layer = nn.InstanceNorm1d(4, track_running_stats=True, dtype=float) if instances else nn.BatchNorm1d(4, dtype=float)
    transform(layer, x, tangent)
    variance = x.var(2, ddof=1).mean(0) if instances else np.moveaxis(x, 1, 2).reshape(-1, 4).var(0, ddof=1)
    np.testing.assert_allclose(values(layer.running_mean), 0.1 * x.mean((0, 2)), rtol=1e-12)
    np.testing.assert_allclose(values(layer.running_var), 0.9 + 0.1 * variance, rtol=1e-12)
    assert layer.num_batches_tracked is not None
    assert layer.num_batches_tracked.item() == (not instances)  # PyTorch's instances are not counted


@pytest.mark.parametrize("norm", [nn.functional.batch_norm, nn.functional.instance_norm])
def test_a_running_statistic_moves_alone_as_it_does_beside_the_other(norm: Any) -> None:
    x = np.random.default_rng(5).normal(size=(6, 4, 3))

    def moved(mean: bool, variance: bool) -> list[Array | None]:
        held = [Tensor(start) if wanted else None for start, wanted in ((np.zeros(4), mean), (np.ones(4), variance))]
        norm(x, *held, **{"training" if norm is nn.functional.batch_norm else "use_input_stats": True})
        return [None if statistic is None else values(statistic) for statistic in held]

    mean, variance = moved(True, True)
    assert np.all(mean != 0)
    assert np.all(variance != 1)
    np.testing.assert_array_equal(moved(True, False)[0], mean)
    np.testing.assert_array_equal(moved(False, True)[1], variance)


@pytest.mark.parametrize("norm", [nn.functional.batch_norm, nn.functional.instance_norm])
def test_running_statistics_of_half_precision_are_single(norm: Any) -> None:
    """A variance of 250,000 is more than a float16 can hold."""
    x = (500 * np.random.default_rng(5).normal(size=(6, 4, 30))).astype(np.float16)
    wide = x.astype(float)
    mean, variance = Tensor(np.zeros(4, np.float32)), Tensor(np.ones(4, np.float32))
    norm(x, mean, variance, None, None, True)
    instances = norm is nn.functional.instance_norm
    expected = wide.var(2, ddof=1).mean(0) if instances else np.moveaxis(wide, 1, 2).reshape(-1, 4).var(0, ddof=1)
    np.testing.assert_allclose(values(mean), 0.1 * wide.mean((0, 2)), rtol=1e-4, atol=1e-4)
    np.testing.assert_allclose(values(variance), 0.9 + 0.1 * expected, rtol=1e-4)
    of = np.arange(4, dtype=np.float32), np.float32(10) ** np.arange(2, 6)
    found = norm(x, *of, None, None, False)
    assert found.dtype == np.float16
    np.testing.assert_allclose(values(found), (wide - of[0][:, None]) / np.sqrt(of[1])[:, None], rtol=2e-3, atol=1e-5)


def test_no_instances_move_no_statistics() -> None:
    layer = nn.InstanceNorm1d(4, track_running_stats=True)
    assert layer(np.ones((0, 4, 5), np.float32)).shape == (0, 4, 5)
    np.testing.assert_array_equal(values(layer.running_mean), 0)
    np.testing.assert_array_equal(values(layer.running_var), 1)


def test_instances_that_would_move_statistics_differently_are_refused() -> None:
    layer = nn.InstanceNorm1d(4, track_running_stats=True, dtype=float)
    with pytest.raises(ValueError, match=r"InstanceNorm1d\(4, track_running_stats=True\) inside vmap every"):
        vmap(layer)(np.ones((2, 3, 4, 5)))
    with pytest.raises(ValueError, match=r"expected a running_mean \(3,\), got \(4,\)"):
        nn.functional.instance_norm(np.ones((2, 3, 5)), layer.running_mean)
    with pytest.raises(TypeError, match="instance_norm moves the running statistics in place: give them as tensors"):
        nn.functional.instance_norm(np.ones((2, 4, 5)), np.zeros(4))
