"""Keep the memory of a step in the process, instead of returning it to the system and requesting it again every step.

glibc's allocator serves large blocks by mapping fresh pages, until the program frees one: from then on it serves blocks
up to that size from its heap, and keeps up to twice as much when they are freed (mallopt(3), M_MMAP_THRESHOLD). So one
block of just under 32 MB is freed here, whose pages are never touched; on other allocators this has no effect. The cost
is up to 64 MB that stay with the process; the gain a third to a half of a convolutional, recurrent or transformer step.
"""

from __future__ import annotations

import numpy as np

block = np.empty(32 * 2**20 - 65536, np.uint8)
del block
