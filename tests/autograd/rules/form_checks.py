"""What must hold of a twin in each form of its calls, `("linalg.solve", (a, b), {"transposed": True})`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any

import numpy as np
import pytest

from autograd import Tensor
from autograd.testing import check_gradients

Form = tuple[str, tuple[Any, ...], dict[str, Any]]


def parts(out: Any) -> list[np.ndarray[Any, Any]]:
    """The arrays of a result, which may be a tuple."""
    return [np.asarray(x.detach().numpy() if isinstance(x, Tensor) else x)
            for x in (out if isinstance(out, tuple) else (out,))]


def twins_of(name: str) -> tuple[Any, Any]:
    """A function by its path, here and in SciPy."""
    room, _, function = name.rpartition(".")
    ours, theirs = (getattr(import_module(f"{of}.{room}"), function) for of in ("autograd.scipy", "scipy"))
    return ours, theirs


def places(given: tuple[Any, ...]) -> list[int]:
    """The arguments that are differentiated."""
    return [i for i, x in enumerate(given)
            if isinstance(x, float) or (isinstance(x, np.ndarray) and x.dtype.kind in "fc")]


def is_real(form: Form) -> bool:
    return not any(np.iscomplexobj(x) for x in form[1])


def called(form: Form) -> str:
    name, given, options = form
    shapes = ", ".join(str(np.shape(x)) if isinstance(x, np.ndarray) else repr(x) for x in given)
    return f"{name}({shapes}, {', '.join(f'{k}={np.shape(v) if np.ndim(v) else v}' for k, v in options.items())})"


def check_values(form: Form) -> None:
    """A tensor in the place of any argument gives SciPy's value, shape and dtype; all others may be lists."""
    name, given, options = form
    ours, theirs = twins_of(name)
    expected = parts(theirs(*given, **options))
    for i in places(given):
        for tolist in (False, True):
            others = [x.tolist() if tolist and isinstance(x, np.ndarray) else x for x in given]
            found = parts(ours(*others[:i], Tensor(given[i]), *others[i + 1 :], **options))
            assert len(found) == len(expected)
            for x, y in zip(found, expected, strict=True):
                assert x.shape == y.shape
                assert x.dtype.kind == y.dtype.kind or (x.dtype.kind == "c" and not np.any(x.imag))
                np.testing.assert_allclose(x, y, rtol=1e-9, atol=1e-11)


def check_derivatives(form: Form) -> None:
    """In all arguments at once, against differences."""
    name, given, options = form
    function = twins_of(name)[0]
    moving = places(given)

    def of_moving(*values: Any) -> Any:
        full = list(given)
        for i, value in zip(moving, values, strict=True):
            full[i] = value
        return function(*full, **options)

    check_gradients(of_moving, *[np.asarray(given[i]) for i in moving], order=1)


def check_single_precision(form: Form) -> None:
    """Near SciPy's values, and single precision where SciPy's is."""
    name, given, options = form
    ours, theirs = twins_of(name)
    given = tuple(np.float32(x) if i in places(given) else x for i, x in enumerate(given))
    options = {k: np.float32(v) if isinstance(v, np.ndarray) else v for k, v in options.items()}
    expected = parts(theirs(*given, **options))
    found = parts(ours(*[Tensor(x) if i in places(form[1]) else x for i, x in enumerate(given)], **options))
    for x, y in zip(found, expected, strict=True):
        assert x.dtype in (y.dtype, np.float32, np.complex64), (x.dtype, y.dtype)
        np.testing.assert_allclose(x, y, rtol=2e-3, atol=2e-3)


def checks_of(forms: Sequence[Form], *, smooth: Callable[[Form], bool] = lambda form: True,
             single: Callable[[Form], bool] = lambda form: True) -> tuple[Callable[[Form], None], ...]:
    """The tests of a table: of values, of derivatives where forms are smooth, and in single precision, of real ones."""

    def of_each(check: Callable[[Form], None], some: Sequence[Form]) -> Callable[[Form], None]:
        @pytest.mark.parametrize("form", some, ids=called)
        def test(form: Form) -> None:
            check(form)

        return test

    return (of_each(check_values, forms), of_each(check_derivatives, [form for form in forms if smooth(form)]),
            of_each(check_single_precision, [form for form in forms if is_real(form) and single(form)]))
