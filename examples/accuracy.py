"""How well small networks see: digits by a dense and a convolutional network, faces against other pictures.

    python examples/accuracy.py [seeds]

trains each network from several seeds (5) on the real images that scikit-learn and scikit-image ship, and prints the
accuracy on images that were held back, the seconds of the longest run, and the number of parameters.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any, NamedTuple

import autograd
import nn
import optim


class Task(NamedTuple):
    """A network, what it learns, and the accuracy that it has to reach."""

    data: Callable[[], Any]
    build: Callable[[], nn.Module]
    epochs: int
    goal: float


def dense() -> nn.Module:
    """64 pixels, 128 hidden units, 10 logits."""
    return nn.Sequential(nn.Flatten(), nn.Linear(64, 128), nn.ReLU(), nn.Dropout(0.3), nn.Linear(128, 10))


def convolutional(side: int, classes: int) -> nn.Module:
    """Three layers of 3 x 3 windows, the image halved after the second and the third."""
    return nn.Sequential(
        *block(1, 16), *block(16, 32), nn.MaxPool2d(2), *block(32, 32), nn.MaxPool2d(2),
        nn.Flatten(), nn.Dropout(0.3), nn.Linear(32 * (side // 4) ** 2, classes),
    )


def block(channels: int, filters: int) -> list[nn.Module]:
    """A convolution, normalized over the batch, and what makes it more than linear."""
    return [nn.Conv2d(channels, filters, 3, padding=1, bias=False), nn.BatchNorm2d(filters), nn.ReLU()]


TASKS = {
    "digits, dense": Task(nn.data.digits, dense, 30, 0.97),
    "digits, convolutional": Task(nn.data.digits, lambda: convolutional(8, 10), 20, 0.985),
    "faces, convolutional": Task(nn.data.faces, lambda: convolutional(25, 2), 20, 0.9),
}


def train(task: Task, seed: int) -> tuple[float, float, int]:
    """Test accuracy, seconds and number of parameters of one run."""
    autograd.manual_seed(seed)
    train, test = task.data()
    model = task.build()
    loss = nn.CrossEntropyLoss(label_smoothing=0.1)
    optimizer = optim.AdamW(model.parameters(), lr=0.003)
    schedule = optim.schedulers.CosineAnnealingLR(optimizer, task.epochs)
    batches = nn.data.DataLoader(train, batch_size=32, shuffle=True, drop_last=True)
    history = nn.fit(model, batches, loss=loss, optimizer=optimizer, scheduler=schedule, epochs=task.epochs,
                     progress=False)
    accuracy = nn.evaluate(model, test, loss=loss, metrics=["accuracy"])["accuracy"]
    return accuracy, history.seconds, sum(p.size for p in model.parameters())


def main(seeds: int) -> None:
    """Train every network from every seed; exit with an error if one run misses its goal."""
    missed = []
    for name, task in TASKS.items():
        accuracies, seconds, parameters = zip(*(train(task, seed) for seed in range(seeds)), strict=True)
        listed = " ".join(f"{accuracy:.4f}" for accuracy in accuracies)
        print(f"{name:22} goal {task.goal:<5}  accuracy {listed}  {max(seconds):5.1f} s  {parameters[0]:6} parameters",
              flush=True)
        missed += [name] * (min(accuracies) < task.goal)
    if missed:
        sys.exit(f"below the goal: {', '.join(missed)}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
