"""Who owns the cores and the memory: threads, blocks that fit the cache, matrix products in pieces, the heap."""
