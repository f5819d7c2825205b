"""Write `pytorch_state.safetensors` with PyTorch, and its numbers as `pytorch_state.npz`.

Run with an interpreter that has torch and safetensors: `python tests/golden/make_pytorch_state.py`.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file

here = Path(__file__).parent
torch.manual_seed(0)
model = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.BatchNorm1d(4), torch.nn.Conv1d(1, 2, 3))
state = {
    **model.state_dict(),
    "half": torch.randn(5).half(),
    "bfloat": torch.randn(2, 3).bfloat16(),
    "double": torch.randn(2).double(),
    "mask": torch.tensor([True, False]),
}
save_file(state, here / "pytorch_state.safetensors", metadata={"format": "pt"})
numbers = {name: tensor.float() if tensor.dtype == torch.bfloat16 else tensor for name, tensor in state.items()}
np.savez(here / "pytorch_state.npz", **{name: tensor.numpy() for name, tensor in numbers.items()})
