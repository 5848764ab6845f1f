"""What the service is told: flags, each with an environment variable of the same name."""

import argparse
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from . import __version__
from .failures import SeclError

_PREFIX = "SECL_TRAINER_"

_DESCRIPTION = """\
Trains LoRA adapters from training batches.

  run    consumes batches from Kafka and publishes adapters, until it is stopped
  train  trains one batch from a file and prints what came of it

Every option --a-b is also the environment variable SECL_TRAINER_A_B; a flag wins. Secrets have no flag:
SECL_TRAINER_SASL_PASSWORD, SECL_TRAINER_REGISTRY_PASSWORD, SECL_TRAINER_TLS_KEY_PASSWORD, or, with _FILE
appended, the name of a file that holds them. Traces and metrics are exported where OTEL_EXPORTER_OTLP_ENDPOINT says.
"""

_EXAMPLES = """\
examples:
  secl-trainer run --brokers kafka:9092 --model /models/model.gguf --data /data
  secl-trainer run --brokers kafka:9093 --security-protocol SASL_SSL --sasl-mechanism SCRAM-SHA-512 \\
    --sasl-username trainer --tls-ca /run/secrets/ca.pem --model /models/model.gguf --data /data
  secl-trainer train batch.avro --model model.gguf --data ./data
"""


@dataclass(frozen=True)
class Settings:
    """Checked settings; secrets are never printed."""

    command: str
    batch_file: Path | None
    model: Path
    base_sha256: str | None
    data: Path
    store: Path
    schemas: Path
    device: str
    dtype: str
    threads: int | None
    micro_batch: int
    frozen_mib: int
    brokers: str
    group: str
    batches_topic: str
    adapters_topic: str
    failures_topic: str
    session_timeout_ms: int
    transaction_timeout_ms: int
    security_protocol: str
    sasl_mechanism: str | None
    sasl_username: str | None
    tls_ca: Path | None
    tls_certificate: Path | None
    tls_key: Path | None
    registry_url: str | None
    registry_username: str | None
    encoding: str
    health_port: int
    stall_seconds: float
    drain_seconds: float
    max_batches: int | None
    sasl_password: str | None
    registry_password: str | None
    tls_key_password: str | None

    def __repr__(self) -> str:
        return f"Settings({self.command}, group={self.group})"


def read_settings(arguments: Sequence[str], environment: Mapping[str, str] = os.environ) -> Settings:
    """Reads flags and environment.

    Raises SeclError USAGE for settings that do not go together, FILE_UNREADABLE for a secret's file; exits for
    --help, --version and flags that do not exist, as command lines do.
    """
    parser = _parser(environment)
    given = vars(parser.parse_args(arguments))
    if given["model"] is None:
        raise SeclError("USAGE", "no model is named", "Add --model FILE.gguf, the file that workers answer with.")
    if given["command"] == "run" and not given["brokers"]:
        raise SeclError("USAGE", "no broker is named", "Add --brokers HOST:PORT.")
    if given["command"] == "train" and given["batch_file"] is None:
        raise SeclError("USAGE", "no batch is named", "Name the file of one record of the training batches' topic.")
    if given["encoding"] == "confluent" and given["registry_url"] is None:
        raise SeclError("USAGE", "Confluent's frame needs a schema registry", "Add --registry-url.")
    if given["security_protocol"].startswith("SASL") and given["sasl_mechanism"] is None:
        raise SeclError("USAGE", "SASL needs a mechanism", "Add --sasl-mechanism.")
    if given["store"] is None:
        given["store"] = given["data"] / "adapters"
    secrets = {name: _secret(name, environment) for name in ("sasl_password", "registry_password", "tls_key_password")}
    return Settings(**given, **secrets)


def _secret(name: str, environment: Mapping[str, str]) -> str | None:
    variable = _PREFIX + name.upper()
    file = environment.get(f"{variable}_FILE")
    if file is None:
        return environment.get(variable)
    try:
        return Path(file).read_text(encoding="utf-8").rstrip("\r\n")
    except OSError as error:
        raise SeclError("FILE_UNREADABLE",
                        f"the file of {variable}_FILE could not be read: {error.strerror}") from error


def _parser(environment: Mapping[str, str]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="secl-trainer", description=_DESCRIPTION, epilog=_EXAMPLES,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--version", action="version", version=__version__)
    parser.add_argument("command", choices=("run", "train"), metavar="run|train")
    parser.add_argument("batch_file", nargs="?", type=Path, metavar="BATCH", help="train: file with one batch's record")

    def option(group: argparse._ArgumentGroup, name: str, kind: Callable[[str], object], default: object, text: str,
               choices: Sequence[str] | None = None) -> None:
        fallback = environment.get(_PREFIX + name.upper().replace("-", "_"), default)
        shown = "" if default is None else f" (default {default})"
        # A default that is text is parsed like a flag, and refused like one.
        group.add_argument(f"--{name}", type=kind, default=fallback, help=text + shown, choices=choices)

    model = parser.add_argument_group("model")
    option(model, "model", Path, None, "GGUF file that workers answer with, or a Hugging Face folder")
    option(model, "base-sha256", str, None, "SHA-256 of that GGUF file; needed with a folder, checked with a file")
    option(model, "device", str, "auto", "where to train; auto takes CUDA if it is there", ("auto", "cpu", "cuda"))
    option(model, "dtype", str, "auto", "numbers of the base model; auto: bfloat16 on CUDA, else float32. LoRA "
           "weights are float32", ("auto", "float32", "bfloat16"))
    option(model, "threads", _count, None, "threads of the processor")
    option(model, "micro-batch", _count_or_zero, 0, "samples that go through the network at once; 0: 8 on CUDA, else 1")
    option(model, "frozen-mib", _count_or_zero, 256, "most MiB of keys and values kept for replay")

    files = parser.add_argument_group("files")
    option(files, "data", Path, "data", "folder of checkpoints and, unless --store says otherwise, of adapters")
    option(files, "store", Path, None, "folder of adapters and optimizer states by hash, shared with the workers")
    option(files, "schemas", Path, _shipped_schemas(), "folder of the project's record schemas")

    kafka = parser.add_argument_group("Kafka")
    option(kafka, "brokers", str, None, "HOST:PORT, several with commas")
    option(kafka, "group", str, "secl-training", "consumer group, BROKER.GROUP-training of the topology; who "
           "else is in it, `secl trainer` too, stands by")
    option(kafka, "batches-topic", str, "qa.training-batches", "topic of training batches")
    option(kafka, "adapters-topic", str, "qa.adapters", "topic of adapters")
    option(kafka, "failures-topic", str, "qa.dead-letters", "topic of batches that were refused")
    option(kafka, "session-timeout-ms", _between(1_000, 1_800_000), 30_000, "a service that Kafka hears nothing of keeps "
           "its partition for so long, broker.sessionTimeoutMs of the topology; a sign of life comes ten times as often")
    option(kafka, "transaction-timeout-ms", _between(10_000, 3_600_000), 60_000, "Kafka aborts a transaction that is open "
           "for so long")
    option(kafka, "security-protocol", str, "PLAINTEXT", "how brokers are spoken to",
           ("PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"))
    option(kafka, "sasl-mechanism", str, None, "with SASL", ("PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"))
    option(kafka, "sasl-username", str, None, "with SASL; the password comes from the environment or a file")
    option(kafka, "tls-ca", Path, None, "certificates that brokers are trusted by")
    option(kafka, "tls-certificate", Path, None, "certificate of this client")
    option(kafka, "tls-key", Path, None, "its key")
    option(kafka, "registry-url", str, None, "Confluent-compatible schema registry")
    option(kafka, "registry-username", str, None, "its user")
    option(kafka, "encoding", str, "single-object", "how adapters are written; both are read",
           ("single-object", "confluent"))

    service = parser.add_argument_group("service")
    option(service, "health-port", _count_or_zero, 8080, "port of /healthz and /readyz; 0: none")
    option(service, "stall-seconds", float, 600.0, "not healthy when nothing moved for this long")
    option(service, "drain-seconds", float, 25.0, "how long a batch may go on after SIGTERM")
    option(service, "max-batches", _count, None, "stop after so many batches")
    return parser


def _between(least: int, most: int) -> Callable[[str], int]:
    def milliseconds(text: str | int) -> int:
        value = int(text)
        if not least <= value <= most:
            raise argparse.ArgumentTypeError(f"must be from {least} to {most}, not {value}")
        return value

    return milliseconds


def _count(text: str) -> int:
    value = int(text)
    if value < 1:
        raise ValueError(text)
    return value


def _count_or_zero(text: str) -> int:
    value = int(text)
    if value < 0:
        raise ValueError(text)
    return value


def _shipped_schemas() -> str:
    """The repository's folder, beside which this package lies; an image names its own by the environment."""
    return str(Path(__file__).resolve().parents[3] / "schemas")
