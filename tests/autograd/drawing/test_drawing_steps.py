"""The passes step by step: the numbers on the page are the engine's own."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

import autograd
import nn
from autograd import Tensor
from autograd.drawing import draw
from autograd.drawing.reading.extract import extract
from autograd.drawing.reading.names import gather
from autograd.drawing.reading.passes import cotangents, ones, tangents
from autograd.drawing.reading.replay import fill_in
from autograd.drawing.reading.rule_text import rule_text
from autograd.drawing.reading.steps import text, traced
from autograd.graph import Leaf
from autograd.registry import primitives

RNG = np.random.default_rng(3)


def everything(w: Any, b: Any) -> Any:
    """Operations of every kind, fan-out, broadcasting, several outputs."""
    h = np.tanh(w @ w.T + b)
    values, _ = np.linalg.eigh(h + h.T)
    parts = np.split(np.concatenate([h, h * h]), 2)
    return (values * np.sort(parts[0], axis=0)).sum() + np.einsum("ij,ij->", parts[1], h) + (b / 3.0).max()


def kept(*leaves: Tensor, out: Tensor) -> tuple[Any, dict[Any, Any]]:
    result = extract([out], gather([], None, {}))
    values = dict(result.values)
    fill_in(result.order, values, largest=10**6)
    return result, values


def test_gradients_of_every_node_lead_to_those_of_the_engine() -> None:
    w, b = Tensor(RNG.normal(size=(3, 3)), requires_grad=True), Tensor(RNG.normal(size=3), requires_grad=True)
    out = everything(w, b)
    result, values = kept(w, b, out=out)
    totals = cotangents(result.order, {out._node: ones(out._node)}, values)
    expected = autograd.grad(everything, argnums=(0, 1))(w.data, b.data)
    np.testing.assert_allclose(totals[w._node], expected[0], rtol=1e-12)
    np.testing.assert_allclose(totals[b._node], expected[1], rtol=1e-12)


def test_tangents_of_every_node_lead_to_those_of_the_engine() -> None:
    w, b = Tensor(RNG.normal(size=(3, 3)), requires_grad=True), Tensor(RNG.normal(size=3), requires_grad=True)
    out = everything(w, b)
    result, values = kept(w, b, out=out)
    moved = tangents(result.order, {w._node: np.ones((3, 3))}, values)
    _, expected = autograd.jvp(lambda w: everything(w, b.data), (w.data,), (np.ones((3, 3)),))
    np.testing.assert_allclose(moved[out._node], expected, rtol=1e-12)


def test_layers_with_kernels_of_their_own_are_stepped_through() -> None:
    model = nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 2))
    x = Tensor(RNG.normal(size=(2, 3)).astype("f4"), name="x")
    loss = nn.CrossEntropyLoss()(model(x), np.array([0, 1]))
    result, values = kept(out=loss)
    totals = cotangents(result.order, {loss._node: ones(loss._node)}, values)
    loss.backward()
    for node, g in totals.items():
        if isinstance(node, Leaf):
            np.testing.assert_allclose(g, node.tensor().grad.data, rtol=1e-5)  # type: ignore[union-attr]


def test_values_that_nobody_kept_are_computed_again() -> None:
    x = Tensor([1.0, 2.0], requires_grad=True)
    y = np.exp((x + 1.0) * 2.0 - 3.0).sum()
    result, values = kept(out=y)
    assert all(node in values for node in result.order)
    w = Tensor(np.ones((3, 3)), requires_grad=True, name="w")
    drawing = draw(np.tanh(w @ np.arange(3.0)), names={"w": w})
    assert [v.value.text for v in drawing.graph.vertices.values() if v.op == "matmul" and v.value] == ["[3, 3, 3]"]


def test_a_target_is_shown_as_the_loss_read_it() -> None:
    x, target = Tensor([1.0, 2.0], requires_grad=True), np.array([1.0, 4.0])
    loss = nn.MSELoss()(x, target)
    target[:] = 100
    assert "input is given: [1, 4]" in draw(loss).trace().told.values()


def test_what_was_never_kept_is_said_to_be_missing() -> None:
    x = Tensor(np.ones(5), requires_grad=True)
    y = (x + np.arange(5.0)) * 2.0  # adding reads nothing, so the array is gone
    trace = draw((y * 1.0).sum(), names=None).trace()
    assert trace.note.startswith("Not shown: the values of 1 of 4 operations")
    assert "retain_graph=True" in trace.note


def test_a_backward_pass_that_stops_short_is_said_to() -> None:
    w = Tensor(2.0, requires_grad=True, name="w")
    loss = np.tanh(w * Tensor(3.0))  # the constant dies with the pass that frees the graph
    assert draw(loss).trace().note == ""
    loss.backward()
    assert "the backward pass through 1 of 2 operations" in draw(loss).trace().note


def test_shares_add_up_step_by_step() -> None:
    x = Tensor(3.0, requires_grad=True, name="x")
    result = extract([x * x + x], gather([], None, {}))
    trace = traced(result)
    key = result.ids[x._node]
    gives = [give for pull in trace.pulls for give in pull.gives if give[0] == key]
    assert [(count, total) for _, _, count, total in gives][-1] == (3, "7")
    assert trace.gradients[key] == "7"
    assert trace.tangents[key][list(trace.values)[-1]] == "7"


def test_large_graphs_and_large_arrays_are_not_kept() -> None:
    y = x = Tensor(0.5, requires_grad=True)
    for _ in range(400):
        y = np.sin(y)
    assert "up to 300 vertices" in draw(y, steps=True).trace().note
    wide = np.tanh(Tensor(np.ones(300_000), requires_grad=True)).sum()
    assert "steps=True" in draw(wide).trace().note
    assert draw(wide, steps=True).trace().gradients
    assert x.grad is None


@pytest.mark.parametrize("value", [np.float64(2), np.arange(3.0), np.ones(100)])
def test_values_are_short(value: Any) -> None:
    assert len(text(value)) <= 26


def test_every_primitive_says_its_rule() -> None:
    autograd.supported()  # loads all
    for name, primitive in primitives.items():
        said = rule_text(primitive, (True,) * max(1, len(primitive.operands)))
        assert said or primitive.kind == "constant" or name in ("select", "checkpoint"), name
        assert not re.search(r"\n|#|def |return |\b_|rule\(\)", said), f"{name}: {said}"
    assert rule_text(primitives["tanh"], (True,)) == "g * (1 - out * out)"
    assert rule_text(primitives["multiply"], (True, True)) == "x: g * y; y: g * x"
    assert rule_text(primitives["multiply"], (False, True)) == "g * x"
    assert rule_text(primitives["add"], (True, True)) == "g"
    assert rule_text(primitives["matmul"], (True, True)) == "x: g @ y.T; y: x.T @ g"
    assert rule_text(primitives["power"], (True, True)) == "x: g * y * x**(y - 1); y: g * log(x) * out"
    assert rule_text(primitives["sum"], (True,)) == "expand(g, x)"
    assert rule_text(primitives["softmax"], (True,)) == "out * (g - np.sum(g * out, axis))"
    assert rule_text(primitives["transpose"], (True,)) == "g.transpose(np.argsort(axes))"
    assert rule_text(primitives["subtract"], (True, True)) == "x: g; y: -g"


def test_what_is_given_is_told_apart_from_what_is_evaluated() -> None:
    x, y = Tensor(3.0, requires_grad=True, name="x"), Tensor(2.0, name="y")
    told = traced(extract([np.exp(x * y) + 0.5], gather([], None, {}))).told.values()
    assert {"x is given: 3", "The constant 0.5 is given", "%2 ×  multiply is evaluated: 6"} <= set(told), list(told)


def test_no_number_is_cut_in_two() -> None:
    few = np.array([[0.026244, 0.0], [0.052473, 0.0]])
    assert text(few) == "[[0.02624, 0], [0.05247, 0]]"
    assert text(-few - 0.11111) == "-0.1636 … -0.1111"  # written out it is longer than a line


def test_a_step_back_says_its_rule_and_what_goes_where() -> None:
    x, w = Tensor([0.5, 1.0], requires_grad=True, name="x"), Tensor(np.eye(2), requires_grad=True, name="w")
    trace = traced(extract([np.sum(x @ w)], gather([], None, {})))
    assert trace.pulls[-1].told == ("Back at %2 @  matmul: g = [1, 1]; its rule, x: g @ y.T; y: x.T @ g, "
                                    "gives [1, 1] to x and gives [[0.5, 0.5], [1, 1]] to w.")
