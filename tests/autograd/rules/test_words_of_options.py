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
          "overwrite_x", "overwrite_ab", "overwrite_data", "check_finite"}
"""What changes no number, and operands."""
MEANT: dict[tuple[str, str], str] = {
    ("cov", "ddof"): "need not be whole", ("pinv", "rtol"): "below 0 is below every singular value",
    ("pinvh", "rtol"): "below 0 is below every singular value", ("clip", "a_min"): "an end may be left out",
    ("clip", "a_max"): "an end may be left out", ("spectrogram", "nperseg"): "is rounded as in welch",
    ("median_filter", "size"): "is rounded as in minimum_filter",
}
WRONG = ("nonsense", -77, 2.5)


def forms() -> Iterator[Any]:
    """The functions whose first call of the table is by operands and keywords, with these and the other options."""
    for function, row in ROWS.items():
        call, (first, *_) = caller(function), row.calls.values()
        given = first.keywords if isinstance(first, partial) else {}
        with contextlib.suppress(TypeError, ValueError):  # a signature that nobody knows
            names = {name for name, p in list(inspect.signature(function).parameters.items())[len(row.operands) :]
                     if p.default is not p.empty} - FLAGS - UNREAD
            plain = first is call or (isinstance(first, partial) and first.func is call)
            if names and plain and not isinstance(function, np.ufunc):
                yield pytest.param(function, call, given, names, id=public_name(function))


def refuses(function: Any, operands: list[Any], options: dict[str, Any]) -> bool:
    try:
        function(*operands, **options)
    except Exception:  # noqa: BLE001  # LAPACK's wrappers raise their own
        return True
    return False


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("function", "call", "given", "names"), list(forms()))
def test_an_option_that_is_refused_is_refused_of_tensors(function: Any, call: Any, given: Any, names: set[str]) -> None:
    operands = [operand.sample(np.random.default_rng(0)) for operand in ROWS[function].operands]
    tensors = [Tensor(x) if x.dtype.kind in "fc" else x for x in operands]
    assert not refuses(call, tensors, given)
    tried = [given | {name: wrong} for name in sorted(names) for wrong in WRONG
             if (function.__name__, name) not in MEANT and (name, wrong) != ("cval", "nonsense")]  # nothing is outside
    assert [o for o in tried if refuses(function, operands, o) and not refuses(call, tensors, o)] == []
