"""A batch becomes an adapter: what a record says, and that it is a function of its input."""

from pathlib import Path
from typing import Any

import pytest
import torch
from batches import child_of, tiny_record, tiny_sample
from conftest import sha256_of, tiny_model

from secl_trainer.adapter_store import AdapterStore
from secl_trainer.failures import Cancelled, TrainingFailed
from secl_trainer.trainer import Trainer
from secl_trainer.training.batch import TrainingBatch


def never() -> None:
    pass


@pytest.fixture
def store(tmp_path: Path) -> AdapterStore:
    return AdapterStore(tmp_path / "adapters")


def trainer_of(store: AdapterStore, architecture: str = "llama", micro_batch: int = 1) -> Trainer:
    return Trainer(tiny_model(architecture), store, 10**8, micro_batch)


def train(trainer: Trainer, record: dict[str, Any]) -> dict[str, Any]:
    return trainer.train(TrainingBatch.of(record), never)


def test_record(store: AdapterStore) -> None:
    record = train(trainer_of(store), tiny_record())
    weights = store.get(record["sha256"])
    assert weights is not None
    assert record["weights"] == weights
    assert (record["sha256"], record["sizeBytes"]) == (sha256_of(weights), len(weights))
    assert store.get(record["optimizerSha256"]) is not None
    assert (record["version"], record["parentVersion"], record["batchId"]) == (1, 0, "batch-1")
    assert record["trainedOn"] == ["one", "two"]
    assert record["loss"]["after"] < record["loss"]["before"]
    # 3 prompts of 19 frozen positions, each measured twice at one position; two are trained on at 3 each.
    assert record["forwardTokens"] == 3 * 19 + 3 * 2 + 2 * 3


def test_the_same_batch_gives_the_same_bytes_whatever_came_before(store: AdapterStore) -> None:
    trainer = trainer_of(store)
    first = train(trainer, tiny_record())
    other = train(trainer, tiny_record(seed=8, lora={"rank": 2, "alpha": 2.0, "projections": ["k"], "lastLayers": 3}))
    again = train(trainer, tiny_record())
    assert other["sha256"] != first["sha256"]
    # Frozen positions were kept, and count all the same: a crash would lose them.
    for key in ("sha256", "optimizerSha256", "loss", "heldOutError", "meanConfidence", "forwardTokens"):
        assert again[key] == first[key], key


def test_two_batches_are_one_of_both_steps(store: AdapterStore) -> None:
    """Parent's weights and optimizer state carry on exactly where they stopped."""
    both = train(trainer_of(store), tiny_record(steps=[[0], [1, 0]]))
    first = train(trainer_of(store), tiny_record(steps=[[0]]))
    second = train(trainer_of(store), child_of(first, steps=[[1, 0]]))
    assert second["sha256"] == both["sha256"]
    assert second["optimizerSha256"] == both["optimizerSha256"]


@pytest.mark.parametrize("architecture", ["llama", "qwen2"])
def test_rows_of_unequal_lengths_are_trained_together(store: AdapterStore, architecture: str) -> None:
    samples = [tiny_sample("one", adaptFrom=12), tiny_sample("two", adaptFrom=0), tiny_sample("three", adaptFrom=19),
               tiny_sample("four", tokenIds=[1, 2, 3], adaptFrom=1)]
    batch = tiny_record(samples=samples, steps=[[0, 1, 2, 3]], scope="turn")
    alone = train(trainer_of(store, architecture), batch)
    together = train(trainer_of(store, architecture, micro_batch=4), batch)
    # Sums are added in another order: a few ulp of a loss near 3.
    for key in ("loss", "meanConfidence"):
        for when in ("before", "after"):
            assert together[key][when] == pytest.approx(alone[key][when], abs=2e-6)


def test_the_scope_decides_where_lora_acts(store: AdapterStore) -> None:
    """An adapter that acts on more positions is another one; before any training it acts nowhere."""
    records = [train(trainer_of(store), tiny_record(samples=[tiny_sample("one", adaptFrom=start)], steps=[[0], [0]]))
               for start in (19, 12, 0)]
    assert len({record["sha256"] for record in records}) == 3
    for record in records:
        assert record["loss"]["before"] == pytest.approx(records[0]["loss"]["before"], abs=2e-6)


@pytest.mark.parametrize("changes", [
    {"baseSha256": "cd" * 32}, {"ordinal": 0}, {"parentVersion": 1}, {"samples": []}, {"steps": []}, {"steps": [[]]},
    {"steps": [[2]]}, {"steps": [[3]]}, {"steps": [[-1]]}, {"loss": "hinge"}, {"confidenceTokenIds": [1, 2]},
    {"confidenceTokenIds": [*range(40, 49), 96]}, {"lossParameters": {"maxStep": 0.0}},
    {"samples": [tiny_sample("one", tokenIds=[])], "steps": [[0]]},
    {"samples": [tiny_sample("one", tokenIds=[96])], "steps": [[0]]},
    {"samples": [tiny_sample("one", tokenIds=[1] * 65)], "steps": [[0]]},
    {"samples": [tiny_sample("one", adaptFrom=20)], "steps": [[0]]},
    {"samples": [tiny_sample("one", target=1.5)], "steps": [[0]]},
    {"samples": [tiny_sample("one", role="spare")], "steps": [[0]]},
    {"parentSha256": "00" * 32}, {"parentOptimizerSha256": "00" * 32},
    {"ordinal": 2, "parentVersion": 1, "parentSha256": "00" * 32},
    {"lora": {"rank": 0, "alpha": 8.0, "projections": ["q"], "lastLayers": 2}},
    {"lora": {"rank": 4, "alpha": 8.0, "projections": ["q", "x"], "lastLayers": 2}},
    {"lora": {"rank": 4, "alpha": 8.0, "projections": [], "lastLayers": 2}},
    {"lora": {"rank": 4, "alpha": 8.0, "projections": ["q"], "lastLayers": 4}},
], ids=str)
def test_batches_that_make_no_sense_are_refused(store: AdapterStore, changes: dict[str, Any]) -> None:
    with pytest.raises(TrainingFailed):
        train(trainer_of(store), tiny_record(**changes))


def test_a_refused_batch_leaves_the_trainer_as_it_was(store: AdapterStore) -> None:
    trainer = trainer_of(store)
    first = train(trainer, tiny_record())
    wild = {**tiny_record()["optimizer"], "learningRate": 1e38}
    with pytest.raises(TrainingFailed, match="became"):
        train(trainer, tiny_record(optimizer=wild, steps=[[0], [1], [0], [1]]))
    assert train(trainer, tiny_record())["sha256"] == first["sha256"]


def test_parents_of_other_settings_and_damaged_ones_are_refused(store: AdapterStore, tmp_path: Path) -> None:
    trainer = trainer_of(store)
    first = train(trainer, tiny_record())
    with pytest.raises(TrainingFailed, match="do not fit"):
        train(trainer, child_of(first, lora={"rank": 2, "alpha": 8.0, "projections": ["q", "v", "o"], "lastLayers": 2}))
    (tmp_path / "adapters" / f"{first['sha256']}.bin").write_bytes(b"other")
    with pytest.raises(TrainingFailed, match="cannot be trusted"):
        train(trainer, child_of(first))


def test_cancelling_stops_between_runs(store: AdapterStore) -> None:
    calls = []

    def stop_at_the_third() -> None:
        calls.append(1)
        if len(calls) == 3:
            raise Cancelled()

    trainer = trainer_of(store)
    with pytest.raises(Cancelled):
        trainer.train(TrainingBatch.of(tiny_record()), stop_at_the_third)
    assert len(calls) == 3
    assert train(trainer, tiny_record())["version"] == 1


def test_too_little_memory_is_a_refusal(store: AdapterStore) -> None:
    def exhausted() -> None:
        raise torch.OutOfMemoryError("no room")

    trainer = trainer_of(store)
    with pytest.raises(TrainingFailed, match="memory"):
        trainer.train(TrainingBatch.of(tiny_record()), exhausted)
    assert train(trainer, tiny_record())["version"] == 1


def test_large_weights_stay_in_the_store(store: AdapterStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("secl_trainer.trainer.INLINE_BYTES", 100)
    record = train(trainer_of(store), tiny_record())
    assert record["weights"] is None
    assert store.get(record["sha256"]) is not None


def test_adapters_are_not_those_of_bfloat16_but_near(store: AdapterStore) -> None:
    """bf16 weights under float32 LoRA: 8 bits of mantissa, so losses agree to some per cent."""
    model = tiny_model("llama")
    model.network.to(torch.bfloat16)
    half = train(Trainer(model, store, 10**8, 1), tiny_record())
    full = train(trainer_of(store), tiny_record())
    assert half["sha256"] != full["sha256"]
    assert half["loss"]["before"] == pytest.approx(full["loss"]["before"], rel=0.1)
    assert half["loss"]["after"] < half["loss"]["before"]
