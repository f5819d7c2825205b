"""`supported()` against reality: its names lead to the functions, and what it says of complex operands is so."""

from __future__ import annotations

import importlib
import pkgutil
import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import scipy.special as sc

import autograd
from autograd import NoDerivativeError, Tensor, grad
from autograd.registry import public_name, real_only, registry, rule_of
from autograd.scipy import sparse
from autograd.tree import flatten
from tests.autograd.rules.domains import ROWS, Row

TABLE = {row.function: row for row in autograd.supported()}


def test_names_lead_to_the_functions() -> None:
    for name in TABLE:
        assert callable(pkgutil.resolve_name(name)), name


def size_of(found: Any) -> Any:
    """A real function of all that was found, which depends on the phase of each and not on their order."""
    parts = [x for x in flatten(found)[0] if isinstance(x, (Tensor, np.ndarray, np.generic))]
    return sum(np.sum(np.abs(x + (1 + 2j)) ** 2) for x in parts)


def claims(row: Row) -> bool:
    """Products and systems of sparse matrices are no functions of SciPy's, and have no row in the table."""
    ours = (sparse.products.multiply, sparse.entries.solve)
    return row.function not in ours and not row.constant and TABLE[public_name(row.function)].complex


@pytest.mark.parametrize("row", [row for row in ROWS.values() if claims(row)], ids=lambda row: row.function.__name__)
def test_what_takes_complex_operands_is_differentiated_in_them(row: Row) -> None:
    call = next(iter(row.calls.values()))
    rng = np.random.default_rng(3)
    given = [operand.sample(rng, np.complex128) for operand in row.operands]
    places = [i for i, x in enumerate(given) if x.dtype.kind == "c"]
    directions = [rng.normal(size=x.shape) + 1j * rng.normal(size=x.shape) for x in given]

    def along(step: float) -> Any:
        return size_of(call(*[x + step * d if i in places else x for i, (x, d) in
                              enumerate(zip(given, directions, strict=True))]))

    def at(*moving: Any) -> Any:
        values = dict(zip(places, moving, strict=True))
        return size_of(call(*[values.get(i, x) for i, x in enumerate(given)]))

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        gradients = grad(at, argnums=tuple(range(len(places))))(*[given[i] for i in places])
        slope = float(along(1e-5) - along(-1e-5)) / 2e-5
    found = sum(np.sum(np.real(np.conj(g) * directions[i])) for g, i in zip(gradients, places, strict=True))
    assert float(found) == pytest.approx(slope, rel=1e-5, abs=1e-5)


def test_a_ufunc_takes_complex_operands_where_its_loops_do() -> None:
    for row in autograd.supported():
        function = pkgutil.resolve_name(row.function)
        if isinstance(function, np.ufunc) and function in registry:
            loops = [signature.split("->")[0] for signature in function.types]
            able = any(kind in signature for signature in loops for kind in "FD")
            assert row.complex == (able and function not in real_only), row.function
    assert not TABLE["scipy.special.gammainc"].complex
    assert TABLE["scipy.special.erf"].complex


def test_rules_wait_for_the_first_function_that_has_none_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    loaded: list[str] = []
    monkeypatch.setattr("autograd.registry.on_demand", {"scipy": "rules.of.scipy", "nobody.has.it": "rules.of.none"})
    monkeypatch.setattr(importlib, "import_module", loaded.append)
    assert rule_of(sc.erf) is registry[sc.erf]
    assert loaded == []
    assert rule_of(sc.mathieu_a) is None
    assert loaded == ["rules.of.scipy"]


def test_what_takes_real_operands_only_gives_no_wrong_number_on_complex_ones() -> None:
    for f in (lambda z: sc.elliprd(z, 1.0, 2.0), lambda z: sc.ive(1.0, z), np.unwrap):
        with pytest.raises(TypeError):
            np.real(np.sum(f(Tensor([1 + 1j, 2.0], requires_grad=True)))).backward()


def test_arguments_without_a_derivative_are_in_the_note_and_in_the_error() -> None:
    assert TABLE["scipy.special.jv"].note == "not in v"
    with pytest.raises(NoDerivativeError, match=r"scipy\.special\.jv has no derivative in its argument v"):
        sc.jv(Tensor(1.0, requires_grad=True), 2.0).backward()
    with pytest.raises(NoDerivativeError, match=r"scipy\.special\.zeta has no derivative in its argument s"):
        sc.zeta(Tensor(2.0, requires_grad=True), 2.0).backward()


@pytest.fixture
def registry_restored() -> Iterator[None]:
    before = set(registry)
    yield
    for function in registry.keys() - before:
        del registry[function]


@pytest.mark.parametrize(
    "call", [lambda x: sc.mathieu_a(1, x), lambda x: sc.nctdtr(1.0, 2.0, x), lambda x: sc.zeta(x + 2)])
@pytest.mark.usefixtures("registry_restored")
def test_the_three_lines_of_the_error_work_when_typed(call: Any) -> None:
    x = Tensor([0.3, 0.7], requires_grad=True)
    with pytest.raises(NoDerivativeError) as caught:
        call(x)
    exec("\n".join(line.strip() for line in str(caught.value).splitlines()[1:4]).replace("...", "5.0"))
    call(x).sum().backward()
    assert x.grad is not None
    assert x.grad.tolist() == [5, 5]


@pytest.mark.usefixtures("registry_restored")
def test_rules_of_the_users_are_rows_too() -> None:
    autograd.rule(sc.mathieu_a, numeric=True)
    row = {row.function: row for row in autograd.supported()}["scipy.special.mathieu_a"]
    assert (row.kind, row.orders) == ("custom", "1")
