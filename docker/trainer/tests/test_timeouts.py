"""Times of the group and of transactions, as they reach librdkafka."""

from collections.abc import Mapping
from typing import Any

import pytest

from secl_trainer.kafka import committer, service
from secl_trainer.settings import read_settings

RUN = ["run", "--brokers", "b:1", "--model", "m.gguf"]


class Recorded(Exception):
    """Holds what a client was told."""

    def __init__(self, told: Mapping[str, Any]) -> None:
        self.told = told


def told(monkeypatch: pytest.MonkeyPatch, more: list[str], environment: Mapping[str, str]) -> dict[str, Any]:
    def record(configuration: Mapping[str, Any]) -> None:
        raise Recorded(configuration)

    monkeypatch.setattr(service, "Consumer", record)
    monkeypatch.setattr(committer, "Producer", record)
    settings = read_settings([*RUN, *more], environment)
    found: dict[str, Any] = {}
    for make in (lambda: service.Service(settings, None, None, None), lambda: committer.Committer(settings, 0)):  # type: ignore[arg-type]
        with pytest.raises(Recorded) as recorded:
            make()
        found |= recorded.value.told
    return {key: found[key] for key in ("session.timeout.ms", "heartbeat.interval.ms", "max.poll.interval.ms",
                                        "transaction.timeout.ms")}


def test_times_are_the_usual_ones_unless_they_are_set(monkeypatch: pytest.MonkeyPatch) -> None:
    assert list(told(monkeypatch, [], {}).values()) == [30_000, 3_000, 120_000, 60_000]
    flags = ["--session-timeout-ms", "200000", "--transaction-timeout-ms", "20000"]
    assert list(told(monkeypatch, flags, {}).values()) == [200_000, 20_000, 200_000, 20_000]
    variables = {"SECL_TRAINER_SESSION_TIMEOUT_MS": "9000", "SECL_TRAINER_TRANSACTION_TIMEOUT_MS": "10000"}
    assert list(told(monkeypatch, [], variables).values()) == [9_000, 900, 120_000, 10_000]


@pytest.mark.parametrize(("option", "value"), [("session-timeout-ms", "999"), ("transaction-timeout-ms", "9999"),
                                               ("session-timeout-ms", "soon")])
def test_times_out_of_range_are_refused(option: str, value: str, capsys: pytest.CaptureFixture[str]) -> None:
    variable = f"SECL_TRAINER_{option.upper().replace('-', '_')}"
    for arguments, environment in (([*RUN, f"--{option}", value], {}), (RUN, {variable: value})):
        with pytest.raises(SystemExit):
            read_settings(arguments, environment)
        assert option in capsys.readouterr().err
