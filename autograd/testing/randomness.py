"""The state of every global random generator that a function may use."""

from __future__ import annotations

import random
from typing import Any

import numpy as np

from autograd.random import generator, state


class RandomState:
    """A snapshot of Python's, NumPy's and this library's generators, taken when it is made."""

    def __init__(self) -> None:
        self._python: Any = random.getstate()
        self._numpy: Any = np.random.get_state()  # noqa: NPY002  # the legacy state, for functions that use it
        self._library: Any = state()

    def differs(self) -> bool:
        """Whether any of the three has been drawn from since."""
        now = RandomState()
        return bool(self._python != now._python or not np.array_equal(self._numpy[1], now._numpy[1])
                    or self._numpy[2:] != now._numpy[2:] or repr(self._library) != repr(now._library))

    def restore(self) -> None:
        """Put all three back to where they were."""
        random.setstate(self._python)
        np.random.set_state(self._numpy)  # noqa: NPY002
        generator().bit_generator.state = self._library
