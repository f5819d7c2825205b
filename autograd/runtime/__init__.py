"""The use of cores and memory: threads, blocks that fit the cache, matrix products in parts, the heap."""
