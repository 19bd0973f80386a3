"""The reference with OpenTelemetry's own exporter for tests: `SPANS` has what it would send."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Flask
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from reference import app
from reference.telemetry import KnownIds, OpenTelemetry

SPANS = InMemorySpanExporter()


def create_app(environ: Mapping[str, str], **seams: Any) -> Flask:
    provider = TracerProvider(id_generator=KnownIds(), shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(SPANS))
    return app.create_app(environ, **seams, tracer=OpenTelemetry(provider))
