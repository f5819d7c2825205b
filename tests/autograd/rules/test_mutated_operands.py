"""Every function of the registry, its operands written to after the call: the right gradient, or `MutationError`.

An operand is an ndarray or a tensor, a view of it, a leaf with memory of its own or shared with an array, or a result.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from autograd import MutationError, Tensor, no_grad, tensor
from autograd.tree import flatten
from tests.autograd.rules.domains import Row
from tests.autograd.rules.test_every_rule import ELEMENTWISE, every_rule, samples

Made = tuple[Any, Tensor | None, Callable[[], Any]]
"""The operand, the leaf it came from if it is differentiated, and what writes to it."""


def gaps(x: Any) -> Any:
    """The same values as a view of every second row of a larger array."""
    return np.repeat(x, 2, axis=0)[::2] if x.ndim else np.array(x)


def write(x: Any) -> None:
    """New values, in the memory of an array or in a tensor."""
    x[...] = x + 1 if isinstance(x, np.ndarray) else x.detach() * 3 + 1


def array(x: Any) -> Made:
    buffer = gaps(x)
    return buffer, None, lambda: write(buffer)


def constant(x: Any) -> Made:
    buffer = gaps(x)
    return Tensor(buffer), None, lambda: write(buffer)


def written_constant(x: Any) -> Made:
    t = Tensor(x.copy())
    return t, None, lambda: write(t)


def leaf_of_a_buffer(x: Any) -> Made:
    buffer = gaps(x)
    t = Tensor(buffer, requires_grad=True)
    return t, t, lambda: write(buffer)


def leaf(x: Any) -> Made:
    t = tensor(x, requires_grad=True)
    return t, t, no_grad()(lambda: write(t))


def result(x: Any) -> Made:
    t = tensor(x, requires_grad=True)
    made = t * 1
    return made, t, lambda: write(made)


def view_of_a_result(x: Any) -> Made:
    t = tensor(x, requires_grad=True)
    made = t * 1
    return made[...], t, lambda: write(made)


def gradients(call: Any, made: list[Made], change: bool) -> list[Any] | None:
    outs = [o for o in flatten(call(*[operand for operand, _, _ in made]))[0]
            if isinstance(o, Tensor) and o.requires_grad]
    if not outs:
        return None
    loss = sum(np.sum(np.real(o * np.cos(np.arange(o.size) + 1.0).reshape(o.shape))) for o in outs)
    for _, _, written in made if change else []:
        written()
    loss.backward()  # type: ignore[union-attr]  # there is a term
    return [t.grad.numpy() if t is not None and t.grad is not None else None for _, t, _ in made]


@pytest.mark.parametrize("draw", range(2))
@every_rule
def test_operands_written_to_after_the_call(row: Row, call: Any, draw: int) -> None:
    given = samples(row)
    rng = np.random.default_rng([draw, len(str(row.function))])
    differentiated: list[Callable[[Any], Made]] = [leaf_of_a_buffer, leaf, result, view_of_a_result]
    kinds = [array if x.dtype.kind != "f" else rng.choice([array, constant, written_constant, *differentiated])
             for x in given]
    first = next(i for i, x in enumerate(given) if x.dtype.kind == "f")
    kinds[first] = kinds[first] if kinds[first] in differentiated else leaf
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        expected = gradients(call, [kind(x) for kind, x in zip(kinds, given, strict=True)], change=False)
        try:
            found = gradients(call, [kind(x) for kind, x in zip(kinds, given, strict=True)], change=True)
        except MutationError as error:
            found, refusal = None, str(error)
        else:
            refusal = ""
    if refusal:
        assert leaf in kinds
        assert "recorded the tensor" in refusal
        assert ".py:" in refusal
        return
    for known, gradient in zip(expected or [], found or [], strict=True):
        assert (known is None) == (gradient is None)
        if known is not None:
            np.testing.assert_allclose(gradient, known, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize(("row", "call", "place"), [
    pytest.param(*c.values, place, id=f"{c.id}-{place}") for c in ELEMENTWISE if len(c.values[0].operands) == 2
    for place, operand in enumerate(c.values[0].operands) if operand.form != "whole"])
def test_an_operand_beside_a_number_is_written_to_after_the_call(row: Row, call: Any, place: int) -> None:
    """`x ** 3.0` and `3.0 ** x` of memory that is shared: a node keeps what its rule reads as it was."""
    given = samples(row)
    number = given[1 - place].item(0)
    beside = (lambda x: call(number, x)) if place else (lambda x: call(x, number))
    with warnings.catch_warnings(action="ignore"):
        expected, found = (gradients(beside, [leaf_of_a_buffer(given[place])], change) for change in (False, True))
    np.testing.assert_equal(found, expected)
