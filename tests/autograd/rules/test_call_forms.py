"""Ways of calling NumPy that the table of domains does not sample: NumPy's value, the right gradient, or a refusal."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd
from autograd import Tensor, grad, jacobian, jvp
from autograd.testing import check_gradients

rng = np.random.default_rng(3)
V, X, S = rng.normal(size=5), rng.normal(size=(3, 4)), rng.normal(size=(3, 3))
Z, W = V + 1j * rng.normal(size=5), np.abs(X) + 0.1
TURNS = np.array([-7.3, 0.2, 5.9, 13.0])
LINE = np.arange(5.0)
UNEVEN = np.array([0.0, 0.4, 1.5, 2.1, 3.9])
CUBE = np.random.default_rng(4).normal(size=(2, 3, 4))


def put(x: Any, places: Any, values: Any, mode: str) -> Any:
    copy = np.copy(x)
    np.put(copy, places, values, mode)
    return copy


def put_along(x: Any, places: Any, values: Any, axis: int | None) -> Any:
    copy = np.copy(x)
    np.put_along_axis(copy, places, values, axis)
    return copy

Form = tuple[Callable[..., Any], tuple[Any, ...]]
FORMS: dict[str, Form] = {
    "take by booleans, which are 0 and 1": (lambda x: np.take(x, [True, True, False], axis=0), (X,)),
    "take by booleans of all elements": (lambda x: x.take(np.array([[True], [False]])), (V,)),
    "poly of a matrix without eigenvectors": (np.poly, (2 * np.eye(3) + np.eye(3, k=1),)),
    "poly of a complex matrix of one eigenvalue": (np.poly, (np.array([[1j, 2.0], [0.0, 1j]]),)),
    "diff of order 0": (lambda x: np.diff(x, n=0), (X,)),
    "interp with a period": (lambda x, f: np.interp(x, [0.5, 2.0, 3.5, 5.0], f, period=6.0), (TURNS, V[:4])),
    "interp with a period, samples in any order":
        (lambda x, p, f: np.interp(x, p, f, period=-6.0), (TURNS, np.array([5.0, 7.0, -2.0, 14.0]), V[:4])),
    "tensorsolve with axes": (lambda a, b: np.linalg.tensorsolve(a, b, axes=(1,)),
                              (rng.normal(size=(2, 4, 2)), rng.normal(size=(2, 2)))),
    **{f"norm of order {order} over axes {axes}":
       (lambda x, k=order, axes=axes: np.linalg.norm(x, k, axes, keepdims=axes[0] < 0), (CUBE,))
       for axes in ((0, 2), (2, 1), (-3, -2), (-1, 0)) for order in (None, 1, -1, 2, np.inf, "nuc")},
    "norm of order 0": (lambda x: np.linalg.norm(x, 0), (V,)),
    "poly of a matrix": (np.poly, (S,)),
    "poly of conjugate pairs": (lambda z: np.poly(np.concatenate([z, np.conj(z)])), (Z[:2],)),
    "poly of complex zeros": (np.poly, (Z,)),
    "polydiv by a number": (np.polydiv, (V, V[:1])),
    "polydiv of equal degrees": (np.polydiv, (V[:3], V[2:])),
    "roots with a root at 0": (np.roots, (np.array([1.0, 2.0, -5.0, 0.0]),)),
    "roots of a line": (np.roots, (V[:2],)),
    "polyfit with all that is known": (lambda y: tuple(np.polyfit(LINE, y, 2, full=True)[:2]), (V,)),
    "polyfit with covariance": (lambda y: np.polyfit(LINE, y, 2, cov=True), (V,)),
    "polyfit with unscaled covariance": (lambda x, y: np.polyfit(x, y, 2, cov="unscaled"), (LINE, V)),
    "polyfit of columns with covariance": (lambda y: np.polyfit(LINE, y, 2, cov=True), (rng.normal(size=(5, 2)),)),
    "polyfit with weights and covariance": (lambda y, w: np.polyfit(LINE, y, 2, w=w, cov=True), (V, np.abs(V) + 1)),
    "einsum spelled out, without an output": (lambda x, y: np.einsum(x, [0, 1], y, [1, 2]), (X, X.T.copy())),
    **{f"einsum of the labels {i} and {j}": (lambda x, labels=(i, j): np.einsum(x, labels), (X,))
       for i, j in ((25, 26), (26, 25), (0, 51), (51, 0))},
    "einsum spelled out, with an output": (lambda x, y: np.einsum(x, [..., 1], y, [1], [...]), (X, V[:4])),
    "dot of a number and an array": (np.dot, (np.array(2.0), X)),
    "dot of an array and a number": (np.dot, (X, np.array(2.0))),
    **{f"correlate with a longer second, {mode}, {n} and {m}":
       (lambda a, v, mode=mode: np.correlate(a, v, mode), (Z[:n], Z[:m]))
       for mode in ("full", "same", "valid") for n, m in ((2, 5), (3, 5), (3, 4), (2, 4))},
    "linspace in another precision": (lambda a: np.linspace(a, 5.0, 4, dtype=np.float32), (np.array(1.5),)),
    "logspace with bases": (lambda a, b: np.logspace(a, 2.0, 4, base=b), (np.array(1.5), np.array([2.0, 3.0]))),
    "logspace with bases, along the last axis":
        (lambda a, b: np.logspace(a, 2.0, 4, base=b, axis=-1),
         (np.array([1.5, 1.0]), np.array([[2.0, 3.0], [1.5, 2.5]]))),
    **{f"cumprod of nothing along axis {axis}": (lambda x, axis=axis: np.cumprod(x, axis=axis), (np.zeros((0, 3)),))
       for axis in (0, 1)},
    "astype without a copy": (lambda x: np.astype(x, np.float64, copy=False) * 2, (X,)),
    "diag of a matrix": (lambda x: np.diag(x, 1), (X,)),
    "average with weights for all elements": (lambda x, w: np.average(x, axis=1, weights=w), (X, W)),
    "average of all with the sum of weights": (lambda x, w: np.average(x, weights=w, returned=True), (X, W)),
    "corrcoef of one variable": (np.corrcoef, (V,)),
    "take_along_axis of all elements": (lambda x: np.take_along_axis(x, np.array([3, 0, -1]), None), (X,)),
    "concatenate in another precision": (lambda x: np.concatenate([x, x], dtype=np.float32), (X,)),
    "add of an array in another precision": (lambda x: np.add(x, X, dtype=np.float32), (X,)),
    "add in another precision": (lambda x: np.add(x, x, dtype=np.float32), (X,)),
    **{f"choose, {mode}": (lambda x, y, mode=mode, at=at: np.choose(at, [x, y, y * y], mode=mode), (V, V[::-1].copy()))
       for mode, at in (("wrap", [-1, 3, 4, 8, -5]), ("clip", [-1, 3, 0, 8, 2]), ("raise", [0, 2, 1, 0, 2]))},
    "piecewise with an otherwise": (lambda x: np.piecewise(x, [x < 0], [np.square, np.exp]), (V,)),
    "piecewise, 0 otherwise": (lambda x: np.piecewise(x, [x < 0], [np.square]), (V,)),
    "piecewise with a condition that nothing meets":
        (lambda x: np.piecewise(x, [x < -100, x >= -100], [np.square, np.exp]), (V,)),
    "piecewise with numbers": (lambda x: np.piecewise(x, [x < 0, x > 0.5], [1.0, 2.0, np.exp]), (V,)),
    "piecewise with arguments":
        (lambda x: np.piecewise(x, [x < 0], [lambda x, k, s: k * x * x + s, lambda x, k, s: k * x - s], 3, s=2), (V,)),
    "operands by name": (lambda x: np.swapaxes(a=x, axis1=0, axis2=1), (X,)),
    "an option at its default": (lambda x: np.sort(x, order=None), (V,)),
    **{f"pad of the odd reflection, {n} on each side of 5":
       (lambda x, n=n: np.pad(x, n, "reflect", reflect_type="odd"), (V,)) for n in (3, 5, 9)},
    "pad of the odd reflection of one element":
        (lambda x: np.pad(x, ((2, 1), (0, 3)), "reflect", reflect_type="odd"), (X[:1],)),
    **{f"pad with a ramp of {widths}": (lambda x, w=widths: np.pad(x, w, "linear_ramp", end_values=(1.5, -2)), (V,))
       for widths in ((0, 1), (1, 0), (1, 1), (2, 3))},
    **{f"pad with {values}": (lambda x, v=values: np.pad(x, 1, constant_values=v), (X,))
       for values in ((3,), [[3], [4]], [[1, 2]], [[1, 2], [3, 4]], 5)},
    "reshape of a copy": (lambda x: np.reshape(x, (4, 3), copy=True), (X,)),
    "clip from above": (lambda x: np.clip(x, None, 0.3), (V,)),
    "clip from below, by name": (lambda x: np.clip(x, min=-0.3), (V,)),
    # A second column, a second axis, another sign: where a default would do as well.
    **{f"gradient along axis {axis}, edge_order {order}":
       (lambda x, axis=axis, order=order: np.gradient(x, np.array([0.0, 1.0, 3.0, 3.5, 7.0]), axis=axis,
                                                      edge_order=order), (np.outer(V, V),))
       for axis in (0, 1, -1) for order in (1, 2)},
    "gradient with a spacing an axis": (lambda x: tuple(np.gradient(x, 2.0, np.array([0.0, 1.0, 3.0, 3.5]))), (X,)),
    "gradient of integers' floats over several axes": (lambda x: tuple(np.gradient(x, 0.5, axis=(1, 0))), (X,)),
    **{f"trapezoid with {shape} x along axis {axis}": (
        lambda y, x, axis=axis: np.trapezoid(y, x, axis=axis), (X, np.cumsum(W, axis=axis) if shape == "full" else
                                                                np.cumsum(W, axis=axis).take(0, axis=1 - axis % 2)))
       for shape in ("full", "1-d") for axis in (0, 1)},
    "trapezoid with a step": (lambda y: np.trapezoid(y, dx=0.3, axis=0), (X,)),
    "cov of columns with both weights": (
        lambda x, w: np.cov(x, rowvar=False, fweights=np.array([1, 2, 3]), aweights=w, ddof=2), (X, W[:, 0])),
    "cov with frequencies": (lambda x: np.cov(x, fweights=np.array([3, 1, 2, 2])), (X,)),
    "cov of one variable with weights":
        (lambda x, w: np.cov(x, aweights=w, fweights=[1, 2, 1, 3, 1]), (V, np.abs(V) + 1)),
    "cov of two": (lambda x, y: np.cov(x, y, bias=True), (V, V**2)),
    "cov of complex numbers": (np.cov, (Z, np.conj(Z) * 2j)),
    "corrcoef of columns": (lambda x: np.corrcoef(x, rowvar=False), (rng.normal(size=(6, 3)),)),
    "corrcoef of complex numbers": (np.corrcoef, (Z, Z**2)),
    **{f"trim_zeros {trim}": (lambda x, trim=trim: np.trim_zeros(np.concatenate([[0, 0], x, [0.0]]), trim), (V,))
       for trim in ("f", "b", "fb")},
    **{f"put of negative places, {mode}":
       (lambda x, v, mode=mode: put(x, [-1, 1, 27 if mode != "raise" else 2], v, mode), (X, V[:3]))
       for mode in ("raise", "wrap", "clip")},
    "put with few values": (lambda x, v: put(x, [0, 3, 5, 11], v, "raise"), (X, V[:2])),
    "put_along_axis of all": (lambda x, v: put_along(x, np.array([0, 7, -1]), v, None), (X, V[:3])),
    **{f"put_along_axis {axis}": (lambda x, v, axis=axis: put_along(x, np.argmax(X, axis, keepdims=True), v, axis),
                                  (X, np.array(7.0))) for axis in (0, 1, -1)},
    "block of three levels": (lambda x, v: np.block([[[v, x[0]]], [[x[1], v * 2]]]), (X, V)),
    "block of ragged ranks": (lambda x, v: np.block([[x, v[:3, None]], [v[:4], v[4:]]]), (X, V)),
    **{f"setdiff1d, unique {unique}": (lambda x, unique=unique: np.setdiff1d(x, V[::2], unique), (V,))
       for unique in (False, True)},
    **{f"setxor1d, unique {unique}": (lambda x, unique=unique: np.setxor1d(x, V[1:3], unique), (V[[2, 0, 4]],))
       for unique in (False, True)},
    "intersect1d with indices": (lambda x: np.intersect1d(x, V[1:4], return_indices=True)[0], (V,)),
    "union1d": (lambda x: np.union1d(x, V[:2]), (V,)),
    "irfft along an axis counted from the end": (lambda z: np.fft.irfft(z, axis=-2), (np.outer(Z, Z),)),
    "irfft to an odd length along the first axis": (lambda z: np.fft.irfft(z, 7, axis=0), (np.outer(Z, Z),)),
    "hfft": (lambda z: np.fft.hfft(z, axis=0), (np.outer(Z, Z),)),
    "ihfft": (lambda x: np.fft.ihfft(x, axis=-2), (X,)),
    **{f"pad {mode}": (lambda x, mode=mode, options=options: np.pad(x, ((1, 0), (2, 3)), mode, **options), (X,))
       for mode, options in (("constant", {}), ("constant", {"constant_values": ((1, 2), (3, 4))}), ("linear_ramp", {}),
                             ("linear_ramp", {"end_values": ((1, 2), (3, 4))}), ("mean", {}), ("edge", {}),
                             ("mean", {"stat_length": ((1, 2), (3, 2))}), ("maximum", {"stat_length": 2}))},
    "logspace with another base": (lambda a, b: np.logspace(a, b, 5, base=2.0), (np.array(1.0), np.array(3.0))),
    "logspace without its end": (lambda a: np.logspace(a, 2.0, 4, endpoint=False), (np.array([0.5, 1.5]),)),
    "logspace with bases along axis 1": (
        lambda b: np.logspace(np.ones((2, 1)), 2.0, 3, base=b, axis=1), (np.array([[2.0, 3.0, 4.0], [5.0, 6.0, 7.0]]),)
    ),
    "geomspace along the last axis": (lambda a: np.geomspace(a, 8.0, 4, axis=-1), (np.array([1.0, 2.0]),)),
    "geomspace of complex ends": (lambda a: np.geomspace(a, 8.0 + 2j, 4), (np.array(1.0 + 1j),)),
    "linspace with its step": (lambda a, b: np.linspace(a, b, 4, retstep=True), (V[:2], V[2:4])),
    "einsum with an ellipsis and no output": (lambda x, y: np.einsum("...i,ij", x, y), (X, X.T @ S)),
    "einsum with ellipses of several ranks": (
        lambda x, y: np.einsum("...ij,j...->i...", x, y), (X, rng.normal(size=(4, 3)))),
    "angle in degrees": (lambda z: np.angle(z, deg=True), (Z,)),
    "copysign": (lambda x: np.copysign(x, [1.0, -1.0, -0.0, 0.0, 2.0]), (V,)),
    "vector norm of order 0.5": (lambda x: np.linalg.norm(x, 0.5, axis=1), (W,)),
    "vector norm of order -2": (lambda x: np.linalg.norm(x, -2, axis=0), (W,)),
    "matrix norms of order -1 and -inf": (lambda x: (np.linalg.norm(x, -1), np.linalg.norm(x, -np.inf)), (X,)),
    "i0 of large numbers": (lambda x: np.i0(x) / np.exp(np.abs(x)), (np.array([40.0, -300.0, 650.0]),)),
    **{f"polydiv of numbers of other kinds, {k}": (np.polydiv, given) for k, given in enumerate((
        (V, Z[:1]), (Z, V[:1]), (V, Z[:3]), (np.array([1.0, 1e-8, 3.0]), np.array([1.0, 0.0, 0.0])), (V[:2], V)))},
    **{f"polyint with constants, {label}": (lambda p, k, m=m: np.polyint(p, m, k), (V, k)) for label, m, k in (
        ("one for all", 2, V[0]), ("one in a list for all", 3, V[:1]), ("one for each", 3, V[:3]), ("more", 2, V[:4]))},
    "polyfit of columns with weights":
        (lambda x, y, w: np.polyfit(x, y, 2, w=w), (LINE, np.outer(V, V), np.abs(V) + 1)),
    "irfft to two numbers": (lambda z: np.fft.irfft(z, 2), (Z[:2],)),
    "irfft to one number": (lambda z: np.fft.irfft(z, 1), (Z[:2],)),
    "linspace of far apart ends": (lambda a, b: np.linspace(a, b, 2), (np.array(-1e16), np.array(1.0))),
    "polydiv with a rest": (np.polydiv, (V, V[1:3])),
    "piecewise of a number": (lambda x: np.piecewise(x, [x < 0, x >= 0], [np.square, np.exp]), (np.array(0.7),)),
    **{f"pad of the odd {mode}ion, {widths}":
       (lambda x, mode=mode, widths=widths: np.pad(x, widths, mode, reflect_type="odd"), (V,))
       for mode in ("reflect", "symmetric") for widths in ((9, 1), (1, 9), (4, 6), (0, 13))},
    "partition of all elements": (lambda x: np.sort(np.partition(x, 3, axis=None)[:3]), (X,)),
    "hsplit of a vector": (lambda x: np.hsplit(x, [2]), (V,)), "vsplit in parts": (lambda x: np.vsplit(x, 3), (X,)),
    "emath just beyond the real domain":
        (lambda x: (np.emath.arcsin(x), np.emath.arctanh(-x)), (np.array([0.5, 1.5]),)),
    "emath just within the real domain": (lambda x: (np.emath.arccos(x), np.emath.log(x)), (np.array([0.5, 0.99]),)),
    "piecewise of a number, with conditions in an array":
        (lambda x: np.piecewise(x, np.array([False, True]), [np.square, np.exp]), (np.array(0.7),)),
    **{f"multi_dot of {k} and more": (lambda x, y, z, w: np.linalg.multi_dot([x, y, z, w]), given) for k, given in {
        "a vector": (V[:3], X, X.T.copy(), X), "a matrix": (X, X.T.copy(), S, V[:3]),
        "vectors": (V[:3], X, X.T.copy(), V[1:4])}.items()},
    "inner of vectors": (np.inner, (V, V[::-1].copy())), "inner of a number": (np.inner, (V, np.array(2.0))),
    "inner of a vector and a matrix": (np.inner, (V[:4], X)),
    "dot of vectors": (np.dot, (V, V[::-1].copy())), "dot of a vector and a cube": (np.dot, (V[:3], CUBE)),
    "piecewise with one condition": (lambda x: np.piecewise(x, x > 0, [np.square, np.exp]), (V,)),
    "real_if_close of real numbers' complex": (lambda x: np.real_if_close(x + 0j) * 2, (V,)),
    "ptp": (lambda x: np.ptp(x, axis=1, keepdims=True), (X,)),
    **{f"reshape in order {order} of {kind}": (lambda x, order=order: np.reshape(x, (2, 6), order=order), (x,))
       for order in "ACF" for kind, x in (("rows", X), ("columns", np.asfortranarray(X)), ("neither", X[::-1, ::2]))
       if x.size == 12},
    **{f"ravel in order {order} of {kind}": (lambda x, order=order: np.ravel(x, order=order), (x,))
       for order in "ACFK" for kind, x in (("rows", X), ("columns", np.asfortranarray(X)), ("neither", X[::-1, ::2]))},
    "hypot over a root": (lambda x, y: np.hypot(x, y) / np.sqrt(np.abs(x)), (V, V[::-1].copy())),
    "cross along other axes": (lambda x, y: np.cross(x, y, axisa=0, axisb=1, axisc=0), (S, S.T @ S)),
    "average along two axes": (lambda x, w: np.average(x, axis=(0, 1), weights=w), (X, W)),
    "average along two axes, the last first": (lambda x, w: np.average(x, axis=(1, 0), weights=w), (X, W.T.copy())),
    **{f"matrices along axis {axis}":
       (lambda x, k=axis: np.apply_along_axis(lambda v: np.stack([v, v * v]), k, x), (CUBE,)) for axis in range(-3, 3)},
    "cov in another precision": (lambda x: np.cov(x, dtype=np.float32), (X,)),
    "svd of a wide matrix, all of it": (lambda x: [np.abs(part[:4]) ** 2 for part in np.linalg.svd(x)], (X,)),
    "nan_to_num of what is none": (lambda x: np.nan_to_num(x) * x, (V,)),
    **{f"nan_to_num of nan and infinities{', ' if options else ''}{', '.join(options)}":
       (lambda x, options=options: np.nan_to_num(np.append(x, [np.nan, np.inf, -np.inf]), **options) / 1e300, (V,))
       for options in ({}, {"nan": 2e300}, {"posinf": 3e300, "neginf": -1e300})},
    **{f"gradient of complex samples, edge order {k}": (lambda z, h, k=k: np.gradient(z, h, edge_order=k), (Z, UNEVEN))
       for k in (1, 2)},
    "gradient with one spacing for all axes": (lambda x, h: np.gradient(x, h), (X, np.array(0.7))),
    **{f"trapezoid of a cube at coordinates along axis {k}":
       (lambda y, x, k=k: np.trapezoid(y, x, axis=k), (CUBE, UNEVEN[:CUBE.shape[k]])) for k in range(-3, 3)},
    **{f"ediff1d with {label}": (f, (X, V)) for label, f in {
        "an end": lambda x, v: np.ediff1d(x, v), "a beginning": lambda x, v: np.ediff1d(x, to_begin=v),
        "both": lambda x, v: np.ediff1d(x, v, v[:2])}.items()},
    "interp with ends": (lambda x, f, a, b: np.interp(x, LINE, f, a, b), (TURNS, V, V[0], V[1])),
    "interp of complex samples": (lambda x, f: np.interp(x, LINE, f, right=2j), (TURNS, Z)),
    "block of numbers": (lambda v: np.block([v[0], v[1], v]), (V,)),
    "block of more axes than lists": (lambda c, x: np.block([[c], [np.stack([x, x])]]), (CUBE, X)),
    "unique rows": (lambda x: np.unique(x, axis=0), (X,)), "unique columns": (lambda x: np.unique(x, axis=1), (X,)),
    **{f"cov, {label}": (lambda x, k=k: np.cov(x, **k), (X,)) for label, k in {
        "both weights, no correction": {"fweights": [1, 3, 2, 2], "aweights": [0.5, 1.5, 2.5, 1.0], "ddof": 0},
        "bias and a correction": {"bias": True, "ddof": 2}, "more variables": {"y": X + X**2},
        "more variables in columns": {"rowvar": False, "y": X * X}}.items()},
    "cov of one column": (lambda x: np.cov(x, rowvar=False), (X[:, :1],)),
    "bincount of weights": (lambda w: np.bincount([0, 3, 1, 3, 0], w, minlength=6), (V,)),
    "where, three broadcast": (lambda c, x: np.where(X[:, :1] > 0, c, x), (V[:4], X)),
    "where of one and a constant": (lambda x: (np.where(X > 0, x, 3.0), np.where(X > 0, 2.0, x)), (X,)),
    "erf and the normal distribution": (lambda x: (autograd.erf(x), autograd.gelu(x)), (3 * V,)),
    **{f"einsum {subscripts}": (lambda x, y, s=subscripts: np.einsum(s, x, y), (rng.normal(size=a), rng.normal(size=b)))
       for subscripts, a, b in (("iij,j->i", (3, 3, 4), (4,)), ("iij,k->jk", (3, 3, 4), (2,)),
                                ("iijj,i->j", (3, 3, 2, 2), (3,)), ("iii,i->i", (3, 3, 3), (3,)),
                                ("ijk,l->k", (2, 1, 3), (4,)), ("i,i->", (3,), (1,)))},
    "interp beyond its ends": (lambda x, f: np.interp(x, TURNS + 8, f), (np.array([-2.0, 90.0, 9.5]), V[:4])),
    "interp beyond its ends, with other values there":
        (lambda f: np.interp([-2.0, -np.inf, 90.0, np.inf, 9.5], TURNS + 8, f, left=-5.0, right=7.0), (V[:4],)),
    "interp at infinity": (lambda f: np.interp([-np.inf, np.inf], TURNS + 8, f), (V[:4],)),
    **{f"lstsq with rcond={rcond}":
       (lambda a, b, rcond=rcond: np.linalg.lstsq(a, b, rcond=rcond)[0], (X.T.copy(), V[:4]))
       for rcond in (None, -1, 1e-10)},
    **{f"einsum {subscripts}": (lambda x, y, s=subscripts: np.einsum(s, x, y), (rng.normal(size=a), rng.normal(size=b)))
       for subscripts, a, b in (("i...,i->...", (3,), (3,)), ("i...,i", (3,), (3,)), ("...i,i->...", (2, 3), (3,)),
                                ("i,...i", (3,), (2, 4, 3)), ("...ij,j...->i...", (2, 3, 4), (4, 2)))},
    "einsum with NumPy's own marks": (lambda x: np.einsum("ij->j", x, dtype=None, casting="safe"), (X,)),
    "angle of unit numbers": (np.angle, (np.array([1.0, 1j, -1j, 2.0 + 1j]),)),
    **{f"svd of a stack of Hermitian matrices, {part}":
       (lambda x, k=k: np.abs(np.linalg.svd(x @ np.swapaxes(x, -1, -2) - 4 * np.eye(3), hermitian=True)[k]) ** 2,
        (rng.normal(size=(2, 2, 3, 3)),)) for k, part in enumerate(("left", "values", "right"))},
    **{f"quantiles of several axes {axes}, {levels}":
       (lambda x, q=levels, axes=axes: (np.quantile(x, q, axis=axes), np.nanquantile(x, q, axis=axes)), (CUBE,))
       for axes in ((0, 2), (2, 1), (1,), None) for levels in ([0.2, 0.7], [[0.2, 0.7], [0.1, 0.4], [1.0, 0.0]])},
    "polymul by 0": (np.polymul, (V, np.zeros(1))),
    "std and var in complex numbers": (lambda z: (np.std(z, dtype=complex), np.nanvar(z, None, complex)), (Z,)),
    "options that change nothing": (lambda x: np.add(x, x, casting="same_kind", order="K", subok=True), (X,)),
    "multiply by 1j": (lambda x: np.multiply(1j, x), (np.array(2.0),)),
}


def flat(out: Any) -> list[Any]:
    return list(out) if isinstance(out, (tuple, list)) else [out]


with contextlib.suppress(TypeError):  # versions of NumPy before this form of np.pad
    np.pad(X, {0: 1})
    FORMS["pad with widths by axis"] = (lambda x: np.pad(x, {0: 1, -1: (0, 2)}), (CUBE,))


@pytest.mark.parametrize("name", FORMS)
def test_forms_have_numpys_values_and_the_right_gradients(name: str) -> None:
    f, arrays = FORMS[name]
    found, wanted = flat(f(*[Tensor(x, requires_grad=True) for x in arrays])), flat(f(*arrays))
    assert len(found) == len(wanted)
    for a, b in zip(found, map(np.asarray, wanted), strict=True):
        assert (a.shape, a.dtype) == (b.shape, b.dtype)
        np.testing.assert_allclose(a.detach().numpy(), b, rtol=1e-6 if b.dtype == np.float32 else 1e-9, atol=1e-12)
    check_gradients(f, *arrays, order=1)


WITHOUT_A_GRADIENT: dict[str, Callable[[Any], Any]] = {
    "unique": np.unique, "unique_values": np.unique_values, "median": np.median,
    "quantile": lambda x: np.quantile(x, 0.25), "pad": lambda x: np.pad(x, 2, "reflect"), "nan_to_num": np.nan_to_num,
    "bincount": np.bincount, "clip": lambda x: np.clip(x, 1, 3), "trunc": np.trunc,
    "average": np.average, "take": lambda x: np.take(x, [0, 2]), "modf": np.modf,
    "gradient": lambda x: np.gradient(x, 0.5),
    "gradient at coordinates": lambda x: np.gradient(x, 2 * np.arange(5), edge_order=2),
    "trapezoid": np.trapezoid, "ptp": np.ptp, "cov": np.cov, "corrcoef": lambda x: np.corrcoef(x, x * x),
    "interp": lambda x: np.interp(x, np.arange(5), x), "unwrap": lambda x: np.unwrap(x, period=3), "diff": np.diff,
    "ediff1d": lambda x: np.ediff1d(x, 7, [1, 2]), "union1d": lambda x: np.union1d(x, x + 1),
    "intersect1d": lambda x: np.intersect1d(x, x + 1, return_indices=True), "block": lambda x: np.block([[x], [x * 2]]),
    "setxor1d": lambda x: np.setxor1d(x, x + 1), "trim_zeros": lambda x: np.trim_zeros(x - 3),
    "emath.power": lambda x: np.emath.power(x, x - 1), "emath.power of less than 0": lambda x: np.emath.power(x, 2 - x),
    "polydiv by a number": lambda x: np.polydiv(x, [2]), "diff of truths": lambda x: np.diff(x > 2),
    "polydiv without a rest": lambda x: np.polydiv(np.polymul(x, [1, 2]), x),
    "polydiv with a short rest": lambda x: np.polydiv(np.polyadd(np.polymul(x, [1, 2]), [1, 7]), x),
    "choose": lambda x: np.choose(x % 2, [x, -x]), "concatenate": lambda x: np.concatenate([x, x]),
}


@pytest.mark.parametrize("name", WITHOUT_A_GRADIENT)
def test_integers_go_through_as_numpy_has_them(name: str) -> None:
    f, x = WITHOUT_A_GRADIENT[name], np.array([3, 1, 4, 1, 5])
    for a, b in zip(flat(f(Tensor(x))), map(np.asarray, flat(f(x))), strict=True):
        assert (a.dtype, a.shape) == (b.dtype, b.shape)
        np.testing.assert_array_equal(a.numpy(), b)


@pytest.mark.parametrize("dtype", [bool, np.int8, np.uint16, np.float16, np.complex64])
@pytest.mark.parametrize("function", [np.vecdot, np.vdot, np.inner, np.dot, np.matmul, np.kron, np.outer])
def test_products_have_numpys_dtype(function: Any, dtype: Any) -> None:
    x, y = np.array([1, 0, 1], dtype), np.array([1, 1, 1], dtype)
    for found, expected in ((function(Tensor(x), y), function(x, y)), (function(y, Tensor(x)), function(y, x))):
        assert found.dtype == expected.dtype
        np.testing.assert_array_equal(found.numpy(), expected)


def test_roots_move_with_every_coefficient_even_where_a_coefficient_is_zero() -> None:
    """p(r) = 0 stays true, so dr/dp_k = -r^(n-k) / p'(r); the root at 0 moves with the last coefficient only."""
    p = np.array([1.0, -3.0, 2.0, 0.0])  # x (x - 1) (x - 2)
    found = np.asarray(jacobian(np.roots)(p))
    for row, r in zip(found, np.roots(p), strict=True):
        np.testing.assert_allclose(row, -np.vander([r], 4)[0] / np.polyval(np.polyder(p), r), atol=1e-12)
    assert np.roots(Tensor(np.zeros(3), requires_grad=True)).shape == (0,)


@pytest.mark.parametrize(("before", "after"), [(1 + 2j, 2 + 1j), (2 + 1j, 1 + 9j), (9 + 1j, 1 + 2j), (1 + 9j, 9 + 1j)])
def test_at_a_sample_of_a_complex_interpolation_real_and_imaginary_slope_are_the_least(
        before: complex, after: complex) -> None:
    samples = np.array([0, before, before + after])
    value, slope = jvp(lambda x: np.interp(x, [0.0, 1.0, 2.0], samples), (1.0,), (1.0,))
    assert (value, slope) == (before, 1 + 1j)


def test_a_quotient_without_a_rest_is_that_of_the_numbers_as_they_are() -> None:
    """0.1 is a little more than a tenth, so that it goes 9 times into 1; an infinity on one side changes no other."""
    assert (Tensor(1.0) // 0.1).item() == 1.0 // 0.1 == 9
    found = Tensor([1.0, np.inf, 1.0, -3.0]) // np.array([0.1, 2.0, np.inf, np.inf])
    np.testing.assert_array_equal(found.numpy(), [9, np.inf, 0, 0])
    np.testing.assert_array_equal((Tensor([7, -7]) // 2).numpy(), [3, -4])


@pytest.mark.parametrize(("tol", "imaginary"), [
    (1.5, 0.5), (0.9, 0.5), (0.3, 0.5), (100, 2e-14), (100, 3e-14), (3, 4e-16), (1.5, 3e-16), (2.5, 5e-16)])
def test_nearly_real_is_within_a_number_of_roundings_or_within_a_size(tol: float, imaginary: float) -> None:
    z = np.array([1.0 + 1j * imaginary, 2.0])
    found, expected = np.real_if_close(Tensor(z), tol).numpy(), np.real_if_close(z, tol)
    assert found.dtype == expected.dtype
    np.testing.assert_array_equal(found, expected)


def test_whole_numbers_have_no_slope() -> None:
    value, slope = jvp(lambda x: x.astype(int), (2.5,), (1.0,))
    assert (value, value.dtype, slope) == (2, int, 0)


@pytest.mark.parametrize(("samples", "slope"), [
    ([0.0, 1.0, 0.0], 0), ([0.0, 0.5, 1.2], 0.5), ([0.0, -0.7, -1.2], -0.5), ([0.0, 0.0, 1.0], 0), ([0.0, 0.2, 0.0], 0),
])
def test_at_a_sample_an_interpolation_has_the_least_of_two_slopes(samples: Any, slope: float) -> None:
    def at(x: Any) -> Any:
        return np.interp(x, [0.0, 1.0, 2.0], samples)

    assert grad(at)(1.0) == pytest.approx(slope)
    assert jvp(at, (1.0,), (1.0,))[1] == pytest.approx(slope)
    assert grad(at)(-1.0) == grad(at)(3.0) == 0
