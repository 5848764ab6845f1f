"""Traces and metrics, joined to those of the questions by the context in records' headers."""

import os
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from opentelemetry import metrics, propagate, trace
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
from opentelemetry.sdk.resources import OTELResourceDetector, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanProcessor

from . import __version__

_NAME = "secl_trainer"
#: Most contexts of questions that a span links to; OpenTelemetry's own limit.
_MOST_LINKS = 128


class Telemetry:
    """Spans hold ids and numbers, never tokens or text."""

    def __init__(self, group: str, topic: str, spans: SpanProcessor | None = None,
                 environment: Mapping[str, str] = os.environ) -> None:
        """spans: where spans go; None: to OTLP if the environment names an endpoint, else nowhere."""
        # What the environment says of the service (OTEL_SERVICE_NAME, OTEL_RESOURCE_ATTRIBUTES) wins.
        resource = Resource.create({"service.name": "secl-trainer", "service.version": __version__,
                                    "service.instance.id": str(uuid.uuid4())}).merge(OTELResourceDetector().detect())
        self._tracer_provider = TracerProvider(resource=resource)
        readers = []
        if spans is None and environment.get("OTEL_EXPORTER_OTLP_ENDPOINT"):
            spans = BatchSpanProcessor(OTLPSpanExporter())
            readers.append(PeriodicExportingMetricReader(OTLPMetricExporter()))
        if spans is not None:
            self._tracer_provider.add_span_processor(spans)
        self._meter_provider = MeterProvider(resource=resource, metric_readers=readers)
        self._tracer = self._tracer_provider.get_tracer(_NAME, __version__)
        meter: metrics.Meter = self._meter_provider.get_meter(_NAME, __version__)
        self._batches = meter.create_counter("secl.trainer.batches", "{batch}", "Batches by what came of them")
        self._duration = meter.create_histogram("secl.trainer.batch.duration", "s", "Time that training took")
        self._tokens = meter.create_counter("secl.trainer.forward_tokens", "{token}", "Positions computed to train")
        self._attributes = {
            "messaging.system": "kafka",
            "messaging.operation.name": "process",
            "messaging.operation.type": "process",
            "messaging.destination.name": topic,
            "messaging.consumer.group.name": group,
        }

    @contextmanager
    def batch(self, headers: Sequence[tuple[str, bytes]], partition: int, offset: int) -> Iterator[trace.Span]:
        """The span of one batch: a child of the context its record carries, with a link to each question's.

        Question contexts are read from `secl-link` headers, in traceparent's form, one after the other with commas.
        """
        carrier = {key: value.decode("ascii", "replace") for key, value in headers
                   if key in ("traceparent", "tracestate") and value is not None}
        links = [link for key, value in headers if key == "secl-link" and value is not None
                 for context in value.decode("ascii", "replace").split(",")
                 for link in _link(context)][:_MOST_LINKS]
        attributes = {**self._attributes, "messaging.destination.partition.id": str(partition),
                      "messaging.kafka.offset": offset}
        topic = self._attributes["messaging.destination.name"]
        with self._tracer.start_as_current_span(f"process {topic}", propagate.extract(carrier),
                                                kind=trace.SpanKind.CONSUMER, attributes=attributes,
                                                links=links) as span:
            yield span

    @contextmanager
    def step(self, name: str) -> Iterator[trace.Span]:
        """A part of the batch's work."""
        with self._tracer.start_as_current_span(name) as span:
            yield span

    def headers(self) -> list[tuple[str, bytes]]:
        """What a record written now must carry so that its reader joins the trace."""
        carrier: dict[str, str] = {}
        propagate.inject(carrier)
        return [(key, value.encode()) for key, value in carrier.items()]

    def count(self, outcome: str, duration_s: float = 0.0, forward_tokens: int = 0) -> None:
        """outcome: trained, resumed, known, refused or invalid."""
        self._batches.add(1, {"secl.trainer.outcome": outcome})
        if outcome == "trained":
            self._duration.record(duration_s)
            self._tokens.add(forward_tokens)

    def close(self) -> None:
        """Sends what is left."""
        self._tracer_provider.shutdown()
        self._meter_provider.shutdown()


def _link(traceparent: str) -> list[trace.Link]:
    context = trace.get_current_span(propagate.extract({"traceparent": traceparent})).get_span_context()
    return [trace.Link(context)] if context.is_valid else []
