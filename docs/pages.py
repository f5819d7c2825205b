"""Pages of the site that are made when it is built: the table of supported functions, the reference, the gallery.

A hook of MkDocs. They come from the live packages, so that none can fall behind them.
"""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import autograd
import autograd.scipy
import autograd.testing
import nn
import optim
from docs import gallery

AUTOGRAD = {
    "Tensors": ["Tensor", "tensor", "no_grad", "enable_grad", "is_grad_enabled", "manual_seed", "detect_anomaly"],
    "Transforms": ["grad", "value_and_grad", "vjp", "jvp", "jacobian", "jacrev", "jacfwd", "hessian", "hvp",
                   "linearize", "vmap", "checkpoint", "ravel"],
    "Functions": ["relu", "sigmoid", "softplus", "gelu", "silu", "elu", "leaky_relu", "softmax", "log_softmax",
                  "logsumexp", "erf"],
    "Other ways to differentiate": ["compare", "numerical.grad", "numerical.jacobian", "numerical.hessian",
                                    "symbolic.expression", "symbolic.grad"],
    "Solvers": ["implicit.root", "implicit.fixed_point", "minimize"],
    "Operations of your own": ["custom", "rule", "supported"],
    "Pictures": ["draw"],
    "Proofs": ["testing.check_gradients", "testing.check_rule", "testing.Report"],
    "Errors and warnings": ["NoDerivativeError", "MutationError", "AnomalyError", "GradientMismatch",
                            "GradientLostWarning", "DisconnectedWarning"],
}
NN = {
    "Modules": ["Module", "Parameter", "Sequential", "ModuleList", "ModuleDict", "functional_call", "summary"],
    "Training": ["fit", "evaluate", "History", "Callback", "EarlyStopping", "save_checkpoint", "load_checkpoint"],
    "Storage": ["save", "load", "export_onnx"],
    "Data": ["data.digits", "data.faces", "data.idx", "data.DataLoader"],
    "Looking inside": ["inspect.activations", "inspect.weights", "inspect.feature_maps", "inspect.most_exciting",
                       "inspect.exciting_inputs"],
}


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages that are made from the packages."""
    made = {
        "supported.md": _supported(),
        "reference/autograd.md": _reference(autograd, AUTOGRAD),
        "reference/nn.md": _reference(nn, NN | _layers_and_losses() | {"Initial values": _public(nn, "init")}),
        "reference/optim.md": _reference(optim, _optimizers()),
    } | gallery.pages()
    for path, content in made.items():
        files.append(File.generated(config, path, content=content))
    return files


def _supported() -> str:
    for name in autograd.scipy.__all__:
        getattr(autograd.scipy, name)  # SciPy's twins enter the registry when they are loaded
    table = autograd.supported()
    return (f"# Supported functions\n\n{len(table)} functions of NumPy and SciPy have a rule; this table was made from "
            "the registry that applies them. Any other function raises `NoDerivativeError` on a tracked tensor; "
            "[give it a rule](how-to/own-operation.md).\n\n"
            "`kind` says how the derivative is stated: *elementwise* by partial derivatives, *linear* and "
            "*multilinear* by transposes, *general* by a rule of its own, *composite* in terms of others, *constant* "
            f"for piecewise constant functions.\n\n{table.to_markdown()}\n")


def _layers_and_losses() -> dict[str, list[str]]:
    """The names of `nn` that no other section has: classes of `nn.layers` and `nn.losses`."""
    listed = {name for names in NN.values() for name in names}
    classes = [name for name in nn.__all__ if name not in listed and isinstance(getattr(nn, name), type)]
    losses = [name for name in classes if name.endswith("Loss")]
    return {"Layers": [name for name in classes if name not in losses], "Losses": losses}


def _public(package: ModuleType, name: str) -> list[str]:
    """What a module of the package defines itself and does not hide."""
    module = getattr(package, name)
    return [f"{name}.{attribute}" for attribute, value in vars(module).items()
            if not attribute.startswith("_") and getattr(value, "__module__", None) == module.__name__
            and hasattr(value, "__qualname__")]


def _optimizers() -> dict[str, list[str]]:
    return {"Optimizers": ["SGD", "SGDM", "Adagrad", "RMSProp", "Adam", "AdamW"],
            "Clipping": ["clip_grad_norm_", "clip_grad_value_"], "Learning rates": _public(optim, "schedulers")}


def _reference(package: ModuleType, sections: dict[str, list[str]]) -> str:
    lines = [f"# {package.__name__}", "", (package.__doc__ or "").strip()]
    for title, names in sections.items():
        if names:
            lines += ["", f"## {title}", ""]
            for name in names:
                # `autograd.numerical.grad` says more in a heading than `grad`, of which there are three.
                lines += [f"::: {_place(package, name)}", "    options:",
                          f"      heading: {name if '.' in name else package.__name__ + '.' + name}",
                          f"      toc_label: {name}", ""]
    return "\n".join(lines)


def _place(package: ModuleType, name: str) -> str:
    """Where an object was defined: what it is called there."""
    found: Any = package
    for part in name.split("."):
        found = getattr(found, part)
    named = found if hasattr(found, "__qualname__") else type(found)
    return f"{named.__module__}.{named.__qualname__}"
