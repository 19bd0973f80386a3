"""What OpenTelemetry is told by its own variables, and what a collector gets."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from reference.app import create_app
from reference.settings import ConfigurationError, read_settings
from reference.telemetry import open_telemetry
from reference.tracing import TraceContext, TraceSpan, first_step
from tests.unit.reference.builders import NOON, WINDOW_END
from tests.unit.reference.test_settings import GOOD, faults

OTLP, TRACES = "OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"


class Collector(ThreadingHTTPServer):
    """Takes what is exported to it."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Intake)
        self.taken: list[ExportTraceServiceRequest] = []
        self.url = f"http://127.0.0.1:{self.server_port}"


class Intake(BaseHTTPRequestHandler):
    server: Collector

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        assert self.path == "/v1/traces"
        self.server.taken.append(ExportTraceServiceRequest.FromString(body))
        self.send_response(200)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's word
        pass


@pytest.fixture
def collector() -> Iterator[Collector]:
    with Collector() as collector:
        Thread(target=collector.serve_forever, daemon=True).start()
        yield collector
        collector.shutdown()


@pytest.mark.parametrize(
    ("said", "exporters"),
    [
        ({}, ()),
        ({OTLP: "http://collector:4318"}, ("otlp",)),
        ({TRACES: "http://collector:4318/v1/traces"}, ("otlp",)),
        ({OTLP: "http://collector:4318", "OTEL_TRACES_EXPORTER": "none"}, ()),
        ({OTLP: "http://collector:4318", "OTEL_SDK_DISABLED": "TRUE"}, ()),
        ({"OTEL_SDK_DISABLED": "true", "OTEL_TRACES_EXPORTER": "zipkin"}, ()),
        ({"OTEL_TRACES_EXPORTER": "console, otlp"}, ("console", "otlp")),
        ({"OTEL_SERVICE_NAME": "payments", "OTEL_TRACES_SAMPLER": "always_on"}, ()),
    ],
)
def test_nothing_is_recorded_unless_its_variables_say_where_to(
    said: dict[str, str], exporters: tuple[str, ...]
) -> None:
    assert read_settings(GOOD | said).span_exporters == exporters


def test_an_exporter_that_there_is_not_is_named_at_start() -> None:
    assert faults(OTEL_TRACES_EXPORTER="otlp,zipkin") == [
        "OTEL_TRACES_EXPORTER must be one of otlp, console, none, or several"
    ]


def test_a_log_format_that_there_is_not_is_named_at_start() -> None:
    assert faults(LOG_FORMAT="xml") == ["LOG_FORMAT must be text or json"]


def test_who_wants_traces_without_the_extra_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "reference.telemetry")
    monkeypatch.setitem(sys.modules, "opentelemetry", None)
    with pytest.raises(ConfigurationError, match="opentelemetry is missing: install the extra otel"):
        create_app(GOOD | {OTLP: "http://collector:4318"})


def export(collector: Collector, monkeypatch: pytest.MonkeyPatch, *spans: TraceSpan, **environ: str) -> None:
    for name, value in (environ | {OTLP: collector.url}).items():
        monkeypatch.setenv(name, value)
    telemetry = open_telemetry(["otlp"])
    for span in spans:
        telemetry.record(span)
    telemetry.provider.shutdown()


def span(context: TraceContext, parent_id: str = "", **more: str) -> TraceSpan:
    links = (first_step("saga_9"),)
    return TraceSpan("a step", "INTERNAL", context, parent_id, NOON, WINDOW_END, {"saga.id": "saga_1"}, links, **more)


def test_a_collector_gets_a_span_under_the_ids_that_were_passed_on(
    collector: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = first_step("saga_1")
    state = TraceContext(first.trace_id, first.child("x").span_id, state="a=1")
    export(collector, monkeypatch, span(first), span(state, first.span_id, failure="UnavailableError"))
    (resource,) = collector.taken[0].resource_spans
    assert [each.value.string_value for each in resource.resource.attributes if each.key == "service.name"] == [
        "payment-service"
    ]
    root, child = resource.scope_spans[0].spans
    assert (root.trace_id.hex(), root.span_id.hex(), root.parent_span_id) == (first.trace_id, first.span_id, b"")
    assert (child.trace_id.hex(), child.span_id.hex()) == (first.trace_id, state.span_id)
    assert (child.parent_span_id.hex(), child.trace_state) == (first.span_id, "a=1")
    assert (child.status.message, root.status.message) == ("UnavailableError", "")
    assert [link.trace_id.hex() for link in root.links] == [first_step("saga_9").trace_id]
    assert root.start_time_unix_nano == int(NOON.timestamp()) * 10**9
    assert root.end_time_unix_nano == int(WINDOW_END.timestamp()) * 10**9


def test_a_trace_that_is_not_sampled_is_not_exported(collector: Collector, monkeypatch: pytest.MonkeyPatch) -> None:
    first = first_step("saga_1")
    export(collector, monkeypatch, span(TraceContext(first.trace_id, first.span_id, 0), "1" * 16))
    assert collector.taken == []


def test_a_service_may_have_another_name(collector: Collector, monkeypatch: pytest.MonkeyPatch) -> None:
    export(collector, monkeypatch, span(first_step("saga_1")), OTEL_SERVICE_NAME="till")
    (resource,) = collector.taken[0].resource_spans
    assert "till" in str(resource.resource.attributes)


@pytest.mark.parametrize(("share", "expected"), [("0.0", False), ("1.0", True)])
def test_the_sampler_of_its_variables_decides_where_a_trace_begins(
    monkeypatch: pytest.MonkeyPatch, share: str, *, expected: bool
) -> None:
    monkeypatch.setenv("OTEL_TRACES_SAMPLER", "parentbased_traceidratio")
    monkeypatch.setenv("OTEL_TRACES_SAMPLER_ARG", share)
    assert open_telemetry([]).samples(first_step("saga_1").trace_id) is expected
