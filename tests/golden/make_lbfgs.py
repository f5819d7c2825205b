"""Golden data of L-BFGS, computed by PyTorch in float64: run with a Python that has torch.

    python tests/golden/make_lbfgs.py

writes `lbfgs.npz` beside this file. Under `<problem>/<search>/<history>` are the parameters after each of `STEPS` calls
of `step`, end to end (`x`), the losses that these returned (`loss`), and how often the closure was called (`calls`).
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch

torch.set_default_dtype(torch.float64)
STEPS = 6
RNG = np.random.default_rng(0)
DATA = {"inputs": RNG.normal(size=(40, 3)), "labels": (RNG.random(40) < 0.5) * 1.0, "targets": RNG.normal(size=(40, 2)),
        "w1": RNG.normal(size=(3, 4)), "b1": np.zeros(4), "w2": RNG.normal(size=(4, 2)),
        "curvatures": np.logspace(0, 3, 10)}
T = {name: torch.tensor(value) for name, value in DATA.items()}


def rosenbrock(x: torch.Tensor) -> torch.Tensor:
    return (1 - x[0]) ** 2 + 100 * (x[1] - x[0] ** 2) ** 2


def quadratic(x: torch.Tensor) -> torch.Tensor:
    return 0.5 * (T["curvatures"] * x**2).sum() - x.sum()


def logistic(w: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    z = T["inputs"] @ w + b
    return (torch.logaddexp(torch.zeros(()), z) - z * T["labels"]).mean() + 0.01 * (w**2).sum()


def network(w1: torch.Tensor, b1: torch.Tensor, w2: torch.Tensor) -> torch.Tensor:
    return ((torch.tanh(T["inputs"] @ w1 + b1) @ w2 - T["targets"]) ** 2).mean()


PROBLEMS: dict[str, tuple[Callable[..., torch.Tensor], list[np.ndarray], float]] = {
    "rosenbrock": (rosenbrock, [np.array([-1.2, 1.0])], 1e-3), "quadratic": (quadratic, [np.ones(10)], 0.5),
    "logistic": (logistic, [np.zeros(3), np.array(0.0)], 1.0),
    "network": (network, [DATA["w1"], DATA["b1"], DATA["w2"]], 0.3),
}


def run(problem: str, search: str | None, history: int) -> dict[str, np.ndarray]:
    f, start, lr = PROBLEMS[problem]
    parameters = [torch.tensor(value, requires_grad=True) for value in start]
    optimizer = torch.optim.LBFGS(parameters, 1.0 if search else lr, max_iter=5, history_size=history,
                                  line_search_fn=search)
    calls = 0

    def closure() -> torch.Tensor:
        nonlocal calls
        calls += 1
        optimizer.zero_grad()
        loss = f(*parameters)
        loss.backward()
        return loss

    losses, found = [], []
    for _ in range(STEPS):
        losses.append(float(optimizer.step(closure).detach()))
        found.append(np.concatenate([p.detach().numpy().ravel() for p in parameters]))
    return {"x": np.stack(found), "loss": np.array([*losses, float(f(*parameters).detach())]), "calls": np.array(calls)}


if __name__ == "__main__":
    arrays = {f"data/{name}": value for name, value in DATA.items()}
    for problem in PROBLEMS:
        for search in (None, "strong_wolfe"):
            for history in (3, 100):
                arrays |= {f"{problem}/{search}/{history}/{key}": value
                           for key, value in run(problem, search, history).items()}
    np.savez_compressed(Path(__file__).resolve().parent / "lbfgs.npz", **arrays)
