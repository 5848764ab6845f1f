"""One step of Adam or AdamW (src/training/adam.ts), to the bit where doubles are."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch

from .batch import Optimizer


@dataclass(frozen=True)
class OptimizerState:
    """Adam's memory: a float32 tensor of each moment a parameter, in the parameters' order and shapes."""

    #: Steps taken, from 0.
    step: int
    mean: Sequence[torch.Tensor]
    square: Sequence[torch.Tensor]


def fresh_state(parameters: Sequence[torch.Tensor]) -> OptimizerState:
    """The state before the first step."""
    return OptimizerState(0, [torch.zeros_like(p) for p in parameters], [torch.zeros_like(p) for p in parameters])


def adam_step(parameters: Sequence[torch.Tensor], gradients: Sequence[torch.Tensor], state: OptimizerState,
              settings: Optimizer) -> tuple[list[torch.Tensor], OptimizerState]:
    """New parameters and the state after them; nothing is changed in place.

    Moments and parameters are float32, what lies between is float64: torch's own optimizer computes in float32,
    whose rounding would set the two trainers apart.

    Source: Kingma and Ba 2015, arXiv 1412.6980, algorithm 1; Loshchilov and Hutter 2019, arXiv 1711.05101.
    """
    step = state.step + 1
    rate = settings.learning_rate / (1 - settings.beta1**step)
    root_correction = math.sqrt(1 - settings.beta2**step)
    decoupled = settings.name == "adamw"
    moved, means, squares = [], [], []
    for value, gradient, m, v in zip(parameters, gradients, state.mean, state.square, strict=True):
        start = value.double()
        slope = gradient.double()
        if decoupled:
            start = start * (1 - settings.learning_rate * settings.weight_decay)
        else:
            slope = slope + settings.weight_decay * start
        m = (settings.beta1 * m.double() + (1 - settings.beta1) * slope).float()
        v = (settings.beta2 * v.double() + (1 - settings.beta2) * slope * slope).float()
        spread = v.double().sqrt() / root_correction + settings.epsilon
        moved.append((start - (rate * m.double()) / spread).float())
        means.append(m)
        squares.append(v)
    return moved, OptimizerState(step, means, squares)
