"""What becomes of a batch's record: one adapter version, a refusal, or nothing."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from batches import child_of, tiny_record
from conftest import ROOT, tiny_model
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from secl_trainer.adapter_store import AdapterStore
from secl_trainer.avro.codec import AvroCodec
from secl_trainer.checkpoints import Checkpoints
from secl_trainer.failures import Cancelled, SeclError
from secl_trainer.kafka.committer import Outgoing
from secl_trainer.lineages import Lineages
from secl_trainer.outcome import Outcomes
from secl_trainer.settings import read_settings
from secl_trainer.telemetry import Telemetry
from secl_trainer.trainer import Trainer
from secl_trainer.training.batch import TrainingBatch

CODECS = {name: AvroCodec(ROOT / "schemas", name) for name in ("training-batch", "adapter", "dead-letter")}


@dataclass
class Scene:
    """A service without Kafka; `again` is what a restart leaves."""

    folder: Path
    lineages: Lineages = field(default_factory=Lineages)
    trained: list[str] = field(default_factory=list)
    spans: InMemorySpanExporter = field(default_factory=InMemorySpanExporter)

    def __post_init__(self) -> None:
        settings = read_settings(["run", "--brokers", "b:1", "--model", "m.gguf"], {})
        trainer = Trainer(tiny_model("llama"), AdapterStore(self.folder / "adapters"), 10**8, 1)
        train = trainer.train

        def counted(batch: TrainingBatch, check: Callable[[], None]) -> dict[str, Any]:
            self.trained.append(batch.batch_id)
            return train(batch, check)

        trainer.train = counted  # type: ignore[method-assign]
        self.telemetry = Telemetry("g", "qa.training-batches", SimpleSpanProcessor(self.spans), {})
        self.outcomes = Outcomes(settings, trainer, self.lineages, Checkpoints(self.folder / "c", CODECS["adapter"]),
                                 self.telemetry, CODECS)

    def again(self) -> "Scene":
        return Scene(self.folder)

    def send(self, record: dict[str, Any], headers: list[tuple[str, bytes]] | None = None,
             check: Callable[[], None] = lambda: None) -> list[Outgoing]:
        return self.outcomes.of(b"test", CODECS["training-batch"].encode(record), headers or [], 0, 5, check)

    def publish(self, written: list[Outgoing]) -> dict[str, Any]:
        """What the adapters' reader does with a committed record."""
        record = CODECS["adapter"].decode(written[0].value)
        self.lineages.add(record)
        return record


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return Scene(tmp_path)


def letter_of(written: list[Outgoing]) -> dict[str, Any]:
    assert [w.topic for w in written] == ["qa.dead-letters"]
    return CODECS["dead-letter"].decode(written[0].value)


def test_a_batch_gives_an_adapter(scene: Scene) -> None:
    written = scene.send(tiny_record())
    assert [(w.topic, w.key) for w in written] == [("qa.adapters", b"test/1")]
    assert CODECS["adapter"].decode(written[0].value)["batchId"] == "batch-1"


def test_a_batch_seen_twice_gives_one_version(scene: Scene) -> None:
    scene.publish(scene.send(tiny_record()))
    assert scene.send(tiny_record()) == []
    assert scene.trained == ["batch-1"]


def test_a_crash_between_training_and_commit_gives_the_same_adapter_without_training(scene: Scene) -> None:
    first = scene.send(tiny_record())
    after = scene.again()
    second = after.send(tiny_record())
    assert [w.value for w in second] == [w.value for w in first]
    assert after.trained == []


def test_a_crash_while_training_trains_again(scene: Scene) -> None:
    def stop() -> None:
        raise Cancelled()

    with pytest.raises(Cancelled):
        scene.send(tiny_record(), check=stop)
    after = scene.again()
    assert [w.topic for w in after.send(tiny_record())] == ["qa.adapters"]
    assert after.trained == ["batch-1"]


def test_a_damaged_checkpoint_is_trained_again(scene: Scene) -> None:
    first = scene.send(tiny_record())
    for file in (scene.folder / "c").rglob("*.avro"):
        file.write_bytes(file.read_bytes()[:-3])
    after = scene.again()
    second = after.publish(after.send(tiny_record()))
    assert second["sha256"] == CODECS["adapter"].decode(first[0].value)["sha256"]
    assert after.trained == ["batch-1"]


def test_other_content_under_the_same_id_is_not_served_from_the_checkpoint(scene: Scene) -> None:
    first = scene.publish(scene.send(tiny_record()))
    second = scene.again()
    assert second.publish(second.send(tiny_record(seed=8)))["sha256"] != first["sha256"]


def test_a_lineage_goes_on(scene: Scene) -> None:
    first = scene.publish(scene.send(tiny_record()))
    second = scene.publish(scene.send(child_of(first)))
    # Version 2 was refused by the worker: version 3 comes of version 1.
    third = scene.publish(scene.send({**child_of(first), "batchId": "batch-3", "ordinal": 3}))
    assert [(r["version"], r["parentVersion"]) for r in (first, second, third)] == [(1, 0), (2, 1), (3, 1)]


@pytest.mark.parametrize(("changes", "why"), [
    ({"parentSha256": "00" * 32}, "other weights"),
    ({"parentOptimizerSha256": "00" * 32}, "other optimizer state|another optimizer state"),
    ({"ordinal": 3, "parentVersion": 2}, "does not exist"),
    ({"ordinal": 1, "parentVersion": 0, "parentSha256": None, "parentOptimizerSha256": None}, "come as far as 1"),
])
def test_a_wrong_parent_is_refused(scene: Scene, changes: dict[str, Any], why: str) -> None:
    first = scene.publish(scene.send(tiny_record()))
    letter = letter_of(scene.send(child_of(first, **changes)))
    assert letter["code"] == "TRAINING_FAILED"
    assert re.search(why, letter["reason"])


def test_reordered_batches_are_refused_and_the_lineage_is_unbroken(scene: Scene) -> None:
    first = scene.publish(scene.send(tiny_record()))
    second = child_of(first)
    third = {**child_of(first), "batchId": "batch-3", "ordinal": 3}
    scene.publish(scene.send(third))
    letter = letter_of(scene.send(second))
    # Its bytes stand on its own topic: workers that start read letters like this, however many there are.
    assert (letter["code"], letter["value"]) == ("TRAINING_FAILED", None)


def test_a_refusal_holds_the_batch(scene: Scene) -> None:
    record = tiny_record(baseSha256="cd" * 32)
    written = scene.send(record)
    letter = letter_of(written)
    assert (letter["sourceTopic"], letter["sourcePartition"], letter["sourceOffset"]) == ("qa.training-batches", 0, 5)
    assert CODECS["training-batch"].decode(letter["value"]) == record
    assert dict(written[0].headers)["secl-batch-id"] == b"batch-1"


@pytest.mark.parametrize("value", [None, b"", b"nonsense", b"\xc3\x01" + bytes(40)])
def test_bytes_that_are_no_batch_are_refused(scene: Scene, value: bytes | None) -> None:
    letter = letter_of(scene.outcomes.of(b"k", value, [], 0, 5, lambda: None))
    assert letter["code"] == "RECORD_INVALID"
    assert letter["value"] == value


def test_a_refusal_is_never_too_large(scene: Scene) -> None:
    key, value = b"k" * 2**20, b"v" * 2**20
    (written,) = scene.outcomes.of(key, value, [], 0, 5, lambda: None)
    letter = letter_of([written])
    assert (letter["key"], letter["value"]) == (key[:65_536], value[:524_288])
    assert letter["reason"].endswith(" (the first 524288 of 1048576 bytes, the first 65536 of 1048576 bytes of the key "
                                     "are kept)")
    # What librdkafka writes at most, unless it is told otherwise.
    assert len(written.key or b"") + len(written.value) < 1_000_000


def test_a_refusal_of_a_batch_with_long_names_is_never_too_large(scene: Scene) -> None:
    name = "ä" * 300_000
    (written,) = scene.send(tiny_record(batchId=name, lineage=name, baseSha256="cd" * 32))
    letter = letter_of([written])
    assert letter["code"] == "TRAINING_FAILED"
    assert letter["reason"].startswith("Batch äää")
    headers = sum(len(key) + len(value) for key, value in written.headers)
    assert len(written.key or b"") + len(written.value) + headers < 1_000_000


def test_a_full_disk_is_no_fault_of_the_batch(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("secl_trainer.adapter_store.write_durably", full)
    with pytest.raises(SeclError) as info:
        scene.send(tiny_record())
    assert info.value.code == "STORE_FAILED"


def test_old_checkpoints_go(scene: Scene) -> None:
    checkpoints = Checkpoints(scene.folder / "few", CODECS["adapter"], most=2)
    record = CODECS["adapter"].decode(scene.send(tiny_record())[0].value)
    for batch in (b"1", b"2", b"3"):
        checkpoints.save(batch, record)
    assert [checkpoints.find(batch, "test") is None for batch in (b"1", b"2", b"3")] == [True, False, False]


TRACE = "0af7651916cd43dd8448eb211c80319c"


def test_spans_join_the_questions_trace(scene: Scene) -> None:
    parent = f"00-{TRACE}-b7ad6b7169203331-01".encode()
    question = b"00-11111111111111111111111111111111-2222222222222222-01"
    # Workers name them in one header, with commas.
    other = question.replace(b"1", b"3")
    written = scene.send(tiny_record(), [("traceparent", parent), ("secl-link", question + b",nonsense," + other),
                                         ("secl-link", b"nonsense")])
    train, process = scene.spans.get_finished_spans()
    assert (train.name, process.name) == ("train", "process qa.training-batches")
    assert f"{process.context.trace_id:032x}" == TRACE
    assert f"{process.parent.span_id:016x}" == "b7ad6b7169203331"
    assert [f"{link.context.trace_id:032x}" for link in process.links] == ["1" * 32, "3" * 32]
    assert process.attributes["messaging.kafka.offset"] == 5
    assert process.attributes["secl.adapter.version"] == 1
    # The adapter's record carries the trace on.
    assert TRACE.encode() in dict(written[0].headers)["traceparent"]
    # Ids and numbers alone.
    tokens = {str(tiny_record()["samples"][0]["tokenIds"])}
    assert not tokens & {str(value) for value in process.attributes.values()}
