"""Faults, webhooks and the clock: break it, see it, mend it, let time pass."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from simulators.console.faults import QUICK
from simulators.console.session import Session
from simulators.console.webhooks import TROUBLES
from tests.integration.console.conftest import JSON, Visitor

pytestmark = pytest.mark.served


def test_what_is_broken_is_in_view_on_every_page_until_all_is_calm(visitor: Visitor) -> None:
    for number, (_, service, fault, parameters) in enumerate(QUICK, 1):
        visitor.act(f"/faults/{service}/{fault}", **parameters)
        assert len(visitor.read_json("/faults")["planted"]) == number
    assert "Clear all faults" in visitor.read_page("/help")
    assert re.fullmatch(r"All clear: \d+ faults cleared\.", visitor.act("/calm")["said"])
    assert "No active faults" in visitor.read_page("/help")


def test_a_fault_is_planted_with_its_parameters_and_lifted(visitor: Visitor, session: Session) -> None:
    visitor.act("/faults/stripe/latency", latency="2500.5", times="", path="/v1/refunds")
    (planted,) = session.active_faults()
    assert (planted["latency"], planted["times"], planted["path"]) == (2500.5, 1, "/v1/refunds")
    visitor.act(f"/faults/stripe/{planted['id']}/lift")
    assert session.active_faults() == []


@pytest.mark.parametrize(
    ("path", "sent"),
    [
        ("/faults/stripe/gremlins", {}),
        ("/faults/stripe/latency", {}),
        ("/faults/stripe/latency", {"latency": "long"}),
        ("/faults/stripe/latency", {"latency": "1", "colour": "red"}),
        ("/faults/stripe/latency", {"latency": "1", "name": "down", "service": "stripe"}),
    ],
)
def test_a_fault_that_cannot_be_is_refused_by_name(visitor: Visitor, path: str, sent: dict[str, str]) -> None:
    answer = visitor.post(path, data=sent, headers=JSON)
    assert answer.status_code == 409
    assert answer.get_json()["detail"]


def test_nothing_breaks_where_nothing_is(visitor: Visitor) -> None:
    assert visitor.post("/faults/payment-service/down", headers=JSON).status_code == 404
    assert visitor.post("/faults/nobody/x/lift", headers=JSON).status_code == 404


@pytest.mark.parametrize(("label", "fault", "more", "meaning"), TROUBLES, ids=[each[0] for each in TROUBLES])
def test_each_trouble_of_the_next_webhook_can_be_planted(
    visitor: Visitor, session: Session, label: str, fault: str, more: dict[str, int], meaning: str
) -> None:
    page = visitor.read_page("/webhooks")
    assert f'formaction="/faults/stripe/{fault}"' in page
    assert label in page
    visitor.act(f"/faults/stripe/{fault}", event="payment_intent.succeeded", **more)
    assert [each["fault"] for each in session.active_faults()] == [fault]


def test_a_webhook_is_held_and_resent(visitor: Visitor, session: Session) -> None:
    student = session.world.student("holder")
    saga_id = student.enroll("biology")
    student.client_secret(saga_id)
    visitor.act("/faults/stripe/delayed_delivery", event="payment_intent.succeeded", seconds="259200")
    student.pay(saga_id)
    session.world.settle()
    pending = visitor.read_json(f"/webhooks?saga={saga_id}&status=PENDING")["items"]
    assert [each["event"] for each in pending] == ["payment_intent.succeeded"]
    assert visitor.read_json(f"/sagas/{saga_id}")["saga"]["state"] == "AWAITING_PAYMENT"
    visitor.act(f"/webhooks/{pending[0]['about']}/resend")
    session.world.settle()
    assert visitor.read_json(f"/sagas/{saga_id}")["saga"]["outcome"] == "COMPLETED"
    tried = visitor.read_json(f"/webhooks/{pending[0]['about']}")["deliveries"]
    assert sorted(each["status"] for each in tried) == ["DELIVERED", "PENDING"]


def test_what_is_done_to_one_message_happens_to_no_other(visitor: Visitor, session: Session) -> None:
    sagas = []
    for name in ("this", "other"):
        student = session.world.student(name)
        sagas.append(saga_id := student.enroll("biology"))
        student.client_secret(saga_id)
        visitor.act("/faults/stripe/delayed_delivery", event="payment_intent.succeeded", seconds="259200")
        student.pay(saga_id)
        session.world.settle()
    this, other = (visitor.read_json(f"/webhooks?saga={saga_id}&status=PENDING")["items"][0] for saga_id in sagas)
    assert f'action="/deliveries/stripe/{this["id"]}/faults/tampered_body"' in visitor.read_page("/webhooks")
    assert f'action="/deliveries/stripe/{this["id"]}/now"' in visitor.read_page(f"/webhooks/{this['about']}")
    visitor.act(f"/deliveries/stripe/{this['id']}/faults/wrong_signature")
    visitor.act(f"/deliveries/stripe/{other['id']}/now")
    session.world.settle()
    assert visitor.read_json(f"/sagas/{sagas[1]}")["saga"]["outcome"] == "COMPLETED"
    visitor.act(f"/deliveries/stripe/{this['id']}/now")
    session.world.settle()
    (tried,) = visitor.read_json(f"/webhooks/{this['about']}")["deliveries"]
    assert [each["status"] for each in tried["attempts"]][:1] == [400]
    session.world.pass_time(timedelta(minutes=1))
    assert visitor.read_json(f"/sagas/{sagas[0]}")["saga"]["outcome"] == "COMPLETED"


def test_an_event_of_a_neighbour_is_sent_once_more_too(visitor: Visitor, bought: str) -> None:
    def announced() -> list[str]:
        items = visitor.read_json(f"/webhooks?saga={bought}")["items"]
        return [each["id"] for each in items if each["event"] == "EnrollmentConfirmed"]

    before = announced()
    visitor.act(f"/deliveries/learning-service/{before[0]}/resend")
    assert len(announced()) == len(before) + 1


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/deliveries/stripe/dlv_none/resend", 404),
        ("/deliveries/stripe/dlv_none/now", 404),
        ("/deliveries/nobody/dlv_none/resend", 404),
        ("/deliveries/stripe/dlv_none/burn", 404),
        ("/deliveries/stripe/dlv_none/faults/latency", 409),
        ("/deliveries/stripe/dlv_none/faults/lost_delivery", 404),
    ],
)
def test_what_cannot_be_done_to_a_message_is_refused(visitor: Visitor, path: str, status: int) -> None:
    answer = visitor.post(path, headers=JSON)
    assert (answer.status_code, bool(answer.get_json()["detail"])) == (status, True)


@pytest.mark.parametrize("seconds", ["0", "-1", "soon", "9999999999"])
def test_a_jump_must_be_one(visitor: Visitor, seconds: str) -> None:
    assert visitor.post("/clock/jump", data={"seconds": seconds}, headers=JSON).status_code == 400
    assert visitor.post("/clock/backwards", headers=JSON).status_code == 404


def test_a_service_is_killed_and_everybody_sees_it_until_it_is_up_again(visitor: Visitor, session: Session) -> None:
    visitor.act("/services/payment-service/kill")
    away = visitor.get("/")
    assert away.status_code == 503
    assert "payment-service is down" in away.text
    assert visitor.get("/", headers={"X-Look": "1"}).status_code == 204
    assert "payment-service is down" in visitor.read_page("/faults")
    assert visitor.post("/services/payment-service/kill", headers=JSON).status_code == 409
    visitor.act("/services/payment-service/start")
    visitor.act("/services/stripe/kill")
    assert "stripe is down" in visitor.read_page("/")
    visitor.act("/calm")
    assert session.down() == []
    assert visitor.post("/services/nobody/kill", headers=JSON).status_code == 404


def test_a_request_that_is_made_again_under_its_key_is_distinguished_from_a_new_one(
    visitor: Visitor, session: Session
) -> None:
    student = session.world.student("patient")
    visitor.act("/faults/stripe/rate_limited", method="POST", path="/v1/payment_intents")
    saga_id = student.enroll("algebra")
    session.world.settle()
    session.world.pass_time(timedelta(seconds=10))
    student.client_secret(saga_id)
    asked = [each for each in visitor.read_json("/stripe/requests")["items"] if each["idempotencyKey"]]
    newest = [each for each in asked if each["path"] == "/v1/payment_intents"][:2]
    assert [(each["answer"], each["isSameKey"]) for each in newest] == [("200", True), ("429", False)]
    assert len({each["idempotencyKey"] for each in newest}) == 1
    assert "↻ the same key" in visitor.read_page("/stripe/requests")
    (step,) = [
        each for each in visitor.read_json(f"/sagas/{saga_id}")["steps"] if each["said"] == "POST /payment_intents"
    ]
    assert step["answers"] == ["429", "200"]
