"""Batches of arrays, real images that need no download, and the MNIST file format."""

from __future__ import annotations

from typing import TYPE_CHECKING

from autograd.lazy import on_first_use
from nn.data.bundled import digits, faces
from nn.data.idx_format import idx
from nn.data.loader import DataLoader
from nn.foreign_names import DATA

__all__ = ["DataLoader", "digits", "faces", "idx"]

if not TYPE_CHECKING:  # or else a type checker would take every name for one that exists
    __getattr__, __dir__ = on_first_use(__name__, {}, DATA)
