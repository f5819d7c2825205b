"""The real images in other packages' wheels, and the IDX format: nothing touches the network."""

from __future__ import annotations

import contextlib
import gzip
import socket
import struct
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from skimage.data import lfw_subset
from sklearn.datasets import load_digits

from nn.data import digits, faces, idx


@pytest.fixture
def no_network(monkeypatch):
    def refuse(*_):
        raise AssertionError("the network was used")

    monkeypatch.setattr(socket.socket, "connect", refuse)


@pytest.mark.usefixtures("no_network")
@pytest.mark.parametrize(
    ("data", "samples", "shape", "classes"), [(digits, 1797, (1, 8, 8), 10), (faces, 200, (1, 25, 25), 2)]
)
@pytest.mark.parametrize("share", [0.25, 0.5, 0.1])
def test_images_are_float32_nchw_in_the_unit_interval_and_split_by_class(data, samples, shape, classes, share):
    (x_train, y_train), (x_test, y_test) = data(test=share)
    assert len(x_train) + len(x_test) == samples
    for x, y in ((x_train, y_train), (x_test, y_test)):
        assert x.shape == (len(y), *shape)
        assert x.dtype == np.float32
        assert y.dtype == np.int64
        assert 0 <= x.min() < x.max() <= 1
        assert set(y.tolist()) == set(range(classes))
    tested, whole = np.bincount(y_test), np.bincount(np.concatenate([y_train, y_test]))
    np.testing.assert_array_equal(tested, np.floor(share * whole))
    assert set(y_train[: 2 * classes].tolist()) == set(range(classes))  # in order, batches are mixed


def test_no_image_is_in_both_parts():
    for data in (digits, faces):
        (x_train, _), (x_test, _) = data()
        assert not {image.tobytes() for image in x_train} & {image.tobytes() for image in x_test}


def test_labels_name_their_images():
    pixels, label_of_row = load_digits(return_X_y=True)
    rows = [row.tobytes() for row in (pixels / 16).astype(np.float32)]
    label_of = dict(zip(rows, label_of_row, strict=True))
    (images, labels), _ = digits()
    assert [label_of[image.tobytes()] for image in images] == labels.tolist()
    with_face = {image.tobytes() for image in lfw_subset()[:100].astype(np.float32)}
    (images, labels), _ = faces()
    assert [image.tobytes() in with_face for image in images] == labels.astype(bool).tolist()


@pytest.mark.parametrize("data", [digits, faces])
def test_a_share_outside_the_unit_interval_is_refused(data):
    with pytest.raises(ValueError, match=r"between 0 and 1; got 1\.5"):
        data(test=1.5)


@pytest.mark.parametrize(("data", "module"), [(digits, "sklearn.datasets"), (faces, "skimage.data")])
def test_a_missing_package_is_named_with_its_extra(data, module, monkeypatch):
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(ImportError, match=r"pip install 'cleargrad\[data\]'"):
        data()


CODES = {"u1": 0x08, "i1": 0x09, "i2": 0x0B, "i4": 0x0C, "f4": 0x0D, "f8": 0x0E}


def encode(array):
    header = struct.pack(f">HBB{array.ndim}I", 0, CODES[array.dtype.str[1:]], array.ndim, *array.shape)
    return header + array.astype(array.dtype.newbyteorder(">")).tobytes()


@given(
    st.sampled_from(sorted(CODES)).flatmap(lambda code: hnp.arrays(code, hnp.array_shapes(min_dims=0, min_side=0))),
    st.booleans(),
)
def test_idx_reads_every_type_and_shape_packed_or_not(tmp_path_factory, array, packed):
    path = tmp_path_factory.mktemp("idx") / "file"
    path.write_bytes(gzip.compress(encode(array)) if packed else encode(array))
    read = idx(path)
    np.testing.assert_array_equal(read, array)
    assert read.dtype == array.dtype
    assert read.flags.writeable
    assert read.flags.owndata or read.base.flags.owndata


PACKED = gzip.compress(encode(np.zeros(9, "u1")), mtime=0)  # a time would give the tests new names in every process


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "not an IDX file: .* got an empty file"),
        (b"\x89PNG\r\n", "not an IDX file: .* got 89 50 4e 47"),
        (b"\0\0\x07\x01\0\0\0\0", "not an IDX file: .*0x08.*got 00 00 07 01"),
        (b"\0\0\x08\x03\0\0\0\1", "cut short: 3 axes need a header of 16 bytes, it has 8"),
        (encode(np.zeros((2, 3), "i4"))[:-1], r"cut short: int32 of shape \(2, 3\) needs 36 bytes, the file has 35"),
        (encode(np.zeros(2, "u1")) + b"x", r"too long: uint8 of shape \(2,\) needs 10 bytes, the file has 11"),
        (PACKED[:-9], "damaged gzip file"),
        (PACKED + b"junk", "damaged gzip file"),
    ],
)
def test_a_damaged_idx_file_is_described(tmp_path, content, message):
    path = tmp_path / "images.idx"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=message) as caught:
        idx(path)
    assert str(path) in str(caught.value)


@given(st.data())
def test_mutated_idx_files_give_an_array_or_a_value_error(tmp_path_factory, data):
    content = bytearray(encode(np.arange(12, dtype="i2").reshape(3, 4)))
    if data.draw(st.booleans()):
        content = bytearray(gzip.compress(bytes(content)))
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path = tmp_path_factory.mktemp("idx") / "file"
    path.write_bytes(content)
    with contextlib.suppress(ValueError):
        assert isinstance(idx(path), np.ndarray)
