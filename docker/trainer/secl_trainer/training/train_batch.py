"""Trains a checked batch (src/training/train-batch.ts)."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch

from ..failures import TrainingFailed
from ..model.training_pass import TrainingPass
from .adam import OptimizerState, adam_step
from .batch import TrainingBatch
from .clip_gradients import clip_gradients
from .loss_target import LossTarget, confidence_at, loss_at, loss_target


@dataclass(frozen=True)
class StepReport:
    """One optimizer step: mean loss over its samples before it, L2 norm of the gradient before it was clipped."""

    loss: float
    gradient_norm: float


@dataclass(frozen=True)
class Measures:
    """Of all samples under one set of weights; held_out_error is None without held-out samples."""

    loss: float
    held_out_error: float | None
    mean_confidence: float


@dataclass(frozen=True)
class Outcome:
    """Weights by site, A before B, and how they came about."""

    parameters: Sequence[torch.Tensor]
    optimizer: OptimizerState
    before: Measures
    after: Measures
    steps: Sequence[StepReport]


def train_batch(batch: TrainingBatch, parameters: Sequence[torch.Tensor], optimizer: OptimizerState,
                run: TrainingPass, check_cancelled: Callable[[], None]) -> Outcome:
    """For each step the mean gradient over its samples, clipped, and one step of Adam.

    Raises TrainingFailed if a loss, gradient or weight is not finite; whatever check_cancelled raises, which is
    called between runs.
    """
    parameters = run.place(parameters)
    device = parameters[0].device
    optimizer = OptimizerState(optimizer.step, [m.to(device) for m in optimizer.mean],
                               [v.to(device) for v in optimizer.square])
    untrained = _readings(batch, run, check_cancelled)
    losses = [
        # A replayed sample was taken under another adapter: a bound from there may pull it back, away from its target.
        loss_target(batch.loss, s.target, now if s.role == "replayed" else s.confidence, batch.max_step)
        for s, (_, now) in zip(batch.samples, untrained, strict=True)
    ]
    before = _measured(batch, losses, untrained)
    steps = []
    for step in batch.steps:
        loss, gradients = run.differentiate([batch.samples[i] for i in step], [losses[i] for i in step],
                                            batch.confidence_token_ids, check_cancelled)
        norm = clip_gradients(gradients, batch.optimizer.clip_norm)
        _finite([loss, norm], "loss or gradient")
        steps.append(StepReport(loss, norm))
        moved, optimizer = adam_step(parameters, gradients, optimizer, batch.optimizer)
        if not all(bool(torch.isfinite(values).all()) for values in moved):
            _finite([math.nan], "weight")
        parameters = run.place(moved)
    after = _measured(batch, losses, _readings(batch, run, check_cancelled))
    return Outcome(parameters, optimizer, before, after, steps)


def _readings(batch: TrainingBatch, run: TrainingPass,
              check_cancelled: Callable[[], None]) -> list[tuple[torch.Tensor, float]]:
    """Each sample's log probabilities [10] in float64, and the confidence that they say."""
    rows = [row.cpu().double() for row in run.measure(batch.samples, batch.confidence_token_ids, check_cancelled)]
    confidences = [float(confidence_at(row)) for row in rows]
    _finite(confidences, "confidence")
    return list(zip(rows, confidences, strict=True))


def _measured(batch: TrainingBatch, losses: Sequence[LossTarget],
              readings: Sequence[tuple[torch.Tensor, float]]) -> Measures:
    trained, errors = [], []
    for sample, loss, (row, confidence) in zip(batch.samples, losses, readings, strict=True):
        if sample.role == "held-out":
            errors.append(abs(confidence - sample.target))
        else:
            trained.append(float(loss_at(loss, row)))
    _finite(trained, "loss")
    return Measures(_mean(trained), _mean(errors) if errors else None,
                    _mean([confidence for _, confidence in readings]))


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def _finite(values: Sequence[float], what: str) -> None:
    for value in values:
        if not math.isfinite(value):
            raise TrainingFailed(f"A {what} became {value}.", "Lower the learning rate, or start from another parent.")
