"""What the service has committed is known to it at once, though readers may not see it yet."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from confluent_kafka import KafkaError, TopicPartition
from conftest import ROOT

from secl_trainer.adapter_store import AdapterStore
from secl_trainer.avro.codec import AvroCodec
from secl_trainer.health import Health
from secl_trainer.kafka import adapter_reader, service
from secl_trainer.kafka.adapter_reader import AdapterReader
from secl_trainer.kafka.committer import Outgoing
from secl_trainer.lineages import Lineages
from secl_trainer.settings import read_settings

ADAPTER = AvroCodec(ROOT / "schemas", "adapter")


def record_of(batch_id: str) -> dict[str, Any]:
    """Version 1, as it came of a batch."""
    return {"lineage": "l", "version": 1, "parentVersion": 0, "baseSha256": "ab" * 32, "scope": "position",
            "batchId": batch_id, "lora": {"rank": 1, "alpha": 1.0, "projections": ["q"], "lastLayers": 1},
            "loss": {"before": 1.0, "after": 0.5}, "heldOutError": None,
            "meanConfidence": {"before": 0.5, "after": 0.6}, "trainedOn": ["q"], "forwardTokens": 1, "trainer": "t",
            "durationMs": 1.0, "sha256": batch_id * 2, "sizeBytes": 1, "optimizerSha256": None, "weights": None}


class Batches:
    """Has two batches on its one partition, which is assigned at the first look."""

    def __init__(self, _: Any) -> None:
        self._left = [b"first", b"second"]

    def list_topics(self, topic: str, timeout: float) -> Any:
        return SimpleNamespace(topics={topic: SimpleNamespace(error=None)})

    def subscribe(self, topics: list[str], on_assign: Any, **_: Any) -> None:
        self._topic, self._on_assign = topics[0], on_assign
        self._assigned = self._paused = False

    def poll(self, _: float) -> Any:
        if not self._assigned:
            self._assigned = True
            self._on_assign(self, [TopicPartition(self._topic, 0)])
            return None
        if self._paused or not self._left:
            return None
        value = self._left.pop(0)
        return SimpleNamespace(error=lambda: None, topic=lambda: self._topic, partition=lambda: 0,
                               offset=lambda: 1 - len(self._left), key=lambda: b"l", value=lambda: value,
                               headers=lambda: [])

    def committed(self, partitions: list[TopicPartition], timeout: float) -> list[TopicPartition]:
        return partitions

    def get_watermark_offsets(self, _: TopicPartition, timeout: float) -> tuple[int, int]:
        return 0, 2

    def assignment(self) -> list[TopicPartition]:
        return []

    def pause(self, _: list[TopicPartition]) -> None:
        self._paused = True

    def resume(self, _: list[TopicPartition]) -> None:
        self._paused = False

    def assign(self, _: list[TopicPartition]) -> None: ...

    def close(self) -> None: ...


class UnreadAdapters:
    """A partition whose last transaction has no marker yet: its readable end is before it."""

    def __init__(self, _: Any) -> None: ...

    def list_topics(self, topic: str, timeout: float) -> Any:
        return SimpleNamespace(topics={topic: SimpleNamespace(error=None, partitions={0: None})})

    def assign(self, _: list[TopicPartition]) -> None: ...

    def unassign(self) -> None: ...

    def poll(self, _: float) -> Any:
        end = SimpleNamespace(code=lambda: KafkaError._PARTITION_EOF)
        return SimpleNamespace(error=lambda: end, partition=lambda: 0)

    def close(self) -> None: ...


def test_a_second_batch_for_a_version_is_not_trained(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    settings = read_settings(["run", "--brokers", "b:1", "--model", "m.gguf", "--max-batches", "2"], {})
    lineages = Lineages()
    committed: list[list[bytes | None]] = []
    trained: list[bytes] = []

    class Commits:
        def __init__(self, *_: Any) -> None: ...

        def commit(self, _consumer: Any, _offset: int, records: list[Outgoing], _give_up: Any) -> None:
            committed.append([record.key for record in records])

    class Training:
        def of(self, _key: bytes, value: bytes, *_: Any) -> list[Outgoing]:
            batch: Any = SimpleNamespace(lineage="l", ordinal=1, batch_id="first", parent_version=0)
            if lineages.trained(batch) is not None:
                return []
            trained.append(value)
            return [Outgoing(settings.adapters_topic, b"l/1", ADAPTER.encode(record_of(value.decode())))]

    monkeypatch.setattr(service, "Consumer", Batches)
    monkeypatch.setattr(service, "Committer", Commits)
    monkeypatch.setattr(adapter_reader, "Consumer", UnreadAdapters)
    reader = AdapterReader(settings, ADAPTER, lineages, AdapterStore(tmp_path))
    done = service.Service(settings, Training(), reader, Health(600, lambda: True)).run()  # type: ignore[arg-type]
    assert done == 2
    assert trained == [b"first"]
    assert committed == [[b"l/1"], []]
