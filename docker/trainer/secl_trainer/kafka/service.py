"""The service's loop: a batch is read, trained, and committed with what came of it."""

import contextlib
import logging
import threading
import time
from collections.abc import Callable

from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaException, Message, TopicPartition

from ..failures import Cancelled, SeclError
from ..health import Health
from ..outcome import Outcomes
from ..settings import Settings
from .adapter_reader import AdapterReader
from .client_settings import client_settings
from .committer import Committer, Outgoing

_log = logging.getLogger(__name__)

_POLL_S = 0.2

#: Names of members begin with it, and the group's leader gives the one partition to the first of them: this service
#: goes before the embedded trainer, whose client is `secl` unless its topology says otherwise.
CLIENT_ID = "pytorch-trainer"


class Service:
    """Trains in a thread of its own while this one goes on polling, so that the group sees it alive, and only then.

    A partition that is taken away cancels its batch. Whoever owns it next trains the batch again, or finds it
    published.
    """

    def __init__(self, settings: Settings, outcomes: Outcomes, adapters: AdapterReader, health: Health) -> None:
        self._settings = settings
        self._outcomes = outcomes
        self._adapters = adapters
        self._health = health
        self._committers: dict[int, Committer] = {}
        self._stopping = threading.Event()
        self._stop_at = float("inf")
        self._done = 0
        self._working = False
        self._failure: BaseException | None = None
        self._consumer = Consumer({
            **client_settings(settings, CLIENT_ID),
            "group.id": settings.group,
            "enable.auto.commit": False,
            "enable.auto.offset.store": False,
            "isolation.level": "read_committed",
            # An offset that is gone must not become another one in silence.
            "auto.offset.reset": "error",
            "partition.assignment.strategy": "range",
            "session.timeout.ms": settings.session_timeout_ms,
            "heartbeat.interval.ms": settings.session_timeout_ms // 10,
            # librdkafka takes none below the session's.
            "max.poll.interval.ms": max(120_000, settings.session_timeout_ms),
            "fetch.message.max.bytes": 8 * 1024 * 1024,
            "queued.max.messages.kbytes": 32 * 1024,
        })

    def stop(self) -> None:
        """Takes no further batch; the one under way may go on for `drain_seconds`."""
        self._stop_at = time.monotonic() + self._settings.drain_seconds
        self._stopping.set()

    def run(self) -> int:
        """Returns how many batches were committed, when it was stopped or has done `max_batches`.

        Raises SeclError TOPIC_UNKNOWN, OFFSET_OUT_OF_RANGE, FENCED, STORE_FAILED and BROKER_FAILED, KafkaException.
        """
        topic = self._settings.batches_topic
        metadata = self._consumer.list_topics(topic, timeout=60).topics[topic]
        if metadata.error is not None:
            raise SeclError("TOPIC_UNKNOWN", f"the topic {topic} is not there: {metadata.error.str()}",
                            "Create the topics of the topology first.")
        self._adapters.read_to_end()
        self._consumer.subscribe([topic], on_assign=self._assigned, on_revoke=self._revoked, on_lost=self._revoked)
        self._health.subscribed = True
        try:
            while not self._stopping.is_set():
                message = self._consumer.poll(_POLL_S)
                self._raise_failure()
                self._health.beat()
                if message is None:
                    continue
                if message.error() is not None:
                    self._fail_on(message)
                elif self._handle(message):
                    self._done += 1
                    if self._done == self._settings.max_batches:
                        break
        finally:
            self._health.subscribed = False
            self._consumer.close()
            self._adapters.close()
        return self._done

    def _handle(self, message: Message) -> bool:
        """Whether the batch was committed."""
        partition, offset = message.partition(), message.offset()
        committer = self._committers.get(partition)
        if committer is None:
            return False
        self._working = True
        self._consumer.pause(self._consumer.assignment())
        try:
            self._adapters.read_to_end()
            records = self._work(message, lambda: self._committers.get(partition) is not committer)
            if records is None:
                return False
            committer.commit(self._consumer, offset, records, lambda: time.monotonic() > self._stop_at)
            # It can be read only when the transaction's markers are written, which is later: a next batch for the same
            # version would become a second one.
            for record in records:
                if record.topic == self._settings.adapters_topic:
                    self._adapters.take_in(record.key, record.value, "its end")
            self._health.beat()
            return True
        except KafkaException as exception:
            if exception.args[0].fatal():
                raise SeclError("FENCED", f"another trainer has taken over {message.topic()}/{partition}: "
                                f"{exception.args[0].str()}", "Start this one again: it will stand by.") from exception
            raise
        finally:
            self._working = False
            # The partitions may be others by now.
            self._consumer.resume(self._consumer.assignment())

    def _work(self, message: Message, lost: Callable[[], bool]) -> list[Outgoing] | None:
        """What becomes of a message; None if it was cancelled."""
        result: list[list[Outgoing]] = []
        failure: list[BaseException] = []
        cancelled = threading.Event()

        def check_cancelled() -> None:
            self._health.beat()
            if cancelled.is_set():
                raise Cancelled()

        def work() -> None:
            try:
                result.append(self._outcomes.of(message.key(), message.value(), list(message.headers() or []),
                                                message.partition(), message.offset(), check_cancelled))
            except BaseException as error:  # raised again where the service waits
                failure.append(error)

        thread = threading.Thread(target=work, name="train", daemon=True)
        thread.start()
        while thread.is_alive():
            try:
                # Everything is paused: this answers the group, and brings errors alone.
                event = self._consumer.poll(0)
                self._raise_failure()
                if event is not None:
                    self._fail_on(event)
            except BaseException:
                cancelled.set()
                thread.join()
                raise
            if lost() or time.monotonic() > self._stop_at:
                cancelled.set()
            thread.join(_POLL_S)
        if failure and not isinstance(failure[0], Cancelled):
            raise failure[0]
        return None if failure or lost() else result[0]

    def _assigned(self, consumer: Consumer, partitions: list[TopicPartition]) -> None:
        # confluent_kafka makes of a KafkaException that a callback raises a KafkaError, which no `except` catches.
        try:
            self._take_over(consumer, partitions)
        except BaseException as error:
            self._failure = error

    def _raise_failure(self) -> None:
        if self._failure is not None:
            raise self._failure

    def _take_over(self, consumer: Consumer, partitions: list[TopicPartition]) -> None:
        # First whoever had them is shut out, then it is seen how far they came.
        for partition in partitions:
            self._committers[partition.partition] = Committer(self._settings, partition.partition)
        self._adapters.read_to_end()
        placed = []
        for partition in consumer.committed(partitions, timeout=60):
            if partition.error is not None:
                raise KafkaException(partition.error)
            low, high = consumer.get_watermark_offsets(partition, timeout=30)
            if partition.offset < 0:
                partition.offset = OFFSET_BEGINNING
            elif not low <= partition.offset <= high:
                raise SeclError(
                    "OFFSET_OUT_OF_RANGE",
                    f"{partition.topic}/{partition.partition}: offset {partition.offset}, which comes next, is not in "
                    f"the log, which has {low} to {high}",
                    f"Batches were deleted before they were trained. Set the offsets of the group "
                    f"{self._settings.group} where it is to go on, and give the topic a longer retention.")
            placed.append(partition)
        consumer.assign(placed)
        if self._working:
            consumer.pause(placed)
        _log.info("assigned: %s", ", ".join(f"{p.topic}/{p.partition}" for p in placed) or "nothing, standing by")

    def _revoked(self, consumer: Consumer, partitions: list[TopicPartition]) -> None:
        for partition in partitions:
            self._committers.pop(partition.partition, None)
        with contextlib.suppress(KafkaException):
            consumer.unassign()

    def _fail_on(self, message: Message) -> None:
        error = message.error()
        if error is None:
            raise SeclError("PRECONDITION", "a paused partition gave a batch")
        if error.name() == "_AUTO_OFFSET_RESET":
            raise SeclError("OFFSET_OUT_OF_RANGE", f"{message.topic()}/{message.partition()}: {error.str()}",
                            "Batches were deleted before they were trained. Set the group's offsets where it is to go "
                            "on, and give the topic a longer retention.")
        if error.fatal() or error.name() in ("UNKNOWN_TOPIC_OR_PART", "TOPIC_AUTHORIZATION_FAILED",
                                             "GROUP_AUTHORIZATION_FAILED"):
            raise KafkaException(error)
        _log.warning("Kafka: %s", error.str())
