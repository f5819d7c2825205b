"""Constants of the array API standard."""

from __future__ import annotations

import math

e, pi, inf, nan = math.e, math.pi, math.inf, math.nan
newaxis = None
