"""What becomes of a batch's record."""

import logging
import time
from collections.abc import Callable
from typing import Any

from .avro.codec import AvroCodec
from .checkpoints import Checkpoints
from .failures import RecordInvalid, SeclError, TrainingFailed
from .kafka.committer import Outgoing
from .lineages import Lineages
from .settings import Settings
from .telemetry import Telemetry
from .trainer import Trainer
from .training.batch import TrainingBatch

_log = logging.getLogger(__name__)

#: Most bytes of a refused record that go along, and of its key, which stands in the letter and is the letter's own: as
#: the worker has it (src/operators/dead-letter-of.ts), or one record could not be refused and would end the service.
_MOST_VALUE_BYTES = 512 * 1024
_MOST_KEY_BYTES = 64 * 1024
#: Most characters of a reason, which names what the batch calls itself, and most bytes of the id that goes along; the
#: ids of workers are short.
_MOST_REASON = 2000
_MOST_ID_BYTES = 1024


class Outcomes:
    """From a record's bytes to the records to be written in its place. Knows nothing of consumers."""

    def __init__(self, settings: Settings, trainer: Trainer, lineages: Lineages, checkpoints: Checkpoints,
                 telemetry: Telemetry, codecs: dict[str, AvroCodec]) -> None:
        """codecs: training-batch, adapter and dead-letter."""
        self._settings = settings
        self._trainer = trainer
        self._lineages = lineages
        self._checkpoints = checkpoints
        self._telemetry = telemetry
        self._codecs = codecs

    def of(self, key: bytes | None, value: bytes | None, headers: list[tuple[str, bytes]], partition: int, offset: int,
           check_cancelled: Callable[[], None]) -> list[Outgoing]:
        """An adapter, a refusal, or nothing for a batch whose adapter is already there.

        Raises what is neither the record's fault nor the batch's: Cancelled, STORE_FAILED, CUDA's errors.
        """
        with self._telemetry.batch(headers, partition, offset) as span:
            try:
                batch = TrainingBatch.of(self._codecs["training-batch"].decode(value or b""))
            except RecordInvalid as error:
                return [self._refusal(key, value, partition, offset, error, "invalid", None)]
            span.set_attributes({"secl.batch.id": batch.batch_id, "secl.lineage": batch.lineage,
                                 "secl.adapter.version": batch.ordinal, "secl.batch.samples": len(batch.samples)})
            known = self._lineages.trained(batch)
            if known is not None:
                _log.info("batch %s of %s is version %d already", batch.batch_id, batch.lineage, known.version)
                self._telemetry.count("known")
                return []
            try:
                self._lineages.check(batch)
            except TrainingFailed as error:
                # Without its bytes, which stand on its topic: these may be many, and each worker that starts reads them.
                return [self._refusal(key, None, partition, offset, error, "refused", batch)]
            try:
                record = self._record(batch, value or b"", check_cancelled)
            except TrainingFailed as error:
                return [self._refusal(key, value, partition, offset, error, "refused", batch)]
            span.set_attributes({"secl.adapter.sha256": record["sha256"],
                                 "secl.adapter.forward_tokens": record["forwardTokens"],
                                 "secl.adapter.loss_before": record["loss"]["before"],
                                 "secl.adapter.loss_after": record["loss"]["after"]})
            key = f"{record['lineage']}/{record['version']}".encode()
            return [Outgoing(self._settings.adapters_topic, key, self._codecs["adapter"].encode(record),
                             self._telemetry.headers())]

    def _record(self, batch: TrainingBatch, value: bytes, check_cancelled: Callable[[], None]) -> dict[str, Any]:
        found = self._checkpoints.find(value, batch.lineage)
        if found is not None:
            _log.info("batch %s of %s was trained before a restart", batch.batch_id, batch.lineage)
            self._telemetry.count("resumed")
            return found
        with self._telemetry.step("train"):
            record = self._trainer.train(batch, check_cancelled)
        self._checkpoints.save(value, record)
        self._telemetry.count("trained", record["durationMs"] / 1000, record["forwardTokens"])
        _log.info("batch %s of %s: version %d, loss %.4f to %.4f, %.1f s", batch.batch_id, batch.lineage,
                  batch.ordinal, record["loss"]["before"], record["loss"]["after"], record["durationMs"] / 1000)
        return record

    def _refusal(self, key: bytes | None, value: bytes | None, partition: int, offset: int, error: SeclError,
                 outcome: str, batch: TrainingBatch | None) -> Outgoing:
        _log.warning("the batch at %s/%d/%d is refused, %s: %s", self._settings.batches_topic, partition, offset,
                     error.code, error)
        self._telemetry.count(outcome)
        kept = [*_cut("", value, _MOST_VALUE_BYTES), *_cut(" of the key", key, _MOST_KEY_BYTES)]
        key = None if key is None else key[:_MOST_KEY_BYTES]
        reason = _within(str(error), _MOST_REASON)
        letter = {
            "sourceTopic": self._settings.batches_topic,
            "sourcePartition": partition,
            "sourceOffset": offset,
            "code": error.code,
            "reason": f"{reason} ({', '.join(kept)} are kept)" if kept else reason,
            "key": key,
            "value": None if value is None else value[:_MOST_VALUE_BYTES],
            "failedAtMs": int(time.time() * 1000),
        }
        headers = self._telemetry.headers()
        if batch is not None:
            headers += [("secl-batch-id", batch.batch_id.encode()[:_MOST_ID_BYTES])]
        return Outgoing(self._settings.failures_topic, key, self._codecs["dead-letter"].encode(letter), headers)


def _within(text: str, most: int) -> str:
    """A text, or its beginning."""
    return text if len(text) <= most else f"{text[:most]}…"


def _cut(what: str, data: bytes | None, most: int) -> list[str]:
    """What is said of bytes that are too many."""
    return [] if data is None or len(data) <= most else [f"the first {most} of {len(data)} bytes{what}"]
