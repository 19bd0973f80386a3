"""OpenTelemetry: its SDK records our spans, as its own OTEL_* variables say. Only this file needs the extra `otel`."""

from __future__ import annotations

from collections.abc import Sequence
from contextvars import ContextVar
from datetime import datetime
from importlib.metadata import entry_points

from opentelemetry import trace
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.id_generator import IdGenerator
from opentelemetry.sdk.trace.sampling import Decision

from reference.tracing import TraceContext, TraceSpan

EXPORTERS = {"otlp": "otlp_proto_http", "console": "console"}  # As OTEL_TRACES_EXPORTER names them, and packages do.
_RECORDED: ContextVar[TraceContext] = ContextVar("recorded")


class KnownIds(IdGenerator):
    """Gives a span the ids that were passed on in its name already."""

    def generate_span_id(self) -> int:
        """Return the id of the span that is being recorded."""
        return int(_RECORDED.get().span_id, 16)

    def generate_trace_id(self) -> int:
        """Return the id of its trace."""
        return int(_RECORDED.get().trace_id, 16)


class OpenTelemetry:
    """Records spans with a provider of the SDK's, which must take its ids from KnownIds."""

    def __init__(self, provider: TracerProvider) -> None:
        self.provider, self._tracer = provider, provider.get_tracer("payment-flow-harness")

    def samples(self, trace_id: str) -> bool:
        """Whether a trace that begins here is recorded: OTEL_TRACES_SAMPLER decides."""
        return self.provider.sampler.should_sample(None, int(trace_id, 16), "").decision is Decision.RECORD_AND_SAMPLE

    def record(self, span: TraceSpan) -> None:
        """Take a span that is over; it is exported by a thread of the SDK's."""
        token = _RECORDED.set(span.context)
        recorded = self._tracer.start_span(
            span.name,
            trace.set_span_in_context(trace.NonRecordingSpan(_parent(span))),
            trace.SpanKind[span.kind],
            dict(span.attributes),
            [trace.Link(_at(each)) for each in span.links],
            _nanoseconds(span.started_at),
        )
        _RECORDED.reset(token)
        if span.failure:
            recorded.set_status(trace.StatusCode.ERROR, span.failure)
        recorded.end(_nanoseconds(span.ended_at))


def open_telemetry(exporters: Sequence[str]) -> OpenTelemetry:
    """Return what sends spans to each of the EXPORTERS named; the SDK reads from the environment how."""
    resource = Resource.create()
    if str(resource.attributes[SERVICE_NAME]).startswith("unknown_service"):
        resource = resource.merge(Resource({SERVICE_NAME: "payment-service"}))
    provider = TracerProvider(resource=resource, id_generator=KnownIds())
    for name in exporters:
        (found,) = entry_points(group="opentelemetry_traces_exporter", name=EXPORTERS[name])
        provider.add_span_processor(BatchSpanProcessor(found.load()()))
    return OpenTelemetry(provider)


def _parent(span: TraceSpan) -> trace.SpanContext:
    if not span.parent_id:
        return trace.INVALID_SPAN_CONTEXT
    return _at(TraceContext(span.context.trace_id, span.parent_id, span.context.flags, span.context.state))


def _at(context: TraceContext) -> trace.SpanContext:
    return trace.SpanContext(
        int(context.trace_id, 16),
        int(context.span_id, 16),
        is_remote=True,
        trace_flags=trace.TraceFlags(context.flags),
        trace_state=trace.TraceState.from_header([context.state]),
    )


def _nanoseconds(at: datetime) -> int:
    return int(at.timestamp() * 1_000_000) * 1000
