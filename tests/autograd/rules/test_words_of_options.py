"""Options that NumPy and SciPy refuse are refused: no word or number that they do not know is taken for another."""

from __future__ import annotations

import contextlib
import inspect
from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np
import pytest

from autograd import Tensor
from autograd.registry import public_name
from tests.autograd.rules.domains import ROWS
from tests.autograd.rules.domains.rows import caller

FLAGS = {"keepdims", "lower", "full_matrices", "compute_uv", "right", "orthogonalize", "grid_mode", "copy"}
"""What is asked only whether it is true."""
UNREAD = {"out", "where", "like", "subok", "order", "plan", "workers", "lwork", "x0", "overwrite_a", "overwrite_b",
          "overwrite_x", "overwrite_ab", "overwrite_data", "check_finite", "threshold"}
"""What changes no number, and operands."""
MEANT: dict[tuple[str, str], str] = {
    ("cov", "ddof"): "need not be whole", ("pinv", "rtol"): "below 0 is below every singular value",
    ("pinvh", "rtol"): "below 0 is below every singular value", ("clip", "a_min"): "an end may be left out",
    ("clip", "a_max"): "an end may be left out", ("spectrogram", "nperseg"): "is rounded as in welch",
    ("median_filter", "size"): "is rounded as in minimum_filter",
}
WRONG = ("nonsense", -77, 2.5)


def forms() -> Iterator[Any]:
    """The functions whose first call of the table is by operands and keywords, with these and the other options.

    Arguments that the table gives before the operands, such as the degree of a polynomial, go before them here too.
    """
    for function, row in ROWS.items():
        call, (first, *_) = caller(function), row.calls.values()
        before, given = (first.args, first.keywords) if isinstance(first, partial) else ((), {})
        with contextlib.suppress(TypeError, ValueError):  # a signature that nobody knows
            known = list(inspect.signature(function).parameters.items())[len(before) + len(row.operands) :]
            names = {name for name, p in known if p.default is not p.empty} - FLAGS - UNREAD
            plain = first is call or (isinstance(first, partial) and first.func is call)
            if names and plain and not isinstance(function, np.ufunc):
                yield pytest.param(function, call, before, given, names, id=public_name(function))


X, M = np.array([0.3, 1.2, 2.1, 0.7]), np.array([[2.0, 0.3], [0.3, 1.0]])
OTHERS: dict[str, Any] = {
    "interp, period": lambda x: np.interp(x, [0.0, 1.0], [0.0, 1.0], period=0),
    "polyfit, deg": lambda x: np.polyfit(x, x, -1),
    "searchsorted, side": lambda x: np.searchsorted(np.sort(x), 1.0, side="nonsense"),
    "partition, kth": lambda x: np.partition(x, 9),
    "partition, kind": lambda x: np.partition(x, 1, kind="nonsense"),
    "histogram, bins": lambda x: np.histogram(x, bins=-3),
    "histogramdd, bins": lambda x: np.histogramdd(x, bins=[1, 2]),
    "histogramdd, range": lambda x: np.histogramdd(x, 2, [(0, 1), (0, 1)]),
    "histogramdd, weights": lambda x: np.histogramdd(x, weights=x[:1]),
    "histogram2d, bins": lambda x: np.histogram2d(x, x, [3]),
    "histogram2d, y": lambda x: np.histogram2d(x, x[:1]),
    "concatenate, casting": lambda x: np.concatenate([x, x], casting="nonsense"),
    "nanquantile, method": lambda x: np.nanquantile(x, 0.3, method="nonsense"),
    "choose, mode": lambda x: np.choose([0, 1, 0, 1], [x, x], mode="nonsense"),
    "put, mode": lambda x: np.put(x + 0, [0], 1.0, mode="nonsense"),
    "eigh, UPLO": lambda x: np.linalg.eigh(M * x[0], UPLO="nonsense"),
    "matrix_power, n": lambda x: np.linalg.matrix_power(M * x[0], 1.5),
    "diff, n": lambda x: np.diff(x, n=-1),
    "pad, pad_width": lambda x: np.pad(x, -1),
    "polyint, m": lambda x: np.polyint(x, -1),
    "rot90, axes": lambda x: np.rot90(M * x[0], axes=(0, 0)),
    "bincount, x": lambda x: np.bincount([0, 1, -1, 0], x),
}


@pytest.mark.parametrize("call", OTHERS.values(), ids=OTHERS)
def test_what_is_called_otherwise_is_refused_too(call: Any) -> None:
    for x in (X, Tensor(X)):
        with pytest.raises((TypeError, ValueError, IndexError)):
            call(x)


def refuses(function: Any, operands: list[Any], options: dict[str, Any]) -> bool:
    try:
        function(*operands, **options)
    except Exception:  # noqa: BLE001  # LAPACK's wrappers raise their own
        return True
    return False


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("function", "call", "before", "given", "names"), list(forms()))
def test_an_option_that_is_refused_is_refused_of_tensors(function: Any, call: Any, before: Any, given: Any,
                                                         names: set[str]) -> None:
    samples = [operand.sample(np.random.default_rng(0)) for operand in ROWS[function].operands]
    operands = [*before, *samples]
    tensors = [*before, *[Tensor(x) if x.dtype.kind in "fc" else x for x in samples]]
    assert not refuses(call, tensors, given)
    tried = [given | {name: wrong} for name in sorted(names) for wrong in WRONG
             if (function.__name__, name) not in MEANT and (name, wrong) != ("cval", "nonsense")]  # nothing is outside
    assert [o for o in tried if refuses(function, operands, o) and not refuses(call, tensors, o)] == []
