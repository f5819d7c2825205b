"""Real images that scikit-learn and scikit-image carry inside their wheels: nothing is downloaded.

Both functions return `(train, test)`, each a pair `(images, labels)` of plain arrays: images NCHW, float32 in [0, 1],
labels int64 class indices. Every k-th image of each class is held back for the test, so that all writers and
photographers are in both parts and no random number decides.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from autograd.errors import needing

Images = NDArray[np.float32]
Labels = NDArray[np.int64]
Part = tuple[Images, Labels]


def digits(*, test: float = 0.25) -> tuple[Part, Part]:
    """Return 1,797 handwritten digits of 8 x 8 pixels in 10 classes, split into a training and a test part.

    Images (N, 1, 8, 8) float32 in [0, 1]; labels (N,) int64, the digit itself; `test` is the share held back.
    Raises ImportError without scikit-learn, ValueError unless 0 < test < 1.
    Source: E. Alpaydin, C. Kaynak, "Optical Recognition of Handwritten Digits", UCI repository, 1998.
    """
    with needing("scikit-learn", extra="data"):
        from sklearn.datasets import load_digits
    pixels, labels = load_digits(return_X_y=True)
    images = (pixels / 16).astype(np.float32).reshape(-1, 1, 8, 8)
    return _split(images, labels.astype(np.int64), test)


def faces(*, test: float = 0.25) -> tuple[Part, Part]:
    """Return 100 photographed faces (class 1) and 100 patches without a face (class 0), split into training and test.

    Images (N, 1, 25, 25) float32 in [0, 1], grey; labels (N,) int64; `test` is the share held back.
    Raises ImportError without scikit-image, ValueError unless 0 < test < 1.
    Source: G. B. Huang et al., "Labeled Faces in the Wild", UMass Amherst 07-49, 2007; the subset of scikit-image.
    """
    with needing("scikit-image", extra="data"):
        from skimage.data import lfw_subset
    images = lfw_subset().astype(np.float32)[:, np.newaxis]  # type: ignore[no-untyped-call]  # it has no annotations
    labels = np.repeat(np.array([1, 0], dtype=np.int64), 100)
    alternating = np.arange(200).reshape(2, 100).T.ravel()  # batches that are not shuffled see both classes too
    return _split(images[alternating], labels[alternating], test)


def _split(images: Images, labels: Labels, test: float) -> tuple[Part, Part]:
    if not 0 < test < 1:
        raise ValueError(f"test must be the share of images held back for testing, between 0 and 1; got {test!r}")
    held_back = np.zeros(len(labels), dtype=bool)
    for label in np.unique(labels):
        members = np.flatnonzero(labels == label)
        quota = np.floor(test * np.arange(len(members) + 1))
        held_back[members[np.diff(quota) > 0]] = True
    return (images[~held_back], labels[~held_back]), (images[held_back], labels[held_back])
