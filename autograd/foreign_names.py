"""Names that users know from other libraries, and what to write here instead."""

from __future__ import annotations

from typing import NoReturn

import numpy as np

_GPU = "there is one device, the CPU: leave it out"
_WRITE = "write x[i] = v: it is differentiable"
_FILL = "write t[...] = x"
_ADD_AT = "write np.add.at(t, index, x)"
_RANDOM = "write Tensor(np.random.default_rng(seed).normal(size=shape))"
_AS_IT_IS = "functions run as they are: leave it out"
_OF_A_FUNCTION = "write grad(f)(x), with a function f: what it gives can be differentiated again"
INSTEAD = {
    # PyTorch's tensors
    "view": "write t.reshape(shape); its bytes as another dtype are t.numpy().view(dtype)",
    "permute": "write t.transpose(axes)", "numel": "write t.size",
    "dim": "write t.ndim", "unsqueeze": "write np.expand_dims(t, axis)", "expand": "write np.broadcast_to(t, shape)",
    "mm": "write a @ b", "bmm": "write a @ b", "matmul": "write a @ b", "add": "write a + b", "mul": "write a * b",
    "sub": "write a - b", "div": "write a / b", "pow": "write t**n", "norm": "write np.linalg.norm(t)",
    "float": "write t.astype(np.float32)", "double": "write t.astype(np.float64)", "long": "write t.astype(np.int64)",
    "type": "write t.astype(dtype)", "cuda": _GPU, "cpu": _GPU, "to": f"write t.astype(dtype); {_GPU}",
    "t": "write t.T", "zero_": "write t[...] = 0; gradients are cleared by zero_grad() of their leaf",
    "fill_": _FILL, "copy_": _FILL, "add_": "write t += x", "sub_": "write t -= x", "mul_": "write t *= x",
    "div_": "write t /= x", "clamp": "write t.clip(low, high)", "cat": "write np.concatenate(tensors, axis)",
    "contiguous": "leave it out", "int": "write t.astype(int)", "bool": "write t.astype(bool)",
    "half": "write t.astype(np.float16)", "gather": "write np.take_along_axis(t, index, axis)",
    "unbind": "write list(t)", "chunk": "write np.array_split(t, n, axis)", "flip": "write np.flip(t, axis)",
    "topk": "write np.sort(t)[..., -k:]", "masked_fill": "write np.where(mask, value, t)",
    "new_zeros": "write np.zeros(shape, t.dtype)", "new_ones": "write np.ones(shape, t.dtype)",
    "new_full": "write np.full(shape, value, t.dtype)", "new_tensor": "write tensor(x)",
    "narrow": "write a slice, t[start : start + length]", "split": "write np.split(t, n, axis): n parts, or their ends",
    "view_as": "write t.reshape(x.shape)", "expand_as": "write np.broadcast_to(t, x.shape)",
    "type_as": "write t.astype(x.dtype)", "eq": "write t == x", "ne": "write t != x", "lt": "write t < x",
    "le": "write t <= x", "gt": "write t > x", "ge": "write t >= x", "index_select": "write np.take(t, index, axis)",
    "scatter_": "write t[i, j] = v", "index_add_": _ADD_AT,
    "masked_fill_": "write t[mask] = value", "clamp_": "write t[...] = t.clip(low, high)",
    "square": "write t**2", "reciprocal": "write 1 / t", "minimum": "write np.minimum(t, x)",
    "maximum": "write np.maximum(t, x)", "tril": "write np.tril(t)", "triu": "write np.triu(t)",
    "diag": "write np.diag(t)", "roll": "write np.roll(t, shift, axis)", "movedim": "write np.moveaxis(t, source, to)",
    "values": "max, min and sort give the values alone", "indices": "write t.argmax(axis), or t.argsort(axis)",
    "detach_": "write t = t.detach()", "grad_fn": "draw(t) shows what made it", "nelement": "write t.size",
    "normal_": "write nn.init.normal_(t)", "uniform_": "write nn.init.uniform_(t)", "is_cuda": _GPU,
    "neg": "write -t", "rsqrt": "write 1 / np.sqrt(t)", "scatter": "write t[i, j] = v", "ndimension": "write t.ndim",
    "repeat_interleave": "write np.repeat(t, n, axis)", "inverse": "write np.linalg.inv(t)",
    "det": "write np.linalg.det(t)", "logsumexp": "write autograd.logsumexp(t, axis)", "erf": "write autograd.erf(t)",
    "lerp": "write t + weight * (x - t)", "addmm": "write t + a @ b", "index_put_": "write t[i, j] = v",
    "fill_diagonal_": "write np.fill_diagonal(t, value)", "equal": "write np.array_equal(t, x)",
    "is_contiguous": "leave it out", "mv": "write t @ x", "baddbmm": "write t + a @ b",
    "log_": "write t = np.log(t)", "exp_": "write t = np.exp(t)", "sqrt_": "write t = np.sqrt(t)",
    "sigmoid_": "write t = t.sigmoid()", "tanh_": "write t = t.tanh()", "relu_": "write t = t.relu()",
    "H": "write t.conj().mT",
    "bernoulli": "write np.random.default_rng(seed).random(t.shape) < t",
    "scatter_add_": _ADD_AT, "scatter_add": _ADD_AT, "index_add": _ADD_AT,
    "take_along_dim": "write np.take_along_axis(t, index, axis)", "select": "write t[:, i], as in NumPy",
    "unfold": "write np.lib.stride_tricks.sliding_window_view(t, size, axis)", "unflatten": "write t.reshape(shape)",
    "kthvalue": "write np.sort(t)[..., k - 1]", "remainder": "write t % x", "swapdims": "write t.swapaxes(i, j)",
    "histc": "write np.histogram(t.numpy(), bins)", "logit": "write scipy.special.logit(t)",
    "xlogy": "write scipy.special.xlogy(t, x)", "is_floating_point": "write t.dtype.kind == 'f'", "pin_memory": _GPU,
    "bfloat16": "write t.astype(np.float32): NumPy has no bfloat16", "unsqueeze_": "write t = np.expand_dims(t, axis)",
    "squeeze_": "write t = t.squeeze(axis)", "element_size": "write t.itemsize", "stride": "write t.numpy().strides",
} | {name: f"write np.{name}(t)" for name in (
    "allclose", "amax", "amin", "angle", "argwhere", "bincount", "ceil", "corrcoef", "cosh", "count_nonzero", "cov",
    "cross", "diff", "expm1", "floor", "fmod", "isclose", "isfinite", "isinf", "isnan", "log10", "log1p", "log2",
    "logaddexp", "logical_not", "median", "moveaxis", "nan_to_num", "nanmean", "nansum", "outer", "quantile", "sign",
    "sinh", "tan", "tile", "trunc", "unique", "where",
)} | {name: f"write t.numpy().{name}" for name in (  # of NumPy's arrays: their memory, which has no gradient
    "base", "byteswap", "ctypes", "dump", "dumps", "flags", "getfield", "strides", "tobytes", "tofile",
)} | {
    "tostring": "write t.numpy().tobytes()",  # an array's name for it, until NumPy 2.3
    "resize": "write np.resize(t, shape)", "setfield": _FILL, "setflags": "leave it out: tensors can be written to",
    # misspellings, for which notebooks do not show Python's own suggestion
    "backwards": "write t.backward()", "gradient": "write t.grad, after backward()",
    "require_grad": "write t.requires_grad",
    # JAX's arrays
    "at": _WRITE, "block_until_ready": "nothing is left to wait for",
}
_BOTH = ("cat", "cuda", "mm", "bmm", "mv", "unsqueeze", "split", "chunk", "norm", "gather", "masked_fill", "permute",
         "det", "inverse", "index_select", "repeat_interleave", "rsqrt", "neg", "lerp", "addmm", "equal", "bernoulli",
         "numel", "mul", "div", "sub", "ge", "gt", "le", "lt", "eq", "ne", "scatter", "narrow", "unbind", "movedim")
_FUNCTIONS = {name: INSTEAD[name] for name in _BOTH} | {
    "gradient": "write grad(f)(x); differences of an array are np.gradient", "backward": "write loss.backward()",
    "seed": "write manual_seed(seed)",
    # PyTorch's
    "randn": _RANDOM, "rand": _RANDOM.replace("normal", "random"),
    "from_numpy": "write Tensor(array), which shares its memory", "as_tensor": "write autograd.asarray(x)",
    "nn": "write import nn", "optim": "write import optim", "func": "its transforms are here: autograd.grad, vmap, ...",
    "set_grad_enabled": "write no_grad() or enable_grad()", "inference_mode": "write no_grad()",
    "Variable": "write Tensor(x, requires_grad=True)", "Function": "write @autograd.custom and .defvjp",
    "functional": "its functions are here: autograd.jacobian(f)(x), hessian, ...",
    "gradcheck": "write autograd.testing.check_gradients(f, *args)",
    "gradgradcheck": "write autograd.testing.check_gradients(f, *args, order=2)",
    "set_detect_anomaly": "write with autograd.detect_anomaly(): ...",
    "make_dot": "write autograd.draw(loss)", "profiler": "draw(loss, color_by='time') shows where time goes",
    "device": _GPU, "compile": _AS_IT_IS, "save": "write nn.save(model, path)", "load": "write nn.load(path)",
    "randn_like": "write Tensor(np.random.default_rng(seed).normal(size=t.shape))",
    "rand_like": "write Tensor(np.random.default_rng(seed).random(size=t.shape))",
    "randint": "write np.random.default_rng(seed).integers(low, high, shape)",
    "randperm": "write np.random.default_rng(seed).permutation(n)",
    "multinomial": "write np.random.default_rng(seed).choice(len(p), p=p)",
    "normal": "write np.random.default_rng(seed).normal(mean, std, shape)",
    "Generator": "write np.random.default_rng(seed)", "float": "write np.float32", "double": "write np.float64",
    "half": "write np.float16", "long": "write np.int64", "int": "write np.int32", "dot": "write a @ b",
    "FloatTensor": "write tensor(x, dtype=np.float32)", "LongTensor": "write tensor(x, dtype=np.int64)",
    "clamp": "write np.clip(t, low, high)", "transpose": "write np.swapaxes(t, i, j)",
    "cdist": "write autograd.scipy.spatial.distance.cdist", "masked_select": "write t[mask]",
    "cumsum": "write np.cumsum(t, axis)", "cumprod": "write np.cumprod(t, axis)",
    "flatten": "write nn.functional.flatten(t, start_dim)",
    "topk": "write np.sort(t)[..., -k:], and np.argsort(t)[..., -k:] for their places",
    "is_tensor": "write isinstance(x, Tensor)", "Size": "a shape is a tuple",
    "set_default_dtype": "pass dtype= to layers; other tensors have NumPy's dtypes",
    "get_default_dtype": "parameters are float32; other tensors have NumPy's dtypes",
    "autograd": "it is this module: write autograd.grad(f)(x)", "utils": "nn.data.DataLoader makes batches",
    "distributions": "their densities are those of autograd.scipy.stats", "backends": _GPU,
    # JAX's
    "stop_gradient": "write x.detach()", "ravel_pytree": "write autograd.ravel", "pmap": "write vmap",
    "tree_util": "it is autograd.tree", "tree_map": "write autograd.tree.map", "PRNGKey": "write manual_seed(seed)",
    "jit": _AS_IT_IS, "lax": "write Python's for and if", "custom_vjp": "write @autograd.custom and .defvjp",
    "custom_jvp": "write @autograd.custom and .defjvp",
    # HIPS autograd's
    "numpy": "write import numpy as np: tensors go through NumPy's own functions", "make_vjp": "write autograd.vjp",
    "elementwise_grad": "write autograd.vjp(f, x)[1](np.ones(...))[0]", "hessian_vector_product": "write autograd.hvp",
    "misc": "flatten is autograd.ravel, fixed_point autograd.implicit.fixed_point, and optimizers are in optim",
    **dict.fromkeys(("extend", "core"), "write autograd.custom on a function of yours, autograd.rule for NumPy's"),
    "test_util": "write autograd.testing.check_gradients(f, *args)", "builtins": "lists and dicts are Python's own",
    "tracer": "write x.detach() in place of getval(x)", "differential_operators": "write from autograd import grad",
}


def functions() -> dict[str, str]:
    """What to write in place of functions, by name: of NumPy's, which are many, only when one is not found."""
    return {name: f"write np.{name}" for name in dir(np) if name[0] != "_"} | _FUNCTIONS


OPTIONS = {
    "dim": "write axis=", "dims": "write axis=", "keepdim": "write keepdims=", "unbiased": "write ddof=1 or ddof=0",
    "requires_grad": "write .requires_grad_() behind it",
    "argnum": "write argnums=", "in_dims": "write in_axes=", "out_dims": "write out_axes=",
    "create_graph": _OF_A_FUNCTION, "retain_graph": _OF_A_FUNCTION, "inputs": _OF_A_FUNCTION, "outputs": _OF_A_FUNCTION,
    "allow_unused": "what is not used has the gradient 0: leave it out", "grad_outputs": "write vjp(f, x)[1](g)",
    "holomorphic": "jacobian takes complex functions as they are: leave it out",
    **dict.fromkeys(("device", "non_blocking", "pin_memory"), _GPU),
    **dict.fromkeys(("memory_format", "layout", "use_reentrant", "weak_type"), "leave it out"),
    **dict.fromkeys(("eps", "h", "epsilon"), "write step="), "steps": "write num=", "size": "write shape=",
    "checkpoint": "write checkpoint(f)(x)",  # of what is given by position
    "as_tuple": "it is True: leave it out, or write np.argwhere(t)",
    "descending": "write np.flip(t.argsort(axis), axis)",
    "start_dim": "write nn.functional.flatten(t, start_dim)", "jac": "the gradient is known: leave it out",
}


def refuse_zeros(set_to_none: bool) -> None:
    """What `zero_grad` of modules and optimizers says to PyTorch's option, which is true here."""
    if not set_to_none:
        raise ValueError("zero_grad sets gradients to None; for zeros write p.grad = np.zeros(p.shape)")


class ForeignName:
    """An attribute that a tensor does not have; `__getattr__` would slow down all those that it has."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __get__(self, instance: object, owner: type) -> NoReturn:
        message = f"a Tensor has no attribute {self.name!r}; {INSTEAD[self.name]}"
        raise AttributeError(message, name=self.name, obj=instance)

    def __set__(self, instance: object, value: object) -> NoReturn:
        self.__get__(instance, type(instance))
