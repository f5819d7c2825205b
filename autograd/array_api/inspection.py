"""Inspection of the namespace, as the array API standard 2024.12 describes it."""

from __future__ import annotations

import sys
from typing import Any

from . import dtypes

VERSIONS = ("2021.12", "2022.12", "2023.12", "2024.12")
"""The versions of the standard that the namespace follows: each keeps what the earlier ones have."""

__all__ = ["__array_namespace_info__"]


class Info:
    """What the namespace can do: one device, NumPy's dtypes, data-dependent shapes."""

    def capabilities(self) -> dict[str, Any]:
        """Boolean indexing and data-dependent shapes work; 64 dimensions at most."""
        return {"boolean indexing": True, "data-dependent shapes": True, "max dimensions": 64}

    def default_device(self) -> str:
        """`"cpu"`."""
        return "cpu"

    def devices(self) -> list[str]:
        """`["cpu"]`."""
        return ["cpu"]

    def default_dtypes(self, *, device: Any = None) -> dict[str, Any]:
        """float64, complex128 and int64."""
        return {"real floating": dtypes.float64, "complex floating": dtypes.complex128, "integral": dtypes.int64,
                "indexing": dtypes.int64}

    def dtypes(self, *, device: Any = None, kind: Any = None) -> dict[str, Any]:
        """The dtypes by name, all or those of a kind."""
        names = ("bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "float32", "float64",
                 "complex64", "complex128")
        found = {name: getattr(dtypes, name) for name in names}
        return {name: d for name, d in found.items() if kind is None or dtypes.isdtype(d, kind)}


def of_version(version: str | None) -> Any:
    """The namespace, if it follows that version of the standard; None is for the newest. Raises `ValueError`."""
    if version is not None and version not in VERSIONS:
        raise ValueError(f"autograd follows the array API standard of {', '.join(VERSIONS)}, got {version!r}")
    return sys.modules["autograd"]


def __array_namespace_info__() -> Info:  # noqa: N807  # the standard's name
    """What the namespace can do."""
    return Info()
