"""The gallery of computation graphs, drawn when the site is built; `python docs/gallery.py` writes it to `out/gallery`.

`python docs/gallery.py --front` writes the picture of the README, which is kept in the repository.

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

rng = np.random.default_rng(0)
FRONT = Path(__file__).parent / "assets" / "graph.svg"


def neuron() -> Drawing:
    """A neuron: values on every vertex, `no grad yet` on what waits for a gradient."""
    x = Tensor([200.0, 17.0], name="x")
    w = Tensor([0.01, -0.1], requires_grad=True, name="w")
    b = Tensor(0.2, requires_grad=True, name="b")
    z = w @ x + b
    a = autograd.sigmoid(z)
    return draw(a)


def backward_view() -> Drawing:
    """The backward pass: with `backward=True`, which rule runs where, and where gradients add up (Σ)."""
    x = Tensor([200.0, 17.0], name="x")
    w = Tensor([0.01, -0.1], requires_grad=True, name="w")
    a = autograd.sigmoid(w @ x)
    loss = -np.log(a) + 0.5 * (w * w).sum()
    return draw(loss, backward=True)


def film() -> Drawing:
    """Step by step, on paper: `.save("neuron.film.svg")` is a strip of frames, values first, then gradients."""
    x = Tensor(3.0, name="x")
    w = Tensor(2.0, requires_grad=True, name="w")
    y = np.tanh(w * x - 5.0) + 0.5 * w
    return draw(y)


def demand() -> Drawing:
    """Demand prediction: four features, three hidden units, one probability."""
    model = nn.Sequential(nn.Linear(4, 3), nn.Sigmoid(), nn.Linear(3, 1), nn.Sigmoid())
    features = Tensor([[25.0, 4.0, 0.3, 0.8]], dtype="float32", name="price, shipping, marketing, material")
    return draw({"probability": model(features)})


def digits() -> Drawing:
    """A network for digits: parameters by their paths, modules as frames, shapes on edges where they change."""
    model = nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10))
    images = Tensor(rng.random((16, 64)), dtype="float32", name="images")
    labels = Tensor(np.arange(16) % 10, name="labels")
    loss = nn.CrossEntropyLoss()(model(images), labels)
    return draw(loss)


def digits_folded() -> Drawing:
    """The same, folded: `depth=1` shows modules as boxes with their parameters and shapes."""
    model = nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10))
    images = Tensor(rng.random((16, 64)), dtype="float32", name="images")
    labels = Tensor(np.arange(16) % 10, name="labels")
    loss = nn.CrossEntropyLoss()(model(images), labels)
    return draw(loss, depth=1)


def convolutional() -> Drawing:
    """A convolutional network: `color_by="bytes"` shows what each operation keeps for the backward pass."""
    model = nn.Sequential(
        nn.Conv2d(1, 8, 3, padding=1), nn.BatchNorm2d(8), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(8, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(64, 10),
    )
    images = Tensor(rng.random((16, 1, 8, 8)), dtype="float32", name="images")
    labels = Tensor(np.arange(16) % 10, name="labels")
    loss = nn.CrossEntropyLoss()(model(images), labels)
    return draw(loss, color_by="bytes")


def loop() -> Drawing:
    """A recurrent loop: of 400 steps the first is drawn, and one for all others, with an edge to the next."""
    w = Tensor(rng.normal(size=(4, 8)), requires_grad=True, name="W")
    u = Tensor(rng.normal(size=(8, 8)) / 9, requires_grad=True, name="U")
    h = Tensor(np.zeros((2, 8)), name="h0")
    for x in rng.normal(size=(400, 2, 4)):
        h = np.tanh(x @ w + h @ u)
    return draw((h * h).sum())


def lstm() -> Drawing:
    """An LSTM: the whole sequence is one operation with several outputs."""
    model = nn.ModuleDict({"embed": nn.Embedding(20, 16), "lstm": nn.LSTM(16, 32, batch_first=True),
                           "head": nn.Linear(32, 3)})
    tokens = np.arange(20).reshape(4, 5)
    states, _ = model["lstm"](model["embed"](tokens))
    loss = nn.CrossEntropyLoss()(model["head"](states[:, -1]), np.array([0, 1, 2, 0]))
    return draw(loss)


def attention() -> Drawing:
    """Twelve transformer layers: equal ones are drawn once; `depth` folds what is inside, `expand` keeps some open."""
    layers = [nn.TransformerEncoderLayer(16, 4, 32, dropout=0.0, batch_first=True) for _ in range(12)]
    model = nn.Sequential(nn.Embedding(20, 16), *layers, nn.Linear(16, 20))
    out = model(np.arange(20).reshape(4, 5))
    return draw(out.sum(), depth=2)


def hessian_vector_product() -> Drawing:
    """A Hessian-vector product: the gradient is a graph of its own; its product with v is differentiated once more."""
    w = Tensor([1.0, 2.0], requires_grad=True, name="w")
    v = Tensor([1.0, 0.0], name="v")
    (np.sin(w) * w).sum().backward(create_graph=True)
    gradient = w.grad
    w.grad = None
    return draw((gradient * v).sum(), backward=True)


def changes() -> Drawing:
    """What changed: `draw(new).changes(since=draw(old))` shows a rewrite, additions in green and removals dashed."""
    x = Tensor([1.0, 2.0], requires_grad=True, name="x")
    w = Tensor([0.5, 1.5], requires_grad=True, name="w")
    old = draw(2.0 * np.log(np.exp(w * x).sum()))
    new = draw(2.0 * autograd.logsumexp(w * x))
    return new.changes(since=old)


def failure() -> Drawing | None:
    """After an error: `with draw_on_error():` draws the graph up to the operation that failed, in red."""
    w = Tensor(np.ones((3, 4)), requires_grad=True, name="w")
    x = Tensor(np.ones((3, 2)), name="x")
    try:
        np.tanh(w) @ x
    except ValueError as error:
        return of_error(error)


def front() -> Drawing:
    """The example of the README after its backward pass, from left to right: values, gradients, and their rules."""
    x = Tensor([0.5, 1.0], requires_grad=True, name="x")
    w = Tensor(np.array([[1.0, -1.0], [2.0, 0.5]]), requires_grad=True, name="w")
    loss = np.sum(np.tanh(x @ w) ** 2)
    loss.backward()
    return draw(loss, backward=True, direction="LR")


PICTURES: tuple[Callable[[], Drawing | None], ...] = (
    neuron, backward_view, film, demand, digits, digits_folded, convolutional, loop, lstm, attention,
    hessian_vector_product, changes, failure,
)

INTRODUCTION = """Computation graphs as `autograd.draw` shows them. Pictures follow your light or dark setting, and
hovering over a vertex shows all that is known of it. Each has a page to explore, as `.save("graph.html")` writes it:
folding and unfolding, search, ancestors and descendants, and for small graphs both passes step by step."""


def pages() -> dict[str, str]:
    """The page, and the pictures and explorers that it shows, as texts by their paths in the documentation."""
    made = {}
    text = ["# Gallery", "", INTRODUCTION, ""]
    for picture in PICTURES:
        place = f"gallery/{picture.__name__}"
        title, caption = (inspect.getdoc(picture) or "").split(": ", 1)
        autograd.manual_seed(0)
        drawing = picture()
        made[f"{place}.svg"] = drawing.to_film() if picture is film else drawing.to_svg()
        made[f"{place}.html"] = drawing.to_html()
        text += [f"## {title}", "", caption[0].upper() + caption[1:], "",
                 f'<object type="image/svg+xml" data="{place}.svg" aria-label="{title}"></object>', "",
                 f"[Explore this graph]({place}.html)", "", "```python", *_code(picture), "```", ""]
    return {"gallery.md": "\n".join(text)} | made


def _code(picture: Callable[[], Any]) -> list[str]:
    """The body of a function, as it would be typed."""
    lines = inspect.getsource(picture).splitlines()
    start = next(i for i, line in enumerate(lines) if line.rstrip().endswith('"""')) + 1
    return textwrap.dedent("\n".join(lines[start:])).replace("return ", "").splitlines()


def main(folder: Path) -> None:
    """Write everything into a folder."""
    for path, text in pages().items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    if sys.argv[1:] == ["--front"]:
        front().save(FRONT)
    else:
        main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path("out/gallery"))
