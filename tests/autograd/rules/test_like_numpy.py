"""Calls in dtypes and forms that mathematics does not ask about: NumPy's values and dtypes, or what NumPy raises."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from autograd import Tensor
from autograd.duck_arrays import Array
from autograd.tree import flatten

Call = Callable[..., Any]

HALVES = np.array([-1.5, -0.5, 0.5, 2.5])
BELOW = HALVES.astype(np.float32)
SMALL, LARGE = np.array([3, -7, 100, 5], np.int8), np.array([2**62 + 1, 2**62 - 1, -(2**62) - 1, 5])
MASK = np.array([True, False, True, True])
GRID = np.arange(12.0).reshape(3, 4)
TURNED = HALVES + 1j

MARKS = GRID[:3, :3] % 2 > 0
SQUARE = np.array([[2.0, 1.0], [1.0, 3.0]])
INF, WIDE = np.array([[np.inf, np.nan, np.inf], [np.inf, 1, -np.inf]]), np.array([2, -3, 1], np.longdouble) / 7
HOLES = np.where(np.isfinite(INF), INF, np.nan)
STACK = np.stack([SQUARE, np.ones((2, 2)), np.zeros((2, 2))])


def written(write: Call, *options: Any, **more: Any) -> Call:
    """What a function that writes leaves behind."""

    def call(x: Any, *values: Any) -> Any:
        target = x.copy()
        write(target, *options, *values, **more)
        return target

    return call


CALLS: dict[str, tuple[Call, tuple[Array, ...]]] = {
    # a dtype is that of the result: operands are cast as the ufunc's loop asks for, or not at all
    **{f"{f.__name__} in the dtype {dtype}, casting {casting}":
       (lambda *x, f=f, dtype=dtype, casting=casting: f(*x, dtype=dtype, casting=casting), x)
       for f, *x in ((np.cos, HALVES), (np.ceil, HALVES), (np.square, BELOW), (np.absolute, TURNED),
                     (np.isnan, HALVES), (np.frexp, HALVES), (np.bitwise_count, SMALL), (np.add, SMALL, BELOW),
                     (np.divide, SMALL, SMALL), (np.equal, HALVES, BELOW), (np.divmod, HALVES, BELOW),
                     (np.float_power, SMALL, BELOW), (np.matmul, GRID, HALVES), (np.add, BELOW, 2))
       for dtype in (None, "f4", "f8", "i8", "D") for casting in ("same_kind", "no")},
    "a dtype beside where": (lambda x, y: np.add(x, y, dtype="f4", where=np.ones(4, bool)), (SMALL, SMALL)),
    "a dtype that loses digits": (lambda x, y: np.add(x, y, dtype="i1", casting="unsafe"), (SMALL, LARGE % 7)),
    "divmod by True": (lambda x: np.divmod(x, True), (HALVES,)),
    "a list below the line": (lambda x: x // [1.5, 2, 3, 4], (HALVES,)),
    "a list above the line": (lambda x: [1.5, 2, 3, 4] // x, (HALVES,)),
    "nanmax of integers": (np.nanmax, (LARGE,)), "nanmin of integers": (np.nanmin, (LARGE,)),
    "nanmax of booleans": (np.nanmax, (MASK,)),
    "nanmin beside an initial": (lambda x: np.nanmin(x, initial=2**62 + 1), (LARGE + 1,)),
    "nanmean in integers": (lambda x: np.nanmean(x, dtype=int), (HALVES,)),
    "nanvar in integers": (lambda x: np.nanvar(x, dtype=int), (HALVES,)),
    "average by booleans": (lambda x, w: np.average(x, weights=w), (HALVES.astype(np.float16), MASK)),
    "average of small integers": (lambda x, w: np.average(x, weights=w, returned=True), (SMALL, BELOW)),
    "average without weight": (lambda x, w: np.average(x, weights=w), (HALVES, 0 * HALVES)),
    "reduction of empty parts": (np.floor_divide.reduce, (np.zeros((4, 0)),)),
    "accumulation of empty parts": (np.hypot.accumulate, (np.zeros((4, 0)),)),
    **{f"{f.__name__}.{m} of one element": (lambda x, f=f, m=m, o=o: getattr(f, m)(x, *o), (x,))
       for f, x in ((np.hypot, HALVES[:1]), (np.gcd, SMALL[1:2]), (np.logaddexp, HALVES[:1]), (np.subtract, HALVES[:1]))
       for m, o in (("reduce", ()), ("accumulate", ()), ("reduceat", ([0],)))},
    "reduceat of no parts": (lambda x: np.maximum.reduceat(x, [], axis=1), (GRID,)),
    "matvec of a vector": (np.matvec, (HALVES, HALVES)),
    # differences of integers that have no sign, and bounds that they do not reach
    "linspace down from an unsigned integer": (lambda x: np.linspace(x, 2, 7), (np.array([9, 1], np.uint64),)),
    "linspace down to an unsigned integer": (lambda x: np.linspace(9, x, 7, dtype=int), (np.array(2, np.uint8),)),
    "linspace between booleans": (lambda x: np.linspace(x, ~x, 3), (MASK,)),
    "linspace in single precision": (lambda x: np.linspace(x, 5, 4, retstep=True), (BELOW,)),
    "logspace down from an unsigned integer": (lambda x: np.logspace(x, True, 3), (np.array([3], np.uint32),)),
    "clip below what an unsigned integer is": (lambda x: np.clip(x, -1, 300), (np.array([3, 9], np.uint8),)),
    "clip to one bound that is beyond": (lambda x: x.clip(max=2**70), (LARGE,)),
    # what NumPy will not cast, or not take
    **{f"{f.__name__} with casting {casting}":
       (lambda x, y, f=f, casting=casting: f([x, y], dtype="f4", casting=casting), (GRID, GRID > 3))
       for f in (np.concatenate, np.stack, np.vstack, np.hstack) for casting in ("no", "safe", "same_kind", "unsafe")},
    "concatenate of kinds that are not to be cast": (lambda x, y: np.concatenate([x, y], casting="no"), (SMALL, LARGE)),
    "ediff1d with an end of another kind": (lambda x: np.ediff1d(x, to_end=1.5), (SMALL,)),
    "interp at complex places": (lambda x: np.interp(x, [0, 1, 2], [3.0, 1, 2]), (TURNED,)),
    "compress by a matrix": (lambda x: np.compress(x > 3, x), (GRID,)),
    "vander of a matrix": (np.vander, (GRID,)), "vsplit of a vector": (lambda x: np.vsplit(x, 2), (HALVES,)),
    "dsplit of a matrix": (lambda x: np.dsplit(x, [1]), (GRID,)),
    "gradient of booleans": (np.gradient, (MASK,)),
    "gradient beside what is infinite": (lambda x: np.gradient(x, 0.5), (np.array([1.0, 2, np.inf, 5, 7]),)),
    **{f"correlate of {len(x)} {x.dtype} with booleans, {mode}":
       (lambda x, y, mode=mode: np.correlate(x, y, mode), (x, MASK[:3]))
       for x in (MASK, MASK[:2], SMALL.view(np.uint8)) for mode in ("full", "same", "valid")},
    **{f"insert of a block with more axes at {places}": (lambda x, v, at=places: np.insert(x, at, v), (HALVES, v))
       for places, v in ((2, HALVES[None, :1]), ([1, 3], HALVES[None, None, :2]), (slice(1, 3), HALVES[None, None, :1]),
                         (1, GRID))},
    **{f"{f.__name__} of integers, ddof {n}": (lambda x, f=f, n=n: f(x, ddof=n), (SMALL,))
       for f in (np.nanvar, np.nanstd) for n in (1, 4, 5)},
    "poly of a matrix of small integers": (np.poly, (np.array([[3, 1], [2, -5]], np.int8),)),
    # the dtype of both where only one is read, and of small integers
    "intersect1d of two dtypes": (np.intersect1d, (np.array([2, 3], np.int16), np.array([2.0, 5.0]))),
    "intersect1d of nothing": (np.intersect1d, (SMALL, BELOW[:0])),
    "sort_complex of small integers": (np.sort_complex, (SMALL,)),
    "sort_complex of single": (np.sort_complex, (BELOW,)),
    "clip of booleans": (lambda x, y: np.clip(x, 0, y), (MASK, HALVES.astype(np.float16))),
    "gradient over unsigned places": (np.gradient, (HALVES, np.array([3, 0, 2, 1], np.uint8))),
    "gradient with an unsigned step": (lambda x: np.gradient(x, np.uint8(3)), (HALVES,)),
    "polymul with zeros in front": (np.polymul, (np.array([0, 0, 2.0]), SMALL)),
    "polymul of zeros": (np.polymul, (np.zeros(2), HALVES)), "polymul of nothing": (np.polymul, (HALVES[:0], HALVES)),
    "bincount with one weight for all": (np.bincount, (np.array([0, 2, 1]), HALVES[:1])),
    "polyfit of nothing": (lambda x: np.polyfit(x, x, 1), (HALVES[:0],)),
    "polyder of rows": (np.polyder, (GRID[:, :3],)), "vecmat of a vector": (np.vecmat, (GRID, HALVES)),
    # sums of what is narrow, in the dtype of all
    "einsum of three, the first of booleans":
        (lambda x, y, z: np.einsum("ik,i,j->", x, y, z), (MARKS, GRID[1, :3], GRID[2])),
    "einsum of three, the first of small integers":
        (lambda x, y, z: np.einsum("ij,jk,k", x, y, z), (np.full((2, 3), 100, np.int8), MARKS, LARGE[:3] % 1000)),
    "einsum of an ellipsis that is left out": (lambda x: np.einsum("i...->i", x), (GRID,)),
    "einsum of an ellipsis that is left out by the way": (lambda x: np.einsum("i...->i", x, optimize=True), (GRID,)),
    "einsum of an ellipsis of no axes": (lambda x: np.einsum("i...->i", x), (HALVES,)),
    **{f"{f.__name__}.at with {name}": (written(f.at, [0, 0, -1, 0]), (x, y)) for f in (np.add, np.subtract)
       for name, x, y in (("booleans", LARGE, MASK), ("small integers", LARGE, np.full(4, 100, np.int8)),
                          ("single precision", HALVES / 3, np.full(4, 1e8, np.float32)))},
    # what is written becomes the dtype of what it is written into, or does not
    **{f"{name} into {x.dtype} of {value!r}": (lambda x, f=f, value=value: f(x, value), (x,))
       for name, f in {
           "put": written(np.put, [0, 2]), "place": written(np.place, MASK), "putmask": written(np.putmask, MASK),
           "copyto": written(np.copyto), "flat": written(lambda x, v: setattr(x, "flat", v)),
           "fill_diagonal": lambda x, v: written(np.fill_diagonal)(x.reshape(2, 2), v)}.items()
       for x in (SMALL.view(np.uint8), BELOW)
       for value in (300, -1, np.nan, 2.7, 1j, [2, 3, 4, 5], [2.5, 2, 2, 2], [1j, 2, 3, 4], SMALL, HALVES, TURNED,
                     np.int64(9), np.float64(2.7))},
    "copyto of a number into booleans": (lambda x: written(np.copyto)(x, 2), (MASK,)),
    "place of nothing": (lambda x: written(np.place)(x, MASK, []), (HALVES,)),
    "fill_diagonal with nothing": (lambda x: written(np.fill_diagonal)(x, []), (GRID,)),
    "a complex number into a float": (lambda x: written(lambda x: x.__setitem__(0, 1j))(x), (HALVES,)),
    # condition numbers of singular matrices are infinite
    **{f"cond of order {p}": (lambda x, p=p: np.linalg.cond(x, p), (STACK,)) for p in (None, -2, 1, "fro")},
    "cond in single precision": (lambda x: np.linalg.cond(x, 1), (SQUARE.astype(np.float32) / 3,)),
    "cond of nothing": (np.linalg.cond, (HALVES[:0, None],)),
    "cond of integers": (np.linalg.cond, (GRID[:3].astype(int),)),
    # infinite numbers
    **{f"{f.__name__} of infinite numbers over {axis}": (lambda x, f=f, axis=axis: f(x, axis=axis), (INF,))
       for f in (np.median, np.nanmedian, np.nanmean) for axis in (None, 0, 1)},
    **{f"interp of {fp} at infinite knots {xp}":
       (lambda x, y, xp=xp: np.interp(x, xp, y), (np.array([-np.inf, -3, 0, 0.5, 1, 2, np.inf]), np.array(fp)))
       for xp, fp in (([-np.inf, np.inf], [4.0, 4]), ([-np.inf, 0, 1, np.inf], [2.0, 2, 5, 5]),
                      ([-np.inf, 1], [0.0, 10]), ([0, np.inf], [0.0, 10]), ([-np.inf, np.inf], [0.0, 10]))},
    "nan_to_num of nan to infinity": (lambda x: np.nan_to_num(x, nan=np.inf, posinf=-np.inf, neginf=0), (INF,)),
    **{f"{f.__name__} with ddof {ddof}": (lambda x, f=f, ddof=ddof: f(x, axis=1, ddof=ddof), (HOLES,))
       for f in (np.nanvar, np.nanstd) for ddof in (1, 2, 3)},
    "nanvar of some with ddof": (lambda x: np.nanvar(x, None, None, None, 1, where=GRID > 10), (GRID,)),
    **{f"{f.__name__} about a given mean": (lambda x, f=f: f(x, axis=0, mean=np.full((1, 4), 2.0)), (GRID,))
       for f in (np.var, np.std)},
    # long doubles keep their digits
    **{f"{name} of long doubles": (call, (WIDE,)) for name, call in {
        "norm": lambda x: np.linalg.norm(x, 3), "sort_complex": np.sort_complex,
        "pad": lambda x: np.pad(x, 3, "linear_ramp")}.items()},
    # Python's numbers are weak among arrays
    "concatenate with a number": (lambda x: np.concatenate([x, 1.5, 2], axis=None), (BELOW,)),
    "concatenate with a complex number": (lambda x: np.concatenate([x, 1j], axis=None), (BELOW,)),
    "choose among numbers": (lambda x: np.choose([0, 1, 1, 0], (1.0, x)), (BELOW,)),
    # what does not fit
    **{f"matrix_power {n} of shape {x.shape}": (lambda x, n=n: np.linalg.matrix_power(x, n), (x,))
       for x, n in ((HALVES, 1), (GRID, 1), (GRID, 0), (SQUARE, 1.5), (SQUARE, np.int8(3)))},
    **{f"tensorsolve of {x.shape} and {y.shape}": (np.linalg.tensorsolve, (x, y))
       for x, y in ((GRID, GRID[:, 0]), (GRID, GRID), (SQUARE, HALVES[:2]), (STACK, SQUARE))},
    **{f"cov with {name} {w}": (lambda x, w=w, name=name: np.cov(x, **{name: w}), (GRID,))
       for name in ("fweights", "aweights")
       for w in ([2, 1, 0, 3], [1.5, 1, 0, 2], [-1, 1, 1, 1], [1, 2], [[1, 1, 1, 1]])},
    # one of the arguments a tensor, the others lists
    "clip of a list": (lambda low, high: np.clip([3.0, 1, 2, 5], low, high), (HALVES, HALVES + 1)),
    "clip of an integer list": (lambda high: np.clip([3, 1, 2, 5], None, high), (SMALL,)),
    "diff of a list": (lambda x: np.diff([1.0, 3, 2], prepend=x), (HALVES,)),
    "choose by booleans": (lambda x: np.choose(x, [1.5, HALVES]), (MASK,)),
    "choose by floats": (lambda x: np.choose(x, [[1, 2, 3, 4], SMALL]), (HALVES,)),
    "svd of a negative matrix that is Hermitian":
        (lambda x: np.linalg.svd(x, hermitian=True)[1:], (np.diag([-2.0, 1]).astype(np.float32),)),
    "lstsq to machine precision":
        (lambda x, y: np.linalg.lstsq(x, y, rcond=-1)[1], (np.eye(4, 2) * [1, 3e-16], HALVES)),
    # nothing, or less than nothing
    **{f"{f.__name__}.reduce of no {x.dtype}": (f.reduce, (x,)) for f in (np.bitwise_and, np.bitwise_or, np.bitwise_xor)
       for x in (np.zeros(0, np.uint8), np.zeros((0, 2), np.int16), np.zeros((3, 0), bool))},
    "reduceat in a dtype": (lambda x: np.add.reduceat(x, [0, 2], dtype=np.int16), (SMALL,)),
    "edges that are given": (lambda x: np.histogram_bin_edges(x, [0, 1, 2]), (HALVES,)),
    "reshape without a copy, where it needs one":
        (lambda x: np.reshape(x, x.shape[::-1], order="F", copy=False), (np.arange(6.0).reshape(2, 3),)),
    "reshape without a copy": (lambda x: x.reshape(-1, copy=False), (np.arange(6.0).reshape(2, 3),)),
    "interp of complex samples where there is none": (lambda x, y: np.interp(x, [0.0, 1], y * [1j, 2]).imag, (
        np.array([0.5, np.nan]), np.ones(2))),
    "methods with targets": (lambda x: [x.take([0, 1], out=np.zeros(2)), x.dot(x, out=np.zeros(())),
                                        x.compress([True, False], out=np.zeros(1))], (HALVES,)),
    "the method choose with a target": (lambda x: x.choose([HALVES, -HALVES], out=np.zeros(4)), (SMALL % 2,)),
    "reduceat of a list": (lambda i: np.add.reduceat([1.5, 2, 3], i), (np.array([0, 2]),)),
    **{f"{f.__name__} into {n}": (lambda x, f=f, n=n: f(x, n), (x,)) for f, x in (
        (np.array_split, HALVES), (np.split, HALVES), (np.hsplit, HALVES), (np.hsplit, GRID), (np.vsplit, GRID))
       for n in (0, -1, 1, 2)},
    "hsplit of a number": (lambda x: np.hsplit(x, 1), (np.array(1.0),)),
    "unstack beyond the axes": (lambda x: np.unstack(x, axis=2), (GRID,)),
    **{f"trim_zeros at {trim!r}": (lambda x, trim=trim: np.trim_zeros(x, trim), (np.array([0, 1.5, 0]),))
       for trim in ("f", "B", "bF", "", "front", "ff")},
    **{f"full_like {x.dtype} of {value!r}": (lambda x, value=value: np.full_like(x, value), (x,))
       for x in (SMALL, HALVES, MASK) for value in (3, 1000, -1, 2.7, True, [1, 2, 3, 4])},
    "delete from a list": (lambda i: np.delete([0.5, 1, 2], i), (np.array([0, 2]),)),
    "item of an index": (lambda x: x.item(1), (HALVES,)),
    "partition of a kind": (written(lambda x: x.partition(2, kind="introselect")), (np.sort(HALVES),)),
    "polyval without coefficients": (lambda x: np.polyval([], x), (BELOW,)),
}


def outcome(call: Call, operands: tuple[Any, ...]) -> Any:
    """The arrays that are returned, or what is raised."""
    with warnings.catch_warnings(action="ignore"):
        try:
            return [np.asarray(x.detach() if isinstance(x, Tensor) else x) for x in flatten(call(*operands))[0]]
        except (ValueError, ArithmeticError, RuntimeError) as error:
            kinds = ValueError, ZeroDivisionError, OverflowError, RuntimeError
            return next(kind for kind in kinds if isinstance(error, kind))
        except TypeError:
            return TypeError


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("tracked", [False, True])
def test_values_and_dtypes_are_numpys(name: str, tracked: bool) -> None:
    call, operands = CALLS[name]
    tensors = [Tensor(x, requires_grad=tracked and x.dtype.kind in "fc") if isinstance(x, np.ndarray) else x
               for x in operands]
    wanted, found = outcome(call, operands), outcome(call, (*tensors,))
    if isinstance(wanted, type) or (isinstance(found, type) and tracked):  # what is tracked may be refused
        assert found is wanted or (isinstance(wanted, list) and found is TypeError)
        return
    assert [(x.shape, x.dtype) for x in found] == [(x.shape, x.dtype) for x in wanted]
    for a, b in zip(found, wanted, strict=True):
        np.testing.assert_allclose(a, b, rtol=4 * np.finfo(b.dtype).eps if b.dtype.kind in "fc" else 0)


@pytest.mark.parametrize("array", [
    GRID, GRID.T, np.asfortranarray(GRID), np.broadcast_to(HALVES, (3, 4)), np.broadcast_to(HALVES, (3, 4)).T,
    np.broadcast_to(GRID[:, None, ::2], (3, 2, 2)), np.broadcast_to(GRID[:, None, ::2], (3, 2, 2)).transpose(1, 2, 0),
], ids=["rows", "turned", "columns", "repeated", "repeated and turned", "of which one axis repeats", "that turned"])
@pytest.mark.parametrize("order", ["C", "F", "A", "K", "c", "f", "a", "k", None, "Z", 1, ""], ids=repr)
def test_orders_in_memory_are_numpys(array: Array, order: Any) -> None:
    """In small letters too; what is no order was taken for "C"."""
    calls: list[Call] = [lambda x: x.ravel(order), lambda x: np.ravel(x, order), lambda x: x.flatten(order),
                         lambda x: np.reshape(x, (6, 2), order), lambda x: x.reshape(6, 2, order=order)]
    for call in calls:
        try:
            expected = call(array)
        except (TypeError, ValueError) as error:
            with pytest.raises(type(error)):
                call(Tensor(array, requires_grad=True))
        else:
            np.testing.assert_array_equal(call(Tensor(array, requires_grad=True)).detach().numpy(), expected)
