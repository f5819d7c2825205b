"""Arrays that mean more than their elements are refused wherever they could come in; others are plain arrays."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import scipy.sparse

import autograd
import nn
from autograd import Tensor, grad, jvp, numerical, vmap


class Quantity(np.ndarray):
    """Has an arithmetic of its own, as arrays with units do."""

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **options: Any) -> Any:
        return NotImplemented


class Named(np.ndarray):
    """A subclass with NumPy's arithmetic."""


PLAIN = np.array([[1.0, 2.0], [3.0, 4.0]])
STRANGE: dict[str, tuple[Any, str]] = {
    "masked": (np.ma.masked_greater(PLAIN, 3.5), r"the mask .* would be lost.*m\.filled\(0\)"),
    "matrix": (PLAIN.view(np.matrix), r"\* is a product of matrices.*np\.asarray\(m\)"),
    "with units": (PLAIN.view(Quantity), r"Quantity has an arithmetic of its own.*np\.asarray\(x\)"),
    "sparse": (scipy.sparse.csr_array(PLAIN), r"csr_array is not an array of numbers.*x\.toarray\(\)"),
}
LEAF = Tensor(PLAIN, requires_grad=True)


def assign(key: Any, value: Any) -> None:
    tensor = LEAF.clone()
    tensor[key] = value


ENTRANCES: dict[str, Callable[[Any], Any]] = {
    "Tensor": Tensor, "tensor": autograd.tensor, "asarray": autograd.asarray, "Parameter": nn.Parameter,
    "data": lambda x: setattr(Tensor(PLAIN), "data", x), "an assignment": lambda x: assign(slice(None), x),
    "on the right": lambda x: LEAF * x, "added": lambda x: LEAF + x, "compared": lambda x: np.less(LEAF, x),
    "in a product": lambda x: LEAF @ x, "by name": lambda x: np.multiply(LEAF, x),
    "in another precision": lambda x: np.add(LEAF, x, dtype=np.float32),
    "joined": lambda x: np.concatenate([LEAF, x]), "stacked": lambda x: np.stack([x, LEAF]),
    "chosen": lambda x: np.where(PLAIN > 2, LEAF, x), "einsum": lambda x: np.einsum("ij,jk", LEAF, x),
    "solved": lambda x: np.linalg.solve(LEAF, x), "grad": grad(np.sum),
    "value_and_grad": autograd.value_and_grad(np.sum),
    "jvp": lambda x: jvp(np.sin, (x,), (PLAIN,)), "a tangent": lambda x: jvp(np.sin, (PLAIN,), (x,)),
    "vmap": vmap(np.sum), "jacobian": autograd.jacobian(np.sin), "numerical": lambda x: numerical.grad(np.sum, x),
    "backward": lambda x: (LEAF * 2).backward(x), "ravel": autograd.ravel,
}


@pytest.mark.parametrize("entrance", ENTRANCES)
@pytest.mark.parametrize("kind", STRANGE)
def test_what_means_more_than_its_elements_is_refused(kind: str, entrance: str) -> None:
    given, words = STRANGE[kind]
    with pytest.raises(TypeError, match=words):
        ENTRANCES[entrance](given)


@pytest.mark.parametrize("kind", STRANGE)
def test_on_the_left_of_a_tensor_too(kind: str) -> None:
    with pytest.raises(TypeError):
        STRANGE[kind][0] * LEAF


def test_arrays_in_a_file_and_subclasses_with_numpys_arithmetic_are_plain_arrays(tmp_path: Path) -> None:
    mapped = np.memmap(tmp_path / "numbers", np.float64, "w+", shape=(2, 2))
    mapped[:] = PLAIN
    for given in (mapped, PLAIN.view(Named)):
        assert type(Tensor(given).numpy()) is np.ndarray
        assert type((LEAF * given).detach().numpy()) is np.ndarray
        np.testing.assert_array_equal(grad(lambda x: np.sum(x * x))(given), 2 * PLAIN)
        np.testing.assert_array_equal(grad(lambda x, y=given: np.sum(x * y))(PLAIN), PLAIN)


VALUES_ALONE: dict[str, Callable[[Any], Any]] = {
    "Tensor": Tensor, "tensor": autograd.tensor, "Parameter": nn.Parameter, "pickle": pickle.dumps,
    "a buffer": lambda x: nn.ReLU().register_buffer("b", x),
    "data": lambda x: setattr(Tensor(PLAIN), "data", x), "numpy": lambda x: x.numpy(), "asarray": np.asarray,
}


@pytest.mark.parametrize("name", VALUES_ALONE)
def test_the_values_alone_of_what_a_transform_tracks_are_refused(name: str) -> None:
    """A tensor of them would be constant, or hold the whole batch in place of one example."""
    for transform in (vmap, lambda f: lambda x: jvp(f, (x,), (x,)), lambda f: vmap(lambda x: jvp(f, (x,), (x,))[1])):
        for rows in (PLAIN, PLAIN[:1]):
            with pytest.raises(TypeError, match="would lose|differ from example to example"):
                transform(lambda x: VALUES_ALONE[name](x) and x)(rows)


def test_an_example_is_no_number_and_a_dual_is() -> None:
    for read in (lambda x: x.item(), lambda x: x.tolist()):
        with pytest.raises(TypeError, match="differ from example to example"):
            vmap(read)(np.ones(1))
        assert jvp(lambda x, read=read: x * read(x), (3.0,), (1.0,)) == (9, 3)  # what it is multiplied by is a constant


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy])
def test_copies_inside_a_transform_are_tracked(copied: Any) -> None:
    def changed(x: Any) -> Any:
        other = copied(x)
        other[0] = 7.0
        return x * other

    np.testing.assert_array_equal(np.asarray(vmap(changed)(PLAIN)), PLAIN * [[7, 2], [7, 4]])
    np.testing.assert_array_equal(jvp(changed, (PLAIN[0],), (np.ones(2),))[1], [7, 4])
