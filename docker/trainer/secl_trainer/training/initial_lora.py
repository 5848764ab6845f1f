"""Fresh LoRA weights (src/training/initial-lora.ts)."""

import math
from collections.abc import Sequence

import torch

from ..seeded_random import SeededRandom
from .lora_sites import Site


def initial_lora(sites: Sequence[Site], rank: int, seed: int) -> list[torch.Tensor]:
    """By site A uniform in +-1/sqrt(in), then B zero: PEFT's default, drawn as the embedded trainer draws it.

    Each site has a generator of its own, so one site's weights do not depend on the others.

    Source: Hu et al. 2021, arXiv 2106.09685, section 4.1; He et al. 2015, arXiv 1502.01852.
    """
    parameters = []
    for site in sites:
        random = SeededRandom(seed).fork(f"lora.{site.layer}.{site.projection}")
        bound = 1 / math.sqrt(site.input_size)
        drawn = [(2 * random.next() - 1) * bound for _ in range(rank * site.input_size)]
        parameters.append(torch.tensor(drawn, dtype=torch.float64).float().reshape(rank, site.input_size))
        parameters.append(torch.zeros(site.output_size, rank))
    return parameters
