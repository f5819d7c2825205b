"""Names and options of Keras and fast.ai, and what to write here instead."""

from __future__ import annotations

from itertools import product

_AXES = {"1D": "of (N, C, L)", "2D": "of (N, C, H, W)", "3D": "of (N, C, D, H, W)"}
_FAMILIES = {  # the same in one, two and three dimensions
    "Conv": "Conv{}", "MaxPooling": "MaxPool{}", "AveragePooling": "AvgPool{}", "ZeroPadding": "ZeroPad{}",
    "SpatialDropout": "Dropout{}", "GlobalAveragePooling": "AdaptiveAvgPool{}(1), and Flatten",
    "GlobalMaxPooling": "AdaptiveMaxPool{}(1), and Flatten",
    "DepthwiseConv": "Conv{}(channels, channels, kernel_size, groups=channels)",
    "SeparableConv": "Conv{}(channels, channels, kernel_size, groups=channels), and one with kernel_size=1",
}
_SCHEDULE = "write a schedule of optim.schedulers, as fit(scheduler=)"
_FUNCTION = "a function of the run is a callback: fit(callbacks=[lambda run: ...])"
MODULES = {
    f"{family}{axes}": f"write {ours.format(axes.lower())}, {shape}"
    for (family, ours), (axes, shape) in product(_FAMILIES.items(), _AXES.items())
} | {
    f"Conv{axes}Transpose": f"write ConvTranspose{axes.lower()}, {shape}" for axes, shape in _AXES.items()
} | {f"UpSampling{axes}": "write Upsample" for axes in _AXES} | {
    "Dense": "write Linear(in_features, out_features)", "BatchNormalization": "write BatchNorm1d or BatchNorm2d",
    "LayerNormalization": "write LayerNorm", "GroupNormalization": "write GroupNorm", "SimpleRNN": "write RNN",
    "MultiHeadAttention": "write MultiheadAttention", "Input": "a layer is told the size of its input: leave it out",
    "Model": "write Module", "Activation": "each is a layer: write ReLU(), Tanh(), ...",
    "Lambda": "write a Module with forward, or the function in forward",
    "Concatenate": "write np.concatenate(tensors, axis) in forward", "Add": "write a + b in forward",
    "Multiply": "write a * b in forward", "Dot": "write a @ b in forward",
    "Average": "write (a + b) / 2 in forward", "Reshape": "write Unflatten, or t.reshape(shape)",
    "Permute": "write t.transpose(axes) in forward", "RepeatVector": "write np.repeat(t[:, None], n, axis=1)",
    "TimeDistributed": "Linear takes any axes before the last: leave it out",
    "Bidirectional": "write LSTM(..., bidirectional=True)", "Masking": "recurrent layers take lengths=",
    "GaussianNoise": "write t + rng.normal(size=t.shape) in forward, if self.training",
    "Rescaling": "write t * scale + offset in forward",
    "SparseCategoricalCrossentropy": "write CrossEntropyLoss, of logits and indices",
    "CategoricalCrossentropy": "write CrossEntropyLoss, of logits and probabilities",
    "BinaryCrossentropy": "write BCELoss, or of logits BCEWithLogitsLoss", "MeanSquaredError": "write MSELoss",
    "MeanAbsoluteError": "write L1Loss", "Huber": "write HuberLoss", "KLDivergence": "write KLDivLoss",
    "ModelCheckpoint": "write fit(checkpoint=path)", "LearningRateScheduler": _SCHEDULE,
    "ReduceLROnPlateau": f"it is optim.schedulers.ReduceLROnPlateau: {_SCHEDULE}", "LambdaCallback": _FUNCTION,
    **dict.fromkeys(("TensorBoard", "CSVLogger"), f"fit returns its history, as a table; {_FUNCTION}"),
    "load_model": "write model.load_state_dict(nn.load(path))", "to_categorical": "write nn.functional.one_hot(y, n)",
    **dict.fromkeys(("Learner", "fit_one_cycle"), "write nn.fit(model, data, loss, optimizer, epochs, scheduler="
                    "optim.schedulers.OneCycleLR(...), schedule_every='batch')"),
}
_INITIAL = "write nn.init.xavier_uniform_(layer.weight), or another of nn.init"
_DECAY = "write weight_decay= for the optimizer"
_STEPS = "out, state = layer(x) are all steps and the last state: leave it out"
OPTIONS = {
    "activation": "write it as a layer of its own, or in forward: ReLU()", "use_bias": "write bias=",
    "units": "write the size of the input, and then that of the output", "filters": "write in_channels, out_channels",
    "pool_size": "write kernel_size=", "rate": "write p=", "epsilon": "write eps=",
    "data_format": "images are NCHW: leave it out", "input_dim": "write num_embeddings=",
    "output_dim": "write embedding_dim=", "key_dim": "write embed_dim=, that of all heads together",
    "name": "a module is called by the attribute that holds it: leave it out",
    "trainable": "write layer.requires_grad_(False)", "recurrent_dropout": "write dropout=, between layers",
    **dict.fromkeys(("input_shape", "batch_input_shape"), "a layer is told the size of its input first: leave it out"),
    **dict.fromkeys(("return_sequences", "return_state"), _STEPS),
    **dict.fromkeys(("kernel_initializer", "bias_initializer", "embeddings_initializer"), _INITIAL),
    **dict.fromkeys(("kernel_regularizer", "bias_regularizer", "activity_regularizer"), _DECAY),
}
FIT = {
    "class_weight": "write loss=nn.CrossEntropyLoss(weight=...)", "validation_split": "write validation=, a part of "
    "nn.data.random_split(data, [0.8, 0.2])", "steps_per_epoch": "an epoch is a pass over data: leave it out",
    "sample_weight": "give weights as a part of the targets, and a loss that multiplies by them",
    "initial_epoch": "write checkpoint=, from which a run goes on",
}
