"""What the service does when the broker goes away, against librdkafka's own mock of a cluster."""

import gc
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from confluent_kafka import Consumer, Producer, TopicPartition
from conftest import ROOT

from secl_trainer.adapter_store import AdapterStore
from secl_trainer.avro.codec import AvroCodec
from secl_trainer.failures import SeclError
from secl_trainer.health import Health
from secl_trainer.kafka.adapter_reader import AdapterReader
from secl_trainer.kafka.broker_probe import BrokerProbe
from secl_trainer.kafka.committer import Committer, Outgoing
from secl_trainer.kafka.service import Service
from secl_trainer.lineages import Lineages
from secl_trainer.settings import Settings, read_settings

BATCHES, ADAPTERS = "qa.training-batches", "qa.adapters"


class Cluster:
    """One broker in this process, with a batch on its topic."""

    def __init__(self) -> None:
        self._producer: Producer | None = Producer({"test.mock.num.brokers": "1", "log_level": 0})
        self._producer.produce(BATCHES, b"a batch", b"k", 0)
        self._producer.produce(ADAPTERS, b"no version", b"l/head", 0)
        assert self._producer.flush(10) == 0
        brokers = self._producer.list_topics(timeout=10).brokers.values()
        self.address = ",".join(f"{broker.host}:{broker.port}" for broker in brokers)

    def settings(self, *more: str) -> Settings:
        return read_settings(["run", "--brokers", self.address, "--model", "m.gguf", *more], {})

    def values(self, topic: str) -> list[bytes | None]:
        """Committed values of a topic."""
        consumer = Consumer({"bootstrap.servers": self.address, "group.id": "test", "log_level": 0,
                             "isolation.level": "read_committed"})
        consumer.assign([TopicPartition(topic, 0, 0)])
        found = [message.value() for message in consumer.consume(10, 2)]
        consumer.close()
        return found

    def leave(self) -> None:
        """The broker is gone, connections and all."""
        self._producer = None
        gc.collect()


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    made = Cluster()
    yield made
    made.leave()


class Outcome:
    """Stands in for training: what the batch gives, after something has been done."""

    def __init__(self, meanwhile: Callable[[], None]) -> None:
        self._meanwhile = meanwhile

    def of(self, *_: Any) -> list[Outgoing]:
        self._meanwhile()
        return [Outgoing(ADAPTERS, b"l/1", b"an adapter")]


def service_of(settings: Settings, folder: Path, meanwhile: Callable[[], None]) -> Service:
    reader = AdapterReader(settings, AvroCodec(ROOT / "schemas", "adapter"), Lineages(), AdapterStore(folder))
    health = Health(settings.stall_seconds, lambda: True)
    return Service(settings, Outcome(meanwhile), reader, health)  # type: ignore[arg-type]


def status_of(url: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(url, timeout=10) as response:
            return response.status, response.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def test_readiness_ends_with_the_broker(cluster: Cluster) -> None:
    health = Health(600, BrokerProbe(cluster.settings()).answers)
    server = health.serve(0)
    ready = f"http://127.0.0.1:{server.server_port}/readyz"
    try:
        assert status_of(ready) == (503, '{"ok": false, "reasons": ["batches are not subscribed to yet, or no more"]}')
        health.subscribed = True
        assert status_of(ready) == (200, '{"ok": true, "reasons": []}')
        cluster.leave()
        assert status_of(ready) == (503, '{"ok": false, "reasons": ["no broker answers"]}')
        # A broker that is away for a while is nothing to be killed for.
        assert status_of(ready.replace("readyz", "healthz"))[0] == 200
    finally:
        server.shutdown()


def test_a_batch_is_committed(cluster: Cluster, tmp_path: Path) -> None:
    service = service_of(cluster.settings("--max-batches", "1"), tmp_path, lambda: None)
    assert service.run() == 1
    assert cluster.values(ADAPTERS) == [b"no version", b"an adapter"]


def test_sigterm_ends_a_commit_that_no_broker_answers(cluster: Cluster, tmp_path: Path) -> None:
    def meanwhile() -> None:
        cluster.leave()
        service.stop()

    service = service_of(cluster.settings("--drain-seconds", "1"), tmp_path, meanwhile)
    started = time.monotonic()
    with pytest.raises(SeclError, match="given up") as info:
        service.run()
    assert info.value.code == "BROKER_FAILED"
    assert info.value.hint is not None
    # A second of drain, a request of ten seconds on its way, and the good-byes.
    assert time.monotonic() - started < 30


def test_sigterm_ends_a_service_without_a_broker(cluster: Cluster, tmp_path: Path) -> None:
    service = service_of(cluster.settings("--max-batches", "2"), tmp_path, lambda: None)
    polled = service._consumer.poll
    polls = 0

    def poll(timeout: float) -> Any:
        nonlocal polls
        polls += 1
        # By then the one batch is committed.
        if polls == 40:
            cluster.leave()
        if polls == 50:
            service.stop()
        return polled(timeout)

    service._consumer = _Polled(service._consumer, poll)  # type: ignore[assignment]
    started = time.monotonic()
    assert service.run() == 1
    assert time.monotonic() - started < 30


class _Polled:
    """A consumer whose polls are seen."""

    def __init__(self, consumer: Consumer, poll: Callable[[float], Any]) -> None:
        self._consumer = consumer
        self.poll = poll

    def __getattr__(self, name: str) -> Any:
        return getattr(self._consumer, name)


def test_a_commit_waits_for_the_broker_while_nobody_stops_it(cluster: Cluster) -> None:
    settings = cluster.settings()
    committer = Committer(settings, 0)
    cluster.leave()
    consumer = Consumer({"bootstrap.servers": cluster.address, "group.id": settings.group, "log_level": 0})
    asked = 0

    def give_up() -> bool:
        nonlocal asked
        asked += 1
        return asked == 2

    with pytest.raises(SeclError, match="given up"):
        committer.commit(consumer, 0, [Outgoing(ADAPTERS, None, b"an adapter")], give_up)
    consumer.close()
    assert asked == 2
