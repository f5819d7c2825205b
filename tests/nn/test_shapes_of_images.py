"""Padding, resizing and cells as functions: what NumPy and loops over pixels and positions give."""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

import autograd
import nn
from autograd import Tensor, draw
from autograd.testing import check_gradients
from nn import functional

RNG = np.random.default_rng(0)
NUMPY = {"constant": "constant", "reflect": "reflect", "replicate": "edge", "circular": "wrap"}


@given(st.sampled_from(sorted(NUMPY)), st.lists(st.integers(0, 2), min_size=6, max_size=6), st.integers(1, 3))
def test_pad_begins_with_the_last_axis(mode: str, pad: list[int], axes: int) -> None:
    x, pad = RNG.normal(size=(3, 4, 5)), pad[: 2 * axes]
    widths = [(0, 0)] * (3 - len(pad) // 2) + list(zip(pad[::2], pad[1::2], strict=True))[::-1]
    np.testing.assert_array_equal(functional.pad(x, pad, mode).data, np.pad(x, widths, NUMPY[mode]))
    check_gradients(lambda x: functional.pad(x, pad, mode), x)


def test_pad_fills_and_cuts_off() -> None:
    x = RNG.normal(size=(2, 3, 4))
    expected = np.pad(x[:, :, 1:], [(0, 0), (0, 1), (0, 2)], constant_values=7)
    np.testing.assert_array_equal(functional.pad(x, (-1, 2, 0, 1), value=7).data, expected)


@pytest.mark.parametrize(("options", "message"), [
    ({"pad": (1,)}, r"pad needs two integers per axis, from the last axis on, got pad=\(1,\) for \(2, 3\)"),
    ({"pad": (1, 1) * 3}, "needs two integers per axis"),
    ({"pad": (1.7, 0)}, r"needs two integers per axis, .* got pad=\(1.7, 0\)"),
    ({"pad": 1}, "needs two integers per axis, .* got pad=1 for"),
    ({"pad": (1, 1), "mode": "edge"}, "takes mode constant, reflect, replicate or circular, got mode='edge'"),
    ({"pad": (3, 4), "mode": "circular"}, "needs an input of at least 4 along each axis"),
    ({"pad": (3, 0), "mode": "reflect"}, "needs an input of at least 4 along each axis"),
    ({"pad": (-3, -1), "mode": "reflect"}, r"would cut off more than there is: pad=\(-3, -1\) of \(2, 3\)"),
])
def test_pads_that_are_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        functional.pad(np.ones((2, 3)), **options)


@pytest.mark.parametrize(("mode", "pad", "expected"), [
    ("reflect", (-2, 3), [2, 3, 2, 1, 0]), ("replicate", (2, -3), [0, 0, 0]), ("circular", (-2, 2), [2, 3, 2, 3]),
])
def test_negative_numbers_cut_off_whatever_is_around(mode: str, pad: tuple[int, int], expected: list[int]) -> None:
    """As in PyTorch: reflections come from what is cut off, too, and circles from what is left."""
    x = np.arange(4.0)[np.newaxis, np.newaxis]
    np.testing.assert_array_equal(functional.pad(x, pad, mode).data[0, 0], expected)
    check_gradients(lambda x: functional.pad(x, (*pad, 1, 0), mode), RNG.normal(size=(1, 2, 2, 4)))


@given(st.integers(1, 6), st.integers(1, 9), st.booleans())
def test_a_line_between_two_points(before: int, after: int, corners: bool) -> None:
    """By np.interp, which is constant beyond the ends, as a pixel at the border is."""
    y = RNG.normal(size=before)
    places = np.linspace(0, before - 1, after) if corners else (np.arange(after) + 0.5) * before / after - 0.5
    resized = nn.Upsample(size=after, mode="linear", align_corners=corners)
    found = resized(y[None, None])[0, 0]
    np.testing.assert_allclose(found.data, np.interp(places, np.arange(before), y), rtol=1e-12, atol=1e-12)
    check_gradients(resized, y[None, None])


def cubic(distance: float) -> float:
    """The weight of a pixel at this distance, with a = -3/4 (Keys 1981, equation 4)."""
    d, a = abs(distance), -0.75
    if d <= 1:
        return (a + 2) * d**3 - (a + 3) * d**2 + 1
    return a * (d**3 - 5 * d**2 + 8 * d - 4) if d < 2 else 0.0


@given(st.integers(2, 7), st.integers(1, 9), st.booleans())
def test_cubics_by_a_loop(before: int, after: int, corners: bool) -> None:
    x = RNG.normal(size=(1, 1, before, before))
    found = functional.interpolate(x, size=(before, after), mode="bicubic", align_corners=corners).data
    places = np.linspace(0, before - 1, after) if corners else (np.arange(after) + 0.5) * before / after - 0.5
    for j, place in enumerate(places):
        reach = range(int(np.floor(place)) - 2, int(np.floor(place)) + 4)
        expected = sum(cubic(k - place) * x[..., min(max(k, 0), before - 1)] for k in reach)
        np.testing.assert_allclose(found[..., j], expected, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("side", range(2, 8))
def test_gradients_of_cubics(side: int) -> None:
    x = RNG.normal(size=(1, 1, side, side))
    check_gradients(lambda x: functional.interpolate(x, scale_factor=(1.3, 0.7), mode="bicubic"), x)


@pytest.mark.parametrize("size", [(3, 4), (5, 30), (40, 7), (17, 23), (1, 1)])
@pytest.mark.parametrize("mode", ["bilinear", "bicubic"])
def test_smoothed_images_are_pillows(mode: str, size: tuple[int, int]) -> None:
    x = RNG.normal(size=(2, 1, 17, 23)).astype(np.float32)
    found = functional.interpolate(x, size, mode=mode, antialias=True).data
    for image, made in zip(x, found, strict=True):
        by_pillow = Image.fromarray(image[0]).resize(size[::-1], getattr(Image.Resampling, mode.upper()))
        np.testing.assert_allclose(made[0], np.asarray(by_pillow), atol=2e-6)
    check_gradients(lambda x: functional.interpolate(x, (3, 5), mode=mode, antialias=True), x[:1].astype(float))


def test_smoothing_is_refused_where_there_is_none() -> None:
    x = np.ones((1, 1, 4, 4))
    for options in ({"mode": "nearest"}, {"mode": "area"}, {"mode": "bilinear", "align_corners": True}):
        with pytest.raises(ValueError, match="has antialias in the modes 'bilinear' and 'bicubic', without align_"):
            functional.interpolate(x, 2, antialias=True, **options)


def test_factors_repeat_pixels_and_size_one_of_them_for_each_axis() -> None:
    x = RNG.normal(size=(2, 3, 2, 5))
    repeated = x.repeat(3, axis=2).repeat(2, axis=3)
    np.testing.assert_array_equal(functional.interpolate(x, scale_factor=(3, 2)).data, repeated)
    np.testing.assert_array_equal(functional.interpolate(repeated, size=(2, 5)).data, x)


@pytest.mark.parametrize("axes", [1, 2, 3])
def test_a_factor_that_makes_twice_as_many_repeats_pixels_of_images_only(axes: int) -> None:
    """As PyTorch's forward pass does; its backward pass repeats those of sequences, too, and is another function's."""
    x = np.arange(3.0).reshape(1, 1, 3, *[1] * (axes - 1))
    out = functional.interpolate(x, scale_factor=(2.3, *[1] * (axes - 1)))
    np.testing.assert_array_equal(out.data.ravel(), [0, 0, 1, 1, 2, 2] if axes == 2 else [0, 0, 0, 1, 1, 2])


def test_an_axis_of_the_same_length_is_read_by_its_factor_as_pytorch_reads_it() -> None:
    """By the formula, which may repeat a pixel and lose the next, but for "nearest" of images and for smoothing."""
    x = np.arange(7.0).reshape(1, 1, 7)
    formula = np.minimum(np.arange(7) / 1.05, 6).astype(int)
    np.testing.assert_array_equal(functional.interpolate(x, scale_factor=1.05).data[0, 0], formula)
    np.testing.assert_array_equal(functional.interpolate(x[..., np.newaxis, np.newaxis], scale_factor=(1.05, 1, 1))
                                  .data[0, 0, :, 0, 0], formula)
    np.testing.assert_array_equal(functional.interpolate(x[..., np.newaxis], scale_factor=(1.05, 1)).data[0, 0, :, 0],
                                  x[0, 0])
    centres = ((np.arange(7) + 0.5) / 1.14).astype(int)
    for more in range(3):
        image = x.reshape(1, 1, 7, *[1] * more)
        found = functional.interpolate(image, scale_factor=(1.14, *[1] * more), mode="nearest-exact").data
        np.testing.assert_array_equal(found.ravel(), centres)
    image = RNG.normal(size=(1, 1, 6, 5))
    for mode in ("bilinear", "bicubic"):
        found = functional.interpolate(image, scale_factor=(1.1, 2.4), mode=mode, antialias=True).data
        alone = functional.interpolate(image, scale_factor=(1, 2.4), mode=mode, antialias=True).data
        np.testing.assert_allclose(found, alone, rtol=1e-12)


def test_infinite_pixels_reach_their_neighbours_only() -> None:
    x = np.zeros((1, 1, 6, 6))
    x[0, 0, 2, 2] = np.inf
    assert np.isfinite(functional.interpolate(x, scale_factor=2, mode="bilinear").data).sum() >= 144 - 16


def test_shuffled_pixels_by_a_loop() -> None:
    x = RNG.normal(size=(2, 12, 3, 4))
    out = functional.pixel_shuffle(x, 2).data
    for c, i, j in np.ndindex(3, 2, 2):
        np.testing.assert_array_equal(out[:, c, i::2, j::2], x[:, 4 * c + 2 * i + j])


@pytest.mark.parametrize("factor", [1, 2, 3])
def test_unshuffled_pixels_are_shuffled_back(factor: int) -> None:
    x = RNG.normal(size=(2, 3, 6, 12))
    out = functional.pixel_unshuffle(x, factor)
    np.testing.assert_array_equal(functional.pixel_shuffle(out, factor).data, x)
    for place, (c, i, j) in enumerate(np.ndindex(3, factor, factor)):
        np.testing.assert_array_equal(out.data[:, place], x[:, c, i::factor, j::factor])


@pytest.mark.parametrize("name", ["pixel_shuffle", "pixel_unshuffle"])
def test_a_factor_of_0_is_refused(name):
    with pytest.raises(ValueError, match=f"{name}: (up|down)scale_factor must be an integer of at least 1, got 0"):
        getattr(functional, name)(np.ones((1, 4, 2, 2)), 0)


@given(st.integers(1, 3), st.integers(1, 3), st.integers(1, 2), st.integers(1, 3), st.integers(0, 2))
def test_patches_by_a_loop(height: int, width: int, dilation: int, stride: int, padding: int) -> None:
    x = RNG.normal(size=(2, 3, 5, 6))
    options = {"dilation": dilation, "padding": padding, "stride": stride}
    out = functional.unfold(x, (height, width), **options).data.reshape(2, 3, height, width, -1)
    padded = np.pad(x, ((0, 0), (0, 0), (padding,) * 2, (padding,) * 2))
    down, right = ((n + 2 * padding - dilation * (k - 1) - 1) // stride + 1 for n, k in ((5, height), (6, width)))
    assert out.shape[-1] == down * right
    for k, (y, z) in enumerate(np.ndindex(down, right)):
        rows, columns = y * stride + np.arange(height) * dilation, z * stride + np.arange(width) * dilation
        np.testing.assert_array_equal(out[..., k], padded[:, :, rows[:, None], columns])
    weight = RNG.normal(size=(4, 3, height, width))
    product = weight.reshape(4, -1) @ out.reshape(2, 3 * height * width, -1)
    convolved = functional.conv2d(x, weight, **options).data
    np.testing.assert_allclose(product.reshape(convolved.shape), convolved, rtol=1e-9, atol=1e-11)
    columns_of = RNG.normal(size=(2, 3 * height * width, down * right))
    image = functional.fold(columns_of, (5, 6), (height, width), **options).data
    np.testing.assert_allclose((image * x).sum(), (columns_of * out.reshape(columns_of.shape)).sum(), rtol=1e-9)


@pytest.mark.parametrize(("call", "message"), [
    (lambda: functional.pixel_unshuffle(np.ones((1, 1, 3, 4)), 2), r"expected \(N, C, H, W\) with H and W that 2 div"),
    (lambda: nn.Unfold(5)(np.ones((1, 1, 4, 6))), r"got images of \(4, 6\), where a window of 5 .* larger"),
    (lambda: functional.unfold(np.ones((4, 6)), 2), r"unfold expected \(N, C, H, W\), got \(4, 6\)"),
    (lambda: nn.Fold((4, 5), 2)(np.ones((1, 6, 12))), r"Fold\(\(4, 5\), 2\) expected rows that the window of 4 "),
    (lambda: nn.Fold(4, 2)(np.ones((8, 12))), r"Fold\(4, 2\) expected 9 windows in images of \(4, 4\), got \(8, 12\)"),
    (lambda: functional.fold(np.ones(4), 4, 2), r"fold expected columns \(N, C kh kw, windows\), got \(4,\)"),
    (lambda: functional.fold(np.ones((4, 1)), 1, 2), r"fold got images of \(1, 1\), where a window of 2"),
])
def test_patches_that_do_not_fit(call: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()


def test_the_first_axis_may_be_unflattened() -> None:
    x = RNG.normal(size=(6, 2))
    np.testing.assert_array_equal(nn.Unflatten(0, (2, -1))(x).data, x.reshape(2, 3, 2))


@pytest.mark.parametrize("drop", [functional.dropout, functional.dropout1d, functional.dropout2d, functional.dropout3d])
def test_half_is_dropped_unless_told(drop: Any) -> None:
    autograd.manual_seed(0)
    axes = {functional.dropout1d: 1, functional.dropout3d: 3}.get(drop, 2)
    out = drop(np.ones((40, 50, *[1] * axes))).data
    assert set(np.unique(out)) == {0, 2}
    assert abs((out == 0).mean() - 0.5) < 0.05


def test_what_is_dropped_beside_selu_keeps_mean_and_variance() -> None:
    x = np.random.default_rng(0).normal(size=200_000)
    for p in (0.1, 0.5, 0.9):
        autograd.manual_seed(0)
        out = nn.AlphaDropout(p)(x).data
        assert abs(out.mean()) < 0.01
        assert abs(out.std() - 1) < 0.01
        autograd.manual_seed(0)
        keep = functional.dropout(np.ones_like(x), p).data > 0
        low = functional.selu(np.array(-1e4)).data
        spread = ((1 - p) * (1 + p * low**2)) ** -0.5
        np.testing.assert_allclose(out, spread * (np.where(keep, x, low) - low * p), rtol=1e-9, atol=1e-12)
    assert not functional.alpha_dropout(x, 1.0, training=True).data.any()
    assert functional.alpha_dropout(Tensor(x)).data is x
    assert nn.AlphaDropout()(x.astype(np.float32)).dtype == np.float32
    with pytest.raises(ValueError, match="alpha_dropout: p must be between 0 and 1, got 2"):
        functional.alpha_dropout(x, 2)


def test_dropped_channels_are_whole() -> None:
    autograd.manual_seed(0)
    x = Tensor(np.ones((50, 40, 2, 3)), requires_grad=True)
    out = nn.Dropout2d(0.25)(x)
    np.testing.assert_array_equal(out.data, np.broadcast_to(out.data[..., :1, :1], out.shape))
    assert abs((out.data == 0).mean() - 0.25) < 0.03
    np.testing.assert_allclose(np.unique(out.data), [0, 1 / 0.75])
    out.sum().backward()
    np.testing.assert_array_equal(x.grad.data, out.data)
    assert nn.Dropout2d(0.25).eval()(x) is x
    autograd.manual_seed(0)
    np.testing.assert_array_equal(nn.Dropout1d(0.25)(x[..., 0]).data, out.data[..., 0])
    autograd.manual_seed(0)
    np.testing.assert_array_equal(nn.Dropout2d(0.25)(x[..., 0]).data, out.data[..., 0])  # no sequence as a whole
    with pytest.raises(ValueError, match=r"Dropout1d\(0.5\) expected \(N, C, L\) or \(C, L\), got"):
        nn.Dropout1d()(x)


# --- Cells and stacks -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("cell", "layer"), [(nn.RNNCell, nn.RNN), (nn.GRUCell, nn.GRU), (nn.LSTMCell, nn.LSTM)])
def test_a_loop_over_a_cell_is_the_layer(cell: Any, layer: Any) -> None:
    step, whole = cell(3, 4, dtype=float), layer(3, 4, dtype=float)
    whole.load_state_dict({f"{name}_l0": value for name, value in step.state_dict().items()})
    x, state = Tensor(RNG.normal(size=(5, 2, 3)), requires_grad=True), None
    for t in range(5):
        state = step(x[t], state)
    h = state[0] if layer is nn.LSTM else state
    np.testing.assert_allclose(h.data, whole(x)[0][-1].data, rtol=1e-12)
    check_gradients(lambda x: step(x, state), x[0].detach())
    # What fits is taken as it is, without an operation.
    assert "get_item" not in draw(step(np.ones((2, 3)), step(np.ones((2, 3))))).source


def test_states_that_do_not_fit() -> None:
    with pytest.raises(ValueError, match=r"GRUCell\(3, 4\) expected a state \(2, 4\), got \(2, 5\)"):
        nn.GRUCell(3, 4)(np.ones((2, 3)), np.ones((2, 5)))
    with pytest.raises(TypeError, match=r"LSTMCell\(3, 4\) expected the state as a tuple \(h, c\), got Tensor"):
        nn.LSTMCell(3, 4)(np.ones((2, 3)), Tensor(np.ones((2, 4))))


def test_a_stack_holds_copies() -> None:
    layer = nn.TransformerEncoderLayer(4, 2, 6, dropout=0, batch_first=True, dtype=float)
    stack = nn.TransformerEncoder(layer, 3, nn.LayerNorm(4, dtype=float))
    x = RNG.normal(size=(2, 5, 4))
    by_hand = stack.norm(layer(layer(layer(x))))
    np.testing.assert_allclose(stack(x).data, by_hand.data, rtol=1e-12)
    assert len({id(p) for p in stack.parameters()} | {id(p) for p in layer.parameters()}) == 3 * 12 + 2 + 12
    assert next(stack.layers[1].parameters()).name == "layers.1.self_attn.in_proj_weight"


def test_transformers_are_as_large_as_pytorchs_unless_told() -> None:
    expected = {"d_model": 512, "nhead": 8, "num_encoder_layers": 6, "num_decoder_layers": 6, "dim_feedforward": 2048,
                "dropout": 0.1, "activation": "relu", "layer_norm_eps": 1e-5, "batch_first": False, "norm_first": False,
                "bias": True, "dtype": None}
    for kind in (nn.Transformer, nn.TransformerEncoderLayer, nn.TransformerDecoderLayer):
        given = {name: p.default for name, p in inspect.signature(kind).parameters.items() if p.default is not p.empty}
        assert given.items() <= expected.items()
    layer = nn.TransformerDecoderLayer(4, 2, 6, batch_first=True, norm_first=True)
    assert layer.extra_repr() == "4, 2, 6, batch_first=True, norm_first=True"
    assert nn.TransformerEncoderLayer(4, 2, 6).extra_repr() == "4, 2, 6"
    for dtype in (np.float32, np.float64):
        mask = nn.Transformer.generate_square_subsequent_mask(3, dtype=dtype)
        assert mask.dtype == dtype
        np.testing.assert_array_equal(mask.data, np.where(np.tri(3) == 1, 0, -np.inf))
    assert nn.Transformer.generate_square_subsequent_mask(2).dtype == np.float32


KINDS = {name.lower(): kind for name, kind in (vars(nn.layers) | vars(nn.losses)).items() if isinstance(kind, type)}
NAMED_OTHERWISE = {"binary_cross_entropy": nn.BCELoss, "binary_cross_entropy_with_logits": nn.BCEWithLogitsLoss,
                   "batch_norm": nn.BatchNorm2d, "interpolate": nn.Upsample, "pad": None,
                   "scaled_dot_product_attention": None}
WITHOUT_MARKS = {name: name.replace("_", "") for name in functional.__all__}
OF_LAYERS = {name: NAMED_OTHERWISE.get(name, KINDS.get(short, KINDS.get(f"{short}loss")))
             for name, short in WITHOUT_MARKS.items()}


@pytest.mark.parametrize(("name", "kind"), [(name, kind) for name, kind in OF_LAYERS.items() if kind is not None])
def test_functions_have_the_defaults_of_their_layers(name: str, kind: type) -> None:
    function, layer = (inspect.signature(f).parameters for f in (getattr(functional, name), kind))
    shared = (function.keys() & layer.keys()) - {"bias"}  # a tensor, where a layer has a switch
    defaults = [{option: p.default for option, p in of.items() if option in shared} for of in (function, layer)]
    assert defaults[0] == defaults[1] | ({"start_dim": 0} if name == "flatten" else {})  # as in PyTorch


def test_a_causal_mask_hides_what_comes() -> None:
    model = nn.Transformer(4, 2, 1, 1, 6, dropout=0.0, batch_first=True, dtype=float)
    source, target = RNG.normal(size=(2, 3, 4)), RNG.normal(size=(2, 5, 4))
    mask = nn.Transformer.generate_square_subsequent_mask(5)
    out = model(source, target, tgt_mask=mask).data
    np.testing.assert_allclose(model(source, target[:, :3], tgt_is_causal=True).data, out[:, :3], rtol=1e-12)
    assert not np.allclose(model(source, target).data, out)


def test_a_pixel_at_a_whole_number_but_for_rounding_is_found_in_the_precision_of_the_image() -> None:
    """167.5 / 1.34 is 125, which PyTorch finds in double precision; in single it comes to a little less."""
    for dtype, found in ((np.float64, [124, 125, 125]), (np.float32, [124, 124, 125]), (np.float16, [124, 124, 125])):
        row = np.arange(130, dtype=dtype).reshape(1, 1, 130)
        for x in (row, row.reshape(1, 1, 1, 130), row.reshape(1, 1, 1, 1, 130)):
            factor = (*(1.0,) * (x.ndim - 3), 1.34)
            out = functional.interpolate(x, scale_factor=factor, mode="nearest-exact")
            assert out.numpy().ravel()[166:169].tolist() == found
