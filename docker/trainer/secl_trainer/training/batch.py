"""A training batch, as schemas/training-batch.avsc has it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

SCOPES = ("position", "turn", "conversation")
ROLES = ("new", "replayed", "held-out")


@dataclass(frozen=True)
class Sample:
    """One confidence prompt with its target, on its own enough to train on."""

    question_id: str
    #: The whole confidence prompt.
    token_ids: Sequence[int]
    #: First position that the adapter acts on.
    adapt_from: int
    #: Confidence that the sample should move towards, in [0, 1].
    target: float
    #: Confidence when the sample was taken, in [0, 1].
    confidence: float
    role: str


@dataclass(frozen=True)
class Lora:
    """Shape of a low-rank adapter; it scales by alpha / rank."""

    rank: int
    alpha: float
    projections: Sequence[str]
    #: How many of the model's last layers carry it.
    last_layers: int

    def record(self) -> dict[str, Any]:
        """As the adapter's record has it."""
        return {"rank": self.rank, "alpha": self.alpha, "projections": list(self.projections),
                "lastLayers": self.last_layers}


@dataclass(frozen=True)
class Optimizer:
    """How weights are moved."""

    name: str
    learning_rate: float
    beta1: float
    beta2: float
    epsilon: float
    weight_decay: float
    #: Most L2 norm of the whole gradient; a longer one is scaled down to it.
    clip_norm: float


@dataclass(frozen=True)
class TrainingBatch:
    """What a trainer needs, and nothing it must look up."""

    batch_id: str
    lineage: str
    ordinal: int
    scope: str
    confidence_token_ids: Sequence[int]
    loss: str
    loss_parameters: Mapping[str, float]
    lora: Lora
    optimizer: Optimizer
    parent_version: int
    parent_sha256: str | None
    parent_optimizer_sha256: str | None
    base_sha256: str
    seed: int
    samples: Sequence[Sample]
    #: Optimizer steps in order; each is the indices into samples whose mean loss it descends.
    steps: Sequence[Sequence[int]]

    @property
    def max_step(self) -> float:
        """How far a bounded loss may move a confidence, a fraction."""
        return self.loss_parameters.get("maxStep", 1.0)

    @staticmethod
    def of(record: Mapping[str, Any]) -> "TrainingBatch":
        """From a decoded record."""
        lora, optimizer = record["lora"], record["optimizer"]
        return TrainingBatch(
            batch_id=record["batchId"], lineage=record["lineage"], ordinal=record["ordinal"],
            scope=record["scope"], confidence_token_ids=record["confidenceTokenIds"], loss=record["loss"],
            loss_parameters=record["lossParameters"],
            lora=Lora(lora["rank"], lora["alpha"], tuple(lora["projections"]), lora["lastLayers"]),
            optimizer=Optimizer(optimizer["name"], optimizer["learningRate"], optimizer["beta1"],
                                optimizer["beta2"], optimizer["epsilon"], optimizer["weightDecay"],
                                optimizer["clipNorm"]),
            parent_version=record["parentVersion"], parent_sha256=record.get("parentSha256"),
            parent_optimizer_sha256=record.get("parentOptimizerSha256"), base_sha256=record["baseSha256"],
            seed=record["seed"],
            samples=tuple(Sample(s["questionId"], s["tokenIds"], s["adaptFrom"], s["target"], s["confidence"],
                                 s["role"]) for s in record["samples"]),
            steps=record["steps"],
        )
