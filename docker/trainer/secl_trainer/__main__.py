"""The command line."""

import json
import logging
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

import torch
from confluent_kafka import KafkaException

from .adapter_store import AdapterStore
from .avro.codec import AvroCodec
from .avro.registry import SchemaRegistry
from .checkpoints import Checkpoints
from .failures import SeclError
from .health import Health
from .kafka.adapter_reader import AdapterReader
from .kafka.broker_probe import BrokerProbe
from .kafka.service import Service
from .lineages import Lineages
from .model.load_model import load_model
from .outcome import Outcomes
from .settings import Settings, read_settings
from .telemetry import Telemetry
from .trainer import Trainer
from .training.batch import TrainingBatch

#: Exit codes as `secl` has them: 0 done, 1 failed, 2 used wrongly.
_FAILED, _USAGE = 1, 2

_MICRO_BATCH_CUDA = 8


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs a command; returns its exit code."""
    logging.basicConfig(level=os.environ.get("SECL_TRAINER_LOG_LEVEL", "INFO"), stream=sys.stderr,
                        format="%(asctime)s %(levelname)s %(name)s %(message)s")
    try:
        settings = read_settings(sys.argv[1:] if arguments is None else arguments)
        return _train(settings) if settings.command == "train" else _run(settings)
    except SeclError as error:
        print(f"secl-trainer: {error.code}: {error}", file=sys.stderr)
        if error.hint is not None:
            print(f"  {error.hint}", file=sys.stderr)
        return _USAGE if error.code == "USAGE" else _FAILED
    except KafkaException as error:
        print(f"secl-trainer: BROKER_FAILED: {error.args[0].str()}", file=sys.stderr)
        return _FAILED


def _run(settings: Settings) -> int:
    for name in (signal.SIGTERM, signal.SIGINT):
        # The first process of a container is not ended by a signal that it does not handle.
        signal.signal(name, _leave)
    registry = _registry(settings)
    subject = f"{settings.adapters_topic}-value" if settings.encoding == "confluent" else None
    dead_subject = f"{settings.failures_topic}-value" if settings.encoding == "confluent" else None
    codecs = {
        "training-batch": AvroCodec(settings.schemas, "training-batch", registry),
        "adapter": AvroCodec(settings.schemas, "adapter", registry, subject),
        "dead-letter": AvroCodec(settings.schemas, "dead-letter", registry, dead_subject),
    }
    health = Health(settings.stall_seconds, BrokerProbe(settings).answers)
    server = health.serve(settings.health_port) if settings.health_port > 0 else None
    telemetry = Telemetry(settings.group, settings.batches_topic)
    try:
        store = AdapterStore(settings.store)
        lineages = Lineages()
        for codec in codecs.values():
            codec.announce()
        # Checkpoints are files of this machine, whatever is on the wire.
        checkpoints = Checkpoints(settings.data / "checkpoints", AvroCodec(settings.schemas, "adapter"))
        outcomes = Outcomes(settings, _trainer(settings, store), lineages, checkpoints, telemetry, codecs)
        health.beat()
        reader = AdapterReader(settings, codecs["adapter"], lineages, store)
        service = Service(settings, outcomes, reader, health)
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, lambda *_: service.stop())
        done = service.run()
        logging.getLogger(__name__).info("stopped after %d batches", done)
        return 0
    finally:
        telemetry.close()
        if server is not None:
            server.shutdown()


def _leave(*_: object) -> None:
    """While it is loading there is nothing to finish."""
    raise SystemExit(0)


def _train(settings: Settings) -> int:
    codec = AvroCodec(settings.schemas, "training-batch", _registry(settings))
    path = settings.batch_file or Path()
    try:
        value = path.read_bytes()
    except OSError as error:
        raise SeclError("FILE_UNREADABLE", f"{path} could not be read: {error.strerror}") from error
    batch = TrainingBatch.of(codec.decode(value))
    record = _trainer(settings, AdapterStore(settings.store)).train(batch, lambda: None)
    print(json.dumps({key: value for key, value in record.items() if key != "weights"}, indent=2))
    return 0


def _trainer(settings: Settings, store: AdapterStore) -> Trainer:
    cuda = settings.device == "cuda" or (settings.device == "auto" and torch.cuda.is_available())
    if cuda and not torch.cuda.is_available():
        raise SeclError("MODEL_FAILED", "PyTorch sees no CUDA device", "Give the container a GPU, or --device cpu.")
    if settings.threads is not None:
        torch.set_num_threads(settings.threads)
    # The same batch again gives the same bytes on the same machine.
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    torch.use_deterministic_algorithms(True, warn_only=True)
    half = settings.dtype == "bfloat16" or (settings.dtype == "auto" and cuda)
    model = load_model(settings.model, settings.base_sha256, torch.device("cuda" if cuda else "cpu"),
                       torch.bfloat16 if half else torch.float32)
    micro_batch = settings.micro_batch or (_MICRO_BATCH_CUDA if cuda else 1)
    return Trainer(model, store, settings.frozen_mib * 1024 * 1024, micro_batch)


def _registry(settings: Settings) -> SchemaRegistry | None:
    if settings.registry_url is None:
        return None
    return SchemaRegistry(settings.registry_url, settings.registry_username, settings.registry_password)


if __name__ == "__main__":
    sys.exit(main())
