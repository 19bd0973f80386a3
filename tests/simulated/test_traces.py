"""One saga is one trace, seen from outside: in OpenTelemetry's spans, in envelopes, and in what is stored."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import request
from opentelemetry.sdk.trace import ReadableSpan

from simulators.stories import tomorrow
from simulators.world.inside import Inside
from simulators.world.topology import COMMUNICATION, LEARNING, STRIPE
from tests.simulated.traced_service import SPANS

TRACED = "tests.simulated.traced_service:create_app"
THEIRS = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


class Envelopes(Inside):
    """A world in which every envelope is kept as it arrives, and the headers beside it."""

    def __init__(self, directory: Path, **more: Any) -> None:
        super().__init__(directory, **more)
        self.heard: list[tuple[dict[str, Any], dict[str, str]]] = []
        for service in self.services.values():
            service.app.before_request(self._listen)

    def _listen(self) -> None:
        if request.mimetype == "application/cloudevents+json":
            headers = {name.lower(): value for name, value in request.headers}
            self.heard.append((json.loads(request.get_data()), headers))


def enroll(world: Inside, **headers: str) -> str:
    world.learning.create_course("algebra")
    student = world.student("ada")
    if headers:
        answer = student._learning.client.post("/courses/algebra/enroll", **headers)
        return str(answer["sagaId"])
    return student.enroll("algebra")


def buy_course(world: Inside) -> str:
    saga_id = enroll(world)
    world.student("ada").pay(saga_id)
    world.settle()
    return saga_id


def book_session(world: Inside) -> str:
    world.tutors.hire("grace")
    saga_id = world.student("ada").book("grace", tomorrow(world), 60)
    world.student("ada").pay(saga_id)
    world.settle()
    return saga_id


def lose_the_webhook(world: Inside) -> str:
    world.plant_fault(STRIPE, "lost_delivery", event="payment_intent.succeeded")
    saga_id = buy_course(world)
    world.pass_time(timedelta(minutes=15))
    return saga_id


def get_a_refund(world: Inside) -> str:
    world.plant_fault(LEARNING, "rejected_enrollment")
    saga_id = buy_course(world)
    world.pass_time(timedelta(minutes=5))
    return saga_id


@pytest.fixture
def world(tmp_path: Path) -> Iterator[Inside]:
    SPANS.clear()
    with Inside(tmp_path, service=TRACED) as world:
        yield world


def spans_of(saga_id: str) -> list[ReadableSpan]:
    found = [span for span in SPANS.get_finished_spans() if (span.attributes or {}).get("saga.id") == saga_id]
    assert found
    return found


def span_id(span: ReadableSpan) -> int:
    return span.get_span_context().span_id  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("live", "outcome"),
    [
        (buy_course, "COMPLETED"),
        (book_session, "COMPLETED"),
        (lose_the_webhook, "COMPLETED"),
        (get_a_refund, "REFUNDED"),
    ],
)
def test_a_whole_purchase_is_one_trace_that_begins_once(
    world: Inside, live: Callable[[Inside], str], outcome: str
) -> None:
    saga_id = live(world)
    assert (world.payment.find_saga(saga_id) or {})["outcome"] == outcome
    spans = spans_of(saga_id)
    steps = [span for span in spans if span.name.endswith(" step")]
    assert len({span.get_span_context().trace_id for span in spans}) == 1  # type: ignore[union-attr]
    assert len({span_id(span) for span in spans}) == len(spans)
    assert len([span for span in spans if span.parent is None]) == 1
    assert {span.parent.span_id for span in spans if span.parent} <= {span_id(span) for span in spans}
    assert (steps[-1].attributes or {})["saga.state"] == outcome
    assert {span.kind.name for span in spans} == {"SERVER", "INTERNAL", "CLIENT"}


@pytest.mark.parametrize(
    ("live", "led_on", "parent"),
    [
        (buy_course, "MoneyReceived", "POST /webhooks/stripe"),
        (lose_the_webhook, "PaymentCheckDue", "EnrollInCourseSaga step"),
    ],
)
def test_the_wait_is_a_link_to_the_step_that_was_made_last(
    world: Inside, live: Callable[[Inside], str], led_on: str, parent: str
) -> None:
    spans = spans_of(live(world))
    steps = [span for span in spans if span.name.endswith(" step")]
    (after,) = [each for each in steps if (each.attributes or {})["message.name"] == led_on]
    before = steps[steps.index(after) - 1]
    assert [link.context.span_id for link in after.links] == [span_id(before)]
    assert [span.name for span in spans if after.parent and span_id(span) == after.parent.span_id] == [parent]


def test_what_is_sent_is_a_child_of_the_step_that_asked_for_it_and_the_answer_a_child_of_that(world: Inside) -> None:
    spans = spans_of(buy_course(world))
    by_id = {span_id(span): span for span in spans}
    sent = [span for span in spans if span.kind.name == "CLIENT"]
    assert {by_id[span.parent.span_id].kind.name for span in sent if span.parent} == {"INTERNAL"}
    confirmed = next(span for span in spans if (span.attributes or {}).get("message.name") == "EnrollmentConfirmed")
    request_span = by_id[confirmed.parent.span_id]  # type: ignore[union-attr]
    assert request_span.name == "POST /events"
    asked = by_id[request_span.parent.span_id]  # type: ignore[union-attr]
    assert (asked.attributes or {})["message.name"] == "MoneyReceived"


def test_an_attempt_that_failed_says_so(world: Inside) -> None:
    world.plant_fault(STRIPE, "server_error", path="/v1/payment_intents")
    saga_id = enroll(world)
    world.pass_time(timedelta(minutes=1))
    created = [span for span in spans_of(saga_id) if span.name == "CreateIntent to stripe"]
    assert [(span.status.status_code.name, span.status.description) for span in created] == [
        ("ERROR", "UnavailableError"),
        ("UNSET", None),
    ]


def test_no_span_holds_a_secret(world: Inside) -> None:
    saga_id = get_a_refund(world)
    secret = world.student("ada").client_secret(saga_id)
    text = "".join(span.to_json() for span in SPANS.get_finished_spans())
    secrets = [*vars(world.topology.credentials).values(), secret]
    assert [each for each in secrets if str(each) in text] == []


@pytest.mark.parametrize("service", ["reference.app:create_app", TRACED])
def test_a_trace_that_others_began_is_gone_on_with(tmp_path: Path, service: str) -> None:
    with Envelopes(tmp_path, service=service) as world:
        saga_id = enroll(world, traceparent=THEIRS, tracestate="congo=t61rcWkgMzE")
        world.student("ada").pay(saga_id)
        world.pass_time(timedelta(days=1))
        assert len(world.heard) > 5
        for envelope, headers in world.heard:
            assert envelope["traceparent"].split("-")[1] == THEIRS.split("-")[1], envelope["type"]
            assert envelope["tracestate"] == "congo=t61rcWkgMzE"
            if envelope["source"] == "edtech.payment-service":
                assert headers["traceparent"].split("-")[1] == THEIRS.split("-")[1]
                assert headers["traceparent"] != envelope["traceparent"]  # An attempt is not what it carries.


@pytest.mark.parametrize("odd", ["00-1", "ff" + THEIRS[2:], THEIRS.upper(), "x" * 3000])
def test_what_is_no_trace_is_ignored_and_the_saga_begins_one(tmp_path: Path, odd: str) -> None:
    with Envelopes(tmp_path) as world:
        saga_id = enroll(world, traceparent=odd)
        world.student("ada").pay(saga_id)
        world.settle()
        assert (world.payment.find_saga(saga_id) or {})["outcome"] == "COMPLETED"
        begun, *others = [envelope.get("traceparent") for envelope, _ in world.heard]
        assert begun is None
        assert len({trace.split("-")[1] for trace in others if trace}) == 1


def envelopes(directory: Path) -> list[Any]:
    directory.mkdir()
    with Envelopes(directory, seed=3) as world:
        world.plant_fault(COMMUNICATION, "duplicate_delivery", times=None)
        buy_course(world)
        book_session(world)
        world.pass_time(timedelta(days=1))
        return world.heard


def test_traces_are_the_same_byte_for_byte_when_a_seed_is_run_again(tmp_path: Path) -> None:
    first = envelopes(tmp_path / "first")
    assert first == envelopes(tmp_path / "second")
    assert len({envelope["traceparent"].split("-")[1] for envelope, _ in first if "traceparent" in envelope}) == 2
