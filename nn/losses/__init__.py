"""Losses: how wrong predictions are, as one number that training makes small. One family per file."""

from __future__ import annotations

from nn.losses.alignment import CTCLoss
from nn.losses.binary import BCELoss, BCEWithLogitsLoss, MultiLabelSoftMarginLoss
from nn.losses.categorical import CrossEntropyLoss, KLDivLoss, MultiMarginLoss, NLLLoss
from nn.losses.likelihood import GaussianNLLLoss, PoissonNLLLoss
from nn.losses.margin import (
    CosineEmbeddingLoss,
    HingeEmbeddingLoss,
    MarginRankingLoss,
    SoftMarginLoss,
    TripletMarginLoss,
    TripletMarginWithDistanceLoss,
)
from nn.losses.regression import HuberLoss, L1Loss, MSELoss, SmoothL1Loss

__all__ = [
    "BCELoss", "BCEWithLogitsLoss", "CTCLoss", "CosineEmbeddingLoss", "CrossEntropyLoss", "GaussianNLLLoss",
    "HingeEmbeddingLoss", "HuberLoss", "KLDivLoss", "L1Loss", "MSELoss", "MarginRankingLoss",
    "MultiLabelSoftMarginLoss", "MultiMarginLoss", "NLLLoss", "PoissonNLLLoss", "SmoothL1Loss", "SoftMarginLoss",
    "TripletMarginLoss", "TripletMarginWithDistanceLoss",
]
