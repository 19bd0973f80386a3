"""The service as a process of its own: its log is JSON and nothing else, and its spans are exported before it ends."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import requests

from simulators.package_data import ENVIRONMENT
from tests.unit.reference.test_telemetry import Collector, collector
from tests.unit.reference.web.service_under_test import INITIATED

__all__ = ["collector"]
pytestmark = pytest.mark.apart
SPANS = {"POST /events", "EnrollInCourseSaga step"}
PERHAPS = {"VerifyCourse to learning"}  # If it was begun before the service was told to end.
THEIRS = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def environment(folder: Path) -> dict[str, str]:
    lines = [line for line in ENVIRONMENT.read_text().splitlines() if line and not line.startswith("#")]
    nowhere = dict.fromkeys(("LEARNING_SERVICE_URL", "STRIPE_API_BASE"), "http://127.0.0.1:9")
    known = dict(line.split("=", 1) for line in lines) | nowhere
    return known | {"DATABASE_URL": f"sqlite:///{folder}/payments.sqlite3", "LOG_FORMAT": "json"}


def test_a_saga_is_found_in_the_log_and_at_the_collector_by_the_same_trace(
    collector: Collector, tmp_path: Path
) -> None:
    environ = environment(tmp_path) | {"OTEL_EXPORTER_OTLP_ENDPOINT": collector.url}
    process = subprocess.Popen(
        [sys.executable, "-m", "simulators.cli", "serve", "--port", "0", "--until-stdin-closes"],
        env=os.environ | environ, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stderr
    url = process.stderr.readline().split()[-1]
    headers = {"Authorization": f"Bearer {environ['SERVICE_TOKEN']}", "Content-Type": "application/cloudevents+json"}
    envelope = json.dumps(INITIATED | {"traceparent": THEIRS})
    assert requests.post(f"{url}/events", data=envelope, headers=headers, timeout=10).status_code == 202
    log, _ = process.communicate()
    assert process.returncode == 0
    lines = [json.loads(line) for line in log.splitlines()]
    ours = [line for line in lines if line.get("saga_id") == "saga_1"]
    assert {line["trace_id"] for line in ours} == {THEIRS.split("-")[1]}
    spans = [
        span
        for taken in collector.taken
        for resource in taken.resource_spans
        for scope in resource.scope_spans
        for span in scope.spans
    ]
    assert {span.name for span in spans} - PERHAPS == SPANS
    assert {span.trace_id.hex() for span in spans} == {THEIRS.split("-")[1]}
    assert not [secret for secret in ("SERVICE_TOKEN", "JWT_SECRET", "STRIPE_API_KEY") if environ[secret] in log]
