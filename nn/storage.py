"""States on disk: safetensors files, which hold arrays and text and nothing that could be executed.

A *state* is what `state_dict()` returns: arrays, numbers, strings, None, in dicts, lists and tuples. Its arrays become
the file's tensors under their dotted paths, so a model's file is one that PyTorch reads with `safetensors`, and the
other way round. The rest becomes JSON in the file's metadata under `cleargrad`, with `{"$array": name}` where an array
stood. A SHA-256 over all of it makes damage to the tensors visible too; files from elsewhere have none, and are checked
as far as the format goes.
"""

from __future__ import annotations

import glob
import hashlib
import json
import os
import secrets
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograd import Tensor
from autograd.boundary import as_plain_array
from autograd.errors import needing, require_directory
from nn import foreign_files
from nn.foreign_names import refuses_foreign_options
from nn.state import free_name, joined

__all__ = ["StorageError", "load", "save"]

State = Any
Arrays = dict[str, NDArray[Any]]

ABANDONED = 3600  # seconds after which a temporary file counts as abandoned: writing one takes a few
MARK, VERSION = "cleargrad", "cleargrad 1"
_DTYPES = {
    "F64": "<f8", "F32": "<f4", "F16": "<f2", "C64": "<c8", "BOOL": "?",
    "I64": "<i8", "I32": "<i4", "I16": "<i2", "I8": "i1", "U64": "<u8", "U32": "<u4", "U16": "<u2", "U8": "u1",
}
_STORABLE = frozenset(np.dtype(code) for code in _DTYPES.values())


class StorageError(ValueError):
    """A file is damaged, or is not a safetensors file. A ValueError.

    The message says which file, and what is wrong with it; nothing was changed by the attempt to read it.
    """


def save(model_or_state: Any, path: str | os.PathLike[str]) -> None:
    """Write the state of a model (or optimizer, scheduler, loader), or any state, to a safetensors file.

    The file is written atomically: next to `path`, synced to the disk and renamed, so that a kill or a power cut at any
    moment leaves the old file or the new one. Equal states give equal bytes.
    Raises TypeError, naming the entry, for what a state cannot hold (objects, complex128, bytes); ValueError for a name
    that promises another format (`.npz`, `.pt`, ...); FileNotFoundError where its directory does not exist.
    Source: https://github.com/huggingface/safetensors.
    """
    _expect_path("save(model_or_state, path)", path)
    if model_or_state is None:
        raise TypeError("save(model_or_state, path) got None to save; does the function that was to give it return it?")
    state = model_or_state.state_dict() if hasattr(model_or_state, "state_dict") else model_or_state
    foreign_files.refuse_foreign_name(path)
    replace_file(path, encode(state))


@refuses_foreign_options
def load(path: str | os.PathLike[str]) -> State:
    """Read the state that `save` or any other program wrote to a safetensors file; nothing is ever unpickled.

    Arrays and Tensors come back as ndarrays that own their memory, bfloat16 as float32, everything else as it was
    saved: `model.load_state_dict(nn.load(path))`. A file without our metadata gives a flat dict of its tensors.
    Raises StorageError (a ValueError) if the file is damaged, FileNotFoundError if there is none.
    """
    _expect_path("load(path)", path)
    return decode(Path(path).read_bytes(), os.fspath(path))


def _expect_path(call: str, path: Any) -> None:
    if not isinstance(path, (str, os.PathLike)):
        raise TypeError(f"{call} expects the name of a file, got {type(path).__name__}")


def encode(state: State) -> bytes:
    """The bytes of the file that holds a state."""
    with needing("safetensors"):
        from safetensors.numpy import save as serialize

    arrays: Arrays = {}
    structure = _take_arrays(state, "", arrays)
    # One entry, since safetensors writes several in random order and equal states should give equal bytes.
    note = {"format": VERSION, "sha256": _digest(arrays, structure), "state": structure}
    return serialize(arrays, metadata={MARK: json.dumps(note)})


def decode(content: bytes, name: str) -> State:
    """The state in the bytes of a safetensors file; `name` says which file an error is about."""
    with needing("safetensors"):
        from safetensors import SafetensorError, deserialize

    try:
        entries = deserialize(content)  # type: ignore[no-untyped-call]  # it has no annotations
        header = json.loads(content[8 : 8 + int.from_bytes(content[:8], "little")])
        arrays = {key: _array(entry, key) for key, entry in entries}
        return _interpret(arrays, header.get("__metadata__") or {})
    except (SafetensorError, ValueError, TypeError, KeyError, RecursionError, OverflowError, MemoryError) as error:
        advice = foreign_files.reading(name, content)
        raise StorageError(f"{name} is damaged or not a safetensors file: {error}{advice}") from error


def replace_file(path: str | os.PathLike[str], content: bytes) -> None:
    """Write `content` to `path` atomically: readers see the old file or the new one, never a part of either."""
    target = Path(os.path.realpath(path))  # a symbolic link stays one, and its target is replaced
    require_directory(target)
    temporary = target.with_name(f".{target.name}.{os.getpid()}.{secrets.token_hex(4)}.tmp")
    for left in target.parent.glob(f".{glob.escape(target.name)}.*.tmp"):  # of a process that was killed
        with suppress(OSError):
            if time.time() - left.stat().st_mtime > ABANDONED:
                left.unlink()
    try:
        with temporary.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    if os.name == "posix":  # the rename itself must reach the disk: that is a write to the directory
        with suppress(OSError):  # some file systems do not support it; the new file is there
            directory = os.open(target.parent, os.O_RDONLY)
            try:
                os.fsync(directory)
            finally:
                os.close(directory)


def _interpret(arrays: Arrays, metadata: Mapping[str, str]) -> State:
    # Our marks are in several places, so that damage to one of them does not make the file look foreign.
    if not any(MARK in key or MARK in text or '"sha256": "' in text for key, text in metadata.items()):
        return arrays
    if metadata.keys() != {MARK}:
        raise ValueError(f"its metadata has the entries {sorted(metadata)}, expected {MARK!r}")
    note = json.loads(metadata[MARK])
    if note["format"] != VERSION:
        raise ValueError(f"its format is {note['format']!r}, this version reads {VERSION!r}")
    if note["sha256"] != _digest(arrays, note["state"]):
        raise ValueError("its contents do not match their checksum")
    return _place_arrays(note["state"], arrays)


def _digest(arrays: Arrays, structure: Any) -> str:
    digest = hashlib.sha256(json.dumps(structure).encode())
    for key in sorted(arrays):
        array = arrays[key].astype(arrays[key].dtype.newbyteorder("<"), copy=False)
        digest.update(f"\n{key} {array.dtype.str} {array.shape}\n".encode())
        digest.update(array.reshape(-1).view(np.uint8).data)
    return digest.hexdigest()


def _array(entry: Mapping[str, Any], key: str) -> NDArray[Any]:
    code, shape = entry["dtype"], tuple(entry["shape"])
    if code == "BF16":  # bfloat16 is the upper half of a float32
        halves = np.frombuffer(entry["data"], "<u2").reshape(shape)
        return (halves.astype("<u4") << 16).view("<f4").astype(np.float32)
    if code not in _DTYPES:
        raise ValueError(f"tensor {key!r} has the type {code}, which NumPy does not have")
    dtype = np.dtype(_DTYPES[code])
    return np.frombuffer(entry["data"], dtype).reshape(shape).astype(dtype.newbyteorder("="))


def _take_arrays(value: State, path: str, arrays: Arrays) -> Any:
    """The JSON form of a state, with its arrays moved into `arrays` under their paths."""
    if value is None or (isinstance(value, bool | int | float | str) and not isinstance(value, np.generic)):
        return value
    if isinstance(value, Tensor | np.ndarray | np.generic):
        array = as_plain_array(value)
        if array.dtype.newbyteorder("<") not in _STORABLE:
            raise TypeError(f"save: {path or 'the state'} has dtype {array.dtype}, which safetensors does not hold")
        name = free_name(path or "array", arrays, "{}#{}")  # {"a.b": x, "a": {"b": y}} gives two arrays one path
        arrays[name] = np.array(array, array.dtype.newbyteorder("<"), order="C")
        return {"$scalar" if isinstance(value, np.generic) else "$array": name}
    if isinstance(value, Mapping):
        return _take_mapping(value, path, arrays)
    if isinstance(value, list | tuple):
        items = [_take_arrays(item, joined(path, i), arrays) for i, item in enumerate(value)]
        return items if isinstance(value, list) else {"$tuple": items}
    raise TypeError(f"save: {path or 'the state'} is of type {type(value).__name__}; a state holds arrays, numbers, "
                    "strings, None, and dicts, lists and tuples of them")


def _take_mapping(value: Mapping[Any, Any], path: str, arrays: Arrays) -> Any:
    for key in value:
        if not isinstance(key, str | int) or isinstance(key, bool):
            raise TypeError(f"save: the keys of {path or 'the state'} are strings or integers, got {key!r}")
    if all(isinstance(key, str) and not key.startswith("$") for key in value):
        return {key: _take_arrays(item, joined(path, key), arrays) for key, item in value.items()}
    return {"$items": [[key, _take_arrays(item, joined(path, key), arrays)] for key, item in value.items()]}


def _place_arrays(value: Any, arrays: Arrays) -> State:
    """The state of which `value` is the JSON form: the inverse of `_take_arrays`."""
    if isinstance(value, list):
        return [_place_arrays(item, arrays) for item in value]
    if not isinstance(value, dict):
        return value
    marks = [key for key in value if key.startswith("$")]
    if not marks:
        return {key: _place_arrays(item, arrays) for key, item in value.items()}
    ((mark, inside),) = value.items()
    if mark == "$tuple":
        return tuple(_place_arrays(inside, arrays))
    if mark == "$items":
        return {key: _place_arrays(item, arrays) for key, item in inside}
    return arrays[inside] if mark == "$array" else arrays[inside][()]
