"""The gallery of computation graphs: `python docs/gallery.py` draws every picture and writes `docs/gallery.md`.

Each function below makes one picture; its docstring is the caption, its body is what the reader would type.
"""

from __future__ import annotations

import inspect
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

import autograd
import nn
from autograd import Tensor
from autograd.drawing import Drawing, draw
from autograd.drawing.on_error import of_error

HERE = Path(__file__).parent
rng = np.random.default_rng(0)


def neuron() -> Drawing:
    """A neuron: values on every vertex, `no grad yet` on what waits for a gradient."""
    x = Tensor([200.0, 17.0], name="x")
    w = Tensor([0.01, -0.1], requires_grad=True, name="w")
    b = Tensor(0.2, requires_grad=True, name="b")
    z = w @ x + b
    a = autograd.sigmoid(z)
    return draw(a)


def backward_view() -> Drawing:
    """The same neuron and its loss with `backward=True`: which rule runs where, and where gradients add up (Σ)."""
    x = Tensor([200.0, 17.0], name="x")
    w = Tensor([0.01, -0.1], requires_grad=True, name="w")
    a = autograd.sigmoid(w @ x)
    loss = -np.log(a) + 0.5 * (w * w).sum()
    return draw(loss, backward=True)


def demand() -> Drawing:
    """Demand prediction: four features, three hidden units, one probability."""
    model = nn.Sequential(nn.Linear(4, 3), nn.Sigmoid(), nn.Linear(3, 1), nn.Sigmoid())
    features = Tensor([[25.0, 4.0, 0.3, 0.8]], dtype="float32", name="price, shipping, marketing, material")
    return draw({"probability": model(features)})


def digits() -> Drawing:
    """One training step of a dense network on digits: parameters by their paths, modules as frames, shapes on edges."""
    model = nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10))
    images = Tensor(rng.random((16, 64)), dtype="float32", name="images")
    loss = nn.CrossEntropyLoss()(model(images), np.arange(16) % 10)
    return draw(loss)


def digits_folded() -> Drawing:
    """The same with `depth=1`: modules as boxes with their parameters and shapes."""
    model = nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10))
    images = Tensor(rng.random((16, 64)), dtype="float32", name="images")
    loss = nn.CrossEntropyLoss()(model(images), np.arange(16) % 10)
    return draw(loss, depth=1)


def convolutional() -> Drawing:
    """A convolutional network, coloured by the bytes that each operation keeps for the backward pass."""
    model = nn.Sequential(
        nn.Conv2d(1, 8, 3, padding=1), nn.BatchNorm2d(8), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(8, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(64, 10),
    )
    images = Tensor(rng.random((16, 1, 8, 8)), dtype="float32", name="images")
    loss = nn.CrossEntropyLoss()(model(images), np.arange(16) % 10)
    return draw(loss, color_by="bytes")


def loop() -> Drawing:
    """A recurrent loop over 400 steps, 2,400 vertices: a step is drawn once, with an edge to the next."""
    w = Tensor(rng.normal(size=(4, 8)), requires_grad=True, name="W")
    u = Tensor(rng.normal(size=(8, 8)) / 9, requires_grad=True, name="U")
    h = Tensor(np.zeros((2, 8)), name="h0")
    for x in rng.normal(size=(400, 2, 4)):
        h = np.tanh(x @ w + h @ u)
    return draw((h * h).sum())


def lstm() -> Drawing:
    """A classifier with an LSTM: the whole sequence is one operation with several outputs."""
    model = nn.ModuleDict({"embed": nn.Embedding(20, 16), "lstm": nn.LSTM(16, 32, batch_first=True),
                           "head": nn.Linear(32, 3)})
    tokens = np.arange(20).reshape(4, 5)
    states, _ = model["lstm"](model["embed"](tokens))
    loss = nn.CrossEntropyLoss()(model["head"](states[:, -1]), np.array([0, 1, 2, 0]))
    return draw(loss)


def attention() -> Drawing:
    """Twelve transformer layers, 400 vertices: equal layers are drawn once; `expand` opens what `depth` folds."""
    layers = [nn.TransformerEncoderLayer(16, 4, 32, dropout=0.0, batch_first=True) for _ in range(12)]
    model = nn.Sequential(nn.Embedding(20, 16), *layers, nn.Linear(16, 20))
    out = model(np.arange(20).reshape(4, 5))
    return draw(out.sum(), depth=2)


def hessian_vector_product() -> Drawing:
    """A Hessian-vector product: the gradient's own graph, differentiated once more."""
    w = Tensor([1.0, 2.0], requires_grad=True, name="w")
    v = Tensor([1.0, 0.0], name="v")
    (np.sin(w) * w).sum().backward(create_graph=True)
    product = (w.grad * v).sum()
    return draw(product)


def failure() -> Drawing:
    """After an error: `with draw_on_error():` draws the graph up to the operation that failed, in red."""
    w = Tensor(np.ones((3, 4)), requires_grad=True, name="w")
    x = Tensor(np.ones((3, 2)), name="x")
    try:
        return draw(np.tanh(w) @ x)
    except ValueError as error:
        drawing = of_error(error)
        assert drawing is not None
        return drawing


PICTURES: tuple[Callable[[], Drawing], ...] = (
    neuron, backward_view, demand, digits, digits_folded, convolutional, loop, lstm, attention, hessian_vector_product,
    failure,
)

INTRODUCTION = """Computation graphs as `autograd.draw` shows them, made by `python docs/gallery.py`. Pictures follow
your light or dark setting, and hovering over a vertex shows all that is known of it."""
EXPLORER = """`draw(loss).save("graph.html")` writes one page to explore, with the passes step by step:
[the neuron](gallery/neuron.html)."""


def main(folder: Path) -> None:
    """Draw everything into `folder/gallery` and write the page beside it."""
    (folder / "gallery").mkdir(parents=True, exist_ok=True)
    page = ["# Gallery", "", INTRODUCTION, ""]
    for picture in PICTURES:
        autograd.manual_seed(0)
        drawing = picture()
        drawing.save(folder / "gallery" / f"{picture.__name__}.svg")
        page += [f"## {picture.__name__.replace('_', ' ').capitalize()}", "", inspect.getdoc(picture) or "", "",
                 f"![{picture.__name__.replace('_', ' ')}](gallery/{picture.__name__}.svg)", "",
                 "```python", *_code(picture), "```", ""]
        print(f"{picture.__name__}: {drawing!r}")
    neuron().save(folder / "gallery" / "neuron.html")
    page += ["## Step by step", "", EXPLORER, ""]
    (folder / "gallery.md").write_text("\n".join(page), encoding="utf-8")


def _code(picture: Callable[[], Any]) -> list[str]:
    """The body of a function, as it would be typed."""
    lines = inspect.getsource(picture).splitlines()
    start = next(i for i, line in enumerate(lines) if line.rstrip().endswith('"""')) + 1
    return textwrap.dedent("\n".join(lines[start:])).replace("return draw", "draw").splitlines()


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE)
