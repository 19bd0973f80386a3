"""What a broker brings, read; and a broker that cannot be spoken to, told at start."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from reference.app import create_app
from reference.domain.enrollment import EnrollInCourseInitiated
from reference.domain.messages import Unreadable
from reference.gateways.broker import read
from reference.settings import ConfigurationError
from tests.unit.reference.test_settings import GOOD

DATA = {"sagaId": "saga_1", "studentId": "ada", "courseId": "algebra"}
ENVELOPE: dict[str, Any] = {
    "specversion": "1.0",
    "id": "evt_1",
    "source": "edtech.learning-service",
    "type": "EnrollInCourseInitiated",
    "subject": "saga_1",
    "data": DATA,
}


@pytest.mark.parametrize("body", [json.dumps(ENVELOPE), json.dumps(ENVELOPE).encode()])
def test_an_event_is_read_as_over_http(body: str | bytes) -> None:
    found = read(body)
    assert (found.source, found.message_id, found.unreadable) == ("edtech.learning-service", "evt_1", "")
    assert found.message == EnrollInCourseInitiated(saga_id="saga_1", student_id="ada", course_id="algebra")


def test_an_event_belongs_to_the_trace_that_its_envelope_names() -> None:
    trace = "00-" + "a" * 32 + "-" + "b" * 16 + "-01"
    assert str(read(json.dumps(ENVELOPE | {"traceparent": trace})).trace) == trace
    assert read(json.dumps(ENVELOPE)).trace is None


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"type": "CREATE_ENROLLMENT_RECORD"}, "/type: CREATE_ENROLLMENT_RECORD is not accepted here"),
        ({"type": "PaymentIntentCreated"}, "/type: PaymentIntentCreated is not accepted here"),
        ({"data": {"sagaId": "saga_1"}}, "/data/studentId: is required"),
        ({"source": "stripe"}, "/source: must be edtech.<service>"),
    ],
)
def test_what_cannot_be_read_says_why_and_does_not_take_the_id_of_what_may_come_mended(
    change: dict[str, Any], reason: str
) -> None:
    found = read(json.dumps(ENVELOPE | change))
    assert found.source == "broker"
    assert found.message_id.startswith("sha256:")
    assert isinstance(found.message, Unreadable)
    assert found.unreadable == f"it cannot be read: {reason}"


@pytest.mark.parametrize("body", [b"\xff\xfe", "", "[]", '"x"', "[" * 100_000, '{"id": "a\\u0000"}', '{"id": 7}'])
def test_what_is_no_envelope_is_named_by_what_it_is_and_can_be_stored(body: str | bytes) -> None:
    found, again = read(body), read(body)
    assert found.source == "broker"
    assert found.message_id == again.message_id
    assert found.message_id.startswith("sha256:")
    assert isinstance(found.message, Unreadable)
    assert "\0" not in found.message.body


def test_a_giant_is_kept_in_part() -> None:
    found = read("x" * 10_000_000)
    assert isinstance(found.message, Unreadable)
    assert len(found.message.body) < 1_000_000


@pytest.mark.parametrize(("url", "extra"), [("amqp://mq", "broker"), ("sqs://", "sqs")])
def test_who_names_a_broker_is_told_what_to_install(
    url: str, extra: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "kombu", None)
    with pytest.raises(ConfigurationError, match=rf"BROKER_URL needs .*payment-flow-harness\[{extra}\]"):
        create_app(GOOD | {"BROKER_URL": url, "DATABASE_URL": f"sqlite:///{tmp_path / 'x'}"})
