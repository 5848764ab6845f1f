"""What goes wrong while a partition is taken over reaches whoever runs the service."""

from types import SimpleNamespace
from typing import Any

import pytest
from confluent_kafka import KafkaError, KafkaException, TopicPartition

from secl_trainer.kafka import service
from secl_trainer.settings import read_settings


class CallingConsumer:
    """Assigns a partition at the first look. What a callback raises comes out as nothing that can be caught, as of
    confluent_kafka 2.16 (a KafkaError, which is no exception)."""

    def __init__(self, _: Any) -> None:
        self.closed = False

    def list_topics(self, topic: str, timeout: float) -> Any:
        return SimpleNamespace(topics={topic: SimpleNamespace(error=None)})

    def subscribe(self, topics: list[str], on_assign: Any, **_: Any) -> None:
        self.assign = lambda: on_assign(self, [TopicPartition(topics[0], 0)])

    def poll(self, _: float) -> None:
        try:
            self.assign()
        except Exception as error:
            raise AssertionError("raised in a callback") from error

    def close(self) -> None:
        self.closed = True


def test_a_refused_transactional_id_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    refused = KafkaException(KafkaError(KafkaError.TRANSACTIONAL_ID_AUTHORIZATION_FAILED))

    def refuse(*_: Any) -> None:
        raise refused

    monkeypatch.setattr(service, "Consumer", CallingConsumer)
    monkeypatch.setattr(service, "Committer", refuse)
    adapters: Any = SimpleNamespace(read_to_end=lambda: None, close=lambda: None)
    health: Any = SimpleNamespace(beat=lambda: None, subscribed=False)
    settings = read_settings(["run", "--brokers", "b:1", "--model", "m.gguf"], {})
    with pytest.raises(KafkaException) as raised:
        service.Service(settings, None, adapters, health).run()  # type: ignore[arg-type]
    assert raised.value is refused
    assert not health.subscribed
