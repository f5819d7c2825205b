"""Golden defaults: what PyTorch's parameters are unless they are given; run with a Python that has torch.

    python tests/golden/make_defaults.py

writes `defaults.json` beside this file: for each namespace and each callable in it the defaults that are plain values,
by parameter, and the gains of the activations.
"""

from __future__ import annotations

import inspect
import json
from pathlib import Path
from types import ModuleType
from typing import Any

import torch

NAMESPACES: dict[str, ModuleType] = {
    "nn": torch.nn, "nn.functional": torch.nn.functional, "nn.init": torch.nn.init, "optim": torch.optim,
    "optim.schedulers": torch.optim.lr_scheduler, "optim.clipping": torch.nn.utils,
}


def defaults(function: Any) -> dict[str, Any]:
    try:
        parameters = inspect.signature(function).parameters
    except (TypeError, ValueError):  # built in, and said nowhere
        return {}
    return {name: p.default for name, p in parameters.items()
            if p.default is None or isinstance(p.default, (bool, int, float, str, tuple))}


found = {}
for namespace, module in NAMESPACES.items():
    public = {name: getattr(module, name) for name in dir(module) if name[0] != "_" and callable(getattr(module, name))}
    found[namespace] = {name: values for name, value in public.items() if (values := defaults(value))}
activations = ("linear", "conv1d", "conv2d", "conv_transpose2d", "sigmoid", "tanh", "relu", "leaky_relu", "selu")
gains = {name: torch.nn.init.calculate_gain(name) for name in activations}
target = Path(__file__).with_name("defaults.json")
target.write_text(json.dumps({"defaults": found, "gains": gains}, indent=1, sort_keys=True) + "\n")
