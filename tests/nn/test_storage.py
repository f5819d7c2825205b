"""Files: round trips, damage, kills; nothing that is read is ever executed."""

from __future__ import annotations

import errno
import hashlib
import json
import math
import os
import pickle
import stat
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from safetensors import safe_open
from safetensors.numpy import load as tensors_of
from safetensors.numpy import load_file, save_file

import nn
import optim
from autograd import Tensor
from nn.foreign_files import reading
from nn.storage import StorageError, decode, encode, load, replace_file, save

GOLDEN = Path(__file__).parent.parent / "golden"

dtypes = st.sampled_from(["f2", "f4", "f8", "c8", "?", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", ">f4", ">i2"])
arrays = dtypes.flatmap(lambda dtype: hnp.arrays(dtype, hnp.array_shapes(min_dims=0, min_side=0, max_side=3)))
scalars = st.none() | st.booleans() | st.integers(-(2**130), 2**130) | st.floats() | st.text(max_size=5)
states = st.recursive(
    arrays | scalars | st.floats(width=32).map(np.float32) | st.integers(0, 9).map(np.int64),
    lambda inner: st.lists(inner, max_size=3)
    | st.lists(inner, max_size=3).map(tuple)
    | st.dictionaries(st.text(max_size=4) | st.integers(), inner, max_size=3)
    | st.dictionaries(st.sampled_from(["a", "a.b", "b", "0", "$array"]), inner, max_size=3),
    max_leaves=8,
)


def assert_same(ours, theirs):
    if isinstance(theirs, np.ndarray):
        assert isinstance(ours, np.ndarray)
        assert ours.dtype == theirs.dtype.newbyteorder("=")
        assert ours.shape == theirs.shape
        assert ours.tobytes() == theirs.astype(ours.dtype).tobytes()
        return
    assert type(ours) is type(theirs)
    if isinstance(theirs, dict):
        assert list(ours) == list(theirs)
        for key in theirs:
            assert_same(ours[key], theirs[key])
    elif isinstance(theirs, list | tuple):
        assert len(ours) == len(theirs)
        for our, their in zip(ours, theirs, strict=True):
            assert_same(our, their)
    elif isinstance(theirs, float | np.floating) and math.isnan(theirs):
        assert math.isnan(ours)
    else:
        assert ours == theirs


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return tmp_path_factory.mktemp("storage") / "state.safetensors"


@given(states)
def test_any_state_comes_back_as_it_was_and_equal_states_give_equal_bytes(state):
    content = encode(state)
    assert_same(decode(content, "memory"), state)
    assert encode(state) == content


MODEL = {
    "0.weight": np.arange(6, dtype=np.float32).reshape(2, 3),
    "0.bias": np.ones(2, np.float32),
    "steps": np.array(7),
}


def test_a_model_file_is_plain_safetensors(path):
    save({name: Tensor(array) for name, array in MODEL.items()}, path)
    theirs = load_file(path)
    assert theirs.keys() == MODEL.keys()
    for name, array in MODEL.items():
        np.testing.assert_array_equal(theirs[name], array)
        assert load(path)[name].flags.writeable


def test_paths_that_read_alike_are_kept_apart():
    state = {"a.b.c": np.ones(1), "a": {"b.c": np.zeros(2), "b": {"c": np.ones(4)}}, "a.b.c#2": np.full(3, 2.0)}
    assert_same(decode(encode(state), "memory"), state)
    names = tensors_of(encode({"a.b": np.ones(1), "a": {"b": np.zeros(2)}}))
    assert {name: array.size for name, array in names.items()} == {"a.b": 1, "a.b#2": 2}


def test_a_type_that_numpy_has_not_is_named(tmp_path):
    header = json.dumps({"w": {"dtype": "F8_E4M3", "shape": [2], "data_offsets": [0, 2]}}).encode()
    (tmp_path / "file").write_bytes(len(header).to_bytes(8, "little") + header + b"ab")
    with pytest.raises(StorageError, match="tensor 'w' has the type F8_E4M3, which NumPy does not have"):
        load(tmp_path / "file")


def test_a_model_in_the_place_of_a_path_is_told_from_one():
    with pytest.raises(TypeError, match=r"^save\(model_or_state, path\) expects the name of a file, got Linear$"):
        save("model.safetensors", nn.Linear(1, 1))
    with pytest.raises(TypeError, match=r"^load\(path\) expects the name of a file, got Linear$"):
        load(nn.Linear(1, 1))


def test_anything_with_a_state_dict_is_saved(path):
    class Part:
        def state_dict(self):
            return {"lr": 0.5}

    save(Part(), path)
    assert load(path) == {"lr": 0.5}


def test_files_from_elsewhere_are_read(tmp_path):
    save_file(MODEL, tmp_path / "plain", metadata={"format": "pt"})
    assert_same({name: load(tmp_path / "plain")[name] for name in MODEL}, MODEL)


def test_a_file_that_pytorch_wrote_is_read_bfloat16_included():
    expected = np.load(GOLDEN / "pytorch_state.npz")
    state = load(GOLDEN / "pytorch_state.safetensors")
    assert state.keys() == set(expected.files)
    for name in expected.files:
        np.testing.assert_array_equal(state[name], expected[name])
        assert state[name].dtype == expected[name].dtype


@pytest.mark.parametrize(
    ("state", "message"),
    [
        ({"layer": {"weight": np.ones(2, complex)}}, "layer.weight has dtype complex128"),
        ({"hook": print}, "hook is of type builtin_function_or_method; a state holds arrays, numbers"),
        ({"names": np.array(["a"])}, "names has dtype <U1"),
        ({"blob": b"x"}, "blob is of type bytes"),
        ({"inner": {1.5: 0}}, "the keys of inner are strings or integers, got 1.5"),
    ],
)
def test_what_a_state_cannot_hold_is_named_and_leaves_the_old_file(path, state, message):
    save({"old": 1}, path)
    with pytest.raises(TypeError, match=message):
        save(state, path)
    assert load(path) == {"old": 1}


def mutations(content, random):
    """One random damage: bytes changed, cut out, put in, the end cut off, or two places swapped."""
    content = bytearray(content)
    kind = random.integers(5)
    # Half of the damage goes to the header, where a parser has the most to get wrong.
    header = 8 + int.from_bytes(content[:8], "little")
    place = int(random.integers(header if random.random() < 0.5 else len(content)))
    if kind == 0:
        for _ in range(random.integers(1, 5)):
            content[int(random.integers(max(1, min(place + 20, len(content)))))] = random.integers(256)
    elif kind == 1:
        content[place] ^= 1 << int(random.integers(8))
    elif kind == 2:
        del content[place : place + int(random.integers(1, 50))]
    elif kind == 3:
        content[place:place] = random.bytes(int(random.integers(1, 50)))
    else:
        del content[place:]
    return bytes(content)


@pytest.mark.parametrize("ours", [True, False])
def test_a_thousand_damaged_files_give_one_clear_error_or_the_state(tmp_path, ours):
    state = {**MODEL, "half": np.arange(40, dtype=np.float16)} | ({"lr": 0.1, "betas": (0.9, 0.99)} if ours else {})
    good, path = tmp_path / "good", tmp_path / "bad"
    save(state, good) if ours else save_file(state, good, metadata={"format": "pt"})
    content = good.read_bytes()
    random = np.random.default_rng(0)
    refused = 0
    for _ in range(1000):
        path.write_bytes(mutations(content, random))
        try:
            read = load(path)
        except StorageError as error:
            assert str(error).startswith(f"{path} is damaged or not a safetensors file: ")  # noqa: PT017
            refused += 1
        else:
            if ours:
                assert_same(read, state)
            else:  # nothing in such a file tells a changed number or name from the right one
                assert all(isinstance(array, np.ndarray) for array in read.values())
    assert refused > (950 if ours else 500)


class Exploit:
    def __reduce__(self):
        return os._exit, (66,)


def test_a_pickle_is_refused_unopened(tmp_path):
    for content in (pickle.dumps(Exploit()), b"PK\x03\x04" + pickle.dumps(Exploit())):
        (tmp_path / "model").write_bytes(content)
        with pytest.raises(StorageError, match=r"not a safetensors file.*a pickle.*write safetensors.torch.save_file"):
            load(tmp_path / "model")


@pytest.mark.parametrize(("name", "advice"), [("m.npz", r"np\.savez\(path"), ("M.PT", "safetensors.torch.load_file"),
                                              ("m.onnx", r"nn\.export_onnx"), ("m.keras", "layer.set_weights")])
def test_a_name_that_promises_another_format_is_refused(tmp_path, name, advice):
    model = nn.Linear(2, 1)
    sgd = optim.SGD(model.parameters(), lr=0.1)
    for write in (lambda path: save(model, path), lambda path: nn.save_checkpoint(path, model=model),
                  lambda path: nn.fit(model, [], nn.MSELoss(), sgd, 1, checkpoint=path)):
        with pytest.raises(ValueError, match=rf"{name} is the name of .*: name it '[mM]\.safetensors'; .*{advice}"):
            write(tmp_path / name)
    assert list(tmp_path.iterdir()) == []


def test_a_file_of_arrays_of_numpys_says_how_it_is_read(tmp_path):
    model, other = nn.Linear(2, 1), nn.Linear(2, 1)
    np.savez(tmp_path / "m.npz", **model.state_dict())  # as the error above says
    with pytest.raises(StorageError, match=r"looks like a file that is NumPy's.*dict\(np\.load\(path\)\)"):
        load(tmp_path / "m.npz")
    other.load_state_dict(dict(np.load(tmp_path / "m.npz")))
    assert_same(other.state_dict(), model.state_dict())


@pytest.mark.parametrize(
    ("note", "message"),
    [
        ({"state": {"w": {"$array": "gone"}}}, "'gone'"),
        ({"state": {"$what": 1}}, "damaged"),
        ({"state": {"$array": "w", "b": 2}}, "damaged"),
        ({"state": {"$items": [1]}}, "damaged"),
        ({"state": 1, "sha256": "0"}, "do not match their checksum"),
        ({"state": 1, "format": "cleargrad 2"}, "its format is 'cleargrad 2', this version reads 'cleargrad 1'"),
        ([1, "cleargrad"], "damaged"),
    ],
)
def test_metadata_of_ours_that_does_not_fit_is_refused(tmp_path, note, message):
    if isinstance(note, dict):
        digest = hashlib.sha256(json.dumps(note["state"]).encode()).hexdigest()
        note = {"format": "cleargrad 1", "sha256": digest, **note}
    save_file({}, tmp_path / "state", metadata={"cleargrad": json.dumps(note)})
    with pytest.raises(StorageError, match=message):
        load(tmp_path / "state")


def test_our_metadata_under_another_key_is_damage(tmp_path):
    save_file({}, tmp_path / "state", metadata={"cleargrae": '{"format": "cleargrad 1"}'})
    with pytest.raises(StorageError, match=r"its metadata has the entries \['cleargrae'\]"):
        load(tmp_path / "state")


def test_no_file_is_file_not_found(tmp_path):
    with pytest.raises(FileNotFoundError):
        load(tmp_path / "none")


def test_a_directory_that_does_not_exist_is_named(tmp_path):
    """The message had the name of a temporary file."""
    with pytest.raises(FileNotFoundError, match=r"directory '.*none' does not exist; make it first"):
        save({"a": 1}, tmp_path / "none" / "state")


def test_the_file_holds_the_structure_as_readable_json(path):
    save({"step": 3, "moments": [np.ones(2), np.zeros(3)]}, path)
    with safe_open(path, framework="np") as file:
        assert json.loads(file.metadata()["cleargrad"])["state"] == {
            "step": 3,
            "moments": [{"$array": "moments.0"}, {"$array": "moments.1"}],
        }


def test_a_failed_write_leaves_the_old_file_and_no_other(tmp_path, monkeypatch):
    path = tmp_path / "state"
    save({"old": 1}, path)

    def full(_):
        raise OSError("no space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="no space"):
        save({"new": 2}, path)
    assert load(path) == {"old": 1}
    assert [file.name for file in tmp_path.iterdir()] == ["state"]


@pytest.mark.skipif(os.name != "posix", reason="a directory is no file on this system")
def test_a_file_system_that_writes_no_directories_on_demand_has_the_new_file(tmp_path, monkeypatch):
    """As on many network file systems: EINVAL."""
    fsync = os.fsync

    def files_only(descriptor):
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, "Invalid argument")
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", files_only)
    save({"new": 2}, tmp_path / "state")
    assert load(tmp_path / "state") == {"new": 2}


def test_what_a_killed_process_left_is_removed_once_it_is_surely_nobodys(tmp_path):
    path = tmp_path / "state[1]"  # brackets are patterns to glob
    old, new, other = (tmp_path / name for name in (".state[1].7.ab.tmp", ".state[1].8.cd.tmp", ".state1.9.ef.tmp"))
    for file in (old, new, other):
        file.write_bytes(b"half")
    for file in (old, other):
        os.utime(file, (0, 0))
    save({"a": 1}, path)
    assert {file.name for file in tmp_path.iterdir()} == {path.name, new.name, other.name}


def test_a_symbolic_link_stays_and_its_target_is_replaced(tmp_path):
    real, link = tmp_path / "real", tmp_path / "link"
    link.symlink_to(real)
    save({"a": 1}, link)
    assert link.is_symlink()
    assert load(real) == {"a": 1}


WRITER = """
import sys
from nn.storage import replace_file
print("ready", flush=True)
number = 0
while True:
    number = (number + 1) % 256
    replace_file(sys.argv[1], bytes([number]) * 3_000_000)
"""


def test_a_kill_at_any_moment_leaves_a_whole_file(tmp_path):
    path = tmp_path / "state"
    replace_file(path, bytes(3_000_000))
    random = np.random.default_rng(0)
    for _ in range(6):
        with subprocess.Popen([sys.executable, "-c", WRITER, path], stdout=subprocess.PIPE) as writer:
            writer.stdout.readline()
            try:
                writer.wait(random.uniform(0, 0.1))
            except subprocess.TimeoutExpired:
                writer.kill()
        content = path.read_bytes()
        assert len(content) == 3_000_000
        assert len(set(content)) == 1


@pytest.mark.parametrize(("name", "content", "says"), [
    ("weights.h5", b"\x89HDF\r\n\x1a\n", "h5py"), ("model.onnx", b"\x08\x07\x12", "onnx"),
    ("state.pt", b"\x80\x02}q", "torch"), ("state.pt", b"PK\x03\x04archive/data.pkl", "torch"),
    ("x.npy", b"\x93NUMPY\x01", "np.load"), ("x.npz", b"PK\x03\x04arr_0.npy", "np.load"),
])
def test_what_looks_like_another_programs_file_is_told_apart(name, content, says):
    assert says in reading(name, content)
    assert reading("notes.txt", b"hello") == ""
