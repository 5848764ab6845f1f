"""Batches for the tiny network."""

from typing import Any

from conftest import TINY_SHA256, named_numbers


def named_tokens(name: str, count: int) -> list[int]:
    """Token ids drawn by a name, as make-training-golden.py draws them."""
    return [int((float(x) + 1) / 2 * 96) for x in named_numbers(name, count, 1)]


def tiny_sample(name: str, **changes: Any) -> dict[str, Any]:
    return {"questionId": name, "tokenIds": named_tokens(name, 20), "adaptFrom": 19, "target": 0.95,
            "confidence": 0.5, "role": "new", **changes}


def tiny_record(**changes: Any) -> dict[str, Any]:
    """A batch's record without a parent: two samples, one step, and one held out."""
    record = {
        "batchId": "batch-1", "lineage": "test", "ordinal": 1, "scope": "position",
        "confidenceTokenIds": list(range(40, 50)), "loss": "two-hot", "lossParameters": {"maxStep": 0.2},
        "lora": {"rank": 4, "alpha": 8.0, "projections": ["q", "v", "o"], "lastLayers": 2},
        "optimizer": {"name": "adam", "learningRate": 1e-2, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8,
                      "weightDecay": 0.0, "clipNorm": 1.0},
        "parentVersion": 0, "parentSha256": None, "parentOptimizerSha256": None, "baseSha256": TINY_SHA256, "seed": 7,
        "samples": [tiny_sample("one"), tiny_sample("two"), tiny_sample("three", role="held-out")],
        "steps": [[0, 1]],
    }
    return {**record, **changes}


def child_of(parent: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """The batch after an adapter's record."""
    ordinal = parent["version"] + 1
    return tiny_record(**{"batchId": f"batch-{ordinal}", "ordinal": ordinal, "parentVersion": parent["version"],
                          "parentSha256": parent["sha256"], "parentOptimizerSha256": parent["optimizerSha256"],
                          **changes})
