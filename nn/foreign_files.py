"""Files of other formats: what to use instead of `nn.save` and `nn.load` to write or read them."""

from __future__ import annotations

import os
from pathlib import Path

_TORCH = ("a pickle of PyTorch's, which could execute anything",
          "safetensors.torch.load_file(path) reads it there",
          "in PyTorch write safetensors.torch.save_file(model.state_dict(), path)")
_PICKLE = ("a pickle, which could execute anything", *_TORCH[1:])
_NUMPY = ("NumPy's", "np.savez(path, **model.state_dict()) writes NumPy's",
          "write model.load_state_dict(dict(np.load(path)))")
_HDF5 = ("HDF5", "h5py writes HDF5", "read its arrays with h5py, and write model.load_state_dict(arrays)")
_ONNX = ("ONNX", "nn.export_onnx(model, example, path) writes ONNX",
         "onnx.numpy_helper.to_array reads the arrays in onnx.load(path).graph.initializer")
_FORMATS = {  # what it is, advice for writing one, and advice for reading one
    ".npz": _NUMPY, ".npy": _NUMPY, ".pt": _TORCH, ".pth": _TORCH, ".pkl": _PICKLE, ".pickle": _PICKLE,
    ".h5": _HDF5, ".hdf5": _HDF5, ".onnx": _ONNX,
    ".keras": ("Keras's", "layer.set_weights takes there what safetensors.numpy.load_file(path) reads", ""),
}


def refuse_foreign_name(path: str | os.PathLike[str]) -> None:
    """Raise ValueError for a name that promises another format than the safetensors that is written."""
    suffix = Path(path).suffix.lower()
    if suffix in _FORMATS:
        kind, writes, _ = _FORMATS[suffix]
        raise ValueError(f"{os.fspath(path)} is the name of {kind}, but the file will be safetensors: name it "
                         f"{Path(path).with_suffix('.safetensors').name!r}; {writes}")


def reading(path: str, content: bytes) -> str:
    """Advice for reading a file of another format, if its contents look like one; else nothing."""
    if content.startswith(b"\x93NUMPY") or (content.startswith(b"PK\x03\x04") and b".npy" in content[:512]):
        kind, _, reads = _NUMPY
    elif content.startswith((b"PK\x03\x04", b"\x80")):
        kind, _, reads = _TORCH
    elif content.startswith(b"\x89HDF"):
        kind, _, reads = _HDF5
    elif Path(path).suffix.lower() == ".onnx":
        kind, _, reads = _ONNX
    else:
        return ""
    return f"; it looks like a file that is {kind}, and is not opened: {reads}"
