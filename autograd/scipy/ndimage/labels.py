"""Sums over the elements of an image that have a label, and what is made of them: means, spreads and centres."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.ndimage as nd

from autograd.arguments import array_of
from autograd.duck_arrays import Array
from autograd.rules.norms import power_apart_from_zero
from autograd.scipy.twin import twin
from autograd.tensor.nested import shared_values


class Groups:
    """The elements of an image by label: all, those above 0, those of one label, or a group for each of several.

    Labels are constant. An element without a group is in one more, which is left out.
    """

    def __init__(self, image: Any, labels: Any, index: Any) -> None:
        self.image = image = array_of(image)
        if image.dtype.kind == "c":
            raise ValueError(f"sums by label are of real images, got {image.dtype}; take np.real and np.imag of it")
        self.several, self.chosen = False, None
        if labels is None:
            return
        labels = np.asarray(shared_values(array_of(labels)))
        shape = np.broadcast_shapes(image.shape, labels.shape)
        self.image, labels = np.broadcast_to(image, shape), np.broadcast_to(labels, shape)
        if index is None or np.isscalar(index):
            self.chosen = labels > 0 if index is None else labels == index
            return
        index = np.asarray(shared_values(array_of(index)))
        known, self.places = np.unique(index, return_inverse=True)
        self.several, self.shape, self.count = True, index.shape, len(known)
        self.group = np.where(np.isin(labels, known), np.searchsorted(known, labels), self.count).reshape(-1)

    def total(self, x: Array) -> Array:
        """The sum of x over each group."""
        if self.several:
            return np.bincount(self.group, x.reshape(-1), minlength=self.count + 1)[:-1]
        return np.sum(x if self.chosen is None else x[self.chosen])

    def mean(self, x: Array) -> Array:
        """The mean of x over each group, nan of an empty one."""
        return self.total(x) / self.total(np.ones(self.image.shape))

    def of_own(self, x: Array) -> Array:
        """The value of its group for each element, from the values of the groups."""
        return np.concatenate([x, np.zeros(1)])[self.group].reshape(self.image.shape) if self.several else x

    def asked(self, x: Array) -> Array:
        """The values of the groups in the order in which `index` asks for their labels."""
        return x[self.places].reshape(self.shape) if self.several else x


@twin(nd.sum_labels, real=True)
def sum_labels(input: Any, labels: Any = None, index: Any = None) -> Any:
    """The sum over all elements, over those with a label above 0, or for each label in `index`."""
    groups = Groups(input, labels, index)
    return groups.asked(groups.total(groups.image))


sum = twin(nd.sum, real=True)(lambda input, labels=None, index=None: sum_labels(input, labels, index))


@twin(nd.mean, real=True)
def mean(input: Any, labels: Any = None, index: Any = None) -> Any:
    """The mean by label."""
    groups = Groups(input, labels, index)
    return groups.asked(groups.mean(groups.image))


@twin(nd.variance, real=True)
def variance(input: Any, labels: Any = None, index: Any = None) -> Any:
    """The mean square of the distance from the mean by label."""
    groups = Groups(input, labels, index)
    apart = groups.image - groups.of_own(groups.mean(groups.image))
    return groups.asked(groups.mean(apart * apart))


@twin(nd.standard_deviation, real=True)
def standard_deviation(input: Any, labels: Any = None, index: Any = None) -> Any:
    """The root of the variance, with the derivative 0 where that is 0."""
    return power_apart_from_zero(array_of(variance(input, labels, index)), 0.5)


@twin(nd.center_of_mass, real=True)
def center_of_mass(input: Any, labels: Any = None, index: Any = None) -> Any:
    """The mean place by label, weighted by the image: one coordinate for each axis, for each label."""
    groups = Groups(input, labels, index)
    image, mass = groups.image, groups.total(groups.image)
    places = np.meshgrid(*map(np.arange, map(float, image.shape)), indexing="ij", sparse=True)
    found = [groups.asked(groups.total(image * place) / mass) for place in places]
    return [tuple(row) for row in np.stack(found).T] if groups.several else tuple(found)
