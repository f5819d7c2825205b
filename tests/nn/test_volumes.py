"""Layers of volumes: the words with which they refuse, and what there is of volumes alone."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

import nn
from autograd import Tensor, draw
from nn import functional


def test_trilinear_is_linear_along_each_axis() -> None:
    x = np.random.default_rng(0).normal(size=(2, 3, 3, 4, 5))
    out = nn.Upsample(size=(5, 3, 7), mode="trilinear")(x).data
    expected = x
    for axis, after in enumerate((5, 3, 7), start=2):
        before = x.shape[axis]
        places = (np.arange(after) + 0.5) * before / after - 0.5
        expected = np.apply_along_axis(lambda y, at=places, n=before: np.interp(at, np.arange(n), y), axis, expected)
    np.testing.assert_allclose(out, expected, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize(("call", "message"), [
    (lambda x: nn.Conv3d(2, 3, 3)(x), "Conv3d(2, 3, 3) expected (N, 2, D, H, W), got (1, 4, 5, 6, 2); write x.transp"),
    (lambda x: nn.Conv3d(2, 3, 3)(x), "write x.transpose(0, 4, 1, 2, 3) to put channels first"),
    (lambda x: nn.Conv3d(1, 3, 3)(x[0]), "got (4, 5, 6, 2); write x[:, None] to give it a channel axis"),
    (lambda x: nn.Conv3d(4, 3, 3)(x), "has a window of 3 x 3 x 3, larger than its padded input of 5 x 6 x 2"),
    (lambda x: nn.Conv3d(4, 3, (3, 3)), "Conv3d: kernel_size must be an integer or 3 of them, got (3, 3)"),
    (lambda x: functional.conv3d(x, np.ones((3, 4, 1, 1))), "expected a weight (out, in / groups, kd, kh, kw)"),
    (lambda x: nn.ConvTranspose3d(4, 3, 3)(x, (9, 9, 9)), "makes outputs from (7, 8, 4) to (7, 8, 4)"),
    (lambda x: functional.conv_transpose3d(x[:, :, :0], np.ones((4, 2, 3, 1, 1))), "with at least one value along D"),
    (lambda x: nn.MaxPool3d(3)(x), "MaxPool3d(3) has a window of 3 x 3 x 3, larger than its padded input of 5 x 6 x 2"),
    (lambda x: nn.AdaptiveAvgPool3d(1)(x[0, 0]), "AdaptiveAvgPool3d(1) expected (N, C, D, H, W), got (5, 6, 2)"),
    (lambda x: nn.BatchNorm3d(4)(x[0]), "BatchNorm3d(4) expected (N, 4, D, H, W), got (4, 5, 6, 2)"),
    (lambda x: nn.InstanceNorm3d(3)(x), "InstanceNorm3d(3) expected (N, 3, D, H, W), got (1, 4, 5, 6, 2)"),
    (lambda x: nn.Dropout3d()(x[0, 0]), "Dropout3d(0.5) expected (N, C, D, H, W) or (C, D, H, W), got (5, 6, 2)"),
    (lambda x: nn.ZeroPad3d((1, 1)), "padding is an integer or (left, right, top, bottom, front, back), got (1, 1)"),
    (lambda x: functional.interpolate(x, 3, mode="bilinear"), "interpolate expected (N, C, H, W), got (1, 4, 5, 6, 2)"),
    (lambda x: functional.interpolate(x[0], 3, mode="trilinear"), "interpolate expected (N, C, D, H, W), got"),
    (lambda x: functional.interpolate(x, 3, mode="area", align_corners=True), "has no align_corners in mode 'area'"),
])
def test_what_does_not_fit_is_refused_in_words(call: Any, message: str) -> None:
    with pytest.raises((ValueError, TypeError), match=re.escape(message)):
        call(np.ones((1, 4, 5, 6, 2), np.float32))


def test_what_windows_see_along_the_depth_is_not_kept() -> None:
    """A convolution keeps its operands, not three times its volume."""
    layer, x = nn.Conv3d(8, 2, 3), Tensor(np.ones((2, 8, 6, 6, 6), np.float32), requires_grad=True)
    kept = [value for value in layer(x)[0]._node.parents[0].saved if isinstance(value, np.ndarray)]
    assert sum(value.nbytes for value in kept) <= x.nbytes + sum(p.nbytes for p in layer.parameters())


def test_operations_of_volumes_are_counted() -> None:
    source = draw(nn.Conv3d(2, 3, 2)(Tensor(np.ones((1, 2, 3, 3, 3)), requires_grad=True)), color_by="flops").source
    assert f"{2 * 3 * 8 * 16 + 3 * 8:,}" in source
