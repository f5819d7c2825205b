"""Names that users bring along from other libraries, and what is written here in their place."""

from __future__ import annotations

from typing import NoReturn

_GPU = "there is one device, the CPU: leave it out"
_WRITE = "write x[i] = v: it is differentiable"
INSTEAD = {
    # PyTorch's tensors
    "view": "write t.reshape(shape)", "permute": "write t.transpose(axes)", "numel": "write t.size",
    "dim": "write t.ndim", "unsqueeze": "write np.expand_dims(t, axis)", "expand": "write np.broadcast_to(t, shape)",
    "mm": "write a @ b", "bmm": "write a @ b", "matmul": "write a @ b", "add": "write a + b", "mul": "write a * b",
    "sub": "write a - b", "div": "write a / b", "pow": "write t**n", "norm": "write np.linalg.norm(t)",
    "float": "write t.astype(np.float32)", "double": "write t.astype(np.float64)", "long": "write t.astype(np.int64)",
    "type": "write t.astype(dtype)", "cuda": _GPU, "cpu": _GPU, "to": f"write t.astype(dtype); {_GPU}",
    "topk": "write np.sort(t)[..., -k:]", "masked_fill": "write np.where(mask, value, t)",
    # JAX's arrays
    "at": _WRITE, "block_until_ready": "nothing is left to wait for",
}


class Elsewhere:
    """An attribute that a tensor does not have; `__getattr__` would slow down all those that it has."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __get__(self, instance: object, owner: type) -> NoReturn:
        message = f"a Tensor has no attribute {self.name!r}; {INSTEAD[self.name]}"
        raise AttributeError(message, name=self.name, obj=instance)
