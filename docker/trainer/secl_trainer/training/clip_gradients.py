"""Scales a gradient down to a length (src/training/clip-gradients.ts)."""

import math
from collections.abc import Sequence

import torch


def clip_gradients(gradients: Sequence[torch.Tensor], clip_norm: float) -> float:
    """gradients: parts of one gradient, float64; changed in place if it is longer than clip_norm.

    Returns the L2 norm before, not finite if a number is not.

    Source: Pascanu et al. 2013, arXiv 1211.5063, algorithm 1.
    """
    norm = math.sqrt(sum(float((g * g).sum()) for g in gradients))
    if norm > clip_norm:
        for gradient in gradients:
            gradient.mul_(clip_norm / norm)
    return norm
