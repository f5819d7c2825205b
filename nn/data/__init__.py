"""Batches of arrays, real images that need no download, and the MNIST file format."""

from __future__ import annotations

from nn.data.bundled import digits, faces
from nn.data.loader import DataLoader
from nn.data.mnist import idx

__all__ = ["DataLoader", "digits", "faces", "idx"]
