"""The main job: learn to read handwritten digits, prove the gradients, and draw what happened.

    python examples/digits.py [folder]

trains a dense network on the 1,797 real digits that scikit-learn ships, checks its gradients against central
differences, draws the computation graph of one training step, and puts every file it makes into `folder` (out/digits).
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

import autograd
import nn
import optim
from autograd import Tensor
from autograd.testing import check_gradients


class Digits(nn.Module):
    """64 pixels, a layer of hidden units with ReLU, and one logit for each digit.

    A model holds layers and parameters as attributes, and says in `forward` how the output follows from the input.
    Tensors speak NumPy: `np.maximum` and every other operation on them can be differentiated.
    """

    def __init__(self, units: int = 128) -> None:
        self.hidden = nn.Linear(64, units)  # row j of hidden.weight is w_j, the weights of unit j
        self.output = nn.Linear(units, 10)

    def forward(self, images: Tensor) -> Tensor:
        a0 = images.reshape(len(images), -1)
        a1 = np.maximum(self.hidden(a0), 0)
        return self.output(a1)


def main(folder: Path) -> None:
    """Train, check, draw."""
    folder.mkdir(parents=True, exist_ok=True)
    autograd.manual_seed(0)
    train, test = nn.data.digits()
    print(f"{len(train[0])} images to learn from, {len(test[0])} to test with, {train[0].shape[2:]} pixels each\n")

    model = Digits()
    print(nn.summary(model, (1, 1, 8, 8)), "\n")
    loss = nn.CrossEntropyLoss()
    optimizer = optim.Adam(model.parameters(), lr=0.002)
    history = nn.fit(
        model,
        nn.data.DataLoader(train, batch_size=32, shuffle=True),
        loss=loss,
        optimizer=optimizer,
        scheduler=optim.schedulers.CosineAnnealingLR(optimizer, T_max=EPOCHS),
        epochs=EPOCHS,
        validation=test,
        metrics=["accuracy"],
    )
    accuracy = history["validation_accuracy"][-1]
    print(f"\ntest accuracy {accuracy:.4f} after {EPOCHS} epochs in {history.seconds:.1f} s")

    # A gradient is right if it agrees with (f(x + h) - f(x - h)) / 2h; in float64, so that h can be small.
    images, labels = train[0][:16], train[1][:16]
    weights = {name: parameter.data.astype(np.float64) for name, parameter in model.named_parameters()}
    report = check_gradients(lambda weights: loss(nn.functional_call(model, weights, images), labels), weights)
    print(f"gradients against central differences: largest relative error {report.largest_error:.1e}")

    # The graph that one training step leaves behind, from the parameters to the loss.
    step = loss(model(Tensor(train[0][:32], name="images")), Tensor(train[1][:32], name="labels"))
    step.name = "loss"
    autograd.draw(step).save(folder / "graph.svg")
    history.plot().savefig(folder / "learning-curve.png", dpi=150)
    nn.save(model, folder / "model.safetensors")
    for file, meaning in FILES.items():
        print(f"{folder / file}: {meaning}")


EPOCHS = 30
FILES = {
    "graph.svg": "the computation graph of one training step",
    "learning-curve.png": "loss and accuracy, epoch by epoch",
    "model.safetensors": "the trained weights; read them with nn.load",
}

if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "out/digits"))
