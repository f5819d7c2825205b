"""Names that users bring along from other libraries, and what is written here in their place."""

from __future__ import annotations

from typing import NoReturn

_GPU = "there is one device, the CPU: leave it out"
_WRITE = "write x[i] = v: it is differentiable"
_FILL = "write t[...] = x"
_RANDOM = "write Tensor(np.random.default_rng(seed).normal(size=shape))"
_AS_IT_IS = "functions run as they are: leave it out"
INSTEAD = {
    # PyTorch's tensors
    "view": "write t.reshape(shape)", "permute": "write t.transpose(axes)", "numel": "write t.size",
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
    # JAX's arrays
    "at": _WRITE, "block_until_ready": "nothing is left to wait for",
}
FUNCTIONS = {
    # PyTorch's
    "cat": "write np.concatenate(tensors, axis)", "randn": _RANDOM, "rand": _RANDOM.replace("normal", "random"),
    "from_numpy": "write Tensor(array), which shares its memory", "as_tensor": "write autograd.asarray(x)",
    "nn": "write import nn", "optim": "write import optim", "func": "its transforms are here: autograd.grad, vmap, ...",
    "set_grad_enabled": "write no_grad() or enable_grad()", "inference_mode": "write no_grad()",
    "Variable": "write Tensor(x, requires_grad=True)", "cuda": _GPU, "device": _GPU, "compile": _AS_IT_IS,
    "save": "write nn.save(model, path)", "load": "write nn.load(path)", "mm": "write a @ b", "bmm": "write a @ b",
    # JAX's
    "jit": _AS_IT_IS, "lax": "write Python's for and if", "custom_vjp": "write @autograd.custom and .defvjp",
    "custom_jvp": "write @autograd.custom and .defjvp",
    # HIPS autograd's
    "numpy": "write import numpy as np: tensors go through NumPy's own functions", "make_vjp": "write autograd.vjp",
    "elementwise_grad": "write autograd.vjp(f, x)[1](np.ones(...))[0]", "hessian_vector_product": "write autograd.hvp",
}
OPTIONS = {
    "dim": "write axis=", "dims": "write axis=", "keepdim": "write keepdims=", "unbiased": "write ddof=1 or ddof=0",
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
