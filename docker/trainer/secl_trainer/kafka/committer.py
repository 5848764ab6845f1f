"""One transaction a batch: what came of it, and that it was read."""

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

from confluent_kafka import Consumer, KafkaException, Producer, TopicPartition

from ..failures import SeclError
from ..settings import Settings
from .client_settings import client_settings

_log = logging.getLogger(__name__)

_ATTEMPTS = 8
#: Short, since a signal is heard of only between two requests.
_ASK_S = 5.0
_PAUSE_S = 0.1


@dataclass(frozen=True)
class Outgoing:
    """A record to be written to partition 0 of its topic, as the worker writes the loop's records."""

    topic: str
    key: bytes | None
    value: bytes
    headers: Sequence[tuple[str, bytes]] = field(default=())


def owner_id(group: str, topic: str, partition: int) -> str:
    """The transactional id of whoever owns a partition for a group, as src/adapters/kafka/group-state.ts makes it: the
    embedded trainer and this one shut each other out."""
    return f"{group}/{topic}/{partition}"


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
            "transactional.id": owner_id(settings.group, settings.batches_topic, partition),
            "transaction.timeout.ms": settings.transaction_timeout_ms,
            "linger.ms": 0,
            # Offsets are added to a transaction for as long as a request may take, whatever the call says.
            "socket.timeout.ms": 10_000,
        })
        self._producer.init_transactions(60)

    def commit(self, consumer: Consumer, offset: int, records: Sequence[Outgoing], give_up: Callable[[], bool]) -> None:
        """Writes records and the offset after the batch's, both or neither.

        Retries what can be retried, for as long as no broker answers, unless give_up says otherwise. Raises
        KafkaException: `fatal` where another owner has taken over; SeclError BROKER_FAILED where it was given up.
        """
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                self._producer.begin_transaction()
                for record in records:
                    self._producer.produce(record.topic, record.value, record.key, 0, headers=list(record.headers),
                                           on_delivery=_delivered)
                offsets = [TopicPartition(self._topic, self._partition, offset + 1)]
                group = consumer.consumer_group_metadata()
                _until_answered(partial(self._producer.send_offsets_to_transaction, offsets, group), give_up)
                _until_answered(self._producer.commit_transaction, give_up)
                return
            except KafkaException as exception:
                error = exception.args[0]
                if error.fatal():
                    raise
                _log.warning("the transaction is tried again (%d): %s", attempt, error.str())
                self._abort(give_up)
                if attempt == _ATTEMPTS:
                    raise
                time.sleep(min(0.1 * 2**attempt, 5))

    def _abort(self, give_up: Callable[[], bool]) -> None:
        try:
            _until_answered(self._producer.abort_transaction, give_up)
        except KafkaException as exception:
            # Else no transaction was open.
            if exception.args[0].fatal():
                raise


def _until_answered(request: Callable[[float], None], give_up: Callable[[], bool]) -> None:
    """Asks until it is answered: a request whose time is up goes on where it was when it is made again.

    Raises KafkaException for what cannot be retried, SeclError BROKER_FAILED where it was given up.
    """
    while True:
        try:
            request(_ASK_S)
            return
        except KafkaException as exception:
            error = exception.args[0]
            if not error.retriable():
                raise
            if give_up():
                raise SeclError("BROKER_FAILED", f"the transaction under way was given up: {error.str()}",
                                "Start the service again when a broker answers: it sees whether the batch was "
                                "committed, and does not train it again.") from exception
            time.sleep(_PAUSE_S)


def _delivered(error: object, _: object) -> None:
    if error is not None:
        _log.warning("a record was not written: %s", error)
