"""Connectionist temporal classification as a primitive: sequence labelling without an alignment of steps and labels.

    loss_n = -log sum over the paths that read as the labels of n of prod_t p_t(path_t)

A path has one class per step, and reads as the labels left after repetitions are merged and blanks dropped. Its states
are blank, l_1, blank, ..., l_S, blank: in each step it stays, moves on by one state, or by two, skipping a blank
between different labels. Log-probabilities x are (T, N, C), labels (N, S), loss (N,); example n consists of its first
`steps[n]` steps and its first `sizes[n]` labels.

    alpha_t(s) = came_t(s) + x_t(z_s),    came_t(s) = log sum of exp alpha_{t-1}(r) over the states r before s

Kept for the pullback: came. It passes the share of each state in the loss back to the states before it, in proportion
to what they contributed. The shares are the probabilities of the states given the labels; the gradient is minus them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from autograd import logsumexp
from autograd.arrays import Array
from autograd.declare.fused import Needs
from autograd.registry import Operation
from nn.kernels.half_precision import fused_in_single

Kept = tuple[Array, Array]


def states_of(labels: Any, blank: int) -> Any:
    """The class of each state, (N, 2 S + 1): the labels, with blanks around and between them."""
    pairs = np.stack([np.full_like(labels, blank), labels], axis=2)
    return np.pad(pairs.reshape(len(labels), -1), ((0, 0), (0, 1)), constant_values=blank)


def may_leap(states: Any) -> Any:
    """Which states may be reached from two states before: labels that differ from the previous label."""
    return (np.arange(states.shape[1]) % 2 == 1) & (states != _behind(states, -1)[:, :-2])


def _behind(x: Any, fill: float) -> Any:
    """x with two more states, of value `fill`, before the first."""
    return np.pad(x, ((0, 0), (2, 0)), constant_values=fill)


def final_states(count: int, sizes: Any) -> Any:
    """The states in which a path may end: the last label, and the blank after it."""
    left = 2 * sizes[:, np.newaxis] - np.arange(count)
    return (left == 0) | (left == 1)


def forward(x: Array, labels: Array, steps: Array, sizes: Array, *, blank: int) -> tuple[Array, Kept]:
    states = states_of(labels, blank)
    leaps, passed = may_leap(states), np.take_along_axis(x, states[np.newaxis], 2)
    came = np.empty_like(passed)
    came[0] = np.where(np.arange(states.shape[1]) < 2, 0, -np.inf)
    padded = _behind(came[0], -np.inf)
    with np.errstate(divide="ignore", under="ignore"):  # log 0 for states that no path has reached
        for before, after, p in zip(came, came[1:], passed, strict=False):
            np.add(before, p, out=padded[:, 2:])
            _arrived(padded, leaps, out=after)
    last = (came + passed)[steps - 1, np.arange(len(steps))]
    loss = -np.logaddexp.reduce(last, axis=1, where=final_states(states.shape[1], sizes), initial=-np.inf)
    return loss, (came, loss)


def _arrived(padded: Array, leaps: Array, out: Array) -> None:
    """came_t from alpha_{t-1}, in a tenth of the time of two `logaddexp`, which work number by number."""
    ways = padded[:, 2:], padded[:, 1:-1], np.where(leaps, padded[:, :-2], -np.inf)
    top = np.maximum(np.maximum(ways[0], ways[1]), np.maximum(ways[2], np.finfo(out.dtype).min))
    np.log(sum(np.exp(way - top) for way in ways), out=out)
    out += top


def pullback(g: Array, operands: Sequence[Any], residuals: Kept, needs: Needs, *,
             blank: int) -> tuple[Array | None, ...]:
    x, labels, steps, sizes = operands
    came, loss = residuals
    states = states_of(labels, blank)
    leaps, alpha, shares = may_leap(states), came + np.take_along_axis(x, states[np.newaxis], 2), np.zeros_like(came)
    end = steps - 1, np.arange(len(steps))
    ending = final_states(states.shape[1], sizes) & (alpha[end] > -np.inf)
    shares[end] = np.exp(np.where(ending, alpha[end] + loss[:, np.newaxis], -np.inf))
    for t in reversed(range(1, len(x))):
        _hand_back(shares[t], alpha[t - 1], came[t], leaps, into=shares[t - 1])
    classes = (states[..., np.newaxis] == np.arange(x.shape[2])).astype(x.dtype)
    chances = np.matmul(shares.swapaxes(0, 1), classes).swapaxes(0, 1)
    return -g[:, np.newaxis] * chances, None, None, None


def _hand_back(share: Array, alpha: Array, came: Array, leaps: Array, into: Array) -> None:
    """Pass the share of each state s to the states before it: the fraction exp(alpha(r) - came(s)) to r."""
    came = np.where(came == -np.inf, 0, came)  # a state that no path reached has no share
    ways: list[Any] = [True, True, leaps[:, 2:]]
    for by, way in enumerate(ways):
        here, before = slice(by, None), slice(0, alpha.shape[1] - by)
        into[:, before] += share[:, here] * np.exp(np.where(way, alpha[:, before] - came[:, here], -np.inf))


def reference(x: Any, labels: Any, steps: Any, sizes: Any, *, blank: int) -> Any:
    states = states_of(labels, blank)
    count, leaps, passed = states.shape[1], may_leap(states), np.take_along_axis(x, states[np.newaxis], 2)
    last = alpha = np.where(np.arange(count) < 2, passed[0], -np.inf)
    for t in range(1, len(x)):
        padded = _behind(alpha, -np.inf)
        alpha = np.logaddexp(np.logaddexp(alpha, padded[:, 1:-1]), np.where(leaps, padded[:, :-2], -np.inf)) + passed[t]
        last = np.where(steps[:, np.newaxis] > t, alpha, last)
    return -logsumexp(np.where(final_states(count, sizes), last, -np.inf), axis=1)


ctc: Operation = fused_in_single("ctc", forward, pullback, reference)
