"""Pages of the site that are made when it is built: supported functions, the reference, the gallery, the notebooks.

A hook of MkDocs. They come from the live packages, so that none can fall behind them.
"""

from __future__ import annotations

import contextlib
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from types import ModuleType
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import autograd
import autograd.array_api
import autograd.drawing
import autograd.scipy
import autograd.testing
import nn
import nn.metrics
import optim
from autograd import operators
from docs import gallery
from docs.snippets import executed

ROOT = Path(__file__).resolve().parent.parent
AUTOGRAD = {
    "Tensors": ["Tensor", "Tensor.backward", "tensor", "no_grad", "enable_grad", "is_grad_enabled", "manual_seed",
                "detect_anomaly"],
    "Transforms": ["grad", "value_and_grad", "vjp", "jvp", "jacobian", "jacrev", "jacfwd", "hessian", "hvp",
                   "linearize", "vmap", "checkpoint", "ravel"],
    "Functions": ["relu", "sigmoid", "softplus", "gelu", "silu", "elu", "leaky_relu", "softmax", "log_softmax",
                  "logsumexp", "erf"],
    "Other ways to differentiate": ["compare", "numerical.grad", "numerical.jacobian", "numerical.hessian",
                                    "symbolic.expression", "symbolic.grad"],
    "Libraries of others": ["adopt"],
    "Solvers": ["implicit.root", "implicit.fixed_point", "minimize"],
    "Operations of your own": ["custom", "rule", "fused", "supported"],
    "Pictures": ["draw", "drawing.Drawing", "draw_on_error", "trace_source"],
    "Proofs": ["testing.check_gradients", "testing.check_rule", "testing.Report", "testing.strategies.shapes",
               "testing.strategies.broadcastable", "testing.strategies.away_from"],
    "Errors and warnings": ["NoDerivativeError", "MutationError", "AnomalyError", "GradientMismatch",
                            "GradientLostWarning", "DisconnectedWarning"],
}
NN = {
    "Modules": ["Module", "Parameter", "Sequential", "ModuleList", "ModuleDict", "ParameterList",
                "ParameterDict", "parametrize", "remove_parametrization", "weight_norm", "spectral_norm",
                "functional_call", "summary"],
    "Training": ["fit", "evaluate", "History", "Callback", "EarlyStopping", "AveragedModel", "WeightAveraging",
                 "update_bn", "save_checkpoint", "load_checkpoint"],
    "Storage": ["save", "load", "export_onnx"],
    "Data": [f"data.{name}" for name in nn.data.__all__],
    "Looking inside": ["inspect.activations", "inspect.weights", "inspect.feature_maps", "inspect.most_exciting",
                       "inspect.exciting_inputs"],
    "Metrics": [f"metrics.{name}" for name in nn.metrics.__all__],
    "Functions": [f"functional.{name}" for name in nn.functional.__all__ if not hasattr(autograd, name)],
}


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages that are made from the packages."""
    made = {
        "supported.md": _supported(),
        "reference/autograd.md": _reference(autograd, AUTOGRAD) + _standard(),
        "reference/nn.md": _reference(nn, NN | _layers_and_losses() | {"Initial values": _public(nn, "init")}),
        "reference/optim.md": _reference(optim, _optimizers()),
    } | gallery.pages() | _notebooks()
    for path, content in made.items():
        files.append(File.generated(config, path, content=content))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Show below each snippet what it prints, except on pages that are made, whose snippets are bodies of functions."""
    if page.file.generated_by:
        return markdown
    autograd.manual_seed(0)
    with TemporaryDirectory() as folder, contextlib.chdir(folder):
        return executed(markdown, page.file.src_uri)


def _supported() -> str:
    for name in autograd.scipy.__all__:
        getattr(autograd.scipy, name)  # SciPy's twins enter the registry when they are loaded
    table = autograd.supported()
    with_derivative = sum(row.reverse for row in table)
    return (f"---\nhide: [toc]\n---\n# Supported functions\n\n{with_derivative} functions of NumPy and SciPy have "
            f"derivatives, {len(table) - with_derivative} are piecewise constant; this table was made from "
            "the registry that applies them. Any other function raises `NoDerivativeError` on a tracked tensor; "
            "[give it a rule](how-to/own-operation.md).\n\n"
            "`kind` says how the derivative is stated: *elementwise* by partial derivatives, *linear* and "
            "*multilinear* by transposes, *general* by a rule of its own, *composite* in terms of others, *constant* "
            f"for piecewise constant functions.\n\n{table.to_markdown()}\n")


def _notebooks() -> dict[str, str]:
    """The executed notebooks, as `make docs` has just left them."""
    scripts = sorted((ROOT / "notebooks").glob("[0-9]*.py"))
    executed = {script: ROOT / "out" / "notebooks" / f"{script.stem}.html" for script in scripts}
    if missing := [script.name for script, page in executed.items() if not page.exists()]:
        raise PluginError(f"{', '.join(missing)} not executed: `make docs` does it, or `python notebooks/run.py`")
    return {f"notebooks/{page.name}": page.read_text(encoding="utf-8") for page in executed.values()}


def _layers_and_losses() -> dict[str, list[str]]:
    """The names of `nn` that no other section has: classes of `nn.layers` and `nn.losses`."""
    listed = {name for names in NN.values() for name in names}
    classes = [name for name in nn.__all__ if name not in listed and isinstance(getattr(nn, name), type)]
    losses = [name for name in classes if name.endswith("Loss")]
    return {"Layers": [name for name in classes if name not in losses], "Losses": losses}


def _standard() -> str:
    """What is listed by name only: NumPy's methods on tensors, and the array API standard's functions."""
    methods = [name for name in sorted({*operators.METHODS, *operators.PROPERTIES, *operators.OTHERS})
               if not name.startswith("_") and name != "backward"]
    return f"""

## NumPy's names

Operators, indexing and the methods of a tensor are the functions of those names in NumPy, or in `autograd`, with the
same arguments: {_names(methods)}.

The array API standard's functions and constants (2024.12) are in `autograd` too, so that `t.__array_namespace__()` is
`autograd`: {_names(sorted(autograd.array_api.__all__))}.
"""


def _names(names: list[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _public(package: ModuleType, name: str) -> list[str]:
    """What a module of the package defines itself and does not hide."""
    module = getattr(package, name)
    return [f"{name}.{attribute}" for attribute, value in vars(module).items()
            if not attribute.startswith("_") and getattr(value, "__module__", None) == module.__name__
            and hasattr(value, "__qualname__")]


def _optimizers() -> dict[str, list[str]]:
    return {"Optimizers": ["SGD", "SGDM", "Nesterov", "Adagrad", "Adadelta", "RMSProp", "Adam", "AdamW", "AMSGrad",
                           "Adamax", "RAdam", "NAdam", "LBFGS", "Optimizer"],
            "Clipping": ["clip_grad_norm_", "clip_grad_value_"],
            "Learning rates": [f"schedulers.{name}" for name in optim.schedulers.__all__]}


def _reference(package: ModuleType, sections: dict[str, list[str]]) -> str:
    listed = {name for names in sections.values() for name in names}
    public = [name for name in package.__all__ if not isinstance(getattr(package, name), ModuleType)]
    if missing := sorted({*public} - listed - {*autograd.array_api.__all__}):
        raise PluginError(f"the reference of {package.__name__} lists every public name but {', '.join(missing)}")
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
