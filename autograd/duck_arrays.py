"""What a rule computes with: an array, or a tensor or a box in its place.

NumPy's functions take each of them, so that one text of a rule serves all orders, both modes, and batches.
"""

from __future__ import annotations

from typing import Any

Array = Any
