"""Network kernels: the hot operations of networks as primitives on arrays, written with the cache in mind.

Each kernel is three functions: `forward` and `pullback`, fast and on raw arrays, and `reference`, the same function in
differentiable NumPy calls, which defines it and serves forward accumulation and higher orders. Kernels do not check
their operands: the layers do, and raise errors in their own name.

    dense           linear, embedding, dropout
    convolution     convolution and its adjoint, patches; the geometry in windows, the products in grouped, correlation,
                    winograd and depthwise, the memory layout in layout, volumes as images in volumes
    pooling         max_pooling and average_pooling on pooling_axis
    resizing        reading between pixels, which pads too; whole factors are the adjoint of an average_pooling
    normalization   normalization (batch and group) on statistics; layer_norm and rms_norm
    sequences       rnn, lstm and gru on recurrence; attention, self_attention
    losses          cross_entropy and log_likelihood on labels; binary_cross_entropy, regression; reduction
    shared          sums, memory_order of axes, half_precision, indices
"""
