"""Asks whether a broker answers."""

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

from ..settings import Settings
from .client_settings import client_settings

#: Less than probes of containers wait for an answer of ours.
_PATIENCE_S = 3


class BrokerProbe:
    """A connection of its own, for what must not wait behind batches. May be asked by several threads at once."""

    def __init__(self, settings: Settings) -> None:
        self._topic = settings.batches_topic
        found = client_settings(settings, "secl-trainer-probe")
        # What is wrong is told by the consumer; nobody polls this client, so that its messages would pile up.
        self._client = AdminClient({**{key: value for key, value in found.items() if key not in ("logger", "error_cb")},
                                    "log_level": 0})

    def answers(self) -> bool:
        """Whether a broker answers within 3 s."""
        try:
            self._client.list_topics(self._topic, timeout=_PATIENCE_S)
        except KafkaException:
            return False
        return True
