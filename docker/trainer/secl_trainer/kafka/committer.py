"""One transaction a batch: what came of it, and that it was read."""

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from confluent_kafka import Consumer, KafkaException, Producer, TopicPartition

from ..settings import Settings
from .client_settings import client_settings

_log = logging.getLogger(__name__)

_ATTEMPTS = 8


@dataclass(frozen=True)
class Outgoing:
    """A record to be written to partition 0 of its topic, as the worker writes the loop's records."""

    topic: str
    key: bytes | None
    value: bytes
    headers: Sequence[tuple[str, bytes]] = field(default=())


class Committer:
    """The transactional producer of one input partition.

    Its id is the partition's: a new owner that begins ends what the old one left open, and shuts it out. The
    consumer's group membership goes with the offsets as well, so that an owner that lost the partition cannot
    commit (KIP-447).
    """

    def __init__(self, settings: Settings, partition: int) -> None:
        """Returns when whoever had the partition before is shut out. Raises KafkaException."""
        self._topic = settings.batches_topic
        self._partition = partition
        self._producer = Producer({
            **client_settings(settings, f"secl-trainer-{partition}"),
            "transactional.id": f"{settings.group}.{settings.batches_topic}.{partition}",
            "transaction.timeout.ms": 60_000,
            "linger.ms": 0,
        })
        self._producer.init_transactions(60)

    def commit(self, consumer: Consumer, offset: int, records: Sequence[Outgoing]) -> None:
        """Writes records and the offset after the batch's, both or neither.

        Retries what can be retried. Raises KafkaException: `fatal` where another owner has taken over.
        """
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                self._producer.begin_transaction()
                for record in records:
                    self._producer.produce(record.topic, record.value, record.key, 0, headers=list(record.headers),
                                           on_delivery=_delivered)
                self._producer.send_offsets_to_transaction(
                    [TopicPartition(self._topic, self._partition, offset + 1)], consumer.consumer_group_metadata(), 30)
                self._finish()
                return
            except KafkaException as exception:
                error = exception.args[0]
                if error.fatal():
                    raise
                _log.warning("the transaction is tried again (%d): %s", attempt, error.str())
                self._abort()
                if attempt == _ATTEMPTS:
                    raise
                time.sleep(min(0.1 * 2**attempt, 5))

    def _finish(self) -> None:
        while True:
            try:
                self._producer.commit_transaction(30)
                return
            except KafkaException as exception:
                # Retriable: the commit may have happened; asking again tells.
                if not exception.args[0].retriable():
                    raise

    def _abort(self) -> None:
        while True:
            try:
                self._producer.abort_transaction(30)
                return
            except KafkaException as exception:
                error = exception.args[0]
                if error.fatal():
                    raise
                if not error.retriable():
                    # No transaction was open.
                    return


def _delivered(error: object, _: object) -> None:
    if error is not None:
        _log.warning("a record was not written: %s", error)
