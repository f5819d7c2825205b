"""Every name of the array API namespace beside NumPy's of the same name: one row of sample calls a name.

NumPy 2 speaks the standard in its own main namespace, so what a name means is looked up there and not stated again.
The few names that NumPy spells differently or lacks are in `TWINS`, written out.
"""

from __future__ import annotations

import types
from typing import Any

import numpy as np
import pytest

import autograd as xp
from autograd import Tensor
from autograd.array_api import elementwise

rng = np.random.default_rng(20)
X, Y = rng.normal(size=(3, 4)), rng.normal(size=(3, 4))
UNIT, OVER = rng.uniform(-0.9, 0.9, (3, 4)), rng.uniform(1.1, 3.0, (3, 4))
INTEGERS, SHIFTS = rng.integers(-9, 10, (3, 4)), rng.integers(0, 5, (3, 4))
BOOLEANS, OTHERS = X > 0, Y > 0
COMPLEX = X + 1j * Y
ODD = np.array([np.nan, np.inf, -np.inf, -0.0, 2.5])
SQUARE = rng.normal(size=(2, 3, 3))
POSITIVE = SQUARE @ np.swapaxes(SQUARE, -1, -2) + np.eye(3)
PACKED = np.array([3.0, 1.0, 3.0, 2.0, 1.0])


def of(*args: Any, **options: Any) -> tuple[tuple[Any, ...], dict[str, Any]]:
    return args, options


ANY_REAL, ANY = [of(X), of(X.astype("f4")), of(ODD)], [of(X), of(X.astype("f4")), of(COMPLEX)]
PAIRS, WHOLE = [of(X, Y), of(X, Y[0].astype("f4")), of(X, 2.0)], [of(INTEGERS, SHIFTS)]
TRUTHS = [of(BOOLEANS, OTHERS)]
REDUCTIONS = [of(X), of(X, 1), of(X, axis=0), of(X, axis=(0, 1), keepdims=True), of(X.astype("f4"), axis=-1)]

SAMPLES: list[tuple[str, list[tuple[tuple[Any, ...], dict[str, Any]]]]] = [
    ("asinh atan cosh sinh tan", [of(X), of(X.astype("f4"))]),
    ("cos exp expm1 negative positive sin square tanh imag real conj isfinite isinf isnan reciprocal sign", ANY),
    ("ceil floor trunc round signbit abs", ANY_REAL),
    ("acos asin atanh", [of(UNIT), of(UNIT.astype("f4"))]),
    ("acosh log log1p log2 log10 sqrt", [of(OVER), of(OVER.astype("f4"))]),
    ("add subtract multiply divide atan2 copysign hypot logaddexp nextafter remainder floor_divide", PAIRS),
    ("maximum minimum", PAIRS),
    ("equal not_equal less less_equal greater greater_equal", [*PAIRS, of(X, X)]),
    ("bitwise_and bitwise_or bitwise_xor", [*WHOLE, *TRUTHS]),
    ("bitwise_left_shift bitwise_right_shift", WHOLE),
    ("logical_and logical_or logical_xor", TRUTHS),
    ("bitwise_invert", [of(INTEGERS), of(BOOLEANS)]),
    ("logical_not", [of(BOOLEANS)]),
    ("pow", [of(OVER, Y), of(INTEGERS, SHIFTS)]),
    ("clip", [of(X, -0.5, 0.5), of(X, min=0.0), of(X, max=Y), of(X)]),
    ("arange", [of(3), of(1, 7, 2), of(0.0, 1.0, 0.25, dtype="f4"), of(1, 7, 2, "f4")]),
    ("linspace", [of(0.0, 1.0, 5), of(2, 9, 4, endpoint=False)]),
    ("eye", [of(3), of(2, 4, k=1), of(3, dtype="i4"), of(2, 4, 1, "i4")]),
    ("full", [of((2, 3), 1.5), of((), 7), of(2, 1, dtype="f4"), of((2, 3), np.array(1.5, "f4")), of(2, np.array(3)),
              of((2, 3), np.array(1.5), dtype="f4"), of((2, 3), 1.5, "f4")]),
    ("ones", [of((2, 3)), of((), dtype="i2"), of((2, 3), np.float32), of(2, bool)]),
    ("zeros", [of((2, 3)), of((), dtype="i2"), of((2, 3), np.float32), of(2, bool)]),
    ("ones_like", [of(X), of(X, dtype="i4"), of(X, "i4")]),
    ("zeros_like", [of(X), of(X, dtype="i4"), of(X, "i4")]),
    ("full_like", [of(X, 2), of(INTEGERS, 3), of(INTEGERS, 2.7), of(X, np.array(2.5, "f4")), of(X, 2.5, dtype="f4"),
                   of(X, 2.5, "f4")]),
    ("asarray", [of(X), of([[1, 2], [3, 4]]), of(2.5), of(X, dtype="f4"), of(X, "f4")]),
    ("meshgrid", [of(X[0], Y[0]), of(X[0], Y[0, :2], indexing="ij")]),
    ("tril", [of(X), of(SQUARE, k=-1), of(X, 1)]),
    ("triu", [of(X), of(SQUARE, k=1), of(X, -1)]),
    ("from_dlpack", [of(X)]),
    ("broadcast_arrays", [of(X, Y[0]), of(X, Y[:, :1], Y)]),
    ("broadcast_shapes", [of((3, 1), (4,), (2, 1, 1)), of()]),
    ("broadcast_to", [of(X[0], (3, 4))]),
    ("concat", [of([X, Y]), of([X, Y], axis=1), of([X, Y], axis=None), of([X, Y], 1)]),
    ("stack", [of([X, Y]), of([X, Y], axis=-1), of([X, Y], 1)]),
    ("unstack", [of(X), of(X, axis=1)]),
    ("expand_dims", [of(X, axis=1)]),
    ("squeeze", [of(X[None], axis=0)]),
    ("flip", [of(X), of(X, axis=1), of(X, 1)]),
    ("roll", [of(X, 2), of(X, 1, axis=1), of(X, 1, 0)]),
    ("moveaxis", [of(SQUARE, 0, -1)]),
    ("permute_dims", [of(SQUARE, (1, 2, 0))]),
    ("repeat", [of(X, 2), of(X, np.array([1, 0, 2]), axis=0), of(X, 2, 1)]),
    ("tile", [of(X, (2, 1))]),
    ("reshape", [of(X, (4, 3)), of(X, (2, -1), copy=True), of(X, (12,), copy=False)]),
    ("take", [of(X, np.array([2, 0]), axis=0), of(X[0], np.array([1])), of(X, np.array([2, 0]), 1)]),
    ("take_along_axis", [of(X, np.argsort(X, axis=1), axis=1), of(X, np.argsort(X, axis=0), 0)]),
    ("mean min max", REDUCTIONS),
    ("sum prod", [*REDUCTIONS, of(X, 0, "f4")]),
    ("var std", [of(X), of(X, 0), of(X, axis=0, correction=1.0), of(X, axis=1, keepdims=True)]),
    ("all any", [of(BOOLEANS), of(BOOLEANS, 1), of(BOOLEANS, axis=0), of(INTEGERS, axis=1, keepdims=True)]),
    ("argmax argmin", [of(X), of(X, 0), of(X, axis=1), of(X, axis=0, keepdims=True)]),
    ("cumulative_sum cumulative_prod",
     [of(X, axis=1), of(X, axis=0, include_initial=True), of(X[0]), of(INTEGERS, axis=-1, dtype="f8")]),
    ("argsort", [of(X), of(SQUARE), of(X, 0), of(X, axis=0)]),
    ("sort", [of(X), of(SQUARE), of(X, 0), of(X, axis=0)]),
    ("count_nonzero", [of(BOOLEANS), of(INTEGERS, axis=0), of(INTEGERS, 1)]),
    ("nonzero", [of(BOOLEANS)]),
    ("searchsorted",
     [of(np.sort(PACKED), np.array([1.0, 2.5])), of(np.sort(PACKED), np.array([3.0]), "right"),
      of(PACKED, np.array([3.0]), side="right", sorter=np.argsort(PACKED))]),
    ("where", [of(BOOLEANS, X, Y), of(BOOLEANS, X, 0.0)]),
    ("diff", [of(X), of(X, 2, 0), of(X, axis=0, n=2), of(X[0], prepend=Y[0, :1], append=Y[0, 1:3]), of(BOOLEANS)]),
    ("unique_all unique_counts unique_inverse unique_values",
     [of(PACKED), of(np.array([[2, 1], [1, 2]])), of(np.array([np.nan, 1.0, np.nan]))]),
    ("isin", [of(INTEGERS, SHIFTS), of(INTEGERS, SHIFTS[0], invert=True), of(2, SHIFTS), of(SHIFTS, 2)]),
    ("matmul", [of(SQUARE, POSITIVE), of(X, Y[0])]),
    ("matrix_transpose", [of(SQUARE)]),
    ("tensordot", [of(X, Y, axes=((0,), (0,))), of(SQUARE, POSITIVE[0], axes=1), of(SQUARE, POSITIVE[0], 1),
                   of(SQUARE, POSITIVE[0])]),
    ("vecdot", [of(X, Y), of(COMPLEX, COMPLEX[0]), of(X, Y, axis=0)]),
    ("astype", [of(X, np.float32), of(INTEGERS, np.float64, copy=False)]),
    ("result_type", [of(X.astype("f4"), np.int8), of(X, 1.0)]),
    ("can_cast", [of(np.float32, np.float64), of(np.float64, np.int32)]),
    ("isdtype", [of(np.float32, "real floating"), of(np.int8, ("bool", "integral")), of(np.complex64, "numeric"),
                 of(np.float32, np.float64), of(np.uint8, "signed integer")]),
    ("linalg.cholesky", [of(POSITIVE), of(POSITIVE, upper=True)]),
    ("linalg.cross", [of(SQUARE, POSITIVE), of(SQUARE, POSITIVE, axis=1)]),
    ("linalg.det linalg.inv linalg.slogdet", [of(POSITIVE)]),
    ("linalg.eig linalg.eigvals", [of(SQUARE.astype("c16")), of(COMPLEX[:3, 1:].astype("c8"))]),
    ("linalg.eigh", [of(POSITIVE)]),
    ("linalg.eigvalsh", [of(POSITIVE)]),
    ("linalg.diagonal", [of(SQUARE), of(X, offset=1)]),
    ("linalg.matmul", [of(SQUARE, POSITIVE)]),
    ("linalg.matrix_transpose", [of(SQUARE)]),
    ("linalg.matrix_norm", [of(SQUARE), of(X, ord="nuc", keepdims=True)]),
    ("linalg.matrix_power", [of(SQUARE, 3), of(POSITIVE, -2)]),
    ("linalg.matrix_rank", [of(SQUARE), of(np.ones((3, 3))), of(X, rtol=1e3)]),
    ("linalg.outer", [of(X[0], Y[1])]),
    ("linalg.pinv", [of(X), of(X, rtol=0.5)]),
    ("linalg.qr", [of(X), of(X, mode="complete"), of(X, "complete")]),
    ("linalg.solve", [of(POSITIVE, SQUARE), of(POSITIVE, X[0, :3])]),
    ("linalg.svd", [of(X), of(X, full_matrices=False), of(X, False)]),
    ("linalg.svdvals", [of(X)]),
    ("linalg.tensordot", [of(X, Y, axes=2)]),
    ("linalg.trace", [of(SQUARE), of(X, offset=1, dtype="f4")]),
    ("linalg.vecdot", [of(X, Y)]),
    ("linalg.vector_norm", [of(X), of(X, axis=0, ord=1), of(X, keepdims=True, ord=np.inf)]),
    ("fft.fft fft.ifft fft.irfft fft.hfft",
     [of(COMPLEX), of(SQUARE.astype("c16")), of(COMPLEX, n=5, axis=0, norm="ortho"), of(COMPLEX, 5, 0, "ortho")]),
    ("fft.rfft fft.ihfft", [of(X), of(SQUARE), of(X, n=5, axis=0, norm="forward")]),
    ("fft.fftn fft.ifftn fft.irfftn",
     [of(COMPLEX), of(COMPLEX, s=(4,), axes=(0,), norm="ortho"), of(COMPLEX, (4,), (0,), "ortho")]),
    ("fft.rfftn", [of(X), of(X, s=(4,), axes=(0,), norm="ortho")]),
    ("fft.fftfreq", [of(5), of(4, d=0.5), of(4, 0.5)]),
    ("fft.rfftfreq", [of(5), of(4, d=0.5), of(4, 0.5)]),
    ("fft.fftshift", [of(X), of(X, 0), of(X, axes=1)]),
    ("fft.ifftshift", [of(X), of(X, 0), of(X, axes=1)]),
]
ROWS = {name: calls for names, calls in SAMPLES for name in names.split()}

UNSPECIFIED = {"empty", "empty_like"}  # their values are whatever was there


def functions() -> set[str]:
    """All functions of the namespace and of its extensions, by name."""
    main = {name for name in xp.array_api.__all__ if isinstance(getattr(xp, name), types.FunctionType)}
    for extension in ("linalg", "fft"):
        module = getattr(xp, extension)
        main |= {f"{extension}.{name}" for name, value in vars(module).items()
                 if isinstance(value, types.FunctionType) and value.__module__ == module.__name__ and name[0] != "_"}
    return main


def lookup(namespace: Any, name: str) -> Any:
    for part in name.split("."):
        namespace = getattr(namespace, part)
    return namespace


def as_tensors(x: Any) -> Any:
    return [as_tensors(part) for part in x] if isinstance(x, list) and isinstance(x[0], np.ndarray) else (
        Tensor(x) if isinstance(x, np.ndarray) else x)


def assert_same(found: Any, wanted: Any) -> None:
    if isinstance(wanted, (list, tuple)):
        assert len(found) == len(wanted)
        for f, w in zip(found, wanted, strict=True):
            assert_same(f, w)
    elif isinstance(wanted, (np.ndarray, np.generic)):
        assert isinstance(found, Tensor)
        assert (found.dtype, found.shape) == (wanted.dtype, wanted.shape)
        np.testing.assert_allclose(found.numpy(), wanted, rtol=1e-12 if wanted.dtype.itemsize > 4 else 1e-5, atol=1e-12)
    else:
        assert found == wanted


def test_every_function_has_a_row() -> None:
    assert functions() - UNSPECIFIED - {"__array_namespace_info__"} == ROWS.keys()


@pytest.mark.filterwarnings("ignore:(divide by zero|invalid value):RuntimeWarning")
@pytest.mark.parametrize("name", sorted(ROWS))
def test_a_name_means_what_numpys_means(name: str) -> None:
    for args, options in ROWS[name]:
        wanted = lookup(np, name)(*args, **options)
        assert_same(lookup(xp, name)(*map(as_tensors, args), **{k: as_tensors(v) for k, v in options.items()}), wanted)


def test_what_numpy_has_not() -> None:
    x = Tensor([[1.0, 3.0, 2.0], [3.0, 1.0, 3.0]])
    assert xp.sort(x, descending=True).tolist() == [[3, 2, 1], [3, 3, 1]]
    assert xp.argsort(x, descending=True).tolist() == [[1, 2, 0], [0, 2, 1]]  # stable: equals stay in order
    places = np.argsort(SQUARE)  # along the last axis, which np.take_along_axis takes by itself since NumPy 2.3
    assert_same(xp.take_along_axis(Tensor(SQUARE), Tensor(places)), np.take_along_axis(SQUARE, places, -1))
    single = Tensor(X.astype("f4"))
    assert_same(xp.clip(single, Tensor(Y), Tensor(Y + 1)), np.clip(X, Y, Y + 1).astype("f4"))  # the dtype of x stays
    for s in (xp.empty((2, 3), dtype=xp.float32), xp.empty_like(x, dtype=xp.float32)):
        assert (s.shape, s.dtype) == ((2, 3), np.float32)


def test_values_are_numpys_for_python_numbers_too() -> None:
    for name in ("add", "divide", "maximum", "atan2"):
        assert getattr(elementwise, name)(Tensor(2.0), 3).item() == getattr(np, name)(2.0, 3)
        assert getattr(elementwise, name)(3, Tensor(2.0)).item() == getattr(np, name)(3, 2.0)


@pytest.mark.parametrize("name", [n for n in xp.array_api.__all__ if isinstance(getattr(xp, n), type)
                                  and n not in ("finfo", "iinfo", "bool")])
def test_dtypes_and_their_limits(name: str) -> None:
    dtype = getattr(xp, name)
    assert dtype is getattr(np, name)
    kind = "iinfo" if np.dtype(dtype).kind in "iu" else "finfo"
    for given in (dtype, np.dtype(dtype), Tensor(np.zeros(2, dtype))):
        found, wanted = getattr(xp, kind)(given), getattr(np, kind)(dtype)
        limits = ["bits", "min", "max"] + (["eps", "smallest_normal"] if kind == "finfo" else [])
        assert {k: getattr(found, k) for k in limits} == {k: getattr(wanted, k) for k in limits}
        assert all(type(getattr(found, k)) in (int, float) for k in limits)
        assert found.dtype == wanted.dtype


def test_the_namespace_describes_itself_as_numpy_does() -> None:
    ours, numpys = xp.__array_namespace_info__(), np.__array_namespace_info__()
    assert ours.capabilities() == {"max dimensions": 64} | numpys.capabilities()  # which NumPy 2.2 does not say
    assert ours.default_device() == numpys.default_device()
    assert ours.devices() == list(numpys.devices())
    assert ours.default_dtypes() == numpys.default_dtypes()
    for kind in (None, "bool", "signed integer", "unsigned integer", "integral", "real floating", "complex floating",
                 "numeric", ("bool", "integral")):
        assert ours.dtypes(kind=kind) == numpys.dtypes(kind=kind)


@pytest.mark.parametrize(("call", "words"), [
    (lambda: xp.asarray(1.0, device="cuda"), "the only device is 'cpu', got 'cuda'"),
    (lambda: xp.asarray(Tensor(X), dtype="f4", copy=False), "from float64 to float32"),
    (lambda: xp.asarray([Tensor(1.0), 2.0], copy=False), "without a copy"),
    (lambda: xp.cumulative_sum(Tensor(X)), r"need an axis for more than one dimension, got shape \(3, 4\)"),
    (lambda: xp.nonzero(Tensor(1.0)), "at least one dimension"),
    (lambda: xp.isdtype(np.float32, "floating"), "kind must be one of 'bool', 'signed integer'"),
    (lambda: xp.matrix_transpose(Tensor(X[0])), "axis -1|axis -2"),
    (lambda: xp.vecdot(Tensor(X), Tensor(X[:, :3])), "vectors of one length, got 4 and 3"),
    (lambda: xp.vecdot(Tensor(X), Tensor(X), axis=2), "axis 2 is out of bounds"),
    (lambda: xp.linalg.matrix_rank(Tensor(X[0])), r"at least two dimensions, got shape \(4,\)"),
    (lambda: xp.linalg.outer(Tensor(X), Tensor(X[0])), "two vectors, got 2 and 1 axes"),
    (lambda: xp.fft.fftfreq(4, dtype=xp.int32), "real floating-point numbers, got dtype int32"),
    (lambda: xp.squeeze(Tensor(X), axis=0), "size not equal to one"),
    (lambda: xp.reshape(Tensor(X.T), (12,), copy=False), "copy"),
])
def test_refusals_say_what_came(call: Any, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        call()


def test_sizes_alone_mean_the_last_axes() -> None:
    """`s` without `axes`, which NumPy deprecates: the standard says the last axes."""
    assert_same(xp.fft.fftn(Tensor(X), s=(6,)), np.fft.fftn(X, s=(6,), axes=(-1,)))


def test_frequencies_have_the_dtype_asked_for() -> None:
    assert xp.fft.fftfreq(4, dtype=xp.float32).dtype == np.float32
    assert xp.fft.rfftfreq(4, dtype=xp.float32).dtype == np.float32
