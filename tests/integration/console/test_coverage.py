"""What a session has seen is shown with what it has not, and storms can be added to it."""

from __future__ import annotations

from typing import Any

import pytest

from simulators.console.session import Session
from simulators.world.topology import STRIPE
from tests.integration.console.conftest import JSON, Visitor

pytestmark = pytest.mark.served


def seen(visitor: Visitor, state: str, message: str) -> Any:
    found = visitor.read_json("/coverage")["session"]["moments"]
    return next(each["seen"] for each in found if (each["state"], each["message"]) == (state, message))


def test_a_purchase_is_seen_message_by_message_in_its_states(visitor: Visitor, bought: str) -> None:
    assert seen(visitor, "-", "EnrollInCourseInitiated")["well"] >= 1
    assert seen(visitor, "AWAITING_PAYMENT", "payment_intent.succeeded")["well"] >= 1
    assert seen(visitor, "ENROLLING", "CREATE_ENROLLMENT_RECORD")["well"] >= 1
    assert seen(visitor, "ENROLLING", "EnrollmentConfirmed")["well"] >= 1


def test_a_hole_is_shown_until_a_fault_fills_it(visitor: Visitor, session: Session, bought: str) -> None:
    where = ("AWAITING_PAYMENT", "payment_intent.succeeded")
    before = seen(visitor, *where)["refused"]
    visitor.act(f"/faults/{STRIPE}/wrong_signature", event="payment_intent.succeeded")
    zoe = session.world.student("zoe")
    saga_id = zoe.enroll("algebra")
    zoe.pay(saga_id)
    session.world.eventually(lambda: zoe.saga(saga_id)["outcome"])
    assert seen(visitor, *where)["refused"] > before
    page = visitor.read_page("/coverage")
    assert '<span class="hole">? never</span>' in page
    assert "✗" not in page.partition("<main")[2]
    assert "server_error or server_error_after" in page
    assert 'href="/coverage"' in visitor.read_page("/faults")


def test_storms_are_played_and_shown_as_the_command_shows_them(visitor: Visitor) -> None:
    before = visitor.read_json("/coverage")["storms"]["storms"]
    said = visitor.act("/coverage/storms", storms=2)
    assert said["said"] == f"{before + 2} storms were played; none broke a promise."
    found = visitor.read_json("/coverage")["storms"]
    assert (found["storms"], found["held"]) == (before + 2, True)
    assert found["coverage"]["moments"]
    page = visitor.read_page("/coverage")
    assert f"{before + 2} were played here" in page
    assert "paid while being cancelled" in page
    assert page.count('aria-label="Messages by state and trouble, in ') == 2


@pytest.mark.parametrize("storms", ["0", "17", "x", "-1", "²", "9" * 99])
def test_a_senseless_number_of_storms_is_named(visitor: Visitor, storms: str) -> None:
    answer = visitor.post("/coverage/storms", data={"storms": storms}, headers=JSON)
    assert (answer.status_code, answer.get_json()["detail"]) == (400, "storms must be a number from 1 to 16")


def test_an_own_service_is_told_how_to_have_storms(
    visitor: Visitor, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "service_name", "node server.js")
    answer = visitor.post("/coverage/storms", headers=JSON)
    assert answer.status_code == 409
    assert "harness explore" in answer.get_json()["detail"]
    assert "Play 4 storms" not in visitor.read_page("/coverage")
