"""What nobody could use, and what a person does about it."""

from __future__ import annotations

import pytest

from simulators.console.session import Session
from tests.integration.console.conftest import JSON, Visitor

pytestmark = pytest.mark.served


def pay_by_another_intent(session: Session, saga_id: str) -> str:
    """Somebody makes a second payment for the same purchase, by hand: the service cannot know what it is for."""
    (first,) = session.world.stripe.intents(saga_id)
    metadata = {f"metadata[{name}]": value for name, value in first["metadata"].items()}
    terms = {"amount": "4900", "currency": "eur", "payment_method_types[0]": "card", "payment_method": "pm_card_visa"}
    made = session.world.stripe.client.post("/v1/payment_intents", form=terms | metadata | {"confirm": "true"})
    session.world.settle()
    return str(made["id"])


def test_a_second_payment_waits_for_a_person_who_deals_with_it(visitor: Visitor, session: Session) -> None:
    intent_id = pay_by_another_intent(session, visitor.act("/stories/course/play")["sagaId"])
    letters = [each for each in visitor.read_json("/dead-letters")["items"] if intent_id in each["reason"]]
    assert {each["name"] for each in letters} >= {"MoneyReceived"}
    assert "this payment&#39;s intent is" in visitor.read_page("/dead-letters")

    session.world.stripe.refund(intent_id)
    for each in letters:
        again = visitor.post(f"/dead-letters/{each['id']}/retry", headers=JSON)
        assert again.status_code == 409, "it fits as little as before"
        visitor.act(f"/dead-letters/{each['id']}/resolve", why="refunded by hand")
    waiting = {each["id"] for each in visitor.read_json("/dead-letters")["items"]}
    assert waiting & {each["id"] for each in letters} == set()


def test_a_letter_that_is_not_there_is_named_so(visitor: Visitor) -> None:
    assert visitor.post("/dead-letters/999999/resolve", headers=JSON).status_code == 404
