"""`autograd` as an array API namespace (2024.12): the standard's names on NumPy's functions, all differentiable."""

from __future__ import annotations

from autograd.arguments import refuses_foreign_options

from . import constants, creation, dtypes, elementwise, fft, inspection, linalg, manipulation, statistics
from .constants import *  # noqa: F403  # its names are listed there, once
from .creation import *  # noqa: F403  # its names are listed there, once
from .dtypes import *  # noqa: F403  # its names are listed there, once
from .elementwise import *  # noqa: F403  # its names are listed there, once
from .inspection import *  # noqa: F403  # its names are listed there, once
from .inspection import VERSIONS
from .linalg import matmul, matrix_transpose, tensordot, vecdot
from .manipulation import *  # noqa: F403  # its names are listed there, once
from .statistics import *  # noqa: F403  # its names are listed there, once

__array_api_version__ = VERSIONS[-1]

__all__: list[str] = ["__array_api_version__", "fft", "linalg", "matmul", "matrix_transpose", "tensordot", "vecdot"]
__all__ += constants.__all__
__all__ += creation.__all__
__all__ += dtypes.__all__
__all__ += elementwise.__all__
__all__ += inspection.__all__
__all__ += manipulation.__all__
__all__ += statistics.__all__

for _module in (creation, manipulation, statistics):
    globals().update({name: refuses_foreign_options(getattr(_module, name)) for name in _module.__all__})
