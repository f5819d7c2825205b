"""Network kernels: what networks do all the time, as primitives on arrays with the cache in mind.

Each kernel is three functions: `forward` and `pullback`, fast and on raw arrays, and `reference`, the same function in
differentiable NumPy calls, which defines it and serves forward accumulation and higher orders.
"""
