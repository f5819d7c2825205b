"""Network kernels: what networks do all the time, as primitives on arrays with the cache in mind.

Each kernel is three functions: `forward` and `pullback`, fast and on raw arrays, and `reference`, the same function in
differentiable NumPy calls, which defines it and serves forward accumulation and higher orders. What a kernel is given
fits: the layers see to that, and say in their own words what does not.

    dense           linear, embedding, dropout
    convolution     convolution and its adjoint, pooling, patches; their geometry in windows, their products in grouped,
                    correlation, winograd and depthwise, their images in layout, volumes as images in volumes
    normalization   normalization (batch and group) on statistics; layer_norm and rms_norm
    sequences       rnn, lstm and gru on recurrence; attention, self_attention
    losses          cross_entropy and log_likelihood on labels; binary_cross_entropy, regression; reduction
    below           products of matrices, memory_order of axes, half_precision, broadcasting, indices
"""
