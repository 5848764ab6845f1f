"""librdkafka's settings for how brokers are reached."""

import logging
from typing import Any

from ..settings import Settings

_log = logging.getLogger(__name__)


def client_settings(settings: Settings, name: str) -> dict[str, Any]:
    """What consumers, producers and admin clients have in common. Holds secrets: never print it."""
    found = {
        "bootstrap.servers": settings.brokers,
        "client.id": name,
        "security.protocol": settings.security_protocol,
        "sasl.mechanism": settings.sasl_mechanism,
        "sasl.username": settings.sasl_username,
        "sasl.password": settings.sasl_password,
        "ssl.ca.location": settings.tls_ca,
        "ssl.certificate.location": settings.tls_certificate,
        "ssl.key.location": settings.tls_key,
        "ssl.key.password": settings.tls_key_password,
        "allow.auto.create.topics": False,
    }
    used = {key: value if isinstance(value, (str, bool)) else str(value) for key, value in found.items()
            if value is not None}
    return {**used, "logger": _log, "error_cb": _on_error}


def _on_error(error: Any) -> None:
    # librdkafka goes on trying; what cannot be tried again is raised where it is called.
    _log.warning("Kafka: %s", error.str())
