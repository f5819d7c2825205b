"""The strategies give what they promise, and shrink to something short."""

from __future__ import annotations

import re
import subprocess
import sys
from typing import Any

import numpy as np
import pytest
from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable

import autograd
from autograd import Tensor
from autograd.testing import check_gradients, strategies
from autograd.testing.programs import BINARY, KINKED, MARGIN, UNARY, Program, _run
from tests.examples import examples


def test_hypothesis_waits_until_the_strategies_are_asked_for() -> None:
    program = ("import sys, autograd.testing as kit; assert 'hypothesis' not in sys.modules; "
               "assert kit.strategies.shapes and 'hypothesis' in sys.modules")
    subprocess.run([sys.executable, "-c", program], check=True)
    with pytest.raises(AttributeError, match="'autograd.testing' has no attribute 'strategy'"):
        autograd.testing.strategy  # noqa: B018


QUICK = examples(50)


@QUICK
@given(st.data(), strategies.shapes(min_side=0))
def test_tensors_have_the_shape_dtype_and_elements_asked_for(data: Any, shape: tuple[int, ...]) -> None:
    dtype = data.draw(st.sampled_from([np.float32, np.float64, np.complex64]))
    t = data.draw(strategies.tensors(shape, dtype, requires_grad=True))
    assert isinstance(t, Tensor)
    assert t.shape == shape
    assert t.dtype == dtype
    assert t.requires_grad
    positive = data.draw(strategies.tensors(st.just(shape), elements=strategies.reals(1, 2)))
    assert not positive.requires_grad
    assert positive.dtype == np.float64
    assert not positive.size or (positive.numpy().min() >= 1 and positive.numpy().max() <= 2)


@QUICK
@given(st.integers(1, 4).flatmap(strategies.broadcastable))
def test_broadcastable_shapes_broadcast(shapes: Any) -> None:
    np.broadcast_shapes(*shapes)


@QUICK
@given(st.data(), strategies.shapes(max_dims=4))
def test_axes_and_indices_are_valid(data: Any, shape: tuple[int, ...]) -> None:
    x = np.zeros(shape)
    np.sum(x, axis=data.draw(strategies.axes(len(shape))))
    x[data.draw(strategies.indices(shape))]
    if shape:
        np.cumsum(x, axis=data.draw(strategies.axes(len(shape), single=True)))


def test_indices_reach_every_kind() -> None:
    def kinds(index: Any) -> set[type]:
        return {type(i) for i in (index if isinstance(index, tuple) else (index,))}

    for kind in (slice, type(None), type(Ellipsis), int, np.ndarray):
        find(strategies.indices((2, 3)), lambda index, kind=kind: kind in kinds(index))
    find(strategies.indices((2, 3)), lambda index: isinstance(index, np.ndarray) and index.dtype == bool)
    with pytest.raises(Unsatisfiable):
        find(strategies.axes(0, single=True), lambda axis: True)


@QUICK
@given(strategies.away_from(0, 1.5, margin=0.5))
def test_away_from_keeps_its_distance(x: float) -> None:
    assert abs(x) >= 0.5
    assert abs(x - 1.5) >= 0.5


@QUICK
@given(strategies.orthogonal(), strategies.positive_definite())
def test_special_matrices_are_special(q: Any, m: Any) -> None:
    np.testing.assert_allclose(q @ q.T, np.eye(len(q)), atol=1e-12)
    assert np.array_equal(m, m.T)


@QUICK
@given(st.data(), st.sampled_from([0.25, 0.5]))
def test_eigenvalues_are_as_far_apart_as_promised(data: Any, gap: float) -> None:
    eigenvalues = np.linalg.eigvalsh(data.draw(strategies.positive_definite(gap=gap)))
    steps = np.diff(eigenvalues, prepend=0.5)
    assert np.all(steps > gap - 1e-12)
    assert np.all(steps < gap + 1 + 1e-12)


def test_every_rotation_and_reflection_may_come_and_shrinks_to_the_identity() -> None:
    np.testing.assert_array_equal(find(strategies.orthogonal(3), lambda q: True), np.eye(3))
    for determinant, sine in ((1, 1), (1, -1), (-1, 1)):
        find(strategies.orthogonal(2), lambda q, d=determinant, s=sine: np.linalg.det(q) * d > 0 and q[1, 0] * s > 0.5)
    found = find(strategies.positive_definite(2), lambda m: m[0, 1] > 0.1)
    assert found[0, 1] == found[1, 0]


class Affine:
    """Something with named parameters, as a module has."""

    def __init__(self, n: int, *, bias: bool) -> None:
        self.weight, self.bias = Tensor(np.zeros((n, n), np.float32), requires_grad=True), bias

    def named_parameters(self) -> Any:
        return [("weight", self.weight)]


@QUICK
@given(strategies.modules(Affine, st.integers(1, 3), bias=st.booleans()))
def test_modules_are_built_and_filled(module: Affine) -> None:
    assert module.weight.dtype == np.float32
    assert np.all(np.abs(module.weight.numpy()) <= 1)


def test_modules_are_not_always_zero() -> None:
    found = find(strategies.modules(Affine, 2, bias=True), lambda m: bool(np.any(m.weight.numpy() != 0)))
    assert np.count_nonzero(found.weight.numpy()) == 1 or found.weight.size == 4


@QUICK
@given(strategies.programs(smooth=False))
def test_a_program_runs_on_arrays_and_tensors_and_prints_as_code(program: Program) -> None:
    value = program(*program.inputs)
    again = program(*map(Tensor, program.inputs))
    np.testing.assert_array_equal(np.asarray(value), again.numpy())
    scope: dict[str, Any] = {"np": np, "array": np.array}
    exec(program.source, scope)
    np.testing.assert_array_equal(scope["program"](*program.inputs), value)
    assert np.max(np.abs(value), initial=0) <= 64
    assert repr(program).startswith("def program(v0")


@QUICK
@given(strategies.programs(smooth=False))
def test_no_step_of_a_program_lies_on_a_kink(program: Program) -> None:
    known = list(program.inputs)
    for step in program.steps:
        for template, distance in KINKED.items():
            pattern = re.escape(template).replace(r"\{x\}", r"(?P<x>v\d+)", 1).replace(r"\{y\}", r"(?P<y>v\d+)", 1)
            pattern = pattern.replace(r"\{x\}", "(?P=x)").replace(r"\{y\}", "(?P=y)")
            if found := re.fullmatch(pattern, step):
                assert np.all(np.abs(_run(distance.format(**found.groupdict()), known)) > MARGIN)
        known.append(_run(step, known))


def test_programs_reach_inputs_of_every_promised_shape_and_kinks_where_they_are_allowed() -> None:
    as_found = settings(phases=[Phase.generate], max_examples=2000, database=None)
    for shape in ((), (3,), (3, 3)):
        find(strategies.programs(), lambda program, shape=shape: program.inputs[0].shape == shape, settings=as_found)
    for name in ("abs", "maximum", "where", "clip", "minimum"):
        find(strategies.programs(smooth=False), lambda program, name=name: f"np.{name}(" in program.source,
             settings=as_found)


@QUICK
@given(strategies.programs(max_inputs=2, max_steps=3))
def test_programs_are_as_small_and_smooth_as_promised(program: Program) -> None:
    assert 1 <= len(program.inputs) <= 2
    assert all(x.ndim <= 2 and max(x.shape, default=1) <= 3 for x in program.inputs)
    assert 1 <= len(program.steps) <= 6, "three, and after each what keeps it small"
    assert not re.search("abs|maximum|where|clip|minimum", program.source)


@QUICK
@given(strategies.programs(scalar=True))
def test_a_scalar_program_returns_one_number(program: Program) -> None:
    assert np.ndim(program(*program.inputs)) == 0


@pytest.mark.parametrize("template", [*UNARY, *BINARY, *KINKED])
def test_every_template_is_drawn_and_differentiable(template: str) -> None:
    names = {name: f"v{i}" for i, name in enumerate("xy") if f"{{{name}}}" in template}
    x, y = np.array([[0.5, -1.5], [1.25, 2.0]]), np.array([[1.0, 0.75], [-0.5, 0.25]])
    program = Program((x, y)[: len(names)], (template.format(**names),))
    assert check_gradients(program, *program.inputs, order=1).largest_error < 1e-6


def test_a_failing_program_shrinks_to_the_step_that_fails() -> None:
    broken = find(strategies.programs(), lambda program: any("np.arctan2" in step for step in program.steps),
                  settings=settings(max_examples=2000, deadline=None, derandomize=True, database=None))
    assert len(broken.steps) == 1
    assert all(x.size <= 1 or len(broken.inputs) == 1 for x in broken.inputs)


def test_programs_find_a_planted_error() -> None:
    cosine = autograd.custom(np.cos)
    cosine.defvjp(lambda g, out, x: g * np.sin(x))  # the sign is missing

    def runs_wrong(program: Program) -> bool:
        try:
            check_gradients(lambda *xs: cosine(program(*xs) + 1).sum(), *program.inputs, order=1, modes=["reverse"])
        except autograd.GradientMismatch:
            return True
        return False

    found = find(strategies.programs(), runs_wrong, settings=settings(max_examples=20, deadline=None))
    assert len(found.steps) == 1
