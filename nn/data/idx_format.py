"""The IDX file format, in which MNIST and its relatives are published."""

from __future__ import annotations

import gzip
import math
import os
import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

_DTYPES = {0x08: ">u1", 0x09: ">i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
_GZIP = b"\x1f\x8b"


def idx(path: str | os.PathLike[str]) -> NDArray[Any]:
    """Read one array from an IDX file, packed with gzip or not.

    The file is big-endian: two zero bytes, a type code, the number of axes d, d lengths of 4 bytes, then the numbers.
    Returns an array of those lengths in the machine's byte order: uint8 (N, 28, 28) for MNIST's images, uint8 (N,) for
    its labels. Raises ValueError with the figures if the file is not IDX, is cut short or has bytes left over.
    Source: Y. LeCun, C. Cortes, C. J. C. Burges, "The MNIST database of handwritten digits", 1998.
    """
    packed = Path(path).read_bytes()
    if packed[:2] != _GZIP:
        return _decode(packed, path)
    try:
        return _decode(gzip.decompress(packed), path)
    except (EOFError, OSError, zlib.error) as error:
        raise ValueError(f"{os.fspath(path)} is a damaged gzip file: {error}") from None


def _decode(content: bytes, path: str | os.PathLike[str]) -> NDArray[Any]:
    name = os.fspath(path)
    code, axes = content[2:4] if len(content) >= 4 else (0, 0)
    if content[:2] != b"\0\0" or code not in _DTYPES:
        known = ", ".join(f"0x{code:02X}" for code in _DTYPES)
        raise ValueError(f"{name} is not an IDX file: expected the bytes 00 00, a type code ({known}) and the number "
                         f"of axes, got {content[:4].hex(' ') or 'an empty file'}")
    start = 4 + 4 * axes
    if len(content) < start:
        raise ValueError(f"{name} is cut short: {axes} axes need a header of {start} bytes, it has {len(content)}")
    shape = struct.unpack(f">{axes}I", content[4:start])
    dtype = np.dtype(_DTYPES[code])
    expected = start + math.prod(shape) * dtype.itemsize
    if len(content) != expected:
        fault = "cut short" if len(content) < expected else "too long"
        raise ValueError(f"{name} is {fault}: {dtype.newbyteorder('=')} of shape {shape} needs {expected} bytes, "
                         f"the file has {len(content)}")
    return np.frombuffer(content, dtype, offset=start).reshape(shape).astype(dtype.newbyteorder("="))
