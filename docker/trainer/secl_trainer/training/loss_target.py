"""The five losses (src/training/loss-target.ts)."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch

from ..failures import TrainingFailed

BINS = 10
#: Middle of each bin: what a digit says.
BIN_VALUES = tuple((k + 0.5) / BINS for k in range(BINS))

LOSSES = ("one-bin", "squared", "two-hot", "two-hot-clipped", "target-bin")


@dataclass(frozen=True)
class LossTarget:
    """A loss over ten renormalised digit probabilities p with confidence c = sum(BIN_VALUES * p):
    -sum(bin_weights * ln p) + squared_weight * (c - target)^2."""

    bin_weights: Sequence[float]
    squared_weight: float
    target: float


def loss_target(name: str, target: float, confidence: float, max_step: float) -> LossTarget:
    """One sample's loss.

    target, confidence: fractions; confidence is what a bounded loss moves from.
    max_step: how far a bounded loss may move a confidence, above 0.
    Raises TrainingFailed for another loss, or a number that is no fraction.
    """
    if not (0 <= target <= 1 and 0 <= confidence <= 1 and max_step > 0):
        raise TrainingFailed(f"a target of {target} for a confidence of {confidence}, with steps of {max_step}")
    near = min(max(target, confidence - max_step), confidence + max_step)
    if name == "one-bin":
        return _cross_entropy([(_neighbour(confidence, target), 1.0)])
    if name == "squared":
        return LossTarget([0.0] * BINS, 1.0, near)
    if name == "two-hot":
        return _cross_entropy(_two_hot(target))
    if name == "two-hot-clipped":
        return _cross_entropy(_two_hot(near))
    if name == "target-bin":
        return _cross_entropy([(_bin_of(target), 1.0)])
    raise TrainingFailed(f"the loss {name} is unknown")


def loss_at(loss: LossTarget, log_probabilities: torch.Tensor) -> torch.Tensor:
    """The loss's value at log probabilities [10], renormalised; differentiable."""
    value = loss.squared_weight * (confidence_at(log_probabilities) - loss.target) ** 2
    for bin_, weight in enumerate(loss.bin_weights):
        # A digit of no mass costs nothing where it is not asked for.
        if weight != 0:
            value = value - weight * log_probabilities[bin_]
    return value


def confidence_at(log_probabilities: torch.Tensor) -> torch.Tensor:
    """Confidence in [0.05, 0.95] at log probabilities [10], renormalised."""
    values = torch.tensor(BIN_VALUES, dtype=log_probabilities.dtype, device=log_probabilities.device)
    return (log_probabilities.exp() * values).sum()


def _bin_of(fraction: float) -> int:
    return min(BINS - 1, math.floor(BINS * fraction))


def _neighbour(confidence: float, target: float) -> int:
    """The bin next to the confidence's on the target's side; at either end, or without a gap, its own."""
    side = (target > confidence) - (target < confidence)
    return min(BINS - 1, max(0, _bin_of(confidence) + side))


def _two_hot(fraction: float) -> list[tuple[int, float]]:
    """The two bins around a fraction, so weighted that their mean is it; beyond 0.05 and 0.95 the outermost."""
    place = min(max(BINS * fraction - 0.5, 0.0), BINS - 1.0)
    lower = min(math.floor(place), BINS - 2)
    return [(lower, lower + 1 - place), (lower + 1, place - lower)]


def _cross_entropy(bins: Sequence[tuple[int, float]]) -> LossTarget:
    weights = [0.0] * BINS
    for bin_, weight in bins:
        weights[bin_] = weight
    return LossTarget(weights, 0.0, 0.0)
