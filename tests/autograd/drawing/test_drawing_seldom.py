"""Reading graphs of what is seldom: operations that cannot be run again, figures that are not finite, odd operands."""

from __future__ import annotations

import gc
from collections import deque
from typing import Any

import numpy as np
import pytest

import nn
from autograd import Tensor, custom, fused, tensor
from autograd.drawing import Drawing, draw
from autograd.drawing.model import Kind
from autograd.drawing.on_error import of_error
from autograd.drawing.reading import heat
from autograd.drawing.reading.flops import flops
from autograd.drawing.reading.names import named
from autograd.drawing.reading.rule_text import _binds_tightly, expression
from autograd.drawing.words import flops_text
from nn.kernels.self_attention import self_attention
from tests.autograd.drawing.pictured import leaf


def once(message: str) -> Any:
    """An operation that works one time only."""
    answers = deque([2.0])

    def forward(x: Any) -> tuple[Any, tuple[Any, ...]]:
        if not answers:
            raise RuntimeError(message)
        return answers.popleft() * x, ()

    return fused(f"once {message}", forward, lambda g, operands, residuals, needs: [2.0 * g], lambda x: 2.0 * x)


def test_data_that_is_read_at_several_places_is_one_vertex_where_its_memory_is_known_to_be_one() -> None:
    w, x, array = leaf(np.eye(2), "w"), tensor(np.ones(2)), np.ones(2)
    assert inputs(draw(w @ x + np.tanh(w @ x))) == 1
    assert inputs(draw(w @ array + np.tanh(w @ array))) == 2  # it may have been written to in between
    product = custom(lambda w, x, y: w * x * y)
    product.defvjp(lambda g, out, w, x, y: g * x * y, None, None)
    assert [edge.operands for edge in draw(product(leaf(1.0), x, x)).graph.edges] == [(0,), (1, 2)]


def test_a_tensor_that_is_read_at_several_places_is_one_vertex_as_long_as_it_is_not_written_to() -> None:
    layer, x = nn.Linear(2, 2), Tensor(np.ones((1, 2), np.float32), name="x")
    skip = draw(x + np.tanh(layer(x)))  # the sum does not keep it
    assert inputs(skip) == 1
    assert [v.value is not None for v in skip.graph.vertices.values() if v.name == "x"] == [True]
    w = leaf(np.eye(2), "w")
    first = w * x
    x[0, 0] = 5.0
    assert inputs(draw(first + w * x)) == 2
    assert inputs(draw(sum(w @ Tensor(np.ones(2), name="x") for _ in range(3)))) == 3, "of one name, but three tensors"
    half = Tensor(0.5)
    assert [v.kind for v in draw(half * leaf(1.0) + half * leaf(2.0)).graph.vertices.values()].count(Kind.CONSTANT) == 2


def test_a_constant_shows_the_values_that_any_of_its_readers_kept() -> None:
    x, c = leaf(np.ones(3)), Tensor(np.arange(3.0), name="c")
    (vertex,) = (v for v in draw((x + c) * c).graph.vertices.values() if v.name == "c")
    assert vertex.value is not None
    assert vertex.value.text == "[0, 1, 2]"


def inputs(drawing: Drawing) -> int:
    return sum(vertex.kind is Kind.INPUT for vertex in drawing.graph.vertices.values())


def test_what_cannot_be_run_again_is_counted_and_not_timed() -> None:
    drawing = draw(np.exp(once("timed")(leaf(1.0))), color_by="time")
    assert any("1 operation could not be run again" in line for line in drawing.graph.banner)
    figures = {v.op: v.heat_text for v in drawing.graph.vertices.values() if v.kind is Kind.OPERATION}
    assert figures["once timed"] == ""
    assert "s" in figures["exp"]


def test_operands_that_nobody_knows_are_timed_with_others_of_their_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heat, "LARGEST", 1)  # what is larger is not computed again
    x = leaf(np.ones(8))
    y = np.sum(np.tanh(np.exp(x * 2)))
    y.backward()
    drawing = draw(y, color_by="time")
    assert all("s" in v.heat_text for v in drawing.graph.vertices.values() if v.kind is Kind.OPERATION)


def test_nothing_to_measure_says_nothing() -> None:
    for measure in ("time", "bytes", "flops", "grad_norm"):
        assert draw(leaf(2.0), color_by=measure).graph.vertices  # type: ignore[arg-type]
    assert draw(leaf(2.0), color_by="flops").graph.banner == ()


def test_gradients_of_several_outputs_are_on_the_operation_of_each() -> None:
    x = leaf(np.diag([1.0, 2.0, 4.0]))
    values, vectors = np.linalg.eigh(x)
    both = np.sum(values * np.sin(values)) + np.sum(vectors * np.arange(9.0).reshape(3, 3))
    drawing = draw(both, color_by="grad_norm")
    both.backward()
    assert x.grad is not None
    norm = np.linalg.norm(x.grad.numpy())
    assert next(v for v in drawing.graph.vertices.values() if v.name == "x").heat_text == f"‖grad‖ {norm:.3g}"


def test_kernels_that_backward_has_freed_are_run_again() -> None:
    wave = fused("freed wave", lambda x: (np.sin(x), (np.cos(x),)),
                 lambda g, operands, residuals, needs: [g * residuals[0]], lambda x: np.sin(x))
    x = leaf(np.array([0.5, 1.0]))
    loss = np.sum(wave(x * 1.0) * 3)
    loss.backward()
    drawing = draw(loss, color_by="grad_norm")
    norm = np.linalg.norm(3 * np.cos([0.5, 1.0]))
    assert next(v for v in drawing.graph.vertices.values() if v.name == "x").heat_text == f"‖grad‖ {norm:.3g}"
    loss = np.sum(once("freed")(wave(x * 1.0)))
    loss.backward()
    assert "‖grad‖" not in next(v for v in draw(loss, color_by="grad_norm").graph.vertices.values()
                                if v.name == "x").heat_text  # the way there is gone


def test_a_way_back_that_is_gone_stops_short() -> None:
    """Of an operation of the user's, which is not run again, nobody knows the value; what reads it cannot go back."""
    double = custom(lambda x: 2.0 * x).defvjp(lambda g, out, x: 2.0 * g)
    x = leaf(np.array([0.5, 1.0]))
    loss = np.sum(np.exp(double(x)) * 3)
    loss.backward()
    figures = {v.op or v.name: v.heat_text for v in draw(loss, color_by="grad_norm").graph.vertices.values()}
    assert figures["sum"]
    assert not figures["x"]


def test_a_tangent_that_cannot_be_made_is_left_out() -> None:
    def refuses(t: Any, out: Any, x: Any) -> Any:
        raise RuntimeError("no tangent")

    double = custom(lambda x: 2.0 * x).defvjp(lambda g, out, x: 2.0 * g).defjvp(refuses)
    page = draw(double(leaf(1.0)) * 3.0, backward=True).to_html()
    assert "multiply" in page


def test_names_of_a_module_lead_to_its_parameters() -> None:
    net = nn.Sequential(nn.Linear(2, 1))
    y = net(Tensor(np.ones((1, 2), np.float32)))
    assert {"0.weight", "0.bias"} <= {v.name for v in draw(y, names=net).graph.vertices.values()}
    assert {"m.0.weight", "m.0.bias"} <= {v.name for v in draw(y, names={"m": net}).graph.vertices.values()}
    net.requires_grad_(False)
    y = net(leaf(np.ones((1, 2), np.float32)))
    frozen = {v.name for v in draw(y, names={"m": net}).graph.vertices.values() if v.frozen}
    assert frozen == {"m.0.weight", "m.0.bias"}
    two = [net, nn.Sequential(nn.Linear(2, 1))]
    assert {v.name for v in draw(y, names=two).graph.vertices.values() if v.frozen} == {"0.weight", "0.bias"}
    (alone,) = draw(net[0].weight, names={"m": net}).graph.vertices.values()
    assert alone.name == "m.0.weight"
    assert dict(named({"net": net})) == {f"net.{name}": parameter for name, parameter in net.named_parameters()}
    assert dict(named(net)) == dict(net.named_parameters())


def test_a_module_that_reads_what_another_made_does_not_hold_it() -> None:
    class Gate(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            return np.tanh(x * self.opened)

    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.maker, self.gate = nn.Linear(2, 2), Gate()

        def forward(self, x: Tensor) -> Tensor:
            object.__setattr__(self.gate, "opened", self.maker(x))  # by the side door, not as an argument
            return self.gate(x)

    graph = draw(Net()(Tensor(np.ones((1, 2), np.float32)))).graph
    paths = {v.op: [graph.clusters[c].path for c in graph.lineage(v.cluster)] for v in graph.vertices.values()}
    assert paths["multiply"] == paths["tanh"] == ["", "gate"]
    assert "gate" not in paths["linear"]


class Shaped(nn.Module):
    """A module whose outputs are put together as `shape` says, and that takes its input by keyword, or in a tuple."""

    def __init__(self, shape: Any) -> None:
        self.shape = shape
        self.first, self.second = nn.Linear(2, 2), nn.Linear(2, 1)

    def forward(self, pair: Any = None, *, x: Any = None) -> Any:
        h = np.tanh(self.first(pair[0] if x is None else x))
        return self.shape(np.exp(h), self.second(h))


@pytest.mark.parametrize("shape", [
    lambda a, b: (a, b), lambda a, b: [a, b], lambda a, b: {"a": a, "b": b}, lambda a, b: (a, (b, None)),
    lambda a, b: {"both": [a, {"b": b}]},
])
@pytest.mark.parametrize("given", ["tracked", "constant"])
@pytest.mark.parametrize("call", [lambda net, x: net((x,)), lambda net, x: net(x=x)])
def test_a_call_is_one_frame_however_inputs_and_outputs_nest(shape: Any, given: str, call: Any) -> None:
    x = Tensor(np.ones((1, 2), np.float32), requires_grad=given == "tracked")
    net = nn.Sequential(Shaped(shape))
    graph = draw(call(net[0], np.sinh(x))).graph
    (frame,) = [cluster for cluster in graph.clusters.values() if cluster.kind == "Shaped"]
    assert len(frame.outputs) == 2
    inside = {v.op for v in graph.vertices.values() if frame.id in graph.lineage(v.cluster)} - {""}
    assert inside == {"linear", "tanh", "exp"}  # and not what came before it


def test_two_calls_of_a_module_are_two_frames() -> None:
    net = Shaped(lambda a, b: (a, b))
    x = Tensor(np.ones((1, 2), np.float32))
    graph = draw({"one": net(x=x), "two": net(x=x)}).graph
    assert sum(cluster.kind == "Shaped" for cluster in graph.clusters.values()) == 2


def test_options_are_short() -> None:
    x = leaf(np.ones((2, 3)))
    options = {v.op: v.options for v in draw(np.sum(x, where=np.ones((2, 3), bool)),
                                             x.astype(np.float32)).graph.vertices.values()}
    assert "where=bool (2, 3)" in options["sum"]
    assert options["cast"] == "dtype=float32"
    double = custom(lambda x, *, by: by(x)).defvjp(lambda g, out, x, by: by(g))
    assert "by=negative" in [v.options for v in draw(double(x, by=np.negative)).graph.vertices.values()]


def test_operands_that_are_no_numbers_are_no_vertices() -> None:
    named = custom(lambda x, word: 2.0 * x).defvjp(lambda g, out, x, word: 2.0 * g)
    graph = draw(named(leaf(1.0), "a word")).graph
    assert [v.kind for v in graph.vertices.values()] == [Kind.INPUT if v.kind is Kind.INPUT else v.kind
                                                         for v in graph.vertices.values()]
    assert "a word" not in [v.name for v in graph.vertices.values()]


def test_values_of_which_none_is_finite() -> None:
    (x,) = draw(leaf(np.full(300, np.nan))).graph.vertices.values()
    assert x.value is not None
    assert (x.value.text, x.value.nan) == ("nothing finite", 300)


def test_rules_without_a_text_have_a_name() -> None:
    assert expression(np.exp) == "exp"
    assert expression(eval(compile("lambda g: g * 2", "<nowhere>", "eval"))) == "rule"


def test_rules_are_bracketed_where_their_text_does_not_say_that_they_need_not_be() -> None:
    from types import FunctionType

    product = expression(lambda x: x * 2)
    assert (product, _binds_tightly(product)) == ("x * 2", True)
    assert not _binds_tightly("x + 2")
    assert not _binds_tightly("np.sin(  # of a text that was cut off")
    unplaced = (lambda x: x * 2).__code__.replace(co_linetable=b"")  # as with `python -X no_debug_ranges`
    assert expression(FunctionType(unplaced, {})) == "rule"


def test_a_failing_operation_is_drawn_with_the_operands_that_have_a_shape() -> None:
    def fails(x: Any, word: str) -> Any:
        raise ValueError(word)

    with pytest.raises(ValueError, match="not today") as caught:
        custom(fails)(leaf(np.ones(3)), "not today")
    drawing = of_error(caught.value)
    assert drawing is not None
    assert [v.failed for v in drawing.graph.vertices.values()] == [False, True]


def test_large_conditions_that_nobody_kept_are_not_made_up() -> None:
    x = leaf(np.ones(2000))
    loss = np.sum(np.where(np.arange(2000) > 5, x * 1.0, 0.0))
    loss.backward()
    drawing = draw(loss, color_by="time")
    assert any("1 operation could not be run again" in line for line in drawing.graph.banner)


def test_a_freed_kernel_behind_an_unknown_value_has_no_way_back() -> None:
    double = custom(lambda x: 2.0 * x).defvjp(lambda g, out, x: 2.0 * g)
    x = leaf(np.array([0.5, 1.0]))
    loss = np.sum(once("never again")(double(x)))
    loss.backward()
    assert not next(v for v in draw(loss, color_by="grad_norm").graph.vertices.values() if v.name == "x").heat_text


def test_a_kernel_of_another_shape_the_second_time_has_no_value() -> None:
    shapes = deque([(2,), (3,)])
    fickle = fused("fickle", lambda x: (np.full(shapes.popleft(), 2.0) * np.mean(x), ()),
                   lambda g, operands, residuals, needs: [np.full(2, np.sum(g))], lambda x: 2.0 * x)
    drawing = draw(fickle(leaf(np.ones(2))) * 1.0, steps=True)
    shown = next(v for v in drawing.graph.vertices.values() if v.op == "fickle")
    assert shown.value is None


def test_the_collector_stays_off_for_who_had_it_off() -> None:
    gc.disable()
    try:
        draw(leaf(1.0) * 2)
        assert not gc.isenabled()
    finally:
        gc.enable()
    draw(leaf(1.0) * 2)
    assert gc.isenabled()


def test_names_may_be_among_other_things() -> None:
    x = leaf(1.0)
    assert dict(named({"x": x, "rate": 0.1})) == {"x": x}


def test_counts_of_operations_have_units_up_to_tera() -> None:
    assert flops_text(3e12) == "3 TFLOP"
    assert flops_text(2e16) == "2e+04 TFLOP"
    assert draw(leaf(1.0), color_by="flops").graph.vertices


def test_attention_to_itself_is_two_products_and_three_a_score() -> None:
    batch, length, heads, each = 2, 5, 2, 4
    out = self_attention(leaf(np.ones((batch, length, 3 * heads * each))), None, None, heads=heads)
    assert flops(out._node) == batch * heads * length * length * (2 * each + 2 * each + 3)
