"""What another version of the service stored does not block the rest, and a person sees it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Engine, insert, select, update

from reference.domain.enrollment import EnrollmentRejected
from reference.storage.tables import dead_letters, outbox, payments, sagas
from tests.integration.storage.test_dispatcher import Office, letters
from tests.integration.storage.world import NewUnit, awaiting_payment
from tests.unit.reference.builders import NOON, create_intent

UNKNOWN = {"name": "InvoiceStudent", "body": {"sagaId": "saga_9", "by": "a newer version"}}


@pytest.mark.fault(13, 37)
def test_an_unreadable_outbox_message_is_for_a_person_and_the_next_is_sent(units: NewUnit, engine: Engine) -> None:
    office = Office(units, [])
    with engine.begin() as connection:
        row = {"key": "saga_9:1", "to": "stripe", "enqueued_at": NOON, "due_at": NOON, "attempts": 0} | UNKNOWN
        connection.execute(insert(outbox), row)
    office.say(create_intent())
    assert letters(engine) == [("Unreadable", "this version of the service cannot read it")]
    assert [outgoing.message for outgoing in office.gateway.heard] == [create_intent()]
    with engine.connect() as connection:
        assert connection.execute(select(dead_letters.c.body)).scalar_one()["body"] == UNKNOWN["body"]


@pytest.mark.fault(13, 37)
def test_a_deadline_that_nobody_can_read_does_not_hide_the_next(units: NewUnit, engine: Engine) -> None:
    office = Office(units, [])
    awaiting_payment(units)
    with engine.begin() as connection:
        body = connection.execute(select(payments.c.body)).scalar_one()
        body["reminders"]["InvoiceStudent"] = (NOON - timedelta(days=1)).isoformat()
        connection.execute(update(payments).values(body=body, due_at=NOON - timedelta(days=1)))
    assert office.service.fire_deadline()
    assert [name for name, _ in letters(engine)] == ["Unreadable"]
    assert not office.service.fire_deadline()
    office.clock.at += timedelta(days=1)
    while office.service.fire_deadline():
        pass
    with engine.connect() as connection:
        left = sorted(connection.execute(select(payments.c.body)).scalar_one()["reminders"])
        assert left == ["PaymentCheckDue", "PaymentWindowClosed"]  # Both were told, and come again.
        assert connection.execute(select(dead_letters.c.body)).scalar_one()["storedAs"] == "InvoiceStudent"


@pytest.mark.fault(37)
def test_a_saga_in_a_state_that_nobody_knows_stays_as_it_is_and_a_person_hears_of_it(
    units: NewUnit, engine: Engine
) -> None:
    service = awaiting_payment(units)
    with engine.begin() as connection:
        body = connection.execute(select(sagas.c.body)).scalar_one() | {"state": "invoicing"}
        connection.execute(update(sagas).values(state="invoicing", body=body))
    service.receive("test", "late", EnrollmentRejected(saga_id="saga_1", reason="gone"))
    ((name, reason),) = letters(engine)
    assert name == "EnrollmentRejected"
    assert "cannot read" in reason
