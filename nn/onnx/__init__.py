"""Models as ONNX files, which other runtimes execute."""

from __future__ import annotations

from nn.onnx.export import export_onnx

__all__ = ["export_onnx"]
