"""What Prometheus reads: true figures, by the conventions, and cheap however much is stored."""

from __future__ import annotations

import re
from typing import Any

from prometheus_client.parser import text_string_to_metric_families
from responses import RequestsMock
from sqlalchemy.dialects import sqlite

from reference.application.circuit import FAILURES
from reference.storage import lists
from tests.unit.reference.gateways.stripe_objects import event
from tests.unit.reference.web.service_under_test import INITIATED, PAID, Service, token

NAMES = {
    "payments_webhook_received": "counter",
    "payments_saga_duration_seconds": "histogram",
    "payments_sagas": "gauge",
    "payments_sagas_parked": "gauge",
    "payments_dead_letters": "gauge",
    "payments_outbox_pending": "gauge",
    "payments_outbox_oldest_seconds": "gauge",
    "payments_circuit_open": "gauge",
    "payments_outbox_lease_losses": "counter",
    "payments_conflicts": "counter",
}
GONE = INITIATED | {"id": "x1", "type": "EnrollmentRejected", "data": {"sagaId": "saga_9", "reason": "gone"}}
ENROLLED = INITIATED | {
    "id": "x2",
    "type": "EnrollmentConfirmed",
    "data": {"sagaId": "saga_1", "enrollmentId": "enr_1", "courseId": "algebra", "studentId": "ada"},
}


def scraped(service: Service) -> list[Any]:
    answer = service.client.get("/metrics")
    assert answer.content_type.startswith("text/plain; version=0.0.4")
    return list(text_string_to_metric_families(answer.text))


def figures(service: Service) -> dict[str, float]:
    """Return each sample by its name and labels, as Prometheus shows them; of the buckets the last."""

    def shown(sample: Any) -> str:
        labels = ",".join(f"{name}={value}" for name, value in sorted(sample.labels.items()) if name != "le")
        return f"{sample.name}{{{labels}}}" if labels else str(sample.name)

    return {shown(sample): sample.value for family in scraped(service) for sample in family.samples}


def test_every_figure_has_a_name_by_the_conventions_a_type_and_a_meaning(service: Service) -> None:
    assert {family.name: family.type for family in scraped(service)} == NAMES
    assert all(family.documentation for family in scraped(service))


def test_sagas_are_counted_by_state_and_outcome(service: Service, world: RequestsMock) -> None:
    for number, student in enumerate(("ada", "bob", "cleo")):
        data = {"sagaId": f"saga_{number}", "studentId": student, "courseId": "algebra"}
        service.event(INITIATED | {"id": f"e{number}", "data": data})
    service.post("/sagas/saga_0/cancel", headers=token())
    service.park("saga_2")
    found = figures(service)
    assert found["payments_sagas{outcome=,saga=EnrollInCourseSaga,state=VERIFYING_COURSE}"] == 1
    assert found["payments_sagas{outcome=CANCELLED,saga=EnrollInCourseSaga,state=CANCELLED}"] == 1
    assert found["payments_sagas_parked"] == 1


def test_how_long_a_saga_took_is_counted_once_when_it_ends(service: Service, world: RequestsMock) -> None:
    service.event()
    service.work(world)
    service.later(seconds=40)
    service.webhook(PAID)
    service.later(seconds=2)
    took = "payments_saga_duration_seconds_{}{{outcome=COMPLETED,saga=EnrollInCourseSaga}}"
    assert took.format("count") not in figures(service)
    for number in range(2):
        service.event(ENROLLED | {"id": f"x{number}"})
        service.event(INITIATED | {"id": f"again{number}"})
    found = figures(service)
    assert (found[took.format("count")], found[took.format("sum")]) == (1, 42)


def test_webhooks_are_counted_by_result(service: Service, world: RequestsMock) -> None:
    service.event()
    service.work(world)
    for _ in range(2):
        service.webhook(PAID)
    service.webhook(event("charge.succeeded", {"id": "ch_1"}, id="evt_9"))
    service.client.post("/webhooks/stripe", data=b"{}", headers={"Stripe-Signature": "t=1,v1=forged"})
    found = {name: value for name, value in figures(service).items() if "webhook" in name}
    assert found == {
        "payments_webhook_received_total{result=applied,type=payment_intent.succeeded}": 1,
        "payments_webhook_received_total{result=duplicate,type=payment_intent.succeeded}": 1,
        "payments_webhook_received_total{result=ignored,type=charge.succeeded}": 1,
        "payments_webhook_received_total{result=refused,type=}": 1,
    }


def test_what_is_still_to_be_said_and_for_how_long(service: Service, world: RequestsMock) -> None:
    waiting, oldest = "payments_outbox_pending{receiver=learning}", "payments_outbox_oldest_seconds{receiver=learning}"
    assert (figures(service)[waiting], figures(service)[oldest]) == (0, 0)
    service.event()
    service.later(seconds=90)
    assert (figures(service)[waiting], figures(service)[oldest]) == (1, 90)
    assert figures(service)["payments_outbox_pending{receiver=stripe}"] == 0
    service.work(world)
    assert figures(service)[waiting] == 0


def test_a_receiver_that_answers_nobody_is_seen(service: Service) -> None:
    circuit = "payments_circuit_open{receiver=learning}"
    assert figures(service)[circuit] == 0
    for number in range(FAILURES):
        data = {"sagaId": f"saga_{number}", "studentId": f"student_{number}", "courseId": "algebra"}
        service.event(INITIATED | {"id": f"e{number}", "data": data})
    with RequestsMock():  # where nobody is registered, nobody answers
        while service.app.extensions["background"].pump():
            pass
    assert figures(service)[circuit] == 1


def test_dead_letters_are_counted_until_somebody_deals_with_them(service: Service) -> None:
    service.event(GONE)
    assert figures(service)["payments_dead_letters"] == 1
    service.post("/dead-letters/1/resolve", {"why": "told by telephone"})
    assert figures(service)["payments_dead_letters"] == 0


def test_no_label_names_anybody(service: Service, world: RequestsMock) -> None:
    service.event()
    service.work(world)
    service.webhook(PAID)
    service.event(ENROLLED)
    service.event(GONE)
    text = service.client.get("/metrics").text
    assert not re.search(r"saga_\d|ada|algebra|pi_\d|pay_|enr_|evt_", text)


def test_counting_reads_an_index_and_no_bodies(service: Service) -> None:
    question = str(lists._COUNT.compile(dialect=sqlite.dialect()))
    plan = service.query(f"EXPLAIN QUERY PLAN {question}")
    assert [step for *_, step in plan] == ["SCAN sagas USING COVERING INDEX sagas_alike"]
