"""Checks a batch before anything is computed (src/training/check-batch.ts)."""

import math
from dataclasses import dataclass

from ..failures import TrainingFailed
from .batch import ROLES, SCOPES, Sample, TrainingBatch
from .lora_sites import MODULES
from .loss_target import BINS, LOSSES

#: Highest rank that a worker lets act.
_MOST_RANK = 256


@dataclass(frozen=True)
class ModelFacts:
    """What of a model a batch is held against."""

    base_sha256: str
    vocabulary_size: int
    context_length: int
    layers: int


def check_batch(batch: TrainingBatch, model: ModelFacts) -> None:
    """Raises TrainingFailed if anything makes no sense."""

    def check(holds: bool, what: str) -> None:
        if not holds:
            raise TrainingFailed(f"Batch {batch.batch_id} {what}.",
                                 "The batch stays refused; the adapter in place is kept.")

    check(batch.base_sha256 == model.base_sha256, f"is for the model {batch.base_sha256}, not {model.base_sha256}")
    check(batch.scope in SCOPES, f"has the scope {batch.scope}")
    check(batch.loss in LOSSES, "has an unknown loss")
    check(batch.ordinal >= 1, f"has the ordinal {batch.ordinal}")
    check(0 <= batch.parent_version < batch.ordinal, f"has the parent {batch.parent_version}")
    check((batch.parent_version == 0) == (batch.parent_sha256 is None),
          "names a parent without its weights, or weights without a parent")
    check(batch.parent_sha256 is not None or batch.parent_optimizer_sha256 is None,
          "has an optimizer's state without weights")
    check(len(batch.samples) > 0, "has no samples")
    ids = batch.confidence_token_ids
    check(len(ids) == BINS and all(0 <= i < model.vocabulary_size for i in ids), "does not name ten digit tokens")
    for index, sample in enumerate(batch.samples):
        fault = _sample_fault(sample, model)
        check(fault is None, f"has a sample {index} that {fault}")

    def trainable(index: int) -> bool:
        return 0 <= index < len(batch.samples) and batch.samples[index].role != "held-out"

    check(len(batch.steps) > 0 and all(len(step) > 0 and all(map(trainable, step)) for step in batch.steps),
          "has a step without samples, or with one that is held out or not there")
    o = batch.optimizer
    check(o.name in ("adam", "adamw") and _positive(o.learning_rate) and 0 <= o.beta1 < 1 and 0 <= o.beta2 < 1
          and _positive(o.epsilon), "has an optimizer that makes no sense")
    check(o.weight_decay >= 0 and math.isfinite(o.weight_decay), f"decays weights by {o.weight_decay}")
    check(o.clip_norm > 0, f"clips gradients to {o.clip_norm}")
    check(batch.max_step > 0, f"has steps of at most {batch.max_step}")
    lora = batch.lora
    check(1 <= lora.rank <= _MOST_RANK and _positive(lora.alpha), f"has LoRA of rank {lora.rank}")
    check(1 <= lora.last_layers <= model.layers, f"trains {lora.last_layers} of {model.layers} layers")
    check(len(lora.projections) > 0 and all(p in MODULES for p in lora.projections),
          f"trains the projections {','.join(lora.projections)}")


def _sample_fault(sample: Sample, model: ModelFacts) -> str | None:
    count = len(sample.token_ids)
    if not 0 < count <= model.context_length:
        return f"has {count} tokens"
    if not all(0 <= i < model.vocabulary_size for i in sample.token_ids):
        return "has a token that the model does not know"
    if not 0 <= sample.adapt_from < count:
        return f"adapts from {sample.adapt_from}"
    if sample.role not in ROLES:
        return "has an unknown role"
    return None if 0 <= sample.target <= 1 and 0 <= sample.confidence <= 1 else \
        "has a target or confidence that is no fraction"


def _positive(value: float) -> bool:
    return value > 0 and math.isfinite(value)
