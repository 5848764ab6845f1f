"""Follows the adapters' topic."""

import hashlib
import logging
import time

from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaError, KafkaException, TopicPartition

from ..adapter_store import AdapterStore
from ..avro.codec import AvroCodec
from ..failures import RecordInvalid, SeclError
from ..lineages import Lineages
from ..settings import Settings
from .client_settings import client_settings

_log = logging.getLogger(__name__)


class AdapterReader:
    """Reads committed adapters into lineages, and weights that records carry into the store."""

    def __init__(self, settings: Settings, codec: AvroCodec, lineages: Lineages, store: AdapterStore) -> None:
        self._topic = settings.adapters_topic
        self._codec = codec
        self._lineages = lineages
        self._store = store
        self._consumer = Consumer({
            **client_settings(settings, "secl-trainer-adapters"),
            "group.id": f"{settings.group}.adapters",  # librdkafka wants one; nothing is committed
            "enable.auto.commit": False,
            "isolation.level": "read_committed",
            "enable.partition.eof": True,
            "auto.offset.reset": "earliest",
        })
        self._next: dict[int, int] = {}

    def read_to_end(self, timeout_s: float = 60) -> None:
        """Returns when everything that was committed before the call is known.

        Raises SeclError TOPIC_UNKNOWN, or BROKER_FAILED when that takes too long.
        """
        metadata = self._consumer.list_topics(self._topic, timeout=timeout_s).topics[self._topic]
        if metadata.error is not None:
            raise SeclError("TOPIC_UNKNOWN", f"the topic {self._topic} is not there: {metadata.error.str()}",
                            "Create the topics of the topology first.")
        left = set(metadata.partitions)
        # A partition that is assigned again says once more where it ends.
        self._consumer.assign([TopicPartition(self._topic, p, self._next.get(p, OFFSET_BEGINNING)) for p in left])
        until = time.monotonic() + timeout_s
        while left:
            if time.monotonic() > until:
                raise SeclError("BROKER_FAILED", f"the end of {self._topic} was not reached in {timeout_s:g} s",
                                "Check that its partitions have leaders, and that no transaction hangs.")
            message = self._consumer.poll(1.0)
            if message is None:
                continue
            error = message.error()
            if error is None:
                self._next[message.partition()] = message.offset() + 1
                self.take_in(message.key(), message.value(), f"offset {message.offset()}")
            elif error.code() == KafkaError._PARTITION_EOF:
                left.discard(message.partition())
            elif not error.retriable() and error.code() != KafkaError._ALL_BROKERS_DOWN:
                raise KafkaException(error)
        self._consumer.unassign()

    def close(self) -> None:
        """Lets the broker go."""
        self._consumer.close()

    def take_in(self, key: bytes | None, value: bytes | None, where: str) -> None:
        """Takes in a record of the topic; the same one again changes nothing. where: in the topic, for people."""
        # `lineage/head` points to a version, and is none.
        if value is None or (key is not None and key.endswith(b"/head")):
            return
        try:
            record = self._codec.decode(value)
        except RecordInvalid as error:
            _log.warning("%s at %s is passed over: %s", self._topic, where, error)
            return
        self._lineages.add(record)
        weights = record.get("weights")
        if weights is not None and hashlib.sha256(weights).hexdigest() == record["sha256"]:
            self._store.put(weights)
