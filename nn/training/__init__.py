"""Training: `fit`, its history, its callbacks, and checkpoints from which a killed run continues."""

from __future__ import annotations

from nn.training.averaging import AveragedModel, WeightAveraging, update_bn
from nn.training.callbacks import Callback, EarlyStopping, Run
from nn.training.checkpoint import load_checkpoint, save_checkpoint
from nn.training.evaluation import evaluate
from nn.training.history import History
from nn.training.loop import fit

__all__ = ["AveragedModel", "Callback", "EarlyStopping", "History", "Run", "WeightAveraging", "evaluate", "fit",
           "load_checkpoint", "save_checkpoint", "update_bn"]
