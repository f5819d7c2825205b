"""Data loading: batches, data sets and samplers, images that need no download, and MNIST's file format."""

from __future__ import annotations

from typing import TYPE_CHECKING

from autograd.lazy import on_first_use
from nn.data.bundled import digits, faces
from nn.data.datasets import ConcatDataset, Dataset, Subset, TensorDataset, random_split
from nn.data.idx_format import idx
from nn.data.loader import DataLoader
from nn.data.samplers import BatchSampler, RandomSampler, SequentialSampler, SubsetRandomSampler, WeightedRandomSampler
from nn.data.sources import default_collate
from nn.foreign_names import DATA

__all__ = [
    "BatchSampler", "ConcatDataset", "DataLoader", "Dataset", "RandomSampler", "SequentialSampler", "Subset",
    "SubsetRandomSampler", "TensorDataset", "WeightedRandomSampler", "default_collate", "digits", "faces", "idx",
    "random_split",
]

if not TYPE_CHECKING:  # otherwise type checkers would accept any name
    __getattr__, __dir__ = on_first_use(__name__, {}, DATA)
