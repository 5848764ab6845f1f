"""What the service says of itself where its traces and metrics go."""

from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from secl_trainer.telemetry import Telemetry


def _resource() -> dict[str, object]:
    spans = InMemorySpanExporter()
    telemetry = Telemetry("g", "qa.training-batches", SimpleSpanProcessor(spans), {})
    with telemetry.batch([], 0, 0):
        pass
    return dict(spans.get_finished_spans()[0].resource.attributes)


def test_two_processes_are_told_apart(monkeypatch) -> None:
    monkeypatch.delenv("OTEL_SERVICE_NAME", raising=False)
    monkeypatch.delenv("OTEL_RESOURCE_ATTRIBUTES", raising=False)
    first, second = _resource(), _resource()
    assert first["service.name"] == "secl-trainer"
    assert first["service.version"]
    assert first["service.instance.id"] != second["service.instance.id"]


def test_what_the_environment_says_of_the_service_wins(monkeypatch) -> None:
    monkeypatch.setenv("OTEL_RESOURCE_ATTRIBUTES", "service.name=trainers,service.instance.id=trainer-0,zone=b")
    assert {key: _resource()[key] for key in ("service.name", "service.instance.id", "zone")} == {
        "service.name": "trainers", "service.instance.id": "trainer-0", "zone": "b"}
    monkeypatch.setenv("OTEL_SERVICE_NAME", "trainer-of-one-team")
    assert _resource()["service.name"] == "trainer-of-one-team"
