"""Convolution and its transpose: against nested loops, their adjoints, and every way of computing them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import Tensor
from autograd.arrays import Array
from nn.kernels import by_columns, by_rows, correlation, depthwise, winograd
from nn.kernels.average_pooling import repeat_pixels
from nn.kernels.convolution import convolution, transposed_convolution
from nn.kernels.layout import in_memory_order
from nn.kernels.windows import Axis, axis
from tests.examples import examples
from tests.nn.kernels.kernel_checks import assert_close, check, random
from tests.nn.loops import convolved

forward, pullback = convolution.evaluate, convolution.backward_kernel
WAYS = ("by rows", "by columns", "tiles")


@pytest.fixture(params=WAYS)
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, three_threads: None) -> Iterator[str]:
    """Each way of computing, with threads for the smallest work and blocks so small that there are several."""
    monkeypatch.setattr(correlation, "WORTH", 1)
    monkeypatch.setattr(depthwise, "WORTH", 1)
    monkeypatch.setattr(by_columns, "BLOCK", 40)
    monkeypatch.setattr(by_rows, "BLOCK", 40)
    monkeypatch.setattr(winograd, "CHUNK", 8)
    monkeypatch.setattr(correlation, "NARROW", 0 if request.param == "by rows" else 10**6)

    def suits(rows: Axis, columns: Axis, image: Array, units: int) -> bool:
        return request.param == "tiles" and rows[1:4] == columns[1:4] == (3, 1, 1)

    monkeypatch.setattr(correlation, "suits", suits)
    return request.param


@st.composite
def problems(draw: st.DrawFn, axes: int | None = None) -> tuple[Array, Array, dict[str, Any]]:
    """An image, a weight and a geometry that fit; half of them 3 x 3 without stride, which tiles need."""
    axes = draw(st.sampled_from((1, 2, 2, 3))) if axes is None else axes
    common = draw(st.booleans())

    def each(low: int, high: int) -> tuple[int, ...]:
        return tuple(draw(st.integers(low, high)) for _ in range(axes))

    kernel = (3,) * axes if common else each(1, 3)
    stride, dilation = ((1,) * axes, (1,) * axes) if common else (each(1, 3), each(1, 3))
    padding = tuple(zip(each(0, 3), each(0, 3), strict=True))
    size = tuple(max(n, d * (k - 1) + 1 - sum(p))
                 for n, k, d, p in zip(each(1, 6 if axes < 3 else 4), kernel, dilation, padding, strict=True))
    groups, per_group, units = draw(st.integers(1, 3)), draw(st.integers(1, 3)), draw(st.integers(1, 3))
    generator = np.random.default_rng(draw(st.integers(0, 99)))
    x = random(generator, draw(st.integers(1, 3)), groups * per_group, *size)
    weight = random(generator, groups * units, per_group, *kernel)
    return x, weight, {"stride": stride, "padding": padding, "dilation": dilation, "groups": groups}


@examples(60)
@given(problem=problems())
@pytest.mark.usefixtures("way")
def test_against_loops_and_its_adjoints(problem: tuple[Array, Array, dict[str, Any]]) -> None:
    x, weight, options = problem
    generator = np.random.default_rng(1)
    bias = random(generator, len(weight))
    expected = convolved(x, weight, **options)
    out, residuals = forward(x, weight, bias, **options)
    assert_close(out, expected + bias.reshape(-1, *[1] * (x.ndim - 2)), 1e-12)
    g, v, u = random(generator, *out.shape), random(generator, *x.shape), random(generator, *weight.shape)
    dx, dw, db = pullback(g, (x, weight, bias), residuals, (True, True, True), **options)
    assert dx is not None
    assert dx.shape == x.shape
    assert dw is not None
    assert dw.shape == weight.shape
    scale = 1e-11 * g.size
    assert abs(np.vdot(g, convolved(v, weight, **options)) - np.vdot(dx, v)) <= scale
    assert abs(np.vdot(g, convolved(x, u, **options)) - np.vdot(dw, u)) <= scale
    assert_close(db, g.sum(axis=(0, *range(2, x.ndim))), 1e-12)


@examples(60)
@given(problem=problems(), data=st.data())
@pytest.mark.usefixtures("way")
def test_a_nan_is_where_it_is_seen_and_nowhere_else(problem: tuple[Array, Array, dict[str, Any]],
                                                    data: st.DataObject) -> None:
    x, weight, options = problem
    place = tuple(data.draw(st.integers(0, n - 1)) for n in x.shape)
    spot = np.zeros_like(x)
    spot[place] = 1
    sees_it = convolved(spot, np.ones_like(weight), **options) > 0
    expected = np.where(sees_it, np.nan, convolved(x, weight, **options))
    x[place] = np.nan
    np.testing.assert_allclose(forward(x, weight, None, **options)[0], expected, rtol=0, atol=1e-12)


@examples(40)
@given(problem=problems(), extra=st.integers(0, 2))
@pytest.mark.usefixtures("way")
def test_the_transpose_is_the_adjoint(problem: tuple[Array, Array, dict[str, Any]], extra: int) -> None:
    """<conv(v), y> = <v, transposed(y)> for the v of the size that the transpose makes."""
    x, weight, options = problem
    generator = np.random.default_rng(1)
    y = random(generator, len(x), len(weight), *x.shape[2:])
    padding = [(min(before, d * (k - 1)), 0)
               for (before, _), d, k in zip(options["padding"], options["dilation"], weight.shape[2:], strict=True)]
    options = options | {"padding": padding}
    output_padding = [min(extra, max(s, d) - 1) for s, d in zip(options["stride"], options["dilation"], strict=True)]
    bias = random(generator, weight.shape[1] * options["groups"]).reshape(-1, *[1] * (x.ndim - 2))
    out = transposed_convolution(y, weight, bias.ravel(), output_padding=output_padding, **options).data - bias
    v = random(generator, *out.shape)
    image_of_v = convolved(v, weight, **options)[:, :, *(slice(n) for n in y.shape[2:])]
    assert abs(np.vdot(image_of_v, y) - np.vdot(v, out)) <= 1e-11 * v.size


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("with_bias", [True, False])
@pytest.mark.parametrize("axes", [1, 2, 3])
@pytest.mark.parametrize("groups", [2, 4])
def test_derivatives_to_the_second_order(groups: int, axes: int, with_bias: bool) -> None:
    """Four channels in two groups, or each on its own."""
    generator = np.random.default_rng(0)
    x, size = random(generator, 2, 4, *(5, 4, 3)[:axes]), (3, 3, 2)[:axes]
    made = 6 if groups == 2 else 8
    weight, bias = random(generator, made, 4 // groups, *size), random(generator, made) if with_bias else None
    turned, other = random(generator, 4, made // groups, *size), random(generator, made) if with_bias else None
    active = [0, 1, 2] if with_bias else [0, 1]
    for stride, dilation in (((1, 1, 1), (1, 1, 1)), ((2, 1, 3), (1, 2, 1))):
        padding = ((1, 2), (2, 1), (0, 1))[:axes]
        options = {"stride": stride[:axes], "dilation": dilation[:axes], "padding": padding, "groups": groups}
        check(convolution, [x, weight, bias], active, **options)
        check(transposed_convolution, [x, turned, other], active, output_padding=(0, 0, 0)[:axes], **options)


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("depth", [(), (3,)], ids=["images", "volumes"])
def test_memory_order_does_not_matter(depth: tuple[int, ...]) -> None:
    generator = np.random.default_rng(0)
    kernel, axes = (*(2 for _ in depth), 3, 3), len(depth) + 2
    x, weight, bias = random(generator, 2, 20, *depth, 7, 6), random(generator, 5, 20, *kernel), random(generator, 5)
    options: dict[str, Any] = {"stride": (1,) * axes, "padding": ((1, 1),) * axes, "dilation": (1,) * axes, "groups": 1}
    g = random(generator, 2, 5, *(n + 1 for n in depth), 7, 6)
    results = []
    for order in ((0, 1, 2, 3, 4), (3, 0, 2, 4, 1), (4, 3, 2, 1, 0), (1, 4, 0, 3, 2)):
        order = order if depth else [i - (i > 2) for i in order if i != 2]
        back = np.argsort(order)
        a, w, c = (np.ascontiguousarray(v.transpose(order)).transpose(back) for v in (x, weight, g))
        wide = np.zeros((*a.shape[:-1], 12))
        wide[..., ::2] = a  # and not contiguous along W
        for image in (a, wide[..., ::2]):
            out, residuals = forward(image, w, bias, **options)
            results.append((out, *pullback(c, (image, w, bias), residuals, (True, True, True), **options)))
    for others in results[1:]:
        for one, other in zip(results[0], others, strict=True):
            np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("channels", [3, 16, 64])
def test_float32_at_sizes_that_networks_have(channels: int) -> None:
    """As it is configured: by columns, by rows and by tiles, in threads, against the taps summed in float64."""
    generator = np.random.default_rng(0)
    x = random(generator, 8, channels, 18, 18, dtype=np.float32)
    weight = random(generator, 64, channels, 3, 3, dtype=np.float32)
    g = random(generator, 8, 64, 16, 16, dtype=np.float32)
    options = {"stride": (1, 1), "padding": ((0, 0), (0, 0)), "dilation": (1, 1), "groups": 1}
    out, residuals = forward(x, weight, None, **options)
    dx, dw, _ = pullback(g, (x, weight, None), residuals, (True, True, False), **options)
    wide, exact_out, exact_dx = x.astype(float), np.zeros(out.shape), np.zeros(x.shape)
    exact_dw = np.zeros(weight.shape)
    for i, j in np.ndindex(3, 3):
        seen = (slice(None), slice(None), slice(i, i + 16), slice(j, j + 16))
        exact_out += np.einsum("nchw,oc->nohw", wide[seen], weight[:, :, i, j].astype(float), optimize=True)
        exact_dx[seen] += np.einsum("nohw,oc->nchw", g.astype(float), weight[:, :, i, j].astype(float), optimize=True)
        exact_dw[:, :, i, j] = np.einsum("nohw,nchw->oc", g.astype(float), wide[seen], optimize=True)
    for got, exact in ((out, exact_out), (dx, exact_dx), (dw, exact_dw)):
        assert got is not None
        assert got.dtype == np.float32
        assert_close(got, exact, 1e-5)


def test_results_keep_the_memory_order_and_elementwise_functions_do_too() -> None:
    generator = np.random.default_rng(0)
    options = {"stride": (1, 1), "padding": ((1, 1), (1, 1)), "dilation": (1, 1), "groups": 1}
    x, weight = random(generator, 2, 3, 6, 5), random(generator, 4, 3, 3, 3)
    out, _ = forward(x, weight, None, **options)
    for image in (out, np.maximum(out, 0) * 2 + out, np.concatenate([out, -out], axis=1), repeat_pixels(out, (2, 2))):
        assert np.may_share_memory(in_memory_order(image), image)


@pytest.mark.parametrize("needs", [(False, True, True), (True, False, False), (False, False, False)])
def test_what_nobody_needs_is_not_computed(needs: tuple[bool, ...]) -> None:
    options = {"stride": (1, 1), "padding": ((0, 0), (0, 0)), "dilation": (1, 1), "groups": 1}
    x, weight, bias = np.ones((1, 2, 4, 4)), np.ones((3, 2, 2, 2)), np.ones(3)
    out, residuals = forward(x, weight, bias, **options)
    cotangents = pullback(out, (x, weight, bias), residuals, needs, **options)
    assert tuple(c is not None for c in cotangents) == needs


def test_an_empty_batch_and_mixed_dtypes() -> None:
    options = {"stride": (1, 1), "padding": ((0, 0), (0, 0)), "dilation": (1, 1), "groups": 1}
    weight = Tensor(np.ones((3, 2, 2, 2)), requires_grad=True)
    out = convolution(np.ones((0, 2, 4, 4)), weight, None, **options)
    assert out.shape == (0, 3, 3, 3)
    out.sum().backward()
    np.testing.assert_array_equal(weight.grad.data, np.zeros(weight.shape))
    mixed = convolution(np.ones((1, 2, 4, 4), np.float32), weight, None, **options)
    assert mixed.dtype == np.float64
    np.testing.assert_array_equal(mixed.data, np.full((1, 3, 3, 3), 8.0))


# --- The parts -------------------------------------------------------------------------------------------------------


@examples(100)
@given(size=st.integers(1, 8), kernel=st.integers(1, 4), stride=st.integers(1, 4), dilation=st.integers(1, 3),
       before=st.integers(0, 3), after=st.integers(0, 3), data=st.data())
def test_windows(size: int, kernel: int, stride: int, dilation: int, before: int, after: int, data: Any) -> None:
    size = max(size, dilation * (kernel - 1) + 1 - before - after)
    whole = axis(size, kernel, stride, dilation, (before, after))
    first = data.draw(st.integers(0, whole.outputs - 1))
    some = slice(first, data.draw(st.integers(first + 1, whole.outputs)))
    for windows, start in ((whole, 0), (whole.part(some), some.start)):
        seen = {(o, j): (o + start) * stride + j * dilation - before
                for o in range(windows.outputs) for j in range(kernel)}
        met = {(o, j): at for (o, j), at in seen.items() if 0 <= at < size}
        pairs = [(o, j, at) for j in range(kernel)
                 for o, at in zip(*(range(size + 99)[s] for s in windows.tap(j)), strict=True)]
        assert {(o, j): at for o, j, at in pairs} == met
        assert len(pairs) == len(met)
        if windows.disjoint:
            assert len(set(met.values())) == len(met)
        assert windows.partition == (sorted(met.values()) == list(range(size)) and dilation == 1
                                     and windows.before == 0 and kernel == stride and windows.outputs * stride == size)
        for together in (False, True):
            groups = windows.adjoint(together)
            gathered = set()
            for over, residues in groups:
                for inputs, taps, of_inputs in residues:
                    at_windows = range(over.outputs)[of_inputs]
                    for q, at in zip(at_windows, range(size)[inputs], strict=True):
                        for m, j in enumerate(reversed(range(kernel)[taps])):
                            o = q + m * over.dilation - over.before
                            if 0 <= o < windows.outputs:
                                gathered.add((o, j, at))
            assert gathered == {(o, j, at) for (o, j), at in met.items()}
            assert len(groups) == (len({over.kernel for over, _ in groups}) if together else min(stride, size))


@pytest.mark.parametrize(("changed", "expected"), [
    ({}, True), ({"kernel": 5}, False), ({"stride": 2}, False), ({"dilation": 2}, False), ({"before": 0}, True),
])
def test_tiles_are_for_kernels_of_three_by_three(changed: dict[str, int], expected: bool) -> None:
    image, usual = np.zeros((1, 8, 16, 48)), Axis(16, 3, 1, 1, 1, 16)
    other = usual._replace(**changed)
    for axes in ((other, usual), (usual, other)):
        assert winograd.suits(*axes, image, 48) is expected


def test_tiles_are_for_many_channels_units_and_pixels() -> None:
    axis = Axis(16, 3, 1, 1, 1, 16)
    for shape, units, outputs, expected in [((1, 8, 16, 48), 48, 16, True), ((1, 8, 16, 47), 48, 16, False),
                                            ((1, 8, 16, 48), 47, 16, False), ((1, 7, 16, 48), 48, 16, False),
                                            ((1, 8, 16, 48), 48, 15, False)]:
        assert winograd.suits(axis, axis._replace(outputs=outputs), np.zeros(shape), units) is expected
