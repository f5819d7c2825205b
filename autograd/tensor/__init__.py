"""Tensors, and what is done to them without knowing any rule: boxes, indices, in-place writes, views and hooks."""

from __future__ import annotations

from .tensor import Tensor, tensor

__all__ = ["Tensor", "tensor"]
